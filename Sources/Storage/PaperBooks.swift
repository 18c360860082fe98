// The rows of the four readable files of a paper book, field by field by hand: this file and `PaperBooks+Reading` are the
// documentation of the format in code (etc/docs/data-format.md is the one for people). What surrounds a row in a file or in the
// journal (`n`, `v`, `seq`, `t`, checksums) is put there by `JournalRecord` and `BookLines`.

import Trading

/// Which of the four files.
enum BookFile: Int, CaseIterable, Sendable {
    case orders, positions, trades, meta

    var word: String {
        switch self {
        case .orders: "orders"
        case .positions: "positions"
        case .trades: "trades"
        case .meta: "meta"
        }
    }

    /// The three files whose lines are numbered and counted by the fourth.
    static let rows: [BookFile] = [.orders, .positions, .trades]
}

/// Rows as members, without the braces around them.
enum PaperBooks {
    static func write(_ order: Order, to row: inout RowWriter) {
        row.firstText("order_id", order.id.text)
        row.text("tradingsymbol", order.instrument.symbol)
        row.text("exchange", order.instrument.exchange)
        row.text("transaction_type", order.side.rawValue)
        row.quantity("quantity", order.quantity)
        row.text("order_type", order.kind.word)
        row.text("product", order.product.rawValue)
        row.text("validity", order.validity.rawValue)
        row.text("status", order.state.rawValue)
        row.amount("price", order.kind.limitPrice.map { Int128($0.units) })
        row.amount("trigger_price", order.kind.triggerPrice.map { Int128($0.units) })
        row.amount("average_price", order.averagePrice.map { Int128($0.units) })
        row.quantity("filled_quantity", order.filledQuantity)
        row.quantity("pending_quantity", order.isWorking ? order.pendingQuantity : .zero)
        row.quantity("cancelled_quantity", order.cancelledQuantity)
        row.amount("filled_value", order.filledValue.units)
        row.amount("reserved", order.reserved.units)
        row.amount("reference_price", order.referencePrice.map { Int128($0.units) })
        row.bool("triggered", order.isTriggered)
        row.text("tag", order.tag)
        row.text("idem", order.clientOrderID)
        row.text("request_digest", order.requestDigest)
        row.text("reason", order.reason)
        row.text("reason_code", order.reasonCode)
        row.time("order_timestamp", order.placedAt)
        row.time("updated_at", order.updatedAt)
        row.time("exchange_timestamp", order.exchangeTimestamp)
        row.text("placed_by", order.placedBy)
        row.int("modifications", Int64(order.modifications))
        row.text("fill_rule", order.fillRule?.rawValue)
        row.int("epoch", Int64(order.epoch))
        // Behind all others and only where there is one: most orders have none, and older rows know nothing of it.
        if let parent = order.parentOrderID { row.text("parent_order_id", parent.text) }
        if order.variety != .regular { row.text("variety", order.variety.rawValue) }
        if order.releasedAt != nil { row.time("released_at", order.releasedAt) }
    }

    static func write(_ position: Position, to row: inout RowWriter) {
        row.firstText("symbol", position.key.instrument.symbol)
        row.text("exchange", position.key.instrument.exchange)
        row.text("product", position.key.product.rawValue)
        row.quantity("quantity", position.quantity)
        row.amount("average_price", Int128(position.averagePrice.units))
        row.amount("cost", position.cost.units)
        row.amount("margin", position.margin.units)
        row.quantity("buy_quantity", position.buyQuantity)
        row.amount("buy_value", position.buyValue.units)
        row.quantity("sell_quantity", position.sellQuantity)
        row.amount("sell_value", position.sellValue.units)
        row.amount("realised_pnl", position.realised.units)
        row.time("opened_at", position.openedAt)
        row.time("updated_at", position.updatedAt)
        row.int("epoch", Int64(position.epoch))
    }

    static func write(_ trade: Trade, to row: inout RowWriter) {
        row.firstText("trade_id", trade.id.text)
        row.text("order_id", trade.orderID.text)
        row.text("symbol", trade.instrument.symbol)
        row.text("exchange", trade.instrument.exchange)
        row.text("product", trade.product.rawValue)
        row.text("action", trade.side.rawValue)
        row.quantity("quantity", trade.quantity)
        row.amount("price", Int128(trade.price.units))
        row.amount("charges", trade.charges.units)
        row.amount("realised_pnl", trade.realised?.units)
        row.text("fill_rule", trade.rule.rawValue)
        row.text("tag", trade.tag)
        row.time("traded_at", trade.at)
        row.int("epoch", Int64(trade.epoch))
        // Why it filled, behind all others: older rows know nothing of it.
        guard let why = trade.why else { return }
        row.time("quoted_at", why.quotedAt)
        row.amount("last_price", Int128(why.lastPrice.units))
        if let displayed = why.displayed { row.quantity("displayed", displayed) }
        if let ahead = why.ahead { row.quantity("ahead", ahead) }
        if let traded = why.traded { row.quantity("traded", traded) }
    }

    /// The members after `n`, so each begins with a comma.
    static func write(_ meta: BookMeta, to row: inout RowWriter) {
        row.amount("virtual_capital", meta.capital.units)
        row.amount("cash", meta.cash.units)
        row.amount("available_funds", meta.available.units)
        row.amount("invested_funds", meta.invested.units)
        row.amount("reserved_funds", meta.reserved.units)
        row.amount("realized_pnl", meta.realised.units)
        // For readers of the files: realised less charges. What is open has no place on disk, its value is looked up.
        row.amount("total_pnl", (meta.realised - meta.charges).units)
        row.amount("daily_pnl", meta.dayRealised.units)
        row.amount("charges", meta.charges.units)
        row.int("epoch", Int64(meta.epoch))
        row.time("updated_at", meta.updatedAt)
    }
}
