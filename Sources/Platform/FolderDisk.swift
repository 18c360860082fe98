// A folder of a disk in the shape of a disk: backups write into one, and check it there, before it has its own name.

/// Everything below one folder of another disk. The folder must exist before anything is made in it.
package final class FolderDisk: Disk {
    private let disk: any Disk
    private let folder: String

    package init(_ disk: any Disk, folder: String) {
        self.disk = disk
        self.folder = folder
    }

    package var location: String { disk.location + "/" + folder }

    private func inner(_ path: String) -> String { path.isEmpty ? folder : folder + "/" + path }

    package func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile { try disk.open(inner(path), for: mode) }
    package func status(of path: String) throws(DiskFailure) -> FileStatus? { try disk.status(of: inner(path)) }
    package func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) {
        try disk.list(inner(directory), visit)
    }
    @discardableResult
    package func makeDirectory(_ path: String) throws(DiskFailure) -> Bool { try disk.makeDirectory(inner(path)) }
    package func rename(_ path: String, to target: String) throws(DiskFailure) { try disk.rename(inner(path), to: inner(target)) }
    package func remove(_ path: String) throws(DiskFailure) { try disk.remove(inner(path)) }
    package func syncDirectory(_ path: String) throws(DiskFailure) { try disk.syncDirectory(inner(path)) }
    package func syncEverything() throws(DiskFailure) { try disk.syncEverything() }
    package func freeBytes() throws(DiskFailure) -> Int64 { try disk.freeBytes() }
    package func lock(_ path: String) throws(DiskFailure) -> any DiskLock { FolderLock(try disk.lock(inner(path)), folder) }
    package func fileSystem() throws(DiskFailure) -> FileSystemKind { try disk.fileSystem() }
}

private final class FolderLock: DiskLock {
    private let lock: any DiskLock
    private let folder: String

    init(_ lock: any DiskLock, _ folder: String) {
        self.lock = lock
        self.folder = folder
    }

    func isStillAt(_ path: String) throws(DiskFailure) -> Bool { try lock.isStillAt(folder + "/" + path) }
}
