// A JSON number as its text, so that no digit is lost. It is read into whole numbers and 10⁻⁸ units only, never into a Double.

/// A number as it stood in the document; equal means the same text, so `1.0` and `1` differ.
package struct JSONNumber: Equatable, Sendable {
    /// A number by JSON's grammar: no plus sign, no leading zeros, no bare point.
    package let text: String

    package init(_ value: Int64) { text = String(value) }

    /// Reads a number by JSON's grammar; nothing for other text.
    package init?(text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let end = JSONNumber.end(of: bytes.span, from: 0), end == bytes.count else { return nil }
        self.text = String(text)
    }

    /// A whole number of 10⁻⁸ units as the shortest decimal.
    package init(fixedPoint8 units: Int128) {
        var writer = JSONWriter(reserving: 40)
        writer.fixedPoint(units)
        text = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// For the parser, which has checked the grammar.
    init(unchecked text: String) { self.text = text }

    /// The whole number; nothing for a fraction or beyond 64 bits. `10.0` and `1e1` are whole.
    package var int64: Int64? {
        if let plain = Int64(text) { return plain }
        guard let value = scaled(by: 0) else { return nil }
        return Int64(exactly: value)
    }

    /// Exact units of 10⁻⁸; nothing when digits below that remain or 128 bits do not hold it.
    package var fixedPoint8: Int128? { scaled(by: 8) }

    /// The value × 10^`places`, if that is a whole number of 128 bits.
    ///
    /// Any exponent is understood without work in proportion to it: once a digit other than zero is known, a power beyond ±60
    /// is out of range.
    private func scaled(by places: Int) -> Int128? {
        var negative = false
        var magnitude: Int128 = 0
        var zerosHeld = 0  // zeros after the last other digit, not yet multiplied in: 1000000000.000 has many
        var fractionDigits = 0
        var inFraction = false
        var exponent = 0
        var exponentNegative = false
        var inExponent = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"):
                if inExponent { exponentNegative = true } else { negative = true }
            case UInt8(ascii: "+"):
                continue
            case UInt8(ascii: "."):
                inFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                inExponent = true
            default:
                let digit = Int(byte - UInt8(ascii: "0"))
                if inExponent {
                    exponent = min(exponent * 10 + digit, 1_000_000_000)  // far beyond every range; only "too big" is left to say
                    continue
                }
                if inFraction { fractionDigits += 1 }
                if digit == 0 {
                    if magnitude != 0 { zerosHeld += 1 }
                    continue
                }
                guard let shifted = JSONNumber.shifted(magnitude, by: zerosHeld + 1) else { return nil }
                let (sum, overflow) = shifted.addingReportingOverflow(Int128(digit))
                guard !overflow else { return nil }
                magnitude = sum
                zerosHeld = 0
            }
        }
        guard magnitude != 0 else { return 0 }
        let shift = (exponentNegative ? -exponent : exponent) - fractionDigits + zerosHeld + places
        guard let value = JSONNumber.shifted(magnitude, by: shift) else { return nil }
        return negative ? -value : value
    }

    /// `value` × 10^`shift`; nothing when that overflows. A negative shift means digits would be lost, as `value` ends in one
    /// other than zero.
    private static func shifted(_ value: Int128, by shift: Int) -> Int128? {
        guard value != 0 else { return 0 }
        guard (0...38).contains(shift) else { return nil }
        var value = value
        for _ in 0..<shift {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }

    /// Where the number that begins at `start` ends; nothing when the bytes there are not one.
    static func end(of bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        func digits(_ bytes: Span<UInt8>) -> Bool {
            let first = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
            return index > first
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard index < bytes.count else { return nil }
        if bytes[index] == UInt8(ascii: "0") {
            index += 1
            if index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { return nil }
        } else {
            guard digits(bytes) else { return nil }
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard digits(bytes) else { return nil }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            guard digits(bytes) else { return nil }
        }
        return index
    }
}
