// Orders that are taken while their market is closed and sent when its next day begins. Until then they hold their funds, can be changed and
// cancelled, and no tick reaches them.

extension PaperAccount {
    /// Whether an after-market order of this kind goes into the market now: in continuous trading, or while an opening collects what it takes.
    func takesReleased(_ order: Order, in phase: SessionPhase?) -> Bool {
        guard let phase, phase == .continuous || phase.isOpening else { return false }
        return phase.accepts(order.kind, order.validity)
    }

    /// Sends those whose market takes them now. What the instrument's rules of today do not allow any more is cancelled with their reason.
    func release(_ market: some MarketView, at instant: Timestamp) -> [PaperEvent] {
        var events: [PaperEvent] = []
        for slot in workingSlots where placed[slot].state == .afterMarketReceived {
            let order = placed[slot]
            guard takesReleased(order, in: market.phase(for: order.instrument, at: instant)) else { continue }
            if let (refusal, words) = releaseRefusal(order, market, at: instant) {
                events += cancelled([order], market, at: instant) {
                    .orderCancelled($0, reason: words, code: refusal.rawValue, at: instant)
                }
            } else {
                events.append(.orderReleased(order.id, at: instant))
            }
        }
        return events
    }

    private func releaseRefusal(_ order: Order, _ market: some MarketView, at instant: Timestamp) -> (OrderRefusal, String)? {
        guard let instrument = market.instrument(for: order.instrument) else {
            return (.unknownInstrument, OrderRefusal.unknownInstrument.advice)
        }
        guard instrument.isTradable else { return (.notTradable, OrderRefusal.notTradable.advice) }
        if let refusal = rule(against: order, instrument) { return (refusal, refusal.advice) }
        if let limit = exceededLimit(order, market, at: instant) { return (limit.refusal, limit.words) }
        return nil
    }

    /// Whether it waits for a contract that does not trade any more.
    func isOfEndedContract(_ order: Order, _ market: some MarketView, at instant: Timestamp) -> Bool {
        guard let expiry = market.instrument(for: order.instrument)?.expiry else { return false }
        return expiry < CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
    }
}
