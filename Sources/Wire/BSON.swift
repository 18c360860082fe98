// Documents out of mongodump files: BSON documents back to back, each with its own length, no header. The values are those of
// extended JSON (ExtendedJSON+Value.swift), so that both shapes of an export read alike.

/// Reads back-to-back BSON documents from chunks of any size.
///
/// Feed a chunk, take items until there are none, feed the next, and call `finish` after the last. A document whose inside is
/// wrong is reported and passed over by its length; a length that cannot be ends the reading, since nothing after it can be found.
package struct BSONReader: Sendable {
    private let limits: ExtendedLimits
    private var buffer: [UInt8] = []
    private var cursor = 0
    private var count = 0
    private var hasFinished = false
    /// Whether an impossible length was met.
    package private(set) var isLost = false

    package init(limits: ExtendedLimits = .init()) { self.limits = limits }

    package mutating func feed(_ bytes: [UInt8]) {
        guard !isLost else { return }
        if cursor == buffer.count {
            buffer = bytes
        } else {
            buffer.removeSubrange(..<cursor)
            buffer.append(contentsOf: bytes)
        }
        cursor = 0
    }

    /// Says that no more bytes will come; `next` may have one item more.
    package mutating func finish() { hasFinished = true }

    /// The next document or broken one, or nothing when more bytes are needed or the file has ended.
    package mutating func next() -> ExtendedItem? {
        let available = buffer.count - cursor
        guard !isLost, available > 0 else { return nil }
        guard available >= 4 else { return truncated() }
        let length = Int(BSONDocumentParser.int32(buffer[cursor..<cursor + 4]))
        guard length >= 5, length <= limits.documentBytes else {
            isLost = true
            buffer = []
            cursor = 0
            return .broken(.length, position: count + 1)
        }
        guard available >= length else { return truncated() }
        count += 1
        let range = cursor..<cursor + length
        cursor += length
        var parser = BSONDocumentParser(bytes: buffer[range], limits: limits)
        do throws(ExtendedFault) {
            return .document(try parser.document(), position: count)
        } catch {
            return .broken(error, position: count)
        }
    }

    private mutating func truncated() -> ExtendedItem? {
        guard hasFinished else { return nil }
        buffer = []
        cursor = 0
        return .broken(.truncated, position: count + 1)
    }
}

/// Reads one document whose outer length is known to be that of `bytes`.
struct BSONDocumentParser {
    private let bytes: ArraySlice<UInt8>
    private let limits: ExtendedLimits
    private var position: Int
    private var members = 0

    init(bytes: ArraySlice<UInt8>, limits: ExtendedLimits) {
        self.bytes = bytes
        self.limits = limits
        position = bytes.startIndex
    }

    mutating func document() throws(ExtendedFault) -> ExtendedDocument {
        let document = try container(end: bytes.endIndex, depth: 1)
        guard position == bytes.endIndex else { throw .bson }
        return document
    }

    /// A document or array that must end before or at `end`.
    private mutating func container(end: Int, depth: Int) throws(ExtendedFault) -> ExtendedDocument {
        guard depth <= limits.depth else { throw .tooDeep }
        let start = position
        let length = Int(try int32())
        guard length >= 5, length <= end - start else { throw .bson }
        let ownEnd = start + length
        var document = ExtendedDocument()
        var names: Set<String> = []
        while true {
            guard position < ownEnd else { throw .bson }
            let type = bytes[position]
            position += 1
            if type == 0 { break }
            members += 1
            guard members <= limits.members else { throw .tooLong }
            let name = try cString(end: ownEnd)
            if document.fields.count < BSONDocumentParser.comparedNames {
                guard !document.fields.contains(where: { $0.name == name }) else { throw .duplicateKey }
            } else {
                if names.isEmpty { names = Set(document.fields.map(\.name)) }
                guard names.insert(name).inserted else { throw .duplicateKey }
            }
            document.fields.append(ExtendedDocument.Field(name: name, value: try value(type, end: ownEnd, depth: depth)))
        }
        guard position == ownEnd else { throw .bson }
        return document
    }

