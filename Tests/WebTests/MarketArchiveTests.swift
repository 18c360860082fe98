// What outlives a restart of the market's side: candles of the feed, imports that every user is served, last prices that are stale and
// fill nothing.

import House
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `The market after a restart` {
    private func archive(_ disk: SimulatedDisk, limitBytes: Int64 = 1 << 30) throws -> MarketArchive {
        try MarketArchive(
            candles: CandleFiles(disk: disk, limitBytes: limitBytes), prices: LastPriceFiles(disk: disk),
            actions: try CorporateActionFiles.load(disk),
            keepsMinutes: true)
    }

    /// A house with an archive over the disk, and what the life before left in it.
    private func host(_ disk: SimulatedDisk, loop: SimulatedLoop = SimulatedLoop(), limitBytes: Int64 = 1 << 30) throws -> TestHouse {
        let host = try TestHouse(disk: disk, loop: loop)
        let archive = try archive(disk, limitBytes: limitBytes)
        let quotes = try LastPriceFiles(disk: disk).read().quotes
        let house = host.house
        try host.run { await house.keep(archive, remembering: quotes) }
        return host
    }

    private func close(_ host: TestHouse) throws {
        let house = host.house
        try host.run { await house.close() }
    }

    private func minutes(_ host: TestHouse, _ token: String, _ query: String = "interval=minute") throws -> [JSONValue] {
        try #require(try host.send(.get, "/api/market/candles?instrument=NSE:INFY&\(query)", token: token)["candles"].array)
    }

    @Test func `candles that the feed made are there after a restart and join the new ones`() throws {
        let disk = SimulatedDisk()
        let first = try host(disk)
        let token = try first.register("asha@example.com").token
        for price in ["1500", "1501", "1502", "1503"] {
            try first.tick("NSE:INFY", last: price)
            first.advance(by: .seconds(60), step: .seconds(10))
        }
        try first.tick("NSE:INFY", last: "1504")
        let before = try minutes(first, token)
        #expect(before.count == 5)
        try close(first)

        let second = try host(disk, loop: first.loop)
        second.advance(by: .seconds(120), step: .seconds(10))
        try second.tick("NSE:INFY", last: "1510")
        let after = try minutes(second, token)
        #expect(Array(after.prefix(4)) == Array(before.prefix(4)))
        #expect(after.last?.array?[4] == 1510)
        let hours = try minutes(second, token, "interval=day")
        #expect(hours.count == 1 && hours[0].array?[1] == 1500 && hours[0].array?[2] == 1510, "the day goes on where it stopped: \(hours)")
        let answer = try second.send(.get, "/api/market/candles?instrument=NSE:INFY&interval=minute", token: token)
        #expect(answer["gaps"].array != nil)
    }

    @Test func `imported history is served to every user, adjusted when asked, and the old routes have it too`() throws {
        let disk = SimulatedDisk()
        let infy = InstrumentID(key: "NSE:INFY")!
        let candles = (0..<3).map { day in
            let price = Price(text: day < 2 ? "2000" : "400")!
            return Candle(
                openedAt: Timestamp(rfc3339: "2026-01-1\(day + 2)T00:00:00+05:30")!, open: price, high: price, low: price, close: price,
                volume: Quantity(whole: 10), tickCount: 0)
        }
        _ = try CandleFiles(disk: disk, limitBytes: 1 << 30).take(candles, of: infy, .day, at: candles[0].openedAt)
        try CorporateActionFiles.store([CorporateAction(instrument: infy, day: CivilDate("2026-01-14")!, factor: 20_000_000)], on: disk)
        // The folder must be the house's own before anything else is in it.
        let empty = SimulatedDisk()
        try close(try TestHouse(disk: empty))
        for path in ["candles/NSE/INFY/day/2026.csv", "market/actions.csv"] { empty.place(path, try #require(disk.bytes(path))) }
        let host = try host(empty)
        let asked = #"{"symbol":"INFY","from_date":"2026-01-01","to_date":"2026-01-31","interval":"day"}"#
        for user in ["asha@example.com", "ben@example.com"] {
            let token = try host.register(user).token
            let plain = try host.send(.post, "/api/market/historical", token: token, json: asked)
            #expect(plain["count"] == 3 && plain["data"].array?.map { $0["close"] ?? .null } == [2000, 2000, 400], "\(plain.text)")
            let adjusted = try host.send(.post, "/api/market/historical", token: token, json: asked.dropLast() + #","adjusted":true}"#)
            #expect(adjusted["data"].array?.map { $0["close"] ?? .null } == [400, 400, 400])
            #expect(adjusted["data"].array?.map { $0["volume"] ?? .null } == [50, 50, 10])
        }
    }

    @Test func `a last price is shown stale after a restart, fills nothing, and gives way to the first tick`() throws {
        let disk = SimulatedDisk()
        let first = try host(disk)
        let token = try first.register("asha@example.com").token
        try first.quote("NSE:INFY", "1500", "1500.05", last: "1500.05")
        try close(first)

        let second = try host(disk, loop: first.loop)
        let quote = try second.send(.get, "/api/market/watch?instruments=NSE:INFY", token: token)["quotes"].array?.first
        #expect(quote?["stale"] == true && "\(quote?["ltp"] ?? .null)".contains("1500.05") && quote?["bid"] == .null)
        let order =
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1,"product":"MIS","order_type":"MARKET"}"#
        let refused = try second.send(.post, "/api/paper-trading/orders", token: token, json: order)
        #expect(refused.status == 409, "\(refused.text)")
        #expect(try second.send(.get, "/api/paper-trading/trades", token: token).text.contains("INFY") == false)
        try second.quote("NSE:INFY", "1490", "1490.05")
        let fresh = try second.send(.get, "/api/market/watch?instruments=NSE:INFY", token: token)["quotes"].array?.first
        #expect(fresh?["stale"] == false)
        #expect(try second.send(.post, "/api/paper-trading/orders", token: token, json: order).status == 201)
    }

    @Test func `a full archive takes no more, says so once, and the house goes on`() throws {
        let disk = SimulatedDisk()
        let host = try host(disk, limitBytes: 0)
        for _ in 0..<5 {
            try host.tick("NSE:INFY", last: "1500")
            host.advance(by: .seconds(60), step: .seconds(20))
        }
        try close(host)
        #expect(try CandleFiles(disk: disk, limitBytes: 1).usedBytes() == 0)
        #expect(host.log.lines.count { $0.contains("candles_full") } == 1)
    }
}
