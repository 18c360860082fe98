// Asking the limits of a book. An order that can only reduce its position passes all of them unasked.

/// Why a limit says no, and what somebody should know about it.
package struct RiskRefusal: Sendable, Hashable {
    package let refusal: OrderRefusal
    /// Which limit, what it stands at, until when.
    package let sentence: String
}

extension PaperAccount {
    /// What of a position an order of `side` could close, if no other order did.
    func closable(_ side: Side, _ key: PositionKey) -> Quantity {
        let held = position(for: key)?.quantity ?? .zero
        return side == .buy ? max(-held, .zero) : max(held, .zero)
    }

    /// Whether the order by itself can only make its position smaller.
    package func onlyReduces(_ order: Order) -> Bool { order.pendingQuantity <= closable(order.side, order.positionKey) }

    /// The first limit that a new or changed order meets; `before` is the order before its change.
    func riskRefusal(
        against order: Order, before: Order? = nil, _ market: some MarketView, at instant: Timestamp
    ) -> RiskRefusal? {
        guard risk.isActive, !onlyReduces(order) else { return nil }
        if let before, order.kind == before.kind, order.pendingQuantity <= before.pendingQuantity { return nil }
        let tomorrow = instant.nextIndiaMidnight.indiaMinute
        if let stop = risk.stops.first { return RiskRefusal(refusal: .killSwitch, sentence: stop.sentence) }
        if risk.limits.banned.contains(order.instrument) {
            return RiskRefusal(
                refusal: .instrumentBanned,
                sentence: "\(order.instrument.key) is on this book's list of banned instruments, until it is taken off the list.")
        }
        if let limit = risk.limits.orderValue {
            let last = market.quote(for: order.instrument)?.lastPrice
            let value = Order.reservationPrice(order.kind, order.side, reference: order.referencePrice ?? last)
                .value(of: order.pendingQuantity)
            if value > limit {
                return RiskRefusal(
                    refusal: .orderValueLimit,
                    sentence: "This order is worth \(value.inRupees), the limit of this book for one order is \(limit.inRupees), "
                        + "until the limit is changed.")
            }
        }
        if before == nil, let limit = risk.limits.ordersPerDay, ordersPlaced(onDayOf: instant, atMost: limit) >= limit {
            return RiskRefusal(
                refusal: .ordersPerDayLimit,
                sentence: "This book has placed \(limit) orders today, its limit, until \(tomorrow) IST.")
        }
        if let limit = risk.limits.openPositions {
            let keys = exposedKeys(besides: order.id)
            if !keys.contains(order.positionKey), keys.count >= limit {
                return RiskRefusal(
                    refusal: .openPositionsLimit,
                    sentence: "This book has \(keys.count) positions, open or asked for, its limit is \(limit), until one is closed.")
            }
        }
        if let trip = risk.dayLossTrip, trip.holds(at: instant) {
            return RiskRefusal(
                refusal: .dayLossLimit,
                sentence: "The day's result was \(trip.result.inRupees), the limit of this book is a loss of \(trip.limit.inRupees), "
                    + "until \(tomorrow) IST.")
        }
        if let trip = dayLossTrip(market, at: instant) {
            return RiskRefusal(
                refusal: .dayLossLimit,
                sentence: "The day's result is \(trip.result.inRupees), the limit of this book is a loss of \(trip.limit.inRupees), "
                    + "until \(tomorrow) IST.")
        }
        return nil
    }

    /// The first limit that an order would meet if it were placed now, with all that the book holds in view.
    package func riskRefusal(to draft: OrderDraft, _ market: some MarketView, at instant: Timestamp) -> RiskRefusal? {
        guard risk.isActive, let id = OrderID("PASKED") else { return nil }
        let order = Order(
            id: id, instrument: draft.instrument, side: draft.side, product: draft.product, placedAt: instant, kind: draft.kind,
            validity: draft.validity, quantity: draft.quantity, state: .open, tag: nil, clientOrderID: nil, requestDigest: nil,
            placedBy: draft.placedBy, epoch: epoch)
        return riskRefusal(against: order, market, at: instant)
    }

    /// The day-loss limit if it is reached now and was not noted yet.
    package func dayLossTrip(_ market: some MarketView, at instant: Timestamp) -> DayLossTrip? {
        guard let limit = risk.limits.dayLoss, risk.dayLossTrip.map({ !$0.holds(at: instant) }) ?? true else { return nil }
        let result = dayResult(market, at: instant)
        guard result <= -limit else { return nil }
        return DayLossTrip(day: instant.dayNumber(offsetSeconds: indiaOffsetSeconds), result: result, limit: limit)
    }

    /// Realised on the trading day, net of charges, and unrealised at the last prices; a position without one counts as it was bought.
    package func dayResult(_ market: some MarketView, at instant: Timestamp) -> Money {
        var result = dayRealised(at: instant)
        for (key, position) in positions {
            if let last = market.quote(for: key.instrument)?.lastPrice, last > .zero { result += position.unrealised(at: last) }
        }
        return result
    }

    /// Orders placed on the day of `instant`, rejected ones not counted; counting ends at `most`.
    package func ordersPlaced(onDayOf instant: Timestamp, atMost most: Int = .max) -> Int {
        let day = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        var count = 0
        for order in placed.reversed() {
            guard order.placedAt.dayNumber(offsetSeconds: indiaOffsetSeconds) >= day, count < most else { break }
            if order.state != .rejected { count += 1 }
        }
        return count
    }

    /// Positions that are open, and those that working orders would open.
    package func exposedKeys(besides id: OrderID? = nil) -> Set<PositionKey> {
        var keys = Set(positions.keys)
        for order in workingOrders where order.id != id { keys.insert(order.positionKey) }
        return keys
    }

    /// The working orders that could not close anything: cancelled when nothing is opened any more. What could be an exit stays, and fills
    /// no more than there is to close.
    func openingOrders() -> [Order] { workingOrders.filter { closable($0.side, $0.positionKey) == .zero } }

    /// The order as it stands in the book, refused by a limit.
    func rejected(_ order: Order, _ risk: RiskRefusal) -> PaperEvent {
        var order = order
        order.state = .rejected
        order.reasonCode = risk.refusal.rawValue
        order.reason = risk.sentence
        return .orderRejected(order)
    }
}
