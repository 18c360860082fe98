// Orders that wait for a price, over the API: made, changed, deleted, set off, spent, and over crashes and restarts.

import Storage
import TestSupport
import Testing
import Trading
import Wire

@testable import House

@Suite struct `Orders that wait for a price` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    init() throws { two = try TwoTraders() }

    private static func body(_ legs: String..., symbol: String = "INFY") -> String {
        let parts = legs.map { leg -> String in
            let words = leg.split(separator: " ").map(String.init)
            return
                #"{"transaction_type":"\#(words[0])","quantity":\#(words[1]),"trigger_price":\#(words[2]),"price":\#(words[3]),"product":"\#(words.count > 4 ? words[4] : "MIS")"}"#
        }
        return #"{"exchange":"NSE","tradingsymbol":"\#(symbol)","legs":[\#(parts.joined(separator: ","))]}"#
    }

    private func make(_ legs: String..., as person: Person? = nil, query: String = "") throws -> Int64 {
        let body = legs.count == 2 ? Self.body(legs[0], legs[1]) : Self.body(legs[0])
        let answer = try house.send(.post, "/api/paper-trading/gtt\(query)", as: person ?? two.asha, json: body)
        #expect(answer.status == 201, "\(answer.text)")
        return try #require(answer["gtt", "id"].int64)
    }

    private func gtt(_ id: Int64, in house: TestHouse? = nil, query: String = "") throws -> JSONValue {
        try (house ?? self.house).send(.get, "/api/paper-trading/gtt/\(id)\(query)", as: two.asha)["gtt"]
    }

    @Test func `becomes a limit order when the price comes, in one act with its own end`() throws {
        let id = try make("BUY 10 1450 1452")
        #expect(try gtt(id)["status"] == "active" && two.ids(of: two.asha) == [])
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 0)
        try house.quote("NSE:INFY", "1450.00", "1450.05", last: "1450.05")
        #expect(try gtt(id)["status"] == "active")
        try house.quote("NSE:INFY", "1449.90", "1449.95", last: "1450.00")
        let spent = try gtt(id)
        #expect(spent["status"] == "triggered")
        let result = try #require(spent["legs"]?.array?.first?["result"])
        #expect(result["triggered_at"]?.paise == 1_450_00 && result["rejection_reason"]?.isNull == true)
        let order = try house.order(result["order_id"]?.string ?? "", of: two.asha)
        #expect(order["status"] == "COMPLETE" && order["average_price"]?.paise == 1_449_95)
        // Spent is spent.
        try house.quote("NSE:INFY", "1449.00", "1449.05", last: "1449.00")
        #expect(try two.ids(of: two.asha).count == 1)
        // Whatever the power cut leaves, the order and the end of the trigger are there together.
        let disk = try #require(house.disk as? SimulatedDisk)
        let after = try TestHouse(disk: disk.crashed(.powerCut), loop: house.loop)
        #expect(try gtt(id, in: after)["status"] == "triggered")
        #expect(try after.send(.get, "/api/paper-trading/orders", as: two.asha)["orders"].array?.count == 1)
    }

    @Test func `of two legs one cancels the other`() throws {
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: two.asha)
        let id = try make("SELL 10 1400 1390", "SELL 10 1600 1600")
        #expect(try gtt(id)["type"] == "two-leg")
        try house.quote("NSE:INFY", "1600.05", "1600.10", last: "1600.00")
        try house.quote("NSE:INFY", "1395.00", "1395.05", last: "1395.00")
        let legs = try #require(try gtt(id)["legs"]?.array)
        #expect(legs[0]["result"]?.isNull == true && legs[1]["result"]?["triggered_at"]?.paise == 1_600_00)
        #expect(try two.ids(of: two.asha).count == 2)
        #expect(try house.funds(of: two.asha)["realized_pnl"]?.paise == 1_000_50)
    }

    @Test func `is watched while nobody is there, and after a restart without anybody asking`() throws {
        let id = try make("BUY 1 1450 1452")
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        house.advance(by: .seconds(3_600), step: .seconds(60))
        let later = try house.restarted()
        try later.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        later.settle()
        try later.quote("NSE:INFY", "1440.00", "1440.05", last: "1440.00")
        #expect(try gtt(id, in: later)["status"] == "triggered")
        // Nothing is left to be watched.
        try later.close()
        let disk = try #require(house.disk as? SimulatedDisk)
        #expect(!disk.paths.contains { $0.hasPrefix("index/working/") })
    }

    @Test func `that the book cannot take is spent with the reason`() throws {
        let id = try make("BUY 1000 1450 1452")
        try house.quote("NSE:INFY", "1449.00", "1449.05", last: "1449.00")
        let result = try #require(try gtt(id)["legs"]?.array?.first?["result"])
        #expect(try house.order(result["order_id"]?.string ?? "", of: two.asha)["status"] == "REJECTED")
        #expect(result["rejection_reason"]?.string?.isEmpty == false)
        #expect(try gtt(id)["status"] == "triggered")
    }

    @Test func `is changed and deleted while it waits, and not after`() throws {
        let id = try make("BUY 1 1450 1452")
        let changed = try house.send(.put, "/api/paper-trading/gtt/\(id)", as: two.asha, json: Self.body("BUY 2 1420 1421"))
        #expect(changed.status == 200 && changed["gtt", "id"].int64 == id)
        try house.quote("NSE:INFY", "1449.00", "1449.05", last: "1449.00")
        #expect(try gtt(id)["status"] == "active")
        let deleted = try house.send(.delete, "/api/paper-trading/gtt/\(id)", as: two.asha)
        #expect(deleted["gtt", "status"] == "deleted")
        try house.quote("NSE:INFY", "1410.00", "1410.05", last: "1410.00")
        #expect(try two.ids(of: two.asha) == [])
        let again = try house.send(.delete, "/api/paper-trading/gtt/\(id)", as: two.asha)
        #expect(again.status == 409 && again["error"] == "gtt_not_active")
        #expect(try house.send(.put, "/api/paper-trading/gtt/\(id)", as: two.asha, json: Self.body("BUY 2 1300 1300")).status == 409)
        #expect(try house.send(.get, "/api/paper-trading/gtt/\(id)", as: two.bela)["error"] == "unknown_gtt")
    }

    @Test func `ends with its time and with a reset of its book, and belongs to one book`() throws {
        _ = try house.send(.post, "/api/books", as: two.asha, json: #"{"name":"swing"}"#)
        let here = try make("BUY 1 1450 1452")
        let there = try make("BUY 1 1450 1452", query: "?book=swing")
        #expect(try house.send(.get, "/api/paper-trading/gtt/\(there)", as: two.asha).status == 404)
        _ = try house.send(.post, "/api/paper-trading/reset", as: two.asha, json: "{}")
        #expect(try gtt(here)["status"] == "cancelled")
        #expect(try gtt(there, query: "?book=swing")["status"] == "active")
        house.advance(by: .seconds(366 * 86_400), step: .seconds(86_400))
        try house.quote("NSE:INFY", "1440.00", "1440.05", last: "1440.00")
        let swing = BookKey(user: two.asha.user, book: BookName("swing")!)
        let ended = try house.turn { house in house.desks[swing]?.triggers[there]?.state }
        #expect(ended == .expired)
    }

    @Test func `says which field is wrong, and how many may wait`() throws {
        func error(_ body: String) throws -> (Int, String, String) {
            let answer = try house.send(.post, "/api/paper-trading/gtt", as: two.asha, json: body)
            return (answer.status, answer["error"].string ?? "", answer["field"].string ?? "")
        }
        #expect(try error(Self.body("BUY 1 1499 1499")) == (422, "trigger_too_near", "legs.0.trigger_price"))
        #expect(try error(Self.body("BUY 1 1400 1399.99")) == (422, "price_off_tick", "legs.0.price"))
        #expect(try error(Self.body("SELL 1 1600 1600", "SELL 1 1700 1700")) == (422, "triggers_on_one_side", "legs"))
        #expect(try error(Self.body("BUY 1 1400 1400", symbol: "NOPE")) == (422, "unknown_instrument", "tradingsymbol"))
        #expect(try error(Self.body("BUY 1 20000 20000", symbol: "NIFTY 50")).1 == "no_price")
        #expect(try error(#"{"exchange":"NSE","tradingsymbol":"INFY","legs":[]}"#).2 == "legs")
        #expect(try error(#"{"exchange":"NSE","tradingsymbol":"INFY","legs":[{"trigger_price":1400}]}"#).2 == "legs.0.transaction_type")
        for _ in 0..<TriggerList.activeLimit { _ = try make("BUY 1 1400 1400") }
        #expect(try error(Self.body("BUY 1 1400 1400")) == (409, "too_many_gtt", ""))
        #expect(try house.send(.get, "/api/paper-trading/gtt", as: two.asha)["count"] == 250)
    }

    @Test func `goes on waiting while the disk is full`() throws {
        let id = try make("BUY 1 1450 1452")
        let disk = try #require(house.disk as? SimulatedDisk)
        disk.capacityBytes = disk.usedBytes
        _ = try house.place("BUY 1 NSE:TCS MIS LIMIT 3000", as: two.asha)
        try house.quote("NSE:INFY", "1449.00", "1449.05", last: "1449.00")
        disk.capacityBytes = SimulatedDisk.unlimitedBytes
        house.advance(by: .seconds(30))
        _ = try house.place("BUY 1 NSE:TCS MIS LIMIT 3000", as: two.asha)
        try house.quote("NSE:INFY", "1449.00", "1449.05", last: "1449.00")
        #expect(try gtt(id)["status"] == "triggered")
        let made = try house.send(.get, "/api/paper-trading/orders?symbol=INFY", as: two.asha)["orders"].array ?? []
        #expect(made.count == 1)
    }

    @Test func `keeps of those that ended the newest`() {
        var list = TriggerList(user: UserID("AA")!)
        let leg = GoodTillTriggered.Leg(
            trigger: Price(text: "100")!, side: .buy, product: .delivery, quantity: Quantity(whole: 1), limit: Price(text: "100")!)
        let terms = GoodTillTriggered.Terms(instrument: InstrumentID(exchange: "NSE", symbol: "INFY")!, legs: [leg])
        for number in 1...400 {
            let at = Timestamp(seconds: Int64(number))
            var trigger = GoodTillTriggered(
                id: list.newID(at: at, chance: 7), book: .default, terms: terms, reference: Price(text: "200")!, createdAt: at,
                updatedAt: at,
                expiresAt: at + .seconds(1))
            if number > 10 { trigger.end(.deleted, at: at) }
            list.set(trigger)
        }
        #expect(list.activeCount == 10 && list.triggers.count == 10 + TriggerList.endedLimit)
        #expect(list.triggers.last?.createdAt == Timestamp(seconds: 400))
        #expect(TriggerList(document: list.document) == list)
    }
}
