// After-market orders: taken while the market is closed, kept, changed, cancelled, and sent when the day begins.

import Testing

@testable import Trading

@Suite struct `After-market orders` {
    private func price(_ text: String) -> OrderKind { .limit(Price(text: text)!) }

    /// The evening of Thursday 19 November 2026, INFY at 1500.
    private func evening(capital: Int64 = 100_000) throws -> ExchangeDay {
        var day = ExchangeDay("2026-11-19", "15:29:50", capital: capital)
        try day.quote("NSE:INFY", "1500")
        day.at("20:00:00")
        return day
    }

    @Test func `wait with their funds held, whatever a tick says`() throws {
        var day = try evening()
        let limit = try day.place("NSE:INFY", .buy, "10", price("1490"), .delivery, variety: .afterMarket)
        #expect(limit.state == .afterMarketReceived && limit.reserved == Money(whole: 14_900) && limit.isWorking)
        let market = try day.place("NSE:INFY", .buy, "2", .market, .delivery, variety: .afterMarket)
        #expect(market.state == .afterMarketReceived && market.reserved == Money(whole: 3_000))
        #expect(try day.place("NSE:INFY", .buy, "60", price("1490"), .delivery, variety: .afterMarket).reasonCode == "insufficient_funds")
        #expect(try day.place("NSE:INFY", .buy, "1", .market).reasonCode == "market_closed")
        day.at("23:00:00")
        try day.quote("NSE:INFY", "1000")
        #expect(day.told == "")
        #expect(day.account.quietBand(in: InstrumentID(key: "NSE:INFY")!)?.contains(TickReach(lowest: "1", highest: "2")) == true)
        try day.act(.release)
        #expect(day.order(1).state == .afterMarketReceived, "the market is closed")
        day.at("00:00:01", "2026-11-20")
        try day.act(.expireDay)
        #expect(day.order(1).isWorking, "its day has not begun")
    }

    @Test func `can be changed and cancelled while they wait`() throws {
        var day = try evening()
        _ = try day.place("NSE:INFY", .buy, "10", price("1490"), variety: .afterMarket)
        try day.act(.modify(ExchangeDay.orderID(1), OrderAmendment(quantity: Quantity(whole: 5), kind: price("1480"))))
        #expect(day.order(1).state == .afterMarketReceived && day.order(1).reserved == Money(whole: 7_400))
        try day.act(.modify(ExchangeDay.orderID(1), OrderAmendment(kind: .market)))
        #expect(day.order(1).state == .afterMarketReceived && day.order(1).reserved == Money(whole: 7_500))
        #expect(throws: OrderRefusal.insufficientFunds) {
            try day.act(.modify(ExchangeDay.orderID(1), OrderAmendment(quantity: Quantity(whole: 100))))
        }
        #expect(throws: OrderRefusal.priceOffTick) { try day.act(.modify(ExchangeDay.orderID(1), OrderAmendment(kind: price("1480.05")))) }
        try day.act(.cancel(ExchangeDay.orderID(1)))
        #expect(day.order(1).state == .cancelled && day.account.reserved == .zero)
    }

    @Test func `are sent when the day takes their kind, and then are ordinary orders of that day`() throws {
        var day = try evening()
        _ = try day.place("NSE:INFY", .buy, "10", price("1510"), .delivery, variety: .afterMarket)
        _ = try day.place("NSE:INFY", .buy, "3", .market, .delivery, variety: .afterMarket)
        _ = try day.place("NSE:INFY", .sell, "1", .stop(trigger: Price(text: "1400")!), variety: .afterMarket)
        _ = try day.place("NSE:INFY", .buy, "1", .market, .delivery, validity: .immediateOrCancel, variety: .afterMarket)
        day.at("09:00:00", "2026-11-20")
        try day.act(.release)
        let states = (1...4).map { day.order($0).state }
        #expect(states == [.open, .open, .afterMarketReceived, .afterMarketReceived])
        #expect(day.order(1).releasedAt == day.now && day.order(1).referencePrice == nil)
        day.at("09:15:00")
        try day.act(.release)
        #expect(day.order(3).state == .triggerPending && day.order(4).state == .open)
        try day.quote("NSE:INFY", "1505")
        #expect(day.told == "3 @ 1505.1 depth + 1 @ 1505.1 depth + 10 @ 1505.1 depth", "each meets the first quote as one that arrives")
        day.at("15:30:00")
        try day.act(.expireDay)
        #expect(day.order(3).reasonCode == "end_of_day", "an order of the day it was sent on")
    }

    @Test func `wait over holidays and are not sent after a close`() throws {
        var day = ExchangeDay("2026-11-23", "15:35:00")
        day.market.quotes = [:]
        try day.quote("NSE:INFY", "1500")
        _ = try day.place("NSE:INFY", .buy, "1", .market, .delivery, variety: .afterMarket)
        for (date, time) in [("2026-11-23", "15:45:00"), ("2026-11-24", "11:00:00")] {
            day.at(time, date)
            try day.act(.release)
            try day.act(.expireDay)
            #expect(day.order(1).state == .afterMarketReceived, "\(date) \(time)")
        }
        day.at("09:01:00", "2026-11-25")
        try day.act(.release)
        #expect(day.order(1).state == .open)
    }

    @Test func `while the market is open act at once`() throws {
        var day = ExchangeDay("2026-11-20", "12:00:00", capital: 100_000)
        try day.quote("NSE:INFY", "1500")
        let order = try day.place("NSE:INFY", .buy, "1", .market, variety: .afterMarket)
        #expect(order.state == .filled && order.variety == .afterMarket)
    }

    @Test func `that today's rules do not allow any more are cancelled with the reason`() throws {
        var day = ExchangeDay("2026-11-19", "20:00:00", rules: try RulePack.builtIn.overlaid(with: "2026-11-20 band NSE/equity 5%"))
        day.market.previousClose[InstrumentID(key: "NSE:INFY")!] = Price(text: "1500")!
        _ = try day.place("NSE:INFY", .buy, "1", price("1400"), variety: .afterMarket)
        _ = try day.place("NSE:INFY", .buy, "1", price("1450"), variety: .afterMarket)
        day.at("09:00:00", "2026-11-20")
        try day.act(.release)
        #expect(day.order(1).state == .cancelled && day.order(1).reasonCode == "price_outside_band")
        #expect(day.order(1).reason?.contains("between 1425 and 1575") == true && day.account.reserved == Money(whole: 1_450))
        #expect(day.order(2).state == .open)
    }

    @Test func `need a price that was once known when they name none, and end with their contract`() throws {
        var day = ExchangeDay("2026-11-24", "20:00:00")
        #expect(try day.place("NSE:INFY", .buy, "1", .market, variety: .afterMarket).reasonCode == "no_price")
        _ = try day.place("NFO:NIFTY26NOV26000CE", .buy, "65", price("10"), .carry, variety: .afterMarket)
        try day.act(.expireDay)
        #expect(day.order(2).isWorking)
        day.at("00:00:00", "2026-11-25")
        try day.act(.expireDay)
        #expect(day.order(2).reasonCode == "end_of_day")
    }
}

