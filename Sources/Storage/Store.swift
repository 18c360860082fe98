// The data folder as the house sees it: acts go in, tickets come back, books and documents are read when they are needed. This file
// has what the store is and how it opens and closes; committing is in `Store+Commit`, the way to the disk in `Store+Writing`,
// reading in `Store+Books` and `Store+Documents`, bulk in `Store+Install`.

import Platform
import Trading
import Wire

/// The one writer of a data folder. Confined to its loop; nothing in it blocks after `open`.
///
/// Invariants: 1. `seq`, versions and checksums are given in the turn of the commit, in its order. 2. At most one batch is on its way
/// to the journal; what is committed meanwhile forms the next. 3. A readable file gets only what is durable in the journal.
/// 4. A ticket is settled after the sync returned, in the order of the commits.
package final class Store {
    let loop: any Loop
    let queue: any WorkQueue
    /// The journal's own, so that no batch waits behind the readable files.
    let journalQueue: any WorkQueue
    let options: StoreOptions
    let thread: DiskThread
    let format: FolderFormat

    /// The number of the next record, and of the next batch.
    var nextSeq: Int64
    var nextBatch: Int64
    /// Books that are loaded, being loaded, or in trouble.
    var books: [BookKey: OpenBook] = [:]
    /// What the journal knew at start, and of books that were forgotten since.
    var bookMarks: MarkShelf
    var documentMarks: DocumentMarks
    /// Documents that records still in the journal deleted: that they have no file is right.
    var deletions = DocumentMarks()
    /// Books whose files were given lines since the last checkpoint, and those whose files a failed sync left in doubt.
    var unsyncedBooks: Set<BookKey> = []
    var suspectBooks: Set<BookKey> = []
    /// The journal's segments and how far each is on its way out.
    var shelf: JournalShelf
    var forgetting = Forgetting()
    /// Users who were erased, until both their files and the record of it are gone.
    var erasures: [UserID: Erasure]
    /// Work handed to the disk thread that is not done.
    var queueLength = 0
    var cache: DocumentCache
    /// Documents being read, with those who wait.
    var documentLoads: [DocumentPath: [(Result<LoadedDocument, StorageFailure>) -> Void]] = [:]

    var collecting = CollectedBatch()
    /// Batches on their way to the journal, oldest first: one at most.
    var sent: [CollectedBatch] = []
    var isFlushPosted = false
    /// How many commits the batch had that was sent last.
    var lastBatch = 0
    /// The latest ticket of each user that is not settled.
    var unsettled: [UserID: Ticket] = [:]
    /// What is durable and not in the readable files yet.
    var backlog = Backlog()
    var isAppending = false
    var appendTimer: TimerID?
    var afterAppending: [() -> Void] = []
    var sealTimer: TimerID?
    var checkpointTimer: TimerID?
    var bytesSinceCheckpoint = 0
    var spaceMeasuredAt: UInt64 = 0
    var isMeasuring = false
    /// Free space is below the limit.
    package internal(set) var isFull = false
    /// Set for good: closed, or the journal could not be synced.
    var end: StorageFailure?
    /// The newest record in the journal at start; what R is measured from.
    let newestAtStart: Timestamp?
    var oldestRetainedSeq: Int64
    /// When the oldest segment of the start began.
    let journalSince: Timestamp?
    /// The first segment of this process.
    let ownSegment: Int64

    init(
        loop: any Loop, queue: any WorkQueue, journalQueue: any WorkQueue, options: StoreOptions, thread: DiskThread, format: FolderFormat,
        scan: JournalScan
    ) {
        self.loop = loop
        self.queue = queue
        self.journalQueue = journalQueue
        self.options = options
        self.thread = thread
        self.format = format
        nextSeq = scan.lastSeq + 1
        nextBatch = scan.lastBatch + 1
        bookMarks = MarkShelf(scan.books)
        erasures = scan.erased.mapValues { Erasure(at: $0.at, segment: $0.segment) }
        documentMarks = scan.documents
        cache = DocumentCache(entryLimit: options.documentCacheEntries, byteLimit: options.documentCacheBytes)
        newestAtStart = scan.newest
        journalSince = scan.segments.first { $0.header != nil }?.header?.at
        oldestRetainedSeq = scan.completeFrom
        ownSegment = thread.journal.number
        var segments = scan.segments.map {
            JournalShelf.Segment(number: $0.number, bytes: $0.bytes, firstSeq: $0.firstSeq, hasIndex: $0.isIndexed)
        }
        segments.append(JournalShelf.Segment(number: ownSegment, bytes: thread.journal.bytes, firstSeq: nil))
        shelf = JournalShelf(segments, options: options)
    }

    /// Locks the folder, checks whose it is, reads the journal, mends its end and opens a new segment. Blocks; called before serving.
    ///
    /// Start-up time and memory depend on the journal, not on the number of users. Each queue does one job after the other; with a
    /// `journalQueue` of its own a batch does not wait while readable files are written and synced.
    package static func open(
        disk: any Disk, queue: any WorkQueue, journalQueue: (any WorkQueue)? = nil, loop: any Loop, options: StoreOptions = StoreOptions()
    ) throws(StorageFailure) -> sending Store {
        let now = Timestamp(microseconds: loop.wallMicroseconds)
        let lock = try DataFolder.lock(disk, options: options, at: now)
        var format = try DataFolder.claim(disk, options: options, at: now)
        DataFolder.sign(disk, options: options, instance: format.id, at: now)
        let files = LimitedDisk(disk, openFiles: options.openFiles)
        let audit = AuditFiles(disk: files, notice: options.notice)
        try audit.recover(at: now)
        func writeAudit(_ backlog: [AuditBacklog]) throws(StorageFailure) {
            do {
                try audit.append(backlog)
            } catch {
                throw DataFolder.translate(error, disk)
            }
        }
        let scan = JournalScan(disk: disk, auditFrom: audit.lastSeq, notice: options.notice, takeAudit: writeAudit)
        scan.without = options.without
        try scan.run()
        if scan.segments.isEmpty, scan.tail.bytes == 0 { try DataFolder.checkFresh(disk) }
        try scan.settleEnd(heals: true, at: now) { key, v, sum throws(StorageFailure) in
            try BookLoader.metaHolds(key, v: v, sum: sum, on: disk, limitBytes: options.bookFileLimitBytes)
        }
        try scan.dropOvertaken()
        try writeAudit(scan.audit)
        do {
            if try !format.isInPlace(disk) {
                scan.lastSeq += FolderFormat.numbersLeftOut
                format.loginsAfter = scan.lastSeq
                try format.write(disk)
                options.notice(StorageNotice(.warning, "folder_was_copied", ["logins": "all forgotten"]))
            }
        } catch {
            throw DataFolder.translate(error, disk)
        }
        // Also when a crash came between that and the next segment, which has it from then on; and the audit may name records that damage
        // took from the journal, whose numbers must not be given again.
        scan.lastSeq = max(scan.lastSeq, format.loginsAfter, audit.lastSeq)
        try SegmentIndex.removeStrays(on: disk)
        let newest = scan.segments.last
        let journal = JournalWriter(
            disk: disk, options: options, number: newest?.number ?? 0, id: newest.map { $0.header?.id ?? "lost" } ?? SegmentHeader.genesis,
            lastSeq: scan.lastSeq, lastBatch: scan.lastBatch, at: now)
        do {
            try journal.rotate(at: now)
        } catch {
            switch error {
            case .nothingStored(let failure), .unknown(let failure): throw failure
            }
        }
        let thread = DiskThread(disk: files, options: options, lock: lock, journal: journal, audit: audit)
        thread.takeBallast()
        let free = thread.measure()
        let store = Store(
            loop: loop, queue: queue, journalQueue: journalQueue ?? queue, options: options, thread: thread, format: format, scan: scan)
        store.spaceMeasuredAt = loop.monotonicNanoseconds
        if let free { store.isFull = free < options.minimumFreeBytes }
        // Timers belong to the loop's own thread, and this may be another one: nobody else has the store before the loop runs.
        nonisolated(unsafe) let made = store
        loop.post { made.scheduleTidying(after: options.tidyInterval) }
        return store
    }

    var now: Timestamp { Timestamp(microseconds: loop.wallMicroseconds) }

    /// Runs `job` on the disk thread and `done` with its result on the loop.
    func onDisk<Value: Sendable>(_ job: @escaping @Sendable (DiskThread) -> Value, then done: @escaping (Value) -> Void) {
        let thread = thread
        hand({ job(thread) }, to: queue, then: done)
    }

    /// Runs `job` on the journal's thread and `done` with its result on the loop.
    func onJournal<Value: Sendable>(_ job: @escaping @Sendable (JournalWriter) -> Value, then done: @escaping (Value) -> Void) {
        // Safe although the writer has no lock: after `open` only jobs of this queue touch it, one at a time.
        nonisolated(unsafe) let journal = thread.journal
        hand({ job(journal) }, to: journalQueue, then: done)
    }

    private func hand<Value: Sendable>(
        _ job: @escaping @Sendable () -> Value, to queue: any WorkQueue, then done: @escaping (Value) -> Void
    ) {
        let loop = loop
        // Safe although neither is sendable: both are used on the loop only, the other thread carries them there without looking.
        nonisolated(unsafe) let done = done
        nonisolated(unsafe) let store = self
        queueLength += 1
        queue.submit {
            let value = job()
            loop.post {
                store.queueLength -= 1
                done(value)
            }
        }
    }

    /// Runs `body` on the loop after `delay`.
    func after(_ delay: Duration, _ body: @escaping () -> Void) -> TimerID {
        nonisolated(unsafe) let body = body
        return loop.schedule(after: delay) { body() }
    }

    /// Stores everything that was committed, brings the readable files up to date, seals the journal and lets go of the folder.
    ///
    /// Commits that come after fail with `.closed`.
    package func close() async {
        await withCheckedContinuation { continuation in close { continuation.resume() } }
    }

    /// As `close()`, for callers that cannot wait.
    package func close(_ done: @escaping () -> Void) {
        if end == nil { end = .closed }
        whenIdle { [self] in
            for timer in [sealTimer, checkpointTimer, appendTimer, forgetting.timer].compactMap({ $0 }) { loop.cancel(timer) }
            (sealTimer, checkpointTimer, appendTimer, forgetting.timer) = (nil, nil, nil, nil)
            appendBacklog { [self] in
                let now = now
                onDisk { thread in
                    thread.checkpoint()
                } then: { [self] _ in
                    let thread = thread
                    onJournal { _ in
                        thread.close(at: now)
                    } then: { [self] failure in
                        if let failure { options.notice(StorageNotice(.error, "not_closed_clean", ["why": "\(failure)"])) }
                        done()
                    }
                }
            }
        }
    }

    /// Calls `body` when no batch is collected or on its way.
    private func whenIdle(_ body: @escaping () -> Void) {
        guard let ticket = collecting.entries.last?.ticket ?? sent.last?.entries.last?.ticket else { return body() }
        ticket.whenSettled { [self] _ in whenIdle(body) }
    }
}
