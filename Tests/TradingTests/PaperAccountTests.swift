// The book around its orders: what it hands out, how it comes back from disk, and a long seeded life.

import Testing

@testable import Trading

@Suite struct `A paper account` {
    @Test func `lists orders newest first, page by page`() throws {
        var story = Story()
        try story.tell("quote INFY 1499.90 1500.00")
        for _ in 0..<7 { try story.tell("buy 1 INFY limit 1400 → open") }
        try story.tell("cancel #3 → cancelled")
        let first = story.account.orders(limit: 3).map(\.id.text)
        #expect(first == ["P7", "P6", "P5"])
        #expect(story.account.orders(after: OrderID("P5"), limit: 3).map(\.id.text) == ["P4", "P3", "P2"])
        #expect(story.account.orders(after: OrderID("P2"), limit: 3).map(\.id.text) == ["P1"])
        #expect(story.account.orders(after: OrderID("P1"), limit: 3).isEmpty)
        #expect(story.account.orders(after: OrderID("P99"), limit: 3).isEmpty)
        #expect(story.account.orders(limit: 9) { $0.state == .cancelled }.map(\.id.text) == ["P3"])
    }

    @Test func `finds an order by the client's own key`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY limit 1400 key=mine      → open
            """)
        #expect(story.account.order(clientOrderID: "mine")?.id == OrderID("P1"))
        #expect(story.account.order(clientOrderID: "other") == nil)
    }

    @Test func `wants the ticks of its working orders and positions only`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            quote SBIN 899.95 900.00
            buy 1 INFY market                   → position 1
            buy 1 SBIN limit 800                → open
            """)
        #expect(story.account.instrumentsOfInterest == [Story.id("INFY"), Story.id("SBIN")])
        try story.tell("cancel #2")
        #expect(story.account.instrumentsOfInterest == [Story.id("INFY")])
    }

    @Test func `tells what an act touched, and shows a position that went flat`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market
            sell 10 INFY limit 1600
            """)
        let command = PaperCommand.place(
            OrderDraft(
                instrument: Story.id("INFY"), side: .sell, product: .intraday, kind: .market, quantity: Quantity(whole: 10)),
            as: OrderID("P9")!)
        let touched = story.account.apply(try story.account.decide(command, market: story.market, at: story.now))
        let key = PositionKey(instrument: Story.id("INFY"), product: .intraday)
        #expect(touched.orders == [OrderID("P9")!, OrderID("P2")!], "the older exit now holds funds")
        #expect(touched.positions == [key])
        #expect(touched.trades.map(\.id.text) == ["TP9-1"])
        #expect(story.account.positions[key] == nil)
        #expect(story.account.position(for: key)?.isFlat == true)
        #expect(story.account.position(for: key)?.realised == Money(text: "-1"))
    }

    @Test func `counts the day's result from midnight in India`() throws {
        var story = Story()
        try story.tell(
            """
            last INFY 1500
            buy 10 INFY market
            last INFY 1510
            sell 10 INFY market                 → realised 100
            """)
        #expect(story.account.dayRealised(at: story.now) == Money(whole: 100))
        #expect(story.account.meta(at: story.now + .seconds(86_400)).dayRealised == .zero)
    }

    @Test func `numbers its fills in the trades' ids`() throws {
        var story = Story()
        try story.tell(
            """
            book INFY 5@1499.90 | 5@1500 7@1500.10 last 1500
            buy 20 INFY market
            quote INFY 1499.90 1500.00
            """)
        #expect(story.account.trades.map(\.id.text) == ["TP1-1", "TP1-2", "TP1-3"])
        #expect(story.account.order(OrderID("P1")!)?.averagePrice == Price(text: "1500.035"))
    }
}

@Suite struct `Restoring a book` {
    private func snapshot() throws -> PaperSnapshot {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market
            sell 4 INFY market
            buy 1 INFY limit 1400
            """)
        return story.account.snapshot
    }

    private func expectFailure(_ figure: BooksDoNotAddUp.Figure, _ change: (inout PaperSnapshot) -> Void) throws {
        var snapshot = try snapshot()
        change(&snapshot)
        let failure = #expect(throws: BooksDoNotAddUp.self) { try PaperAccount(restoring: snapshot) }
        #expect(failure?.figure == figure, "\(failure.map(\.description) ?? "none")")
    }

    @Test func `takes what adds up`() throws {
        let snapshot = try snapshot()
        #expect(try PaperAccount(restoring: snapshot).snapshot == snapshot)
    }

    @Test func `refuses figures that trades and orders do not give`() throws {
        try expectFailure(.cash) { $0.meta.cash += Money(units: 1) }
        try expectFailure(.realised) { $0.meta.realised += Money(units: 1) }
        try expectFailure(.reserved) { $0.meta.reserved += Money(units: 1) }
        try expectFailure(.invested) { $0.meta.invested += Money(units: 1) }
        try expectFailure(.available) { $0.meta.available += Money(units: 1) }
        try expectFailure(.charges) { $0.meta.charges += Money(units: 1) }
        try expectFailure(.epoch) { $0.meta.epoch += 1 }
    }

    @Test func `refuses missing or doubled rows`() throws {
        try expectFailure(.position) { $0.trades.removeLast() }
        try expectFailure(.trade) { $0.trades.append($0.trades[0]) }
        try expectFailure(.order) { $0.orders.append($0.orders[0]) }
        try expectFailure(.position) { $0.positions = [] }
        try expectFailure(.position) { $0.positions[0].quantity += Quantity(whole: 1) }
        try expectFailure(.position) { $0.positions[0].cost += Money(units: 1) }
        try expectFailure(.reserved) { $0.orders[2].reserved += Money(units: 1) }
        try expectFailure(.order) { $0.orders[0].reserved = Money(units: 1) }
    }

    @Test func `refuses a trade whose quantity could overflow the position's sums`() throws {
        func trade(_ number: Int, _ quantity: Quantity) -> Trade {
            Trade(
                id: TradeID("T\(number)")!, orderID: OrderID("P1")!, instrument: Story.id("INFY"), product: .intraday, side: .buy,
                quantity: quantity, price: Price(text: "1")!, charges: .zero, realised: nil, rule: .lastPrice, tag: nil, at: Story.start,
                epoch: 1)
        }
        try expectFailure(.trade) { $0.trades.append(trade(1, PaperLimits.turnoverQuantity)) }
        try expectFailure(.trade) { $0.trades.append(trade(1, Quantity(units: .max))) }
        try expectFailure(.trade) { $0.trades.append(trade(1, .zero)) }
    }

    @Test func `holds nothing for orders that never filled in a legacy book`() throws {
        var snapshot = try snapshot()
        snapshot.orders.append(
            Order(
                id: OrderID("PAPER_1")!, instrument: Story.id("INFY"), side: .buy, product: .intraday, placedAt: Story.start,
                kind: .limit(Price(text: "1")!), validity: .day, quantity: Quantity(whole: 5), state: .legacyPending, tag: nil,
                clientOrderID: nil, requestDigest: nil, placedBy: "USER", epoch: 1))
        let account = try PaperAccount(restoring: snapshot)
        #expect(account.workingCount == 1)
        #expect(throws: OrderRefusal.orderNotOpen) {
            try account.decide(.cancel(OrderID("PAPER_1")!), market: StoryMarket(), at: Story.start)
        }
    }
}
