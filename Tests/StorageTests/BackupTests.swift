// Backups: made beside a living store they hold everybody, proven before they get their name; what fails leaves nothing that looks whole.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `A backup` {
    private let start = Timestamp(seconds: 1_795_200_000)

    private func make(
        of disk: any Disk, in place: any Disk, as name: String = "today", retention: Duration = .seconds(86_400),
        takes: Duration = .zero, progress: @escaping (BackupProgress) -> Void = { _ in }
    ) throws(BackupFailure) -> BackupReport {
        var asked = 0
        return try Backup.make(
            of: disk, in: place, as: name, retention: retention,
            now: {
                asked += 1
                return asked == 1 ? start : start + takes
            }, progress: progress)
    }

    private func folder(_ names: [String] = ["AA", "BB"]) throws -> (SimulatedDisk, Rig, [Trader]) {
        let disk = SimulatedDisk()
        let rig = try Rig(disk) { $0.segmentBytes = 20_000 }
        let traders = names.enumerated().map { Trader($1, seed: UInt64($0 + 70)) }
        for trader in traders {
            _ = try rig.load(trader.user)
            for _ in 0..<20 {
                trader.act(
                    on: rig, documents: [DocumentChange(.user(trader.user), ["u": .string(trader.user.text)])],
                    audit: [AuditEntry(actor: "x", ip: "", act: "place")])
            }
        }
        rig.advance(by: .seconds(1))
        return (disk, rig, traders)
    }

    @Test func `of a living folder holds everybody and is proven before it has its name`() throws {
        let (disk, rig, traders) = try folder()
        let place = SimulatedDisk(seed: 9)
        var seenUnderItsName = false
        var stages: [String] = []
        let report = try make(of: disk, in: place) { progress in
            if place.paths.contains(where: { $0.hasPrefix("today/") }) { seenUnderItsName = true }
            if case .checking = progress { stages.append("check") } else { stages.append("copy") }
        }
        #expect(!seenUnderItsName)
        #expect(stages.first == "copy" && stages.last == "check")
        #expect(report.isVerified && report.verdict == "verified")
        #expect((report.users, report.books, report.accounts) == (2, 2, 2))
        #expect(report.name == "today")
        let mark = try #require(try BackupMark.read(FolderDisk(place, folder: "today")))
        #expect(mark.isVerified && mark.startedAt == start && mark.books == 2)
        // It survives a power cut at once, and opens like any folder.
        let left = place.crashed(.powerCut)
        #expect(left.paths.contains("today/BACKUP.json"))
        let next = try Store.open(
            disk: FolderDisk(left, folder: "today"), queue: rig.queue.disk, loop: rig.loop, options: Rig.options(Notices()))
        for trader in traders {
            var loaded: PaperSnapshot?
            rig.loop.perform { next.loadBook(trader.user) { if case .success(let book) = $0 { loaded = book } } }
            rig.settle()
            #expect(loaded?.sorted == trader.current.sorted)
        }
    }

    @Test func `leaves out the lock, the ballast, unfinished files and what is not ours`() throws {
        let (disk, _, _) = try folder(["AA"])
        disk.place(".ballast", [1, 2, 3])
        disk.place("paper/AA/.tmp-user_AA_paper_orders.jsonl", [1])
        disk.place("journal/00000001.idx", [1])
        disk.place("etc/master.key", [1])
        disk.place("quarantine/20261120T000000-AA/x.jsonl", [7])
        let place = SimulatedDisk(seed: 3)
        let report = try make(of: disk, in: place)
        #expect(report.isVerified)
        for path in [
            "LOCK", ".ballast", "paper/AA/.tmp-user_AA_paper_orders.jsonl", "journal/00000001.idx", "etc/master.key",
        ] {
            #expect(place.bytes("today/" + path) == nil, "\(path)")
        }
        #expect(place.bytes("today/quarantine/20261120T000000-AA/x.jsonl") == [7])
    }

    @Test func `made while users act is nobody's past before its start`() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var chance = DiskRandom(state: seed)
            let disk = SimulatedDisk(seed: seed)
            let rig = try Rig(disk) { $0.segmentBytes = 8_000 }
            let traders = ["AA", "BB", "CC"].enumerated().map { Trader($1, seed: seed &* 17 &+ UInt64($0)) }
            for trader in traders { _ = try rig.load(trader.user) }
            func live() {
                traders[chance.below(3)].act(on: rig)
                switch chance.below(3) {
                case 0: rig.queue.runNext()
                case 1: rig.settle()
                default: rig.advance(by: .milliseconds(Int64(chance.below(200))))
                }
            }
            for _ in 0..<chance.below(60) { live() }
            let before = traders.map(\.acknowledged)
            var left = 60
            let living = LivingDisk(disk) { _ in
                guard left > 0, chance.below(3) == 0 else { return }
                left -= 1
                live()
            }
            let place = SimulatedDisk(seed: seed)
            let report = try make(of: living, in: place)
            #expect(report.isVerified, "seed \(seed): \(report.troubles)")
            let next = try Store.open(
                disk: FolderDisk(place, folder: "today"), queue: rig.queue.disk, loop: rig.loop, options: Rig.options(Notices()))
            for (trader, acknowledged) in zip(traders, before) {
                var loaded: PaperSnapshot?
                rig.loop.perform { next.loadBook(trader.user) { if case .success(let book) = $0 { loaded = book } } }
                rig.settle()
                let reached = trader.states.lastIndex { $0?.sorted == loaded?.sorted }
                #expect(reached ?? -1 >= acknowledged, "seed \(seed): \(trader.user)")
            }
        }
    }

    @Test func `takes a book anew that was replaced as a whole while it was copied`() throws {
        let (disk, rig, traders) = try folder(["AA", "ZZ"])
        var isDone = false
        let living = LivingDisk(disk) { path in
            // AA's files are copied by now; the journal is not.
            guard !isDone, path.hasPrefix("paper/ZZ/") else { return }
            isDone = true
            rig.loop.perform {
                rig.store.install(user: traders[0].user, snapshot: traders[1].current, replaces: true) { _ in }
            }
            rig.settle()
        }
        let place = SimulatedDisk(seed: 5)
        let report = try make(of: living, in: place)
        #expect(isDone)
        #expect(report.isVerified, "\(report.troubles)")
    }

    @Test func `of a folder with a damaged book keeps the copy under a name that says so`() throws {
        let (disk, rig, _) = try folder()
        try rig.close()
        try Rig(disk).close()
        for path in disk.paths where path.hasPrefix("journal/") && path != disk.paths.last(where: { $0.hasPrefix("journal/") }) {
            disk.erase(path)
        }
        disk.overwrite("paper/BB/user_BB_paper_trades.jsonl") { $0[$0.count / 2] ^= 4 }
        let place = SimulatedDisk(seed: 5)
        let report = try make(of: disk, in: place)
        #expect(!report.isVerified && report.verdict == "damaged" && report.name == "today.unverified")
        #expect(report.troubles.contains { $0.hasPrefix("BB") })
        #expect(!place.paths.contains { $0.hasPrefix("today/") || $0.hasPrefix("today.incomplete/") })
        #expect(try BackupMark.read(FolderDisk(place, folder: "today.unverified"))?.isVerified == false)
    }

    @Test func `that took longer than the server keeps what it released is not called verified`() throws {
        let (disk, _, _) = try folder()
        let place = SimulatedDisk(seed: 5)
        let report = try make(of: disk, in: place, retention: .seconds(60), takes: .seconds(61))
        #expect(!report.isVerified && report.verdict == "too_slow" && report.name == "today.unverified")
    }

    @Test func `that cannot be finished leaves nothing`() throws {
        let (disk, _, _) = try folder()
        let place = SimulatedDisk(seed: 5)
        place.crash(.kill, atStep: 8)
        #expect(throws: BackupFailure.self) { _ = try make(of: disk, in: place) }
        // The disk died with it here; on a living one what was copied is removed.
        let full = SimulatedDisk(seed: 6)
        full.failingSyncs = 1
        full.failingSyncPrefix = "today.incomplete/.tmp-BACKUP"
        #expect(throws: BackupFailure.self) { _ = try make(of: disk, in: full) }
        #expect(full.paths == [])
    }

    @Test func `is refused where it does not fit, where something is, and of what is no data folder`() throws {
        let (disk, _, _) = try folder()
        let small = SimulatedDisk(seed: 6, capacityBytes: 1 << 20)
        #expect { _ = try make(of: disk, in: small) } throws: { if case .noRoom? = $0 as? BackupFailure { true } else { false } }
        #expect(small.paths == [])
        let taken = SimulatedDisk(seed: 6)
        taken.place("today/something", [1])
        #expect(throws: BackupFailure.targetNotEmpty("simulated/today")) { _ = try make(of: disk, in: taken) }
        let left = SimulatedDisk(seed: 6)
        left.place("today.incomplete/something", [1])
        #expect(throws: BackupFailure.leftOver("simulated/today.incomplete")) { _ = try make(of: disk, in: left) }
        #expect(throws: BackupFailure.notADataFolder("simulated")) { _ = try make(of: SimulatedDisk(), in: SimulatedDisk()) }
    }

    @Test func `restored into a scratch folder is the same, and the backup stays as it is`() throws {
        let (disk, rig, traders) = try folder()
        let place = SimulatedDisk(seed: 9)
        _ = try make(of: disk, in: place)
        let before = place.paths.map { place.bytes($0) }
        let steps = place.steps
        let scratch = SimulatedDisk(seed: 10)
        let report = try Backup.restore(FolderDisk(place, folder: "today"), in: scratch, as: "try", now: { start })
        #expect(report.isVerified && report.books == 2)
        #expect(place.steps == steps && place.paths.map { place.bytes($0) } == before)
        #expect(scratch.bytes("try/BACKUP.json") == nil)
        let next = try Store.open(
            disk: FolderDisk(scratch, folder: "try"), queue: rig.queue.disk, loop: rig.loop, options: Rig.options(Notices()))
        var loaded: PaperSnapshot?
        rig.loop.perform { next.loadBook(traders[0].user) { if case .success(let book) = $0 { loaded = book } } }
        rig.settle()
        #expect(loaded?.sorted == traders[0].current.sorted)
    }
}

