// Decimal text to whole numbers of 10⁻⁸ and back, without ever passing through a Double.
// `Price`, `Money` and `Quantity` are made of this; `Decimal` rules of other rooms (JSON numbers, rows) use the same functions.

/// How many fixed-point units one rupee, share or coin has: eight decimals, enough for every crypto venue.
package let fixedPointScale: Int64 = 100_000_000

/// Decimal text and whole numbers of 10⁻⁸.
package enum FixedPoint {
    /// Reads `-12`, `0.05` or `1234.56780000` exactly.
    ///
    /// No exponent, no sign but a leading minus, no blank, at least one digit before and, if there is a point, after it.
    /// Nothing comes back when more than eight decimals are significant or when the value does not fit.
    package static func parse(_ text: some StringProtocol) -> Int128? {
        var units: Int128 = 0
        var decimals = 0
        var digits = 0
        var seenPoint = false
        var negative = false
        var first = true
        for byte in text.utf8 {
            defer { first = false }
            switch byte {
            case UInt8(ascii: "-") where first:
                negative = true
            case UInt8(ascii: ".") where !seenPoint && digits > 0:
                seenPoint = true
                digits = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if seenPoint {
                    decimals += 1
                    if decimals > 8 {
                        guard byte == UInt8(ascii: "0") else { return nil }
                        continue
                    }
                }
                let (tens, overflowTens) = units.multipliedReportingOverflow(by: 10)
                let (sum, overflowSum) = tens.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
                guard !overflowTens, !overflowSum else { return nil }
                units = sum
            default:
                return nil
            }
        }
        guard digits > 0 else { return nil }
        for _ in min(decimals, 8)..<8 {
            let (tens, overflow) = units.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            units = tens
        }
        return negative ? -units : units
    }

    /// The shortest decimal text of `units`: `2950.5`, `-0.00000001`, `0`.
    package static func text(_ units: Int128) -> String {
        let magnitude = units.magnitude
        let scale = UInt128(fixedPointScale)
        var text = units < 0 ? "-" : ""
        text += String(magnitude / scale)
        var fraction = magnitude % scale
        if fraction > 0 {
            text += "."
            var place = scale / 10
            while fraction > 0 {
                text += String(fraction / place)
                fraction %= place
                place /= 10
            }
        }
        return text
    }

    /// `numerator / denominator` rounded half away from zero; the one rounding rule of the house unless an exchange says otherwise.
    package static func divideRoundingHalfUp(_ numerator: Int128, by denominator: Int128) -> Int128 {
        precondition(denominator > 0, "A rounding division needs a positive divisor.")
        let magnitude = numerator.magnitude
        let divisor = denominator.magnitude
        // Amounts that anybody trades take one hardware division; the others take the long one.
        if let narrow = UInt64(exactly: divisor), magnitude >> 64 < divisor {
            let dividend = (high: UInt64(truncatingIfNeeded: magnitude >> 64), low: UInt64(truncatingIfNeeded: magnitude))
            let (quotient, remainder) = narrow.dividingFullWidth(dividend)
            let rounded = Int128(quotient) + (remainder >= narrow - remainder ? 1 : 0)
            return numerator < 0 ? -rounded : rounded
        }
        let quotient = Int128((magnitude + divisor / 2) / divisor)
        return numerator < 0 ? -quotient : quotient
    }
}
