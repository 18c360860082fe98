// The caller's own paper books: the list, new ones and copies, titles, resets, and the epochs that resets ended. Every other route takes the
// query `book` to be about another one than the default.

import House
import Storage
import Trading
import Wire

enum BookRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/books", .trader, .native, books),
        Route(.post, "/api/books", .trader, .native, make),
        Route(.get, "/api/books/{name}", .trader, .native, book),
        Route(.patch, "/api/books/{name}", .trader, .native, rename),
        Route(.post, "/api/books/{name}/reset", .trader, .native, reset),
        Route(.get, "/api/books/{name}/epochs", .trader, .native, epochs),
        Route(.get, "/api/books/{name}/epochs/{epoch}", .trader, .native, epochRows),
    ]

    @Sendable static func books(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let books = try await house.books(of: call.trader)
        return .object { json in
            json.member("status", "success")
            json.array("books") { json in
                for book in books { BookViews.book(book, &json) }
            }
            json.member("limit", house.settings.booksPerUser)
        }
    }

    @Sendable static func make(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["name", "title", "capital", "clone_of"])
        let name = try name(try body.text("name", limit: 32), "name")
        guard name != .default else { throw HouseRefusal.bookExists }
        var draft = BookDraft(name: name, title: try title(body))
        draft.capital = try body.optionalMoney("capital")
        if let text = try body.optionalText("clone_of", limit: 32) {
            draft.cloneOf = try self.name(text, "clone_of")
            guard draft.capital == nil else {
                throw FieldProblem(
                    place: .body, field: "capital",
                    kind: .rule(code: "not_allowed", text: "A copy has the capital of the book it is made from; leave `capital` out."))
            }
        }
        let made = try await house.makeBook(draft, as: call.trader, from: call.origin)
        var reply = one(made, status: 201)
        reply.headers.append(("Location", "/api/books/" + name.text))
        return reply
    }

    @Sendable static func book(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        one(try await house.bookSummary(of: try seat(call)), status: 200)
    }

    @Sendable static func rename(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["title"])
        guard let title = try title(body) else { throw FieldProblem(place: .body, field: "title", kind: .missing) }
        return one(try await house.renameBook(title, as: try seat(call), from: call.origin), status: 200)
    }

    @Sendable static func reset(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let capital = call.request.body.isEmpty ? nil : try call.body(allowing: ["capital"]).optionalMoney("capital")
        let trader = try seat(call)
        _ = try await house.resetBook(capital: capital, as: trader, from: call.origin)
        return one(try await house.bookSummary(of: trader), status: 200)
    }

    @Sendable static func epochs(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let (epochs, folded) = try await house.epochs(of: try seat(call))
        return .object { json in
            json.member("status", "success")
            json.array("epochs") { json in
                for (epoch, proof) in epochs { BookViews.epoch(epoch, proof, &json) }
            }
            json.array("folded_epochs") { json in
                for number in folded { json.int(number) }
            }
        }
    }

    /// Orders and trades of one epoch, newest first, in pages of their own.
    @Sendable static func epochRows(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let limit = Int(try query.integer("limit", default: Int64(PaperTradingRoutes.pageSize)))
        guard (1...PaperTradingRoutes.largestPage).contains(limit) else {
            throw FieldProblem(
                place: .query, field: "limit",
                kind: .rule(code: "out_of_range", text: "`limit` must be 1 to \(PaperTradingRoutes.largestPage)."))
        }
        guard let number = Int(call.parameters[1]) else { throw HouseRefusal.unknownEpoch }
        let trader = try seat(call)
        let epoch = try await house.epoch(number, of: trader)
        let orders = try page(epoch.book.orders, before: try query.optionalText("orders_after", limit: 64), limit, \.id.text)
        let trades = try page(epoch.book.trades, before: try query.optionalText("trades_after", limit: 64), limit, \.id.text)
        return .object(reserving: 1_024 + 1_100 * limit) { json in
            json.member("status", "success")
            json.member("book", trader.book.text)
            json.member("epoch", number)
            json.member("is_over", epoch.isOver)
            json.array("orders") { json in
                for order in orders.rows { OrderViews.order(order, book: trader.book, &json) }
            }
            json.member("next_order", orders.next)
            json.array("trades") { json in
                for trade in trades.rows { OrderViews.trade(trade, &json) }
            }
            json.member("next_trade", trades.next)
        }
    }

    /// The `limit` rows before the one with that id, newest first, and the id of the last when there are more.
    private static func page<Row>(
        _ rows: [Row], before id: String?, _ limit: Int, _ name: (Row) -> String
    ) throws -> (rows: [Row], next: String?) {
        var end = rows.count
        if let id {
            guard let found = rows.lastIndex(where: { name($0) == id }) else { throw OrderRefusal.unknownOrder }
            end = found
        }
        let start = max(0, end - limit)
        return (rows[start..<end].reversed(), start > 0 ? name(rows[start]) : nil)
    }

    // MARK: Parts

    /// The query's `epoch`; nothing means the present one.
    static func epoch(_ query: Fields) throws -> Int? {
        guard let number = try query.optionalInteger("epoch") else { return nil }
        guard (1...1_000_000).contains(number) else { throw HouseRefusal.unknownEpoch }
        return Int(number)
    }

    private static func one(_ book: BookSummary, status: Int) -> Reply {
        .object(status: status) { json in
            json.member("status", "success")
            json.key("book")
            BookViews.book(book, &json)
        }
    }

    /// The caller at the book that the path names.
    static func seat(_ call: Call) throws -> Trader {
        guard let name = BookName(call.parameters[0]) else { throw HouseRefusal.unknownBook }
        return call.trader.at(name)
    }

    private static func name(_ text: String, _ field: String) throws -> BookName {
        guard let name = BookName(text) else {
            throw FieldProblem(
                place: .body, field: field,
                kind: .notAnIdentifier("a name of 1 to 32 lower-case letters, digits and `-`"), input: .string(text))
        }
        return name
    }

    private static func title(_ body: Fields) throws -> String? {
        guard let title = try body.optionalPrintable("title", limit: Tradehouse.titleLimitBytes) else { return nil }
        guard title.contains(where: { $0 != " " }) else { throw FieldProblem(place: .body, field: "title", kind: .missing) }
        return title
    }
}
