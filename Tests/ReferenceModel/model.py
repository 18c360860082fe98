"""A second, slow implementation of etc/docs/paper-exchange.md: one paper book, driven by the lines of a script.

Written from that page alone, so that a difference to the exchange in Swift is a defect of one of them or of the page. Every amount, price and
quantity is a whole number of 10^-8; what is not whole is cut by `half_up` or `up`, and by nothing else. `Book` has the rules, `Session` the script's
lines and answers; `generate.py` writes scripts, `run.py` compares.
"""

from collections import Counter

ONE = 10**8
BUY, SELL = 1, -1
STALE_MILLISECONDS = 30_000
TAKEN_MILLISECONDS = 5_000
QUANTITY_LIMIT = PRICE_LIMIT = 10**9 * ONE
POSITION_LIMIT = 5 * 10**10 * ONE
CAPITAL_LIMIT = 10**10 * ONE
ORDERS_AN_EPOCH = 200_000
WORKING_ORDERS = 1_000
INDIA_MILLISECONDS = 19_800_000
DAY_MILLISECONDS = 86_400_000

# Symbol: tick, lot.
INSTRUMENTS = {
    "AAA": (ONE // 20, ONE),
    "BBB": (ONE // 10, 25 * ONE),
    "CCC": (ONE // 100, ONE // 1000),
}


PRODUCTS = ("MIS", "CNC", "NRML")


# Numbers


def half_up(numerator, denominator):
    """The nearest whole number, ties away from zero. The denominator is above 0."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def up(numerator, denominator):
    return -(-numerator // denominator)


def times(price, quantity):
    return half_up(price * quantity, ONE)


def parse(text):
    """A plain decimal with at most 8 places, in 10^-8."""
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole) * ONE + int((part + "00000000")[:8]))


def show(amount):
    """The shortest plain decimal."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), ONE)
    if part == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{part:08d}".rstrip("0")


# Terms of a book: margin rates and charges


class Terms:
    """What a book asks of its positions and fills: `plain`, `margin` or `charged`."""

    # Rates in 10^-8: brokerage, its cap, tax of a buy, tax of a sale, exchange, SEBI, stamp of a buy; NSE shares from 2026-04-01 on.
    INTRADAY = (30_000, 20 * ONE, 0, 25_000, 3_070, 100, 3_000)
    DELIVERY = (0, 0, 100_000, 100_000, 3_070, 100, 15_000)
    GST_PERCENT = 18

    def __init__(self, name):
        if name not in ("plain", "margin", "charged"):
            raise ValueError(f"no such terms: {name}")
        self.charged = name == "charged"
        self.intraday_percent = 100 if name == "plain" else 20

    def percent(self, product):
        return self.intraday_percent if product == "MIS" else 100

    def charges(self, product, side, value):
        """What an order of this value pays in all. Lines are rounded one by one, GST from them unrounded but for the brokerage, the stamp duty to the rupee."""
        if not self.charged or value == 0:
            return 0
        brokerage, cap, tax_buy, tax_sale, exchange, sebi, stamp = self.DELIVERY if product == "CNC" else self.INTRADAY
        fee = half_up(min(value * brokerage, cap * ONE), ONE)
        tax = half_up(value * (tax_buy if side == BUY else tax_sale), ONE)
        gst = half_up(self.GST_PERCENT * (fee * ONE + value * exchange + value * sebi), 100 * ONE)
        duty = half_up(half_up(value * stamp, ONE), ONE) * ONE if side == BUY else 0
        return tax + half_up(value * exchange, ONE) + half_up(value * sebi, ONE) + fee + duty + gst


# What a book knows of the market


class Quote:
    """The last tick of an instrument. `bids` and `asks` hold what is believed of the levels as sent, best first."""

    def __init__(self, ms, last, traded, bids, asks):
        self.ms, self.last, self.traded = ms, last, traded
        self.has_depth = bool(bids or asks)
        self.bids, self.asks = believed(bids, BUY), believed(asks, SELL)
        if self.bids and self.asks and self.bids[0][0] >= self.asks[0][0]:
            self.bids, self.asks = [], []

    def side(self, side):
        return self.bids if side == BUY else self.asks

    def displayed(self, side, price):
        """What this side displays at a price; None where nobody can know."""
        levels = self.side(side)
        for level, quantity in levels:
            if level == price:
                return quantity
        if not levels or (price - levels[-1][0]) * side < 0:
            return None
        return 0


def believed(levels, side):
    result = []
    for price, quantity in levels:
        if price <= 0 or quantity <= 0:
            continue
        if result and (price - result[-1][0]) * side >= 0:
            break
        result.append((price, quantity))
    return result


# Orders and positions


class Order:
    """Kind: `limit` is None for MARKET and SL-M, `trigger` is None for MARKET and LIMIT."""

    def __init__(self, name, age, day, symbol, side, product, validity, quantity, limit, trigger):
        self.name, self.age, self.day = name, age, day
        self.symbol, self.side, self.product, self.validity = symbol, side, product, validity
        self.quantity, self.limit, self.trigger = quantity, limit, trigger
        self.reference = None  # the last price that it holds at, None while it met no quote with something on its other side
        self.triggered = False
        self.resting = False  # a limit that has arrived at a quote, and rests
        self.ahead = None  # what stands ahead of it in the queue, None while unknown
        self.filled = self.value = self.charged = self.cancelled = 0
        self.working, self.code = True, ""

    @property
    def key(self):
        return (self.symbol, self.product)

    @property
    def pending(self):
        return self.quantity - self.filled - self.cancelled

    @property
    def waits(self):
        """Whether it still waits for its trigger."""
        return self.trigger is not None and not self.triggered

    @property
    def status(self):
        if self.working:
            return "TRIGGER PENDING" if self.waits else "OPEN"
        if self.filled == self.quantity:
            return "COMPLETE"
        return "CANCELLED" if self.cancelled else "REJECTED"

    def hold_price(self):
        price = self.limit if self.limit is not None else self.trigger if self.trigger is not None else self.reference
        if self.side == SELL:
            price = max(price, self.trigger or 0, self.reference or 0)
        return price


class Position:
    """Signed quantity, cost above 0; `bought` and `sold` since it was flat."""

    def __init__(self, quantity=0, cost=0, bought=0, sold=0):
        self.quantity, self.cost, self.bought, self.sold = quantity, cost, bought, sold

    def copy(self):
        return Position(self.quantity, self.cost, self.bought, self.sold)


NO_POSITION = Position()


class Refused(Exception):
    """The act leaves no trace; the argument is the code."""


class Rejected(Exception):
    """The order stands in the book with this code."""


class Book:
    """One epoch of a paper book. `quotes` belongs to the market and outlives it."""

    def __init__(self, capital, terms, quotes, situations):
        self.capital, self.cash, self.terms, self.quotes, self.situations = capital, capital, terms, quotes, situations
        self.realised = self.charges = self.traded_value = 0
        self.orders = {}
        self.working = []  # in the order they were placed
        self.positions = {}
        self.taken = {}  # (symbol, side of the quote): [(time, quantity)] of displayed quantity that this book took
        self.left_of_tick = None  # while a tick is worked through: {side: [(price, quantity left)]}, level by level
        self.fills = []  # of the present command
        self.arrived = set()  # names of the orders that came to rest in the present command
        self.reserved = {}  # position key: {order: (opening quantity, held)}, made when asked for
        self.dirty = set()  # keys whose orders or position changed in the present command

    # Funds

    def changed(self, key):
        self.reserved.pop(key, None)
        self.dirty.add(key)

    def reservations(self, key):
        """For each working order of a position: the quantity that would open, and what it holds for that."""
        if key in self.reserved:
            return self.reserved[key]
        position = self.positions.get(key, NO_POSITION).quantity
        to_close = {SELL: max(position, 0), BUY: max(-position, 0)}
        result = {}
        for order in self.working:
            if order.key == key:
                closing = min(order.pending, to_close[order.side])
                to_close[order.side] -= closing
                opening = order.pending - closing
                result[order] = (opening, self.hold(order, opening))
        self.reserved[key] = result
        return result

    def hold(self, order, opening):
        if opening == 0:
            return 0
        value = times(order.hold_price(), opening)
        charges = self.terms.charges(order.product, order.side, order.value + value) - order.charged
        return up(self.terms.percent(order.product) * value, 100) + charges

    def held(self):
        return sum(held for key in {order.key for order in self.working} for _, held in self.reservations(key).values())

    def margin(self, key):
        position = self.positions.get(key, NO_POSITION)
        return up(self.terms.percent(key[1]) * position.cost, 100)

    def margins(self):
        return sum(self.margin(key) for key in self.positions)

    def available(self):
        costs = sum(p.cost if p.quantity > 0 else -p.cost for p in self.positions.values())
        return self.cash + costs - self.margins() - self.held()

    def unrealised_on_margin(self):
        total = 0
        for key, position in self.positions.items():
            if position.quantity < 0 or self.margin(key) != position.cost:
                worth = times(self.quotes[key[0]].last, abs(position.quantity))
                total += worth - position.cost if position.quantity > 0 else position.cost - worth
        return total

    def free(self):
        return self.available() + min(0, self.unrealised_on_margin())

    # Placing, changing, cancelling

    def place(self, now, name, symbol, side, product, validity, quantity, limit, trigger):
        if symbol not in INSTRUMENTS:
            raise Refused("unknown_instrument")
        check_sizes(quantity, limit, trigger)
        if len(self.orders) >= ORDERS_AN_EPOCH:
            raise Refused("book_full")
        day = (now + INDIA_MILLISECONDS) // DAY_MILLISECONDS
        order = Order(name, len(self.orders), day, symbol, side, product, validity, quantity, limit, trigger)
        self.look(now, order)
        self.check_position_limit(order)
        self.orders[name] = order
        self.dirty.add(order.key)
        try:
            check_grid(order)
            if len(self.working) >= WORKING_ORDERS:
                raise Rejected("too_many_open_orders")
            if trigger is None and (limit is None or validity == "IOC"):
                self.check_fresh(now, symbol)
            self.check_holdings(order)
            self.attempt(order, order.__dict__.copy(), lambda: self.enter(now, order))
        except Rejected as reason:
            order.working, order.code = False, str(reason)

    def enter(self, now, order):
        self.working.append(order)
        self.changed(order.key)
        self.arrive(now, order)

    def modify(self, now, name, quantity, kind):
        """Quantity None and kind None stand for the old ones; kind is (limit, trigger)."""
        order = self.orders.get(name)
        if order is None:
            raise Refused("unknown_order")
        if not order.working:
            self.situations["a change comes too late"] += 1
            raise Refused("order_not_open")
        before = order.__dict__.copy()
        was_resting = order.resting
        had_met = order.reference is not None
        quantity = order.quantity if quantity is None else quantity
        limit, trigger = (order.limit, order.trigger) if kind is None else kind
        check_sizes(quantity, limit, trigger)
        if quantity <= order.filled:
            raise Refused("quantity_below_filled")
        keeps_place = (limit, trigger) == (order.limit, order.trigger) and quantity <= order.quantity
        try:
            if trigger != order.trigger:
                order.triggered = False
            order.quantity, order.limit, order.trigger = quantity, limit, trigger
            self.look(now, order)
            self.check_position_limit(order)
            check_grid(order)
            market_or_ioc = not order.waits and (limit is None or order.validity == "IOC")
            other_kind = had_met and not order.waits and (limit, trigger) != (before["limit"], before["trigger"])
            if other_kind or market_or_ioc:
                self.check_fresh(now, order.symbol)
            self.check_holdings(order)
            order.resting = was_resting and keeps_place and not order.waits
            if not keeps_place:
                order.ahead = None
            self.attempt(order, before, lambda: self.arrive(now, order))
        except (Refused, Rejected) as reason:
            order.__dict__.update(before)
            self.changed(order.key)
            raise Refused(str(reason)) from None
        if was_resting and not keeps_place:
            self.situations["a change loses the place in the queue"] += 1

    def attempt(self, order, before, act):
        """Does the act if the funds allow it with all its fills; otherwise nothing of it has happened but what the caller puts back."""
        now_order = order.__dict__.copy()
        order.__dict__.update(before)
        key = order.key
        others = {o: opening for o, (opening, _) in self.reservations(key).items() if o is not order}
        free = self.free()
        saved = self.save(order)
        order.__dict__.update(now_order)
        self.changed(key)
        act()
        opens = any(fill.opened for fill in self.fills) or self.reservations(key).get(order, (0, 0))[0] > 0
        opens = opens or any(opening > others.get(o, 0) for o, (opening, _) in self.reservations(key).items() if o is not order)
        after = self.free()
        if after < 0 and after < free and opens:
            self.restore(order, saved)
            raise Rejected("insufficient_funds")
        if after < 0:
            self.situations["an act with negative free funds"] += 1

    def cancel(self, name):
        order = self.orders.get(name)
        if order is None:
            raise Refused("unknown_order")
        if not order.working:
            raise Refused("order_not_open")
        self.end(order, "cancelled_by_user")

    def expire(self, now):
        day = (now + INDIA_MILLISECONDS) // DAY_MILLISECONDS
        for order in list(self.working):
            if order.validity == "DAY" and order.day < day:
                self.end(order, "end_of_day")

    def end(self, order, code):
        """Cancels what is left of an order."""
        order.cancelled, order.code, order.working = order.pending, code, False
        self.working.remove(order)
        self.changed(order.key)

    def check_position_limit(self, order):
        position = self.positions.get(order.key, NO_POSITION)
        done = position.bought if order.side == BUY else position.sold
        for other in self.working:
            if other is not order and other.key == order.key and other.side == order.side:
                done += other.pending
        if done + order.pending > POSITION_LIMIT:
            raise Refused("quantity_too_large")

    def check_fresh(self, now, symbol):
        if not self.is_fresh(now, symbol):
            raise Rejected("no_price")

    def is_fresh(self, now, symbol):
        return symbol in self.quotes and now - self.quotes[symbol].ms <= STALE_MILLISECONDS

    def check_holdings(self, order):
        if order.product != "CNC" or order.side != SELL:
            return
        wanted = order.pending
        for other in self.working:
            if other is not order and other.key == order.key and other.side == SELL:
                wanted += other.pending
        if wanted > self.positions.get(order.key, NO_POSITION).quantity:
            raise Rejected("insufficient_holdings")

    # Matching

    def arrive(self, now, order):
        """An order that is placed or changed meets the quote, if that is fresh."""
        fresh = self.is_fresh(now, order.symbol)
        if order.waits:
            if fresh and reached(order, self.quotes[order.symbol].last):
                order.triggered = True
                self.situations["triggers at its placing or change"] += 1
            else:
                return
        if fresh:
            self.meet(now, order, self.fill)
        self.settle(order, fresh)

    def offers(self, order):
        """Whether the quote displays something on the order's other side, even if this book took it; a feed without depth has its last price."""
        quote = self.quotes[order.symbol]
        return not quote.has_depth or bool(quote.side(-order.side))

    def look(self, now, order):
        """Notes for an order that met no quote yet whether this is one, and the last price that it holds at from then on."""
        if order.reference is None and self.is_fresh(now, order.symbol) and (order.limit is None or self.offers(order)):
            order.reference = self.quotes[order.symbol].last
            self.changed(order.key)

    def settle(self, order, fresh, waits_on=False):
        """What is left after an order has met the quote, or met none that offered it anything.

        `waits_on`: it came to the market before this tick, and counted its queue then.
        """
        if not order.working:
            return
        if order.validity == "IOC":
            self.end(order, "immediate_or_cancel")
        elif order.limit is not None and not order.resting:
            if order.reference is None and waits_on:
                return
            displayed = self.quotes[order.symbol].displayed(order.side, order.limit) if fresh else None
            order.ahead = order.ahead if displayed is None else displayed
            if order.reference is None:
                self.situations["met nothing, arrives later"] += 1
                return
            order.resting = True
            self.arrived.add(order.name)
            self.changed(order.key)
            self.situations["rests behind " + ("an unknown queue" if order.ahead is None else "a queue" if order.ahead else "nobody")] += 1

    def meet(self, now, order, fill):
        """5.1: walks the opposite side from the best level, each level at its own price."""
        quote = self.quotes[order.symbol]
        if not quote.has_depth:
            if order.limit is None or (order.limit - quote.last) * order.side > 0:
                fill(now, order, order.pending, quote.last, "last_price")
            return
        _, lot = INSTRUMENTS[order.symbol]
        for price, quantity in self.offered(now, order.symbol, -order.side):
            if order.limit is not None and (price - order.limit) * order.side > 0:
                break
            quantity = min(order.pending, quantity // lot * lot)
            if quantity > 0:
                fill(now, order, quantity, price, "depth")
            if not order.working:
                break

    def offered(self, now, symbol, side):
        """What is left of the displayed levels: what this book took is gone, on a tick from its very level, later from the best level on."""
        if self.left_of_tick is not None:
            return list(self.left_of_tick[side])
        gone = sum(quantity for ms, quantity in self.taken.get((symbol, side), []) if now - ms <= TAKEN_MILLISECONDS)
        result = []
        for price, quantity in self.quotes[symbol].side(side):
            less = min(gone, quantity)
            gone -= less
            result.append((price, quantity - less))
            if less:
                self.situations["displayed quantity was taken before"] += 1
        return result

    def tick(self, now, symbol, quote):
        self.quotes[symbol] = quote
        for side in (BUY, SELL):
            self.taken[(symbol, side)] = [take for take in self.taken.get((symbol, side), []) if take[0] >= quote.ms]
        just = set()
        for order in self.working:
            if order.symbol == symbol and order.waits and reached(order, quote.last):
                order.triggered = True
                self.changed(order.key)
                just.add(order)
                self.situations["triggers on a tick"] += 1
        if len(just) > 1:
            self.situations["several stops trigger in one tick"] += 1
        orders = [order for order in self.working if order.symbol == symbol and not order.waits]
        orders.sort(key=lambda o: (o.side, o.limit is not None, -(o.limit or 0) * o.side, o in just or (o.limit is not None and not o.resting), o.age))
        left = {BUY: quote.traded, SELL: quote.traded}  # of the trade, for the orders at its price
        self.left_of_tick = {side: list(quote.side(side)) for side in (BUY, SELL)}
        filled = set()
        for order in orders:
            fills = len(self.fills)
            if order.limit is None or not order.resting:
                self.look(now, order)
                self.meet(now, order, self.fill_as_funds_allow)
                self.settle(order, True, waits_on=order not in just)
            else:
                self.match_resting(now, order, quote, left)
            if len(self.fills) > fills:
                filled.add(order.key)
                if order.working and self.free() < 0 and self.reservations(order.key)[order][0] > 0:
                    self.situations["what is left of a filled order is cancelled"] += 1
                    self.end(order, "insufficient_funds")
        self.left_of_tick = None
        for key in sorted(filled, key=lambda key: PRODUCTS.index(key[1])):
            self.cancel_newest(key)

    def cancel_newest(self, key):
        """After the fills of a tick: the newest orders that open are cancelled until the funds suffice."""
        while self.free() < 0:
            opening = [order for order, (opening, _) in self.reservations(key).items() if opening > 0]
            if not opening:
                break
            self.situations["the newest opening order is cancelled"] += 1
            self.end(opening[-1], "insufficient_funds")

    def match_resting(self, now, order, quote, left):
        """5.2, then 5.3 where that gave nothing."""
        _, lot = INSTRUMENTS[order.symbol]
        if (order.limit - quote.last) * order.side > 0 and (quote.traded > 0 or not quote.has_depth):
            self.fill_as_funds_allow(now, order, order.pending, order.limit, "price_through")
            return
        through = sum(
            quantity
            for price, quantity in self.offered(now, order.symbol, -order.side)
            if (order.limit - price) * order.side >= 0
        )
        if through >= lot:
            self.fill_as_funds_allow(now, order, min(order.pending, through // lot * lot), order.limit, "depth")
            return
        if quote.last != order.limit or quote.traded == 0 or not quote.has_depth:
            return
        displayed = quote.displayed(order.side, order.limit)
        if order.ahead is None:
            order.ahead = displayed
            return
        share = min(order.pending, max(0, left[order.side] - order.ahead) // lot * lot)
        order.ahead = max(0, order.ahead - quote.traded)
        if displayed is not None:
            order.ahead = min(order.ahead, displayed)
        if share > 0:
            left[order.side] -= share
            self.fill_as_funds_allow(now, order, share, order.limit, "queue")

    # Fills

    def fill_as_funds_allow(self, now, order, quantity, price, rule):
        """A fill on a tick: as many whole lots as the funds allow, the rest of the order is cancelled."""
        position = self.positions.get(order.key, NO_POSITION).quantity
        closing = min(quantity, max(0, -position * order.side))
        saved = self.save(order)
        self.fill(now, order, quantity, price, rule)
        if closing == quantity or self.allows(order):
            return
        _, lot = INSTRUMENTS[order.symbol]
        allowed, refused = closing // lot, quantity // lot + 1
        while refused - allowed > 1:
            middle = (allowed + refused) // 2
            self.restore(order, saved)
            self.fill(now, order, middle * lot, price, rule)
            if self.allows(order):
                allowed = middle
            else:
                refused = middle
        self.restore(order, saved)
        if allowed > 0:
            self.fill(now, order, allowed * lot, price, rule)
        if order.working:
            self.end(order, "insufficient_funds")
        self.situations["a fill on a tick is cut to the funds"] += 1

    def allows(self, order):
        """Whether the funds suffice for what has filled, if the rest of the order need not be held."""
        return self.free() + self.reservations(order.key).get(order, (0, 0))[1] >= 0

    def fill(self, now, order, quantity, price, rule):
        value = times(price, quantity)
        charges = self.terms.charges(order.product, order.side, order.value + value) - order.charged
        order.filled += quantity
        order.value += value
        order.charged += charges
        self.cash -= order.side * value + charges
        self.charges += charges
        self.traded_value += order.side * value
        opened, realised = self.settle_position(order.key, order.side, quantity, price, value)
        self.realised += realised or 0
        if rule == "depth":
            self.taken.setdefault((order.symbol, -order.side), []).append((now, quantity))
            if self.left_of_tick is not None:
                self.take_from_tick(order, quantity, price)
        if order.pending == 0:
            order.working = False
            self.working.remove(order)
        self.changed(order.key)
        self.fills.append(Fill(order, quantity, price, rule, charges, realised, opened))

    def take_from_tick(self, order, quantity, price):
        """A resting order takes from the best level on, an arriving one from the level at its price."""
        levels = self.left_of_tick[-order.side]
        for index, (level, left) in enumerate(levels):
            if order.resting or level == price:
                part = min(quantity, left)
                levels[index] = (level, left - part)
                quantity -= part

    def settle_position(self, key, side, quantity, price, value):
        """Signed average cost. Gives the quantity that opened and the result of what closed, None if nothing did."""
        position = self.positions.get(key, NO_POSITION).copy()
        closing = min(quantity, max(0, -position.quantity * side))
        opening = quantity - closing
        realised = None
        if closing:
            closing_value = value if opening == 0 else times(price, closing)
            share = half_up(position.cost * closing, abs(position.quantity))
            realised = (share - closing_value) * side
            value -= closing_value
            position.cost -= share
            position.quantity += closing * side
            if side == BUY:
                position.bought += closing
            else:
                position.sold += closing
            if opening:
                self.situations["a fill reverses a position"] += 1
        if opening:
            position.quantity += opening * side
            position.cost += value
            if side == BUY:
                position.bought += opening
            else:
                position.sold += opening
        if position.quantity:
            self.positions[key] = position
        else:
            self.positions.pop(key, None)
        return opening, realised

    # Going back

    def save(self, order):
        amounts = (self.cash, self.realised, self.charges, self.traded_value)
        return amounts, order.__dict__.copy(), self.positions.get(order.key), list(self.working), self.taken_copy(), self.left_copy(), len(self.fills)

    def taken_copy(self):
        return {key: list(takes) for key, takes in self.taken.items()}

    def left_copy(self):
        return self.left_of_tick and {side: list(levels) for side, levels in self.left_of_tick.items()}

    def restore(self, order, saved):
        amounts, fields, position, working, taken, left, fills = saved
        self.cash, self.realised, self.charges, self.traded_value = amounts
        order.__dict__.update(fields)
        if position is None:
            self.positions.pop(order.key, None)
        else:
            self.positions[order.key] = position
        self.working, self.taken = list(working), {key: list(takes) for key, takes in taken.items()}
        self.left_of_tick = left and {side: list(levels) for side, levels in left.items()}
        del self.fills[fills:]
        self.arrived.discard(order.name)
        self.changed(order.key)


class Fill:
    def __init__(self, order, quantity, price, rule, charges, realised, opened):
        self.order, self.quantity, self.price, self.rule = order, quantity, price, rule
        self.charges, self.realised, self.opened = charges, realised, opened


def reached(order, last):
    return (last - order.trigger) * order.side >= 0


def check_sizes(quantity, limit, trigger):
    prices = [price for price in (limit, trigger) if price is not None]
    if quantity <= 0:
        raise Refused("quantity_not_positive")
    if quantity > QUANTITY_LIMIT:
        raise Refused("quantity_too_large")
    if any(price <= 0 for price in prices):
        raise Refused("price_not_positive")
    if any(price > PRICE_LIMIT for price in prices):
        raise Refused("price_too_large")


def check_grid(order):
    tick, lot = INSTRUMENTS[order.symbol]
    if order.quantity % lot:
        raise Rejected("quantity_not_whole_lots")
    if any(price % tick for price in (order.limit, order.trigger) if price is not None):
        raise Rejected("price_off_tick")


# The script


class Session:
    """Answers a script line by line: `outcome|fills|orders|figures|positions`."""

    def __init__(self, checked=False):
        self.checked = checked  # whether the books' invariants are tested after every line
        self.book = None
        self.shown = {}
        self.outcomes, self.rules, self.codes, self.situations = Counter(), Counter(), Counter(), Counter()

    def answer(self, line):
        words = line.split(" ")
        now, verb = int(words[0]), words[1]
        if self.book:
            self.book.fills = []
            self.book.dirty.clear()
            self.book.arrived.clear()
        outcome, target = "ok", None
        try:
            target = getattr(self, "do_" + verb)(now, words[2:])
        except Refused as reason:
            outcome = f"refused {reason}"
        self.outcomes[f"{verb}: {outcome}"] += 1
        if self.checked:
            check_invariants(self.book)
        if verb == "book":
            return "ok||||"
        return "|".join((outcome, self.told_fills(), self.told_orders(target), self.told_figures(), self.told_positions()))

    def do_book(self, now, words):
        capital, terms = words
        self.shown = {}
        self.book = Book(parse(capital), Terms(terms), {}, self.situations)

    def do_reset(self, now, words):
        capital = parse(words[0])
        if not 0 < capital <= CAPITAL_LIMIT:
            raise Refused("capital_out_of_range")
        if self.book.working:
            self.situations["a reset with working orders"] += 1
        self.shown = {}
        self.book = Book(capital, self.book.terms, self.book.quotes, self.situations)

    def do_tick(self, now, words):
        symbol, last, traded, bids, asks = words
        quote = Quote(now, parse(last), parse(traded), parse_levels(bids), parse_levels(asks))
        if bids != "-" and asks != "-" and not quote.bids and not quote.asks:
            self.situations["a tick whose book offers nothing"] += 1
        if not quote.has_depth:
            self.situations["a tick without depth"] += 1
        self.book.tick(now, symbol, quote)

    def do_place(self, now, words):
        name, symbol, side, product, validity, quantity = words[:6]
        limit, trigger = parse_kind(words[6:])
        self.book.place(now, name, symbol, BUY if side == "BUY" else SELL, product, validity, parse(quantity), limit, trigger)
        return name

    def do_modify(self, now, words):
        name, quantity = words[:2]
        kind = None if words[2] == "-" else parse_kind(words[2:])
        self.book.modify(now, name, None if quantity == "-" else parse(quantity), kind)
        return name

    def do_cancel(self, now, words):
        self.book.cancel(words[0])
        return words[0]

    def do_expire(self, now, words):
        self.book.expire(now)

    def told_fills(self):
        told = []
        for fill in self.book.fills:
            self.rules[fill.rule] += 1
            realised = "" if fill.realised is None else show(fill.realised)
            told.append(f"{fill.order.name}:{show(fill.quantity)}@{show(fill.price)}:{fill.rule}:{show(fill.charges)}:{realised}")
        return ",".join(told)

    def told_orders(self, target):
        book, told = self.book, {}
        held = {}
        for key in book.dirty:
            held.update({order: held for order, (_, held) in book.reservations(key).items()})
        for name in {order.name for order in held} | {name for name in self.shown if book.orders[name].key in book.dirty} | {target}:
            if name is None:
                continue
            order = book.orders[name]
            average = half_up(order.value * ONE, order.filled) if order.filled else 0
            row = ":".join(
                (name, order.status, show(order.filled), show(order.pending), show(order.cancelled), show(average), show(held.get(order, 0)), order.code)
            )
            if self.shown.get(name) != row or name == target or (name in book.arrived and order.working):
                told[name] = row
                if order.code and not order.working:
                    self.codes[f"{order.status} {order.code}"] += 1
            if order.working:
                self.shown[name] = row
            else:
                self.shown.pop(name, None)
        return ",".join(told[name] for name in sorted(told))

    def told_figures(self):
        book = self.book
        return " ".join(show(amount) for amount in (book.cash, book.available(), book.held(), book.margins(), book.realised, book.charges))

    def told_positions(self):
        book = self.book
        return ",".join(
            f"{symbol}/{product}:{show(position.quantity)}:{show(position.cost)}:{show(book.margin((symbol, product)))}"
            for (symbol, product), position in sorted(book.positions.items())
        )


def parse_levels(text):
    if text == "-":
        return []
    return [tuple(parse(number) for number in level.split("@")) for level in text.split(",")]


def parse_kind(words):
    """(limit, trigger) of MARKET, LIMIT p, SL-M t and SL t p."""
    name, prices = words[0], [parse(word) for word in words[1:]]
    if name == "MARKET" and not prices:
        return None, None
    if name == "LIMIT":
        return prices[0], None
    if name == "SL-M":
        return None, prices[0]
    if name == "SL":
        return prices[1], prices[0]
    raise ValueError(f"no such kind: {words}")


def check_invariants(book):
    """What must hold after every line, whatever the rules: the books add up."""
    assert book.cash == book.capital - book.traded_value - book.charges, "cash is capital, sells, less buys, less charges"
    assert book.available() + book.held() + book.margins() == book.capital + book.realised - book.charges, "funds add up"
    net = Counter()
    for order in book.orders.values():
        net[order.key] += order.filled * order.side
        assert order.filled + order.pending + order.cancelled == order.quantity and order.pending >= 0, "an order's parts add up"
        assert order.working == (order in book.working), "a working order is in the list"
        if order.working:
            assert order.pending > 0, "a working order has something left"
    assert {key: quantity for key, quantity in net.items() if quantity} == {k: p.quantity for k, p in book.positions.items()}, "positions are sums"
    for position in book.positions.values():
        assert position.cost >= 0 and position.bought - position.sold == position.quantity, "a position is what was bought less what was sold"
    for (_, product), position in book.positions.items():
        assert product != "CNC" or position.quantity > 0, "delivery is never short"
