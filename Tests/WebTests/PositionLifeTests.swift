// What time and losses do to positions in a whole house that follows the exchanges' hours: squaring off, after-market orders, breaches of margins and
// contracts that end, through restarts and sleep.

import House
import Platform
import SimulatedEdges
import Storage
import TestSupport
import Testing
import Trading
import Wire

/// A house on the exchanges' hours, with Asha and Bela.
struct ExchangeHouse {
    let house: TestHouse
    let asha: Person
    let bela: Person

    static let option = Instrument(
        id: InstrumentID(key: "NFO:NIFTY26NOV26000CE")!, token: 77, name: "NIFTY", tickSize: Price(text: "0.05")!,
        lotSize: Quantity(whole: 65), kind: "CE", segment: "NFO-OPT", expiry: CivilDate("2026-11-23"), strike: Price(text: "26000")!,
        underlying: "NIFTY", isSimulated: true)

    static func loop(_ time: String, _ day: String = "2026-11-20") -> SimulatedLoop {
        SimulatedLoop(wallMicroseconds: Timestamp(rfc3339: "\(day)T\(time)+05:30")!.microseconds)
    }

    init(
        _ time: String, _ day: String = "2026-11-20", disk: SimulatedDisk = makeDisk(), hours: MarketHours = .exchange,
        rules: RulePack = .builtIn
    ) throws {
        house = try Self.start(disk, Self.loop(time, day), hours, rules)
        asha = try house.join("asha@example.com")
        bela = try house.join("bela@example.com")
    }

    /// The same people after a restart; they log in anew, because logins last a day.
    private init(_ house: TestHouse, _ other: ExchangeHouse) throws {
        func loggedIn(_ person: Person) throws -> Person {
            let body = #"{"email":"\#(person.email)","password":"correct horse battery"}"#
            let token = try #require(house.send(.post, "/api/auth/login", as: nil, json: body)["session_token"].string)
            return Person(email: person.email, token: token, user: person.user)
        }
        self.house = house
        asha = try loggedIn(other.asha)
        bela = try loggedIn(other.bela)
    }

    private static func start(_ disk: any Disk, _ loop: SimulatedLoop, _ hours: MarketHours, _ rules: RulePack) throws -> TestHouse {
        let house = try TestHouse(
            disk: disk, loop: loop, instruments: TestHouse.instruments + [option], hours: hours, rules: rules)
        try house.turn { house in
            house.resumeWork()
            house.run(.off)
        }
        return house
    }

    /// The same after a stop and a start, at another time.
    func restarted(at time: String, _ day: String = "2026-11-20") throws -> ExchangeHouse {
        try house.close()
        return try ExchangeHouse(try Self.start(house.disk, Self.loop(time, day), .exchange, .builtIn), self)
    }

    /// Lets time pass until a wall time of the same day.
    func wait(until time: String, _ day: String = "2026-11-20") {
        let left = Timestamp(rfc3339: "\(day)T\(time)+05:30")!.microseconds - house.loop.wallMicroseconds
        house.advance(by: .microseconds(left), step: .seconds(1))
    }

    func quote(_ last: String, _ key: String = "NSE:INFY") throws { try house.quote(key, last, last + "5", last: last) }

    func quantity(_ key: String = "NSE:INFY", of person: Person? = nil) throws -> String {
        let answer = try house.send(.get, "/api/paper-trading/positions", as: person ?? asha)
        let symbol = String(key.split(separator: ":")[1])
        return answer["positions"].array?.first { $0["tradingsymbol"]?.string == symbol }.flatMap { $0["quantity"]?.figure } ?? "flat"
    }

    /// The newest orders, each as its status, side and tag.
    func orders(of person: Person? = nil) throws -> [String] {
        let answer = try house.send(.get, "/api/paper-trading/orders", as: person ?? asha)
        return answer["orders"].array?.map {
            "\($0["status"]?.string ?? "") \($0["transaction_type"]?.string ?? "") \($0["tag"]?.string ?? "-") \($0["error"]?.string ?? "-")"
        } ?? []
    }

