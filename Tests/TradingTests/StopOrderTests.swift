// Stops: what triggers them, and how they live afterwards.

import Testing

@testable import Trading

@Suite struct `Stop orders` {
    @Test func `a stop-loss sell waits above its trigger and sells at the market below`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY market                              → filled 10 @ 1500
            sell 10 INFY stop 1490                          → waiting, reserved 0
            book INFY 50@1490.50 | 50@1490.60 last 1490.10  → no fills, waiting
            book INFY 50@1489.50 | 50@1489.60 last 1490     → filled 10 @ 1489.50, complete, position 0
            """)
    }

    @Test func `a buy stop triggers when the last price rises to it`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY stop 1510                           → waiting, reserved 15_100
            quote INFY 1509.80 1509.90                      → no fills
            quote INFY 1510.00 1510.10                      → filled 10 @ 1510.10, cash 84_899, held 0
            """)
    }

    @Test func `a stop-limit lives as a limit order and stays live when the price returns`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY stop 1510 limit 1512                → waiting, reserved 15_120
            quote INFY 1514.90 1515.00                      → no fills, open
            quote INFY 1504.90 1505.00                      → filled 10 @ 1512, complete
            """)
    }

    @Test func `a stop-limit that is marketable when it triggers fills at the levels`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY stop 1510 limit 1512                → waiting
            book INFY 9@1509.90 | 4@1510.50 9@1511 last 1510 → fills 4 @ 1510.50 + 6 @ 1511
            """)
    }

    @Test func `a trigger that is already passed fires at placement`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY stop 1490                           → filled 10 @ 1500, complete
            sell 10 INFY stop 1500 limit 1495               → filled 10 @ 1499.90, complete
            """)
    }

    @Test func `a gap fills what the funds allow and cancels the rest`() throws {
        try check(
            """
            capital 15000
            quote INFY 1399.90 1400.00
            buy 10 INFY stop 1410                           → waiting, available 900
            quote INFY 1899.90 1900.00                      → filled 7 @ 1900, cancelled insufficient_funds, available 1_700, held 0
            """)
    }

    @Test func `a gap that leaves funds for nothing cancels the whole order`() throws {
        try check(
            """
            capital 1500
            quote INFY 1399.90 1400.00
            buy 1 INFY stop 1410                            → waiting
            quote INFY 1899.90 1900.00                      → no fills, cancelled insufficient_funds, available 1_500
            """)
    }

    @Test func `a gap never limits an exit`() throws {
        try check(
            """
            capital 1500
            quote INFY 1499.90 1500.00
            sell 1 INFY market                              → filled 1 @ 1499.90, available 0.10
            buy 1 INFY stop 1510                            → waiting, reserved 0
            quote INFY 3999.90 4000.00                      → filled 1 @ 4000, complete, realised -2500.10, available -1000.10
            """)
    }

    @Test func `an immediate stop is cancelled for what is not there when it triggers`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 10 INFY stop 1510 IOC                       → waiting
            book INFY 9@1509 | 4@1510 last 1510             → filled 4 @ 1510, cancelled immediate_or_cancel
            """)
    }

    @Test func `stops that trigger together fill by age`() throws {
        try check(
            """
            quote INFY 1499.90 1500.00
            buy 5 INFY stop 1505                            → waiting
            buy 5 INFY stop 1503                            → waiting
            book INFY 9@1509 | 7@1510 last 1510             → fills 5 @ 1510 + 2 @ 1510, #1 complete, #2 pending 3
            """)
    }
}
