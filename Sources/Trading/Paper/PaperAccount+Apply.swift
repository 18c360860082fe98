// The only place where a paper book changes. The same events come here live, in a backtest and in a simulation.

/// What a list of events touched, for whoever writes rows and tells the watchers.
package struct Touched: Sendable, Equatable {
    /// Orders that are new or changed, be it only what they hold.
    package var orders: Set<OrderID> = []
    /// Positions that a fill changed; a flat one is found by `PaperAccount.position(for:)`.
    package var positions: Set<PositionKey> = []
    package var trades: [Trade] = []
    /// The epoch that a reset ended, with its orders cancelled; nil without a reset. `orders`, `positions` and `trades` then only tell
    /// of the epoch that began.
    package var archive: PaperSnapshot?

    package init() {}

    /// Whether no row says anything new.
    package var isEmpty: Bool { orders.isEmpty && positions.isEmpty && trades.isEmpty && archive == nil }
}

extension PaperAccount {
    /// Makes `events` true: the only mutation of a book.
    ///
    /// The events must be what `decide` gave for this very state; others trap.
    @discardableResult
    package mutating func apply(_ events: [PaperEvent]) -> Touched {
        var touched = Touched()
        for event in events {
            switch event {
            case .orderAccepted(let order), .orderRejected(let order):
                add(order)
                touched.orders.insert(order.id)
                updatedAt = order.updatedAt
            case .orderModified(let id, let amendment, let instant):
                let slot = knownSlot(id)
                if placed[slot].losesPlace(by: amendment) { ahead[slot] = nil }
                placed[slot].amend(amendment, at: instant)
                touched.orders.insert(id)
                updatedAt = instant
            case .orderTriggered(let id, let instant):
                let slot = knownSlot(id)
                placed[slot].trigger(at: instant)
                touched.orders.insert(id)
                updatedAt = instant
            case .orderMet(let id, let price, let instant):
                let slot = knownSlot(id)
                placed[slot].referencePrice = price
                placed[slot].updatedAt = instant
                touched.orders.insert(id)
                updatedAt = instant
            case .orderHeld(let id, let amount):
                let slot = knownSlot(id)
                reserved += amount - placed[slot].reserved
                placed[slot].reserved = amount
                touched.orders.insert(id)
            case .orderQueued(let id, let quantity):
                ahead[knownSlot(id)] = quantity
            case .orderFilled(let id, let trade, let margin):
                let slot = knownSlot(id)
                placed[slot].take(trade)
                fillCounts[slot] += 1
                if !placed[slot].isWorking { retire(slot) }
                settle(trade, margin: margin)
                trades.append(trade)
                touched.orders.insert(id)
                touched.positions.insert(trade.positionKey)
                touched.trades.append(trade)
                updatedAt = trade.at
            case .orderCancelled(let id, let reason, let code, let instant):
                let slot = knownSlot(id)
                placed[slot].cancel(reason: reason, code: code, at: instant)
                retire(slot)
                touched.orders.insert(id)
                updatedAt = instant
            case .bookReset(let capital, let epoch, let instant):
                touched = Touched()
                updatedAt = instant
                touched.archive = snapshot
                let rules = risk
                self = PaperAccount(opening: capital, epoch: epoch, at: instant)
                risk = rules
            }
        }
        return touched
    }

    /// Enters an order that is new to this epoch, in the state it comes with; its `reserved` is counted.
    mutating func add(_ order: Order) {
        precondition(index(order, as: placed.count), "An order id belongs to one order of a book.")
        placed.append(order)
        fillCounts.append(0)
    }

    /// Makes an order findable by its ids and counts what it holds; false, with nothing done, for an id that is known.
    mutating func index(_ order: Order, as slot: Int) -> Bool {
        if let known = slots.updateValue(slot, forKey: order.id) {
            slots[order.id] = known
            return false
        }
        if let clientOrderID = order.clientOrderID, clientOrderIDs[clientOrderID] == nil { clientOrderIDs[clientOrderID] = order.id }
        if order.isWorking {
            working[order.instrument, default: []].append(slot)
            workingCount += 1
        }
        reserved += order.reserved
        return true
    }

