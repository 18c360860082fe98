// Limits and kill switches: what they stop, what they say, and that nothing of it ever keeps a position from getting smaller.

import Testing

@testable import Trading

@Suite struct `Risk limits` {
    private static let stop = KillSwitch(scope: .book, since: Story.start, actor: "ASHA", reason: "lunch")

    private func story(_ limits: RiskLimits, _ text: String) throws -> Story {
        var story = Story()
        story.account.risk.limits = limits
        try story.tell(text)
        return story
    }

    private func reason(_ number: Int, _ story: Story) -> String { story.account.order(Story.orderID(String(number)))?.reason ?? "" }

    @Test func `of one order's value count price times quantity`() throws {
        let told = try story(
            RiskLimits(orderValue: Money(whole: 1_000)),
            """
            quote INFY 99.90 100
            buy 10 INFY market         → filled 10 @ 100
            buy 11 INFY market         → rejected order_value_limit
            buy 11 INFY limit 90       → open
            buy 12 INFY limit 90       → rejected order_value_limit
            modify #3 quantity 12      → refused order_value_limit
            modify #3 quantity 10      → open
            sell 10 INFY market        → filled 10 @ 99.90
            """)
        #expect(reason(2, told).contains("₹1,100.00") && reason(2, told).contains("₹1,000.00"), "\(reason(2, told))")
    }

    @Test func `of orders a day begin anew at midnight in India, and rejected ones do not count`() throws {
        let told = try story(
            RiskLimits(ordersPerDay: 2),
            """
            quote INFY 99.90 100
            buy 1 INFY market
            buy 9999 INFY market       → rejected insufficient_funds
            buy 1 INFY market          → filled 1 @ 100
            buy 1 INFY market          → rejected orders_per_day_limit
            sell 2 INFY market         → filled 2 @ 99.90
            pass 86400
            quote INFY 99.90 100
            buy 1 INFY market          → filled 1 @ 100
            """)
        #expect(reason(4, told).contains("until 2026-11-21 00:00 IST"), "\(reason(4, told))")
    }

    @Test func `of positions count those that working orders would open`() throws {
        let told = try story(
            RiskLimits(openPositions: 2),
            """
            quote INFY 99.90 100
            quote SBIN 49.95 50
            quote BTC 9 10
            buy 1 INFY market
            buy 1 SBIN limit 40        → open
            buy 1 BTC market           → rejected open_positions_limit
            buy 5 INFY market          → filled 5 @ 100
            buy 2 SBIN limit 41        → open
            buy 1 SBIN limit 41 CNC    → rejected open_positions_limit
            sell 9 INFY market         → filled 9 @ 99.90
            sell 1 BTC market          → rejected open_positions_limit
            buy 3 INFY market          → filled 3 @ 100
            buy 1 BTC market           → filled 1 @ 10
            """)
        #expect(reason(3, told).contains("2 positions"))
    }

    @Test func `of the day's loss count what is realised and what is open, and a gain is no loss`() throws {
        var told = try story(
            RiskLimits(dayLoss: Money(whole: 100)),
            """
            quote INFY 99.90 100
            buy 10 INFY market
            quote INFY 250 250.10
            buy 1 INFY market          → filled 1 @ 250.10
            quote INFY 88 88.10
            buy 1 INFY market          → rejected day_loss_limit
            sell 4 INFY market         → filled 4 @ 88
            buy 1 INFY limit 80        → rejected day_loss_limit
            """)
        #expect(reason(3, told).contains("loss of ₹100.00") && reason(3, told).contains("2026-11-21 00:00 IST"), "\(reason(3, told))")
        let trip = try #require(told.account.dayLossTrip(told.market, at: told.now))
        #expect(trip.result < Money(whole: -100) && trip.limit == Money(whole: 100))
        // Noted, it holds although the price comes back, until the day ends.
        told.account.risk.dayLossTrip = trip
        try told.tell(
            """
            quote INFY 300 300.10
            buy 1 INFY market          → rejected day_loss_limit
            pass 86400
            quote INFY 300 300.10
            buy 1 INFY market          → filled 1 @ 300.10
            """)
    }

