// Positions as brokers print them: a net row and a day row for each instrument and product, worked out from today's trades, what was carried
// into the day, and two prices. The book's own positions, by average cost, are `Position`.

/// What a position was when the day began.
package struct CarriedPosition: Hashable, Sendable {
    /// Negative when short; never zero.
    package let quantity: Quantity
    /// What it cost to come to it: the average price times the quantity times the multiplier; never negative.
    package let value: Money

    package init(quantity: Quantity, value: Money) {
        precondition(quantity != .zero && !value.isNegative, "A carried position has a quantity, and a value that is not negative.")
        self.quantity = quantity
        self.value = value
    }
}

/// One row of positions.
///
/// These hold, M being the multiplier and a day row having no carried quantity:
///
///     quantity  = overnight + day buys − day sells = buys − sells
///     buy value = day buy value + value of a carried long, and the sell side alike
///     value     = sell value − buy value
///     pnl       = value + quantity × last price × M
///     buy m2m   = day buy value + a carried long at the previous close, and the sell side alike
///     m2m       = sell m2m − buy m2m + quantity × last price × M
///
/// Values are rounded half up to 10⁻⁸ of a rupee where a price meets a quantity, prices where a value is divided.
package struct PositionRow: Hashable, Sendable {
    package let key: PositionKey
    package let multiplier: Quantity
    package let lastPrice: Price
    /// The close of the trading day before; zero when none is known.
    package let closePrice: Price
    package private(set) var overnightQuantity = Quantity.zero
    package private(set) var dayBuyValue = Money.zero
    package private(set) var daySellValue = Money.zero
    /// What was carried cost, by its side.
    private var carriedLongValue = Money.zero
    private var carriedShortValue = Money.zero
    /// Units of 10⁻⁸ bought and sold today, wide: a position is bounded, but who goes in and out all day turns over more than `Quantity` holds.
    private var dayBuyUnits: Int128 = 0
    private var daySellUnits: Int128 = 0

    fileprivate init(key: PositionKey, multiplier: Quantity, lastPrice: Price, closePrice: Price, carried: CarriedPosition? = nil) {
        self.key = key
        self.multiplier = multiplier
        self.lastPrice = lastPrice
        self.closePrice = closePrice
        guard let carried else { return }
        overnightQuantity = carried.quantity
        if carried.quantity.isNegative { carriedShortValue = carried.value } else { carriedLongValue = carried.value }
    }

    fileprivate mutating func add(_ trade: Trade) {
        let value = worth(trade.price, trade.quantity)
        switch trade.side {
        case .buy:
            dayBuyUnits += Int128(trade.quantity.units)
            dayBuyValue += value
        case .sell:
            daySellUnits += Int128(trade.quantity.units)
            daySellValue += value
        }
    }

    // MARK: What follows

    package var quantity: Quantity { shown(Int128(overnightQuantity.units) + dayBuyUnits - daySellUnits) }
    /// Quantities bought and sold are shown as the largest that `Quantity` holds when there was more.
    package var dayBuyQuantity: Quantity { shown(dayBuyUnits) }
    package var daySellQuantity: Quantity { shown(daySellUnits) }
    package var buyQuantity: Quantity { shown(buyUnits) }
    package var sellQuantity: Quantity { shown(sellUnits) }
    package var buyValue: Money { dayBuyValue + carriedLongValue }
    package var sellValue: Money { daySellValue + carriedShortValue }
    package var value: Money { sellValue - buyValue }
    package var pnl: Money { value + worth(lastPrice, quantity) }
    package var buyM2M: Money { dayBuyValue + worth(closePrice, max(overnightQuantity, .zero)) }
    package var sellM2M: Money { daySellValue + worth(closePrice, max(-overnightQuantity, .zero)) }
    package var m2m: Money { sellM2M - buyM2M + worth(lastPrice, quantity) }

    package var dayBuyPrice: Price { price(dayBuyValue, dayBuyUnits) }
    package var daySellPrice: Price { price(daySellValue, daySellUnits) }
    package var buyPrice: Price { price(buyValue, buyUnits) }
    package var sellPrice: Price { price(sellValue, sellUnits) }
    /// The buy price of a long, the sell price of a short, zero when flat.
    package var averagePrice: Price { quantity == .zero ? .zero : quantity.isNegative ? sellPrice : buyPrice }

    /// What the row is as the next day begins; nil when it is flat. A closing part is taken out at the average price.
    package var carried: CarriedPosition? {
        guard quantity != .zero else { return nil }
        let (value, whole) = quantity.isNegative ? (sellValue, sellUnits) : (buyValue, buyUnits)
        // In 256 bits between: a day's turnover times a quantity can be more than 128. What is left is never more than what there was.
        let product = value.units.magnitude.multipliedFullWidth(by: UInt128(quantity.magnitude.units))
        let (quotient, rest) = whole.magnitude.dividingFullWidth(product)
        let part = Int128(quotient) + (rest >= whole.magnitude - rest ? 1 : 0)
        return CarriedPosition(quantity: quantity, value: Money(units: part))
    }

    private var buyUnits: Int128 { dayBuyUnits + Int128(max(overnightQuantity, .zero).units) }
    private var sellUnits: Int128 { daySellUnits + Int128(max(-overnightQuantity, .zero).units) }

    private func shown(_ units: Int128) -> Quantity { Quantity(units: Int64(clamping: units)) }

    private func worth(_ price: Price, _ quantity: Quantity) -> Money { ChargeRates.value(price, quantity, multiplier: multiplier) }

    /// Zero for no quantity, and the largest there is for a price beyond 64 bits.
    private func price(_ value: Money, _ units: Int128) -> Price {
        let divisor = units * Int128(multiplier.units)
        guard divisor > 0 else { return .zero }
        // Two steps of scaling keep lifetimes of trading inside 128 bits.
        let (whole, rest) = value.units.quotientAndRemainder(dividingBy: divisor)
        let scale = Int128(fixedPointScale) * Int128(fixedPointScale)
        guard whole <= Int128(Int64.max) / scale else { return Price(units: .max) }
        let price: Int128
        if rest.magnitude < UInt128(Int128.max / scale) {
            price = whole * scale + FixedPoint.divideRoundingHalfUp(rest * scale, by: divisor)
        } else {
            price = whole * scale + FixedPoint.divideRoundingHalfUp(rest, by: divisor / scale)
        }
        return Price(units: Int64(clamping: price))
    }
}

