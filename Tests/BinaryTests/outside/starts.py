"""How long a start takes and what a started house weighs: from the start of the process to the first answer, as an operator waits."""

import statistics
import time

from .house import House, resident_kilobytes
from .http import Connection
from .people import PASSWORD, client_id
from .waiting import together


class Start:
    """One start: seconds to the first answer, and resident memory right after it."""

    def __init__(self, seconds, kilobytes):
        self.seconds = seconds
        self.kilobytes = kilobytes


def measured_start(house):
    """Starts a house, asks for one answer, stops it in order."""
    house.start()
    try:
        with house.connect() as connection:
            connection.get("/health").expect(200)
            seconds = time.perf_counter() - house.started_at
        start = Start(seconds, resident_kilobytes(house.pid))
        assert house.stop() == 0
        return start
    finally:
        house.end()


def fill(house, count, connections=8, orders=0):
    """Registers `count` people in a running house, each with so many orders."""

    def register_share(share):
        with Connection(house.port) as connection:
            for number in range(share, count, connections):
                body = {"email": f"user{number}@example.com", "password": PASSWORD}
                token = connection.post("/api/auth/register", body).expect(201).json["session_token"]
                for _ in range(orders):
                    connection.post(
                        "/api/paper-trading/orders",
                        {
                            "exchange": "NSE",
                            "tradingsymbol": "SBIN",
                            "transaction_type": "BUY",
                            "quantity": 1,
                            "client_order_id": client_id("fill"),
                        },
                        token=token,
                    ).expect(201)

    together(register_share, connections)


def interleaved(binary, folder, rounds, users=1000, orders=0, settings=()):
    """Starts of an empty folder and of one with users, in turns; two lists."""
    full = House(binary, folder / "full" / "data", settings=dict(settings))
    full.data.parent.mkdir(parents=True)
    with full:
        fill(full, users, orders=orders)
        assert full.stop() == 0
    empty_starts, full_starts = [], []
    for number in range(rounds):
        empty = House(binary, folder / f"empty{number}" / "data", settings=dict(settings))
        empty.data.parent.mkdir(parents=True)
        empty_starts.append(measured_start(empty))
        full_starts.append(measured_start(full))
    return empty_starts, full_starts


def summary(name, starts):
    """One line of figures."""
    times = [start.seconds * 1000 for start in starts]
    weights = [start.kilobytes / 1024 for start in starts]
    return (
        f"{name}: first answer after {statistics.median(times):.1f} ms (median of {len(times)}, {min(times):.1f} to {max(times):.1f}), "
        f"{statistics.median(weights):.1f} MB resident"
    )
