// A paper book made again from what disk kept. Everything that can be derived is derived anew from trades and orders and compared with
// what was recorded: a book that does not add up is never traded on.

/// Why a book could not be restored: a recorded figure differs from what its orders and trades give.
package struct BooksDoNotAddUp: Error, Sendable, Hashable, CustomStringConvertible {
    /// What does not add up.
    package enum Figure: String, Sendable, Hashable {
        case cash, available, invested, reserved, realised, charges, position, order, trade, epoch
    }
    package let figure: Figure
    /// Which order, trade or position it is about; empty for a figure of the whole book.
    package let subject: String
    package let recorded: String
    package let computed: String

    package var description: String {
        "\(figure.rawValue)\(subject.isEmpty ? "" : " of " + subject): recorded \(recorded), computed \(computed)"
    }
}

extension PaperAccount {
    /// The book that `snapshot` tells of, once its sums were checked.
    ///
    /// Checked: ids are unique; every row is of the snapshot's epoch; orders keep their invariants and working ones agree with their
    /// trades, and hold nothing where they only close; positions are the sum of the trades; cash, realised, charges, reserved, invested and available come out as recorded. The
    /// day's result is not checked but worked out anew.
    package init(restoring snapshot: PaperSnapshot) throws(BooksDoNotAddUp) {
        let meta = snapshot.meta
        self.init(opening: meta.capital, epoch: meta.epoch, at: meta.updatedAt)
        let orders = snapshot.orders.count
        slots.reserveCapacity(orders)
        clientOrderIDs.reserveCapacity(orders)
        // As they are: rows are long, and copying each of many would take longer than checking it.
        placed = snapshot.orders
        homes.reserveCapacity(orders)
        trades = snapshot.trades
        for slot in snapshot.orders.indices { try restore(snapshot.orders[slot], as: slot) }
        let filled = try restore(snapshot.trades)
        try restore(snapshot.positions)
        try checkWorkingOrders(filled)
        try check(.cash, meta.cash, cash)
        try check(.realised, meta.realised, realised)
        try check(.charges, meta.charges, charges)
        try check(.reserved, meta.reserved, reserved)
        try check(.invested, meta.invested, invested)
        try check(.available, meta.available, available)
        updatedAt = meta.updatedAt
    }

    private mutating func restore(_ order: Order, as slot: Int) throws(BooksDoNotAddUp) {
        guard order.epoch == epoch else { throw BooksDoNotAddUp(.epoch, of: order.id.text, String(order.epoch), String(epoch)) }
        let isWhole = order.filledQuantity >= .zero && order.cancelledQuantity >= .zero && order.pendingQuantity >= .zero
        let isWorkingRightly = !order.isWorking || (order.pendingQuantity > .zero && order.reserved >= .zero)
        let isIdleRightly = order.isWorking || order.reserved == .zero
        let hasAverage = (order.averagePrice != nil) == (order.filledQuantity > .zero)
        guard isWhole, isWorkingRightly, isIdleRightly, hasAverage else {
            throw BooksDoNotAddUp(.order, of: order.id.text, order.state.rawValue, "an order that keeps its invariants")
        }
        guard index(order, as: slot) else { throw BooksDoNotAddUp(.order, of: order.id.text, "twice", "once") }
        if order.isWorking { books[homes[slot]].join(WorkingOrder(order, slot: slot)) }
    }

    /// Returns what the trades filled of working orders, by slot.
    private mutating func restore(_ trades: [Trade]) throws(BooksDoNotAddUp) -> [Int: Quantity] {
        var filled: [Int: Quantity] = [:]
        var seen: Set<TradeID> = []
        seen.reserveCapacity(trades.count)
        var recorded = Money.zero
        for index in trades.indices {
            let trade = trades[index]
            guard trade.epoch == epoch else { throw BooksDoNotAddUp(.epoch, of: trade.id.text, String(trade.epoch), String(epoch)) }
            guard seen.insert(trade.id).inserted else { throw BooksDoNotAddUp(.trade, of: trade.id.text, "twice", "once") }
            guard trade.quantity > .zero, trade.isPriced else {
                throw BooksDoNotAddUp(.trade, of: trade.id.text, "\(trade.quantity.text) @ \(trade.price.text)", "above zero")
            }
            guard isWithinTurnover(trade) else {
                throw BooksDoNotAddUp(.trade, of: trade.id.text, trade.quantity.text, "at most \(PaperLimits.turnoverQuantity.text)")
            }
            recorded += trade.realised ?? .zero
            if let slot = slots[trade.orderID] {
                if placed[slot].isWorking {
                    filled[slot, default: .zero] += trade.quantity
                    books[homes[slot]].change(slot, placed[slot].product, placed[slot].side) { $0.fillCount += 1 }
                }
            }
            settle(trade, margin: .zero, in: makeBook(of: trade.instrument))
        }
        try check(.realised, recorded, realised)
        return filled
    }

