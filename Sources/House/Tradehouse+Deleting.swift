// The end of an account: by the owner of the house, or by whoever it belongs to with the password. What ends on disk, and when the files
// go, is `Storage/Store+Erasing`.

import Storage
import Trading

extension Tradehouse {
    /// Ends somebody's account for good, for the owner of the house. The owner's own account stays for ever.
    package func deleteUser(_ id: UserID, by admin: Admin, from origin: Origin) async throws {
        guard admin.isOwner else { throw HouseRefusal.notPermitted }
        try await delete(id, actor: admin.actor, from: origin)
    }

    /// Ends the trader's own account for good, with its password once more.
    package func deleteOwnAccount(_ trader: Trader, password: String, from origin: Origin) async throws {
        guard trader.role != .owner else { throw HouseRefusal.notPermitted }
        try meterLogin(trader.user.text)
        guard let record = try await user(trader.user) else { throw HouseRefusal.unknownUser }
        let fits: Bool
        do {
            fits = try await world.verifyPassword(password, record.passwordHash)
        } catch is PoolBusy {
            throw HouseRefusal.tooBusy
        }
        guard fits else {
            note(AuditEntry(actor: trader.user.text, ip: origin.address, act: "delete_user", ok: false), for: trader.user)
            throw HouseRefusal.wrongPassword
        }
        try await delete(trader.user, actor: trader.user.text, from: origin)
    }

    /// Everything that leads to the account goes with it, in one record: the address is free again, the id is never given again.
    private func delete(_ id: UserID, actor: String, from origin: Origin) async throws {
        guard let record = try await current(id).record else { throw HouseRefusal.unknownUser }
        guard record.role != .owner else { throw HouseRefusal.notPermitted }
        let address = EmailAddress(record.email)
        let indexed: IndexEntry? =
            if let address { try await store.document(emailIndex(address)).flatMap(IndexEntry.init(document:)) } else { nil }
        var marks: [DocumentPath] = []
        for key in try await bookList(of: id).keys where try await store.document(workingIndex(key)) != nil {
            marks.append(workingIndex(key))
        }
        // Read once more: the waits above are over, and nothing may come between this and the record.
        let (present, logins) = try await current(id)
        guard let present, present.role != .owner else { throw HouseRefusal.unknownUser }
        var documents = (logins?.sessions ?? []).map { DocumentChange(sessionIndex($0.digest), nil) }
        if let address, indexed?.user == id { documents.append(DocumentChange(emailIndex(address), nil)) }
        documents += marks.map { DocumentChange($0, nil) }
        let ticket = store.erase(
            user: id, documents: documents, audit: [AuditEntry(actor: actor, ip: origin.address, act: "delete_user", ref: id.text)])
        sessions.forget(user: id)
        hangUp(of: id)
        for desk in desks.values where desk.user == id { forget(desk) }
        feed.forgetIdle(id)
        try await ticket.wait()
    }
}
