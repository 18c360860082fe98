// The imported legacy books of the reserved id `default`: the owner can read them and hand them to an account.

import Storage
import Trading

extension Tradehouse {
    /// The legacy books, when an import has filled them and nobody got them yet.
    package func legacyBooks(_ admin: Admin, from origin: Origin) async throws -> BookView? {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        let desk = try await desk(of: BookKey(user: .legacyDefault))
        _ = try await desk.book.settled()
        note(AuditEntry(actor: admin.actor, ip: origin.address, act: "read_legacy_books"), for: admin.trader.user)
        return try await isThere(desk) ? view(of: desk) : nil
    }

    /// Whether the legacy books hold anything that was not handed over.
    private func isThere(_ desk: Desk) async throws -> Bool {
        let account = desk.book.account
        guard account.orderCount > 0 || !account.trades.isEmpty else { return false }
        let handedOver = try await store.document(.config("legacy")!).flatMap(HandedOverRecord.init(document:))
        return handedOver?.epoch != account.epoch
    }

    /// Gives the legacy books to an account whose default book has never traded. Afterwards the legacy books begin anew and can take
    /// another import.
    package func handOverLegacyBooks(to text: String, by admin: Admin, from origin: Origin) async throws -> UserID {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        // In single-user mode these are the primary user's own books.
        guard settings.mode != .singleUser, !isHandingOver else { throw HouseRefusal.nothingToHandOver }
        isHandingOver = true
        defer { isHandingOver = false }
        guard let target = UserID(text), try await user(target) != nil else { throw HouseRefusal.unknownUser }
        let legacy = try await desk(of: BookKey(user: .legacyDefault))
        _ = try await legacy.book.settled()
        guard try await isThere(legacy) else { throw HouseRefusal.nothingToHandOver }
        let desk = try await desk(of: BookKey(user: target))
        _ = try await desk.book.settled()
        guard desk.book.account.isUntouched else { throw HouseRefusal.bookHasTraded }
        // What works in these books works for nobody: the new owner begins with orders of their own.
        try await act(.cancelAll(), on: legacy)?.wait()
        guard var opened = try await current(target).record, desk.book.account.isUntouched else { throw HouseRefusal.bookHasTraded }
        opened.paperOpened = world.now()
        opened.updatedAt = world.now()
        // One act: the new owner's books and the note that these books were given. The reset after it is only tidying: should it not
        // happen, the note's epoch says the same.
        let handedOver = HandedOverRecord(to: target, epoch: legacy.book.account.epoch, at: world.now())
        desks[BookKey(user: target)] = nil
        try await store.install(
            user: target, snapshot: legacy.book.account.snapshot,
            notes: ImportNotes.handedOver(from: .legacyDefault, by: admin.trader.user),
            documents: [DocumentChange(.user(target), opened.document), DocumentChange(.config("legacy")!, handedOver.document)],
            audit: [AuditEntry(actor: admin.actor, ip: origin.address, act: "hand_over_legacy_books", ref: target.text)])
        desks[BookKey(user: target)] = nil
        try await act(.reset(capital: settings.startingCapital), on: legacy)?.wait()
        tell(.reset(book: .default), to: BookKey(user: target))
        return target
    }
}
