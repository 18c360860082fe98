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
        let position = book(of: order.instrument)?.position(order.product)
        var traded = Quantity.zero
        if let position, !position.isFlat { traded = order.side == .buy ? position.buyQuantity : position.sellQuantity }
        let wanted = Int128(order.pendingQuantity.units) + othersPending(order)
        return Int128(traded.units) + wanted <= Int128(PaperLimits.turnoverQuantity.units)
    }

    /// Units that the other working orders of its product and side want.
    private func othersPending(_ order: Order) -> Int128 {
        let pending = book(of: order.instrument)?.pendingUnits(order.product, order.side) ?? 0
        guard let slot = slots[order.id] else { return pending }
        return pending - Int128(placed[slot].pendingQuantity.units)
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
        let held = max(book(of: order.instrument)?.quantity(order.product) ?? .zero, .zero)
        let free = Int128(held.units) - othersPending(order)
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
    func liquidity(_ quote: Quote, at instant: Timestamp) -> Liquidity {
        var liquidity = Liquidity(depth: quote.depth, last: quote.lastPrice, traded: .zero)
        if let taken = book(of: quote.instrument)?.taken {
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
    func meets(_ quote: Quote, _ liquidity: Liquidity?) -> Price? {
        kind.isMarketOnceLive || liquidity?.isUsable(for: side) == true ? quote.lastPrice : nil
    }

    /// Whether it makes no sense without a current price: it would wait at no price of its own, or not at all.
    var needsPriceNow: Bool {
        guard state == .open else { return false }
        return kind.limitPrice == nil || validity == .immediateOrCancel
    }
}
