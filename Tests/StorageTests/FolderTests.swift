// Whose folder it is: empty, ours, somebody else's, newer, copied together from two lives, or held by another server.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `The data folder` {
    @Test func `an empty folder becomes ours, placeholders included`() throws {
        let disk = SimulatedDisk()
        disk.place("README", Array("kept".utf8))
        disk.place("paper/.gitkeep", [])
        let rig = try Rig(disk)
        #expect(disk.text("FORMAT.json").contains("\"fmt\":\"tradehouse.data\",\"ver\":1"))
        #expect(disk.text("journal/00000001.jsonl").hasPrefix("{\"fmt\":\"tradehouse.journal\",\"ver\":1,\"seg\":1,"))
        try rig.close()
    }

    @Test func `a second server on the folder is refused and the first goes on`() throws {
        let rig = try Rig(SimulatedDisk()) { $0.processID = 77 }
        #expect(throws: StorageFailure.folderInUse(folder: "simulated", holder: "process 77")) { try Rig(rig.disk) }
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.settle()
        #expect(trader.acknowledged == 1)
        try rig.close()
        _ = try Rig(rig.disk)
    }

    @Test(arguments: ["letters.txt", "paper/other/file", "journal/00000001.jsonl"])
    func `a folder with something else in it is refused and not touched`(path: String) throws {
        let disk = SimulatedDisk()
        disk.place(path, Array("something".utf8))
        #expect(throws: StorageFailure.foreignFolder(folder: "simulated", found: path)) { try Rig(disk) }
        #expect(disk.paths == [path])
    }

    @Test func `a folder of a newer format without a lock is refused and not touched`() throws {
        let disk = SimulatedDisk()
        let line = "{\"fmt\":\"tradehouse.data\",\"ver\":9"
        disk.place("FORMAT.json", Array((line + ",\"crc\":\"" + Rig.hex(Crypto.crc32c(Array(line.utf8))) + "\"}\n").utf8))
        #expect(throws: StorageFailure.newerFormat(file: "FORMAT.json", version: 9)) { try Rig(disk) }
        #expect(disk.paths == ["FORMAT.json"])
    }

    @Test func `a newer format is refused and not touched`() throws {
        for path in ["FORMAT.json", "journal/00000001.jsonl", "paper/ZX1234/user_ZX1234_paper_orders.jsonl"] {
            let rig = try Rig(SimulatedDisk())
            let trader = Trader("ZX1234")
            _ = try rig.load(trader.user)
            trader.act(on: rig)
            rig.advance(by: .seconds(1))
            try rig.close()
            rig.disk.overwrite(path) { bytes in
                let end = bytes.firstIndex(of: 0x0A)!
                var line = String(decoding: bytes[..<end], as: UTF8.self).replacingFirst("\"ver\":1,", "\"ver\":9,")
                line = String(line.dropLast(18))
                let sealed = line + ",\"crc\":\"" + Rig.hex(Crypto.crc32c(Array(line.utf8))) + "\"}"
                bytes.replaceSubrange(..<end, with: Array(sealed.utf8))
            }
            let before = rig.disk.bytes(path)
            #expect(throws: StorageFailure.newerFormat(file: path, version: 9)) { try Rig(rig.disk).load(trader.user) }
            #expect(rig.disk.bytes(path) == before)
        }
    }

    @Test func `two lives of one folder are not mixed`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.settle()
        try rig.close()
        let backup = rig.disk.crashed(.kill)
        // The original lives on to segment 3, the backup to another segment 2; then the original's segment 3 comes back over it.
        for _ in 0..<2 { try Rig(rig.disk).close() }
        let restored = try Rig(backup) { options in
            let random = options.randomBytes
            options.randomBytes = { random($0).map { ~$0 } }
        }
        try restored.close()
        backup.place("journal/00000003.jsonl", rig.disk.bytes("journal/00000003.jsonl")!)
        #expect(throws: StorageFailure.mixedLives(older: "journal/00000002.jsonl", newer: "journal/00000003.jsonl")) { try Rig(backup) }
    }

    @Test func `a hole in the numbers of the journal is no reason to refuse`() throws {
        let rig = try Rig(SimulatedDisk())
        try rig.close()
        for _ in 0..<3 { try Rig(rig.disk).close() }
        rig.disk.erase("journal/00000002.jsonl")
        _ = try Rig(rig.disk)
    }

    @Test func `a network file system is refused unless it is asked for`() throws {
        let disk = SimulatedDisk()
        disk.kindOfFileSystem = .remote
        #expect(throws: StorageFailure.unsupportedFileSystem(folder: "simulated")) { try Rig(disk) }
        #expect(disk.paths == [])
        try Rig(disk) { $0.acceptsAnyFileSystem = true }.close()
        let layer = SimulatedDisk()
        layer.kindOfFileSystem = .overlay
        let rig = try Rig(layer)
        #expect(rig.log.events.contains("overlay_file_system"))
    }

    @Test func `every failure is one sentence`() {
        let user = UserID("ZX1234")!
        let failures: [StorageFailure] = [
            .folderInUse(folder: "d", holder: "process 7"), .foreignFolder(folder: "d", found: "x"), .newerFormat(file: "f", version: 2),
            .notWritable(folder: "d", DiskFailure(.notPermitted, "create", "LOCK", code: 13)), .unsupportedFileSystem(folder: "d"),
            .mixedLives(older: "a", newer: "b"), .damaged(file: "f", why: "w"), .quarantined(user, .default, why: "w"),
            .documentQuarantined(.user(user), why: "w"), .bookNotLoaded(user, .default), .bookBusy(user, .default),
            .bookExists(user, .default), .recordTooLarge(bytes: 2, limitBytes: 1), .storageFull, .outcomeUnknown, .closed,
            .io(DiskFailure(.other, "read", "f", code: 5)),
        ]
        for failure in failures { #expect(failure.description.hasSuffix(".") && !failure.description.contains("\n"), "\(failure)") }
    }
}

extension Rig {
    static func hex(_ sum: UInt32) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension String {
    func replacingFirst(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
