// Orders, trades and positions as JSON, in the words of Kite's wire, for native routes and the live feed. The legacy shapes of the
// same things are in `LegacyViews`.

import House
import Trading
import Wire

extension JSONWriter {
    mutating func member(_ name: StaticString, _ money: Money) { member(name, fixedPoint: money.units) }
    mutating func member(_ name: StaticString, _ price: Price) { member(name, fixedPoint: Int128(price.units)) }
    mutating func member(_ name: StaticString, _ quantity: Quantity) { member(name, fixedPoint: Int128(quantity.units)) }

    mutating func member(_ name: StaticString, _ price: Price?) {
        if let price { member(name, price) } else { nullMember(name) }
    }

    mutating func member(_ name: StaticString, _ money: Money?) {
        if let money { member(name, money) } else { nullMember(name) }
    }

    /// Rounded half up to paise, as legacy clients show it.
    mutating func paise(_ name: StaticString, _ money: Money) { member(name, fixedPoint: money.units, decimals: 2) }
}

enum OrderViews {
    /// A whole order, in braces.
    static func order(_ order: Order, book: BookName, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("order_id", order.id.text)
        json.member("book", book.text)
        json.member("kind", "paper")
        json.member("status", order.state.rawValue)
        json.member("exchange", order.instrument.exchange)
        json.member("tradingsymbol", order.instrument.symbol)
        json.member("transaction_type", order.side.rawValue)
        json.member("quantity", order.quantity)
        json.member("filled_quantity", order.filledQuantity)
        json.member("pending_quantity", order.pendingQuantity)
        json.member("cancelled_quantity", order.cancelledQuantity)
        json.member("order_type", order.kind.word)
        json.member("product", order.product.rawValue)
        json.member("validity", order.validity.rawValue)
        json.member("variety", order.variety.rawValue)
        json.member("price", order.kind.limitPrice)
        json.member("trigger_price", order.kind.triggerPrice)
        json.member("average_price", order.averagePrice)
        json.member("reserved", order.reserved)
        json.member("status_message", order.reason)
        json.member("error", order.reasonCode)
        json.member("tag", order.tag)
        json.member("parent_order_id", order.parentOrderID?.text)
        json.member("client_order_id", order.clientOrderID)
        json.member("order_timestamp", order.placedAt.indiaText)
        json.member("exchange_timestamp", order.exchangeTimestamp?.indiaText)
        json.member("updated_at", order.updatedAt.indiaText)
        json.member("fill_rule", order.fillRule?.rawValue)
        json.member("modified", order.modifications > 0)
        json.endObject()
    }

    /// A whole trade, in braces.
    static func trade(_ trade: Trade, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("trade_id", trade.id.text)
        json.member("order_id", trade.orderID.text)
        json.member("exchange", trade.instrument.exchange)
        json.member("tradingsymbol", trade.instrument.symbol)
        json.member("transaction_type", trade.side.rawValue)
        json.member("quantity", trade.quantity)
        json.member("price", trade.price)
        json.member("value", trade.value)
        json.member("product", trade.product.rawValue)
        json.member("charges", trade.charges)
        json.member("realised_pnl", trade.realised)
        json.member("rule", trade.rule.rawValue)
        json.member("tag", trade.tag)
        json.member("at", trade.at.indiaText)
        why(trade, &json)
        json.endObject()
    }

    /// Why it filled: what the market showed, and that in words; null for fills that were stored before this was kept.
    private static func why(_ trade: Trade, _ json: inout JSONWriter) {
        guard let why = trade.why else { return json.nullMember("why") }
        json.object("why") { json in
            json.member("quoted_at", why.quotedAt.indiaText)
            json.member("last_price", why.lastPrice)
            json.member("displayed", fixedPoint: why.displayed.map { Int128($0.units) })
            json.member("ahead", fixedPoint: why.ahead.map { Int128($0.units) })
            json.member("traded", fixedPoint: why.traded.map { Int128($0.units) })
            json.member("words", trade.whyInWords)
        }
    }

    /// A whole position at the market's last price, in braces.
    static func position(_ position: Position, _ hub: MarketHub, at wall: Timestamp, _ json: inout JSONWriter) {
        let instrument = position.key.instrument
        let last = hub.lastPrice(of: instrument)
        json.beginObject()
        json.member("exchange", instrument.exchange)
        json.member("tradingsymbol", instrument.symbol)
        json.member("product", position.key.product.rawValue)
        json.member("quantity", position.quantity)
        json.member("average_price", position.averagePrice)
        json.member("last_price", last)
        json.member("stale", hub.isStale(instrument, at: wall))
        value(of: position, at: last, &json)
        json.member("realised_pnl", position.realised)
        json.member("invested", position.cost)
        json.member("buy_quantity", position.buyQuantity)
        json.member("buy_value", position.buyValue)
        json.member("sell_quantity", position.sellQuantity)
        json.member("sell_value", position.sellValue)
        json.member("opened_at", position.openedAt.indiaText)
        json.endObject()
    }

    /// What moves with the price: unrealised P&L, in percent of the cost, and what the position is worth.
    static func value(of position: Position, at last: Price?, _ json: inout JSONWriter) {
        let unrealised = last.map { position.unrealised(at: $0) }
        json.member("unrealised_pnl", unrealised)
        if let unrealised, position.cost > .zero {
            json.member("pnl_percent", fixedPoint: Percent.of(unrealised, in: position.cost), decimals: 2)
        } else {
            json.nullMember("pnl_percent")
        }
        json.member("current_value", last?.value(of: position.quantity))
    }

    /// The funds of a book, in braces; the names are those of the legacy shape, the figures exact.
    static func funds(_ funds: FundsView, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("virtual_capital", funds.meta.capital)
        json.member("available_funds", funds.meta.available)
        json.member("invested_funds", funds.meta.invested + funds.meta.reserved)
        json.member("reserved_funds", funds.meta.reserved)
        json.member("realized_pnl", funds.meta.realised)
        json.member("total_value", funds.totalValue)
        json.member("unrealized_pnl", funds.unrealised)
        json.member("day_pnl", funds.dayResult)
        json.endObject()
    }
}

enum Percent {
    /// `part` in percent of `whole`, in units of 10⁻⁸, rounded half up; `whole` must be above zero.
    static func of(_ part: Money, in whole: Money) -> Int128 {
        FixedPoint.divideRoundingHalfUp(part.units * 100 * Int128(fixedPointScale), by: whole.units)
    }
}
