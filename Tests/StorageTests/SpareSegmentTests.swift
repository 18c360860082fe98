// The room that is filled for the next segment: taken when it is whole, told from acts wherever it shows, and never in the way.

import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `The spare segment` {
    private static func small(_ options: inout StoreOptions) {
        options.segmentBytes = 4_000
        options.tidyInterval = .seconds(3_600)
    }

    private func lived(_ acts: Int) throws -> (Rig, Trader) {
        let rig = try Rig(SimulatedDisk(), Self.small)
        let trader = Trader("AA")
        trader.resume(from: try rig.load(trader.user))
        for _ in 0..<acts {
            trader.act(on: rig)
            rig.settle()
        }
        return (rig, trader)
    }

    private func segments(_ disk: SimulatedDisk) -> [String] {
        disk.paths.filter { $0.hasPrefix("journal/0") && $0.hasSuffix(".jsonl") }
    }

    @Test func `is filled when a segment is half full and becomes the next one`() throws {
        let (rig, trader) = try lived(1)
        #expect(!rig.disk.paths.contains(SpareSegment.path))
        while !rig.disk.paths.contains(SpareSegment.path) {
            trader.act(on: rig)
            rig.settle()
        }
        #expect(segments(rig.disk).count == 1)
        #expect(rig.disk.bytes(SpareSegment.path) == [UInt8](repeating: SpareSegment.filler, count: 4_000))
        while segments(rig.disk).count == 1 {
            trader.act(on: rig)
            rig.settle()
        }
        #expect(!rig.disk.paths.contains(SpareSegment.path))
        let (first, second) = (segments(rig.disk)[0], segments(rig.disk)[1])
        #expect(!rig.disk.text(first).contains("\t"))
        #expect(rig.disk.bytes(second)?.count == 4_000 && rig.disk.text(second).contains("\n\t\t"))
        try rig.close()
        #expect(!rig.disk.text(second).contains("\t") && rig.disk.text(second).hasSuffix("\n"))
        let next = try Rig(rig.disk)
        #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
        #expect(!next.log.events.contains("segment_healed"))
    }

    @Test func `is removed at a stop and at a start`() throws {
        let (rig, trader) = try lived(1)
        while !rig.disk.paths.contains(SpareSegment.path) {
            trader.act(on: rig)
            rig.settle()
        }
        let left = rig.disk.crashed(.kill)
        _ = try Rig(left)
        #expect(!left.paths.contains(SpareSegment.path))
        try rig.close()
        #expect(!rig.disk.paths.contains(SpareSegment.path))
    }

    @Test func `that somebody removed or a full disk prevents is done without`() throws {
        let (rig, trader) = try lived(1)
        while !rig.disk.paths.contains(SpareSegment.path) {
            trader.act(on: rig)
            rig.settle()
        }
        rig.disk.erase(SpareSegment.path)
        while segments(rig.disk).count == 1 {
            trader.act(on: rig)
            rig.settle()
        }
        #expect(rig.log.events.contains("spare_segment_not_used"))
        #expect(!rig.disk.text(segments(rig.disk)[1]).contains("\t"))
        let next = try Rig(rig.disk.crashed(.powerCut))
        #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `leaves nothing amiss when a crash comes at any step`(kind: SimulatedDisk.Crash) throws {
        for step in 1...220 {
            let disk = SimulatedDisk(seed: UInt64(step))
            let trader = Trader("AA", seed: UInt64(step))
            disk.crash(kind, atStep: step)
            do {
                let rig = try Rig(disk, Self.small)
                trader.resume(from: try rig.load(trader.user))
                for _ in 0..<20 where disk.survivor == nil {
                    trader.act(on: rig)
                    rig.settle()
                }
            } catch {
                guard disk.survivor != nil else { throw error }
            }
            guard let left = disk.survivor else { continue }
            for start in 0..<2 {
                let next = try Rig(left)
                let loaded = try next.load(trader.user)?.sorted
                let reached = trader.states.lastIndex { $0?.sorted == loaded }
                #expect(reached ?? -1 >= trader.acknowledged, "step \(step), start \(start)")
                #expect(!next.log.events.contains("book_quarantined"), "step \(step)")
                try next.close()
            }
        }
    }

    @Test func `a copy that the journal overtook ends where its reader was`() throws {
        let (rig, trader) = try lived(1)
        while segments(rig.disk).count < 2 {
            trader.act(on: rig)
            rig.settle()
        }
        // Until here the copy reads the open segment; the files and all that follows it reads afterwards.
        let second = segments(rig.disk)[1]
        let early = rig.disk.bytes(second)!
        let before = trader.acknowledged
        while segments(rig.disk).count < 4 {
            trader.act(on: rig)
            rig.settle()
        }
        let late = rig.disk.bytes(second)!
        let cut = early.firstIndex(of: SpareSegment.filler)! + 30
        for files in ["kept", "gone"] {
            let copy = rig.disk.crashed(.kill)
            copy.overwrite(second) { $0 = Array(early[..<cut] + late[cut...]) }
            if files == "gone" { for path in copy.paths where path.hasPrefix("paper/") { copy.erase(path) } }
            for start in 0..<2 {
                let next = try Rig(copy)
                #expect(next.log.events.contains("journal_gap") == (start == 0))
                let loaded = try next.load(trader.user)?.sorted
                let reached = try #require(trader.states.lastIndex { $0?.sorted == loaded }, "files \(files), start \(start)")
                #expect(reached >= before)
                if files == "gone" { #expect(reached == before) }
                #expect(!copy.text(second).contains("\t"))
                try next.close()
            }
            // What was behind the gap is kept for people to look at.
            #expect(copy.paths.count { $0.hasPrefix("quarantine/") && $0.hasSuffix(".jsonl") } >= 2)
        }
    }

    @Test func `a bit that flips in room that was left behind a whole segment costs nothing`() throws {
        let (rig, trader) = try lived(1)
        while segments(rig.disk).count < 4 {
            trader.act(on: rig)
            rig.settle()
        }
        let path = segments(rig.disk)[1]
        let copy = rig.disk.crashed(.kill)
        // As a power cut leaves it that came before the cut behind the seal was durable.
        copy.overwrite(path) {
            $0 += [UInt8](repeating: SpareSegment.filler, count: 900) + [0x0B] + [UInt8](repeating: SpareSegment.filler, count: 50)
        }
        let next = try Rig(copy, Self.small)
        #expect(!next.log.events.contains("journal_gap"))
        #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test func `zeros that a tool puts in the place of what was cut off are no damage`() throws {
        let (rig, trader) = try lived(1)
        while segments(rig.disk).count < 4 {
            trader.act(on: rig)
            rig.settle()
        }
        rig.advance(by: .seconds(1))
        for path in segments(rig.disk).dropLast() {
            let copy = rig.disk.crashed(.kill)
            copy.overwrite(path) { $0 += [UInt8](repeating: 0, count: 700) }
            let next = try Rig(copy, Self.small)
            #expect(!next.log.events.contains("journal_line_damaged") && !next.log.events.contains("journal_gap"), "\(path)")
            #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
            // In the place of lines they are.
            let holed = rig.disk.crashed(.kill)
            holed.overwrite(path) { bytes in
                for index in bytes.count - 300..<bytes.count { bytes[index] = 0 }
            }
            #expect(try Rig(holed, Self.small).log.events.contains("journal_line_damaged"), "\(path)")
        }
    }

    @Test func `one flipped bit does not pass for the end of what was written`() throws {
        let (rig, trader) = try lived(6)
        let other = Trader("BB", seed: 9)
        other.resume(from: try rig.load(other.user))
        other.act(on: rig)
        rig.settle()
        trader.act(on: rig)
        rig.settle()
        let path = segments(rig.disk)[0]
        let bytes = rig.disk.bytes(path)!
        var seen = 0
        for (index, byte) in bytes.enumerated() where (byte ^ SpareSegment.filler).nonzeroBitCount == 1 {
            seen += 1
            let copy = rig.disk.crashed(.kill)
            copy.overwrite(path) { $0[index] = SpareSegment.filler }
            let next = try Rig(copy)
            #expect(!next.log.events.contains("journal_gap"))
            #expect(next.log.events.contains("journal_line_damaged"), "byte \(index)")
        }
        #expect(seen > 0)
    }

    @Test func `batches wait when the readable files fall behind`() throws {
        let rig = try Rig(SimulatedDisk()) {
            $0.appendBacklogBytes = 2_000
            $0.backlogLimitBytes = 8_000
        }
        let trader = Trader("AA")
        trader.resume(from: try rig.load(trader.user))
        // The journal's thread works and the one of the readable files does not.
        for _ in 0..<60 {
            trader.act(on: rig)
            repeat { rig.loop.runUntilIdle() } while rig.queue.journal.runNext()
            rig.loop.runUntilIdle()
        }
        let waiting = trader.acknowledged
        #expect((4...14).contains(waiting), "\(waiting)")
        rig.settle()
        #expect(trader.acknowledged == 60)
        #expect(rig.store.backlog.bytes == 0)
    }
}
