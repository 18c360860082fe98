"""A recorded day at full speed under fifty traders: afterwards the cash and the positions of each are what an independent
recomputation from their files gives.
"""

import gzip
import random

import pytest
from conftest import shared

from outside.books import Rows, check_answers, units
from outside.house import free_port, run
from outside.people import order, register
from outside.trading import Script, books_of, run_all
from outside.waiting import eventually
from outside.websocket import WebSocket

PEOPLE = 50
ACTS = 40
# How often a tape is played until people came to trade on it.
LIVES = 4


def write_tape(folder, chance, symbols=("ALPHA", "BETA", "GAMMA"), ticks=40_000):
    """A day of our own in the form of the recorded ones: whole seconds, doubles, a clock that sometimes steps back, an index."""
    folder.mkdir()
    for number, symbol in enumerate((*symbols, "ALLSHARE")):
        price, volume, second = 2000 * (number + 1), 0, 0
        lines = ["time,ltp,volume"]
        for _ in range(ticks):
            second = max(0, second + chance.choice((0, 0, 1, 1, 2, -1)))
            price = max(200, price + chance.randint(-4, 4))
            volume += chance.randint(0, 500)
            clock = 9 * 3600 + 15 * 60 + second
            time = f"2021-04-13T{clock // 3600 % 24:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}+05:30"
            # The price counts twentieths of a rupee.
            text = f"{price // 20}.{price % 20 * 5:02d}".rstrip("0").rstrip(".")
            lines.append(f"{time},{text},{0 if symbol == 'ALLSHARE' else volume}")
            if chance.random() < 0.03:
                lines.append(lines[-1])
        (folder / f"{symbol}.csv").write_text("\n".join(lines) + "\n")
    return symbols


def trade_through(make_house, tape, symbols, chance, figure, name, speed="max"):
    """Fifty people trade while the tape runs, then everything is compared. Gives the number of moments at which somebody traded."""
    # The people are registered before the tape runs, so that all of it is traded on.
    house = make_house(f"house{chance.getrandbits(32):x}", settings={"market": "off"}).start()
    people = [register(house, f"trader{number}@example.com") for number in range(PEOPLE)]
    assert house.stop() == 0
    house.settings["market"] = f"replay:{tape}@{speed}"
    port = free_port()
    house.arguments = ["--listen", f"127.0.0.1:{port}"]
    scripts = [Script(person, port, random.Random(chance.random()), symbols, ACTS) for person in people]
    run_all(scripts, meanwhile=house.start)
    watcher = people[0]
    eventually(lambda: watcher.get("/api/market/status")["feed"]["ended"], patience=300)
    books = {person.id: books_of(person) for person in people}
    exact = {person.id: snapshot_of(house, person) for person in people}
    assert not [event for event in house.events if event["level"] == "error"], house.events[-3:]
    assert house.stop() == 0
    assert run(house.binary, "check", "--data", house.data, "--quiet").code == 0

    instants, fills, closing = set(), 0, 0
    for person in people:
        rows = Rows(house.data, person.id)
        funds, _ = check_answers(rows, *books[person.id])
        told = exact[person.id]["funds"]
        assert units(told["available_funds"]) == funds.available
        assert units(told["invested_funds"]) == funds.invested + funds.reserved
        assert units(told["realized_pnl"]) == funds.realised
        fills += len(rows.trades)
        closing += sum(row["realised_pnl"] is not None for row in rows.trades)
        instants |= {row["traded_at"] for row in rows.trades}
    figure(
        f"replay {name}@{speed}: {PEOPLE} people, {fills} fills at {len(instants)} moments, {closing} of them closing, books agree"
    )
    assert fills > PEOPLE and closing > 0

    house.settings["market"] = "off"
    house.start()
    for person in people:
        funds, positions, orders = books_of(person)
        rows = Rows(house.data, person.id)
        assert units(funds["funds"]["realized_pnl"]) == units(books[person.id][0]["funds"]["realized_pnl"])
        assert [row["quantity"] for row in positions["positions"]] == [row["quantity"] for row in books[person.id][1]["positions"]]
        assert {row["order_id"] for row in orders} == set(rows.last_orders)
    assert house.stop() == 0
    return len(instants)


def trade_while_it_runs(make_house, *more):
    """A busy machine may give the people no turn before the tape is over; then another house plays it again, as exact as the first."""
    moments = 0
    for _ in range(LIVES):
        moments = trade_through(make_house, *more)
        if moments > 10:
            return
    assert moments > 10, "nobody traded while the tape ran"


def snapshot_of(house, person):
    with WebSocket(house.port) as socket:
        socket.log_in(person.token)
        return socket.receive_until(lambda message: message["type"] == "snapshot")[-1]


@pytest.mark.parametrize("speed", ["max", "5000"])
def test_a_recorded_day_leaves_every_book_exact(make_house, chance, figure, speed):
    tape = shared("market/ticks/2021-04-13")
    symbols = ("HDFCBANK", "ICICIBANK", "INFY", "RELIANCE", "SBIN", "TCS")
    trade_while_it_runs(make_house, tape, symbols, chance, figure, "2021-04-13", speed)


def test_a_day_of_our_own_leaves_every_book_exact(make_house, chance, figure, tmp_path):
    symbols = write_tape(tmp_path / "2021-04-13", chance)
    trade_while_it_runs(make_house, tmp_path / "2021-04-13", symbols, chance, figure, "of our own", "5000")


def test_a_tape_shows_its_own_time_and_its_last_prices(make_house, chance, tmp_path):
    write_tape(tmp_path / "day", chance, ticks=500)
    house = make_house(settings={"market": f"replay:{tmp_path}/day@max"}).start()
    person = register(house, "looks@example.com")
    eventually(lambda: person.get("/api/market/status")["feed"]["ended"])
    status = person.get("/api/market/status")
    assert status["simulated"] is False and status["feed"]["kind"] == "replay"
    quotes = {row["i"]: row for row in person.get("/api/market/watch?instruments=NSE:ALPHA,NSE:ALLSHARE")["quotes"]}
    assert quotes["NSE:ALPHA"]["ltp"] > 0 and quotes["NSE:ALPHA"]["tradable"] is True
    assert quotes["NSE:ALLSHARE"]["tradable"] is False, "a tape without volume is an index"
    with person.connect() as connection:
        refused = connection.post("/api/paper-trading/orders", order("ALLSHARE")).expect(422)
        assert refused.json["error"] == "not_tradable"


@pytest.mark.parametrize("form", ["one file", "gzipped", "candles"])
def test_a_tape_comes_in_several_forms(make_house, chance, tmp_path, form):
    write_tape(tmp_path / "day", chance, symbols=("ALPHA",), ticks=50)
    path = tmp_path / "day" / "ALPHA.csv"
    if form == "gzipped":
        packed = tmp_path / "ALPHA.csv.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    elif form == "candles":
        path.write_text(
            "time,open,high,low,close,volume\n"
            "2021-04-13T09:15:00+05:30,100,101.5,99.5,101,1000\n2021-04-13T09:16:00+05:30,101,102,100,100.25,500\n"
        )
    house = make_house(settings={"market": f"replay:{path}@max"}).start()
    person = register(house, "looks@example.com")
    eventually(lambda: person.get("/api/market/status")["feed"]["ended"])
    (quote,) = person.get("/api/market/watch?instruments=NSE:ALPHA")["quotes"]
    assert quote["ltp"] > 0
    if form == "candles":
        assert str(quote["ltp"]) == "100.25"
