// A whole JSON document in memory. Numbers stay text (`JSONNumber`), members keep their order (`JSONObject`);
// `JSONParser` makes these values, `JSONWriter` prints them and also writes answers without making any.

/// Any JSON value, exactly as it stood in the document.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    package var isNull: Bool { self == .null }

    /// The text, when it is a string.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value, when it is one; numbers and strings are not read as one.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    package var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The whole number, when it is a number, whole and in range; `10.0` and `1e1` are whole.
    package var int64: Int64? { number?.int64 }

    /// The member of that name; nothing when it is missing or this is not an object.
    package subscript(_ key: String) -> JSONValue? { object?[key] }

    /// The canonical text: no blanks, members in their order, only what must be escaped is escaped.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// A key that comes twice takes the later value, as `JSONObject.init(_:)` does.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
