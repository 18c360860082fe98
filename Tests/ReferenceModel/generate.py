"""Random scripts for a paper book, each from one seed: 100 to 400 lines that reach every rule of etc/docs/paper-exchange.md.

A script draws a temper first (prices that creep or gap, depth that is full, thin, broken or absent, orders small or large beside the capital,
round numbers or all eight places), and keeps it, so that a rare situation comes often in the books that are made for it.
"""

import random

ONE = 10**8
START = 1_795_146_300_000  # 2026-11-20, 09:15 in India
DAY = 86_400_000

# Symbol: tick, lot, usual price; in 10^-8.
SYMBOLS = {
    "AAA": (5_000_000, ONE, 100 * ONE),
    "BBB": (10_000_000, 25 * ONE, 40 * ONE),
    "CCC": (1_000_000, 100_000, 2_500 * ONE),
}


def show(amount):
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), ONE)
    return f"{sign}{whole}" + (f".{part:08d}".rstrip("0") if part else "")


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        pick = self.random.choice
        self.now = START + self.random.randrange(DAY)
        self.terms = pick(["plain", "margin", "margin", "charged", "charged"])
        self.symbols = pick([["AAA"], ["AAA"], ["BBB"], ["CCC"], ["AAA", "BBB", "CCC"], ["AAA", "CCC"]])
        self.products = pick([["MIS"], ["MIS"], ["CNC"], ["MIS", "NRML"], ["MIS", "CNC", "NRML"]])
        self.moves = pick(["still", "creeping", "creeping", "jumping", "gapping"])
        self.depth = pick(["full", "full", "thin", "mixed", "broken", "none"])
        self.numbers = pick(["round", "round", "round", "round", "uneven", "fine"])
        self.size = pick(["small", "small", "large", "mixed", "mixed", "vast"])
        self.patience = pick(["hurried", "mixed", "patient", "patient", "stops"])
        self.pace = pick([0, 3, 40, 900, 4_000, 12_000])
        self.prices = {symbol: usual for symbol, (_, _, usual) in SYMBOLS.items()}
        if self.size == "vast":
            self.prices = {symbol: pick([1, 4, 30]) * max(tick, 1_000_000) for symbol, (tick, _, _) in SYMBOLS.items()}
        self.capital = self.draw_capital()
        self.names = []
        self.number = 0
        self.lines = []

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def draw_capital(self):
        if self.size == "vast":
            return 10**10 * ONE
        if self.size == "large":
            return self.random.choice([100, 1_000, 5_000, 20_000]) * ONE + self.random.choice([0, 0, 1, 12_345_678])
        return self.random.choice([1_000, 20_000, 100_000, 100_000, 10_000_000]) * ONE

    # Prices and quantities

    def tick_and_lot(self, symbol):
        tick, lot, _ = SYMBOLS[symbol]
        return tick, lot

    def move(self, symbol):
        tick, _ = self.tick_and_lot(symbol)
        price = self.prices[symbol]
        pick = self.random.choice
        steps = {
            "still": lambda: pick([-1, 0, 0, 0, 1]),
            "creeping": lambda: pick([-2, -1, -1, 0, 0, 1, 1, 2]),
            "jumping": lambda: pick([-9, -4, -1, 0, 1, 4, 9]),
            "gapping": lambda: pick([-1, 0, 1, 0]) if self.chance(80) else pick([-1, 1]) * price // tick // pick([3, 5, 10, 20]),
        }[self.moves]()
        price = max(tick, price + steps * tick)
        self.prices[symbol] = min(price, SYMBOLS[symbol][2] * 5)

    def near(self, symbol, spread=6):
        """A price on the grid, near the last one."""
        tick, _ = self.tick_and_lot(symbol)
        far = spread if self.chance(85) else spread * 12
        return max(tick, self.prices[symbol] // tick * tick + self.random.randint(-far, far) * tick)

    def away(self, symbol, direction):
        """A price on the grid, rather beyond the last one in a direction: where a limit waits, or a stop."""
        tick, _ = self.tick_and_lot(symbol)
        return max(tick, self.prices[symbol] // tick * tick + direction * self.random.randint(-1, 12) * tick)

    def order_price(self, symbol, direction):
        if self.chance(0.7):
            return self.random.choice([0, 1, 10**9 * ONE, 10**9 * ONE + 1, 2 * 10**9 * ONE, self.near(symbol) + 1])
        if direction and self.patience in ("patient", "stops") and self.chance(85):
            return self.away(symbol, direction)
        return self.near(symbol)

    def order_quantity(self, symbol):
        _, lot = self.tick_and_lot(symbol)
        pick = self.random.choice
        if self.chance(1.5):
            return pick([0, 1, lot + 1, lot // 2, 10**9 * ONE, 10**9 * ONE + lot, 3 * 10**9 * ONE])
        if self.size == "vast":
            return pick([10**9, 10**9, 10**9 - 25, 5 * 10**8, 25]) * ONE
        if self.size == "large" or (self.size == "mixed" and self.chance(25)):
            lever = 5 if self.terms != "plain" and self.chance(60) else 1
            affordable = lever * self.capital // max(self.prices[symbol], 1) * ONE // lot
            return max(1, affordable * pick([1, 2, 3, 5, 9, 10, 20, 45, 49, 50, 51]) // 10 + pick([-1, 0, 0, 1])) * lot
        return self.random.randint(1, pick([2, 10, 10, 60])) * lot

    def shown_quantity(self, symbol):
        _, lot = self.tick_and_lot(symbol)
        most = {"thin": 3, "none": 3}.get(self.depth, 40)
        quantity = self.random.randint(1, self.random.choice([3, most])) * lot
        if self.size == "vast":
            quantity *= self.random.choice([1, 10**7, 4 * 10**7])
        if self.numbers != "round" and self.chance(40):
            quantity = max(1, quantity - lot // self.random.choice([2, 3, 10]) if lot > 3 else quantity)
        return quantity

    def levels(self, symbol, first, step):
        levels, price = [], first
        for _ in range(self.random.choice([1, 2, 3, 5, 5])):
            if price <= 0:
                break
            levels.append([price, self.shown_quantity(symbol)])
            price += step * self.random.choice([1, 1, 1, 2, 3])
        return levels

    def broken(self, levels):
        """Breaks one level of a side in some way a feed might."""
        level = self.random.randrange(len(levels))
        way = self.random.randrange(4)
        if way == 0:
            levels[level][0] = 0
        elif way == 1:
            levels[level][1] = 0
        elif way == 2:
            levels[level][0] = levels[0][0]
        else:
            levels[level:] = [list(l) for l in reversed(levels[level:])]

    def tick_line(self, symbol):
        if self.chance(80):
            self.move(symbol)
        tick, lot = self.tick_and_lot(symbol)
        last = self.prices[symbol]
        style = self.depth
        if style == "mixed":
            style = self.random.choice(["full", "thin", "broken", "none"])
        traded = 0 if self.chance(30) else min(9 * 10**10 * ONE, self.shown_quantity(symbol) * self.random.choice([1, 1, 2, 8]))
        bids = asks = []
        if style != "none":
            middle = last + self.random.choice([-2, -1, 0, 0, 0, 1, 2]) * tick
            gap = self.random.choice([0, 1, 1, 2, 5])
            bids = self.levels(symbol, middle - gap * tick, -tick)
            asks = self.levels(symbol, middle + (1 if gap == 0 else 0) * tick + self.random.choice([0, gap]) * tick, tick)
            if self.chance(6):
                bids = []
            if self.chance(6):
                asks = []
            if style == "broken":
                if self.chance(35) and bids and asks:
                    bids[0][0], asks[0][0] = asks[0][0], bids[0][0]
                if self.chance(40) and bids:
                    self.broken(bids)
                if self.chance(40) and asks:
                    self.broken(asks)
        if self.numbers == "fine":
            last = max(1, last + self.random.choice([0, 0, 1, -1, 3_333_333, -1_234_567]))
            for level in [*bids, *asks]:
                if self.chance(50) and level[0] > tick:
                    level[0] += self.random.choice([1, -1, 777, 3_333_333])
        self.write("tick", symbol, show(last), show(traded), self.side(bids), self.side(asks))

    def side(self, levels):
        return ",".join(f"{show(price)}@{show(quantity)}" for price, quantity in levels) or "-"

    # Lines

    def write(self, *words):
        self.lines.append(" ".join([str(self.now), *words]))

    def kind(self, symbol, side):
        """A kind with its prices. `side` is +1 for a buy, -1 for a sale, 0 if it is not known."""
        ways = {
            "hurried": ["MARKET", "MARKET", "LIMIT"],
            "mixed": ["MARKET", "LIMIT", "LIMIT", "SL-M", "SL"],
            "patient": ["MARKET", "LIMIT", "LIMIT", "LIMIT", "LIMIT", "LIMIT", "SL-M", "SL"],
            "stops": ["MARKET", "LIMIT", "SL-M", "SL-M", "SL"],
        }
        way = self.random.choice(ways[self.patience])
        if way == "MARKET":
            return [way]
        if way == "LIMIT":
            return [way, show(self.order_price(symbol, -side))]
        if way == "SL-M":
            return [way, show(self.order_price(symbol, side))]
        return [way, show(self.order_price(symbol, side)), show(self.order_price(symbol, side))]

    def place_line(self):
        symbol = self.random.choice(self.symbols) if not self.chance(0.7) else self.random.choice(["ZZZ", "AAA", "CCC"])
        self.number += 1
        name = f"o{self.number}"
        known = symbol if symbol in SYMBOLS else "AAA"
        side = self.random.choice(["BUY", "SELL"])
        if self.products == ["CNC"] and self.chance(25):
            side = "BUY"
        validity = "IOC" if self.chance(15) else "DAY"
        product = self.random.choice(self.products)
        self.write("place", name, symbol, side, product, validity, show(self.order_quantity(known)), *self.kind(known, 1 if side == "BUY" else -1))
        self.names.append((name, known))

    def known_name(self):
        return self.random.choice(self.names[-self.random.choice([1, 3, 8, 40]) :])

    def modify_line(self):
        if not self.names:
            return
        name, symbol = self.known_name()
        quantity = show(self.order_quantity(symbol)) if self.chance(60) else "-"
        kind = self.kind(symbol, 0) if quantity == "-" or self.chance(60) else ["-"]
        self.write("modify", name, quantity, *kind)

    def cancel_line(self):
        if self.names:
            self.write("cancel", self.known_name()[0])

    def pass_time(self):
        if self.chance(1):
            self.now += self.random.choice([4_999, 5_000, 5_001, 29_999, 30_000, 30_001, 600_000])
        elif self.chance(0.8):
            self.now += DAY
        else:
            self.now += self.random.randint(0, self.pace)

    def crowd(self):
        """More working orders than a book may have."""
        self.capital, self.now = 10**9 * ONE, START
        self.write("book", show(self.capital), self.terms)
        self.symbols, self.products = ["AAA", "CCC"], ["MIS", "NRML"]
        while self.number < 1_150:
            symbol = self.random.choice(self.symbols)
            self.number += 1
            price = self.prices[symbol] // 2 + self.random.randint(0, 99) * 5_000_000
            quantity = show(self.random.randint(1, 9) * SYMBOLS[symbol][1])
            self.write("place", f"o{self.number}", symbol, "BUY", self.random.choice(self.products), "DAY", quantity, "LIMIT", show(price))
            self.names.append((f"o{self.number}", symbol))
            if self.number > 1_000 and self.chance(40):
                self.write("cancel", self.random.choice(self.names)[0])
        return self.lines

    def script(self):
        self.write("book", show(self.capital), self.terms)
        if self.chance(85):
            for symbol in self.symbols:
                self.tick_line(symbol)
        length = self.random.randint(100, 400)
        eagerness = self.random.choice([15, 35, 55])
        while len(self.lines) < length:
            self.pass_time()
            draw = self.random.random() * 100
            if draw < eagerness:
                self.place_line()
            elif draw < eagerness + 7:
                self.modify_line()
            elif draw < eagerness + 12:
                self.cancel_line()
            elif draw < eagerness + 13:
                self.write("expire")
            elif draw < eagerness + 13.4:
                self.write("reset", show(self.random.choice([0, 1, self.capital, self.draw_capital(), 10**10 * ONE, 10**10 * ONE + 1])))
            else:
                self.tick_line(self.random.choice(self.symbols))
        return self.lines


def script(seed):
    """The lines of one book. Every thousandth is a crowd."""
    writer = Writer(seed)
    return writer.crowd() if seed % 1_000 == 500 else writer.script()


if __name__ == "__main__":
    import sys

    print("\n".join(script(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
