// Backups by the clock: when one is due, what is said when one fails, and that the house goes on meanwhile. The clock is simulated and
// the copying is given.

import Storage
import TestSupport
import Testing
import Trading

@testable import House

@Suite struct `Scheduled backups` {
    private struct DiskIsGone: Error {}

    /// Counts the backups that were asked for and answers as told.
    private final class Maker: Sendable {
        let starts = LockedBox<[Timestamp]>([])
        let outcome = LockedBox<String>("verified")

        func make(_ now: Timestamp) throws -> BackupReport {
            starts.value.append(now)
            var report = BackupReport(name: "backup", startedAt: now, copiedAt: now, finishedAt: now, retention: .seconds(86_400))
            switch outcome.value {
            case "failed": throw DiskIsGone()
            case "damaged": report.troubleCount = 1
            default: break
            }
            return report
        }
    }

    private func house(_ maker: Maker, hours: Int = 24, found: [KeptBackup] = []) throws -> TestHouse {
        let house = try TestHouse(disk: SimulatedDisk())
        let loop = house.loop
        let plan = BackupPlan(every: .seconds(hours * 3_600), keep: 7, found: found) {
            try maker.make(Timestamp(microseconds: loop.wallMicroseconds))
        }
        let live = house.house
        try house.run { await live.keepBackups(plan) }
        house.settle()
        return house
    }

    private func state(_ house: TestHouse) throws -> BackupState {
        let live = house.house
        return try #require(try house.run { await live.backups })
    }

    /// The verdict, and whether there is an alert.
    private func verdict(_ house: TestHouse) throws -> [String] {
        let live = house.house
        let now = try house.run { await live.world.now() }
        let state = try state(house)
        return [state.verdict, state.isAlarming(at: now) ? "alert" : "calm"]
    }

    @Test func `are made at once and then by the hours`() throws {
        let maker = Maker()
        let house = try house(maker)
        #expect(maker.starts.value.count == 1)
        let first = maker.starts.value[0]
        house.advance(by: .seconds(86_400 - 120), step: .seconds(60))
        #expect(maker.starts.value.count == 1)
        house.advance(by: .seconds(240), step: .seconds(60))
        #expect(maker.starts.value.count == 2)
        let gap = maker.starts.value[1] - first
        #expect(gap >= .seconds(86_400) && gap < .seconds(86_400 + 61))
        #expect(try state(house).lastVerified == maker.starts.value[1])
        #expect(try verdict(house) == ["verified", "calm"])
    }

    @Test func `that fail are told in the log and to the owner, and tried again within the hour`() throws {
        let maker = Maker()
        maker.outcome.value = "failed"
        let house = try house(maker)
        #expect(house.log.lines.contains { $0.contains("error") && $0.contains("backup_failed") })
        #expect(try verdict(house) == ["failed", "alert"])
        let owner = try house.makeOwner()
        let told = try house.send(.get, "/api/admin/backups", token: owner.token)
        #expect(told["alert"] == true && told["last", "problem"].string != nil && told["last_verified"].isNull)
        maker.outcome.value = "verified"
        house.advance(by: .seconds(3_700), step: .seconds(60))
        #expect(maker.starts.value.count == 2)
        #expect(try verdict(house) == ["verified", "calm"])
    }

    @Test func `that cannot be proven are told as well`() throws {
        let maker = Maker()
        maker.outcome.value = "damaged"
        let house = try house(maker)
        #expect(house.log.lines.contains { $0.contains("error") && $0.contains("backup_not_verified") })
        #expect(try verdict(house) == ["damaged", "alert"])
        #expect(try state(house).lastVerified == nil)
    }

    @Test func `go on with the times of what is in the folder`() throws {
        let disk = SimulatedDisk()
        let source = try TestHouse(disk: disk)
        let begun = Timestamp(microseconds: source.loop.wallMicroseconds) - .seconds(20 * 3_600)
        let place = SimulatedDisk(seed: 3)
        _ = try BackupRotation.run(of: disk, into: place, keep: 7, retention: .seconds(86_400), now: { begun })
        let maker = Maker()
        let house = try house(maker, found: try BackupRotation.list(place))
        #expect(maker.starts.value.isEmpty, "the last one is 20 hours old")
        #expect(try state(house).lastVerified == begun)
        house.advance(by: .seconds(4 * 3_600 + 60), step: .seconds(60))
        #expect(maker.starts.value.count == 1)
    }

    @Test func `that do not come any more are an alarm by themselves`() throws {
        let since = Timestamp(seconds: 1_795_200_000)
        var state = BackupState(every: .seconds(3_600), keep: 7, lastVerified: since, since: since)
        #expect(!state.isAlarming(at: since + .seconds(7_200)))
        #expect(state.isAlarming(at: since + .seconds(7_201)))
        state.lastVerified = since + .seconds(7_000)
        #expect(!state.isAlarming(at: since + .seconds(7_201)))
    }

    @Test func `are not mentioned by a house that makes none`() throws {
        let house = try TestHouse(disk: SimulatedDisk())
        let owner = try house.makeOwner()
        #expect(try house.send(.get, "/api/admin/backups", token: owner.token)["enabled"] == false)
    }
}
