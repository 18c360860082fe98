// Everything that blocks: what lives on the disk thread and on the journal's, and does what `Store` hands it, in order. It gets bytes and
// gives outcomes; what they mean is decided on the loop.

import Platform
import Trading

/// The disk thread's own state. Touched by jobs of the store's queue only, one at a time, and by `Store.open` before the first job; the
/// journal by jobs of the journal's queue, so that no batch waits behind the readable files.
final class DiskThread: @unchecked Sendable {
    let disk: LimitedDisk
    let options: StoreOptions
    /// Held until the store is closed.
    private var lock: (any DiskLock)?
    let journal: JournalWriter
    let files: BookFiles
    let audit: AuditFiles
    /// Folders of documents that were created or replaced since the last checkpoint.
    private var touched: Set<String> = []
    /// Documents that were written since the last checkpoint, and whether a sync failed since: then they are written anew before the
    /// next, because what the cache shows of them may be nowhere else.
    private var unsynced: [DocumentPath: [UInt8]] = [:]
    private var isInDoubt = false
    private var hasBallast = false
    private var freeBytes = Int64.max

    /// Writing a file anew needs room for both; on a full disk that room is for shutting down.
    var hasRoomToFold: Bool { freeBytes >= options.ballastFreeBytes }

    init(disk: LimitedDisk, options: StoreOptions, lock: any DiskLock, journal: JournalWriter, audit: AuditFiles) {
        self.disk = disk
        self.options = options
        self.lock = lock
        self.journal = journal
        self.audit = audit
        files = BookFiles(disk: disk, without: options.without)
    }

    /// Data files that are open now, the journal's not counted.
    var openFiles: Int { disk.openFiles }

    // MARK: Space

    /// Free space, having given up the ballast when there is too little.
    func measure() -> Int64? {
        do {
            let free = try disk.freeBytes()
            freeBytes = free
            if !hasBallast, free >= options.ballastFreeBytes { takeBallast() }
            guard free < options.ballastFreeBytes, hasBallast else { return free }
            try disk.remove(DataFolder.ballastPath)
            hasBallast = false
            options.notice(StorageNotice(.error, "ballast_given_up", ["free": "\(free)"]))
            return try disk.freeBytes()
        } catch {
            options.notice(StorageNotice(.error, "space_not_measured", ["why": "\(error)"]))
            return nil
        }
    }

    /// Takes the ballast when there is room for it.
    func takeBallast() {
        do {
            if try disk.status(of: DataFolder.ballastPath) != nil {
                hasBallast = true
                return
            }
            guard options.ballastBytes > 0, try disk.freeBytes() > options.minimumFreeBytes + options.ballastBytes else { return }
            let file = try disk.open(DataFolder.ballastPath, for: .creating)
            hasBallast = true
            try file.reserve(bytes: options.ballastBytes, keepingSize: false)
        } catch {
            options.notice(StorageNotice(.warning, "ballast_not_taken", ["why": "\(error)"]))
        }
    }

    // MARK: The readable files

    /// One book's durable acts.
    struct Append: Sendable {
        let key: BookKey
        let generation: Int64
        let acts: [DurableAct]
    }

    /// Appends the lines of acts book by book and returns the books whose files were left alone, and whether somebody edited them.
    func append(_ appends: [Append]) -> [(BookKey, isEdited: Bool)] {
        var held: [(BookKey, isEdited: Bool)] = []
        for append in appends {
            do {
                try files.append(append.acts, to: append.key, generation: append.generation)
            } catch {
                let why: String
                let isEdited: Bool
                switch error {
                case .edited(let path): (why, isEdited) = ("\(path) was changed by somebody else", true)
                case .failed(let failure): (why, isEdited) = ("\(failure)", false)
                case .doesNotContinue(let v): (why, isEdited) = ("they end at version \(v)", false)
                }
                options.notice(
                    StorageNotice(.error, "book_files_held", ["user": append.key.user.text, "book": append.key.book.text, "why": why]))
                held.append((append.key, isEdited))
            }
        }
        return held
    }

    /// A document's newest durable version.
    struct Write: Sendable {
        let path: DocumentPath
        /// Nil removes the file.
        let line: [UInt8]?
    }