    /// Whether the position's sums stay inside their limit with this trade; beyond it they could overflow.
    private func isWithinTurnover(_ trade: Trade) -> Bool {
        var traded = Quantity.zero
        if let position = position(for: trade.positionKey), !position.isFlat {
            traded = trade.side == .buy ? position.buyQuantity : position.sellQuantity
        }
        return trade.quantity <= PaperLimits.turnoverQuantity - traded
    }

    /// Compares quantity and cost, and keeps the recorded rows: when a position was opened is theirs to say.
    private mutating func restore(_ recorded: [Position]) throws(BooksDoNotAddUp) {
        let positions = positions
        var missing = Set(positions.keys)
        for position in recorded {
            let name = "\(position.key.instrument.key) \(position.key.product.rawValue)"
            guard let computed = positions[position.key], missing.remove(position.key) != nil else {
                throw BooksDoNotAddUp(.position, of: name, position.quantity.text, "0")
            }
            try check(.epoch, position.epoch, epoch, of: name)
            try check(.position, position.quantity.text, computed.quantity.text, of: name)
            try check(.position, position.cost.text, computed.cost.text, of: name)
            guard position.margin >= .zero else { throw BooksDoNotAddUp(.position, of: name, position.margin.text, "no negative margin") }
            set(position, in: makeBook(of: position.key.instrument))
            margins += position.margin
        }
        if let key = missing.min(), let position = positions[key] {
            throw BooksDoNotAddUp(.position, of: "\(key.instrument.key) \(key.product.rawValue)", "0", position.quantity.text)
        }
    }

    /// Working orders agree with their trades, and one that only closes holds nothing. How much the others hold was said by the terms
    /// that were in force, which no file keeps.
    private mutating func checkWorkingOrders(_ filled: [Int: Quantity]) throws(BooksDoNotAddUp) {
        for slot in workingSlots {
            let order = placed[slot]
            try check(.order, order.filledQuantity.text, (filled[slot] ?? .zero).text, of: order.id.text)
        }
        for number in books.indices {
            for product in Product.allCases { books[number].tidy(product) }
            for order in books[number].queues.lazy.flatMap(\.orders) where order.opening == .zero {
                try check(.reserved, order.held, .zero, of: placed[order.slot].id.text)
            }
        }
    }

    private func check(_ figure: BooksDoNotAddUp.Figure, _ recorded: Money, _ computed: Money, of subject: String = "")
        throws(BooksDoNotAddUp)
    {
        guard recorded == computed else { throw BooksDoNotAddUp(figure, of: subject, recorded.text, computed.text) }
    }

    private func check(_ figure: BooksDoNotAddUp.Figure, _ recorded: Int, _ computed: Int, of subject: String) throws(BooksDoNotAddUp) {
        guard recorded == computed else { throw BooksDoNotAddUp(figure, of: subject, String(recorded), String(computed)) }
    }

    private func check(_ figure: BooksDoNotAddUp.Figure, _ recorded: String, _ computed: String, of subject: String) throws(BooksDoNotAddUp)
    {
        guard recorded == computed else { throw BooksDoNotAddUp(figure, of: subject, recorded, computed) }
    }
}

extension BooksDoNotAddUp {
    fileprivate init(_ figure: Figure, of subject: String, _ recorded: String, _ computed: String) {
        self.init(figure: figure, subject: subject, recorded: recorded, computed: computed)
    }
}
