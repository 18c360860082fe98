// Books over time: days end, desks sleep and wake, the house stops and starts, and a book is begun anew.

import House
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `A book over time` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    var asha: Person { two.asha }
    init() throws { two = try TwoTraders() }

    /// Everything about Asha's book that the API shows.
    private func everything(in house: TestHouse) throws -> [JSONValue] {
        try ["orders?limit=1000", "positions", "trades", "stats", "funds", "portfolio"].map {
            try house.send(.get, "/api/paper-trading/" + $0, as: asha).json
        }
    }

    private func tradeALittle() throws {
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET tag=a key=k1", as: asha)
        _ = try house.place("SELL 4 NSE:INFY MIS MARKET", as: asha)
        _ = try house.place("SELL 3 NSE:TCS MIS MARKET", as: asha)
        _ = try house.place("BUY 0.001 CRYPTO:BTCUSDT CNC MARKET", as: asha)
        _ = try house.place("BUY 1000 NSE:TCS MIS MARKET", as: asha)
    }

    @Test func `is shown to nobody before it is on disk`() throws {
        _ = try house.funds(of: asha)
        let answers = LockedBox<[Int]>([])
        let (app, tradehouse, token) = (house.app, house.house, asha.token)
        house.loop.perform {
            for (number, method, target) in [
                (1, HTTPMethod.post, "/api/orders/buy?symbol=INFY&quantity=1"), (2, .get, "/api/paper-trading/trades"),
                (3, .get, "/api/paper-trading/funds"), (4, .get, "/api/paper-trading/orders"),
            ] {
                var request = HTTPRequest(method: method, target: target, headers: ["X-Session-Token": token])
                request.remoteAddress = "127.0.0.1"
                let sent = request
                _ = Task.immediate(executorPreference: house.loop) {
                    _ = await app.answer(sent, tradehouse)
                    answers.value.append(number)
                }
            }
        }
        house.loop.runUntilIdle()
        #expect(answers.value == [], "the disk has not written yet")
        house.settle()
        #expect(answers.value == [1, 2, 3, 4])
    }

    @Test func `looks the same after its desk slept`() throws {
        try tradeALittle()
        // Who is short can be squared off at any time, so that desk would stay awake.
        _ = try house.place("BUY 3 NSE:TCS MIS MARKET", as: asha)
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        let before = try everything(in: house)
        house.advance(by: .seconds(1_200), step: .seconds(30))
        let isAwake = try house.turn { [token = asha.token] house in
            let trader = try house.find(house.digest(ofToken: token))
            return trader.flatMap { house.awakeBook(of: $0) } != nil
        }
        #expect(!isAwake)
        for (key, bid, ask, last) in [
            ("NSE:INFY", "1499.95", "1500.00", "1500.00"), ("NSE:TCS", "3200.00", "3200.05", "3200.00"),
            ("CRYPTO:BTCUSDT", "90000.00", "90000.01", "90000.00"),
        ] { try house.quote(key, bid, ask, last: last) }
        #expect(try everything(in: house) == before)
    }

    @Test func `looks the same after the house was stopped and started`() throws {
        try tradeALittle()
        let before = try everything(in: house)
        let later = try house.restarted()
        for (key, bid, ask, last) in [
            ("NSE:INFY", "1499.95", "1500.00", "1500.00"), ("NSE:TCS", "3200.00", "3200.05", "3200.00"),
            ("CRYPTO:BTCUSDT", "90000.00", "90000.01", "90000.00"),
        ] { try later.quote(key, bid, ask, last: last) }
        #expect(try everything(in: later) == before)
    }

    @Test func `has its resting orders watched again after a restart, without anybody asking`() throws {
        let id = try #require(house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string)
        let stop = try #require(house.place("SELL 2 NSE:TCS MIS SL-M trigger=3150.00", as: asha)["order_id"].string)
        let later = try house.restarted()
        try later.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        later.settle()
        try later.quote("NSE:INFY", "1489.90", "1489.95")
        try later.quote("NSE:TCS", "3149.00", "3150.00")
        #expect(try later.order(id, of: asha)["status"] == "COMPLETE")
        #expect(try later.order(id, of: asha)["average_price"]?.paise == 1_490_00)
        #expect(try later.order(stop, of: asha)["status"] == "COMPLETE")
        let last = try later.restarted(seed: 3)
        #expect(try last.order(id, of: asha)["status"] == "COMPLETE")
    }

    @Test func `fills resting orders while its desk would sleep`() throws {
        let id = try #require(house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string)
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        house.advance(by: .seconds(3_600), step: .seconds(60))
        #expect(try house.order(id, of: asha)["status"] == "OPEN", "an order of today stays for the day")
        try house.quote("NSE:INFY", "1489.90", "1489.95")
        #expect(try house.order(id, of: asha)["status"] == "COMPLETE")
    }

    @Test func `loses its day orders when the next day begins, and the funds come back`() throws {
        let id = try #require(house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string)
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        // 13:30 in India: ten hours and a half to midnight.
        house.advance(by: .seconds(10 * 3_600), step: .seconds(600))
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        #expect(try house.order(id, of: asha)["status"] == "OPEN")
        house.advance(by: .seconds(3_600), step: .seconds(600))
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        house.advance(by: .seconds(61))
        let order = try house.order(id, of: asha)
        #expect(order["status"] == "CANCELLED")
        #expect(order["error"] == "end_of_day")
        #expect(try house.funds(of: asha)["available_funds"]?.paise == 100_000_00)
    }

    @Test func `loses no order of the new day with those of the old one`() throws {
        let old = try #require(house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string)
        house.advance(by: .seconds(11 * 3_600), step: .seconds(3_600))
        try house.quote("NSE:INFY", "1489.90", "1499.95")
        let new = try #require(house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string)
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        house.advance(by: .seconds(130))
        #expect(try house.order(old, of: asha)["status"] == "CANCELLED")
        #expect(try house.order(new, of: asha)["status"] == "OPEN")
    }

    @Test func `never fills yesterday's order at today's price`() throws {
        let id = try #require(house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string)
        house.advance(by: .seconds(11 * 3_600), step: .seconds(3_600))
        try house.quote("NSE:INFY", "1299.95", "1300.00")
        #expect(try house.order(id, of: asha)["status"] == "CANCELLED")
        #expect(try house.send(.get, "/api/paper-trading/trades", as: asha)["total_trades"] == 0)
    }

    @Test func `expires what an earlier day left when the house starts later`() throws {
        let id = try #require(house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string)
        try house.close()
        house.loop.advance(by: .seconds(20 * 3_600))
        let later = try TestHouse(seed: 2, disk: house.disk, loop: house.loop)
        try later.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        later.settle()
        try later.quote("NSE:INFY", "1299.95", "1300.00")
        #expect(try later.order(id, of: asha)["status"] == "CANCELLED")
    }
}

