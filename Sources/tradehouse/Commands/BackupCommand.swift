// `tradehouse backup`, `restore` and `verify`: copies of a data folder, made at any moment, rehearsed, and proven.

import Platform
import Storage
import Trading
import Wire

enum BackupCommand {
    private static let help = """
        usage: tradehouse backup DIR --data DIR [--retention-seconds N] [--json]

        Copies the data folder into DIR, which must be missing or empty and lie outside the data folder, and then reads every user of the
        copy. The server may run; nothing is held back from it. What users have is copied first and the journal last, so every user in the
        copy stands where the copy began or later, provided it ends within the server's `retention_seconds` (86400).

          --retention-seconds N   the server's setting, when it is not the default
          --json                  the report as one JSON object on standard output

        A copy that cannot be proven stays as DIR.unverified, one that cannot be finished is removed. The master key is never copied.
        Exit code 0 when the copy is proven, 1 when it is not.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "retention-seconds"], plain: ["json"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        let target = try flags.only("the folder of the backup")
        let data = try flags.required("data")
        var retention = StoreOptions().retention
        if let text = flags.value("retention-seconds") {
            guard let seconds = Int64(text), (1...31_536_000).contains(seconds) else {
                throw UsageProblem("`--retention-seconds \(text)` is not a whole number from 1 to 31536000.")
            }
            retention = .seconds(seconds)
        }
        let source = try PosixDisk(root: data)
        let place = try CopyPlace(target, argument: "The backup", apartFrom: [("the data folder", data)])
        let progress = ProgressLine()
        let report: BackupReport
        do {
            report = try Backup.make(
                of: source, in: place.parent, as: place.name, retention: retention, now: { WallClock.now },
                progress: { progress.show($0) })
        } catch {
            throw problem(error)
        }
        progress.end()
        return conclude(report, flags, at: place) {
            report.isInTime
                ? "\(report.name) is proven."
                : "\(report.name): the copy took longer than the server keeps what it released, so somebody in it may be older than its start."
        }
    }

    /// Prints a report; gives the exit code.
    static func conclude(_ report: BackupReport, _ flags: Flags, at place: CopyPlace, _ verdict: () -> String) -> Int32 {
        if flags.has("json") {
            Terminal.print(String(decoding: report.json, as: UTF8.self))
        } else {
            for sentence in report.sentences { Terminal.print(sentence) }
            Terminal.print(report.troubleCount == 0 ? verdict() : "\(report.name): \(report.troubleCount) troubles, not proven.")
        }
        return report.isVerified ? 0 : 1
    }

    /// A place that cannot be taken is wrong usage; everything else is the world's.
    static func problem(_ failure: BackupFailure) -> any Error {
        switch failure {
        case .targetNotEmpty, .leftOver, .notADataFolder: UsageProblem(failure.description)
        case .noRoom, .storage, .disk, .leftBehind: failure
        }
    }
}

enum RestoreCommand {
    private static let help = """
        usage: tradehouse restore BACKUP --into DIR [--json]

        Rehearses a restore: copies BACKUP into DIR, which must be missing or empty, opens it there as a server would, and reads every
        user. No folder that a server uses is touched. All logins of the copy are forgotten. To restore in earnest, stop the server, move
        its data folder away and put DIR in its place.

        Exit code 0 when everything in it is proven, 1 when not.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["into"], plain: ["json"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        let path = try flags.only("the backup")
        let target = try flags.required("into")
        let backup = try PosixDisk(root: path)
        let place = try CopyPlace(target, argument: "The folder", apartFrom: [("the backup", path)])
        let progress = ProgressLine()
        let report: BackupReport
        do {
            report = try Backup.restore(
                backup, in: place.parent, as: place.name, now: { WallClock.now }, progress: { progress.show($0) })
        } catch {
            throw BackupCommand.problem(error)
        }
        progress.end()
        if report.isVerified {
            // A start as any other: the journal's end is mended, the logins are forgotten.
            try Offline.withStore(place.parent.location + "/" + report.name, isQuiet: true) { _, _ in }
        }
        return BackupCommand.conclude(report, flags, at: place) {
            "\(report.name) is proven; its logins are forgotten. It can take a data folder's place while no server runs."
        }
    }
}

enum VerifyCommand {
    private static let help = """
        usage: tradehouse verify DIR [--started TIME] [--json]

        Reads every user of a copy of a data folder, however it was made, and says whether it is complete, or who in it may be older than
        the start of the copy. Changes nothing.

          --started TIME   when the copy was begun, such as 2026-11-20T10:00:00Z; from BACKUP.json when the copy has one
          --json           the findings as one JSON object on standard output

        Exit code 0 when the copy is proven and complete, 1 when not.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["started"], plain: ["json"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        let disk = try PosixDisk(root: try flags.only("the folder of the copy"))
        var started = try BackupMark.read(disk)?.startedAt
        if let text = flags.value("started") {
            guard let time = Timestamp(rfc3339: text) else {
                throw UsageProblem("`--started \(text)` is not a time such as 2026-11-20T10:00:00Z.")
            }
            started = time
        }
        let progress = ProgressLine()
        let found = Findings(limit: shownTroubles)
        let summary = try Store.check(disk: disk, startedAt: started, progress: { progress.show($0) }, report: { found.add($0) })
        progress.end()
        let isComplete = summary.isProven && summary.olderCount == 0
        if flags.has("json") {
            Terminal.print(String(decoding: json(summary, started, found.troubles, isComplete), as: UTF8.self))
            return isComplete ? 0 : 1
        }
        for trouble in found.troubles { Terminal.print(trouble) }
        for name in summary.olderThanStart { Terminal.print("\(name) may be older than the start of the copy.") }
        Terminal.print(
            "\(summary.books) books of \(summary.users) users; the journal has every act since "
                + "\(summary.journalSince?.utcText ?? "never") up to \(summary.newestAct?.utcText ?? "never").")
        Terminal.print(verdict(summary, started))
        return isComplete ? 0 : 1
    }

    private static func verdict(_ summary: CheckSummary, _ started: Timestamp?) -> String {
        if !summary.isProven { return "Not proven: \(summary.troubles) troubles." }
        if summary.olderCount > 0 { return "\(summary.olderCount) books may be older than the start of the copy." }
        if started == nil { return "Proven. Say when the copy was begun (--started) to know that it is complete." }
        return "Complete: every user is proven and not older than the start of the copy."
    }

    private static let shownTroubles = 1_000

    private static func json(_ summary: CheckSummary, _ started: Timestamp?, _ troubles: [String], _ isComplete: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        let verdict = !summary.isProven ? "damaged" : summary.olderCount > 0 ? "older" : started == nil ? "proven" : "complete"
        json.member("verdict", verdict)
        json.member("complete", isComplete && started != nil)
        json.member("started", started?.utcText)
        json.array("older_than_start") { json in for name in summary.olderThanStart { json.string(name) } }
        json.member("older_count", summary.olderCount)
        json.array("troubles") { json in for trouble in troubles { json.string(trouble) } }
        CheckText.members(of: summary, &json)
        json.endObject()
        return json.bytes
    }
}
