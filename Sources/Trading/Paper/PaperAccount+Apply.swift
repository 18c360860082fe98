// The only place where a paper book changes. The same events come here live, in a backtest and in a simulation.

/// What a list of events touched, for whoever writes rows and tells the watchers.
package struct Touched: Sendable, Equatable {
    /// Orders that are new or changed, be it only what they hold; each once.
    package private(set) var orders: [OrderID] = []
    /// Positions that a fill changed, each once; a flat one is found by `PaperAccount.position(for:)`.
    package private(set) var positions: [PositionKey] = []
    package private(set) var trades: [Trade] = []
    /// The epoch that a reset ended, with its orders cancelled; nil without a reset. `orders`, `positions` and `trades` then only tell
    /// of the epoch that began.
    package internal(set) var archive: PaperSnapshot?
    /// The same as `orders`, kept once there are many.
    private var manyOrders: Set<OrderID> = []
    /// Up to so many are looked through faster than they are hashed.
    private static let few = 8

    package init() {}

    /// Whether no row says anything new.
    package var isEmpty: Bool { orders.isEmpty && positions.isEmpty && trades.isEmpty && archive == nil }

    mutating func note(_ id: OrderID) {
        if orders.count < Touched.few {
            if !orders.contains(id) { orders.append(id) }
        } else {
            if manyOrders.isEmpty { manyOrders = Set(orders) }
            if manyOrders.insert(id).inserted { orders.append(id) }
        }
    }

    mutating func note(_ trade: Trade) {
        trades.append(trade)
        let key = trade.positionKey
        // One tick touches the products of one instrument.
        if !positions.contains(key) { positions.append(key) }
    }
}

extension PaperAccount {
    /// Makes `events` true: the only mutation of a book.
    ///
    /// The events must be what `decide` gave for this very state; others trap.
    @discardableResult
    package mutating func apply(_ events: [PaperEvent]) -> Touched {
        var touched = Touched()
        var act = ActInProgress()
        for event in events {
            switch event {
            case .orderAccepted(let order), .orderRejected(let order):
                let slot = enter(order)
                if order.isWorking { begin(WorkingOrder(order, slot: slot), &act) }
                touched.note(order.id)
                updatedAt = order.updatedAt
            case .orderModified(let id, let amendment, let instant):
                let slot = knownSlot(id)
                let losesPlace = placed[slot].losesPlace(by: amendment)
                placed[slot].amend(amendment, at: instant)
                follow(slot, &act)
                if losesPlace { change(slot, &act) { $0.ahead = nil } }
                touched.note(id)
                updatedAt = instant
            case .orderTriggered(let id, let instant):
                let slot = knownSlot(id)
                placed[slot].trigger(at: instant)
                follow(slot, &act)
                touched.note(id)
                updatedAt = instant
            case .orderReleased(let id, let instant):
                let slot = knownSlot(id)
                placed[slot].release(at: instant)
                follow(slot, &act)
                touched.note(id)
                updatedAt = instant
            case .orderMet(let id, let price, let instant):
                let slot = knownSlot(id)
                placed[slot].referencePrice = price
                placed[slot].updatedAt = instant
                follow(slot, &act)
                touched.note(id)
                updatedAt = instant
            case .orderHeld(let id, let amount):
                let slot = knownSlot(id)
                reserved += amount - placed[slot].reserved
                placed[slot].reserved = amount
                change(slot, &act) { $0.held = amount }
                touched.note(id)
            case .holdsSettled(let instrument, let product, let terms):
                if let number = bookNumbers[instrument] { books[number].settle(product, by: terms) }
            case .orderQueued(let id, let quantity):
                change(knownSlot(id), &act) { $0.ahead = quantity }
            case .orderFilled(let id, let trade, let margin):
                let slot = knownSlot(id)
                placed[slot].take(trade)
                if !placed[slot].isWorking { retire(slot) }
                follow(slot, &act)
                change(slot, &act) { $0.fillCount += 1 }
                settle(trade, margin: margin, in: homes[slot])
                act.note(homes[slot], trade.product)
                trades.append(trade)
                touched.note(id)
                touched.note(trade)
                updatedAt = trade.at
            case .orderCancelled(let id, let reason, let code, let instant):
                let slot = knownSlot(id)
                placed[slot].cancel(reason: reason, code: code, at: instant)
                retire(slot)
                follow(slot, &act)
                touched.note(id)
                updatedAt = instant
            case .bookReset(let capital, let epoch, let instant):
                end(&act)
                touched = Touched()
                updatedAt = instant
                touched.archive = snapshot
                let rules = risk
                self = PaperAccount(opening: capital, epoch: epoch, at: instant)
                risk = rules
            }
        }
        end(&act)
        return touched
    }

    /// Enters an order that is new to this epoch, in the state it comes with; its `reserved` is counted.
    mutating func add(_ order: Order) {
        let slot = enter(order)
        if order.isWorking { books[homes[slot]].join(WorkingOrder(order, slot: slot)) }
    }

    /// Enters an order, but in no queue; gives its slot.
    private mutating func enter(_ order: Order) -> Int {
        precondition(index(order, as: placed.count), "An order id belongs to one order of a book.")
        placed.append(order)
        return placed.count - 1
    }

    /// A new order begins to work. Many fill in the very act that brought them: it joins its queue when the act is over.
    private mutating func begin(_ order: WorkingOrder, _ act: inout ActInProgress) {
        if let earlier = act.newcomer, earlier.pending > .zero { books[homes[earlier.slot]].join(earlier) }
        act.newcomer = order
    }

