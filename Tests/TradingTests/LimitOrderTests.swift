// Limit and market orders of a paper book against depth and without it.

import Testing

@testable import Trading

@Suite struct `Limit orders` {
    @Test func `a buy waits until the ask comes down to it and fills at its own price`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490      → open, reserved 14_900, available 85_100, cash 100_000
            quote INFY 1489.80 1489.90  → filled 10 @ 1490, by depth, cash 85_100, held 0, invested 14_900
            """)
    }

    @Test func `a sell of what is held waits without holding funds`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market          → filled 10 @ 1500
            sell 10 INFY limit 1510     → open, reserved 0, available 85_000
            quote INFY 1510.00 1510.10  → filled 10 @ 1510, cash 100_100, realised 100, position 0
            """)
    }

    @Test func `a marketable limit walks the levels up to its price and rests with what is left`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 7@1500.10 9@1500.50 last 1500
            buy 20 INFY limit 1500.10   → fills 5 @ 1500 + 7 @ 1500.10, open, pending 8, reserved 12_000.80
            """)
    }

    @Test func `a resting limit fills no more than is displayed at or through it`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 30 INFY limit 1490                                  → open
            book INFY 5@1489 | 8@1489.50 4@1490 50@1490.10 last 1490 → filled 12 @ 1490, open, pending 18
            book INFY 5@1489 | 40@1490 last 1490                    → filled 18 @ 1490, complete
            """)
    }

    @Test func `two orders of one book do not get the same displayed quantity within a tick`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490                      → open
            buy 10 INFY limit 1491                      → open
            book INFY 5@1488 | 15@1489 last 1489        → fills 10 @ 1491 + 5 @ 1490, #1 pending 5, #2 complete
            """)
    }

    @Test func `of two orders at one price the older fills first`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY limit 1490                      → open
            buy 10 INFY limit 1490                      → open
            book INFY 5@1488 | 12@1489 last 1489        → fills 10 @ 1490 + 2 @ 1490, #1 complete, #2 pending 8
            """)
    }

    @Test func `without depth a resting limit fills only when the price goes through it`() throws {
        try check(
            """
            last INFY 1500
            buy 10 INFY limit 1490      → open, no fills
            last INFY 1490              → no fills
            last INFY 1489.90           → filled 10 @ 1490, by price_through
            sell 10 INFY limit 1495     → open
            last INFY 1495              → no fills
            last INFY 1495.10           → filled 10 @ 1495, by price_through
            """)
    }

    @Test func `without depth a limit beyond the last price fills at the last price and one at it waits`() throws {
        try check(
            """
            last INFY 1500
            buy 10 INFY limit 1500      → open, no fills
            cancel #1                   → cancelled cancelled_by_user, held 0
            buy 10 INFY limit 1510      → filled 10 @ 1500, by last_price
            sell 10 INFY limit 1490     → filled 10 @ 1500, by last_price
            """)
    }

    @Test func `a crossed or locked book fills nothing, and the order then arrives with the first sound one`() throws {
        try check(
            """
            book INFY 5@1501 | 5@1500 last 1500
            buy 5 INFY limit 1510       → open, no fills
            book INFY 5@1500 | 5@1500 last 1500         → no fills
            book INFY 5@1499 | 3@1500 9@1501 last 1500  → fills 3 @ 1500 + 2 @ 1501
            """)
    }

    @Test func `a side without offers fills nothing`() throws {
        try check(
            """
            book INFY 5@1499 | 0@0 last 1500
            buy 5 INFY market           → open, no fills, reserved 7_500
            book INFY 5@1499 | 5@1500 last 1500         → filled 5 @ 1500, complete
            """)
    }

    @Test func `a limit without any quote rests and arrives with the first one`() throws {
        try check(
            """
            buy 5 GHOST limit 100       → open, reserved 500
            quote GHOST 89.95 90.00     → filled 5 @ 90, cash 99_550
            """)
    }

    @Test func `levels behind one that is not worse are not believed`() throws {
        try check(
            """
            book INFY 5@1499 | 2@1500 9@1400 last 1500
            buy 5 INFY limit 1500       → filled 2 @ 1500, pending 3
            """)
    }
}

@Suite struct `Market orders` {
    @Test func `walk the visible levels and go on with the next tick`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 7@1500.10 last 1500
            buy 20 INFY market                              → fills 5 @ 1500 + 7 @ 1500.10, open, pending 8, reserved 12_000
            book INFY 5@1499.90 | 3@1501 9@1502 last 1501   → fills 3 @ 1501 + 5 @ 1502, complete, held 0
            """)
    }

    @Test func `a second one does not get what the first took from the same quote`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 7@1500.10 last 1500
            buy 6 INFY market           → fills 5 @ 1500 + 1 @ 1500.10
            buy 7 INFY market           → filled 6 @ 1500.10, open, pending 1
            sell 5 INFY market          → filled 5 @ 1499.90
            """)
    }

    @Test func `what was taken from a quote comes back when the quote has stood for long enough`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 last 1500
            buy 5 INFY market           → filled 5 @ 1500
            pass 4
            buy 5 INFY market IOC       → no fills, cancelled immediate_or_cancel
            pass 2
            buy 5 INFY market IOC       → filled 5 @ 1500
            """)
    }

    @Test func `fill whole at the last price when the feed has no depth`() throws {
        try check(
            """
            last INFY 1500
            buy 50 INFY market          → filled 50 @ 1500, by last_price, cash 25_000
            """)
    }

    @Test func `an immediate order is cancelled for what is not there`() throws {
        try check(
            """
            book INFY 5@1499.90 | 5@1500 7@1500.10 last 1500
            buy 10 INFY limit 1500 IOC  → filled 5 @ 1500, cancelled immediate_or_cancel, pending 0, held 0
            buy 10 INFY limit 1490 IOC  → no fills, cancelled immediate_or_cancel
            buy 9 INFY market IOC       → filled 7 @ 1500.10, cancelled immediate_or_cancel
            """)
    }

    @Test func `in lots take whole lots only`() throws {
        try check(
            """
            capital 10000000
            book NIFTYFUT 65@25999 | 100@26000 200@26001 last 26000
            buy 195 NIFTYFUT market NRML → fills 65 @ 26000 + 130 @ 26001
            """)
    }

    @Test func `coins fill in fractions and cost is exact to the eighth decimal`() throws {
        try check(
            """
            book BTC 1@91999.99 | 0.0123@92000.01 2@92000.02 last 92000
            buy 0.01234567 BTC market   → fills 0.0123 @ 92000.01 + 0.00004567 @ 92000.02, cash 98864.19823609, position 0.01234567
            sell 0.01234567 BTC market  → filled 0.01234567 @ 91999.99, position 0, invested 0
            """)
    }
}
