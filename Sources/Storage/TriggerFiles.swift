// The documents below `triggers/`: what a user lets wait outside the books until a price comes. Field by field by hand, so this file is the
// documentation of the format. What a trigger does is `Trading/Triggers`.

import Trading
import Wire

/// The trigger orders of one user, over all books: those that wait, and the newest of those that ended.
package struct TriggerList: Hashable, Sendable {
    /// Waiting at once.
    package static let activeLimit = 250
    /// Ended ones that are kept.
    package static let endedLimit = 250

    package let user: UserID
    /// By id, so in the order they were made.
    package private(set) var triggers: [GoodTillTriggered]
    /// The highest id that was ever given.
    private var lastID: Int64

    package init(user: UserID) {
        self.user = user
        triggers = []
        lastID = 0
    }

    package subscript(_ id: Int64) -> GoodTillTriggered? { triggers.first { $0.id == id } }

    package var activeCount: Int { triggers.reduce(0) { $0 + ($1.isActive ? 1 : 0) } }

    /// Those that wait in a book, in one instrument where one is named.
    package func active(in book: BookName, _ instrument: InstrumentID? = nil) -> [GoodTillTriggered] {
        triggers.filter { $0.isActive && $0.book == book && (instrument == nil || $0.instrument == instrument) }
    }

    /// An id that was not given before: the milliseconds of its time and 12 bits of `chance`, which a client can hold as a number, or
    /// the next number.
    package func newID(at now: Timestamp, chance: Int64) -> Int64 { max(lastID + 1, now.milliseconds << 12 | (chance & 0xFFF)) }

    /// Adds a trigger, or puts it in the place of the one of its id; of those that ended the oldest go when there are too many.
    package mutating func set(_ trigger: GoodTillTriggered) {
        lastID = max(lastID, trigger.id)
        if let index = triggers.firstIndex(where: { $0.id == trigger.id }) {
            triggers[index] = trigger
        } else {
            triggers.append(trigger)
        }
        let ended = triggers.filter { !$0.isActive }.sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }
        let gone = Set(ended.dropLast(TriggerList.endedLimit).map(\.id))
        if !gone.isEmpty { triggers.removeAll { gone.contains($0.id) } }
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("u", .string(user.text)), ("last_id", .number(JSONNumber(lastID))), ("triggers", .array(triggers.map(\.value))),
            ]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let user = document["u"]?.string.flatMap({ UserID(stored: $0) }), let lastID = document["last_id"]?.int64,
            let list = document["triggers"]?.array
        else { return nil }
        self.user = user
        self.lastID = lastID
        triggers = []
        for value in list {
            guard let trigger = GoodTillTriggered(value), trigger.id > triggers.last?.id ?? 0, trigger.id <= lastID else { return nil }
            triggers.append(trigger)
        }
    }
}

extension GoodTillTriggered {
    fileprivate var value: JSONValue {
        .object(
            JSONObject([
                ("id", .number(JSONNumber(id))),
                ("bk", .string(book.text)),
                ("exchange", .string(instrument.exchange)),
                ("tradingsymbol", .string(instrument.symbol)),
                ("reference", .string(reference.text)),
                ("state", .string(state.rawValue)),
                ("created_at", .string(createdAt.utcText)),
                ("updated_at", .string(updatedAt.utcText)),
                ("expires_at", .string(expiresAt.utcText)),
                ("legs", .array(legs.map(\.value))),
            ]))
    }

    fileprivate init?(_ value: JSONValue) {
        func time(_ name: String) -> Timestamp? { value[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
        guard let id = value["id"]?.int64, let bookText = value["bk"]?.string,
            let book = bookText == BookName.default.text ? .default : BookName(bookText),
            let exchange = value["exchange"]?.string, let symbol = value["tradingsymbol"]?.string,
            let instrument = InstrumentID(exchange: exchange, symbol: symbol), let reference = Price(member: value["reference"]),
            let state = value["state"]?.string.flatMap(State.init(rawValue:)), let createdAt = time("created_at"),
            let updatedAt = time("updated_at"), let expiresAt = time("expires_at"), let list = value["legs"]?.array
        else { return nil }
        let legs = list.compactMap { Leg($0) }
        guard legs.count == list.count, (1...2).contains(legs.count) else { return nil }
        self.init(
            id: id, book: book, terms: Terms(instrument: instrument, legs: legs), reference: reference, createdAt: createdAt,
            updatedAt: updatedAt, expiresAt: expiresAt, state: state)
    }
}

extension GoodTillTriggered.Leg {
    fileprivate var value: JSONValue {
        .object(
            JSONObject([
                ("trigger", .string(trigger.text)),
                ("side", .string(side.rawValue)),
                ("product", .string(product.rawValue)),
                ("qty", .string(quantity.text)),
                ("limit", .string(limit.text)),
                ("outcome", outcome?.value ?? .null),
            ]))
    }

    fileprivate init?(_ value: JSONValue) {
        guard let trigger = Price(member: value["trigger"]), let side = value["side"]?.string.flatMap(Side.init(rawValue:)),
            let product = value["product"]?.string.flatMap(Product.init(rawValue:)),
            let quantity = value["qty"]?.string.flatMap({ FixedPoint.parse($0) }).flatMap({ Int64(exactly: $0) }),
            let limit = Price(member: value["limit"]), let outcome = value["outcome"]
        else { return nil }
        self.init(trigger: trigger, side: side, product: product, quantity: Quantity(units: quantity), limit: limit)
        guard outcome != .null else { return }
        guard let at = outcome["at"]?.string.flatMap({ Timestamp(rfc3339: $0) }), let price = Price(member: outcome["price"]) else {
            return nil
        }
        self.outcome = GoodTillTriggered.Outcome(
            at: at, price: price, order: outcome["order"]?.string.flatMap { OrderID($0) }, rejection: outcome["rejection"]?.string)
    }
}

extension GoodTillTriggered.Outcome {
    fileprivate var value: JSONValue {
        .object(
            JSONObject([
                ("at", .string(at.utcText)), ("price", .string(price.text)), ("order", order.map { .string($0.text) } ?? .null),
                ("rejection", rejection.map { .string($0) } ?? .null),
            ]))
    }
}

extension Price {
    fileprivate init?(member: JSONValue?) {
        guard let units = member?.string.flatMap({ FixedPoint.parse($0) }), let small = Int64(exactly: units) else { return nil }
        self.init(units: small)
    }
}
