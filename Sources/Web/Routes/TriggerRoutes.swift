// Good-till-triggered orders of the caller's own book, in the native dialect. What they are: `Trading/Triggers`.

import House
import Trading
import Wire

enum TriggerRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/paper-trading/gtt", .trader, .native, list),
        Route(.post, "/api/paper-trading/gtt", .trader, .native, make),
        Route(.get, "/api/paper-trading/gtt/{id}", .trader, .native, one),
        Route(.put, "/api/paper-trading/gtt/{id}", .trader, .native, change),
        Route(.delete, "/api/paper-trading/gtt/{id}", .trader, .native, delete),
    ]

    private static let known = ["type", "exchange", "tradingsymbol", "legs"]
    private static let knownOfLeg = ["trigger_price", "transaction_type", "product", "quantity", "order_type", "price"]

    @Sendable static func list(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let triggers = try await house.triggers(of: call.trader)
        return .object { json in
            json.member("status", "success")
            json.member("count", triggers.count)
            json.array("gtt") { json in
                for trigger in triggers { write(trigger, &json) }
            }
        }
    }

    @Sendable static func one(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        reply(try await house.trigger(id(call), of: call.trader))
    }

    @Sendable static func make(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        reply(try await house.makeTrigger(terms(call), as: call.trader, from: call.origin), status: 201)
    }

    @Sendable static func change(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        reply(try await house.changeTrigger(id(call), terms(call), as: call.trader, from: call.origin))
    }

    @Sendable static func delete(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        reply(try await house.deleteTrigger(id(call), as: call.trader, from: call.origin))
    }

    // MARK: Words

    /// What is no number is no trigger order of anybody's.
    private static func id(_ call: Call) throws -> Int64 {
        guard let id = Int64(call.parameters[0]) else { throw GoodTillTriggeredRefusal.unknown }
        return id
    }

    private static func terms(_ call: Call) throws -> GoodTillTriggered.Terms {
        let body = try call.body(allowing: known)
        let symbol = try body.text("tradingsymbol", limit: 40).uppercased()
        guard let instrument = InstrumentID(exchange: try body.text("exchange", limit: 12).uppercased(), symbol: symbol) else {
            throw FieldProblem(place: .body, field: "tradingsymbol", kind: .notAnIdentifier("a trading symbol"), input: .string(symbol))
        }
        let legs = try body.objects("legs", count: 2, allowing: knownOfLeg).map { try leg($0) }
        let kind: GoodTillTriggered.Kind = try body.word("type", default: legs.count == 2 ? .twoLeg : .single)
        guard kind == (legs.count == 2 ? .twoLeg : .single) else { throw GoodTillTriggeredRefusal.legCount }
        return GoodTillTriggered.Terms(instrument: instrument, legs: legs)
    }

    private static func leg(_ fields: Fields) throws -> GoodTillTriggered.Leg {
        guard try fields.text("order_type", limit: 8, default: "LIMIT").uppercased() == "LIMIT" else {
            throw FieldProblem(
                place: .body, field: fields.path + "order_type",
                kind: .rule(code: "malformed", text: "A trigger places a LIMIT order; say at which `price`."))
        }
        return GoodTillTriggered.Leg(
            trigger: try fields.price("trigger_price"), side: try fields.word("transaction_type", uppercasing: true),
            product: try fields.word("product", default: .delivery, uppercasing: true), quantity: try fields.quantity("quantity"),
            limit: try fields.price("price"))
    }

    private static func reply(_ trigger: GoodTillTriggered, status: Int = 200) -> Reply {
        .object(status: status) { json in
            json.member("status", "success")
            json.key("gtt")
            write(trigger, &json)
        }
    }

    /// One trigger order, in braces.
    private static func write(_ trigger: GoodTillTriggered, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", trigger.id)
        json.member("book", trigger.book.text)
        json.member("type", trigger.kind.rawValue)
        json.member("status", trigger.state.rawValue)
        json.member("exchange", trigger.instrument.exchange)
        json.member("tradingsymbol", trigger.instrument.symbol)
        json.member("last_price", trigger.reference)
        json.member("created_at", trigger.createdAt.indiaText)
        json.member("updated_at", trigger.updatedAt.indiaText)
        json.member("expires_at", trigger.expiresAt.indiaText)
        json.array("legs") { json in
            for leg in trigger.legs { write(leg, &json) }
        }
        json.endObject()
    }

    private static func write(_ leg: GoodTillTriggered.Leg, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("trigger_price", leg.trigger)
        json.member("transaction_type", leg.side.rawValue)
        json.member("product", leg.product.rawValue)
        json.member("quantity", leg.quantity)
        json.member("order_type", "LIMIT")
        json.member("price", leg.limit)
        if let outcome = leg.outcome {
            json.object("result") { json in
                json.member("timestamp", outcome.at.indiaText)
                json.member("triggered_at", outcome.price)
                json.member("order_id", outcome.order?.text)
                json.member("rejection_reason", outcome.rejection)
            }
        } else {
            json.nullMember("result")
        }
        json.endObject()
    }
}

extension GoodTillTriggeredRefusal {
    /// The answer's status, its stable code, a sentence for the user, and the field that it is about.
    var answer: (status: Int, code: String, text: String, field: String?) {
        switch self {
        case .unknown: (404, "unknown_gtt", "There is no such trigger order in this book. Look it up in the list.", nil)
        case .notActive: (409, "gtt_not_active", "It does not wait any more, so it cannot be changed or deleted.", nil)
        case .unknownInstrument: (422, "unknown_instrument", OrderRefusal.unknownInstrument.advice, "tradingsymbol")
        case .notTradable: (422, "not_tradable", OrderRefusal.notTradable.advice, "tradingsymbol")
        case .noPrice: (409, "no_price", OrderRefusal.noPrice.advice, "tradingsymbol")
        case .legCount: (422, "malformed", "`legs` has one leg for `single` and two for `two-leg`.", "legs")
        case .priceOutOfRange(let field, let leg):
            (422, "price_too_large", "The price must be above zero and at most \(PaperLimits.price.text).", "legs.\(leg).\(field)")
        case .priceOffTick(let field, let leg, let tick):
            (422, "price_off_tick", "The price must be a multiple of \(tick.text), the tick of this instrument.", "legs.\(leg).\(field)")
        case .quantityOutOfRange(let leg):
            (
                422, "quantity_too_large", "The quantity must be above zero and at most \(PaperLimits.orderQuantity.text).",
                "legs.\(leg).quantity"
            )
        case .quantityNotWholeLots(let leg, let lot):
            (
                422, "quantity_not_whole_lots", "The quantity must be a multiple of \(lot.text), the lot of this instrument.",
                "legs.\(leg).quantity"
            )
        case .triggerTooNear(let leg, let price):
            (
                422, "trigger_too_near", "The trigger must be at least 0.25 % away from the last price, which is \(price.text).",
                "legs.\(leg).trigger_price"
            )
        case .bothOnOneSide(let price):
            (422, "triggers_on_one_side", "Of two triggers one is below the last price, which is \(price.text), and one above.", "legs")
        case .tooMany(let limit):
            (409, "too_many_gtt", "\(limit) trigger orders wait already, the most one user may have. Delete some first.", nil)
        }
    }
}
