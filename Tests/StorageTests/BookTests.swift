// Committing and loading paper books when nothing goes wrong, and the refusals of a commit.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Paper books` {
    @Test func `a user without files has no book`() throws {
        let rig = try Rig(SimulatedDisk())
        #expect(try rig.load(UserID("ZX1234")!) == nil)
        #expect(!rig.disk.paths.contains { $0.hasPrefix("paper/") })
    }

    @Test func `what was committed comes back after a restart, field by field`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        for _ in 0..<300 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        #expect(trader.acknowledged == 300)
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
        #expect(Reconciliation.problems(of: trader.current) == [])
        #expect(!next.log.events.contains("file_rewritten"))
    }

    @Test func `a book that was forgotten is read again from its files`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.settle()
        #expect(!rig.loop.perform { rig.store.forget(trader.user) })  // its lines are not in the files yet
        rig.advance(by: .seconds(1))
        #expect(rig.loop.perform { rig.store.forget(trader.user) })
        rig.settle()
        #expect(try rig.load(trader.user)?.sorted == trader.current.sorted)
        trader.act(on: rig)
        rig.advance(by: .seconds(1))
        #expect(try rig.load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test func `a reset keeps the old epoch in the files and shows the new one`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        for _ in 0..<20 { trader.act(on: rig) }
        let ticket = rig.commit(trader.reset())
        rig.advance(by: .seconds(1))
        #expect(ticket.isDurable)
        for _ in 0..<5 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        let loaded = try next.load(trader.user)
        #expect(loaded?.sorted == trader.current.sorted)
        #expect(loaded?.orders.allSatisfy { $0.epoch == 2 } == true)
        #expect(rig.disk.text("paper/ZX1234/user_ZX1234_paper_orders.jsonl").contains("\"epoch\":1"))
    }

    @Test func `named books of one user are apart`() throws {
        let rig = try Rig(SimulatedDisk())
        let one = Trader("ZX1234", seed: 1)
        let other = Trader("ZX1234", seed: 2, book: BookName("swing")!)
        for trader in [one, other] { _ = try rig.load(trader.user, trader.book) }
        for _ in 0..<10 {
            one.act(on: rig)
            other.act(on: rig)
        }
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(one.user)?.sorted == one.current.sorted)
        #expect(try next.load(other.user, other.book)?.sorted == other.current.sorted)
        #expect(rig.disk.paths.contains("paper/ZX1234/swing/user_ZX1234_paper_orders.jsonl"))
    }

    @Test func `two users in one batch share one sync`() throws {
        let rig = try Rig(SimulatedDisk())
        let one = Trader("AA", seed: 1)
        let other = Trader("BB", seed: 2)
        for trader in [one, other] { _ = try rig.load(trader.user) }
        let before = rig.disk.steps
        rig.loop.perform {
            one.act(on: rig)
            other.act(on: rig)
            one.act(on: rig)
        }
        rig.settle()
        #expect(rig.disk.steps - before <= 4)  // at most two batches of one write and one sync
        #expect(one.acknowledged == 2 && other.acknowledged == 1)
    }

    @Test func `a ticket is open until the sync has returned`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        #expect(!trader.tickets[0].isDurable)
        #expect(!rig.loop.perform { rig.store.isSettled(trader.user) })
        #expect(rig.loop.perform { rig.store.isSettled(UserID("OTHER")!) })
        rig.queue.runAll()
        #expect(!trader.tickets[0].isDurable)  // the disk is done, the loop does not know yet
        rig.loop.runUntilIdle()
        #expect(trader.tickets[0].isDurable)
        #expect(rig.loop.perform { rig.store.isSettled(trader.user) })
    }

    @Test func `a book that was not loaded is not written`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        let before = rig.disk.text("journal/00000001.jsonl")
        let ticket = rig.commit(trader.next())
        rig.settle()
        #expect(throws: StorageFailure.bookNotLoaded(trader.user, .default)) { try ticket.outcome?.get() }
        #expect(rig.disk.text("journal/00000001.jsonl") == before)
    }

    @Test func `an act larger than a line is refused and stores nothing`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        var commit = trader.next()
        commit.audit = [AuditEntry(actor: "A", ip: "", act: "x", detail: [("text", String(repeating: "x", count: SealedLine.limitBytes))])]
        let ticket = rig.commit(commit)
        guard case .failure(.recordTooLarge(_, SealedLine.limitBytes)) = ticket.outcome else {
            Issue.record("the act was taken")
            return
        }
        trader.act(on: rig)
        rig.settle()
        #expect(trader.tickets[0].isDurable)
        #expect(!rig.disk.text("journal/00000001.jsonl").contains("\"v\":2"))
    }

    @Test func `unknown members of a row are passed over and kept`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("ZX1234")
        _ = try rig.load(trader.user)
        for _ in 0..<3 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(trader.user) != nil)
        #expect(rig.disk.text("paper/ZX1234/user_ZX1234_paper_orders.jsonl").contains("\"tradingsymbol\""))
    }

    @Test func `a burst larger than a batch may be goes in several, all durable`() throws {
        let rig = try Rig(SimulatedDisk())
        let user = UserID("ZX1234")!
        let paths = (0..<90).map { DocumentPath.index("working", sha256: Crypto.hex(Crypto.sha256([UInt8($0)])))! }
        let tickets = rig.loop.perform {
            (0..<50).map { number in
                rig.store.commit(
                    Commit(user: user, documents: paths.map { DocumentChange($0, ["n": .number(JSONNumber(Int64(number)))]) }))
            }
        }
        rig.advance(by: .seconds(1))
        #expect(tickets.allSatisfy { $0.isDurable })
        let lines = rig.disk.text("journal/00000001.jsonl").split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("{\"b\":") } == 2)
        #expect(lines.allSatisfy { $0.utf8.count <= SealedLine.limitBytes })
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(next.log.all.isEmpty)
    }
}
