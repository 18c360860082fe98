// The days of all markets, by a rule pack. Which hours one instrument has follows from its exchange, its segment and its group, so a share, a
// future and a coin may be asked about at the same moment and have different answers. One market's days are `MarketCalendar`.

/// The calendars of a rule pack, each worked out when it is first asked for.
package struct MarketSessions: Sendable {
    private struct Market: Hashable, Sendable {
        let exchange: String
        let segment: MarketSegment?
        let group: InstrumentGroup?
    }

    /// Calendars that are kept, at most: more than exchanges have segments. Beyond it they are made anew.
    package static let calendarLimit = 256
    /// What draws the random ends of phases: the same for everybody who has the same pack.
    private static let draw: UInt64 = 1

    package let rules: RulePack
    private var calendars: [Market: MarketCalendar] = [:]

    package init(_ rules: RulePack) { self.rules = rules }

    /// The calendar that counts for `instrument` on `date`: an index has that of its exchange's shares.
    package mutating func calendar(of instrument: Instrument, on date: CivilDate) -> MarketCalendar {
        calendar(instrument.id.exchange, instrument.marketSegment ?? .equity, group: rules.group(of: instrument, on: date))
    }

    package mutating func calendar(_ exchange: String, _ segment: MarketSegment?, group: InstrumentGroup? = nil) -> MarketCalendar {
        let market = Market(exchange: exchange, segment: segment, group: group)
        if let known = calendars[market] { return known }
        let calendar = rules.calendar(exchange, segment, group: group)
        if calendars.count >= MarketSessions.calendarLimit { calendars.removeAll() }
        calendars[market] = calendar
        return calendar
    }

    /// The day of `instrument` with its random ends drawn; nil when it does not trade on it.
    package mutating func day(of instrument: Instrument, on date: CivilDate) -> TradingDay? {
        calendar(of: instrument, on: date).day(date)?.drawn(by: MarketSessions.draw)
    }

    /// When the house squares `product` in `instrument` off on `day`; nil when it does not.
    package func squareOff(of instrument: Instrument, _ product: Product, on day: TradingDay) -> Timestamp? {
        guard let segment = instrument.marketSegment else { return nil }
        let group = rules.group(of: instrument, on: day.date)
        return rules.squareOffSecond(instrument.id.exchange, segment, product, group: group, on: day).map { day.instant($0) }
    }
}

extension TradingDay {
    /// When orders of the day end, in seconds of the day: with continuous trading, or with the closing auction that follows it.
    package var ordersEnd: Int64 { phases.last { $0.phase == .continuous || $0.phase == .closingMatch }?.closes ?? 0 }
}

extension SessionPhase {
    /// Whether orders come in and wait for one price.
    package var isCollecting: Bool {
        switch self {
        case .preOpenEntry, .preOpenLimitEntry, .closingEntry, .closingLimitEntry: true
        case .preOpenMatch, .buffer, .continuous, .closingReference, .closingMatch, .postClose: false
        }
    }

    /// Whether what was collected meets at one price in it.
    package var isMatching: Bool { self == .preOpenMatch || self == .closingMatch }
}
