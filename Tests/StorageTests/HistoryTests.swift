// A book's history out of its files: every epoch with the figures it ended with, beside a server and after it.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `A book's history` {
    @Test func `has every epoch with its opening, and each adds up`() throws {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        let trader = Trader("AA", seed: 9)
        _ = try rig.load(trader.user)
        for _ in 0..<25 { trader.act(on: rig) }
        let first = trader.current
        rig.advance(by: .seconds(5))
        let resetAt = Timestamp(microseconds: rig.loop.wallMicroseconds)
        _ = rig.commit(trader.reset())
        for _ in 0..<10 { trader.act(on: rig) }
        rig.settle()
        // Half of it is in the journal only.
        let history = try #require(try Store.history(disk: disk, user: trader.user))
        #expect(history.foldedEpochs == [])
        #expect(history.epochs.map(\.book.meta.epoch) == [1, 2])
        #expect(history.epochs.map(\.isOver) == [true, false])
        #expect(history.epochs[0].book.meta == first.meta)
        #expect(history.epochs[0].book.trades == first.trades)
        #expect(history.epochs[1].book.sorted == trader.current.sorted)
        #expect(history.epochs[1].openedAt == resetAt)
        #expect(history.epochs[0].proof.addsUp, "\(history.epochs[0].proof.differences)")
        #expect(history.epochs[0].proof.lines.first?.at == history.epochs[0].openedAt)
        try rig.close()
        #expect(try Store.history(disk: disk, user: trader.user) == history)
    }

    @Test func `of a book that is not there is nothing, of a damaged one says why`() throws {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        try rig.close()
        #expect(try Store.history(disk: disk, user: UserID("BB")!) == nil)
        try Rig(disk).close()
        disk.erase("journal/00000001.jsonl")
        disk.overwrite("paper/AA/user_AA_paper_orders.jsonl") { $0[$0.count - 40] ^= 1 }
        #expect(throws: StorageFailure.self) { _ = try Store.history(disk: disk, user: trader.user) }
    }
}
