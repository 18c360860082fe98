// The folder as a whole: whose it is, which format it has, and that only one process writes to it. What lives in its sub-folders is
// the business of the files named after it.

import Platform
import Trading

/// What FORMAT.json says.
struct FolderFormat: Equatable, Sendable {
    var id: String
    var createdAt: Timestamp
    /// Its own inode and device: another pair means that the folder was copied.
    var inode: UInt64
    var device: UInt64
    /// Logins written at or before this record are forgotten; 0 for none. Records of this life have higher numbers.
    var loginsAfter: Int64

    static let path = "FORMAT.json"
    /// How many record numbers a copied folder leaves out. Documents and the audit may have been copied later than the journal and then
    /// name records that it does not have: their numbers must not be given again, and logins among them are forgotten, too.
    static let numbersLeftOut: Int64 = 1_000_000_000
    static let version: Int64 = 1

    var line: [UInt8] {
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", "tradehouse.data")
        writer.int("ver", FolderFormat.version)
        writer.text("id", id)
        writer.time("created", createdAt)
        writer.text("inode", String(inode))
        writer.text("device", String(device))
        writer.int("logins_after", loginsAfter)
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }

    /// Reads the file; nothing when there is none.
    static func read(_ disk: any Disk) throws(StorageFailure) -> FolderFormat? {
        let bytes: [UInt8]?
        do {
            bytes = try disk.readAll(path, limitBytes: 1 << 16)
        } catch {
            throw .io(error)
        }
        guard let bytes else { return nil }
        let parsed: Result<FolderFormat, StorageFailure> = bytes.withUnsafeBytes { bytes in
            let line = UnsafeRawBufferPointer(rebasing: bytes[..<(LineStream.lineFeed(in: bytes, from: 0) ?? bytes.count)])
            guard SealedLine.check(line) != nil else { return .failure(.damaged(file: path, why: "its checksum is wrong")) }
            var row = RowReader(line)
            guard row.text("fmt") == "tradehouse.data", let version = row.int("ver") else {
                return .failure(.damaged(file: path, why: "it is not a data folder's"))
            }
            guard version <= FolderFormat.version else { return .failure(.newerFormat(file: path, version: version)) }
            guard let id = row.text("id"), let created = row.time("created"), let inode = row.text("inode").flatMap({ UInt64($0) }),
                let device = row.text("device").flatMap({ UInt64($0) }), let logins = row.int("logins_after")
            else { return .failure(.damaged(file: path, why: "a member is missing")) }
            return .success(FolderFormat(id: id, createdAt: created, inode: inode, device: device, loginsAfter: logins))
        }
        return try parsed.get()
    }

    /// Writes the file anew with its own inode in it, synced.
    mutating func write(_ disk: any Disk) throws(DiskFailure) {
        let temporary = ".tmp-" + FolderFormat.path
        let file = try disk.createAnew(temporary)
        let status = try file.status()
        inode = status.inode
        device = status.device
        try file.write(line, at: 0)
        try file.sync()
        try disk.rename(temporary, to: FolderFormat.path)
        try disk.syncDirectory("")
    }

    /// Whether the file is still where it was written.
    func isInPlace(_ disk: any Disk) throws(DiskFailure) -> Bool {
        guard let status = try disk.status(of: FolderFormat.path) else { return false }
        return status.inode == inode && status.device == device
    }
}

/// Opening the folder for one process.
enum DataFolder {
    static let lockPath = "LOCK"
    static let ballastPath = ".ballast"
    static let directories = ["journal", "paper", "sessions", "users", "books", "triggers", "credentials", "config", "index", "audit"]

    /// Takes the folder's lock. A folder that is somebody else's is refused before anything is made in it.
    ///
    /// What is seen without the lock may change until it is held, so `claim` looks again.
    static func lock(_ disk: any Disk, options: StoreOptions, at now: Timestamp) throws(StorageFailure) -> any DiskLock {
        do {
            switch try disk.fileSystem() {
            case .local: break
            case .overlay: options.notice(StorageNotice(.warning, "overlay_file_system", ["folder": disk.location]))
            case .remote:
                guard options.acceptsAnyFileSystem else { throw StorageFailure.unsupportedFileSystem(folder: disk.location) }
            }
            if try disk.status(of: lockPath) == nil {
                // A LOCK that appears meanwhile means another process is making the folder its own; the lock decides that too.
                if try FolderFormat.read(disk) == nil, let found = try foreignEntry(disk, "", depth: 0),
                    try disk.status(of: lockPath) == nil
                {
                    throw StorageFailure.foreignFolder(folder: disk.location, found: found)
                }
                do {
                    _ = try disk.open(lockPath, for: .creating)
                } catch {
                    // Another process made it in between; the lock decides.
                    guard error.kind == .alreadyExists else { throw error }
                }
            }
            let lock = try disk.lock(lockPath)
            guard try lock.isStillAt(lockPath) else { throw StorageFailure.folderInUse(folder: disk.location, holder: nil) }
            return lock
        } catch let failure as DiskFailure {
            guard failure.kind == .isLocked else { throw translate(failure, disk) }
            throw .folderInUse(folder: disk.location, holder: holder(disk))
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk fails here: \(error)")
        }
    }

