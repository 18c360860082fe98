// What simulated crashes, copies, damage and full disks found once, each as the shortest way to it, so that it is told by name when it
// comes back.

import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `What a simulation found once` {
    private let user = UserID("AA")!

    private func snapshot(acts: Int, seed: UInt64) -> PaperSnapshot {
        let trader = Trader("AA", seed: seed)
        for _ in 0..<acts { _ = trader.next() }
        return trader.current
    }

    private func install(_ rig: Rig, _ snapshot: PaperSnapshot) -> Result<Void, StorageFailure>? {
        var outcome: Result<Void, StorageFailure>?
        rig.loop.perform { rig.store.install(user: user, snapshot: snapshot, replaces: true) { outcome = $0 } }
        rig.settle()
        return outcome
    }

    @Test func `a flipped row of an installed book never passes for another book`() throws {
        let rig = try Rig(SimulatedDisk())
        try install(rig, snapshot(acts: 12, seed: 1))?.get()
        let trader = Trader("AA", seed: 2)
        trader.resume(from: try rig.load(user))
        for _ in 0..<6 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        try rig.close()
        for file in ["orders", "positions", "trades"] {
            let path = "paper/AA/user_AA_paper_\(file).jsonl"
            var closed = 0
            for position in stride(from: 0, to: rig.disk.bytes(path)?.count ?? 0, by: 17) {
                let damaged = rig.disk.crashed(.kill)
                damaged.overwrite(path) { $0[position] ^= UInt8(1 << (position % 8)) }
                do {
                    let loaded = try Rig(damaged).load(user)
                    #expect(loaded?.sorted == trader.current.sorted, "\(path) at \(position)")
                } catch StorageFailure.quarantined {
                    closed += 1
                }
            }
            #expect(closed > 0, "\(path): nobody else has its rows")
        }
    }

    @Test func `an act that is acknowledged after a first start was cut short outlives the next power cut`() throws {
        var step = 1
        var isOver = false
        while !isOver {
            for seed in 1...4 {
                let disk = SimulatedDisk(seed: UInt64(seed))
                disk.crash(.powerCut, atStep: step)
                do {
                    try Rig(disk).close()
                } catch {
                    guard disk.survivor != nil else { throw error }
                }
                isOver = disk.survivor == nil
                let left = disk.survivor ?? disk.crashed(.powerCut)
                let rig = try Rig(left)
                let trader = Trader("AA")
                _ = try rig.load(user)
                trader.act(on: rig)
                rig.settle()
                #expect(trader.acknowledged == 1)
                let next = try Rig(left.crashed(.powerCut))
                #expect(try next.load(user)?.sorted == trader.current.sorted, "step \(step), seed \(seed)")
            }
            step += 1
        }
        #expect(step > 8)
    }

    @Test(arguments: [true, false])
    func `a document that is made again after it was deleted is not taken for the deleted one`(readsBefore: Bool) throws {
        let path = DocumentPath.user(user)
        let rig = try Rig(SimulatedDisk()) { $0.documentCacheEntries = 1 }
        for body: JSONValue? in [["n": "1"], ["n": "2"], nil] {
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(path, body)]))
            // It leaves the cache, so the next version is made from what the store knows of its end.
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(.config("other")!, ["n": "0"])]))
            rig.advance(by: .seconds(1))
        }
        if readsBefore { #expect(try rig.document(path) == nil) }
        let ticket = rig.commit(Commit(user: user, documents: [DocumentChange(path, ["n": "3"])]))
        rig.settle()
        #expect(ticket.isDurable)
        for seconds in [0, 1] {
            rig.advance(by: .seconds(seconds))
            let next = try Rig(rig.disk.crashed(.kill))
            #expect(try next.document(path) == ["n": "3"], "after \(seconds) s")
        }
    }

    @Test func `a listing does not bring back what is being deleted`() throws {
        let path = DocumentPath.user(user)
        let first = try Rig(SimulatedDisk())
        _ = first.commit(Commit(user: user, documents: [DocumentChange(path, ["n": "1"])]))
        first.settle()
        // The journal has it, its file does not exist yet.
        let rig = try Rig(first.disk.crashed(.kill))
        let ticket = rig.commit(Commit(user: user, documents: [DocumentChange(path, nil)]))
        rig.settle()
        #expect(ticket.isDurable)
        var listed: Result<[DocumentPath], StorageFailure>?
        rig.loop.perform { rig.store.documents(under: "users", limit: 10) { listed = $0 } }
        rig.settle()
        #expect(try listed?.get() == [])
        #expect(rig.disk.bytes("users/AA.json") == nil)
        let next = try Rig(rig.disk.crashed(.kill))
        #expect(try next.document(path) == nil)
    }

    @Test func `a copy whose journal is older than its logins and its audit forgets the logins and gives no number twice`() throws {
        let rig = try Rig(SimulatedDisk())
        func login(_ rig: Rig, _ number: Int) {
            _ = rig.commit(
                Commit(
                    user: user, documents: [DocumentChange(.sessions(user), ["n": .string("\(number)")])],
                    audit: [AuditEntry(actor: "AA", ip: "", act: "login", ref: "login-\(number)")]))
            rig.advance(by: .seconds(1))
        }
        for number in 0..<3 { login(rig, number) }
        let early = rig.disk.crashed(.kill)
        for number in 3..<9 { login(rig, number) }
        try rig.close()
        let copy = SimulatedDisk(seed: 2, firstInode: 1_000_000)
        for path in rig.disk.paths where !path.hasPrefix("journal/") { copy.place(path, rig.disk.bytes(path) ?? []) }
        for path in early.paths where path.hasPrefix("journal/") { copy.place(path, early.bytes(path) ?? []) }

        let next = try Rig(copy)
        #expect(next.log.events.contains("folder_was_copied"))
        #expect(try next.document(.sessions(user)) == nil)
        _ = next.commit(Commit(user: user, audit: [AuditEntry(actor: "owner", ip: "", act: "copied", ref: "copied")]))
        next.advance(by: .seconds(1))
        try next.close()
        let last = try Rig(copy)
        #expect(try last.document(.sessions(user)) == nil)
        let audit = copy.paths.filter { $0.hasPrefix("audit/") }.map { copy.text($0) }.joined()
        let numbers = audit.split(separator: "\"ref\":{\"seq\":").dropFirst().compactMap { Int64($0.prefix { $0.isNumber }) }
        #expect(numbers.count == 10)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(numbers)")
    }

    @Test func `an install over a book on a full disk leaves the book as it was`() throws {
        let first = snapshot(acts: 20, seed: 3)
        let second = snapshot(acts: 30, seed: 4)
        var refused = 0
        var room: Int64 = 0
        while true {
            let rig = try Rig(SimulatedDisk())
            try install(rig, first)?.get()
            rig.disk.capacityBytes = rig.disk.usedBytes + room
            let outcome = install(rig, second)
            rig.disk.capacityBytes = SimulatedDisk.unlimitedBytes
            if case .success = outcome {
                #expect(try rig.load(user)?.sorted == second.sorted)
                break
            }
            refused += 1
            #expect(try Rig(rig.disk.crashed(.kill)).load(user)?.sorted == first.sorted, "\(room) bytes")
            #expect(try rig.load(user)?.sorted == first.sorted, "\(room) bytes")
            // The failed one is in nobody's way.
            try install(rig, second)?.get()
            #expect(try rig.load(user)?.sorted == second.sorted, "\(room) bytes")
            try rig.close()
            #expect(try Rig(rig.disk).load(user)?.sorted == second.sorted, "\(room) bytes")
            room += 700
        }
        #expect(refused > 5)
    }

    @Test func `a segment whose first sync failed is made durable by the next start`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("AA")
        _ = try rig.load(user)
        trader.act(on: rig)
        rig.advance(by: .seconds(1))
        try rig.close()
        // The cache shows the header of the second segment, the platters never get it.
        rig.disk.failingSyncPrefix = "journal"
        rig.disk.failingSyncs = 1
        #expect(throws: StorageFailure.self) { try Rig(rig.disk) }
        let second = rig.disk.crashed(.kill)
        let next = try Rig(second)
        trader.resume(from: try next.load(user))
        trader.act(on: next)
        next.settle()
        #expect(trader.acknowledged == 1)
        for _ in 1...10 {
            let left = second.crashed(.powerCut)
            #expect(left.text("journal/00000002.jsonl").hasPrefix("{\"fmt\":\"tradehouse.journal\""))
            let last = try Rig(left)
            #expect(try last.load(user)?.sorted == trader.current.sorted)
            #expect(!last.log.events.contains("journal_batch_missing"))
        }
    }

    @Test func `an act after a copy whose journal ended before its files survives a torn end`() throws {
        let rig = try Rig(SimulatedDisk(), ForgettingOptions.short)
        let trader = Trader("AA")
        _ = try rig.load(user)
        for _ in 0..<3 {
            trader.act(on: rig)
            rig.advance(by: .seconds(2))
        }
        // A copy reads the journal, then two more acts happen and reach the files, then it reads those.
        let copy = rig.disk.crashed(.kill)
        for _ in 0..<2 {
            trader.act(on: rig)
            rig.advance(by: .seconds(2))
        }
        for path in rig.disk.paths where path.hasPrefix("paper/") { copy.overwrite(path) { $0 = rig.disk.bytes(path) ?? [] } }
        let next = try Rig(copy, ForgettingOptions.short)
        let whole = trader.current
        trader.resume(from: try next.load(user))
        #expect(trader.current.sorted == whole.sorted)
        trader.act(on: next)
        next.settle()
        let left = copy.crashed(.kill)
        let newest = try #require(left.paths.last { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") })
        left.overwrite(newest) { $0 += Array("{\"seq\":9".utf8) }
        #expect(try Rig(left).load(user)?.sorted == trader.current.sorted)
    }

    @Test func `a document that was deleted stays so in a copy that lost the segments in between`() throws {
        let rig = try Rig(SimulatedDisk(), ForgettingOptions.short)
        let path = DocumentPath.credentials(user)
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(path, ["u": "AA"])]))
        rig.settle()
        let first = rig.disk.bytes("journal/00000001.jsonl")
        let trader = Trader("BB")
        _ = try rig.load(trader.user)
        while rig.disk.paths.last(where: { $0.hasPrefix("journal/") }) != "journal/00000004.jsonl" {
            trader.act(on: rig)
            rig.advance(by: .milliseconds(50))
            if rig.disk.bytes("journal/00000003.jsonl") == nil { continue }
            _ = rig.commit(Commit(user: user, documents: [DocumentChange(path, nil)]))
        }
        rig.advance(by: .seconds(60))
        // The copy came to the first segment before it went, and to the others afterwards.
        let copy = rig.disk.crashed(.kill)
        #expect(copy.paths.filter { $0.hasPrefix("journal/") } == ["journal/00000004.jsonl"])
        copy.place("journal/00000001.jsonl", try #require(first))
        #expect(try Rig(copy).document(path) == nil)
        var troubles: [String] = []
        try Store.check(disk: copy.crashed(.kill)) { if $0.verdict == .trouble { troubles.append($0.text) } }
        #expect(troubles == [])
    }

    @Test func `a deletion needs no line of the journal that went bad after its segment got an index`() throws {
        let rig = try Rig(SimulatedDisk()) {
            ForgettingOptions.short(&$0)
            $0.retention = .seconds(3_600)
        }
        let path = DocumentPath.credentials(user)
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(path, ["u": "AA"])]))
        _ = rig.commit(Commit(user: user, documents: [DocumentChange(path, nil)]))
        let trader = Trader("BB")
        _ = try rig.load(trader.user)
        for _ in 0..<40 {
            // The newest audit is younger than the segment, which is read no more then.
            trader.act(on: rig, audit: [AuditEntry(actor: "owner", ip: "", act: "noted", ref: "x")])
            rig.advance(by: .milliseconds(100))
        }
        rig.advance(by: .seconds(10))
        try rig.close()
        #expect(rig.disk.bytes("journal/00000001.idx") != nil)
        let word = Array("\"body\":null".utf8)
        let bytes = try #require(rig.disk.bytes("journal/00000001.jsonl"))
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: word) })
        rig.disk.overwrite("journal/00000001.jsonl") { $0[place] ^= 1 }
        #expect(try Rig(rig.disk).document(path) == nil)
    }

    @Test func `a document that only the journal has is read on a full disk`() throws {
        let rig = try Rig(SimulatedDisk())
        let path = DocumentPath.credentials(user)
        let ticket = rig.commit(Commit(user: user, documents: [DocumentChange(path, ["u": "AA"])]))
        while rig.queue.runNext() { rig.loop.runUntilIdle() }
        #expect(ticket.isDurable)
        let left = rig.disk.crashed(.kill)
        let next = try Rig(left)
        left.capacityBytes = left.usedBytes
        #expect(try next.document(path)?["u"]?.string == "AA")
        #expect(left.bytes("credentials/AA.json") == nil)
        left.capacityBytes = SimulatedDisk.unlimitedBytes
        try next.close()
        #expect(try Rig(left).document(path)?["u"]?.string == "AA")
    }

    @Test func `a day of the audit that a start began keeps its name when its segment has gone`() throws {
        let rig = try Rig(SimulatedDisk(), ForgettingOptions.short)
        let entry = AuditEntry(actor: "owner", ip: "", act: "noted", ref: "kept")
        let ticket = rig.commit(Commit(user: user, audit: [entry]))
        while rig.queue.runNext() { rig.loop.runUntilIdle() }
        #expect(ticket.isDurable)
        let disk = rig.disk.crashed(.kill)
        #expect(!disk.paths.contains { $0.hasPrefix("audit/") })
        // The start writes the day; what is said of it comes from the proof alone.
        disk.syncsNamesWithEverything = false
        let next = try Rig(disk, ForgettingOptions.short)
        next.advance(by: .seconds(60))
        #expect(disk.bytes("journal/00000001.jsonl") == nil)
        for _ in 1...10 {
            let left = disk.crashed(.powerCut)
            #expect(left.paths.filter { $0.hasPrefix("audit/") }.contains { left.text($0).contains("kept") })
        }
    }

    @Test func `a day of the audit is durable before the next begins`() throws {
        // Two seconds before midnight.
        let loop = SimulatedLoop(wallMicroseconds: 1_795_219_198_000_000)
        let disk = SimulatedDisk()
        disk.syncsNamesWithEverything = false
        let rig = try Rig(disk, loop: loop)
        func note(_ ref: String) {
            _ = rig.commit(Commit(user: user, audit: [AuditEntry(actor: "owner", ip: "", act: "noted", ref: ref)]))
            rig.advance(by: .seconds(1))
        }
        note("before-midnight")
        rig.advance(by: .seconds(1))
        // The disk loses the first sync of the old day, and it is not believed when it is asked again.
        disk.failingSyncPrefix = "audit/2026-11-20"
        disk.failingSyncs = 1
        note("after-midnight")
        rig.advance(by: .seconds(10))
        #expect(rig.log.events.contains("audit_not_written"))
        #expect(disk.text("audit/2026-11-21.jsonl").contains("after-midnight"))
        for _ in 1...20 {
            let left = disk.crashed(.powerCut)
            try Rig(left).close()
            let audit = left.paths.filter { $0.hasPrefix("audit/") }.map { left.text($0) }.joined()
            #expect(audit.contains("before-midnight") && audit.contains("after-midnight"))
        }
    }

    @Test func `a start that was killed leaves nothing that the next power cut takes from a later one`() throws {
        for step in 1...40 {
            let disk = SimulatedDisk(seed: UInt64(step))
            disk.kill(atStep: step)
            _ = try? Rig(disk)
            disk.revive()
            let rig = try Rig(disk)
            let trader = Trader("AA")
            _ = try rig.load(user)
            trader.act(on: rig)
            rig.settle()
            for _ in 1...6 { #expect(try Rig(disk.crashed(.powerCut)).load(user)?.sorted == trader.current.sorted, "killed at \(step)") }
        }
    }

    @Test func `a proof drops nothing from the cache that only the cache has`() throws {
        let paths = (0..<40).map { DocumentPath.user(UserID("U\($0)")!) }
        for moment in stride(from: 0, to: 600, by: 20) {
            let disk = SimulatedDisk(seed: UInt64(moment))
            // Every append is followed by a checkpoint; the portions of a proof stand well apart.
            let rig = try Rig(disk) {
                ForgettingOptions.short(&$0)
                $0.checkpointBytes = 1
                $0.documentCacheEntries = 1
                $0.tidyInterval = .milliseconds(700)
                $0.tidyPause = .milliseconds(100)
                $0.segmentBytes = 8_000
            }
            func write(_ version: Int64, fails: Bool = false) {
                let changes = paths.map { DocumentChange($0, .object(JSONObject([("n", .number(JSONNumber(version)))]))) }
                for change in changes { _ = rig.commit(Commit(user: user, documents: [change])) }
                // The files get it after 250 ms.
                if fails { disk.failingSyncsOfEverything = 1 }
                rig.advance(by: .milliseconds(300), step: .milliseconds(10))
            }
            write(1)
            write(2)
            rig.advance(by: .milliseconds(Int64(moment)), step: .milliseconds(10))
            write(3, fails: true)
            for _ in 0..<20 {
                rig.advance(by: .milliseconds(20), step: .milliseconds(10))
                for path in paths { #expect(try rig.document(path)?["n"]?.int64 == 3, "\(moment) ms") }
            }
        }
    }

    @Test func `files of an install that came to nothing never come back beside a new book`() throws {
        let first = snapshot(acts: 6, seed: 3)
        for step in 3...16 {
            for later in 6...16 {
                let rig = try Rig(SimulatedDisk(seed: UInt64(step * 100 + later)))
                rig.disk.kill(atStep: step)
                _ = install(rig, first)
                rig.disk.revive()
                // The next one sets the files aside and is killed, too.
                let disk = rig.disk
                disk.kill(atStep: later)
                _ = try? Rig(disk).load(user)
                disk.revive()
                let last = try Rig(disk)
                guard try last.load(user) == nil else { continue }
                let trader = Trader("AA")
                trader.act(on: last)
                while last.queue.runNext() { last.loop.runUntilIdle() }
                #expect(trader.acknowledged == 1)
                for _ in 1...3 {
                    #expect(try Rig(disk.crashed(.powerCut)).load(user)?.sorted == trader.current.sorted, "killed at \(step) and \(later)")
                }
            }
        }
    }
}
