// The lines about days and hours, and how they become the calendar of one market.

/// When which market trades, and when the house squares intraday positions off.
struct SessionRules: Sendable, Hashable {
    enum Special: Sendable, Hashable {
        /// The hours of an ordinary day.
        case regular
        case closed
        case phases([PhaseSpan])
    }

    enum SquareOff: Sendable, Hashable {
        /// A second of the day.
        case at(Int64)
        /// Seconds before continuous trading ends.
        case beforeClose(Int64)
        case never
    }

    /// Which shares' close is made in an auction.
    enum AuctionMembers: String, Sendable, Hashable, CaseIterable {
        case all, none
        case withDerivatives = "with-derivatives"
    }

    /// Weekdays on which a market trades, 0 is Sunday.
    var week = DatedRules<Set<Int>>()
    /// The phases before continuous trading; none for a day that begins with it.
    var opening = DatedRules<[PhaseSpan]>()
    /// Continuous trading and what follows it.
    var trading = DatedRules<[PhaseSpan]>()
    /// The day of such a line is the day it is about.
    var holidays = DatedRules<String>()
    var specials = DatedRules<Special>()
    /// Which other exchange's holidays and special days an exchange keeps.
    var calendars = DatedRules<String>()
    var closingAuction = DatedRules<AuctionMembers>()
    var squareOff = DatedRules<SquareOff>()

    /// An intraday position whose square-off would come outside of continuous trading, as on a short special day, is squared off this long
    /// before the close.
    static let shortDaySquareOffSeconds: Int64 = 600

    func calendar(_ subject: RuleSubject) -> MarketCalendar {
        var kept = subject
        // The days of another exchange; its hours stay its own.
        if let other = calendars.lines.last(where: { $0.scope.covers(subject) })?.value { kept.exchange = other }
        var names: [CivilDate: String] = [:]
        for line in holidays.lines where line.scope.covers(kept) || line.scope.covers(subject) { names[line.from] = line.value }
        var days: [CivilDate: Special] = [:]
        for line in specials.lines where line.scope.covers(kept) || line.scope.covers(subject) { days[line.from] = line.value }
        return MarketCalendar(
            holidays: names, specials: days, week: week.eras(for: subject), opening: opening.eras(for: subject),
            trading: trading.eras(for: subject))
    }
}

extension SessionRules {
    /// The fault of a line whose phases before the open reach into the continuous trading that is in force with them.
    func overlap(inLayer layer: Int) -> RuleFault? {
        for before in opening.lines {
            for after in trading.lines where before.layer == layer || after.layer == layer {
                guard let ends = before.value.last?.closes, let begins = after.value.first?.opens, ends > begins,
                    let shared = before.scope.shared(with: after.scope)
                else { continue }
                let date = max(before.from, after.from)
                guard opening.line(on: date, for: shared) == before, trading.line(on: date, for: shared) == after else { continue }
                // Of two lines of this text, the one that came later into force.
                let isBefore = before.layer == layer && (after.layer != layer || before.from >= after.from)
                let line = isBefore ? before.number : after.number
                return RuleFault(line: line, field: "times", reason: "from \(date) on, the phases before the open end after it")
            }
        }
        return nil
    }
}

extension RuleScope {
    /// A subject that both scopes cover; nil when they have none in common.
    fileprivate func shared(with other: RuleScope) -> RuleSubject? {
        func part<Part: Equatable>(_ a: Part?, _ b: Part?) -> Part?? {
            guard let a, let b else { return .some(a ?? b) }
            return a == b ? .some(a) : nil
        }
        guard let exchange = part(exchange, other.exchange), let segment = part(segment, other.segment),
            let group = part(group, other.group)
        else { return nil }
        return RuleSubject(exchange ?? "*", segment, group: group)
    }
}

/// From when on a value holds.
struct Era<Value: Sendable & Hashable>: Sendable, Hashable {
    let from: CivilDate
    let value: Value
}

extension DatedRules {
    /// The values that follow one another for one subject, oldest first.
    func eras(for subject: RuleSubject) -> [Era<Value>] {
        var eras: [Era<Value>] = []
        for line in lines where line.scope.covers(subject) {
            if eras.last?.from == line.from { eras.removeLast() }
            eras.append(Era(from: line.from, value: line.value))
        }
        return eras
    }
}

extension RulePack {
    /// The days and hours of one market. Worked out from all lines: make it once and keep it.
    ///
    /// A market that the pack has no `trading` line for is open on no day.
    package func calendar(_ exchange: String, _ segment: MarketSegment?, group: InstrumentGroup? = nil) -> MarketCalendar {
        sessions.calendar(RuleSubject(exchange, segment, group: group))
    }

    /// Whether a share's close is made in an auction on `date`. `hasDerivatives` is what the instrument master says.
    package func isInClosingAuction(_ exchange: String, _ symbol: String, hasDerivatives: Bool, on date: CivilDate) -> Bool {
        let subject = RuleSubject(exchange, .equity, symbol: symbol)
        return switch sessions.closingAuction.line(on: date, for: subject)?.value ?? .none {
        case .all: true
        case .withDerivatives: hasDerivatives
        case .none: false
        }
    }

    /// When the house squares positions of `product` off on a day of `calendar`, in seconds of that day; nil when it does not.
    ///
    /// Where the pack's time lies outside of continuous trading, ten minutes before its end.
    package func squareOffSecond(
        _ exchange: String, _ segment: MarketSegment, _ product: Product, group: InstrumentGroup? = nil, on day: TradingDay
    ) -> Int64? {
        let subject = RuleSubject(exchange, segment, product, group: group)
        let second: Int64
        switch sessions.squareOff.value(on: day.date, for: subject) {
        case nil, .never: return nil
        case .at(let time): second = time
        case .beforeClose(let seconds): second = day.closes - seconds
        }
        return second > day.opens && second < day.closes ? second : max(day.opens, day.closes - SessionRules.shortDaySquareOffSeconds)
    }
}
