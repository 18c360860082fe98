// The rules: a command and the market as it is become events, or a refusal. Nothing changes here; see `PaperAccount+Apply`.
//
// Funds. Everything blocks its full value. An act is refused when it would leave less than nothing available, unless it only closes:
// an exit is never refused for funds. Two exits of one position cannot both be exits; the later one would open exposure and needs funds.

/// What can be asked of a paper book.
package enum PaperCommand: Sendable {
    /// A new order under an id that the book does not know yet, at most `PaperLimits.orderIDBytes` long.
    case place(OrderDraft, as: OrderID)
    case modify(OrderID, OrderAmendment)
    /// `reason` in the user's words; nil takes our own sentence.
    case cancel(OrderID, reason: String? = nil)
    case cancelAll(reason: String? = nil)
    /// Cancels what could only open exposure, because nothing is opened any more.
    case cancelOpening
    /// A message of the feed, newer than all before of its instrument; the market's quote already tells it.
    case tick(Tick)
    /// A new day came: orders that were valid for an earlier day in India are cancelled.
    case expireDay
    /// Send the after-market orders into the market whose day has begun.
    case release
    /// Cancel what holds funds, because losses ate the margin.
    case freeFunds
    /// Close a position at the market in the house's name, and cancel its orders first. Cancels only, where nothing is quoted.
    case squareOff(PositionKey, as: OrderID, SquareOffCause)
    /// A contract expired: cancel its orders and close the position at what one of it is worth in the end, which may be nothing.
    case settle(PositionKey, at: Price, as: OrderID)
    /// A split or a bonus issue gave so much for nothing to a position: cancel its instrument's orders, which name prices of before, and book it.
    case adjust(PositionKey, by: Quantity, mark: String, as: OrderID)
    /// Begin a new epoch; nothing of the old one stays but its archive.
    case reset(capital: Money)
}

/// What the rules ask about the market, and nothing else of it.
package protocol MarketView {
    func instrument(for id: InstrumentID) -> Instrument?
    func quote(for id: InstrumentID) -> Quote?
    /// The last price of the quote, be it stale; nil when there is none above zero.
    func lastPrice(for id: InstrumentID) -> Price?
    /// When the quote was; nil when there is none.
    func quotedAt(for id: InstrumentID) -> Timestamp?
    /// Whether the instrument trades continuously at `instant`.
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool
    /// Which part of its own day the instrument is in at `instant`; nil when its market is closed.
    func phase(for id: InstrumentID, at instant: Timestamp) -> SessionPhase?
    /// Whether an order for the day that came into the market at `since` has ended at `instant`.
    func hasDayEnded(for id: InstrumentID, since: Timestamp, at instant: Timestamp) -> Bool
    /// The largest single order that the exchange takes; nil for no limit.
    func largestOrder(of id: InstrumentID, at instant: Timestamp) -> Quantity?
    /// The prices that an order may name on that day; nil for no band.
    func priceBand(of id: InstrumentID, at instant: Timestamp) -> ClosedRange<Price>?
    /// When intraday positions in the instrument are squared off on that day; nil when they are not.
    func intradayEnd(of id: InstrumentID, at instant: Timestamp) -> Timestamp?
    /// Whether `quote` is too old, at `instant`, for anything to be filled at its prices.
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool
    /// What a position blocks and an order holds, by the rules in force at `instant`.
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms
}

