// The four kinds of legacy documents as strict values. Fields are read by LegacyFields.swift; what follows from all documents of
// an account together is LegacyBooks.swift's business.

import Platform
import Trading
import Wire

/// What kind of document a legacy collection holds; the raw value ends the collection's name.
package enum LegacyKind: String, Sendable, CaseIterable {
    case meta, orders, positions, trades

    /// `paper_orders`, as reports call the collection of any user.
    package var collection: String { "paper_" + rawValue }
}

/// Why a document that could be read is not accepted.
struct LegacyFault: Error, Equatable {
    let code: ImportCode
    let field: String
    /// What was found instead, in words; empty when the code says all.
    let found: String

    init(_ code: ImportCode, _ field: String, found: String = "") {
        self.code = code
        self.field = field
        self.found = found
    }
}

/// Fields beside those that were understood, kept for the archive as long as there is room for them.
package struct LegacyExtras: Equatable, Sendable {
    /// Their names, cut for a report.
    let names: [String]
    /// SHA-256 of all of them, by which two documents are compared even when the fields themselves were let go.
    let digest: [UInt8]
    let bytes: Int
    /// As one JSON object; nothing once they were let go.
    var kept: JSONValue?

    init(_ fields: [ExtendedDocument.Field]) {
        let json = ExtendedValue.document(ExtendedDocument(fields: fields)).json
        names = fields.prefix(LegacyExtras.namesLimit).map { LegacyFields.shown($0.name) }
        let encoded = json.encoded
        digest = Crypto.sha256(encoded)
        bytes = encoded.count
        kept = json
    }

    /// Names listed of one document; more are there only to fill a report.
    static let namesLimit = 100

    package static func == (a: LegacyExtras, b: LegacyExtras) -> Bool { a.digest == b.digest }
}

/// One document of `paper_orders`.
struct LegacyOrder: Equatable, Sendable {
    enum Kind: String, CaseIterable {
        case market = "MARKET"
        case limit = "LIMIT"
        case stopLimit = "SL"
        case stop = "SL-M"
    }

    enum Status: String, CaseIterable {
        case pending = "PENDING"
        case open = "OPEN"
        case complete = "COMPLETE"
        case cancelled = "CANCELLED"
        case rejected = "REJECTED"
    }

    let objectID: ObjectID?
    let id: OrderID
    let instrument: InstrumentID
    let side: Side
    let quantity: Quantity
    let kind: Kind
    let product: Product
    let status: Status
    let price: Price?
    let trigger: Price?
    let average: Price?
    let tag: String?
    let placedBy: String
    /// Milliseconds on the legacy wall clock, as if it were UTC.
    let placed: Int64
    let filled: Int64?
    var extras: LegacyExtras?

    init(_ document: ExtendedDocument) throws(LegacyFault) {
        let fields = LegacyFields(document)
        objectID = fields.objectID("_id")
        id = try fields.orderID("order_id")
        instrument = try fields.instrument(symbol: "tradingsymbol", exchange: "exchange")
        side = try fields.word("transaction_type", as: Side.self)
        quantity = try fields.positiveQuantity("quantity")
        kind = try fields.word("order_type", as: Kind.self)
        product = try fields.word("product", as: Product.self)
        status = try fields.word("status", as: Status.self)
        price = try fields.price("price")
        trigger = try fields.price("trigger_price")
        average = try fields.price("average_price")
        // What remains of an order follows from its status: the legacy engine itself wrote wrong pending quantities after each
        // restart. The three are still checked for their kind, so that a damaged line is not taken for a whole one.
        for name in ["filled_quantity", "pending_quantity", "cancelled_quantity"] { try fields.checkCount(name) }
        tag = try fields.text("tag")
        placedBy = try fields.text("placed_by") ?? "PAPER_TRADING"
        let timestamp = try fields.date("timestamp")
        let orderTimestamp = try fields.date("order_timestamp")
        guard let placed = timestamp ?? orderTimestamp else { throw LegacyFault(.missing, "timestamp") }
        self.placed = placed
        filled = try fields.date("exchange_timestamp")
        extras = fields.extras(beside: LegacyOrder.known)
    }

    private static let known: Set<String> = [
        "_id", "order_id", "tradingsymbol", "exchange", "transaction_type", "quantity", "order_type", "product", "status", "price",
        "trigger_price", "average_price", "filled_quantity", "pending_quantity", "cancelled_quantity", "tag", "placed_by",
        "timestamp", "order_timestamp", "exchange_timestamp",
    ]
}

/// One document of `paper_trades`.
struct LegacyTrade: Equatable, Sendable {
    let objectID: ObjectID?
    /// `T` and the digits of the document's own id, so that a trade has the same name whenever it is imported.
    let id: TradeID
    let orderID: OrderID
    let symbol: String
    let side: Side
    let quantity: Quantity
    let price: Price
    let tag: String?
    let at: Int64
    var extras: LegacyExtras?