    /// Books one fill into cash and its position, which blocks `margin` from then on.
    mutating func settle(_ trade: Trade, margin: Money) {
        let key = trade.positionKey
        var position = positions[key] ?? lastFlat.removeValue(forKey: key) ?? Position(key: key, openedAt: trade.at, epoch: epoch)
        longCost -= position.longCost
        shortCost -= position.shortCost
        margins += margin - position.margin
        let brought = position.take(trade.side, trade.quantity, at: trade.price, on: trade.at) ?? .zero
        position.margin = margin
        longCost += position.longCost
        shortCost += position.shortCost
        if position.isFlat {
            positions[key] = nil
            lastFlat[key] = position
        } else {
            positions[key] = position
        }
        let value = trade.value
        cash += (trade.side == .buy ? -value : value) - trade.charges
        realised += brought
        charges += trade.charges
        let day = trade.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
        if day != dayNumber {
            dayNumber = day
            dayNet = .zero
            dayTrades = 0
        }
        dayTrades += 1
        dayNet += brought - trade.charges
        if trade.rule == .depth {
            taken[trade.instrument, default: TakenDepth()].add(trade.side, trade.quantity, at: trade.at)
        }
    }

    /// Takes an order that stopped working out of the index and gives back what it held.
    private mutating func retire(_ slot: Int) {
        reserved -= placed[slot].reserved
        placed[slot].reserved = .zero
        ahead[slot] = nil
        workingCount -= 1
        let instrument = placed[slot].instrument
        guard let index = working[instrument]?.firstIndex(of: slot) else {
            preconditionFailure("An order that stops working was among the working ones.")
        }
        working[instrument]?.remove(at: index)
        if working[instrument]?.isEmpty == true { working[instrument] = nil }
    }

    private func knownSlot(_ id: OrderID) -> Int {
        guard let slot = slots[id] else { preconditionFailure("An event tells of an order that the book knows.") }
        return slot
    }
}

// MARK: - What an event does to its order

extension Order {
    /// New terms; a change of the trigger arms the stop again, a change of kind without a trigger sets it live.
    mutating func amend(_ amendment: OrderAmendment, at instant: Timestamp) {
        if let quantity = amendment.quantity { self.quantity = quantity }
        if let validity = amendment.validity { self.validity = validity }
        if let kind = amendment.kind, kind != self.kind {
            let keepsTrigger = isTriggered && kind.triggerPrice == self.kind.triggerPrice
            self.kind = kind
            if !keepsTrigger {
                isTriggered = false
                state = kind.triggerPrice == nil ? .open : .triggerPending
            }
        }
        modifications += 1
        updatedAt = instant
    }

    /// Whether new terms put it at the end of the queue at its price.
    func losesPlace(by amendment: OrderAmendment) -> Bool {
        amendment.kind.map { $0 != kind } ?? false || amendment.quantity.map { $0 > quantity } ?? false
    }

    mutating func trigger(at instant: Timestamp) {
        isTriggered = true
        state = .open
        updatedAt = instant
    }

    mutating func take(_ trade: Trade) {
        precondition(isWorking && trade.quantity <= pendingQuantity, "An order fills no more than is pending.")
        filledQuantity += trade.quantity
        filledValue += trade.value
        let average = FixedPoint.divideRoundingHalfUp(filledValue.units * Int128(fixedPointScale), by: Int128(filledQuantity.units))
        averagePrice = Price(units: Int64(average))
        if pendingQuantity == .zero { state = .filled }
        fillRule = trade.rule
        exchangeTimestamp = trade.at
        updatedAt = trade.at
    }

    mutating func cancel(reason: String?, code: String?, at instant: Timestamp) {
        precondition(isWorking, "Only a working order is cancelled.")
        cancelledQuantity = pendingQuantity
        state = .cancelled
        self.reason = reason
        reasonCode = code
        updatedAt = instant
    }
}

extension Trade {
    /// The position it belongs to.
    package var positionKey: PositionKey { PositionKey(instrument: instrument, product: product) }
}
