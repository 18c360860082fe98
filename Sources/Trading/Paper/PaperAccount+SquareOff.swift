// What the house does with a position in its own name: it closes it at the market when the intraday day is over or when losses have eaten
// the margin, and settles a contract that expired. When that is due is the house's business; how far a book is from a breach is `MarginWatch`.

/// Why the house closes a position.
package enum SquareOffCause: String, Sendable, Hashable, CaseIterable {
    /// The time came at which intraday positions are squared off.
    case intradayEnd = "intraday_end"
    /// Losses used up the margin.
    case marginBreach = "margin_breach"

    /// For the order's owner.
    package var sentence: String {
        switch self {
        case .intradayEnd: "Squared off by the house: intraday positions are closed before the market does."
        case .marginBreach: "Squared off by the house: losses had used up the margin that positions need."
        }
    }

    /// The mark of its orders and trades.
    package var tag: String {
        switch self {
        case .intradayEnd: "AUTO_SQUAREOFF"
        case .marginBreach: "MARGIN_SQUAREOFF"
        }
    }

    var cancellation: CancellationReason {
        switch self {
        case .intradayEnd: .squaredOff
        case .marginBreach: .marginBreach
        }
    }
}

extension PaperAccount {
    /// Whether a squaring off of `key` has something to do: orders of it to cancel, or a position that no order of the house closes yet.
    package func needsSquareOff(_ key: PositionKey) -> Bool {
        workingOrders(for: key.instrument).contains { $0.product == key.product && !$0.isHouseOrder }
            || (openPosition(key) != nil && !isBeingClosed(key))
    }

    private func openPosition(_ key: PositionKey) -> Position? { position(for: key).flatMap { $0.isFlat ? nil : $0 } }

    /// Whether an order of the house works that closes all of the position.
    package func isBeingClosed(_ key: PositionKey) -> Bool {
        guard let position = openPosition(key) else { return false }
        return workingOrders(for: key.instrument).contains {
            $0.isHouseOrder && $0.product == key.product && $0.side == position.closingSide
                && $0.pendingQuantity == position.quantity.magnitude
        }
    }

    /// Cancels the orders of the position's instrument and product, then sends a market order over all of it. Both are one act, so that no tick
    /// and no crash comes between. Without a fresh quote in continuous trading only the cancelling happens, and the house asks again.
    func squareOff(
        _ key: PositionKey, as id: OrderID, _ cause: SquareOffCause, _ market: some MarketView, at instant: Timestamp
    ) -> [PaperEvent] {
        guard !isBeingClosed(key) || needsSquareOff(key) else { return [] }
        let lot = market.instrument(for: key.instrument)?.lotSize ?? .zero
        let number = bookNumbers[key.instrument]
        var rehearsal = Rehearsal(self, key.instrument, number, key.product, lot: max(lot, Quantity(units: 1)), market, at: instant)
        let isClosing = isBeingClosed(key)
        for order in workingOrders(for: key.instrument) where order.product == key.product {
            guard let slot = slots[order.id], !order.isHouseOrder || !isClosing else { continue }
            rehearsal.take(rehearsal.reference(to: slot, order.product, order.side))
            rehearsal.cancel(as: cancellation(of: order.id, cause.cancellation, at: instant))
        }
        let phase = market.phase(for: key.instrument, at: instant)
        if let position = openPosition(key), !isClosing,
            var offered = liquidityToMeet(key.instrument, in: phase, number, market, at: instant)
        {
            var order = houseOrder(over: position, as: id, tag: cause.tag, reason: cause.sentence, at: instant)
            order.referencePrice = offered.last
            rehearsal.join(order)
            rehearsal.match(with: &offered, arriving: true, withinFunds: false)
        }
        return rehearsal.finish()
    }

    /// Closes what an expired contract left at `price`, its final value, free of brokerage; who exercises an option pays the tax on what it brings.
    func settle(_ key: PositionKey, _ price: Price, as id: OrderID, _ market: some MarketView, at instant: Timestamp) -> [PaperEvent] {
        var events = workingOrders(for: key.instrument).map { cancellation(of: $0.id, .contractExpired, at: instant) }
        guard let position = openPosition(key) else { return events }
        let words = price == .zero ? "The contract expired worthless." : "The contract expired and was settled in cash at \(price.text)."
        let order = houseOrder(over: position, as: id, tag: "EXPIRY", reason: words, at: instant)
        let isExercised = market.instrument(for: key.instrument)?.isOption == true && order.side == .sell
        let charges =
            isExercised
            ? market.terms(for: key.instrument, key.product, at: instant).charges
                .exerciseCharges(intrinsicValue: price.value(of: order.quantity)).total : .zero
        events += booked(order, on: position, at: price, charges, by: .settlement, at: instant)
        return events
    }

    /// Books what a split or a bonus issue gave: more of the same for nothing, so that the cost stays and one of it cost less. Who is short owes more.
    func adjust(_ key: PositionKey, by extra: Quantity, mark: String, as id: OrderID, at instant: Timestamp) -> [PaperEvent] {
        guard let position = openPosition(key), extra > .zero else { return [] }
        var events = workingOrders(for: key.instrument).map { cancellation(of: $0.id, .corporateAction, at: instant) }
        var order = houseOrder(
            over: position, as: id, tag: mark, reason: "A split or bonus issue: \(extra.text) more for nothing.", at: instant)
        order = order.reversed(quantity: extra)
        events += booked(order, on: position, at: .zero, .zero, by: .corporateAction, at: instant)
        return events
    }

    /// An order of the house with its one fill, which no market made.
    private func booked(
        _ order: Order, on position: Position, at price: Price, _ charges: Money, by rule: FillRule, at instant: Timestamp
    ) -> [PaperEvent] {
        var after = position
        let realised = after.take(order.side, order.quantity, at: price, on: instant)
        let trade = Trade(
            id: tradeID(order), orderID: order.id, instrument: order.instrument, product: order.product, side: order.side,
            quantity: order.quantity, price: price, charges: charges, realised: realised, rule: rule, tag: order.tag, at: instant,
            epoch: epoch)
        return [.orderAccepted(order), .orderFilled(order.id, trade, margin: after.isFlat ? .zero : position.margin)]
    }

    private func tradeID(_ order: Order) -> TradeID {
        guard let id = TradeID("T\(order.id.text)-1") else { preconditionFailure("An order id leaves room for the number of its fill.") }
        return id
    }

    private func houseOrder(over position: Position, as id: OrderID, tag: String, reason: String, at instant: Timestamp) -> Order {
        precondition(slots[id] == nil && id.text.utf8.count <= PaperLimits.orderIDBytes, "A new order comes with a new, short id.")
        var order = Order(
            id: id, instrument: position.key.instrument, side: position.closingSide, product: position.key.product, placedAt: instant,
            kind: .market, validity: .day, quantity: position.quantity.magnitude, state: .open, tag: tag, clientOrderID: nil,
            requestDigest: nil, placedBy: Order.house, epoch: epoch)
        order.reason = reason
        return order
    }
}

extension Order {
    /// The same on the other side, over another quantity.
    fileprivate func reversed(quantity: Quantity) -> Order {
        var order = Order(
            id: id, instrument: instrument, side: side.opposite, product: product, placedAt: placedAt, kind: kind, validity: validity,
            quantity: quantity, state: state, tag: tag, clientOrderID: nil, requestDigest: nil, placedBy: placedBy, epoch: epoch)
        order.reason = reason
        return order
    }
}

extension Position {
    /// The side that closes it.
    package var closingSide: Side { quantity.isNegative ? .buy : .sell }
}