extension PaperAccount {
    /// What `command` does to this book, as events for `apply(_:)`.
    ///
    /// A new order that a rule refuses comes back as one `orderRejected`; everything else that is refused throws, and then nothing
    /// happened. Asking changes nothing, and the same question has the same answer.
    package func decide(
        _ command: PaperCommand, market: some MarketView, at instant: Timestamp
    ) throws(OrderRefusal) -> [PaperEvent] {
        switch command {
        case .place(let draft, let id): try place(draft, as: id, market, at: instant)
        case .modify(let id, let amendment): try modify(id, amendment, market, at: instant)
        case .cancel(let id, let reason):
            try cancel(id, reason, market, at: instant)
        case .cancelAll(let reason): workingSlots.map { cancellation(of: placed[$0].id, .requested, reason, at: instant) }
        case .cancelOpening:
            cancelled(openingOrders(), market, at: instant) { cancellation(of: $0, .riskStop, at: instant) }
        case .tick(let tick): match(tick, market, at: instant)
        case .expireDay:
            cancelled(workingOrders.filter { hasEnded($0, market, at: instant) }, market, at: instant) {
                cancellation(of: $0, .endOfDay, at: instant)
            }
        case .release: release(market, at: instant)
        case .freeFunds:
            cancelled(workingOrders.filter { $0.reserved > .zero }, market, at: instant) {
                cancellation(of: $0, .marginBreach, at: instant)
            }
        case .squareOff(let key, let id, let cause): squareOff(key, as: id, cause, market, at: instant)
        case .settle(let key, let price, let id): settle(key, price, as: id, market, at: instant)
        case .adjust(let key, let extra, let mark, let id): adjust(key, by: extra, mark: mark, as: id, at: instant)
        case .reset(let capital): try reset(capital, at: instant)
        }
    }

    /// Decides and makes it true at once; what was refused changed nothing.
    @discardableResult
    package mutating func act(_ command: PaperCommand, market: some MarketView, at instant: Timestamp) throws(OrderRefusal) -> Touched {
        let events = try decide(command, market: market, at: instant)
        return apply(events)
    }

    private func hasEnded(_ order: Order, _ market: some MarketView, at instant: Timestamp) -> Bool {
        guard order.state != .afterMarketReceived else { return isOfEndedContract(order, market, at: instant) }
        return order.validity == .day && market.hasDayEnded(for: order.instrument, since: order.cameAt, at: instant)
    }

    private func cancel(
        _ id: OrderID, _ reason: String?, _ market: some MarketView, at instant: Timestamp
    ) throws(OrderRefusal) -> [PaperEvent] {
        let slot = try workingSlot(id)
        var rehearsal = Rehearsal(self, placed[slot].instrument, homes[slot], lot: Quantity(units: 1), market, at: instant)
        rehearsal.take(rehearsal.reference(to: slot, placed[slot].product, placed[slot].side))
        rehearsal.cancel(as: cancellation(of: id, .requested, reason, at: instant))
        return rehearsal.finish()
    }

    /// Cancels some of the working orders; others of their positions may then hold less.
    func cancelled(
        _ orders: [Order], _ market: some MarketView, at instant: Timestamp, _ event: (OrderID) -> PaperEvent
    ) -> [PaperEvent] {
        var events: [PaperEvent] = []
        var seen: Set<InstrumentID> = []
        let instruments = orders.map(\.instrument).filter { seen.insert($0).inserted }
        let gone = Set(orders.map(\.id))
        for instrument in instruments {
            guard let number = bookNumbers[instrument] else { continue }
            var rehearsal = Rehearsal(self, instrument, number, lot: Quantity(units: 1), market, at: instant)
            for slot in books[number].slots where gone.contains(placed[slot].id) {
                rehearsal.take(rehearsal.reference(to: slot, placed[slot].product, placed[slot].side))
                rehearsal.cancel(as: event(placed[slot].id))
            }
            events += rehearsal.finish()
        }
        return events
    }

    func cancellation(
        of id: OrderID, _ reason: CancellationReason, _ words: String? = nil, at instant: Timestamp
    ) -> PaperEvent {
        .orderCancelled(id, reason: words ?? reason.sentence, code: reason.rawValue, at: instant)
    }

    private func reset(_ capital: Money, at instant: Timestamp) throws(OrderRefusal) -> [PaperEvent] {
        guard capital > .zero, capital <= PaperLimits.capital else { throw .capitalOutOfRange }
        var events = workingSlots.map { cancellation(of: placed[$0].id, .bookReset, at: instant) }
        events.append(.bookReset(capital: capital, epoch: epoch + 1, at: instant))
        return events
    }

    private func workingSlot(_ id: OrderID) throws(OrderRefusal) -> Int {
        guard let slot = slots[id] else { throw .unknownOrder }
        guard placed[slot].isWorking else { throw .orderNotOpen }
        return slot
    }

    // MARK: - Place

