// JSON values to the values they stand for: the `$` forms of relaxed v2, canonical v2 and v1 strict, told apart by themselves.

/// Reads the `$` forms of all three dialects. A file may mix them from value to value.
package enum ExtendedJSON {
    /// A parsed JSON object as a document.
    package static func document(_ json: JSONValue) throws(ExtendedFault) -> ExtendedDocument {
        guard case .object(let object) = json else { throw .json }
        return try plainDocument(object)
    }

    private static func plainDocument(_ object: JSONObject) throws(ExtendedFault) -> ExtendedDocument {
        var document = ExtendedDocument()
        document.fields.reserveCapacity(object.count)
        for (name, json) in object.members {
            document.fields.append(ExtendedDocument.Field(name: name, value: try value(json)))
        }
        return document
    }

    static func value(_ json: JSONValue) throws(ExtendedFault) -> ExtendedValue {
        switch json {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .string(let text): return .string(text)
        case .number(let number): return plainNumber(number)
        case .array(let elements):
            var values: [ExtendedValue] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try value(element)) }
            return .array(values)
        case .object(let object):
            guard let first = object.members.first, first.key.utf8.first == UInt8(ascii: "$") else {
                return .document(try plainDocument(object))
            }
            return try special(first.key, first.value, object)
        }
    }

    /// `10` is an integer, `10.0` and `1E+01` are doubles, and so is what does not fit 64 bits.
    private static func plainNumber(_ number: JSONNumber) -> ExtendedValue {
        let text = number.text
        if let value = Int64(text) { return .integer(value) }
        return .double(text)
    }

    /// An object whose first name begins with `$`. One with a name not known here is data like any other.
    private static func special(_ key: String, _ content: JSONValue, _ object: JSONObject) throws(ExtendedFault) -> ExtendedValue {
        if object.count == 1 {
            switch key {
            case "$oid":
                guard let text = content.string, let id = ObjectID(hex: text) else { throw .json }
                return .objectID(id)
            case "$date": return .date(milliseconds: try milliseconds(content))
            case "$numberInt":
                guard let text = content.string, let value = Int32(text) else { throw .json }
                return .integer(Int64(value))
            case "$numberLong":
                guard let text = content.string, let value = Int64(text) else { throw .json }
                return .integer(value)
            case "$numberDouble":
                guard let text = content.string, ExtendedNumber(text: text) != nil else { throw .json }
                return .double(text)
            case "$numberDecimal":
                guard let text = content.string, ExtendedNumber(text: text) != nil else { throw .json }
                return .decimal128(text)
            case "$binary":
                guard let text = content["base64"]?.string, let subtype = content["subType"]?.string else { throw .json }
                return try binary(text, subtype)
            case "$regularExpression":
                guard let pattern = content["pattern"]?.string, let options = content["options"]?.string else { throw .json }
                return .regex(pattern: pattern, options: options)
            case "$timestamp":
                guard let seconds = content["t"]?.int64, let ordinal = content["i"]?.int64, let high = UInt32(exactly: seconds),
                    let low = UInt32(exactly: ordinal)
                else { throw .json }
                return .timestamp(UInt64(high) << 32 | UInt64(low))
            case "$undefined", "$minKey", "$maxKey", "$symbol", "$code", "$dbPointer", "$uuid":
                return .other(String(key.dropFirst()))
            default: break
            }
        } else if object.count == 2 {
            switch key {
            case "$binary":
                guard let text = content.string, let subtype = object["$type"]?.string else { throw .json }
                return try binary(text, subtype)
            case "$regex":
                guard let pattern = content.string, let options = object["$options"]?.string else { throw .json }
                return .regex(pattern: pattern, options: options)
            case "$code" where object["$scope"] != nil: return .other("codeWithScope")
            default: break
            }
        }
        return .document(try plainDocument(object))
    }

    /// A date as text, as a bare number of milliseconds, or as `{"$numberLong":"…"}`.
    private static func milliseconds(_ content: JSONValue) throws(ExtendedFault) -> Int64 {
        switch content {
        case .string(let text):
            guard let value = ExtendedDate.milliseconds(text) else { throw .json }
            return value
        case .number(let number):
            guard let value = number.int64 else { throw .json }
            return value
        case .object(let object):
            guard object.count == 1, let text = object["$numberLong"]?.string, let value = Int64(text) else { throw .json }
            return value
        case .null, .bool, .array: throw .json
        }
    }

    private static func binary(_ text: String, _ subtype: String) throws(ExtendedFault) -> ExtendedValue {
        guard let subtype = UInt8(subtype, radix: 16), let bytes = Base64.decode(text, url: false) else { throw .json }
        return .binary(subtype: subtype, bytes: bytes)
    }
}
