// The built-in market: the same for the same seed, sound depth, sane prices, and history that joins the live price.

import Testing

@testable import Trading

@Suite struct `The simulated market` {
    static let start = Timestamp(rfc3339: "2026-11-20T09:15:00+05:30")!

    @Test func `lists well-known shares, invented ones, coins and indices, all labelled simulated`() {
        let market = SimulatedMarket(seed: 1, at: Self.start)
        let ids = market.instruments.map(\.id)
        for key in [
            "NSE:RELIANCE", "NSE:INFY", "NSE:M&M", "NSE:BAJAJ-AUTO", "NSE:DEMOBANK", "CRYPTO:BTCUSDT", "NSE:NIFTY 50", "NSE:NIFTY BANK",
        ] {
            #expect(ids.contains(InstrumentID(key: key)!), "\(key)")
        }
        #expect(Set(ids).count == ids.count && Set(market.instruments.map(\.token)).count == ids.count)
        #expect(market.instruments.allSatisfy { $0.isSimulated })
        #expect(market.instruments.filter { !$0.isTradable }.map(\.id.symbol) == ["NIFTY 50", "NIFTY BANK"])
        #expect(market.instruments.count >= 50)
    }

    @Test func `has ticks by price band`() {
        for (rupees, tick) in [
            (249, "0.01"), (250, "0.05"), (999, "0.05"), (1_000, "0.1"), (4_999, "0.1"), (5_000, "0.5"), (10_000, "1"), (20_000, "5"),
        ] {
            #expect(SimulatedListing.tickSize(forRupees: Int64(rupees)).text == tick, "\(rupees)")
        }
    }

    @Test func `quotes everything at once, five levels deep`() {
        var market = SimulatedMarket(seed: 1, at: Self.start)
        let ticks = market.openingTicks()
        #expect(ticks.map(\.instrument) == market.instruments.map(\.id))
        #expect(ticks.allSatisfy { $0.at == Self.start })
        for (tick, instrument) in zip(ticks, market.instruments) {
            #expect(tick.depth.bids.count == (instrument.isTradable ? 5 : 0) && tick.depth.asks.count == tick.depth.bids.count)
        }
    }

    @Test func `gives the same ticks however often it is asked`() {
        var once = SimulatedMarket(seed: 7, at: Self.start)
        let all = once.ticks(until: Self.start + .seconds(20))
        var often = SimulatedMarket(seed: 7, at: Self.start)
        var pieces: [Tick] = []
        var at = Self.start
        while at < Self.start + .seconds(20) {
            at = at + .milliseconds(170)
            pieces += often.ticks(until: min(at, Self.start + .seconds(20)))
        }
        #expect(pieces == all)
        #expect(once.ticks(until: Self.start).isEmpty, "time does not go back")
        var other = SimulatedMarket(seed: 8, at: Self.start)
        #expect(other.ticks(until: Self.start + .seconds(20)) != all)
    }

    @Test func `moves every instrument, a few times a second`() {
        var market = SimulatedMarket(seed: 3, at: Self.start)
        let ticks = market.ticks(until: Self.start + .seconds(30))
        let perInstrument = Dictionary(grouping: ticks, by: \.instrument).mapValues(\.count)
        #expect(perInstrument.count == market.instruments.count)
        #expect(perInstrument[InstrumentID(key: "NSE:RELIANCE")!]! > 40 && perInstrument.values.max()! <= 120)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    @Test func `after a long silence gives the last part only`() {
        var slept = SimulatedMarket(seed: 3, at: Self.start)
        let wake = Self.start + .seconds(36_000)
        let late = slept.ticks(until: wake)
        #expect(late.allSatisfy { $0.at > wake - SimulatedMarket.catchUpLimit } && late.count < 8_000)
        var awake = SimulatedMarket(seed: 3, at: wake - SimulatedMarket.catchUpLimit)
        #expect(awake.ticks(until: wake) == late)
    }

