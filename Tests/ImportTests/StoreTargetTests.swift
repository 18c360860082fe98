// The import into a real data folder: what it writes is there after the folder was closed and opened again, and nothing else is.

import Glibc
import Platform
import Testing
import Trading
import Wire

@testable import Storage

/// Runs an import on the loop that a store is confined to, as the command does.
private actor Migration {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func run(
        _ files: [String: [UInt8]], into folder: String, _ options: ImportOptions = ImportOptions()
    ) async throws -> (report: ImportReport, books: [UserID: PaperSnapshot]) {
        var settings = StoreOptions()
        settings.ballastBytes = 0
        settings.minimumFreeBytes = 0
        settings.acceptsAnyFileSystem = true
        let queue = try ThreadQueue(name: "disk", threads: 1)
        let store = try Store.open(disk: try PosixDisk(root: folder), queue: queue, loop: loop, options: settings)
        let report = try await LegacyImport.run(
            source: LegacySource(ExportFolder(files)), options: options, target: StoreTarget(store))
        var books: [UserID: PaperSnapshot] = [:]
        for user in report.accounts.compactMap(\.user) { books[user] = try await store.loadBook(user) }
        await store.close()
        queue.close()
        return (report, books)
    }
}

@Suite struct `Imports into a data folder` {
    @Test func `books are durable, known when they come again, and alone in the folder`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let loop = try EventLoop()
        let thread = try SystemThread(name: "loop") { loop.run() }
        defer {
            loop.stop()
            thread.join()
        }
        let migration = Migration(loop)
        let one = LegacyExport.day(seed: 1)
        let two = LegacyExport.day(seed: 2, idBase: 0x1000_0000)
        let files = one.files(.relaxed).merging(two.files(.bson, prefix: "user_zx1_")) { a, _ in a }
        let (_, wanted) = try await imported(ExportFolder(files))

        let (first, books) = try await migration.run(files, into: folder.path)
        #expect(first.outcome == .imported && first.accounts.map(\.outcome) == [.imported, .imported])
        #expect(books == wanted.books)

        let (again, reread) = try await migration.run(files, into: folder.path)
        #expect(again.accounts.map(\.outcome) == [.identical, .identical] && reread == wanted.books)

        let third = LegacyExport.day(seed: 3, idBase: 0x2000_0000).files(.canonical)
        let (refused, kept) = try await migration.run(third, into: folder.path)
        #expect(refused.outcome == .refused && kept[.legacyDefault] == wanted.books[.legacyDefault])
        var options = ImportOptions()
        options.merge = true
        let (merged, grown) = try await migration.run(third, into: folder.path, options)
        #expect(merged.accounts.map(\.outcome) == [.merged] && grown[.legacyDefault]?.orders.count == 80)
        let (known, _) = try await migration.run(files, into: folder.path, options)
        #expect(known.accounts.map(\.outcome) == [.identical, .identical])

        let disk = try PosixDisk(root: folder.path)
        var names: [String] = []
        try disk.list("paper") { entry in
            names.append(entry.name)
            return true
        }
        #expect(names.sorted() == ["ZX1", "default"])
    }
}

/// A folder of its own for one test.
struct TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/tradehouse-import-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PlatformFailure("make a temporary folder", code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() { TemporaryFolder.remove(path) }

    private static func remove(_ path: String) {
        // Names are gathered first: a folder is not changed while it is read.
        var entries: [DirectoryEntry] = []
        guard let disk = try? PosixDisk(root: path) else { return }  // already gone
        try? disk.list("") { entry in  // what cannot be listed is left for the system to clean
            entries.append(entry)
            return true
        }
        for entry in entries {
            if entry.isDirectory { remove(path + "/" + entry.name) } else { unlink(path + "/" + entry.name) }
        }
        rmdir(path)
    }
}
