// Reading a book: the four files and the journal become one state that is a prefix of the book's history, or the book is closed.
// What a file's lines are is in `BookFileText`; what their rows say in `PaperBooks+Reading`.

import Platform
import Trading

/// A book as it was read.
struct LoadedBook: Sendable {
    /// Nil when nothing ever happened in it.
    let snapshot: PaperSnapshot?
    let chain: BookChain
    /// There was no room to put its files right: they stay as they are until there is, and the journal has the rest.
    var areFilesBehind = false
}

/// Loads one book. A value, so that it can be handed to the disk thread.
struct BookLoader: Sendable {
    let key: BookKey
    /// What the journal proves of it.
    let mark: BookMark?
    /// Lines of records before this one cannot be looked up in the journal any more.
    let oldestRetainedSeq: Int64
    /// When the oldest segment began that the journal still has; from then on it has every record.
    let journalSince: Timestamp?
    /// What the journal knows of the user's account, which tells whether there should be files.
    let accountMark: DocumentMark?
    /// What the journal has of the user's list of books.
    let listMark: DocumentMark?
    let newestAtStart: Timestamp?
    let retention: Duration
    let limitBytes: Int
    let now: Timestamp
    /// Rules that tests leave out.
    var without: Set<ProtocolRule> = []
    /// Takes all archives there are, whatever the files say of them.
    var ignoresBases: Bool { without.contains(.archiveOnlyUpToBase) }

    /// Reads the book, puts its files right and says what was left of them.
    ///
    /// With `rewrites` every file gets a new inode, whether it needs one or not.
    func load(
        on disk: any Disk, _ files: BookFiles, _ notice: (StorageNotice) -> Void, rewrites: Bool = false
    ) throws(StorageFailure) -> LoadedBook {
        if hasTombstone(on: disk) { throw .userErased(key.user) }
        let texts = try readFiles(on: disk, mends: true)
        guard let texts else {
            try settleAbsence(on: disk)
            files.adopt(key, LeftFiles())
            return LoadedBook(snapshot: nil, chain: BookChain())
        }
        var walk = BookWalk(key: key, texts: texts, mark: mark, oldestRetainedSeq: oldestRetainedSeq, without: without)
        try walk.run(on: disk)
        for remark in walk.remarks { notice(remark) }
        let snapshot = try walk.snapshot()
        if let snapshot {
            for problem in Reconciliation.problems(of: snapshot) {
                notice(
                    StorageNotice(
                        .warning, "book_does_not_add_up", ["user": key.user.text, "book": key.book.text, "what": problem]))
            }
        }
        do {
            files.adopt(key, LeftFiles(marks: try mend(walk, on: disk, files, notice, rewrites: rewrites), chain: walk.chain))
        } catch  where error.kind == .noSpace && !rewrites {
            // Reading goes on on a full disk. What was half written at a file's end is cut when the book is read again.
            files.forget(key)
            notice(
                StorageNotice(.error, "book_files_held", ["user": key.user.text, "book": key.book.text, "why": "\(error)"]))
            return LoadedBook(snapshot: snapshot, chain: walk.chain, areFilesBehind: true)
        } catch {
            throw DataFolder.translate(error, disk)
        }
        return LoadedBook(snapshot: snapshot, chain: walk.chain)
    }

    func with(mark: BookMark) -> BookLoader {
        BookLoader(
            key: key, mark: mark, oldestRetainedSeq: oldestRetainedSeq, journalSince: journalSince,
            accountMark: accountMark, listMark: listMark, newestAtStart: newestAtStart, retention: retention, limitBytes: limitBytes,
            now: now,
            without: without)
    }

    /// What the files hold without the journal, walked to their end; throws when that is not what the mark says.
    func walkAlone(on disk: any Disk) throws(StorageFailure) -> BookWalk {
        guard let texts = try readFiles(on: disk, mends: false, besides: false) else { throw quarantine("it has no files") }
        var walk = BookWalk(key: key, texts: texts, mark: mark, oldestRetainedSeq: oldestRetainedSeq, usesJournal: false, without: without)
        try walk.run(on: disk)
        for file in BookFile.allCases where walk.repair(of: file) != .none { throw quarantine("\(key.path(file)) is not complete") }
        return walk
    }

    /// The last version that the files hold without the journal, and how long the longest of them is; throws when that is not what
    /// the mark says.
    func prove(on disk: any Disk) throws(StorageFailure) -> (v: Int64, longestBytes: Int) {
        let walk = try walkAlone(on: disk)
        return (walk.chain.v, walk.texts.map(\.bytes.count).max() ?? 0)
    }

