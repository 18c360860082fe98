// Orders over the API: place, change, cancel, list and estimate. The same request twice is `RepeatedOrdersTests`, a wrong one
// `MalformedOrdersTests`.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Placing an order` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    init() throws { two = try TwoTraders() }

    @Test func `fills at the ask and answers with the whole order`() throws {
        let answer = try house.place("BUY 10 NSE:INFY MIS MARKET tag=try", as: two.asha)
        #expect(answer.status == 201)
        #expect(answer.headers["Location"] == "/api/paper-trading/orders/" + (answer["order_id"].string ?? ""))
        let shape = """
            {"status":"=success","order_id":"string","order":{"order_id":"string","book":"=default","kind":"=paper","status":"=COMPLETE",
             "exchange":"=NSE","tradingsymbol":"=INFY","transaction_type":"=BUY","quantity":"integer","filled_quantity":"integer",
             "pending_quantity":"integer","cancelled_quantity":"integer","order_type":"=MARKET","product":"=MIS","validity":"=DAY","variety":"=regular",
             "price":"null","trigger_price":"null","average_price":"number","reserved":"number","status_message":"null","error":"null",
             "tag":"=try","parent_order_id":"null","client_order_id":"null","order_timestamp":"string","exchange_timestamp":"string",
             "updated_at":"string",
             "fill_rule":"=depth","modified":"bool"}}
            """
        #expect(try JSONShape.differences(answer.json, from: shape) == [])
        #expect(answer["order", "average_price"].paise == 1_500_00)
        #expect(answer["order", "order_timestamp"].string?.hasSuffix("+05:30") == true)
        #expect(answer["order_id"].string?.hasPrefix("P") == true)
    }

    @Test func `is durable before it is answered`() throws {
        let answer = try house.place("BUY 10 NSE:INFY MIS MARKET", as: two.asha)
        let disk = try #require(house.disk as? SimulatedDisk)
        let after = try TestHouse(disk: disk.crashed(.powerCut), loop: house.loop)
        #expect(try after.order(answer["order_id"].string ?? "", of: two.asha)["status"] == "COMPLETE")
    }

    @Test func `a buy below the market rests, holds funds, fills later, and the book has a trade`() throws {
        let id = try #require(house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: two.asha)["order_id"].string)
        #expect(try house.order(id, of: two.asha)["status"] == "OPEN")
        #expect(try house.order(id, of: two.asha)["reserved"]?.paise == 14_900_00)
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 14_900_00)
        try house.quote("NSE:INFY", "1490.05", "1490.10")
        #expect(try house.order(id, of: two.asha)["status"] == "OPEN")
        try house.quote("NSE:INFY", "1489.90", "1489.95")
        let filled = try house.order(id, of: two.asha)
        #expect(filled["status"] == "COMPLETE")
        #expect(filled["average_price"]?.paise == 1_490_00)
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 0)
        #expect(try house.funds(of: two.asha)["available_funds"]?.paise == 85_100_00)
        #expect(try house.send(.get, "/api/paper-trading/trades", as: two.asha)["total_trades"] == 1)
    }

    @Test func `a stop waits for its trigger and then sells at the market`() throws {
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: two.asha)
        let id = try #require(house.place("SELL 10 NSE:INFY MIS SL-M trigger=1480.00", as: two.asha)["order_id"].string)
        #expect(try house.order(id, of: two.asha)["status"] == "TRIGGER PENDING")
        #expect(try house.order(id, of: two.asha)["trigger_price"]?.paise == 1_480_00)
        try house.quote("NSE:INFY", "1480.05", "1480.10")
        #expect(try house.order(id, of: two.asha)["status"] == "TRIGGER PENDING")
        try house.quote("NSE:INFY", "1479.90", "1480.00")
        #expect(try house.order(id, of: two.asha)["status"] == "COMPLETE")
        #expect(try house.order(id, of: two.asha)["average_price"]?.paise == 1_479_90)
        #expect(try house.funds(of: two.asha)["realized_pnl"]?.paise == -201_00)
    }

    @Test func `a stop with a limit becomes a limit order when triggered`() throws {
        let id = try #require(house.place("BUY 2 NSE:INFY MIS SL 1510.00 trigger=1505.00", as: two.asha)["order_id"].string)
        #expect(try house.order(id, of: two.asha)["status"] == "TRIGGER PENDING")
        try house.quote("NSE:INFY", "1514.95", "1515.00", last: "1506.00")
        #expect(try house.order(id, of: two.asha)["status"] == "OPEN")
        try house.quote("NSE:INFY", "1508.95", "1509.00")
        #expect(try house.order(id, of: two.asha)["status"] == "COMPLETE")
    }

    @Test func `selling what one has not is a short in MIS, and buying it back books the result`() throws {
        #expect(try house.place("SELL 10 NSE:INFY MIS MARKET", as: two.asha)["order", "status"] == "COMPLETE")
        let short = try house.send(.get, "/api/paper-trading/positions", as: two.asha)["positions"].array?.first ?? .null
        let shape = """
            {"exchange":"=NSE","tradingsymbol":"=INFY","product":"=MIS","quantity":"integer","average_price":"number","last_price":"number",
             "stale":"bool","unrealised_pnl":"number","realised_pnl":"number","pnl_percent":"number","invested":"number",
             "current_value":"number","buy_quantity":"integer","buy_value":"number","sell_quantity":"integer","sell_value":"number",
             "opened_at":"string"}
            """
        #expect(try JSONShape.differences(short, from: shape) == [])
        #expect(short["quantity"] == -10)
        try house.quote("NSE:INFY", "1489.95", "1490.00")
        #expect(try house.place("BUY 10 NSE:INFY MIS MARKET", as: two.asha)["order", "status"] == "COMPLETE")
        #expect(try house.funds(of: two.asha)["realized_pnl"]?.paise == 99_50)
        #expect(try house.send(.get, "/api/paper-trading/positions", as: two.asha)["positions"] == [])
        let delivery = try house.place("SELL 1 NSE:INFY CNC MARKET", as: two.asha)
        #expect(delivery.status == 409)
        #expect(delivery["error"] == "insufficient_holdings")
    }

    @Test func `immediate or cancel leaves nothing working`() throws {
        let order = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00 validity=IOC", as: two.asha)["order"]
        #expect(order["status"] == "CANCELLED")
        #expect(order["cancelled_quantity"] == 10)
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 0)
    }

    @Test func `a fraction trades where the lot allows it, exactly`() throws {
        let order = try house.place("BUY 0.00012 CRYPTO:BTCUSDT MIS MARKET", as: two.asha)["order"]
        #expect(order["status"] == "COMPLETE")
        #expect(order["quantity"]?.number?.text == "0.00012")
        let position = try house.send(.get, "/api/paper-trading/positions", as: two.asha)["positions"].array?.first ?? .null
        #expect(position["invested"]?.number?.text == "10.8000012")
    }

    @Test func `an order that a rule rejects is kept with its reason and answered as a conflict`() throws {
        for (line, error) in [
            ("BUY 100 NSE:INFY MIS MARKET", "insufficient_funds"), ("BUY 1 NSE:INFY MIS LIMIT 1490.03", "price_off_tick"),
            ("BUY 1 NSE:INFY MIS SL-M trigger=1500.01", "price_off_tick"), ("BUY 1.5 NSE:INFY MIS MARKET", "quantity_not_whole_lots"),
            ("BUY 0.000001 CRYPTO:BTCUSDT MIS MARKET", "quantity_not_whole_lots"), ("BUY 1 NSE:RELIANCE MIS MARKET", "no_price"),
        ] {
            let answer = try house.place(line, as: two.asha)
            #expect(answer.status == 409, "\(line)")
            #expect(answer["error"].string == error, "\(line)")
            #expect(answer["detail"].string?.isEmpty == false)
            let id = answer["order_id"].string ?? ""
            #expect(answer["order", "order_id"].string == id)
            let kept = try house.order(id, of: two.asha)
            #expect(kept["status"] == "REJECTED")
            #expect(kept["error"]?.string == error)
            #expect(kept["status_message"] == answer["detail"])
        }
        #expect(try house.funds(of: two.asha)["available_funds"]?.paise == 100_000_00)
        #expect(try two.ids(of: two.asha, "?status=rejected").count == 6)
        #expect(try two.ids(of: two.bela).isEmpty)
    }

    @Test func `nothing fills at a price that nobody refreshed`() throws {
        house.advance(by: .seconds(31), step: .seconds(31))
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: two.asha)["error"] == "no_price")
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: two.asha).status == 201)
    }

    @Test func `is refused while the exchange is closed, except where it never closes`() throws {
        // 20 November 2026, 13:30 in India, is a Friday: a day later the exchange rests.
        let two = try TwoTraders(hours: .exchange)
        two.house.advance(by: .seconds(86_400), step: .seconds(3_600))
        let asha = try two.house.join("third@example.com")
        try two.house.quote("NSE:INFY", "1499.95", "1500.00")
        try two.house.quote("CRYPTO:BTCUSDT", "90000.00", "90000.01")
        #expect(try two.house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["error"] == "market_closed")
        #expect(try two.house.place("BUY 0.001 CRYPTO:BTCUSDT MIS MARKET", as: asha).status == 201)
        #expect(try two.house.send(.get, "/api/market/status", as: asha)["market_status"] == "CLOSED")
    }
}

