// Passing over bytes of our own lines fast: eight at a time through strings and nested values, and literal by literal through members
// whose order is known. What the members mean is the business of the callers.

/// Searches that look at eight bytes at once.
enum WordSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The highest bit of every byte of `word` that is `byte`, and no other bit.
    @inline(__always)
    private static func places(of byte: UInt8, in word: UInt64) -> UInt64 {
        let other = word ^ (ones &* UInt64(byte))
        return ~(((other & ~highs) &+ ~highs) | other) & highs
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
    }

    /// The next quotation mark or backslash.
    static func quoteOrBackslash(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var at = start
        while at + 8 <= bytes.count {
            let word = word(bytes, at)
            let hits = places(of: UInt8(ascii: "\""), in: word) | places(of: UInt8(ascii: "\\"), in: word)
            if hits != 0 { return at + hits.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "\\") { return at }
            at += 1
        }
        return nil
    }

    /// Where the object or array that begins at `start` has ended; brackets inside strings do not count.
    static func end(ofNestedAt start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var at = start + 1
        var depth = 1
        // All bits while a string goes on.
        var inside: UInt64 = 0
        while true {
            while at + 8 <= bytes.count {
                let word = word(bytes, at)
                // An escape, and the bracket that may be the last, are looked at byte by byte.
                if places(of: UInt8(ascii: "\\"), in: word) != 0 { break }
                var within = places(of: UInt8(ascii: "\""), in: word)
                within ^= within << 8
                within ^= within << 16
                within ^= within << 32
                within ^= inside
                // `{` and `[` differ in one bit, and so do `}` and `]`.
                let folded = word | ones &* 0x20
                let opens = places(of: UInt8(ascii: "{"), in: folded) & ~within
                let closes = places(of: UInt8(ascii: "}"), in: folded) & ~within
                let closing = count(closes)
                if closing >= depth { break }
                depth += count(opens) - closing
                inside = UInt64(bitPattern: Int64(bitPattern: within) >> 63)
                at += 8
            }
            let limit = min(at + 8, bytes.count)
            while at < limit {
                let byte = bytes[at]
                at += 1
                if inside != 0 {
                    if byte == UInt8(ascii: "\"") { inside = 0 } else if byte == UInt8(ascii: "\\") { at += 1 }
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): inside = .max
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 { return at }
                default: break
                }
            }
            if at >= bytes.count { return nil }
        }
    }

    /// How many of the highest bits are set.
    @inline(__always)
    private static func count(_ places: UInt64) -> Int { Int(truncatingIfNeeded: ((places >> 7) &* ones) >> 56) }

    /// Whether two runs of bytes are the same.
    static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var at = 0
        while at + 8 <= a.count {
            if word(a, at) != word(b, at) { return false }
            at += 8
        }
        while at < a.count {
            if a[at] != b[at] { return false }
            at += 1
        }
        return true
    }
}

/// Walks over a line whose members stand as we write them. What says false or nothing may have moved on.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Moves past exactly that text.
    @inline(__always)
    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        let start = text.utf8Start
        for index in 0..<count where bytes[at + index] != start[index] { return false }
        at += count
        return true
    }

    /// Moves past exactly those bytes.
    @inline(__always)
    mutating func take(_ other: UnsafeRawBufferPointer) -> Bool {
        guard at + other.count <= bytes.count,
            WordSearch.areEqual(UnsafeRawBufferPointer(rebasing: bytes[at..<at + other.count]), other)
        else { return false }
        at += other.count
        return true
    }

    /// One to 18 digits.
    @inline(__always)
    mutating func takeInt() -> Int64? {
        let start = at
        var number: Int64 = 0
        while at < bytes.count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = number &* 10 &+ Int64(digit)
            at += 1
        }
        return (1...18).contains(at - start) ? number : nil
    }

    /// A string without escapes, its quotes not counted.
    @inline(__always)
    mutating func takeText() -> Range<Int>? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), let end = WordSearch.quoteOrBackslash(in: bytes, from: at + 1),
            bytes[end] == UInt8(ascii: "\"")
        else { return nil }
        let text = at + 1..<end
        at = end + 1
        return text
    }

    /// An object or array.
    @inline(__always)
    mutating func takeNested() -> Range<Int>? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "{") || bytes[at] == UInt8(ascii: "["),
            let end = WordSearch.end(ofNestedAt: at, in: bytes)
        else { return nil }
        let range = at..<end
        at = end
        return range
    }

    func raw(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
}
