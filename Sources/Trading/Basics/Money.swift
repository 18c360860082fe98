// Amounts of the account's currency. `Price` and `Quantity` are beside this file; `Price.value(of:)` is where they meet.

/// An amount in the account's currency, in units of 10⁻⁸.
///
/// Held in 128 bits, so that sums over a whole life of trading cannot overflow; a single amount that comes from
/// outside must fit 64 bits (about 9.2 × 10¹⁰), which `init(text:)` enforces.
package struct Money: Hashable, Comparable, Sendable {
    package let units: Int128

    package init(units: Int128) { self.units = units }

    /// Whole rupees.
    package init(whole: Int64) { units = Int128(whole) * Int128(fixedPointScale) }

    /// Reads a decimal such as `70494.5`; nothing for other text or an amount beyond 64 bits of units.
    package init?(text: some StringProtocol) {
        guard let parsed = FixedPoint.parse(text), Int64(exactly: parsed) != nil else { return nil }
        units = parsed
    }

    package static let zero = Money(units: 0)

    /// The shortest exact decimal text.
    package var text: String { FixedPoint.text(units) }

    package var isNegative: Bool { units < 0 }
    package var magnitude: Money { units < 0 ? Money(units: -units) : self }

    /// Rounded half up (away from zero) to paise, for screens and legacy shapes only; the books keep all eight decimals.
    package var roundedToPaise: Money {
        Money(units: FixedPoint.divideRoundingHalfUp(units, by: 1_000_000) * 1_000_000)
    }

    package static func < (a: Money, b: Money) -> Bool { a.units < b.units }
    package static func + (a: Money, b: Money) -> Money { Money(units: a.units + b.units) }
    package static func - (a: Money, b: Money) -> Money { Money(units: a.units - b.units) }
    package static prefix func - (a: Money) -> Money { Money(units: -a.units) }
    package static func += (a: inout Money, b: Money) { a = a + b }
    package static func -= (a: inout Money, b: Money) { a = a - b }
}
