// What an owner or admin may do to other people's accounts: list them, switch them off and on, change their roles.

import Storage
import Trading

extension Tradehouse {
    /// Accounts in the order of their ids, at most `limit` after `after`, and whether there are more. One whose document cannot be read
    /// is left out and logged.
    package func users(_ admin: Admin, after: UserID?, limit: Int) async throws -> (records: [UserRecord], next: UserID?) {
        var records: [UserRecord] = []
        let paths = try await store.documents(under: "users", after: after.map { .user($0) }, limit: limit)
        for path in paths {
            let document = try await store.document(path)
            if let record = document.flatMap(UserRecord.init(document:)) {
                records.append(record)
            } else if !Tombstone.isOne(document) {
                world.log(.error, "user_unreadable", [("document", path.text)])
            }
        }
        let last = paths.count == limit ? paths.last.flatMap { UserID($0.text.dropFirst("users/".count)) } : nil
        return (records, last)
    }

    /// Switches an account off or on. Off ends all its logins and sockets for good.
    package func setDisabled(_ isDisabled: Bool, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        let (known, logins) = try await current(id)
        guard let record = known else { throw HouseRefusal.unknownUser }
        guard record.role != .owner else { throw HouseRefusal.notPermitted }
        var documents: [DocumentChange] = []
        if isDisabled, let list = logins {
            documents = list.sessions.map { DocumentChange(sessionIndex($0.digest), nil) }
            documents.append(DocumentChange(.sessions(id), SessionList(user: id, userName: list.userName, sessions: []).document))
        }
        let act = isDisabled ? "disable_user" : "enable_user"
        return try await change(record, documents, act: act, by: admin, from: origin) { $0.isDisabled = isDisabled }
    }

    /// Gives an account another role. Its logins are looked up anew and its sockets come back, so the role counts at once. There is
    /// one owner for ever.
    package func setRole(_ role: Role, user id: UserID, by admin: Admin, from origin: Origin) async throws -> UserRecord {
        guard let record = try await current(id).record else { throw HouseRefusal.unknownUser }
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
        let key = BookKey(user: record.id)
        if desks[key]?.book.mustOpen == true { desks[key]?.book.ownerRecord = changed }
        hangUp(of: record.id)
        try await ticket.wait()
        return changed
    }
}
