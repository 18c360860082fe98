// A book under many random acts: whatever happens, the promises about it hold, and the same seed lives the same life.

import Testing

@testable import Trading

@Suite struct `A random life` {
    /// One life of `acts` acts; gives all events, so that another book can be led through them. With `isChecked`, the books are looked at
    /// again and again on the way.
    private func live(_ seed: UInt64, acts: Int, isChecked: Bool = true) throws -> (account: PaperAccount, events: [[PaperEvent]]) {
        var random = SeededRandom(seed: seed)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var market = StoryMarket()
        let symbols = ["AAA", "BBB", "CCC"]
        var middles = [1_000, 500, 2_000]
        for (index, symbol) in symbols.enumerated() {
            market.instruments[Story.id(symbol)] = Instrument(
                id: Story.id(symbol), token: Int64(index), name: symbol, tickSize: Price(text: "0.10")!,
                lotSize: Quantity(text: index == 2 ? "0.001" : "1")!, kind: "EQ", segment: "NSE", isSimulated: true)
        }
        // Every third life is on margin, every other one is charged.
        let rates = RulePack.builtIn.chargeRates("NSE", .equity, .intraday, on: CivilDate("2026-11-20")!)!
        let margin = seed % 3 == 0 ? Rate(percent: "20%")! : .full
        market.set(.intraday) { _ in TradingTerms(longMargin: margin, shortMargin: margin, charges: seed % 2 == 0 ? rates : .free) }
        var account = PaperAccount(opening: Money(whole: 15_000), at: Story.start)
        var now = Story.start
        var all: [[PaperEvent]] = []
        var placed = 0
        func price(_ ticks: Int) -> Price { Price(units: Int64(max(1, ticks)) * 10_000_000) }
        func randomKind(_ middle: Int) -> OrderKind {
            let limit = price(middle * 10 + below(200) - 100)
            let trigger = price(middle * 10 + below(200) - 100)
            return switch below(5) {
            case 0: .stop(trigger: trigger)
            case 1: .stopLimit(trigger: trigger, limit: limit)
            case 2: .market
            default: .limit(limit)
            }
        }
        for act in 0..<acts {
            now = now + .milliseconds(Int64(1 + below(700)))
            let which = below(3)
            let symbol = Story.id(symbols[which])
            let command: PaperCommand
            switch below(20) {
            case 0..<9:
                // Now and then the price halves or doubles, which gaps through stops.
                let moved = below(15) == 0 ? middles[which] * (50 + below(151)) / 100 : middles[which] + below(9) - 4
                middles[which] = min(max(100, moved), 4_000)
                let middle = middles[which] * 10
                let hasDepth = below(4) > 0
                let bids = (0..<below(4)).map { level in
                    DepthLevel(price: price(middle - 1 - level), quantity: Quantity(whole: Int64(1 + below(12))), orders: 1)
                }
                let asks = (0..<below(4)).map { level in
                    DepthLevel(price: price(middle + below(2) + level * 2), quantity: Quantity(whole: Int64(1 + below(12))), orders: 1)
                }
                let tick = Tick(
                    instrument: symbol, at: now, lastPrice: price(middle + below(3) - 1), lastQuantity: .zero, dayVolume: .zero,
                    traded: Quantity(whole: Int64(max(0, below(40) - 20))), depth: hasDepth ? Depth(bids: bids, asks: asks) : .none)
                market.take(tick)
                command = .tick(tick)
            case 9..<16:
                placed += 1
                let units = which == 2 ? Int64(1 + below(3_000)) * 100_000 : Int64(1 + below(6)) * fixedPointScale
                let draft = OrderDraft(
                    instrument: symbol, side: below(2) == 0 ? .buy : .sell, product: below(4) == 0 ? .delivery : .intraday,
                    kind: randomKind(middles[which]), validity: below(6) == 0 ? .immediateOrCancel : .day, quantity: Quantity(units: units))
                command = .place(draft, as: OrderID("P\(placed)")!)
            case 16..<18:
                let working = account.workingOrders
                guard !working.isEmpty else { continue }
                let order = working[below(working.count)]
                let amendment = OrderAmendment(
                    quantity: below(2) == 0 ? order.quantity + Quantity(units: market.instruments[order.instrument]!.lotSize.units) : nil,
                    kind: below(2) == 0 ? randomKind(middles[symbols.firstIndex(of: order.instrument.symbol)!]) : nil)
                command = .modify(order.id, amendment)
            case 18:
                let working = account.workingOrders
                guard !working.isEmpty else { continue }
                command = .cancel(working[below(working.count)].id)
            default:
                guard below(5) == 0 || account.available < .zero else { continue }
                command = below(3) == 0 ? .expireDay : .reset(capital: Money(whole: Int64(8_000 + below(30_000))))
            }
            let before = account
            let events: [PaperEvent]
            do { events = try account.decide(command, market: market, at: now) } catch { continue }
            if case .tick(let tick) = command, account.quietBand(in: symbol).map({ $0.contains(TickReach(tick)) }) ?? true {
                #expect(events.isEmpty, "seed \(seed), act \(act): a tick inside the quiet band does something")
            }
            account.apply(events)
            all.append(events)
            let line = "seed \(seed), act \(act): \(command)"
            let closedAtLoss = events.contains { event in
                if case .orderFilled(_, let trade, _) = event { trade.realised.map { $0 < trade.charges } ?? false } else { false }
            }
            if account.available < .zero {
                #expect(closedAtLoss || account.available >= before.available, "\(line): available \(account.available.text)")
            }
            #expect(
                account.positions.values.allSatisfy { $0.key.product != .delivery || $0.quantity > .zero },
                "\(line): delivery is never short")
            guard isChecked else { continue }
            if act % 50 == 0 {
                try Books.check(account, line)
            } else if act % 5 == 0 {
                Books.checkSums(account, line)
            }
        }
        return (account, all)
    }

    private func kind(_ event: PaperEvent) -> String {
        switch event {
        case .orderAccepted: "accepted"
        case .orderRejected: "rejected"
        case .orderModified: "modified"
        case .orderTriggered: "trigger"
        case .orderFilled(_, let trade, _): trade.realised == nil ? "fill" : "closing fill"
        case .orderCancelled(_, _, let code, _): code ?? "cancelled"
        case .bookReset: "reset"
        case .orderHeld: "held"
        case .holdsSettled: "settled"
        case .orderMet: "met"
        case .orderReleased: "released"
        case .orderQueued: "queued"
        }
    }

    @Test func `meets gaps that the funds do not cover`() throws {
        let cancelled = try (1...8 as ClosedRange<UInt64>).map { seed in
            try live(seed, acts: 4_000, isChecked: false).events.joined().filter { kind($0) == "insufficient_funds" }.count
        }
        #expect(cancelled.reduce(0, +) > 3, "\(cancelled)")
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as [UInt64])
    func `keeps the promises`(seed: UInt64) throws {
        let (account, events) = try live(seed, acts: 4_000)
        let told = Dictionary(grouping: events.joined(), by: kind).mapValues(\.count)
        for happening in ["fill", "closing fill", "trigger", "rejected", "modified", "cancelled_by_user", "immediate_or_cancel"] {
            #expect(told[happening, default: 0] > 10, "seed \(seed): \(happening) in \(told)")
        }

        var follower = PaperAccount(opening: Money(whole: 15_000), at: Story.start)
        for batch in events { follower.apply(batch) }
        #expect(follower == account, "seed \(seed): the events alone make the same book")

        let again = try live(seed, acts: 4_000, isChecked: false)
        #expect(again.events == events, "seed \(seed): the same life twice")
    }
}

