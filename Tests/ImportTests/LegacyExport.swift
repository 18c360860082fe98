// A small history of legacy trading, made here, and its export in every shape: the documents as values, and printers for the three
// JSON dialects and for BSON.

import Platform
import Trading
import Wire

@testable import Storage

/// One set of legacy collections.
struct LegacyExport {
    var documents: [LegacyKind: [ExtendedDocument]] = [:]

    enum Shape: String, CaseIterable, Sendable {
        case relaxed, canonical, v1, mixed, array, pretty, windows, bson
    }

    subscript(kind: LegacyKind) -> [ExtendedDocument] {
        get { documents[kind] ?? [] }
        set { documents[kind] = newValue }
    }

    /// The files of the set as an export of that shape has them.
    func files(_ shape: Shape, prefix: String = "", isPacked: Bool = false) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (kind, documents) in documents {
            let bytes = LegacyExport.print(documents, shape)
            let name = prefix + kind.collection + (shape == .bson ? ".bson" : ".json")
            files[isPacked ? name + ".gz" : name] = isPacked ? Gzip.compress(bytes) : bytes
        }
        return files
    }

    static func print(_ documents: [ExtendedDocument], _ shape: Shape) -> [UInt8] {
        var text = ""
        switch shape {
        case .bson: return documents.flatMap(BSONBytes.document)
        case .relaxed, .canonical, .v1:
            for document in documents { text += ExportText(shape).print(document) + "\n" }
        case .mixed:
            let dialects: [Shape] = [.relaxed, .canonical, .v1]
            for (index, document) in documents.enumerated() { text += ExportText(dialects[index % 3]).print(document) + "\n" }
        case .array: text = "[" + documents.map(ExportText(.relaxed).print).joined(separator: ",") + "]\n"
        case .pretty:
            for document in documents {
                text +=
                    "{\n\t" + document.fields.map { "\"\($0.name)\": " + ExportText(.relaxed).print($0.value) }.joined(separator: ",\n\t")
                    + "\n}\n"
            }
        case .windows:
            text = "\u{FEFF}"
            for document in documents { text += ExportText(.relaxed).print(document) + "\r\n\r\n" }
        }
        return Array(text.utf8)
    }

    /// Documents of one trading day: five symbols, every kind of order, shorts, partial exits, flips, zeros nowhere.
    ///
    /// `aheadMinutes` is how far the legacy clock ran ahead of UTC.
    static func day(orders count: Int = 40, aheadMinutes: Int = 330, seed: UInt64 = 7, idBase: UInt32 = 0) -> LegacyExport {
        var chance = Chance(seed: seed)
        var export = LegacyExport()
        var seconds: Int64 = 1_767_671_512
        var counter = UInt64(seed) << 32
        var cash = Money(whole: 100_000)
        struct Held {
            var quantity: Int64 = 0
            var bought: Int64 = 0
            var sold: Int64 = 0
            var buyValue = Money.zero
            var sellValue = Money.zero
            var opened: Int64 = 0
        }
        var held: [String: Held] = [:]
        func object() -> (ExtendedValue, Int64) {
            counter += 1
            var bytes: [UInt8] = []
            for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: seconds >> Int64(shift))) }
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: counter >> UInt64(shift))) }
            let milliseconds = (seconds + Int64(aheadMinutes) * 60) * 1000 + Int64(counter % 1000)
            return (ObjectID(bytes: bytes).map { .objectID($0) } ?? .null, milliseconds)
        }
        func price(_ units: Int64) -> ExtendedValue {
            // A whole price arrives as an integer, as from the broker.
            units % fixedPointScale == 0 ? .integer(units / fixedPointScale) : .double(FixedPoint.text(Int128(units)))
        }
        for number in 0..<count {
            seconds += 1 + Int64(chance.below(90))
            let symbol = ["INFY", "M&M", "ITC", "BAJAJ-AUTO", "TCS"][chance.below(5)]
            let product = symbol == "ITC" ? "CNC" : "MIS"
            let isBuy = symbol == "ITC" ? held[symbol, default: Held()].quantity < 5 || chance.below(2) == 0 : chance.below(2) == 0
            let quantity = Int64(1 + chance.below(symbol == "ITC" && !isBuy ? 4 : 9))
            let units = Int64(20_000 + chance.below(8_000) * 5) * 1_000_000
            let (id, at) = object()
            let kind = ["MARKET", "MARKET", "MARKET", "LIMIT", "SL", "SL-M"][chance.below(6)]
            let status = kind == "MARKET" ? "COMPLETE" : chance.below(3) == 0 ? "CANCELLED" : "PENDING"
            let digits = String(UInt32(number) &* 2_654_435_761 &+ idBase, radix: 16, uppercase: true)
            let orderID = "PAPER_" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
            let tag: ExtendedValue = [.null, .string("MANUAL"), .string("BOT_" + symbol), .string("खरीद \"आज\"")][chance.below(4)]
            let usesPrice = kind == "LIMIT" || kind == "SL" || chance.below(5) == 0
            func when(_ state: String) -> ExtendedValue { .integer(status == state ? quantity : 0) }
            export[.orders].append(
                ExtendedDocument([
                    ("_id", id), ("order_id", .string(orderID)), ("average_price", status == "COMPLETE" ? price(units) : .null),
                    ("cancelled_quantity", when("CANCELLED")), ("exchange", "NSE"),
                    ("exchange_timestamp", status == "COMPLETE" ? .date(milliseconds: at + 3) : .null),
                    ("filled_quantity", when("COMPLETE")),
                    ("order_timestamp", .date(milliseconds: at)), ("order_type", .string(kind)), ("pending_quantity", when("PENDING")),
                    ("placed_by", "PAPER_TRADING"), ("price", usesPrice ? price(units) : .null), ("product", .string(product)),
                    ("quantity", .integer(quantity)), ("status", .string(status)), ("tag", tag), ("timestamp", .date(milliseconds: at)),
                    ("tradingsymbol", .string(symbol)), ("transaction_type", isBuy ? "BUY" : "SELL"),
                    ("trigger_price", kind.hasPrefix("SL") ? price(units) : .null),
                ]))
            guard status == "COMPLETE" else { continue }
            let (tradeID, _) = object()
            export[.trades].append(
                ExtendedDocument([
                    ("_id", tradeID), ("timestamp", .date(milliseconds: at + 5)), ("order_id", .string(orderID)),
                    ("symbol", .string(symbol)),
                    ("action", isBuy ? "BUY" : "SELL"), ("quantity", .integer(quantity)), ("price", price(units)), ("tag", tag),
                ]))
            let value = Price(units: units).value(of: Quantity(whole: quantity))
            cash = isBuy ? cash - value : cash + value
            var own = held[symbol, default: Held()]
            if own.quantity == 0 { own = Held(opened: at) }
            own.quantity += isBuy ? quantity : -quantity
            if isBuy {
                own.bought += quantity
                own.buyValue += value
            } else {
                own.sold += quantity
                own.sellValue += value
            }
            held[symbol] = own
        }
        for (symbol, own) in held.sorted(by: { $0.key < $1.key }) where own.quantity != 0 {
            let average = Money(units: (own.buyValue - own.sellValue).units / Int128(own.quantity)).magnitude
            export[.positions].append(
                ExtendedDocument([
                    ("_id", object().0), ("symbol", .string(symbol)), ("exchange", "NSE"), ("product", symbol == "ITC" ? "CNC" : "MIS"),
                    ("average_price", .double(average.text)), ("buy_quantity", .integer(own.bought)),
                    ("buy_value", .double(own.buyValue.text)),
                    ("last_price", .integer(300)), ("opened_at", .date(milliseconds: own.opened)), ("quantity", .integer(own.quantity)),
                    ("realised_pnl", .double("0.0")), ("sell_quantity", .integer(own.sold)), ("sell_value", .double(own.sellValue.text)),
                    ("unrealised_pnl", .double("-1.5")), ("updated_at", .date(milliseconds: own.opened)),
                ]))
        }
        export[.meta] = [
            ExtendedDocument([
                ("_id", "global_state"), ("available_funds", .double(cash.text)), ("daily_pnl", .double("-147.19999999999857")),
                ("invested_funds", .double("1.035E+04")), ("realized_pnl", .double("2685.4000000000005")),
                ("reserved_funds", .double("0.0")),
                ("total_pnl", .double("2685.4000000000005")), ("updated_at", .date(milliseconds: object().1)),
                ("virtual_capital", .double("1E+05")),
            ])
        ]
        return export
    }
}

/// SplitMix64, for histories that are the same each time.
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

extension ExtendedDocument {
    init(_ fields: [(String, ExtendedValue)]) { self.init(fields: fields.map { Field(name: $0.0, value: $0.1) }) }

    /// With a field changed, added, or removed.
    func with(_ name: String, _ value: ExtendedValue?) -> ExtendedDocument {
        var copy = self
        if let index = copy.fields.firstIndex(where: { $0.name == name }) {
            copy.fields.remove(at: index)
            if let value { copy.fields.insert(Field(name: name, value: value), at: index) }
        } else if let value {
            copy.fields.append(Field(name: name, value: value))
        }
        return copy
    }
}

extension ExtendedValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}
