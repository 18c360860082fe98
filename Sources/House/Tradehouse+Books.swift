// The imported legacy books of the reserved id `default`: the owner can read them and hand them to an account.

import Storage
import Trading

extension Tradehouse {
    /// The legacy books, when an import has filled them and nobody got them yet.
    package func legacyBooks(_ admin: Admin) async throws -> BookView? {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        guard try await store.document(.config("legacy")!) == nil, let snapshot = try await store.loadBook(.legacyDefault, .default) else {
            return nil
        }
        let account = try PaperAccount(restoring: snapshot)
        let desk = Desk(
            user: .legacyDefault,
            book: PaperBook(user: .legacyDefault, name: .default, account: account, isMarkedWorking: false, recordToOpen: nil),
            lastUsed: world.now())
        return view(of: desk)
    }

    /// Gives the legacy books to an account whose default book has never traded.
    package func handOverLegacyBooks(to text: String, by admin: Admin, from origin: Origin) async throws -> UserID {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        guard let target = UserID(text), let record = try await user(target) else { throw HouseRefusal.unknownUser }
        guard try await store.document(.config("legacy")!) == nil, let snapshot = try await store.loadBook(.legacyDefault, .default) else {
            throw HouseRefusal.nothingToHandOver
        }
        let desk = try await desk(of: target)
        try await desk.book.settled()
        guard desk.book.account.isUntouched else { throw HouseRefusal.bookHasTraded }
        var opened = record
        opened.paperOpened = world.now()
        opened.updatedAt = world.now()
        // The old files stay where they are, as evidence; the document says that they are nobody's to give any more.
        let handedOver = HandedOverRecord(to: target, at: world.now())
        try await store.install(
            user: target, snapshot: snapshot, notes: ImportNotes.handedOver(from: .legacyDefault, by: admin.trader.user),
            documents: [DocumentChange(.user(target), opened.document), DocumentChange(.config("legacy")!, handedOver.document)],
            audit: [
                AuditEntry(
                    actor: admin.trader.user.text, ip: origin.address, act: "hand_over_legacy_books", ref: target.text)
            ])
        desks[target] = nil
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

    /// Switches an account off or on. Its logins end at once.
    package func setDisabled(_ isDisabled: Bool, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard let record = try await user(id) else { throw HouseRefusal.unknownUser }
        guard record.role != .owner else { throw HouseRefusal.notPermitted }
        return try await change(record, act: isDisabled ? "disable_user" : "enable_user", by: admin, from: origin) { $0.isDisabled = isDisabled }
    }

    /// Gives an account another role. Its logins are looked up anew, so the role counts at once. There is one owner for ever.
    package func setRole(_ role: Role, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard let record = try await user(id) else { throw HouseRefusal.unknownUser }
        guard record.role != .owner, role != .owner else { throw HouseRefusal.notPermitted }
        return try await change(record, act: "set_role_\(role.rawValue)", by: admin, from: origin) { $0.role = role }
    }

    private func change(
        _ record: UserRecord, act: String, by admin: Admin, from origin: Origin, _ body: (inout UserRecord) -> Void
    ) async throws -> UserRecord {
        var changed = record
        body(&changed)
        changed.updatedAt = world.now()
        var commit = Commit(user: record.id)
        commit.documents = [DocumentChange(.user(record.id), changed.document)]
        commit.audit = [AuditEntry(actor: admin.trader.user.text, ip: origin.address, act: act, ref: record.id.text)]
        sessions.forget(user: record.id)
        try await store.commit(commit).wait()
        return changed
    }
}
