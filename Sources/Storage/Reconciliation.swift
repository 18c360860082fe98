// The sums that must hold in every book, computed from trades and orders alone: money is conserved, positions are what the fills add
// up to. Checked when a book is loaded, by `tradehouse check`, and in tests.

import Trading

package enum Reconciliation {
    /// What does not add up, each in one sentence; empty when all does.
    package static func problems(of book: PaperSnapshot) -> [String] {
        var problems: [String] = []
        var cash = book.meta.capital
        var charges = Money.zero
        var realised = Money.zero
        var quantities: [PositionKey: Quantity] = [:]
        var filled: [OrderID: Quantity] = [:]
        filled.reserveCapacity(book.orders.count)
        for trade in book.trades {
            cash = trade.side == .buy ? cash - trade.value : cash + trade.value
            charges += trade.charges
            realised += trade.realised ?? .zero
            let key = PositionKey(instrument: trade.instrument, product: trade.product)
            quantities[key, default: .zero] += trade.side == .buy ? trade.quantity : -trade.quantity
            filled[trade.orderID, default: .zero] += trade.quantity
        }
        cash -= charges
        func compare(_ name: String, _ stored: Money, _ computed: Money) {
            if stored != computed { problems.append("\(name) is \(stored.text), the trades give \(computed.text)") }
        }
        compare("cash", book.meta.cash, cash)
        compare("charges", book.meta.charges, charges)
        compare("realised P&L", book.meta.realised, realised)
        for position in book.positions {
            let computed = quantities.removeValue(forKey: position.key) ?? .zero
            if position.quantity != computed {
                problems.append("\(position.key.instrument) is \(position.quantity.text), the trades give \(computed.text)")
            }
        }
        for (key, quantity) in quantities.sorted(by: { $0.key < $1.key }) where quantity != .zero {
            problems.append("\(key.instrument) is missing, the trades give \(quantity.text)")
        }
        compare("reserved", book.meta.reserved, book.orders.reduce(.zero) { $0 + $1.reserved })
        for order in book.orders where order.filledQuantity != filled[order.id] ?? .zero {
            problems.append("order \(order.id) is filled \(order.filledQuantity.text), its trades give \((filled[order.id] ?? .zero).text)")
        }
        return problems
    }
}
