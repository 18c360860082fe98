"""The store beside PostgreSQL, Redis and SQLite, on one disk, in interleaved rounds: durable orders per second and what each waited.

Everybody is asked to have an order on the disk before it answers, and gets the same number of bytes for it: what one order is in our
journal. Ours is driven in its own process by users with one order on the way each; every order is an order row, a trade, a position and
the figures after it. The others:

  PostgreSQL  fsync and synchronous_commit on, as shipped; 512 MB of buffers, no checkpoint while it is measured, journal segments at
              hand from before, statements prepared, a local socket. Once one row of these bytes by a single insert, and once the order
              as one transaction over four tables.
  Redis       appendfsync always, no other saving, no pipelining, a local socket; SET of a value of these bytes.
  SQLite      WAL with synchronous FULL, in the process that asks; one row of these bytes, and four tables in one transaction.

The gates are ratios of medians of this run. Other work on the machine shows in all of them, and not alike: measure on a calm one.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import machine, table, work_folder
from rivals import Postgres, Redis, Sqlite

MEGABYTE = 1 << 20
COUNTS = (1, 16, 64, 1000)


class Ours:
    """The store, through the program that drives it."""

    name = "tradehouse"

    def __init__(self, bench, folder):
        self.bench = bench
        self.folder = folder
        self.number = 0

    def call(self, *arguments):
        done = subprocess.run([self.bench, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"StorageBench {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def order_bytes(self):
        """What one order is in the journal, without what closes a batch."""
        place = self.folder / "size"
        self.call("write", "--dir", place, "--writers", 1, "--milliseconds", 100)
        lines = [line for path in sorted(place.glob("journal/*.jsonl")) for line in path.read_bytes().splitlines()]
        sizes = [len(line) + 1 for line in lines if line.startswith(b'{"seq":')]
        shutil.rmtree(place)
        return round(statistics.mean(sizes))

    def run(self, writers, seconds):
        self.number += 1
        place = self.folder / f"run{self.number}"
        result = self.call("write", "--dir", place, "--writers", writers, "--milliseconds", round(seconds * 1000))
        shutil.rmtree(place)
        return result["per_second"], result["p50_us"] / 1000, result["p99_us"] / 1000

    def scan(self, megabytes, times):
        """MB/s of a start over a journal that lies in memory: wall time, and processor time."""
        place = self.folder / "scan"
        self.call("fill", "--dir", place, "--megabytes", megabytes)
        by_wall, by_cpu = [], []
        for _ in range(times):
            # What a start may keep to be spared the reading goes: here the reading is measured.
            for path in place.glob("journal/*.idx"):
                path.unlink()
            size = sum(path.stat().st_size for path in place.glob("journal/*.jsonl"))
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = self.call("open", "--dir", place)["seconds"]
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            by_wall.append(size / 1e6 / seconds)
            by_cpu.append(size / 1e6 / (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime))
        shutil.rmtree(place)
        return size / 1e6, statistics.median(by_wall), statistics.median(by_cpu)

    def load(self, orders, times):
        """Milliseconds until a book of so many orders is read, and until it can trade."""
        place = self.folder / "load"
        self.call("books", "--dir", place, "--orders", orders)
        found = self.call("load", "--dir", place, "--times", times)
        shutil.rmtree(place)
        return found["orders"], statistics.median(found["load_ms"]), statistics.median(found["ready_ms"])


def main():
    parser = argparse.ArgumentParser(prog="etc/bench storage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, type=Path, help="the program that drives the store")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run")
    parser.add_argument("--dir", help="an empty or new folder on the disk to be measured, left behind")
    parser.add_argument("--writers", default=",".join(map(str, COUNTS)))
    parser.add_argument("--only-ours", action="store_true", help="without the others, so without verdicts that compare")
    parser.add_argument("--journal-megabytes", type=int, default=512, help="of the journal that is read at a start; 0 for none")
    parser.add_argument("--orders", type=int, default=10_000, help="of the book that is loaded; 0 for none")
    parser.add_argument("--short", action="store_true", help="one quick round of ours alone, nothing judged: whether it all works")
    options = parser.parse_args()
    if options.short:
        options.rounds, options.seconds, options.writers, options.only_ours = 1, 0.3, "1,64", True
        options.journal_megabytes, options.orders = 8, 500
    counts = [int(text) for text in options.writers.split(",")]
    raise_descriptor_limit()
    print(machine(), flush=True)
    started = time.monotonic()
    with work_folder(options.dir) as folder, contextlib.ExitStack() as stack:
        ours = Ours(options.bench, folder)
        size = ours.order_bytes()
        print(f"{disk_of(folder)}, {size} bytes an order, {options.rounds} rounds of {options.seconds:g} s, medians", flush=True)
        runs = [("tradehouse", ours.run, counts)]
        servers = {}
        if not options.only_ours:
            postgres = stack.enter_context(Postgres(folder, size, max(counts)))
            redis = stack.enter_context(Redis(folder, size))
            sqlite = Sqlite(folder, size)
            servers = {"PostgreSQL": postgres, "Redis": redis}
            for server in servers.values():
                server.pause()
            runs += [
                ("PostgreSQL insert", postgres.insert, counts),
                ("PostgreSQL 4 tables", postgres.four, counts),
                ("Redis always", redis.run, counts),
                ("SQLite insert", sqlite.insert, [count for count in counts if count == 1]),
                ("SQLite 4 tables", sqlite.four, [count for count in counts if count == 1]),
            ]
        results = {}
        for number in range(options.rounds):
            # Another one begins each round.
            for name, run, own_counts in runs[number % len(runs) :] + runs[: number % len(runs)]:
                for count in own_counts:
                    # Nobody pays for what the one before left to be written out, nor for what a server does that nobody asks.
                    os.sync()
                    server = servers.get(name.split()[0])
                    if server:
                        server.resume()
                    results.setdefault((name, count), []).append(run(count, options.seconds))
                    if server:
                        server.pause()
        medians = {key: [statistics.median(column) for column in zip(*found)] for key, found in results.items()}
        print(report(medians, counts, [name for name, _, _ in runs]), flush=True)
        gates = compared(medians, counts) if not options.only_ours else []
        # The others are gone before our own reading is measured.
        stack.close()
        if options.journal_megabytes:
            megabytes, by_wall, by_cpu = ours.scan(options.journal_megabytes, 5)
            print(f"journal of {megabytes:,.0f} MB read at a start: {by_wall:,.0f} MB/s, {by_cpu:,.0f} MB per CPU second")
            gates.append(("a start reads the journal, MB/s", by_wall, ">=", 500))
        if options.orders:
            orders, loaded, ready = ours.load(options.orders, 7)
            print(f"book of {orders:,} orders: {loaded:.1f} ms to its rows, {ready:.1f} ms until it can trade")
            gates.append((f"a book of {orders:,} orders is loaded, ms", ready, "<=", 50))
    failed = 0
    if options.short:
        gates = []
    for what, value, relation, limit in gates:
        holds = value >= limit if relation == ">=" else value <= limit
        failed += not holds
        print(f"{'holds' if holds else 'FAILS'}  {what}: {value:,.2f} {relation} {limit:g}")
    print(f"{time.monotonic() - started:.0f} s in all")
    return 1 if failed else 0


def report(medians, counts, names):
    rows = []
    for count in counts:
        own = medians[("tradehouse", count)]
        for name in names:
            if (name, count) not in medians:
                continue
            rate, p50, p99 = medians[(name, count)]
            rows.append((f"{count:,} writer{'s' * (count > 1)}, {name}", f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{own[0] / rate:.2f}"))
    return table(("durable orders", "per second", "p50 ms", "p99 ms", "ours / this"), rows)


def compared(medians, counts):
    """The gates that compare, of the counts that were measured."""
    gates = []

    def ratio(count, other, limit):
        if count in counts:
            value = medians[("tradehouse", count)][0] / medians[(other, count)][0]
            gates.append((f"{count} writer{'s' * (count > 1)}, orders per second / {other}", value, ">=", limit))

    ratio(64, "PostgreSQL insert", 5)
    ratio(64, "PostgreSQL 4 tables", 15)
    ratio(64, "Redis always", 1.5)
    ratio(1, "SQLite insert", 0.5)
    for count in counts:
        value = medians[("tradehouse", count)][2] / medians[("PostgreSQL insert", count)][2]
        gates.append((f"{count:,} writer{'s' * (count > 1)}, p99 / p99 of PostgreSQL insert", value, "<=", 1))
    return gates


def raise_descriptor_limit():
    """A thousand connections need more than the usual thousand descriptors."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def disk_of(folder):
    """File system and device under a folder."""
    best = ("", "unknown", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, mount, kind = line.split()[:3]
        if str(folder).startswith(mount) and len(mount) > len(best[0]):
            best = (mount, kind, device)
    return f"{best[1]} on {best[2]}"


if __name__ == "__main__":
    sys.exit(main())
