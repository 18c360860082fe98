// The legacy order interface: the same orders as `PaperTradingRoutes`, on the caller's default book, in old shapes.

import House
import Trading
import Wire

enum OrderRoutes {
    static let routes: [Route] = [
        Route(.post, "/api/orders/place", .trader, .legacy, place),
        Route(.post, "/api/orders/place/market", .trader, .legacy, placeMarket),
        Route(.post, "/api/orders/buy", .trader, .legacy, buy),
        Route(.post, "/api/orders/sell", .trader, .legacy, sell),
        Route(.put, "/api/orders/modify", .trader, .legacy, modify),
        Route(.delete, "/api/orders/cancel/{id}", .trader, .legacy, cancel),
        Route(.get, "/api/orders/orders", .trader, .legacy, orders),
        Route(.get, "/api/orders/orders/{id}/history", .trader, .legacy, history),
        Route(.get, "/api/orders/trades", .trader, .legacy, trades),
        Route(.get, "/api/orders/positions", .trader, .legacy, positions),
        Route(.get, "/api/orders/holdings", .trader, .legacy, holdings),
    ]

    @Sendable static func place(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await answer(house, call, try OrderFields.terms(try call.body()))
    }

    @Sendable static func placeMarket(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        var draft = try OrderFields.terms(call.queryFields)
        draft.kind = .market
        return try await answer(house, call, draft)
    }

    private static func answer(_ house: isolated Tradehouse, _ call: Call, _ draft: OrderDraft) async throws -> Reply {
        let placed = try await house.place(draft, as: call.trader, from: call.origin)
        try OrderFields.refuseLegacy(placed.order)
        return done("Order placed successfully", placed.order.id)
    }

    @Sendable static func buy(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await quick(house, call, .buy)
    }

    @Sendable static func sell(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await quick(house, call, .sell)
    }

    private static func quick(_ house: isolated Tradehouse, _ call: Call, _ side: Side) async throws -> Reply {
        let query = call.queryFields
        let symbol = try query.text("symbol", limit: 40).uppercased()
        let exchange = try query.text("exchange", limit: 12, default: "NSE").uppercased()
        guard let instrument = InstrumentID(exchange: exchange, symbol: symbol) else {
            throw FieldProblem(place: .query, field: "symbol", kind: .notAnIdentifier("a trading symbol"), input: .string(symbol))
        }
        let draft = OrderDraft(
            instrument: instrument, side: side, product: try query.word("product", default: .intraday, uppercasing: true), kind: .market,
            quantity: try query.quantity("quantity"),
            tag: try query.printable("tag", limit: OrderFields.tagLimitBytes, default: "paper_trading"))
        let placed = try await house.place(draft, as: call.trader, from: call.origin)
        try OrderFields.refuseLegacy(placed.order)
        return .object { json in
            json.member("status", "success")
            json.member("message", "\(side == .buy ? "Buy" : "Sell") order placed for \(symbol)")
            json.member("order_id", placed.order.id.text)
            json.object("details") { json in
                json.member("symbol", symbol)
                json.member("action", side.rawValue)
                json.member("quantity", draft.quantity)
                json.member("exchange", exchange)
                json.member("product", draft.product.rawValue)
                json.member("tag", draft.tag)
            }
        }
    }

    @Sendable static func modify(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        guard let id = OrderID(try body.text("order_id", limit: 64)) else { throw OrderRefusal.unknownOrder }
        let book = try await house.book(of: call.trader)
        guard let order = book.account.order(id) else { throw OrderRefusal.unknownOrder }
        let changed = try await house.modify(id, try OrderFields.amendment(of: order, from: body), as: call.trader, from: call.origin)
        return done("Order modified successfully", changed.id)
    }

    @Sendable static func cancel(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let order = try await house.cancel(try OrderFields.orderID(call), as: call.trader, from: call.origin)
        return done("Order cancelled successfully", order.id)
    }

    private static func done(_ message: String, _ id: OrderID) -> Reply {
        .object { json in
            json.member("status", "success")
            json.member("message", message)
            json.member("order_id", id.text)
        }
    }

    @Sendable static func orders(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        let orders = book.account.orders(limit: book.account.orderCount)
        var json = JSONWriter(reserving: 256 + 400 * orders.count)
        json.beginObject()
        json.member("status", "success")
        json.member("count", orders.count)
        json.key("orders")
        json.beginArray()
        try await LongLists.write(orders.reversed(), &json, house) { LegacyViews.order($0, &$1) }
        json.endArray()
        json.endObject()
        return Reply(body: json.bytes)
    }

    @Sendable static func history(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        guard let order = book.account.order(try OrderFields.orderID(call)) else { throw OrderRefusal.unknownOrder }
        return .object { json in
            json.member("status", "success")
            json.member("order_id", order.id.text)
            json.array("history") { json in LegacyViews.order(order, &json) }
        }
    }

    @Sendable static func trades(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        let trades = book.account.trades
        var json = JSONWriter(reserving: 256 + 200 * trades.count)
        json.beginObject()
        json.member("status", "success")
        json.member("count", trades.count)
        json.key("trades")
        json.beginArray()
        try await LongLists.write(trades, &json, house) { LegacyViews.trade($0, &$1) }
        json.endArray()
        json.endObject()
        return Reply(body: json.bytes)
    }

    @Sendable static func positions(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        return .object { json in
            json.member("status", "success")
            json.object("positions") { json in
                for name: StaticString in ["net", "day"] {
                    json.array(name) { json in
                        for position in book.positions { LegacyViews.orderPosition(position, house.market, &json) }
                    }
                }
            }
        }
    }

    /// Delivery shares carried over from an earlier day.
    @Sendable static func holdings(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        let today = book.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let held = book.positions.filter {
            $0.key.product == .delivery && !$0.quantity.isNegative && $0.openedAt.dayNumber(offsetSeconds: indiaOffsetSeconds) < today
        }
        return .object { json in
            json.member("status", "success")
            json.member("count", held.count)
            json.array("holdings") { json in
                for position in held { LegacyViews.orderPosition(position, house.market, &json) }
            }
        }
    }
}
