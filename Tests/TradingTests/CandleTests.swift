// Intervals, candles out of ticks, and the same against recorded tapes and the recorded bars made of them.

import Testing

@testable import Trading

@Suite struct `Candle intervals` {
    private func start(_ interval: CandleInterval, _ text: String, _ offset: Int64 = indiaOffsetSeconds) -> String {
        interval.start(of: Timestamp(rfc3339: text)!, offsetSeconds: offset).indiaText
    }

    @Test func `begin at whole multiples of their length within the hour`() {
        let instant = "2026-11-20T09:47:51.500+05:30"
        #expect(start(.minute, instant) == "2026-11-20T09:47:00.000+05:30")
        #expect(start(.minutes3, instant) == "2026-11-20T09:45:00.000+05:30")
        #expect(start(.minutes10, instant) == "2026-11-20T09:40:00.000+05:30")
        #expect(start(.minutes15, instant) == "2026-11-20T09:45:00.000+05:30")
        #expect(start(.minutes30, instant) == "2026-11-20T09:30:00.000+05:30")
        #expect(start(.minutes60, instant) == "2026-11-20T09:00:00.000+05:30")
    }

    @Test func `of a day begin at India's midnight, of a coin at UTC's`() {
        #expect(start(.day, "2026-11-20T00:00:00+05:30") == "2026-11-20T00:00:00.000+05:30")
        #expect(start(.day, "2026-11-19T23:59:59.999999+05:30") == "2026-11-19T00:00:00.000+05:30")
        #expect(start(.day, "2026-11-20T23:00:00Z", 0) == "2026-11-20T05:30:00.000+05:30")
        #expect(InstrumentID(exchange: "CRYPTO", symbol: "BTCUSDT")?.wallClockOffsetSeconds == 0)
    }

    @Test func `are known by Kite's and by the legacy words`() {
        #expect(CandleInterval(word: "5minute") == .minutes5)
        #expect(CandleInterval(word: "5min") == .minutes5)
        #expect(CandleInterval(word: "1min") == .minute && CandleInterval(word: "minute") == .minute)
        #expect(CandleInterval(word: "1minute") == .minute)
        #expect(CandleInterval(word: "day") == .day)
        #expect(CandleInterval(word: "2minute") == nil && CandleInterval(word: "") == nil)
    }
}

@Suite struct `Candles from ticks` {
    private static let id = Story.id("INFY")