    private func place(
        _ draft: OrderDraft, as id: OrderID, _ market: some MarketView, at instant: Timestamp
    ) throws(OrderRefusal) -> [PaperEvent] {
        let number = bookNumbers[draft.instrument]
        precondition(slots[id] == nil && id.text.utf8.count <= PaperLimits.orderIDBytes, "A new order comes with a new, short id.")
        if let clientOrderID = draft.clientOrderID, clientOrderIDs[clientOrderID] != nil { throw .duplicateClientOrderID }
        let instrument = try tradable(draft.instrument, market)
        try checkForm(draft.kind, draft.quantity)
        if let parent = draft.parentOrderID, slots[parent] == nil { throw .unknownParentOrder }
        guard placed.count < orderLimit else { throw .bookFull }

        var order = Order(
            id: id, instrument: draft.instrument, side: draft.side, product: draft.product, placedAt: instant, kind: draft.kind,
            validity: draft.validity, quantity: draft.quantity, state: draft.kind.triggerPrice == nil ? .open : .triggerPending,
            tag: draft.tag, clientOrderID: draft.clientOrderID, requestDigest: draft.requestDigest, placedBy: draft.placedBy, epoch: epoch)
        order.parentOrderID = draft.parentOrderID
        order.variety = draft.variety
        guard isWithinTurnover(order, in: number) else { throw .quantityTooLarge }
        if let refusal = rule(against: order, instrument) { return [rejected(order, refusal, instrument)] }
        if let limit = exceededLimit(order, market, at: instant) { return [rejected(order, limit.refusal, instrument, limit.words)] }
        if workingCount >= PaperLimits.workingOrders { return [rejected(order, .tooManyOpenOrders, instrument)] }
        let phase = market.phase(for: order.instrument, at: instant)
        let waits = order.variety == .afterMarket && !takesReleased(order, in: phase)
        if !waits, let refusal = sessionRefusal(order.kind, order.validity, in: phase) { return [rejected(order, refusal, instrument)] }

        var liquidity = waits ? nil : liquidityToMeet(order.instrument, in: phase, number, market, at: instant)
        if order.needsPriceNow, liquidity == nil {
            guard waits || phase?.isCollecting == true, let last = lastKnownPrice(order.instrument, market) else {
                return [rejected(order, .noPrice, instrument)]
            }
            order.referencePrice = last
        }
        if waits { order.state = .afterMarketReceived }
        if !waits, opensTooLate(order, market, at: instant) { return [rejected(order, .intradayOver, instrument)] }
        if let short = missingHoldings(for: order, in: number) { return [rejected(order, .insufficientHoldings, instrument, short)] }
        if let limit = riskRefusal(against: order, market, at: instant) { return [rejected(order, limit)] }

        if let liquidity { order.referencePrice = order.meets(liquidity) }
        var rehearsal = Rehearsal(self, order.instrument, number, order.product, lot: instrument.lotSize, market, at: instant)
        let free = rehearsal.free
        rehearsal.join(order)
        arrive(&liquidity, &rehearsal)
        let left = rehearsal.free
        guard left >= .zero || left >= free || rehearsal.onlyCloses else {
            let figures = "this order needs \((free - left).inRupees), available \(free.inRupees)"
            return [rejected(order, .insufficientFunds, instrument, figures)]
        }
        if let liquidity { rehearsal.rest(in: liquidity) }
        return rehearsal.finish()
    }

    // MARK: - Modify

