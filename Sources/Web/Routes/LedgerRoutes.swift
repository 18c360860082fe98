// The fills of a book with why they happened, and its double-entry ledger.

import House
import Trading
import Wire

enum LedgerRoutes {
    /// Fills, newest first, in pages.
    @Sendable static func fills(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let limit = try page(query)
        let symbol = try query.optionalText("symbol", limit: 40)?.uppercased()
        let tag = try query.optionalText("tag", limit: OrderFields.tagLimitBytes)
        let order = try OrderFields.optionalOrderID("order", in: query)
        let after = try query.optionalText("after", limit: 64)
        let trades = try await house.book(of: call.trader).account.trades
        var end = trades.count
        if let after {
            guard let index = trades.lastIndex(where: { $0.id.text == after }) else { throw HouseRefusal.unknownFill }
            end = index
        }
        var found: [Trade] = []
        for trade in trades[..<end].reversed() where found.count <= limit {
            let isWanted =
                (symbol == nil || trade.instrument.symbol == symbol) && (tag == nil || trade.tag == tag)
                && (order == nil || trade.orderID == order)
            if isWanted { found.append(trade) }
        }
        let shown = found.prefix(limit)
        return .object(reserving: 256 + 700 * shown.count) { json in
            json.member("status", "success")
            json.member("book", call.trader.book.text)
            json.array("fills") { json in
                for trade in shown { OrderViews.trade(trade, &json) }
            }
            json.member("next", found.count > shown.count ? shown.last?.id.text : nil)
        }
    }

    /// Balances, and entries oldest first.
    @Sendable static func ledger(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let limit = try page(query)
        let after = try query.integer("after", default: 0)
        guard (0...Int64(Int32.max)).contains(after) else {
            throw FieldProblem(place: .query, field: "after", kind: .rule(code: "out_of_range", text: "`after` is an entry's number."))
        }
        let view = try await house.ledger(of: call.trader, epoch: try BookRoutes.epoch(query), skip: Int(after), limit: limit)
        return .object(reserving: 2_048 + 700 * view.entries.count) { json in
            json.member("status", "success")
            json.member("book", call.trader.book.text)
            json.member("epoch", view.epoch)
            json.member("balanced", view.ledger.isBalanced && view.entries.allSatisfy(\.isBalanced))
            json.array("differences") { json in
                for account in view.differences { json.string(account.rawValue) }
            }
            json.array("balances") { json in
                for account in LedgerAccount.allCases where view.ledger[account] != .zero { line(account, view.ledger[account], &json) }
            }
            json.member("charges", view.ledger.charges)
            json.array("entries") { json in
                for (index, entry) in view.entries.enumerated() { write(entry, view.first + index, &json) }
            }
            json.member("entry_count", view.count)
            let last = view.first + view.entries.count - 1
            json.member("next", last < view.count && !view.entries.isEmpty ? last : nil)
        }
    }

    private static func write(_ entry: LedgerEntry, _ number: Int, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("number", number)
        json.member("cause", entry.cause.rawValue)
        json.member("at", entry.at?.indiaText)
        json.member("trade_id", entry.trade?.text)
        json.member("order_id", entry.order?.text)
        json.array("lines") { json in
            for one in entry.lines { line(one.account, one.amount, &json) }
        }
        json.endObject()
    }

    private static func line(_ account: LedgerAccount, _ amount: Money, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("account", account.rawValue)
        json.member("amount", amount)
        json.endObject()
    }

    private static func page(_ query: Fields) throws -> Int {
        let limit = try query.integer("limit", default: Int64(PaperTradingRoutes.pageSize))
        guard (1...Int64(PaperTradingRoutes.largestPage)).contains(limit) else {
            throw FieldProblem(
                place: .query, field: "limit",
                kind: .rule(code: "out_of_range", text: "`limit` must be 1 to \(PaperTradingRoutes.largestPage)."))
        }
        return Int(limit)
    }
}
