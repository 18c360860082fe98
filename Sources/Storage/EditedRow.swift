// Whether a line that somebody wrote is a row of its file: every member known, every value possible, and nothing that our own reading
// would pass over without a word.

import Trading
import Wire

enum EditedRow {
    /// Why the row cannot be one, as a sentence about the line; nothing when it can. `row` is an object without blanks.
    static func problem(of row: [UInt8], _ file: BookFile) -> String? {
        var written = RowWriter()
        written.raw("{")
        let problem = row.withUnsafeBytes { bytes -> String? in
            var reader = RowReader(bytes)
            var decoder = PaperBooks.Decoder()
            switch file {
            case .orders:
                guard let order = decoder.order(&reader) else { return unreadable(row, "order", of: file) }
                if let problem = impossible(order) { return problem }
                PaperBooks.write(order, to: &written)
            case .positions:
                guard let position = decoder.position(&reader) else { return unreadable(row, "position", of: file) }
                if let problem = impossible(position) { return problem }
                PaperBooks.write(position, to: &written)
            case .trades:
                guard let trade = decoder.trade(&reader) else { return unreadable(row, "trade", of: file) }
                if let problem = impossible(trade) { return problem }
                PaperBooks.write(trade, to: &written)
            case .meta:
                guard let meta = decoder.meta(&reader) else { return unreadable(row, "set of figures", of: file) }
                if let problem = impossible(meta) { return problem }
                written.raw("\"v\":1")
                PaperBooks.write(meta, to: &written)
            }
            return nil
        }
        if let problem { return problem }
        written.raw("}")
        let (given, kept) = (object(row), object(written.bytes))
        for (name, value) in given.members where !frame(file).contains(name) {
            guard let own = kept[name] else { return "no member `\(name)` belongs here" }
            if !isSame(value, own) { return "`\(name)` is \(text(value)), which the rest of the line makes \(text(own))" }
        }
        return nil
    }

    /// What the store puts around a row and makes anew.
    private static func frame(_ file: BookFile) -> Set<String> {
        file == .meta ? ["v", "seq", "t", "pc", "jc", "n", "fc", "crc"] : ["n", "v", "seq", "t", "crc"]
    }

    /// Amounts beyond it would not fit the sums. In units.
    private static let moneyLimit: Int128 = 10_000_000_000_000_000_000_000_000_000
    private static let epochs = 1...1_000_000

    private static func isPossible(_ amounts: Money...) -> Bool {
        amounts.allSatisfy { (-moneyLimit...moneyLimit).contains($0.units) }
    }

    private static func impossible(_ order: Order) -> String? {
        let (quantity, most) = (order.quantity, PaperLimits.turnoverQuantity)
        guard quantity > .zero, quantity <= most else { return "`quantity` must be above 0 and at most \(most.text)" }
        guard order.filledQuantity >= .zero, order.filledQuantity <= quantity, order.cancelledQuantity >= .zero,
            order.cancelledQuantity <= quantity - order.filledQuantity
        else { return "what is filled and cancelled is more than `quantity`, or below 0" }
        guard isPossible(order.filledValue, order.reserved) else { return "an amount is too large" }
        guard order.modifications >= 0 else { return "`modifications` must not be below 0" }
        return epochs.contains(order.epoch) ? nil : "`epoch` must be 1 or above"
    }

    private static func impossible(_ position: Position) -> String? {
        let most = PaperLimits.turnoverQuantity
        guard position.quantity >= -most, position.quantity <= most, position.buyQuantity >= .zero, position.buyQuantity <= most,
            position.sellQuantity >= .zero, position.sellQuantity <= most
        else { return "a quantity must be at most \(most.text), and what was bought or sold not below 0" }
        guard position.cost >= .zero, position.margin >= .zero,
            isPossible(position.cost, position.margin, position.buyValue, position.sellValue, position.realised)
        else {
            return "an amount is too large, or `cost` or `margin` is below 0"
        }
        // Per unit it has to be a price.
        let highest = Int128(Int64.max / 2) * Int128(position.quantity.magnitude.units) / Int128(fixedPointScale)
        guard position.isFlat || position.cost.units <= highest else { return "`cost` is too large for `quantity`" }
        return epochs.contains(position.epoch) ? nil : "`epoch` must be 1 or above"
    }

    private static func impossible(_ trade: Trade) -> String? {
        let most = PaperLimits.turnoverQuantity
        guard trade.quantity > .zero, trade.quantity <= most else { return "`quantity` must be above 0 and at most \(most.text)" }
        guard trade.isPriced else { return "`price` must be above 0" }
        guard isPossible(trade.charges, trade.realised ?? .zero) else { return "an amount is too large" }
        return epochs.contains(trade.epoch) ? nil : "`epoch` must be 1 or above"
    }

    private static func impossible(_ meta: BookMeta) -> String? {
        guard
            isPossible(
                meta.capital, meta.cash, meta.available, meta.invested, meta.reserved, meta.realised, meta.charges, meta.dayRealised)
        else { return "an amount is too large" }
        return epochs.contains(meta.epoch) ? nil : "`epoch` must be 1 or above"
    }

    /// Names what is missing, when that is it.
    private static func unreadable(_ row: [UInt8], _ what: String, of file: BookFile) -> String {
        let given = object(row)
        let missing = required(file).filter { given[$0] == nil }
        if !missing.isEmpty { return "not a whole \(what): \(missing.map { "`\($0)`" }.joined(separator: ", ")) missing" }
        return "not a \(what): a value is not of its kind"
    }

    private static func required(_ file: BookFile) -> [String] {
        switch file {
        case .orders:
            [
                "order_id", "tradingsymbol", "exchange", "transaction_type", "quantity", "order_type", "product", "validity", "status",
                "filled_quantity", "pending_quantity", "cancelled_quantity", "filled_value", "reserved", "triggered", "order_timestamp",
                "updated_at", "placed_by", "modifications", "epoch",
            ]
        case .positions:
            [
                "symbol", "exchange", "product", "quantity", "average_price", "cost", "buy_quantity", "buy_value", "sell_quantity",
                "sell_value", "realised_pnl", "opened_at", "updated_at", "epoch",
            ]
        case .trades:
            [
                "trade_id", "order_id", "symbol", "exchange", "product", "action", "quantity", "price", "charges", "fill_rule", "traded_at",
                "epoch",
            ]
        case .meta:
            [
                "virtual_capital", "cash", "available_funds", "invested_funds", "reserved_funds", "realized_pnl", "total_pnl", "daily_pnl",
                "charges", "epoch", "updated_at",
            ]
        }
    }

    /// The same amount or instant may be written in several ways.
    private static func isSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
        if a == b { return true }
        func digits(_ value: JSONValue) -> String? { value.string ?? value.number?.text }
        guard let a = digits(a), let b = digits(b) else { return false }
        if let a = FixedPoint.parse(a), let b = FixedPoint.parse(b) { return a == b }
        if let a = Timestamp(rfc3339: a), let b = Timestamp(rfc3339: b) { return a == b }
        return false
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }

    private static func object(_ bytes: [UInt8]) -> JSONObject {
        do {
            return try JSONParser.parse(bytes, limits: JSONLimits(stringBytes: SealedLine.limitBytes)).object ?? JSONObject()
        } catch {
            preconditionFailure("What was read or written before is JSON: \(error)")
        }
    }
}
