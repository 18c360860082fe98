// Making what somebody edited by hand the book, as one act: the files as they are go to quarantine, the state that they tell of is
// installed as a new generation, and the record that makes it valid says so to the audit. Finding out what was edited is `EditedBook`.

import Platform
import Trading

extension Store {
    /// Shows what differs between a book's files and what is proven; with `actor` and nothing against it, makes that the book.
    ///
    /// For a store that nobody else uses: a book that was loaded throws `.bookBusy`. A crash at any point leaves the book as it was, the
    /// edits unaccepted, or as it shall be. Older lines than the last per order and position, and figures but the newest, are left out
    /// of the new generation as folding does; they stay in `BookEdits.kept`.
    package func edits(
        of user: UserID, book: BookName = .default, acceptedBy actor: String? = nil
    ) async throws(StorageFailure) -> BookEdits {
        let result = await withCheckedContinuation { continuation in
            edits(of: user, book: book, acceptedBy: actor) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `edits(of:book:acceptedBy:)`, for callers that cannot wait.
    package func edits(
        of user: UserID, book: BookName = .default, acceptedBy actor: String? = nil,
        _ done: @escaping (Result<BookEdits, StorageFailure>) -> Void
    ) {
        if let end { return done(.failure(end)) }
        if isErased(user) { return done(.failure(.userErased(user))) }
        let key = BookKey(user: user, book: book)
        guard books[key] == nil else { return done(.failure(.bookBusy(user, book))) }
        let open = OpenBook(phase: .busy([]))
        books[key] = open
        let loader = loader(key, mark: bookMarks[key])
        let (now, isAccepted) = (now, actor != nil)
        onDisk { thread -> Result<EditedBook, StorageFailure> in
            do throws(StorageFailure) {
                var edited = try EditedBook(loader, on: thread.disk)
                if isAccepted, edited.found.canBeAccepted {
                    do throws(DiskFailure) {
                        let what = "edited-" + user.text + (book == .default ? "" : "-" + book.text)
                        edited.keep(in: try Quarantine.copy(edited.paths, as: what, on: thread.disk, at: now))
                    } catch {
                        throw DataFolder.translate(error, thread.disk)
                    }
                }
                return .success(edited)
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .failure(let failure): leave(open, .stale, .failure(failure)) { _ in done(.failure(failure)) }
            case .success(let edited):
                guard let actor, edited.found.canBeAccepted, let rows = edited.rows else {
                    return leave(open, .stale, .success(())) { _ in done(.success(edited.found)) }
                }
                open.chain = ActChain(edited.chain)
                let act = Commit(user: user, book: book, meta: rows.meta, audit: [Store.repair(key, edited.found, by: actor)])
                write(rows, nil, act, key, open) { result in
                    done(result.map { edited.found })
                }
            }
        }
    }

    private static func repair(_ key: BookKey, _ found: BookEdits, by actor: String) -> AuditEntry {
        AuditEntry(
            actor: actor, ip: "", act: "repair", ref: key.book.text,
            detail: [("edits", String(found.count)), ("digest", found.digest), ("kept", found.kept ?? "")])
    }
}
