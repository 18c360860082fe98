// Members of rows straight into bytes: the path that every order takes to the disk. Small documents go through `Wire.JSONWriter`.

import Trading

/// Appends `"name":value` members; the caller opens and closes the object. Each method but `first…` puts a comma before.
struct RowWriter {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    mutating func firstText(_ name: StaticString, _ value: String) {
        key(name)
        quoted(value)
    }

    mutating func text(_ name: StaticString, _ value: String?) {
        comma(name)
        if let value { quoted(value) } else { raw("null") }
    }

    mutating func int(_ name: StaticString, _ value: Int64) {
        comma(name)
        decimalDigits(value)
    }

    mutating func bool(_ name: StaticString, _ value: Bool) {
        comma(name)
        raw(value ? "true" : "false")
    }

    /// An amount as a decimal string, null when missing.
    mutating func amount(_ name: StaticString, _ units: Int128?) {
        comma(name)
        guard let units else { return raw("null") }
        bytes.append(UInt8(ascii: "\""))
        decimal(units)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A quantity: a JSON integer when it is whole, a decimal string when it is not.
    mutating func quantity(_ name: StaticString, _ quantity: Quantity) {
        if let whole = quantity.whole { int(name, whole) } else { amount(name, Int128(quantity.units)) }
    }

    /// An instant with six decimals, null when missing.
    mutating func time(_ name: StaticString, _ value: Timestamp?) {
        comma(name)
        guard let value else { return raw("null") }
        time(value)
    }

    // MARK: Values

    mutating func key(_ name: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        raw(name)
        raw("\":")
    }

    private mutating func comma(_ name: StaticString) {
        bytes.append(UInt8(ascii: ","))
        key(name)
    }

    mutating func quoted(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            var start = 0
            for index in text.indices {
                let byte = text[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: text[start..<index])
                start = index + 1
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(byte)
                case UInt8(ascii: "\n"): raw("\\n")
                case UInt8(ascii: "\r"): raw("\\r")
                case UInt8(ascii: "\t"): raw("\\t")
                default:
                    raw("\\u00")
                    for nibble in [byte >> 4, byte & 0xF] { bytes.append(nibble < 10 ? 48 + nibble : 87 + nibble) }
                }
            }
            bytes.append(contentsOf: text[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The instant in quotes.
    mutating func time(_ value: Timestamp) {
        let seconds = value.seconds
        let fraction = value.microseconds - seconds * 1_000_000
        let dayNumber = seconds.flooredQuotient(86_400)
        let date = CivilDate(dayNumber: dayNumber)
        let second = seconds - dayNumber * 86_400
        bytes.append(UInt8(ascii: "\""))
        padded(Int64(date.year), 4)
        bytes.append(UInt8(ascii: "-"))
        padded(Int64(date.month), 2)
        bytes.append(UInt8(ascii: "-"))
        padded(Int64(date.day), 2)
        bytes.append(UInt8(ascii: "T"))
        padded(second / 3_600, 2)
        bytes.append(UInt8(ascii: ":"))
        padded(second / 60 % 60, 2)
        bytes.append(UInt8(ascii: ":"))
        padded(second % 60, 2)
        bytes.append(UInt8(ascii: "."))
        padded(fraction, 6)
        raw("Z\"")
    }

    /// The shortest exact decimal of units of 10⁻⁸.
    mutating func decimal(_ units: Int128) {
        if units < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = units.magnitude
        let scale = UInt128(fixedPointScale)
        let whole: UInt128
        var fraction: Int64
        if let small = UInt64(exactly: magnitude) {
            whole = UInt128(small / UInt64(fixedPointScale))
            fraction = Int64(small % UInt64(fixedPointScale))
        } else {
            whole = magnitude / scale
            fraction = Int64(magnitude % scale)
        }
        if let small = Int64(exactly: whole) {
            decimalDigits(small)
        } else {
            bytes.append(contentsOf: String(whole).utf8)
        }
        guard fraction > 0 else { return }
        var places = 8
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        bytes.append(UInt8(ascii: "."))
        padded(fraction, places)
    }

    mutating func decimalDigits(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Exactly `width` digits of a value that is not negative.
    private mutating func padded(_ value: Int64, _ width: Int) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        var rest = value
        for _ in 0..<width {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }
}
