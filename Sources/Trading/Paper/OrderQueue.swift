// The working orders of one position on one side, oldest first, as matching and funds see them. What the owner sees of an order is `Order`.

/// A working order: numbers only, so that copying one counts no references.
struct WorkingOrder: Equatable, Sendable {
    /// Its place among all orders of the epoch, which is its age too.
    let slot: Int
    let side: Side
    let product: Product
    let kind: OrderKind
    let validity: Validity
    /// What may still fill; zero once it ended, until its queue is tidied.
    var pending: Quantity
    /// What its fills are worth so far.
    var filledValue: Money
    /// See `Order.reservationPrice`.
    var reservationPrice: Price
    /// What it holds of the funds.
    var held: Money
    /// The part of `pending` that would open exposure.
    var opening = Quantity.zero
    /// What the market displayed ahead of it at its limit when it was last seen; nil when nobody knows.
    var ahead: Quantity?
    /// How often it filled; the numbers in its trades' ids.
    var fillCount = 0
    /// Whether it is a stop before its trigger.
    var isWaiting: Bool
    /// Whether it waits for its market to open: it holds its funds, and no price reaches it.
    var isIdle: Bool
    /// Whether the house squares a position off with it, for a fee.
    let isHouseOrder: Bool
    /// Whether it met a quote; until then it fills at the quote's prices instead of its own limit.
    var hasMet: Bool

    init(_ order: Order, slot: Int) {
        self.slot = slot
        side = order.side
        product = order.product
        kind = order.kind
        validity = order.validity
        pending = order.isWorking ? order.pendingQuantity : .zero
        filledValue = order.filledValue
        reservationPrice = order.reservationPrice
        held = order.reserved
        isWaiting = order.state == .triggerPending
        isIdle = order.state == .afterMarketReceived
        isHouseOrder = order.isHouseOrder
        hasMet = order.referencePrice != nil
    }

    /// The same order after an event. Its turn at its price and its fills are not the order's to tell; what it opens changes with what is
    /// pending, until its queue is tidied.
    mutating func follow(_ order: WorkingOrder) {
        var order = order
        order.ahead = ahead
        order.fillCount = fillCount
        order.opening = max(opening + order.pending - pending, .zero)
        self = order
    }

    /// Whether a tick with this to offer is the first quote that it meets.
    func meetsFirst(_ liquidity: Liquidity) -> Bool { !hasMet && (kind.isMarketOnceLive || liquidity.isUsable(for: side)) }
}

/// The working orders of one product and side in one instrument.
///
/// What a position can still close is handed out to the orders against it in the order they were placed; what is left over of an order
/// would open exposure. So those that only close come first, then at most one that does both, and from there on all open with whatever is
/// pending: an act looks at the orders up to there and no further.
struct OrderQueue: Equatable, Sendable {
    let product: Product
    let side: Side
    /// Oldest first.
    private(set) var orders: [WorkingOrder] = []
    /// Units that all of them want; wide, because a book that is read back may hold anything.
    private(set) var pendingUnits: Int128 = 0
    /// The terms that they hold by; nil before an act said so.
    var settledBy: TradingTerms?

    init(_ product: Product, _ side: Side) {
        self.product = product
        self.side = side
    }

    /// By which terms the orders hold is a memory, not a state.
    static func == (a: OrderQueue, b: OrderQueue) -> Bool { a.product == b.product && a.side == b.side && a.orders == b.orders }

    /// What orders of `side` can close of a position.
    static func closable(_ side: Side, of position: Quantity) -> Quantity { max(side == .sell ? position : -position, .zero) }

    /// What these orders leave of a position for one more to close.
    func cover(of position: Quantity) -> Quantity {
        let left = Int128(OrderQueue.closable(side, of: position).units) - pendingUnits
        return left > 0 ? Quantity(units: Int64(left)) : .zero
    }

    /// Where the order of a slot stands.
    func index(of slot: Int) -> Int {
        var (start, end) = (0, orders.count)
        while start < end {
            let middle = start + (end - start) / 2
            if orders[middle].slot < slot { start = middle + 1 } else { end = middle }
        }
        precondition(start < orders.count && orders[start].slot == slot, "A working order stands in the queue of its position.")
        return start
    }

    // MARK: What would open exposure

    /// Tells `body` of each order whose opening part is another when the position is `position`, and of the order in hand in any case.
    ///
    /// The order in hand stands for the one at `place`, or for one more at the end; nil leaves the queue as it is.
    func openings(
        at position: Quantity, hand: WorkingOrder? = nil, place: Int = -1,
        _ body: (_ index: Int, _ order: WorkingOrder, _ opening: Quantity) -> Void
    ) {
        var cover = OrderQueue.closable(side, of: position)
        var index = 0
        while index < orders.count {
            if index == place, let hand {
                let closing = min(cover, hand.pending)
                cover -= closing
                body(index, hand, hand.pending - closing)
            } else {
                let pending = orders[index].pending
                // From here on everything opens, and did before.
                if cover == .zero, pending > .zero, orders[index].opening == pending { break }
                let closing = min(cover, pending)
                cover -= closing
                if pending - closing != orders[index].opening { body(index, orders[index], pending - closing) }
            }
            index += 1
        }
        if let hand, place >= index { body(place, hand, hand.pending - min(cover, hand.pending)) }
    }

    /// The newest order that would open exposure.
    var newestOpening: Int? {
        // When any does, the newest does.
        guard let index = orders.lastIndex(where: { $0.pending > .zero }), orders[index].opening > .zero else { return nil }
        return index
    }

    // MARK: Changing

    /// A new order joins at the end, where it can close what the others leave of the position.
    mutating func append(_ order: WorkingOrder, at position: Quantity) {
        orders.append(order)
        orders[orders.count - 1].opening = order.pending - min(order.pending, cover(of: position))
        pendingUnits += Int128(order.pending.units)
    }

    /// Changes the order at `index`, or puts back the one that was in hand.
    mutating func change(_ index: Int, _ body: (inout WorkingOrder) -> Void) {
        pendingUnits -= Int128(orders[index].pending.units)
        body(&orders[index])
        pendingUnits += Int128(orders[index].pending.units)
    }

    /// Takes out what ended, and works out what the others open now.
    mutating func tidy(at position: Quantity) {
        guard !orders.isEmpty else { return }
        if let first = orders.firstIndex(where: { $0.pending == .zero }) {
            // Nearly always one ended.
            orders.remove(at: first)
            if first < orders.count { orders.removeAll { $0.pending == .zero } }
            if orders.isEmpty { orders = [] }
        }
        var changed: [(index: Int, opening: Quantity)] = []
        openings(at: position) { index, _, opening in changed.append((index, opening)) }
        for (index, opening) in changed { orders[index].opening = opening }
    }
}
