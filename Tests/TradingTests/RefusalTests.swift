// Every expected no, one test each, and the limits that are met.

import Testing

@testable import Trading

@Suite struct `Refusals` {
    @Test func `capital out of range`() throws {
        try check(
            """
            reset 0             → refused capital_out_of_range
            reset 10000000001   → refused capital_out_of_range
            reset 10000000000   → available 10_000_000_000
            """)
    }

    @Test func `duplicate client order id`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY market key=a     → filled 1 @ 1500
            buy 1 INFY market key=a     → refused duplicate_client_order_id
            """)
    }

    @Test func `unknown order`() throws {
        try check(
            """
            cancel #7                   → refused unknown_order
            modify #7 quantity 5        → refused unknown_order
            """)
    }

    @Test func `order not open`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY market           → complete
            cancel #1                   → refused order_not_open
            modify #1 quantity 5        → refused order_not_open
            """)
    }

    @Test func `unknown instrument`() throws {
        try check("buy 1 NOWHERE market → refused unknown_instrument")
    }

    @Test func `an index is not tradable`() throws {
        try check("buy 1 NIFTY50 market → refused not_tradable")
    }

    @Test func `quantity not positive`() throws {
        try check(
            """
            buy 0 INFY market           → refused quantity_not_positive
            buy -5 INFY limit 1490      → refused quantity_not_positive
            """)
    }

    @Test func `quantity too large for one order`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1000000000.00000001 INFY limit 0.10 → refused quantity_too_large
            buy 1000000001 INFY limit 0.10          → refused quantity_too_large
            buy 1000000000 INFY limit 0.10          → rejected insufficient_funds
            """)
    }

    @Test func `quantity too large for what one position may turn over`() throws {
        var story = Story()
        try story.tell("capital 10000000000")
        try story.tell("last BTC 0.02")
        for _ in 0..<25 {
            try story.tell("buy 1000000000 BTC market → complete")
            try story.tell("sell 999999999 BTC market → complete")
        }
        try story.tell(
            """
            sell 25 BTC market              → position 0
            """)
        for _ in 0..<50 { try story.tell("buy 1000000000 BTC market → complete") }
        try story.tell(
            """
            buy 1 BTC market                → refused quantity_too_large
            """)
        for _ in 0..<50 { try story.tell("sell 1000000000 BTC market → complete") }
        try story.tell("buy 1 BTC market → complete, position 1")
    }

    @Test func `price not positive`() throws {
        try check(
            """
            buy 1 INFY limit 0              → refused price_not_positive
            buy 1 INFY stop -1              → refused price_not_positive
            buy 1 INFY stop 10 limit 0      → refused price_not_positive
            """)
    }

    @Test func `price too large`() throws {
        try check(
            """
            buy 1 INFY limit 1000000000.10  → refused price_too_large
            buy 1 INFY stop 1000000000.10   → refused price_too_large
            buy 1 INFY limit 1000000000     → rejected insufficient_funds
            """)
    }

    @Test func `quantity below filled`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 last 1500
            buy 10 INFY limit 1500          → filled 5 @ 1500
            modify #1 quantity 4            → refused quantity_below_filled
            """)
    }

    @Test func `quantity not whole lots`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1.5 INFY market             → rejected quantity_not_whole_lots
            quote NIFTYFUT 25999 26000
            buy 64 NIFTYFUT market NRML     → rejected quantity_not_whole_lots
            """)
    }

    @Test func `price off the tick`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY limit 1499.95        → rejected price_off_tick
            buy 1 INFY stop 1510.01         → rejected price_off_tick
            buy 1 INFY limit 1499.90        → open
            modify #3 limit 1499.95         → refused price_off_tick
            """)
    }

    @Test func `too many open orders`() throws {
        var story = Story()
        try story.tell("quote INFY 1499.90 1500.00")
        for number in 0..<PaperLimits.workingOrders {
            let draft = OrderDraft(
                instrument: Story.id("INFY"), side: .buy, product: .intraday, kind: .limit(Price(text: "1")!), quantity: Quantity(whole: 1))
            let command = PaperCommand.place(draft, as: OrderID("Q\(number)")!)
            story.account.apply(try story.account.decide(command, market: story.market, at: story.now))
        }
        #expect(story.account.workingCount == PaperLimits.workingOrders)
        try story.tell(
            """
            buy 1 INFY limit 1              → rejected too_many_open_orders
            """)
    }

    @Test func `market closed`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY limit 1490           → open
            close
            buy 1 INFY market               → rejected market_closed
            buy 1 INFY limit 1490           → rejected market_closed
            modify #1 quantity 2            → refused market_closed
            quote INFY 1400 1400.10         → no fills
            cancel #1                       → cancelled
            """)
    }

    @Test func `no price`() throws {
        try check(
            """
            buy 1 GHOST market              → rejected no_price
            buy 1 GHOST limit 10 IOC        → rejected no_price
            quote INFY 1499.90 1500.00
            buy 1 INFY limit 1400           → open
            stale
            buy 1 INFY market               → rejected no_price
            modify #3 limit 1600            → refused no_price
            modify #3 quantity 2            → open, pending 2
            """)
    }

    @Test func `insufficient holdings`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            sell 1 INFY limit 1600 CNC      → rejected insufficient_holdings
            """)
    }

    @Test func `insufficient funds, with the figures in the sentence`() throws {
        var story = Story()
        try story.tell(
            """
            capital 9000
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490          → rejected insufficient_funds, held 0, available 9_000
            """)
        #expect(
            story.account.order(Story.orderID("1"))?.reason
                == "Insufficient funds: this order needs ₹14,900.00, available ₹9,000.00.")
    }

    @Test func `a refused order stands in the book and works nowhere`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 100 INFY limit 1490         → rejected insufficient_funds
            quote INFY 1400.00 1400.10      → no fills
            """)
        #expect(story.account.orderCount == 1 && story.account.workingOrders.isEmpty)
        #expect(story.account.instrumentsOfInterest.isEmpty)
    }

    @Test func `every case says what to do and has a code of its own`() {
        for refusal in OrderRefusal.allCases {
            #expect(refusal.advice.hasSuffix("."))
            #expect(!refusal.advice.contains("_"))
        }
        #expect(Set(OrderRefusal.allCases.map(\.advice)).count == OrderRefusal.allCases.count)
        #expect(OrderRefusal.quantityNotPositive.isMalformed && !OrderRefusal.insufficientFunds.isMalformed)
    }
}

@Suite struct `A book that is full` {
    @Test func `takes no further order until it begins anew`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY market           → filled 1 @ 1500.00
            sell 1 INFY limit 1600      → open
            """)
        var full = story.account
        full.orderLimit = full.orderCount
        let draft = OrderDraft(
            instrument: Story.id("INFY"), side: .buy, product: .intraday, kind: .limit(Price(text: "1400")!), quantity: Quantity(whole: 1))
        let place = PaperCommand.place(draft, as: OrderID("PNEXT")!)
        #expect(throws: OrderRefusal.bookFull) { try full.decide(place, market: story.market, at: story.now) }
        full.apply(try full.decide(.cancel(full.workingOrders[0].id), market: story.market, at: story.now))
        #expect(full.workingCount == 0, "what stands can still be cancelled")
        full.apply(try full.decide(.reset(capital: Money(whole: 50_000)), market: story.market, at: story.now))
        full.apply(try full.decide(place, market: story.market, at: story.now))
        #expect(full.orderCount == 1)
    }
}
