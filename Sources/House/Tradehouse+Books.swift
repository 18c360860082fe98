// The imported legacy books of the reserved id `default`: the owner can read them and hand them to an account.

import Storage
import Trading

extension Tradehouse {
    /// The legacy books, when an import has filled them and nobody got them yet.
    package func legacyBooks(_ admin: Admin) async throws -> BookView? {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        let desk = try await desk(of: .legacyDefault)
        try await desk.book.settled()
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
        guard let target = UserID(text), let record = try await user(target) else { throw HouseRefusal.unknownUser }
        let legacy = try await desk(of: .legacyDefault)
        try await legacy.book.settled()
        guard try await isThere(legacy) else { throw HouseRefusal.nothingToHandOver }
        let desk = try await desk(of: target)
        try await desk.book.settled()
        guard desk.book.account.isUntouched else { throw HouseRefusal.bookHasTraded }
        var opened = record
        opened.paperOpened = world.now()
        opened.updatedAt = world.now()
        // One act: the new owner's books and the note that these books were given. The reset after it is only tidying: should it not
        // happen, the note's epoch says the same.
        let handedOver = HandedOverRecord(to: target, epoch: legacy.book.account.epoch, at: world.now())
        desks[target] = nil
        try await store.install(
            user: target, snapshot: legacy.book.account.snapshot,
            notes: ImportNotes.handedOver(from: .legacyDefault, by: admin.trader.user),
            documents: [DocumentChange(.user(target), opened.document), DocumentChange(.config("legacy")!, handedOver.document)],
            audit: [AuditEntry(actor: admin.actor, ip: origin.address, act: "hand_over_legacy_books", ref: target.text)])
        desks[target] = nil
        try await act(.reset(capital: settings.startingCapital), on: legacy)?.wait()
        feed.publish(.reset(book: .default), to: target)
        return target
    }

    /// Accounts in the order of their ids, at most `limit` after `after`.
    package func users(_ admin: Admin, after: UserID?, limit: Int) async throws -> [UserRecord] {
        var records: [UserRecord] = []
        for path in try await store.documents(under: "users", after: after.map { .user($0) }, limit: limit) {
            if let record = try await store.document(path).flatMap(UserRecord.init(document:)) { records.append(record) }
        }
        return records
    }

    /// Switches an account off or on. Off ends all its logins and sockets for good.
    package func setDisabled(_ isDisabled: Bool, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard let record = try await user(id) else { throw HouseRefusal.unknownUser }
        guard record.role != .owner else { throw HouseRefusal.notPermitted }
        var documents: [DocumentChange] = []
        if isDisabled, let list = try await store.document(.sessions(id)).flatMap(SessionList.init(document:)) {
            documents = list.sessions.map { DocumentChange(sessionIndex($0.digest), nil) }
            documents.append(DocumentChange(.sessions(id), SessionList(user: id, userName: list.userName, sessions: []).document))
        }
        let act = isDisabled ? "disable_user" : "enable_user"
        return try await change(record, documents, act: act, by: admin, from: origin) { $0.isDisabled = isDisabled }
    }

    /// Gives an account another role. Its logins are looked up anew and its sockets come back, so the role counts at once. There is
    /// one owner for ever.
    package func setRole(_ role: Role, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard let record = try await user(id) else { throw HouseRefusal.unknownUser }
        guard record.role != .owner, role != .owner else { throw HouseRefusal.notPermitted }
        return try await change(record, [], act: "set_role_\(role.rawValue)", by: admin, from: origin) { $0.role = role }
    }

    private func change(
        _ record: UserRecord, _ documents: [DocumentChange], act: String, by admin: Admin, from origin: Origin,
        _ body: (inout UserRecord) -> Void
    ) async throws -> UserRecord {
        var changed = record
        body(&changed)
        changed.updatedAt = world.now()
        var commit = Commit(user: record.id, isEssential: true)
        commit.documents = documents + [DocumentChange(.user(record.id), changed.document)]
        commit.audit = [AuditEntry(actor: admin.actor, ip: origin.address, act: act, ref: record.id.text)]
        let ticket = store.commit(commit)
        sessions.forget(user: record.id)
        feed.closeAll(of: record.id)
        try await ticket.wait()
        return changed
    }
}
