// Candles of the time before the simulated market was started, and of any other: they are computed from the same walk that the ticks
// follow, so they join the live price and are the same whenever they are asked for.

extension SimulatedMarket {
    /// How far minutes to hours reach back from the end of the range; bounds one request's work.
    package static let intradayHistoryDays: Int64 = 30
    /// How far days reach back.
    package static let dailyHistoryDays: Int64 = 2_000

    /// The candles of `id` that begin within `range`, oldest first; nothing for what is not listed.
    ///
    /// Each is whole, even if its end lies ahead: ask for what has ended. The walk is looked at every 4 seconds, for days every 256, for
    /// indices a quarter as often, so a candle can miss an extreme that a tick had. With exchange `hours`, only what happened while
    /// it was open is in. A day of minutes takes a millisecond, a month thirty: that is work for the pool.
    package func history(
        _ id: InstrumentID, interval: CandleInterval, in range: ClosedRange<Timestamp>, hours: MarketHours = .always
    ) -> [Candle] {
        guard let place = places[id] else { return [] }
        let offset = id.wallClockOffsetSeconds
        let reach = interval == .day ? SimulatedMarket.dailyHistoryDays : SimulatedMarket.intradayHistoryDays
        var earliest = max(range.lowerBound, range.upperBound - .seconds(reach * 86_400))
        var range = range
        if let contract = lines[place].listing.contract {
            earliest = max(earliest, contract.listedAt)
            guard range.lowerBound < contract.expiresAt else { return [] }
            range = range.lowerBound...min(range.upperBound, contract.expiresAt - .seconds(1))
        }
        let aligned = interval.start(of: earliest, offsetSeconds: offset)
        let first = (aligned < earliest ? aligned + interval.duration : aligned).seconds
        let end = (interval.start(of: range.upperBound, offsetSeconds: offset) + interval.duration).seconds
        guard first < end else { return [] }
        var history = HistoryBuilder(interval: interval, offset: offset)
        let firstDay = Timestamp(seconds: first).dayNumber(offsetSeconds: indiaOffsetSeconds)
        let lastDay = Timestamp(seconds: end - 1).dayNumber(offsetSeconds: indiaOffsetSeconds)
        for day in firstDay...lastDay {
            guard let open = hours.openSeconds(onDay: day) else { continue }
            let from = max(open.lowerBound, first)
            let to = min(open.upperBound, end)
            if from < to { add(place, from..<to, to: &history) }
        }
        return history.candles
    }

    /// Walks through a span in which the market is open.
    private func add(_ place: Int, _ span: Range<Int64>, to history: inout HistoryBuilder) {
        // An index is the mean of many walks: smoother than each, and dearer to look at.
        let source = lines[place].index ?? place
        let fineness = (history.interval == .day ? 8 : 2) + (lines[source].members.isEmpty ? 0 : 2)
        let unit = lines[place].listing.step.units
        let indexUnit = lines[source].listing.step.units
        let isContract = lines[place].index != nil
        var second = span.lowerBound
        while second < span.upperBound {
            // Stretches of 2^12 seconds: the way down to a stretch costs little beside its points.
            let (start, moves) = moves(of: source, around: second, exponent: 12, fineness: fineness)
            for (number, move) in moves.enumerated() {
                let at = start + Int64(number) << Int64(fineness)
                guard at >= second, at < span.upperBound else { continue }
                var steps = steps(of: source, moved: move)
                if isContract {
                    steps = self.steps(of: place, index: Price(units: steps * indexUnit), at: Timestamp(seconds: at))
                }
                history.add(Price(units: steps * unit), at: at)
            }
            second = start + (1 << 12)
        }
        for minute in span.lowerBound / 60..<(span.upperBound + 59) / 60 {
            history.add(minuteVolume(of: place, minute: minute), ofMinute: minute)
        }
    }

    private func moves(of place: Int, around second: Int64, exponent: Int, fineness: Int) -> (start: Int64, values: [Int64]) {
        let line = lines[place]
        guard line.listing.instrument.kind != "SPOT" else {
            return line.path.points(around: second, exponent: exponent, fineness: fineness)
        }
        var (start, moves) = common.points(around: second, exponent: exponent, fineness: fineness)
        let parts = line.members.isEmpty ? [(line: place, weight: Int64(1))] : line.members
        let weights = parts.reduce(Int64(0)) { $0 + $1.weight }
        var sums = [Int64](repeating: 0, count: moves.count)
        for (part, weight) in parts {
            let own = lines[part].path.points(around: second, exponent: exponent, fineness: fineness).values
            for index in sums.indices { sums[index] += weight * own[index] }
        }
        for index in moves.indices { moves[index] += sums[index] / weights }
        return (start, moves)
    }
}

/// Candles in the making: prices come in order of time, volumes by minute after the prices of their span.
private struct HistoryBuilder {
    let interval: CandleInterval
    let offset: Int64
    private(set) var candles: [Candle] = []
    /// When the last candle ends, in seconds; sparing a division a price.
    private var end = Int64.min
    /// The candle that takes volume.
    private var filling = 0

    init(interval: CandleInterval, offset: Int64) {
        self.interval = interval
        self.offset = offset
    }

    mutating func add(_ price: Price, at second: Int64) {
        guard second >= end else {
            let last = candles.count - 1
            candles[last].high = max(candles[last].high, price)
            candles[last].low = min(candles[last].low, price)
            candles[last].close = price
            return
        }
        let opened = interval.start(of: Timestamp(seconds: second), offsetSeconds: offset)
        end = opened.seconds + interval.minutes * 60
        candles.append(Candle(openedAt: opened, open: price, high: price, low: price, close: price, volume: .zero, tickCount: 0))
    }

    mutating func add(_ volume: Quantity, ofMinute minute: Int64) {
        let instant = Timestamp(seconds: minute * 60)
        while filling + 1 < candles.count, candles[filling + 1].openedAt <= instant { filling += 1 }
        if filling < candles.count { candles[filling].volume += volume }
    }
}
