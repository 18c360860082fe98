// Header fields in order, found by name in any letter case. What may stand in a name or value is in `HTTPGrammar`.

/// The fields of one message.
///
/// Invariants: every name is a token; no value holds a control byte other than the tab, so no value can bring in a second field.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// In the order they came or were added.
    package private(set) var fields: [(name: String, value: String)]

    package init() { fields = [] }

    package init(_ fields: [(String, String)]) {
        self.fields = []
        for (name, value) in fields { add(name, value) }
    }

    package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

    /// The first value of that name.
    package subscript(_ name: String) -> String? {
        fields.first { HTTPGrammar.equalIgnoringCase($0.name, name) }?.value
    }

    /// Every value of that name, in order.
    package func all(_ name: String) -> [String] {
        fields.compactMap { HTTPGrammar.equalIgnoringCase($0.name, name) ? $0.value : nil }
    }

    /// Adds a field after the others. A name that is no token traps; control bytes in the value become blanks, as RFC 9110, 5.5 has it,
    /// and blanks at its ends are no part of it.
    package mutating func add(_ name: String, _ value: String) {
        precondition(HTTPGrammar.isToken(name), "a header name is a token")
        fields.append((name, HTTPGrammar.fieldValue(value)))
    }

    /// Replaces every field of that name by one.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes every field of that name.
    package mutating func remove(_ name: String) {
        fields.removeAll { HTTPGrammar.equalIgnoringCase($0.name, name) }
    }

    /// Whether a comma-separated list in the fields of that name holds `token`, in any letter case.
    package func list(_ name: String, contains token: String) -> Bool {
        for field in fields where HTTPGrammar.equalIgnoringCase(field.name, name) {
            for part in field.value.utf8.split(separator: UInt8(ascii: ","))
            where HTTPGrammar.equalIgnoringCase(HTTPGrammar.trimmed(part), token.utf8) {
                return true
            }
        }
        return false
    }

    /// For the parser, which has checked both.
    mutating func append(checked name: String, _ value: String) {
        if fields.isEmpty { fields.reserveCapacity(16) }
        fields.append((name, value))
    }

    package static func == (a: HTTPHeaders, b: HTTPHeaders) -> Bool {
        a.fields.elementsEqual(b.fields) { HTTPGrammar.equalIgnoringCase($0.name, $1.name) && $0.value == $1.value }
    }
}