    @Test func `keeps its depth sorted, positive, on the tick and uncrossed for weeks`() {
        for week in 0..<8 {
            var market = SimulatedMarket(seed: 5, at: Self.start + .seconds(Int64(week) * 604_800))
            let instruments = Dictionary(uniqueKeysWithValues: market.instruments.map { ($0.id, $0) })
            for tick in market.openingTicks() + market.ticks(until: Self.start + .seconds(Int64(week) * 604_800 + 10)) {
                let instrument = instruments[tick.instrument]!
                #expect(tick.lastPrice > .zero)
                guard instrument.isTradable else { continue }
                let bids = tick.depth.bids.map(\.price)
                let asks = tick.depth.asks.map(\.price)
                let levels = tick.depth.bids + tick.depth.asks
                let isSound =
                    bids[0] < asks[0] && zip(bids, bids.dropFirst()).allSatisfy { $0 > $1 }
                    && zip(asks, asks.dropFirst()).allSatisfy { $0 < $1 }
                    && levels.allSatisfy { $0.price > .zero && $0.price.isMultiple(of: instrument.tickSize) }
                    && levels.allSatisfy { $0.quantity > .zero && $0.quantity.isMultiple(of: instrument.lotSize) && $0.orders > 0 }
                    && (tick.lastPrice == bids[0] || tick.lastPrice == asks[0]) && tick.lastQuantity.isMultiple(of: instrument.lotSize)
                if !isSound { Issue.record("\(tick)") }
            }
        }
    }

    @Test func `keeps prices within bounds for a year, moving every day`() {
        let market = SimulatedMarket(seed: 9, at: Self.start)
        for place in market.lines.indices where market.lines[place].listing.contract == nil {
            let base = market.lines[place].listing.baseSteps
            let days = (0..<365).map { market.steps(of: place, at: Self.start + .seconds(Int64($0) * 86_400)) }
            #expect(days.allSatisfy { $0 > base / 2 && $0 < base * 3 / 2 }, "\(market.instruments[place].id)")
            #expect(Set(days).count > 150, "\(market.instruments[place].id)")
        }
    }

    @Test func `counts the day's volume up from midnight`() {
        var market = SimulatedMarket(seed: 4, at: Timestamp(rfc3339: "2026-11-20T23:59:50+05:30")!)
        let id = InstrumentID(key: "NSE:SBIN")!
        let ticks = market.ticks(until: Timestamp(rfc3339: "2026-11-21T00:00:10+05:30")!).filter { $0.instrument == id }
        let midnight = Timestamp(rfc3339: "2026-11-21T00:00:00+05:30")!
        let before = ticks.filter { $0.at < midnight }.map(\.dayVolume)
        let after = ticks.filter { $0.at >= midnight }.map(\.dayVolume)
        #expect(zip(before, before.dropFirst()).allSatisfy { $0 <= $1 } && zip(after, after.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(before.last! > Quantity(whole: 1_000_000) && after.first! < Quantity(whole: 100_000))
    }

    @Test func `moves the index with its members`() {
        let market = SimulatedMarket(seed: 2, at: Self.start)
        let index = market.places[InstrumentID(key: "NSE:NIFTY BANK")!]!
        let members = market.lines[index].members
        #expect(members.count == 6)
        let later = Self.start + .seconds(500_000)
        func relative(_ place: Int) -> Int64 { market.steps(of: place, at: later) * 1_000_000 / market.lines[place].listing.baseSteps }
        let weights = members.reduce(Int64(0)) { $0 + $1.weight }
        let mean = members.reduce(Int64(0)) { $0 + $1.weight * relative($1.line) } / weights
        #expect(abs(relative(index) - mean) < 200, "parts of a million: \(relative(index)) against \(mean)")
    }
}

@Suite struct `Simulated history` {
    private let market = SimulatedMarket(seed: 21, at: `The simulated market`.start)
    private let start = `The simulated market`.start
    private let id = InstrumentID(key: "NSE:RELIANCE")!

