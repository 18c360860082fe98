// The members of a JSON object in the order of the document.

/// Named values in order; no name comes twice.
///
/// Names are compared as Swift compares strings, so two spellings of the same accented letter are one name. Lookup walks the
/// members while they are few; from `indexedFrom` members on an index is kept.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    private var list: [(key: String, value: JSONValue)]
    /// Where each name stands in `list`; nothing while the members are few.
    private var positions: [String: Int]?

    static let indexedFrom = 17

    package init() { list = [] }

    /// Takes the members in order; a name that comes again changes the value of the first.
    package init(_ members: [(String, JSONValue)]) {
        list = []
        list.reserveCapacity(members.count)
        for (key, value) in members { self[key] = value }
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

    /// For the parser, which has refused duplicates; `positions` is given exactly when the members are many.
    init(unique list: [(key: String, value: JSONValue)], positions: [String: Int]?) {
        self.list = list
        self.positions = positions
    }

    /// All members in order. Assigning applies `init(_:)`.
    package var members: [(key: String, value: JSONValue)] {
        get { list }
        set { self = JSONObject(newValue.map { ($0.key, $0.value) }) }
    }

    package var isEmpty: Bool { list.isEmpty }
    package var count: Int { list.count }

    /// The member of that name. A new one goes to the end, nil removes it.
    package subscript(_ key: String) -> JSONValue? {
        get {
            guard let position = position(of: key) else { return nil }
            return list[position].value
        }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                list[position].value = value
            case (nil, let value?):
                list.append((key, value))
                if positions != nil {
                    positions?[key] = list.count - 1
                } else if list.count >= JSONObject.indexedFrom {
                    positions = JSONObject.index(list)
                }
            case (let position?, nil):
                list.remove(at: position)
                positions = list.count >= JSONObject.indexedFrom ? JSONObject.index(list) : nil
            case (nil, nil):
                break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return list.firstIndex { $0.key == key }
    }

    private static func index(_ list: [(key: String, value: JSONValue)]) -> [String: Int] {
        var positions: [String: Int] = [:]
        positions.reserveCapacity(list.count)
        for (position, member) in list.enumerated() { positions[member.key] = position }
        return positions
    }
}

extension JSONObject: Equatable {
    /// The same names with equal values, in any order.
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        guard a.list.count == b.list.count else { return false }
        return zip(a.list.indices, a.list).allSatisfy { position, member in
            let twin = b.list[position]
            return (twin.key == member.key ? twin.value : b[member.key]) == member.value
        }
    }
}
