// Text written into room that was made for it before: digits, instants, names. What a row is made of is in `RowWriter`.

import Trading

/// Writes one value after the other from a place in memory on.
///
/// It checks nothing: whoever makes room makes enough for everything that is put.
struct BytePen {
    private(set) var at: UnsafeMutablePointer<UInt8>

    init(at start: UnsafeMutablePointer<UInt8>) { at = start }

    /// Room for `,"name":`.
    @inline(__always)
    static func memberBytes(_ name: StaticString) -> Int { name.utf8CodeUnitCount + 4 }
    /// Room for any integer.
    static let integerBytes = 20
    /// Room for any amount of 64 bits, its quotes not counted.
    static let amountBytes = 22
    /// Exactly what an instant with its quotes takes; years are written with four digits.
    static let timeBytes = 29

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        at.pointee = byte
        at += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        at += text.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        UnsafeMutableRawPointer(at).copyMemory(from: start, byteCount: bytes.count)
        at += bytes.count
    }

    /// `"name":`
    @inline(__always)
    mutating func key(_ name: StaticString) {
        put(UInt8(ascii: "\""))
        put(name)
        put(UInt8(ascii: "\""))
        put(UInt8(ascii: ":"))
    }

    /// `,"name":`
    @inline(__always)
    mutating func member(_ name: StaticString) {
        put(UInt8(ascii: ","))
        key(name)
    }

    /// Text that needs no escapes.
    @inline(__always)
    mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) {
        put(UInt8(ascii: "\""))
        put(UnsafeRawBufferPointer(text))
        put(UInt8(ascii: "\""))
    }

    // MARK: Numbers

    mutating func integer(_ value: Int64) {
        if value < 0 { put(UInt8(ascii: "-")) }
        digits(value.magnitude)
    }

    mutating func digits(_ value: UInt64) {
        var count = 1
        var limit: UInt64 = 10
        while value >= limit {
            count += 1
            if count == 20 { break }
            limit &*= 10
        }
        var place = at + count
        var rest = value
        repeat {
            place -= 1
            place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        at += count
    }

    /// The shortest exact decimal of units of 10⁻⁸.
    mutating func amount(_ units: Int64) {
        if units < 0 { put(UInt8(ascii: "-")) }
        let scale = UInt64(fixedPointScale)
        digits(units.magnitude / scale)
        fraction(units.magnitude % scale)
    }

    /// A point and as many of eight places as are needed; nothing for none.
    mutating func fraction(_ units: UInt64) {
        guard units > 0 else { return }
        put(UInt8(ascii: "."))
        two(units / 1_000_000)
        two(units / 10_000 % 100)
        two(units / 100 % 100)
        two(units % 100)
        while at[-1] == UInt8(ascii: "0") { at -= 1 }
    }

    /// The instant in quotes.
    mutating func time(_ value: Timestamp) {
        let seconds = value.seconds
        let fraction = UInt64(value.microseconds - seconds * 1_000_000)
        let dayNumber = seconds.flooredQuotient(86_400)
        let date = CivilDate(dayNumber: dayNumber)
        let second = UInt64(seconds - dayNumber * 86_400)
        let year = UInt64(date.year.magnitude)
        put(UInt8(ascii: "\""))
        two(year / 100 % 100)
        two(year % 100)
        put(UInt8(ascii: "-"))
        two(UInt64(date.month))
        put(UInt8(ascii: "-"))
        two(UInt64(date.day))
        put(UInt8(ascii: "T"))
        two(second / 3_600)
        put(UInt8(ascii: ":"))
        two(second / 60 % 60)
        put(UInt8(ascii: ":"))
        two(second % 60)
        put(UInt8(ascii: "."))
        two(fraction / 10_000)
        two(fraction / 100 % 100)
        two(fraction % 100)
        put(UInt8(ascii: "Z"))
        put(UInt8(ascii: "\""))
    }

    /// Exactly two digits of a value below 100.
    @inline(__always)
    private mutating func two(_ value: UInt64) {
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}

extension [UInt8] {
    /// Appends what `write` puts, at most so many bytes, and makes room once.
    @inline(__always)
    mutating func appendText(atMost limit: Int, _ write: (inout BytePen) -> Void) {
        append(addingCapacity: limit) { room in
            room.withUnsafeMutableBufferPointer { buffer, count in
                guard let start = buffer.baseAddress else { return }
                var pen = BytePen(at: start)
                write(&pen)
                count = pen.at - start
                assert(count <= limit, "More was put than there is room for.")
            }
        }
    }
}
