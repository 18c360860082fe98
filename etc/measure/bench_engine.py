"""The paper exchange alone, on one core: commands and ticks a second, and how a tick's cost grows with what rests.

Each figure is the median of the rounds, in CPU seconds of the process, so that what else runs on the machine does not count. The gates
are for the machine that the product is developed on; the one that holds anywhere is that a tick which reaches no order costs the same
with ten times as many resting.
"""

import argparse
import json
import statistics
import subprocess
import sys


def measured(binary, short):
    command = [binary, "--short"] if short else [binary]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(prog="etc/bench engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--short", action="store_true", help="a twentieth of the work, and only the gate that holds anywhere")
    options = parser.parse_args()
    rounds = [measured(options.bench, options.short) for _ in range(options.rounds)]

    def median(part, name):
        return statistics.median(one[part][name] for one in rounds)

    print(f"{'command':<22}{'charged':>12}{'free':>12}   a second on one core")
    for name in ("place", "modify", "cancel", "fill"):
        print(f"{name:<22}{median('commands', name):>12,.0f}{median('commands_free', name):>12,.0f}")
    print(f"\n{'resting orders':<22}{'quiet ticks':>12}{'orders':>12}   a second; orders that a falling market fills")
    for part in ("ticks", "ticks_ten_times"):
        print(f"{median(part, 'resting'):<22,.0f}{median(part, 'untouched'):>12,.0f}{median(part, 'touched_orders'):>12,.0f}")
    ratio = median("ticks", "untouched") / median("ticks_ten_times", "untouched")
    gates = [("a quiet tick costs the same with ten times the orders, within 1.5", ratio, ratio <= 1.5)]
    if not options.short:
        slowest = min(median("commands", name) for name in ("place", "modify", "cancel", "fill"))
        gates.append(("every command at least 500,000 a second", slowest, slowest >= 500_000))
        quiet = median("ticks", "untouched")
        gates.append(("quiet ticks at least 1,000,000 a second", quiet, quiet >= 1_000_000))
    print()
    for words, value, holds in gates:
        print(f"{'holds' if holds else 'FAILS'}  {words}: {value:,.2f}")
    return 0 if all(holds for _, _, holds in gates) else 1


if __name__ == "__main__":
    sys.exit(main())
