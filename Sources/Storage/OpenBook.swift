// What the store keeps in memory of a book, and of acts between their commit and the readable files.

import Trading

/// A book that was asked for. What it holds is the house's; here is only where its files and its chain stand.
final class OpenBook {
    enum Phase {
        /// Being read, or installed; who waits for that.
        case busy([(Result<PaperSnapshot?, StorageFailure>) -> Void])
        case ready
        /// A commit failed: what memory holds may be ahead of the disk, so it has to be loaded again.
        case stale
        case quarantined(String)
    }

    var phase: Phase
    var chain = ActChain()
    /// The last durable transaction.
    var durableV: Int64 = 0
    var durableCRC: UInt32 = 0
    /// What was handed to the disk thread for its files, and what of that was synced since.
    var appendedV: Int64 = 0
    var appendedCRC: UInt32 = 0
    var syncedV: Int64 = 0
    /// The segment of its last durable record of this process; 0 for none.
    var newestSegment: Int64 = 0
    /// Its files are left alone since an append did not work or somebody edited them; the journal has everything.
    var isHeld = false
    /// Somebody edited them: people have to look before anything is written there.
    var isEdited = false
    /// The generation that an install of this process made valid; 0 for none.
    var installedGeneration: Int64 = 0
    /// Commits whose tickets are open.
    var unsettled = 0

    init(phase: Phase) { self.phase = phase }

    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }
    var isStale: Bool {
        if case .stale = phase { true } else { false }
    }
    var isBusy: Bool {
        if case .busy = phase { true } else { false }
    }
}

/// One commit between its turn and its durability.
struct CollectedEntry {
    /// The chain of a book after an act, and where the act's rows stand in its record.
    struct BookChange {
        let key: BookKey
        let v: Int64
        let crc: UInt32
        let generation: Int64
        /// Nil for an install, whose lines are in its files already.
        let slices: RowSlices?
        let time: Range<Int>
    }

    let ticket: Ticket
    let user: UserID
    let seq: Int64
    /// Where the record stands in its batch.
    var record: Range<Int>
    /// The book and its chain after the act.
    let book: BookChange?
    let documents: [(path: DocumentPath, dv: Int64, line: [UInt8]?)]
    let audit: AuditBacklog?
}

/// Commits that become durable together.
struct CollectedBatch {
    var bytes: [UInt8] = []
    var members: [BatchMember] = []
    var entries: [CollectedEntry] = []

    var isEmpty: Bool { entries.isEmpty }

    init() {}

    /// With room for about as much as the batch before it had.
    init(expecting earlier: CollectedBatch) {
        bytes.reserveCapacity(earlier.bytes.count)
        members.reserveCapacity(earlier.members.count)
        entries.reserveCapacity(earlier.entries.count)
    }

    /// A batch is closed at this many bytes or members; what comes after forms the next. A batch line names every member.
    static let limitBytes = 8 << 20
    static let limitMembers = 4_096
}

/// What is durable in the journal and has yet to be written to the readable files.
struct Backlog {
    /// The acts that one book's files have yet to be given. Their lines are made by the disk thread, which has the time.
    struct Book {
        let generation: Int64
        var acts: [DurableAct] = []
        var bytes = 0
        var v: Int64 { acts.last?.v ?? 0 }
        var crc: UInt32 { acts.last?.crc ?? 0 }
    }

    var books: [BookKey: Book] = [:]
    var documents: [DocumentPath: (line: [UInt8]?, versions: Int)] = [:]
    var audit: [AuditBacklog] = []
    var bytes = 0
    /// Books and documents in the order in which they came, also some that were taken out meanwhile.
    private var bookQueue: [BookKey] = []
    private var documentQueue: [DocumentPath] = []

    var isEmpty: Bool { books.isEmpty && documents.isEmpty && audit.isEmpty }

    /// Adds an act that is durable. What it takes is counted as the bytes of its record, about what its lines will be.
    mutating func add(_ key: BookKey, generation: Int64, _ act: DurableAct) {
        func put(_ book: inout Book) -> Bool {
            book.acts.append(act)
            book.bytes += act.record.count
            return book.acts.count == 1
        }
        if put(&books[key, default: Book(generation: generation)]) { bookQueue.append(key) }
        bytes += act.record.count
    }

    /// Adds the newest line of a document, or nil for its end.
    mutating func add(_ path: DocumentPath, _ line: [UInt8]?) {
        let versions = documents[path]?.versions
        if versions == nil { documentQueue.append(path) }
        documents[path] = (line, (versions ?? 0) + 1)
        bytes += line?.count ?? 0
    }

    /// Puts back a document that could not be written; a newer line stays.
    mutating func putBack(_ path: DocumentPath, _ line: [UInt8]?, versions: Int) {
        let newer = documents[path]
        if newer == nil { documentQueue.append(path) }
        documents[path] = (newer.map(\.line) ?? line, versions + (newer?.versions ?? 0))
    }

    /// Takes out the books that came first.
    mutating func takeBooks(_ limit: Int) -> [(key: BookKey, book: Book)] {
        Backlog.take(&bookQueue, limit) { key in books.removeValue(forKey: key).map { (key, $0) } }
    }

    /// Takes out the documents that came first.
    mutating func takeDocuments(_ limit: Int) -> [(path: DocumentPath, line: [UInt8]?, versions: Int)] {
        Backlog.take(&documentQueue, limit) { path in documents.removeValue(forKey: path).map { (path, $0.line, $0.versions) } }
    }

    /// Up to `limit` of those that still wait. A name is not sorted for: with thousands waiting that would cost more than writing.
    private static func take<Name, Found>(_ queue: inout [Name], _ limit: Int, _ find: (Name) -> Found?) -> [Found] {
        var found: [Found] = []
        var taken = 0
        while taken < queue.count, found.count < limit {
            if let one = find(queue[taken]) { found.append(one) }
            taken += 1
        }
        queue.removeFirst(taken)
        return found
    }
}
