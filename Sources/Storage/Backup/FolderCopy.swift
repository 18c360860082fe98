// Copying a data folder file by file while its server runs: what users have first, the journal last. Nothing is held back from the
// server for it, so the copy is right for everybody as long as it ends within the time that a released segment was kept (R).

import Platform

/// How far a copy has come.
package struct CopyProgress: Sendable, Equatable {
    package var files = 0
    package var bytes: Int64 = 0
    /// As counted before the first file; a running server may add some.
    package var totalFiles = 0
    package var totalBytes: Int64 = 0
}

/// Copies one data folder into an empty one.
///
/// A file that disappears on the way was replaced or released, which the journal makes good; it is passed over. Links, devices and names
/// that are no part of a data folder are left out: so is a master key that somebody put there.
struct FolderCopy {
    /// What is copied, in this order. The journal comes last: it has every act since the first file was copied.
    static let parts = [
        "users", "books", "triggers", "index", "credentials", "sessions", "config", "market", "paper", "audit", "quarantine", "journal",
    ]
    /// Bytes that are read and written at once.
    static let chunkBytes = 1 << 20
    /// Folders inside folders; the deepest of ours is `index/<kind>/<2 hex>`.
    static let depthLimit = 6

    let source: any Disk
    let target: any Disk
    var progress = CopyProgress()
    /// Names that were left out because they are no plain files, at most `leftOutLimit`.
    private(set) var leftOut: [String] = []
    static let leftOutLimit = 100
    private let tell: (CopyProgress) -> Void

    init(from source: any Disk, to target: any Disk, progress tell: @escaping (CopyProgress) -> Void = { _ in }) {
        self.source = source
        self.target = target
        self.tell = tell
    }

    /// Counts what there is to copy.
    mutating func measure() throws(DiskFailure) -> CopyProgress {
        var files = 1
        var bytes: Int64 = 0
        for part in FolderCopy.parts {
            try FolderCopy.walk(part, on: source) { path throws(DiskFailure) in
                guard let status = try source.status(of: path), !status.isDirectory else { return }
                files += 1
                bytes += status.bytes
            }
        }
        progress.totalFiles = files
        progress.totalBytes = bytes
        return progress
    }

    /// Copies everything. The target's folder exists and is empty; syncing it is the caller's business.
    mutating func run() throws(DiskFailure) {
        try copy(FolderFormat.path)
        for part in FolderCopy.parts { try copyFolder(part) }
        tell(progress)
    }

    /// Copies one folder, over what is there.
    mutating func copyFolder(_ directory: String, depth: Int = 0) throws(DiskFailure) {
        var files: [String] = []
        var folders: [String] = []
        do {
            guard try source.status(of: directory)?.isDirectory == true else { return }
            // One listing, before the first byte: segments that begin later belong to the next backup.
            try source.list(directory) { entry in
                guard !FolderCopy.isLeftOut(entry.name) else { return true }
                if entry.isDirectory { folders.append(entry.name) } else { files.append(entry.name) }
                return true
            }
        } catch {
            guard error.kind == .notFound else { throw error }
            return
        }
        try target.makeDirectory(directory)
        for name in files.sorted() { try copy(directory + "/" + name) }
        guard depth < FolderCopy.depthLimit else {
            for name in folders { leaveOut(directory + "/" + name) }
            return
        }
        for name in folders.sorted() { try copyFolder(directory + "/" + name, depth: depth + 1) }
    }

    /// What a copy does without: unfinished replacements and what can be built anew.
    private static func isLeftOut(_ name: String) -> Bool { name.hasPrefix(".") || name.hasSuffix(".idx") }

    private mutating func leaveOut(_ path: String) {
        if leftOut.count < FolderCopy.leftOutLimit { leftOut.append(path) }
    }

    private mutating func copy(_ path: String) throws(DiskFailure) {
        let from: any DiskFile
        do {
            from = try source.open(path, for: .reading)
        } catch {
            switch error.kind {
            case .notFound: return
            case .notPlainFile: return leaveOut(path)
            default: throw error
            }
        }
        let to = try target.createAnew(path)
        var offset: Int64 = 0
        while true {
            let chunk = try from.read(at: offset, count: FolderCopy.chunkBytes)
            if !chunk.isEmpty { try to.write(chunk, at: offset) }
            offset += Int64(chunk.count)
            progress.bytes += Int64(chunk.count)
            // A file that grows meanwhile is copied as far as it went when this piece was read.
            if chunk.count < FolderCopy.chunkBytes { break }
            tell(progress)
        }
        progress.files += 1
        if progress.files % FolderCopy.toldFiles == 0 { tell(progress) }
    }

    /// Progress is told after so many small files.
    static let toldFiles = 256

    /// Every name below a folder that the copy would take.
    private static func walk(_ directory: String, on disk: any Disk, depth: Int = 0, _ visit: (String) throws(DiskFailure) -> Void)
        throws(DiskFailure)
    {
        var files: [String] = []
        var folders: [String] = []
        do {
            guard try disk.status(of: directory)?.isDirectory == true else { return }
            try disk.list(directory) { entry in
                guard !isLeftOut(entry.name) else { return true }
                if entry.isDirectory { folders.append(entry.name) } else { files.append(entry.name) }
                return true
            }
        } catch {
            guard error.kind == .notFound else { throw error }
            return
        }
        for name in files { try visit(directory + "/" + name) }
        for name in folders where depth < depthLimit { try walk(directory + "/" + name, on: disk, depth: depth + 1, visit) }
    }
}

/// Whole folders, for backups that are not wanted any more. Never used on a data folder.
enum FolderTree {
    /// Removes a folder with everything in it, in bounded depth.
    static func remove(_ path: String, on disk: any Disk, depth: Int = 0) throws(DiskFailure) {
        var names: [DirectoryEntry] = []
        try disk.list(path) { entry in
            names.append(entry)
            return true
        }
        for entry in names {
            let inner = path + "/" + entry.name
            guard entry.isDirectory, depth <= FolderCopy.depthLimit + 1 else {
                try disk.remove(inner)
                continue
            }
            try remove(inner, on: disk, depth: depth + 1)
        }
        try disk.remove(path)
    }
}
