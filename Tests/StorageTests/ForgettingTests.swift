// The end of journal segments: what must be true before one goes, that nothing is lost by it, and what a crash in the middle leaves.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Forgetting segments` {
    static func short(_ options: inout StoreOptions) {
        options.segmentBytes = 6_000
        options.retention = .seconds(30)
        options.shortestRetention = .seconds(5)
        options.tidyInterval = .milliseconds(500)
        options.proofRetry = .seconds(3)
        options.checkpointInterval = .seconds(2)
    }

    private func segments(_ disk: SimulatedDisk) -> [String] {
        disk.paths.filter { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") }
    }

    private func life(_ rig: Rig, _ traders: [Trader], acts: Int) throws {
        for trader in traders where trader.states.count == 1 && trader.tickets.isEmpty {
            trader.resume(from: try rig.load(trader.user, trader.book))
        }
        for act in 0..<acts {
            traders[act % traders.count].act(
                on: rig, audit: [AuditEntry(actor: "a", ip: "", act: "order", ref: "\(act)")])
            rig.advance(by: .milliseconds(60))
        }
    }

    private func expect(_ disk: SimulatedDisk, holds traders: [Trader], _ note: String = "") throws {
        let rig = try Rig(disk.crashed(.kill))
        for trader in traders {
            #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted, "\(trader.user) \(note)")
        }
        #expect(!rig.log.events.contains("book_quarantined"), "\(note)")
    }

    @Test func `a segment goes when everything in it was proven and the retention has passed, the oldest first`() throws {
        let rig = try Rig(SimulatedDisk(), Self.short)
        let traders = [Trader("AA"), Trader("BB", seed: 2), Trader("BB", seed: 3, book: BookName("swing")!)]
        try life(rig, traders, acts: 90)
        let full = segments(rig.disk)
        #expect(full.count > 5)
        rig.advance(by: .seconds(24))
        #expect(segments(rig.disk).count == full.count)
        rig.advance(by: .seconds(16))
        #expect(segments(rig.disk) == Array(full.suffix(1)))
        #expect(rig.disk.paths.filter { $0.hasSuffix(".idx") } == [])
        try expect(rig.disk, holds: traders)
        // And the house goes on.
        try life(rig, traders, acts: 30)
        try rig.close()
        try expect(rig.disk, holds: traders)
    }

    @Test func `a copy over an older one knows why a segment lacks its end, and one that nobody announced is missed`() throws {
        let rig = try Rig(SimulatedDisk(), Self.short)
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        try life(rig, traders, acts: 11)
        let partial = try #require(segments(rig.disk).last)
        let older = try #require(rig.disk.bytes(partial))
        while segments(rig.disk).last == partial { try life(rig, traders, acts: 1) }
        // The next one has its place in the copy, too.
        try life(rig, traders, acts: 2)
        let unannounced = rig.disk.crashed(.kill)
        rig.advance(by: .seconds(20))
        try life(rig, traders, acts: 12)
        rig.advance(by: .seconds(5))
        for (disk, isKnown) in [(rig.disk.crashed(.kill), true), (unannounced, false)] {
            #expect(disk.bytes(partial)?.count ?? 0 > older.count)
            disk.overwrite(partial) { $0 = older }
            let copy = try Rig(disk)
            #expect(copy.log.events.contains("journal_batch_missing") == !isKnown)
            guard isKnown else { continue }
            for trader in traders { #expect(try copy.load(trader.user)?.sorted == trader.current.sorted) }
        }
    }

    @Test func `a full disk does not keep a proven segment`() throws {
        let rig = try Rig(SimulatedDisk(), Self.short)
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        try life(rig, traders, acts: 40)
        let before = segments(rig.disk).count
        rig.disk.capacityBytes = rig.disk.usedBytes
        rig.advance(by: .seconds(60))
        #expect(segments(rig.disk).count < before)
        rig.disk.capacityBytes = SimulatedDisk.unlimitedBytes
        try expect(rig.disk, holds: traders)
    }

    @Test func `after a start everything is proven anew before a segment goes`() throws {
        let first = try Rig(SimulatedDisk(), Self.short)
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        try life(first, traders, acts: 60)
        first.advance(by: .seconds(20))
        try first.close()
        let before = segments(first.disk).count
        let next = try Rig(first.disk, Self.short)
        next.advance(by: .seconds(25))
        #expect(segments(next.disk).count == before + 1)
        next.advance(by: .seconds(10))
        #expect(segments(next.disk).count == 1)
        try expect(next.disk, holds: traders)
    }

    @Test func `a closed book and a missing document hold the segments that name them`() throws {
        for victim in ["book", "document"] {
            let first = try Rig(SimulatedDisk(), Self.short)
            let traders = [Trader("AA"), Trader("BB", seed: 2)]
            try life(first, traders, acts: 20)
            let ticket = first.commit(Commit(user: UserID("AA")!, documents: [DocumentChange(.user(UserID("AA")!), ["u": "AA"])]))
            first.advance(by: .seconds(5))
            #expect(ticket.isDurable)
            if victim == "book" {
                // The beginning of the file is damaged and the journal no longer explains it.
                try life(first, traders, acts: 40)
                first.advance(by: .seconds(60))
                #expect(segments(first.disk).count == 1)
                try life(first, traders, acts: 2)
                first.advance(by: .seconds(1))
                try first.close()
                first.disk.overwrite("paper/AA/user_AA_paper_orders.jsonl") { $0[400] ^= 1 }
            } else {
                first.disk.erase("users/AA.json")
            }
            let rig = victim == "book" ? try Rig(first.disk, Self.short) : first
            try life(rig, [traders[1]], acts: 40)
            rig.advance(by: .seconds(120))
            let holds = victim == "book" ? "\"u\":\"AA\",\"bk\"" : "\"path\":\"users/AA.json\""
            #expect(segments(rig.disk).contains { rig.disk.text($0).contains(holds) }, "\(victim)")
            #expect(rig.log.events.contains("segment_held"), "\(victim)")
            #expect(rig.store.figures.heldSegments > 0)
        }
    }

    @Test func `above the journal's limit segments go early, never before the shortest retention, and the window says so`() throws {
        let rig = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.journalLimitBytes = 20_000
        }
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        #expect(rig.store.figures.windowSeconds == 30)
        try life(rig, traders, acts: 100)
        rig.advance(by: .seconds(8))
        #expect(rig.store.figures.journalBytes < 27_000)
        #expect((5...6).contains(rig.store.figures.windowSeconds))
        #expect(segments(rig.disk).count > 2)
        try expect(rig.disk, holds: traders)
        rig.advance(by: .seconds(60))
        #expect(rig.store.figures.windowSeconds == 30)
    }

    @Test func `a file whose sync failed is written anew before anything is released`() throws {
        let rig = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.checkpointInterval = .seconds(1)
        }
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        try life(rig, traders, acts: 10)
        rig.advance(by: .seconds(3))
        // The cache shows everything, the platters have nothing of it.
        rig.disk.failingSyncsOfEverything = 1
        try life(rig, traders, acts: 10)
        rig.advance(by: .seconds(4))
        #expect(rig.log.events.contains("checkpoint_failed"))
        try life(rig, traders, acts: 30)
        rig.advance(by: .seconds(60))
        #expect(segments(rig.disk).count == 1)
        for seed in 1...20 {
            let left = try Rig(rig.disk.crashed(.powerCut))
            for trader in traders { #expect(try left.load(trader.user)?.sorted == trader.current.sorted, "\(seed)") }
        }
    }

    @Test(arguments: ["users", "audit"])
    func `a document and the audit are written anew when the sync of their proof failed`(folder: String) throws {
        let rig = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.appendDelay = .milliseconds(10)
            $0.documentCacheEntries = 1
            $0.segmentBytes = 3_000
        }
        let trader = Trader("AA")
        let path = DocumentPath.user(trader.user)
        var serial = 0
        func change() {
            serial += 1
            trader.act(
                on: rig,
                documents: [DocumentChange(path, ["serial": .string("\(serial)")]), DocumentChange(.config("c")!, ["a": .bool(true)])],
                audit: [AuditEntry(actor: "a", ip: "", act: "change", ref: "change-\(serial)-")])
        }
        trader.resume(from: try rig.load(trader.user))
        rig.disk.failingSyncPrefix = folder
        rig.disk.failingSyncs = 1
        // New versions come between the checkpoint before the proof and the proof, so the failing sync loses one.
        while rig.disk.failingSyncs > 0, serial < 2_000 {
            change()
            rig.advance(by: .milliseconds(20), step: .milliseconds(5))
        }
        #expect(rig.disk.failingSyncs == 0)
        #expect(rig.log.events.contains("segment_held"))
        rig.advance(by: .seconds(60))
        #expect(segments(rig.disk).count == 1)
        for seed in 1...10 {
            let left = try Rig(rig.disk.crashed(.powerCut))
            #expect(try left.load(trader.user)?.sorted == trader.current.sorted, "\(seed)")
            var read: Result<JSONValue?, StorageFailure>?
            left.loop.perform { left.store.document(path) { read = $0 } }
            left.settle()
            #expect(try read?.get()?["serial"]?.string == "\(serial)", "\(seed)")
            let audit = left.disk.paths.filter { $0.hasPrefix("audit/") }.map { left.disk.text($0) }.joined()
            for number in 1...serial { #expect(audit.contains("\"change-\(number)-\""), "\(seed): \(number)") }
            #expect(!left.log.events.contains("audit_edited"))
        }
    }

    @Test func `what only the cache holds after a failed sync of another life is seen on the disk and put right`() throws {
        let first = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.checkpointInterval = .seconds(3_600)
        }
        let traders = [Trader("AA"), Trader("BB", seed: 2)]
        try life(first, traders, acts: 20)
        first.disk.failingSyncsOfEverything = 1
        #expect(throws: DiskFailure.self) { try first.disk.syncEverything() }
        // The process goes away without its checkpoint; the next one finds clean pages.
        let second = try Rig(first.disk.crashed(.kill), Self.short)
        second.advance(by: .seconds(60))
        // The audit is mended by a start only: what it lacks is in the journal, which stays for it.
        #expect(segments(second.disk).count > 1)
        try second.close()
        let next = try Rig(second.disk, Self.short)
        next.advance(by: .seconds(60))
        #expect(segments(next.disk).count == 1)
        for _ in 1...20 {
            let left = try Rig(next.disk.crashed(.powerCut))
            for trader in traders { #expect(try left.load(trader.user)?.sorted == trader.current.sorted) }
        }
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `a crash at any step of it loses nothing`(kind: SimulatedDisk.Crash) throws {
        for seed in 1...60 {
            var chance = DiskRandom(state: UInt64(seed) &* 77)
            var disk = SimulatedDisk(seed: UInt64(seed))
            let traders = [Trader("AA", seed: UInt64(seed)), Trader("BB", seed: UInt64(seed + 1)), Trader("CC", seed: 5)]
            for life in 0..<3 {
                disk.crash(kind, atStep: 40 + chance.below(500))
                do {
                    let rig = try Rig(disk) {
                        Self.short(&$0)
                        $0.segmentBytes = 3_000
                        $0.retention = .seconds(2)
                        $0.shortestRetention = .seconds(1)
                        $0.tidyInterval = .milliseconds(100)
                    }
                    for trader in traders { trader.resume(from: try rig.load(trader.user)) }
                    while disk.survivor == nil {
                        let path = DocumentPath.config("c\(chance.below(4))")!
                        traders[chance.below(3)].act(
                            on: rig, documents: [DocumentChange(path, chance.below(3) == 0 ? nil : ["a": .string("\(life)")])],
                            audit: [AuditEntry(actor: "a", ip: "", act: "x")])
                        rig.advance(by: .milliseconds(Int64(chance.below(400))))
                    }
                } catch {
                    guard disk.survivor != nil else { throw error }
                }
                guard let survivor = disk.survivor else { return }
                disk = survivor
                let left = try Rig(disk.crashed(.kill))
                for trader in traders where !trader.tickets.isEmpty {
                    let loaded = try left.load(trader.user)?.sorted
                    let reached = trader.states.lastIndex { $0?.sorted == loaded }
                    #expect(reached ?? -1 >= trader.acknowledged, "seed \(seed), life \(life): \(trader.user)")
                }
                #expect(!left.log.events.contains("book_quarantined"), "seed \(seed), life \(life)")
            }
        }
    }

    @Test func `a copy that takes less than the retention is complete while segments go`() throws {
        for seed in 1...80 {
            var chance = DiskRandom(state: UInt64(seed))
            let rig = try Rig(SimulatedDisk(seed: UInt64(seed))) {
                Self.short(&$0)
                $0.retention = .seconds(6)
            }
            let traders = [Trader("AA", seed: UInt64(seed)), Trader("BB", seed: UInt64(seed + 9))]
            try life(rig, traders, acts: 30 + chance.below(60))
            let start = traders.map(\.acknowledged)
            var left: Int64 = 5_500
            let copy = rig.disk.hotCopy(chunkBytes: 300 + chance.below(3_000)) {
                guard left > 0, chance.below(3) == 0 else { return }
                let pause = Int64(chance.below(400))
                left -= pause
                if chance.below(3) == 0 { traders[chance.below(2)].act(on: rig) }
                rig.advance(by: .milliseconds(min(pause, left + pause)))
            }
            let next = try Rig(copy)
            for (trader, acknowledged) in zip(traders, start) {
                let loaded = try next.load(trader.user)?.sorted
                let reached = trader.states.lastIndex { $0?.sorted == loaded }
                #expect(reached ?? -1 >= acknowledged, "seed \(seed): \(trader.user)")
            }
        }
    }
}