@Suite struct `Changing and cancelling` {
    let two: TwoTraders
    let id: String
    var house: TestHouse { two.house }

    init() throws {
        two = try TwoTraders()
        id = try #require(two.house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: two.asha)["order_id"].string)
    }

    private func patch(_ body: String, as person: Person? = nil) throws -> TestAnswer {
        try house.send(.patch, "/api/paper-trading/orders/\(id)", as: person ?? two.asha, json: body)
    }

    @Test func `new terms hold other funds and are marked`() throws {
        let answer = try patch(#"{"quantity":5,"price":1480.00}"#)
        #expect(answer.status == 200)
        #expect(answer["order_id"].string == id)
        #expect(answer["order", "reserved"].paise == 7_400_00)
        #expect(answer["order", "modified"] == true)
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 7_400_00)
    }

    @Test func `a limit moved through the market fills at once`() throws {
        let answer = try patch(#"{"price":1501}"#)
        #expect(answer["order", "status"] == "COMPLETE")
        #expect(answer["order", "average_price"].paise == 1_500_00)
    }

    @Test func `another type of order takes another price`() throws {
        let answer = try patch(#"{"order_type":"SL-M","trigger_price":1510.00}"#)
        #expect(answer["order", "status"] == "TRIGGER PENDING")
        #expect(answer["order", "price"] == .null)
        #expect(try patch(#"{"order_type":"MARKET"}"#)["order", "status"] == "COMPLETE")
    }

    @Test func `what cannot be is refused and changes nothing`() throws {
        let before = try house.order(id, of: two.asha)
        for (body, status, error) in [
            (#"{"quantity":0}"#, 422, "not_positive"), (#"{"quantity":-1}"#, 422, "not_positive"),
            (#"{"quantity":2.5}"#, 409, "quantity_not_whole_lots"), (#"{"price":1490.01}"#, 409, "price_off_tick"),
            (#"{"price":-1}"#, 422, "not_positive"), (#"{"price":"x"}"#, 422, "wrong_type"), (#"{"side":"SELL"}"#, 422, "unknown_field"),
            (#"{"order_type":"TWAP"}"#, 422, "not_allowed"), (#"{"validity":"GTC"}"#, 422, "not_allowed"), ("[]", 422, "wrong_type"),
            ("", 422, "not_json"), (#"{"quantity":1000}"#, 409, "insufficient_funds"), (#"{"quantity":1e400}"#, 422, "wrong_type"),
        ] {
            let answer = try patch(body)
            #expect(answer.status == status, "\(body) \(answer.text)")
            #expect(answer["error"].string == error, "\(body)")
        }
        #expect(try house.order(id, of: two.asha) == before)
    }

    @Test func `cancelling frees the funds, and only once`() throws {
        let answer = try house.send(.delete, "/api/paper-trading/orders/\(id)", as: two.asha)
        #expect(answer.status == 200)
        #expect(answer["order", "status"] == "CANCELLED")
        #expect(answer["order", "error"] == "cancelled_by_user")
        #expect(try house.funds(of: two.asha)["reserved_funds"]?.paise == 0)
        let again = try house.send(.delete, "/api/paper-trading/orders/\(id)", as: two.asha)
        #expect(again.status == 409)
        #expect(again["error"] == "order_not_open")
        #expect(try patch(#"{"price":1480}"#).status == 409)
    }

    @Test func `nobody else can do either`() throws {
        #expect(try patch(#"{"price":1480}"#, as: two.bela).status == 404)
        #expect(try house.send(.delete, "/api/paper-trading/orders/\(id)", as: two.bela).status == 404)
        #expect(try house.order(id, of: two.asha)["status"] == "OPEN")
    }

    @Test func `an id that is none is simply unknown`() throws {
        for id in ["P0", "%00", "..%2f..%2fusers", String(repeating: "P", count: 65), "%F0%9F%92%A9"] {
            for method in [HTTPMethod.get, .delete] {
                let answer = try house.send(method, "/api/paper-trading/orders/\(id)", as: two.asha)
                #expect(answer.status == 404, "\(id)")
                #expect(answer["error"] == "unknown_order")
            }
        }
    }
}

@Suite struct `Lists of orders` {
    let two: TwoTraders
    let ids: [String]
    var house: TestHouse { two.house }

    init() throws {
        two = try TwoTraders()
        var made: [String] = []
        for number in 0..<7 {
            let line = number % 2 == 0 ? "BUY 1 NSE:INFY MIS LIMIT 1400.00" : "BUY 1 NSE:TCS MIS MARKET"
            made.append(try #require(two.house.place(line, as: two.asha)["order_id"].string))
        }
        ids = made.reversed()
    }

    @Test func `come newest first, page by page, to the end`() throws {
        #expect(try two.ids(of: two.asha) == ids)
        var collected: [String] = []
        var after: String?
        repeat {
            let answer = try house.send(.get, "/api/paper-trading/orders?limit=3" + (after.map { "&after=" + $0 } ?? ""), as: two.asha)
            collected += answer["orders"].array?.compactMap { $0["order_id"]?.string } ?? []
            after = answer["next"].string
            #expect((answer["orders"].array?.count ?? 0) <= 3)
        } while after != nil
        #expect(collected == ids)
    }

    @Test func `a full last page has no next one`() throws {
        #expect(try house.send(.get, "/api/paper-trading/orders?limit=7", as: two.asha)["next"] == .null)
        #expect(try house.send(.get, "/api/paper-trading/orders?limit=6", as: two.asha)["next"].string == ids[5])
    }

    @Test func `are filtered by state and symbol`() throws {
        #expect(try two.ids(of: two.asha, "?status=open") == [ids[0], ids[2], ids[4], ids[6]])
        #expect(try two.ids(of: two.asha, "?status=complete") == [ids[1], ids[3], ids[5]])
        #expect(try two.ids(of: two.asha, "?symbol=tcs") == [ids[1], ids[3], ids[5]])
        #expect(try two.ids(of: two.asha, "?status=open&symbol=TCS").isEmpty)
        #expect(try two.ids(of: two.asha, "?status=trigger%20pending").isEmpty)
        #expect(try two.ids(of: two.asha, "?status=open&limit=1&after=\(ids[0])") == [ids[2]])
    }

    @Test(arguments: [
        ("?limit=0", 422, "limit"), ("?limit=1001", 422, "limit"), ("?limit=x", 422, "limit"), ("?limit=-1", 422, "limit"),
        ("?limit=99999999999999999999", 422, "limit"), ("?after=%00", 422, "after"), ("?status=nearly", 422, "status"),
        ("?symbol=" + String(repeating: "A", count: 41), 422, "symbol"),
    ])
    func `refuse a question that is malformed, by field`(_ query: String, _ status: Int, _ field: String) throws {
        let answer = try house.send(.get, "/api/paper-trading/orders" + query, as: two.asha)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer["field"].string == field)
    }

    @Test func `do not take an order of another trader as a place to go on from`() throws {
        let answer = try house.send(.get, "/api/paper-trading/orders?after=\(ids[0])", as: two.bela)
        #expect(answer.status == 404)
        #expect(try two.ids(of: two.bela).isEmpty)
    }
}

@Suite struct `An estimate` {
    @Test(arguments: [
        "BUY 10 NSE:INFY MIS MARKET", "BUY 10 NSE:INFY MIS LIMIT 1490.00", "SELL 5 NSE:INFY MIS MARKET", "SELL 1 NSE:INFY CNC MARKET",
        "BUY 1000 NSE:INFY MIS MARKET", "BUY 1 NSE:INFY MIS SL-M trigger=1510.00", "BUY 1 NSE:INFY MIS LIMIT 1490.01",
        "BUY 0.5 CRYPTO:BTCUSDT MIS MARKET",
    ])
    func `says what placing then does`(_ line: String) throws {
        let two = try TwoTraders()
        let before = try two.house.funds(of: two.asha)
        let estimate = try two.house.send(.post, "/api/paper-trading/estimate", as: two.asha, json: OrderLine.json(line))
        #expect(estimate.status == 200)
        let shape = """
            {"status":"=success","value":"number","margin":"number","charges":"number","available":"number","worst_price":"number|null",
             "fills":"list","would_be_accepted":"bool","error":"string|null","detail":"string|null"}
            """
        #expect(try JSONShape.differences(estimate.json, from: shape) == [])
        #expect(try two.ids(of: two.asha).isEmpty, "asking stores nothing")
        #expect(try two.house.funds(of: two.asha) == before)

        let placed = try two.house.place(line, as: two.asha)
        #expect(estimate["would_be_accepted"].bool == (placed.status == 201))
        #expect(estimate["error"].string == placed["error"].string)
        #expect(estimate["detail"].string == placed["detail"].string)
        let after = try two.house.funds(of: two.asha)
        let used = (before["available_funds"]?.paise ?? 0) - (after["available_funds"]?.paise ?? 0)
        // Legacy funds are rounded to paise, the estimate is exact.
        let rounding = (estimate["margin"].number?.fixedPoint8 ?? .max) - Int128(used) * 1_000_000
        #expect((-1_000_000...1_000_000).contains(rounding))
        #expect(estimate["available"].paise == before["available_funds"]?.paise)
        let filled = placed["order", "filled_quantity"].int64 ?? 0
        if filled > 0 {
            #expect(estimate["worst_price"].number?.fixedPoint8 == placed["order", "average_price"].number?.fixedPoint8)
        }
    }
}
