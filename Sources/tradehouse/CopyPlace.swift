// Where a copy goes: a folder that is not there yet or empty, apart from the folders that must stay as they are. And what the terminal
// shows while it is made.

import Platform
import Storage
import Trading

/// A folder that a copy is to become: the folder above it, which is made if it is missing, and its own name.
struct CopyPlace {
    let parent: PosixDisk
    let name: String

    /// Refuses a place inside or around one of `kept`, and one inside any data folder; `argument` is what the sentence calls it.
    init(_ path: String, argument: String, apartFrom kept: [(what: String, path: String)]) throws {
        let resolved = try CopyPlace.resolve(path, argument, kept)
        if let folder = RealPath.above(resolved).first(where: { Offline.isDataFolder($0) }) {
            throw UsageProblem("\(argument) \(path) lies inside the data folder \(folder); name a place outside of it.")
        }
        try CopyPlace.refuseServed(resolved)
        guard let slash = resolved.lastIndex(of: "/"), resolved != "/" else { throw UsageProblem("\(argument) \(path) has no name.") }
        name = String(resolved[resolved.index(after: slash)...])
        parent = try PosixDisk(making: slash == resolved.startIndex ? "/" : String(resolved[..<slash]))
    }

    /// The path without links, once it lies apart from all that is to be kept.
    private static func resolve(_ path: String, _ argument: String, _ kept: [(what: String, path: String)]) throws -> String {
        do {
            let resolved = try RealPath.of(path)
            for (what, other) in kept {
                let folder = try RealPath.of(other)
                if RealPath.holds(folder, resolved) {
                    throw UsageProblem("\(argument) \(path) lies inside \(what) \(other); name a place outside of it.")
                }
                if RealPath.holds(resolved, folder) {
                    throw UsageProblem("\(argument) \(path) is or holds \(what) \(other); name a place apart from it.")
                }
            }
            return resolved
        } catch let problem as FileProblem {
            throw UsageProblem("\(argument) \(path) cannot be used: \(problem).")
        }
    }

    /// A folder whose lock somebody holds is a running house's, whatever else it looks like.
    private static func refuseServed(_ folder: String) throws {
        guard RealPath.exists(folder + "/LOCK"), try isLocked(PosixDisk(root: folder)) else { return }
        throw UsageProblem("A running Tradehouse holds the folder \(folder); name another.")
    }

    private static func isLocked(_ disk: PosixDisk) throws(DiskFailure) -> Bool {
        do {
            _ = try disk.lock("LOCK")
            return false
        } catch {
            guard error.kind == .isLocked else { throw error }
            return true
        }
    }
}

/// The time of a command that has no loop.
enum WallClock {
    static var now: Timestamp { Timestamp(microseconds: ProcessFacts.wallMicroseconds) }
}

/// What a copy or a check tells on a terminal while it goes on; silent when nobody watches.
struct ProgressLine {
    private let isWatched = Terminal.isInteractive

    func show(_ progress: BackupProgress) {
        switch progress {
        case .copying(let copy):
            guard isWatched else { return }
            let percent = copy.totalBytes > 0 ? min(100, copy.bytes * 100 / copy.totalBytes) : 100
            Terminal.progress("copying: \(copy.files) of \(max(copy.files, copy.totalFiles)) files, \(percent) %")
        case .checking(let check): show(check)
        }
    }

    func show(_ check: CheckProgress) {
        guard isWatched else { return }
        let total = check.total > 0 ? " of \(check.total)" : ""
        switch check.stage {
        case .journal: Terminal.progress("checking: journal")
        case .books: Terminal.progress("checking: \(check.done)\(total) users")
        case .documents: Terminal.progress("checking: \(check.done) documents")
        case .audit: Terminal.progress("checking: audit, \(check.done)\(total) days")
        }
    }

    func end() { Terminal.endProgress() }
}

extension BackupReport {
    /// What a person reads at the end.
    var sentences: [String] {
        var lines = Array(troubles.prefix(Self.shownTroubles))
        if troubleCount > Self.shownTroubles { lines.append("… and \(troubleCount - Self.shownTroubles) more troubles.") }
        lines += leftOut.prefix(Self.shownTroubles).map { "left out: \($0) is no plain file." }
        lines.append(
            "\(users) users, \(books) books, \(accounts) accounts, \(files) files, \(bytes) bytes in \(secondsText) s.")
        return lines
    }

    private static let shownTroubles = 20
    private var secondsText: String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
