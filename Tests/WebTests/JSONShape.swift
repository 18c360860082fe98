// How answers are compared: by shape (which members, of which types) and by value (numbers by what they are worth, not by how they
// are printed).

import Wire

enum JSONShape {
    /// Where `value` differs from `shape`, as sentences; nothing when it fits.
    ///
    /// A shape is JSON: an object names exactly the members, with `"*"` for members of any name; an array gives the shape of each
    /// element, and needs at least one; a text names the types that fit (`"string|null"`), `any`, or with `=` in front one exact text.
    static func differences(_ value: JSONValue, from shape: String) throws -> [String] {
        differences(value, try JSONParser.parse(Array(shape.utf8)), at: "body")
    }

    private static func differences(_ value: JSONValue, _ shape: JSONValue, at place: String) -> [String] {
        switch shape {
        case .string(let words):
            if words == "any" { return [] }
            if words.hasPrefix("=") { return value.string == String(words.dropFirst()) ? [] : ["\(place) is not \(words.dropFirst())"] }
            return words.split(separator: "|").contains { fits(value, String($0)) } ? [] : ["\(place) is no \(words): \(text(value))"]
        case .array(let elements):
            guard let list = value.array else { return ["\(place) is no list"] }
            guard let element = elements.first else { return list.isEmpty ? [] : ["\(place) is not empty"] }
            if list.isEmpty { return ["\(place) has no element to look at"] }
            return list.enumerated().flatMap { differences($1, element, at: "\(place)[\($0)]") }
        case .object(let wanted):
            guard let object = value.object else { return ["\(place) is no object"] }
            if let every = wanted["*"] { return object.members.flatMap { differences($0.value, every, at: "\(place).\($0.key)") } }
            var found: [String] = []
            for member in wanted.members {
                guard let there = object[member.key] else {
                    found.append("\(place).\(member.key) is missing")
                    continue
                }
                found += differences(there, member.value, at: "\(place).\(member.key)")
            }
            for member in object.members where wanted[member.key] == nil { found.append("\(place).\(member.key) was not promised") }
            return found
        default: return ["the shape at \(place) is none"]
        }
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("string", .string), ("number", .number), ("bool", .bool), ("null", .null), ("object", .object), ("list", .array): true
        case ("integer", .number(let number)): number.int64 != nil
        default: false
        }
    }

    static func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }
}

enum JSONComparison {
    /// Where two values differ; `1500.00` and `1500` do not.
    static func differences(_ value: JSONValue, _ expected: JSONValue, at place: String = "body") -> [String] {
        switch (value, expected) {
        case (.number(let a), .number(let b)):
            let isSame = a.text == b.text || (a.fixedPoint8 != nil && a.fixedPoint8 == b.fixedPoint8)
            return isSame ? [] : ["\(place): \(a.text) instead of \(b.text)"]
        case (.array(let a), .array(let b)):
            guard a.count == b.count else { return ["\(place): \(a.count) elements instead of \(b.count)"] }
            return zip(a, b).enumerated().flatMap { differences($1.0, $1.1, at: "\(place)[\($0)]") }
        case (.object(let a), .object(let b)):
            var found: [String] = []
            for member in b.members {
                if let there = a[member.key] {
                    found += differences(there, member.value, at: "\(place).\(member.key)")
                } else {
                    found.append("\(place).\(member.key) is missing")
                }
            }
            for member in a.members where b[member.key] == nil { found.append("\(place).\(member.key) is new") }
            return found
        default:
            return value == expected ? [] : ["\(place): \(JSONShape.text(value)) instead of \(JSONShape.text(expected))"]
        }
    }
}

extension JSONValue {
    /// The worth of a number in whole units of 10⁻², for sums in tests.
    var paise: Int? { number?.fixedPoint8.flatMap { $0 % 1_000_000 == 0 ? Int($0 / 1_000_000) : nil } }
}
