// Flipped bits, cut files, edited files, failing syncs and a full disk: what is healed, who is closed, and that nobody else suffers.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `Damage` {
    private let one = UserID("AA")!
    private let other = UserID("BB")!

    /// Two users with a few acts, closed in order; the journal of those acts is kept or thrown away.
    private func folder(keepsJournal: Bool) throws -> (disk: SimulatedDisk, states: [UserID: PaperSnapshot]) {
        let disk = SimulatedDisk(seed: 5)
        let rig = try Rig(disk)
        var states: [UserID: PaperSnapshot] = [:]
        for (seed, name) in ["AA", "BB"].enumerated() {
            let trader = Trader(name, seed: UInt64(seed))
            _ = try rig.load(trader.user)
            for _ in 0..<6 { trader.act(on: rig) }
            rig.advance(by: .seconds(1))
            states[trader.user] = trader.current
        }
        try rig.close()
        try Rig(disk).close()
        if !keepsJournal { disk.erase("journal/00000001.jsonl") }
        return (disk, states)
    }

    @Test func `a flipped bit anywhere in a book's files is healed from the journal, or closes that book alone`() throws {
        for keepsJournal in [true, false] {
            let (disk, states) = try folder(keepsJournal: keepsJournal)
            for path in disk.paths where path.hasPrefix("paper/AA/") {
                let size = disk.bytes(path)!.count
                var verdicts: [String: Int] = [:]
                for position in stride(from: 0, to: size, by: 7) {
                    let damaged = disk.crashed(.kill)
                    damaged.overwrite(path) { $0[position] ^= UInt8(1 << (position % 8)) }
                    let rig = try Rig(damaged)
                    do {
                        let loaded = try rig.load(one)
                        #expect(loaded?.sorted == states[one]?.sorted, "\(path) at \(position), journal \(keepsJournal)")
                        verdicts["healed", default: 0] += 1
                    } catch StorageFailure.quarantined {
                        verdicts["closed", default: 0] += 1
                    }
                    #expect(try rig.load(other)?.sorted == states[other]?.sorted)
                }
                if keepsJournal { #expect(verdicts["closed"] == nil, "\(path)") } else { #expect(verdicts["closed"] ?? 0 > 0, "\(path)") }
            }
        }
    }

    @Test func `a file cut at any length is healed from the journal, or closes that book alone`() throws {
        for keepsJournal in [true, false] {
            let (disk, states) = try folder(keepsJournal: keepsJournal)
            for path in disk.paths where path.hasPrefix("paper/AA/") {
                let size = disk.bytes(path)!.count
                for length in stride(from: 0, to: size, by: 11) {
                    let damaged = disk.crashed(.kill)
                    damaged.overwrite(path) { $0.removeLast(size - length) }
                    let rig = try Rig(damaged)
                    do {
                        let loaded = try rig.load(one)
                        #expect(loaded?.sorted == states[one]?.sorted, "\(path) cut to \(length), journal \(keepsJournal)")
                    } catch StorageFailure.quarantined {
                        #expect(!keepsJournal, "\(path) cut to \(length)")
                    }
                    #expect(try rig.load(other)?.sorted == states[other]?.sorted)
                }
            }
        }
    }

    @Test func `a flipped bit in the journal costs nobody whose files have it, and at most one user otherwise`() throws {
        let (disk, states) = try folder(keepsJournal: true)
        let path = "journal/00000001.jsonl"
        let size = disk.bytes(path)!.count
        for position in stride(from: 0, to: size, by: 13) {
            let damaged = disk.crashed(.kill)
            damaged.overwrite(path) { $0[position] ^= UInt8(1 << (position % 8)) }
            let rig = try Rig(damaged)
            for user in [one, other] { #expect(try rig.load(user)?.sorted == states[user]?.sorted, "at \(position)") }

            // And without the files of the first user, only that one can be hurt.
            let bare = disk.crashed(.kill)
            bare.overwrite(path) { $0[position] ^= UInt8(1 << (position % 8)) }
            bare.erase("paper/AA")
            let poor = try Rig(bare)
            do {
                let loaded = try poor.load(one)
                #expect(loaded?.sorted == states[one]?.sorted, "at \(position)")
            } catch StorageFailure.quarantined {}
            #expect(try poor.load(other)?.sorted == states[other]?.sorted, "at \(position)")
        }
    }

    @Test func `a torn end of the journal costs only what was not acknowledged`() throws {
        let disk = SimulatedDisk(seed: 9)
        let rig = try Rig(disk)
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        for _ in 0..<3 {
            trader.act(on: rig)
            rig.settle()
        }
        let path = "journal/00000001.jsonl"
        let whole = disk.bytes(path)!.count
        trader.act(on: rig)
        rig.queue.runAll()  // written and synced; nobody was told
        let size = disk.bytes(path)!.count
        for length in stride(from: whole, through: size, by: 17) {
            let left = disk.crashed(.kill)
            left.overwrite(path) { $0.removeLast(size - length) }
            let next = try Rig(left)
            let loaded = try next.load(trader.user)?.sorted
            #expect(loaded == trader.states[3]?.sorted || loaded == trader.states[4]?.sorted, "cut to \(length)")
            #expect(next.log.events.contains("segment_healed"))
            // What was healed once is whole for the next start.
            try next.close()
            let again = try Rig(left)
            #expect(try again.load(trader.user)?.sorted == loaded)
            #expect(!again.log.events.contains("segment_healed"))
        }
    }

    @Test func `of a torn batch nothing counts that stands on a record that is gone, and all the rest does`() throws {
        let disk = SimulatedDisk(seed: 9)
        let rig = try Rig(disk)
        let one = Trader("AA", seed: 1)
        let other = Trader("BB", seed: 2)
        for trader in [one, other] {
            _ = try rig.load(trader.user)
            trader.act(on: rig)
            rig.settle()
        }
        // One turn, so one batch; it is in the journal, and nobody was told that its sync returned.
        rig.loop.perform { for trader in [one, one, other] { _ = rig.store.commit(trader.next()) } }
        rig.queue.runAll()
        let left = disk.crashed(.kill)
        left.overwrite("journal/00000001.jsonl") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let record = text.firstRange(of: "\"u\":\"AA\",\"bk\":\"default\",\"v\":2,")!
            bytes[text.utf8.distance(from: text.startIndex, to: record.lowerBound) + 1] ^= 1
        }
        for _ in 0..<2 {
            let next = try Rig(left)
            #expect(try next.load(one.user)?.sorted == one.states[1]?.sorted)
            #expect(try next.load(other.user)?.sorted == other.current.sorted)
            try next.close()
        }
    }

    @Test func `a file of another life, right in itself, is not taken for this one's`() throws {
        for keepsJournal in [true, false] {
            let (disk, states) = try folder(keepsJournal: keepsJournal)
            for name in ["orders", "positions", "trades", "meta"] {
                let path = "paper/AA/user_AA_paper_\(name).jsonl"
                let mixed = disk.crashed(.kill)
                let stranger = Trader("AA", seed: 77)
                let elsewhere = try Rig(SimulatedDisk())
                _ = try elsewhere.load(stranger.user)
                for _ in 0..<6 { stranger.act(on: elsewhere) }
                elsewhere.advance(by: .seconds(1))
                mixed.overwrite(path) { $0 = elsewhere.disk.bytes(path) ?? [] }
                let rig = try Rig(mixed)
                if keepsJournal {
                    #expect(try rig.load(one)?.sorted == states[one]?.sorted, "\(name)")
                } else {
                    #expect(throws: StorageFailure.self, "\(name)") { try rig.load(one) }
                }
            }
        }
    }

    @Test func `a file that somebody edits while the server runs is left alone and nothing is lost`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        for _ in 0..<4 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        let path = "paper/AA/user_AA_paper_orders.jsonl"
        rig.disk.overwrite(path) { $0 += Array("note to self\n".utf8) }
        for _ in 0..<4 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        #expect(trader.acknowledged == 8)
        #expect(rig.log.events.contains("book_files_held"))
        #expect(rig.disk.text(path).hasSuffix("note to self\n"))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(try next.load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test func `a journal that cannot be synced fails the act as unknown and asks the process to end`() throws {
        let rig = try Rig(SimulatedDisk())
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.settle()
        rig.disk.failingSyncs = 1
        trader.act(on: rig)
        rig.settle()
        trader.act(on: rig)
        rig.settle()
        for ticket in trader.tickets[1...] {
            #expect(throws: StorageFailure.outcomeUnknown) { try ticket.outcome?.get() }
        }
        #expect(rig.log.fatal.count == 1)
        let next = try Rig(rig.disk.crashed(.powerCut))
        let loaded = try next.load(trader.user)?.sorted
        #expect(trader.states.dropFirst().contains { $0?.sorted == loaded })
    }

    @Test func `a full disk stores nothing new, keeps all that was acknowledged, and goes on when there is room`() throws {
        let disk = SimulatedDisk(seed: 2)
        let rig = try Rig(disk) { options in
            options.segmentBytes = 40_000
        }
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        for _ in 0..<5 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        disk.capacityBytes = 60_000
        var failures: [StorageFailure] = []
        for _ in 0..<60 {
            trader.act(on: rig)
            rig.advance(by: .milliseconds(100))
            if case .failure(let failure) = trader.tickets.last?.outcome { failures.append(failure) }
        }
        #expect(failures.first == .storageFull)
        #expect(rig.log.fatal.isEmpty)
        #expect(trader.acknowledged >= 5)
        let reached = trader.acknowledged
        disk.capacityBytes = 1 << 40
        rig.advance(by: .seconds(10))
        _ = rig.commit(Commit(user: UserID("BB")!, audit: [AuditEntry(actor: "BB", ip: "", act: "asks")]))
        rig.advance(by: .seconds(2))
        let loaded = try rig.load(trader.user)
        #expect(loaded?.sorted == trader.states[reached]?.sorted)
        trader.resume(from: loaded)
        trader.act(on: rig)
        rig.advance(by: .seconds(1))
        #expect(trader.acknowledged == 1)
        try rig.close()
        #expect(try Rig(disk).load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test func `a book whose files a full disk left behind is read from the journal, however often, and goes on from there`() throws {
        let disk = SimulatedDisk(seed: 3)
        let rig = try Rig(disk)
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        for _ in 0..<5 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        // The segment has its space, the readable files have none.
        disk.capacityBytes = 64 << 20
        for _ in 0..<5 {
            trader.act(on: rig)
            rig.advance(by: .milliseconds(300))
        }
        #expect(trader.acknowledged == 10)
        #expect(rig.log.events.contains("book_files_held"))
        for _ in 0..<3 { #expect(try rig.load(trader.user)?.sorted == trader.current.sorted) }
        #expect(rig.loop.perform { rig.store.forget(trader.user) })
        #expect(try rig.load(trader.user)?.sorted == trader.current.sorted)
        trader.act(on: rig)
        rig.advance(by: .seconds(1))
        #expect(trader.acknowledged == 11)
        disk.capacityBytes = 1 << 40
        #expect(try rig.load(trader.user)?.sorted == trader.current.sorted)
        trader.act(on: rig)
        rig.advance(by: .seconds(1))
        try rig.close()
        #expect(try Rig(disk).load(trader.user)?.sorted == trader.current.sorted)
    }

    @Test func `below the limit of free space acts are refused, essential ones and reads are not`() throws {
        let disk = SimulatedDisk(seed: 2, capacityBytes: 200 << 20)
        let rig = try Rig(disk) { options in
            options.minimumFreeBytes = 40 << 20
            options.ballastBytes = 16 << 20
            options.ballastFreeBytes = 20 << 20
            options.segmentBytes = 8 << 20
        }
        #expect(disk.paths.contains(".ballast"))
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.advance(by: .seconds(2))
        #expect(trader.acknowledged == 1)
        disk.capacityBytes = 40 << 20
        trader.act(on: rig)
        rig.advance(by: .seconds(2))  // taken, and space is measured with it
        #expect(rig.loop.perform { rig.store.refusal } == .storageFull)
        #expect(!disk.paths.contains(".ballast"))
        let refused = rig.commit(trader.next())
        #expect(refused.outcome.map { if case .failure(.storageFull) = $0 { true } else { false } } == true)
        let logout = rig.commit(Commit(user: trader.user, documents: [DocumentChange(.sessions(trader.user), nil)], isEssential: true))
        rig.settle()
        #expect(logout.isDurable)
        #expect(try rig.load(trader.user) != nil)
        disk.capacityBytes = 400 << 20
        _ = rig.commit(trader.next())  // asks for a new measurement
        rig.settle()
        #expect(rig.loop.perform { rig.store.refusal } == nil)
        #expect(disk.paths.contains(".ballast"), "it is taken again when there is room for it")
    }

    @Test func `files that are gone close the book when the account says that it was opened long ago`() throws {
        let rig = try Rig(SimulatedDisk())
        let user = UserID("AA")!
        let opened = Timestamp(microseconds: rig.loop.wallMicroseconds - 3 * 86_400_000_000)
        _ = rig.commit(
            Commit(user: user, documents: [DocumentChange(.user(user), ["u": "AA", "paper_opened": .string(opened.utcText)])]))
        rig.advance(by: .seconds(1))
        try rig.close()
        let next = try Rig(rig.disk)
        #expect(throws: StorageFailure.self) { try next.load(user) }
        #expect(next.log.events.contains("book_quarantined"))
    }
}