@Suite struct `A copy's start` {
    @Test func `is vouched for by a journal that reaches back to it, and by acts that are newer`() throws {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        let opened = Timestamp(microseconds: rig.loop.wallMicroseconds)
        let (early, late) = (Trader("EARLY"), Trader("LATE"))
        for trader in [early, late] { _ = try rig.load(trader.user) }
        early.act(on: rig)
        rig.advance(by: .seconds(100))
        late.act(on: rig)
        rig.advance(by: .seconds(2))
        try rig.close()
        func older(_ startedAt: Timestamp) throws -> [String] {
            try Store.check(disk: disk, startedAt: startedAt) { _ in }.olderThanStart
        }
        #expect(try older(opened + .seconds(50)) == [])
        #expect(try older(opened + .seconds(1_000)) == [])
        // Without the journal's beginning, only the acts themselves tell.
        #expect(try older(opened - .seconds(50)) == [])
        let later = SimulatedLoop()
        later.advance(by: .seconds(500))
        try Rig(disk, loop: later).close()
        disk.erase("journal/00000001.jsonl")
        let summary = try Store.check(disk: disk, startedAt: opened + .seconds(50)) { _ in }
        #expect(summary.isProven && summary.olderThanStart == ["EARLY"] && summary.olderCount == 1)
    }

