// On which terms a book trades an instrument: what a position blocks, what an order holds for one, and what a fill costs. Where they come
// from is the dated rule pack in `Trading/Rules`; tests without one trade on plain terms.

/// The terms of one instrument and product at one time. Never changes after it was made; shared, because it is large and looked up often.
package final class TradingTerms: Hashable, Sendable {
    /// Margin of a long position, as a share of its cost.
    package let longMargin: Rate
    /// Margin of a short position, as a share of its cost.
    package let shortMargin: Rate
    /// What a short position blocks per unit beside that: sold options.
    package let shortMarginPerUnit: Money
    package let charges: ChargeRates
    /// Whether nothing is charged.
    package let isFree: Bool

    package init(
        longMargin: Rate = .full, shortMargin: Rate = .full, shortMarginPerUnit: Money = .zero, charges: ChargeRates = .free
    ) {
        self.charges = charges
        isFree = charges == .free
        precondition(longMargin >= .zero && shortMargin >= .zero && shortMarginPerUnit >= .zero, "A margin is not negative.")
        self.longMargin = longMargin
        self.shortMargin = shortMargin
        self.shortMarginPerUnit = shortMarginPerUnit
    }

    /// Everything is paid in full, a short sale with as much again, and nothing is charged.
    package static let plain = TradingTerms()

    package static func == (a: TradingTerms, b: TradingTerms) -> Bool {
        a === b
            || (a.longMargin == b.longMargin && a.shortMargin == b.shortMargin && a.shortMarginPerUnit == b.shortMarginPerUnit
                && a.charges == b.charges)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(longMargin)
        hasher.combine(shortMargin)
        hasher.combine(shortMarginPerUnit)
        hasher.combine(charges)
    }

    /// What `position` blocks, rounded up to 10⁻⁸.
    package func margin(of position: Position) -> Money {
        blocked(position.quantity.isNegative ? .sell : .buy, position.quantity.magnitude, worth: position.cost)
    }

    /// What an order holds that would open `quantity` at `price`, rounded up to 10⁻⁸, and the charges of that when fills worth `earlier`
    /// have paid theirs.
    package func held(_ side: Side, _ quantity: Quantity, at price: Price, after earlier: Money) -> Money {
        let value = price.value(of: quantity)
        let margin = blocked(side, quantity, worth: value)
        return isFree ? margin : margin + charges.charges(side, value: value, after: earlier).total
    }

    private func blocked(_ side: Side, _ quantity: Quantity, worth value: Money) -> Money {
        let part = (side == .buy ? longMargin : shortMargin).shareRoundedUp(of: value)
        guard side == .sell, shortMarginPerUnit != .zero else { return part }
        let units = shortMarginPerUnit.units * Int128(quantity.units)
        return part + Money(units: (units + Int128(fixedPointScale) - 1) / Int128(fixedPointScale))
    }

    /// Whether every unit of `side` blocks just what it costs and nothing else, so that a fill at the held price changes nothing of the
    /// funds.
    func isPaidInFull(_ side: Side) -> Bool {
        guard isFree else { return false }
        return side == .buy ? longMargin == .full : shortMargin == .full && shortMarginPerUnit == .zero
    }
}
