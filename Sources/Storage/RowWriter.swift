// Members of rows straight into bytes: the path that every order takes to the disk. Small documents go through `Wire.JSONWriter`; how
// single values become digits is in `BytePen`.

import Trading

/// Appends `"name":value` members; the caller opens and closes the object. Each method but `first…` puts a comma before.
///
/// A member is appended in one step, because making room costs more than writing.
struct RowWriter {
    var bytes: [UInt8]
    /// The instant that was written last, and its text with the quotes: most of an act's are the same.
    private var latest: (time: Timestamp, text: SIMD32<UInt8>)?

    init(bytes: [UInt8] = []) { self.bytes = bytes }

    @inline(__always)
    mutating func raw(_ text: StaticString) {
        bytes.appendText(atMost: text.utf8CodeUnitCount) { $0.put(text) }
    }

    mutating func firstText(_ name: StaticString, _ value: String) {
        key(name)
        quoted(value)
    }

    @inline(__always)
    mutating func text(_ name: StaticString, _ value: String?) {
        guard var value else { return null(name) }
        value.withUTF8 { text in
            guard RowWriter.isPlain(text) else {
                comma(name)
                return escaped(text)
            }
            bytes.appendText(atMost: BytePen.memberBytes(name) + text.count + 2) { pen in
                pen.member(name)
                pen.quoted(text)
            }
        }
    }

    @inline(__always)
    mutating func int(_ name: StaticString, _ value: Int64) {
        bytes.appendText(atMost: BytePen.memberBytes(name) + BytePen.integerBytes) { pen in
            pen.member(name)
            pen.integer(value)
        }
    }

    @inline(__always)
    mutating func bool(_ name: StaticString, _ value: Bool) {
        bytes.appendText(atMost: BytePen.memberBytes(name) + 5) { pen in
            pen.member(name)
            pen.put(value ? "true" : "false")
        }
    }

    /// An amount as a decimal string, null when missing.
    @inline(__always)
    mutating func amount(_ name: StaticString, _ units: Int128?) {
        guard let units else { return null(name) }
        guard let short = Int64(exactly: units) else {
            comma(name)
            bytes.append(UInt8(ascii: "\""))
            decimal(units)
            return bytes.append(UInt8(ascii: "\""))
        }
        bytes.appendText(atMost: BytePen.memberBytes(name) + BytePen.amountBytes + 2) { pen in
            pen.member(name)
            pen.put(UInt8(ascii: "\""))
            pen.amount(short)
            pen.put(UInt8(ascii: "\""))
        }
    }

    /// A quantity: a JSON integer when it is whole, a decimal string when it is not.
    @inline(__always)
    mutating func quantity(_ name: StaticString, _ quantity: Quantity) {
        if let whole = quantity.whole { int(name, whole) } else { amount(name, Int128(quantity.units)) }
    }

    /// An instant with six decimals, null when missing.
    @inline(__always)
    mutating func time(_ name: StaticString, _ value: Timestamp?) {
        guard let value else { return null(name) }
        comma(name)
        time(value)
    }

    @inline(__always)
    private mutating func null(_ name: StaticString) {
        bytes.appendText(atMost: BytePen.memberBytes(name) + 4) { pen in
            pen.member(name)
            pen.put("null")
        }
    }

    // MARK: Values

    @inline(__always)
    mutating func key(_ name: StaticString) {
        bytes.appendText(atMost: BytePen.memberBytes(name)) { $0.key(name) }
    }

    @inline(__always)
    private mutating func comma(_ name: StaticString) {
        bytes.appendText(atMost: BytePen.memberBytes(name)) { $0.member(name) }
    }

    mutating func quoted(_ value: String) {
        var value = value
        value.withUTF8 { text in
            guard RowWriter.isPlain(text) else { return escaped(text) }
            bytes.appendText(atMost: text.count + 2) { $0.quoted(text) }
        }
    }

    /// Whether nothing in it has to be escaped, eight bytes at a time.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = UnsafeRawBufferPointer(text)
        let ones: UInt64 = 0x0101_0101_0101_0101
        var found: UInt64 = 0
        var at = 0
        while at + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            // The highest bit of some byte is set when one is below 0x20, a quotation mark or a backslash, and never otherwise.
            found |= (word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
            at += 8
        }
        if found & (ones << 7) != 0 { return false }
        while at < bytes.count {
            let byte = bytes[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
            at += 1
        }
        return true
    }

    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
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
        bytes.append(UInt8(ascii: "\""))
    }

    /// The instant in quotes.
    mutating func time(_ value: Timestamp) {
        if latest?.time != value {
            var text = SIMD32<UInt8>()
            withUnsafeMutableBytes(of: &text) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                var pen = BytePen(at: start)
                pen.time(value)
            }
            latest = (value, text)
        }
        guard let latest else { return }
        bytes.appendText(atMost: BytePen.timeBytes) { pen in
            withUnsafeBytes(of: latest.text) { pen.put(UnsafeRawBufferPointer(rebasing: $0[..<BytePen.timeBytes])) }
        }
    }

    /// The shortest exact decimal of units of 10⁻⁸.
    mutating func decimal(_ units: Int128) {
        if let short = Int64(exactly: units) { return bytes.appendText(atMost: BytePen.amountBytes) { $0.amount(short) } }
        if units < 0 { bytes.append(UInt8(ascii: "-")) }
        let scale = UInt128(fixedPointScale)
        bytes.append(contentsOf: String(units.magnitude / scale).utf8)
        bytes.appendText(atMost: BytePen.amountBytes) { $0.fraction(UInt64(units.magnitude % scale)) }
    }

    mutating func decimalDigits(_ value: Int64) {
        bytes.appendText(atMost: BytePen.integerBytes) { $0.integer(value) }
    }
}