    @Test func `of instruments stop what opens in them and nothing else`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 99.90 100
            quote SBIN 49.95 50
            buy 10 INFY market
            buy 3 INFY limit 90
            """)
        story.account.risk.limits.banned = [Story.id("INFY")]
        try story.tell(
            """
            buy 1 INFY market          → rejected instrument_banned
            buy 1 SBIN market          → filled 1 @ 50
            modify #2 quantity 4       → refused instrument_banned
            modify #2 limit 91         → refused instrument_banned
            modify #2 quantity 2       → open
            quote INFY 80 80.10        → no fills, #2 cancelled risk_stop
            sell 10 INFY market        → filled 10 @ 80
            """)
    }

    @Test func `and switches leave exits to fill, and never more than there is to close`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 99.90 100
            buy 10 INFY market
            sell 10 INFY limit 110
            sell 10 INFY stop 90
            buy 5 INFY limit 80
            buy 5 SBIN limit 40
            """)
        story.account.risk.stops = [Self.stop]
        #expect(story.account.openingOrders().map(\.id.text) == ["P4", "P5"])
        let events = try story.account.decide(.cancelOpening, market: story.market, at: story.now)
        story.account.apply(events)
        try Books.check(withoutRisk(story.account), "cancelOpening")
        #expect(story.account.order(Story.orderID("4"))?.reasonCode == "risk_stop")
        try story.tell(
            """
            buy 1 INFY market          → rejected kill_switch
            sell 1 SBIN limit 60       → rejected kill_switch
            sell 4 INFY market         → filled 4 @ 99.90
            sell 7 INFY market         → rejected kill_switch
            quote INFY 111 111.10      → fills 6 @ 110, #2 cancelled risk_stop
            quote INFY 89 89.10        → no fills, #3 cancelled risk_stop
            """)
        #expect(story.account.positions.isEmpty)
        #expect(reason(6, story).contains("this book") && reason(6, story).contains("2026-11-20 11:00 IST (lunch)"), "\(reason(6, story))")
    }

    @Test func `stay over a reset`() throws {
        var story = Story()
        story.account.risk.stops = [Self.stop]
        try story.tell("reset 50000")
        #expect(story.account.risk.stops == [Self.stop])
    }

    @Test func `hold for an estimate too, with the whole book in view`() throws {
        let told = try story(
            RiskLimits(openPositions: 1),
            """
            quote INFY 99.90 100
            buy 1 INFY market
            """)
        let draft = OrderDraft(instrument: Story.id("SBIN"), side: .buy, product: .intraday, kind: .market, quantity: Quantity(whole: 1))
        #expect(told.account.riskRefusal(to: draft, told.market, at: told.now)?.refusal == .openPositionsLimit)
        var exit = draft
        exit.instrument = Story.id("INFY")
        exit.side = .sell
        #expect(told.account.riskRefusal(to: exit, told.market, at: told.now) == nil)
    }

    /// The rules are not of the book's rows, so a restored book has none.
    private func withoutRisk(_ account: PaperAccount) -> PaperAccount {
        var account = account
        account.risk = .none
        return account
    }

    @Test func `never refuse what only reduces, nor a smaller order, in any book by chance`() throws {
        let limitCodes: Set<String> = [
            "kill_switch", "instrument_banned", "order_value_limit", "orders_per_day_limit", "open_positions_limit", "day_loss_limit",
        ]
        var (reducing, refused, stoppedFills) = (0, 0, 0)
        for seed: UInt64 in 0..<150 {
            var random = SeededRandom(seed: seed)
            var story = Story()
            try story.tell("quote INFY 99.90 100\nquote SBIN 49.95 50\nquote BTC 9 10")
            for step in 0..<60 {
                if random.next() % 12 == 0 {
                    var rules = RiskRules()
                    if random.next() % 3 == 0 { rules.limits.orderValue = Money(whole: Int64(random.next() % 2_000)) }
                    if random.next() % 3 == 0 { rules.limits.ordersPerDay = Int(random.next() % 12) }
                    if random.next() % 3 == 0 { rules.limits.openPositions = Int(random.next() % 3) }
                    if random.next() % 3 == 0 { rules.limits.dayLoss = Money(whole: Int64(random.next() % 50)) }
                    if random.next() % 3 == 0 { rules.limits.banned = [Story.id("INFY")] }
                    if random.next() % 4 == 0 { rules.stops = [Self.stop] }
                    story.account.risk = rules
                }
                let symbol = ["INFY", "SBIN", "BTC"][Int(random.next() % 3)]
                let last = ["INFY": 100, "SBIN": 50, "BTC": 10][symbol]! + Int(random.next() % 9) - 4
                let before = story.account
                if random.next() % 3 == 0 {
                    let tick = Tick(
                        instrument: Story.id(symbol), at: story.now, lastPrice: Price(text: "\(last)")!, lastQuantity: .zero,
                        dayVolume: .zero, traded: Quantity(whole: 50),
                        depth: Depth(
                            bids: [DepthLevel(price: Price(text: "\(last - 1)")!, quantity: Quantity(whole: 30), orders: 1)],
                            asks: [DepthLevel(price: Price(text: "\(last)")!, quantity: Quantity(whole: 30), orders: 1)]))
                    story.market.take(tick)
                    story.now = story.now + .seconds(1)
                    let events = try story.account.decide(.tick(tick), market: story.market, at: story.now)
                    story.account.apply(events)
                    if story.account.risk.reducesOnly(tick.instrument, at: story.now) {
                        for event in events {
                            guard case .orderFilled(_, let trade, _) = event else { continue }
                            stoppedFills += 1
                            let held = before.positions[trade.positionKey]?.quantity ?? .zero
                            let now = story.account.positions[trade.positionKey]?.quantity ?? .zero
                            #expect(now == .zero || (now.isNegative == held.isNegative && now.magnitude <= held.magnitude), "seed \(seed)")
                        }
                    }
                    continue
                }
                let kind: OrderKind =
                    switch random.next() % 3 {
                    case 0: .market
                    case 1: .limit(Price(text: "\(last + Int(random.next() % 5) - 2)")!)
                    default: .stop(trigger: Price(text: "\(last + Int(random.next() % 5) - 2)")!)
                    }
                let draft = OrderDraft(
                    instrument: Story.id(symbol), side: random.next() % 2 == 0 ? .buy : .sell, product: .intraday, kind: kind,
                    quantity: Quantity(whole: Int64(random.next() % 20) + 1))
                let id = OrderID("PR\(step)")!
                let events = try story.account.decide(.place(draft, as: id), market: story.market, at: story.now)
                story.account.apply(events)
                try Books.check(withoutRisk(story.account), "seed \(seed) step \(step)")
                let placed = try #require(story.account.order(id))
                let key = PositionKey(instrument: draft.instrument, product: draft.product)
                let reduces = draft.quantity <= before.closable(draft.side, key)
                if reduces {
                    reducing += 1
                    #expect(!limitCodes.contains(placed.reasonCode ?? ""), "seed \(seed) step \(step): \(placed.reasonCode ?? "")")
                } else if limitCodes.contains(placed.reasonCode ?? "") {
                    refused += 1
                    #expect(placed.reason?.isEmpty == false)
                }
                guard let order = story.account.workingOrders.randomElement(using: &random), order.pendingQuantity > Quantity(whole: 1)
                else { continue }
                let smaller = OrderAmendment(quantity: order.filledQuantity + Quantity(whole: 1))
                do throws(OrderRefusal) {
                    story.account.apply(try story.account.decide(.modify(order.id, smaller), market: story.market, at: story.now))
                } catch {
                    #expect(!limitCodes.contains(error.rawValue), "seed \(seed) step \(step): a smaller order")
                }
            }
        }
        #expect(reducing > 300 && refused > 300 && stoppedFills > 5, "\(reducing) \(refused) \(stoppedFills)")
    }
}
