// The folder that scheduled backups go to: which of them are there, and which may go. Making one is `Backup`; when one is due is the
// house's business.

import Platform
import Trading

/// One backup that the schedule made.
package struct KeptBackup: Sendable, Equatable {
    package let name: String
    /// What its mark says; nothing when it has none that can be read.
    package let mark: BackupMark?
    package let isUnfinished: Bool

    package var isVerified: Bool { !isUnfinished && mark?.isVerified == true }
}

package enum BackupRotation {
    static let prefix = "backup-"

    /// `backup-20261120T081751Z`: names sort by time.
    package static func name(at time: Timestamp) -> String {
        prefix + String(time.utcText.prefix(19).filter { $0.isNumber || $0 == "T" }) + "Z"
    }

    /// What the schedule made in the folder, oldest first. Other names are not looked at and never removed.
    package static func list(_ folder: any Disk) throws(DiskFailure) -> [KeptBackup] {
        var names: [String] = []
        try folder.list("") { entry in
            if entry.isDirectory, isOurs(entry.name) { names.append(entry.name) }
            return true
        }
        var found: [KeptBackup] = []
        for name in names.sorted() {
            let isUnfinished = name.hasSuffix(Backup.incompleteSuffix)
            let mark = isUnfinished ? nil : try BackupMark.read(FolderDisk(folder, folder: name))
            found.append(KeptBackup(name: name, mark: mark, isUnfinished: isUnfinished))
        }
        return found
    }

    private static func isOurs(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let stamp = name.dropFirst(prefix.count).prefix { $0 != "." }
        let suffix = name.dropFirst(prefix.count + stamp.count)
        return stamp.utf8.count == 16 && stamp.hasSuffix("Z")
            && ["", Backup.incompleteSuffix, Backup.unverifiedSuffix].contains(String(suffix))
    }

    /// Makes a backup named after the time, then removes what is too much; returns the report.
    ///
    /// What a killed backup left is removed first: one runs at a time. Nothing else goes unless the new one is verified.
    package static func run(
        of source: any Disk, into folder: any Disk, keep: Int, retention: Duration, now: () -> Timestamp
    ) throws(BackupFailure) -> BackupReport {
        do throws(DiskFailure) {
            for left in try list(folder) where left.isUnfinished { try FolderTree.remove(left.name, on: folder) }
        } catch {
            throw .disk(error)
        }
        let report = try Backup.make(of: source, in: folder, as: name(at: now()), retention: retention, now: now)
        do throws(DiskFailure) {
            try rotate(folder, keep: keep)
        } catch {
            throw .disk(error)
        }
        return report
    }

    /// Removes the oldest verified backups beyond `keep`, and unverified ones but for one that is newer than every verified one: that is
    /// the evidence of what is wrong now. The newest verified backup always stays.
    @discardableResult
    package static func rotate(_ folder: any Disk, keep: Int) throws(DiskFailure) -> [String] {
        let all = try list(folder).filter { !$0.isUnfinished }
        let verified = all.filter(\.isVerified)
        var surplus = verified.dropLast(max(1, keep)).map(\.name)
        let newestVerified = verified.last?.name ?? ""
        let unverified = all.filter { !$0.isVerified }
        surplus += unverified.filter { $0.name < newestVerified || $0 != unverified.last }.map(\.name)
        for name in surplus { try FolderTree.remove(name, on: folder) }
        return surplus
    }
}
