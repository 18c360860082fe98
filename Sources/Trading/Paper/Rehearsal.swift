// One act on one instrument, tried out before it happens: which fills it brings, what would be held and what would be left. A rehearsal
// shares what the account has in the instrument and changes a copy only of what the act changes, so that a decision costs the same in a
// book of fifty thousand orders. What an order fills at is `Rehearsal+Matching`, what a fill does to the funds `Rehearsal+Funds`.

/// What would be, after the events collected so far.
struct Rehearsal {
    /// The order that the act is about just now. It is kept apart, so that the queues stay as they are when it is the only one.
    struct Hand {
        /// Its queue, and where it stands or would stand there; no queue when it is the first of its product and side.
        let queue: Int?
        let place: Int
        var order: WorkingOrder
    }

    var events: [PaperEvent] = []
    let instrument: InstrumentID
    let lot: Quantity
    let at: Timestamp
    let epoch: Int
    /// When the quote was that fills go by; nil without one.
    let quotedAt: Timestamp?
    /// What the next fill goes by, beside the quote.
    var seen: (displayed: Quantity?, ahead: Quantity?, traded: Quantity?) = (nil, nil, nil)
    /// Whether a limit or a kill switch lets nothing be opened here: fills then only close.
    let reducesOnly: Bool
    /// The account's orders, for their names.
    private let placed: [Order]
    /// The name and tag of an order that is not among them yet.
    private var newcomer: (id: OrderID, tag: String?)?
    /// What the account has in the instrument, after what happened so far but for the order in hand.
    var book: InstrumentBook
    var hand: Hand?
    private let terms: TermsByProduct
    /// The account's funds before what orders hold, whatever positions are worth.
    var unreserved: Money
    /// What all working orders of the account hold.
    private(set) var reserved: Money
    /// The unrealised result of positions on margin in all other instruments.
    let resultElsewhere: Money
    /// The last price here; zero when there is none.
    let last: Price
    /// Whether a product had a fill, by its ordinal.
    var hasFilled = InlineArray<3, Bool>(repeating: false)
    /// Whether a fill opened exposure.
    var hasOpened = false
    /// By how much more the orders of this instrument but the one in hand would open than when it was taken.
    private(set) var othersOpening: Int128 = 0
    /// The orders that hold another amount than before, by slot; the one in hand may be missing.
    private var changed: [Int] = []

    /// Begins with `account` as it is. `number` is the book of the instrument, if there is one; `product` that of a new order; `lot` the
    /// instrument's.
    init(
        _ account: borrowing PaperAccount, _ instrument: InstrumentID, _ number: Int?, _ product: Product? = nil, lot: Quantity,
        _ market: some MarketView, at instant: Timestamp
    ) {
        book = number.map { account.books[$0] } ?? InstrumentBook(instrument)
        // An order, its fill and what it holds; most acts need no more.
        events.reserveCapacity(4)
        self.instrument = instrument
        self.lot = lot
        at = instant
        epoch = account.epoch
        quotedAt = market.quotedAt(for: instrument)
        reducesOnly = account.risk.reducesOnly(instrument, at: instant)
        placed = account.placed
        unreserved = account.unreserved
        reserved = account.reserved
        resultElsewhere = account.resultOnMargin(market, besides: number)
        last = market.lastPrice(for: instrument) ?? .zero
        var terms = TermsByProduct()
        if let product { terms.set(product, market.terms(for: instrument, product, at: instant)) }
        for queue in book.queues.indices where !book.queues[queue].orders.isEmpty {
            let product = book.queues[queue].product
            if terms[product] == nil { terms.set(product, market.terms(for: instrument, product, at: instant)) }
        }
        self.terms = terms
        for queue in book.queues.indices where !book.queues[queue].orders.isEmpty { settleAnew(queue) }
    }

    func terms(_ product: Product) -> TradingTerms {
        guard let terms = terms[product] else { preconditionFailure("An order works in a product whose terms were asked for.") }
        return terms
    }

    // MARK: - The order in hand

    /// The order in hand; there is one from the first `join` or `take` on.
    var order: WorkingOrder {
        get { hand!.order }
        // Changes it where it stands: `set` alone would copy it out and back for each number that changes.
        _modify { yield &hand!.order }
    }

