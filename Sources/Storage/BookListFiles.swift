// The documents below `books/`: which books a user has beside the default one. Field by field by hand, so this file is the documentation
// of the format. What is in a book is in `PaperBooks`.

import Trading
import Wire

/// One book as its user's list has it.
package struct BookEntry: Hashable, Sendable {
    /// Its name for ever: in paths, in rows, in requests.
    package let name: BookName
    /// What people read; may change.
    package var title: String
    /// What its first epoch began with; nothing for the default book, which begins with the house's.
    package var capital: Money?
    package let createdAt: Timestamp
    /// When it got its first files; from then on missing files are damage.
    package var openedAt: Timestamp?
    /// The book that it was copied from.
    package var clonedFrom: BookName?
    package var limits = RiskLimits.none
    package var stop: KillSwitch?
    /// The last time that its day-loss limit was reached.
    package var dayLossTrip: DayLossTrip?

    package init(
        name: BookName, title: String, capital: Money? = nil, createdAt: Timestamp, openedAt: Timestamp? = nil,
        clonedFrom: BookName? = nil
    ) {
        self.name = name
        self.title = title
        self.capital = capital
        self.createdAt = createdAt
        self.openedAt = openedAt
        self.clonedFrom = clonedFrom
    }

    fileprivate var value: JSONValue {
        var members: [(String, JSONValue)] = [
            ("name", .string(name.text)),
            ("title", .string(title)),
            ("capital", capital.map { .string($0.text) } ?? .null),
            ("created_at", .string(createdAt.utcText)),
            ("opened_at", openedAt.map { .string($0.utcText) } ?? .null),
            ("cloned_from", clonedFrom.map { .string($0.text) } ?? .null),
        ]
        if limits != .none { members.append(("limits", limits.document)) }
        if let stop { members.append(("stop", stop.document)) }
        if let dayLossTrip { members.append(("day_loss_trip", dayLossTrip.document)) }
        return .object(JSONObject(members))
    }

    fileprivate init?(_ value: JSONValue) {
        guard let name = value["name"]?.string.flatMap({ BookName($0) }), let title = value["title"]?.string,
            let createdAt = value["created_at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            name: name, title: title, createdAt: createdAt, openedAt: value["opened_at"]?.string.flatMap { Timestamp(rfc3339: $0) },
            clonedFrom: value["cloned_from"]?.string.flatMap { BookName($0) })
        if let text = value["capital"]?.string {
            guard let units = FixedPoint.parse(text) else { return nil }
            capital = Money(units: units)
        }
        if let value = value["limits"], !value.isNull {
            guard let read = RiskLimits(document: value) else { return nil }
            limits = read
        }
        if let value = value["stop"], !value.isNull {
            guard let read = KillSwitch(document: value) else { return nil }
            stop = read
        }
        if let value = value["day_loss_trip"], !value.isNull {
            guard let read = DayLossTrip(document: value) else { return nil }
            dayLossTrip = read
        }
    }
}

/// The books of one user. Everybody has the default one, in the list only when something of it was changed.
package struct BookList: Hashable, Sendable {
    package let user: UserID
    /// In the order they were made; no name twice.
    package private(set) var entries: [BookEntry]
    /// The kill switch of all of them.
    package var stop: KillSwitch?

    package init(user: UserID) {
        self.user = user
        entries = []
    }

    package subscript(_ name: BookName) -> BookEntry? { entries.first { $0.name == name } }

    package func has(_ name: BookName) -> Bool { name == .default || self[name] != nil }

    /// All books, the default one first.
    package var keys: [BookKey] {
        [BookKey(user: user)] + entries.filter { $0.name != .default }.map { BookKey(user: user, book: $0.name) }
    }

    /// Adds the book, or puts it in the place of the one of that name.
    package mutating func set(_ entry: BookEntry) {
        if let index = entries.firstIndex(where: { $0.name == entry.name }) { entries[index] = entry } else { entries.append(entry) }
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        var members: [(String, JSONValue)] = [("u", .string(user.text)), ("books", .array(entries.map(\.value)))]
        if let stop { members.append(("stop", stop.document)) }
        return .object(JSONObject(members))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let user = document["u"]?.string.flatMap({ UserID(stored: $0) }), let list = document["books"]?.array else { return nil }
        self.init(user: user)
        for value in list {
            guard let entry = BookEntry(value), self[entry.name] == nil else { return nil }
            entries.append(entry)
        }
        if let value = document["stop"], !value.isNull {
            guard let read = KillSwitch(document: value) else { return nil }
            stop = read
        }
    }
}
