// Indexes beside closed segments: a start with them knows what a start without them knows, and none that does not fit is believed.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Indexes of segments` {
    private static func options(_ options: inout StoreOptions) {
        options.segmentBytes = 4_000
        options.tidyInterval = .milliseconds(500)
    }

    private func lived() throws -> (SimulatedDisk, [Trader]) {
        let rig = try Rig(SimulatedDisk(), Self.options)
        let traders = [Trader("AA"), Trader("BB", seed: 2), Trader("BB", seed: 3, book: BookName("swing")!)]
        for trader in traders { trader.resume(from: try rig.load(trader.user, trader.book)) }
        for act in 0..<90 {
            let change = DocumentChange(.config("c\(act % 5)")!, act % 7 == 0 ? nil : ["n": .number(JSONNumber(1))])
            traders[act % 3].act(on: rig, documents: [change])
            rig.advance(by: .milliseconds(40))
        }
        rig.advance(by: .seconds(30))
        try rig.close()
        return (rig.disk, traders)
    }

    private func expect(_ disk: SimulatedDisk, holds traders: [Trader], _ note: String = "") throws {
        let rig = try Rig(disk.crashed(.kill))
        for trader in traders {
            #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted, "\(trader.user) \(note)")
        }
    }

    private func indexes(_ disk: SimulatedDisk) -> [String] { disk.paths.filter { $0.hasSuffix(".idx") } }

    @Test func `are made of every closed segment and stand for it`() throws {
        let (disk, traders) = try lived()
        let segments = disk.paths.filter { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") }
        #expect(indexes(disk).count == segments.count - 1)
        for path in indexes(disk) {
            for line in disk.text(path).split(separator: "\n") { #expect(line.contains("\"crc\":\"")) }
        }
        try expect(disk, holds: traders)
        // Books behind the journal are made good from segments whose records nobody has looked at.
        for path in disk.paths where path.hasPrefix("paper/AA/") { disk.erase(path) }
        try expect(disk, holds: traders)
        // A start reads an index in the place of its segment: what it proves of a segment that went bad since still holds.
        disk.overwrite(segments[0]) { bytes in
            for index in 400..<bytes.count { bytes[index] = 0x20 }
        }
        let rig = try Rig(disk.crashed(.kill))
        #expect(throws: StorageFailure.self) { try rig.load(UserID("AA")!) }
        #expect(try rig.load(UserID("BB")!)?.sorted == traders[1].current.sorted)
    }

    @Test func `are not believed when a byte is wrong, a line is missing or the segment is another`() throws {
        let (disk, traders) = try lived()
        let (first, second) = (indexes(disk)[0], indexes(disk)[1])
        let bytes = disk.bytes(first)!
        for index in stride(from: 0, to: bytes.count, by: 7) {
            let copy = disk.crashed(.kill)
            copy.overwrite(first) { $0[index] ^= 4 }
            try expect(copy, holds: traders, "byte \(index)")
        }
        for cut in [0, 1, bytes.count / 2, bytes.count - 1] {
            let copy = disk.crashed(.kill)
            copy.overwrite(first) { $0.removeSubrange(cut...) }
            try expect(copy, holds: traders, "cut at \(cut)")
        }
        let swapped = disk.crashed(.kill)
        let other = disk.bytes(second)!
        swapped.overwrite(first) { $0 = other }
        try expect(swapped, holds: traders, "swapped")
        let lines = disk.text(first).split(separator: "\n")
        let shorter = disk.crashed(.kill)
        shorter.overwrite(first) { $0 = Array((lines.dropFirst().joined(separator: "\n") + "\n").utf8) }
        for path in shorter.paths where path.hasPrefix("paper/") { shorter.erase(path) }
        try expect(shorter, holds: traders, "a line is missing")
    }

    @Test func `stand for a segment that has the newest audit entries, whatever the audit file has of them`() throws {
        let rig = try Rig(SimulatedDisk(), Self.options)
        let trader = Trader("AA")
        trader.resume(from: try rig.load(trader.user))
        let entries = (1...3).map { AuditEntry(actor: "AA", ip: "", act: "order", ref: "ref-\($0)") }
        trader.act(on: rig, audit: entries)
        for _ in 0..<60 {
            trader.act(on: rig)
            rig.advance(by: .milliseconds(40))
        }
        rig.advance(by: .seconds(30))
        try rig.close()
        let audit = try #require(rig.disk.paths.first { $0.hasPrefix("audit/") })
        let whole = rig.disk.text(audit)
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        for kept in 2...4 {
            let disk = rig.disk.crashed(.kill)
            disk.overwrite(audit) { $0 = Array((lines.prefix(kept).joined(separator: "\n") + "\n").utf8) }
            // Damaged where its index says nothing of: a start that read the segment itself would tell of it.
            disk.overwrite("journal/00000001.jsonl") { $0[$0.count - 200] ^= 1 }
            let again = try Rig(disk, Self.options)
            #expect(disk.text(audit) == whole, "\(kept) lines kept")
            #expect(!again.log.events.contains("journal_line_damaged"))
            try again.close()
        }
    }

    @Test func `come anew in the background, and a damaged segment gets none`() throws {
        let (disk, traders) = try lived()
        let gone = indexes(disk)
        for path in gone { disk.erase(path) }
        let damaged = String(gone[2].dropLast(4)) + ".jsonl"
        disk.overwrite(damaged) { $0[700] ^= 1 }
        let rig = try Rig(disk, Self.options)
        rig.advance(by: .seconds(30))
        #expect(Set(gone).subtracting(indexes(disk)) == [gone[2]])
        for trader in traders { #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted) }
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `leave nothing amiss when a crash cuts their making`(kind: SimulatedDisk.Crash) throws {
        let (disk, traders) = try lived()
        for path in indexes(disk) { disk.erase(path) }
        for step in 1...60 {
            let copy = disk.crashed(.kill)
            copy.crash(kind, atStep: step)
            do {
                try Rig(copy, Self.options).advance(by: .seconds(10))
            } catch {
                guard copy.survivor != nil else { throw error }
            }
            try expect(copy.survivor ?? copy, holds: traders, "step \(step)")
        }
    }
}
