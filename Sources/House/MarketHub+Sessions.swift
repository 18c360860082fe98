// When each instrument trades: by the rule pack's calendar of its own exchange, segment and group where the house follows the exchanges'
// hours, else at every moment. The words for it are `Trading/Market/MarketHours`, the calendars `MarketSessions`.

import Trading

/// A part of an exchange that a feed quotes.
package struct QuotedMarket: Hashable, Sendable {
    package let exchange: String
    package let segment: MarketSegment
}

extension MarketHub {
    /// Exchanges and segments told one by one in a status, at most.
    static let marketLimit = 64

    func noteMarket(of instrument: Instrument) {
        guard let segment = instrument.marketSegment else { return }
        let market = QuotedMarket(exchange: instrument.id.exchange, segment: segment)
        if quotedMarkets.count < MarketHub.marketLimit, !quotedMarkets.contains(market) { quotedMarkets.append(market) }
    }

    /// Whether every market is open at every moment.
    package var neverCloses: Bool { hours.neverCloses }

    /// The instrument's own day that `instant` falls on in India; nil when it does not trade on it. A market that never closes has no parts.
    package func day(of id: InstrumentID, at instant: Timestamp) -> TradingDay? {
        let number = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let date = CivilDate(dayNumber: number)
        guard !neverCloses else { return hours.day(date) }
        guard let index = indexByID[id] else { return listed.instrument(for: id).flatMap { sessions.day(of: $0, on: date) } }
        if boards[index].sessionDay != number {
            boards[index].session = sessions.day(of: boards[index].instrument, on: date)
            boards[index].sessionDay = number
        }
        return boards[index].session
    }

    /// Which part of its own day the instrument is in; nil when its market is closed.
    package func phase(of id: InstrumentID, at instant: Timestamp) -> SessionPhase? {
        neverCloses ? .continuous : day(of: id, at: instant)?.phase(at: instant)
    }

    /// Whether an order for the day that came in at `since` has ended: its day in India is over, or the instrument's session is.
    func hasDayEnded(for id: InstrumentID, since: Timestamp, at instant: Timestamp) -> Bool {
        let days = [since, instant].map { $0.dayNumber(offsetSeconds: indiaOffsetSeconds) }
        guard days[0] == days[1] else { return days[0] < days[1] }
        guard !neverCloses, let day = day(of: id, at: instant) else { return false }
        return instant >= day.instant(day.ordersEnd) && since < day.instant(day.ordersEnd)
    }

    /// When the house squares positions of `product` in the instrument off on the day of `instant`; nil when it does not, as in a market that
    /// never closes.
    package func squareOff(of id: InstrumentID, _ product: Product, at instant: Timestamp) -> Timestamp? {
        guard !neverCloses, let instrument = instrument(for: id), let day = day(of: id, at: instant) else { return nil }
        return sessions.squareOff(of: instrument, product, on: day)
    }

    /// Whether trades happen in the instrument: while trading is continuous and while an auction is matched.
    func trades(_ id: InstrumentID, at instant: Timestamp) -> Bool {
        guard let phase = phase(of: id, at: instant) else { return false }
        return phase == .continuous || phase.isMatching
    }

    /// A tick with what has traded since the one before. In the match of an opening the day's volume begins, and all of it is the auction's.
    func counted(_ tick: Tick) -> Tick {
        let known = quote(for: tick.instrument)
        let counted = tick.after(known)
        guard !neverCloses, counted.traded == .zero, tick.dayVolume > .zero, phase(of: tick.instrument, at: tick.at) == .preOpenMatch
        else { return counted }
        let day = tick.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
        if let known, known.dayVolume > .zero, known.at.dayNumber(offsetSeconds: indiaOffsetSeconds) == day { return counted }
        return Tick(
            instrument: tick.instrument, at: tick.at, lastPrice: tick.lastPrice, lastQuantity: tick.lastQuantity,
            dayVolume: tick.dayVolume, traded: tick.dayVolume, depth: tick.depth)
    }

    /// Whether a tick is told to books. In the match of an auction only the first trade is: it made the price, and there is one.
    func reachesBooks(_ tick: Tick) -> Bool {
        guard !neverCloses, let index = indexByID[tick.instrument], let span = day(of: tick.instrument, at: tick.at)?.span(at: tick.at),
            span.phase.isMatching
        else { return true }
        let auction = Timestamp(
            date: CivilDate(dayNumber: tick.at.dayNumber(offsetSeconds: indiaOffsetSeconds)), secondOfDay: span.opens,
            offsetSeconds: indiaOffsetSeconds)
        guard tick.traded > .zero, boards[index].printedAuction != auction else { return false }
        boards[index].printedAuction = auction
        return true
    }

    /// The hours of one instrument, for badges and countdowns.
    package func hours(of instrument: Instrument, at instant: Timestamp) -> MarketHours {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return neverCloses ? hours : MarketHours(sessions.calendar(of: instrument, on: date))
    }

