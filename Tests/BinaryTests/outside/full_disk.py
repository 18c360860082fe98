"""A house on a disk that fills up: what it refuses, what it goes on answering, and that it takes orders again when there is room.

The disk is a small file system in memory, which only root may mount, or any folder with a limit on how long the house's files may grow.
"""

import contextlib
import os
import subprocess

from .people import all_orders, order, register
from .waiting import eventually

MEGABYTE = 1 << 20


class MayNotMount(Exception):
    """This user may not mount file systems."""


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A file system of so many megabytes at `folder`, gone afterwards."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tradehouse-test", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        folder.rmdir()
        raise MayNotMount(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def fill(path, leaving):
    """Makes a file that leaves so many bytes free, or none."""
    with path.open("wb") as file:
        stat = os.statvfs(path.parent)
        size = max(0, stat.f_bavail * stat.f_frsize - leaving)
        written = 0
        try:
            while written < size:
                written += file.write(b"\0" * min(MEGABYTE, size - written))
                file.flush()
        except OSError:
            # Somebody else took the rest first.
            assert leaving == 0


class FullDisk:
    """A person who orders while there is room and while there is none."""

    def __init__(self, house):
        self.house = house.start()
        self.pid = house.pid
        self.person = register(house, "full@example.com")
        self.connection = self.person.connect()
        self.acknowledged = set()
        self.refused = 0
        self.number = 0

    def place(self):
        """One order; whether it was taken. Refused is only what the disk has no room for."""
        self.number += 1
        answer = self.connection.post("/api/paper-trading/orders", order("SBIN", client_order_id=f"full-{self.number}")).expect(201, 503)
        if answer.status == 201:
            self.acknowledged.add(answer.json["order_id"])
            return True
        assert "storage_full" in answer.text, answer
        self.refused += 1
        return False

    def place_until(self, is_taken, patience=60):
        """Orders until one is taken, or refused."""
        eventually(lambda: self.place() == is_taken, patience, pause=0)

    def go_on(self, count=50):
        for _ in range(count):
            assert self.place(), "an order was refused though there is room"

    def read(self):
        """Everything that was taken is there, whatever the disk says."""
        found = {row["order_id"] for row in all_orders(self.connection)}
        assert self.acknowledged <= found, f"{len(self.acknowledged - found)} acknowledged orders are gone"
        self.connection.get("/api/paper-trading/funds").expect(200)
        self.connection.get("/api/paper-trading/positions").expect(200)
        return found

    def fill_and_free(self, fill_up, free):
        """Full, refused, read, free, taken again; in one and the same process."""
        self.go_on()
        fill_up()
        self.place_until(False)
        refused = self.refused
        for _ in range(20):
            self.place()
        assert self.refused > refused
        self.read()
        free()
        self.place_until(True)
        self.go_on()
        self.read()
        assert self.house.is_alive and self.house.pid == self.pid, "the house did not go on"

    def end(self):
        """Stops in order, starts again, and asks once more."""
        self.connection.close()
        assert self.house.stop() == 0, self.house.stderr[-5:]
        self.house.start()
        self.connection = self.person.connect()
        self.read()
        self.connection.close()
        assert self.house.stop() == 0
