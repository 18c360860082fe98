// What the books keep of a fill, and what fills add up to.

/// The stored record of one fill.
package struct Trade: Hashable, Sendable {
    package let id: TradeID
    package let orderID: OrderID
    package let instrument: InstrumentID
    package let product: Product
    package let side: Side
    package let quantity: Quantity
    package let price: Price
    /// What the venue takes; zero until charges are scheduled.
    package let charges: Money
    /// What closing brought, gross of charges, by signed average cost; nil when the fill only opened.
    package let realised: Money?
    package let rule: FillRule
    package let tag: String?
    package let at: Timestamp
    package let epoch: Int
    /// What was seen when it filled; nil for fills that were stored before this was kept, and for imported ones.
    package let why: FillReason?

    package init(
        id: TradeID, orderID: OrderID, instrument: InstrumentID, product: Product, side: Side, quantity: Quantity, price: Price,
        charges: Money, realised: Money?, rule: FillRule, tag: String?, at: Timestamp, epoch: Int, why: FillReason? = nil
    ) {
        self.id = id
        self.orderID = orderID
        self.instrument = instrument
        self.product = product
        self.side = side
        self.quantity = quantity
        self.price = price
        self.charges = charges
        self.realised = realised
        self.rule = rule
        self.tag = tag
        self.at = at
        self.epoch = epoch
        self.why = why
    }

    /// Whether its price is above zero, or it is of a kind that may be free.
    package var isPriced: Bool { price > .zero || (price == .zero && rule.mayBeFree) }

    /// Price × quantity.
    package var value: Money { price.value(of: quantity) }
}

/// Which position a fill belongs to: one per instrument and product.
package struct PositionKey: Hashable, Sendable, Comparable {
    package let instrument: InstrumentID
    package let product: Product

    package init(instrument: InstrumentID, product: Product) {
        self.instrument = instrument
        self.product = product
    }

    package static func < (a: PositionKey, b: PositionKey) -> Bool {
        a.instrument == b.instrument ? a.product.rawValue < b.product.rawValue : a.instrument < b.instrument
    }
}

/// The net of all fills of one key since it was last flat.
///
/// Invariants: 1. `quantity` = bought − sold. 2. a flat position is not kept among the open ones; its last row says quantity 0.
/// 3. `cost` is what the open quantity cost (long) or brought (short), never negative, zero when flat.
/// 4. `margin` is not negative, zero when flat.
package struct Position: Hashable, Sendable {
    package let key: PositionKey
    /// Negative is short.
    package var quantity: Quantity
    package var cost: Money
    package var buyQuantity: Quantity
    package var buyValue: Money
    package var sellQuantity: Quantity
    package var sellValue: Money
    /// Booked by closing since it was last flat, gross of charges.
    package var realised: Money
    /// What it blocks of the funds: its cost where it is paid in full, less on margin. Set with each fill by the terms in force then.
    package var margin: Money
    package var openedAt: Timestamp
    package var updatedAt: Timestamp
    package var epoch: Int

    package init(key: PositionKey, openedAt: Timestamp, epoch: Int) {
        self.key = key
        self.quantity = .zero
        self.cost = .zero
        self.buyQuantity = .zero
        self.buyValue = .zero
        self.sellQuantity = .zero
        self.sellValue = .zero
        self.realised = .zero
        self.margin = .zero
        self.openedAt = openedAt
        self.updatedAt = openedAt
        self.epoch = epoch
    }

    package var isFlat: Bool { quantity == .zero }

    /// Whether losses at the market's prices count against the funds: all but what is paid in full.
    package var isOnMargin: Bool { !isFlat && (quantity.isNegative || margin < cost) }

    /// Books one fill and says what closing brought, gross of charges; nil when the fill only opened.
    ///
    /// Signed average cost: what closes takes its share of the cost, cost × closed ÷ |quantity| rounded half up to 10⁻⁸, and the
    /// last of it takes exactly the rest, so no dust stays. What goes beyond flat opens the other way at the fill's price. A fill
    /// of a flat position begins a new life: its sums start from nothing.
    @discardableResult
    package mutating func take(_ side: Side, _ filled: Quantity, at price: Price, on instant: Timestamp) -> Money? {
        if isFlat { self = Position(key: key, openedAt: instant, epoch: epoch) }
        let value = price.value(of: filled)
        let signed = side == .buy ? filled : -filled
        if side == .buy {
            buyQuantity += filled
            buyValue += value
        } else {
            sellQuantity += filled
            sellValue += value
        }
        updatedAt = instant
        guard quantity.units != 0, quantity.isNegative != signed.isNegative else {
            quantity += signed
            cost += value
            return nil
        }
        let open = quantity.magnitude
        let closed = min(open, filled)
        let closedValue = closed == filled ? value : price.value(of: closed)
        let closedCost =
            closed == open
            ? cost
            : Money(units: FixedPoint.divideRoundingHalfUp(cost.units * Int128(closed.units), by: Int128(open.units)))
        let brought = quantity.isNegative ? closedCost - closedValue : closedValue - closedCost
        cost = cost - closedCost + (value - closedValue)
        quantity += signed
        realised += brought
        return brought
    }

    /// Cost per unit of what is open, rounded half up to 10⁻⁸; zero when flat.
    package var averagePrice: Price {
        guard !isFlat else { return .zero }
        let units = FixedPoint.divideRoundingHalfUp(cost.units * Int128(fixedPointScale), by: Int128(quantity.magnitude.units))
        return Price(units: Int64(units))
    }

    /// What the open quantity is worth at `price` against its cost.
    package func unrealised(at price: Price) -> Money {
        let value = price.value(of: quantity.magnitude)
        return quantity.isNegative ? cost - value : value - cost
    }
}