    func proves(_ person: Person? = nil) throws -> Bool {
        try house.send(.get, "/api/paper-trading/proof", as: person ?? asha)["adds_up"].bool == true
    }
}

extension JSONValue {
    /// A number as it is written.
    fileprivate var figure: String? { number?.text }
}

@Suite struct `Intraday positions in a house` {
    @Test func `are squared off at their time, orders first, without a tick, and it is told and logged`() throws {
        let day = try ExchangeHouse("15:19:40")
        try day.quote("1500.0")
        _ = try day.house.place("BUY 10 NSE:INFY MIS MARKET", as: day.asha)
        _ = try day.house.place("SELL 10 NSE:INFY MIS LIMIT 1600.00", as: day.asha)
        _ = try day.house.place("BUY 3 NSE:INFY CNC MARKET", as: day.asha)
        day.wait(until: "15:19:58")
        try day.quote("1490.0")
        day.wait(until: "15:19:59")
        #expect(try day.orders().count == 3)
        day.wait(until: "15:20:01")
        let orders = try day.orders()
        #expect(orders.first == "COMPLETE SELL AUTO_SQUAREOFF -" && orders.contains("CANCELLED SELL - squared_off"))
        #expect(try day.house.send(.get, "/api/paper-trading/positions", as: day.asha)["positions"].array?.count == 1, "CNC stays")
        #expect(day.house.log.lines.contains { $0.contains("squared_off") && $0.contains("cause=intraday_end") })
        #expect(try day.proves())
        let fee = try day.house.send(.get, "/api/paper-trading/orders?limit=1", as: day.asha)["orders"].array?.first
        #expect(fee?["status_message"]?.string?.hasPrefix("Squared off by the house") == true)
        #expect(try day.house.place("BUY 1 NSE:INFY MIS MARKET", as: day.asha)["error"] == "intraday_over")
    }

    @Test func `that have no price lose their orders at the time and are closed with the first price`() throws {
        let day = try ExchangeHouse("15:10:00")
        try day.quote("1500.0")
        _ = try day.house.place("BUY 10 NSE:INFY MIS MARKET", as: day.asha)
        _ = try day.house.place("SELL 10 NSE:INFY MIS LIMIT 1600.00", as: day.asha)
        day.wait(until: "15:20:05")
        #expect(try day.orders() == ["CANCELLED SELL - squared_off", "COMPLETE BUY - -"])
        #expect(try day.quantity() == "10")
        try day.quote("1480.0")
        day.wait(until: "15:20:07")
        #expect(try day.quantity() == "flat" && day.orders().first == "COMPLETE SELL AUTO_SQUAREOFF -")
        #expect(try day.orders().count == 3, "one closing order, however often it was tried")
    }

    @Test(arguments: [("15:20:30", "2026-11-20"), ("09:15:00", "2026-11-23")])
    func `of a house that was down at the time are closed when it runs and the market trades`(_ time: String, _ date: String) throws {
        let before = try ExchangeHouse("15:15:00")
        try before.quote("1500.0")
        _ = try before.house.place("BUY 10 NSE:INFY MIS MARKET", as: before.asha)
        let day = try before.restarted(at: time, date)
        day.house.advance(by: .seconds(3), step: .seconds(1))
        #expect(try day.quantity() == "10", "nothing is quoted yet")
        try day.quote("1450.0")
        day.house.advance(by: .seconds(2), step: .seconds(1))
        #expect(try day.quantity() == "flat" && day.proves())
    }

