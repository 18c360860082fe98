// Folding of long files: whatever is written anew, archived and given away, the book that is read stays the same, at every step of it,
// after every crash, and in every copy that takes no longer than the retention.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `Folding a book` {
    private static func short(_ options: inout StoreOptions) {
        ForgettingOptions.short(&options)
        options.retention = .seconds(10)
        options.shortestRetention = .seconds(5)
        options.archiveMargin = .seconds(1)
        options.compactionBytes = 3_000
        options.archiveBytes = 8_000
    }

    private let path = "paper/AA/user_AA_paper_"

    private func live(_ rig: Rig, _ trader: Trader, acts: Int) throws {
        if trader.tickets.isEmpty { trader.resume(from: try rig.load(trader.user)) }
        for act in 0..<acts {
            trader.act(on: rig)
            if act % 15 == 14 { trader.cancelAll(on: rig) }
            rig.advance(by: .milliseconds(100))
        }
    }

    private func expect(_ disk: SimulatedDisk, holds trader: Trader, _ note: String = "") throws {
        let rig = try Rig(disk.crashed(.kill))
        let loaded = try rig.load(trader.user)
        #expect(loaded?.orders == trader.current.orders, "\(note)")
        #expect(loaded?.trades == trader.current.trades, "\(note)")
        #expect(loaded?.sorted == trader.current.sorted, "\(note)")
        if let loaded { #expect(Reconciliation.problems(of: loaded) == [], "\(note)") }
    }

    private func archives(_ disk: SimulatedDisk) -> [String] {
        disk.paths.filter { $0.hasPrefix(path) && ($0.contains("orders.0") || $0.contains("trades.0")) }
    }

    private func header(_ disk: SimulatedDisk, _ file: String) -> String {
        String(disk.text(path + file + ".jsonl").prefix { $0 != "\n" })
    }

    @Test func `leaves the same book in less room, and gives old lines away only when their archive is old enough`() throws {
        let rig = try Rig(SimulatedDisk(), Self.short)
        let trader = Trader("AA", seed: 4)
        try live(rig, trader, acts: 120)
        let before = rig.disk.bytes(path + "meta.jsonl")?.count ?? 0
        rig.advance(by: .seconds(14))
        #expect(archives(rig.disk).contains { $0.contains("trades.0001") } && archives(rig.disk).contains { $0.contains("orders.0001") })
        #expect(!header(rig.disk, "trades").contains("parts"))
        #expect(rig.disk.bytes(path + "meta.jsonl")?.count ?? 0 < before / 4)
        try expect(rig.disk, holds: trader)
        rig.advance(by: .seconds(40))
        #expect(header(rig.disk, "trades").contains("\"parts\":[1,"))
        #expect(header(rig.disk, "orders").contains("\"parts\":[1,"))
        #expect(archives(rig.disk).contains { $0.contains("trades.0002") }, "one archive holds at most archiveBytes")
        for archive in archives(rig.disk) { #expect(rig.disk.bytes(archive)?.count ?? 0 < 8_600) }
        try expect(rig.disk, holds: trader)
        // The book lives on, over folded files, and is folded again.
        for round in 0..<3 {
            try live(rig, trader, acts: 40)
            rig.advance(by: .seconds(25))
            try expect(rig.disk, holds: trader, "round \(round)")
        }
        #expect(!rig.log.all.contains { $0.level == .error || $0.event == "book_not_folded" || $0.event == "segment_held" })
        try rig.close()
        try expect(rig.disk, holds: trader)
    }

    @Test func `keeps what is newer than the retention line by line`() throws {
        let rig = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.retention = .seconds(3_600)
            $0.shortestRetention = .seconds(3_600)
        }
        let trader = Trader("AA", seed: 4)
        try live(rig, trader, acts: 120)
        rig.advance(by: .seconds(200), step: .seconds(1))
        #expect(archives(rig.disk) == [])
        #expect(header(rig.disk, "meta").contains("\"base_v\":0"))
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `survives a crash at every step`(kind: SimulatedDisk.Crash) throws {
        let first = try Rig(SimulatedDisk()) {
            Self.short(&$0)
            $0.segmentBytes = 1 << 20
        }
        let trader = Trader("AA", seed: 4)
        try live(first, trader, acts: 60)
        try first.close()
        // From a book that was never folded, and from one whose archives are old enough to be given their lines.
        let second = try Rig(first.disk.crashed(.kill), loop: later(60), Self.short)
        second.advance(by: .seconds(3), step: .milliseconds(5))
        try second.close()
        #expect(archives(second.disk).count >= 2 && !header(second.disk, "trades").contains("parts"))
        for (base, seconds) in [(first.disk, Int64(60)), (second.disk, 120)] {
            var step = 12
            var isOver = false
            while !isOver {
                let disk = base.crashed(.kill)
                disk.crash(kind, atStep: step)
                do {
                    let rig = try Rig(disk, loop: later(seconds), Self.short)
                    rig.advance(by: .seconds(3), step: .milliseconds(5))
                } catch {
                    guard disk.survivor != nil else { throw error }
                }
                isOver = disk.survivor == nil
                let left = disk.survivor ?? disk.crashed(kind)
                try expect(left, holds: trader, "step \(step)")
                if step % 9 == 0 {
                    // And the next life finishes what this one began.
                    let next = try Rig(left, loop: later(seconds + 60), Self.short)
                    next.advance(by: .seconds(20), step: .milliseconds(20))
                    #expect(header(next.disk, "trades").contains("parts"), "step \(step)")
                    try expect(next.disk, holds: trader, "step \(step)")
                }
                step += 1
            }
            #expect(step > 40)
        }
    }

    private func later(_ seconds: Int64) -> SimulatedLoop { SimulatedLoop(wallMicroseconds: 1_795_161_600_000_000 + seconds * 1_000_000) }

    @Test func `in a copy that takes less than the retention is what it was`() throws {
        for seed in 1...30 {
            var chance = DiskRandom(state: UInt64(seed))
            let rig = try Rig(SimulatedDisk(seed: UInt64(seed)), Self.short)
            let trader = Trader("AA", seed: UInt64(seed))
            try live(rig, trader, acts: 40 + chance.below(120))
            rig.advance(by: .seconds(Int64(chance.below(20))))
            let start = trader.acknowledged
            var left: Int64 = 9_000
            let copy = rig.disk.hotCopy(chunkBytes: 300 + chance.below(3_000)) {
                guard left > 0, chance.below(2) == 0 else { return }
                let pause = min(left, Int64(chance.below(1_500)))
                left -= pause
                if chance.below(3) == 0 { trader.act(on: rig) }
                rig.advance(by: .milliseconds(pause))
            }
            let next = try Rig(copy, Self.short)
            let loaded = try next.load(trader.user)?.sorted
            let reached = trader.states.lastIndex { $0?.sorted == loaded }
            #expect(reached ?? -1 >= start, "seed \(seed)")
            // The copy goes its own way: archives of the other life are not its own.
            let heir = Trader("AA", seed: UInt64(seed + 500))
            heir.resume(from: loaded)
            try live(next, heir, acts: 40)
            next.advance(by: .seconds(40))
            try expect(next.disk, holds: heir, "seed \(seed)")
        }
    }

    @Test func `refuses an archive that is not what it must be`() throws {
        let rig = try Rig(SimulatedDisk(), Self.short)
        let trader = Trader("AA", seed: 4)
        try live(rig, trader, acts: 100)
        rig.advance(by: .seconds(14))
        // Not given away yet: the file has it all, so the archive is set aside and made again.
        rig.disk.overwrite(path + "trades.0001.jsonl") { $0[900] ^= 1 }
        rig.advance(by: .seconds(30))
        #expect(rig.log.events.contains("archive_refused"))
        #expect(rig.disk.paths.contains { $0.hasPrefix("quarantine/") && $0.hasSuffix("trades.0001.jsonl") })
        rig.advance(by: .seconds(60))
        #expect(header(rig.disk, "trades").contains("parts"))
        try expect(rig.disk, holds: trader)
        // Given away: nothing else has it, so the book is closed rather than served without.
        for archive in archives(rig.disk) where !archive.contains("quarantine") {
            for damage in 0..<3 {
                let copy = rig.disk.crashed(.kill)
                switch damage {
                case 0: copy.overwrite(archive) { $0[$0.count / 2] ^= 1 }
                case 1: copy.erase(archive)
                default: copy.overwrite(archive) { $0.removeLast($0.count / 3) }
                }
                let isGiven = header(copy, archive.contains("trades.") ? "trades" : "orders").contains("parts")
                let next = try Rig(copy)
                if isGiven, archive.contains("0001") {
                    #expect(throws: StorageFailure.self, "\(archive), \(damage)") { try next.load(trader.user) }
                }
            }
        }
    }

    @Test(arguments: ["orders", "trades"])
    func `takes no archive of another life of the book, although that is whole`(file: String) throws {
        let lives = try [4, 5].map { seed in
            let rig = try Rig(SimulatedDisk(), Self.short)
            try live(rig, Trader("AA", seed: UInt64(seed)), acts: 100)
            rig.advance(by: .seconds(60))
            try rig.close()
            #expect(header(rig.disk, file).contains("\"parts\":[1,"))
            return rig.disk
        }
        let archive = path + file + ".0001.jsonl"
        let (own, other) = (try #require(lives[0].bytes(archive)), try #require(lives[1].bytes(archive)))
        #expect(own != other)
        // Both were made after as many acts, so that nothing but their content tells them apart.
        let mixed = lives[0].crashed(.kill)
        mixed.overwrite(archive) { $0 = other }
        let rig = try Rig(mixed)
        let refused = #expect(throws: StorageFailure.self) { try rig.load(UserID("AA")!) }
        #expect("\(try #require(refused))".contains("archive"), "\(String(describing: refused))")
        mixed.overwrite(archive) { $0 = own }
        _ = try Rig(mixed.crashed(.kill)).load(UserID("AA")!)
    }
}

enum ForgettingOptions {
    static func short(_ options: inout StoreOptions) { `Forgetting segments`.short(&options) }
}
