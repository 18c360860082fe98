// The real disk on a folder of its own: what it refuses, what it locks, and a store on it from opening to closing.

import Glibc
import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `The real disk` {
    @Test func `reads, writes, replaces and lists below its root`() throws {
        let folder = try TemporaryFolder()
        let disk = try PosixDisk(root: folder.path)
        #expect(try disk.makeDirectory("a") && !disk.makeDirectory("a"))
        try disk.replace("a/file", with: Array("one".utf8))
        let inode = try disk.status(of: "a/file")?.inode
        try disk.replace("a/file", with: Array("two".utf8))
        #expect(try disk.readAll("a/file", limitBytes: 10) == Array("two".utf8))
        #expect(try disk.status(of: "a/file")?.inode != inode)
        #expect(try disk.status(of: "a/none") == nil)
        #expect(try disk.readAll("a/none", limitBytes: 10) == nil)
        #expect(throws: DiskFailure.self) { try disk.readAll("a/file", limitBytes: 2) }
        let file = try disk.open("a/file", for: .updating)
        try file.write(Array("xyz".utf8), at: 3)
        #expect(try file.read(at: 1, count: 100) == Array("woxyz".utf8))
        try file.truncate(to: 4)
        try file.reserve(bytes: 1 << 16, keepingSize: true)
        #expect(try file.status().bytes == 4)
        try file.sync()
        try disk.syncDirectory("a")
        try disk.syncEverything()
        #expect(try disk.freeBytes() > 0)
        var names: [DirectoryEntry] = []
        try disk.list("") {
            names.append($0)
            return true
        }
        #expect(names == [DirectoryEntry(name: "a", isDirectory: true)])
        try disk.remove("a/file")
        try disk.remove("a")
        #expect(try disk.status(of: "a") == nil)
    }

    @Test func `follows no symbolic link, opens no folder, device or file with a second name`() throws {
        let folder = try TemporaryFolder()
        let disk = try PosixDisk(root: folder.path)
        try disk.replace("real", with: [1])
        try disk.makeDirectory("inner")
        try #require(symlink("real", folder.path + "/link") == 0)
        try #require(symlink("/etc", folder.path + "/out") == 0)
        try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
        for path in ["link", "inner", "pipe", "out/passwd"] {
            #expect(throws: DiskFailure.self, "\(path)") { try disk.open(path, for: .reading) }
        }
        try #require(Glibc.link(folder.path + "/real", folder.path + "/second") == 0)
        #expect(throws: DiskFailure(.notPlainFile, "open", "real")) { try disk.open("real", for: .reading) }
    }

    @Test func `one lock at a time, and it notices that its file was replaced`() throws {
        let folder = try TemporaryFolder()
        let disk = try PosixDisk(root: folder.path)
        try disk.replace("LOCK", with: [])
        var lock: (any DiskLock)? = try disk.lock("LOCK")
        #expect(throws: DiskFailure(.isLocked, "lock", "LOCK", code: EWOULDBLOCK)) { try PosixDisk(root: folder.path).lock("LOCK") }
        #expect(try lock?.isStillAt("LOCK") == true)
        try disk.replace("LOCK", with: [])
        #expect(try lock?.isStillAt("LOCK") == false)
        lock = nil
        _ = try disk.lock("LOCK")
    }

    @Test func `leaves somebody else's folder as it was`() throws {
        let folder = try TemporaryFolder()
        let disk = try PosixDisk(root: folder.path)
        try disk.replace("letters.txt", with: Array("something".utf8))
        #expect(throws: StorageFailure.foreignFolder(folder: folder.path, found: "letters.txt")) {
            try Store.open(disk: disk, queue: SteppedQueue(), loop: SimulatedLoop(), options: Rig.options(Notices()))
        }
        var names: [String] = []
        try disk.list("") {
            names.append($0.name)
            return true
        }
        #expect(names == ["letters.txt"])
        #expect(try disk.readAll("letters.txt", limitBytes: 100) == Array("something".utf8))
    }

    @Test func `holds a store: acts, documents, a second server refused, a restart`() throws {
        let folder = try TemporaryFolder()
        let user = UserID("ZX1234")!
        let log = Notices()
        func open() throws -> (LoopThread, ThreadQueue, UncheckedBox<Store>) {
            let thread = try LoopThread()
            let queue = try ThreadQueue(name: "disk", threads: 1, limit: 1 << 20)
            let store = try Store.open(
                disk: try PosixDisk(root: folder.path), queue: queue, loop: thread.loop,
                options: Rig.options(log) { $0.segmentBytes = 1 << 20 })
            return (thread, queue, UncheckedBox(store))
        }
        let (thread, queue, store) = try open()
        #expect(throws: StorageFailure.folderInUse(folder: folder.path, holder: "process 0")) {
            try Store.open(
                disk: try PosixDisk(root: folder.path), queue: SteppedQueue(), loop: SimulatedLoop(), options: Rig.options(Notices()))
        }
        let trader = UncheckedBox(Trader("ZX1234", seed: 3))
        let done = Monitor(0)
        try thread.sync {
            store.value.loadBook(user) { _ in
                for _ in 0..<500 {
                    let ticket = store.value.commit(trader.value.next())
                    ticket.whenSettled { _ in if ticket.isDurable { done.withLock { $0 += 1 } } }
                }
                store.value.close { done.withLock { $0 += 1_000 } }
            }
        }
        #expect(done.wait(atMost: .seconds(60)) { $0 == 1_500 ? true : nil } == true)
        queue.close()

        let (nextThread, nextQueue, next) = try open()
        let loaded = Monitor<PaperSnapshot?>(nil)
        try nextThread.sync { next.value.loadBook(user) { result in loaded.withLock { $0 = (try? result.get()) ?? nil } } }
        #expect(loaded.wait(atMost: .seconds(60)) { $0 }?.sorted == trader.value.current.sorted)
        nextQueue.close()
    }
}

/// Carries something that only one thread at a time uses.
final class UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// A folder of its own, gone with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/tradehouse-storage-XXXXXX".utf8CString)
        guard let made = template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) else {
            throw DiskFailure(.other, "create", "/tmp", code: errno)
        }
        path = String(cString: made)
    }

    deinit { TemporaryFolder.remove(path) }

    private static func remove(_ path: String) {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let inner = path + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) { remove(inner) } else { unlink(inner) }
        }
        closedir(directory)
        rmdir(path)
    }
}