    @Test func `survive a crash between the cancelling and the closing, which is done once`() throws {
        let disk = SimulatedDisk(seed: 5)
        let before = try ExchangeHouse("15:19:00", disk: disk)
        try before.quote("1500.0")
        _ = try before.house.place("BUY 10 NSE:INFY MIS MARKET", as: before.asha)
        _ = try before.house.place("SELL 10 NSE:INFY MIS LIMIT 1600.00", as: before.asha)
        before.wait(until: "15:20:02")
        #expect(try before.orders().first == "CANCELLED SELL - squared_off")
        let day = try before.restarted(at: "15:21:00")
        try day.quote("1470.0")
        day.house.advance(by: .seconds(4), step: .seconds(1))
        #expect(try day.quantity() == "flat")
        #expect(try day.orders().filter { $0.contains("AUTO_SQUAREOFF") }.count == 1)
    }

    @Test func `keep their desk awake, and those of others are nobody's business`() throws {
        let day = try ExchangeHouse("14:00:00")
        try day.quote("1500.0")
        _ = try day.house.place("BUY 10 NSE:INFY MIS MARKET", as: day.asha)
        _ = try day.house.place("BUY 5 NSE:INFY CNC MARKET", as: day.bela)
        day.house.advance(by: .seconds(4_790), step: .seconds(10))
        try day.quote("1500.0")
        day.wait(until: "15:20:02")
        #expect(try day.quantity() == "flat" && day.quantity(of: day.bela) == "5")
        #expect(try day.orders(of: day.bela).count == 1)
    }

    @Test func `stay where the market never closes`() throws {
        let day = try ExchangeHouse("15:19:50", hours: .always)
        try day.quote("1500.0")
        _ = try day.house.place("BUY 10 NSE:INFY MIS MARKET", as: day.asha)
        day.wait(until: "15:20:05")
        #expect(try day.quantity() == "10")
    }
}

@Suite struct `After-market orders in a house` {
    @Test func `are taken in the evening, changed, kept through a restart, and sent at the open`() throws {
        let evening = try ExchangeHouse("15:29:50", "2026-11-19")
        try evening.quote("1500.0")
        evening.wait(until: "20:00:00", "2026-11-19")
        let refused = try evening.house.place("BUY 2 NSE:INFY CNC LIMIT 1490.00", as: evening.asha)
        #expect(refused.status == 409 && refused["error"] == "market_closed")
        let taken = try evening.house.place("BUY 2 NSE:INFY CNC LIMIT 1490.00 variety=amo", as: evening.asha)
        #expect(taken.status == 201 && taken["order", "status"] == "AMO REQ RECEIVED" && taken["order", "variety"] == "amo")
        #expect(taken["order", "reserved"].figure?.hasPrefix("2983.") == true, "with the charges: \(taken["order", "reserved"])")
        let id = try #require(taken["order_id"].string)
        let changed = try evening.house.send(.patch, "/api/paper-trading/orders/\(id)", as: evening.asha, json: #"{"quantity":4}"#)
        #expect(changed["order", "status"] == "AMO REQ RECEIVED" && changed["order", "quantity"] == 4)
        let other = try evening.house.place("BUY 1 NSE:INFY CNC MARKET variety=amo", as: evening.asha)["order_id"].string ?? ""
        #expect(try evening.house.send(.delete, "/api/paper-trading/orders/\(other)", as: evening.asha)["order", "status"] == "CANCELLED")
        #expect(try evening.house.send(.get, "/api/paper-trading/orders/\(id)", as: evening.bela).status == 404)

        let day = try evening.restarted(at: "08:59:50")
        #expect(try day.house.order(id, of: day.asha)["status"] == "AMO REQ RECEIVED")
        day.wait(until: "09:00:02")
        #expect(try day.house.order(id, of: day.asha)["status"] == "OPEN")
        day.wait(until: "09:15:00")
        try day.quote("1485.0")
        let filled = try day.house.order(id, of: day.asha)
        #expect(filled["status"] == "COMPLETE" && filled["average_price"]?.figure == "1485.05")
        #expect(try day.proves())
    }

    @Test func `are refused with the field when the variety is no such word`() throws {
        let day = try ExchangeHouse("12:00:00")
        let answer = try day.house.place("BUY 1 NSE:INFY CNC MARKET variety=co", as: day.asha)
        #expect(answer.status == 422 && answer["field"] == "variety")
    }
}

@Suite struct `A breach of margins in a house` {
    @Test func `is met at the tick, on a desk without orders, and leaves others alone`() throws {
        let day = try ExchangeHouse("12:00:00")
        try day.quote("1500.0")
        _ = try day.house.place("BUY 330 NSE:INFY MIS MARKET", as: day.asha)
        _ = try day.house.place("BUY 30 NSE:INFY MIS MARKET", as: day.bela)
        try day.quote("1360.0")
        #expect(try day.quantity() == "330")
        try day.quote("1340.0")
        day.house.advance(by: .seconds(1))
        #expect(try day.quantity() == "flat" && day.quantity(of: day.bela) == "30")
        #expect(try day.orders().first == "COMPLETE SELL MARGIN_SQUAREOFF -" && day.proves())
        #expect(day.house.log.lines.contains { $0.contains("cause=margin_breach") })
    }

