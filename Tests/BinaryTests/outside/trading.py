"""Many people who trade by script, each on an own connection, as fast as answers come."""

import threading

from .http import Connection
from .people import all_orders, order
from .waiting import PATIENCE, eventually


class Script:
    """One person's acts, by chance from a seed: market orders both ways, limits near the price, stops, changes, cancellations."""

    def __init__(self, person, port, chance, symbols, acts):
        self.person = person
        self.port = port
        self.chance = chance
        self.symbols = symbols
        self.acts = acts
        self.last = {}
        self.resting = []
        self.refused = {}
        self.fills = 0

    def run(self):
        """Knocks until the house opens, so that no tick of a tape goes by without the script."""
        with Connection(self.port, token=self.person.token) as connection:
            eventually(lambda: opened(connection), pause=0.001)
            self.burst(connection)
            for number in range(self.acts):
                self.act(connection, number)

    def burst(self, connection):
        """Orders sent in one go before any answer is read: the house is never kept waiting by the script."""
        bodies = [
            order(
                self.chance.choice(self.symbols),
                self.chance.choice(("BUY", "SELL")),
                self.chance.randint(1, 3),
                client_order_id=f"burst-{number}",
            )
            for number in range(self.acts)
        ]
        connection.send(b"".join(connection.message("POST", "/api/paper-trading/orders", json=body) for body in bodies))
        for _ in bodies:
            self.take(connection.answer())

    def act(self, connection, number):
        choice = self.chance.random()
        if self.resting and choice < 0.12:
            self.take(connection.delete(f"/api/paper-trading/orders/{self.resting.pop(0)}"))
        elif self.resting and choice < 0.24:
            target = self.chance.choice(self.resting)
            self.take(connection.patch(f"/api/paper-trading/orders/{target}", {"quantity": self.chance.randint(1, 9)}))
        else:
            self.place(connection, number, choice)

    def place(self, connection, number, choice):
        symbol = self.chance.choice(self.symbols)
        side = self.chance.choice(("BUY", "SELL"))
        body = order(symbol, side, self.chance.randint(1, 9), client_order_id=f"{self.person.id}-{number}")
        body["product"] = self.chance.choice(("MIS", "MIS", "MIS", "CNC"))
        price = self.last.get(symbol)
        if price and choice > 0.6:
            # A little better than the last fill, in whole rupees, which every tick size divides.
            offset = self.chance.randint(0, max(1, int(price) // 400))
            near = int(price) - offset if side == "BUY" else int(price) + 1 + offset
            body |= {"order_type": "LIMIT", "price": near}
            if choice > 0.9:
                away = int(price) + 1 + offset if side == "BUY" else int(price) - offset
                body = {key: value for key, value in body.items() if key != "price"} | {"order_type": "SL-M", "trigger_price": away}
        self.take(connection.post("/api/paper-trading/orders", body))

    def take(self, answer):
        told = answer.expect(200, 201, 409).json
        if answer.status == 409:
            self.refused[told["error"]] = self.refused.get(told["error"], 0) + 1
            return
        placed = told["order"]
        if placed["average_price"] is not None:
            self.last[placed["tradingsymbol"]] = placed["average_price"]
            self.fills += 1
        if placed["status"] in ("OPEN", "TRIGGER PENDING") and placed["order_id"] not in self.resting:
            self.resting.append(placed["order_id"])


def opened(connection):
    try:
        return connection.open()
    except ConnectionError:
        return None


def run_all(scripts, meanwhile):
    """All at once, each on a thread of its own, and `meanwhile` on the caller's; the first failure is raised."""
    failures = []

    def run_one(script):
        try:
            script.run()
        except BaseException as failure:  # carried to the caller's thread
            failures.append(failure)

    threads = [threading.Thread(target=run_one, args=(script,)) for script in scripts]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join(PATIENCE * 10)
    if failures:
        raise failures[0]


def books_of(person):
    """What the API tells of a person's book: funds, positions, all orders, and the exact funds of the socket's snapshot."""
    with person.connect() as connection:
        funds = connection.get("/api/paper-trading/funds").expect(200).json
        positions = connection.get("/api/paper-trading/positions").expect(200).json
        return funds, positions, all_orders(connection)
