// A whole book at once, for an import, a copy or a hand-over: complete files first, then one record that makes them valid, then their
// own names. A crash at any point leaves the book as it was or as it shall be.

import Platform
import Trading
import Wire

extension Store {
    /// Gives a user a book with everything in it, together with documents and audit entries, as one act.
    ///
    /// Orders and trades are taken in the order of the snapshot. `notes` is kept beside the book and never acted on: one line per
    /// element of an array. Throws `.bookExists` when there is a book already and `replaces` is false. When it returns the files are
    /// complete and durable, and the book is loaded.
    package func install(
        user: UserID, book: BookName = .default, snapshot: PaperSnapshot, notes: JSONValue? = nil, documents: [DocumentChange] = [],
        audit: [AuditEntry] = [], replaces: Bool = false
    ) async throws(StorageFailure) {
        let result = await withCheckedContinuation { continuation in
            install(
                user: user, book: book, snapshot: snapshot, notes: notes, documents: documents, audit: audit, replaces: replaces
            ) { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    /// As `install`, for callers that cannot wait.
    package func install(
        user: UserID, book: BookName = .default, snapshot: PaperSnapshot, notes: JSONValue? = nil, documents: [DocumentChange] = [],
        audit: [AuditEntry] = [], replaces: Bool = false, _ done: @escaping (Result<Void, StorageFailure>) -> Void
    ) {
        loadBook(user, book) { [self] result in
            let key = BookKey(user: user, book: book)
            guard case .success = result, let open = books[key], open.isReady else {
                if case .failure(let failure) = result { return done(.failure(failure)) }
                return done(.failure(.bookBusy(user, book)))
            }
            guard open.chain.v == 0 || replaces else { return done(.failure(.bookExists(user, book))) }
            if let refusal { return done(.failure(refusal)) }
            guard open.unsettled == 0 else { return done(.failure(.bookBusy(user, book))) }
            open.phase = .busy([])
            let act = Commit(
                user: user, book: book, meta: snapshot.meta, documents: documents, audit: audit)
            write(snapshot, notes, act, key, open, done)
        }
    }

    /// Writes the files of a book that is busy, and names them in the journal; the generation and version after those of `open`.
    func write(
        _ snapshot: PaperSnapshot, _ notes: JSONValue?, _ act: Commit, _ key: BookKey, _ open: OpenBook,
        _ done: @escaping (Result<Void, StorageFailure>) -> Void
    ) {
        let generation = open.chain.v == 0 ? 1 : open.chain.generation + 1
        let v = open.chain.v + 1
        let seq = nextSeq - 1
        let now = now
        onDisk { thread -> Result<WrittenGeneration, StorageFailure> in
            do throws(StorageFailure) {
                return .success(
                    try BookInstall.write(
                        snapshot, notes: notes, as: generation, v: v, seq: seq, at: now, for: key, on: thread.disk, thread.files))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .success(let written): name(written, snapshot.meta, act, key, open, done)
            case .failure(let failure): leave(open, .ready, .failure(failure), done)
            }
        }
    }

    /// The record that makes the files valid.
    private func name(
        _ written: WrittenGeneration, _ meta: BookMeta, _ act: Commit, _ key: BookKey, _ open: OpenBook,
        _ done: @escaping (Result<Void, StorageFailure>) -> Void
    ) {
        if let refusal { return leave(open, .ready, .failure(refusal), done) }
        if isErased(key.user) { return leave(open, .stale, .failure(.userErased(key.user)), done) }
        let now = now
        let documents = versions(of: act.documents)
        let record = JournalRecord.transaction(
            seq: nextSeq, at: now, key: key, after: open.chain, act, meta: meta, documents: documents,
            install: JournalRecord.Install(generation: written.generation, counts: written.counts, sums: written.sums),
            to: &collecting.bytes)
        if let failure = tooLarge(record) { return leave(open, .ready, .failure(failure), done) }
        let previous = open.chain.jc
        let chain = BookChain(
            v: open.chain.v + 1, jc: record.crc, n: written.counts, fc: written.sums, generation: written.generation)
        open.chain = ActChain(chain)
        var lines = BookLines()
        let bytes = collecting.bytes[record.range]
        func part(_ range: Range<Int>) -> ArraySlice<UInt8> {
            bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound]
        }
        lines.addMeta(part(record.slices.meta), seq: record.seq, time: part(record.time), previous: previous, chain)
        open.unsettled += 1
        let ticket = collect(
            record, user: key.user, at: now, act.documents, documents,
            book: CollectedEntry.BookChange(
                key: key, v: chain.v, crc: record.crc, generation: written.generation, slices: nil, time: record.time))
        ticket.whenSettled { [self] result in
            if case .failure(let failure) = result { return leave(open, .stale, .failure(failure), done) }
            // Not before: of a record that was never stored the files mean nothing.
            open.installedGeneration = written.generation
            finish(written, lines[.meta], chain, key, open, done)
        }
    }

    private func finish(
        _ written: WrittenGeneration, _ meta: [UInt8], _ chain: BookChain, _ key: BookKey, _ open: OpenBook,
        _ done: @escaping (Result<Void, StorageFailure>) -> Void
    ) {
        onDisk { thread -> Result<Void, StorageFailure> in
            do throws(DiskFailure) {
                let marks = try BookInstall.finish(written, v: chain.v, meta: meta, for: key, on: thread.disk, thread.files)
                thread.files.adopt(key, LeftFiles(marks: marks, chain: chain))
                return .success(())
            } catch {
                return .failure(DataFolder.translate(error, thread.disk))
            }
        } then: { [self] result in
            switch result {
            case .success:
                open.isHeld = false
                leave(open, .ready, .success(()), done)
            case .failure(let failure):
                // The record stands, so the install holds; the files get their names when the book is loaded next.
                options.notice(StorageNotice(.error, "install_not_finished", ["user": key.user.text, "why": "\(failure)"]))
                leave(open, .stale, .success(()), done)
            }
        }
    }

    /// Ends the busy phase; who asked for the book meanwhile has it loaded.
    func leave(
        _ open: OpenBook, _ phase: OpenBook.Phase, _ result: Result<Void, StorageFailure>,
        _ done: @escaping (Result<Void, StorageFailure>) -> Void
    ) {
        guard case .busy(let waiting) = open.phase else { preconditionFailure("A book that is installed stays busy until it is.") }
        open.phase = phase
        done(result)
        guard !waiting.isEmpty, let key = books.first(where: { $0.value === open })?.key else { return }
        for waiter in waiting { loadBook(key.user, key.book, waiter) }
    }
}
