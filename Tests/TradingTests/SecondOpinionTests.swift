// What the second implementation of the paper exchange found, each as the shortest story that shows it.

import Testing

@testable import Trading

@Suite struct `A second reading of the rules` {
    @Test func `adds up for a resting order what an earlier order left of each level`() throws {
        try check(
            """
            capital 100000000
            book NIFTYFUT 65@24990 | 650@25010 last 25000
            sell 650 NIFTYFUT market NRML       → filled 65 @ 24990, pending 585
            sell 130 NIFTYFUT limit 25002 NRML  → open
            book NIFTYFUT 100@25004 100@25003 | 650@25010 last 25005 → fills 65 @ 25004 + 65 @ 25003 + 65 @ 25002, #1 pending 455
            """)
    }

    @Test func `lets an exit at a loss leave the other orders alone`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 1000 1001
            sell 40 INFY market     → filled 40 @ 1000
            sell 8 INFY limit 1100  → open, reserved 1_760
            quote INFY 1099 1099.50
            buy 10 INFY market      → filled 10 @ 1099.50, #2 open, #2 reserved 1_760
            """)
    }

    @Test func `cancels for want of funds only in products that filled`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            book INFY 100@999 | 100@1000 last 1000
            buy 2 INFY market CNC         → filled 2 @ 1000
            sell 30 INFY market           → filled 30 @ 999
            sell 5 INFY limit 1200        → open
            sell 1 INFY limit 1100 CNC    → open
            book INFY 100@1190 | 100@1200 last 1200 traded 10  → filled 1 @ 1100, #3 open, #4 complete
            """)
    }

    @Test func `serves an order that rested before an older one that arrives with the tick`() throws {
        try check(
            """
            book INFY | 5@1500 last 1500
            sell 10 INFY limit 1490   → open
            sell 10 INFY market       → open
            modify #2 limit 1490      → open
            book INFY 5@1490 | 5@1500 last 1500  → filled 5 @ 1490, #1 pending 10, #2 pending 5
            """)
    }

    @Test func `counts a quote that offers nothing as met by a market order`() throws {
        var story = Story()
        try story.tell(
            """
            buy 10 INFY stop 1510                  → waiting
            book INFY 5@1512 | 5@1511 last 1512    → open, no fills
            """)
        #expect(story.account.order(Story.orderID("1"))?.referencePrice == Price(text: "1512"))
    }

    @Test func `takes an immediate order that could only close for an exit`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            book INFY 100@1000 | 100@1001 last 1000
            sell 40 INFY market      → filled 40 @ 1000
            buy 30 INFY limit 900    → open, reserved 0
            book INFY 100@1200 | 5@1201 last 1200
            buy 40 INFY market IOC   → filled 5 @ 1201, cancelled immediate_or_cancel, position -35
            buy 36 INFY limit 1200   → rejected insufficient_funds
            """)
    }

    @Test func `cancels the rest of an order that was served in its turn when the funds are gone`() throws {
        try check(
            """
            capital 11000
            margin MIS 20
            quote SBIN 500 501
            sell 10 SBIN market     → filled 10 @ 500
            book INFY 10@999 | 100@1000 last 1000
            buy 40 INFY limit 999   → open, reserved 7_992
            quote SBIN 999 1000     → no fills
            book INFY 10@999 | 100@1000 last 999 traded 20  → filled 10 @ 999, by queue, #2 cancelled insufficient_funds
            """)
    }

    @Test func `reaches as far as the best level that counts`() {
        let levels = ["0@3", "1501@0", "1499@5"].map { text in
            let parts = text.split(separator: "@")
            return DepthLevel(price: Price(text: parts[0])!, quantity: Quantity(text: parts[1])!, orders: 1)
        }
        let tick = Tick(
            instrument: Story.id("INFY"), at: Story.start, lastPrice: Price(text: "1490")!, lastQuantity: .zero, dayVolume: .zero,
            depth: Depth(bids: levels, asks: levels.reversed()))
        #expect(TickReach(tick).highest == Price(text: "1499"))
        #expect(TickReach(tick).lowest == Price(text: "1490"))
    }
}
