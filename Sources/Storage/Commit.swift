// One act as the store takes it, and the ticket for it. How it becomes bytes: `JournalRecord`, `PaperBooks`.

import Platform
import Trading
import Wire

/// Everything that one act changes: it is stored entirely or not at all.
package struct Commit: Sendable {
    /// Whose act it is; reads of this user wait for it (`Store.settled`).
    package var user: UserID
    package var book: BookName
    /// New states of orders and positions; the last row per order and per position key counts.
    package var orders: [Order]
    package var positions: [Position]
    package var trades: [Trade]
    /// The figures after the act; required when there are orders, positions or trades.
    package var meta: BookMeta?
    package var documents: [DocumentChange]
    package var audit: [AuditEntry]
    /// Stored even when free space is low (ending a login, an admin's act), as long as there is any.
    package var isEssential: Bool

    package init(
        user: UserID, book: BookName = .default, orders: [Order] = [], positions: [Position] = [], trades: [Trade] = [],
        meta: BookMeta? = nil, documents: [DocumentChange] = [], audit: [AuditEntry] = [], isEssential: Bool = false
    ) {
        self.user = user
        self.book = book
        self.orders = orders
        self.positions = positions
        self.trades = trades
        self.meta = meta
        self.documents = documents
        self.audit = audit
        self.isEssential = isEssential
    }
}

/// A new body for a small document, or nil to delete it.
///
/// The body is an object without `fmt`, `ver`, `dv`, `seq` and `crc`, which the store adds. Who builds on a document's content
/// reads it before, in the same turn as the commit.
package struct DocumentChange: Sendable {
    package let path: DocumentPath
    package let body: JSONValue?

    package init(_ path: DocumentPath, _ body: JSONValue?) {
        if let body { precondition(body.object != nil, "A document is a JSON object.") }
        self.path = path
        self.body = body
    }
}

/// Who did what, as the audit file keeps it. No secrets: nobody removes them here.
package struct AuditEntry: Sendable, Equatable {
    package let actor: String
    package let ip: String
    package let act: String
    /// What it was done to, such as an order id; may be empty.
    package let ref: String
    package let ok: Bool
    package let detail: [(name: String, value: String)]

    package init(actor: String, ip: String, act: String, ref: String = "", ok: Bool = true, detail: [(name: String, value: String)] = []) {
        self.actor = actor
        self.ip = ip
        self.act = act
        self.ref = ref
        self.ok = ok
        self.detail = detail
    }

    package static func == (a: AuditEntry, b: AuditEntry) -> Bool {
        a.actor == b.actor && a.ip == b.ip && a.act == b.act && a.ref == b.ref && a.ok == b.ok
            && a.detail.elementsEqual(b.detail) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// The promise that an act will be durable. Belongs to the loop that the store is confined to: made, asked and settled on it only.
package final class Ticket: @unchecked Sendable {
    package private(set) var outcome: Result<Void, StorageFailure>?
    /// Nearly every ticket has one who waits; more take an array.
    private var waiter: ((Result<Void, StorageFailure>) -> Void)?
    private var others: [(Result<Void, StorageFailure>) -> Void] = []

    init() {}

    init(failed failure: StorageFailure) { outcome = .failure(failure) }

    /// Whether the act survives a power cut by now.
    package var isDurable: Bool {
        if case .success = outcome { true } else { false }
    }

    /// Returns when the act is durable, throws when it is not or not known to be.
    package func wait() async throws(StorageFailure) {
        if let outcome { return try outcome.get() }
        let result = await withCheckedContinuation { continuation in
            add { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    /// Calls `body` when the outcome is known, at once if it is.
    package func whenSettled(_ body: @escaping (Result<Void, StorageFailure>) -> Void) {
        if let outcome { body(outcome) } else { add(body) }
    }

    private func add(_ body: @escaping (Result<Void, StorageFailure>) -> Void) {
        if waiter == nil { waiter = body } else { others.append(body) }
    }

    func settle(_ result: Result<Void, StorageFailure>) {
        guard outcome == nil else { return }
        outcome = result
        let first = waiter
        let rest = others
        (waiter, others) = (nil, [])
        first?(result)
        for other in rest { other(result) }
    }
}
