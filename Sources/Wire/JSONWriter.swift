// JSON straight into bytes, without values in between: the way every answer and every stored line is made.

/// Writes JSON without blanks; commas are placed by the writer, the order of calls is the caller's.
///
/// Invariants: what is closed was opened (an unbalanced end traps); strings come out as valid, escaped UTF-8; a number is never
/// printed through a floating-point type.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]
    private var open = 0

    package init(reserving: Int = 256) {
        bytes = []
        bytes.reserveCapacity(reserving)
    }

    /// Whether everything that was opened is closed again.
    package var isBalanced: Bool { open == 0 }

    /// The text written so far.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        open = 0
    }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// A member's name known when compiling; it must need no escape.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { buffer in
            assert(buffer.allSatisfy { !JSONWriter.needsEscape($0) }, "a literal member name needs no escape")
            bytes.append(contentsOf: buffer)
        }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    @_disfavoredOverload  // a literal is a StaticString
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    @_disfavoredOverload
    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    package mutating func string(_ value: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8Buffer { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Any integer of up to 128 bits; a wider one traps.
    @inlinable
    package mutating func int(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) { int64(small) } else { int128(Int128(value)) }
    }

    package mutating func bool(_ value: Bool) {
        separate()
        if value { append("true") } else { append("false") }
    }

    package mutating func null() {
        separate()
        append("null")
    }

    /// Bytes that are one whole JSON value already.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// The number as it stood in its document.
    package mutating func number(_ value: JSONNumber) {
        separate()
        bytes.append(contentsOf: value.text.utf8)
    }

    /// Units of 10⁻⁸ as an exact number; never `-0`.
    ///
    /// `decimals` nil is the shortest form (`2950.5`, `100000`); 0 to 8 rounds half up (away from zero) and prints exactly that many.
    package mutating func fixedPoint(_ units: Int128, decimals: Int? = nil) {
        separate()
        var magnitude = units.magnitude
        var places = 8
        if let decimals {
            precondition((0...8).contains(decimals), "10⁻⁸ units have 0 to 8 decimals")
            let divisor = UInt128(JSONWriter.powersOfTen[8 - decimals])
            magnitude = (magnitude + divisor / 2) / divisor
            places = decimals
        }
        if units < 0 && magnitude != 0 { bytes.append(UInt8(ascii: "-")) }
        let scale = UInt128(JSONWriter.powersOfTen[places])
        let whole: UInt128
        var fraction: UInt64
        if let small = UInt64(exactly: magnitude) {
            let (quotient, remainder) = small.quotientAndRemainder(dividingBy: UInt64(scale))
            (whole, fraction) = (UInt128(quotient), remainder)
        } else {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: scale)
            (whole, fraction) = (quotient, UInt64(remainder))
        }
        digits(whole)
        if decimals == nil {
            if fraction == 0 { return }
            while fraction % 10 == 0 {
                fraction /= 10
                places -= 1
            }
        }
        if places == 0 { return }
        bytes.append(UInt8(ascii: "."))
        place(fraction, width: places)
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// Ends a line of a file of lines; the next value begins anew.
    package mutating func lineFeed() {
        precondition(open == 0, "a line ends only after its value")
        bytes.append(0x0A)
    }

    // MARK: Parts

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        open += 1
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(open > 0, "an array or object is closed that was not opened")
        open -= 1
        bytes.append(bracket)
    }

    /// Puts a comma unless a value may begin here: the last byte says which, since no value ends in one of these.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: ","), 0x0A: return
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func quote(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies runs that need no escape at once.
    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        var runStart = 0
        for index in text.indices where JSONWriter.needsEscape(text[index]) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            runStart = index + 1
            bytes.append(UInt8(ascii: "\\"))
            switch text[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(text[index])
            case 0x08: bytes.append(UInt8(ascii: "b"))
            case 0x09: bytes.append(UInt8(ascii: "t"))
            case 0x0A: bytes.append(UInt8(ascii: "n"))
            case 0x0C: bytes.append(UInt8(ascii: "f"))
            case 0x0D: bytes.append(UInt8(ascii: "r"))
            default:
                append("u00")
                bytes.append(lowerHexDigit(text[index] >> 4))
                bytes.append(lowerHexDigit(text[index] & 15))
            }
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart...]))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    @usableFromInline
    mutating func int64(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(value.magnitude)
    }

    @usableFromInline
    mutating func int128(_ value: Int128) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(value.magnitude)
    }

    private mutating func digits(_ value: UInt128) {
        if let small = UInt64(exactly: value) { return digits(small) }
        let (high, low) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
        digits(high)
        place(UInt64(low), width: 19)
    }

    private mutating func digits(_ value: UInt64) {
        var width = 1
        while width < 20, value >= JSONWriter.powersOfTen[width] { width += 1 }
        place(value, width: width)
    }

    /// The lowest `width` digits of `value`, zeros in front.
    private mutating func place(_ value: UInt64, width: Int) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = value
        var index = start + width - 1
        while index >= start && rest != 0 {
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            index -= 1
        }
    }

    /// 10⁰ to 10¹⁹.
    private static let powersOfTen: [UInt64] = {
        var powers: [UInt64] = [1]
        for _ in 1...19 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}
