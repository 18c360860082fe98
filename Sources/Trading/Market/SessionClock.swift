// A market's phases for somebody who asks at every tick.

/// What phase a market is in, with the present day at hand: a question within one day looks nothing up.
package struct SessionClock: Sendable {
    package let hours: MarketHours
    private var dayNumber: Int64?
    /// The phases of the day last asked about; nil when nothing trades on it.
    package private(set) var today: TradingDay?

    package init(_ hours: MarketHours) { self.hours = hours }

    /// The phase at `instant`; nil when no order can come in.
    package mutating func phase(at instant: Timestamp) -> SessionPhase? {
        turn(to: instant)
        return today?.phase(at: instant)
    }

    /// Makes `today` the day in India that `instant` falls on.
    package mutating func turn(to instant: Timestamp) {
        let number = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        guard number != dayNumber else { return }
        dayNumber = number
        today = hours.day(CivilDate(dayNumber: number))
    }
}
