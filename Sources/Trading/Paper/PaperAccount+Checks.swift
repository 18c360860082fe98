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
        try checkForm(kind.limitPrice)
        try checkForm(kind.triggerPrice)
    }

    private func checkForm(_ price: Price?) throws(OrderRefusal) {
        guard let price else { return }
        guard price > .zero else { throw .priceNotPositive }
        guard price <= PaperLimits.price else { throw .priceTooLarge }
    }

    /// Whether the sums of its position stay inside `PaperLimits.turnoverQuantity`, should it and all other orders fill.
    ///
    /// `number` is the book of its instrument, if there is one; `former` the same order before a change.
    func isWithinTurnover(_ order: Order, in number: Int?, replacing former: Order? = nil) -> Bool {
        var traded = Quantity.zero
        if let number { traded = books[number].traded(order.product, order.side) }
        let wanted = Int128(order.pendingQuantity.units) + othersPending(order, in: number, replacing: former)
        return Int128(traded.units) + wanted <= Int128(PaperLimits.turnoverQuantity.units)
    }

    /// Units that the other working orders of its product and side want.
    private func othersPending(_ order: Order, in number: Int?, replacing former: Order?) -> Int128 {
        guard let number else { return 0 }
        return books[number].pendingUnits(order.product, order.side) - Int128(former?.pendingQuantity.units ?? 0)
    }

    /// The instrument's own rules of size and price.
    func rule(against order: Order, _ instrument: Instrument) -> OrderRefusal? {
        guard order.quantity.isMultiple(of: instrument.lotSize) else { return .quantityNotWholeLots }
        if let limit = order.kind.limitPrice, !limit.isMultiple(of: instrument.tickSize) { return .priceOffTick }
        if let trigger = order.kind.triggerPrice, !trigger.isMultiple(of: instrument.tickSize) { return .priceOffTick }
        return nil
    }

    /// For a delivery sale beyond what is held and not yet promised to other sales, how much there is, in words.
    func missingHoldings(for order: Order, in number: Int?, replacing former: Order? = nil) -> String? {
        guard order.product == .delivery, order.side == .sell else { return nil }
        let held = max(number.map { books[$0].quantity(order.product) } ?? .zero, .zero)
        let free = Int128(held.units) - othersPending(order, in: number, replacing: former)
        guard Int128(order.pendingQuantity.units) > free else { return nil }
        let shown = Quantity(units: Int64(max(free, 0)))
        return "this order sells \(order.pendingQuantity.text), \(shown.text) of \(held.text) held are free to sell"
    }

    /// The quote of an instrument if something may fill at it.
    func freshQuote(for id: InstrumentID, _ market: some MarketView, at instant: Timestamp) -> Quote? {
        guard let quote = market.quote(for: id), quote.lastPrice > .zero, !market.isStale(quote, at: instant) else { return nil }
        return quote
    }

    /// What a standing quote still offers to this book, less what the book already took from it.
    func liquidity(_ quote: Quote, _ number: Int?, at instant: Timestamp) -> Liquidity {
        var liquidity = Liquidity(depth: quote.depth, last: quote.lastPrice, traded: .zero)
        guard let number, !books[number].taken.isEmpty else { return liquidity }
        liquidity.take(books[number].taken.quantity(.buy, since: quote.at, at: instant), for: .buy)
        liquidity.take(books[number].taken.quantity(.sell, since: quote.at, at: instant), for: .sell)
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
            case (.aboveFreeze, let words?), (.outsideBand, let words?): words
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
    func meets(_ liquidity: Liquidity) -> Price? {
        kind.isMarketOnceLive || liquidity.isUsable(for: side) ? liquidity.last : nil
    }

    /// Whether it makes no sense without a current price: it would wait at no price of its own, or not at all.
    var needsPriceNow: Bool {
        guard state == .open else { return false }
        return kind.limitPrice == nil || validity == .immediateOrCancel
    }
}
