// Proving a data folder by reading only: every document, every book, every sum. For `tradehouse check`, for backups and for tests;
// nothing is written and no lock is taken, so it works beside a running server and on a copy that nobody may touch. The walk through
// the folder is `FolderCheck`.

import Platform
import Trading
import Wire

/// One finding.
package struct CheckLine: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        /// A book whose chain, lines and sums are right.
        case proven
        /// What the next start puts right by itself.
        case remark
        /// What is damaged, or does not add up.
        case trouble
    }

    package let verdict: Verdict
    /// One sentence, the file or user first.
    package let text: String
}

/// How far a check has come.
package struct CheckProgress: Sendable, Equatable {
    package enum Stage: String, Sendable { case journal, books, documents, audit }

    package let stage: Stage
    package let done: Int
    /// 0 where it is not known before.
    package let total: Int
}

/// What a check found, counted. Lists of names are cut at `FolderCheck.namedLimit`, the counts are whole.
package struct CheckSummary: Sendable, Equatable {
    /// Accounts: documents below `users/`.
    package var accounts = 0
    /// Users with a book.
    package var users = 0
    package var books = 0
    package var proven = 0
    package var remarks = 0
    package var troubles = 0
    package var orders = 0
    package var trades = 0
    package var positions = 0
    /// The sum of all books' cash.
    package var cash = Money.zero
    package var documents = 0
    package var auditLines = 0
    /// Books that cannot be proven: closed by the server, or their figures do not add up.
    package var closedBooks: [String] = []
    package var segments = 0
    package var journalBytes: Int64 = 0
    /// When the oldest retained segment was opened: from then on the journal has every act.
    package var journalSince: Timestamp?
    /// The newest act in the journal.
    package var newestAct: Timestamp?
    /// With a start asked for: users whose newest act is older than it and whom the journal does not vouch for either.
    package var olderThanStart: [String] = []
    package var olderCount = 0

    /// How far back the journal reaches from its newest act: as old as that a hot copy may be at its end.
    package var window: Duration { newestAct.flatMap { newest in journalSince.map { newest - $0 } } ?? .zero }
    package var isProven: Bool { troubles == 0 }
}

extension Store {
    /// Reads the whole folder and reports every book and every finding, one after the other, in bounded memory per book.
    ///
    /// Beside a running server a file may change between two looks at it: what is in trouble is looked at once more, with the journal
    /// read anew, before it is reported. The newest acts may show as remarks. `startedAt` asks who could be older than that moment,
    /// for a copy that began then.
    @discardableResult
    package static func check(
        disk: any Disk, startedAt: Timestamp? = nil, progress: @escaping (CheckProgress) -> Void = { _ in },
        report: @escaping (CheckLine) -> Void
    ) throws(StorageFailure) -> CheckSummary {
        try runCheck(disk: disk, startedAt: startedAt, progress: progress, report: report).summary
    }

    /// As `check`; gives the walk itself, which knows the books in trouble by their keys.
    static func runCheck(
        disk: any Disk, startedAt: Timestamp? = nil, progress: @escaping (CheckProgress) -> Void, report: @escaping (CheckLine) -> Void
    ) throws(StorageFailure) -> FolderCheck {
        guard let format = try FolderFormat.read(disk) else {
            throw .foreignFolder(folder: disk.location, found: "no FORMAT.json")
        }
        do {
            if try !format.isInPlace(disk) {
                report(CheckLine(verdict: .remark, text: "The folder was copied: at the next start all logins are forgotten."))
            }
        } catch {
            throw .io(error)
        }
        progress(CheckProgress(stage: .journal, done: 0, total: 0))
        let journal = try CheckedJournal.read(disk, format)
        for notice in journal.notices { report(line(notice)) }
        if !journal.endsClean {
            report(CheckLine(verdict: .remark, text: "The journal was not closed in order; the next start mends its end."))
        }
        let checker = FolderCheck(disk: disk, format: format, journal: journal, startedAt: startedAt, progress: progress, report: report)
        for notice in journal.notices { checker.count(line(notice).verdict) }
        if journal.segments == 0 {
            do {
                try DataFolder.checkFresh(disk)
            } catch {
                checker.tell(.trouble, "\(error)")
            }
        }
        try checker.run()
        return checker
    }

