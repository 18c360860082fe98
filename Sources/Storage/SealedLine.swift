// One line of any of our files: a JSON object whose last member is the CRC-32C of what stands before it, so that checking needs no
// JSON parser. What the members mean is the business of `JournalRecord`, `BookFiles`, `Documents`, `AuditFiles`.

import Platform

/// Sealing and checking of lines.
package enum SealedLine {
    /// The longest line, its line feed not counted.
    package static let limitBytes = 1 << 20
    /// `,"crc":"xxxxxxxx"}`.
    static let sealBytes = 18

    /// Closes the object that begins at `start` and has all members but its checksum, and ends the line.
    @discardableResult
    static func seal(_ bytes: inout [UInt8], from start: Int = 0) -> UInt32 {
        let sum = bytes.withUnsafeBytes { Crypto.crc32c(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        bytes.appendText(atMost: sealBytes + 1) { pen in
            pen.put(",\"crc\":\"")
            pen.hex(sum)
            pen.put("\"}\n")
        }
        return sum
    }

    /// The checksum of a line without its line feed, or nothing when it is not what the line says.
    static func check(_ line: UnsafeRawBufferPointer) -> UInt32? {
        guard line.count > sealBytes, line.count <= limitBytes, line[0] == UInt8(ascii: "{") else { return nil }
        let mark = line.count - sealBytes
        guard isMark(line, at: mark), line[mark + 16] == UInt8(ascii: "\""), line[mark + 17] == UInt8(ascii: "}"),
            let stated = hex(line, at: mark + 8)
        else { return nil }
        return Crypto.crc32c(UnsafeRawBufferPointer(rebasing: line[..<mark])) == stated ? stated : nil
    }

    /// The running checksum of a file after one more line: CRC-32C over both, as 16 hex digits.
    static func fold(_ running: UInt32, _ line: UInt32) -> UInt32 {
        // On the stack: this runs once per line of every file that is loaded.
        var text: (UInt64, UInt64) = (hexWord(running), hexWord(line))
        return withUnsafeBytes(of: &text) { Crypto.crc32c($0) }
    }

    /// Complete sealed objects inside a line that does not check: a damaged line feed joins two lines and must not cost both.
    static func salvage(_ line: UnsafeRawBufferPointer) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var starts: [Int] = []
        var index = 0
        var tries = 0
        while index < line.count {
            if line[index] == UInt8(ascii: "{"), startsLine(line, at: index), starts.count < salvageLimit {
                starts.append(index)
            } else if line[index] == UInt8(ascii: ","), index + sealBytes <= line.count, isMark(line, at: index) {
                let end = index + sealBytes
                for start in starts.reversed() where start >= (found.last?.upperBound ?? 0) {
                    tries += 1
                    guard tries <= salvageLimit else { return found }
                    if check(UnsafeRawBufferPointer(rebasing: line[start..<end])) != nil {
                        found.append(start..<end)
                        starts.removeAll()
                        break
                    }
                }
            }
            index += 1
        }
        return found
    }

    /// How many beginnings and endings one damaged line is searched for.
    static let salvageLimit = 256

    private static func isMark(_ line: UnsafeRawBufferPointer, at index: Int) -> Bool {
        index >= 0 && index + 8 <= line.count && line.loadUnaligned(fromByteOffset: index, as: UInt64.self) == mark
    }

    /// Every line of ours begins with one of these members.
    private static func startsLine(_ line: UnsafeRawBufferPointer, at index: Int) -> Bool {
        firstMembers.contains { name in
            name.withUTF8Buffer { name in
                index + name.count <= line.count && name.indices.allSatisfy { line[index + $0] == name[$0] }
            }
        }
    }

    private static let firstMembers: [StaticString] = [
        "{\"seq\":", "{\"b\":", "{\"seal\":", "{\"fmt\":", "{\"n\":", "{\"v\":", "{\"i\":",
    ]

    /// `,"crc":"` as it lies in memory on a little-endian machine.
    private static let mark: UInt64 = ",\"crc\":\"".utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }

    // MARK: Hex and text

    static func appendHex(_ bytes: inout [UInt8], _ value: UInt32) {
        var word = hexWord(value)
        withUnsafeBytes(of: &word) { bytes.append(contentsOf: $0) }
    }

    static func append(_ bytes: inout [UInt8], _ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    static func hexText(_ value: UInt32) -> String {
        var bytes: [UInt8] = []
        appendHex(&bytes, value)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Eight lower-case hex digits.
    static func hex(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt32? {
        guard start + 8 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 8 {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    /// The eight hex digits as they lie in memory.
    static func hexWord(_ value: UInt32) -> UInt64 {
        var word: UInt64 = 0
        for digit in 0..<8 {
            let nibble = UInt64(value >> (UInt32(digit) * 4) & 0xF)
            word = word << 8 | (nibble < 10 ? 48 + nibble : 87 + nibble)
        }
        return word.littleEndian
    }
}
