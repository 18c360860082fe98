// Whole books at once: as an import writes them, and over a book that exists; whole or not at all under a crash at every step.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `A bulk install` {
    private let user = UserID("ZX1234")!

    private func snapshot(acts: Int, seed: UInt64) -> PaperSnapshot {
        let trader = Trader("ZX1234", seed: seed)
        for _ in 0..<acts { _ = trader.next() }
        return trader.current
    }

    private func install(_ rig: Rig, _ snapshot: PaperSnapshot, replaces: Bool = false) -> Result<Void, StorageFailure>? {
        var outcome: Result<Void, StorageFailure>?
        rig.loop.perform {
            rig.store.install(
                user: user, snapshot: snapshot, notes: .array([["odd": "field"], "text"]),
                documents: [DocumentChange(.user(user), ["u": "ZX1234"])],
                audit: [AuditEntry(actor: "operator", ip: "", act: "import", ref: "ZX1234")], replaces: replaces
            ) { outcome = $0 }
        }
        rig.settle()
        return outcome
    }

    @Test func `gives a new user a complete book that goes on from there`() throws {
        let rig = try Rig(SimulatedDisk())
        let first = snapshot(acts: 200, seed: 1)
        try install(rig, first)?.get()
        #expect(rig.disk.text("paper/ZX1234/user_ZX1234_paper_notes.0001.jsonl").contains("\"note\":{\"odd\":\"field\"}"))
        let trader = Trader("ZX1234", seed: 9)
        trader.resume(from: try rig.load(user))
        #expect(trader.current.sorted == first.sorted)
        for _ in 0..<50 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(user)?.sorted == trader.current.sorted)
    }

    @Test func `refuses a book that exists, and takes its place when asked`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234", seed: 3)
        _ = try rig.load(user)
        for _ in 0..<30 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        let other = snapshot(acts: 100, seed: 4)
        #expect(throws: StorageFailure.bookExists(user, .default)) { try install(rig, other)?.get() }
        #expect(try rig.load(user)?.sorted == trader.current.sorted)
        try install(rig, other, replaces: true)?.get()
        #expect(try rig.load(user)?.sorted == other.sorted)
        let later = Trader("ZX1234", seed: 5)
        later.resume(from: other)
        for _ in 0..<20 { later.act(on: rig) }
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(user)?.sorted == later.current.sorted)
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `is there whole or not at all after a crash at every step`(kind: SimulatedDisk.Crash) throws {
        let first = snapshot(acts: 40, seed: 6)
        let second = snapshot(acts: 25, seed: 7)
        var outcomes: Set<String> = []
        for replaces in [false, true] {
            var step = 1
            while true {
                let disk = SimulatedDisk(seed: UInt64(step))
                let rig = try Rig(disk)
                if replaces { try install(rig, first)?.get() }
                disk.crash(kind, atStep: step)
                let outcome = install(rig, second, replaces: replaces)
                let left = disk.survivor ?? disk.crashed(kind)
                let next = try Rig(left)
                let loaded = try next.load(user)
                let before = replaces ? first.sorted : nil
                #expect(loaded?.sorted == second.sorted || loaded?.sorted == before, "step \(step)")
                if case .success = outcome { #expect(loaded?.sorted == second.sorted, "step \(step)") }
                outcomes.insert("\(replaces) \(loaded?.sorted == second.sorted)")
                // And it goes on from there.
                let trader = Trader("ZX1234", seed: 8)
                trader.resume(from: loaded)
                for _ in 0..<3 { trader.act(on: next) }
                next.advance(by: .seconds(1))
                #expect(trader.acknowledged == 3, "step \(step)")
                try next.close()
                #expect(try Rig(left).load(user)?.sorted == trader.current.sorted, "step \(step)")
                if disk.survivor == nil { break }
                step += 1
            }
            #expect(step > 15)
        }
        #expect(outcomes.count == 4)
    }
}
