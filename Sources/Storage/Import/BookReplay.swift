// A book's positions, profits and balances out of nothing but its capital and trades, by the arithmetic of Trading.

import Trading

/// Why an account is not imported although its lines could be read.
struct ImportRefusal: Error {
    let code: ImportCode
    let explanation: String

    init(_ code: ImportCode, _ explanation: String? = nil) {
        self.code = code
        self.explanation = explanation ?? code.sentence
    }
}

enum BookReplay {
    /// The snapshot of a book with these rows; `trades` are in the order of time. None of the orders works.
    static func snapshot(
        capital: Money, orders: [Order], trades: [Trade], epoch: Int, notBefore: Timestamp?
    ) throws(ImportRefusal) -> PaperSnapshot {
        try checkSize(trades)
        var positions: [PositionKey: Position] = [:]
        var booked: [Trade] = []
        booked.reserveCapacity(trades.count)
        var cash = capital
        var charges = Money.zero
        var realised = Money.zero
        for trade in trades {
            let key = PositionKey(instrument: trade.instrument, product: trade.product)
            var position = positions[key] ?? Position(key: key, openedAt: trade.at, epoch: epoch)
            let brought = position.take(trade.side, trade.quantity, at: trade.price, on: trade.at)
            // The old books knew no leverage: everything is paid in full.
            position.margin = position.cost
            positions[key] = position
            booked.append(trade.with(realised: brought, epoch: epoch))
            cash = trade.side == .buy ? cash - trade.value : cash + trade.value
            cash -= trade.charges
            charges += trade.charges
            if let brought { realised += brought }
        }
        let open = positions.values.filter { !$0.isFlat }.sorted { $0.key < $1.key }
        let updated = [trades.last?.at, orders.map(\.updatedAt).max(), notBefore].compactMap(\.self).max() ?? Timestamp(microseconds: 0)
        let today = updated.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let dayRealised = booked.reversed().prefix { $0.at.dayNumber(offsetSeconds: indiaOffsetSeconds) == today }
            .reduce(Money.zero) { $0 + ($1.realised ?? .zero) - $1.charges }
        let invested = open.reduce(Money.zero) { $0 + $1.cost }
        let blocked = open.reduce(Money.zero) { $1.quantity.isNegative ? $0 + $1.cost + $1.cost : $0 }
        let meta = BookMeta(
            capital: capital, cash: cash, available: cash - blocked, invested: invested, reserved: .zero, realised: realised,
            charges: charges, dayRealised: dayRealised, epoch: epoch, updatedAt: updated)
        return PaperSnapshot(meta: meta, orders: orders, positions: open, trades: booked)
    }

    /// Both books as one: capital added up, rows in the order of time, positions from all trades. Ids must be disjoint.
    static func merged(_ book: PaperSnapshot, with other: PaperSnapshot) throws(ImportRefusal) -> PaperSnapshot {
        let orderIDs = Set(book.orders.map(\.id))
        let tradeIDs = Set(book.trades.map(\.id))
        if let shared = other.orders.first(where: { orderIDs.contains($0.id) }) {
            throw ImportRefusal(.mergeConflict, "Both have an order \(shared.id).")
        }
        if let shared = other.trades.first(where: { tradeIDs.contains($0.id) }) {
            throw ImportRefusal(.mergeConflict, "Both have a trade \(shared.id).")
        }
        let capital = book.meta.capital + other.meta.capital
        guard capital <= PaperLimits.capital else { throw ImportRefusal(.tooLarge, "The capital of both is more than a book can hold.") }
        let orders = inOrder(book.orders + other.orders.map { $0.with(epoch: book.meta.epoch) }, by: \.placedAt)
        let trades = inOrder(book.trades + other.trades, by: \.at)
        var merged = try snapshot(
            capital: capital, orders: orders, trades: trades, epoch: book.meta.epoch,
            notBefore: max(book.meta.updatedAt, other.meta.updatedAt))
        merged.meta.reserved = book.meta.reserved
        merged.meta.available -= book.meta.reserved
        return merged
    }

    /// Rows in the order of time; those of one instant stay as they stood.
    static func inOrder<Row>(_ rows: [Row], by time: (Row) -> Timestamp) -> [Row] {
        let times = rows.map(time)
        if zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) { return rows }
        return times.indices.sorted { times[$0] == times[$1] ? $0 < $1 : times[$0] < times[$1] }.map { rows[$0] }
    }

    /// Refuses sums that would leave `Int128` anywhere: in a position's share of cost or in the legacy statistics, each of which
    /// is below all money moved × all units moved.
    private static func checkSize(_ trades: [Trade]) throws(ImportRefusal) {
        var value: Int128 = 0
        var units: Int128 = 0
        for trade in trades {
            value += trade.value.units
            units += Int128(trade.quantity.units)
            guard units <= Int128(PaperLimits.turnoverQuantity.units) else { throw ImportRefusal(.tooLarge) }
            let (product, overflow) = value.multipliedReportingOverflow(by: units)
            guard !overflow, product < Int128.max / 2 else { throw ImportRefusal(.tooLarge) }
        }
    }
}

extension Trade {
    fileprivate func with(realised: Money?, epoch: Int) -> Trade {
        Trade(
            id: id, orderID: orderID, instrument: instrument, product: product, side: side, quantity: quantity, price: price,
            charges: charges, realised: realised, rule: rule, tag: tag, at: at, epoch: epoch)
    }
}

extension Order {
    fileprivate func with(epoch: Int) -> Order {
        var copy = self
        copy.epoch = epoch
        return copy
    }
}