    @Test func `after a restart is met by the first price`() throws {
        let before = try ExchangeHouse("12:00:00")
        try before.quote("1500.0")
        _ = try before.house.place("SELL 330 NSE:INFY MIS MARKET", as: before.asha)
        let day = try before.restarted(at: "12:30:00")
        try day.quote("1700.0")
        day.house.advance(by: .seconds(1))
        #expect(try day.quantity() == "flat" && day.proves())
        let funds = try day.house.funds(of: day.asha)
        #expect(funds["available_funds"]?.figure?.hasPrefix("336") == true, "about a third of the capital is left: \(funds)")
    }

    @Test func `negative equity is shown, opens nothing, and a reset begins anew`() throws {
        let day = try ExchangeHouse("12:00:00")
        try day.quote("1500.0")
        _ = try day.house.place("SELL 330 NSE:INFY MIS MARKET", as: day.asha)
        try day.quote("2000.0")
        day.house.advance(by: .seconds(1))
        #expect(try day.quantity() == "flat" && day.proves())
        #expect(try day.house.funds(of: day.asha)["available_funds"]?.figure?.hasPrefix("-6") == true)
        #expect(try day.house.place("BUY 1 NSE:INFY CNC MARKET", as: day.asha)["error"] == "insufficient_funds")
        #expect(try day.house.send(.post, "/api/paper-trading/reset", as: day.asha).status == 200)
        #expect(try day.house.place("BUY 1 NSE:INFY CNC MARKET", as: day.asha).status == 201)
    }
}

@Suite struct `Contracts that end in a house` {
    @Test(arguments: [("26120.50", "7832.50"), ("25900.00", "0.00")])
    func `are settled at what they are worth, with their orders cancelled`(_ index: String, _ value: String) throws {
        let day = try ExchangeHouse("15:39:50", "2026-11-23")
        try day.quote("100.0", "NFO:NIFTY26NOV26000CE")
        try day.house.tick("NSE:NIFTY 50", last: index)
        _ = try day.house.place("BUY 65 NFO:NIFTY26NOV26000CE NRML MARKET", as: day.asha)
        _ = try day.house.place("SELL 65 NFO:NIFTY26NOV26000CE NRML LIMIT 900.00", as: day.asha)
        day.wait(until: "15:39:59", "2026-11-23")
        #expect(try day.quantity("NFO:NIFTY26NOV26000CE") == "65")
        day.wait(until: "15:40:02", "2026-11-23")
        #expect(try day.quantity("NFO:NIFTY26NOV26000CE") == "flat" && day.proves())
        #expect(try day.orders().first == "COMPLETE SELL EXPIRY -")
        let trades = try day.house.send(.get, "/api/paper-trading/trades", as: day.asha)["trades"].array ?? []
        #expect(trades.last?["value"]?.figure == value)
    }

