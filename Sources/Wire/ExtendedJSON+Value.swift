// What MongoDB exports hold, once their spelling is forgotten: the values that BSON and the three dialects of extended JSON share.
// Bytes become these in BSON.swift and ExtendedJSON.swift; exact numbers are read out of them in ExtendedJSON+Numbers.swift.

/// One value of a document, the same whichever shape of export it came from.
///
/// A whole number is `integer` whether it was stored in 32 or 64 bits; a double is kept as the decimal text that names it, so that
/// money never passes through binary arithmetic. (v1 exports write a whole double like an integer, so that difference is not kept.)
package enum ExtendedValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Decimal text such as `2500.0`, `5E+06`, or `NaN`, `Infinity`, `-Infinity`.
    case double(String)
    /// Decimal text in the same forms.
    case decimal128(String)
    case string(String)
    case document(ExtendedDocument)
    case array([ExtendedValue])
    case binary(subtype: UInt8, bytes: [UInt8])
    case objectID(ObjectID)
    /// Since 1970, as stored; what zone it meant is not known here.
    case date(milliseconds: Int64)
    case regex(pattern: String, options: String)
    /// An internal replication stamp: seconds and an ordinal, no date.
    case timestamp(UInt64)
    /// A kind of value that was passed over, by its name: `minKey`, `code`, `symbol` …
    case other(String)

    /// The kind in words, for a reader of a reject report.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer: "integer"
        case .double: "double"
        case .decimal128: "decimal128"
        case .string: "string"
        case .document: "document"
        case .array: "array"
        case .binary: "binary"
        case .objectID: "ObjectId"
        case .date: "date"
        case .regex: "regex"
        case .timestamp: "timestamp"
        case .other(let name): name
        }
    }

    /// The value as plain JSON, for notes kept beside what was understood; kinds that JSON lacks keep their `$` form.
    package var json: JSONValue {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .number(JSONNumber(value))
        case .double(let text): return wrapped("$numberDouble", .string(text))
        case .decimal128(let text): return wrapped("$numberDecimal", .string(text))
        case .string(let text): return .string(text)
        case .document(let document): return .object(JSONObject(document.fields.map { ($0.name, $0.value.json) }))
        case .array(let values): return .array(values.map(\.json))
        case .binary(let subtype, let bytes):
            let content = JSONObject([
                ("base64", .string(Base64.encode(bytes))), ("subType", .string(String(subtype, radix: 16))),
            ])
            return wrapped("$binary", .object(content))
        case .objectID(let id): return wrapped("$oid", .string(id.hex))
        case .date(let milliseconds): return wrapped("$date", wrapped("$numberLong", .string(String(milliseconds))))
        case .regex(let pattern, let options):
            return wrapped("$regularExpression", .object(JSONObject([("pattern", .string(pattern)), ("options", .string(options))])))
        case .timestamp(let value):
            let content = JSONObject([
                ("t", .number(JSONNumber(Int64(value >> 32)))), ("i", .number(JSONNumber(Int64(value & 0xFFFF_FFFF)))),
            ])
            return wrapped("$timestamp", .object(content))
        case .other(let name): return wrapped("$" + name, .bool(true))
        }
    }

    private func wrapped(_ key: String, _ value: JSONValue) -> JSONValue { .object(JSONObject([(key, value)])) }
}

/// One document: named values in the order of the export. No name occurs twice.
package struct ExtendedDocument: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: ExtendedValue

        package init(name: String, value: ExtendedValue) {
            self.name = name
            self.value = value
        }
    }

    package var fields: [Field]

    package init(fields: [Field] = []) { self.fields = fields }

    package subscript(_ name: String) -> ExtendedValue? { fields.first { $0.name == name }?.value }
}

/// The 12 bytes by which MongoDB names a document; the first four are real UTC seconds of its making.
package struct ObjectID: Hashable, Sendable {
    package let seconds: UInt32
    /// The machine, process and counter bytes.
    let rest: UInt64

    /// Reads 24 hexadecimal digits, or nothing.
    package init?(hex: some StringProtocol) {
        var digits = 0
        var head: UInt32 = 0
        var tail: UInt64 = 0
        for byte in hex.utf8 {
            guard digits < 24, let nibble = hexDigit(byte) else { return nil }
            if digits < 8 { head = head << 4 | UInt32(nibble) } else { tail = tail << 4 | UInt64(nibble) }
            digits += 1
        }
        guard digits == 24 else { return nil }
        seconds = head
        rest = tail
    }

    /// Takes exactly 12 bytes, or nothing.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 12 else { return nil }
        var head: UInt32 = 0
        var tail: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 4 { head = head << 8 | UInt32(byte) } else { tail = tail << 8 | UInt64(byte) }
        }
        seconds = head
        rest = tail
    }

    /// 24 lower-case hexadecimal digits.
    package var hex: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            for index in 0..<24 {
                let nibble = index < 8 ? UInt8(seconds >> UInt32(28 - 4 * index) & 15) : UInt8(rest >> UInt64(60 - 4 * (index - 8)) & 15)
                buffer[index] = lowerHexDigit(nibble)
            }
            return 24
        }
    }
}

/// What one document of an export may cost; beyond it the document is broken, its neighbours are not.
package struct ExtendedLimits: Sendable {
    package var stringBytes = 65_536
    package var depth = 64
    package var documentBytes = 16 << 20
    /// Members of one document, nested ones counted for themselves.
    package var members = 10_000

    package init() {}
}

/// How a document of an export can be broken.
package enum ExtendedFault: String, Error, Sendable, CaseIterable {
    /// Not JSON, or a `$` form that says nothing.
    case json
    /// The file ends inside the document.
    case truncated
    /// Text that is not UTF-8.
    case encoding
    /// A string, a document or a number of members over its limit.
    case tooLong
    case tooDeep
    case duplicateKey
    /// A BSON document whose own length cannot be; nothing after it can be found.
    case length
    /// A BSON document whose inside does not fit its length.
    case bson
}

/// What a reader of an export finds next. `position` counts from 1: lines, or documents for BSON and for one JSON array.
package enum ExtendedItem: Equatable, Sendable {
    case document(ExtendedDocument, position: Int)
    case broken(ExtendedFault, position: Int)
}