    /// Reads one book with everything its files tell, changing nothing; nothing when there is none. Works beside a running server.
    package static func history(disk: any Disk, user: UserID, book: BookName = .default) throws(StorageFailure) -> PaperHistory? {
        guard let format = try FolderFormat.read(disk) else {
            throw .foreignFolder(folder: disk.location, found: "no FORMAT.json")
        }
        let key = BookKey(user: user, book: book)
        for isLast in [false, true] {
            let journal = try CheckedJournal.read(disk, format)
            do throws(StorageFailure) {
                return try journal.loader(of: key, format).history(on: disk)
            } catch {
                // The server may have written between two looks at the files.
                if isLast { throw error }
            }
        }
        return nil
    }

    static func line(_ notice: StorageNotice) -> CheckLine {
        let facts = notice.fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return CheckLine(verdict: notice.level == .error ? .trouble : .remark, text: "\(notice.event): \(facts)")
    }
}

/// The journal of a folder as a check sees it.
struct CheckedJournal {
    let marks: [BookKey: BookMark]
    let documents: DocumentMarks
    /// Users whose erasure the journal still has: their files go when no copy can need them.
    let erased: Set<UserID>
    let notices: [StorageNotice]
    let endsClean: Bool
    let oldestSeq: Int64
    let newest: Timestamp?
    let since: Timestamp?
    let segments: Int
    let bytes: Int64

    /// A loader that inspects one book of the folder.
    func loader(of key: BookKey, _ format: FolderFormat) -> BookLoader {
        BookLoader(
            key: key, mark: marks[key], oldestRetainedSeq: oldestSeq, journalSince: since,
            accountMark: documents[.user(key.user)], listMark: documents[.books(key.user)], newestAtStart: newest,
            retention: StoreOptions().retention,
            limitBytes: StoreOptions().bookFileLimitBytes, now: format.createdAt)
    }

    /// How often the journal is read anew because the server released a segment of it meanwhile.
    static let attempts = 3

    static func read(_ disk: any Disk, _ format: FolderFormat) throws(StorageFailure) -> CheckedJournal {
        for _ in 1..<attempts {
            do throws(StorageFailure) {
                return try readOnce(disk, format)
            } catch {
                guard case .io(let failure) = error, failure.kind == .notFound else { throw error }
            }
        }
        return try readOnce(disk, format)
    }

    private static func readOnce(_ disk: any Disk, _ format: FolderFormat) throws(StorageFailure) -> CheckedJournal {
        var notices: [StorageNotice] = []
        let scan = JournalScan(disk: disk, usesIndexes: false, auditFrom: .max, notice: { notices.append($0) }, takeAudit: { _ in })
        try scan.run()
        let endsClean = scan.endsClean
        try scan.settleEnd(heals: false, at: scan.newest ?? format.createdAt) { key, v, sum throws(StorageFailure) in
            try BookLoader.metaHolds(key, v: v, sum: sum, on: disk, limitBytes: StoreOptions().bookFileLimitBytes)
        }
        try scan.dropOvertaken()
        var bytes: Int64 = 0
        do {
            for number in try JournalScan.numbers(on: disk) { bytes += try disk.status(of: SegmentHeader.path(number))?.bytes ?? 0 }
        } catch let failure as DiskFailure {
            throw .io(failure)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk fails here: \(error)")
        }
        return CheckedJournal(
            marks: scan.books.byKey, documents: scan.documents, erased: Set(scan.erased.keys), notices: notices, endsClean: endsClean,
            oldestSeq: scan.completeFrom, newest: scan.newest,
            since: scan.segments.first { $0.header != nil }?.header?.at, segments: scan.segments.count, bytes: bytes)
    }
}
