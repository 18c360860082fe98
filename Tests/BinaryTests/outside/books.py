"""A second opinion on paper books: cash and positions worked out from the trades in a user's files, in whole numbers of 10⁻⁸, with
nothing of the product's code. The rules are those of the trade rows: signed average cost, what closes takes its share of the cost
rounded half away from zero, the last of it takes the rest.
"""

import json
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

SCALE = 10**8

Key = namedtuple("Key", "exchange symbol product")
Funds = namedtuple("Funds", "capital cash available invested reserved realised charges")


def units(value):
    """A decimal text or number as a whole number of 10⁻⁸; traps when it has more decimals."""
    scaled = Decimal(value) * SCALE
    assert scaled == scaled.to_integral_value(), f"{value} has more than eight decimals"
    return int(scaled)


def divided(numerator, denominator):
    """Rounded half away from zero."""
    quotient = (abs(numerator) + denominator // 2) // denominator
    return quotient if numerator >= 0 else -quotient


def paise(amount):
    """An amount rounded to paise, half away from zero, as a decimal."""
    return Decimal(divided(amount, 10**6)) / 100


class Position:
    """The net of the fills of one key since it was last flat."""

    def __init__(self):
        self.begin()

    def begin(self):
        self.quantity = self.cost = self.realised = 0
        self.buy_quantity = self.buy_value = self.sell_quantity = self.sell_value = 0

    def take(self, side, quantity, price):
        """Books a fill; what closing brought, None when it only opened."""
        if self.quantity == 0:
            self.begin()
        value = exact_value(price, quantity)
        if side == "BUY":
            self.buy_quantity += quantity
            self.buy_value += value
        else:
            self.sell_quantity += quantity
            self.sell_value += value
        signed = quantity if side == "BUY" else -quantity
        if self.quantity == 0 or (self.quantity > 0) == (signed > 0):
            self.quantity += signed
            self.cost += value
            return None
        open_quantity = abs(self.quantity)
        closed = min(open_quantity, quantity)
        closed_value = value if closed == quantity else exact_value(price, closed)
        closed_cost = self.cost if closed == open_quantity else divided(self.cost * closed, open_quantity)
        brought = closed_cost - closed_value if self.quantity < 0 else closed_value - closed_cost
        self.cost += value - closed_value - closed_cost
        self.quantity += signed
        self.realised += brought
        return brought

    @property
    def average_price(self):
        return divided(self.cost * SCALE, abs(self.quantity)) if self.quantity else 0

    @property
    def facts(self):
        return {
            "quantity": self.quantity,
            "average_price": self.average_price,
            "invested": self.cost,
            "buy_quantity": self.buy_quantity,
            "buy_value": self.buy_value,
            "sell_quantity": self.sell_quantity,
            "sell_value": self.sell_value,
            "realised_pnl": self.realised,
        }


def exact_value(price, quantity):
    """Price × quantity; whole shares at prices in paise leave nothing to round."""
    return divided(price * quantity, SCALE)


class Rows:
    """The four files of a user's default book, as rows without their headers."""

    def __init__(self, data, user):
        folder = Path(data) / "paper" / user
        self.paths = {kind: folder / f"user_{user}_paper_{kind}.jsonl" for kind in ("orders", "positions", "trades", "meta")}
        # Whether a file stands for more lines than it has and its archives have.
        self.is_folded = False
        for kind, path in self.paths.items():
            setattr(self, kind, self.read(path))

    def read(self, path):
        """The lines of a file, and those that it gave to its archives, each number once and in their order."""
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        rows = [line for line in lines if "fmt" not in line]
        head = next((line for line in lines if "fmt" in line), None)
        if head is None or path == self.paths["meta"] or head["base_n"] == head["rows"]:
            return rows
        self.is_folded = True
        numbered = {}
        for archive in sorted(path.parent.glob(path.name.removesuffix(".jsonl") + ".[0-9]*.jsonl")):
            first, *old = [json.loads(line) for line in archive.read_text().splitlines()]
            if first["gen"] == head["gen"]:
                # What it has beyond this number is still in the file itself.
                numbered |= {row["n"]: row for row in old if row["n"] <= head["base_n"]}
        numbered |= {row["n"]: row for row in rows}
        return [numbered[number] for number in sorted(numbered)]

    @property
    def epoch(self):
        return self.meta[-1]["epoch"] if self.meta else 1

    @property
    def last_positions(self):
        """The last row of each position of this epoch."""
        return {Key(row["exchange"], row["symbol"], row["product"]): row for row in self.positions if row["epoch"] == self.epoch}

    @property
    def last_orders(self):
        """The last row of each order of this epoch, by id."""
        return {row["order_id"]: row for row in self.orders if row["epoch"] == self.epoch}


def recomputed(rows):
    """Funds and open positions of the current epoch from the trades, and the orders' own holds."""
    capital = units(rows.meta[-1]["virtual_capital"])
    cash, realised, charges, positions = capital, 0, 0, {}
    seen = set()
    for row in rows.trades:
        if row["epoch"] != rows.epoch:
            continue
        assert row["trade_id"] not in seen, f"trade {row['trade_id']} stands twice"
        seen.add(row["trade_id"])
        quantity, price, fee = units(row["quantity"]), units(row["price"]), units(row["charges"])
        position = positions.setdefault(Key(row["exchange"], row["symbol"], row["product"]), Position())
        brought = position.take(row["action"], quantity, price)
        stated = None if row["realised_pnl"] is None else units(row["realised_pnl"])
        assert brought == stated, f"trade {row['trade_id']} says it brought {stated}, it brought {brought}"
        value = exact_value(price, quantity)
        cash += (value if row["action"] == "SELL" else -value) - fee
        realised += brought or 0
        charges += fee
    positions = {key: position for key, position in positions.items() if position.quantity}
    working = [row for row in rows.last_orders.values() if row["status"] in ("OPEN", "TRIGGER PENDING")]
    reserved = sum(units(row["reserved"]) for row in working)
    margins = 0
    for row in rows.last_positions.values():
        position = positions.get(Key(row["exchange"], row["symbol"], row["product"]))
        if position:
            # Paid in full, or a fifth of it for the day, rounded up.
            assert units(row["margin"]) in (position.cost, -(-position.cost // 5)), f"{row['symbol']} blocks {row['margin']}"
            margins += units(row["margin"])
    at_cost = sum(position.cost if position.quantity > 0 else -position.cost for position in positions.values())
    funds = Funds(
        capital=capital,
        cash=cash,
        available=cash + at_cost - margins - reserved,
        invested=margins,
        reserved=reserved,
        realised=realised,
        charges=charges,
    )
    assert funds.available + funds.invested + funds.reserved == funds.capital + funds.realised - funds.charges
    return funds, positions


def check_files(rows):
    """The files of one user against themselves: the commit line and the last rows say what the trades give."""
    funds, positions = recomputed(rows)
    meta = rows.meta[-1]
    for name, value in (
        ("cash", funds.cash),
        ("available_funds", funds.available),
        ("invested_funds", funds.invested),
        ("reserved_funds", funds.reserved),
        ("realized_pnl", funds.realised),
        ("charges", funds.charges),
    ):
        assert units(meta[name]) == value, f"meta says {name} {meta[name]}, the trades give {Decimal(value) / SCALE}"
    counts = [len(rows.orders), len(rows.positions), len(rows.trades)]
    if rows.is_folded:
        # Of orders and positions the last line is enough; trades stay all, here or in an archive.
        assert counts[0] <= meta["n"][0] and counts[1] <= meta["n"][1] and counts[2] == meta["n"][2], f"meta counts {meta['n']}, not {counts}"
    else:
        assert counts == meta["n"], "meta counts other lines than there are"
    last = rows.last_positions
    assert {key for key, row in last.items() if units(row["quantity"])} == set(positions)
    for key, position in positions.items():
        assert units(last[key]["quantity"]) == position.quantity
        assert units(last[key]["cost"]) == position.cost
    filled = {}
    for row in rows.trades:
        filled[row["order_id"]] = filled.get(row["order_id"], 0) + units(row["quantity"])
    for number, row in rows.last_orders.items():
        assert units(row["filled_quantity"]) == filled.get(number, 0), f"order {number} filled something else than its trades"
    return funds, positions


def check_answers(rows, funds_answer, positions_answer, orders_answer=()):
    """What the API told against what the files give, to the last paisa; exact where the API is exact."""
    funds, positions = check_files(rows)
    told = funds_answer["funds"]
    wanted = {
        "virtual_capital": paise(funds.capital),
        "available_funds": paise(funds.available),
        "invested_funds": paise(funds.invested + funds.reserved),
        "reserved_funds": paise(funds.reserved),
        "realized_pnl": paise(funds.realised),
    }
    assert {name: Decimal(told[name]) for name in wanted} == wanted
    told = {Key(row["exchange"], row["tradingsymbol"], row["product"]): row for row in positions_answer["positions"]}
    assert set(told) == set(positions)
    for key, position in positions.items():
        assert {name: units(told[key][name]) for name in position.facts} == position.facts, key
    for order in orders_answer:
        row = rows.last_orders[order["order_id"]]
        for name in ("status", "tradingsymbol", "transaction_type", "order_type", "product"):
            assert order[name] == row[name]
        for name in ("quantity", "filled_quantity", "cancelled_quantity"):
            assert units(order[name]) == units(row[name])
    return funds, positions
