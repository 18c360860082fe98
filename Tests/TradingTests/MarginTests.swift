// Positions on margin: what they block, what losses do to the funds, and that nothing is free: not by resting, changing, reversing or
// exiting twice.

import Testing

@testable import Trading

@Suite struct `Margin` {
    @Test func `of an intraday position is a part of its cost, and comes back whole`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 40 INFY market  → filled 40 @ 1000, invested 8_000, available 2_000, cash -30_000
            buy 11 INFY market  → rejected insufficient_funds, available 2_000
            buy 10 INFY market  → filled 10 @ 1000, available 0
            sell 50 INFY market → filled 50 @ 999, invested 0, available 9_950, cash 9_950
            """)
    }

    @Test func `of a short sale is a part of what it brought, which is not the seller's yet`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 1000 1001
            sell 40 INFY market → filled 40 @ 1000, invested 8_000, available 2_000, cash 50_000
            sell 11 INFY market → rejected insufficient_funds
            buy 40 INFY market  → filled 40 @ 1001, available 9_960
            """)
    }

    @Test func `explains in the proof of funds why more is available than the cash`() throws {
        var story = Story()
        try story.tell(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 20 INFY market
            quote SBIN 499.95 500
            sell 10 SBIN market
            buy 1 INFY limit 900 CNC
            """)
        let proof = FundsProof(of: story.account.snapshot)
        #expect(proof.addsUp)
        #expect(Set(proof.holds.map(\.cause)) == [.workingOrder, .shortPosition, .longOnMargin])
        #expect(story.account.cash - proof.holds.reduce(Money.zero) { $0 + $1.amount } == story.account.available)
        #expect(proof.holds.first { $0.cause == .longOnMargin }?.amount == Money(whole: -16_000))
    }

    @Test func `of delivery is the whole cost whatever intraday needs`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 11 INFY market CNC → rejected insufficient_funds
            buy 10 INFY market CNC → filled 10 @ 1000, available 0, cash 0
            """)
    }

    @Test func `is held for all resting orders together, and given back when they go`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 20 INFY limit 900  → open, reserved 3_600
            buy 20 INFY limit 950  → open, reserved 3_800
            buy 20 INFY limit 900  → rejected insufficient_funds
            cancel #1              → cancelled, held 3_800, available 6_200
            quote INFY 949 950     → filled 20 @ 950, held 0, invested 3_800, available 6_200
            """)
    }

    @Test func `cannot be had for nothing by changing an order`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 1 INFY limit 900              → open, reserved 180
            modify #1 quantity 56             → refused insufficient_funds, held 180
            modify #1 quantity 55             → open, reserved 9_900
            modify #1 limit 950               → refused insufficient_funds, held 9_900
            """)
    }

    @Test func `is needed by the part of a reversal beyond flat`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 1000 1000.10
            buy 40 INFY market   → filled 40 @ 1000.10
            sell 91 INFY market  → rejected insufficient_funds
            sell 89 INFY market  → filled 89 @ 1000, position -49 @ 1000, invested 9_800
            """)
    }

    @Test func `is needed by the later of two exits of one position`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 40 INFY market     → available 2_000
            sell 40 INFY limit 1100 → open, reserved 0
            sell 40 INFY limit 1100 → rejected insufficient_funds
            sell 9 INFY limit 1100  → open, reserved 1_980
            cancel #2              → cancelled, held 0
            """)
    }

    @Test func `leaves less to open with when the market moves against a position`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 40 INFY market     → available 2_000
            quote INFY 960 961
            buy 3 INFY market      → rejected insufficient_funds
            buy 2 INFY market      → filled 2 @ 961
            sell 42 INFY limit 990 → open, reserved 0
            """)
    }

    @Test func `counts the loss of what an order itself fills`() throws {
        try check(
            """
            capital 1000
            margin MIS 20
            book INFY 100@99 | 100@150 last 100
            buy 20 INFY market → rejected insufficient_funds
            buy 12 INFY market → filled 12 @ 150, available 640
            """)
    }

    @Test func `counts a loss once when a fill books it`() throws {
        try check(
            """
            capital 1700
            margin MIS 2
            quote INFY 999 1000
            sell 40 INFY market     → filled 40 @ 999, available 900.80
            buy 40 INFY stop 1020   → waiting, reserved 0
            buy 20 INFY limit 900   → open, reserved 360
            quote INFY 1029 1030    → filled 40 @ 1030, #3 open, available 100
            """)
    }

    @Test func `counts no loss of what is paid in full, and no gain that is not booked`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 5 INFY market CNC  → available 5_000
            quote INFY 500 501
            buy 49 INFY market     → filled 49 @ 501, available 90.20
            quote INFY 900 901
            buy 1 INFY market      → rejected insufficient_funds
            """)
    }

    @Test func `is what the funds allow when a gap fills an order beyond it`() throws {
        try check(
            """
            capital 10000
            margin MIS 20
            quote INFY 999 1000
            buy 45 INFY stop 1010    → waiting, reserved 9_090
            quote INFY 1199 1200     → filled 41 @ 1200, #1 cancelled insufficient_funds, available 160
            """)
    }
}

