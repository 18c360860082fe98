"""Copying the folder of a house that works, and starting a house on the copy.

Some people trade without a rest. What was acknowledged is noted, the folder is copied with an ordinary tool, the copy is proven as it
lies, a second house starts on it, and everybody's orders there must be a beginning of their history that ends no earlier than the note.
Used by the tests for a few rounds and by `etc/soak copy` for many.
"""

import shutil
import subprocess
import threading
import time

from .house import House, run
from .http import Closed
from .kill_rounds import FINAL, Trader
from .people import all_orders, log_in, register

# The tools; each copies the folder `source` to the folder `target`. A file that goes while they run is nothing to them.
TOOLS = {
    "cp": lambda source, target: [["cp", "-r", str(source), str(target)]],
    "rsync": lambda source, target: [["rsync", "-a", "--delete", f"{source}/", f"{target}/"]],
    "tar": lambda source, target: [
        ["tar", "-cf", f"{target}.tar", "-C", str(source), "."],
        ["tar", "-xf", f"{target}.tar", "-C", str(target)],
    ],
}
# What they say about such a file, and what tar says about one that grows.
HARMLESS = ("No such file or directory", "file has vanished", "some files vanished", "file changed as we read it", "File removed before", "file removed before")


class Copied:
    """What a copy took and what was found on it."""

    def __init__(self, seconds, vanished, newer):
        self.seconds = seconds
        # Whether the tool missed files that went meanwhile.
        self.vanished = vanished
        # Orders on the copy that were not acknowledged yet when it began.
        self.newer = newer


class CopyRounds:
    """One house under load; rounds of copies of it."""

    def __init__(self, house, folder, chance, people=6):
        self.house = house
        self.folder = folder
        self.failures = []
        self.stopping = threading.Event()
        house.start()
        self.traders = []
        for number in range(people):
            person = register(house, f"trader{number}@example.com")
            self.traders.append(Trader(house, person, type(chance)(chance.random())))
        self.threads = [threading.Thread(target=self.trade, args=(trader,)) for trader in self.traders]
        for thread in self.threads:
            thread.start()

    def trade(self, trader):
        try:
            with trader.person.connect() as connection:
                while not self.stopping.is_set():
                    # Only what is young is changed, so that choosing stays quick.
                    trader.of_this_round = set()
                    for _ in range(200):
                        trader.act(connection)
                        if self.stopping.is_set():
                            break
        except (Closed, ConnectionError, TimeoutError) as failure:
            self.failures.append(AssertionError(f"the house went away: {failure}"))
        except BaseException as failure:  # carried to the caller's thread
            self.failures.append(failure)

    @property
    def acknowledged(self):
        return sum(len(trader.orders) for trader in self.traders)

    def copy(self, tool, target):
        """Copies the running folder; seconds, and whether files went meanwhile."""
        if tool != "rsync" and target.exists():
            shutil.rmtree(target)
        if tool != "cp":
            target.mkdir(exist_ok=True)
        started = time.monotonic()
        vanished = False
        for command in TOOLS[tool](self.house.data, target):
            done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
            if done.returncode != 0:
                unknown = [line for line in done.stderr.splitlines() if line and not any(word in line for word in HARMLESS)]
                unknown = [line for line in unknown if not line.startswith("tar: Exiting with failure status")]
                assert not unknown, f"{tool} ended with {done.returncode}: {unknown[:3]}"
                vanished = True
        return time.monotonic() - started, vanished

    def round(self, tool, promised_seconds=None):
        """One copy, proven and served; one that took longer than what is promised anything is only timed."""
        if self.failures:
            raise self.failures[0]
        told = {trader.person.id: {key: (order.status, order.filled) for key, order in list(trader.orders.items())} for trader in self.traders}
        place = self.folder / tool
        place.mkdir(exist_ok=True)
        target = place / "data"
        seconds, vanished = self.copy(tool, target)
        if promised_seconds is not None and seconds > promised_seconds:
            return Copied(seconds, vanished, 0)
        work = place / "served"
        if work.exists():
            shutil.rmtree(work)
        # The tool's own copy stays as it is, for the next round of a tool that brings an old copy up to date.
        shutil.copytree(target, work / "data")
        checked = run(self.house.binary, "check", "--data", work / "data", "--quiet")
        assert checked.code == 0, f"{tool}: {checked}"
        newer = 0
        with House(self.house.binary, work / "data", settings=self.house.settings) as second:
            for trader in self.traders:
                person = log_in(second, trader.person.email)
                with person.connect() as connection:
                    found = {row["order_id"]: row for row in all_orders(connection)}
                self.compare(tool, trader, told[trader.person.id], found)
                newer += len(found) - len(told[trader.person.id])
            closed = [line for line in second.stderr if "book_quarantined" in line]
            assert not closed, f"{tool}: {closed[:3]}"
            assert second.stop() == 0
        if self.failures:
            raise self.failures[0]
        return Copied(seconds, vanished, newer)

    @staticmethod
    def compare(tool, trader, told, found):
        lost = set(told) - set(found)
        assert not lost, f"{tool}: {trader.person.id} lost {len(lost)} of {len(told)} orders that were acknowledged before the copy began"
        for number, (status, filled) in told.items():
            row = found[number]
            assert row["filled_quantity"] >= filled, f"{tool}: {number} lost a fill"
            if status in FINAL:
                assert row["status"] == status, f"{tool}: {number} was {status} and is {row['status']}"
        # One order came after the other, so a beginning of the history has no holes.
        numbers = sorted(int(row["client_order_id"].rsplit("-", 1)[1]) for row in found.values())
        assert numbers == list(range(1, len(numbers) + 1)), f"{tool}: {trader.person.id} has holes in the history"

    def stop(self):
        """Ends the load and the house; the failure of a trader, if there was one, is raised."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        if self.house.is_alive:
            assert self.house.stop() == 0