    /// Says in LOCK who holds it. Information for people, so a disk that is full only loses the remark.
    static func sign(_ disk: any Disk, options: StoreOptions, instance: String, at now: Timestamp) {
        var writer = RowWriter()
        writer.raw("{\"pid\":")
        writer.decimalDigits(Int64(options.processID))
        writer.time("start", now)
        writer.text("instance", instance)
        writer.raw("}\n")
        do {
            let file = try disk.open(lockPath, for: .updating)
            try file.truncate(to: 0)
            try file.write(writer.bytes, at: 0)
        } catch {
            options.notice(StorageNotice(.warning, "lock_not_signed", ["why": "\(error)"]))
        }
    }

    private static func holder(_ disk: any Disk) -> String? {
        // Whatever cannot be read here only shortens the sentence about the lock.
        guard let bytes = try? disk.readAll(lockPath, limitBytes: 4_096) else { return nil }
        return bytes.withUnsafeBytes { bytes in
            var row = RowReader(bytes)
            return row.int("pid").map { "process \($0)" }
        }
    }

    /// Whose folder it is: an empty one is made ours, ours is returned, anything else is refused.
    ///
    /// Called with the lock held.
    static func claim(_ disk: any Disk, options: StoreOptions, at now: Timestamp) throws(StorageFailure) -> FolderFormat {
        var format = try FolderFormat.read(disk)
        do {
            if format == nil {
                if let found = try foreignEntry(disk, "", depth: 0) {
                    throw StorageFailure.foreignFolder(folder: disk.location, found: found)
                }
                var made = FolderFormat(
                    id: Crypto.hex(options.randomBytes(16)), createdAt: now, inode: 0, device: 0, loginsAfter: 0)
                for directory in directories { try disk.makeDirectory(directory) }
                try made.write(disk)
                format = made
            }
            // A start that was cut short may have left FORMAT.json without the folders' names, or its own name and theirs in the cache only,
            // and none must be lost later.
            for directory in directories { try disk.makeDirectory(directory) }
            if !options.without.contains(.syncFolders) { try disk.syncDirectory("") }
        } catch let failure as DiskFailure {
            throw translate(failure, disk)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk fails here: \(error)")
        }
        guard let format else { preconditionFailure("A claimed folder has a format.") }
        return format
    }

    /// A folder without any journal has no users either: with them, the journal is what was lost.
    static func checkFresh(_ disk: any Disk) throws(StorageFailure) {
        for directory in ["paper", "users"] {
            var found: String?
            do {
                try disk.list(directory) { entry in
                    if !isPlaceholder(entry.name, atTop: false), !entry.name.hasPrefix(".tmp-") { found = directory + "/" + entry.name }
                    return found == nil
                }
            } catch {
                throw .io(error)
            }
            if let found { throw .damaged(file: "journal", why: "it is empty, and \(found) is not new") }
        }
    }

    /// The first name that a folder of placeholders would not hold.
    private static func foreignEntry(_ disk: any Disk, _ directory: String, depth: Int) throws(DiskFailure) -> String? {
        var folders: [String] = []
        var foreign: String?
        try disk.list(directory) { entry in
            let path = directory.isEmpty ? entry.name : directory + "/" + entry.name
            if entry.isDirectory {
                if depth == 0, entry.name == "lost+found" { return true }
                if depth >= 3 { foreign = path } else { folders.append(path) }
            } else if !isPlaceholder(entry.name, atTop: depth == 0) {
                foreign = path
            }
            return foreign == nil
        }
        for folder in folders where foreign == nil { foreign = try foreignEntry(disk, folder, depth: depth + 1) }
        return foreign
    }

    private static func isPlaceholder(_ name: String, atTop: Bool) -> Bool {
        name.hasPrefix("README") || name == ".gitkeep" || name == ".gitignore" || name == ".keep"
            || (atTop && (name == lockPath || name == ".tmp-" + FolderFormat.path))
    }

    static func translate(_ failure: DiskFailure, _ disk: any Disk) -> StorageFailure {
        switch failure.kind {
        case .notPermitted: .notWritable(folder: disk.location, failure)
        case .noSpace: .storageFull
        default: .io(failure)
        }
    }
}
