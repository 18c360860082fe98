// The real disk: descriptors below the root's own descriptor. The calls themselves are in CDisk.h.

import CPlatform
import Glibc

/// A folder of the local file system.
package final class PosixDisk: Disk {
    package let location: String
    private let root: Int32

    /// Opens a folder that exists.
    package init(root path: String) throws(DiskFailure) {
        location = path
        root = cd_open_root(path)
        guard root >= 0 else { throw PosixDisk.failure("open", path, -root) }
    }

    /// Makes the folder (0700) and those above it when they are missing, then opens it.
    package convenience init(making path: String) throws(DiskFailure) {
        var reached = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            reached += (reached.isEmpty || reached == "/" ? "" : "/") + component
            if mkdir(reached, 0o700) != 0, errno != EEXIST { throw PosixDisk.failure("create", path, errno) }
        }
        try self.init(root: path)
    }

    deinit { _ = cd_close(root) }

    package func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile {
        let flags =
            switch mode {
            case .reading: O_RDONLY | O_NONBLOCK
            case .updating: O_RDWR | O_NONBLOCK
            case .creating: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = cd_open_below(root, path, flags, 0o600)
        guard descriptor >= 0 else { throw PosixDisk.failure(mode == .creating ? "create" : "open", path, -descriptor) }
        let file = PosixFile(descriptor: descriptor, path: path)
        let status = try file.fullStatus()
        guard status.is_regular == 1, status.links == 1 else { throw DiskFailure(.notPlainFile, "open", path) }
        return file
    }

    package func status(of path: String) throws(DiskFailure) -> FileStatus? {
        var found = cd_file_status()
        let code = cd_status_below(root, path, &found)
        if code == -ENOENT || code == -ENOTDIR { return nil }
        guard code == 0 else { throw PosixDisk.failure("look at", path, -code) }
        return FileStatus(found)
    }

    package func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) {
        let descriptor = cd_open_below(root, directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { throw PosixDisk.failure("list", directory, -descriptor) }
        var code: Int32 = 0
        guard let stream = cd_directory(descriptor, &code) else { throw PosixDisk.failure("list", directory, -code) }
        defer { closedir(stream) }
        while true {
            var name: UnsafePointer<CChar>?
            var kind: Int32 = 0
            let found = cd_next_entry(stream, &name, &kind)
            if found == 0 { return }
            guard found > 0, let name else { throw PosixDisk.failure("list", directory, -found) }
            let text = String(cString: name)
            if text == "." || text == ".." { continue }
            var isDirectory = kind == 2
            if kind == 0 { isDirectory = try status(of: directory.isEmpty ? text : directory + "/" + text)?.isDirectory ?? false }
            if !visit(DirectoryEntry(name: text, isDirectory: isDirectory)) { return }
        }
    }

    @discardableResult
    package func makeDirectory(_ path: String) throws(DiskFailure) -> Bool {
        let code = cd_make_directory_below(root, path, 0o700)
        if code == -EEXIST {
            guard try status(of: path)?.isDirectory == true else { throw DiskFailure(.notPlainFile, "create", path) }
            return false
        }
        guard code == 0 else { throw PosixDisk.failure("create", path, -code) }
        return true
    }

    package func rename(_ path: String, to target: String) throws(DiskFailure) {
        let code = cd_rename_below(root, path, target)
        guard code == 0 else { throw PosixDisk.failure("rename", path, -code) }
    }

    package func remove(_ path: String) throws(DiskFailure) {
        var code = cd_remove_below(root, path, 0)
        if code == -EISDIR { code = cd_remove_below(root, path, 1) }
        guard code == 0 else { throw PosixDisk.failure("remove", path, -code) }
    }

    package func syncDirectory(_ path: String) throws(DiskFailure) {
        let descriptor = cd_open_below(root, path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { throw PosixDisk.failure("open", path, -descriptor) }
        let code = cd_sync_all(descriptor)
        _ = cd_close(descriptor)
        guard code == 0 else { throw PosixDisk.failure("sync", path, -code) }
    }

    package func syncEverything() throws(DiskFailure) {
        let code = cd_sync_file_system(root)
        guard code == 0 else { throw PosixDisk.failure("sync", "", -code) }
    }

    package func freeBytes() throws(DiskFailure) -> Int64 {
        let bytes = cd_free_bytes(root)
        guard bytes >= 0 else { throw PosixDisk.failure("measure", "", Int32(-bytes)) }
        return bytes
    }

    package func lock(_ path: String) throws(DiskFailure) -> any DiskLock {
        let descriptor = cd_open_below(root, path, O_RDWR, 0)
        guard descriptor >= 0 else { throw PosixDisk.failure("open", path, -descriptor) }
        let lock = PosixLock(descriptor: descriptor, disk: self)
        let code = cd_lock_exclusively(descriptor)
        if code == -EWOULDBLOCK { throw DiskFailure(.isLocked, "lock", path, code: EWOULDBLOCK) }
        guard code == 0 else { throw PosixDisk.failure("lock", path, -code) }
        return lock
    }

    package func fileSystem() throws(DiskFailure) -> FileSystemKind {
        let type = cd_file_system_type(root)
        guard type >= 0 else { throw PosixDisk.failure("measure", "", Int32(-type)) }
        switch type {
        // NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph, AFS as statfs(2) numbers them.
        case 0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x6573_5546, 0x0102_1997, 0x00C3_6400, 0x5346_414F: return .remote
        case 0x794C_7630: return .overlay
        default: return .local
        }
    }

    fileprivate static func failure(_ operation: String, _ path: String, _ code: Int32) -> DiskFailure {
        let kind: DiskFailure.Kind =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EEXIST, ENOTEMPTY: .alreadyExists
            case ENOSPC, EDQUOT, EFBIG: .noSpace
            case EACCES, EPERM, EROFS: .notPermitted
            case ELOOP, EISDIR, ENXIO: .notPlainFile
            default: .other
            }
        return DiskFailure(kind, operation, path, code: code)
    }
}

