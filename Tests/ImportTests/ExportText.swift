// Printers of the test exports: mongoexport's three dialects and mongodump's binary form.

import Trading
import Wire

/// Values as one dialect of extended JSON.
struct ExportText {
    private let shape: LegacyExport.Shape

    init(_ shape: LegacyExport.Shape) { self.shape = shape }

    func print(_ document: ExtendedDocument) -> String {
        "{" + document.fields.map { quoted($0.name) + ":" + print($0.value) }.joined(separator: ",") + "}"
    }

    func print(_ value: ExtendedValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): shape == .canonical ? "{\"$numberInt\":\"\(value)\"}" : String(value)
        case .double(let text):
            switch shape {
            case .canonical: "{\"$numberDouble\":\"\(text)\"}"
            // The old tool prints a whole double like an integer.
            case .v1 where text.hasSuffix(".0"): String(text.dropLast(2))
            default: text == "NaN" || text.hasSuffix("Infinity") ? "{\"$numberDouble\":\"\(text)\"}" : text
            }
        case .decimal128(let text): "{\"$numberDecimal\":\"\(text)\"}"
        case .string(let text): quoted(text)
        case .document(let document): print(document)
        case .array(let values): "[" + values.map(print).joined(separator: ",") + "]"
        case .objectID(let id): "{\"$oid\":\"\(id.hex)\"}"
        case .date(let milliseconds): date(milliseconds)
        default: String(decoding: value.json.encoded, as: UTF8.self)
        }
    }

    private func date(_ milliseconds: Int64) -> String {
        if shape == .canonical || milliseconds < 0 || milliseconds > 253_402_300_799_999 {
            return "{\"$date\":{\"$numberLong\":\"\(milliseconds)\"}}"
        }
        if shape == .v1, milliseconds % 3 == 0 { return "{\"$date\":\(milliseconds)}" }
        let zone: Int64 = shape == .v1 && milliseconds % 3 == 1 ? 19_800 : 0
        var text = Timestamp(microseconds: milliseconds * 1000).wallClock(offsetSeconds: zone, separator: "T", decimals: 3)
        if shape != .v1 {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return "{\"$date\":\"\(text)\(zone == 0 ? "Z" : "+0530")\"}"
    }

    private func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).encoded, as: UTF8.self) }
}

/// Values as BSON.
enum BSONBytes {
    static func document(_ document: ExtendedDocument) -> [UInt8] {
        var body: [UInt8] = []
        for field in document.fields {
            let (type, content) = element(field.value)
            body.append(type)
            body += Array(field.name.utf8) + [0] + content
        }
        return number(Int32(body.count + 5)) + body + [0]
    }

    private static func element(_ value: ExtendedValue) -> (UInt8, [UInt8]) {
        switch value {
        case .null: (0x0A, [])
        case .bool(let value): (0x08, [value ? 1 : 0])
        case .integer(let value): Int32(exactly: value).map { (0x10, number($0)) } ?? (0x12, number(value))
        case .double(let text): (0x01, number((Double(text) ?? .nan).bitPattern))
        case .string(let text): (0x02, number(Int32(text.utf8.count + 1)) + Array(text.utf8) + [0])
        case .document(let document): (0x03, Self.document(document))
        case .array(let values):
            (0x04, Self.document(ExtendedDocument(values.enumerated().map { (String($0.offset), $0.element) })))
        case .objectID(let id): (0x07, Array(number(id.seconds).reversed()) + bytes(hex: id.hex.dropFirst(8)))
        case .date(let milliseconds): (0x09, number(milliseconds))
        case .regex(let pattern, let options): (0x0B, Array(pattern.utf8) + [0] + Array(options.utf8) + [0])
        case .timestamp(let value): (0x11, number(value))
        case .binary(let subtype, let bytes): (0x05, number(Int32(bytes.count)) + [subtype] + bytes)
        case .decimal128, .other: preconditionFailure("The test exports hold no such value.")
        }
    }

    private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func bytes(hex: Substring) -> [UInt8] {
        var digits = hex[...]
        var bytes: [UInt8] = []
        while !digits.isEmpty {
            bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        return bytes
    }
}
