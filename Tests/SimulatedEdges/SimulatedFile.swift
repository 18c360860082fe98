// An open file and a held lock of a simulated disk.

import Platform

/// An open file of a simulated disk.
final class SimulatedFile: DiskFile {
    private let disk: SimulatedDisk
    private let node: SimulatedDisk.Node
    private let path: String

    init(disk: SimulatedDisk, node: SimulatedDisk.Node, path: String) {
        self.disk = disk
        self.node = node
        self.path = path
        disk.opened(path)
    }

    deinit { disk.closed(path) }

    func status() throws(DiskFailure) -> FileStatus { disk.status(node) }
    func read(at offset: Int64, count: Int) throws(DiskFailure) -> [UInt8] { try disk.read(node, at: offset, count: count, path) }
    func write(_ bytes: [UInt8], at offset: Int64) throws(DiskFailure) { try disk.write(bytes, at: offset, to: node, path) }
    func truncate(to bytes: Int64) throws(DiskFailure) { try disk.truncate(node, to: bytes, path) }
    func sync() throws(DiskFailure) { try disk.sync(node, path) }
    func dropCache() throws(DiskFailure) { try disk.dropCache(node) }
    func reserve(bytes: Int64, keepingSize: Bool) throws(DiskFailure) { try disk.reserve(bytes, node, keepingSize: keepingSize, path) }
}

final class SimulatedLock: DiskLock, @unchecked Sendable {
    private let inode: UInt64
    private let find: (String) -> UInt64?

    init(inode: UInt64, _ find: @escaping (String) -> UInt64?) {
        self.inode = inode
        self.find = find
    }

    func isStillAt(_ path: String) throws(DiskFailure) -> Bool { find(path) == inode }
}
