// What waits for the readable files is in memory, so the journal must not run away from them.

import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `What waits for the readable files` {
    @Test func `holds batches back at its limit, and all come when the files have caught up`() throws {
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
        #expect((4...16).contains(trader.acknowledged), "\(trader.acknowledged)")
        #expect(rig.store.backlog.bytes < 12_000)
        rig.settle()
        #expect(trader.acknowledged == 60)
        rig.advance(by: .seconds(1))
        #expect(rig.store.backlog.bytes == 0)
        #expect(try Rig(rig.disk.crashed(.kill)).load(trader.user)?.sorted == trader.current.sorted)
    }
}
