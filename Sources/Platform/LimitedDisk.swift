// A disk that never has more than so many files open: a promise to the machine, checked where files are opened. Everything else it
// hands on to the disk below.

/// Passes everything on, and refuses to open one file more than its limit.
package final class LimitedDisk: Disk {
    private let disk: any Disk
    private let limit: Int
    fileprivate let open = Monitor(0)

    /// `limit` files at one moment, at least 1.
    package init(_ disk: any Disk, openFiles limit: Int) {
        self.disk = disk
        self.limit = max(limit, 1)
    }

    /// Files that are open now.
    package var openFiles: Int { open.withLock { $0 } }

    package func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile {
        let isFree = open.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else { throw DiskFailure(.other, "open (\(limit) files are open)", path) }
        do {
            return LimitedFile(try disk.open(path, for: mode), of: self)
        } catch {
            open.withLock { $0 -= 1 }
            throw error
        }
    }

    package var location: String { disk.location }
    package func status(of path: String) throws(DiskFailure) -> FileStatus? { try disk.status(of: path) }
    package func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) { try disk.list(directory, visit) }
    package func makeDirectory(_ path: String) throws(DiskFailure) -> Bool { try disk.makeDirectory(path) }
    package func rename(_ path: String, to target: String) throws(DiskFailure) { try disk.rename(path, to: target) }
    package func remove(_ path: String) throws(DiskFailure) { try disk.remove(path) }
    package func syncDirectory(_ path: String) throws(DiskFailure) { try disk.syncDirectory(path) }
    package func syncEverything() throws(DiskFailure) { try disk.syncEverything() }
    package func freeBytes() throws(DiskFailure) -> Int64 { try disk.freeBytes() }
    package func lock(_ path: String) throws(DiskFailure) -> any DiskLock { try disk.lock(path) }
    package func fileSystem() throws(DiskFailure) -> FileSystemKind { try disk.fileSystem() }
}

/// A file that is counted as long as it is open.
private final class LimitedFile: DiskFile {
    private let file: any DiskFile
    private let disk: LimitedDisk

    init(_ file: any DiskFile, of disk: LimitedDisk) {
        self.file = file
        self.disk = disk
    }

    deinit { disk.open.withLock { $0 -= 1 } }

    func status() throws(DiskFailure) -> FileStatus { try file.status() }
    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8] { try file.read(at: offset, count: count) }
    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure) { try file.write(bytes, at: offset) }
    func truncate(to bytes: Int64) throws(DiskFailure) { try file.truncate(to: bytes) }
    func sync() throws(DiskFailure) { try file.sync() }
    func beginWriting() { file.beginWriting() }
    func dropCache() throws(DiskFailure) { try file.dropCache() }
    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure) { try file.reserve(bytes: bytes, keepingSize: keepingSize) }
}
