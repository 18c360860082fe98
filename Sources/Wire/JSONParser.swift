// Bytes to `JSONValue`, strictly by RFC 8259: what is refused and why. The pass itself is `JSONReading`; `JSONWriter` goes the
// other way.

/// What a document may use at most; each is refused when exceeded, before memory is spent on it.
package struct JSONLimits: Sendable {
    /// Arrays and objects within each other.
    package var depth = 64
    /// One string or member name, in UTF-8 after escapes are resolved.
    package var stringBytes = 65_536
    /// The whole document.
    package var bytes = 16 << 20
    /// Members and elements in the whole document.
    package var members = 100_000
    /// One number's text.
    package var numberBytes = 128

    package init(depth: Int = 64, stringBytes: Int = 65_536, bytes: Int = 16 << 20, members: Int = 100_000, numberBytes: Int = 128) {
        self.depth = depth
        self.stringBytes = stringBytes
        self.bytes = bytes
        self.members = members
        self.numberBytes = numberBytes
    }
}

/// Why a document was not read, and at which byte.
package struct JSONError: Error, Equatable {
    package enum Reason: String, Sendable {
        case unexpectedByte, truncated, tooDeep, tooLong, tooManyMembers, duplicateKey, invalidNumber, invalidEscape, invalidUTF8
        case trailingBytes
    }

    package let reason: Reason
    /// Counted from the first byte given.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// Reads one whole document; blanks around it are allowed, a byte order mark is not.
package enum JSONParser {
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) -> JSONValue {
        try parse(bytes.span, limits: limits)
    }

    /// Offsets in errors count from the first byte of the slice.
    package static func parse(_ bytes: ArraySlice<UInt8>, limits: JSONLimits = .init()) throws(JSONError) -> JSONValue {
        try parse(bytes.span, limits: limits)
    }

    package static func parse(_ bytes: Span<UInt8>, limits: JSONLimits = .init()) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw JSONError(reason: .tooLong, offset: limits.bytes) }
        var reading = JSONReading(limits: limits)
        let value = try reading.value(bytes, depth: 0)
        reading.skipBlanks(bytes)
        guard reading.position == bytes.count else { throw JSONError(reason: .trailingBytes, offset: reading.position) }
        return value
    }
}