    private mutating func end(_ act: inout ActInProgress) {
        if let newcomer = act.newcomer, newcomer.pending > .zero { books[homes[newcomer.slot]].join(newcomer) }
        if let (number, product) = act.untidy { books[number].tidy(product) }
        for (number, product) in act.moreUntidy { books[number].tidy(product) }
        act = ActInProgress()
    }

    /// Makes an order findable by its ids and counts what it holds; false, with nothing done, for an id that is known.
    mutating func index(_ order: Order, as slot: Int) -> Bool {
        if let known = slots.updateValue(slot, forKey: order.id) {
            slots[order.id] = known
            return false
        }
        if let clientOrderID = order.clientOrderID, clientOrderIDs[clientOrderID] == nil { clientOrderIDs[clientOrderID] = order.id }
        homes.append(makeBook(of: order.instrument))
        if order.isWorking { workingCount += 1 }
        reserved += order.reserved
        return true
    }

    /// Books one fill into cash and its position, which blocks `margin` from then on; `number` is the book of its instrument.
    mutating func settle(_ trade: Trade, margin: Money, in number: Int) {
        var position = books[number].position(trade.product) ?? Position(key: trade.positionKey, openedAt: trade.at, epoch: epoch)
        longCost -= position.longCost
        shortCost -= position.shortCost
        margins += margin - position.margin
        let brought = position.take(trade.side, trade.quantity, at: trade.price, on: trade.at) ?? .zero
        position.margin = margin
        longCost += position.longCost
        shortCost += position.shortCost
        set(position, in: number)
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
        if trade.rule == .depth { books[number].taken.add(trade.side, trade.quantity, at: trade.at) }
    }

    /// Enters a position in its book.
    mutating func set(_ position: Position, in number: Int) {
        books[number].set(position)
        let known = onMargin.firstIndex { $0.book == number && $0.product == position.key.product }
        switch (known, position.isOnMargin) {
        case (nil, true): onMargin.append(MarginPosition(position, in: number))
        case (let known?, true): onMargin[known] = MarginPosition(position, in: number)
        case (let known?, false): onMargin.remove(at: known)
        case (nil, false): break
        }
    }

    /// Gives back what an order held that stopped working.
    private mutating func retire(_ slot: Int) {
        reserved -= placed[slot].reserved
        placed[slot].reserved = .zero
        workingCount -= 1
    }

    /// Lets the queue know what an event changed in a working order.
    private mutating func follow(_ slot: Int, _ act: inout ActInProgress) {
        let order = WorkingOrder(placed[slot], slot: slot)
        change(slot, &act) { $0.follow(order) }
        if act.newcomer?.slot != slot { act.note(homes[slot], order.product) }
    }

    private mutating func change(_ slot: Int, _ act: inout ActInProgress, _ body: (inout WorkingOrder) -> Void) {
        if act.newcomer?.slot == slot {
            body(&act.newcomer!)
        } else {
            books[homes[slot]].change(slot, placed[slot].product, placed[slot].side, body)
        }
    }

    private func knownSlot(_ id: OrderID) -> Int {
        guard let slot = slots[id] else { preconditionFailure("An event tells of an order that the book knows.") }
        return slot
    }
}

/// What the events of one act leave to be done when all are applied.
private struct ActInProgress {
    /// The order that the act brought.
    var newcomer: WorkingOrder?
    /// The product of a book in which orders changed or a position did, and the others in acts that touch more than one; each once.
    private(set) var untidy: (number: Int, product: Product)?
    private(set) var moreUntidy: [(number: Int, product: Product)] = []

    mutating func note(_ number: Int, _ product: Product) {
        guard let untidy else {
            untidy = (number, product)
            return
        }
        // An act that touches many books goes through them one after the other.
        guard untidy != (number, product), moreUntidy.last.map({ $0 != (number, product) }) ?? true else { return }
        if !moreUntidy.contains(where: { $0 == (number, product) }) { moreUntidy.append((number, product)) }
    }
}

// MARK: - What an event does to its order

extension Order {
    /// New terms; a change of the trigger arms the stop again, a change of kind without a trigger sets it live.
    mutating func amend(_ amendment: OrderAmendment, at instant: Timestamp) {
        if let quantity = amendment.quantity { self.quantity = quantity }
        if let validity = amendment.validity { self.validity = validity }
        if let kind = amendment.kind, kind != self.kind {
            guard state != .afterMarketReceived else {
                self.kind = kind
                return noteAmended(at: instant)
            }
            let keepsTrigger = isTriggered && kind.triggerPrice == self.kind.triggerPrice
            self.kind = kind
            if !keepsTrigger {
                isTriggered = false
                state = kind.triggerPrice == nil ? .open : .triggerPending
            }
        }
        noteAmended(at: instant)
    }

    private mutating func noteAmended(at instant: Timestamp) {
        modifications += 1
        updatedAt = instant
    }

    /// It comes into the market as an order that has met nothing yet; a market order keeps the price it is held at.
    mutating func release(at instant: Timestamp) {
        precondition(state == .afterMarketReceived, "Only an order that waits for the open is released.")
        state = kind.triggerPrice == nil ? .open : .triggerPending
        if kind != .market { referencePrice = nil }
        releasedAt = instant
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