extension TickReach {
    init(lowest: String, highest: String) {
        let level = { (price: String) in [DepthLevel(price: Price(text: price)!, quantity: Quantity(whole: 1), orders: 1)] }
        self.init(
            Tick(
                instrument: InstrumentID(key: "NSE:INFY")!, at: Story.start, lastPrice: Price(text: lowest)!, lastQuantity: .zero,
                dayVolume: .zero, depth: Depth(bids: level(highest), asks: level(highest))))
    }
}

@Suite struct `The exchange's own limits` {
    @Test func `the largest single order of a contract is met and not passed`() throws {
        var day = ExchangeDay("2026-11-20", "12:00:00")
        try day.quote("NFO:NIFTY26NOV26000CE", "100")
        #expect(try day.place("NFO:NIFTY26NOV26000CE", .buy, "1755", .market, .carry).state == .filled)
        let order = try day.place("NFO:NIFTY26NOV26000CE", .buy, "1820", .market, .carry)
        #expect(order.reasonCode == "quantity_above_freeze" && order.reason?.contains("at most 1800 of NIFTY26NOV26000CE") == true)
        let resting = try day.place("NFO:NIFTY26NOV26000CE", .buy, "65", .limit(Price(text: "50")!), .carry)
        #expect(throws: OrderRefusal.aboveFreeze) { try day.act(.modify(resting.id, OrderAmendment(quantity: Quantity(whole: 1_820)))) }
        try day.quote("NSE:INFY", "100")
        #expect(try day.place("NSE:INFY", .buy, "1820").state == .filled, "shares have none")
    }

    @Test func `a price inside the day's band is taken, its ends too`() throws {
        let rules = try RulePack.builtIn.overlaid(with: "2026-11-20 band NSE/equity/*/INFY 10%")
        var day = ExchangeDay("2026-11-20", "12:00:00", rules: rules)
        day.market.previousClose[InstrumentID(key: "NSE:INFY")!] = Price(text: "1500")!
        try day.quote("NSE:INFY", "1500")
        for (limit, isTaken) in [("1350", true), ("1349.9", false), ("1650", true), ("1650.1", false)] {
            let kind = OrderKind.limit(Price(text: limit)!)
            #expect(try (day.place("NSE:INFY", .sell, "1", kind).reasonCode == nil) == isTaken, "\(limit)")
        }
        let stop = try day.place("NSE:INFY", .buy, "1", .stop(trigger: Price(text: "1700")!))
        #expect(stop.reasonCode == "price_outside_band" && stop.reason?.contains("between 1350 and 1650") == true)
        day.at("12:00:00", "2026-11-23")
        try day.quote("NSE:INFY", "1500")
        let resting = try day.place("NSE:INFY", .buy, "1", .limit(Price(text: "1400")!))
        #expect(throws: OrderRefusal.outsideBand) { try day.act(.modify(resting.id, OrderAmendment(kind: .limit(Price(text: "1300")!)))) }
    }
}
