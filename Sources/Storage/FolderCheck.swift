// The walk of a check through the folder, name by name: books, documents, audit. What it is for and what it counts: `StoreCheck`.

import Platform
import Trading
import Wire

/// One check of one folder.
final class FolderCheck {
    private let disk: any Disk
    private let format: FolderFormat
    private var journal: CheckedJournal
    private let startedAt: Timestamp?
    private let progress: (CheckProgress) -> Void
    private let report: (CheckLine) -> Void
    private(set) var summary = CheckSummary()
    /// What was in trouble at the first look; of the books, those that still are at the end.
    private(set) var doubtfulBooks: [BookKey] = []
    private var doubtfulDocuments: [DocumentPath] = []
    private var isSecondLook = false
    private var usersWithBooks: Set<UserID> = []

    /// Names that a summary lists of each kind.
    package static let namedLimit = 1_000
    /// Progress is told after so many books or documents.
    static let toldSteps = 64

    init(
        disk: any Disk, format: FolderFormat, journal: CheckedJournal, startedAt: Timestamp? = nil,
        progress: @escaping (CheckProgress) -> Void = { _ in }, report: @escaping (CheckLine) -> Void
    ) {
        self.disk = disk
        self.format = format
        self.journal = journal
        self.startedAt = startedAt
        self.progress = progress
        self.report = report
    }

    /// Checks everything.
    func run() throws(StorageFailure) {
        summary.segments = journal.segments
        summary.journalBytes = journal.bytes
        summary.journalSince = journal.since
        summary.newestAct = journal.newest
        try books()
        try documents()
        if !doubtfulBooks.isEmpty || !doubtfulDocuments.isEmpty {
            isSecondLook = true
            journal = try CheckedJournal.read(disk, format)
            let looked = doubtfulBooks
            doubtfulBooks = []
            for key in looked { check(key) }
            for path in doubtfulDocuments { check(path, journal.documents[path]) }
        }
        try audit()
    }

    func count(_ verdict: CheckLine.Verdict) {
        switch verdict {
        case .proven: summary.proven += 1
        case .remark: summary.remarks += 1
        case .trouble: summary.troubles += 1
        }
    }

    func tell(_ verdict: CheckLine.Verdict, _ text: String) {
        count(verdict)
        report(CheckLine(verdict: verdict, text: text))
    }

    // MARK: Books

    private func books() throws(StorageFailure) {
        var users: Set<UserID> = []
        try list("paper") { entry in
            guard entry.isDirectory, let user = UserID(stored: entry.name), user.text == entry.name else {
                return tell(.remark, "paper/\(entry.name) is not a user's folder and is left alone.")
            }
            users.insert(user)
        }
        var marked: [UserID: [BookKey]] = [:]
        for key in journal.marks.keys { marked[key.user, default: []].append(key) }
        users.formUnion(marked.keys)
        summary.users = users.count
        usersWithBooks = users
        for (index, user) in users.sorted().enumerated() {
            if index % FolderCheck.toldSteps == 0 { progress(CheckProgress(stage: .books, done: index, total: users.count)) }
            for key in try keys(of: user, marked: marked[user] ?? []) {
                summary.books += 1
                check(key)
            }
        }
        progress(CheckProgress(stage: .books, done: users.count, total: users.count))
    }

    /// The books of a user that have files or records.
    private func keys(of user: UserID, marked: [BookKey]) throws(StorageFailure) -> [BookKey] {
        var keys = Set(marked)
        let key = BookKey(user: user, book: .default)
        try list(key.directory) { entry in
            if entry.isDirectory {
                if let name = BookName(entry.name) { keys.insert(BookKey(user: user, book: name)) }
            } else if entry.name.hasPrefix("user_") {
                keys.insert(key)
            }
        }
        return keys.sorted()
    }

    private func check(_ key: BookKey) {
        let name = FolderCheck.name(key)
        let loader = journal.loader(of: key, format)
        // A copy may have what was left of the files, and of the journal only what came later.
        if journal.erased.contains(key.user) || loader.hasTombstone(on: disk) {
            return tell(.remark, "\(name) was erased; what is left of the files goes when no copy can need it.")
        }
        var found: [String] = []
        do throws(StorageFailure) {
            let looked = try loader.inspect(on: disk)
            found = looked.book.snapshot.map { Reconciliation.problems(of: $0).map { "\(name): \($0)." } } ?? []
            if found.isEmpty {
                for remark in looked.remarks {
                    tell(.remark, Store.line(StorageNotice(.warning, remark.event, remark.fields)).text)
                }
                guard let snapshot = looked.book.snapshot else {
                    return tell(
                        .remark,
                        usersWithBooks.contains(key.user)
                            ? "\(name): files without any proven act, set aside at the next use."
                            : "\(name): opened, and without any act so far.")
                }
                count(snapshot)
                vouch(for: key, lastActAt: looked.lastActAt)
                return tell(
                    .proven,
                    "\(name): \(looked.book.chain.v) acts in \(looked.lines) lines, \(snapshot.orders.count) orders, "
                        + "\(snapshot.trades.count) trades, \(snapshot.positions.count) positions, cash \(snapshot.meta.cash.text).")
            }
        } catch {
            found = ["\(name): \(error)"]
        }
        doubtfulBooks.append(key)
        guard isSecondLook else { return }
        for problem in found { tell(.trouble, problem) }
        if summary.closedBooks.count < FolderCheck.namedLimit { summary.closedBooks.append(name) }
    }

