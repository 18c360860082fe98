// What a backup or a rehearsed restore says about itself: on the screen, as JSON, and as the one line of BACKUP.json in the copy.

import Platform
import Trading
import Wire

/// The outcome of a copy that was made whole; one that could not be made throws instead.
package struct BackupReport: Sendable, Equatable {
    /// Where it lies: the name below the folder of backups.
    package var name: String
    package var startedAt: Timestamp
    package var copiedAt: Timestamp
    package var finishedAt: Timestamp
    package var accounts = 0
    package var users = 0
    package var books = 0
    package var files = 0
    package var bytes: Int64 = 0
    /// What the check of the copy found, at most `FolderCheck.namedLimit`; `troubleCount` counts all.
    package var troubles: [String] = []
    package var troubleCount = 0
    /// Names that were left out because they are links, devices or no part of a data folder.
    package var leftOut: [String] = []
    /// How long the server keeps what it gave away; a copy that took longer may be older than its start for somebody.
    package var retention: Duration

    /// A report of a copy that was just made; what its check finds is filled in.
    package init(name: String, startedAt: Timestamp, copiedAt: Timestamp, finishedAt: Timestamp, retention: Duration) {
        self.name = name
        self.startedAt = startedAt
        self.copiedAt = copiedAt
        self.finishedAt = finishedAt
        self.retention = retention
    }

    /// Every book and document of the copy was read and is right, and the copy took no longer than it may.
    package var isVerified: Bool { troubleCount == 0 && isInTime }
    package var isInTime: Bool { copiedAt - startedAt <= retention }
    package var seconds: Double { Double((finishedAt - startedAt).wholeMicroseconds) / 1e6 }
    package var verdict: String { isVerified ? "verified" : troubleCount > 0 ? "damaged" : "too_slow" }

    /// The report as one JSON object.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("verdict", verdict)
        json.member("folder", name)
        json.member("started", startedAt.utcText)
        json.member("copied", copiedAt.utcText)
        json.member("finished", finishedAt.utcText)
        json.member("seconds", fixedPoint: Int128((finishedAt - startedAt).wholeMicroseconds) * 100, decimals: 3)
        json.member("accounts", accounts)
        json.member("users", users)
        json.member("books", books)
        json.member("files", files)
        json.member("bytes", bytes)
        json.member("trouble_count", troubleCount)
        json.array("troubles") { json in for trouble in troubles { json.string(trouble) } }
        json.array("left_out") { json in for path in leftOut { json.string(path) } }
        json.endObject()
        return json.bytes
    }
}

/// BACKUP.json in a copy: when it was made and what its check said. No part of a data folder; a server passes it over.
package struct BackupMark: Sendable, Equatable {
    package let startedAt: Timestamp
    package let finishedAt: Timestamp
    package let verdict: String
    package let users: Int
    package let books: Int
    package let bytes: Int64

    static let path = "BACKUP.json"
    static let version: Int64 = 1

    init(_ report: BackupReport) {
        startedAt = report.startedAt
        finishedAt = report.finishedAt
        verdict = report.verdict
        users = report.users
        books = report.books
        bytes = report.bytes
    }

    package var isVerified: Bool { verdict == "verified" }

    var line: [UInt8] {
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", "tradehouse.backup")
        writer.int("ver", BackupMark.version)
        writer.time("started", startedAt)
        writer.time("finished", finishedAt)
        writer.text("verdict", verdict)
        writer.int("users", Int64(users))
        writer.int("books", Int64(books))
        writer.int("bytes", bytes)
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }

    /// Reads the mark of a copy; nothing when there is none or it is damaged: then nobody says that the copy was verified.
    package static func read(_ disk: any Disk) throws(DiskFailure) -> BackupMark? {
        guard let bytes = try disk.readAll(path, limitBytes: 1 << 16) else { return nil }
        return bytes.withUnsafeBytes { bytes in
            let line = UnsafeRawBufferPointer(rebasing: bytes[..<(LineStream.lineFeed(in: bytes, from: 0) ?? bytes.count)])
            guard SealedLine.check(line) != nil else { return nil }
            var row = RowReader(line)
            guard row.text("fmt") == "tradehouse.backup", let version = row.int("ver"), version <= BackupMark.version,
                let started = row.time("started"), let finished = row.time("finished"), let verdict = row.text("verdict"),
                let users = row.int("users"), let books = row.int("books"), let bytes = row.int("bytes")
            else { return nil }
            return BackupMark(
                startedAt: started, finishedAt: finished, verdict: verdict, users: Int(users), books: Int(books), bytes: bytes)
        }
    }

    private init(startedAt: Timestamp, finishedAt: Timestamp, verdict: String, users: Int, books: Int, bytes: Int64) {
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.verdict = verdict
        self.users = users
        self.books = books
        self.bytes = bytes
    }
}
