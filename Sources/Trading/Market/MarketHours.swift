// When a market trades, in the words of badges and legacy answers. The phases of a day are `TradingDay`, the calendar of days is
// `MarketCalendar`; a market that never closes has none. Exchange-local time lives here, in rule packs and on legacy wires only.

/// The opening times of one day, in seconds of the wall clock in India.
package struct TradingSession: Hashable, Sendable {
    /// When orders are collected before the open; nil when the day has no such phase.
    package let preOpen: Int64?
    package let open: Int64
    package let close: Int64
    /// Until when the day counts as after market; nil when the day has no such phase.
    package let postClose: Int64?

    package init(preOpen: Int64?, open: Int64, close: Int64, postClose: Int64?) {
        self.preOpen = preOpen
        self.open = open
        self.close = close
        self.postClose = postClose
    }

    /// Pre-open 9:00, open 9:15 to 15:30, after market until 16:00.
    package static let regular = TradingSession(preOpen: 9 * 3_600, open: 33_300, close: 55_800, postClose: 16 * 3_600)
}

/// Where in its day a market is; the raw values are the legacy words.
package enum MarketPhase: String, Sendable, Hashable, CaseIterable {
    case preOpen = "PRE-MARKET"
    case open = "REGULAR"
    case postClose = "POST-MARKET"
    /// A trading day, before its pre-open or after its post-market.
    case afterHours = "AFTER-HOURS"
    case weekend = "WEEKEND"
    case holiday = "HOLIDAY"

    /// `OPEN`, `PRE-OPEN` or `CLOSED`, the legacy status.
    package var statusWord: String {
        switch self {
        case .open: "OPEN"
        case .preOpen: "PRE-OPEN"
        case .postClose, .afterHours, .weekend, .holiday: "CLOSED"
        }
    }
}

/// A market's hours as a badge shows them.
package struct MarketStatus: Hashable, Sendable {
    package let phase: MarketPhase
    /// Until the open, during the pre-open.
    package let opensIn: Duration?
    /// Until the close, while open; nil when it never closes.
    package let closesIn: Duration?
    /// The next open, while closed; nil when the calendar knows none within `MarketHours.searchDays`.
    package let nextOpen: Timestamp?
    /// The holiday's name, when nothing trades because of it.
    package let holiday: String?

    /// Whether live prices are worth a connection: before the open and while open.
    package var isStreamingRecommended: Bool { phase == .open || phase == .preOpen }
}

/// When a market trades.
package struct MarketHours: Sendable, Hashable {
    /// How far `nextOpen` looks ahead; no exchange closes longer.
    package static let searchDays = 30

    /// The calendar; nil for a market that never closes.
    private let calendar: MarketCalendar?

    private init(calendar: MarketCalendar?) { self.calendar = calendar }

    /// An exchange's hours.
    package init(_ calendar: MarketCalendar) { self.calendar = calendar }

    /// Round the clock: the simulated market unless told otherwise, and coins.
    package static let always = MarketHours(calendar: nil)
    /// The exchange's: NSE equity.
    package static let exchange = MarketHours(.nse)

    /// Whether it is open at every moment of every day.
    package var neverCloses: Bool { calendar == nil }

    /// The seconds since 1970 during which the market is open on a day in India; nil when it is closed all day.
    func openSeconds(onDay dayNumber: Int64) -> Range<Int64>? {
        let midnight = dayNumber * 86_400 - indiaOffsetSeconds
        guard let calendar else { return midnight..<midnight + 86_400 }
        guard let session = calendar.session(on: CivilDate(dayNumber: dayNumber)) else { return nil }
        return midnight + session.open..<midnight + session.close
    }

    package func isOpen(at instant: Timestamp) -> Bool { phase(at: instant) == .open }

    package func phase(at instant: Timestamp) -> MarketPhase {
        guard let calendar else { return .open }
        let day = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let second = instant.seconds + indiaOffsetSeconds - day * 86_400
        let date = CivilDate(dayNumber: day)
        guard let session = calendar.session(on: date) else {
            return calendar.tradesOnWeekday(of: date) ? .holiday : .weekend
        }
        if second >= session.open, second < session.close { return .open }
        if let preOpen = session.preOpen, second >= preOpen, second < session.open { return .preOpen }
        if let postClose = session.postClose, second >= session.close, second < postClose { return .postClose }
        return .afterHours
    }

    package func status(at instant: Timestamp) -> MarketStatus {
        let phase = phase(at: instant)
        guard let calendar else { return MarketStatus(phase: phase, opensIn: nil, closesIn: nil, nextOpen: nil, holiday: nil) }
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        let session = calendar.session(on: date)
        func until(_ second: Int64?) -> Duration? {
            second.map { Timestamp(date: date, secondOfDay: $0, offsetSeconds: indiaOffsetSeconds) - instant }
        }
        return MarketStatus(
            phase: phase, opensIn: phase == .preOpen ? until(session?.open) : nil, closesIn: phase == .open ? until(session?.close) : nil,
            nextOpen: phase == .open || phase == .preOpen ? nil : nextOpen(after: instant),
            holiday: session == nil ? calendar.holidays[date] : nil)
    }

    /// The first open after `instant`; nil when there is none within `searchDays`, and for a market that never closes.
    package func nextOpen(after instant: Timestamp) -> Timestamp? {
        guard let calendar else { return nil }
        let today = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        for day in today...today + Int64(MarketHours.searchDays) {
            let date = CivilDate(dayNumber: day)
            guard let session = calendar.session(on: date) else { continue }
            let open = Timestamp(date: date, secondOfDay: session.open, offsetSeconds: indiaOffsetSeconds)
            if open > instant { return open }
        }
        return nil
    }

    /// The next day after `date` on which the market trades; nil when it knows none.
    package func tradingDay(after date: CivilDate) -> CivilDate? {
        guard let calendar else { return CivilDate(dayNumber: date.dayNumber + 1) }
        return calendar.tradingDay(after: date)
    }

    /// The close of the session that `instant` is in or that comes next on its day; nil when the day has none or it is over.
    package func nextClose(after instant: Timestamp) -> Timestamp? {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        guard let session = calendar?.session(on: date) else { return nil }
        let close = Timestamp(date: date, secondOfDay: session.close, offsetSeconds: indiaOffsetSeconds)
        return close > instant ? close : nil
    }

    /// The phases of `date`; nil when nothing trades. A market that never closes trades the whole day.
    package func day(_ date: CivilDate) -> TradingDay? {
        guard let calendar else { return TradingDay(date: date, phases: [PhaseSpan(.continuous, 0, 86_400)]) }
        return calendar.day(date)
    }

    /// Whether anything trades on `date`.
    package func isTradingDay(_ date: CivilDate) -> Bool {
        guard let calendar else { return true }
        return calendar.session(on: date) != nil
    }
}
