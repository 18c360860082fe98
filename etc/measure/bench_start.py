"""From the start of the process to the first answer, and what it weighs then, in turns of two folders. Settings as shipped, but for the cost
of passwords, which a fill of a thousand accounts could not wait for.

Without `--at-home`: an empty folder, and one whose users registered a moment ago, so that the journal still has all of them. With it: a
thousand users against so many, all of whom stand in their files only, as a day after; made by the store itself, which takes a while.
Neither time nor memory may depend on them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from common import add_binary, machine, table, work_folder

from outside.house import House
from outside.starts import interleaved, measured_start

SETTINGS = {"free_megabytes": "0", "ballast_megabytes": "64"}
FEW = 1000
# What so many more users may add to the median of resident memory, in MB.
WEIGHT_LIMIT = 1.0


def main():
    parser = argparse.ArgumentParser(prog="etc/bench start", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_binary(parser)
    parser.add_argument("--bench", help="the program that makes folders of users at home")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=0, help="orders of each user; they lie in the journal that a start reads")
    parser.add_argument("--at-home", type=int, metavar="N", help=f"{FEW:,} users against N, whose journal is released; 100000, say")
    options = parser.parse_args()
    print(machine())
    with work_folder() as folder:
        if options.at_home:
            return at_home(options, folder)
        empty, full = interleaved(options.binary, folder, options.rounds, users=options.users, orders=options.orders, settings=SETTINGS)
    print(report([("empty folder", empty), (f"{options.users:,} users", full)]))
    return verdict("an empty folder", empty, f"{options.users:,} users", full)


def at_home(options, folder):
    houses = []
    for count in (FEW, options.at_home):
        place = folder / str(count) / "data"
        place.parent.mkdir()
        started = time.monotonic()
        made = subprocess.run([options.bench, "users", "--dir", place, "--count", str(count)], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise SystemExit(f"making {count} users: {made.stderr.strip()}")
        told = json.loads(made.stdout)
        print(f"{count:,} users made in {time.monotonic() - started:.0f} s, journal of {told['journal_bytes']:,} bytes", flush=True)
        houses.append((f"{count:,} users at home", House(options.binary, place, settings=SETTINGS), []))
    for _, house, _ in houses:
        # The first start finds a folder that was made elsewhere; it is like any other from then on.
        measured_start(house)
    for number in range(options.rounds):
        for _, house, starts in houses if number % 2 else reversed(houses):
            starts.append(measured_start(house))
    print(report([(name, starts) for name, _, starts in houses]))
    few, many = (starts for _, _, starts in houses)
    return verdict(f"{FEW:,}", few, f"{options.at_home:,} users", many)


def verdict(few_name, few, many_name, many):
    """Prints whether many users cost a start anything that can be told from its noise, and returns the exit code."""
    times = [[start.seconds * 1000 for start in starts] for starts in (few, many)]
    noise = max(times[0]) - min(times[0])
    later = statistics.median(times[1]) - statistics.median(times[0])
    heavier = (statistics.median(start.kilobytes for start in many) - statistics.median(start.kilobytes for start in few)) / 1024
    holds = later <= noise, heavier <= WEIGHT_LIMIT
    print(f"{'holds' if holds[0] else 'FAILS'}  {many_name} start {later:+.1f} ms later; noise of {few_name}: {noise:.1f} ms")
    print(f"{'holds' if holds[1] else 'FAILS'}  {many_name} weigh {heavier:+.2f} MB more; at most {WEIGHT_LIMIT:g} MB")
    return 0 if all(holds) else 1


def report(kinds):
    rows = []
    for name, starts in kinds:
        times = [start.seconds * 1000 for start in starts]
        weights = [start.kilobytes / 1024 for start in starts]
        rows.append(
            (
                name,
                f"{statistics.median(times):.1f}",
                f"{min(times):.1f}",
                f"{max(times):.1f}",
                f"{statistics.median(weights):.1f}",
                len(starts),
            )
        )
    return table(("start", "median ms", "least ms", "most ms", "resident MB", "starts"), rows)


if __name__ == "__main__":
    sys.exit(main())
