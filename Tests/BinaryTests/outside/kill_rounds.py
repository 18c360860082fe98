"""Killing the house in the middle of a stream of orders, and asking afterwards for everything it had acknowledged.

A round: some people place, change and cancel orders as fast as answers come; at a moment chosen by chance the process is killed; the
folder is checked as it lies; the house starts again; every acknowledged act must be there, as it was told or further on; what was not
answered is asked again with its key and must give one order. Some moments are chosen by what happens in the folder: a new segment, a file
that is being replaced; and some starts are killed, too. Used by the tests for a few rounds and by `etc/soak kill` for many.
"""

import subprocess
import threading
import time
from collections import Counter

from .house import plain_environment, run
from .http import Closed
from .people import all_orders, order, register
from .watching import Traces, Watch

SYMBOLS = ("SBIN", "INFY", "TCS", "RELIANCE", "WIPRO", "NTPC")
FINAL = {"COMPLETE", "CANCELLED", "REJECTED"}
# Answers in one round after which everybody slows down.
PLENTY = 1500


class Acknowledged:
    """What the house told about one order, the latest last."""

    def __init__(self, answer):
        self.key = answer["client_order_id"]
        self.symbol = answer["tradingsymbol"]
        self.told(answer)

    def told(self, answer):
        self.status = answer["status"]
        self.filled = answer["filled_quantity"]
        self.price = answer["price"]
        self.wished = None

    def check(self, now):
        """`now` is the order after the restart: the same or a later state."""
        assert now["client_order_id"] == self.key and now["tradingsymbol"] == self.symbol
        assert now["filled_quantity"] >= self.filled, f"{now['order_id']} lost a fill"
        if self.status in FINAL:
            assert now["status"] == self.status, f"{now['order_id']} was {self.status} and is {now['status']}"
        if now["status"] == "OPEN" and self.status == "OPEN":
            # A change that was asked for and not answered may have happened or not.
            assert now["price"] in (self.price, self.wished), f"{now['order_id']} lost its change"
        self.told(now)


class Trader:
    """One person with a keyboard that never rests. All of it belongs to one thread at a time."""

    def __init__(self, house, person, chance):
        self.house = house
        self.person = person
        self.chance = chance
        self.orders = {}
        self.of_this_round = set()
        self.number = 0
        self.unanswered = None
        self.prices = {}

    def trade(self, acknowledged):
        """Acts until the connection breaks; `acknowledged` is called after each answer."""
        self.of_this_round = set()
        self.unanswered = None
        try:
            with self.person.connect() as connection:
                while True:
                    self.act(connection)
                    acknowledged()
        except (Closed, ConnectionError, TimeoutError):
            return

    def act(self, connection):
        resting = [key for key in self.of_this_round if self.orders[key].status == "OPEN"]
        choice = self.chance.random()
        if resting and (choice < 0.15 or len(resting) > 20):
            number = self.chance.choice(sorted(resting))
            answer = connection.delete(f"/api/paper-trading/orders/{number}").expect(200, 409)
            if answer.status == 200:
                self.note(answer.json["order"])
        elif resting and choice < 0.3:
            number = self.chance.choice(sorted(resting))
            price = self.orders[number].wished = max(1, int(self.orders[number].price) - 1)
            answer = connection.patch(f"/api/paper-trading/orders/{number}", {"price": price}).expect(200, 409)
            if answer.status == 200:
                self.note(answer.json["order"])
        else:
            symbol = self.chance.choice(SYMBOLS)
            self.number += 1
            body = order(symbol, self.chance.choice(("BUY", "SELL")), self.chance.randint(1, 5))
            body["client_order_id"] = f"{self.person.id}-{self.number}"
            if choice < 0.6:
                # Far below any price of these shares: it rests.
                body |= {"order_type": "LIMIT", "transaction_type": "BUY", "price": self.chance.randint(20, 40)}
            self.unanswered = body
            answer = connection.post("/api/paper-trading/orders", body).expect(201, 409)
            self.unanswered = None
            self.note(answer.json["order"])

    def note(self, answer):
        number = answer["order_id"]
        self.of_this_round.add(number)
        if number in self.orders:
            self.orders[number].told(answer)
        else:
            self.orders[number] = Acknowledged(answer)

    def ask_again(self, connection):
        """Sends the order that had no answer once more, twice: one order comes of it."""
        if self.unanswered is None:
            return
        first = connection.post("/api/paper-trading/orders", self.unanswered).expect(201, 409).json["order"]
        second = connection.post("/api/paper-trading/orders", self.unanswered).expect(201, 409).json["order"]
        assert first["order_id"] == second["order_id"]
        self.note(first)
        self.unanswered = None

    def check(self, connection, everything=False):
        """What was acknowledged in this round, or ever, is in the book, each key once."""
        self.ask_again(connection)
        wanted = set(self.orders) if everything else set(self.of_this_round)
        found = {}
        after = ""
        while True:
            page = connection.get(f"/api/paper-trading/orders?limit=1000{after}").expect(200).json
            found |= {row["order_id"]: row for row in page["orders"]}
            if page["next"] is None or (not everything and wanted <= set(found)):
                break
            after = f"&after={page['next']}"
        lost = wanted - set(found)
        assert not lost, f"{self.person.id} lost {len(lost)} acknowledged orders: {sorted(lost)[:5]}"
        for number in wanted:
            self.orders[number].check(found[number])
        keys = Counter(row["client_order_id"] for row in found.values())
        twice = [key for key, count in keys.items() if count > 1]
        assert not twice, f"orders stand twice: {twice[:5]}"


