// Orders through the parts of an instrument's own day: which come in, which wait, and at what price they meet. The hours themselves are
// `Rules/SessionRulesTests`.

import Testing

@testable import Trading

@Suite struct `Sessions of an instrument` {
    @Test func `missing session test: an order outside its instrument's own session is rejected while another instrument trades`() throws {
        // 15:35 on a working day: shares have closed, derivatives trade until 15:40, coins always.
        var day = ExchangeDay("2026-11-20", "15:35:00")
        for key in ["NSE:INFY", "NFO:NIFTY26NOV26000CE", "CRYPTO:BTCUSDT"] { try day.quote(key, "100") }
        #expect(try day.place("NSE:INFY", .buy, "1").reasonCode == "market_closed")
        #expect(try day.place("NFO:NIFTY26NOV26000CE", .buy, "65", .market, .carry).state == .filled)
        #expect(try day.place("CRYPTO:BTCUSDT", .buy, "0.5").state == .filled)
        day.at("15:41:00")
        for key in ["NFO:NIFTY26NOV26000CE", "CRYPTO:BTCUSDT"] { try day.quote(key, "100") }
        #expect(try day.place("NFO:NIFTY26NOV26000CE", .buy, "65", .market, .carry).reasonCode == "market_closed")
        #expect(try day.place("CRYPTO:BTCUSDT", .sell, "0.5").state == .filled)
        // A holiday of the exchange is none of the coins.
        day.at("12:00:00", "2026-11-24")
        for key in ["NSE:INFY", "CRYPTO:BTCUSDT"] { try day.quote(key, "100") }
        #expect(try day.place("NSE:INFY", .buy, "1").reasonCode == "market_closed")
        #expect(try day.place("CRYPTO:BTCUSDT", .buy, "1").state == .filled)
    }

    @Test(arguments: [
        // The day, the second before and the second at which a market order of the instrument begins or stops to fill.
        ("2026-07-31", "NSE:RELIANCE", "15:29:59", true, "15:30:00", false),
        ("2026-08-03", "NSE:RELIANCE", "15:14:59", true, "15:15:00", false),
        ("2026-08-03", "NSE:INFY", "15:29:59", true, "15:30:00", false),
        ("2026-07-31", "NFO:NIFTY26AUGFUT", "15:29:59", true, "15:30:00", false),
        ("2026-08-03", "NFO:NIFTY26AUGFUT", "15:39:59", true, "15:40:00", false),
        ("2026-09-07", "NSE:INFY", "09:14:59", false, "09:15:00", true),
        ("2025-12-08", "NFO:NIFTY25DECFUT", "09:14:59", false, "09:15:00", true),
        ("2025-10-21", "NSE:INFY", "13:44:59", false, "13:45:00", true),
        ("2025-10-21", "NSE:INFY", "14:44:59", true, "14:45:00", false), ("2026-02-01", "NSE:INFY", "09:14:59", false, "09:15:00", true),
        ("2026-11-22", "CRYPTO:BTCUSDT", "03:14:59", true, "03:15:00", true),
    ])
    func `continuous trading begins and ends on the second`(
        _ date: String, _ key: String, _ before: String, _ fillsBefore: Bool, _ after: String, _ fillsAfter: Bool
    ) throws {
        var day = ExchangeDay(date)
        let lot = day.market.instruments[InstrumentID(key: key)!]!.lotSize.text
        for (time, fills) in [(before, fillsBefore), (after, fillsAfter)] {
            day.at(time)
            try day.quote(key, "100")
            #expect(try (day.place(key, .buy, lot, .market, .carry).state == .filled) == fills, "\(date) \(key) \(time)")
        }
    }

    @Test func `the pre-open of the near month's future begins on 2025-12-08`() throws {
        for (date, isTaken) in [("2025-12-05", false), ("2025-12-08", true)] {
            var day = ExchangeDay(date, "09:01:00")
            #expect(try day.place("NFO:NIFTY25DECFUT", .buy, "75", .limit(Price(text: "26000")!), .carry).isWorking == isTaken, "\(date)")
        }
    }

    @Test func `from 2026-09-07 the pre-open takes limit orders alone in its second half`() throws {
        for (date, isTaken) in [("2026-09-04", true), ("2026-09-07", false)] {
            var day = ExchangeDay(date, "09:04:59")
            try day.quote("NSE:INFY", "1500")
            #expect(try day.place("NSE:INFY", .buy, "1").isWorking, "\(date)")
            day.at("09:06:00")
            #expect(try day.place("NSE:INFY", .buy, "1").isWorking == isTaken, "\(date)")
            #expect(try day.place("NSE:INFY", .buy, "1", .limit(Price(text: "1500")!)).isWorking)
            #expect(day.order(2).reasonCode == (isTaken ? nil : "wrong_phase"))
        }
    }

