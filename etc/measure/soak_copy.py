"""Many rounds of: the folder of a house under full load is copied by `cp -r`, `rsync -a --delete` and `tar`, the copy is proven, a second
house starts on it, and everybody has there what was acknowledged before the copy began. What a round is:
Tests/BinaryTests/outside/copy_rounds.py.

Segments are small and what is forgotten is forgotten after seconds, so that files go while they are copied. A copy that took longer than
the retention promises nothing; it is counted apart and taken again.
"""

import argparse
import random
import sys
import time
from collections import Counter

from common import add_binary, work_folder

from outside.copy_rounds import TOOLS, CopyRounds
from outside.house import House

RETENTION_SECONDS = 3
SETTINGS = {
    "starting_capital": "10000000000",
    "segment_megabytes": "1",
    "short_retention": "on",
    "retention_seconds": str(RETENTION_SECONDS),
    "compaction_kilobytes": "16",
}


def main():
    parser = argparse.ArgumentParser(prog="etc/soak copy", description=__doc__)
    add_binary(parser)
    parser.add_argument("--rounds", type=int, default=100, help="of each tool")
    parser.add_argument("--seed", type=int, default=None, help="replays the same acts; the moments of the copies stay the machine's")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--life", type=int, default=20, help="rounds on one folder; the next folder is new, so that rounds stay short")
    parser.add_argument("--keep", help="a new folder that is not removed, to look at afterwards")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 2**32)
    print(f"{options.rounds} rounds of {', '.join(TOOLS)}, {options.people} people, --seed {seed}", flush=True)
    chance = random.Random(seed)
    started = time.monotonic()
    done, slow, vanished, newer, longest = Counter(), Counter(), Counter(), Counter(), Counter()
    left = [tool for _ in range(options.rounds) for tool in TOOLS]
    orders = 0
    with work_folder(options.keep) as folder:
        life = 0
        while left:
            life += 1
            place = folder / f"life{life}"
            place.mkdir()
            house = House(options.binary, place / "house" / "data", settings=SETTINGS)
            house.data.parent.mkdir()
            rounds = CopyRounds(house, place, random.Random(chance.random()), options.people)
            try:
                for _ in range(min(options.life, len(left))):
                    tool = left[0]
                    copied = rounds.round(tool, RETENTION_SECONDS)
                    longest[tool] = max(longest[tool], copied.seconds)
                    if copied.seconds > RETENTION_SECONDS:
                        slow[tool] += 1
                        assert slow[tool] <= options.rounds, f"{tool} takes longer than {RETENTION_SECONDS} s again and again"
                        continue
                    left.pop(0)
                    done[tool] += 1
                    vanished[tool] += copied.vanished
                    newer[tool] += copied.newer
                    if sum(done.values()) % 30 == 0:
                        print(f"copy {sum(done.values())}: {orders + rounds.acknowledged} orders, {time.monotonic() - started:.0f} s", flush=True)
                rounds.stop()
                orders += rounds.acknowledged
            except AssertionError as failure:
                print(f"FAILED after {sum(done.values())} copies with --seed {seed}, folder {place}: {failure}", file=sys.stderr)
                print("\n".join(house.stderr[-10:]), file=sys.stderr)
                return 1
            finally:
                rounds.stopping.set()
                house.end()
    for tool in TOOLS:
        print(
            f"{tool}: {done[tool]} copies, at most {longest[tool]:.2f} s, {vanished[tool]} missed files that went meanwhile,"
            f" {newer[tool]} orders newer than the copies' beginnings, {slow[tool]} copies were too slow and taken again"
        )
    print(f"{orders} orders: nothing that was acknowledged before a copy began was missing on it, every copy was proven, no book was closed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
