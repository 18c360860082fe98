// One request on its way through a route: who asks, what the path, the query and the body say. Reading a field either gives a value
// or throws a `FieldProblem` that names it.

import House
import Trading
import Wire

/// What a handler gets.
package struct Call: Sendable {
    package let request: HTTPRequest
    /// The variable segments of the route, in order, percent-decoded.
    package let parameters: [String]
    package let query: [(name: String, value: String)]
    /// Who asks; present on every route that is not public.
    let caller: Trader?
    package let origin: Origin
    package let dialect: Dialect

    /// The authenticated trader. A public route has none and must not ask.
    package var trader: Trader {
        guard let caller else { preconditionFailure("A public route asked for a trader.") }
        return caller
    }

    /// The first value of a query field.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The body as a JSON object.
    package func body(allowing known: [String]? = nil) throws -> Fields {
        let value: JSONValue
        do {
            value = try JSONParser.parse(request.body)
        } catch {
            throw FieldProblem(place: .body, field: "", kind: .notJSON(offset: error.offset, reason: "\(error.reason)"))
        }
        guard case .object(let object) = value else { throw FieldProblem(place: .body, field: "", kind: .notAnObject, input: value) }
        let fields = Fields(object: object, place: .body)
        if dialect == .native || dialect == .auth, let known { try fields.refuseUnknown(known) }
        return fields
    }

    /// The query as fields, every value a text.
    package var queryFields: Fields {
        Fields(object: JSONObject(query.map { ($0.name, .string($0.value)) }), place: .query)
    }
}

/// Where a field stood.
package enum FieldPlace: String, Sendable {
    case body
    case query
    case path
}

/// What is wrong with one field, and with which.
package struct FieldProblem: Error, Sendable {
    package enum Kind: Sendable {
        case missing
        case notText
        /// Has characters that do not show.
        case notPrintable
        case notInteger
        case fractional
        case notNumber
        case notBool
        case notList
        case notPositive
        case notOneOf([String])
        case tooLong(Int)
        case tooLarge(String)
        case notAnIdentifier(String)
        case unknown
        case notAnObject
        case notJSON(offset: Int, reason: String)
        /// A rule that spans fields, in words.
        case rule(code: String, text: String)
    }

    package let place: FieldPlace
    package let field: String
    package let kind: Kind
    package let input: JSONValue

    package init(place: FieldPlace, field: String, kind: Kind, input: JSONValue = .null) {
        self.place = place
        self.field = field
        self.kind = kind
        self.input = input
    }
}

