// Candles of the time before the simulated market was started, and of any other: they are computed from the same walk that the ticks
// follow, so they join the live price and are the same whenever they are asked for.

extension SimulatedMarket {
    /// How far minutes to hours reach back from the end of the range; bounds one request's work.
    package static let intradayHistoryDays: Int64 = 30
    /// How far days reach back.
    package static let dailyHistoryDays: Int64 = 2_000

    /// Candles of `id` that open from `from` on and before `to`, oldest first, only as far as `to` in the last one.
    ///
    /// The walk is looked at every 4 seconds, for days every 256 seconds, so a candle can miss an extreme that a tick had. With exchange
    /// `hours`, only what happened while it was open is in. Nothing for what is not listed.
    package func history(
        of id: InstrumentID, _ interval: CandleInterval, from: Timestamp, to: Timestamp, hours: MarketHours = .always
    ) -> [Candle] {
        guard let place = places[id], from < to else { return [] }
        let offset = id.wallClockOffsetSeconds
        let reach = interval == .day ? SimulatedMarket.dailyHistoryDays : SimulatedMarket.intradayHistoryDays
        let earliest = max(from, to - .seconds(reach * 86_400))
        let aligned = interval.start(of: earliest, offsetSeconds: offset)
        var second = (aligned < earliest ? aligned + interval.duration : aligned).seconds
        let end = (to.microseconds + 999_999) / 1_000_000
        let fineness = interval == .day ? 8 : 2
        var candles: [Candle] = []
        while second < end {
            // Stretches of 2^14 seconds: the way down to a stretch costs little beside its points.
            let (start, moves) = moves(of: place, around: second, exponent: 14, fineness: fineness)
            for (number, move) in moves.enumerated() {
                let at = start + Int64(number) << Int64(fineness)
                guard at >= second, at < end else { continue }
                let instant = Timestamp(seconds: at)
                guard hours.isOpen(at: instant) else { continue }
                let price = Price(units: steps(of: place, moved: move) * lines[place].listing.step.units)
                let opened = interval.start(of: instant, offsetSeconds: offset)
                if candles.last?.openedAt == opened {
                    candles[candles.count - 1].touch(price)
                } else {
                    candles.append(
                        Candle(openedAt: opened, open: price, high: price, low: price, close: price, volume: .zero, tickCount: 0))
                }
            }
            second = start + (1 << 14)
        }
        for index in candles.indices {
            candles[index].volume = volume(of: place, candles[index].openedAt, interval, until: to, hours)
        }
        return candles
    }

    private func moves(of place: Int, around second: Int64, exponent: Int, fineness: Int) -> (start: Int64, values: [Int64]) {
        let line = lines[place]
        let market = common.points(around: second, exponent: exponent, fineness: fineness)
        guard !line.members.isEmpty else {
            var own = line.path.points(around: second, exponent: exponent, fineness: fineness)
            if line.listing.instrument.kind == "EQ" {
                for index in own.values.indices { own.values[index] += market.values[index] }
            }
            return own
        }
        var sums = [Int64](repeating: 0, count: market.values.count)
        for (member, weight) in line.members {
            let own = lines[member].path.points(around: second, exponent: exponent, fineness: fineness)
            for index in sums.indices { sums[index] += weight * own.values[index] }
        }
        let weights = line.members.reduce(Int64(0)) { $0 + $1.weight }
        for index in sums.indices { sums[index] = sums[index] / weights + market.values[index] }
        return (market.start, sums)
    }

    private func volume(
        of place: Int, _ opened: Timestamp, _ interval: CandleInterval, until to: Timestamp, _ hours: MarketHours
    ) -> Quantity {
        var sum = Quantity.zero
        let first = opened.seconds / 60
        let last = min(first + interval.minutes, (to.seconds + 59) / 60)
        for minute in first..<max(first, last) where hours.isOpen(at: Timestamp(seconds: minute * 60)) {
            sum += minuteVolume(of: place, minute: minute)
        }
        return sum
    }
}

extension Candle {
    fileprivate mutating func touch(_ price: Price) {
        high = max(high, price)
        low = min(low, price)
        close = price
    }
}
