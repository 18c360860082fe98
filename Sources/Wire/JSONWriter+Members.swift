// Name and value in one call, for the answers that are mostly that. The single steps are in `JSONWriter`.

extension JSONWriter {
    package mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    /// A missing text is written as null.
    package mutating func member(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    @inlinable
    package mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        key(name)
        int(value)
    }

    /// A missing number is written as null.
    @inlinable
    package mutating func member(_ name: StaticString, _ value: (some BinaryInteger)?) {
        key(name)
        if let value { int(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    /// Units of 10⁻⁸, printed as `fixedPoint(_:decimals:)` does.
    package mutating func member(_ name: StaticString, fixedPoint units: Int128, decimals: Int? = nil) {
        key(name)
        fixedPoint(units, decimals: decimals)
    }

    /// A missing amount is written as null.
    package mutating func member(_ name: StaticString, fixedPoint units: Int128?, decimals: Int? = nil) {
        key(name)
        if let units { fixedPoint(units, decimals: decimals) } else { null() }
    }

    package mutating func nullMember(_ name: StaticString) {
        key(name)
        null()
    }

    /// An object as a member, closed when `content` returns.
    package mutating func object(_ name: StaticString, _ content: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        beginObject()
        try content(&self)
        endObject()
    }

    /// An array as a member, closed when `content` returns.
    package mutating func array(_ name: StaticString, _ content: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        beginArray()
        try content(&self)
        endArray()
    }
}