/// A set of named values, read field by field.
package struct Fields: Sendable {
    let object: JSONObject
    let place: FieldPlace
    /// Where in a larger body these fields stand, before their names in a problem: `orders.2.`.
    var path = ""

    package func has(_ name: String) -> Bool { object[name].map { !$0.isNull } ?? false }

    func refuseUnknown(_ known: [String]) throws {
        for member in object.members where !known.contains(member.key) {
            throw FieldProblem(place: place, field: path + String(member.key.prefix(64)), kind: .unknown)
        }
    }

    private func problem(_ name: String, _ kind: FieldProblem.Kind) -> FieldProblem {
        FieldProblem(place: place, field: path + name, kind: kind, input: object[name] ?? .null)
    }

    // MARK: Text

    /// A text of at most `limit` bytes, or nil when the field is absent or null.
    package func optionalText(_ name: String, limit: Int) throws -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw problem(name, .notText) }
        guard text.utf8.count <= limit else { throw problem(name, .tooLong(limit)) }
        return text
    }

    package func text(_ name: String, limit: Int, default fallback: String? = nil) throws -> String {
        if let text = try optionalText(name, limit: limit) { return text }
        guard let fallback else { throw problem(name, .missing) }
        return fallback
    }

    /// A text that others or the log will show: without characters that do not show.
    package func optionalPrintable(_ name: String, limit: Int) throws -> String? {
        let text = try optionalText(name, limit: limit)
        if let text, !text.isPrintable { throw problem(name, .notPrintable) }
        return text
    }

    package func printable(_ name: String, limit: Int, default fallback: String) throws -> String {
        try optionalPrintable(name, limit: limit) ?? fallback
    }

    /// One of the words of an enumeration; letter case counts.
    package func word<Word: RawRepresentable & CaseIterable>(_ name: String, default fallback: Word? = nil, uppercasing: Bool = false)
        throws
        -> Word where Word.RawValue == String
    {
        guard let value = object[name], !value.isNull else {
            guard let fallback else { throw problem(name, .missing) }
            return fallback
        }
        guard let text = value.string else { throw problem(name, .notText) }
        guard let word = Word(rawValue: uppercasing ? text.uppercased() : text) else {
            throw problem(name, .notOneOf(Word.allCases.map(\.rawValue)))
        }
        return word
    }

    // MARK: Numbers

    /// A whole number: a JSON number, or a text of digits as query strings and forms have it.
    package func optionalInteger(_ name: String) throws -> Int64? {
        guard let value = object[name], !value.isNull else { return nil }
        switch value {
        case .number(let number):
            if let whole = number.int64 { return whole }
            let hasFraction = number.fixedPoint8.map { $0 % Int128(fixedPointScale) != 0 } ?? false
            throw problem(name, hasFraction ? .fractional : .tooLarge("a whole number of at most 18 digits"))
        case .string(let text):
            guard let whole = Int64(text) else { throw problem(name, .notInteger) }
            return whole
        default: throw problem(name, .notInteger)
        }
    }

    package func integer(_ name: String, default fallback: Int64? = nil) throws -> Int64 {
        if let value = try optionalInteger(name) { return value }
        guard let fallback else { throw problem(name, .missing) }
        return fallback
    }

    /// Whole units of 10⁻⁸, exactly; also from a text of digits.
    private func optionalFixedPoint(_ name: String) throws -> Int128? {
        guard let value = object[name], !value.isNull else { return nil }
        let units: Int128?
        switch value {
        case .number(let number): units = number.fixedPoint8
        case .string(let text): units = FixedPoint.parse(text)
        default: throw problem(name, .notNumber)
        }
        guard let units else { throw problem(name, .notNumber) }
        return units
    }

    /// A quantity above zero.
    package func quantity(_ name: String, default fallback: Quantity? = nil) throws -> Quantity {
        guard let units = try optionalFixedPoint(name) else {
            guard let fallback else { throw problem(name, .missing) }
            return fallback
        }
        guard units > 0 else { throw problem(name, .notPositive) }
        guard let fitting = Int64(exactly: units) else { throw problem(name, .tooLarge("90000000000")) }
        return Quantity(units: fitting)
    }

    package func optionalQuantity(_ name: String) throws -> Quantity? { has(name) ? try quantity(name) : nil }

    /// A price above zero, or nil when absent, null or (as old clients send for "none") 0.
    package func optionalPrice(_ name: String) throws -> Price? {
        guard let units = try optionalFixedPoint(name), units != 0 else { return nil }
        guard units > 0 else { throw problem(name, .notPositive) }
        guard let fitting = Int64(exactly: units) else { throw problem(name, .tooLarge("90000000000")) }
        return Price(units: fitting)
    }

    package func optionalMoney(_ name: String) throws -> Money? {
        guard let units = try optionalFixedPoint(name) else { return nil }
        guard units > 0 else { throw problem(name, .notPositive) }
        guard Int64(exactly: units) != nil else { throw problem(name, .tooLarge("90000000000")) }
        return Money(units: units)
    }

    // MARK: Other

    package func bool(_ name: String, default fallback: Bool) throws -> Bool {
        guard let value = object[name], !value.isNull else { return fallback }
        if let bool = value.bool { return bool }
        switch value.string {
        case "true", "True", "1": return true
        case "false", "False", "0": return false
        default: throw problem(name, .notBool)
        }
    }

    /// A list of at most `count` objects with no other fields than those known.
    package func objects(_ name: String, count: Int, allowing known: [String]) throws -> [Fields] {
        guard let value = object[name], !value.isNull else { throw problem(name, .missing) }
        guard let list = value.array else { throw problem(name, .notList) }
        guard list.count <= count else { throw problem(name, .tooLong(count)) }
        return try list.enumerated().map { index, element in
            let path = "\(path)\(name).\(index)."
            guard case .object(let object) = element else {
                throw FieldProblem(place: place, field: String(path.dropLast()), kind: .notAnObject)
            }
            let fields = Fields(object: object, place: place, path: path)
            try fields.refuseUnknown(known)
            return fields
        }
    }

    /// A price above zero.
    package func price(_ name: String) throws -> Price {
        guard let price = try optionalPrice(name) else { throw problem(name, has(name) ? .notPositive : .missing) }
        return price
    }

    /// A list of texts, each at most `limit` bytes, at most `count` of them.
    package func texts(_ name: String, limit: Int, count: Int) throws -> [String] {
        guard let value = object[name], !value.isNull else { throw problem(name, .missing) }
        guard let list = value.array else { throw problem(name, .notList) }
        guard list.count <= count else { throw problem(name, .tooLong(count)) }
        return try list.map { element in
            guard let text = element.string else { throw problem(name, .notText) }
            guard text.utf8.count <= limit else { throw problem(name, .tooLong(limit)) }
            return text
        }
    }
}