    /// The hours of a part of an exchange.
    package func hours(of market: QuotedMarket) -> MarketHours {
        neverCloses ? hours : MarketHours(sessions.calendar(market.exchange, market.segment))
    }

    /// Exchanges and segments that are quoted, in the order their first instrument came.
    package var markets: [QuotedMarket] { quotedMarkets }

    /// Takes over what a simulated market knows of the time before, each instrument's within its own hours.
    package func tellPast(of simulated: SimulatedMarket) {
        var hours: [String: MarketHours] = [:]
        for market in quotedMarkets where hours[market.exchange] == nil { hours[market.exchange] = self.hours(of: market) }
        let (known, other) = (hours, self.hours)
        past = MarketPast(simulated) { known[$0.exchange] ?? other }
    }
}

// MARK: - Contracts and limits

extension MarketHub {
    /// Contracts that ended before this life and were asked for again, at most.
    static let endedContractLimit = 1_000

    /// A contract by its name, be it that it ended and is not listed any more; nil for what does not end.
    func contract(for id: InstrumentID) -> Instrument? {
        if let known = instrument(for: id) { return known.isContract ? known : nil }
        if let ended = endedContracts[id] { return ended }
        let found = past?.contract(id)
        if endedContracts.count >= MarketHub.endedContractLimit { endedContracts.removeAll() }
        endedContracts[id] = .some(found)
        return found
    }

    /// When a contract stops trading on its last day, whether the house follows the exchanges' hours or not.
    func close(of contract: Instrument, on expiry: CivilDate) -> Timestamp {
        let day = sessions.calendar(of: contract, on: expiry).day(expiry)
        return Timestamp(
            date: expiry, secondOfDay: day?.closes ?? TradingSession.regular.close, offsetSeconds: indiaOffsetSeconds)
    }

    /// What one of an ended contract is worth: what its market settles at, else by the last price of what it is written on, else by its own. Nothing
    /// is worth less than zero; nil when no price is known.
    func finalValue(of contract: Instrument) -> Price? {
        guard let expiry = contract.expiry else { return nil }
        let spot = Underlying.spot(of: contract.ruleSymbol, contractsOn: contract.id.exchange).flatMap { lastPrice(of: $0) }
        guard let underlying = past?.settlement(contract.ruleSymbol, expiry) ?? spot else { return lastPrice(of: contract.id) }
        switch contract.kind {
        case "CE": return max(underlying - contract.strike, .zero)
        case "PE": return max(contract.strike - underlying, .zero)
        default: return underlying
        }
    }

    /// When orders of the day in the instrument end, if that is still to come today.
    func ordersEnd(of id: InstrumentID, at now: Timestamp) -> Timestamp? {
        guard let day = day(of: id, at: now) else { return nil }
        let end = day.instant(day.ordersEnd)
        return end > now ? end : nil
    }

    /// When continuous trading in the instrument begins next.
    func nextContinuous(of id: InstrumentID, after now: Timestamp) -> Timestamp? {
        nextPhase(of: id, at: now) { $0 == .continuous }
    }

    /// When an after-market order of this kind is sent: now, if its market takes it.
    func releaseTime(of id: InstrumentID, _ kind: OrderKind, _ validity: Validity, at now: Timestamp) -> Timestamp? {
        func takes(_ phase: SessionPhase) -> Bool { (phase == .continuous || phase.isOpening) && phase.accepts(kind, validity) }
        if let phase = phase(of: id, at: now), takes(phase) { return now }
        return nextPhase(of: id, at: now, where: takes)
    }

    private func nextPhase(of id: InstrumentID, at now: Timestamp, where isWanted: (SessionPhase) -> Bool) -> Timestamp? {
        guard let instrument = instrument(for: id) else { return nil }
        let today = now.dayNumber(offsetSeconds: indiaOffsetSeconds)
        for number in today...today + Int64(MarketHours.searchDays) {
            guard let day = sessions.day(of: instrument, on: CivilDate(dayNumber: number)) else { continue }
            for span in day.phases where isWanted(span.phase) && day.instant(span.opens) > now { return day.instant(span.opens) }
        }
        return nil
    }

    /// The largest single order that the exchange takes; nil for no limit.
    func largestOrder(of id: InstrumentID, at instant: Timestamp) -> Quantity? {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return instrument(for: id).flatMap { rules.freezeQuantity(for: $0, on: date) }
    }

    /// The prices that an order may name today; nil for no band.
    func priceBand(of id: InstrumentID, at instant: Timestamp) -> ClosedRange<Price>? {
        guard rules.hasBands, let instrument = instrument(for: id) else { return nil }
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return rules.priceBand(for: instrument, previousClose: quote(for: id)?.previousClose, on: date)
    }
}
