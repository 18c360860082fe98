// Exact numbers out of the decimal texts of an export. Rounding happens here, once, at 10⁻⁸: the scale in which all money is kept.

/// What a number of an export is worth.
package enum ExtendedNumber: Equatable, Sendable {
    /// Units of 10⁻⁸, rounded half away from zero; `isWhole` is asked of the number before it was rounded.
    case finite(units: Int128, isWhole: Bool)
    /// NaN or an infinity.
    case notFinite
    /// More than 24 digits before the point.
    case tooLarge
}

extension ExtendedValue {
    /// The value as a number, or nothing for another kind.
    package var number: ExtendedNumber? {
        switch self {
        case .integer(let value): .finite(units: Int128(value) * 100_000_000, isWhole: true)
        case .double(let text), .decimal128(let text): ExtendedNumber(text: text)
        default: nil
        }
    }
}

extension ExtendedNumber {
    /// Reads `-12.5`, `5E+06`, `1e-05`, `NaN`, `Infinity`, `-Infinity`, `+1.5` is refused as JSON refuses it.
    package init?(text: String) {
        switch text {
        case "NaN", "nan", "-nan": self = .notFinite
        case "Infinity", "-Infinity", "inf", "-inf": self = .notFinite
        default:
            guard let number = ExtendedNumber.read(text) else { return nil }
            self = number
        }
    }

    /// Digits are collected up to 36 significant ones; what follows can change neither a rounding half up nor, but for
    /// `isWhole`, anything else.
    private static func read(_ text: String) -> ExtendedNumber? {
        var isNegative = false
        var coefficient: UInt128 = 0
        var significant = 0
        var droppedNonZero = false
        var exponent = 0
        var digits = 0
        var sawPoint = false
        var bytes = text.utf8.makeIterator()
        var next = bytes.next()
        if next == UInt8(ascii: "-") {
            isNegative = true
            next = bytes.next()
        }
        while let byte = next {
            if byte == UInt8(ascii: ".") {
                guard !sawPoint, digits > 0 else { return nil }
                sawPoint = true
                digits = 0
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                digits += 1
                if significant < 36 {
                    coefficient = coefficient * 10 + UInt128(byte - UInt8(ascii: "0"))
                    if coefficient > 0 { significant += 1 }
                    if sawPoint { exponent -= 1 }
                } else {
                    if byte != UInt8(ascii: "0") { droppedNonZero = true }
                    if !sawPoint { exponent += 1 }
                }
            } else {
                break
            }
            next = bytes.next()
        }
        guard digits > 0 else { return nil }
        if let byte = next {
            guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") else { return nil }
            guard let written = readExponent(&bytes) else { return nil }
            exponent += written
        }
        guard coefficient > 0 else { return .finite(units: 0, isWhole: true) }
        while coefficient % 10 == 0, !droppedNonZero {
            coefficient /= 10
            exponent += 1
            significant -= 1
        }
        guard significant + exponent <= 24 else { return .tooLarge }
        let isWhole = exponent >= 0 && !droppedNonZero
        var units = coefficient
        let shift = exponent + 8
        if shift >= 0 {
            for _ in 0..<shift { units *= 10 }
        } else if -shift > 37 {
            units = 0
        } else {
            var divisor: UInt128 = 1
            for _ in 0..<(-shift) { divisor *= 10 }
            units = (units + divisor / 2) / divisor
        }
        return .finite(units: isNegative ? -Int128(units) : Int128(units), isWhole: isWhole)
    }

    /// A sign and one to many digits up to the end; exponents beyond any number are cut to ±100,000.
    private static func readExponent(_ bytes: inout String.UTF8View.Iterator) -> Int? {
        var isNegative = false
        var value = 0
        var digits = 0
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "+") where digits == 0 && !isNegative, UInt8(ascii: "-") where digits == 0 && !isNegative:
                isNegative = byte == UInt8(ascii: "-")
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                value = min(100_000, value * 10 + Int(byte - UInt8(ascii: "0")))
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        return isNegative ? -value : value
    }
}
