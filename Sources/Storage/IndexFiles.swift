// The documents below `index/`: from a hash of what a person brings (an e-mail address, a session token) to the account. Read when
// needed, so neither start-up nor idle memory depends on how many accounts there are.

import Trading
import Wire

/// What an index document says: whose it is.
package struct IndexEntry: Hashable, Sendable {
    package let user: UserID
    /// When the entry stops to mean anything and may be swept; nil for ever.
    package let expiresAt: Timestamp?

    package init(user: UserID, expiresAt: Timestamp? = nil) {
        self.user = user
        self.expiresAt = expiresAt
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        .object(JSONObject([("u", .string(user.text)), ("expires", expiresAt.map { .string($0.utcText) } ?? .null)]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let user = document["u"]?.string.flatMap({ UserID(stored: $0) }) else { return nil }
        self.init(user: user, expiresAt: document["expires"]?.string.flatMap { Timestamp(rfc3339: $0) })
    }
}

/// Notes that a bulk install keeps in its journal record: where the books came from.
package enum ImportNotes {
    package static func handedOver(from source: UserID, by user: UserID) -> JSONValue {
        .object(JSONObject([("handed_over_from", .string(source.text)), ("by", .string(user.text))]))
    }
}
