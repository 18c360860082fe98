// What is tested before an order may work, in the words of `OrderRefusal`; which test comes when is `PaperAccount+Decide`'s business.

extension PaperAccount {
    func tradable(_ id: InstrumentID, _ market: some MarketView) throws(OrderRefusal) -> Instrument {
        guard let instrument = market.instrument(for: id) else { throw .unknownInstrument }
        guard instrument.isTradable else { throw .notTradable }
        return instrument
    }

    /// What no market could make right.
    func checkForm(_ kind: OrderKind, _ quantity: Quantity) throws(OrderRefusal) {
        guard quantity > .zero else { throw .quantityNotPositive }
        guard quantity <= PaperLimits.orderQuantity else { throw .quantityTooLarge }
        for price in [kind.limitPrice, kind.triggerPrice] {
            guard let price else { continue }
            guard price > .zero else { throw .priceNotPositive }
            guard price <= PaperLimits.price else { throw .priceTooLarge }
        }
    }

    /// Whether the sums of its position stay inside `PaperLimits.turnoverQuantity`, should it and all other orders fill.
    func isWithinTurnover(_ order: Order) -> Bool {
        let position = positions[order.positionKey]
        let traded = (order.side == .buy ? position?.buyQuantity : position?.sellQuantity) ?? .zero
        var sum = traded + order.pendingQuantity
        for slot in working[order.instrument] ?? [] where placed[slot].id != order.id && placed[slot].side == order.side {
            guard placed[slot].product == order.product else { continue }
            guard sum <= PaperLimits.turnoverQuantity else { return false }
            sum += placed[slot].pendingQuantity
        }
        return sum <= PaperLimits.turnoverQuantity
    }

    /// The instrument's own rules of size and price.
    func rule(against order: Order, _ instrument: Instrument) -> OrderRefusal? {
        guard order.quantity.isMultiple(of: instrument.lotSize) else { return .quantityNotWholeLots }
        for price in [order.kind.limitPrice, order.kind.triggerPrice] {
            if let price, !price.isMultiple(of: instrument.tickSize) { return .priceOffTick }
        }
        return nil
    }

    /// For a delivery sale beyond what is held and not yet promised to other sales, how much there is, in words.
    func missingHoldings(for order: Order) -> String? {
        guard order.product == .delivery, order.side == .sell else { return nil }
        let held = max(positions[order.positionKey]?.quantity ?? .zero, .zero)
        var free = held
        for slot in working[order.instrument] ?? [] where placed[slot].id != order.id && placed[slot].side == .sell {
            if placed[slot].product == .delivery { free -= placed[slot].pendingQuantity }
        }
        guard order.pendingQuantity > free else { return nil }
        return "this order sells \(order.pendingQuantity.text), \(max(free, .zero).text) of \(held.text) held are free to sell"
    }

    /// The quote of an instrument if something may fill at it.
    func freshQuote(for id: InstrumentID, _ market: some MarketView, at instant: Timestamp) -> Quote? {
        guard let quote = market.quote(for: id), quote.lastPrice > .zero, !market.isStale(quote, at: instant) else { return nil }
        return quote
    }

    /// What a standing quote still offers to this book, less what the book already took from it.
    func liquidity(_ quote: Quote, at instant: Timestamp) -> Liquidity {
        var liquidity = Liquidity(depth: quote.depth, last: quote.lastPrice, traded: .zero)
        if let taken = taken[quote.instrument] {
            for side in Side.allCases { liquidity.take(taken.quantity(side, since: quote.at, at: instant), for: side) }
        }
        return liquidity
    }

    /// The order as it stands in the book, refused; `figures` complete the sentence.
    func rejected(_ order: Order, _ refusal: OrderRefusal, _ instrument: Instrument, _ figures: String? = nil) -> PaperEvent {
        var order = order
        order.state = .rejected
        order.reasonCode = refusal.rawValue
        order.reason =
            switch (refusal, figures) {
            case (.insufficientFunds, let figures?): "Insufficient funds: \(figures)."
            case (.insufficientHoldings, let figures?): "Insufficient holdings: \(figures)."
            case (.quantityNotWholeLots, _):
                "The quantity must be a multiple of \(instrument.lotSize.text), the lot of \(instrument.id.symbol)."
            case (.priceOffTick, _): "The price must be a multiple of \(instrument.tickSize.text), the tick of \(instrument.id.symbol)."
            default: refusal.advice
            }
        return .orderRejected(order)
    }
}

extension Order {
    /// The last price that it is held at from now on, when this quote is one that it can meet.
    func meets(_ quote: Quote, _ liquidity: Liquidity?) -> Price? {
        kind.isMarketOnceLive || liquidity?.isUsable(for: side) == true ? quote.lastPrice : nil
    }

    /// Whether a tick with this to offer is the first quote that it meets.
    func meetsFirst(_ liquidity: Liquidity) -> Bool {
        referencePrice == nil && (kind.isMarketOnceLive || liquidity.isUsable(for: side))
    }

    /// Whether it makes no sense without a current price: it would wait at no price of its own, or not at all.
    var needsPriceNow: Bool {
        guard state == .open else { return false }
        return kind.limitPrice == nil || validity == .immediateOrCancel
    }
}

extension OrderKind {
    /// Whether a live order of this kind fills before one of kind `other` on the same side; nil when only age can tell.
    func comesFirst(_ other: OrderKind, _ side: Side) -> Bool? {
        switch (limitPrice, other.limitPrice) {
        case (nil, nil): nil
        case (nil, _): true
        case (_, nil): false
        case (let mine?, let theirs?): mine == theirs ? nil : (side == .buy ? mine > theirs : mine < theirs)
        }
    }
}
