// What one unit of an instrument costs.

/// A price per unit in units of 10⁻⁸, at most about 9.2 × 10¹⁰.
package struct Price: Hashable, Comparable, Sendable {
    package let units: Int64

    package init(units: Int64) { self.units = units }

    /// Reads a decimal such as `1499.90`; nothing for other text or a price beyond 64 bits of units.
    package init?(text: some StringProtocol) {
        guard let parsed = FixedPoint.parse(text), let units = Int64(exactly: parsed) else { return nil }
        self.units = units
    }

    package static let zero = Price(units: 0)

    /// The shortest exact decimal text.
    package var text: String { FixedPoint.text(Int128(units)) }

    /// Whether the price is a whole number of ticks; a tick of zero (an index) takes no price.
    package func isMultiple(of tick: Price) -> Bool {
        tick.units > 0 && units % tick.units == 0
    }

    /// What `quantity` costs at this price, rounded half up to 10⁻⁸ (exact for whole shares).
    package func value(of quantity: Quantity) -> Money {
        let product = Int128(units) * Int128(quantity.units)
        return Money(units: FixedPoint.divideRoundingHalfUp(product, by: Int128(fixedPointScale)))
    }

    package static func < (a: Price, b: Price) -> Bool { a.units < b.units }
    package static func + (a: Price, b: Price) -> Price { Price(units: a.units + b.units) }
    package static func - (a: Price, b: Price) -> Price { Price(units: a.units - b.units) }
}