    @Test func `while the house was down are settled when it starts`() throws {
        let before = try ExchangeHouse("15:00:00", "2026-11-20")
        try before.quote("100.0", "NFO:NIFTY26NOV26000CE")
        _ = try before.house.place("BUY 65 NFO:NIFTY26NOV26000CE NRML MARKET", as: before.asha)
        let day = try before.restarted(at: "10:00:00", "2026-11-25")
        try day.house.tick("NSE:NIFTY 50", last: "26010.00")
        day.house.advance(by: .seconds(2), step: .seconds(1))
        #expect(try day.quantity("NFO:NIFTY26NOV26000CE") == "flat" && day.proves())
    }
}

@Suite struct `Delivered shares in a house` {
    @Test func `are holdings from the next day on, to be delivered first and settled then`() throws {
        let bought = try ExchangeHouse("12:00:00", "2026-11-18")
        try bought.quote("1500.0")
        _ = try bought.house.place("BUY 10 NSE:INFY CNC MARKET", as: bought.asha)
        _ = try bought.house.place("BUY 10 NSE:INFY MIS MARKET", as: bought.asha)
        func rows(_ day: ExchangeHouse, of person: Person? = nil) throws -> [JSONValue] {
            let answer = try day.house.send(.get, "/api/paper-trading/holdings", as: person ?? day.asha)
            #expect(answer.status == 200)
            return answer["holdings"].array ?? []
        }
        #expect(try rows(bought).isEmpty)
        let next = try bought.restarted(at: "12:00:00", "2026-11-19")
        try next.quote("1530.0")
        let row = try #require(rows(next).first)
        #expect(row["t1_quantity"] == 10 && row["quantity"] == 0 && row["opening_quantity"] == 10 && row["used_quantity"] == 0)
        #expect(row["pnl"]?.figure?.hasPrefix("299.5") == true, "\(row["pnl"] ?? .null)")
        #expect(try rows(next, of: next.bela).isEmpty)
        let settled = try next.restarted(at: "12:00:00", "2026-11-20")
        try settled.quote("1530.0")
        _ = try settled.house.place("SELL 4 NSE:INFY CNC MARKET", as: settled.asha)
        let left = try #require(rows(settled).first)
        #expect(left["quantity"] == 6 && left["t1_quantity"] == 0 && left["used_quantity"] == 4 && left["opening_quantity"] == 10)
        let more = try settled.house.place("SELL 7 NSE:INFY CNC MARKET", as: settled.asha)
        #expect(more["error"] == "insufficient_holdings" && more["field"] == "quantity")
    }

    @Test func `are more after a split, once, with orders of before cancelled, through a restart`() throws {
        let bought = try ExchangeHouse("12:00:00", "2026-11-18")
        try bought.quote("1500.0")
        _ = try bought.house.place("BUY 7 NSE:INFY CNC MARKET", as: bought.asha)
        let archive = { (house: TestHouse) in
            let action = CorporateAction(
                instrument: InstrumentID(key: "NSE:INFY")!, day: CivilDate("2026-11-19")!, factor: fixedPointScale / 5)
            let archive = try MarketArchive(
                candles: CandleFiles(disk: house.disk, limitBytes: 1 << 20), prices: LastPriceFiles(disk: house.disk),
                actions: [action.instrument: [action]], keepsMinutes: false)
            let tradehouse = house.house
            try house.run { await tradehouse.keep(archive, remembering: []) }
        }
        try archive(bought.house)
        #expect(try bought.quantity() == "7")
        let next = try bought.restarted(at: "12:00:00", "2026-11-19")
        try archive(next.house)
        next.house.advance(by: .seconds(1_200), step: .seconds(60))
        #expect(try next.quantity() == "35" && next.proves())
        #expect(try next.orders().first == "COMPLETE BUY CA-2026-11-19 -")
        let again = try next.restarted(at: "14:00:00", "2026-11-19")
        try archive(again.house)
        again.house.advance(by: .seconds(1_200), step: .seconds(60))
        #expect(try again.quantity() == "35" && again.proves(), "once")
    }
}