/// Where a position is valued, and how much of the underlying one of it stands for.
package struct PositionMark: Hashable, Sendable {
    package let lastPrice: Price
    package let closePrice: Price
    package let multiplier: Quantity

    package init(lastPrice: Price, closePrice: Price, multiplier: Quantity = Quantity(units: fixedPointScale)) {
        precondition(multiplier > .zero, "A contract stands for something.")
        self.lastPrice = lastPrice
        self.closePrice = closePrice
        self.multiplier = multiplier
    }
}

/// All rows of a day, by key.
package struct PositionSheet: Hashable, Sendable {
    /// What is held: carried and traded today; flat ones that traded today too.
    package let net: [PositionRow]
    /// Today's trades alone.
    package let day: [PositionRow]

    /// `trades` are those of the day, in any order; `mark` gives the prices of an instrument.
    package init(trades: [Trade], carried: [PositionKey: CarriedPosition], mark: (InstrumentID) -> PositionMark) {
        func row(_ key: PositionKey, _ carried: CarriedPosition?) -> PositionRow {
            let mark = mark(key.instrument)
            return PositionRow(
                key: key, multiplier: mark.multiplier, lastPrice: mark.lastPrice, closePrice: mark.closePrice, carried: carried)
        }
        var net: [PositionKey: PositionRow] = [:]
        var day: [PositionKey: PositionRow] = [:]
        for (key, position) in carried { net[key] = row(key, position) }
        for trade in trades {
            let key = PositionKey(instrument: trade.instrument, product: trade.product)
            net[key, default: row(key, nil)].add(trade)
            day[key, default: row(key, nil)].add(trade)
        }
        self.net = net.values.sorted { $0.key < $1.key }
        self.day = day.values.sorted { $0.key < $1.key }
    }
}
