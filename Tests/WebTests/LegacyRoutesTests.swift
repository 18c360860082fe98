// Old clients: everything they were promised, asked for as they ask, with nothing but the `X-Session-Token` header.

import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Old clients` {
    @Test(arguments: LegacyAnswer.all)
    func `get the promised members and the golden answer`(_ wanted: LegacyAnswer) throws {
        let traded = try TradedHouse()
        let answer = try traded.house.send(
            wanted.method, traded.filled(wanted.path), as: wanted.isPublic ? nil : traded.asha, json: wanted.body.map(traded.filled))
        #expect(answer.status == wanted.status, "\(answer.text)")
        #expect(try JSONShape.differences(answer.json, from: wanted.shape) == [])
        var named = traded.named(answer.text)
        if let made = answer["order_id"].string, named.contains(made) { named = named.replacing(made, with: "{new}") }
        let body = try named.isEmpty ? .null : JSONParser.parse(Array(named.utf8))
        #expect(try GoldenFile.differences(GoldenFile.name(of: wanted.route), status: answer.status, body: body) == [])
    }

    @Test func `have a golden answer on every legacy route of the table`() {
        let listed = WebApp.routes.filter { $0.dialect == .legacy }.map { "\($0.method.name) \($0.pattern)" }
        #expect(Set(listed) == Set(LegacyAnswer.all.map(\.route)))
        #expect(LegacyAnswer.all.count == Set(LegacyAnswer.all.map(\.route)).count)
        #expect(Set(LegacyAnswer.all.map { GoldenFile.name(of: $0.route) }).count == LegacyAnswer.all.count)
    }

    @Test func `are sent back to the page after a broker's login, with the reason as text`() throws {
        let house = try TestHouse(disk: makeDisk())
        let answer = try house.send(.get, "/api/auth/callback?request_token=abc")
        #expect(answer.status == 307)
        #expect(answer.headers["Location"]?.hasPrefix("/login?error=") == true)
        #expect(answer.headers["Location"]?.contains("\"") == false)
        #expect(answer.body.isEmpty)
    }
}

@Suite struct `Figures for old clients` {
    @Test func `funds count what is reserved as invested, and the total includes both and the open result`() throws {
        let traded = try TradedHouse()
        let funds = try traded.house.funds(of: traded.asha)
        // 6 INFY at 1500, 3 RELIANCE at 2500, 5 TCS short at 3200; 2 RELIANCE wait at 2400.
        let invested = 9_000_00 + 7_500_00 + 16_000_00
        #expect(funds["virtual_capital"]?.paise == 100_000_00)
        #expect(funds["reserved_funds"]?.paise == 4_800_00)
        #expect(funds["invested_funds"]?.paise == invested + 4_800_00)
        #expect(funds["realized_pnl"]?.paise == 80_00)
        #expect(funds["available_funds"]?.paise == 100_000_00 + 80_00 - invested - 4_800_00)
        #expect(funds["total_value"]?.paise == 100_000_00 + 80_00 + 180_00 - 50_00)
    }

    @Test func `statistics sum the open and the booked result`() throws {
        let traded = try TradedHouse()
        let statistics = try traded.house.send(.get, "/api/paper-trading/funds", as: traded.asha)["statistics"]
        #expect(statistics["total_positions"]?.int64 == 3)
        #expect(statistics["total_unrealized_pnl"]?.paise == 130_00)
        #expect(statistics["total_realized_pnl"]?.paise == 80_00)
        #expect(statistics["total_pnl"]?.paise == 210_00)
        #expect(statistics["trades_today"]?.int64 == 4)
    }

