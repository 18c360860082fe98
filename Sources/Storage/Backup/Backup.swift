// Backups: a copy of a data folder, made at any moment and proven before it gets its name. Restoring is the same the other way round,
// into a scratch folder. When backups are made by themselves and which of them are kept: `BackupRotation`.

import Platform
import Trading

/// Why a copy was not begun or not finished; nothing of it is left.
package enum BackupFailure: Error, Sendable, Equatable, CustomStringConvertible {
    case notADataFolder(String)
    case targetNotEmpty(String)
    /// An earlier copy of this name did not end.
    case leftOver(String)
    case noRoom(neededBytes: Int64, freeBytes: Int64)
    case storage(StorageFailure)
    case disk(DiskFailure)
    /// The copy failed, and what there was of it could not be removed.
    case leftBehind(String, why: String)

    package var description: String {
        switch self {
        case .notADataFolder(let folder): "\(folder) is no data folder: it has no FORMAT.json."
        case .targetNotEmpty(let folder): "\(folder) exists and is not empty; name a folder that is missing or empty."
        case .leftOver(let folder): "\(folder) is left from a copy that did not end; look at it and remove it."
        case .noRoom(let needed, let free):
            "The copy needs \(needed >> 20) MiB and \(free >> 20) MiB are free there; nothing was copied."
        case .storage(let failure): failure.description
        case .disk(let failure): "The copy failed: \(failure). What was copied was removed."
        case .leftBehind(let folder, let why): "The copy failed: \(why). \(folder) is what was copied; remove it."
        }
    }
}

/// How far a backup has come.
package enum BackupProgress: Sendable, Equatable {
    case copying(CopyProgress)
    case checking(CheckProgress)
}