class KillRounds:
    """Rounds on one house; the folder grows from round to round.

    `struck` counts what was under way when a process was killed, by the traces in the folder.
    """

    def __init__(self, house, chance, people=6):
        self.house = house
        self.chance = chance
        self.traders = []
        self.struck = Counter()
        house.start()
        for number in range(people):
            person = register(house, f"trader{number}@example.com")
            self.traders.append(Trader(house, person, type(chance)(chance.random())))

    @property
    def acknowledged(self):
        return sum(len(trader.orders) for trader in self.traders)

    def round(self, moment="any"):
        """One stream, one kill, one restart; how many answers came before the kill.

        `moment` is `any`, after so many answers; `segment`, `replacement` or `release`, right after a segment was made, a file began to be
        replaced or a segment was removed; or `start`: as `any`, and then some starts are killed before one is left alone.
        """
        goal = self.chance.randint(1, 400)
        extra = self.chance.random() * 0.02
        count, enough, lock = [0], threading.Event(), threading.Lock()

        def acknowledged():
            with lock:
                count[0] += 1
                if count[0] >= goal:
                    enough.set()
                is_plenty = count[0] > PLENTY
            if is_plenty:
                # Who waits for a chosen moment needs acts to go on, not books that grow beyond what a round can check.
                time.sleep(0.02)

        failures = []
        traces = Traces(self.house.data)

        def run_trader(trader):
            try:
                trader.trade(acknowledged)
            except BaseException as failure:  # carried to the caller's thread
                failures.append(failure)
                enough.set()

        threads = [threading.Thread(target=run_trader, args=(trader,)) for trader in self.traders]
        with Watch(self.house.data) as watch:
            for thread in threads:
                thread.start()
            if moment in ("segment", "replacement", "release"):
                # When nothing of the kind comes in time, any moment is as good.
                watch.wait_for(moment, patience=3)
                # At that moment, or a little into what begins with it: chance decides, nothing is waited for.
                time.sleep(self.chance.choice((0, self.chance.random() * 0.0005, self.chance.random() * 0.005)))
            else:
                if not enough.wait(120):
                    failures.append(AssertionError("orders stopped being answered"))
                # Somewhere between two answers, not always right after one.
                time.sleep(extra)
            self.house.kill()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        self.struck.update(traces.since())
        self.check_folder("after the kill")
        if moment == "start":
            for _ in range(self.chance.randint(1, 4)):
                self.kill_a_start()
        self.house.start()
        self.check_books()
        return count[0]

    def kill_a_start(self):
        """Starts the house and kills it before anybody used it, mostly before it listens."""
        started = subprocess.Popen(self.house.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=plain_environment())
        try:
            started.wait(self.chance.random() * 0.06)
        except subprocess.TimeoutExpired:
            pass
        started.kill()
        printed, _ = started.communicate()
        assert started.returncode == -9, f"the start ended by itself with {started.returncode}"
        self.struck["start"] += b"listening" not in printed
        self.struck["just started"] += b"listening" in printed

    def check_books(self, everything=False):
        for trader in self.traders:
            with trader.person.connect() as connection:
                trader.check(connection, everything)

    def check_folder(self, when):
        checked = run(self.house.binary, "check", "--data", self.house.data, "--quiet")
        assert checked.code == 0, f"{when}: {checked}"
        closed = [line for line in self.house.stderr if "book_quarantined" in line]
        assert not closed, f"{when}: {closed[:3]}"

    def finish(self):
        """The last word: everything of all rounds, before and after a stop in order, and the files themselves."""
        self.check_books(everything=True)
        assert self.house.stop() == 0
        self.check_folder("after the last stop")
        self.house.start()
        self.check_books(everything=True)
        books = {trader.person.id: self.book_of(trader) for trader in self.traders}
        assert self.house.stop() == 0
        return books

    def book_of(self, trader):
        with trader.person.connect() as connection:
            return (
                connection.get("/api/paper-trading/funds").expect(200).json,
                connection.get("/api/paper-trading/positions").expect(200).json,
                all_orders(connection),
            )
