"""Many rounds of: a stream of orders, `kill -9` at a random moment, restart, every acknowledged order is there. What a round is:
Tests/BinaryTests/outside/kill_rounds.py.

Moments are any, right after a new segment was made, right after a file began to be replaced or a segment was removed, and starts that are
killed in turn. Segments are small, what is forgotten is forgotten after a second, and files are folded when they are small, so that all of
it happens all the time.
"""

import argparse
import random
import sys
import time
from collections import Counter

from common import add_binary, work_folder

from outside.books import Rows, check_answers
from outside.house import House
from outside.kill_rounds import KillRounds

# Money enough that funds never decide.
SETTINGS = {
    "starting_capital": "10000000000",
    "segment_megabytes": "1",
    "short_retention": "on",
    "retention_seconds": "1",
    "compaction_kilobytes": "4",
    "open_files": "4",
}
# How often each is aimed at.
MOMENTS = {"any": 3, "segment": 2, "replacement": 2, "release": 1, "start": 2}


def main():
    parser = argparse.ArgumentParser(prog="etc/soak kill", description=__doc__)
    add_binary(parser)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="replays the same acts; the moments of the kills stay the machine's")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--life", type=int, default=50, help="rounds on one folder; the next folder is new, so that rounds stay short")
    parser.add_argument("--keep", help="a new folder that is not removed, to look at afterwards")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 2**32)
    print(f"{options.rounds} rounds, {options.people} people, --seed {seed}", flush=True)
    chance = random.Random(seed)
    started = time.monotonic()
    done, answers, orders, aimed, struck = 0, 0, 0, Counter(), Counter()
    with work_folder(options.keep) as folder:
        while done < options.rounds:
            place = folder / f"life{done // options.life + 1}"
            place.mkdir()
            house = House(options.binary, place / "data", settings=SETTINGS)
            try:
                rounds = KillRounds(house, random.Random(chance.random()), options.people)
                for _ in range(min(options.life, options.rounds - done)):
                    moment = chance.choices(list(MOMENTS), MOMENTS.values())[0]
                    aimed[moment] += 1
                    answers += rounds.round(moment)
                    done += 1
                    if done % 25 == 0:
                        print(f"round {done}: {answers} answers, {orders + rounds.acknowledged} orders, {time.monotonic() - started:.0f} s", flush=True)
                for user, book in rounds.finish().items():
                    check_answers(Rows(house.data, user), *book)
            except AssertionError as failure:
                print(f"FAILED in round {done + 1} with --seed {seed}, folder {house.data}: {failure}", file=sys.stderr)
                print("\n".join(house.stderr[-10:]), file=sys.stderr)
                return 1
            finally:
                house.end()
            orders += rounds.acknowledged
            struck += rounds.struck
    print(f"kills at {', '.join(f'{moment}: {aimed[moment]}' for moment in MOMENTS)}")
    print(
        f"of them by the traces in the folder: {struck['rotation']} in a rotation, {struck['replacement']} in a replacement,"
        f" {struck['index']} in an index, {struck['start']} in a start, {struck['just started']} right after one;"
        f" {struck['segments']} rounds began segments, {struck['released']} released some"
    )
    print(f"{done} rounds, {orders} orders: every acknowledged order was there, every folder was proven, no book was closed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
