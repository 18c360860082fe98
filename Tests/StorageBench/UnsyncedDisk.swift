// A disk that forgets to sync: for folders that are made to be read in a measurement, where a power cut only means making them again.

import Platform

/// Passes everything on but syncs, and leaves what was read in the system's cache.
final class UnsyncedDisk: Disk {
    private let disk: any Disk

    init(_ disk: any Disk) { self.disk = disk }

    func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile { UnsyncedFile(try disk.open(path, for: mode)) }
    var location: String { disk.location }
    func status(of path: String) throws(DiskFailure) -> FileStatus? { try disk.status(of: path) }
    func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) { try disk.list(directory, visit) }
    func makeDirectory(_ path: String) throws(DiskFailure) -> Bool { try disk.makeDirectory(path) }
    func rename(_ path: String, to target: String) throws(DiskFailure) { try disk.rename(path, to: target) }
    func remove(_ path: String) throws(DiskFailure) { try disk.remove(path) }
    func syncDirectory(_ path: String) throws(DiskFailure) {}
    func syncEverything() throws(DiskFailure) {}
    func freeBytes() throws(DiskFailure) -> Int64 { try disk.freeBytes() }
    func lock(_ path: String) throws(DiskFailure) -> any DiskLock { try disk.lock(path) }
    func fileSystem() throws(DiskFailure) -> FileSystemKind { try disk.fileSystem() }
}

private final class UnsyncedFile: DiskFile {
    private let file: any DiskFile

    init(_ file: any DiskFile) { self.file = file }

    func status() throws(DiskFailure) -> FileStatus { try file.status() }
    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8] { try file.read(at: offset, count: count) }
    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure) { try file.write(bytes, at: offset) }
    func truncate(to bytes: Int64) throws(DiskFailure) { try file.truncate(to: bytes) }
    func sync() throws(DiskFailure) {}
    func dropCache() throws(DiskFailure) {}
    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure) { try file.reserve(bytes: bytes, keepingSize: keepingSize) }
}