    /// Reads the book and changes nothing.
    ///
    /// `lastActAt` is when the newest act that counts was stored.
    func inspect(
        on disk: any Disk
    ) throws(StorageFailure) -> (book: LoadedBook, remarks: [StorageNotice], lines: Int, lastActAt: Timestamp?) {
        guard let texts = try readFiles(on: disk, mends: false) else {
            return (LoadedBook(snapshot: nil, chain: BookChain()), [], 0, nil)
        }
        var walk = BookWalk(key: key, texts: texts, mark: mark, oldestRetainedSeq: oldestRetainedSeq, without: without)
        try walk.run(on: disk)
        let lines = texts.reduce(0) { $0 + $1.lines.count }
        return (LoadedBook(snapshot: try walk.snapshot(), chain: walk.chain), walk.remarks, lines, walk.lastActAt)
    }

    /// Reads the book with the epochs that resets ended, and changes nothing.
    func history(on disk: any Disk) throws(StorageFailure) -> PaperHistory? {
        guard let texts = try readFiles(on: disk, mends: false) else { return nil }
        var walk = BookWalk(key: key, texts: texts, mark: mark, oldestRetainedSeq: oldestRetainedSeq)
        try walk.run(on: disk)
        return try walk.history()
    }

    /// Whether a book's meta file has the line of transaction `v` with that checksum of its journal record.
    static func metaHolds(_ key: BookKey, v: Int64, sum: UInt32?, on disk: any Disk, limitBytes: Int) throws(StorageFailure) -> Bool {
        let bytes: [UInt8]?
        do {
            bytes = try disk.readAll(key.path(.meta), limitBytes: limitBytes)
        } catch {
            throw .io(error)
        }
        guard let bytes else { return false }
        let text = BookFileText(.meta, bytes)
        guard let line = text.lines.last(where: { $0.v == v }) else { return false }
        return bytes.withUnsafeBytes { bytes in
            var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[line.start..<line.end]))
            return row.sum("jc") == sum
        }
    }

    // MARK: Files

    /// The four files in memory, an absent one as empty; nothing for a book that does not exist.
    private func readFiles(on disk: any Disk, mends: Bool, besides: Bool = true) throws(StorageFailure) -> [BookFileText]? {
        var texts: [BookFileText] = []
        do {
            if mends { try removeTemporaries(on: disk) }
            for file in BookFile.allCases {
                var text = BookFileText(file, try disk.readAll(key.path(file), limitBytes: limitBytes) ?? [])
                // An install whose files have not got their own names yet: they stand beside them.
                if besides, let generation = mark?.generation, generation > 0, file != .meta, text.header?.generation ?? 0 < generation,
                    let newer = try disk.readAll(key.path(file, generation: generation), limitBytes: limitBytes)
                {
                    text = BookFileText(file, newer)
                    text.isBeside = true
                }
                if file == .orders || file == .trades { text.archives = try archives(of: file, text.header, on: disk) }
                if let version = text.newerVersion { throw StorageFailure.newerFormat(file: key.path(file), version: version) }
                texts.append(text)
            }
        } catch let failure as DiskFailure {
            throw .io(failure)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk and the format fail here: \(error)")
        }
        guard mark == nil else { return texts }
        if texts[BookFile.meta.rawValue].bytes.isEmpty {
            // Without meta and without a record nothing was ever made valid: an install that a crash cut short.
            try checkNewUser(on: disk)
            let strays = texts.filter { !$0.bytes.isEmpty }.map { key.path($0.file) }
            if !strays.isEmpty {
                if texts.contains(where: { $0.header?.baseV == 0 && !$0.lines.isEmpty }) {
                    throw quarantine("its meta file is missing")
                }
                if mends {
                    do {
                        try Quarantine.move(strays, as: key.user.text, on: disk, at: now)
                    } catch {
                        throw .io(error)
                    }
                }
            }
            return nil
        }
        return texts
    }

    /// Files that were set aside, now or by a process that was killed before it could sync that, never come back beside a new book.
    private func settleAbsence(on disk: any Disk) throws(StorageFailure) {
        do throws(DiskFailure) {
            if try disk.status(of: key.directory) != nil { try disk.syncDirectory(key.directory) }
        } catch {
            throw .io(error)
        }
    }

    /// What the file gave away; fewer than its header says when one is missing or not what it must be.
    func archives(of file: BookFile, _ header: BookHeader?, on disk: any Disk) throws(DiskFailure) -> [BookArchive] {
        guard let header else { return [] }
        var found: [BookArchive] = []
        for part in header.parts.numbers {
            guard let bytes = try disk.readAll(key.archivePath(file, part), limitBytes: limitBytes),
                let archive = BookArchive(file, part: part, bytes), archive.header.generation == header.generation,
                archive.header.v <= header.baseV
            else { break }
            found.append(archive)
        }
        guard ignoresBases else { return found }
        for part in try key.archives(file, on: disk) where !header.parts.numbers.contains(part) {
            guard let bytes = try disk.readAll(key.archivePath(file, part), limitBytes: limitBytes) else { continue }
            if let archive = BookArchive(file, part: part, bytes) { found.append(archive) }
        }
        return found
    }

    /// Whether the account says that the user was erased. An account that cannot be read says nothing.
    func hasTombstone(on disk: any Disk) -> Bool {
        guard key.user != .legacyDefault else { return false }
        do {
            return Tombstone.isOne(try Documents.load(.user(key.user), mark: nil, loginsAfter: 0, on: disk, mends: false).value)
        } catch {
            return false
        }
    }

    /// No files mean a new user only when the account says so.
    private func checkNewUser(on disk: any Disk) throws(StorageFailure) {
        guard let newestAtStart, key.user != .legacyDefault || key.book != .default else { return }
        let opened: Timestamp?
        if key.book == .default {
            let account = try Documents.load(.user(key.user), mark: accountMark, loginsAfter: 0, on: disk, mends: false)
            opened = account.value?["paper_opened"]?.string.flatMap { Timestamp(rfc3339: $0) }
        } else {
            let list = try Documents.load(.books(key.user), mark: listMark, loginsAfter: 0, on: disk, mends: false)
            opened = list.value.flatMap(BookList.init(document:))?[key.book]?.openedAt
        }
        guard let opened else { return }
        // What was opened since the journal began, and is not in it, never became durable.
        if newestAtStart - opened > retention || journalSince.map({ $0 > opened }) ?? true {
            throw quarantine("its files are missing, though it was opened at \(opened.utcText)")
        }
    }

    /// What an interrupted replacement left behind.
    private func removeTemporaries(on disk: any Disk) throws(DiskFailure) {
        guard try disk.status(of: key.directory) != nil else { return }
        var names: [String] = []
        try disk.list(key.directory) { entry in
            if entry.name.hasPrefix(".tmp-") { names.append(entry.name) }
            return true
        }
        for name in names { try disk.remove(key.directory + "/" + name) }
    }

    /// Makes the files what the walk accepted, and says what was left. A file that only lacks lines at its end gets those.
    private func mend(
        _ walk: BookWalk, on disk: any Disk, _ files: BookFiles, _ notice: (StorageNotice) -> Void, rewrites: Bool
    ) throws(DiskFailure) -> [FileMark?] {
        guard walk.chain.v > 0 else {
            // A copy may have files whose records it has not; nothing of them counts.
            var strays: [String] = []
            for path in BookFile.allCases.map({ key.path($0) }) where try disk.status(of: path) != nil { strays.append(path) }
            if !strays.isEmpty { try Quarantine.move(strays, as: key.user.text, on: disk, at: now) }
            return [nil, nil, nil, nil]
        }
        try files.makeDirectory(of: key)
        var left: [FileMark?] = []
        for file in BookFile.allCases {
            let path = key.path(file)
            let status = try disk.status(of: path)
            let repair = rewrites ? .rewrite : walk.repair(of: file)
            switch repair {
            case .none where status != nil:
                break
            case .append(let lines) where status != nil && status?.bytes == Int64(walk.texts[file.rawValue].bytes.count):
                try disk.open(path, for: .updating).write(lines, at: status?.bytes ?? 0)
            default:
                notice(StorageNotice(.info, "file_rewritten", ["file": path]))
                left.append(try files.replace(path, with: walk.content(of: file)))
                continue
            }
            guard let found = try disk.status(of: path) else { throw DiskFailure(.notFound, "find again", path) }
            left.append(FileMark(inode: found.inode, bytes: found.bytes))
        }
        return left
    }

    private func quarantine(_ why: String) -> StorageFailure { .quarantined(key.user, key.book, why: why) }
}
