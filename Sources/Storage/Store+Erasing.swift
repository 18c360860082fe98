// The end of a user, as one act: one record ends all books, deletes the documents and leaves a tombstone in the account's place. From
// then on nothing of the user can be read; the files follow when no copy of the running folder can need them, and the journal's rows go
// with their segments.

import Platform
import Trading
import Wire

/// A user who was erased and whose files, or the record of it, are still there.
struct Erasure: Equatable {
    let at: Timestamp
    /// The segment of the record; 0 before it is durable.
    var segment: Int64
    /// The files are gone.
    var isFinished = false
}

extension Store {
    /// Ends every book of the user, deletes the account, its logins and credentials and what `documents` names, and writes `audit`.
    ///
    /// In effect at once: books and commits of the user fail with `.userErased`. `users/<id>` stays as a tombstone, so the id is never
    /// given again. Done even when free space is low. When the ticket fails nothing was erased.
    package func erase(user: UserID, documents: [DocumentChange] = [], audit: [AuditEntry] = []) -> Ticket {
        if let end { return Ticket(failed: end) }
        if isErased(user) { return Ticket(failed: .userErased(user)) }
        let now = now
        let own: [DocumentPath] = [.sessions(user), .credentials(user), .books(user), .triggers(user), .user(user)]
        let changes =
            documents.filter { !own.contains($0.path) } + [
                DocumentChange(.sessions(user), nil), DocumentChange(.credentials(user), nil),
                DocumentChange(.books(user), nil), DocumentChange(.triggers(user), nil),
                DocumentChange(.user(user), Tombstone.document(of: user, at: now)),
            ]
        let versions = versions(of: changes)
        let record = JournalRecord.documents(seq: nextSeq, at: now, user: user, versions, audit: audit, erases: true, to: &collecting.bytes)
        if let failure = tooLarge(record) { return Ticket(failed: failure) }
        let ticket = collect(record, user: user, at: now, changes, versions, book: nil)
        erasures[user] = Erasure(at: now, segment: 0)
        ticket.whenSettled { [self] outcome in
            // When it is not stored the books are what they were.
            guard case .success = outcome else {
                erasures[user] = nil
                return
            }
            erasures[user]?.segment = shelf.segments.last?.number ?? ownSegment
            for (key, book) in books where key.user == user && !book.isBusy { letGo(key) }
            for key in backlog.books.keys where key.user == user { backlog.books[key] = nil }
            forgetting.dropRevisits(of: user)
            options.notice(StorageNotice(.info, "user_erased", ["user": user.text]))
        }
        return ticket
    }

    /// Whether the user was erased and something of that is still to be done or to be kept in mind.
    func isErased(_ user: UserID) -> Bool { erasures[user] != nil }

    /// Whether the user's end is durable: nothing brings the books back.
    func hasEnded(_ user: UserID) -> Bool { (erasures[user]?.segment ?? 0) > 0 }

    private func letGo(_ key: BookKey) {
        books[key] = nil
        unsyncedBooks.remove(key)
        suspectBooks.remove(key)
        onDisk {
            $0.files.forget(key)
        } then: { _ in
        }
    }

    /// Removes the files of the next user whose time has come; says whether there was one.
    func tidyErasures() -> Bool {
        let age = shelf.isOverLimit ? min(options.shortestRetention, options.retention) : options.retention
        let now = now
        let due = erasures.filter { !$0.value.isFinished && $0.value.segment > 0 && now - $0.value.at >= age }.min { $0.key < $1.key }
        guard let user = due?.key else { return false }
        onDisk { thread -> DiskFailure? in
            do throws(DiskFailure) {
                try DataFolder.removeTree("paper/" + user.text, on: thread.disk)
                try thread.disk.syncDirectory("paper")
                return nil
            } catch {
                return error
            }
        } then: { [self] failure in
            if let failure {
                options.notice(StorageNotice(.error, "erasure_not_finished", ["user": user.text, "why": "\(failure)"]))
                erasures[user] = erasures[user].map { Erasure(at: $0.at + options.proofRetry, segment: $0.segment) }
            } else {
                erasures[user]?.isFinished = true
            }
            tidied()
        }
        return true
    }

    /// A folder whose account is a tombstone and whose journal does not say why: a copy may have that. Its files go all the same.
    func metTombstone(_ user: UserID) {
        guard erasures[user] == nil else { return }
        for (key, book) in books where key.user == user && !book.isBusy { letGo(key) }
        erasures[user] = Erasure(at: now, segment: ownSegment)
    }
}

/// What stays in the account's place: the id and when the user was erased.
package enum Tombstone {
    static func document(of user: UserID, at time: Timestamp) -> JSONValue {
        .object(JSONObject([("u", .string(user.text)), ("erased_at", .string(time.utcText))]))
    }

    /// Whether an account's document is one.
    package static func isOne(_ document: JSONValue?) -> Bool { document?["erased_at"]?.string != nil }
}

extension DataFolder {
    /// Removes a folder with everything in it, as far as there is one.
    static func removeTree(_ directory: String, on disk: any Disk) throws(DiskFailure) {
        guard try disk.status(of: directory) != nil else { return }
        var files: [String] = []
        var folders: [String] = []
        try disk.list(directory) { entry in
            if entry.isDirectory { folders.append(directory + "/" + entry.name) } else { files.append(directory + "/" + entry.name) }
            return true
        }
        for file in files.sorted() { try disk.remove(file) }
        for folder in folders.sorted() { try removeTree(folder, on: disk) }
        try disk.remove(directory)
    }
}