    @Test func `a pre-open collects, fills nothing before its match, and all at one price in it`() throws {
        var day = ExchangeDay("2026-11-20", "09:01:00", capital: 100_000)
        try day.quote("NSE:INFY", "1500")
        #expect(try day.place("NSE:INFY", .buy, "10").reserved == Money(whole: 15_000))
        #expect(try day.place("NSE:INFY", .buy, "2", .limit(Price(text: "1520")!)).isWorking)
        #expect(try day.place("NSE:INFY", .buy, "3", .limit(Price(text: "1505")!)).isWorking)
        #expect(try day.place("NSE:INFY", .buy, "1", .stop(trigger: Price(text: "1600")!)).reasonCode == "wrong_phase")
        #expect(try day.place("NSE:INFY", .buy, "1", .market, validity: .immediateOrCancel).reasonCode == "wrong_phase")
        try day.quote("NSE:INFY", "1400")
        #expect(day.told == "")
        day.at("09:10:30")
        #expect(try day.place("NSE:INFY", .buy, "1").reasonCode == "wrong_phase")
        try day.quote("NSE:INFY", "1505", traded: 0)
        #expect(day.told == "", "nothing traded yet")
        try day.quote("NSE:INFY", "1505")
        #expect(day.told == "10 @ 1505 auction + 2 @ 1505 auction")
        #expect(day.order(3).filledQuantity == .zero, "a limit at the price itself may have been somebody else's turn")
        day.at("09:13:00")
        try day.quote("NSE:INFY", "1490")
        #expect(day.told == "", "nothing fills between match and open")
        day.at("09:15:00")
        try day.quote("NSE:INFY", "1504")
        #expect(day.told.hasPrefix("3 @ 1504.1") || day.order(3).state == .filled)
    }

    @Test func `the closing auction takes no stop, fills at one price, and cancels what is left`() throws {
        var day = ExchangeDay("2026-11-20", "15:10:00", capital: 100_000)
        try day.quote("NSE:RELIANCE", "1490")
        #expect(try day.place("NSE:RELIANCE", .buy, "5", .limit(Price(text: "1485")!), .carry).isWorking)
        #expect(try day.place("NSE:RELIANCE", .sell, "5", .stop(trigger: Price(text: "1480")!), .carry).state == .triggerPending)
        day.at("15:16:00")
        #expect(try day.place("NSE:RELIANCE", .buy, "1", .limit(Price(text: "1500")!), .carry).reasonCode == "wrong_phase")
        day.at("15:21:00")
        #expect(try day.place("NSE:RELIANCE", .buy, "4", .market, .carry).isWorking)
        #expect(try day.place("NSE:RELIANCE", .sell, "1", .stop(trigger: Price(text: "1400")!), .carry).reasonCode == "wrong_phase")
        day.at("15:26:00")
        #expect(try day.place("NSE:RELIANCE", .buy, "1", .market, .carry).reasonCode == "wrong_phase")
        #expect(try day.place("NSE:RELIANCE", .buy, "2", .limit(Price(text: "1482")!), .carry).isWorking)
        day.at("15:31:00")
        try day.quote("NSE:RELIANCE", "1479")
        #expect(day.told == "4 @ 1479 auction + 5 @ 1479 auction + 2 @ 1479 auction", "one price, and no stop triggers")
        #expect(day.order(2).state == .triggerPending)
        day.at("15:34:59")
        try day.act(.expireDay)
        #expect(day.order(2).isWorking)
        day.at("15:35:00")
        try day.act(.expireDay)
        #expect(day.order(2).reasonCode == "end_of_day")
    }

    @Test func `after the close a market order trades at the close, and nothing else comes in`() throws {
        var day = ExchangeDay("2026-11-20", "15:29:58", capital: 100_000)
        try day.quote("NSE:INFY", "1500")
        day.at("15:35:00")
        #expect(try day.place("NSE:INFY", .buy, "1", .market, .delivery).reasonCode == "market_closed")
        day.at("15:45:00")
        #expect(try day.place("NSE:INFY", .buy, "1", .limit(Price(text: "1500")!), .delivery).reasonCode == "wrong_phase")
        let order = try day.place("NSE:INFY", .buy, "2", .market, .delivery)
        #expect(order.state == .filled && order.averagePrice == Price(text: "1500"))
        day.at("15:45:00", "2026-11-23")
        #expect(try day.place("NSE:INFY", .buy, "1", .market, .delivery).reasonCode == "no_price", "yesterday's close is no price of today")
    }

    @Test func `an order of the day ends with the session of its own instrument`() throws {
        var day = ExchangeDay("2026-11-20", "15:00:00")
        for (key, lot) in [("NSE:INFY", "1"), ("NFO:NIFTY26NOV26000CE", "65"), ("CRYPTO:BTCUSDT", "1")] {
            #expect(try day.place(key, .buy, lot, .limit(Price(text: "10")!), .carry).isWorking)
        }
        for (time, working) in [("15:29:59", [true, true, true]), ("15:30:00", [false, true, true]), ("15:40:00", [false, false, true])] {
            day.at(time)
            try day.act(.expireDay)
            #expect((1...3).map { day.order($0).isWorking } == working, "\(time)")
        }
        day.at("00:00:00", "2026-11-21")
        try day.act(.expireDay)
        #expect(!day.order(3).isWorking)
    }
}