    @Test func `is never vouched for where the journal is younger and nobody acted since`() throws {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        trader.act(on: rig)
        rig.advance(by: .seconds(10))
        try rig.close()
        let later = SimulatedLoop()
        later.advance(by: .seconds(500))
        try Rig(disk, loop: later).close()
        disk.erase("journal/00000001.jsonl")
        let started = Timestamp(microseconds: rig.loop.wallMicroseconds)
        #expect(try Store.check(disk: disk, startedAt: started) { _ in }.olderThanStart == ["AA"])
    }
}

/// A disk that lives on while somebody reads it.
private final class LivingDisk: Disk, @unchecked Sendable {
    private let disk: SimulatedDisk
    private let between: (String) -> Void

    init(_ disk: SimulatedDisk, _ between: @escaping (String) -> Void) {
        self.disk = disk
        self.between = between
    }

    var location: String { disk.location }
    func open(_ path: String, for mode: OpenMode) throws(DiskFailure) -> any DiskFile {
        between(path)
        return try disk.open(path, for: mode)
    }
    func status(of path: String) throws(DiskFailure) -> FileStatus? { try disk.status(of: path) }
    func list(_ directory: String, _ visit: (DirectoryEntry) -> Bool) throws(DiskFailure) {
        between(directory)
        try disk.list(directory, visit)
    }
    func makeDirectory(_ path: String) throws(DiskFailure) -> Bool { try disk.makeDirectory(path) }
    func rename(_ path: String, to target: String) throws(DiskFailure) { try disk.rename(path, to: target) }
    func remove(_ path: String) throws(DiskFailure) { try disk.remove(path) }
    func syncDirectory(_ path: String) throws(DiskFailure) { try disk.syncDirectory(path) }
    func syncEverything() throws(DiskFailure) { try disk.syncEverything() }
    func freeBytes() throws(DiskFailure) -> Int64 { try disk.freeBytes() }
    func lock(_ path: String) throws(DiskFailure) -> any DiskLock { try disk.lock(path) }
    func fileSystem() throws(DiskFailure) -> FileSystemKind { try disk.fileSystem() }
}