    @Test func `a position shows average price times quantity as invested, and a short no percent`() throws {
        let traded = try TradedHouse()
        let rows = try traded.house.send(.get, "/api/paper-trading/portfolio", as: traded.asha)["portfolio", "paper_portfolio"].array ?? []
        let infy = rows.first { $0["symbol"] == "INFY" } ?? .null
        #expect(infy["quantity"] == 6)
        #expect(infy["invested_amount"]?.paise == 9_000_00)
        #expect(infy["current_value"]?.paise == 9_180_00)
        #expect(infy["unrealized_pnl"]?.paise == 180_00)
        #expect(infy["pnl_percent"]?.paise == 2_00)
        let tcs = rows.first { $0["symbol"] == "TCS" } ?? .null
        #expect(tcs["quantity"] == -5)
        #expect(tcs["invested_amount"]?.paise == -16_000_00)
        #expect(tcs["current_value"]?.paise == -16_050_00)
        #expect(tcs["unrealized_pnl"]?.paise == -50_00)
        #expect(tcs["pnl_percent"]?.paise == 0)
    }

    @Test func `a trade's value is its quantity times its price`() throws {
        let traded = try TradedHouse()
        let trades = try traded.house.send(.get, "/api/paper-trading/trades", as: traded.asha)["trades"].array ?? []
        #expect(trades.map { $0["action"]?.string } == ["BUY", "SELL", "SELL", "BUY"])
        for trade in trades {
            let quantity = Int(trade["quantity"]?.int64 ?? 0)
            #expect(trade["value"]?.paise == (trade["price"]?.paise).map { $0 * quantity })
        }
        #expect(trades.first?["tag"] == "first")
        #expect(trades.first?["timestamp"]?.string?.hasSuffix("+05:30") == false)
    }

    @Test func `statistics of closed trades follow the old formulas`() throws {
        let traded = try TradedHouse()
        _ = try traded.house.place("BUY 5 NSE:TCS MIS MARKET", as: traded.asha)
        let stats = try traded.house.send(.get, "/api/paper-trading/stats", as: traded.asha)["stats"]
        // Closed: 4 INFY for +80, and 5 TCS for −50.
        #expect(stats["total_trades"] == 2)
        #expect(stats["winning_trades"] == 1)
        #expect(stats["losing_trades"] == 1)
        #expect(stats["win_rate"]?.paise == 50_00)
        #expect(stats["avg_profit"]?.paise == 80_00)
        #expect(stats["avg_loss"]?.paise == -50_00)
        #expect(stats["avg_pnl"]?.paise == 15_00)
        #expect(stats["best_trade"]?.paise == 80_00)
        #expect(stats["worst_trade"]?.paise == -50_00)
        #expect(stats["profit_factor"]?.number?.fixedPoint8 == 160_000_000)
        #expect(stats["total_profit"]?.paise == 80_00)
        #expect(stats["total_loss"]?.paise == 50_00)
    }

    @Test func `the old order words say pending for everything that works`() throws {
        let traded = try TradedHouse()
        let orders = try traded.house.send(.get, "/api/orders/orders", as: traded.asha)["orders"].array ?? []
        let words = orders.map { $0["status"]?.string ?? "" }
        #expect(words == ["COMPLETE", "COMPLETE", "COMPLETE", "COMPLETE", "PENDING", "PENDING", "CANCELLED", "REJECTED"])
    }

    @Test func `delivery shares are holdings from the next day on`() throws {
        let traded = try TradedHouse()
        #expect(try traded.house.send(.get, "/api/orders/holdings", as: traded.asha)["count"] == 0)
        traded.house.advance(by: .seconds(86_400 - 600), step: .seconds(3_600))
        try traded.house.quote("NSE:RELIANCE", "2510.00", "2510.05", last: "2510.00")
        let answer = try traded.house.send(.get, "/api/orders/holdings", as: traded.asha)
        #expect(answer["count"] == 1)
        let holding = answer["holdings"].array?.first ?? .null
        #expect(try JSONShape.differences(holding, from: LegacyAnswer.position) == [])
        #expect(holding["tradingsymbol"] == "RELIANCE")
        #expect(holding["pnl"]?.paise == 30_00)
    }
}

@Suite struct `Errors for old clients` {
    let house: TestHouse
    let asha: Person

    init() throws {
        house = try TestHouse(disk: makeDisk())
        asha = try house.join("asha@example.com")
        try house.quote("NSE:RELIANCE", "2499.00", "2500.00", last: "2500.00")
        try house.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
    }

