// The imported legacy books of the reserved id `default`: the owner can read them and hand them to an account.

import Storage
import Trading

extension Tradehouse {
    /// The legacy books, when an import has filled them and nobody got them yet.
    package func legacyBooks(_ admin: Admin) async throws -> BookView? {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        guard let snapshot = try await store.loadBook(.legacyDefault, .default) else { return nil }
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
        guard let snapshot = try await store.loadBook(.legacyDefault, .default) else { throw HouseRefusal.nothingToHandOver }
        let desk = try await desk(of: target)
        try await desk.book.settled()
        guard desk.book.account.isUntouched else { throw HouseRefusal.bookHasTraded }
        var opened = record
        opened.paperOpened = world.now()
        opened.updatedAt = world.now()
        try await store.install(
            target, .default, snapshot,
            notes: ImportNotes.handedOver(from: .legacyDefault, by: admin.trader.user),
            documents: [DocumentChange(.user(target), opened.document)],
            audit: [
                AuditEntry(
                    actor: admin.trader.user.text, ip: origin.address, act: "hand_over_legacy_books", ref: target.text)
            ])
        desks[target] = nil
        try await store.erase(.legacyDefault)
        feed.publish(.reset(book: .default), to: target)
        return target
    }

    /// Accounts in the order of their ids, at most `limit` after `after`.
    package func users(_ admin: Admin, after: UserID?, limit: Int) async throws -> [UserRecord] {
        var records: [UserRecord] = []
        for path in try await store.documentPaths(under: "users").sorted() {
            guard let record = try await store.document(path).flatMap(UserRecord.init(document:)), after.map({ record.id > $0 }) ?? true else {
                continue
            }
            records.append(record)
            if records.count == limit { break }
        }
        return records
    }

    /// Switches an account off or on. Its logins end at once.
    package func setDisabled(_ isDisabled: Bool, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard var record = try await user(id) else { throw HouseRefusal.unknownUser }
        guard record.role != .owner else { throw HouseRefusal.notPermitted }
        record.isDisabled = isDisabled
        record.updatedAt = world.now()
        var commit = Commit(user: id)
        commit.documents = [DocumentChange(.user(id), record.document)]
        commit.audit = [
            AuditEntry(
                actor: admin.trader.user.text, ip: origin.address, act: isDisabled ? "disable_user" : "enable_user", ref: id.text)
        ]
        sessions.forget(user: id)
        try await store.commit(commit).wait()
        return record
    }
}