@Suite struct `A large book` {
    @Test func `of fifty thousand orders places and fills without looking through them`() throws {
        var market = StoryMarket()
        let id = Story.id("INFY")
        market.instruments[id] = Instrument(
            id: id, token: 1, name: "", tickSize: Price(text: "0.10")!, lotSize: Quantity(whole: 1), kind: "EQ", segment: "NSE",
            isSimulated: true)
        let tick = Tick(
            instrument: id, at: Story.start, lastPrice: Price(text: "100")!, lastQuantity: .zero, dayVolume: .zero, depth: .none)
        market.take(tick)
        var account = PaperAccount(opening: Money(whole: 100_000_000), at: Story.start)
        func place(_ numbers: Range<Int>) throws -> Duration {
            try ContinuousClock().measure {
                for number in numbers {
                    let draft = OrderDraft(
                        instrument: id, side: number % 2 == 0 ? .buy : .sell, product: .intraday, kind: .market,
                        quantity: Quantity(whole: 1))
                    account.apply(try account.decide(.place(draft, as: OrderID("P\(number)")!), market: market, at: Story.start))
                }
            }
        }
        // The quickest of many batches tells what the work takes, whatever else the machine does meanwhile.
        let batches = try stride(from: 0, to: 50_000, by: 1_000).map { try place($0..<$0 + 1_000) }
        let first = try #require(batches.prefix(10).min())
        let last = try #require(batches.suffix(10).min())
        #expect(account.trades.count == 50_000)
        #expect(last < first * 5, "a thousand among the first: \(first), among the last: \(last)")
    }
}
