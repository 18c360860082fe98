"""An export of the old service that the tests make themselves: what the old engine would have written for a few seeded days, as
`mongoexport` prints it. Lengths and prices are invented; the shapes are those of the recorded exports.
"""

import datetime
import hashlib
import json
import random

from .books import SCALE, Position, units

SYMBOLS = {"RELIANCE": 2500, "TCS": 3600, "SBIN": 600, "M&M": 1500, "ITC": 460}
# How far the old server's wall clock was ahead of UTC; its dates say Z all the same.
OFFSET = datetime.timedelta(hours=5, minutes=30)
CAPITAL = 100_000


class LegacyExport:
    """Documents of one account, and what must come of them."""

    def __init__(self, seed=1, orders=60):
        self.chance = random.Random(seed)
        self.now = datetime.datetime(2026, 1, 6, 3, 50, tzinfo=datetime.timezone.utc)
        self.ids = set()
        self.orders, self.trades, self.positions = [], [], {}
        for _ in range(orders):
            self.add_order()

    def object_id(self):
        self.now += datetime.timedelta(milliseconds=self.chance.randint(900, 40_000))
        return {"$oid": f"{int(self.now.timestamp()):08x}{self.chance.getrandbits(64):016x}"}

    def date(self, later=0):
        local = self.now + OFFSET + datetime.timedelta(milliseconds=later)
        text = local.strftime("%Y-%m-%dT%H:%M:%S") + f".{local.microsecond // 1000:03d}".rstrip("0").rstrip(".")
        return {"$date": text + "Z"}

    def add_order(self):
        while (number := f"PAPER_{self.chance.getrandbits(32):08X}") in self.ids:
            pass
        self.ids.add(number)
        symbol = self.chance.choice(sorted(SYMBOLS))
        side = self.chance.choice(("BUY", "SELL"))
        product = self.chance.choice(("MIS", "MIS", "CNC"))
        quantity = self.chance.randint(1, 9)
        price = round(SYMBOLS[symbol] * (1 + self.chance.uniform(-0.02, 0.02)) * 20) / 20
        price = int(price) if price == int(price) else price
        kind = self.chance.choice(("MARKET", "MARKET", "MARKET", "LIMIT", "SL-M"))
        status = "COMPLETE" if kind == "MARKET" else self.chance.choice(("PENDING", "CANCELLED"))
        filled = quantity if status == "COMPLETE" else 0
        tag = self.chance.choice(("MANUAL", None, "BOT_ITC", "परीक्षा"))
        identity, placed = self.object_id(), self.date()
        self.orders.append(
            {
                "_id": identity,
                "order_id": number,
                "average_price": price if filled else None,
                "cancelled_quantity": quantity if status == "CANCELLED" else 0,
                "exchange": "NSE",
                "exchange_timestamp": self.date(later=3) if filled else None,
                "filled_quantity": filled,
                "order_timestamp": placed,
                "order_type": kind,
                "pending_quantity": quantity if status == "PENDING" else 0,
                "placed_by": "PAPER_TRADING",
                "price": None if kind in ("MARKET", "SL-M") else price,
                "product": product,
                "quantity": quantity,
                "status": status,
                "tag": tag,
                "timestamp": placed,
                "tradingsymbol": symbol,
                "transaction_type": side,
                "trigger_price": price if kind == "SL-M" else None,
            }
        )
        if filled:
            self.fill(number, symbol, product, side, quantity, price, tag)

    def fill(self, number, symbol, product, side, quantity, price, tag):
        self.trades.append(
            {
                "_id": self.object_id(),
                "timestamp": self.date(),
                "order_id": number,
                "symbol": symbol,
                "action": side,
                "quantity": quantity,
                "price": price,
                "tag": tag,
            }
        )
        position = self.positions.setdefault((symbol, "NSE", product), Position())
        position.take(side, quantity * SCALE, units(str(price)))

    @property
    def open_positions(self):
        return {key: position for key, position in self.positions.items() if position.quantity}

    @property
    def cash(self):
        """In units of 10⁻⁸."""
        flow = sum((1 if trade["action"] == "SELL" else -1) * trade["quantity"] * units(str(trade["price"])) for trade in self.trades)
        return CAPITAL * SCALE + flow

    @property
    def order_ids_digest(self):
        return hashlib.sha256("\n".join(sorted(self.ids)).encode()).hexdigest()

    def documents(self):
        """The four collections, by name."""
        positions = []
        for (symbol, exchange, product), position in self.open_positions.items():
            opened = self.date()
            positions.append(
                {
                    "_id": self.object_id(),
                    "symbol": symbol,
                    "exchange": exchange,
                    "product": product,
                    "average_price": position.average_price / SCALE,
                    "buy_quantity": position.buy_quantity // SCALE,
                    "buy_value": position.buy_value / SCALE,
                    "last_price": SYMBOLS[symbol],
                    "opened_at": opened,
                    "quantity": position.quantity // SCALE,
                    "realised_pnl": 0.0,
                    "sell_quantity": position.sell_quantity // SCALE,
                    "sell_value": position.sell_value / SCALE,
                    "unrealised_pnl": 0.0,
                    "updated_at": opened,
                }
            )
        meta = {
            "_id": "global_state",
            "available_funds": self.cash / SCALE,
            "daily_pnl": 0.0,
            "invested_funds": 0.0,
            "realized_pnl": 0.0,
            "reserved_funds": 0.0,
            "total_pnl": 0.0,
            "updated_at": self.date(),
            "virtual_capital": float(CAPITAL),
        }
        return {"paper_orders": self.orders, "paper_positions": positions, "paper_trades": self.trades, "paper_meta": [meta]}

    def write(self, folder, prefix=""):
        """As `mongoexport` writes it: a document a line."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, documents in self.documents().items():
            lines = [json.dumps(document, ensure_ascii=False, separators=(",", ":")) for document in documents]
            (folder / f"{prefix}{name}.json").write_text("".join(line + "\n" for line in lines))
        return folder
