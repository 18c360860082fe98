// Hours over HTTP: each instrument's own, what they take, and orders by them.

import House
import SimulatedEdges
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Hours over HTTP` {
    /// A house that follows the exchanges, at a time of 20 November 2026, a Friday.
    private func house(_ time: String, _ day: String = "2026-11-20") throws -> (TestHouse, asha: Person) {
        let at = Timestamp(rfc3339: "\(day)T\(time)+05:30")!
        let option = Instrument(
            id: InstrumentID(key: "NFO:NIFTY26NOV26000CE")!, token: 77, name: "NIFTY", tickSize: Price(text: "0.05")!,
            lotSize: Quantity(whole: 65), kind: "CE", segment: "NFO-OPT", expiry: CivilDate("2026-11-24"), strike: Price(text: "26000")!,
            underlying: "NIFTY", isSimulated: true)
        let house = try TestHouse(
            disk: makeDisk(), loop: SimulatedLoop(wallMicroseconds: at.microseconds), instruments: TestHouse.instruments + [option],
            hours: .exchange)
        return (house, try house.join("asha@example.com"))
    }

    @Test func `every part of an exchange has its own`() throws {
        let (house, asha) = try house("15:35:00")
        let markets = try #require(house.send(.get, "/api/market/sessions", as: asha)["markets"].array)
        let words = markets.map { "\($0["exchange"]?.string ?? "") \($0["segment"]?.string ?? "") \($0["market_status"]?.string ?? "")" }
        #expect(words == ["NSE equity CLOSED", "CRYPTO equity OPEN", "NFO options OPEN"])
        #expect(markets[0]["next_open"] == "23 Nov 2026, 09:15 AM" && markets[2]["closes_in"] == "0:05:00")
    }

    @Test func `an instrument's day is told part by part, with what the present one takes`() throws {
        let (house, asha) = try house("09:06:00")
        let share = try house.send(.get, "/api/market/sessions?instrument=NSE:INFY", as: asha)
        #expect(share["instrument", "phase"] == "preopen-limit-entry" && share["instrument", "market_status"] == "PRE-OPEN")
        #expect(share["instrument", "accepts"].array?.compactMap(\.string) == ["LIMIT"])
        #expect(share["instrument", "square_off_at"] == "2026-11-20T15:20:00.000+05:30")
        #expect(share["instrument", "phases"].array?.count == 6)
        let coin = try house.send(.get, "/api/market/sessions?instrument=CRYPTO:BTCUSDT", as: asha)
        #expect(coin["instrument", "phase"] == "continuous" && coin["instrument", "square_off_at"] == .null)
        #expect(coin["instrument", "accepts"].array?.count == 4)
        let unknown = try house.send(.get, "/api/market/sessions?instrument=NSE:NOSUCH", as: asha)
        #expect(unknown.status == 422 && unknown["error"] == "unknown_instrument" && unknown["field"] == "instrument")
    }

    @Test func `an order is taken by the hours of its own instrument, and says why not`() throws {
        let (house, asha) = try house("15:35:00")
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        try house.quote("NFO:NIFTY26NOV26000CE", "100.00", "100.05")
        let share = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        #expect(share.status == 409 && share["error"] == "market_closed" && share["order", "status"] == "REJECTED")
        #expect(try house.place("BUY 65 NFO:NIFTY26NOV26000CE NRML MARKET", as: asha)["order", "status"] == "COMPLETE")
        let (early, bela) = try self.house("09:11:00")
        let order = try early.place("BUY 1 NSE:INFY MIS LIMIT 1500.00", as: bela)
        #expect(order.status == 409 && order["error"] == "wrong_phase")
    }

    @Test func `an order of the pre-open meets the price of its match, and the house tells books one such price`() throws {
        let (house, asha) = try house("09:01:00")
        try house.tick("NSE:INFY", last: "1500.00")
        let market = try house.place("BUY 2 NSE:INFY MIS MARKET", as: asha)["order_id"].string ?? ""
        let limit = try house.place("BUY 1 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string ?? ""
        func status(_ id: String) throws -> String? {
            try house.send(.get, "/api/paper-trading/orders/\(id)", as: asha)["order", "status"].string
        }
        func tick(_ last: String, volume: Int64) throws {
            let tick = Tick(
                instrument: InstrumentID(key: "NSE:INFY")!, at: Timestamp(microseconds: house.loop.wallMicroseconds),
                lastPrice: Price(text: last)!, lastQuantity: .zero, dayVolume: Quantity(whole: volume), depth: .none)
            let tradehouse = house.house
            try house.run { await tradehouse.take(tick) }
        }
        try tick("1495.00", volume: 0)
        house.advance(by: .seconds(600), step: .seconds(60))
        try tick("1495.00", volume: 0)
        #expect(try status(market) == "OPEN", "nothing traded yet")
        try tick("1495.00", volume: 5_000)
        #expect(try status(market) == "COMPLETE" && status(limit) == "OPEN")
        house.advance(by: .seconds(1))
        try tick("1480.00", volume: 6_000)
        #expect(try status(limit) == "OPEN", "the auction has one price")
        house.advance(by: .seconds(240), step: .seconds(60))
        try tick("1485.00", volume: 7_000)
        #expect(try status(limit) == "COMPLETE")
    }

    @Test func `a simulated market that follows the exchanges trades each instrument in its own hours only`() throws {
        let at = Timestamp(rfc3339: "2026-11-20T15:35:00+05:30")!
        let simulated = SimulatedMarket(seed: 1, at: at)
        let house = try TestHouse(
            disk: makeDisk(), loop: SimulatedLoop(wallMicroseconds: at.microseconds), instruments: simulated.instruments, hours: .exchange)
        let tradehouse = house.house
        try house.run { await tradehouse.run(.simulated(simulated)) }
        house.advance(by: .seconds(5))
        let quoted = house.loop.perform {
            tradehouse.assumeIsolated { house in Set(house.market.all.filter { $0.quote != nil }.map(\.instrument.id.exchange)) }
        }
        #expect(quoted == ["NFO", "CRYPTO"])
    }
}
