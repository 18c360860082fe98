// One act becomes one record, in the turn that decided it. What then happens to the record is in `Store+Writing`.

import Platform
import Trading
import Wire

extension Store {
    /// Why nothing new would be taken now, to be asked before deciding; nil when all is well.
    package var refusal: StorageFailure? { end ?? (isFull ? .storageFull : nil) }

    /// While the disk is full, looks whether it still is; the answer shows in `refusal` a moment later.
    package func askForSpace() {
        if isFull { measureSpace() }
    }

    /// Stores an act entirely or not at all; the ticket says when it is durable.
    ///
    /// Never waits. A ticket that has failed at once stored nothing. After a failed ticket the book has to be loaded again: what
    /// memory holds is ahead of the disk.
    package func commit(_ commit: Commit) -> Ticket {
        if let end { return Ticket(failed: end) }
        if isFull, !commit.isEssential {
            measureSpace()
            return Ticket(failed: .storageFull)
        }
        if commit.isEmpty { return collecting.entries.last?.ticket ?? sent.last?.entries.last?.ticket ?? Ticket.settled }
        if isErased(commit.user) { return Ticket(failed: .userErased(commit.user)) }
        let key = BookKey(user: commit.user, book: commit.book)
        guard let meta = commit.meta else {
            precondition(
                commit.orders.isEmpty && commit.positions.isEmpty && commit.trades.isEmpty, "Rows come with the figures after them.")
            return commitDocuments(commit)
        }
        guard let book = books[key] else { return Ticket(failed: .bookNotLoaded(commit.user, commit.book)) }
        switch book.phase {
        case .ready: break
        case .busy: return Ticket(failed: .bookBusy(commit.user, commit.book))
        case .stale: return Ticket(failed: .bookNotLoaded(commit.user, commit.book))
        case .quarantined(let why): return Ticket(failed: .quarantined(commit.user, commit.book, why: why))
        }
        let now = now
        let documents = versions(of: commit.documents)
        let record = JournalRecord.transaction(
            seq: nextSeq, at: now, key: key, after: book.chain, commit, meta: meta, documents: documents, to: &collecting.bytes)
        if let failure = tooLarge(record) { return Ticket(failed: failure) }
        book.chain.advance(to: record.crc, record.slices)
        book.unsettled += 1
        return collect(
            record, user: commit.user, at: now, commit.documents, documents,
            book: CollectedEntry.BookChange(
                key: key, v: book.chain.v, crc: record.crc, generation: book.chain.generation, slices: record.slices, time: record.time))
    }

    private func commitDocuments(_ commit: Commit) -> Ticket {
        let now = now
        let documents = versions(of: commit.documents)
        let record = JournalRecord.documents(
            seq: nextSeq, at: now, user: commit.user, documents, audit: commit.audit, to: &collecting.bytes)
        if let failure = tooLarge(record) { return Ticket(failed: failure) }
        return collect(record, user: commit.user, at: now, commit.documents, documents, book: nil)
    }

    /// Takes a record that is too large out of the batch again, and says so.
    func tooLarge(_ record: JournalRecord) -> StorageFailure? {
        let bytes = record.range.count - 1
        guard bytes > options.recordLimitBytes else { return nil }
        collecting.bytes.removeSubrange(record.range)
        return .recordTooLarge(bytes: bytes, limitBytes: options.recordLimitBytes)
    }

    /// The next version of each document.
    ///
    /// One more than the version at hand. Where none is at hand the record's own number is taken: every version used up a record, so
    /// it is above any that was ever given.
    func versions(of changes: [DocumentChange]) -> [DocumentVersion] {
        var made: [DocumentVersion] = []
        for change in changes {
            let body = change.body?.encoded
            let dv: Int64
            var previous: UInt32?
            if let earlier = made.last(where: { $0.path == change.path }) {
                dv = earlier.dv + 1
                previous = earlier.body.map { Documents.line(change.path, dv: earlier.dv, seq: nextSeq, body: $0).crc }
            } else if let known = cache.document(at: change.path), known.dv > 0 {
                dv = known.dv + 1
                previous = known.crc
            } else if let mark = documentMarks[change.path] {
                // The file of a copied folder may be ahead of the journal; the record's number is above both.
                dv = max(mark.dv, mark.lost, nextSeq - 1) + 1
            } else {
                dv = max(nextSeq, 1)
            }
            made.append(DocumentVersion(path: change.path, dv: dv, previous: previous, body: body))
        }
        return made
    }

    /// Makes the record that was written last part of the batch that is being collected.
    func collect(
        _ record: JournalRecord, user: UserID, at now: Timestamp, _ changes: [DocumentChange], _ documents: [DocumentVersion],
        book: CollectedEntry.BookChange?
    ) -> Ticket {
        let ticket = Ticket()
        var files: [(path: DocumentPath, dv: Int64, line: [UInt8]?)] = []
        for (change, version) in zip(changes, documents) {
            let made = version.body.map { Documents.line(version.path, dv: version.dv, seq: record.seq, body: $0) }
            let loaded = LoadedDocument(dv: version.dv, crc: made?.crc, value: change.body, bytes: made?.bytes.count ?? 0)
            cache.keep(loaded, at: version.path, pinned: true)
            files.append((version.path, version.dv, made?.bytes))
            collecting.members.append(.document(version.path, dv: version.dv))
        }
        if let book { collecting.members.append(.book(book.key, v: book.v)) }
        let audit =
            record.audit.isEmpty
            ? nil
            : AuditBacklog(
                seq: record.seq, at: now, user: user,
                entries: Array(
                    collecting.bytes[record.range.lowerBound + record.audit.lowerBound..<record.range.lowerBound + record.audit.upperBound])
            )
        let entry = CollectedEntry(
            ticket: ticket, user: user, seq: record.seq, record: record.range, book: book, documents: files, audit: audit)
        collecting.entries.append(entry)
        nextSeq = record.seq + 1
        unsettled[user] = ticket
        if options.without.contains(.appendOnlyDurable), let book, let open = books[book.key] {
            queueLines(of: entry, book, in: collecting.bytes, open)
        }
        if sent.isEmpty, collecting.entries.count >= max(Store.earlyFlush, lastBatch / 2) { flush() } else { postFlush() }
        return ticket
    }

    /// Returns when everything that was committed for the user so far is durable; throws when it is not.
    ///
    /// Reads that show what a commit decided wait for this.
    package func settled(_ user: UserID) async throws(StorageFailure) {
        try await unsettled[user]?.wait()
    }

    /// Whether nothing of the user's is on its way.
    package func isSettled(_ user: UserID) -> Bool { unsettled[user] == nil }
}

extension Commit {
    var isEmpty: Bool { meta == nil && documents.isEmpty && audit.isEmpty && orders.isEmpty && positions.isEmpty && trades.isEmpty }
}

extension Ticket {
    /// For an act that changed nothing.
    static var settled: Ticket {
        let ticket = Ticket()
        ticket.settle(.success(()))
        return ticket
    }
}