    /// A new order joins the working ones, and is in hand.
    mutating func join(_ order: Order) {
        putBack()
        newcomer = (order.id, order.tag)
        let queue = book.queue(order.product, order.side)
        let place = queue.map { book.queues[$0].orders.count } ?? 0
        hand = Hand(queue: queue, place: place, order: WorkingOrder(order, slot: placed.count))
        events.append(.orderAccepted(order))
        guard let queue else { return settleAlone() }
        let cover = book.queues[queue].cover(of: book.quantity(order.product))
        settle(self.order.pending - min(cover, self.order.pending))
    }

    /// Takes a working order in hand.
    mutating func take(_ order: OrderReference) {
        putBack()
        hand = Hand(queue: order.queue, place: order.place, order: book.queues[order.queue].orders[order.place])
    }

    func reference(to slot: Int, _ product: Product, _ side: Side) -> OrderReference {
        guard let queue = book.queue(product, side) else { preconditionFailure("A working order stands in a queue.") }
        return OrderReference(queue: queue, place: book.queues[queue].index(of: slot))
    }

    /// Nothing is in hand any more.
    mutating func putBack() {
        guard let hand else { return }
        guard newcomer == nil, let queue = hand.queue else {
            preconditionFailure("A new order is the only one that its act is about.")
        }
        if book.queues[queue].orders[hand.place] != hand.order {
            book.change(queue, hand.place) { $0 = hand.order }
            changed.append(hand.order.slot)
        }
        self.hand = nil
        othersOpening = 0
    }

    /// The name of the order in hand.
    var id: OrderID { newcomer?.id ?? placed[order.slot].id }
    var tag: String? { newcomer == nil ? placed[order.slot].tag : newcomer?.tag }

    // MARK: - What happens

    /// Notes an event that the order in hand already knows of.
    mutating func note(_ event: PaperEvent) { events.append(event) }

    /// The order in hand gets new terms.
    mutating func amend(to amended: Order, _ event: PaperEvent) {
        events.append(event)
        var order = WorkingOrder(amended, slot: order.slot)
        order.fillCount = self.order.fillCount
        order.opening = self.order.opening
        order.held = self.order.held
        self.order = order
        settleHand()
    }

    /// The order in hand meets the first quote of its life.
    mutating func meet(at last: Price) {
        order.hasMet = true
        order.reservationPrice = Order.reservationPrice(order.kind, order.side, reference: last)
        events.append(.orderMet(id, last, at: at))
        settleHand()
    }

    /// The stop in hand reached its trigger.
    mutating func trigger() {
        order.isWaiting = false
        events.append(.orderTriggered(id, at: at))
    }

    /// How much is displayed ahead of the order in hand.
    mutating func queue(behind quantity: Quantity) {
        guard order.ahead != quantity else { return }
        order.ahead = quantity
        events.append(.orderQueued(id, ahead: quantity))
    }

    /// What is left of the order in hand is cancelled by the house.
    mutating func cancel(_ reason: CancellationReason) {
        cancel(as: .orderCancelled(id, reason: reason.sentence, code: reason.rawValue, at: at))
    }

    /// What is left of the order in hand is cancelled by whoever asks; the event is noted as it is.
    mutating func cancel(as event: PaperEvent) {
        order.pending = .zero
        events.append(event)
        settleHand()
    }

    /// All that happened, and what the working orders hold from now on.
    mutating func finish() -> [PaperEvent] {
        if !changed.isEmpty {
            if let hand { changed.append(hand.order.slot) }
            changed.sort()
            var previous: Int?
            for slot in changed where slot != previous {
                previous = slot
                if let order = workingOrder(slot) { noteHold(order) }
            }
        } else if let hand {
            noteHold(hand.order)
        }
        guard !events.isEmpty else { return [] }
        for product in Product.allCases {
            guard let terms = terms[product] else { continue }
            let isNew = book.queues.contains { $0.product == product && $0.settledBy !== terms }
            if isNew { events.append(.holdsSettled(instrument, product, terms)) }
        }
        return events
    }

    /// Says what an order holds from now on when that is another amount than before.
    private mutating func noteHold(_ order: WorkingOrder) {
        guard order.pending > .zero else { return }
        if let newcomer, order.slot == placed.count {
            if order.held != .zero { events.append(.orderHeld(newcomer.id, order.held)) }
        } else if order.held != placed[order.slot].reserved {
            events.append(.orderHeld(placed[order.slot].id, order.held))
        }
    }

