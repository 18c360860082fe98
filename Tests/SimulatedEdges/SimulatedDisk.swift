// A disk in memory, behind the interface `Disk`: it knows what a page cache holds, what is durable, and what a power cut leaves of the
// difference. Everything by chance comes from one seed. Its state after a crash is a new disk (`SimulatedDisk+Crashing`); what a test does
// to it behind everybody's back is `SimulatedDisk+Handling`.

import Platform

/// A simulated disk. Used by one thread at a time.
///
/// Pessimistic where POSIX allows it: of what was not synced each sector, each truncation and each change of a directory survives or is
/// lost by itself; syncing a file says nothing about its name; a failed sync loses its pages and leaves them clean in the cache. A rename
/// is one change.
package final class SimulatedDisk: Disk, @unchecked Sendable {
    package enum Crash: Sendable {
        /// The process is gone, the page cache is not.
        case kill
        case powerCut
    }

    package let location = "simulated"
    package internal(set) var random: DiskRandom
    var root: Node
    var nextInode: UInt64
    let device: UInt64
    /// Directory changes that are not durable, oldest first.
    var changes: [DirectoryChange] = []
    /// Folders by their paths, as far as they were looked for; begun anew when one goes or gets another name.
    var folders: [Substring: Node] = [:]
    /// Changing operations so far.
    package internal(set) var steps = 0
    var crashPoint: (step: Int, kind: Crash)?
    /// What is left after the crash that was ordered; nothing before it.
    package internal(set) var survivor: SimulatedDisk?
    /// Bytes that fit, reservations counted.
    package var capacityBytes: Int64
    /// How many of the next syncs of files fail.
    package var failingSyncs = 0
    /// Syncs fail only for paths with this beginning; a sync of everything only when it names a file or folder, whose pages are lost.
    package var failingSyncPrefix = ""
    /// Files outside the journal that are open at this moment, and the most that ever were.
    package private(set) var openFiles = 0
    package private(set) var mostOpenFiles = 0
    /// How many of the next syncs of everything fail, losing what was not synced before.
    package var failingSyncsOfEverything = 0
    /// Whether a sync of everything makes names durable, too. A system may leave that to the sync of each folder.
    package var syncsNamesWithEverything = true
    package var kindOfFileSystem = FileSystemKind.local
    weak var lockHolder: SimulatedLock?
    /// Called before each changing operation: what happens elsewhere at that moment, such as a copy that reads on. It changes nothing.
    package var beforeStep: (() -> Void)?
    /// Killed in place: everything fails until `revive`.
    package internal(set) var isDead = false
    var killStep: Int?
    /// The wall clock for modification times.
    package var clockMicroseconds: Int64 = 1_795_161_600_000_000

    static let sectorBytes = 512

    package init(seed: UInt64 = 1, firstInode: UInt64 = 3, capacityBytes: Int64 = SimulatedDisk.unlimitedBytes) {
        random = DiskRandom(state: seed)
        self.capacityBytes = capacityBytes
        device = 40
        root = Node(inode: 2, isDirectory: true)
        nextInode = firstInode
    }

    init(root: Node, nextInode: UInt64, device: UInt64, random: DiskRandom, capacityBytes: Int64) {
        self.root = root
        self.nextInode = nextInode
        self.device = device
        self.random = random
        self.capacityBytes = capacityBytes
    }

    // MARK: Nodes

    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    final class Node {
        let inode: UInt64
        let isDirectory: Bool
        var entries: [String: Node] = [:]
        var durableEntries: [String: Node] = [:]
        var cache: [UInt8] = []
        var durable: [UInt8] = []
        var unsynced: [Change] = []
        var reserved: Int64 = 0
        var modified: Int64 = 0

        init(inode: UInt64, isDirectory: Bool) {
            self.inode = inode
            self.isDirectory = isDirectory
        }

        static func apply(_ change: Change, to bytes: inout [UInt8]) {
            switch change {
            case .write(let offset, let written):
                if bytes.count < offset { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
                let overlap = min(written.count, bytes.count - offset)
                bytes.replaceSubrange(offset..<offset + overlap, with: written)
            case .truncate(let size):
                if size < bytes.count {
                    bytes.removeLast(bytes.count - size)
                } else {
                    bytes += [UInt8](repeating: 0, count: size - bytes.count)
                }
            }
        }
    }

    enum DirectoryChange {
        case link(directory: Node, name: String, node: Node)
        case unlink(directory: Node, name: String)
        case rename(from: Node, name: String, to: Node, newName: String, node: Node)

        func involves(_ directory: Node) -> Bool {
            switch self {
            case .link(let changed, _, _), .unlink(let changed, _): changed === directory
            case .rename(let from, _, let to, _, _): from === directory || to === directory
            }
        }

        /// The file or folder that gets a name; none for one that loses its last.
        var node: Node? {
            switch self {
            case .link(_, _, let node), .rename(_, _, _, _, let node): node
            case .unlink: nil
            }
        }

        func makeDurable() {
            switch self {
            case .link(let directory, let name, let node): directory.durableEntries[name] = node
            case .unlink(let directory, let name): directory.durableEntries[name] = nil
            case .rename(let from, let name, let to, let newName, let node):
                if from.durableEntries[name] === node { from.durableEntries[name] = nil }
                to.durableEntries[newName] = node
            }
        }
    }

    func node(_ path: String) -> Node? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path.isEmpty ? root : root.entries[path] }
        return folder(path[..<slash])?.entries[String(path[path.utf8.index(after: slash)...])]
    }

    private func folder(_ path: Substring) -> Node? {
        if let known = folders[path] { return known }
        var node = root
        for component in path.split(separator: "/") {
            guard let next = node.entries[String(component)] else { return nil }
            node = next
        }
        if node.isDirectory { folders[path] = node }
        return node
    }

    private func parent(_ path: String, _ operation: String) throws(DiskFailure) -> (Node, String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !name.isEmpty, name != ".", name != "..", let folder = slash.map({ folder(path[..<$0]) }) ?? root, folder.isDirectory
        else { throw DiskFailure(.notFound, operation, path) }
        return (folder, name)
    }

    func makeNode(isDirectory: Bool) -> Node {
        defer { nextInode += 1 }
        return Node(inode: nextInode, isDirectory: isDirectory)
    }

    // MARK: Disk

    package func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile {
        if mode == .creating {
            let (folder, name) = try parent(path, "create")
            guard folder.entries[name] == nil else { throw DiskFailure(.alreadyExists, "create", path) }
            func make() {
                let file = makeNode(isDirectory: false)
                folder.entries[name] = file
                changes.append(.link(directory: folder, name: name, node: file))
            }
            try step("create", path, half: make)
            make()
        } else if survivor != nil || isDead {
            throw DiskFailure(.other, "open", path, code: 5)
        }
        guard let node = node(path) else { throw DiskFailure(.notFound, "open", path) }
        guard !node.isDirectory else { throw DiskFailure(.notPlainFile, "open", path) }
        return SimulatedFile(disk: self, node: node, path: path)
    }

    package func status(of path: String) throws(DiskFailure) -> FileStatus? {
        if survivor != nil || isDead { throw DiskFailure(.other, "look at", path, code: 5) }
        return node(path).map(status)
    }

    func status(_ node: Node) -> FileStatus {
        FileStatus(
            device: device, inode: node.inode, bytes: Int64(node.cache.count), isDirectory: node.isDirectory,
            modifiedMicroseconds: node.modified)
    }

    package func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) {
        guard survivor == nil, !isDead else { throw DiskFailure(.other, "list", directory, code: 5) }
        guard let folder = node(directory), folder.isDirectory else { throw DiskFailure(.notFound, "list", directory) }
        // Neither ascending nor the same for every folder, as on a real disk, and still the same for the same seed.
        let names = folder.entries.keys.map { (DiskRandom.mix($0, folder.inode), $0) }.sorted { $0 < $1 }
        for (_, name) in names {
            guard let entry = folder.entries[name] else { continue }
            if !visit(DirectoryEntry(name: name, isDirectory: entry.isDirectory)) { return }
        }
    }

    @discardableResult
    package func makeDirectory(_ path: String) throws(DiskFailure) -> Bool {
        let (folder, name) = try parent(path, "create")
        if let present = folder.entries[name] {
            guard present.isDirectory else { throw DiskFailure(.notPlainFile, "create", path) }
            return false
        }
        func make() {
            let directory = makeNode(isDirectory: true)
            folder.entries[name] = directory
            changes.append(.link(directory: folder, name: name, node: directory))
        }
        try step("create", path, half: make)
        make()
        return true
    }

    package func rename(_ path: String, to target: String) throws(DiskFailure) {
        let (from, name) = try parent(path, "rename")
        let (to, newName) = try parent(target, "rename")
        guard let node = from.entries[name] else { throw DiskFailure(.notFound, "rename", path) }
        func move() {
            from.entries[name] = nil
            to.entries[newName] = node
            if node.isDirectory { folders = [:] }
            changes.append(.rename(from: from, name: name, to: to, newName: newName, node: node))
        }
        try step("rename", path, half: move)
        move()
    }

    package func remove(_ path: String) throws(DiskFailure) {
        let (folder, name) = try parent(path, "remove")
        guard let node = folder.entries[name] else { throw DiskFailure(.notFound, "remove", path) }
        guard !node.isDirectory || node.entries.isEmpty else { throw DiskFailure(.alreadyExists, "remove", path) }
        func remove() {
            folder.entries[name] = nil
            if node.isDirectory { folders = [:] }
            changes.append(.unlink(directory: folder, name: name))
        }
        try step("remove", path, half: remove)
        remove()
    }

    package func syncDirectory(_ path: String) throws(DiskFailure) {
        guard let folder = node(path), folder.isDirectory else { throw DiskFailure(.notFound, "sync", path) }
        try step("sync", path)
        // What a file was called before goes with it: no disk brings an older name back after a newer one is durable.
        let moved = Set(changes.filter { $0.involves(folder) }.compactMap { $0.node.map { ObjectIdentifier($0) } })
        func goes(_ change: DirectoryChange) -> Bool {
            change.involves(folder) || change.node.map { moved.contains(ObjectIdentifier($0)) } ?? false
        }
        for change in changes where goes(change) { change.makeDurable() }
        changes.removeAll(where: goes)
    }

    package func syncEverything() throws(DiskFailure) {
        try step("sync", "")
        let fails = failingSyncsOfEverything > 0
        if !fails, syncsNamesWithEverything {
            for change in changes { change.makeDurable() }
            changes = []
        }
        func sync(_ node: Node) {
            if !fails { for change in node.unsynced { Node.apply(change, to: &node.durable) } }
            node.unsynced = []
            for entry in node.entries.values { sync(entry) }
        }
        sync(root)
        guard fails else { return }
        failingSyncsOfEverything -= 1
        throw DiskFailure(.other, "sync", "", code: 5)
    }

    package func freeBytes() throws(DiskFailure) -> Int64 {
        if survivor != nil || isDead { throw DiskFailure(.other, "measure", "", code: 5) }
        return isLimited ? max(0, capacityBytes - usedBytes) : capacityBytes
    }

    /// Whether space can run out at all; adding up what is used takes a walk over all files.
    private var isLimited: Bool { capacityBytes < SimulatedDisk.unlimitedBytes }
    package static let unlimitedBytes: Int64 = 1 << 50

    /// Bytes that are taken, reservations counted.
    package var usedBytes: Int64 {
        func used(_ node: Node) -> Int64 {
            node.isDirectory ? node.entries.values.reduce(0) { $0 + used($1) } : max(node.reserved, Int64(node.cache.count))
        }
        return used(root)
    }

    package func lock(_ path: String) throws(DiskFailure) -> any DiskLock {
        guard let node = node(path) else { throw DiskFailure(.notFound, "lock", path) }
        guard lockHolder == nil else { throw DiskFailure(.isLocked, "lock", path) }
        let lock = SimulatedLock(inode: node.inode) { [weak self] path in self?.node(path)?.inode }
        lockHolder = lock
        return lock
    }

    package func fileSystem() throws(DiskFailure) -> FileSystemKind { kindOfFileSystem }

    // MARK: What open files do

    func write(_ bytes: [UInt8], at offset: Int64, to node: Node, _ path: String) throws(DiskFailure) {
        func put(_ part: [UInt8]) {
            guard !part.isEmpty else { return }
            let change = Change.write(offset: Int(offset), bytes: part)
            Node.apply(change, to: &node.cache)
            node.unsynced.append(change)
            node.modified = clockMicroseconds
        }
        let torn = random.below(bytes.count + 1)
        try step("write", path) { put(Array(bytes[..<torn])) }
        let end = offset + Int64(bytes.count)
        let grows = max(0, end - max(Int64(node.cache.count), node.reserved))
        if grows > 0, isLimited, usedBytes + grows > capacityBytes {
            put(Array(bytes[..<random.below(bytes.count)]))
            throw DiskFailure(.noSpace, "write", path, code: 28)
        }
        put(bytes)
    }

    func truncate(_ node: Node, to bytes: Int64, _ path: String) throws(DiskFailure) {
        let change = Change.truncate(Int(bytes))
        try step("truncate", path)
        Node.apply(change, to: &node.cache)
        node.unsynced.append(change)
        node.reserved = 0
        node.modified = clockMicroseconds
    }

    func sync(_ node: Node, _ path: String) throws(DiskFailure) {
        try step("sync", path)
        if failingSyncs > 0, path.hasPrefix(failingSyncPrefix) {
            failingSyncs -= 1
            // The kernel marks the pages clean: the cache shows them, the platters never get them.
            node.unsynced = []
            throw DiskFailure(.other, "sync", path, code: 5)
        }
        for change in node.unsynced { Node.apply(change, to: &node.durable) }
        node.unsynced = []
    }

    /// What a failed sync left in the cache only is gone; what was written since is still there.
    func dropCache(_ node: Node) throws(DiskFailure) {
        if survivor != nil { throw DiskFailure(.other, "drop the cache of", "", code: 5) }
        node.cache = node.durable
        for change in node.unsynced { Node.apply(change, to: &node.cache) }
    }

    func opened(_ path: String) {
        guard !path.hasPrefix("journal/") else { return }
        openFiles += 1
        mostOpenFiles = max(mostOpenFiles, openFiles)
    }

    func closed(_ path: String) {
        if !path.hasPrefix("journal/") { openFiles -= 1 }
    }

    func reserve(_ bytes: Int64, _ node: Node, keepingSize: Bool, _ path: String) throws(DiskFailure) {
        try step("reserve", path)
        let grows = max(0, bytes - max(node.reserved, Int64(node.cache.count)))
        guard !isLimited || usedBytes + grows <= capacityBytes else { throw DiskFailure(.noSpace, "reserve", path, code: 28) }
        node.reserved = max(node.reserved, bytes)
    }

    func read(_ node: Node, at offset: Int64, count: Int, _ path: String) throws(DiskFailure) -> [UInt8] {
        if survivor != nil || isDead { throw DiskFailure(.other, "read", path, code: 5) }
        let start = min(node.cache.count, Int(offset))
        return Array(node.cache[start..<min(node.cache.count, start + count)])
    }
}
