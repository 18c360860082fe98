// What the house does with positions in its own name: at the end of the intraday day, when losses ate the margin, when a contract expires.

import Testing

@testable import Trading

private let infy = PositionKey(instrument: InstrumentID(key: "NSE:INFY")!, product: .intraday)

extension ExchangeDay {
    /// A squaring off as the house asks for it.
    mutating func squareOff(_ key: PositionKey, _ number: Int, _ cause: SquareOffCause = .intradayEnd) throws {
        try act(.squareOff(key, as: Self.orderID(number), cause))
    }

    /// Steps out of a breach as the house takes them; gives what was done.
    mutating func enforceMargin(from number: Int) throws -> [String] {
        var done: [String] = []
        var tried: Set<PositionKey> = []
        while let step = account.marginStep(market, besides: tried), done.count < 20 {
            switch step {
            case .cancelOpening:
                done.append("cancel")
                try act(.freeFunds)
            case .close(let key):
                done.append(key.instrument.symbol)
                tried.insert(key)
                try squareOff(key, number + done.count, .marginBreach)
            }
        }
        return done
    }
}

@Suite struct `Squaring off intraday positions` {
    private func morning(_ charged: Bool = false) throws -> ExchangeDay {
        var day = ExchangeDay("2026-11-20", "11:00:00", capital: 100_000)
        day.market.usesTerms = charged
        try day.quote("NSE:INFY", "1500")
        return day
    }

    @Test func `cancels the product's orders first and then closes at the market, in one act`() throws {
        var day = try morning()
        _ = try day.place("NSE:INFY", .buy, "10")
        _ = try day.place("NSE:INFY", .sell, "10", .stop(trigger: Price(text: "1400")!))
        _ = try day.place("NSE:INFY", .buy, "5", .limit(Price(text: "1450")!))
        _ = try day.place("NSE:INFY", .buy, "2", .limit(Price(text: "1450")!), .delivery)
        day.at("15:20:00")
        try day.quote("NSE:INFY", "1490")
        try day.squareOff(infy, 50)
        #expect([2, 3].map { day.order($0).reasonCode } == ["squared_off", "squared_off"])
        #expect(day.order(4).isWorking, "another product has nothing to do with it")
        #expect(day.told == "10 @ 1490 depth" && day.account.positions.isEmpty)
        let order = day.order(50)
        #expect(order.isHouseOrder && order.tag == "AUTO_SQUAREOFF" && order.reason?.hasPrefix("Squared off") == true)
        #expect(!day.account.needsSquareOff(infy))
        let before = day.account
        try day.squareOff(infy, 51)
        #expect(day.account == before, "asked again it does nothing")
    }

    @Test func `costs the fee of the pack once, whatever the parts it fills in`() throws {
        var day = try morning(true)
        _ = try day.place("NSE:INFY", .sell, "10")
        let opening = day.account.charges
        day.at("15:20:00")
        try day.quote("NSE:INFY", "1500")
        let plain = day.market.terms(for: infy.instrument, .intraday, at: day.now).charges
            .charges(.buy, value: Price(text: "1500.1")!.value(of: Quantity(whole: 10))).total
        try day.squareOff(infy, 50)
        #expect(day.account.charges == opening + plain + Money(whole: 59), "₹50 and 18 % of it")
    }

    @Test func `waits where nothing is quoted, with the orders gone, and is done when a price comes`() throws {
        var day = try morning()
        _ = try day.place("NSE:INFY", .buy, "10")
        _ = try day.place("NSE:INFY", .sell, "10", .limit(Price(text: "1600")!))
        day.at("15:20:00")
        try day.squareOff(infy, 50)
        #expect(day.order(2).reasonCode == "squared_off" && day.account.positions[infy] != nil)
        #expect(day.account.order(ExchangeDay.orderID(50)) == nil && day.account.needsSquareOff(infy))
        try day.quote("NSE:INFY", "1480")
        try day.squareOff(infy, 51)
        #expect(day.told == "10 @ 1480 depth" && day.account.positions.isEmpty)
    }

