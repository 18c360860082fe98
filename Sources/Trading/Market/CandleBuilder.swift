// Candles of one instrument out of its ticks, all intervals at once. A tick touches only the minute; longer candles take in each minute
// when it closes, and are shown with the minute that is still building on top.
//
// Feeds are out of order by a second or two, and cumulative volume steps back with them. The rules for a late tick:
// - within the minute that is building: the close is the price with the latest time (of equal times the last to arrive), the open the
//   one with the earliest; high, low and volume count it like any other;
// - in the minute that closed last: it widens high and low and adds volume there and in the longer candles over it, but moves neither
//   open nor close, which were already given out;
// - older than that: it is dropped.
// Volume is what the day's volume rose above its highest so far, so a step back adds nothing and is not counted twice when it catches up.

/// Builds the candles of one instrument and keeps the latest closed ones.
package struct CandleBuilder: Sendable {
    /// Closed candles kept per interval.
    package static let keptCandles = 500
    /// Of a contract: there are hundreds, and each lives for weeks.
    package static let keptContractCandles = 60

    /// A candle that just closed.
    package struct Closed: Hashable, Sendable {
        package let interval: CandleInterval
        package let candle: Candle
    }

    private struct Series: Sendable {
        let interval: CandleInterval
        /// The closed minutes of the candle that is building; nil before the first of them.
        var building: Candle?
        var closed: [Candle] = []

        mutating func keep(_ candle: Candle, atMost kept: Int) {
            closed.append(candle)
            // Half as much again before moving anything, so that a candle costs the same whether the limit is met or not.
            if closed.count > kept + kept / 2 { closed.removeFirst(closed.count - kept) }
        }
    }

    package let instrument: InstrumentID
    private let offsetSeconds: Int64
    private let kept: Int
    private var minute: Candle?
    /// The times of the ticks that gave the building minute its open and its close.
    private var openAt = Timestamp(seconds: 0)
    private var closeAt = Timestamp(seconds: 0)
    private var minutes: Series
    private var longer: [Series]
    private var day = Int64.min
    private var highestDayVolume = Quantity.zero

    package init(_ instrument: InstrumentID, keeping kept: Int = keptCandles) {
        self.instrument = instrument
        self.kept = kept
        offsetSeconds = instrument.wallClockOffsetSeconds
        minutes = Series(interval: .minute)
        longer = CandleInterval.allCases.filter { $0 != .minute }.map { Series(interval: $0) }
    }

    /// The latest closed candles, oldest first, at most `keptCandles`; with `includingCurrent` the one that is building follows.
    package func candles(_ interval: CandleInterval, count: Int = keptCandles, includingCurrent: Bool = false) -> [Candle] {
        let closed = interval == .minute ? minutes.closed : (longer.first { $0.interval == interval }?.closed ?? [])
        var candles = Array(closed.suffix(max(0, min(count, kept))))
        if includingCurrent, let current = current(interval) { candles.append(current) }
        return candles
    }

    /// The candle that is building; nil before the first tick and after `close(before:)` until the next.
    package func current(_ interval: CandleInterval) -> Candle? {
        guard interval != .minute else { return minute }
        guard let series = longer.first(where: { $0.interval == interval }) else { return nil }
        guard let minute else { return series.building }
        let start = interval.start(of: minute.openedAt, offsetSeconds: offsetSeconds)
        guard var building = series.building, building.openedAt == start else { return minute.opening(at: start) }
        building.append(minute)
        return building
    }

    /// How many closed candles are held, all intervals together.
    package var closedCount: Int { ([minutes] + longer).reduce(0) { $0 + min($1.closed.count, kept) } }

    /// Takes a tick of the instrument in; gives the candles it closed, shorter intervals first.
    package mutating func add(_ tick: Tick) -> [Closed] {
        precondition(tick.instrument == instrument, "A builder builds one instrument's candles.")
        guard tick.lastPrice > .zero else { return [] }
        let start = CandleInterval.minute.start(of: tick.at, offsetSeconds: offsetSeconds)
        guard let minute, start <= minute.openedAt else {
            if self.minute == nil, let last = minutes.closed.last, start <= last.openedAt {
                if start == last.openedAt { amendLastClosed(tick) }
                return []
            }
            let closed = closeMinute(nextStart: start)
            self.minute = Candle(
                openedAt: start, open: tick.lastPrice, high: tick.lastPrice, low: tick.lastPrice, close: tick.lastPrice,
                volume: volume(of: tick), tickCount: 1)
            openAt = tick.at
            closeAt = tick.at
            return closed
        }
        if start == minute.openedAt {
            addToMinute(tick)
        } else if start == minutes.closed.last?.openedAt {
            amendLastClosed(tick)
        }
        return []
    }

    /// Closes every candle whose interval is over at `instant`, so that a quiet instrument's candles are not left open.
    ///
    /// Call it a little after the interval's end: feeds are late by a second or two.
    package mutating func close(before instant: Timestamp) -> [Closed] {
        let start = CandleInterval.minute.start(of: instant, offsetSeconds: offsetSeconds)
        if let minute, start <= minute.openedAt { return [] }
        return closeMinute(nextStart: start)
    }

    // MARK: - Parts

    private mutating func addToMinute(_ tick: Tick) {
        let added = volume(of: tick)
        minute?.widen(to: tick.lastPrice, volume: added)
        if tick.at < openAt {
            minute?.open = tick.lastPrice
            openAt = tick.at
        }
        if tick.at >= closeAt {
            minute?.close = tick.lastPrice
            closeAt = tick.at
        }
    }

    /// Widening is all that happens to a closed minute, so the longer candles over it can be widened the same way.
    private mutating func amendLastClosed(_ tick: Tick) {
        let added = volume(of: tick)
        let last = minutes.closed.count - 1
        minutes.closed[last].widen(to: tick.lastPrice, volume: added)
        let minuteStart = minutes.closed[last].openedAt
        for index in longer.indices {
            let start = longer[index].interval.start(of: minuteStart, offsetSeconds: offsetSeconds)
            if longer[index].building?.openedAt == start {
                longer[index].building?.widen(to: tick.lastPrice, volume: added)
            } else if longer[index].closed.last?.openedAt == start {
                longer[index].closed[longer[index].closed.count - 1].widen(to: tick.lastPrice, volume: added)
            }
        }
    }

    /// Closes the building minute, and of the longer candles those that `nextStart` lies beyond.
    private mutating func closeMinute(nextStart: Timestamp) -> [Closed] {
        var closed: [Closed] = []
        if let minute {
            minutes.keep(minute, atMost: kept)
            closed.append(Closed(interval: .minute, candle: minute))
        }
        for index in longer.indices {
            let interval = longer[index].interval
            if let minute {
                if longer[index].building == nil {
                    longer[index].building = minute.opening(at: interval.start(of: minute.openedAt, offsetSeconds: offsetSeconds))
                } else {
                    longer[index].building?.append(minute)
                }
            }
            if let building = longer[index].building, interval.start(of: nextStart, offsetSeconds: offsetSeconds) > building.openedAt {
                longer[index].keep(building, atMost: kept)
                longer[index].building = nil
                closed.append(Closed(interval: interval, candle: building))
            }
        }
        minute = nil
        return closed
    }

    /// Units that the tick adds: the rise of the day's volume over its highest so far.
    ///
    /// The first tick of a day adds only its own trade, since what was traded before it is not this candle's; so does every tick of a feed
    /// that tells no day volume.
    private mutating func volume(of tick: Tick) -> Quantity {
        let tickDay = tick.at.dayNumber(offsetSeconds: offsetSeconds)
        guard tickDay >= day else { return .zero }
        guard tickDay == day, tick.dayVolume > .zero else {
            if tickDay > day { highestDayVolume = .zero }
            day = tickDay
            highestDayVolume = max(highestDayVolume, tick.dayVolume)
            return tick.lastQuantity
        }
        guard tick.dayVolume > highestDayVolume else { return .zero }
        defer { highestDayVolume = tick.dayVolume }
        return highestDayVolume == .zero ? tick.lastQuantity : tick.dayVolume - highestDayVolume
    }
}

extension Candle {
    /// The same trading, seen as the beginning of a longer candle.
    fileprivate func opening(at start: Timestamp) -> Candle {
        Candle(openedAt: start, open: open, high: high, low: low, close: close, volume: volume, tickCount: tickCount)
    }

    fileprivate mutating func widen(to price: Price, volume added: Quantity) {
        high = max(high, price)
        low = min(low, price)
        volume += added
        tickCount += 1
    }
}
