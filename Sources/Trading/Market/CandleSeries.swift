// Candles of history as a series: where some are missing, how several sources join, and what splits and bonus issues do to the old ones.

/// A stretch without candles while the market was open.
package struct CandleGap: Hashable, Sendable {
    /// When the first missing candle would begin.
    package let from: Timestamp
    /// When the next candle begins.
    package let to: Timestamp
}

/// Shares were split or given out: from `day` on, one old share is `1 / factor` new ones.
package struct CorporateAction: Hashable, Sendable {
    package let instrument: InstrumentID
    /// The first day that trades at the new price.
    package let day: CivilDate
    /// What the old price is multiplied by, in units of 10⁻⁸: 20,000,000 for one share made five.
    package let factor: Int64

    package init(instrument: InstrumentID, day: CivilDate, factor: Int64) {
        self.instrument = instrument
        self.day = day
        self.factor = factor
    }
}

extension Array where Element == Candle {
    /// Gaps told in one answer, at most.
    package static var gapLimit: Int { 1_000 }

    /// The gaps between candles in order of time, oldest first, at most `gapLimit`.
    ///
    /// Where the market was closed nothing is missing. A thin instrument has minutes without a trade, so a gap says that nothing is
    /// known, not that something is wrong.
    package func gaps(_ interval: CandleInterval, hours: MarketHours) -> [CandleGap] {
        var gaps: [CandleGap] = []
        let length = interval.minutes * 60
        for (one, next) in zip(self, dropFirst()) {
            guard gaps.count < Self.gapLimit else { break }
            guard next.openedAt.seconds - one.openedAt.seconds > length else { continue }
            let missing = (one.openedAt.seconds + length)..<next.openedAt.seconds
            guard let first = hours.firstOpening(in: missing, isDay: interval == .day) else { continue }
            gaps.append(CandleGap(from: Timestamp(seconds: first), to: next.openedAt))
        }
        return gaps
    }

    /// The candles as if all shares had always been those of today: before each action's day prices are multiplied, volumes divided.
    /// Rounded half up to 10⁻⁸.
    package func adjusted(for actions: [CorporateAction], offsetSeconds: Int64 = indiaOffsetSeconds) -> [Candle] {
        guard !actions.isEmpty else { return self }
        let actions = actions.sorted { $0.day < $1.day }
        return map { candle in
            let day = CivilDate(dayNumber: candle.openedAt.dayNumber(offsetSeconds: offsetSeconds))
            var candle = candle
            for action in actions where day < action.day { candle = candle.adjusted(by: action.factor) }
            return candle
        }
    }

    /// This series with another one in it: where both have a candle, and wherever `other` reaches from its first to its last, `other` holds.
    package func overlaid(by other: [Candle]) -> [Candle] {
        guard let first = other.first, let last = other.last else { return self }
        return filter { $0.openedAt < first.openedAt } + other + filter { $0.openedAt > last.openedAt }
    }
}

extension Candle {
    fileprivate func adjusted(by factor: Int64) -> Candle {
        func price(_ price: Price) -> Price {
            Price(
                units: Int64(clamping: FixedPoint.divideRoundingHalfUp(Int128(price.units) * Int128(factor), by: Int128(fixedPointScale))))
        }
        let volume = FixedPoint.divideRoundingHalfUp(Int128(volume.units) * Int128(fixedPointScale), by: Int128(factor))
        return Candle(
            openedAt: openedAt, open: price(open), high: price(high), low: price(low), close: price(close),
            volume: Quantity(units: Int64(clamping: volume)), tickCount: tickCount)
    }
}

extension MarketHours {
    /// The first second of `span` in which the market is open; with `isDay` the first midnight of a trading day.
    fileprivate func firstOpening(in span: Range<Int64>, isDay: Bool) -> Int64? {
        let first = Timestamp(seconds: span.lowerBound).dayNumber(offsetSeconds: indiaOffsetSeconds)
        let last = Timestamp(seconds: span.upperBound - 1).dayNumber(offsetSeconds: indiaOffsetSeconds)
        // A hole of years is found at its first day, and a calendar closes for some days at most.
        for day in first...last {
            guard let open = openSeconds(onDay: day) else { continue }
            let start = isDay ? day * 86_400 - indiaOffsetSeconds : Swift.max(open.lowerBound, span.lowerBound)
            if start >= span.lowerBound, start < Swift.min(isDay ? .max : open.upperBound, span.upperBound) { return start }
        }
        return nil
    }
}
