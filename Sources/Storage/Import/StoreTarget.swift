// The store as the target of an import: one install per account, which writes book, notes and what is remembered of the import as one
// act.

import Trading
import Wire

/// Puts imported books into a data folder. Confined to the store's loop, like the store.
///
/// What an import has to remember for ever, so that it is known when it comes again, is a small document per account
/// (`config/imports-<user>`); the long notes stand beside the book.
package final class StoreTarget: ImportTarget {
    private let store: Store

    package init(_ store: Store) { self.store = store }

    package func book(of user: UserID) async throws -> PaperSnapshot? {
        try await store.loadBook(user)
    }

    package func notes(of user: UserID) async throws -> [JSONValue] {
        try await store.document(StoreTarget.path(user))?["imports"]?.array ?? []
    }

    package func install(_ snapshot: PaperSnapshot, notes: [JSONValue], for user: UserID, replacing: Bool) async throws {
        let remembered = JSONValue.object(JSONObject([("imports", .array(notes.map(StoreTarget.remembered)))]))
        try await store.install(
            user: user, snapshot: snapshot, notes: .array(notes), documents: [DocumentChange(StoreTarget.path(user), remembered)],
            audit: [AuditEntry(actor: "operator", ip: "", act: "legacy_import", ref: user.text)], replaces: replacing)
        // A command imports many accounts; what the store holds of each is let go again.
        store.forget(user)
    }

    private static func path(_ user: UserID) -> DocumentPath {
        guard let path = DocumentPath.config("imports-" + user.text.lowercased()) else {
            preconditionFailure("A user id in lower case is plain and short enough.")
        }
        return path
    }

    /// The members of a note that a later import asks for.
    private static func remembered(_ note: JSONValue) -> JSONValue {
        let names = ["fingerprint", "collections", "orders", "trades", "rejected"]
        return .object(JSONObject(names.compactMap { name in note[name].map { (name, $0) } }))
    }
}
