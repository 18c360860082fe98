// The shapes of the legacy paper API, field by field: names and their spelling are a promise to old clients, figures are rounded to
// paise as those clients show them.

import House
import Trading
import Wire

enum LegacyViews {
    /// `paper_funds`.
    static func funds(_ name: StaticString, _ view: FundsView, _ json: inout JSONWriter) {
        json.object(name) { json in
            json.paise("virtual_capital", view.meta.capital)
            json.paise("available_funds", view.meta.available)
            json.paise("invested_funds", view.meta.invested + view.meta.reserved)
            json.paise("reserved_funds", view.meta.reserved)
            json.paise("realized_pnl", view.meta.realised)
            json.paise("total_value", view.totalValue)
        }
    }

    /// `statistics` beside the funds.
    static func statistics(_ view: FundsView, _ json: inout JSONWriter) {
        json.object("statistics") { json in
            json.member("total_positions", view.openPositions)
            json.paise("total_unrealized_pnl", view.unrealised)
            json.paise("total_realized_pnl", view.meta.realised)
            json.paise("total_pnl", view.meta.realised + view.unrealised)
            json.member("trades_today", view.tradesToday)
        }
    }

    /// One of `paper_portfolio`, in braces.
    static func portfolioPosition(_ position: Position, _ hub: MarketHub, _ json: inout JSONWriter) {
        // Without any price the position is shown at its cost, as the old service did before its first quote.
        let last = hub.lastPrice(of: position.key.instrument) ?? position.averagePrice
        let unrealised = position.unrealised(at: last)
        json.beginObject()
        json.member("symbol", position.key.instrument.symbol)
        json.member("exchange", position.key.instrument.exchange)
        json.member("quantity", position.quantity)
        json.member("average_price", fixedPoint: Int128(position.averagePrice.units), decimals: 2)
        json.member("current_price", fixedPoint: Int128(last.units), decimals: 2)
        json.paise("invested_amount", position.averagePrice.value(of: position.quantity))
        json.paise("current_value", last.value(of: position.quantity))
        json.paise("unrealized_pnl", unrealised)
        let isShort = position.quantity.isNegative
        json.member(
            "pnl_percent", fixedPoint: isShort || position.cost == .zero ? 0 : Percent.of(unrealised, in: position.cost), decimals: 2)
        json.endObject()
    }

    /// One of `trades`, in braces.
    static func trade(_ trade: Trade, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("timestamp", trade.at.legacyText)
        json.member("order_id", trade.orderID.text)
        json.member("symbol", trade.instrument.symbol)
        json.member("action", trade.side.rawValue)
        json.member("quantity", trade.quantity)
        json.member("price", fixedPoint: Int128(trade.price.units), decimals: 2)
        json.paise("value", trade.value)
        json.member("tag", trade.tag)
        json.endObject()
    }

    /// `stats`.
    static func stats(_ stats: PaperStatistics, _ json: inout JSONWriter) {
        json.object("stats") { json in
            json.member("total_trades", stats.totalTrades)
            json.member("winning_trades", stats.winningTrades)
            json.member("losing_trades", stats.losingTrades)
            json.member("win_rate", fixedPoint: stats.winRate.rounded(decimals: 2))
            json.paise("avg_profit", stats.averageProfit)
            json.paise("avg_loss", stats.averageLoss)
            json.paise("avg_pnl", stats.averagePnl)
            json.paise("best_trade", stats.bestTrade)
            json.paise("worst_trade", stats.worstTrade)
            json.member("profit_factor", fixedPoint: stats.profitFactor.rounded(decimals: 4))
            json.paise("total_profit", stats.totalProfit)
            json.paise("total_loss", stats.totalLoss)
        }
    }

    /// A position as `/api/orders/positions` lists it, in braces.
    static func orderPosition(_ position: Position, _ hub: MarketHub, _ json: inout JSONWriter) {
        let last = hub.lastPrice(of: position.key.instrument) ?? position.averagePrice
        json.beginObject()
        json.member("tradingsymbol", position.key.instrument.symbol)
        json.member("exchange", position.key.instrument.exchange)
        json.member("product", position.key.product.rawValue)
        json.member("quantity", position.quantity)
        json.member("average_price", fixedPoint: Int128(position.averagePrice.units), decimals: 2)
        json.member("last_price", fixedPoint: Int128(last.units), decimals: 2)
        json.paise("invested_amount", position.buyValue - position.sellValue)
        json.paise("current_value", last.value(of: position.quantity))
        json.paise("pnl", position.unrealised(at: last))
        json.member("day_buy_quantity", position.buyQuantity)
        json.member("day_sell_quantity", position.sellQuantity)
        json.endObject()
    }

    /// An order as `/api/orders/orders` and `/details` list it, in braces: the fields of the old documents.
    static func order(_ order: Order, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("order_id", order.id.text)
        json.member("tradingsymbol", order.instrument.symbol)
        json.member("exchange", order.instrument.exchange)
        json.member("transaction_type", order.side.rawValue)
        json.member("quantity", order.quantity)
        json.member("order_type", order.kind.word)
        json.member("product", order.product.rawValue)
        json.member("status", legacyStatus(order.state))
        json.member("price", order.kind.limitPrice)
        json.member("trigger_price", order.kind.triggerPrice)
        json.member("average_price", order.averagePrice)
        json.member("filled_quantity", order.filledQuantity)
        json.member("pending_quantity", order.isWorking ? order.pendingQuantity : .zero)
        json.member("cancelled_quantity", order.cancelledQuantity)
        json.member("tag", order.tag)
        json.member("placed_by", "PAPER_TRADING")
        json.member("timestamp", order.placedAt.legacyText)
        json.member("order_timestamp", order.placedAt.legacyText)
        json.member("exchange_timestamp", order.exchangeTimestamp?.legacyText)
        json.member("status_message", order.reason)
        json.endObject()
    }

    /// Old clients know one word for everything that works.
    static func legacyStatus(_ state: OrderState) -> String {
        switch state {
        case .open, .triggerPending, .afterMarketReceived, .legacyPending: "PENDING"
        case .filled: "COMPLETE"
        case .cancelled: "CANCELLED"
        case .rejected: "REJECTED"
        }
    }
}
