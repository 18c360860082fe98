// What orders hold, who is refused, and what shorts and reversals cost.

import Testing

@testable import Trading

@Suite struct `Funds and exposure` {
    @Test func `a short blocks its proceeds and its value once more`() throws {
        try check(
            """
            quote INFY 1500.00 1500.10
            sell 10 INFY market         → filled 10 @ 1500, cash 115_000, available 85_000, invested 15_000, position -10 @ 1500
            book INFY 99@1399.90 | 99@1400 last 1400
            buy 10 INFY market          → filled 10 @ 1400, cash 101_000, available 101_000, realised 1_000, position 0
            """)
    }

    @Test func `a resting short sale holds at the last price if that is above its limit`() throws {
        try check(
            """
            last INFY 1500
            sell 10 INFY limit 1520     → open, reserved 15_200
            sell 10 INFY stop 1480      → waiting, reserved 15_000
            """)
    }

    @Test func `a closing order is accepted without any funds`() throws {
        try check(
            """
            capital 15000
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500, available 0
            sell 10 INFY limit 1600     → open, reserved 0, available 0
            cancel #2
            sell 4 INFY market          → filled 4 @ 1499.90
            """)
    }

    @Test func `of two exits of one position the second needs funds`() throws {
        try check(
            """
            capital 15000
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500
            sell 10 INFY limit 1600     → open, reserved 0
            sell 10 INFY stop 1400      → rejected insufficient_funds
            sell 10 INFY market         → rejected insufficient_funds
            cancel #2
            sell 10 INFY stop 1400      → waiting, reserved 0
            """)
    }

    @Test func `with funds a second exit becomes a short when both fill`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500
            sell 10 INFY limit 1600     → open, reserved 0
            sell 10 INFY stop 1400      → waiting, reserved 15_000
            book INFY 99@1399 | 99@1399.10 last 1399.50 → filled 10 @ 1399, #2 reserved 16_000, position 0
            quote INFY 1600 1600.10     → filled 10 @ 1600, position -10 @ 1600
            """)
    }

    @Test func `an exit that lost its position to another is cancelled when the funds do not cover it`() throws {
        try check(
            """
            capital 30000
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500, available 15_000
            sell 10 INFY limit 2800     → open, reserved 0
            sell 10 INFY stop 1450      → waiting, reserved 15_000, available 0
            book INFY 99@1000 | 99@1000.10 last 1000 → filled 10 @ 1000, #2 cancelled insufficient_funds, available 25_000, position 0
            """)
    }

    @Test func `a reversal needs funds for the part beyond flat only`() throws {
        try check(
            """
            capital 15000
            quote INFY 1500.00 1500.10
            sell 5 INFY market          → filled 5 @ 1500, available 7_500
            book INFY 99@1499.90 | 99@1500 last 1500
            buy 15 INFY market          → filled 15 @ 1500, position 10 @ 1500, available 0, realised 0
            sell 25 INFY market         → rejected insufficient_funds
            sell 19 INFY market         → filled 19 @ 1499.90, position -9
            """)
    }

    @Test func `a partial close takes its share of the cost and the last one the rest`() throws {
        try check(
            """
            last INFY 100
            buy 1 INFY market           → filled 1 @ 100
            last INFY 100.10
            buy 2 INFY market           → filled 2 @ 100.10, invested 300.2
            last INFY 110
            sell 1 INFY market          → realised 9.93333333, invested 200.13333333
            sell 1 INFY market          → realised 19.86666666, invested 100.06666666
            sell 1 INFY market          → realised 29.8, invested 0, position 0, cash 100_029.8
            """)
    }

    @Test func `delivery shares cannot be sold twice or before they are held`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            sell 1 INFY market CNC      → rejected insufficient_holdings
            buy 10 INFY market CNC      → filled 10 @ 1500
            sell 6 INFY limit 1600 CNC  → open, reserved 0
            sell 5 INFY market CNC      → rejected insufficient_holdings
            sell 4 INFY market CNC      → filled 4 @ 1499.90
            modify #3 quantity 7        → refused insufficient_holdings
            sell 1 INFY market MIS      → filled 1 @ 1499.90, position -1
            """)
    }

    @Test func `positions of one instrument are kept apart by product`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market CNC      → position 10
            sell 10 INFY market MIS     → position -10, available 70_001
            sell 10 INFY market CNC     → position 0
            """)
    }

    @Test func `carry is taken like intraday`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            sell 1 INFY market NRML     → filled 1 @ 1499.90, position -1
            """)
    }

    @Test func `the end of the day cancels what was valid for it`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 1 INFY limit 1400
            buy 1 INFY stop 1600
            expire                      → held 3000
            pass 86400
            expire                      → #1 cancelled end_of_day, #2 cancelled end_of_day, held 0
            buy 1 INFY limit 1400
            cancelAll                   → #3 cancelled cancelled_by_user
            """)
    }

    @Test func `a reset begins anew and forgets nothing of the epoch before`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500
            buy 1 INFY limit 1400       → open
            """)
        let before = story.account
        let events = try story.account.decide(.reset(capital: Money(whole: 50_000)), market: story.market, at: story.now)
        let touched = story.account.apply(events)
        #expect(story.account.epoch == 2)
        #expect(story.account.capital == Money(whole: 50_000) && story.account.cash == Money(whole: 50_000))
        #expect(story.account.orderCount == 0 && story.account.positions.isEmpty && story.account.trades.isEmpty)
        #expect(touched.archive?.trades == before.trades)
        #expect(touched.archive?.orders.last?.state == .cancelled && touched.archive?.orders.last?.reasonCode == "book_reset")
        #expect(touched.archive?.meta.reserved == .zero && touched.archive?.meta.epoch == 1)
        #expect(touched.orders.isEmpty)
    }
}

