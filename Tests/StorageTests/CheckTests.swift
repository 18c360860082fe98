// Proving a folder by reading: a good one has nothing but proven books, and each kind of trouble is named.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `A check` {
    private func findings(_ disk: SimulatedDisk) throws -> [CheckLine] {
        var lines: [CheckLine] = []
        try Store.check(disk: disk) { lines.append($0) }
        return lines
    }

    private func folder() throws -> (SimulatedDisk, Rig) {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        for (seed, name) in ["AA", "BB"].enumerated() {
            let trader = Trader(name, seed: UInt64(seed + 40))
            _ = try rig.load(trader.user)
            for _ in 0..<30 {
                trader.act(
                    on: rig, documents: [DocumentChange(.user(trader.user), ["u": .string(name)])],
                    audit: [AuditEntry(actor: name, ip: "", act: "place")])
            }
        }
        rig.advance(by: .seconds(1))
        return (disk, rig)
    }

    @Test func `of a closed folder proves every book and finds nothing else`() throws {
        let (disk, rig) = try folder()
        try rig.close()
        let steps = disk.steps
        let lines = try findings(disk)
        #expect(lines.map(\.verdict) == [.proven, .proven])
        #expect(lines[0].text.hasPrefix("AA: 30 acts"))
        #expect(disk.steps == steps)
    }

    @Test func `of a crashed folder has remarks and no trouble, and writes nothing`() throws {
        let (disk, _) = try folder()
        let left = disk.crashed(.powerCut)
        let lines = try findings(left)
        #expect(!lines.contains { $0.verdict == .trouble })
        #expect(lines.contains { $0.verdict == .remark })
        #expect(lines.count { $0.verdict == .proven } == 2)
        #expect(left.steps == 0)
    }

    @Test func `misses a journal that is gone`() throws {
        let (disk, rig) = try folder()
        try rig.close()
        for number in 1...4 where try disk.status(of: "journal/0000000\(number).jsonl") != nil {
            try disk.remove("journal/0000000\(number).jsonl")
        }
        #expect(try findings(disk).contains { $0.verdict == .trouble && $0.text.contains("journal") })
        #expect(throws: StorageFailure.self) { try Rig(disk) }
    }

    @Test func `misses a book whose files and records are gone, as the next use does`() throws {
        let rig = try Rig(SimulatedDisk())
        let user = UserID("AA")!
        let trader = Trader("AA")
        _ = try rig.load(user)
        let account = UserRecord(
            id: user, email: "aa@example.org", name: "AA", passwordHash: "", role: .trader, createdAt: rig.now, updatedAt: rig.now,
            paperOpened: rig.now)
        trader.act(on: rig, documents: [DocumentChange(.user(user), account.document)])
        rig.advance(by: .seconds(2))
        try rig.close()
        // Another life writes segments that know nothing of the user.
        let later = try Rig(rig.disk, loop: rig.loop)
        let other = Trader("BB")
        _ = try later.load(other.user)
        other.act(on: later)
        later.advance(by: .seconds(1))
        try later.close()
        let whole = try findings(rig.disk)
        #expect(whole.allSatisfy { $0.verdict == .proven } && whole.count == 2)

        for file in ["orders", "positions", "trades", "meta"] { try rig.disk.remove("paper/AA/user_AA_paper_\(file).jsonl") }
        try rig.disk.remove("paper/AA")
        let replayed = try findings(rig.disk)
        #expect(!replayed.contains { $0.verdict == .trouble }, "the journal still has it")
        try rig.disk.remove("journal/00000001.jsonl")
        let lost = try findings(rig.disk)
        #expect(lost.contains { $0.verdict == .trouble && $0.text.hasPrefix("AA: ") }, "\(lost)")
        let next = try Rig(rig.disk, loop: rig.loop)
        #expect(throws: StorageFailure.self) { try next.load(user) }
        #expect(next.log.events.contains("book_quarantined"))
    }

    @Test func `names what does not add up`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        var commit = trader.next()
        commit.meta?.cash += Money(whole: 5)
        _ = rig.commit(commit)
        rig.advance(by: .seconds(1))
        try rig.close()
        let lines = try findings(rig.disk)
        #expect(lines.contains { $0.verdict == .trouble && $0.text.hasPrefix("AA: cash is ") })
        #expect(!lines.contains { $0.verdict == .proven })
    }

    @Test func `names damaged documents, audit lines and books`() throws {
        let (disk, rig) = try folder()
        try rig.close()
        try Rig(disk).close()
        disk.erase("journal/00000001.jsonl")
        disk.overwrite("users/AA.json") { $0[30] ^= 4 }
        let audit = try #require(disk.paths.first { $0.hasPrefix("audit/") })
        disk.overwrite(audit) { $0[$0.count / 2] ^= 4 }
        disk.overwrite("paper/BB/user_BB_paper_trades.jsonl") { $0[$0.count / 2] ^= 4 }
        let troubles = try findings(disk).filter { $0.verdict == .trouble }.map(\.text)
        #expect(troubles.contains { $0.hasPrefix("users/AA") })
        #expect(troubles.contains { $0.hasPrefix(audit) })
        #expect(troubles.contains { $0.hasPrefix("BB") })
        #expect(!troubles.contains { $0.hasPrefix("AA:") })
    }

    @Test func `of something else says so`() throws {
        #expect(throws: StorageFailure.self) { try Store.check(disk: SimulatedDisk()) { _ in } }
    }
}
