// Strict reading of single fields of a legacy document: a value is what it must be, or the fault names the field and what was found.

import Trading
import Wire

struct LegacyFields {
    private let document: ExtendedDocument

    init(_ document: ExtendedDocument) { self.document = document }

    /// The field, or nothing when it is missing or null.
    private func value(_ name: String) -> ExtendedValue? {
        switch document[name] {
        case nil, .null: nil
        case let value?: value
        }
    }

    func objectID(_ name: String) -> ObjectID? {
        if case .objectID(let id) = value(name) { id } else { nil }
    }

    func text(_ name: String) throws(LegacyFault) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case let other?: throw LegacyFault(.type, name, found: other.kind)
        }
    }

    /// A text that must be there; an empty one is missing.
    func requiredText(_ name: String) throws(LegacyFault) -> String {
        guard let text = try text(name), !text.isEmpty else { throw LegacyFault(.missing, name) }
        return text
    }

    func word<Word: RawRepresentable<String>>(_ name: String, as type: Word.Type) throws(LegacyFault) -> Word {
        let text = try requiredText(name)
        guard let word = Word(rawValue: text) else { throw LegacyFault(.enumeration, name, found: LegacyFields.quoted(text)) }
        return word
    }

    func orderID(_ name: String) throws(LegacyFault) -> OrderID {
        let text = try requiredText(name)
        guard let id = OrderID(text) else { throw LegacyFault(.identifier, name, found: LegacyFields.quoted(text)) }
        return id
    }

    /// An ObjectId, or a text that is safe as an id.
    func tradeID(_ name: String) throws(LegacyFault) -> TradeID {
        switch value(name) {
        case nil: throw LegacyFault(.missing, name)
        case .objectID(let id):
            guard let id = TradeID("T" + id.hex) else { preconditionFailure("An ObjectId's digits make a plain id.") }
            return id
        case .string(let text):
            guard let id = TradeID("T" + text) else { throw LegacyFault(.identifier, name, found: LegacyFields.quoted(text)) }
            return id
        case let other?: throw LegacyFault(.type, name, found: other.kind)
        }
    }

    /// An instrument of both fields; without an exchange's name the symbol alone is judged.
    func instrument(symbol: String, exchange: String?) throws(LegacyFault) -> InstrumentID {
        let symbolText = try requiredText(symbol)
        var exchangeText = LegacyFields.anyExchange
        if let exchange {
            exchangeText = try requiredText(exchange)
            guard InstrumentID(exchange: exchangeText, symbol: "X") != nil else {
                throw LegacyFault(.symbol, exchange, found: LegacyFields.quoted(exchangeText))
            }
        }
        guard let id = InstrumentID(exchange: exchangeText, symbol: symbolText) else {
            throw LegacyFault(.symbol, symbol, found: LegacyFields.quoted(symbolText))
        }
        return id
    }

    private static let anyExchange = "NSE"

    /// The largest quantity the legacy engine could store.
    static let largestQuantity: Int128 = 2_147_483_647

    /// A whole number from 1 to 2³¹−1; a double that is whole is one.
    func positiveQuantity(_ name: String) throws(LegacyFault) -> Quantity {
        let number = try whole(name)
        guard let number else { throw LegacyFault(.missing, name) }
        guard number >= 1, number <= LegacyFields.largestQuantity else { throw LegacyFault(.quantity, name, found: String(number)) }
        return Quantity(whole: Int64(number))
    }

    /// A position's quantity: negative is short. Sums of quantities may be larger than one quantity.
    func signedQuantity(_ name: String) throws(LegacyFault) -> Quantity {
        let number = try whole(name)
        guard let number else { throw LegacyFault(.missing, name) }
        guard number.magnitude <= UInt128(Int64.max / fixedPointScale) else { throw LegacyFault(.quantity, name, found: String(number)) }
        return Quantity(whole: Int64(number))
    }

    /// A count that is not used, but must be one where it stands.
    func checkCount(_ name: String) throws(LegacyFault) {
        guard let number = try whole(name) else { return }
        guard number >= 0 else { throw LegacyFault(.quantity, name, found: String(number)) }
    }

    private func whole(_ name: String) throws(LegacyFault) -> Int128? {
        guard let value = value(name) else { return nil }
        switch value.number {
        case nil: throw LegacyFault(.type, name, found: value.kind)
        case .notFinite: throw LegacyFault(.type, name, found: "not a finite number")
        case .tooLarge: throw LegacyFault(.quantity, name, found: "a number beyond 24 digits")
        case .finite(let units, let isWhole):
            guard isWhole else { throw LegacyFault(.type, name, found: FixedPoint.text(units)) }
            return units / Int128(fixedPointScale)
        }
    }

    /// A price of an order or trade: nothing, or from zero to what a book takes.
    func price(_ name: String) throws(LegacyFault) -> Price? {
        guard let value = value(name) else { return nil }
        switch value.number {
        case nil: throw LegacyFault(.type, name, found: value.kind)
        case .notFinite: throw LegacyFault(.amount, name, found: "not a finite number")
        case .tooLarge: throw LegacyFault(.amount, name, found: "a number beyond 24 digits")
        case .finite(let units, _):
            guard units >= 0, units <= Int128(PaperLimits.price.units) else {
                throw LegacyFault(.amount, name, found: FixedPoint.text(units))
            }
            return Price(units: Int64(units))
        }
    }

    /// A derived figure: one that is not finite is named in `notFinite` and left out.
    func amount(_ name: String, notFinite: inout [String]) throws(LegacyFault) -> Money? {
        guard let value = value(name) else { return nil }
        switch value.number {
        case nil: throw LegacyFault(.type, name, found: value.kind)
        case .notFinite:
            notFinite.append(name)
            return nil
        case .tooLarge: throw LegacyFault(.amount, name, found: "a number beyond 24 digits")
        case .finite(let units, _): return Money(units: units)
        }
    }

    /// Milliseconds of a date between the years 1 and 9999.
    func date(_ name: String) throws(LegacyFault) -> Int64? {
        switch value(name) {
        case nil: return nil
        case .date(let milliseconds):
            guard LegacyFields.dates.contains(milliseconds) else { throw LegacyFault(.date, name, found: String(milliseconds)) }
            return milliseconds
        case let other?: throw LegacyFault(.type, name, found: other.kind)
        }
    }

    /// From the second day of year 1 to the last but one of 9999, so that no offset leads out of the calendar.
    private static let dates: ClosedRange<Int64> = -62_135_510_400_000...253_402_214_400_000

    /// The fields that are not among `known`, or nothing when there are none.
    func extras(beside known: Set<String>) -> LegacyExtras? {
        let fields = document.fields.filter { !known.contains($0.name) }
        return fields.isEmpty ? nil : LegacyExtras(fields)
    }

    /// The text as a report may show it: cut, and without control characters.
    static func shown(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
        return shown + (text.unicodeScalars.count > 40 ? "…" : "")
    }

    private static func quoted(_ text: String) -> String { "\"" + shown(text) + "\"" }
}
