// Reading a book when it is asked for. How its files and the journal become one state is in `BookLoader`.

import Platform
import Trading

extension Store {
    /// Everything the book holds, as of the last durable act; nil when it has no files.
    ///
    /// A user's book is read when it is needed and may be forgotten again (`forget`). It has to be loaded before it is written. Who
    /// asks while it is being read gets the same answer. A book that cannot be proven complete throws `.quarantined`.
    package func loadBook(_ user: UserID, _ book: BookName = .default) async throws(StorageFailure) -> PaperSnapshot? {
        let result = await withCheckedContinuation { continuation in
            loadBook(user, book) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `loadBook(_:_:)`, for callers that cannot wait.
    package func loadBook(_ user: UserID, _ book: BookName = .default, _ done: @escaping (Result<PaperSnapshot?, StorageFailure>) -> Void) {
        if let end { return done(.failure(end)) }
        if isErased(user) { return done(.failure(.userErased(user))) }
        let key = BookKey(user: user, book: book)
        let state = books[key]
        if let state {
            switch state.phase {
            case .busy(let waiting):
                state.phase = .busy(waiting + [done])
                return
            case .quarantined(let why): return done(.failure(.quarantined(user, book, why: why)))
            case .ready, .stale: break
            }
        }
        let open = state ?? OpenBook(phase: .stale)
        books[key] = open
        open.phase = .busy([done])
        // What is on its way becomes durable, what is durable goes to the files, and then those are read.
        whenDurable(open, user) { [self] in
            appendBacklog { [self] in read(key, open) }
        }
    }

    private func whenDurable(_ open: OpenBook, _ user: UserID, _ body: @escaping () -> Void) {
        guard open.unsettled > 0, let ticket = unsettled[user] else { return body() }
        ticket.whenSettled { [self] _ in whenDurable(open, user, body) }
    }

    private func read(_ key: BookKey, _ open: OpenBook) {
        if let end {
            // The journal failed meanwhile, so what the disk shows may not be what it holds.
            guard case .busy(let waiting) = open.phase else { preconditionFailure("A book that is read stays busy until it is.") }
            books[key] = nil
            for done in waiting { done(.failure(end)) }
            return
        }
        let loader = loader(key, mark: presentMark(key, open))
        onDisk { thread -> Result<LoadedBook, StorageFailure> in
            do throws(StorageFailure) {
                return .success(try loader.load(on: thread.disk, thread.files, thread.options.notice))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            guard case .busy(let waiting) = open.phase else { preconditionFailure("A book that is read stays busy until it is.") }
            if let end, case .outcomeUnknown = end {
                // As for a document: what was read while the journal failed is no answer.
                books[key] = nil
                for done in waiting { done(.failure(end)) }
                return
            }
            if case .failure(.userErased) = result { metTombstone(key.user) }
            if isErased(key.user) {
                if !hasEnded(key.user), open.durableV > 0 {
                    // An end that is not durable yet may still come to nothing, and then the book is what it was.
                    open.phase = .stale
                } else {
                    books[key] = nil
                }
                for done in waiting { done(.failure(.userErased(key.user))) }
                return
            }
            switch result {
            case .success(let loaded):
                open.phase = .ready
                open.chain = ActChain(loaded.chain)
                open.durableV = loaded.chain.v
                open.durableCRC = loaded.chain.jc ?? 0
                open.appendedV = open.durableV
                open.appendedCRC = open.durableCRC
                open.isHeld = loaded.areFilesBehind
                open.isEdited = false
                for done in waiting { done(.success(loaded.snapshot)) }
            case .failure(let failure):
                if case .quarantined(_, _, let why) = failure {
                    open.phase = .quarantined(why)
                    options.notice(
                        StorageNotice(.error, "book_quarantined", ["user": key.user.text, "book": key.book.text, "why": why]))
                } else if open.durableV > 0 {
                    // What is durable stays known: its files may be behind the journal, and nothing else says so.
                    open.phase = .stale
                } else {
                    books[key] = nil
                }
                for done in waiting { done(.failure(failure)) }
            }
        }
    }

    /// What the journal has of a book, up to its newest durable act.
    private func presentMark(_ key: BookKey, _ open: OpenBook) -> BookMark? {
        let mark = bookMarks[key]
        guard open.durableV > mark?.v ?? 0 else { return mark }
        // Its records of this process are found by scanning, which is only needed when its files are behind.
        return BookMark(
            v: open.durableV, crc: open.durableCRC, oldestSegment: min(mark?.oldestSegment ?? ownSegment, ownSegment), places: [],
            lost: mark?.lost ?? 0, generation: max(mark?.generation ?? 0, open.installedGeneration))
    }

    /// Everything that the files of a book tell, the epochs that resets ended included; nil when it has none.
    ///
    /// The files are read anew for every question, so it is for people who look back, not for pages that follow.
    package func history(of user: UserID, _ book: BookName = .default) async throws(StorageFailure) -> PaperHistory? {
        // Proves the book, and brings what is durable of it into its files.
        guard try await loadBook(user, book) != nil else { return nil }
        let key = BookKey(user: user, book: book)
        guard let open = books[key] else { throw .bookBusy(user, book) }
        let loader = loader(key, mark: presentMark(key, open))
        let result = await withCheckedContinuation { continuation in
            onDisk { thread -> Result<PaperHistory?, StorageFailure> in
                do throws(StorageFailure) {
                    return .success(try loader.history(on: thread.disk))
                } catch {
                    return .failure(error)
                }
            } then: {
                continuation.resume(returning: $0)
            }
        }
        return try result.get()
    }

    func loader(_ key: BookKey, mark: BookMark?) -> BookLoader {
        BookLoader(
            key: key, mark: mark, oldestRetainedSeq: oldestRetainedSeq, journalSince: journalSince,
            accountMark: documentMarks[.user(key.user)], listMark: documentMarks[.books(key.user)], newestAtStart: newestAtStart,
            retention: options.retention,
            limitBytes: options.bookFileLimitBytes, now: now, without: options.without)
    }

    /// Lets go of what memory holds about a book, when nothing of it is on its way; returns whether it did.
    ///
    /// For desks that went to sleep. The next `loadBook` reads the files again.
    @discardableResult
    package func forget(_ user: UserID, _ book: BookName = .default) -> Bool {
        let key = BookKey(user: user, book: book)
        guard let open = books[key] else { return true }
        guard open.isReady || open.isStale, open.unsettled == 0, backlog.books[key] == nil, !isAppending else { return false }
        // Only while the journal has something of it: what its files say alone needs no memory.
        if open.newestSegment > 0, shelf.segments.contains(where: { $0.number == open.newestSegment }) {
            var mark = bookMarks[key] ?? BookMark(v: 0, crc: 0, oldestSegment: ownSegment)
            mark.v = open.durableV
            mark.crc = open.durableCRC
            mark.places = []
            mark.newestSegment = open.newestSegment
            mark.generation = max(mark.generation, open.installedGeneration)
            bookMarks[key] = mark
        }
        books[key] = nil
        onDisk {
            $0.files.forget(key)
        } then: { _ in
        }
        return true
    }

    /// The books of a user that have files, by name.
    package func bookNames(of user: UserID) async throws(StorageFailure) -> [BookName] {
        if isErased(user) { return [] }
        let result = await withCheckedContinuation { continuation in
            appendBacklog { [self] in
                onDisk { thread -> Result<[BookName], StorageFailure> in
                    var names: [BookName] = []
                    do throws(DiskFailure) {
                        let key = BookKey(user: user, book: .default)
                        if try thread.disk.status(of: key.path(.meta)) != nil { names.append(.default) }
                        if try thread.disk.status(of: key.directory) != nil {
                            try thread.disk.list(key.directory) { entry in
                                if entry.isDirectory, let name = BookName(entry.name) { names.append(name) }
                                return true
                            }
                        }
                    } catch {
                        return .failure(.io(error))
                    }
                    return .success(names.sorted())
                } then: {
                    continuation.resume(returning: $0)
                }
            }
        }
        return Set(try result.get() + bookMarks.books(of: user)).sorted()
    }
}