    /// Replaces documents; returns those that did not work.
    func write(_ writes: [Write]) -> [DocumentPath] {
        var failed: [DocumentPath] = []
        for write in writes {
            do {
                touched.insert(write.path.directory)
                unsynced[write.path] = write.line
                if let line = write.line {
                    try Documents.write(line, to: write.path, on: disk)
                } else if try disk.status(of: write.path.filePath) != nil {
                    try disk.remove(write.path.filePath)
                }
            } catch {
                options.notice(StorageNotice(.error, "document_not_written", ["path": write.path.text, "why": "\(error)"]))
                failed.append(write.path)
            }
        }
        return failed
    }

    /// Appends audit lines; returns whether that worked.
    func writeAudit(_ backlog: [AuditBacklog]) -> Bool {
        do {
            if !backlog.isEmpty { touched.insert("audit") }
            try audit.append(backlog)
            return true
        } catch {
            options.notice(StorageNotice(.error, "audit_not_written", ["why": "\(error)"]))
            return false
        }
    }

    /// Makes everything durable that was appended and replaced so far; says whether that worked.
    func checkpoint() -> Bool {
        do {
            if isInDoubt || audit.isInDoubt, !options.without.contains(.verifyAfterFailedSync) {
                for (path, line) in unsynced.sorted(by: { $0.key < $1.key }) { try Documents.write(line, to: path, on: disk) }
                try audit.writeAgain()
            }
            do {
                try disk.syncEverything()
            } catch {
                isInDoubt = true
                throw error
            }
            isInDoubt = false
            unsynced = [:]
            audit.checkpointed()
            if !options.without.contains(.syncFolders) {
                for directory in files.touched.union(touched).sorted() { try syncUpwards(directory) }
            }
            files.checkpointed()
            touched = []
            return true
        } catch {
            // The journal still has it all; the next checkpoint tries again.
            options.notice(StorageNotice(.error, "checkpoint_failed", ["why": "\(error)"]))
            return false
        }
    }

    // MARK: Proof

    /// Whether documents stand on the disk; those that a crash left in the journal only get their files first. A sync that fails
    /// leaves everything written since the last checkpoint in doubt.
    func prove(_ asked: [DocumentProof.Request], loginsAfter: Int64) -> [DocumentProof.Outcome] {
        if let why = doubt { return asked.map { _ in .failed(why) } }
        var failures: [DocumentPath: String] = [:]
        var directories: Set<String> = []
        for request in asked {
            guard let mark = request.mark else { continue }
            do throws(StorageFailure) {
                _ = try Documents.load(request.path, mark: mark, loginsAfter: loginsAfter, on: disk)
                directories.insert(request.path.directory)
            } catch {
                failures[request.path] = "\(error)"
            }
        }
        do throws(DiskFailure) {
            // The checkpoint before knew nothing of files that were made now.
            if !options.without.contains(.syncFolders) { for directory in directories.sorted() { try syncUpwards(directory) } }
        } catch {
            return asked.map { _ in .failed("\(error)") }
        }
        return asked.map { request in
            if let why = failures[request.path] { return .failed(why) }
            let outcome = DocumentProof.run(request.path, dv: request.dv, on: disk, options)
            if case .unsynced = outcome { isInDoubt = true }
            return outcome
        }
    }

    /// Why nothing may be proven before the next checkpoint: a proof drops the cache, and after a sync that failed only the cache has what
    /// that checkpoint writes anew.
    private var doubt: String? {
        guard isInDoubt || audit.isInDoubt, !options.without.contains(.verifyAfterFailedSync) else { return nil }
        return "a sync of the readable files failed"
    }

    /// As `AuditFiles.prove`.
    func proveAudit(upTo seq: Int64, since start: CivilDate) -> AuditFiles.Proof {
        if let why = doubt { return .failed(why) }
        let outcome = audit.prove(upTo: seq, since: start, without: options.without)
        if case .unsynced = outcome { isInDoubt = true }
        return outcome
    }

    private func syncUpwards(_ directory: String) throws(DiskFailure) {
        var at = directory
        while true {
            do {
                try disk.syncDirectory(at)
            } catch  where error.kind == .notFound {
                // What was to be written there was gone again before the folder was made: nothing to sync.
            }
            guard let slash = at.lastIndex(of: "/") else { return }
            at = String(at[..<slash])
        }
    }

    /// Closes the journal and lets go of the lock.
    func close(at now: Timestamp) -> StorageFailure? {
        defer { lock = nil }
        do {
            try journal.close(at: now)
            return nil
        } catch {
            switch error {
            case .nothingStored(let failure), .unknown(let failure): return failure
            }
        }
    }
}
