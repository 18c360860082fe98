// A copy of the folder made while the server runs: every user's book in it is a prefix, not older than the start of the copy.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `A copy of the running folder` {
    private func check(seed: UInt64) throws {
        var chance = DiskRandom(state: seed)
        let disk = SimulatedDisk(seed: seed)
        let rig = try Rig(disk) { $0.segmentBytes = 8_000 }
        let traders = ["AA", "BB", "CC"].enumerated().map { Trader($1, seed: seed &* 13 &+ UInt64($0)) }
        for trader in traders { _ = try rig.load(trader.user) }
        func live() {
            traders[chance.below(3)].act(on: rig)
            switch chance.below(4) {
            case 0: rig.queue.runNext()
            case 1: rig.settle()
            default: rig.advance(by: .milliseconds(Int64(chance.below(200))))
            }
        }
        for _ in 0..<chance.below(60) { live() }
        let start = traders.map(\.acknowledged)
        // The life goes on for a while only, or the copy would never catch up with the files.
        var left = 80
        let copy = disk.hotCopy(chunkBytes: 200 + chance.below(4_000)) {
            guard left > 0, chance.below(3) == 0 else { return }
            left -= 1
            live()
        }
        // Restarted once in between, the copy must also stand on its own.
        for _ in 0..<2 {
            let next = try Rig(copy)
            for (trader, acknowledged) in zip(traders, start) {
                let loaded = try next.load(trader.user)?.sorted
                let reached = trader.states.lastIndex { $0?.sorted == loaded }
                #expect(reached != nil, "seed \(seed): \(trader.user) is no prefix")
                #expect(reached ?? 0 >= acknowledged, "seed \(seed): \(trader.user) is older than the copy's start")
            }
            try next.close()
        }
    }

    @Test func `holds a prefix of every book, not older than its start`() throws {
        for seed in 1...150 { try check(seed: UInt64(seed)) }
    }
}
