// The end of a user: at once for everybody who asks, whole or not at all under a crash, and nothing left behind in the end.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Erasing a user` {
    private let user = UserID("AA")!
    private let address = DocumentPath.index("email", sha256: String(repeating: "ab", count: 32))!

    private func lived(_ change: (inout StoreOptions) -> Void = { _ in }) throws -> (Rig, [Trader]) {
        let rig = try Rig(SimulatedDisk()) {
            ForgettingOptions.short(&$0)
            $0.compactionBytes = 3_000
            $0.retention = .seconds(10)
            change(&$0)
        }
        let traders = [Trader("AA"), Trader("AA", seed: 2, book: BookName("swing")!), Trader("BB", seed: 3)]
        for trader in traders { trader.resume(from: try rig.load(trader.user, trader.book)) }
        let documents: [DocumentPath] = [.user(user), .sessions(user), .credentials(user), address, .user(UserID("BB")!)]
        _ = rig.commit(Commit(user: user, documents: documents.map { DocumentChange($0, ["u": "x"]) }))
        for act in 0..<45 {
            traders[act % 3].act(on: rig)
            rig.advance(by: .milliseconds(100))
        }
        return (rig, traders)
    }

    private func erase(_ rig: Rig) -> Ticket {
        rig.loop.perform {
            rig.store.erase(
                user: user, documents: [DocumentChange(address, nil)],
                audit: [AuditEntry(actor: "owner", ip: "", act: "erase", ref: "AA")])
        }
    }

    /// The journal has room for the first trader's last acts and the readable files have none.
    private func livedWithFilesBehind() throws -> (Rig, [Trader]) {
        let (rig, traders) = try lived()
        rig.advance(by: .seconds(2))
        traders[0].act(on: rig)
        rig.settle()
        rig.disk.capacityBytes = rig.disk.usedBytes
        traders[0].act(on: rig)
        rig.advance(by: .seconds(601), step: .milliseconds(500))
        #expect(rig.log.events.contains("book_files_held"))
        #expect(traders[0].acknowledged == traders[0].tickets.count)
        return (rig, traders)
    }

    private func newestSegmentBytes(_ disk: SimulatedDisk) -> Int {
        disk.paths.last { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") }.flatMap { disk.bytes($0)?.count } ?? 0
    }

    private func isRefused(_ ticket: Ticket) -> Bool {
        if case .failure(.userErased(user)) = ticket.outcome { true } else { false }
    }

    /// Nothing of the user can be read, and the other has everything.
    private func expectGone(_ rig: Rig, _ traders: [Trader], _ note: String = "") throws {
        for trader in traders.prefix(2) {
            #expect(throws: StorageFailure.userErased(user), "\(note)") { try rig.load(trader.user, trader.book) }
            #expect(isRefused(rig.commit(Trader("AA", seed: 99, book: trader.book).next())), "\(note)")
        }
        for path in [DocumentPath.sessions(user), .credentials(user), address] { #expect(try rig.document(path) == nil, "\(note)") }
        #expect(Tombstone.isOne(try rig.document(.user(user))), "\(note)")
        #expect(try rig.load(traders[2].user)?.sorted == traders[2].current.sorted, "\(note)")
    }

    private func traces(_ disk: SimulatedDisk) -> [String] {
        disk.paths.filter { $0.contains("AA") && $0 != "users/AA.json" } + disk.paths.filter { $0 == address.text + ".json" }
    }

    @Test func `counts at once, and its files go after the retention`() throws {
        let (rig, traders) = try lived()
        let ticket = erase(rig)
        #expect(throws: StorageFailure.userErased(user)) { try rig.load(user) }
        rig.settle()
        #expect(ticket.isDurable)
        #expect(isRefused(erase(rig)))
        try expectGone(rig, traders)
        #expect(traces(rig.disk).contains { $0.hasPrefix("paper/AA/swing/") })
        try expectGone(try Rig(rig.disk.crashed(.kill)), traders, "after a start")
        rig.advance(by: .seconds(12))
        #expect(traces(rig.disk) == [])
        try expectGone(rig, traders, "without files")
        // The journal's rows go with their segments; the tombstone alone stays, and is enough.
        for _ in 0..<20 {
            traders[2].act(on: rig)
            rig.advance(by: .milliseconds(100))
        }
        rig.advance(by: .seconds(60))
        for path in rig.disk.paths where path.hasPrefix("journal/") {
            #expect(!rig.disk.text(path).contains("\"u\":\"AA\",\"bk\""), "\(path)")
        }
        try rig.close()
        let last = try Rig(rig.disk)
        #expect(Tombstone.isOne(try last.document(.user(user))))
        #expect(throws: StorageFailure.userErased(user)) { try last.load(user) }
        #expect(throws: StorageFailure.userErased(user)) { try last.load(user, BookName("swing")!) }
    }

    @Test func `leaves a copy in order that has some of the files and nothing of it in the journal`() throws {
        let (rig, traders) = try lived()
        let orders = try #require(rig.disk.bytes("paper/AA/user_AA_paper_orders.jsonl"))
        _ = erase(rig)
        rig.advance(by: .seconds(12))
        for _ in 0..<20 {
            traders[2].act(on: rig)
            rig.advance(by: .milliseconds(100))
        }
        rig.advance(by: .seconds(60))
        let copy = rig.disk.crashed(.kill)
        #expect(!copy.paths.contains { $0.hasPrefix("journal/") && copy.text($0).contains("\"u\":\"AA\"") })
        copy.place("paper/AA/user_AA_paper_orders.jsonl", orders)
        var troubles: [String] = []
        try Store.check(disk: copy) { if $0.verdict == .trouble { troubles.append($0.text) } }
        #expect(troubles == [])
        try expectGone(try Rig(copy), traders)
    }

    @Test func `that is on its way proves nothing of what is still in the journal only`() throws {
        let (rig, traders) = try livedWithFilesBehind()
        // One moment of space makes the next segment and fills it: theirs is closed and waits for its proof, and an end finds no room.
        rig.disk.capacityBytes = SimulatedDisk.unlimitedBytes
        let segments = rig.disk.paths.count { $0.hasPrefix("journal/") }
        repeat {
            traders[2].act(on: rig)
            while rig.queue.runNext() { rig.loop.runUntilIdle() }
        } while rig.disk.paths.count { $0.hasPrefix("journal/") } == segments || newestSegmentBytes(rig.disk) < 5_500
        rig.disk.capacityBytes = 0
        for step in 0..<3_000 {
            _ = erase(rig)
            rig.loop.advance(by: .milliseconds(10))
            if step % 2 == 0, rig.queue.runNext() { rig.loop.runUntilIdle() }
        }
        rig.settle()
        #expect(rig.log.events.contains("batch_not_stored"))
        rig.disk.capacityBytes = SimulatedDisk.unlimitedBytes
        rig.advance(by: .seconds(10))
        for trader in traders { #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted) }
    }

    @Test func `that could not be stored forgets nothing of a book that was being read`() throws {
        let (rig, traders) = try livedWithFilesBehind()
        // The next segment does not fit, so the end is not stored.
        rig.disk.capacityBytes = 0
        var outcome: Result<PaperSnapshot?, StorageFailure>?
        rig.loop.perform { rig.store.loadBook(user) { outcome = $0 } }
        let ticket = erase(rig)
        // The book is read before the end turns out not to be stored.
        rig.loop.runUntilIdle()
        rig.queue.disk.runAll()
        rig.settle()
        guard case .failure(.userErased(user)) = outcome, case .failure(.storageFull) = ticket.outcome else {
            Issue.record("\(String(describing: outcome)), \(String(describing: ticket.outcome))")
            return
        }
        for trader in traders { #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted) }
    }

    @Test func `that could not be stored leaves the user as it was`() throws {
        let (rig, traders) = try lived()
        // The next segment does not fit, so nothing is stored.
        rig.advance(by: .seconds(601), step: .milliseconds(500))
        rig.disk.capacityBytes = 0
        let ticket = erase(rig)
        rig.settle()
        guard case .failure(.storageFull) = ticket.outcome else {
            Issue.record("\(String(describing: ticket.outcome))")
            return
        }
        for trader in traders { #expect(try rig.load(trader.user, trader.book)?.sorted == trader.current.sorted) }
        #expect(try rig.document(.user(user))?["u"]?.string == "x")
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `is whole or not at all after a crash at every step, and is finished by the next start`(kind: SimulatedDisk.Crash) throws {
        let (first, traders) = try lived()
        first.advance(by: .seconds(1))
        try first.close()
        var isOver = false
        var step = 1
        var outcomes: Set<Bool> = []
        while !isOver {
            let disk = first.disk.crashed(.kill)
            disk.crash(kind, atStep: step)
            var isDurable = false
            do {
                let rig = try Rig(disk) {
                    ForgettingOptions.short(&$0)
                    $0.retention = .seconds(1)
                    $0.shortestRetention = .seconds(1)
                }
                let ticket = erase(rig)
                rig.settle()
                isDurable = ticket.isDurable
                rig.advance(by: .seconds(2), step: .milliseconds(10))
            } catch {
                guard disk.survivor != nil else { throw error }
            }
            isOver = disk.survivor == nil
            let left = disk.survivor ?? disk.crashed(kind)
            let next = try Rig(left, loop: SimulatedLoop(wallMicroseconds: 1_795_161_600_000_000 + 60_000_000)) {
                ForgettingOptions.short(&$0)
                $0.retention = .seconds(1)
            }
            let isErased: Bool
            do {
                _ = try next.load(user)
                isErased = false
            } catch StorageFailure.userErased {
                isErased = true
            }
            outcomes.insert(isErased)
            #expect(isErased || !isDurable, "step \(step)")
            if isErased {
                try expectGone(next, traders, "step \(step)")
                next.advance(by: .seconds(3), step: .milliseconds(10))
                #expect(traces(next.disk) == [], "step \(step)")
                try expectGone(next, traders, "step \(step), finished")
            } else {
                for trader in traders { #expect(try next.load(trader.user, trader.book)?.sorted == trader.current.sorted, "step \(step)") }
            }
            step += 1
        }
        #expect(outcomes == [true, false])
    }

    @Test func `in a copy made meanwhile is done or not, and never half`() throws {
        for seed in 1...40 {
            var chance = DiskRandom(state: UInt64(seed))
            let (rig, traders) = try lived()
            var turns = chance.below(40)
            var left: Int64 = 9_000
            let copy = rig.disk.hotCopy(chunkBytes: 300 + chance.below(2_000)) {
                turns -= 1
                if turns == 0 { _ = erase(rig) }
                guard left > 0, chance.below(2) == 0 else { return }
                let pause = min(left, Int64(chance.below(900)))
                left -= pause
                rig.advance(by: .milliseconds(pause))
            }
            let next = try Rig(copy)
            do {
                for trader in traders.prefix(2) {
                    #expect(try next.load(trader.user, trader.book)?.sorted == trader.current.sorted, "seed \(seed)")
                }
            } catch StorageFailure.userErased {
                #expect(throws: StorageFailure.userErased(user), "seed \(seed)") { try next.load(user) }
            }
            #expect(try next.load(traders[2].user)?.sorted == traders[2].current.sorted, "seed \(seed)")
        }
    }
}