@Suite struct `Modifying` {
    @Test func `moves the price and what is held`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490              → reserved 14_900
            modify #1 limit 1480 quantity 5     → open, reserved 7_400
            modify #1 limit 1500                → filled 5 @ 1500
            modify #1 limit 1500                → refused order_not_open
            """)
    }

    @Test func `is tested for funds like placing, and lowering always goes`() throws {
        try check(
            """
            capital 15000
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490              → available 100
            modify #1 quantity 11               → refused insufficient_funds, #1 pending 10
            modify #1 limit 1490.10 quantity 9  → open
            """)
    }

    @Test func `below what is filled is refused`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 last 1500
            buy 10 INFY limit 1500              → filled 5 @ 1500
            modify #1 quantity 5                → refused quantity_below_filled
            modify #1 quantity 6                → open, pending 1
            """)
    }

    @Test func `a new trigger arms a stop again, a new limit of a live one does not`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 5 INFY stop 1510 limit 1512                 → waiting
            quote INFY 1514.90 1515.00                      → open, no fills
            modify #1 stop 1510 limit 1513                  → open, no fills
            modify #1 stop 1520 limit 1525                  → waiting
            modify #1 limit 1515                            → filled 5 @ 1515
            """)
    }

    @Test func `an exit that grows beyond the position needs funds for the difference`() throws {
        try check(
            """
            capital 15000
            quote INFY 1499.90 1500.00
            buy 10 INFY market                  → available 0
            sell 5 INFY limit 1600              → open
            modify #2 quantity 10               → open, reserved 0
            modify #2 quantity 11               → refused insufficient_funds
            """)
    }

    @Test func `to a market order is paid for at the prices of the moment`() throws {
        try check(
            """
            capital 12000
            last INFY 1000
            buy 10 INFY limit 990               → open, reserved 9_900
            last INFY 1300
            modify #1 market                    → refused insufficient_funds
            modify #1 market quantity 9         → filled 9 @ 1300, complete, available 300
            buy 1 GHOST limit 100               → open, reserved 100
            book GHOST 5@150 | 0@0 last 150
            modify #2 market                    → open, no fills, reserved 150
            book GHOST 5@150 | 5@310 last 310   → no fills, #2 cancelled insufficient_funds
            """)
    }

    @Test func `that takes the cover of another exit is tested as a whole`() throws {
        try check(
            """
            capital 15000
            quote INFY 1499.90 1500.00
            buy 10 INFY market                  → available 0
            sell 5 INFY limit 1600              → open
            sell 5 INFY limit 1700              → open, reserved 0
            modify #2 quantity 10               → refused insufficient_funds, #3 reserved 0
            """)
    }
}
