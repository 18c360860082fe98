// A copy of the folder as `cp -r`, `rsync` and `tar` make it while the disk is in use: one small action at a time, so that anything may
// happen between two of them. `SimulatedDisk.hotCopy` is the simple form.

import Platform

/// Copies a simulated disk while others change it.
///
/// What POSIX promises such a reader and no more: a name that is there for the whole listing is listed once, one that comes or goes
/// meanwhile is listed or not; an open file is read on although its name is gone. Only the journal's folder is listed at one moment: it
/// never has more names than one call of the system gives, and that call holds the folder.
package final class FolderCopier {
    /// How a tool reads a file whose length changes under it.
    package enum Manner: CaseIterable, Sendable {
        /// Up to the end that the file has when it is reached, as `cp` and `rsync` do.
        case toTheEnd
        /// As many bytes as the file had when it was opened, filled up with zeros when it got shorter, as `tar` does.
        case asAnnounced
    }

    private enum Task {
        case list(path: String, beyond: UInt64?)
        case open(path: String)
        case read(path: String, node: SimulatedDisk.Node, bytes: [UInt8], announced: Int)
    }

    private let disk: SimulatedDisk
    private let copy: SimulatedDisk
    private let older: SimulatedDisk?
    private let manner: Manner
    private let chunkBytes: Int
    private var random: DiskRandom
    private var tasks: [Task] = [.list(path: "", beyond: nil)]
    /// Files that are read when all folders are listed.
    private var listed: [String] = []
    /// What was gone when its turn came and is in the copy as the older one had it; `rsync` tells of such files and ends with 24.
    package private(set) var kept: Set<String> = []

    /// A copier that brings an `older` copy up to date, where there is one, as `rsync -a --delete` does: it lists well ahead of what it
    /// reads, what is not listed goes from the copy, and what was listed and is gone when its turn comes stays there as it was.
    package init(of disk: SimulatedDisk, over older: SimulatedDisk? = nil, manner: Manner, chunkBytes: Int, seed: UInt64) {
        self.disk = disk
        self.older = older
        self.manner = manner
        self.chunkBytes = chunkBytes
        random = DiskRandom(state: seed)
        // The files of the copy have other inodes than those they were made from.
        copy = SimulatedDisk(seed: seed, firstInode: 1_000_000_000)
    }

    package var isDone: Bool { tasks.isEmpty && listed.isEmpty }

    /// The file that it opens next, when a file is next.
    package var nextFile: String? {
        guard let task = tasks.last else { return listed.last }
        return if case .open(let path) = task { path } else { nil }
    }

    /// The file that it has read a part of.
    package var openFile: String? {
        if case .read(let path, _, let bytes, _)? = tasks.last, !bytes.isEmpty { path } else { nil }
    }

    /// The copy, when it is done.
    package var result: SimulatedDisk {
        precondition(isDone, "The copy is not complete.")
        return copy
    }

    /// Does the next action: half of a listing, an open, a chunk.
    package func step() {
        guard let task = tasks.popLast() ?? listed.popLast().map({ .open(path: $0) }) else { return }
        switch task {
        case .list(let path, let beyond): list(path, beyond)
        case .open(let path): open(path)
        case .read(let path, let node, let bytes, let announced): read(path, node, bytes, announced)
        }
    }

    package func finish() {
        while !isDone { step() }
    }

    private func list(_ path: String, _ beyond: UInt64?) {
        guard let folder = disk.node(path), folder.isDirectory else { return }
        if beyond == nil, !path.isEmpty { copy.placeDirectory(path) }
        // A listing comes in two parts, at two moments, in the order of the names' hashes.
        let middle = path == "journal" ? .max : random.next()
        let part = folder.entries.keys.map { (hash: DiskRandom.mix($0, folder.inode), name: $0) }
            .filter { entry in beyond.map { entry.hash >= $0 } ?? (entry.hash < middle) }
            .sorted { $0.hash > $1.hash }
        if beyond == nil { tasks.append(.list(path: path, beyond: middle)) }
        for (_, name) in part {
            let inner = path.isEmpty ? name : path + "/" + name
            guard let entry = folder.entries[name] else { continue }
            if entry.isDirectory {
                tasks.append(.list(path: inner, beyond: nil))
            } else if older != nil {
                listed.append(inner)
            } else {
                tasks.append(.open(path: inner))
            }
        }
    }

    private func open(_ path: String) {
        guard let file = disk.node(path), !file.isDirectory else {
            if let bytes = older?.bytes(path) {
                copy.place(path, bytes)
                kept.insert(path)
            }
            return
        }
        tasks.append(.read(path: path, node: file, bytes: [], announced: file.cache.count))
    }

    private func read(_ path: String, _ node: SimulatedDisk.Node, _ bytes: [UInt8], _ announced: Int) {
        var bytes = bytes
        let limit = manner == .asAnnounced ? min(announced, node.cache.count) : node.cache.count
        if bytes.count < limit { bytes += node.cache[bytes.count..<min(limit, bytes.count + chunkBytes)] }
        if bytes.count < limit { return tasks.append(.read(path: path, node: node, bytes: bytes, announced: announced)) }
        if manner == .asAnnounced, bytes.count < announced { bytes += [UInt8](repeating: 0, count: announced - bytes.count) }
        copy.place(path, bytes)
    }
}