    @Test func `leaves a rest that no depth took working, and the next ticks close it`() throws {
        var day = try morning()
        _ = try day.place("NSE:INFY", .buy, "10")
        day.at("15:20:00")
        let thin = Tick(
            instrument: infy.instrument, at: day.now, lastPrice: Price(text: "1490")!, lastQuantity: .zero, dayVolume: .zero,
            depth: Depth(
                bids: [DepthLevel(price: Price(text: "1489")!, quantity: Quantity(whole: 4), orders: 1)],
                asks: [DepthLevel(price: Price(text: "1491")!, quantity: Quantity(whole: 4), orders: 1)]))
        day.market.quotes[infy.instrument] = Quote(
            instrument: thin.instrument, at: day.now, lastPrice: thin.lastPrice, lastQuantity: .zero, dayVolume: .zero, depth: thin.depth,
            open: thin.lastPrice, high: thin.lastPrice, low: thin.lastPrice, previousClose: thin.lastPrice)
        try day.squareOff(infy, 50)
        #expect(day.told == "4 @ 1489 depth" && day.order(50).pendingQuantity == Quantity(whole: 6))
        #expect(day.account.isBeingClosed(infy) && !day.account.needsSquareOff(infy))
        try day.quote("NSE:INFY", "1488")
        #expect(day.told == "6 @ 1488 depth" && day.account.positions.isEmpty)
    }

    @Test func `takes no opening intraday order afterwards, but a closing one and other products`() throws {
        var day = try morning()
        _ = try day.place("NSE:INFY", .buy, "10")
        day.at("15:20:00")
        try day.quote("NSE:INFY", "1490")
        #expect(try day.place("NSE:INFY", .buy, "1").reasonCode == "intraday_over")
        #expect(try day.place("NSE:INFY", .sell, "11").reasonCode == "intraday_over")
        #expect(try day.place("NSE:INFY", .sell, "4").state == .filled)
        #expect(try day.place("NSE:INFY", .buy, "1", .market, .delivery).state == .filled)
        day.at("15:19:59")
        let resting = try day.place("NSE:INFY", .sell, "6", .limit(Price(text: "1600")!))
        day.at("15:20:00")
        #expect(throws: OrderRefusal.intradayOver) { try day.act(.modify(resting.id, OrderAmendment(quantity: Quantity(whole: 7)))) }
    }

    @Test func `meets a stop that filled on the same tick with nothing left to do`() throws {
        var day = try morning()
        _ = try day.place("NSE:INFY", .buy, "10")
        _ = try day.place("NSE:INFY", .sell, "10", .stop(trigger: Price(text: "1450")!))
        day.at("15:20:00")
        try day.quote("NSE:INFY", "1440")
        #expect(day.account.positions.isEmpty)
        try day.squareOff(infy, 50)
        #expect(day.account.order(ExchangeDay.orderID(50)) == nil)
    }
}

@Suite struct `A breach of margins` {
    private func margined(capital: Int64) throws -> ExchangeDay {
        var day = ExchangeDay("2026-11-20", "11:00:00", capital: capital)
        day.market.usesTerms = true
        try day.quote("NSE:INFY", "1000")
        try day.quote("NSE:RELIANCE", "1000")
        return day
    }

    @Test func `begins where half of the margin is left and not before`() throws {
        var day = try margined(capital: 21_000)
        _ = try day.place("NSE:INFY", .buy, "100")
        #expect(day.account.isOnMargin)
        try day.quote("NSE:INFY", "890.5")
        #expect(day.account.marginSlack(day.market) > .zero)
        #expect(day.account.marginStep(day.market, besides: []) == nil)
        try day.quote("NSE:INFY", "889")
        #expect(day.account.marginStep(day.market, besides: []) == .close(infy))
        #expect(try day.enforceMargin(from: 50) == ["INFY"])
        #expect(day.account.positions.isEmpty && day.account.available > .zero)
        #expect(day.order(51).tag == "MARGIN_SQUAREOFF")
    }

