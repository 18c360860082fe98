// The turn of a resting limit order: what was displayed at its price before it goes first.

import Testing

@testable import Trading

@Suite struct `The queue at a price` {
    @Test func `serves what was displayed before the order, and then the order`() throws {
        try check(
            """
            book INFY 100@1499 50@1498 | 100@1500 last 1500
            buy 30 INFY limit 1499                                      → open, no fills
            book INFY 40@1499 50@1498 | 100@1500 last 1499 traded 60    → no fills
            book INFY 90@1499 50@1498 | 100@1500 last 1499 traded 40    → no fills
            book INFY 90@1499 50@1498 | 100@1500 last 1499 traded 10    → filled 10 @ 1499, by queue, pending 20
            book INFY 90@1499 50@1498 | 100@1500 last 1499 traded 50    → filled 20 @ 1499, complete
            """)
    }

    @Test func `moves up when less is displayed than stood ahead`() throws {
        try check(
            """
            book INFY 100@1499 | 100@1500 last 1500
            buy 30 INFY limit 1499                              → open
            book INFY 5@1499 | 100@1500 last 1499 traded 10     → no fills
            book INFY 5@1499 | 100@1500 last 1499 traded 12     → filled 7 @ 1499, by queue
            """)
    }

    @Test func `is empty at a price better than the market's`() throws {
        try check(
            """
            book INFY 100@1498 | 100@1500 last 1500
            buy 30 INFY limit 1499                              → open
            book INFY 100@1498 | 100@1500 last 1499 traded 8    → filled 8 @ 1499, by queue
            """)
    }

    @Test func `is unknown beyond what is displayed, until something trades there`() throws {
        try check(
            """
            book INFY 100@1499 | 100@1500 last 1500
            buy 30 INFY limit 1490                               → open
            book INFY 20@1490 | 100@1491 last 1490 traded 500    → no fills
            book INFY 20@1490 | 100@1491 last 1490 traded 25     → filled 5 @ 1490, by queue
            """)
    }

    @Test func `does not matter when something trades through the price`() throws {
        try check(
            """
            book INFY 100@1499 | 100@1500 last 1500
            sell 30 INFY limit 1501                              → open
            book INFY 100@1499 | 100@1503 last 1502 traded 1     → filled 30 @ 1501, by price_through
            """)
    }

    @Test func `is not passed by a last price at which nothing traded`() throws {
        try check(
            """
            book INFY 100@1499 | 100@1502 last 1498
            buy 30 INFY limit 1500                       → open, no fills
            book INFY 100@1499 | 100@1502 last 1498      → no fills
            """)
    }

    @Test func `gives one traded quantity to the orders of a book once`() throws {
        try check(
            """
            book INFY 10@1499 | 100@1500 last 1500
            buy 30 INFY limit 1499                              → open
            buy 30 INFY limit 1499                              → open
            book INFY 10@1499 | 100@1500 last 1499 traded 50    → fills 30 @ 1499 + 10 @ 1499, #2 pending 20
            """)
    }

    @Test func `is joined anew at its end by a new price or a larger quantity, and kept with a smaller one`() throws {
        try check(
            """
            book INFY 10@1499 | 100@1500 last 1500
            buy 30 INFY limit 1499                               → open
            book INFY 90@1499 | 100@1500 last 1500
            modify #1 quantity 20                                → open
            book INFY 90@1499 | 100@1500 last 1499 traded 15     → filled 5 @ 1499, pending 15
            modify #1 quantity 40                                → open
            book INFY 90@1499 | 100@1500 last 1499 traded 15     → no fills
            """)
    }

    @Test func `is whole lots`() throws {
        try check(
            """
            capital 10000000
            book NIFTYFUT 65@24999 | 65@25001 last 25001
            buy 130 NIFTYFUT limit 25000 NRML                         → open
            book NIFTYFUT 65@24999 | 65@25001 last 25000 traded 64    → no fills
            book NIFTYFUT 65@24999 | 65@25001 last 25000 traded 70    → filled 65 @ 25000, by queue
            """)
    }

    @Test func `is joined by a stop that became a limit`() throws {
        try check(
            """
            book INFY 100@1499 | 100@1500 last 1500
            buy 30 INFY stop 1505 limit 1505                      → waiting
            book INFY 40@1505 | 10@1506 last 1505 traded 5        → #1 open, no fills
            book INFY 40@1505 | 10@1506 last 1505 traded 45       → filled 5 @ 1505, by queue
            """)
    }
}
