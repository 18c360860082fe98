"""Many users active at once, each with a book of four files, on a house that opens few files at a time: everybody is served.

All users order in turns from many connections, so that every book is awake and has lines to be written. Meanwhile it is asked how much
work waits for the disk, and the system is asked which files of the folder the process has open.
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path

from common import add_binary, machine, work_folder

from outside.house import House, resident_kilobytes, run
from outside.http import Connection
from outside.people import PASSWORD, make_owner, order
from outside.waiting import together

SETTINGS = {"starting_capital": "10000000000"}


class Watcher(threading.Thread):
    """Looks at the process again and again until it is told to stop."""

    def __init__(self, house, owner):
        super().__init__(daemon=True)
        self.house = house
        self.owner = owner
        self.stopping = threading.Event()
        self.most_open = 0
        self.queues = []
        self.failure = None

    def run(self):
        folder = Path(f"/proc/{self.house.pid}/fd")
        data = str(self.house.data)
        try:
            with self.house.connect() as connection:
                while not self.stopping.wait(0.005):
                    names = []
                    for entry in os.listdir(folder):
                        try:
                            names.append(os.readlink(folder / entry))
                        except FileNotFoundError:
                            continue
                    # The journal's open segment, the lock and the folder itself are open for life.
                    own = [name for name in names if name.startswith(data + "/") and "/journal/" not in name and not name.endswith("/LOCK")]
                    self.most_open = max(self.most_open, len(own))
                    if len(self.queues) * 20 < self.polls():
                        storage = connection.get("/api/admin/storage", token=self.owner.token).expect(200).json
                        self.queues.append(storage["queue"])
        except BaseException as failure:  # carried to the caller's thread
            self.failure = failure

    count = 0

    def polls(self):
        self.count += 1
        return self.count

    def stop(self):
        self.stopping.set()
        self.join()
        if self.failure:
            raise self.failure


def main():
    parser = argparse.ArgumentParser(prog="etc/soak active", description=__doc__)
    add_binary(parser)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="orders of each user")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--open-files", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    with work_folder() as folder:
        house = House(options.binary, folder / "data", settings=SETTINGS | {"open_files": str(options.open_files)})
        try:
            return measured(house.start(), options)
        except AssertionError as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            print("\n".join(house.stderr[-10:]), file=sys.stderr)
            return 1
        finally:
            house.end()


def measured(house, options):
    tokens = [None] * options.users
    users = [None] * options.users

    def register_share(share):
        with Connection(house.port) as connection:
            for number in range(share, options.users, options.connections):
                body = {"email": f"user{number}@example.com", "password": PASSWORD}
                answer = connection.post("/api/auth/register", body).expect(201).json
                tokens[number], users[number] = answer["session_token"], answer["user_id"]

    started = time.monotonic()
    together(register_share, options.connections)
    print(f"{options.users:,} users registered in {time.monotonic() - started:.1f} s", flush=True)
    watcher = Watcher(house, make_owner(house))
    watcher.start()
    waits = []
    chance = random.Random(options.seed)
    begun = time.monotonic()
    for turn in range(options.rounds):
        numbers = list(range(options.users))
        chance.shuffle(numbers)

        def order_share(share, numbers=numbers, turn=turn):
            own = []
            with Connection(house.port) as connection:
                for number in numbers[share :: options.connections]:
                    body = order("SBIN", client_order_id=f"active-{turn}")
                    before = time.perf_counter()
                    connection.post("/api/paper-trading/orders", body, token=tokens[number]).expect(201)
                    own.append(time.perf_counter() - before)
            waits.extend(own)

        together(order_share, options.connections)
    seconds = time.monotonic() - begun
    watcher.stop()
    waits.sort()
    queues = watcher.queues
    print(
        f"{len(waits):,} orders of {options.users:,} users in {seconds:.1f} s, {len(waits) / seconds:,.0f} per second,"
        f" p50 {waits[len(waits) // 2] * 1000:.1f} ms, p99 {waits[int(len(waits) * 0.99)] * 1000:.1f} ms"
    )
    told = f"median {statistics.median(queues):.0f}, most {max(queues)}"
    print(f"work waiting for the disk: {told}; data files open at once: most {watcher.most_open} seen, {options.open_files} allowed")
    print(f"resident {resident_kilobytes(house.pid) / 1024:.0f} MB")
    assert watcher.most_open <= options.open_files, "more files are open than are allowed"

    def check_share(share):
        with Connection(house.port) as connection:
            for number in range(share, options.users, options.connections):
                rows = connection.get("/api/paper-trading/orders?limit=100", token=tokens[number]).expect(200).json["orders"]
                assert len(rows) == options.rounds, f"{users[number]} has {len(rows)} orders"

    together(check_share, options.connections)
    assert house.stop() == 0
    checked = run(house.binary, "check", "--data", house.data, "--quiet", patience=300)
    assert checked.code == 0, checked
    print(f"every one of {options.users:,} users has every order, every folder was proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