@Suite struct `Beginning anew` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    var asha: Person { two.asha }
    init() throws { two = try TwoTraders() }

    @Test func `empties the book, sets the capital and keeps what was on disk`() throws {
        let filled = try house.place("BUY 10 NSE:INFY MIS MARKET key=k1", as: asha)["order_id"].string ?? ""
        let resting = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string ?? ""
        let answer = try house.send(.post, "/api/paper-trading/reset", as: asha, json: #"{"capital":250000.50}"#)
        #expect(answer.status == 200)
        #expect(answer["funds", "virtual_capital"].paise == 250_000_50)
        #expect(answer["funds", "available_funds"].paise == 250_000_50)
        #expect(answer["funds", "invested_funds"].paise == 0)
        #expect(try two.ids(of: asha).isEmpty)
        #expect(try house.send(.get, "/api/paper-trading/trades", as: asha)["total_trades"] == 0)
        try house.quote("NSE:INFY", "1489.90", "1489.95")
        #expect(try house.send(.get, "/api/paper-trading/trades", as: asha)["total_trades"] == 0, "a cancelled order does not fill")
        house.advance(by: .seconds(2))
        let kept = try house.disk.everyFile().filter { $0.path.hasPrefix("paper/\(asha.user.text)/") }
        for id in [filled, resting] { #expect(kept.contains { $0.bytes.holds(id) }, "the archive holds \(id)") }
        let later = try house.restarted()
        #expect(try later.funds(of: asha)["virtual_capital"]?.paise == 250_000_50)
        #expect(try later.send(.get, "/api/paper-trading/orders", as: asha)["orders"] == [])
    }

    @Test func `leaves everybody else's book alone`() throws {
        let other = try house.place("BUY 1 NSE:INFY MIS LIMIT 1490.00", as: two.bela)["order_id"].string ?? ""
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha)
        #expect(try house.order(other, of: two.bela)["status"] == "OPEN")
    }

    @Test func `takes the key of an old order for a new one`() throws {
        let first = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: asha)["order_id"]
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha)
        let second = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: asha)
        #expect(second.status == 201)
        #expect(second["order_id"] != first)
    }

    @Test(arguments: ["0", "-5", "1e400", "10000000001", "9223372036854775807", #""much""#, "true", "[]"])
    func `refuses a capital that cannot be, and changes nothing`(_ capital: String) throws {
        let id = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["order_id"].string ?? ""
        let answer = try house.send(.post, "/api/paper-trading/reset", as: asha, json: #"{"capital":\#(capital)}"#)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try two.ids(of: asha) == [id])
    }
}