    /// Up to this many names are compared one by one, which costs less than a set of them.
    private static let comparedNames = 32

    private mutating func value(_ type: UInt8, end: Int, depth: Int) throws(ExtendedFault) -> ExtendedValue {
        switch type {
        case 0x01: return .double(BSONDocumentParser.text(of: Double(bitPattern: try uint64(end: end))))
        case 0x02: return .string(try string(end: end))
        case 0x03: return .document(try container(end: end, depth: depth + 1))
        case 0x04: return .array(try container(end: end, depth: depth + 1).fields.map(\.value))
        case 0x05:
            let length = Int(try int32(end: end))
            guard length >= 0 else { throw .bson }
            guard length <= limits.stringBytes else { throw .tooLong }
            let content = try take(length + 1, end: end)
            return .binary(subtype: content[content.startIndex], bytes: Array(content.dropFirst()))
        case 0x06: return .other("undefined")
        case 0x07:
            guard let id = ObjectID(bytes: try take(12, end: end)) else { throw .bson }
            return .objectID(id)
        case 0x08:
            switch try take(1, end: end).first {
            case 0: return .bool(false)
            case 1: return .bool(true)
            default: throw .bson
            }
        case 0x09: return .date(milliseconds: Int64(bitPattern: try uint64(end: end)))
        case 0x0A: return .null
        case 0x0B: return .regex(pattern: try cString(end: end), options: try cString(end: end))
        case 0x0C:
            _ = try string(end: end)
            _ = try take(12, end: end)
            return .other("dbPointer")
        case 0x0D:
            _ = try string(end: end)
            return .other("code")
        case 0x0E:
            _ = try string(end: end)
            return .other("symbol")
        case 0x0F:
            let length = Int(try int32(end: end))
            guard length >= 14 else { throw .bson }
            _ = try take(length - 4, end: end)
            return .other("codeWithScope")
        case 0x10: return .integer(Int64(try int32(end: end)))
        case 0x11: return .timestamp(try uint64(end: end))
        case 0x12: return .integer(Int64(bitPattern: try uint64(end: end)))
        case 0x13:
            let low = try uint64(end: end)
            let high = try uint64(end: end)
            return .decimal128(Decimal128.text(low: low, high: high))
        case 0x7F: return .other("maxKey")
        case 0xFF: return .other("minKey")
        default: throw .bson
        }
    }

    private mutating func take(_ count: Int, end: Int) throws(ExtendedFault) -> ArraySlice<UInt8> {
        guard count >= 0, count <= end - position else { throw .bson }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func int32(end: Int? = nil) throws(ExtendedFault) -> Int32 {
        BSONDocumentParser.int32(try take(4, end: end ?? bytes.endIndex))
    }

    private mutating func uint64(end: Int) throws(ExtendedFault) -> UInt64 {
        try take(8, end: end).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A length that counts the closing zero, the bytes, the zero.
    private mutating func string(end: Int) throws(ExtendedFault) -> String {
        let length = Int(try int32(end: end))
        guard length >= 1 else { throw .bson }
        guard length - 1 <= limits.stringBytes else { throw length <= end - position ? .tooLong : .bson }
        let content = try take(length, end: end)
        guard content.last == 0 else { throw .bson }
        guard let text = String(validating: content.dropLast(), as: UTF8.self) else { throw .encoding }
        return text
    }

    private mutating func cString(end: Int) throws(ExtendedFault) -> String {
        guard let zero = bytes[position..<end].firstIndex(of: 0) else { throw .bson }
        guard zero - position <= limits.stringBytes else { throw .tooLong }
        defer { position = zero + 1 }
        guard let text = String(validating: bytes[position..<zero], as: UTF8.self) else { throw .encoding }
        return text
    }

    static func int32(_ four: ArraySlice<UInt8>) -> Int32 {
        Int32(bitPattern: four.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// The shortest decimal text that names this double and no other.
    private static func text(of double: Double) -> String {
        if double.isNaN { return "NaN" }
        if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
        return double.description
    }
}
