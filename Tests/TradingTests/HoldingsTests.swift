// Delivered shares, day by day: what is a position and no holding yet, what has settled, what was sold, at what average.

import Testing

@testable import Trading

@Suite struct `Holdings` {
    private static let infy = InstrumentID(key: "NSE:INFY")!

    /// `day side quantity price`, a trade a line; the holdings of INFY on a day as `settled+t1 used opening @ average`.
    private func holding(_ story: String, on date: String) -> String {
        var trades: [Trade] = []
        for (number, line) in story.split(separator: "\n").enumerated() {
            let words = line.split(separator: " ").map(String.init)
            trades.append(
                Trade(
                    id: TradeID("T\(number)")!, orderID: OrderID("P\(number)")!, instrument: Self.infy,
                    product: words.count > 4 && words[4] == "MIS" ? .intraday : .delivery, side: words[1] == "buy" ? .buy : .sell,
                    quantity: Quantity(text: words[2])!, price: Price(text: words[3])!, charges: .zero, realised: nil,
                    rule: words[3] == "0" ? .corporateAction : .depth, tag: nil, at: Timestamp(rfc3339: words[0] + "T12:00:00+05:30")!,
                    epoch: 1))
        }
        let calendar = RulePack.builtIn.calendar("NSE", .equity)
        let all = Holding.all(of: trades, at: Timestamp(rfc3339: date + "T13:00:00+05:30")!) { calendar.tradingDay(after: $1) ?? $1 }
        guard let held = all.first else { return "none" }
        #expect(held.quantity + held.t1Quantity + held.usedQuantity == held.openingQuantity)
        return
            "\(held.quantity.text)+\(held.t1Quantity.text) \(held.usedQuantity.text) \(held.openingQuantity.text) @ \(held.averagePrice.text)"
    }

    @Test func `bought today are none, tomorrow to be delivered, the day after settled`() {
        let bought = "2026-11-18 buy 10 1500"
        #expect(holding(bought, on: "2026-11-18") == "none")
        #expect(holding(bought, on: "2026-11-19") == "0+10 0 10 @ 1500")
        #expect(holding(bought, on: "2026-11-20") == "10+0 0 10 @ 1500")
    }

    @Test func `settle over weekends and holidays by trading days`() {
        // Friday; Monday is the next day, Tuesday the 24th a holiday.
        let bought = "2026-11-20 buy 10 1500"
        #expect(holding(bought, on: "2026-11-22") == "0+10 0 10 @ 1500")
        #expect(holding(bought, on: "2026-11-23") == "0+10 0 10 @ 1500")
        #expect(holding(bought, on: "2026-11-24") == "10+0 0 10 @ 1500")
    }

    @Test func `sold take the oldest first, and keep the average of what was carried`() {
        let story = """
            2026-11-16 buy 10 1500
            2026-11-19 buy 10 1600
            2026-11-20 sell 12 1700
            2026-11-20 buy 5 2000
            """
        #expect(holding(story, on: "2026-11-20") == "0+8 12 20 @ 1550")
        #expect(holding(story, on: "2026-11-23") == "8+5 0 13 @ 1723.07692308")
    }

    @Test func `sold before they are delivered are gone, and the last of them shows until the night`() {
        let story = "2026-11-19 buy 10 1500\n2026-11-20 sell 10 1510"
        #expect(holding(story, on: "2026-11-20") == "0+0 10 10 @ 1500")
        #expect(holding(story, on: "2026-11-23") == "none")
    }

    @Test func `grow by a split whatever day their parts are of`() {
        let story = """
            2026-11-16 buy 7 1000
            2026-11-19 buy 3 1000
            2026-11-20 buy 40 0
            """
        #expect(holding(story, on: "2026-11-20") == "35+15 0 50 @ 200")
        #expect(holding(story, on: "2026-11-23") == "50+0 0 50 @ 200")
    }

    @Test func `are of delivery alone`() {
        #expect(holding("2026-11-18 buy 10 1500 MIS", on: "2026-11-20") == "none")
    }
}

@Suite struct `What a corporate action gives` {
    @Test(arguments: [
        ("0.2", "7", "28"), ("0.5", "1", "1"), ("0.33333333", "3", "6"), ("0.66666667", "2", "1"), ("0.66666667", "5", "2"),
        ("0.75", "3", "1"), ("0.1", "100000", "900000"), ("1", "10", "0"),
    ])
    func `is whole shares, the rest is dropped`(_ factor: String, _ held: String, _ extra: String) {
        let action = CorporateAction(
            instrument: InstrumentID(key: "NSE:INFY")!, day: CivilDate("2026-11-20")!, factor: Price(text: factor)!.units)
        #expect(action.extra(for: Quantity(text: held)!, lot: Quantity(whole: 1)) == Quantity(text: extra))
    }

    @Test func `is nothing for a consolidation`() {
        let action = CorporateAction(instrument: InstrumentID(key: "NSE:INFY")!, day: CivilDate("2026-11-20")!, factor: 5 * fixedPointScale)
        #expect(action.extra(for: Quantity(whole: 10), lot: Quantity(whole: 1)) == nil)
    }
}
