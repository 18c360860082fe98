// Shares of an amount as rules write them. Their arithmetic is the one place where a charge is rounded.

/// A share of an amount in units of 10⁻¹⁰, so that a percentage with eight decimals (₹0.01 a crore is 0.0000001 %) is held exactly.
package struct Rate: Hashable, Comparable, Sendable {
    package let units: Int64

    package init(units: Int64) { self.units = units }

    /// Reads a percentage such as `0.00307%`; nothing for other text, a negative rate or one beyond 1,000 %.
    package init?(percent text: some StringProtocol) {
        guard text.hasSuffix("%"), let parsed = FixedPoint.parse(text.dropLast()), (0...10 * Rate.whole).contains(parsed)
        else { return nil }
        units = Int64(parsed)
    }

    package static let zero = Rate(units: 0)
    /// 100 %.
    package static let full = Rate(units: Int64(whole))

    /// `0.00307%`: the shortest exact text.
    package var text: String { FixedPoint.text(Int128(units)) + "%" }

    package static func < (a: Rate, b: Rate) -> Bool { a.units < b.units }
    package static func + (a: Rate, b: Rate) -> Rate { Rate(units: a.units + b.units) }

    /// Units of 100 %.
    static let whole = Int128(100) * Int128(fixedPointScale)

    /// This share of `amount`, which is not negative, rounded up to 10⁻⁸ of a rupee: what is held must be enough.
    package func shareRoundedUp(of amount: Money) -> Money {
        self == .full ? amount : Money(units: (amount.units * Int128(units) + Rate.whole - 1) / Rate.whole)
    }

    /// This share of `amount`, rounded half up to 10⁻⁸ of a rupee.
    ///
    /// Amounts below ₹9.2 × 10¹⁰, which is every order that anybody places, take one hardware division; the others take the long one.
    package func share(of amount: Money) -> Money {
        guard let narrow = Int64(exactly: amount.units) else {
            return Money(units: FixedPoint.divideRoundingHalfUp(amount.units * Int128(units), by: Rate.whole))
        }
        let divisor = UInt64(Rate.whole)
        let product = narrow.magnitude.multipliedFullWidth(by: units.magnitude)
        guard product.high < divisor else {
            return Money(units: FixedPoint.divideRoundingHalfUp(amount.units * Int128(units), by: Rate.whole))
        }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        let rounded = Int128(quotient) + (remainder >= divisor - remainder ? 1 : 0)
        return Money(units: (narrow < 0) != (units < 0) ? -rounded : rounded)
    }
}
