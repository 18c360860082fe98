// What a crash leaves: at every step of the disk, of the process alone and of the power, with everything acknowledged still there.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `After a crash` {
    /// Three traders act for a while; the disk dies at `step`; what is left must hold every acknowledged act of each and be a prefix of
    /// what they did. Then they go on, and it all happens again.
    private func check(seed: UInt64, kind: SimulatedDisk.Crash, lives: Int = 3) throws {
        var chance = DiskRandom(state: seed)
        var disk = SimulatedDisk(seed: seed)
        var expected: [UserID: PaperSnapshot?] = [:]
        let names = ["AA", "BB", "CC"]
        for life in 0..<lives {
            disk.crash(kind, atStep: 1 + chance.below(life == 0 ? 120 : 160))
            let traders = names.enumerated().map { Trader($1, seed: seed &* 31 &+ UInt64($0 + life * 7)) }
            do {
                let rig = try Rig(disk) { options in
                    options.segmentBytes = 6_000
                    options.checkpointInterval = .milliseconds(400)
                }
                for trader in traders {
                    let loaded = try rig.load(trader.user)
                    if let known = expected[trader.user] { #expect(loaded?.sorted == known?.sorted, "seed \(seed), life \(life)") }
                    trader.resume(from: loaded)
                }
                var turns = 0
                while disk.survivor == nil, turns < 400 {
                    turns += 1
                    traders[chance.below(3)].act(on: rig)
                    switch chance.below(4) {
                    case 0: rig.queue.runNext()
                    case 1: rig.loop.runUntilIdle()
                    case 2: rig.settle()
                    default: rig.advance(by: .milliseconds(Int64(chance.below(300))))
                    }
                }
                rig.settle()
                rig.loop.runUntilIdle()
            } catch {
                // Opening or loading ran into the crash: nothing was acknowledged in this life.
                guard disk.survivor != nil else { throw error }
            }
            guard let survivor = disk.survivor else { throw NoCrash() }
            disk = survivor
            // A look at what is left, on a copy, so that the next life meets the crashed disk and not a mended one.
            let left = try Rig(disk.crashed(.kill))
            for trader in traders {
                let loaded = try left.load(trader.user)?.sorted
                guard trader.states.count > 1 || !trader.tickets.isEmpty else {
                    if let known = expected[trader.user] { #expect(loaded == known?.sorted, "seed \(seed), life \(life)") }
                    continue
                }
                let reached = trader.states.lastIndex { $0?.sorted == loaded }
                #expect(reached != nil, "seed \(seed), life \(life): \(trader.user) is no prefix")
                #expect((reached ?? 0) >= trader.acknowledged, "seed \(seed), life \(life): \(trader.user) lost something")
                if let loaded { #expect(Reconciliation.problems(of: loaded) == [], "seed \(seed)") }
                expected[trader.user] = .some(loaded)
            }
            #expect(!left.log.events.contains("book_quarantined"), "seed \(seed), life \(life)")
        }
    }

    struct NoCrash: Error {}

    @Test func `of the power, at any step, every acknowledged act is there and every book is a prefix`() throws {
        for seed in 1...250 { try check(seed: UInt64(seed), kind: .powerCut) }
    }

    @Test func `of the process, at any step, every acknowledged act is there and every book is a prefix`() throws {
        for seed in 1...120 { try check(seed: UInt64(1_000 + seed), kind: .kill) }
    }
}
