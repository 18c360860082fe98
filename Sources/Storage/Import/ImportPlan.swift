// From accepted legacy documents to a book: true instants, trades joined to their orders, balances recomputed. What the trades say
// wins over every figure the legacy engine kept beside them.

import Trading
import Wire

/// The book that an account's documents make.
struct ImportPlan {
    var snapshot: PaperSnapshot
    let figures: LegacyFigures
    /// The archive note of this import; see LegacyNote.swift.
    let note: LegacyNote

    /// Makes the book and notes in `report` what does not fit together.
    ///
    /// Throws `.tooLarge` when sums would leave the numbers a book is kept in.
    init(
        _ books: LegacyBooks, collections: String, offset: MeasuredOffset, capital: Money?, report: inout ImportReport
    ) throws(ImportRefusal) {
        let zone = Int64(offset.minutes) * 60_000
        func instant(_ milliseconds: Int64) -> Timestamp { Timestamp(microseconds: (milliseconds - zone) * 1000) }

        let trades = ImportPlan.trades(books, instant)
        let filled = Dictionary(trades.map { ($0.orderID, [$0]) }, uniquingKeysWith: +)
        var notedPrices = 0
        let orders = BookReplay.inOrder(
            books.orders.map { legacy -> Order in
                let (order, lacksPrice) = ImportPlan.order(legacy, trades: filled[legacy.id] ?? [], instant)
                if lacksPrice { notedPrices += 1 }
                return order
            }, by: \.placedAt)
        if notedPrices > 0 {
            report.note(
                ImportWarning(
                    .priceMissing, file: "paper_orders", "\(notedPrices) orders lack the price their type needs; they stand with zero."))
        }
        let capital = books.meta?.virtualCapital ?? capital ?? LegacyMeta.defaultCapital
        let updated = books.meta?.updated.map(instant)
        let book = try BookReplay.snapshot(capital: capital, orders: orders, trades: trades, epoch: 1, notBefore: updated)
        snapshot = book
        var figures = LegacyFigures(books, book, zone: zone)
        figures.tradesWithoutOrder = books.trades.count { books.order($0.orderID) == nil }
        figures.filledOrdersWithoutTrade = books.orders.count { $0.status == .complete && filled[$0.id] == nil }
        self.figures = figures
        ImportPlan.compare(books, figures, &report)
        note = LegacyNote(books, figures, collections: collections, offset: offset, snapshot: book)
        if note.isCut {
            report.note(ImportWarning(.noteFull, "More odd fields than the note beside the book holds; the export itself has them all."))
        }
    }

    // MARK: Orders and trades

    /// Trades in the order of time.
    private static func trades(_ books: LegacyBooks, _ instant: (Int64) -> Timestamp) -> [Trade] {
        var joins = SymbolJoins(books)
        let trades = books.trades.map { legacy -> Trade in
            let key = joins.key(of: legacy, order: books.order(legacy.orderID))
            return Trade(
                id: legacy.id, orderID: legacy.orderID, instrument: key.instrument, product: key.product, side: legacy.side,
                quantity: legacy.quantity, price: legacy.price, charges: .zero, realised: nil, rule: .lastPrice, tag: legacy.tag,
                at: instant(legacy.at), epoch: 1)
        }
        return BookReplay.inOrder(trades, by: \.at)
    }

    /// The order as history: what never filled in the legacy engine never will.
    private static func order(_ legacy: LegacyOrder, trades: [Trade], _ instant: (Int64) -> Timestamp) -> (Order, lacksPrice: Bool) {
        var lacksPrice = false
        func needed(_ price: Price?) -> Price {
            if price == nil { lacksPrice = true }
            return price ?? .zero
        }
        let kind: OrderKind =
            switch legacy.kind {
            case .market: .market
            case .limit: .limit(needed(legacy.price))
            case .stopLimit: .stopLimit(trigger: needed(legacy.trigger), limit: needed(legacy.price))
            case .stop: .stop(trigger: needed(legacy.trigger))
            }
        let state: OrderState =
            switch legacy.status {
            case .pending, .open: .legacyPending
            case .complete: .filled
            case .cancelled: .cancelled
            case .rejected: .rejected
            }
        var order = Order(
            id: legacy.id, instrument: legacy.instrument, side: legacy.side, product: legacy.product, placedAt: instant(legacy.placed),
            kind: kind, validity: .day, quantity: legacy.quantity, state: state, tag: legacy.tag, clientOrderID: nil, requestDigest: nil,
            placedBy: legacy.placedBy, epoch: 1)
        switch state {
        case .filled:
            let average = legacy.average ?? trades.first?.price ?? needed(legacy.price)
            order.filledQuantity = legacy.quantity
            order.averagePrice = average
            order.filledValue = average.value(of: legacy.quantity)
            order.fillRule = .lastPrice
            order.exchangeTimestamp = legacy.filled.map(instant) ?? trades.last?.at ?? order.placedAt
            order.updatedAt = max(order.placedAt, order.exchangeTimestamp ?? order.placedAt)
        case .cancelled: order.cancelledQuantity = legacy.quantity
        case .legacyPending, .rejected, .open, .triggerPending, .afterMarketReceived: break
        }
        return (order, lacksPrice)
    }

