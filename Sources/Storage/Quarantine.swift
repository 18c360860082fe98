// Where bytes go that the store refused: moved aside under a name that says when and what, never deleted by the server.

import Platform
import Trading

enum Quarantine {
    /// Moves files as they are.
    static func move(_ paths: [String], as what: String, on disk: any Disk, at now: Timestamp) throws(DiskFailure) {
        let folder = try directory(what, on: disk, at: now)
        for path in paths {
            try disk.rename(path, to: folder + "/" + (path.split(separator: "/").last.map(String.init) ?? path))
        }
        try disk.syncDirectory(folder)
    }

    /// Keeps copies of files that stay where they are, durably; returns the folder.
    static func copy(_ paths: [String], as what: String, on disk: any Disk, at now: Timestamp) throws(DiskFailure) -> String {
        let folder = try directory(what, on: disk, at: now)
        for path in paths {
            try BookInstall.copy(path, to: folder + "/" + (path.split(separator: "/").last.map(String.init) ?? path), disk)
        }
        return folder
    }

    /// Keeps bytes that have no file of their own any more.
    static func keep(_ bytes: [UInt8], named name: String, as what: String, on disk: any Disk, at now: Timestamp) throws(DiskFailure) {
        let folder = try directory(what, on: disk, at: now)
        let file = try disk.createAnew(folder + "/" + name)
        try file.write(bytes, at: 0)
        try file.sync()
        try disk.syncDirectory(folder)
    }

    /// `quarantine/20261120T081751123456-journal`, with a number when that exists.
    private static func directory(_ what: String, on disk: any Disk, at now: Timestamp) throws(DiskFailure) -> String {
        try disk.makeDirectory("quarantine")
        let stamp = String(now.utcText.filter { $0.isNumber || $0 == "T" })
        var path = "quarantine/" + stamp + "-" + what
        var number = 1
        while try !disk.makeDirectory(path) {
            number += 1
            path = "quarantine/" + stamp + "-" + what + "-\(number)"
        }
        try disk.syncDirectory("quarantine")
        return path
    }
}
