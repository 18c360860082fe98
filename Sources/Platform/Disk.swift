// Files below one root as an interface: `PosixDisk` is the real one, `SimulatedDisk` (Tests/Support) knows what a page cache
// holds and what a power cut leaves. Everything here blocks, so it is called on the disk thread or before serving.

/// Why something on the disk did not work, with what was attempted.
package struct DiskFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of no it was, as far as callers decide by it.
    package enum Kind: Sendable, Equatable {
        case notFound, alreadyExists, noSpace, notPermitted, isLocked
        /// A symbolic link, a folder, a device or a file with a second name where a plain file must be.
        case notPlainFile
        case other
    }

    package let kind: Kind
    /// `open`, `write`, `sync`, …
    package let operation: String
    package let path: String
    /// The system's number, 0 when it was not the system that refused.
    package let code: Int32

    package init(_ kind: Kind, _ operation: String, _ path: String, code: Int32 = 0) {
        self.kind = kind
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var description: String {
        let reason =
            switch kind {
            case .isLocked: "another process holds it"
            case .notPlainFile: "it is not a plain file"
            default: code == 0 ? "\(kind)" : PlatformFailure.text(of: code)
            }
        return "could not \(operation) \(path.isEmpty ? "the data folder" : path): \(reason)"
    }
}

/// What an inode says about a file.
package struct FileStatus: Equatable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var bytes: Int64
    package var isDirectory: Bool
    package var modifiedMicroseconds: Int64

    package init(device: UInt64, inode: UInt64, bytes: Int64, isDirectory: Bool, modifiedMicroseconds: Int64) {
        self.device = device
        self.inode = inode
        self.bytes = bytes
        self.isDirectory = isDirectory
        self.modifiedMicroseconds = modifiedMicroseconds
    }
}

/// One name in a directory.
package struct DirectoryEntry: Equatable, Sendable {
    package let name: String
    package let isDirectory: Bool

    package init(name: String, isDirectory: Bool) {
        self.name = name
        self.isDirectory = isDirectory
    }
}

/// What a file is opened for.
package enum OpenMode: Sendable, Equatable {
    case reading
    /// An existing file, for reading and writing.
    case updating
    /// A file that must not exist yet.
    case creating
}

/// Where a file system stands on keeping its word about locks and syncs.
package enum FileSystemKind: Sendable, Equatable {
    case local
    /// The writable layer of a container: keeps locks and syncs, but is thrown away with the container.
    case overlay
    /// NFS, SMB, FUSE: locks and syncs depend on somebody else.
    case remote
}

/// Files below one root. Paths are relative, their components separated by single slashes; no symbolic link is followed.
package protocol Disk: Sendable {
    /// Refuses what is not a regular file with exactly one name.
    func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile
    /// Nothing when there is no such name.
    func status(of path: String) throws(DiskFailure) -> FileStatus?
    /// Calls `visit` for every name in no particular order, without `.` and `..`, until it returns false.
    func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure)
    /// Returns whether the directory was made now; an existing one is fine.
    @discardableResult
    func makeDirectory(_ path: String) throws(DiskFailure) -> Bool
    /// Replaces what stands at `target`, in one step.
    func rename(_ path: String, to target: String) throws(DiskFailure)
    func remove(_ path: String) throws(DiskFailure)
    /// Makes names that were created, renamed or removed in the directory durable.
    func syncDirectory(_ path: String) throws(DiskFailure)
    /// Makes everything on the file system durable.
    func syncEverything() throws(DiskFailure)
    /// Bytes that may still be written.
    func freeBytes() throws(DiskFailure) -> Int64
    /// Takes the lock on a file that exists, until the lock is let go of; `.isLocked` when another holds it.
    func lock(_ path: String) throws(DiskFailure) -> any DiskLock
    func fileSystem() throws(DiskFailure) -> FileSystemKind
    /// Where the root is, in words for the operator.
    var location: String { get }
}

/// An open file. Used by one thread at a time; closed when it is let go of.
package protocol DiskFile: AnyObject {
    func status() throws(DiskFailure) -> FileStatus
    /// Fewer than `count` bytes only at the end of the file.
    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8]
    /// Writes all or throws; after a failure any part may have been written.
    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure)
    func truncate(to bytes: Int64) throws(DiskFailure)
    /// Makes the content durable. After an error nothing may be believed about what was written since the last success.
    func sync() throws(DiskFailure)
    /// Asks the system to begin writing the content out and does not wait for it, so that a later sync of much has less to do. Promises
    /// nothing, so nothing is wrong where it cannot be done.
    func beginWriting()
    /// Lets go of what the page cache holds of the file and is written out, so that the next read asks the disk. What was not synced stays.
    func dropCache() throws(DiskFailure)
    /// Takes the space for `bytes` from the file system; with `keepingSize` the file stays as long as it was.
    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure)
}

/// A lock that is held as long as the value lives.
package protocol DiskLock: AnyObject, Sendable {
    /// Whether the path still names the file that was locked.
    func isStillAt(_ path: String) throws(DiskFailure) -> Bool
}

extension DiskFile {
    package func beginWriting() {}
}

extension Disk {
    /// The whole file, or nothing when there is none; a file longer than the limit throws.
    package func readAll(_ path: String, limitBytes: Int) throws(DiskFailure) -> [UInt8]? {
        let file: any DiskFile
        do {
            file = try open(path, for: .reading)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
        let bytes = try file.status().bytes
        guard bytes <= Int64(limitBytes) else { throw DiskFailure(.other, "read (longer than \(limitBytes) bytes)", path) }
        return try file.read(at: 0, count: Int(bytes))
    }

    /// Replaces a file as a whole: a temporary file beside it, synced, renamed. Without `syncs` it is atomic, not durable.
    package func replace(_ path: String, with bytes: [UInt8], syncs: Bool = true) throws(DiskFailure) {
        let temporary = Self.temporaryPath(beside: path)
        let file = try createAnew(temporary)
        try file.write(bytes, at: 0)
        if syncs { try file.sync() }
        try rename(temporary, to: path)
        if syncs { try syncDirectory(Self.directory(of: path)) }
    }

    /// Creates a file, removing what an interrupted attempt left under the name.
    package func createAnew(_ path: String) throws(DiskFailure) -> any DiskFile {
        do {
            return try open(path, for: .creating)
        } catch {
            guard error.kind == .alreadyExists else { throw error }
            try remove(path)
            return try open(path, for: .creating)
        }
    }

    /// `paper/X/.tmp-name` for `paper/X/name`.
    package static func temporaryPath(beside path: String) -> String {
        let directory = directory(of: path)
        let name = path.dropFirst(directory.isEmpty ? 0 : directory.utf8.count + 1)
        return (directory.isEmpty ? "" : directory + "/") + ".tmp-" + name
    }

    /// What stands before the last slash, or the root.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }
}