    @Test func `cancels what would open first, then closes the largest margins until it is over`() throws {
        var day = try margined(capital: 40_500)
        _ = try day.place("NSE:INFY", .buy, "60")
        _ = try day.place("NSE:RELIANCE", .buy, "100")
        _ = try day.place("NSE:INFY", .buy, "30", .limit(Price(text: "950")!), .intraday)
        let reserved = day.account.reserved
        #expect(reserved > .zero)
        // What the order held is enough for the maintenance: it alone goes.
        try day.quote("NSE:RELIANCE", "812")
        #expect(try day.enforceMargin(from: 50) == ["cancel"])
        #expect(day.order(3).reasonCode == "margin_breach" && day.account.positions.count == 2)
        // A further fall: the larger margin goes and the smaller one stays.
        try day.quote("NSE:RELIANCE", "740")
        #expect(try day.enforceMargin(from: 60) == ["RELIANCE"])
        #expect(day.account.positions.count == 1 && day.account.marginSlack(day.market) >= .zero)
    }

    @Test func `negative equity: a gap through everything closes all of it, and the loss is the book's`() throws {
        var day = try margined(capital: 20_500)
        _ = try day.place("NSE:INFY", .sell, "100")
        try day.quote("NSE:INFY", "1300")
        #expect(day.account.available + day.account.resultOnMargin(day.market, besides: nil) < .zero)
        #expect(try day.enforceMargin(from: 50) == ["INFY"])
        #expect(day.account.positions.isEmpty && day.account.cash < .zero && day.account.available == day.account.cash)
        #expect(FundsProof(of: day.account.snapshot).addsUp)
        #expect(try day.place("NSE:INFY", .buy, "1").reasonCode == "insufficient_funds")
        #expect(try day.enforceMargin(from: 60) == [])
        try day.act(.reset(capital: Money(whole: 100_000)))
        #expect(try day.place("NSE:INFY", .buy, "1").state == .filled)
    }

    @Test func `goes on with the next position where one has no price`() throws {
        var day = try margined(capital: 41_000)
        _ = try day.place("NSE:INFY", .buy, "100")
        _ = try day.place("NSE:RELIANCE", .buy, "90")
        day.at("11:00:20")
        try day.quote("NSE:RELIANCE", "600")
        #expect(try day.enforceMargin(from: 50) == ["INFY", "RELIANCE"], "INFY, the larger, is not quoted")
        #expect(day.account.positions.keys.map(\.instrument.symbol) == ["INFY"])
        day.at("11:00:30")
        try day.quote("NSE:INFY", "1000")
        #expect(try day.enforceMargin(from: 60) == ["INFY"])
    }

    @Test func `cannot come about between the bands that a book is watched by`() throws {
        var random = SeededRandom(seed: 7)
        var breaches = 0
        for round in 0..<60 {
            var day = try margined(capital: 41_000)
            _ = try day.place("NSE:INFY", round % 2 == 0 ? .buy : .sell, "90")
            _ = try day.place("NSE:RELIANCE", round % 3 == 0 ? .buy : .sell, "90")
            let bands = day.account.marginBands(day.market)
            #expect(bands.count == 2)
            for _ in 0..<40 {
                let prices = ["NSE:INFY", "NSE:RELIANCE"].map { ($0, Price(units: Int64(700 + random.next() % 600) * fixedPointScale)) }
                for (key, price) in prices { try day.quote(key, price.text) }
                let isQuiet = prices.allSatisfy { key, price in
                    let band = bands[InstrumentID(key: key)!]!
                    return price > band.low && price < band.high
                }
                let isBreach = day.account.marginStep(day.market, besides: []) != nil
                if isBreach { breaches += 1 }
                #expect(!(isQuiet && isBreach), "round \(round): \(prices)")
            }
        }
        #expect(breaches > 50)
    }

    @Test func `concerns no book that paid in full`() throws {
        var day = try margined(capital: 100_000)
        _ = try day.place("NSE:INFY", .buy, "90", .market, .delivery)
        try day.quote("NSE:INFY", "1")
        #expect(!day.account.isOnMargin && day.account.marginBands(day.market).isEmpty)
        #expect(day.account.marginStep(day.market, besides: []) == nil)
    }
}