    /// Ticks written as `second price dayVolume`, counted from 09:15:00.
    private func ticks(_ text: String) -> [Tick] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let opened = Timestamp(rfc3339: "2026-11-20T09:15:00+05:30")!
            return Tick(
                instrument: Self.id, at: opened + .seconds(Int64(words[0])!), lastPrice: Price(text: words[1])!,
                lastQuantity: Quantity(whole: words.count > 3 ? Int64(words[3])! : 0), dayVolume: Quantity(text: words[2])!, depth: .none)
        }
    }

    /// `open high low close volume count`.
    private func text(_ candle: Candle?) -> String {
        guard let candle else { return "none" }
        let prices = [candle.open, candle.high, candle.low, candle.close].map(\.text).joined(separator: " ")
        return prices + " \(candle.volume.text) \(candle.tickCount)"
    }

    private func built(_ story: String) -> (builder: CandleBuilder, closed: [CandleBuilder.Closed]) {
        var builder = CandleBuilder(Self.id)
        let closed = ticks(story).flatMap { builder.add($0) }
        return (builder, closed)
    }

    @Test func `take the volume from what the day's volume rose, and only its own trade from the first tick`() {
        let (builder, closed) = built(
            """
            0 100 5000 10
            20 101 5040
            59 99.5 5050
            60 100.5 5075
            """)
        #expect(closed.map(\.interval) == [.minute])
        #expect(text(closed.first?.candle) == "100 101 99.5 99.5 60 3")
        #expect(text(builder.current(.minute)) == "100.5 100.5 100.5 100.5 25 1")
        #expect(text(builder.current(.minutes5)) == "100 101 99.5 100.5 85 4")
    }

    @Test func `add nothing when the day's volume steps back, and nothing twice when it catches up`() {
        let (builder, _) = built(
            """
            0 100 5000
            1 100 5100
            2 100 5050
            3 100 5080
            4 100 5120
            """)
        #expect(text(builder.current(.minute)) == "100 100 100 100 120 5")
    }

    @Test func `let a late tick within the minute move its open and close only by its time`() {
        let (builder, _) = built(
            """
            5 100 10
            9 102 20
            8 101 30
            4 99 40
            """)
        #expect(text(builder.current(.minute)) == "99 102 99 102 30 4")
    }

    @Test func `let a late tick widen the minute that closed last, but not its open or close`() {
        let (builder, closed) = built(
            """
            0 100 10
            50 101 20
            60 102 30
            59 90 40
            61 103 50
            """)
        #expect(text(closed.first?.candle) == "100 101 100 101 10 2")
        #expect(text(builder.candles(.minute).last) == "100 101 90 101 20 3")
        #expect(text(builder.current(.minute)) == "102 103 102 103 20 2")
        #expect(text(builder.current(.minutes5)) == "100 103 90 103 40 5")
    }

    @Test func `drop what is older than the minute that closed last`() {
        let (builder, _) = built(
            """
            0 100 10
            60 101 20
            120 102 30
            30 50 40
            """)
        #expect(builder.candles(.minute).map(\.low) == [Price(text: "100")!, Price(text: "101")!])
        #expect(text(builder.current(.minutes5)) == "100 102 100 102 20 3")
    }

    @Test func `close longer candles with the minute that ends them`() {
        let (builder, closed) = built(
            """
            0 100 10
            240 101 20
            300 102 30
            """)
        #expect(closed.map(\.interval) == [.minute, .minutes3, .minute, .minutes5, .minutes10])
        #expect(text(builder.candles(.minutes5).first) == "100 101 100 101 10 2")
        #expect(text(builder.candles(.minutes15, includingCurrent: true).last) == "100 102 100 102 20 3")
    }

    @Test func `can be closed by the clock when nothing trades`() {
        var (builder, _) = built("0 100 10")
        let opened = Timestamp(rfc3339: "2026-11-20T09:15:00+05:30")!
        #expect(builder.close(before: opened + .seconds(59)).isEmpty)
        #expect(builder.close(before: opened + .seconds(60)).map(\.interval) == [.minute])
        #expect(builder.current(.minute) == nil)
        #expect(builder.close(before: opened + .seconds(300)).map(\.interval) == [.minutes3, .minutes5, .minutes10])
        #expect(ticks("30 99 20").flatMap { builder.add($0) }.isEmpty)
        #expect(text(builder.candles(.minute).last) == "100 100 99 100 10 2")
    }

    @Test func `begin the day's volume anew at midnight`() {
        let (builder, _) = built(
            """
            0 100 5000
            1 100 5100
            86400 100 70 7
            86401 100 100
            """)
        #expect(text(builder.current(.minute)) == "100 100 100 100 37 2")
        #expect(text(builder.candles(.day).last) == "100 100 100 100 100 2")
    }

    @Test func `keep five hundred closed ones of each interval`() {
        var builder = CandleBuilder(Self.id)
        for minute in 0..<2_000 {
            _ = ticks("\(minute * 60) 100 \(minute + 1)").map { builder.add($0) }
            #expect(builder.candles(.minute).count == min(minute, CandleBuilder.keptCandles))
        }
        #expect(builder.candles(.minute, count: 9_999).count == CandleBuilder.keptCandles)
        #expect(builder.candles(.minute).last?.openedAt == builder.current(.minute)!.openedAt - .seconds(60))
        #expect(builder.candles(.minute, count: 3).count == 3)
        #expect(builder.closedCount <= CandleBuilder.keptCandles * CandleInterval.allCases.count)
    }

    @Test func `of all intervals agree with the minutes resampled`() {
        var random = SeededRandom(seed: 11)
        var builder = CandleBuilder(Self.id)
        var at: Int64 = 0
        var volume: Int64 = 0
        for _ in 0..<4_000 {
            at += Int64(random.next() % 9)
            volume += Int64(random.next() % 50)
            _ = ticks("\(at) \(90 + random.next() % 20) \(volume)").map { builder.add($0) }
        }
        let minutes = builder.candles(.minute, includingCurrent: true)
        for interval in CandleInterval.allCases {
            #expect(minutes.resampled(to: interval) == builder.candles(interval, includingCurrent: true), "\(interval)")
        }
    }
}

