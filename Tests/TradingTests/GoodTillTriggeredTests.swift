// Trigger orders by themselves: which price reaches them, which terms make no sense, when they end.

import Testing

@testable import Trading

@Suite struct `Good till triggered` {
    private static let infy = InstrumentID(exchange: "NSE", symbol: "INFY")!
    private static let now = Timestamp(seconds: 1_795_000_000)

    private func leg(_ trigger: String, limit: String? = nil, quantity: String = "10", _ side: Side = .sell) -> GoodTillTriggered.Leg {
        GoodTillTriggered.Leg(
            trigger: Price(text: trigger)!, side: side, product: .delivery, quantity: Quantity(text: quantity)!,
            limit: Price(text: limit ?? trigger)!)
    }

    private func trigger(_ legs: GoodTillTriggered.Leg..., from reference: String = "1500") -> GoodTillTriggered {
        GoodTillTriggered(
            id: 1, book: .default, terms: GoodTillTriggered.Terms(instrument: Self.infy, legs: legs), reference: Price(text: reference)!,
            createdAt: Self.now, updatedAt: Self.now, expiresAt: Self.now + GoodTillTriggered.life)
    }

    private func instrument(tick: String = "0.05", lot: String = "1", kind: String = "EQ", expiry: CivilDate? = nil) -> Instrument {
        Instrument(
            id: Self.infy, token: 1, name: "INFY", tickSize: Price(text: tick)!, lotSize: Quantity(text: lot)!, kind: kind, segment: "NSE",
            expiry: expiry, isSimulated: true)
    }

    private func refusal(
        _ legs: GoodTillTriggered.Leg..., of instrument: Instrument? = nil, at price: String = "1500"
    ) -> GoodTillTriggeredRefusal? {
        GoodTillTriggered.refusal(
            GoodTillTriggered.Terms(instrument: Self.infy, legs: legs), of: instrument ?? self.instrument(), reference: Price(text: price)!)
    }

    @Test func `one above waits for a rise, one below for a fall, each to the paisa`() {
        let above = trigger(leg("1600"))
        #expect(["1599.95", "1600", "1700", "10"].map { above.leg(reachedBy: Price(text: $0)!) } == [nil, 0, 0, nil])
        let below = trigger(leg("1400"))
        #expect(["1400.05", "1400", "10", "1700"].map { below.leg(reachedBy: Price(text: $0)!) } == [nil, 0, 0, nil])
    }

    @Test func `of two legs the one that the price comes to first counts, whichever stands first`() {
        for legs in [[leg("1400"), leg("1600")], [leg("1600"), leg("1400")]] {
            let pair = trigger(legs[0], legs[1])
            #expect(pair.kind == .twoLeg)
            #expect(pair.leg(reachedBy: Price(text: "1500")!) == nil)
            for price in ["1600", "1400"] {
                let reached = pair.leg(reachedBy: Price(text: price)!)
                #expect(reached.map { pair.legs[$0].trigger } == Price(text: price)!)
            }
            let band = pair.quietBand
            #expect(band?.low == Price(text: "1400")! && band?.high == Price(text: "1600")!)
        }
    }

    @Test func `one that ended is set off by nothing`() {
        var spent = trigger(leg("1600"))
        spent.trigger(
            leg: 0, GoodTillTriggered.Outcome(at: Self.now + .seconds(5), price: Price(text: "1610")!, order: OrderID("P1"), rejection: nil)
        )
        var deleted = trigger(leg("1600"))
        deleted.end(.deleted, at: Self.now)
        for ended in [spent, deleted] {
            #expect(ended.leg(reachedBy: Price(text: "1600")!) == nil && ended.quietBand == nil)
        }
        #expect(spent.updatedAt == Self.now + .seconds(5) && spent.legs[0].outcome?.price == Price(text: "1610")!)
    }

    @Test func `terms that make no sense are refused with the leg and the field`() {
        #expect(refusal(leg("1600")) == nil && refusal(leg("1400"), leg("1600")) == nil)
        #expect(refusal() == .legCount)
        #expect(refusal(leg("1400"), leg("1600"), leg("1700")) == .legCount)
        #expect(refusal(leg("1600.01")) == .priceOffTick("trigger_price", leg: 0, tick: Price(text: "0.05")!))
        #expect(refusal(leg("1400"), leg("1600", limit: "1600.02")) == .priceOffTick("price", leg: 1, tick: Price(text: "0.05")!))
        #expect(refusal(leg("1600", quantity: "11"), of: instrument(lot: "10")) == .quantityNotWholeLots(leg: 0, lot: Quantity(whole: 10)))
        #expect(refusal(leg("1600", quantity: "1000000001")) == .quantityOutOfRange(leg: 0))
        #expect(refusal(leg("1000000000.05")) == .priceOutOfRange("trigger_price", leg: 0))
        #expect(refusal(leg("1600"), of: instrument(tick: "0", lot: "0", kind: "INDEX")) == .notTradable)
        #expect(refusal(leg("1600"), leg("1700")) == .bothOnOneSide(Price(text: "1500")!))
        // 0.25 % of 1,500 is 3.75, which itself is far enough.
        #expect(refusal(leg("1503.70")) == .triggerTooNear(leg: 0, Price(text: "1500")!))
        #expect(refusal(leg("1496.30")) == .triggerTooNear(leg: 0, Price(text: "1500")!))
        #expect(refusal(leg("1503.75")) == nil && refusal(leg("1496.25")) == nil)
    }

    @Test func `one waits a year, and no longer than its contract trades`() {
        #expect(GoodTillTriggered.expiry(of: instrument(), at: Self.now) == Self.now + .seconds(365 * 86_400))
        let last = CivilDate(dayNumber: Self.now.dayNumber(offsetSeconds: indiaOffsetSeconds) + 3)
        let end = GoodTillTriggered.expiry(of: instrument(expiry: last), at: Self.now)
        #expect(end == Timestamp(date: CivilDate(dayNumber: last.dayNumber + 1), offsetSeconds: indiaOffsetSeconds))
    }
}