@Suite struct `Backups on schedule` {
    private func folder() throws -> (SimulatedDisk, Rig) {
        let disk = SimulatedDisk()
        let rig = try Rig(disk)
        let trader = Trader("AA")
        _ = try rig.load(trader.user)
        for _ in 0..<5 { trader.act(on: rig) }
        rig.advance(by: .seconds(1))
        return (disk, rig)
    }

    private func run(_ disk: SimulatedDisk, _ place: SimulatedDisk, day: Int, keep: Int = 3) throws -> BackupReport {
        let at = Timestamp(seconds: 1_795_200_000) + .seconds(day * 86_400)
        return try BackupRotation.run(of: disk, into: place, keep: keep, retention: .seconds(86_400), now: { at })
    }

    @Test func `are named after their time and kept as many as asked for`() throws {
        let (disk, _) = try folder()
        let place = SimulatedDisk(seed: 4)
        place.place("backup-of-mine/letter", [1])
        place.place("notes.txt", [1])
        for day in 0..<6 {
            let report = try run(disk, place, day: day)
            #expect(report.isVerified)
        }
        let kept = try BackupRotation.list(place)
        #expect(kept.map(\.name) == ["backup-20261123T184000Z", "backup-20261124T184000Z", "backup-20261125T184000Z"])
        #expect(kept.allSatisfy { $0.isVerified })
        #expect(place.bytes("backup-of-mine/letter") == [1] && place.bytes("notes.txt") == [1])
    }

    @Test func `never lose the last good one to bad ones, and keep one bad one as evidence`() throws {
        let (disk, rig) = try folder()
        let place = SimulatedDisk(seed: 4)
        let first = try run(disk, place, day: 0)
        #expect(first.isVerified)
        try rig.close()
        try Rig(disk).close()
        disk.erase("journal/00000001.jsonl")
        let good = try #require(disk.bytes("paper/AA/user_AA_paper_trades.jsonl"))
        disk.overwrite("paper/AA/user_AA_paper_trades.jsonl") { $0[$0.count / 2] ^= 4 }
        for day in 1..<9 {
            let report = try run(disk, place, day: day, keep: 1)
            #expect(!report.isVerified)
        }
        #expect(try BackupRotation.list(place).map(\.isVerified) == [true, false])
        #expect(try BackupRotation.list(place).last?.name == "backup-20261128T184000Z.unverified")
        disk.overwrite("paper/AA/user_AA_paper_trades.jsonl") { $0 = good }
        let last = try run(disk, place, day: 9, keep: 1)
        #expect(last.isVerified)
        #expect(try BackupRotation.list(place).map(\.name) == ["backup-20261129T184000Z"])
    }

    @Test func `clear away what a killed one left, and only that`() throws {
        let (disk, _) = try folder()
        let place = SimulatedDisk(seed: 4)
        place.place("backup-20261119T184000Z.incomplete/users/AA.json", [1])
        place.place("mine.incomplete/x", [1])
        let first = try run(disk, place, day: 0)
        #expect(first.isVerified)
        #expect(place.bytes("backup-20261119T184000Z.incomplete/users/AA.json") == nil)
        #expect(place.bytes("mine.incomplete/x") == [1])
    }
}