    /// Tests everything that placing tests; the order keeps its place in the queue.
    private func modify(
        _ id: OrderID, _ amendment: OrderAmendment, _ market: some MarketView, at instant: Timestamp
    ) throws(OrderRefusal) -> [PaperEvent] {
        let slot = try workingSlot(id)
        let order = placed[slot]
        let instrument = try tradable(order.instrument, market)
        var amended = order
        amended.amend(amendment, at: instant)
        try checkForm(amended.kind, amended.quantity)
        guard amended.quantity > order.filledQuantity else { throw .quantityBelowFilled }
        guard isWithinTurnover(amended, in: homes[slot], replacing: order) else { throw .quantityTooLarge }
        if let refusal = rule(against: amended, instrument) { throw refusal }
        if let limit = exceededLimit(amended, market, at: instant) { throw limit.refusal }
        let phase = market.phase(for: order.instrument, at: instant)
        let waits = order.state == .afterMarketReceived
        if !waits, let refusal = sessionRefusal(amended.kind, amended.validity, in: phase) { throw refusal }
        if !waits, opensTooLate(amended, market, at: instant) { throw .intradayOver }
        var liquidity = waits ? nil : liquidityToMeet(order.instrument, in: phase, homes[slot], market, at: instant)
        // Without a price, an order that rests could be given a limit far through the market and would then fill at it.
        let rests = order.referencePrice != nil && amended.kind != order.kind && amended.state == .open
        let isPriced = phase?.isCollecting == true ? freshQuote(for: order.instrument, market, at: instant) != nil : liquidity != nil
        if !waits, !isPriced, amended.needsPriceNow || rests { throw .noPrice }
        if missingHoldings(for: amended, in: homes[slot], replacing: order) != nil { throw .insufficientHoldings }
        if let limit = riskRefusal(against: amended, before: order, market, at: instant) { throw limit.refusal }

        var meets = amended.referencePrice == nil ? liquidity.flatMap { amended.meets($0) } : nil
        if waits, amended.kind == .market, amended.referencePrice == nil {
            meets = lastKnownPrice(order.instrument, market)
            guard meets != nil else { throw .noPrice }
        }
        if let meets { amended.referencePrice = meets }
        var rehearsal = Rehearsal(self, order.instrument, homes[slot], lot: instrument.lotSize, market, at: instant)
        let free = rehearsal.free
        rehearsal.take(rehearsal.reference(to: slot, order.product, order.side))
        rehearsal.amend(to: amended, .orderModified(id, amendment, at: instant))
        if let meets { rehearsal.note(.orderMet(id, meets, at: instant)) }
        arrive(&liquidity, &rehearsal)
        let left = rehearsal.free
        guard left >= .zero || left >= free || rehearsal.onlyCloses else { throw .insufficientFunds }
        if let liquidity, order.losesPlace(by: amendment) { rehearsal.rest(in: liquidity) }
        return rehearsal.finish()
    }

    /// The order in hand meets the quote that stands: its stop may trigger at once, and what is marketable fills.
    private func arrive(_ liquidity: inout Liquidity?, _ rehearsal: inout Rehearsal) {
        guard let last = liquidity?.last else { return }
        if rehearsal.order.isWaiting {
            guard rehearsal.order.kind.isReached(by: last, rehearsal.order.side) else { return }
            rehearsal.trigger()
        }
        // Where it stands, not in a copy.
        rehearsal.match(with: &liquidity!, arriving: true, withinFunds: false)
    }

    // MARK: - Tick

    /// Stops that the last price reached go live, then everything the quote can fill fills: sales first, market orders first, then by better
    /// limit, then by age.
    private func match(_ tick: Tick, _ market: some MarketView, at instant: Timestamp) -> [PaperEvent] {
        guard let number = bookNumbers[tick.instrument], books[number].hasOrders else { return [] }
        let phase = market.phase(for: tick.instrument, at: instant)
        guard var liquidity = liquidity(tick, in: phase) else { return [] }
        let isAuction = phase?.isMatching == true
        var live = books[number].concerned(by: liquidity, triggers: !isAuction)
        guard !live.isEmpty else { return [] }
        // An instrument that left the list still lets its orders fill, to the smallest unit.
        let lot = market.instrument(for: tick.instrument)?.lotSize ?? .zero
        var rehearsal = Rehearsal(self, tick.instrument, number, lot: max(lot, Quantity(units: 1)), market, at: instant)
        for one in live.filter(\.isTriggered).sorted(by: { $0.slot < $1.slot }) {
            rehearsal.take(one.reference)
            rehearsal.trigger()
        }
        live.sort()
        for one in live {
            rehearsal.take(one.reference)
            if one.isNew { rehearsal.meet(at: tick.lastPrice) }
            rehearsal.match(with: &liquidity, arriving: one.isTriggered || one.isNew || isAuction, withinFunds: true)
            if one.isTriggered || one.isNew { rehearsal.rest(in: liquidity) }
        }
        rehearsal.cancelUnfunded()
        return rehearsal.finish()
    }
}
