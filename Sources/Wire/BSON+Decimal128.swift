// BSON's 128-bit decimals as text. Only the binary-integer form is used by MongoDB; arithmetic on them is never needed here.

/// IEEE 754 decimal128 in its binary-integer form: sign, exponent (biased by 6176) and a coefficient of up to 34 digits.
enum Decimal128 {
    /// Decimal text such as `1503.75`, `-5E+6`, or `NaN`, `Infinity`, `-Infinity`; `1503.750` keeps its zero.
    static func text(low: UInt64, high: UInt64) -> String {
        let sign = high >> 63 == 1 ? "-" : ""
        let combination = high >> 58 & 31
        if combination == 31 { return "NaN" }
        if combination == 30 { return sign + "Infinity" }
        let exponent: Int
        var coefficient: UInt128
        if combination >> 3 == 3 {
            // This form can only hold coefficients beyond 34 digits, which by the standard mean zero.
            exponent = Int(high >> 47 & 0x3FFF) - 6176
            coefficient = 0
        } else {
            exponent = Int(high >> 49 & 0x3FFF) - 6176
            coefficient = UInt128(high & 0x1_FFFF_FFFF_FFFF) << 64 | UInt128(low)
            if coefficient > largestCoefficient { coefficient = 0 }
        }
        let digits = String(coefficient)
        let adjusted = exponent + digits.utf8.count - 1
        guard exponent <= 0, adjusted >= -6 else { return sign + scientific(digits, adjusted) }
        guard exponent < 0 else { return sign + digits }
        let padding = String(repeating: "0", count: max(0, 1 - exponent - digits.utf8.count))
        let padded = padding + digits
        let point = padded.index(padded.endIndex, offsetBy: exponent)
        return sign + padded[..<point] + "." + padded[point...]
    }

    /// 10³⁴ − 1.
    private static let largestCoefficient = (0..<34).reduce(UInt128(1)) { power, _ in power * 10 } - 1

    private static func scientific(_ digits: String, _ adjusted: Int) -> String {
        var text = String(digits.prefix(1))
        if digits.utf8.count > 1 { text += "." + digits.dropFirst() }
        return text + "E" + (adjusted < 0 ? "" : "+") + String(adjusted)
    }
}
