// Paper trading of the caller's own book, in two dialects on one prefix: the legacy reads, reset and manual trade, and the native
// order interface. What an order may do is decided in `Trading`; here words become values and values become words.

import House
import Storage
import Trading
import Wire

enum PaperTradingRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/paper-trading/portfolio", .trader, .legacy, portfolio),
        Route(.get, "/api/paper-trading/trades", .trader, .legacy, trades),
        Route(.get, "/api/paper-trading/history", .trader, .legacy, history),
        Route(.get, "/api/paper-trading/funds", .trader, .legacy, funds),
        Route(.get, "/api/paper-trading/stats", .trader, .legacy, stats),
        Route(.post, "/api/paper-trading/reset", .trader, .legacy, reset),
        Route(.post, "/api/paper-trading/manual-trade", .trader, .legacy, manualTrade),
        Route(.post, "/api/paper-trading/test-trade", .trader, .legacy, testTrade),
        Route(.get, "/api/paper-trading/positions", .trader, .native, positions),
        Route(.get, "/api/paper-trading/holdings", .trader, .native, HoldingsRoute.holdings),
        Route(.get, "/api/paper-trading/fills", .trader, .native, LedgerRoutes.fills),
        Route(.get, "/api/paper-trading/ledger", .trader, .native, LedgerRoutes.ledger),
        Route(.get, "/api/paper-trading/proof", .trader, .native, proof),
        Route(.post, "/api/paper-trading/estimate", .trader, .native, meter: .read, estimate),
        Route(.post, "/api/paper-trading/charges", .trader, .native, meter: .read, ContractNoteRoute.charges),
        Route(.post, "/api/paper-trading/orders", .trader, .native, place),
        Route(.get, "/api/paper-trading/orders", .trader, .native, orders),
        Route(.get, "/api/paper-trading/orders/{id}", .trader, .native, order),
        Route(.patch, "/api/paper-trading/orders/{id}", .trader, .native, modify),
        Route(.delete, "/api/paper-trading/orders/{id}", .trader, .native, cancel),
    ]

    /// Orders in one page of a list: unless asked otherwise, and at most.
    static let pageSize = 100
    static let largestPage = 1_000

    // MARK: Legacy reads

    @Sendable static func portfolio(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        return .object { json in
            json.member("status", "success")
            json.object("portfolio") { json in
                LegacyViews.funds("paper_funds", book.funds, &json)
                json.array("paper_portfolio") { json in
                    for position in book.positions { LegacyViews.portfolioPosition(position, house.market, &json) }
                }
                LegacyViews.statistics(book.funds, &json)
            }
        }
    }

    @Sendable static func trades(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await tradeList("trades", try await house.book(of: call.trader), house)
    }

    @Sendable static func history(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await tradeList("history", try await house.book(of: call.trader), house)
    }

    private static func tradeList(_ name: StaticString, _ book: BookView, _ house: isolated Tradehouse) async throws -> Reply {
        let trades = book.account.trades
        var json = JSONWriter(reserving: 256 + 200 * trades.count)
        json.beginObject()
        json.member("status", "success")
        json.key(name)
        json.beginArray()
        try await LongLists.write(trades, &json, house) { LegacyViews.trade($0, &$1) }
        json.endArray()
        json.member("total_trades", trades.count)
        json.endObject()
        return Reply(body: json.bytes)
    }

    @Sendable static func funds(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        return .object { json in
            json.member("status", "success")
            LegacyViews.funds("funds", book.funds, &json)
            LegacyViews.statistics(book.funds, &json)
        }
    }

    @Sendable static func stats(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        return .object { json in
            json.member("status", "success")
            LegacyViews.stats(PaperStatistics(of: book.account.trades, at: book.at), &json)
        }
    }

    // MARK: Legacy acts

    @Sendable static func reset(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let capital = call.request.body.isEmpty ? nil : try call.body().optionalMoney("capital")
        let book = try await house.resetBook(capital: capital, as: call.trader, from: call.origin)
        return .object { json in
            json.member("status", "success")
            json.member("message", "Paper trading account reset successfully")
            json.object("funds") { json in
                json.paise("virtual_capital", book.funds.meta.capital)
                json.paise("available_funds", book.funds.meta.available)
                json.paise("invested_funds", book.funds.meta.invested)
                json.paise("realized_pnl", book.funds.meta.realised)
            }
        }
    }

    @Sendable static func manualTrade(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        let symbol = try body.text("symbol", limit: 40).uppercased()
        let draft = OrderDraft(
            instrument: try instrument("symbol", exchange: "NSE", symbol: symbol),
            side: try body.word("action", default: .buy, uppercasing: true), product: .intraday, kind: .market,
            quantity: try body.quantity("quantity", default: Quantity(whole: 1)),
            tag: try body.printable("strategy", limit: OrderFields.tagLimitBytes, default: "MANUAL"))
        return try await legacyTrade(house, call, draft)
    }

    @Sendable static func testTrade(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let draft = OrderDraft(
            instrument: try instrument("symbol", exchange: "NSE", symbol: "RELIANCE"), side: .buy, product: .intraday, kind: .market,
            quantity: Quantity(whole: 10), tag: "TEST_TRADE")
        return try await legacyTrade(house, call, draft)
    }

    private static func legacyTrade(_ house: isolated Tradehouse, _ call: Call, _ draft: OrderDraft) async throws -> Reply {
        let placed = try await house.place(draft, as: call.trader, from: call.origin)
        try OrderFields.refuseLegacy(placed.order)
        return .object { json in
            json.member("status", "success")
            json.member(
                "message", "\(draft.side.rawValue) order placed for \(draft.quantity.text) \(draft.instrument.symbol)")
            json.member("order_id", placed.order.id.text)
            json.key("details")
            LegacyViews.order(placed.order, &json)
        }
    }

    private static func instrument(_ field: String, exchange: String, symbol: String) throws -> InstrumentID {
        guard let id = InstrumentID(exchange: exchange, symbol: symbol) else {
            throw FieldProblem(place: .body, field: field, kind: .notAnIdentifier("a trading symbol"), input: .string(symbol))
        }
        return id
    }

    // MARK: Native

    @Sendable static func positions(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        let now = house.world.now()
        return .object { json in
            json.member("status", "success")
            json.array("positions") { json in
                for position in book.positions { OrderViews.position(position, house.market, at: now, &json) }
            }
            json.object("totals") { json in
                json.member("unrealised_pnl", book.funds.unrealised)
                json.member("realised_pnl", book.funds.meta.realised)
                json.member("day_pnl", book.funds.dayResult)
                json.member("invested", book.funds.meta.invested)
            }
        }
    }

    @Sendable static func proof(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let limit = try query.integer("limit", default: Int64(pageSize))
        guard (1...Int64(largestPage)).contains(limit) else {
            throw FieldProblem(
                place: .query, field: "limit", kind: .rule(code: "out_of_range", text: "`limit` must be 1 to \(largestPage)."))
        }
        let after = try query.integer("after", default: 0)
        guard (0...Int64.max / 2).contains(after) else {
            throw FieldProblem(place: .query, field: "after", kind: .rule(code: "out_of_range", text: "`after` is a line's number."))
        }
        let proof = try await house.proof(of: call.trader, epoch: try BookRoutes.epoch(query))
        return .object(reserving: 4_096 + 320 * Int(limit)) { json in
            ProofViews.members(of: proof, book: call.trader.book, after: Int(after), limit: Int(limit), &json)
        }
    }

    @Sendable static func place(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let (draft, trader) = try OrderFields.draft(call, house)
        let placed = try await house.place(draft, as: trader, from: call.origin)
        let order = placed.order
        if order.state == .rejected {
            var json = JSONWriter()
            json.beginObject()
            json.member("detail", order.reason ?? "The order was rejected.")
            json.member("error", order.reasonCode)
            json.member("field", order.reasonCode.flatMap { OrderRefusal(rawValue: $0) }?.field)
            json.member("order_id", order.id.text)
            json.key("order")
            OrderViews.order(order, book: trader.book, &json)
            json.endObject()
            return Reply(status: 409, body: json.bytes)
        }
        var reply = orderReply(order, of: trader, status: 201)
        let query = trader.book == .default ? "" : "?book=" + trader.book.text
        reply.headers.append(("Location", "/api/paper-trading/orders/" + order.id.text + query))
        return reply
    }

    @Sendable static func estimate(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let (draft, trader) = try OrderFields.draft(call, house)
        let estimate = try await house.estimate(draft, as: trader)
        return .object { json in
            json.member("status", "success")
            json.member("value", estimate.value)
            json.member("margin", estimate.margin)
            json.member("charges", estimate.charges)
            json.member("available", estimate.available)
            json.member("worst_price", draft.side == .buy ? estimate.trades.map(\.price).max() : estimate.trades.map(\.price).min())
            json.array("fills") { json in
                for trade in estimate.trades {
                    json.beginObject()
                    json.member("price", trade.price)
                    json.member("quantity", trade.quantity)
                    json.endObject()
                }
            }
            json.member("would_be_accepted", estimate.order.state != .rejected)
            json.member("error", estimate.order.reasonCode)
            json.member("detail", estimate.order.reason)
        }
    }

    @Sendable static func orders(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let limit = try query.integer("limit", default: Int64(pageSize))
        guard (1...Int64(largestPage)).contains(limit) else {
            throw FieldProblem(
                place: .query, field: "limit", kind: .rule(code: "out_of_range", text: "`limit` must be 1 to \(largestPage)."))
        }
        let status = try query.optionalText("status", limit: 20)?.uppercased()
        let words = OrderState.allCases.map(\.rawValue) + ["WORKING"]
        if let status, !words.contains(status) {
            throw FieldProblem(place: .query, field: "status", kind: .notOneOf(words), input: .string(status))
        }
        let symbol = try query.optionalText("symbol", limit: 40)?.uppercased()
        let tag = try query.optionalText("tag", limit: OrderFields.tagLimitBytes)
        let parent = try OrderFields.optionalOrderID("parent", in: query)
        let after = try OrderFields.optionalOrderID("after", in: query)
        let book = try await house.book(of: call.trader)
        if let after, book.account.order(after) == nil { throw OrderRefusal.unknownOrder }
        // One more than asked for tells whether there is a next page.
        let found = book.account.orders(after: after, limit: Int(limit) + 1) { order in
            (status == nil || order.state.rawValue == status || (status == "WORKING" && order.isWorking))
                && (symbol == nil || order.instrument.symbol == symbol) && (tag == nil || order.tag == tag)
                && (parent == nil || order.parentOrderID == parent)
        }
        let page = found.prefix(Int(limit))
        return .object(reserving: 256 + 700 * page.count) { json in
            json.member("status", "success")
            json.array("orders") { json in
                for order in page { OrderViews.order(order, book: book.name, &json) }
            }
            json.member("next", found.count > page.count ? page.last?.id.text : nil)
        }
    }

    @Sendable static func order(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        guard let order = book.account.order(try OrderFields.orderID(call)) else { throw OrderRefusal.unknownOrder }
        return orderReply(order, of: call.trader, status: 200, naming: false)
    }

    @Sendable static func modify(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let id = try OrderFields.orderID(call)
        let body = try call.body(allowing: ["quantity", "price", "trigger_price", "order_type", "validity"])
        let book = try await house.book(of: call.trader)
        guard let order = book.account.order(id) else { throw OrderRefusal.unknownOrder }
        let amendment = try OrderFields.amendment(of: order, from: body)
        return orderReply(try await house.modify(id, amendment, as: call.trader, from: call.origin), of: call.trader, status: 200)
    }

    @Sendable static func cancel(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let id = try OrderFields.orderID(call)
        return orderReply(try await house.cancel(id, as: call.trader, from: call.origin), of: call.trader, status: 200)
    }

    private static func orderReply(_ order: Order, of trader: Trader, status: Int, naming: Bool = true) -> Reply {
        .object(status: status, reserving: 1024) { json in
            json.member("status", "success")
            if naming { json.member("order_id", order.id.text) }
            json.key("order")
            OrderViews.order(order, book: trader.book, &json)
        }
    }
}

extension BookView {
    /// Open positions in the order of their instruments.
    var positions: [Position] { account.positions.values.sorted { $0.key < $1.key } }
}