    static func name(_ key: BookKey) -> String { key.book == .default ? key.user.text : "\(key.user) \(key.book)" }

    private func count(_ snapshot: PaperSnapshot) {
        summary.orders += snapshot.orders.count
        summary.trades += snapshot.trades.count
        summary.positions += snapshot.positions.count
        summary.cash += snapshot.meta.cash
    }

    /// A book is as new as the start when the journal has everything since then, or when its own newest act is not older.
    private func vouch(for key: BookKey, lastActAt: Timestamp?) {
        guard let startedAt, journal.since.map({ $0 > startedAt }) ?? true else { return }
        if let lastActAt, lastActAt >= startedAt { return }
        summary.olderCount += 1
        if summary.olderThanStart.count < FolderCheck.namedLimit { summary.olderThanStart.append(FolderCheck.name(key)) }
    }

    // MARK: Documents

    private func documents() throws(StorageFailure) {
        for folder in DocumentPath.Folder.allCases { try documents(below: folder.rawValue) }
        for (path, mark) in journal.documents.under("").sorted(by: { $0.key < $1.key }) where !mark.isDeleted { check(path, mark) }
    }

    private func documents(below directory: String) throws(StorageFailure) {
        var folders: [String] = []
        try list(directory) { entry in
            if entry.isDirectory { return folders.append(directory + "/" + entry.name) }
            guard !entry.name.hasPrefix(".") else { return }
            guard entry.name.hasSuffix(".json"), let path = DocumentPath(directory + "/" + entry.name.dropLast(5)) else {
                return tell(.remark, "\(directory)/\(entry.name) is not a document and is left alone.")
            }
            if journal.documents[path] == nil { check(path, nil) }
        }
        for folder in folders.sorted() { try documents(below: folder) }
    }

    private func check(_ path: DocumentPath, _ mark: DocumentMark?) {
        if !isSecondLook {
            summary.documents += 1
            if path.folder == .users { summary.accounts += 1 }
            if summary.documents % FolderCheck.toldSteps == 0 {
                progress(CheckProgress(stage: .documents, done: summary.documents, total: 0))
            }
        }
        do throws(StorageFailure) {
            let document = try Documents.load(path, mark: mark, loginsAfter: 0, on: disk, mends: false)
            if path.folder == .users, let value = document.value { checkOpened(UserRecord(document: value)) }
        } catch {
            guard isSecondLook else { return doubtfulDocuments.append(path) }
            tell(.trouble, "\(path): \(error)")
        }
    }

    /// An account that says it has a book, and neither files nor records of one are there.
    private func checkOpened(_ account: UserRecord?) {
        guard let account, account.paperOpened != nil, !usersWithBooks.contains(account.id), !isSecondLook else { return }
        summary.books += 1
        check(BookKey(user: account.id, book: .default))
    }

    // MARK: Audit

    /// Every line's checksum and the chain of hashes through all days.
    private func audit() throws(StorageFailure) {
        do {
            var previous: String?
            let days = try AuditFiles.days(on: disk)
            // The newest file is not synced with each act: what the journal still has of it, the next start writes again.
            var lastSeq: Int64 = 0
            for (index, day) in days.enumerated() {
                progress(CheckProgress(stage: .audit, done: index, total: days.count))
                let path = AuditFiles.path(day)
                var number = 0
                try LineStream.read(try disk.open(path, for: .reading)) { line in
                    number += 1
                    summary.auditLines += 1
                    guard SealedLine.check(line.bytes) != nil else {
                        if day == days.last, journal.oldestSeq <= lastSeq + 1 {
                            tell(
                                .remark,
                                "\(path), from line \(number) on, is torn or damaged; the next start writes it anew from the journal.")
                            return false
                        }
                        tell(line.isTerminated ? .trouble : .remark, "\(path), line \(number) is damaged.")
                        return true
                    }
                    lastSeq = AuditFiles.seq(line.bytes) ?? lastSeq
                    var row = RowReader(line.bytes)
                    let stated = row.text("prev")
                    if let previous, stated != previous {
                        tell(.trouble, "\(path), line \(number) does not continue the line before.")
                    }
                    previous = Crypto.hex(Crypto.sha256(line.bytes))
                    return true
                }
            }
        } catch let failure as DiskFailure {
            throw .io(failure)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk fails here: \(error)")
        }
    }

    /// Names of a folder; a missing one is empty.
    private func list(_ directory: String, _ visit: (DirectoryEntry) -> Void) throws(StorageFailure) {
        do {
            guard try disk.status(of: directory) != nil else { return }
            try disk.list(directory) { entry in
                visit(entry)
                return true
            }
        } catch {
            throw .io(error)
        }
    }
}
