// Proving a data folder by reading only: every document, every book, every sum. For `tradehouse check` and for tests; nothing is
// written, so it also works on a copy that nobody may touch.

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

extension Store {
    /// Reads the whole folder and reports every book and every finding, one after the other, in bounded memory.
    ///
    /// Takes no lock: on the folder of a running server the newest acts may show as remarks.
    package static func check(disk: any Disk, report: @escaping (CheckLine) -> Void) throws(StorageFailure) {
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
        var notices: [StorageNotice] = []
        let scan = JournalScan(disk: disk, auditFrom: .max, notice: { notices.append($0) }, takeAudit: { _ in })
        try scan.run()
        let isClean = scan.endsClean
        let now = scan.newest ?? format.createdAt
        try scan.settleEnd(heals: false, at: now) { key, v, sum throws(StorageFailure) in
            try BookLoader.metaHolds(key, v: v, sum: sum, on: disk, limitBytes: StoreOptions().bookFileLimitBytes)
        }
        for notice in notices { report(line(notice)) }
        if !isClean { report(CheckLine(verdict: .remark, text: "The journal was not closed in order; the next start mends its end.")) }
        let checker = FolderCheck(disk: disk, format: format, scan: scan, marks: scan.books.byKey, report: report)
        try checker.books()
        try checker.documents()
        try checker.audit()
    }

    fileprivate static func line(_ notice: StorageNotice) -> CheckLine {
        let facts = notice.fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return CheckLine(verdict: notice.level == .error ? .trouble : .remark, text: "\(notice.event): \(facts)")
    }
}

/// The parts of a folder, each walked name by name.
private struct FolderCheck {
    let disk: any Disk
    let format: FolderFormat
    let scan: JournalScan
    let marks: [BookKey: BookMark]
    let report: (CheckLine) -> Void

    // MARK: Books

    func books() throws(StorageFailure) {
        var seen: Set<BookKey> = []
        var users: [UserID] = []
        try list("paper") { entry in
            guard entry.isDirectory, let user = UserID(stored: entry.name), user.text == entry.name else {
                report(CheckLine(verdict: .remark, text: "paper/\(entry.name) is not a user's folder and is left alone."))
                return
            }
            users.append(user)
        }
        for user in users.sorted() {
            let key = BookKey(user: user, book: .default)
            var keys: [BookKey] = []
            var hasFiles = false
            try list(key.directory) { entry in
                if entry.isDirectory {
                    if let name = BookName(entry.name) { keys.append(BookKey(user: user, book: name)) }
                } else if entry.name.hasPrefix("user_") {
                    hasFiles = true
                }
            }
            if hasFiles || marks[key] != nil { keys.append(key) }
            for key in keys.sorted() {
                seen.insert(key)
                check(key)
            }
        }
        for key in marks.keys.sorted() where !seen.contains(key) { check(key) }
    }

    private func check(_ key: BookKey) {
        let name = key.book == .default ? key.user.text : "\(key.user) \(key.book)"
        let loader = BookLoader(
            key: key, mark: marks[key], oldestRetainedSeq: scan.segments.first { $0.firstSeq != nil }?.firstSeq ?? .max,
            newestAtStart: nil, retention: .zero, limitBytes: StoreOptions().bookFileLimitBytes, now: format.createdAt)
        do throws(StorageFailure) {
            let (book, remarks, lines) = try loader.inspect(on: disk)
            for remark in remarks { report(Store.line(StorageNotice(.warning, remark.event, remark.fields))) }
            guard let snapshot = book.snapshot else {
                return report(CheckLine(verdict: .remark, text: "\(name): files without any proven act, set aside at the next use."))
            }
            let problems = Reconciliation.problems(of: snapshot)
            for problem in problems { report(CheckLine(verdict: .trouble, text: "\(name): \(problem).")) }
            guard problems.isEmpty else { return }
            report(
                CheckLine(
                    verdict: .proven,
                    text:
                        "\(name): \(book.chain.v) acts in \(lines) lines, \(snapshot.orders.count) orders, \(snapshot.trades.count) trades, "
                        + "\(snapshot.positions.count) positions, cash \(snapshot.meta.cash.text)."))
        } catch {
            report(CheckLine(verdict: .trouble, text: "\(name): \(error)"))
        }
    }

    // MARK: Documents

    func documents() throws(StorageFailure) {
        for folder in ["users", "sessions", "credentials", "config", "index"] { try documents(below: folder) }
        for (path, mark) in scan.documents.under("").sorted(by: { $0.key < $1.key }) where !mark.isDeleted { check(path, mark) }
    }

    private func documents(below directory: String) throws(StorageFailure) {
        var folders: [String] = []
        try list(directory) { entry in
            if entry.isDirectory { return folders.append(directory + "/" + entry.name) }
            guard !entry.name.hasPrefix(".") else { return }
            guard entry.name.hasSuffix(".json"), let path = DocumentPath(directory + "/" + entry.name.dropLast(5)) else {
                return report(CheckLine(verdict: .remark, text: "\(directory)/\(entry.name) is not a document and is left alone."))
            }
            if scan.documents[path] == nil { check(path, nil) }
        }
        for folder in folders.sorted() { try documents(below: folder) }
    }

    private func check(_ path: DocumentPath, _ mark: DocumentMark?) {
        do throws(StorageFailure) {
            _ = try Documents.load(path, mark: mark, loginsAfter: 0, on: disk, mends: false)
        } catch {
            report(CheckLine(verdict: .trouble, text: "\(path): \(error)"))
        }
    }

    // MARK: Audit

    /// Every line's checksum and the chain of hashes through all days.
    func audit() throws(StorageFailure) {
        do {
            var previous: String?
            let days = try AuditFiles.days(on: disk)
            // The newest file is not synced with each act: what the journal still has of it, the next start writes again.
            let oldestKept = scan.segments.first { $0.firstSeq != nil }?.firstSeq ?? .max
            var lastSeq: Int64 = 0
            for day in days {
                let path = AuditFiles.path(day)
                var number = 0
                try LineStream.read(try disk.open(path, for: .reading)) { line in
                    number += 1
                    guard SealedLine.check(line.bytes) != nil else {
                        if day == days.last, oldestKept <= lastSeq + 1 {
                            let text = "\(path), from line \(number) on, is torn; the next start writes it anew from the journal."
                            report(CheckLine(verdict: .remark, text: text))
                            return false
                        }
                        report(CheckLine(verdict: line.isTerminated ? .trouble : .remark, text: "\(path), line \(number) is damaged."))
                        return true
                    }
                    lastSeq = AuditFiles.seq(line.bytes) ?? lastSeq
                    var row = RowReader(line.bytes)
                    let stated = row.text("prev")
                    if let previous, stated != previous {
                        report(CheckLine(verdict: .trouble, text: "\(path), line \(number) does not continue the line before."))
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
