// Whether a book's files alone hold an act, as the disk has them: synced, dropped from the cache, read, walked without the journal. What
// is not right is put right from the journal first, where that is allowed. Used on the disk thread only.

import Platform
import Trading

/// What is asked about one book.
struct BookProof: Sendable {
    let loader: BookLoader
    /// What the files must hold.
    let asked: BookMark
    /// What the files may be mended with; nil when they must be left alone.
    let known: BookMark?
    /// A sync of its files has failed: what the cache shows may be nowhere else, so the files are written anew.
    let isSuspect: Bool

    enum Outcome: Sendable {
        /// The files hold everything up to this version, on the disk.
        case proven(Facts)
        /// It says what is wrong; `isMended` when files were written.
        case failed(String)
    }

    struct Facts: Sendable {
        let v: Int64
        /// Whether files were put right for it.
        var isMended = false
        /// The longest of the four files.
        let longestBytes: Int
        /// Files of an earlier generation that stand beside.
        let leftovers: [String]
    }

    func run(on disk: any Disk, _ files: BookFiles, _ options: StoreOptions) -> Outcome {
        var why = "a sync of its files failed"
        do throws(StorageFailure) {
            if !isSuspect, try BookProof.settle(loader.key, on: disk, options) { return .proven(try prove(on: disk)) }
        } catch {
            why = "\(error)"
        }
        guard let known else { return .failed(why) }
        do throws(StorageFailure) {
            // A sync that failed is not tried again on the same file: it gets a new one.
            let rewrites = isSuspect || why == "a sync of its files failed"
            _ = try loader.with(mark: known).load(on: disk, files, options.notice, rewrites: rewrites)
            guard try BookProof.settle(loader.key, on: disk, options) else { return .failed("a sync of its files failed again") }
            var facts = try prove(on: disk)
            facts.isMended = true
            return .proven(facts)
        } catch {
            return .failed("\(error)")
        }
    }

    /// Syncs the files and drops them from the cache; false when a sync failed.
    static func settle(_ key: BookKey, on disk: any Disk, _ options: StoreOptions) throws(StorageFailure) -> Bool {
        guard !options.without.contains(.verifyAgainAfterStart) else { return true }
        do throws(DiskFailure) {
            guard try disk.status(of: key.directory) != nil else { return true }
            for path in try key.filesOnDisk(disk) {
                let file = try disk.open(path, for: .reading)
                do {
                    try file.sync()
                } catch {
                    options.notice(StorageNotice(.error, "file_not_synced", ["file": path, "why": "\(error)"]))
                    return options.without.contains(.verifyAfterFailedSync)
                }
                try file.dropCache()
            }
            if !options.without.contains(.syncFolders) {
                try disk.syncDirectory(key.directory)
                if key.book != .default { try disk.syncDirectory("paper/" + key.user.text) }
                try disk.syncDirectory("paper")
            }
            return true
        } catch {
            throw .io(error)
        }
    }

    private func prove(on disk: any Disk) throws(StorageFailure) -> Facts {
        let (v, longest) = try loader.with(mark: asked).prove(on: disk)
        do {
            return Facts(v: v, longestBytes: longest, leftovers: try loader.key.leftovers(disk))
        } catch {
            throw .io(error)
        }
    }
}

extension BookKey {
    /// The book's own files that exist: the four, and its archives.
    func filesOnDisk(_ disk: any Disk) throws(DiskFailure) -> [String] {
        let stem = "user_" + user.text + "_paper_"
        var found: [String] = []
        try disk.list(directory) { entry in
            if !entry.isDirectory, entry.name.hasPrefix(stem), !entry.name.contains(".g") { found.append(directory + "/" + entry.name) }
            return true
        }
        return found.sorted()
    }

    /// Files of installs that stand beside the book's own names.
    func leftovers(_ disk: any Disk) throws(DiskFailure) -> [String] {
        let stem = "user_" + user.text + "_paper_"
        var found: [String] = []
        try disk.list(directory) { entry in
            if !entry.isDirectory, entry.name.hasPrefix(stem), entry.name.contains(".g") { found.append(directory + "/" + entry.name) }
            return true
        }
        return found.sorted()
    }
}
