// Members of a row out of bytes whose checksum was right. Members are asked for in the order we write them, which finds each at
// once; another order only costs time. Unknown members are passed over.

import Trading

/// One value inside a row: where it stands, without its quotes.
struct RowValue {
    enum Kind { case string, number, word, nested }

    let start: Int
    let end: Int
    let kind: Kind
    /// A string with a backslash in it.
    let isEscaped: Bool
}

/// Reads one JSON object at the beginning of `bytes`.
struct RowReader {
    let bytes: UnsafeRawBufferPointer
    private let first: Int
    private var position: Int
    /// Whether every member so far stood behind the one that was asked for before.
    private var isInOrder = true

    /// A reader of the object that begins at `start`.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int = 0) {
        self.bytes = bytes
        first = start + 1
        position = start + 1
    }

    // MARK: Typed members; nothing when it is missing or of another kind

    mutating func text(_ name: StaticString) -> String? {
        guard let value = value(name), value.kind == .string else { return nil }
        return text(value)
    }

    /// Missing and null are both nothing.
    mutating func optionalText(_ name: StaticString) -> String?? {
        guard let value = value(name) else { return .some(nil) }
        if value.kind == .string { return text(value).map { .some($0) } }
        return isNull(value) ? .some(nil) : nil
    }

    mutating func int(_ name: StaticString) -> Int64? {
        guard let value = value(name), value.kind == .number else { return nil }
        return int(value)
    }

    mutating func bool(_ name: StaticString) -> Bool? {
        guard let value = value(name), value.kind == .word else { return nil }
        return equals(value, "true") ? true : equals(value, "false") ? false : nil
    }

    /// Units of 10⁻⁸ of a decimal string or a whole number.
    mutating func units(_ name: StaticString) -> Int128? {
        guard let value = value(name), value.kind == .string || value.kind == .number else { return nil }
        return units(value)
    }

    mutating func money(_ name: StaticString) -> Money? { units(name).map { Money(units: $0) } }

    mutating func quantity(_ name: StaticString) -> Quantity? {
        units(name).flatMap { Int64(exactly: $0) }.map { Quantity(units: $0) }
    }

    mutating func price(_ name: StaticString) -> Price? { units(name).flatMap { Int64(exactly: $0) }.map { Price(units: $0) } }

    mutating func optionalPrice(_ name: StaticString) -> Price?? {
        guard let value = value(name), !isNull(value) else { return .some(nil) }
        guard value.kind != .nested, let units = units(value), let small = Int64(exactly: units) else { return nil }
        return .some(Price(units: small))
    }

    mutating func time(_ name: StaticString) -> Timestamp? {
        guard let value = value(name), value.kind == .string else { return nil }
        return time(value)
    }

    mutating func optionalTime(_ name: StaticString) -> Timestamp?? {
        guard let value = value(name), !isNull(value) else { return .some(nil) }
        guard value.kind == .string, let time = time(value) else { return nil }
        return .some(time)
    }

    /// Eight hex digits in quotes.
    mutating func sum(_ name: StaticString) -> UInt32? {
        guard let value = value(name), value.kind == .string, value.end - value.start == 8 else { return nil }
        return SealedLine.hex(bytes, at: value.start)
    }

    // MARK: Finding

    /// The member of that name. Looked for at the present place first, then from the beginning.
    mutating func value(_ name: StaticString) -> RowValue? {
        if let value = expected(name) { return value }
        let resume = position
        position = first
        while let (key, value) = member() {
            guard equals(key, name) else { continue }
            if value.start < resume { isInOrder = false }
            return value
        }
        position = resume
        return nil
    }

    /// A member that newer rows have behind all others, and older ones not at all: a row in order is not searched from its beginning for it.
    mutating func laterValue(_ name: StaticString) -> RowValue? {
        guard isInOrder else { return value(name) }
        if let value = expected(name) { return value }
        let resume = position
        while let (key, value) = member() {
            if equals(key, name) { return value }
        }
        position = resume
        return nil
    }

    /// A quantity that newer rows may have behind all others.
    mutating func laterQuantity(_ name: StaticString) -> Quantity?? {
        guard let value = laterValue(name), !isNull(value) else { return .some(nil) }
        guard value.kind == .string || value.kind == .number, let units = units(value), let small = Int64(exactly: units) else {
            return nil
        }
        return .some(Quantity(units: small))
    }

    /// As `optionalText`, of a member that newer rows have behind all others.
    mutating func laterText(_ name: StaticString) -> String?? {
        guard let value = laterValue(name), !isNull(value) else { return .some(nil) }
        guard value.kind == .string else { return nil }
        return text(value).map { .some($0) }
    }

    /// The value of the next member, if that is its name; its key is compared and not searched through.
    private mutating func expected(_ name: StaticString) -> RowValue? {
        let count = name.utf8CodeUnitCount
        var at = position
        if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at += 1 }
        let end = at + 1 + count
        guard end + 2 < bytes.count, bytes[at] == UInt8(ascii: "\""), bytes[end] == UInt8(ascii: "\""),
            bytes[end + 1] == UInt8(ascii: ":"), isEqual(at + 1, name), let value = scan(end + 2)
        else { return nil }
        position = value.kind == .string ? value.end + 1 : value.end
        return value
    }

    /// Whether the bytes there are the name's; the caller knows that there are enough of them.
    private func isEqual(_ start: Int, _ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        return WordSearch.areEqual(
            UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]), UnsafeRawBufferPointer(start: name.utf8Start, count: count))
    }

    /// Every member in order.
    mutating func next() -> (key: RowValue, value: RowValue)? { member() }

    /// The elements of an array value, each whole.
    func elements(_ array: RowValue) -> [Range<Int>]? {
        guard array.kind == .nested, bytes[array.start] == UInt8(ascii: "[") else { return nil }
        var found: [Range<Int>] = []
        var at = array.start + 1
        while at < array.end - 1 {
            guard let value = scan(at) else { return nil }
            let whole = value.kind == .string ? value.start - 1..<value.end + 1 : value.start..<value.end
            found.append(whole)
            at = whole.upperBound
            if at < array.end - 1 {
                guard bytes[at] == UInt8(ascii: ",") else { return nil }
                at += 1
            }
        }
        return found
    }

    private mutating func member() -> (RowValue, RowValue)? {
        var at = position
        guard at < bytes.count else { return nil }
        if bytes[at] == UInt8(ascii: ",") { at += 1 }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), let key = scan(at) else { return nil }
        at = key.end + 1
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":"), let value = scan(at + 1) else { return nil }
        position = value.kind == .string ? value.end + 1 : value.end
        return (key, value)
    }

    private func scan(_ start: Int) -> RowValue? {
        guard start < bytes.count else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "\""):
            guard var at = WordSearch.quoteOrBackslash(in: bytes, from: start + 1) else { return nil }
            let isEscaped = bytes[at] == UInt8(ascii: "\\")
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
            return at < bytes.count ? RowValue(start: start + 1, end: at, kind: .string, isEscaped: isEscaped) : nil
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return WordSearch.end(ofNestedAt: start, in: bytes).map { RowValue(start: start, end: $0, kind: .nested, isEscaped: false) }
        default:
            var at = start
            while at < bytes.count {
                let byte = bytes[at]
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { break }
                at += 1
            }
            guard at > start else { return nil }
            let isNumber = bytes[start] == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start])
            return RowValue(start: start, end: at, kind: isNumber ? .number : .word, isEscaped: false)
        }
    }

    // MARK: Values

    /// The bytes of a value, a string's without its quotes.
    func raw(_ value: RowValue) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[value.start..<value.end]) }

    func isNull(_ value: RowValue) -> Bool { value.kind == .word && equals(value, "null") }

    func equals(_ value: RowValue, _ name: StaticString) -> Bool {
        value.end - value.start == name.utf8CodeUnitCount && !value.isEscaped && isEqual(value.start, name)
    }

    func text(_ value: RowValue) -> String? {
        guard !value.isEscaped else { return unescaped(value) }
        return String(decoding: raw(value), as: UTF8.self)
    }

    func int(_ value: RowValue) -> Int64? {
        var at = value.start
        let isNegative = at < value.end && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        guard at < value.end, value.end - at <= 18 else { return nil }
        var number: Int64 = 0
        while at < value.end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int64(digit)
            at += 1
        }
        return isNegative ? -number : number
    }

    /// A decimal with up to eight places; wider ones than 17 digits take the exact slow way.
    func units(_ value: RowValue) -> Int128? {
        var at = value.start
        let isNegative = at < value.end && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        guard at < value.end, value.end - at <= 10 else {
            return text(value).flatMap { FixedPoint.parse($0) }
        }
        var number: Int64 = 0
        var decimals = -1
        while at < value.end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "."), decimals < 0, at > value.start, at + 1 < value.end {
                decimals = 0
            } else {
                let digit = byte &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                number = number * 10 + Int64(digit)
                if decimals >= 0 { decimals += 1 }
            }
            at += 1
        }
        guard decimals <= 8 else { return text(value).flatMap { FixedPoint.parse($0) } }
        for _ in max(decimals, 0)..<8 { number *= 10 }
        return Int128(isNegative ? -number : number)
    }

    /// The fixed form of our own files at once, any other RFC 3339 instant the slow way.
    func time(_ value: RowValue) -> Timestamp? {
        let at = value.start
        guard value.end - at == 27, bytes[at + 4] == UInt8(ascii: "-"), bytes[at + 7] == UInt8(ascii: "-"),
            bytes[at + 10] == UInt8(ascii: "T"), bytes[at + 13] == UInt8(ascii: ":"), bytes[at + 16] == UInt8(ascii: ":"),
            bytes[at + 19] == UInt8(ascii: "."), bytes[at + 26] == UInt8(ascii: "Z"),
            let year = digits(at, 4), let month = digits(at + 5, 2), let day = digits(at + 8, 2), let hour = digits(at + 11, 2),
            let minute = digits(at + 14, 2), let second = digits(at + 17, 2), let fraction = digits(at + 20, 6),
            hour < 24, minute < 60, second < 60, (1...12).contains(month), (1...30).contains(day),
            day <= 28 || month != 2
        else { return text(value).flatMap { Timestamp(rfc3339: $0) } }
        // Up to the 30th every day exists but in February; the rest takes the slow way (days since 1970, eras of 400 years).
        let shiftedYear = month <= 2 ? year - 1 : year
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayNumber = shiftedYear / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = Int64(dayNumber) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        return Timestamp(microseconds: seconds * 1_000_000 + Int64(fraction))
    }

    private func digits(_ start: Int, _ count: Int) -> Int? {
        var number = 0
        for index in start..<start + count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    private func unescaped(_ value: RowValue) -> String? {
        var text: [UInt8] = []
        var at = value.start
        while at < value.end {
            let byte = bytes[at]
            at += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard at < value.end else { return nil }
            let escape = bytes[at]
            at += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "b"): text.append(8)
            case UInt8(ascii: "f"): text.append(12)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "u"):
                guard let unit = codeUnit(at, before: value.end) else { return nil }
                at += 4
                var scalar = UInt32(unit)
                if (0xD800..<0xDC00).contains(unit) {
                    guard at + 6 <= value.end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u"),
                        let low = codeUnit(at + 2, before: value.end), (0xDC00..<0xE000).contains(low)
                    else { return nil }
                    at += 6
                    scalar = 0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(low) - 0xDC00
                }
                guard let made = Unicode.Scalar(scalar) else { return nil }
                text.append(contentsOf: String(Character(made)).utf8)
            default: return nil
            }
        }
        return String(validating: text, as: UTF8.self)
    }

    private func codeUnit(_ start: Int, before end: Int) -> UInt16? {
        guard start + 4 <= end else { return nil }
        var unit: UInt16 = 0
        for index in start..<start + 4 {
            let byte = bytes[index] | 0x20
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return unit
    }
}
