// What trading over an interval comes down to, and which instants belong to which interval. Ticks become candles in `CandleBuilder`.

/// One bar, labelled by its opening instant.
package struct Candle: Hashable, Sendable {
    /// When its interval begins; not the time of its first trade.
    package let openedAt: Timestamp
    package var open: Price
    package var high: Price
    package var low: Price
    package var close: Price
    /// Units traded in it, as far as the feed says.
    package var volume: Quantity
    /// Messages that made it; zero in history, where nobody counted.
    package var tickCount: Int

    package init(openedAt: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Quantity, tickCount: Int) {
        self.openedAt = openedAt
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.tickCount = tickCount
    }

    /// Takes in a candle of a shorter interval that follows all it holds.
    package mutating func append(_ next: Candle) {
        high = max(high, next.high)
        low = min(low, next.low)
        close = next.close
        volume += next.volume
        tickCount += next.tickCount
    }
}

/// How long a candle lasts.
///
/// One rule for live candles and history: an interval begins where the wall clock's minutes of the hour are a whole multiple of its
/// length, so an hour begins at the full hour, not at 9:15; a day begins at midnight. The wall clock is India's, and UTC's for the
/// venues that never close (`InstrumentID.wallClockOffsetSeconds`).
package enum CandleInterval: String, Sendable, Hashable, CaseIterable {
    case minute
    case minutes3 = "3minute"
    case minutes5 = "5minute"
    case minutes10 = "10minute"
    case minutes15 = "15minute"
    case minutes30 = "30minute"
    case minutes60 = "60minute"
    case day

    /// Reads Kite's word (`minute`, `5minute`, `day`) or the legacy one (`1min`, `5min`, also `1minute`).
    package init?(word: some StringProtocol) {
        guard let interval = CandleInterval.allCases.first(where: { $0.rawValue == word || $0.legacyName == word }) else {
            guard word == "1minute" else { return nil }
            self = .minute
            return
        }
        self = interval
    }

    package var minutes: Int64 {
        switch self {
        case .minute: 1
        case .minutes3: 3
        case .minutes5: 5
        case .minutes10: 10
        case .minutes15: 15
        case .minutes30: 30
        case .minutes60: 60
        case .day: 1_440
        }
    }

    /// `1min` … `60min`, and `day`.
    package var legacyName: String { self == .day ? rawValue : "\(minutes)min" }

    /// When the interval that `instant` falls into begins, on a wall clock `offsetSeconds` ahead of UTC.
    package func start(of instant: Timestamp, offsetSeconds: Int64 = indiaOffsetSeconds) -> Timestamp {
        let length = minutes * 60
        let wall = instant.seconds + offsetSeconds
        return Timestamp(seconds: wall.flooredQuotient(length) * length - offsetSeconds)
    }

    /// How long it lasts.
    package var duration: Duration { .seconds(minutes * 60) }
}

extension InstrumentID {
    /// Whose midnight begins a day: India's, and UTC's for coins, which trade round the clock and the world.
    package var wallClockOffsetSeconds: Int64 { exchange == "CRYPTO" ? 0 : indiaOffsetSeconds }
}

extension Sequence where Element == Candle {
    /// Longer candles made of shorter ones in order of time.
    package func resampled(to interval: CandleInterval, offsetSeconds: Int64 = indiaOffsetSeconds) -> [Candle] {
        var longer: [Candle] = []
        for candle in self {
            let start = interval.start(of: candle.openedAt, offsetSeconds: offsetSeconds)
            if let last = longer.last, last.openedAt == start {
                longer[longer.count - 1].append(candle)
            } else {
                longer.append(
                    Candle(
                        openedAt: start, open: candle.open, high: candle.high, low: candle.low, close: candle.close, volume: candle.volume,
                        tickCount: candle.tickCount))
            }
        }
        return longer
    }
}
