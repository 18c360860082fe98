"""Many rounds of: a stream of orders, `kill -9` at a random moment, restart, every acknowledged order is there. What a round is:
Tests/BinaryTests/outside/kill_rounds.py.
"""

import argparse
import random
import sys
import time

from common import add_binary, work_folder

from outside.books import Rows, check_answers
from outside.house import House
from outside.kill_rounds import KillRounds


def main():
    parser = argparse.ArgumentParser(prog="etc/soak kill", description=__doc__)
    add_binary(parser)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="replays the same acts; the moments of the kills stay the machine's")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--keep", help="a new folder that is not removed, to look at afterwards")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 2**32)
    print(f"{options.rounds} rounds, {options.people} people, --seed {seed}", flush=True)
    started = time.monotonic()
    with work_folder(options.keep) as folder:
        # Small segments, so that closing and opening them is killed too; money enough that funds never decide.
        settings = {"starting_capital": "10000000000", "segment_megabytes": "1"}
        house = House(options.binary, folder / "data", settings=settings)
        try:
            rounds = KillRounds(house, random.Random(seed), options.people)
            answers = 0
            for number in range(1, options.rounds + 1):
                before = rounds.round()
                answers += before
                if number % 10 == 0 or number == options.rounds:
                    passed = time.monotonic() - started
                    print(f"round {number}: {answers} answers before kills, {rounds.acknowledged} orders, {passed:.0f} s", flush=True)
            for user, book in rounds.finish().items():
                check_answers(Rows(house.data, user), *book)
        except AssertionError as failure:
            print(f"FAILED with --seed {seed}: {failure}", file=sys.stderr)
            print("\n".join(house.stderr[-10:]), file=sys.stderr)
            return 1
        finally:
            house.end()
    print("every acknowledged order was there, every folder was proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