/// An open regular file.
private final class PosixFile: DiskFile {
    private let descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = cd_close(descriptor) }

    func fullStatus() throws(DiskFailure) -> cd_file_status {
        var found = cd_file_status()
        let code = cd_status(descriptor, &found)
        guard code == 0 else { throw PosixDisk.failure("look at", path, -code) }
        return found
    }

    func status() throws(DiskFailure) -> FileStatus { FileStatus(try fullStatus()) }

    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8] {
        var code = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            while made < count {
                let done = cd_read_at(descriptor, buffer.baseAddress.map { $0 + made }, count - made, offset + Int64(made))
                if done < 0 { code = -done }
                if done <= 0 { return }
                made += done
            }
        }
        guard code == 0 else { throw PosixDisk.failure("read", path, Int32(code)) }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure) {
        let code = bytes.withUnsafeBytes { buffer -> Int in
            var made = 0
            while made < buffer.count {
                let done = cd_write_at(descriptor, buffer.baseAddress.map { $0 + made }, buffer.count - made, offset + Int64(made))
                if done < 0 { return -done }
                // A write that takes nothing would turn this into a loop without end; it means the disk is full.
                if done == 0 { return Int(ENOSPC) }
                made += done
            }
            return 0
        }
        guard code == 0 else { throw PosixDisk.failure("write", path, Int32(code)) }
    }

    func truncate(to bytes: Int64) throws(DiskFailure) {
        let code = cd_truncate(descriptor, bytes)
        guard code == 0 else { throw PosixDisk.failure("truncate", path, -code) }
    }

    func sync() throws(DiskFailure) {
        let code = cd_sync_data(descriptor)
        guard code == 0 else { throw PosixDisk.failure("sync", path, -code) }
    }

    func beginWriting() { _ = cd_begin_writing(descriptor) }

    func dropCache() throws(DiskFailure) {
        let code = cd_drop_cache(descriptor)
        guard code == 0 else { throw PosixDisk.failure("drop the cache of", path, -code) }
    }

    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure) {
        let code = cd_reserve(descriptor, bytes, keepingSize ? 1 : 0)
        // A file system without reservations (tmpfs has them, some do not) only loses the early warning.
        guard code == 0 || code == -EOPNOTSUPP else { throw PosixDisk.failure("reserve", path, -code) }
    }
}

/// A held flock(2): gone with the descriptor.
private final class PosixLock: DiskLock {
    private let descriptor: Int32
    private let disk: PosixDisk

    init(descriptor: Int32, disk: PosixDisk) {
        self.descriptor = descriptor
        self.disk = disk
    }

    deinit { _ = cd_close(descriptor) }

    func isStillAt(_ path: String) throws(DiskFailure) -> Bool {
        var held = cd_file_status()
        let code = cd_status(descriptor, &held)
        guard code == 0 else { throw PosixDisk.failure("look at", path, -code) }
        guard let named = try disk.status(of: path) else { return false }
        return named.device == held.device && named.inode == held.inode
    }
}

extension FileStatus {
    fileprivate init(_ status: cd_file_status) {
        self.init(
            device: status.device, inode: status.inode, bytes: status.bytes, isDirectory: status.is_directory == 1,
            modifiedMicroseconds: status.modified_microseconds)
    }
}
