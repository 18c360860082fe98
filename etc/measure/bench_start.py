"""From the start of the process to the first answer, and what it weighs then: an empty folder and one with many users, in turns.
Settings as shipped, but for the cost of passwords, which a fill of a thousand accounts could not wait for.
"""

import argparse
import statistics
import sys

from common import add_binary, machine, table, work_folder

from outside.starts import interleaved

SETTINGS = {"free_megabytes": "0", "ballast_megabytes": "64"}


def main():
    parser = argparse.ArgumentParser(prog="etc/bench start", description=__doc__)
    add_binary(parser)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=0, help="orders of each user; they lie in the journal that a start reads")
    options = parser.parse_args()
    print(machine())
    with work_folder() as folder:
        empty, full = interleaved(options.binary, folder, options.rounds, users=options.users, orders=options.orders, settings=SETTINGS)
    rows = []
    for name, starts in (("empty folder", empty), (f"{options.users:,} users", full)):
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
    print(table(("start", "median ms", "least ms", "most ms", "resident MB", "starts"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
