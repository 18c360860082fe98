// What an order may be in the part of its instrument's day, and which quote it can meet there. The parts of a day are `SessionPhase`.

extension MarketView {
    package func quotedAt(for id: InstrumentID) -> Timestamp? { quote(for: id)?.at }

    package func lastPrice(for id: InstrumentID) -> Price? { quote(for: id).flatMap { $0.lastPrice > .zero ? $0.lastPrice : nil } }

    package func phase(for id: InstrumentID, at instant: Timestamp) -> SessionPhase? { isOpen(for: id, at: instant) ? .continuous : nil }

    package func hasDayEnded(for id: InstrumentID, since: Timestamp, at instant: Timestamp) -> Bool {
        since.dayNumber(offsetSeconds: indiaOffsetSeconds) < instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
    }
}

extension MarketView {
    package func largestOrder(of id: InstrumentID, at instant: Timestamp) -> Quantity? { nil }
    package func priceBand(of id: InstrumentID, at instant: Timestamp) -> ClosedRange<Price>? { nil }
    package func intradayEnd(of id: InstrumentID, at instant: Timestamp) -> Timestamp? { nil }
}

extension PaperAccount {
    /// The exchange's own limit that an order breaks, in words with its figure: the largest single order, then the day's price band.
    func exceededLimit(_ order: Order, _ market: some MarketView, at instant: Timestamp) -> (refusal: OrderRefusal, words: String)? {
        let symbol = order.instrument.symbol
        if let largest = market.largestOrder(of: order.instrument, at: instant), order.quantity > largest {
            return (
                .aboveFreeze, "The exchange takes at most \(largest.text) of \(symbol) in one order (freeze quantity). Send it in parts."
            )
        }
        let prices = [order.kind.limitPrice, order.kind.triggerPrice].compactMap(\.self)
        guard !prices.isEmpty, let band = market.priceBand(of: order.instrument, at: instant), !prices.allSatisfy(band.contains)
        else { return nil }
        return (
            .outsideBand,
            "Today's prices of \(symbol) are between \(band.lowerBound.text) and \(band.upperBound.text). Choose one inside this band."
        )
    }

    /// Whether an intraday order would open exposure after such positions were squared off for the day.
    func opensTooLate(_ order: Order, _ market: some MarketView, at instant: Timestamp) -> Bool {
        guard order.product == .intraday, let end = market.intradayEnd(of: order.instrument, at: instant), instant >= end else {
            return false
        }
        var cover = closable(order.side, order.positionKey)
        for other in workingOrders(for: order.instrument) where other.product == .intraday && other.side == order.side {
            if other.id != order.id { cover -= min(cover, other.pendingQuantity) }
        }
        return order.pendingQuantity > cover
    }

    /// Why an order cannot come in at this part of the day; nil when it can.
    func sessionRefusal(_ kind: OrderKind, _ validity: Validity, in phase: SessionPhase?) -> OrderRefusal? {
        guard let phase else { return .marketClosed }
        return phase.accepts(kind, validity) ? nil : .wrongPhase
    }

    /// What an order meets when it comes in: what the fresh quote still offers to this book while trading is continuous, the day's last price
    /// alone after the close, nothing while an auction collects.
    ///
    /// `number` is the book of the instrument, if there is one.
    func liquidityToMeet(
        _ id: InstrumentID, in phase: SessionPhase?, _ number: Int?, _ market: some MarketView, at instant: Timestamp
    ) -> Liquidity? {
        switch phase {
        case .continuous:
            guard let quote = freshQuote(for: id, market, at: instant) else { return nil }
            return liquidity(quote, number, at: instant)
        case .postClose:
            guard let close = market.quote(for: id), close.lastPrice > .zero,
                close.at.dayNumber(offsetSeconds: indiaOffsetSeconds) == instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
            else { return nil }
            return Liquidity(depth: .none, last: close.lastPrice, traded: .zero)
        default: return nil
        }
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