@Suite(.enabled(if: Fixtures.available, "needs ../shared/fixtures")) struct `Candles from recorded tapes` {
    /// The recording was made of the ticks in the order of their stamps, whole seconds that several ticks share.
    @Test(arguments: ["RELIANCE", "INFY", "SBIN"], ["2021-04-13", "2021-04-28", "2021-05-03"])
    func `equal the recorded one-minute bars`(symbol: String, day: String) throws {
        let arrival = try Fixtures.tape(day, symbol)
        let tape = arrival.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        let recorded = try Fixtures.rows("intraday-1m/\(symbol).csv.gz").filter { $0[0].hasPrefix(day) }
        #expect(recorded.count >= 370)
        let built = candles(of: tape)
        let asTheyCame = candles(of: arrival)
        let minutes = Dictionary(grouping: tape) { CandleInterval.minute.start(of: $0.at) }

        for row in recorded {
            let start = try #require(Timestamp(rfc3339: row[0]))
            let candle = try #require(built[start], "\(row)")
            let ticks = try #require(minutes[start], "\(row)")
            let prices = try row[1...4].map { try #require(Price(text: $0)) }
            #expect([candle.high, candle.low] == [prices[1], prices[2]], "\(row)")
            #expect(ticks.prefix { $0.at == ticks[0].at }.contains { $0.lastPrice == prices[0] }, "\(row)")
            #expect(ticks.reversed().prefix { $0.at == ticks[ticks.count - 1].at }.contains { $0.lastPrice == prices[3] }, "\(row)")
            #expect([candle.open, candle.close] == [ticks[0].lastPrice, ticks[ticks.count - 1].lastPrice], "\(row)")
            // The recording counts what was traded before the open into the first bar; we do not.
            let before = ticks[0] == tape[0] ? tape[0].dayVolume : .zero
            #expect(candle.volume + before == Quantity(text: row[5]), "\(row)")
            let early = try #require(asTheyCame[start])
            #expect([early.high, early.low] == [candle.high, candle.low], "extremes know no order: \(row)")
        }
        for way in [built, asTheyCame] {
            #expect(way.values.reduce(tape[0].dayVolume) { $0 + $1.volume } == tape.map(\.dayVolume).max())
        }
    }

    private func candles(of tape: [Tick]) -> [Timestamp: Candle] {
        var builder = CandleBuilder(tape[0].instrument)
        for tick in tape { _ = builder.add(tick) }
        return Dictionary(uniqueKeysWithValues: builder.candles(.minute, includingCurrent: true).map { ($0.openedAt, $0) })
    }

    @Test func `bars of five minutes make the recorded bars of fifteen`() throws {
        func candles(_ path: String) throws -> [Candle] {
            try Fixtures.rows(path).map { row in
                let prices = try row[1...4].map { try #require(Price(text: $0)) }
                return Candle(
                    openedAt: try #require(Timestamp(rfc3339: row[0])), open: prices[0], high: prices[1], low: prices[2], close: prices[3],
                    volume: try #require(Quantity(text: row[5])), tickCount: 0)
            }
        }
        let five = try candles("crypto/bybit-BTCUSDT-5m.csv.gz").resampled(to: .minutes15, offsetSeconds: 0)
        let fifteen = try candles("crypto/bybit-BTCUSDT-15m.csv.gz")
        let both = Set(five.map(\.openedAt)).intersection(fifteen.map(\.openedAt))
        #expect(both.count > 8_000)
        #expect(five.filter { both.contains($0.openedAt) } == fifteen.filter { both.contains($0.openedAt) })
    }
}
