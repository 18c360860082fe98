// A stand-in for the disk an export is on (`Disk`): files in memory, some of them links. It cannot be written: an import that tries
// ends the test.

import Platform

final class ExportFolder: Disk {
    let location = "memory"
    let files: [String: [UInt8]]
    let links: Set<String>
    /// Reading any file fails beyond this offset.
    let failsAfter: Int64

    init(_ files: [String: [UInt8]], links: Set<String> = [], failsAfter: Int64 = .max) {
        self.files = files
        self.links = links
        self.failsAfter = failsAfter
    }

    func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile {
        guard mode == .reading else { throw DiskFailure(.notPermitted, "write", path) }
        guard !links.contains(path) else { throw DiskFailure(.notPlainFile, "open", path) }
        guard let bytes = files[path] else { throw DiskFailure(.notFound, "open", path) }
        return ExportFile(path, bytes, failsAfter)
    }

    func status(of path: String) throws(DiskFailure) -> FileStatus? {
        let isDirectory = files.keys.contains { $0.hasPrefix(path + "/") }
        guard isDirectory || files[path] != nil || links.contains(path) else { return nil }
        return FileStatus(device: 0, inode: 0, bytes: Int64(files[path]?.count ?? 0), isDirectory: isDirectory, modifiedMicroseconds: 0)
    }

    func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) {
        let prefix = directory.isEmpty ? "" : directory + "/"
        var seen: Set<String> = []
        for path in Set(files.keys).union(links).sorted() where path.hasPrefix(prefix) {
            let rest = path.dropFirst(prefix.count)
            let name = String(rest.split(separator: "/").first ?? "")
            guard seen.insert(name).inserted else { continue }
            guard visit(DirectoryEntry(name: name, isDirectory: rest.contains("/"))) else { return }
        }
    }

    func fileSystem() throws(DiskFailure) -> FileSystemKind { .local }
    func freeBytes() throws(DiskFailure) -> Int64 { 0 }
    func makeDirectory(_ path: String) throws(DiskFailure) -> Bool { throw DiskFailure(.notPermitted, "create", path) }
    func rename(_ path: String, to target: String) throws(DiskFailure) { throw DiskFailure(.notPermitted, "rename", path) }
    func remove(_ path: String) throws(DiskFailure) { throw DiskFailure(.notPermitted, "remove", path) }
    func syncDirectory(_ path: String) throws(DiskFailure) { throw DiskFailure(.notPermitted, "sync", path) }
    func syncEverything() throws(DiskFailure) { throw DiskFailure(.notPermitted, "sync", "") }
    func lock(_ path: String) throws(DiskFailure) -> any DiskLock { throw DiskFailure(.notPermitted, "lock", path) }
}

final class ExportFile: DiskFile {
    private let path: String
    private let bytes: [UInt8]
    private let failsAfter: Int64

    init(_ path: String, _ bytes: [UInt8], _ failsAfter: Int64) {
        self.path = path
        self.bytes = bytes
        self.failsAfter = failsAfter
    }

    func dropCache() throws(DiskFailure) {}

    func status() throws(DiskFailure) -> FileStatus {
        FileStatus(device: 0, inode: 0, bytes: Int64(bytes.count), isDirectory: false, modifiedMicroseconds: 0)
    }

    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8] {
        guard offset < failsAfter else { throw DiskFailure(.other, "read", path, code: 5) }
        let start = min(Int(offset), bytes.count)
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure) { throw DiskFailure(.notPermitted, "write", path) }
    func truncate(to bytes: Int64) throws(DiskFailure) { throw DiskFailure(.notPermitted, "truncate", path) }
    func sync() throws(DiskFailure) { throw DiskFailure(.notPermitted, "sync", path) }
    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure) { throw DiskFailure(.notPermitted, "reserve", path) }
}
