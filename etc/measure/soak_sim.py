"""The data folder on a simulated disk, thousands of seeds of crashes, copies, damage and full disks: every state that comes back must be
one that was there, not older than the last acknowledged. One process a core. How it is done: Tests/StorageSimulation.
"""

import argparse
import os
import subprocess
import sys


def share_out(binary, arguments, workers):
    """Runs the program once per core, each with its share, and gives the lines that each printed and whether all went well."""
    # Tables in memory have the same order in every run, so that a seed is a seed.
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    runs = []
    for share in range(workers):
        command = [binary, *arguments, "--share", str(share), "--shares", str(workers)]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment))
    lines, went_well = [], True
    for run in runs:
        out, err = run.communicate()
        lines.append([line.split("\t") for line in out.splitlines()])
        if err:
            print(err, file=sys.stderr, end="")
        if run.returncode != 0:
            went_well = False
        if run.returncode < 0:
            print(f"the program died by signal {-run.returncode}", file=sys.stderr)
    return lines, went_well


def simulate(options, arguments):
    for name in ("scenario", "seeds", "from", "without"):
        value = getattr(options, name.replace("from", "first"))
        if value is not None:
            arguments += [f"--{name}", str(value)]
    workers = options.workers
    if options.seed is not None:
        arguments += ["--seed", str(options.seed)]
        workers = 1
    lines, went_well = share_out(options.binary, ["sim", *arguments], workers)
    totals = {}
    for share in lines:
        for name, seeds, seconds, found in share:
            total = totals.setdefault(name, [0, 0.0, []])
            total[0] += int(seeds)
            total[1] = max(total[1], float(seconds))
            if found != "-":
                total[2].append(int(found))
    for name, (seeds, seconds, found) in totals.items():
        verdict = f"FOUND with seed {min(found)}" if found else "nothing found"
        print(f"{name:12} {seeds:8} seeds {seconds:8.1f} s {seeds / max(seconds, 1e-9):8.0f} seeds/s  {verdict}")
    return went_well


def mutants(options, arguments):
    if options.seeds is not None:
        arguments += ["--seeds", str(options.seeds)]
    if options.without is not None:
        arguments += ["--without", options.without]
    lines, went_well = share_out(options.binary, ["mutants", *arguments], options.workers)
    for rule, scenario, seed, seconds in sorted(line for share in lines for line in share):
        where = "NOT FOUND by any scenario" if scenario == "-" else f"{scenario}, seed {seed}"
        print(f"{rule:28} {where}  ({float(seconds):.1f} s)")
    return went_well


def every_byte(options, arguments):
    lines, went_well = share_out(options.binary, ["bytes", *arguments], options.workers)
    for share in lines:
        for path, numbers in share:
            print(f"{path}: {numbers}")
    return went_well


def main():
    parser = argparse.ArgumentParser(prog="etc/soak", description=__doc__)
    parser.add_argument("work", choices=["sim", "mutants", "bytes"])
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--scenario", help="one scenario by name; all without it")
    parser.add_argument("--seeds", type=int, help="how many seeds of each scenario (1000), or at most for each rule (3000)")
    parser.add_argument("--from", type=int, dest="first", help="the first seed (1)")
    parser.add_argument("--seed", type=int, help="this seed alone, with its story when it finds something")
    parser.add_argument("--without", help="rules of the protocol to leave out, divided by commas")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at once; one a core without it")
    options = parser.parse_args()
    work = {"sim": simulate, "mutants": mutants, "bytes": every_byte}[options.work]
    return 0 if work(options, []) else 1


if __name__ == "__main__":
    sys.exit(main())