    @Test func `is the same for every range that holds a bar`() {
        let wide = market.history(id, interval: .minute, in: start - .seconds(7_200)...start - .seconds(1))
        let narrow = market.history(id, interval: .minute, in: start - .seconds(1_200)...start - .seconds(600) - .seconds(1))
        #expect(wide.count == 120 && narrow.count == 10)
        #expect(wide.filter { $0.openedAt >= start - .seconds(1_200) && $0.openedAt < start - .seconds(600) } == narrow)
        let later = SimulatedMarket(seed: 21, at: start + .seconds(86_400))
        #expect(later.history(id, interval: .minute, in: start - .seconds(7_200)...start - .seconds(1)) == wide)
    }

    @Test func `joins the live price`() throws {
        var market = market
        for tick in market.openingTicks() {
            let place = try #require(market.places[tick.instrument])
            guard market.lines[place].listing.contract == nil else { continue }
            let last = try #require(
                market.history(tick.instrument, interval: .minute, in: start - .seconds(600)...start - .seconds(1)).last)
            let steps = (last.close.units - tick.lastPrice.units).magnitude / UInt64(market.lines[place].listing.step.units)
            let bound = UInt64(market.lines[place].listing.baseSteps / 2_000 + 4)
            #expect(steps <= bound, "\(tick.instrument): \(last.close.text), \(tick.lastPrice.text)")
        }
    }

    @Test func `has sound bars on the tick, and longer ones made of shorter ones`() {
        let minutes = market.history(id, interval: .minute, in: start - .seconds(86_400)...start - .seconds(1))
        #expect(minutes.count == 1_440)
        #expect(minutes.allSatisfy { $0.low <= min($0.open, $0.close) && $0.high >= max($0.open, $0.close) && $0.volume > .zero })
        #expect(minutes.allSatisfy { $0.close.isMultiple(of: Price(text: "0.1")!) })
        #expect(Set(minutes.map(\.close)).count > 100)
        let fifteen = market.history(id, interval: .minutes15, in: start - .seconds(86_400)...start - .seconds(1))
        #expect(minutes.resampled(to: .minutes15) == fifteen)
    }

    @Test func `follows exchange hours when asked`() {
        let day = Timestamp(rfc3339: "2026-11-20T00:00:00+05:30")!
        let bars = market.history(id, interval: .minute, in: day...day + .seconds(86_400) - .seconds(1), hours: .exchange)
        #expect(bars.count == 375 && bars.first?.openedAt == start)
        let days = market.history(id, interval: .day, in: day - .seconds(30 * 86_400)...day - .seconds(1), hours: .exchange)
        #expect(
            days.allSatisfy {
                MarketHours.exchange.isTradingDay(CivilDate(dayNumber: $0.openedAt.dayNumber(offsetSeconds: indiaOffsetSeconds)))
            })
        #expect(days.count >= 19 && days.count <= 21)
    }

    @Test func `reaches back as far as its limits and no further`() {
        let long = market.history(id, interval: .minutes60, in: start - .seconds(90 * 86_400)...start - .seconds(1))
        #expect(
            long.count >= Int(SimulatedMarket.intradayHistoryDays) * 24 - 1
                && long.count <= Int(SimulatedMarket.intradayHistoryDays) * 24 + 1)
        let days = market.history(id, interval: .day, in: start - .seconds(3_000 * 86_400)...start - .seconds(1))
        #expect(days.count == Int(SimulatedMarket.dailyHistoryDays))
        #expect(market.history(id, interval: .minute, in: start + .seconds(1)...start + .seconds(59)).isEmpty)
        #expect(market.history(Story.id("GHOST"), interval: .minute, in: start - .seconds(600)...start - .seconds(1)).isEmpty)
    }

    @Test func `knows the previous day's close`() {
        let bars = market.history(id, interval: .minute, in: start - .seconds(86_400)...start - .seconds(1))
        let midnight = CivilDate("2026-11-20")!
        let opening = bars.first { $0.openedAt == Timestamp(date: midnight, offsetSeconds: indiaOffsetSeconds) }
        #expect(market.previousClose(of: id, at: start) == opening?.open)
    }
}
