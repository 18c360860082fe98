// Candles of history: what is missing, what splits do to the old ones, and which of two series holds.

import Testing
import Trading

@Suite struct `Candle series` {
    private static func candle(_ at: String, _ price: String = "100", volume: Int64 = 10) -> Candle {
        let price = Price(text: price)!
        return Candle(
            openedAt: Timestamp(rfc3339: at + "+05:30")!, open: price, high: price, low: price, close: price,
            volume: Quantity(whole: volume), tickCount: 0)
    }

    private func gaps(_ times: [String], _ interval: CandleInterval, _ hours: MarketHours = .exchange) -> [String] {
        times.map { Self.candle($0) }.gaps(interval, hours: hours).map { "\($0.from.kiteText) – \($0.to.kiteText)" }
    }

    @Test func `a gap is what is missing while the market was open`() {
        #expect(
            gaps(["2026-07-20T09:15:00", "2026-07-20T09:16:00", "2026-07-20T09:19:00"], .minute) == [
                "2026-07-20 09:17:00 – 2026-07-20 09:19:00"
            ])
        #expect(gaps(["2026-07-20T15:29:00", "2026-07-21T09:15:00"], .minute).isEmpty, "a night is no gap")
        #expect(gaps(["2026-07-17T15:29:00", "2026-07-20T09:15:00"], .minute).isEmpty, "a weekend neither")
        #expect(gaps(["2026-07-20T15:25:00", "2026-07-21T09:20:00"], .minutes5) == ["2026-07-21 09:15:00 – 2026-07-21 09:20:00"])
        #expect(gaps(["2026-07-17T00:00:00", "2026-07-20T00:00:00"], .day).isEmpty)
        #expect(gaps(["2026-07-17T00:00:00", "2026-07-22T00:00:00"], .day) == ["2026-07-20 00:00:00 – 2026-07-22 00:00:00"])
        #expect(gaps(["2026-07-18T00:00:00", "2026-07-18T00:02:00"], .minute, .always).count == 1)
        #expect(gaps([], .minute).isEmpty && gaps(["2026-07-20T09:15:00"], .minute).isEmpty)
    }

    @Test func `gaps are told up to their limit`() {
        let start = Timestamp(rfc3339: "2026-07-20T00:00:00Z")!
        let price = Price(text: "1")!
        let sparse = (0...[Candle].gapLimit + 5).map {
            Candle(openedAt: start + .seconds(120 * $0), open: price, high: price, low: price, close: price, volume: .zero, tickCount: 0)
        }
        #expect(sparse.gaps(.minute, hours: .always).count == [Candle].gapLimit)
    }

    @Test func `before a split prices shrink and volumes grow; of two both count`() {
        let id = InstrumentID(key: "NSE:KOTAKBANK")!
        let actions = [
            CorporateAction(instrument: id, day: CivilDate("2026-01-14")!, factor: fixedPointScale / 5),
            CorporateAction(instrument: id, day: CivilDate("2026-03-02")!, factor: fixedPointScale / 2),
        ]
        let series = [
            Self.candle("2026-01-13T15:29:00", "2000"), Self.candle("2026-01-14T09:15:00", "400"),
            Self.candle("2026-03-02T09:15:00", "201"),
        ]
        let adjusted = series.adjusted(for: actions.reversed())
        #expect(adjusted.map(\.close.text) == ["200", "200", "201"])
        #expect(adjusted.map(\.volume.whole) == [100, 20, 10] && adjusted.map(\.openedAt) == series.map(\.openedAt))
        #expect(series.adjusted(for: []) == series)
        let third = [Self.candle("2026-01-13T15:29:00", "100")].adjusted(for: [
            CorporateAction(instrument: id, day: CivilDate("2026-02-01")!, factor: 33_333_333)
        ])
        #expect(third[0].open.text == "33.333333")
    }

    @Test func `a series laid over another holds from its first to its last, with its gaps`() {
        let base = (0..<6).map { Self.candle("2026-07-20T10:0\($0):00", "1") }
        let other = [1, 3].map { Self.candle("2026-07-20T10:0\($0):00", "2") }
        #expect(base.overlaid(by: other).map(\.close.text) == ["1", "2", "2", "1", "1"])
        #expect(base.overlaid(by: []) == base && [Candle]().overlaid(by: other) == other)
    }
}
