// One day of one market, resolved: its phases in order. Cheap to ask again and again; the calendar it comes from is `MarketCalendar`.

/// The phases of one trading day.
///
/// Invariants: phases follow one another without overlap; exactly one of them or more is continuous trading.
package struct TradingDay: Sendable, Hashable {
    package let date: CivilDate
    package let phases: [PhaseSpan]

    /// Traps when the phases overlap or none is continuous: a rule pack is checked when it is read.
    package init(date: CivilDate, phases: [PhaseSpan]) {
        precondition(phases.contains { $0.phase == .continuous }, "A trading day has continuous trading.")
        precondition(zip(phases, phases.dropFirst()).allSatisfy { $0.closes <= $1.opens }, "The phases of a day follow one another.")
        self.date = date
        self.phases = phases
    }

    /// Midnight in India at which the day begins.
    package var midnight: Timestamp { Timestamp(date: date, secondOfDay: 0, offsetSeconds: indiaOffsetSeconds) }

    /// The phase at an instant; nil between phases, before the first, after the last, and on another day.
    package func phase(at instant: Timestamp) -> SessionPhase? { span(at: instant)?.phase }

    package func span(at instant: Timestamp) -> PhaseSpan? {
        let second = instant.seconds - midnight.seconds
        return phases.first { $0.contains(second) }
    }

    /// When continuous trading begins, in seconds of the day.
    package var opens: Int64 { phases.first { $0.phase == .continuous }?.opens ?? 0 }
    /// When the last continuous trading ends, in seconds of the day.
    package var closes: Int64 { phases.last { $0.phase == .continuous }?.closes ?? 0 }

    /// An instant of the day by its second.
    package func instant(_ second: Int64) -> Timestamp { midnight + .seconds(second) }

    /// The day with its random ends drawn: each such phase ends early by up to its random seconds, and what follows at once begins then.
    ///
    /// `number` is chance that the caller has, the same for all who shall see the same day.
    package func drawn(by number: UInt64) -> TradingDay {
        var drawn = phases
        for (index, span) in phases.enumerated() where span.randomSeconds > 0 {
            let chance = SeededRandom.number(seed: number, date.dayNumber, Int64(index))
            let end = span.closes - Int64(chance % UInt64(span.randomSeconds + 1))
            drawn[index] = PhaseSpan(span.phase, drawn[index].opens, end)
            if index + 1 < phases.count, phases[index + 1].opens == span.closes {
                let next = phases[index + 1]
                drawn[index + 1] = PhaseSpan(next.phase, end, next.closes, randomSeconds: next.randomSeconds)
            }
        }
        return TradingDay(date: date, phases: drawn)
    }

    /// The day as legacy answers know it: a pre-open, an open, a close, an after-market.
    package var session: TradingSession {
        let first = phases.first?.opens ?? 0
        let last = phases.last?.closes ?? 0
        return TradingSession(
            preOpen: first < opens ? first : nil, open: opens, close: closes, postClose: last > closes ? last : nil)
    }
}
