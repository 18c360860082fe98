// What an order may be in the part of its instrument's day, and which quote it can meet there. The parts of a day are `SessionPhase`.

extension MarketView {
    package func lastPrice(for id: InstrumentID) -> Price? { quote(for: id).flatMap { $0.lastPrice > .zero ? $0.lastPrice : nil } }

    package func phase(for id: InstrumentID, at instant: Timestamp) -> SessionPhase? { isOpen(for: id, at: instant) ? .continuous : nil }

    package func hasDayEnded(for id: InstrumentID, since: Timestamp, at instant: Timestamp) -> Bool {
        since.dayNumber(offsetSeconds: indiaOffsetSeconds) < instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
    }
}

extension PaperAccount {
    /// Why an order cannot come in at this part of the day; nil when it can.
    func sessionRefusal(_ kind: OrderKind, _ validity: Validity, in phase: SessionPhase?) -> OrderRefusal? {
        guard let phase else { return .marketClosed }
        return phase.accepts(kind, validity) ? nil : .wrongPhase
    }

    /// The quote that an order meets when it comes in: the fresh one while trading is continuous, the day's last price after the close, none
    /// while an auction collects.
    func quoteToMeet(_ id: InstrumentID, in phase: SessionPhase?, _ market: some MarketView, at instant: Timestamp) -> Quote? {
        switch phase {
        case .continuous: return freshQuote(for: id, market, at: instant)
        case .postClose:
            guard let close = market.quote(for: id), close.lastPrice > .zero,
                close.at.dayNumber(offsetSeconds: indiaOffsetSeconds) == instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
            else { return nil }
            return close
        default: return nil
        }
    }

    /// What that quote offers: after the close its last price alone.
    func liquidity(_ quote: Quote, in phase: SessionPhase?, at instant: Timestamp) -> Liquidity {
        phase == .postClose ? Liquidity(depth: .none, last: quote.lastPrice, traded: .zero) : liquidity(quote, at: instant)
    }

    /// What a tick offers in this part of the day; nil when nothing fills.
    ///
    /// In the match of an auction the first trade is its price: everybody fills at it, or not at all.
    func liquidity(_ tick: Tick, in phase: SessionPhase?) -> Liquidity? {
        guard let phase, phase == .continuous || phase.isMatching else { return nil }
        guard phase.isMatching else { return Liquidity(depth: tick.depth, last: tick.lastPrice, traded: tick.traded) }
        return tick.traded > .zero ? Liquidity(depth: .none, last: tick.lastPrice, traded: .zero, wholeRule: .auction) : nil
    }

    /// The price that a market order is held at while it waits for one: the last known, fresh or not.
    func lastKnownPrice(_ id: InstrumentID, _ market: some MarketView) -> Price? {
        market.lastPrice(for: id)
    }
}
