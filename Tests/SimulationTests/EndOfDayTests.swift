// The end of a trading day of many people, on the exchanges' hours: at the time of squaring off nobody is left with an intraday share, and every
// book adds up, also when the house stops between.

import House
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `The end of a simulated day` {
    /// 15:05 in India on 20 November 2026.
    private static let start: Int64 = 1_795_167_300_000_000

    /// Lives from 15:05 over the squaring off at 15:20 to about 15:22; people go on trying to trade until the end.
    private func day(_ seed: UInt64) throws -> SimulatedDay {
        let day = try SimulatedDay(seed: seed, source: .simulated(seed: seed, startsAt: Self.start), hours: .exchange)
        day.live(people: 8, rounds: 78)
        return day
    }

    private func positions(_ host: TestHouse, _ token: String) throws -> [JSONValue] {
        try #require(try host.send(.get, "/api/paper-trading/positions", token: token)["positions"].array)
    }

    private func intradayShares(_ rows: [JSONValue]) -> [JSONValue] {
        rows.filter { $0["product"]?.string == "MIS" && $0["exchange"]?.string == "NSE" }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `leaves no intraday share open, and every book adds up`(seed: UInt64) throws {
        let day = try day(seed)
        day.host.advance(by: .seconds(3))
        var squaredOff = 0
        var others = 0
        for person in day.people {
            let rows = try positions(day.host, person.token)
            #expect(intradayShares(rows).isEmpty, "seed \(seed), \(person.email): \(rows)")
            others += rows.count
            let orders = try day.host.send(.get, "/api/paper-trading/orders?limit=1000", token: person.token)["orders"].array ?? []
            squaredOff += orders.count { $0["tag"]?.string == "AUTO_SQUAREOFF" }
            let late = orders.filter { $0["error"]?.string == "intraday_over" }
            #expect(late.allSatisfy { $0["status"]?.string == "REJECTED" })
            #expect(try day.host.send(.get, "/api/paper-trading/proof", token: person.token)["adds_up"].bool == true, "seed \(seed)")
        }
        #expect(squaredOff > 0 && others > 0, "seed \(seed): \(squaredOff) squared off, \(others) kept")
        try day.close()
    }

    @Test func `is the same, to the last trade, when it is lived again`() throws {
        let lives = try (0..<2).map { _ in
            let day = try day(11)
            let told = try day.people.map { person in
                try day.host.send(.get, "/api/paper-trading/trades", token: person.token).text
                    + day.host.send(.get, "/api/paper-trading/funds", token: person.token).text
            }
            try day.close()
            return told
        }
        #expect(lives[0] == lives[1] && lives[0].contains { $0.contains("AUTO_SQUAREOFF") })
    }
}
