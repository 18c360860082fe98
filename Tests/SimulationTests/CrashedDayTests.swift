// Days that end in a crash, of the process or of the power: on what the disk kept a new house opens, and everything that people were
// told is there.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `A day that ends in a crash` {
    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `keeps everything that was told`(kind: SimulatedDisk.Crash) throws {
        let seed = Seed.chosen(for: "A day that ends in a crash (\(kind))")
        // The same day without a crash says how many steps of the disk there are to die in.
        let whole = try SimulatedDay(seed: seed)
        let first = whole.disk.steps
        whole.live(people: 8, rounds: 25)
        var chance = SeededRandom(seed: seed &+ 99)
        for _ in 0..<10 {
            let step = 1 + Int(chance.next() % UInt64(whole.disk.steps - first))
            try die(seed, kind, atStep: step)
        }
    }

    /// One day with a crash, and the morning after it.
    private func die(_ seed: UInt64, _ kind: SimulatedDisk.Crash, atStep step: Int) throws {
        let disk = SimulatedDisk(seed: seed)
        let day = try SimulatedDay(seed: seed, disk: disk)
        disk.crash(kind, atStep: step)
        day.live(people: 8, rounds: 25)
        let left = disk.survivor ?? disk.crashed(kind)
        let about = "seed \(seed), \(kind) at step \(step)"

        let found = try troubles(left)
        #expect(found == [], "\(about): a crash is no damage")

        let later = SimulatedLoop(wallMicroseconds: day.host.loop.wallMicroseconds + 5_000_000)
        let next = try TestHouse(seed: seed &+ 1, disk: left, loop: later, instruments: day.source.instruments)
        let house = next.house
        try next.run {
            await house.resumeWork()
            await house.run(.off)
        }
        for person in day.people { try meet(person, in: next, about) }
        try next.run { await house.close() }
        for person in day.people { try LeftFiles(left, user: person.user.text).check(of: person.user.text) }
        #expect(try troubles(left) == [], "\(about): the morning after")
    }

    private func troubles(_ disk: SimulatedDisk) throws -> [String] {
        var troubles: [String] = []
        try Store.check(disk: disk) { if $0.verdict == .trouble { troubles.append($0.text) } }
        return troubles
    }

    /// The person comes back with the old token, looks for what was told, and asks again what was not answered.
    private func meet(_ person: Memory, in next: TestHouse, _ about: String) throws {
        let about = "\(about), \(person.user.text)"
        var found = try orders(of: person, in: next, about)
        let keepsAll = person.orders.allSatisfy { id, told in found[id].map { isLater($0, than: told) } ?? false }
        if person.mayHaveBeenReset {
            #expect(keepsAll || person.orders.keys.allSatisfy { found[$0] == nil }, "\(about): half a reset")
            return
        }
        for (id, told) in person.orders {
            let now = try #require(found[id], "\(about): order \(id) was told and is gone")
            #expect(isLater(now, than: told), "\(about): order \(id) was told as \(told)")
        }
        for act in person.unanswered {
            for _ in 0..<2 {
                let answer = try next.send(act.method, act.path, token: person.token, json: act.body)
                #expect([201, 409, 422].contains(answer.status), "\(about): \(answer.text)")
            }
        }
        found = try orders(of: person, in: next, about)
        let keys = found.values.compactMap { $0["client_order_id"]?.string }
        #expect(Set(keys).count == keys.count, "\(about): a key has two orders")
    }

    private func orders(of person: Memory, in next: TestHouse, _ about: String) throws -> [String: JSONValue] {
        let answer = try next.send(.get, "/api/paper-trading/orders?limit=1000", token: person.token)
        #expect(answer.status == 200, "\(about): \(answer.text)")
        var found: [String: JSONValue] = [:]
        for order in answer["orders"].array ?? [] { found[order["order_id"]?.string ?? ""] = order }
        return found
    }

    /// Whether an order is as it was told, or further on in its life.
    private func isLater(_ now: JSONValue, than told: ToldOrder) -> Bool {
        guard now["client_order_id"]?.string == told.key, let status = now["status"]?.string,
            let filled = now["filled_quantity"]?.number?.fixedPoint8, let before = JSONNumber(text: told.filled)?.fixedPoint8
        else { return false }
        return filled >= before && (!ToldOrder.final.contains(told.status) || status == told.status)
    }
}
