// How much of an instrument.

/// A number of shares, contracts or coins in units of 10⁻⁸; negative only for a short position.
package struct Quantity: Hashable, Comparable, Sendable {
    package let units: Int64

    package init(units: Int64) { self.units = units }

    /// Whole shares or contracts; traps beyond ±9.2 × 10¹⁰.
    package init(whole: Int64) { units = whole * fixedPointScale }

    /// Reads a decimal such as `10` or `0.015`; nothing for other text or a quantity beyond 64 bits of units.
    package init?(text: some StringProtocol) {
        guard let parsed = FixedPoint.parse(text), let units = Int64(exactly: parsed) else { return nil }
        self.units = units
    }

    package static let zero = Quantity(units: 0)

    /// The shortest exact decimal text.
    package var text: String { FixedPoint.text(Int128(units)) }

    /// The whole number, when it is one.
    package var whole: Int64? { units % fixedPointScale == 0 ? units / fixedPointScale : nil }

    package var magnitude: Quantity { units < 0 ? Quantity(units: -units) : self }
    package var isNegative: Bool { units < 0 }

    /// Whether it is a whole number of lots; a lot of zero (an index) takes no quantity.
    package func isMultiple(of lot: Quantity) -> Bool {
        lot.units > 0 && units % lot.units == 0
    }

    package static func < (a: Quantity, b: Quantity) -> Bool { a.units < b.units }
    package static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(units: a.units + b.units) }
    package static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(units: a.units - b.units) }
    package static prefix func - (a: Quantity) -> Quantity { Quantity(units: -a.units) }
    package static func += (a: inout Quantity, b: Quantity) { a = a + b }
    package static func -= (a: inout Quantity, b: Quantity) { a = a - b }
}
