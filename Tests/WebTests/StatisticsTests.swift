// Statistics over HTTP: of a book that traded, in parts, filtered, and of one that did not. What each figure means is tested in TradingTests.

import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Statistics over HTTP` {
    private func get(_ query: String, _ traded: TradedHouse) throws -> TestAnswer {
        try traded.house.send(.get, "/api/paper-trading/statistics\(query)", as: traded.asha)
    }

    @Test func `add up to the book: capital, closed, open and unrealised`() throws {
        let traded = try TradedHouse(rules: .builtIn)
        _ = try traded.house.place("SELL 6 NSE:INFY MIS MARKET", as: traded.asha)
        let answer = try get("?by=symbol", traded)
        #expect(answer.status == 200 && answer["book"] == "default" && answer["epoch"] == 1, "\(answer.text)")
        let whole = answer["whole"]
        #expect(whole["closed"] == 1 && whole["open"] == 2 && whole["fills"] == 5)
        func units(_ path: JSONValue?) throws -> Int128 { try #require(path?.number?.fixedPoint8) }
        let equity =
            try units(answer["capital"]) + units(whole["net"]?["total"]) + units(whole["open_realised"])
            - units(whole["open_charges"]) + units(whole["unrealised"])
        let funds = try traded.house.funds(of: traded.asha)
        let portfolio = Money(units: try units(funds["total_value"])).roundedToPaise
        #expect(Money(units: equity).roundedToPaise == portfolio)
        let last = try #require(answer["curve"].array?.last?.array)
        #expect(try units(last[1]) == equity, "the curve ends where the book stands")
        #expect(try units(last[2]) == equity + units(whole["charges"]))
        #expect(answer["curve_base"] == 100_000)
        let parts = answer["parts"].array ?? []
        #expect(parts.map { $0["name"]?.string } == ["NSE:INFY", "NSE:RELIANCE", "NSE:TCS"])
        #expect(try parts.reduce(0) { try $0 + units($1["charges"]) } == units(whole["charges"]))
        // 10 at 1500, 4 at 1520 and 6 at 1530.
        #expect(parts[0]["gross"]?["total"] == 260 && parts[0]["gross"]?["win_percent"] == 100)
        #expect(parts[0]["net"]?["undefined"]?["profit_factor"]?.string == "no_losses" && parts[0]["net"]?["profit_factor"]?.isNull == true)
        #expect(parts[0]["net"]?["undefined"]?["sharpe"]?.string == "fewer_than_two_days")
    }

    @Test func `take one symbol or tag, and days`() throws {
        let traded = try TradedHouse()
        _ = try traded.house.place("SELL 6 NSE:INFY MIS MARKET", as: traded.asha)
        #expect(try get("?symbol=infy", traded)["whole", "fills"] == 3)
        let tagged = try get("?tag=first&by=tag", traded)
        #expect(tagged["whole", "closed"] == 1 && tagged["parts"].array?.count == 1)
        #expect(tagged["parts"].array?.first?["name"]?.string == "first" && tagged["curve_base"] == 0)
        #expect(try get("?tag=other", traded)["whole", "closed"] == 0)
        #expect(try get("?to=2001-01-01", traded)["whole", "fills"] == 0)
        #expect(try get("?from=2001-01-01", traded)["whole", "closed"] == 1)
    }

    @Test func `of an untouched book say that there is nothing, and why`() throws {
        let house = try TestHouse(disk: makeDisk())
        let bela = try house.join("bela@example.com")
        let answer = try house.send(.get, "/api/paper-trading/statistics?by=day", as: bela)
        #expect(answer["whole", "closed"] == 0 && answer["curve"].array?.isEmpty == true && answer["parts"].array?.isEmpty == true)
        #expect(answer["whole", "net", "undefined", "win_percent"] == "no_closed_trades")
        #expect(answer["whole", "net", "win_percent"].isNull && answer["whole", "net", "best"].isNull)
    }

    @Test func `begin anew with a reset`() throws {
        let traded = try TradedHouse()
        _ = try traded.house.send(.post, "/api/paper-trading/reset", as: traded.asha, json: #"{"capital":50000}"#)
        let answer = try get("", traded)
        #expect(answer["epoch"] == 2 && answer["whole", "fills"] == 0 && answer["capital"] == 50_000)
    }

    @Test func `refuse words and days that are none`() throws {
        let traded = try TradedHouse()
        for (query, field) in [
            ("?by=moon", "by"), ("?from=yesterday", "from"), ("?to=2026-13-01", "to"), ("?tag=123456789012345678901", "tag"),
        ] {
            let answer = try get(query, traded)
            #expect(answer.status == 422 && answer["field"].string == field, "\(query): \(answer.text)")
        }
    }

    @Test func `see a fall between two fills, by the candles of the time`() throws {
        let traders = try TwoTraders()
        _ = try traders.house.place("BUY 10 NSE:INFY MIS MARKET", as: traders.asha)
        for (price, minutes) in [("1450.00", 7), ("1510.00", 7), ("1500.00", 3)] {
            try traders.house.tick("NSE:INFY", last: price)
            traders.house.advance(by: .seconds(Int64(minutes * 60)), step: .seconds(60))
            try traders.house.tick("NSE:INFY", last: price)
        }
        let answer = try traders.house.send(.get, "/api/paper-trading/statistics", as: traders.asha)
        #expect(answer["marks"] == "5minute" && answer["unpriced"].array?.isEmpty == true)
        #expect(answer["whole", "net", "drawdown"] == 500, "\(answer.text)")
        #expect(answer["whole", "net", "drawdown_percent"].number?.fixedPoint8 == Int128(fixedPointScale) / 2)
        #expect(answer["whole", "unrealised"] == 0)
    }
}
