// The documents below `index/`: from a hash of what a person brings (an e-mail address, a session token) to the account. Read when
// needed, so neither start-up nor idle memory depends on how many accounts there are.

import Trading
import Wire

/// What an index document says: whose it is.
package struct IndexEntry: Hashable, Sendable {
    package let user: UserID
    /// Which book of the user, where the entry is about one.
    package let book: BookName
    /// When the entry stops to mean anything and may be swept; nil for ever.
    package let expiresAt: Timestamp?

    package init(user: UserID, book: BookName = .default, expiresAt: Timestamp? = nil) {
        self.user = user
        self.book = book
        self.expiresAt = expiresAt
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        var members: [(String, JSONValue)] = [("u", .string(user.text)), ("expires", expiresAt.map { .string($0.utcText) } ?? .null)]
        if book != .default { members.append(("bk", .string(book.text))) }
        return .object(JSONObject(members))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let user = document["u"]?.string.flatMap({ UserID(stored: $0) }) else { return nil }
        var book = BookName.default
        if let text = document["bk"]?.string {
            guard let named = BookName(text) else { return nil }
            book = named
        }
        self.init(user: user, book: book, expiresAt: document["expires"]?.string.flatMap { Timestamp(rfc3339: $0) })
    }
}

/// Notes that a bulk install keeps in its journal record: where the books came from.
package enum ImportNotes {
    package static func handedOver(from source: UserID, by user: UserID) -> JSONValue {
        .object(JSONObject([("handed_over_from", .string(source.text)), ("by", .string(user.text))]))
    }
}
