// The writing end of the four readable files of each book: appends of what is durable in the journal, and whole files. Used on the
// disk thread only. Reading them is `BookLoader`.

import Platform
import Trading

/// What the server left of a file; anything else there means that somebody edited it.
struct FileMark: Sendable, Equatable {
    var inode: UInt64
    var bytes: Int64
}

/// Why lines did not reach a book's files. The journal has them all the same.
enum AppendProblem: Error {
    case edited(path: String)
    case failed(DiskFailure)
    /// The files end at another version than the one before the first act.
    case doesNotContinue(v: Int64)
}

/// What the server left of a book's files.
struct LeftFiles: Sendable {
    /// Nil for a file that is not there yet.
    var marks: [FileMark?] = [nil, nil, nil, nil]
    /// What their last lines say.
    var chain = BookChain()
}

final class BookFiles {
    private let disk: any Disk
    private var left: [BookKey: LeftFiles] = [:]
    /// Directories in which names were made since the last checkpoint.
    private(set) var touched: Set<String> = []

    /// Rules that tests leave out.
    private let without: Set<ProtocolRule>

    init(disk: any Disk, without: Set<ProtocolRule> = []) {
        self.disk = disk
        self.without = without
    }

    /// Takes over what loading a book found or left.
    func adopt(_ key: BookKey, _ left: LeftFiles) { self.left[key] = left }
    func forget(_ key: BookKey) { left[key] = nil }

    /// Whether the files are what was left of them; a book that is not open has none to compare.
    func areAsLeft(_ key: BookKey, on disk: any Disk) throws(DiskFailure) -> Bool {
        guard let left = left[key]?.marks else { return true }
        for file in BookFile.allCases {
            let status = try disk.status(of: key.path(file))
            guard status.map({ FileMark(inode: $0.inode, bytes: $0.bytes) }) == left[file.rawValue] else { return false }
        }
        return true
    }

    /// A file was written anew under way.
    func changed(_ key: BookKey, _ file: BookFile, _ mark: FileMark) { left[key]?.marks[file.rawValue] = mark }
    func checkpointed() { touched = [] }
    func touch(_ directory: String) { touched.insert(directory) }

    /// Makes the folders of a book.
    func makeDirectory(of key: BookKey) throws(DiskFailure) {
        if try disk.makeDirectory("paper/" + key.user.text) { touched.insert("paper") }
        if key.book != .default, try disk.makeDirectory(key.directory) { touched.insert("paper/" + key.user.text) }
        touched.insert(key.directory)
    }

    /// Appends the lines of durable acts to the files of a book, creating them when it has none.
    func append(_ acts: [DurableAct], to key: BookKey, generation: Int64) throws(AppendProblem) {
        var left = left[key] ?? LeftFiles()
        guard let first = acts.first else { return }
        guard first.v == left.chain.v + 1 else { throw .doesNotContinue(v: left.chain.v) }
        let lines = BookLines(of: acts, to: &left.chain)
        do {
            if left.marks.contains(where: { $0 == nil }) { try makeDirectory(of: key) }
            // Meta last: it says what the other three must contain.
            for file in BookFile.allCases {
                let path = key.path(file)
                if let mark = left.marks[file.rawValue] {
                    guard !lines[file].isEmpty else { continue }
                    let open = try disk.open(path, for: .updating)
                    let status = try open.status()
                    guard status.inode == mark.inode, status.bytes == mark.bytes else { throw AppendProblem.edited(path: path) }
                    try BookFiles.write(lines[file], to: open, at: mark.bytes)
                    left.marks[file.rawValue]?.bytes += Int64(lines[file].count)
                    if lines[file].count >= BookFiles.writtenSoon { open.beginWriting() }
                } else {
                    let bytes = BookHeader(generation: generation).line(file, of: key) + lines[file]
                    let open: any DiskFile
                    do {
                        open = try disk.open(path, for: .creating)
                    } catch {
                        if error.kind == .alreadyExists { throw AppendProblem.edited(path: path) }
                        throw error
                    }
                    try BookFiles.write(bytes, to: open, at: 0)
                    left.marks[file.rawValue] = FileMark(inode: try open.status().inode, bytes: Int64(bytes.count))
                }
            }
            self.left[key] = left
        } catch let problem as AppendProblem {
            throw problem
        } catch let failure as DiskFailure {
            throw .failed(failure)
        } catch {
            preconditionFailure("Only the disk fails here: \(error)")
        }
    }

    /// So many bytes at once begin to be written out at once: a checkpoint that finds all of them makes the journal's syncs wait.
    private static let writtenSoon = 16 << 10

    private static func write(_ bytes: [UInt8], to file: any DiskFile, at offset: Int64) throws(DiskFailure) {
        do {
            try file.write(bytes, at: offset)
        } catch let failure {
            try file.truncate(to: offset)
            throw failure
        }
    }

    /// Replaces a file as a whole, durably, and says what it left.
    func replace(_ path: String, with bytes: [UInt8]) throws(DiskFailure) -> FileMark {
        if without.contains(.replaceByRename), try disk.status(of: path) != nil {
            let file = try disk.open(path, for: .updating)
            try file.truncate(to: 0)
            try file.write(bytes, at: 0)
            try file.sync()
        } else {
            try disk.replace(path, with: bytes)
        }
        guard let status = try disk.status(of: path) else { throw DiskFailure(.notFound, "find again", path) }
        return FileMark(inode: status.inode, bytes: status.bytes)
    }
}