    private func workingOrder(_ slot: Int) -> WorkingOrder? {
        if let hand, hand.order.slot == slot { return hand.order }
        let order = placed[slot]
        return book.queue(order.product, order.side).map { book.queues[$0].orders[book.queues[$0].index(of: slot)] }
    }

    // MARK: - What orders hold

    /// Works out what the orders of a product hold after its position or the order in hand changed.
    mutating func settle(_ product: Product) {
        for queue in book.queues.indices where book.queues[queue].product == product { settleQueue(queue) }
        if let hand, hand.queue == nil, hand.order.product == product { settleAlone() }
    }

    /// The same after the order in hand changed alone.
    mutating func settleHand() {
        guard let hand else { return }
        if let queue = hand.queue { settleQueue(queue) } else { settleAlone() }
    }

    /// The same for one that is the first of its product and side: all that there is to close is its own.
    private mutating func settleAlone() {
        let closable = OrderQueue.closable(order.side, of: book.quantity(order.product))
        settle(order.pending - min(closable, order.pending))
    }

    private mutating func settleQueue(_ queue: Int) {
        let isHand = hand?.queue == queue
        let place = isHand ? hand!.place : -1
        var found: [(place: Int, opening: Quantity)] = []
        var opening: Quantity?
        book.queues[queue].openings(at: book.quantity(book.queues[queue].product), hand: isHand ? hand?.order : nil, place: place) {
            if $0 == place { opening = $2 } else { found.append(($0, $2)) }
        }
        for (place, opening) in found { settle(opening, queue, place) }
        if let opening { settle(opening) }
    }

    /// The order in hand would open so much.
    private mutating func settle(_ opening: Quantity) {
        let amount = terms(order.product).held(order, opening)
        reserved += amount - order.held
        order.opening = opening
        order.held = amount
    }

    /// Another order would open so much.
    private mutating func settle(_ opening: Quantity, _ queue: Int, _ place: Int) {
        let order = book.queues[queue].orders[place]
        let amount = terms(order.product).held(order, opening)
        reserved += amount - order.held
        othersOpening += Int128(opening.units - order.opening.units)
        book.change(queue, place) {
            $0.opening = opening
            $0.held = amount
        }
        changed.append(order.slot)
    }

    /// Works out what all orders of a queue hold when the terms are not those that they hold by.
    private mutating func settleAnew(_ queue: Int) {
        let terms = terms(book.queues[queue].product)
        if let known = book.queues[queue].settledBy, known === terms || known == terms { return }
        for (place, order) in book.queues[queue].orders.enumerated() where terms.held(order, order.opening) != order.held {
            settle(order.opening, queue, place)
        }
    }

    /// What all working orders would hold if `product` had the position `quantity` and the order in hand were `order`.
    func reserved(_ product: Product, at quantity: Quantity, hand order: WorkingOrder) -> Money {
        var sum = reserved
        let terms = terms(product)
        if let hand, hand.queue == nil {
            let closable = OrderQueue.closable(order.side, of: quantity)
            sum += terms.held(order, order.pending - min(closable, order.pending)) - order.held
        }
        for number in book.queues.indices where book.queues[number].product == product {
            let isHand = hand?.queue == number
            book.queues[number].openings(at: quantity, hand: isHand ? order : nil, place: isHand ? hand!.place : -1) {
                sum += terms.held($1, $2) - $1.held
            }
        }
        return sum
    }
}

/// Terms of the products that an act is about.
struct TermsByProduct {
    private var intraday: TradingTerms?
    private var delivery: TradingTerms?
    private var carry: TradingTerms?

    mutating func set(_ product: Product, _ terms: TradingTerms) {
        switch product {
        case .intraday: intraday = terms
        case .delivery: delivery = terms
        case .carry: carry = terms
        }
    }

    subscript(product: Product) -> TradingTerms? {
        switch product {
        case .intraday: intraday
        case .delivery: delivery
        case .carry: carry
        }
    }
}

extension TradingTerms {
    /// What a working order holds for the part of it that would open exposure.
    func held(_ order: WorkingOrder, _ opening: Quantity) -> Money {
        opening == .zero ? .zero : held(order.side, opening, at: order.reservationPrice, after: order.filledValue)
    }
}