    // MARK: What does not fit together

    /// Notes contradictions of the legacy books among themselves.
    ///
    /// A rejected line explains what is missing on the other side, and a wrong sum of cash explains a wrong position; only
    /// what nothing else explains is said.
    private static func compare(_ books: LegacyBooks, _ figures: LegacyFigures, _ report: inout ImportReport) {
        let wholeOrders = books.rejected[.orders] == nil
        let wholeTrades = books.rejected[.trades] == nil
        if wholeOrders {
            for trade in books.trades where books.order(trade.orderID) == nil {
                report.note(
                    ImportWarning(.tradeWithoutOrder, file: "paper_trades", "Trade \(trade.id) has no order \(trade.orderID); it is kept."))
            }
        }
        if wholeTrades {
            let traded = Set(books.trades.map(\.orderID))
            for order in books.orders where order.status == .complete && !traded.contains(order.id) {
                report.note(
                    ImportWarning(
                        .filledOrderWithoutTrade, file: "paper_orders", "Order \(order.id) is complete and has no trade; it is kept."))
            }
        }
        for trade in books.trades {
            guard let order = books.order(trade.orderID) else { continue }
            var fields: [String] = []
            if trade.symbol != order.instrument.symbol { fields.append("symbol") }
            if trade.side != order.side { fields.append("action") }
            if trade.quantity != order.quantity { fields.append("quantity") }
            if let average = order.average, average != trade.price { fields.append("price") }
            if !fields.isEmpty {
                report.note(
                    ImportWarning(
                        .tradeContradictsOrder, file: "paper_trades", fields: fields,
                        "Trade \(trade.id) says something else than order \(order.id); the trade wins."))
            }
        }
        guard let claimed = figures.legacyCash else {
            if !books.isEmpty {
                report.note(ImportWarning(.metaRebuilt, "There is no paper_meta; capital \(figures.capital.text), cash from the trades."))
            }
            return
        }
        let tolerance = Money(units: 1_000_000 * Int128(max(1, books.trades.count / 1000)))
        let difference = figures.cash - claimed
        if difference.magnitude > tolerance {
            report.note(
                ImportWarning(
                    .cashMismatch, file: "paper_meta",
                    "The legacy books claim \(claimed.text), capital and trades give \(figures.cash.text); the trades win."))
        } else if wholeOrders, wholeTrades, figures.tradesWithoutOrder == 0 {
            for difference in figures.positionDifferences {
                report.note(
                    ImportWarning(
                        .positionMismatch, file: "paper_positions",
                        "\(difference.key.instrument.key) \(difference.key.product.rawValue): the legacy books claim "
                            + "\(difference.legacyQuantity.text), the trades give \(difference.quantity.text); the trades win."))
            }
        }
    }
}

/// Finds the exchange and product that a legacy trade does not say.
///
/// They are its order's. For a trade whose order is gone they are those of the only or largest position or else of any order in
/// the symbol, and NSE and MIS when the symbol occurs nowhere else.
private struct SymbolJoins {
    private var bySymbol: [String: PositionKey] = [:]
    private let books: LegacyBooks
    private var isFilled = false

    init(_ books: LegacyBooks) { self.books = books }

    mutating func key(of trade: LegacyTrade, order: LegacyOrder?) -> PositionKey {
        if let order {
            if order.instrument.symbol == trade.symbol { return PositionKey(instrument: order.instrument, product: order.product) }
            return PositionKey(instrument: instrument(order.instrument.exchange, trade.symbol), product: order.product)
        }
        if !isFilled { fill() }
        return bySymbol[trade.symbol] ?? PositionKey(instrument: instrument("NSE", trade.symbol), product: .intraday)
    }

    private mutating func fill() {
        isFilled = true
        for order in books.orders where bySymbol[order.instrument.symbol] == nil {
            bySymbol[order.instrument.symbol] = PositionKey(instrument: order.instrument, product: order.product)
        }
        for position in books.positions.sorted(by: { $0.quantity.magnitude < $1.quantity.magnitude }) {
            bySymbol[position.key.instrument.symbol] = position.key
        }
    }

    private func instrument(_ exchange: String, _ symbol: String) -> InstrumentID {
        guard let id = InstrumentID(exchange: exchange, symbol: symbol) else {
            preconditionFailure("Both parts were accepted when the documents were read.")
        }
        return id
    }
}
