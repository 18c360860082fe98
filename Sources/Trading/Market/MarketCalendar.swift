// Which days a market trades, and how. Its tables come from a rule pack (`RulePack.calendar`), because an exchange announces changes at short
// notice; a test may make one by hand.

/// The trading days of one exchange and segment. A special day beats a holiday, a holiday beats a weekday.
package struct MarketCalendar: Sendable, Hashable {
    /// Closed days and their names. Days that fall on a weekend are listed too, for their names.
    package let holidays: [CivilDate: String]
    private let specials: [CivilDate: SessionRules.Special]
    private let week: [Era<Set<Int>>]
    /// The phases of an ordinary day, from each change on: composed once, so that a question costs no memory.
    private let ordinary: [Era<[PhaseSpan]>]

    init(
        holidays: [CivilDate: String], specials: [CivilDate: SessionRules.Special], week: [Era<Set<Int>>], opening: [Era<[PhaseSpan]>],
        trading: [Era<[PhaseSpan]>]
    ) {
        self.holidays = holidays
        self.specials = specials
        self.week = week
        ordinary = Set(opening.map(\.from) + trading.map(\.from)).sorted().compactMap { date in
            guard let trading = MarketCalendar.value(of: trading, on: date), let opens = trading.first?.opens else { return nil }
            let opening = MarketCalendar.value(of: opening, on: date) ?? []
            return Era(from: date, value: opening.filter { $0.closes <= opens } + trading)
        }
    }

    /// A calendar of weekdays that all have the same hours, but for holidays.
    package init(holidays: [CivilDate: String], regular: TradingSession = .regular) {
        let always = CivilDate(dayNumber: 0)
        var opening: [PhaseSpan] = []
        if let preOpen = regular.preOpen, preOpen < regular.open { opening.append(PhaseSpan(.preOpenEntry, preOpen, regular.open)) }
        var trading = [PhaseSpan(.continuous, regular.open, regular.close)]
        if let postClose = regular.postClose, postClose > regular.close { trading.append(PhaseSpan(.postClose, regular.close, postClose)) }
        self.init(
            holidays: holidays, specials: [:], week: [], opening: [Era(from: always, value: opening)],
            trading: [Era(from: always, value: trading)])
    }

    /// The phases of `date`; nil when nothing trades. On a day before the first known hours those count.
    package func day(_ date: CivilDate) -> TradingDay? {
        switch specials[date] {
        case .closed: return nil
        case .phases(let phases): return TradingDay(date: date, phases: phases)
        case .regular: break
        case nil:
            if holidays[date] != nil || !tradesOnWeekday(of: date) { return nil }
        }
        return MarketCalendar.value(of: ordinary, on: date).map { TradingDay(date: date, phases: $0) }
    }

    /// The hours of `date` as legacy answers know them; nil when nothing trades.
    package func session(on date: CivilDate) -> TradingSession? { day(date)?.session }

    /// Whether the market trades on that day of the week; Monday to Friday where no pack says otherwise.
    package func tradesOnWeekday(of date: CivilDate) -> Bool {
        MarketCalendar.value(of: week, on: date)?.contains(date.weekday) ?? !date.isWeekend
    }

    /// The next day after `date` on which the market trades, within `MarketHours.searchDays`.
    package func tradingDay(after date: CivilDate) -> CivilDate? { tradingDay(from: date, step: 1) }

    /// The last day before `date` on which the market traded, within `MarketHours.searchDays`.
    package func tradingDay(before date: CivilDate) -> CivilDate? { tradingDay(from: date, step: -1) }

    /// The last trading day of the month before that of `date`: its close sets the ticks of the month. Nil when that month had none.
    package func lastTradingDay(beforeMonthOf date: CivilDate) -> CivilDate? {
        guard let first = CivilDate(year: date.year, month: date.month, day: 1), let last = tradingDay(before: first) else { return nil }
        let previous = CivilDate(dayNumber: first.dayNumber - 1)
        return (last.year, last.month) == (previous.year, previous.month) ? last : nil
    }

    private func tradingDay(from date: CivilDate, step: Int64) -> CivilDate? {
        for distance in 1...Int64(MarketHours.searchDays) {
            let candidate = CivilDate(dayNumber: date.dayNumber + step * distance)
            if day(candidate) != nil { return candidate }
        }
        return nil
    }

    private static func value<Value>(of eras: [Era<Value>], on date: CivilDate) -> Value? {
        (eras.last { $0.from <= date } ?? eras.first)?.value
    }

    /// NSE equity without the closing auction, from the built-in pack.
    package static let nse = RulePack.builtIn.calendar("NSE", .equity)
}
