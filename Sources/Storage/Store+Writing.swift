// The way of a batch: collected, one write, one sync, tickets settled; then the readable files, then the checkpoint. While a sync
// runs the next batch collects; there is no timer before it.

import Platform
import Trading

extension Store {
    /// Sends what is collected at the end of this turn, unless a batch is on its way; then its end does.
    func postFlush() {
        guard sent.isEmpty || options.without.contains(.oneBatchInFlight), !isFlushPosted else { return }
        isFlushPosted = true
        nonisolated(unsafe) let store = self
        loop.post {
            store.isFlushPosted = false
            store.flush()
        }
    }

    /// A turn that brings at least so many commits, and half as many as the batch before had, does not end before the first of them are
    /// sent: the disk has something to do while the rest is decided.
    static let earlyFlush = 16

    func flush() {
        guard sent.isEmpty || options.without.contains(.oneBatchInFlight), !collecting.isEmpty else { return }
        // The journal must not run away from the readable files: what waits for them is in memory.
        guard !isAppending || backlog.bytes < options.backlogLimitBytes else { return }
        if let sealTimer { loop.cancel(sealTimer) }
        sealTimer = nil
        var batch = takeBatch()
        lastBatch = batch.entries.count
        let number = nextBatch + Int64(sent.count)
        batch.bytes += JournalLine.batch(number, batch.members)
        sent.append(batch)
        let write = JournalBatch(number: number, bytes: batch.bytes, lastSeq: batch.entries[batch.entries.count - 1].seq, at: now)
        onJournal { journal -> WriteOutcome in
            let result: Result<Void, JournalProblem>
            do throws(JournalProblem) {
                try journal.write(write)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            return WriteOutcome(result: result, segment: journal.number, bytes: journal.bytes)
        } then: { [self] outcome in
            switch outcome.result {
            case .success:
                shelf.written(outcome.segment, bytes: outcome.bytes, firstSeq: batch.entries[0].seq)
                durable(batch, in: outcome.segment)
            case .failure(let problem): failed(problem)
            }
        }
        if loop.monotonicNanoseconds &- spaceMeasuredAt >= Store.measureNanoseconds { measureSpace() }
    }

    private struct WriteOutcome: Sendable {
        let result: Result<Void, JournalProblem>
        let segment: Int64
        let bytes: Int64
    }

    /// How often free space is measured while batches are written.
    static let measureNanoseconds: UInt64 = 1_000_000_000

    /// As much of what is collected as one batch may hold.
    private func takeBatch() -> CollectedBatch {
        if collecting.bytes.count <= CollectedBatch.limitBytes, collecting.members.count <= CollectedBatch.limitMembers {
            defer { collecting = CollectedBatch(expecting: collecting) }
            return collecting
        }
        var batch = CollectedBatch()
        var rest = CollectedBatch()
        var offset = 0
        var member = 0
        for entry in collecting.entries {
            let end = entry.record.upperBound
            let members = entry.documents.count + (entry.book == nil ? 0 : 1)
            let fits =
                rest.isEmpty
                && (batch.isEmpty
                    || (batch.bytes.count + end - offset <= CollectedBatch.limitBytes
                        && batch.members.count + members <= CollectedBatch.limitMembers))
            let taken = collecting.members[member..<member + members]
            func put(into target: inout CollectedBatch) {
                var entry = entry
                entry.record = target.bytes.count..<target.bytes.count + end - offset
                target.bytes += collecting.bytes[offset..<end]
                target.members += taken
                target.entries.append(entry)
            }
            if fits { put(into: &batch) } else { put(into: &rest) }
            offset = end
            member += members
        }
        collecting = rest
        return batch
    }

    private func durable(_ batch: CollectedBatch, in segment: Int64) {
        sent.removeFirst()
        nextBatch += 1
        // The next batch goes first: its sync runs while the lines of this one are put where they belong and its tickets are answered.
        flush()
        for entry in batch.entries {
            if let change = entry.book {
                if let book = books[change.key] {
                    book.durableV = change.v
                    book.durableCRC = change.crc
                    book.newestSegment = segment
                    book.unsettled -= 1
                    if !options.without.contains(.appendOnlyDurable) { queueLines(of: entry, change, in: batch.bytes, book) }
                }
            }
            for (path, dv, line) in entry.documents {
                if line == nil {
                    let place = RecordPlace(segment: segment, offset: 0, length: 0, v: 0)
                    deletions[path] = DocumentMark(dv: dv, seq: entry.seq, place: place, isDeleted: true)
                }
                backlog.add(path, line)
            }
            if let audit = entry.audit {
                backlog.audit.append(audit)
                backlog.bytes += audit.entries.count
            }
            if unsettled[entry.user] === entry.ticket { unsettled[entry.user] = nil }
        }
        for entry in batch.entries { entry.ticket.settle(.success(())) }
        scheduleAppending()
        scheduleSeal()
    }

    /// Lets the readable files have the lines of an act.
    func queueLines(of entry: CollectedEntry, _ change: CollectedEntry.BookChange, in batch: [UInt8], _ book: OpenBook) {
        guard !book.isHeld, let slices = change.slices else { return }
        let act = DurableAct(
            batch: batch, record: entry.record, slices: slices, time: change.time, v: change.v, seq: entry.seq, crc: change.crc)
        backlog.add(change.key, generation: change.generation, act)
    }

    /// Fails what was on its way and what was committed on top of it, and takes the numbers back.
    private func failed(_ problem: JournalProblem) {
        guard !sent.isEmpty else { return }
        let batch = sent.removeFirst()
        let failure: StorageFailure
        var fatal: StorageFailure?
        switch problem {
        case .nothingStored(let cause):
            failure = cause
            options.notice(StorageNotice(.error, "batch_not_stored", ["why": "\(cause)"]))
            if case .storageFull = cause { isFull = true }
        case .unknown(let cause):
            failure = .outcomeUnknown
            fatal = cause
            end = .outcomeUnknown
            options.notice(StorageNotice(.error, "journal_failed", ["why": "\(cause)"]))
        }
        let lost = batch.entries + collecting.entries
        collecting = CollectedBatch()
        nextSeq = lost[0].seq
        for entry in lost {
            if let change = entry.book, let book = books[change.key] {
                book.unsettled -= 1
                if book.isReady { book.phase = .stale }
            }
            for (path, _, _) in entry.documents { cache.forget(path) }
        }
        unsettled.removeAll()
        for entry in lost { entry.ticket.settle(.failure(failure)) }
        if let fatal { options.fatal(fatal) }
    }

    // MARK: Seal

    private func scheduleSeal() {
        guard sent.isEmpty, collecting.isEmpty, sealTimer == nil else { return }
        sealTimer = after(options.sealDelay) { [self] in
            sealTimer = nil
            guard sent.isEmpty, collecting.isEmpty, end == nil else { return }
            let now = now
            onJournal { journal -> Result<Void, JournalProblem> in
                do throws(JournalProblem) {
                    return .success(try journal.seal(at: now))
                } catch {
                    return .failure(error)
                }
            } then: { [self] result in
                guard case .failure(let problem) = result else { return }
                // Everything was synced before the seal. A seal that failed to be written costs a segment; one that failed to
                // be synced says that the disk cannot be believed.
                switch problem {
                case .nothingStored(let cause): options.notice(StorageNotice(.warning, "seal_not_written", ["why": "\(cause)"]))
                case .unknown(let cause):
                    end = .outcomeUnknown
                    options.fatal(cause)
                }
            }
        }
    }

    // MARK: Readable files

    private func scheduleAppending() {
        guard !backlog.isEmpty else { return }
        if backlog.bytes >= options.appendBacklogBytes { return appendBacklog() }
        guard appendTimer == nil else { return }
        appendTimer = after(options.appendDelay) { [self] in
            appendTimer = nil
            appendBacklog()
        }
    }

    /// Brings the readable files up to what is durable, as far as the disk lets it, then calls `done`.
    func appendBacklog(_ done: (() -> Void)? = nil) {
        if let done { afterAppending.append(done) }
        guard !isAppending else { return }
        guard !backlog.isEmpty else { return finishAppending() }
        isAppending = true
        // The acts are let go of by the disk thread: taking many apart takes a while.
        let (portion, appends) = takePortion()
        // What found no place in this portion has waited as long: it goes next, and a batch may still come in between.
        let isMore = !backlog.isEmpty
        onDisk { thread -> (held: [(BookKey, isEdited: Bool)], failed: [DocumentPath], audit: Bool) in
            (thread.append(appends), thread.write(portion.writes.map(\.write)), thread.writeAudit(portion.audit))
        } then: { [self] outcome in
            isAppending = false
            for (key, isEdited) in outcome.held {
                books[key]?.isHeld = true
                books[key]?.isEdited = isEdited
                // What follows would leave a hole; the journal has it all.
                backlog.books[key] = nil
            }
            var isBehind = !outcome.audit
            for (write, versions, mark) in portion.writes {
                if outcome.failed.contains(write.path) {
                    isBehind = true
                    if let mark, documentMarks[write.path] == nil { documentMarks[write.path] = mark }
                    backlog.putBack(write.path, write.line, versions: versions)
                } else {
                    for _ in 0..<versions { cache.unpin(write.path) }
                }
            }
            if !outcome.audit { backlog.audit = portion.audit + backlog.audit }
            bytesSinceCheckpoint += portion.bytes
            scheduleCheckpoint()
            if isBehind {
                // The disk refuses; the journal has everything, so there is time. Who waits goes on without.
                if appendTimer == nil {
                    appendTimer = after(Store.retryDelay) { [self] in
                        appendTimer = nil
                        appendBacklog()
                    }
                }
                finishAppending()
            } else if isMore || !afterAppending.isEmpty || backlog.bytes >= options.appendBacklogBytes {
                appendBacklog()
            } else {
                scheduleAppending()
            }
            // A batch may have waited for this.
            flush()
        }
    }

    /// How long the readable files are left alone after they could not be written.
    static let retryDelay: Duration = .seconds(5)

    private func finishAppending() {
        let waiting = afterAppending
        afterAppending = []
        for body in waiting { body() }
    }

    /// Part of the backlog, so that a batch never waits behind more than that.
    private struct Portion: Sendable {
        var writes: [(write: DiskThread.Write, versions: Int, mark: DocumentMark?)] = []
        var audit: [AuditBacklog] = []
        var bytes = 0
    }

    private func takePortion() -> (Portion, [DiskThread.Append]) {
        var portion = Portion()
        var appends: [DiskThread.Append] = []
        for (key, waiting) in backlog.takeBooks(Store.portion) {
            books[key]?.appendedV = waiting.v
            books[key]?.appendedCRC = waiting.crc
            unsyncedBooks.insert(key)
            portion.bytes += waiting.bytes
            appends.append(DiskThread.Append(key: key, generation: waiting.generation, acts: waiting.acts))
        }
        for (path, line, versions) in backlog.takeDocuments(Store.portion) {
            portion.bytes += line?.count ?? 0
            // From now on nobody may bring the file up to an older mark: that would undo a deletion that is on its way.
            portion.writes.append((DiskThread.Write(path: path, line: line), versions, documentMarks[path]))
            isInItsFile(path)
        }
        portion.audit = backlog.audit
        backlog.audit = []
        portion.bytes += portion.audit.reduce(0) { $0 + $1.entries.count }
        backlog.bytes = backlog.isEmpty ? 0 : max(0, backlog.bytes - portion.bytes)
        return (portion, appends)
    }

    /// How many books and documents one job of the disk thread takes.
    static let portion = 64

    // MARK: Checkpoint and space

    private func scheduleCheckpoint() {
        if bytesSinceCheckpoint >= options.checkpointBytes {
            return checkpoint()
        }
        guard checkpointTimer == nil else { return }
        checkpointTimer = after(options.checkpointInterval) { [self] in checkpoint() }
    }

    /// Syncs the readable files; what they were given before is synced when it worked, and in doubt when it did not.
    func checkpoint(_ done: ((Bool) -> Void)? = nil) {
        if let checkpointTimer { loop.cancel(checkpointTimer) }
        checkpointTimer = nil
        bytesSinceCheckpoint = 0
        let appended = unsyncedBooks.reduce(into: [BookKey: Int64]()) { $0[$1] = books[$1]?.appendedV ?? 0 }
        unsyncedBooks = []
        onDisk {
            $0.checkpoint()
        } then: { [self] isSynced in
            for (key, v) in appended {
                if isSynced { books[key]?.syncedV = max(books[key]?.syncedV ?? 0, v) } else { suspectBooks.insert(key) }
            }
            done?(isSynced)
        }
    }

    /// The document's newest durable version stands in its file or is on its way there: the journal need not be asked for it any more.
    func isInItsFile(_ path: DocumentPath) {
        if let mark = documentMarks[path], mark.isDeleted, mark.dv > deletions[path]?.dv ?? 0 { deletions[path] = mark }
        documentMarks[path] = nil
    }

    func measureSpace() {
        guard !isMeasuring else { return }
        isMeasuring = true
        onDisk {
            $0.measure()
        } then: { [self] free in
            isMeasuring = false
            took(free)
        }
    }

    private func took(_ free: Int64?) {
        spaceMeasuredAt = loop.monotonicNanoseconds
        guard let free else { return }
        let wasFull = isFull
        isFull = free < options.minimumFreeBytes
        if isFull != wasFull {
            options.notice(StorageNotice(isFull ? .error : .info, isFull ? "storage_full" : "storage_free", ["free": "\(free)"]))
        }
    }
}
