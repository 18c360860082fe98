// A contract note of orders that need not exist: what they would be charged, line by line, by the rules of today or of another day.

import House
import Trading
import Wire

enum ContractNoteRoute {
    /// Orders of one note.
    static let orderLimit = 100
    /// Bytes of the name that the caller gives an order, and of its variety, which both only come back.
    static let nameLimitBytes = 64

    private static let known = [
        "order_id", "exchange", "tradingsymbol", "transaction_type", "variety", "product", "order_type", "quantity", "average_price",
        "instrument_type", "multiplier",
    ]

    /// One order of a note, priced.
    private struct Line {
        let orderID: String?
        let instrument: InstrumentID
        let side: Side
        let variety: String
        let product: Product
        let orderType: String
        let quantity: Quantity
        let price: Price
        let tax: TransactionTax
        let charges: Charges
    }

    @Sendable static func charges(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["orders", "date"])
        let date = try self.date(body) ?? CivilDate(dayNumber: house.market.now.dayNumber(offsetSeconds: indiaOffsetSeconds))
        let lines = try body.objects("orders", count: orderLimit, allowing: known).map { try line($0, on: date, house.market) }
        return .object { json in
            json.member("status", "success")
            json.member("date", date.description)
            json.array("orders") { json in
                for line in lines { write(line, &json) }
            }
            write("total", lines.reduce(Charges.none) { $0 + $1.charges }, nil, &json)
        }
    }

    private static func date(_ body: Fields) throws -> CivilDate? {
        guard let text = try body.optionalText("date", limit: 10) else { return nil }
        guard let date = CivilDate(text) else { throw rule("date", "`date` must be a day such as 2026-04-01.") }
        return date
    }

    private static func line(_ fields: Fields, on date: CivilDate, _ market: MarketHub) throws -> Line {
        let exchange = try fields.text("exchange", limit: 12).uppercased()
        let symbol = try fields.text("tradingsymbol", limit: 40).uppercased()
        guard let id = InstrumentID(exchange: exchange, symbol: symbol) else {
            throw FieldProblem(
                place: .body, field: fields.path + "tradingsymbol", kind: .notAnIdentifier("a trading symbol"), input: .string(symbol))
        }
        let listed = market.instrument(for: id)
        let segment = try segment(fields, id, listed)
        let product: Product = try fields.word("product", default: .intraday, uppercasing: true)
        let (quantity, price) = (try fields.quantity("quantity"), try fields.price("average_price"))
        guard quantity <= PaperLimits.orderQuantity, price <= PaperLimits.price else {
            throw rule(
                fields.path + "quantity",
                "An order has at most \(PaperLimits.orderQuantity.text) at a price up to \(PaperLimits.price.text).")
        }
        let multiplier = try fields.optionalQuantity("multiplier") ?? listed?.multiplier ?? Quantity(whole: 1)
        guard multiplier <= multiplierLimit else {
            throw rule(fields.path + "multiplier", "`multiplier` is at most \(multiplierLimit.text).")
        }
        guard let rates = market.rules.chargeRates(exchange, segment, product, on: date) else {
            throw rule(fields.path + "exchange", "No charges are known for \(exchange) \(segment.rawValue); the rule pack has none.")
        }
        let side: Side = try fields.word("transaction_type", uppercasing: true)
        return Line(
            orderID: try fields.optionalPrintable("order_id", limit: nameLimitBytes), instrument: id, side: side,
            variety: try fields.printable("variety", limit: nameLimitBytes, default: "regular"), product: product,
            orderType: try orderType(fields), quantity: quantity, price: price, tax: rates.tax,
            charges: rates.charges(side, value: ChargeRates.value(price, quantity, multiplier: multiplier)))
    }

    /// Units of the underlying that one of quantity may stand for.
    private static let multiplierLimit = Quantity(whole: 1_000_000)

    private static func orderType(_ fields: Fields) throws -> String {
        let word = try fields.text("order_type", limit: 8, default: "MARKET").uppercased()
        let known = ["MARKET", "LIMIT", "SL", "SL-M"]
        guard known.contains(word) else {
            throw FieldProblem(place: .body, field: fields.path + "order_type", kind: .notOneOf(known), input: .string(word))
        }
        return word
    }

    /// What the list says; else what the caller says; else what every exchange's symbols end with.
    private static func segment(_ fields: Fields, _ id: InstrumentID, _ listed: Instrument?) throws -> MarketSegment {
        if let listed {
            guard let segment = listed.marketSegment else {
                throw rule(fields.path + "tradingsymbol", "\(id.key) is an index: it is not traded and has no charges.")
            }
            return segment
        }
        if let kind = try fields.optionalText("instrument_type", limit: 8)?.uppercased() {
            guard let segment = MarketSegment(kind: kind) else {
                throw FieldProblem(
                    place: .body, field: fields.path + "instrument_type", kind: .notOneOf(["EQ", "FUT", "CE", "PE", "SPOT"]),
                    input: .string(kind))
            }
            return segment
        }
        if id.exchange == "CRYPTO" { return .spot }
        if ["NSE", "BSE"].contains(id.exchange) { return .equity }
        if id.symbol.hasSuffix("FUT") { return .futures }
        if id.symbol.hasSuffix("CE") || id.symbol.hasSuffix("PE") { return .options }
        throw rule(fields.path + "instrument_type", "\(id.key) is not listed: say `instrument_type` (EQ, FUT, CE, PE or SPOT).")
    }

    private static func rule(_ field: String, _ text: String) -> FieldProblem {
        FieldProblem(place: .body, field: field, kind: .rule(code: "malformed", text: text))
    }

    private static func write(_ line: Line, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("order_id", line.orderID)
        json.member("transaction_type", line.side.rawValue)
        json.member("tradingsymbol", line.instrument.symbol)
        json.member("exchange", line.instrument.exchange)
        json.member("variety", line.variety)
        json.member("product", line.product.rawValue)
        json.member("order_type", line.orderType)
        json.member("quantity", line.quantity)
        json.member("price", line.price)
        write("charges", line.charges, line.tax, &json)
        json.endObject()
    }

    /// GST in one piece, as for a customer outside of the broker's state.
    private static func write(_ name: StaticString, _ charges: Charges, _ tax: TransactionTax?, _ json: inout JSONWriter) {
        json.object(name) { json in
            json.member("transaction_tax", charges.transactionTax)
            if let tax { json.member("transaction_tax_type", tax.rawValue) }
            json.member("exchange_turnover_charge", charges.exchange)
            json.member("sebi_turnover_charge", charges.sebi)
            json.member("brokerage", charges.brokerage)
            json.member("stamp_duty", charges.stamp)
            json.object("gst") { json in
                json.member("igst", charges.gst)
                json.member("cgst", Money.zero)
                json.member("sgst", Money.zero)
                json.member("total", charges.gst)
            }
            json.member("total", charges.total)
        }
    }
}