package enum Backup {
    /// What stands behind the name of a copy that is not finished, and of one that is whole and could not be proven.
    package static let incompleteSuffix = ".incomplete"
    package static let unverifiedSuffix = ".unverified"
    /// How often books are copied anew that were replaced as a whole (an import, a hand-over) while they were copied.
    static let mendRounds = 3
    /// Room that must stay free beside the copy.
    static let spareBytes: Int64 = 64 << 20

    /// Copies `source` into the folder `name` of `parent`, proves the copy, and only then gives it that name.
    ///
    /// The name must be absent or an empty folder. The server may run; nothing is held back from it. A copy that cannot be made whole is
    /// removed and throws. One that was made whole and cannot be proven stays as `<name>.unverified`: it may be all there is, and it
    /// shows what is wrong. `now` is asked for the times in the report.
    package static func make(
        of source: any Disk, in parent: any Disk, as name: String, retention: Duration, now: () -> Timestamp,
        progress: @escaping (BackupProgress) -> Void = { _ in }
    ) throws(BackupFailure) -> BackupReport {
        try run(source, parent, name, retention, now, progress) { copy, report throws(DiskFailure) in
            try copy.replace(BackupMark.path, with: BackupMark(report).line)
        }
    }

    /// Copies a backup into the folder `name` of `parent` and proves it there; the rehearsal of a restore. As `make`, but for the mark.
    package static func restore(
        _ backup: any Disk, in parent: any Disk, as name: String, now: () -> Timestamp,
        progress: @escaping (BackupProgress) -> Void = { _ in }
    ) throws(BackupFailure) -> BackupReport {
        // Nobody writes to a backup, so its copy may take as long as it takes.
        try run(backup, parent, name, .seconds(1 << 40), now, progress) { _, _ throws(DiskFailure) in }
    }

    private static func run(
        _ source: any Disk, _ parent: any Disk, _ name: String, _ retention: Duration, _ now: () -> Timestamp,
        _ progress: @escaping (BackupProgress) -> Void, _ mark: (FolderDisk, BackupReport) throws(DiskFailure) -> Void
    ) throws(BackupFailure) -> BackupReport {
        let working = name + incompleteSuffix
        let startedAt = now()
        do throws(DiskFailure) {
            guard try source.status(of: FolderFormat.path) != nil else { throw DiskFailure(.notFound, "find", FolderFormat.path) }
        } catch {
            throw error.kind == .notFound ? .notADataFolder(source.location) : .disk(error)
        }
        var copy = FolderCopy(from: source, to: FolderDisk(parent, folder: working)) { progress(.copying($0)) }
        do throws(DiskFailure) {
            if let left = try place(name, parent) { throw left }
            if let left = try place(working, parent) { throw left }
        } catch {
            throw error.path == working ? .leftOver(parent.location + "/" + working) : refused(error, name, parent)
        }
        do {
            let needed = try copy.measure().totalBytes + spareBytes
            let free = try parent.freeBytes()
            guard needed <= free else { throw BackupFailure.noRoom(neededBytes: needed, freeBytes: free) }
            try parent.makeDirectory(working)
            try copy.run()
            try parent.syncEverything()
        } catch let failure as BackupFailure {
            throw failure
        } catch let failure as DiskFailure {
            throw discarded(working, parent, .disk(failure))
        } catch {
            preconditionFailure("Only the disk and the room fail here: \(error)")
        }
        var report = BackupReport(
            name: name, startedAt: startedAt, copiedAt: now(), finishedAt: startedAt, retention: retention)
        do {
            let folder = FolderDisk(parent, folder: working)
            let checked = try check(folder, &copy, progress, &report)
            report.fill(checked, copy)
            report.finishedAt = now()
            try mark(folder, report)
            if try parent.status(of: name) != nil { try parent.remove(name) }
            let final = report.isVerified ? name : name + unverifiedSuffix
            if !report.isVerified, try parent.status(of: final) != nil { try FolderTree.remove(final, on: parent) }
            try parent.rename(working, to: final)
            try parent.syncDirectory("")
            report.name = final
            return report
        } catch let failure as StorageFailure {
            throw discarded(working, parent, .storage(failure))
        } catch let failure as DiskFailure {
            throw discarded(working, parent, .disk(failure))
        } catch {
            preconditionFailure("Only the disk and the store fail here: \(error)")
        }
    }

    /// Reads the whole copy. Books that came in two parts, because they were replaced in between, are copied again.
    private static func check(
        _ folder: FolderDisk, _ copy: inout FolderCopy, _ progress: @escaping (BackupProgress) -> Void, _ report: inout BackupReport
    ) throws -> CheckSummary {
        for round in 1... {
            var troubles: [String] = []
            let checker = try Store.runCheck(disk: folder) {
                progress(.checking($0))
            } report: { line in
                if line.verdict == .trouble, troubles.count < FolderCheck.namedLimit { troubles.append(line.text) }
            }
            report.troubles = troubles
            report.troubleCount = checker.summary.troubles
            let damaged = checker.doubtfulBooks
            guard !damaged.isEmpty, damaged.count == checker.summary.troubles, round < mendRounds else { return checker.summary }
            for user in Set(damaged.map(\.user)).sorted() {
                let directory = BookKey(user: user, book: .default).directory
                try FolderTree.remove(directory, on: folder)
                try copy.copyFolder(directory)
            }
            try folder.syncEverything()
        }
        preconditionFailure("The rounds end by themselves.")
    }

    /// Nothing when the name is free or an empty folder; otherwise why it is not.
    private static func place(_ name: String, _ parent: any Disk) throws(DiskFailure) -> DiskFailure? {
        guard let status = try parent.status(of: name) else { return nil }
        guard status.isDirectory else { return DiskFailure(.notPlainFile, "copy to", name) }
        var isEmpty = true
        try parent.list(name) { _ in
            isEmpty = false
            return false
        }
        return isEmpty ? nil : DiskFailure(.alreadyExists, "copy to", name)
    }

    private static func refused(_ failure: DiskFailure, _ name: String, _ parent: any Disk) -> BackupFailure {
        switch failure.kind {
        case .alreadyExists, .notPlainFile: .targetNotEmpty(parent.location + "/" + name)
        default: .disk(failure)
        }
    }

    /// Removes what was copied and gives the failure to tell, which is another one when the disk fails here too.
    private static func discarded(_ working: String, _ parent: any Disk, _ failure: BackupFailure) -> BackupFailure {
        do {
            if try parent.status(of: working) != nil { try FolderTree.remove(working, on: parent) }
            return failure
        } catch {
            return .leftBehind(parent.location + "/" + working, why: "\(failure) Then: \(error)")
        }
    }
}

extension BackupReport {
    fileprivate mutating func fill(_ summary: CheckSummary, _ copy: FolderCopy) {
        accounts = summary.accounts
        users = summary.users
        books = summary.books
        files = copy.progress.files
        bytes = copy.progress.bytes
        leftOut = copy.leftOut
    }
}
