// The archive note of an import: what the legacy books claimed and what a book has no place for. It stands beside the book, is read
// by people, and tells a second run of the same import that it is one.

import Platform
import Trading
import Wire

/// One import into one account, as it is remembered.
struct LegacyNote {
    /// Equal for equal books, whichever shape of export they came from.
    let fingerprint: String
    let json: JSONValue
    /// Whether odd fields were left out because they are too many.
    let isCut: Bool

    init(
        _ books: LegacyBooks, _ figures: LegacyFigures, collections: String, offset: MeasuredOffset, snapshot: PaperSnapshot
    ) {
        fingerprint = LegacyNote.fingerprint(of: snapshot)
        var kept = KeptFields(limitBytes: books.limits.noteBytes)
        kept.take(books)
        isCut = kept.isCut
        var note: [(String, JSONValue)] = [
            ("fingerprint", .string(fingerprint)),
            ("collections", .string(collections)),
            ("orders", .number(JSONNumber(Int64(books.orders.count)))),
            ("trades", .number(JSONNumber(Int64(books.trades.count)))),
            ("rejected", .number(JSONNumber(Int64(books.rejectedCount)))),
            ("offset_minutes", .number(JSONNumber(Int64(offset.minutes)))),
            ("offset_from", .string(offset.source.rawValue)),
            ("realised_by_legacy_engine", books.meta.map { .string($0.realised.text) } ?? .null),
            ("realised_by_average_cost", .string(figures.realised.text)),
            ("meta", books.meta.map(LegacyNote.json) ?? .null),
        ]
        if !kept.fields.isEmpty { note.append(("unknown_fields", .array(kept.fields))) }
        if !kept.prices.isEmpty { note.append(("unused_prices", .object(JSONObject(kept.prices.map { ($0.key, $0.value) })))) }
        if kept.isCut { note.append(("is_cut", .bool(true))) }
        json = .object(JSONObject(note))
    }

    /// Whether the notes beside a book say that this import was done.
    func isRemembered(in notes: [JSONValue]) -> Bool {
        notes.contains { $0["fingerprint"]?.string == fingerprint }
    }

    private static func json(_ meta: LegacyMeta) -> JSONValue {
        .object(
            JSONObject([
                ("virtual_capital", .string(meta.virtualCapital.text)), ("available_funds", .string(meta.availableFunds.text)),
                ("invested_funds", .string(meta.investedFunds.text)), ("reserved_funds", .string(meta.reservedFunds.text)),
                ("realized_pnl", .string(meta.realised.text)), ("total_pnl", .string(meta.total.text)),
                ("daily_pnl", .string(meta.daily.text)),
            ]))
    }

    /// A digest over every order and trade of the book, chained in pieces so that the text of all never exists at once.
    private static func fingerprint(of book: PaperSnapshot) -> String {
        var digest: [UInt8] = []
        var piece: [UInt8] = []
        func add(_ text: String) {
            piece.append(contentsOf: text.utf8)
            piece.append(0)
        }
        func chain() {
            digest = Crypto.sha256(digest + piece)
            piece.removeAll(keepingCapacity: true)
        }
        add(book.meta.capital.text)
        for order in book.orders {
            add(order.id.text)
            add(order.instrument.key)
            add(order.side.rawValue + order.product.rawValue + order.kind.word + order.state.rawValue)
            add(String(order.quantity.units))
            add(String(order.kind.limitPrice?.units ?? -1))
            add(String(order.kind.triggerPrice?.units ?? -1))
            add(String(order.averagePrice?.units ?? -1))
            add(String(order.placedAt.microseconds))
            add(order.tag ?? "\u{1}")
            if piece.count > 65_536 { chain() }
        }
        for trade in book.trades {
            add(trade.id.text)
            add(trade.orderID.text)
            add(trade.side.rawValue)
            add(String(trade.quantity.units))
            add(String(trade.price.units))
            add(String(trade.at.microseconds))
            if piece.count > 65_536 { chain() }
        }
        chain()
        return Crypto.hex(digest)
    }
}

/// What a book has no place for, within a limit: fields that the legacy engine never wrote, and prices that an order's type does
/// not use (a limit order's trigger, a market order's price).
private struct KeptFields {
    private(set) var fields: [JSONValue] = []
    private(set) var prices: [(key: String, value: JSONValue)] = []
    private(set) var isCut = false
    private var room: Int

    init(limitBytes: Int) { room = limitBytes }

    mutating func take(_ books: LegacyBooks) {
        if let extras = books.meta?.extras { keep("paper_meta", "global_state", extras) }
        for order in books.orders {
            if let extras = order.extras { keep("paper_orders", order.id.text, extras) }
        }
        for position in books.positions {
            if let extras = position.extras { keep("paper_positions", position.key.instrument.key, extras) }
        }
        for trade in books.trades {
            if let extras = trade.extras { keep("paper_trades", trade.id.text, extras) }
        }
        for order in books.orders { keepPrices(order) }
    }

    private mutating func keep(_ collection: String, _ id: String, _ extras: LegacyExtras) {
        guard let kept = extras.kept else {
            isCut = true
            return
        }
        let value = JSONValue.object(JSONObject([("collection", .string(collection)), ("id", .string(id)), ("fields", kept)]))
        let bytes = value.encoded.count + 1
        guard bytes <= room else {
            isCut = true
            return
        }
        room -= bytes
        fields.append(value)
    }

    private mutating func keepPrices(_ order: LegacyOrder) {
        let usesPrice = order.kind == .limit || order.kind == .stopLimit
        let usesTrigger = order.kind == .stop || order.kind == .stopLimit
        let price = usesPrice ? nil : order.price
        let trigger = usesTrigger ? nil : order.trigger
        guard price != nil || trigger != nil else { return }
        let value = JSONValue.array([price.map { .string($0.text) } ?? .null, trigger.map { .string($0.text) } ?? .null])
        let bytes = order.id.text.utf8.count + value.encoded.count + 4
        guard bytes <= room else {
            isCut = true
            return
        }
        room -= bytes
        prices.append((order.id.text, value))
    }
}
