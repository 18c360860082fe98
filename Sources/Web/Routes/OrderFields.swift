// From the words of a request to an order draft or an amendment, for all routes that place or change orders.

import House
import Trading
import Wire

enum OrderFields {
    /// Longest tag and client id, in bytes.
    static let tagLimitBytes = 20
    static let clientIDLimitBytes = 64

    private static let known = [
        "exchange", "tradingsymbol", "transaction_type", "quantity", "product", "order_type", "price", "trigger_price", "validity",
        "variety", "tag", "parent_order_id", "book", "client_order_id",
    ]

    /// A native order: Kite's words in JSON, with `book` and `client_order_id`.
    static func draft(_ call: Call, _ house: isolated Tradehouse) throws -> (draft: OrderDraft, trader: Trader) {
        let body = try call.body(allowing: known)
        let trader = try seat(call, body)
        var draft = try terms(body)
        draft.parentOrderID = try optionalOrderID("parent_order_id", in: body)
        let header = call.request.headers["Idempotency-Key"]
        if let header, !(1...clientIDLimitBytes).contains(header.utf8.count) {
            throw FieldProblem(
                place: .body, field: "Idempotency-Key",
                kind: .rule(code: "malformed", text: "`Idempotency-Key` must have 1 to \(clientIDLimitBytes) characters."))
        }
        draft.clientOrderID = try body.optionalText("client_order_id", limit: clientIDLimitBytes) ?? header
        if draft.clientOrderID != nil { draft.requestDigest = digest(of: draft, house) }
        return (draft, trader)
    }

    /// Who asks, at the book that the body names; a body without one means the query's, and that the default one.
    private static func seat(_ call: Call, _ body: Fields) throws -> Trader {
        guard let text = try body.optionalText("book", limit: 32) else { return call.trader }
        guard let name = BookName(text) else { throw HouseRefusal.unknownBook }
        if call.query("book") != nil, name != call.trader.book {
            throw FieldProblem(
                place: .body, field: "book", kind: .rule(code: "not_allowed", text: "`book` is another one in the query than in the body."))
        }
        return call.trader.at(name)
    }

    /// What all order bodies share.
    static func terms(_ body: Fields) throws -> OrderDraft {
        let exchange = try body.text("exchange", limit: 12)
        let symbol = try body.text("tradingsymbol", limit: 40)
        guard let instrument = InstrumentID(exchange: exchange.uppercased(), symbol: symbol.uppercased()) else {
            throw FieldProblem(
                place: body.place, field: "tradingsymbol", kind: .notAnIdentifier("a trading symbol"), input: .string(symbol))
        }
        let side: Side = try body.word("transaction_type", uppercasing: true)
        return OrderDraft(
            instrument: instrument, side: side, product: try body.word("product", default: .intraday, uppercasing: true),
            kind: try kind(
                type: try body.text("order_type", limit: 8, default: "MARKET").uppercased(), limit: try body.optionalPrice("price"),
                trigger: try body.optionalPrice("trigger_price"), place: body.place),
            validity: try body.word("validity", default: .day, uppercasing: true), variety: try body.word("variety", default: .regular),
            quantity: try body.quantity("quantity"),
            tag: try body.optionalPrintable("tag", limit: tagLimitBytes))
    }

    /// The kind of price that the words ask for; a price that the type needs and that is not there is named.
    static func kind(type: String, limit: Price?, trigger: Price?, place: FieldPlace) throws -> OrderKind {
        func needed(_ price: Price?, _ field: String) throws -> Price {
            guard let price else {
                throw FieldProblem(
                    place: place, field: field,
                    kind: .rule(code: "missing_field", text: "`\(field)` is missing: an order of type \(type) needs it."))
            }
            return price
        }
        switch type {
        case "MARKET": return .market
        case "LIMIT": return .limit(try needed(limit, "price"))
        case "SL-M": return .stop(trigger: try needed(trigger, "trigger_price"))
        case "SL": return .stopLimit(trigger: try needed(trigger, "trigger_price"), limit: try needed(limit, "price"))
        default:
            throw FieldProblem(
                place: place, field: "order_type", kind: .notOneOf(["MARKET", "LIMIT", "SL", "SL-M"]), input: .string(type))
        }
    }

    /// New terms: what is absent stays as the order has it.
    static func amendment(of order: Order, from body: Fields) throws -> OrderAmendment {
        var amendment = OrderAmendment(quantity: try body.optionalQuantity("quantity"))
        if body.has("order_type") || body.has("price") || body.has("trigger_price") {
            let type = try body.text("order_type", limit: 8, default: order.kind.word).uppercased()
            amendment.kind = try kind(
                type: type, limit: try body.optionalPrice("price") ?? order.kind.limitPrice,
                trigger: try body.optionalPrice("trigger_price") ?? order.kind.triggerPrice, place: body.place)
        }
        if body.has("validity") { amendment.validity = try body.word("validity", uppercasing: true) as Validity }
        return amendment
    }

    /// The order id in the path; one that cannot be an id is simply unknown.
    static func orderID(_ call: Call) throws -> OrderID {
        guard let id = OrderID(call.parameters[0]) else { throw OrderRefusal.unknownOrder }
        return id
    }

    /// An order id in a body or a query, or nil when the field is absent.
    static func optionalOrderID(_ name: String, in fields: Fields) throws -> OrderID? {
        guard let text = try fields.optionalText(name, limit: 64) else { return nil }
        guard let id = OrderID(text) else {
            throw FieldProblem(place: fields.place, field: name, kind: .notAnIdentifier("an order id"), input: .string(text))
        }
        return id
    }

    /// Old clients learn of a rejected order by an error in the words of the old risk check.
    static func refuseLegacy(_ order: Order) throws {
        guard order.state == .rejected else { return }
        var reason = order.reason ?? "the order was rejected."
        if order.reasonCode == OrderRefusal.insufficientFunds.rawValue, reason.hasSuffix(".") {
            reason = String(reason.dropLast()).replacing("this order needs", with: "Need").replacing("available", with: "Limit")
        }
        throw Refusal(400, order.reasonCode ?? "rejected", "Risk rule violation: " + reason)
    }

    /// Two requests with one key are the same when they ask for the same: the digest is over the parsed terms, not the bytes.
    private static func digest(of draft: OrderDraft, _ house: isolated Tradehouse) -> String {
        var terms = [
            draft.instrument.key, draft.side.rawValue, draft.product.rawValue, draft.kind.word, draft.kind.limitPrice?.text ?? "",
            draft.kind.triggerPrice?.text ?? "", draft.validity.rawValue, draft.quantity.text, draft.tag ?? "",
        ]
        // Only where there is one, so that keys of orders placed by older versions stay what they were.
        if let parent = draft.parentOrderID { terms.append(parent.text) }
        if draft.variety != .regular { terms.append(draft.variety.rawValue) }
        return String(house.digest(ofToken: terms.joined(separator: "|")).hex.prefix(32))
    }
}
