// Quotients for statistics, kept whole until somebody prints them.

/// A quotient of two whole numbers; a divisor of zero makes it zero.
package struct Ratio: Hashable, Sendable {
    package let numerator: Int128
    /// Never negative.
    package let denominator: Int128

    package init(_ numerator: Int128, over denominator: Int128) {
        precondition(denominator >= 0, "A ratio has no negative divisor.")
        self.numerator = numerator
        self.denominator = denominator
    }

    package static let zero = Ratio(0, over: 0)

    /// Rounded half up (away from zero) to `decimals` (0 to 8) places, in units of 10⁻⁸ as `FixedPoint` prints them.
    package func rounded(decimals: Int) -> Int128 {
        precondition((0...8).contains(decimals), "A ratio has zero to eight decimals.")
        guard denominator > 0 else { return 0 }
        var scale: Int128 = 1
        for _ in 0..<decimals { scale *= 10 }
        return FixedPoint.divideRoundingHalfUp(numerator * scale, by: denominator) * (Int128(fixedPointScale) / scale)
    }
}