    init(_ document: ExtendedDocument) throws(LegacyFault) {
        let fields = LegacyFields(document)
        objectID = fields.objectID("_id")
        id = try fields.tradeID("_id")
        orderID = try fields.orderID("order_id")
        symbol = try fields.instrument(symbol: "symbol", exchange: nil).symbol
        side = try fields.word("action", as: Side.self)
        quantity = try fields.positiveQuantity("quantity")
        guard let price = try fields.price("price") else { throw LegacyFault(.missing, "price") }
        guard price > .zero else { throw LegacyFault(.amount, "price", found: price.text) }
        self.price = price
        tag = try fields.text("tag")
        guard let at = try fields.date("timestamp") else { throw LegacyFault(.missing, "timestamp") }
        self.at = at
        extras = fields.extras(beside: LegacyTrade.known)
    }

    private static let known: Set<String> = ["_id", "timestamp", "order_id", "symbol", "action", "quantity", "price", "tag"]
}

/// One document of `paper_positions`. Only what can be held against the trades is kept; the trades make the position.
struct LegacyPosition: Equatable, Sendable {
    let objectID: ObjectID?
    let key: PositionKey
    let quantity: Quantity
    /// Nothing when it was not finite.
    let averagePrice: Price?
    let opened: Int64?
    /// Figures that were NaN or infinite.
    let notFinite: [String]
    var extras: LegacyExtras?

    init(_ document: ExtendedDocument) throws(LegacyFault) {
        let fields = LegacyFields(document)
        objectID = fields.objectID("_id")
        let instrument = try fields.instrument(symbol: "symbol", exchange: "exchange")
        key = PositionKey(instrument: instrument, product: try fields.word("product", as: Product.self))
        quantity = try fields.signedQuantity("quantity")
        var notFinite: [String] = []
        let average = try fields.amount("average_price", notFinite: &notFinite)
        averagePrice = average.flatMap { Int64(exactly: $0.units) }.map(Price.init(units:))
        for name in ["last_price", "unrealised_pnl", "realised_pnl", "buy_value", "sell_value"] {
            _ = try fields.amount(name, notFinite: &notFinite)
        }
        for name in ["buy_quantity", "sell_quantity"] { try fields.checkCount(name) }
        opened = try fields.date("opened_at")
        _ = try fields.date("updated_at")
        self.notFinite = notFinite
        extras = fields.extras(beside: LegacyPosition.known)
    }

    private static let known: Set<String> = [
        "_id", "symbol", "exchange", "product", "quantity", "average_price", "last_price", "unrealised_pnl", "realised_pnl",
        "buy_quantity", "buy_value", "sell_quantity", "sell_value", "opened_at", "updated_at",
    ]
}

/// The one document of `paper_meta`: what the legacy engine believed. Kept as a note; the balances are made from the trades.
package struct LegacyMeta: Equatable, Sendable {
    package let virtualCapital: Money
    package let availableFunds: Money
    package let investedFunds: Money
    package let reservedFunds: Money
    package let realised: Money
    package let total: Money
    package let daily: Money
    /// Milliseconds on the legacy wall clock.
    let updated: Int64?
    let notFinite: [String]
    var extras: LegacyExtras?

    /// The capital of an account whose meta does not say: what the legacy engine began with.
    package static let defaultCapital = Money(whole: 100_000)

    init(_ document: ExtendedDocument) throws(LegacyFault) {
        let fields = LegacyFields(document)
        var notFinite: [String] = []
        let capital = try fields.amount("virtual_capital", notFinite: &notFinite) ?? LegacyMeta.defaultCapital
        guard capital > .zero, capital <= PaperLimits.capital else { throw LegacyFault(.amount, "virtual_capital", found: capital.text) }
        virtualCapital = capital
        availableFunds = try fields.amount("available_funds", notFinite: &notFinite) ?? LegacyMeta.defaultCapital
        investedFunds = try fields.amount("invested_funds", notFinite: &notFinite) ?? .zero
        reservedFunds = try fields.amount("reserved_funds", notFinite: &notFinite) ?? .zero
        realised = try fields.amount("realized_pnl", notFinite: &notFinite) ?? .zero
        total = try fields.amount("total_pnl", notFinite: &notFinite) ?? .zero
        daily = try fields.amount("daily_pnl", notFinite: &notFinite) ?? .zero
        updated = try fields.date("updated_at")
        self.notFinite = notFinite
        extras = fields.extras(beside: LegacyMeta.known)
    }

    private static let known: Set<String> = [
        "_id", "virtual_capital", "available_funds", "invested_funds", "reserved_funds", "realized_pnl", "total_pnl", "daily_pnl",
        "updated_at",
    ]
}
