// What a paper account has in one instrument: its positions, its working orders, and what it took from the market lately. An act on an
// instrument looks at this and at the sums of the account, whatever else the account holds.

/// One instrument's part of a paper account.
struct InstrumentBook: Equatable, Sendable {
    let instrument: InstrumentID
    /// One for each product that was ever traded, in the order of their first fills; a flat one says how it ended.
    private(set) var positions: [Position] = []
    /// One for each product and side that ever had a working order.
    private(set) var queues: [OrderQueue] = []
    /// What was taken from displayed depth lately, so that one displayed quantity is not given twice.
    var taken = TakenDepth()

    init(_ instrument: InstrumentID) { self.instrument = instrument }

    /// In which order positions and queues came is a memory, not a state.
    static func == (a: InstrumentBook, b: InstrumentBook) -> Bool {
        a.instrument == b.instrument && a.taken == b.taken
            && Product.allCases.allSatisfy { product in
                a.position(product) == b.position(product)
                    && Side.allCases.allSatisfy { a.orders(product, $0) == b.orders(product, $0) }
            }
    }

    // MARK: Positions

    /// The open position of a product, or the flat one it last became.
    func position(_ product: Product) -> Position? { index(product).map { positions[$0] } }

    /// How much is held, negative when short; zero when flat.
    func quantity(_ product: Product) -> Quantity { index(product).map { positions[$0].quantity } ?? .zero }

    /// What its open position bought, or sold, since it was last flat.
    func traded(_ product: Product, _ side: Side) -> Quantity {
        guard let index = index(product), !positions[index].isFlat else { return .zero }
        return side == .buy ? positions[index].buyQuantity : positions[index].sellQuantity
    }

    private func index(_ product: Product) -> Int? {
        for index in positions.indices where positions[index].key.product == product { return index }
        return nil
    }

    /// Enters a position or replaces what was there.
    mutating func set(_ position: Position) {
        if let index = index(position.key.product) {
            positions[index] = position
        } else {
            positions.append(position)
        }
    }

    // MARK: Working orders

    var hasOrders: Bool {
        for index in queues.indices where !queues[index].orders.isEmpty { return true }
        return false
    }

    /// Whether orders of a product work.
    func hasOrders(_ product: Product) -> Bool {
        for index in queues.indices where queues[index].product == product && !queues[index].orders.isEmpty { return true }
        return false
    }

    func orders(_ product: Product, _ side: Side) -> [WorkingOrder] { queue(product, side).map { queues[$0].orders } ?? [] }

    /// Which queue is that of a product and side; nothing before its first order.
    func queue(_ product: Product, _ side: Side) -> Int? {
        for index in queues.indices where queues[index].side == side && queues[index].product == product { return index }
        return nil
    }

    /// Slots of the working orders, oldest first.
    var slots: [Int] { queues.flatMap { $0.orders.lazy.map(\.slot) }.sorted() }

    /// Units that the working orders of a product and side want.
    func pendingUnits(_ product: Product, _ side: Side) -> Int128 {
        for index in queues.indices where queues[index].side == side && queues[index].product == product {
            return queues[index].pendingUnits
        }
        return 0
    }

    /// A new working order joins the queue of its product and side.
    mutating func join(_ order: WorkingOrder) {
        let index = makeQueue(order.product, order.side)
        queues[index].append(order, at: quantity(order.product))
    }

    mutating func makeQueue(_ product: Product, _ side: Side) -> Int {
        if let index = queue(product, side) { return index }
        queues.append(OrderQueue(product, side))
        return queues.count - 1
    }

    /// Changes the working order at a place of a queue.
    mutating func change(_ queue: Int, _ place: Int, _ body: (inout WorkingOrder) -> Void) { queues[queue].change(place, body) }

    /// Changes the working order of `slot`.
    mutating func change(_ slot: Int, _ product: Product, _ side: Side, _ body: (inout WorkingOrder) -> Void) {
        guard let queue = queue(product, side) else { preconditionFailure("A working order stands in a queue.") }
        queues[queue].change(queues[queue].index(of: slot), body)
    }

    /// By which terms the orders of a product hold from now on.
    mutating func settle(_ product: Product, by terms: TradingTerms) {
        for index in queues.indices where queues[index].product == product { queues[index].settledBy = terms }
    }

    /// Takes out orders that ended, and works out what the others of the product open now.
    mutating func tidy(_ product: Product) {
        let position = quantity(product)
        for index in queues.indices where queues[index].product == product { queues[index].tidy(at: position) }
    }
}

/// What is needed of a position on margin to know its result.
struct MarginPosition: Equatable, Sendable {
    /// The number of its book.
    let book: Int
    let instrument: InstrumentID
    let product: Product
    let quantity: Quantity
    let cost: Money

    init(_ position: Position, in book: Int) {
        self.book = book
        instrument = position.key.instrument
        product = position.key.product
        quantity = position.quantity
        cost = position.cost
    }

    /// See `Position.unrealised(at:)`.
    func unrealised(at price: Price) -> Money {
        let value = price.value(of: quantity.magnitude)
        return quantity.isNegative ? cost - value : value - cost
    }
}

// MARK: - Whom a tick concerns

/// Where a working order stands in its instrument's book; good as long as nothing is tidied.
struct OrderReference {
    let queue: Int
    let place: Int
}

/// An order that a tick may fill, trigger or let meet its first quote. Sorted, the first is served first.
struct ConcernedOrder: Comparable {
    let reference: OrderReference
    let slot: Int
    /// Whether the tick reaches its trigger.
    let isTriggered: Bool
    /// Whether the tick is the first quote that it meets.
    let isNew: Bool
    private let side: Side
    private let limit: Price?

    init(_ order: WorkingOrder, _ reference: OrderReference, isTriggered: Bool, isNew: Bool) {
        self.reference = reference
        slot = order.slot
        self.isTriggered = isTriggered
        self.isNew = isNew
        side = order.side
        limit = order.kind.limitPrice
    }

    private var arrives: Bool { isTriggered || isNew }

    static func == (a: ConcernedOrder, b: ConcernedOrder) -> Bool { a.slot == b.slot }

    static func < (a: ConcernedOrder, b: ConcernedOrder) -> Bool {
        // The sides take from different depth, so their order matters to the funds only; sales bring them.
        guard a.side == b.side else { return a.side == .sell }
        switch (a.limit, b.limit) {
        case (nil, _?): return true
        case (_?, nil): return false
        case (let mine?, let theirs?) where mine != theirs: return a.side == .buy ? mine > theirs : mine < theirs
        default: return a.arrives == b.arrives ? a.slot < b.slot : b.arrives
        }
    }
}

extension InstrumentBook {
    /// The working orders that a tick may change; stops only where it `triggers`.
    func concerned(by liquidity: Liquidity, triggers: Bool) -> [ConcernedOrder] {
        var found: [ConcernedOrder] = []
        for (number, queue) in queues.enumerated() {
            for (place, order) in queue.orders.enumerated() where !order.isIdle {
                let isTriggered = order.isWaiting && triggers && order.kind.isReached(by: liquidity.last, order.side)
                guard isTriggered || !order.isWaiting else { continue }
                let isNew = order.meetsFirst(liquidity)
                guard isTriggered || isNew || liquidity.concerns(order.side, limit: order.kind.limitPrice) else { continue }
                found.append(
                    ConcernedOrder(order, OrderReference(queue: number, place: place), isTriggered: isTriggered, isNew: isNew))
            }
        }
        return found
    }
}