    @Test func `an unknown path and a wrong method have the old words`() throws {
        let unknown = try house.send(.get, "/api/nothing/here", as: asha)
        #expect(unknown.status == 404)
        #expect(unknown.text == #"{"detail":"Not Found"}"#)
        let slash = try house.send(.get, "/api/orders/orders/", as: asha)
        #expect(slash.status == 404)
        let method = try house.send(.delete, "/api/paper-trading/funds", as: asha)
        #expect(method.status == 405)
        #expect(method.text == #"{"detail":"Method Not Allowed"}"#)
        #expect(method.headers["Allow"] == "GET")
    }

    @Test func `a missing, an unknown and an expired login each have their words`() throws {
        let texts = try [
            house.send(.get, "/api/paper-trading/funds"),
            house.send(.get, "/api/paper-trading/funds", token: "00000000-0000-4000-8000-000000000000"),
        ].map { answer in
            #expect(answer.status == 401)
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
            return answer["detail"].string
        }
        #expect(
            texts == [
                "Authentication required. Please log in.",
                "Authentication required. This session is not valid any more, please log in again.",
            ])
        house.advance(by: .seconds(86_401), step: .seconds(3_600))
        let expired = try house.send(.get, "/api/paper-trading/funds", as: asha)
        #expect(expired.status == 401)
        #expect(expired["detail"] == "Authentication required. Your session has expired, please log in again.")
    }

    /// What is sent, and the one entry that comes back.
    struct Malformed: Sendable, CustomStringConvertible {
        let method: HTTPMethod
        let target: String
        var body: String?
        let type: String
        let loc: String
        let message: String
        let input: String

        var description: String { target + " " + (body ?? "") + " " + type }
    }

    @Test(arguments: [
        Malformed(
            method: .post, target: "/api/orders/place", body: #"{"exchange":"NSE","transaction_type":"BUY","quantity":1}"#, type: "missing",
            loc: #"["body","tradingsymbol"]"#, message: "Field required", input: "null"),
        Malformed(
            method: .post, target: "/api/orders/buy?symbol=INFY", type: "missing", loc: #"["query","quantity"]"#, message: "Field required",
            input: "null"),
        Malformed(
            method: .get, target: "/api/auth/callback", type: "missing", loc: #"["query","request_token"]"#, message: "Field required",
            input: "null"),
        Malformed(
            method: .post, target: "/api/orders/place",
            body: #"{"tradingsymbol":5,"exchange":"NSE","transaction_type":"BUY","quantity":1}"#,
            type: "string_type", loc: #"["body","tradingsymbol"]"#, message: "Input should be a valid string", input: "5"),
        Malformed(
            method: .post, target: "/api/paper-trading/manual-trade", body: #"{"symbol":"INFY","action":"HOLD"}"#, type: "literal_error",
            loc: #"["body","action"]"#, message: "Input should be 'BUY' or 'SELL'", input: #""HOLD""#),
        Malformed(
            method: .post, target: "/api/paper-trading/manual-trade", body: #"{"symbol":"INFY","quantity":0}"#, type: "greater_than",
            loc: #"["body","quantity"]"#, message: "Input should be greater than 0", input: "0"),
        Malformed(
            method: .post, target: "/api/paper-trading/manual-trade", body: #"{"symbol":"INFY","quantity":-3}"#, type: "greater_than",
            loc: #"["body","quantity"]"#, message: "Input should be greater than 0", input: "-3"),
        Malformed(
            method: .post, target: "/api/paper-trading/manual-trade", body: #"{"symbol":"INFY","quantity":"many"}"#, type: "int_parsing",
            loc: #"["body","quantity"]"#, message: "Input should be a valid integer, unable to parse string as an integer",
            input: #""many""#),
        Malformed(
            method: .get, target: "/api/market/historical/quick?symbol=INFY&days=x", type: "int_parsing", loc: #"["query","days"]"#,
            message: "Input should be a valid integer, unable to parse string as an integer", input: #""x""#),
        Malformed(
            method: .get, target: "/api/market/prices", type: "missing", loc: #"["query","symbols"]"#, message: "Field required",
            input: "null"),
        Malformed(
            method: .post, target: "/api/live/start", body: #"{"symbols":"INFY"}"#, type: "list_type", loc: #"["body","symbols"]"#,
            message: "Input should be a valid list", input: #""INFY""#),
        Malformed(
            method: .get, target: "/api/live/candles/INFY?include_current=maybe", type: "bool_parsing",
            loc: #"["query","include_current"]"#, message: "Input should be a valid boolean, unable to interpret input",
            input: #""maybe""#),
        Malformed(
            method: .post, target: "/api/orders/place", body: "[1]", type: "model_attributes_type", loc: #"["body"]"#,
            message: "Input should be a valid dictionary or object to extract fields from", input: "[1]"),
        Malformed(
            method: .post, target: "/api/orders/place", body: #"{"a":}"#, type: "json_invalid", loc: #"["body",5]"#,
            message: "JSON decode error", input: "null"),
        Malformed(
            method: .post, target: "/api/orders/place",
            body: #"{"tradingsymbol":"INFY","exchange":"NSE","transaction_type":"BUY","quantity":1,"order_type":"LIMIT"}"#,
            type: "value_error", loc: #"["body","price"]"#, message: "`price` is missing: an order of type LIMIT needs it.", input: "null"),
    ])
    func `malformed input is named in the old form`(_ sent: Malformed) throws {
        let answer = try house.send(sent.method, sent.target, as: asha, json: sent.body)
        #expect(answer.status == 422)
        let wanted = """
            {"detail":[{"type":"\(sent.type)","loc":\(sent.loc),"msg":"\(sent.message)","input":\(sent.input)}]}
            """
        #expect(JSONComparison.differences(answer.json, try JSONParser.parse(Array(wanted.utf8))) == [])
        #expect(try house.send(.get, "/api/orders/orders", as: asha)["count"] == 0)
    }

    @Test func `a query that cannot be decoded is refused as input, not taken as empty`() throws {
        let answer = try house.send(.get, "/api/market/prices?symbols=%zz", as: asha)
        #expect(answer.status == 422)
        #expect(answer["detail"].array?.first?["type"] == "value_error")
    }

    @Test func `a refused order says which rule, in the words of the old risk check`() throws {
        let answer = try house.send(.post, "/api/orders/buy?symbol=RELIANCE&quantity=100", as: asha)
        #expect(answer.status == 400)
        #expect(answer["detail"] == "Risk rule violation: Insufficient funds: Need ₹2,50,000.00, Limit ₹1,00,000.00")
        let traded = try house.send(.get, "/api/orders/orders", as: asha)
        #expect(traded["orders"].array?.map { $0["status"]?.string } == ["REJECTED"])
        #expect(try house.send(.get, "/api/orders/trades", as: asha)["count"] == 0)
    }

    @Test func `an unknown order, symbol or date has a status of its own`() throws {
        #expect(try house.send(.delete, "/api/orders/cancel/P000", as: asha).status == 404)
        #expect(try house.send(.delete, "/api/orders/cancel/..%2F..%2Fetc", as: asha).status == 404)
        #expect(try house.send(.put, "/api/orders/modify", as: asha, json: #"{"order_id":"P000","quantity":1}"#).status == 404)
        #expect(try house.send(.get, "/api/orders/orders/P000/history", as: asha).status == 404)
        #expect(try house.send(.get, "/api/market/instruments/token/NOSUCH", as: asha).status == 404)
        #expect(try house.send(.get, "/api/live/tick/latest/TCS", as: asha)["detail"] == "No tick data for TCS")
        #expect(try house.send(.get, "/api/live/candle/current/TCS", as: asha)["detail"] == "No candle data for TCS")
        let dates = #"{"symbol":"INFY","from_date":"20-11-2026","to_date":"2026-11-20"}"#
        #expect(try house.send(.post, "/api/market/historical", as: asha, json: dates).status == 400)
        let reversed = #"{"symbol":"INFY","from_date":"2026-11-21","to_date":"2026-11-20"}"#
        #expect(try house.send(.post, "/api/market/historical", as: asha, json: reversed).status == 400)
    }

    @Test func `history without candles says so and is no error`() throws {
        let body = #"{"symbol":"INFY","from_date":"2020-01-01","to_date":"2020-01-02"}"#
        let answer = try house.send(.post, "/api/market/historical", as: asha, json: body)
        #expect(answer.status == 200)
        #expect(answer["message"] == "No historical data found")
        #expect(answer["data"] == [])
    }

    @Test func `unknown fields are ignored, as the old service did`() throws {
        let answer = try house.send(
            .post, "/api/paper-trading/manual-trade", as: asha, json: #"{"symbol":"INFY","mood":"good","price":null}"#)
        #expect(answer.status == 200)
    }

    @Test func `following symbols is per user, bounded, and ends with stop`() throws {
        _ = try house.send(.post, "/api/live/start", as: asha, json: #"{"symbols":["INFY","RELIANCE"]}"#)
        let bela = try house.join("bela@example.com")
        #expect(try house.send(.get, "/api/live/status", as: bela)["data", "symbol_count"] == 0)
        _ = try house.send(.delete, "/api/live/unsubscribe/INFY", as: asha)
        #expect(try house.send(.get, "/api/live/status", as: asha)["data", "subscribed_symbols"] == ["RELIANCE"])
        _ = try house.send(.post, "/api/live/stop", as: asha)
        #expect(try house.send(.get, "/api/live/status", as: asha)["data", "symbol_count"] == 0)
        let unknown = try house.send(.post, "/api/live/subscribe", as: asha, json: #"{"symbol":"NOSUCH"}"#)
        #expect(unknown.status == 404)
        let many = "[" + Array(repeating: #""INFY""#, count: 501).joined(separator: ",") + "]"
        #expect(try house.send(.post, "/api/live/start", as: asha, json: #"{"symbols":\#(many)}"#).status == 422)
    }
}

@Suite struct `The market's hours for old clients` {
    /// Friday 20 November 2026, by hours and minutes of the clock in India.
    @Test(arguments: [
        (8, 59, "CLOSED", "AFTER-HOURS", "next_open", "20 Nov 2026, 09:15 AM", "08:59:00 AM"),
        (9, 5, "PRE-OPEN", "PRE-MARKET", "opens_in", "0:10:00", "09:05:00 AM"),
        (9, 15, "OPEN", "REGULAR", "closes_in", "6:15:00", "09:15:00 AM"),
        (12, 0, "OPEN", "REGULAR", "closes_in", "3:30:00", "12:00:00 PM"),
        (15, 29, "OPEN", "REGULAR", "closes_in", "0:01:00", "03:29:00 PM"),
        (15, 30, "CLOSED", "POST-MARKET", "next_open", "23 Nov 2026, 09:15 AM", "03:30:00 PM"),
        (16, 0, "CLOSED", "AFTER-HOURS", "next_open", "23 Nov 2026, 09:15 AM", "04:00:00 PM"),
        (0, 0, "CLOSED", "AFTER-HOURS", "next_open", "20 Nov 2026, 09:15 AM", "12:00:00 AM"),
        (24, 30, "CLOSED", "WEEKEND", "next_open", "23 Nov 2026, 09:15 AM", "12:30:00 AM"),
    ])
    func `are told in the old words`(
        _ hour: Int64, _ minute: Int64, _ status: String, _ session: String, _ field: String, _ time: String, _ clock: String
    ) throws {
        let midnight: Int64 = 1_795_113_000
        let loop = SimulatedLoop(wallMicroseconds: (midnight + hour * 3_600 + minute * 60) * 1_000_000)
        let house = try TestHouse(disk: makeDisk(), loop: loop, hours: .exchange)
        let asha = try house.join("asha@example.com")
        let answer = try house.send(.get, "/api/market/status", as: asha)
        #expect(answer["market_status"].string == status)
        #expect(answer["session"].string == session)
        #expect(answer["current_time"].string == clock)
        #expect(answer["is_streaming_recommended"].bool == (status != "CLOSED"))
        for name in ["opens_in", "closes_in", "next_open"] { #expect(answer[name].string == (name == field ? time : nil), "\(name)") }
    }
}