@Suite struct `Charges of fills` {
    /// 10 × 1412.35 delivered: STT 14.1235, exchange 0.43359145, SEBI 0.0141235, stamp 2.118525 and thus 2, GST 0.08058869.
    @Test func `are taken from the cash with the fill`() throws {
        try check(
            """
            charged 2026-11-20
            quote INFY 1412.30 1412.35
            buy 10 INFY market CNC → filled 10 @ 1412.35, cash 85_859.84819636, invested 14_123.50, available 85_859.84819636
            """)
    }

    @Test func `of an order are the same whether it fills at once or in parts`() throws {
        var whole = Story()
        try whole.tell(
            """
            capital 200000
            charged 2026-11-20
            book INFY 500@999 | 300@1000 last 1000
            buy 100 INFY market → filled 100 @ 1000
            """)
        var parts = Story()
        try parts.tell(
            """
            capital 200000
            charged 2026-11-20
            book INFY 500@999 | 7@1000 last 1000
            buy 100 INFY market → filled 7 @ 1000
            book INFY 500@999 | 91@1000 last 1000 → filled 91 @ 1000
            book INFY 500@999 | 300@1000 last 1000 → filled 2 @ 1000, complete
            """)
        #expect(whole.account.charges == parts.account.charges && whole.account.charges > .zero)
        #expect(whole.account.cash == parts.account.cash)
    }

    @Test func `are held with the order, so that what it was accepted for is enough`() throws {
        try check(
            """
            capital 10000
            charged 2026-11-20
            quote INFY 999 1000
            buy 10 INFY limit 1000 CNC → rejected insufficient_funds
            buy 9 INFY limit 950 CNC   → open, reserved 8_559.8698213
            quote INFY 949 950         → filled 9 @ 950, held 0, available 1_440.1301787
            """)
    }

    @Test func `never keep an exit from closing`() throws {
        try check(
            """
            capital 9013
            charged 2026-11-20
            quote INFY 999 1000
            buy 9 INFY market CNC  → filled 9 @ 1000
            quote INFY 10 11
            sell 9 INFY market CNC → filled 9 @ 10, position 0
            """)
    }
}

@Suite struct `Terms of the built-in rules` {
    private let date = CivilDate("2026-11-20")!

    private func instrument(_ kind: String, _ exchange: String, _ symbol: String, strike: String = "0", on underlying: String = "")
        -> Instrument
    {
        Instrument(
            id: InstrumentID(exchange: exchange, symbol: symbol)!, token: 1, name: "", tickSize: Price(text: "0.05")!,
            lotSize: Quantity(whole: 1), kind: kind, segment: exchange, expiry: CivilDate("2026-11-24"), strike: Price(text: strike)!,
            underlying: underlying, isSimulated: true)
    }

    @Test func `block a fifth of shares for the day and all of those delivered`() {
        let share = instrument("EQ", "NSE", "INFY")
        #expect(RulePack.builtIn.terms(for: share, .intraday, on: date).longMargin == Rate(percent: "20%"))
        #expect(RulePack.builtIn.terms(for: share, .delivery, on: date).longMargin == .full)
        #expect(!RulePack.builtIn.terms(for: share, .delivery, on: date).isFree)
    }

    @Test func `ask a buyer of options for the premium and a seller for what the contract may cost`() {
        let call = instrument("CE", "NFO", "NIFTY26N2426000CE", strike: "26000", on: "NIFTY")
        let terms = RulePack.builtIn.terms(for: call, .carry, underlying: Price(text: "25000"), on: date)
        #expect(terms.held(.buy, Quantity(whole: 75), at: Price(text: "146")!, after: .zero) == Money(text: "10978.2037523"))
        // 10 % of 25,000 less the 1,000 that it is out of the money is less than 6.88 %; and 3 % of exposure.
        #expect(terms.shortMarginPerUnit == Money(text: "2470") && terms.shortMargin == .zero)
        var position = Position(
            key: PositionKey(instrument: call.id, product: .carry), openedAt: Timestamp(seconds: 0), epoch: 1)
        _ = position.take(.sell, Quantity(whole: 75), at: Price(text: "146")!, on: Timestamp(seconds: 0))
        #expect(terms.margin(of: position) == Money(whole: 185_250))
        // Without a price of the index its strike stands in.
        #expect(RulePack.builtIn.terms(for: call, .carry, on: date).shortMarginPerUnit == Money(text: "3380"))
    }

    @Test func `know nothing of an index or of another exchange`() {
        #expect(RulePack.builtIn.terms(for: instrument("INDEX", "NSE", "NIFTY 50"), .intraday, on: date) == .plain)
        #expect(RulePack.builtIn.terms(for: instrument("EQ", "NYSE", "IBM"), .intraday, on: date) == .plain)
    }
}