@Suite struct `The end of a contract` {
    private let call = PositionKey(instrument: InstrumentID(key: "NFO:NIFTY26NOV26000CE")!, product: .carry)
    private let put = PositionKey(instrument: InstrumentID(key: "NFO:NIFTY26NOV26000PE")!, product: .carry)

    private func lastDay() throws -> ExchangeDay {
        var day = ExchangeDay(
            "2026-11-24", "00:00:00", capital: 1_000_000, rules: try RulePack.builtIn.overlaid(with: "2026-11-24 special NSE regular"))
        day.market.usesTerms = true
        day.at("12:00:00")
        for key in ["NFO:NIFTY26NOV26000CE", "NFO:NIFTY26NOV26000PE"] { try day.quote(key, "100") }
        return day
    }

    @Test func `an option in the money is exercised for what it is worth, and its holder pays the tax on that`() throws {
        var day = try lastDay()
        _ = try day.place("NFO:NIFTY26NOV26000CE", .buy, "65", .market, .carry)
        _ = try day.place("NFO:NIFTY26NOV26000CE", .sell, "65", .limit(Price(text: "500")!), .carry)
        let charges = day.account.charges
        day.at("15:40:00")
        try day.act(.settle(call, at: Price(text: "120")!, as: ExchangeDay.orderID(50)))
        #expect(day.order(2).reasonCode == "contract_expired")
        #expect(day.told == "65 @ 120 settlement" && day.account.positions.isEmpty)
        #expect(day.account.charges - charges == Money(text: "11.7"), "0.15 % of 7,800")
        #expect(day.order(50).tag == "EXPIRY" && day.order(50).state == .filled)
    }

    @Test func `a sold option is settled without tax, and a worthless one at nothing`() throws {
        var day = try lastDay()
        _ = try day.place("NFO:NIFTY26NOV26000CE", .sell, "65", .market, .carry)
        _ = try day.place("NFO:NIFTY26NOV26000PE", .buy, "65", .market, .carry)
        let (charges, invested) = (day.account.charges, day.account.invested)
        #expect(invested > .zero)
        day.at("15:40:00")
        try day.act(.settle(call, at: Price(text: "120")!, as: ExchangeDay.orderID(50)))
        #expect(day.account.trades.last?.realised == Money(whole: -1_300) && day.account.charges == charges)
        try day.act(.settle(put, at: .zero, as: ExchangeDay.orderID(51)))
        #expect(day.told == "65 @ 0 settlement" && day.order(51).reason == "The contract expired worthless.")
        #expect(day.account.positions.isEmpty && day.account.invested == .zero && day.account.charges == charges)
        let before = day.account
        try day.act(.settle(put, at: .zero, as: ExchangeDay.orderID(52)))
        #expect(day.account == before, "what is flat is not settled again")
    }
}

@Suite struct `Splits and bonus issues` {
    private let key = PositionKey(instrument: InstrumentID(key: "NSE:INFY")!, product: .delivery)

    @Test func `give more for the same cost, and cancel orders at prices of before`() throws {
        var day = ExchangeDay("2026-11-20", "11:00:00", capital: 100_000)
        try day.quote("NSE:INFY", "1500")
        _ = try day.place("NSE:INFY", .buy, "7", .market, .delivery)
        _ = try day.place("NSE:INFY", .sell, "7", .limit(Price(text: "1600")!), .delivery)
        let (cash, cost) = (day.account.cash, day.account.positions[key]!.cost)
        try day.act(.adjust(key, by: Quantity(whole: 28), mark: "CA-2026-11-20", as: ExchangeDay.orderID(50)))
        let position = day.account.positions[key]!
        #expect(position.quantity == Quantity(whole: 35) && position.cost == cost && position.averagePrice == Price(text: "300.02"))
        #expect(day.account.cash == cash && day.account.realised == .zero && day.account.invested == cost)
        #expect(day.order(2).reasonCode == "corporate_action" && day.told == "28 @ 0 corporate_action")
        try day.quote("NSE:INFY", "310")
        #expect(try day.place("NSE:INFY", .sell, "35", .market, .delivery).state == .filled)
        #expect(day.account.realised == Money(text: "349.3"))
    }
}
