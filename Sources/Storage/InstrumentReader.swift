// One list of instruments into values: a broker's dump as it comes, or a plain table with the columns somebody has. All or nothing; what
// becomes of the list is `InstrumentFiles`' business.

import Platform
import Trading
import Wire

/// Reads one list.
///
/// The columns are those of Kite's dump (`instrument_token, exchange_token, tradingsymbol, name, last_price, expiry, strike, tick_size,
/// lot_size, instrument_type, segment, exchange`) and four more: `underlying, freeze_quantity, multiplier, closing_auction`. Needed are
/// `exchange`, `tradingsymbol`, `tick_size` and `lot_size`; columns of other names are passed over, `last_price` with them, because it is
/// of another day.
package struct InstrumentReader {
    /// A full dump of all exchanges is about 9 MB and 100,000 rows.
    package static let limits = TableLimits(fileBytes: 32 << 20, unpackedBytes: 64 << 20, rows: InstrumentMaster.limit)

    private let file: String
    private var columns: Columns?
    private var instruments: [Instrument] = []
    private var ids: Set<InstrumentID> = []
    private var tokens: Set<Int64> = []
    /// Rows that came without a number; they get theirs when all given ones are known.
    private var withoutToken: [Int] = []

    private struct Columns {
        let exchange: Int
        let symbol: Int
        let tick: Int
        let lot: Int
        let token: Int?
        let exchangeToken: Int?
        let name: Int?
        let expiry: Int?
        let strike: Int?
        let kind: Int?
        let segment: Int?
        let underlying: Int?
        let freeze: Int?
        let multiplier: Int?
        let auction: Int?
    }

    /// All instruments of a file.
    package static func read(_ name: String, of disk: any Disk, limits: TableLimits = limits) throws(TableFailure) -> [Instrument] {
        var reader = InstrumentReader(file: name)
        try TableFile.read(name, of: disk, limits: limits) { row, parser throws(TableFailure) in try reader.take(row, parser) }
        guard !reader.instruments.isEmpty else { throw TableFailure(file: name, reason: "it lists no instrument") }
        return reader.numbered()
    }

    private init(file: String) { self.file = file }

    private mutating func take(_ row: [String], _ parser: CSVParser) throws(TableFailure) {
        let columns: Columns
        if let known = self.columns { columns = known } else { columns = try readHeader(parser) }
        self.columns = columns
        let line = parser.line
        func failure(_ column: String, _ reason: String) -> TableFailure {
            TableFailure(file: file, line: line, column: column, reason: reason)
        }
        func text(_ column: Int?) -> String { column.map { row[$0] } ?? "" }
        func number(_ column: Int?, _ name: String) throws(TableFailure) -> Int64 {
            let text = text(column)
            guard let units = FixedPoint.parse(text), units >= 0, let small = Int64(exactly: units) else {
                throw failure(name, "\(shown(text)) is no number from zero on")
            }
            return small
        }
        func whole(_ column: Int?, _ name: String, atLeast least: Int64) throws(TableFailure) -> Int64 {
            guard let value = Int64(text(column)), value >= least else { throw failure(name, "\(shown(text(column))) is no whole number") }
            return value
        }
        let exchange = text(columns.exchange)
        guard let id = InstrumentID(exchange: exchange, symbol: text(columns.symbol)) else {
            let isExchange = InstrumentID(exchange: exchange, symbol: "A") != nil
            throw failure(
                isExchange ? "tradingsymbol" : "exchange", "\(shown(text(isExchange ? columns.symbol : columns.exchange))) cannot be one")
        }
        guard ids.insert(id).inserted else { throw failure("tradingsymbol", "\(id) is listed twice") }
        let segment = text(columns.segment).isEmpty ? exchange : text(columns.segment)
        guard segment.utf8.count <= 12 else { throw failure("segment", "\(shown(segment)) is longer than 12 bytes") }
        let kind = try kind(text(columns.kind), segment: segment, failure)
        let isContract = ["FUT", "CE", "PE"].contains(kind)
        var expiry: CivilDate?
        if !text(columns.expiry).isEmpty {
            guard isContract, let date = CivilDate(text(columns.expiry)) else {
                throw failure("expiry", isContract ? "\(shown(text(columns.expiry))) is no day" : "\(kind) does not end")
            }
            expiry = date
        }
        guard !isContract || expiry != nil else { throw failure("expiry", "\(kind) needs one") }
        let strike = text(columns.strike).isEmpty ? 0 : try number(columns.strike, "strike")
        guard (strike > 0) == (kind == "CE" || kind == "PE") else {
            throw failure("strike", strike > 0 ? "\(kind) has none" : "\(kind) needs one")
        }
        var token: Int64 = 0
        if !text(columns.token).isEmpty {
            token = try whole(columns.token, "instrument_token", atLeast: 1)
            guard tokens.insert(token).inserted else { throw failure("instrument_token", "\(token) is the number of two instruments") }
        } else {
            withoutToken.append(instruments.count)
        }
        let exchangeToken = text(columns.exchangeToken).isEmpty ? 0 : try whole(columns.exchangeToken, "exchange_token", atLeast: 0)
        guard exchangeToken <= Int64(UInt32.max) else { throw failure("exchange_token", "it does not fit 32 bits") }
        let name = text(columns.name)
        guard name.utf8.count <= InstrumentMaster.nameLimitBytes else {
            throw failure("name", "it is longer than \(InstrumentMaster.nameLimitBytes) bytes")
        }
        let underlying = text(columns.underlying).isEmpty && isContract ? name : text(columns.underlying)
        guard underlying.utf8.count <= 40 else { throw failure("underlying", "it is longer than 40 bytes") }
        let multiplier = text(columns.multiplier).isEmpty ? fixedPointScale : try number(columns.multiplier, "multiplier")
        guard multiplier > 0 else { throw failure("multiplier", "it is zero") }
        let auction = text(columns.auction)
        guard ["", "true", "false"].contains(auction) else { throw failure("closing_auction", "\(shown(auction)) is not true or false") }
        instruments.append(
            Instrument(
                id: id, token: token, exchangeToken: exchangeToken, name: name,
                tickSize: Price(units: try number(columns.tick, "tick_size")),
                lotSize: Quantity(units: try number(columns.lot, "lot_size")),
                kind: kind, segment: segment, expiry: expiry, strike: Price(units: strike), underlying: underlying,
                freezeQuantity: Quantity(units: text(columns.freeze).isEmpty ? 0 : try number(columns.freeze, "freeze_quantity")),
                multiplier: Quantity(units: multiplier), isInClosingAuction: auction == "true", isSimulated: false))
    }

    private func readHeader(_ parser: CSVParser) throws(TableFailure) -> Columns {
        func needed(_ name: String) throws(TableFailure) -> Int {
            guard let place = parser.column(name) else { throw TableFailure(file: file, line: 1, column: name, reason: "it is missing") }
            return place
        }
        return Columns(
            exchange: try needed("exchange"), symbol: try needed("tradingsymbol"), tick: try needed("tick_size"),
            lot: try needed("lot_size"), token: parser.column("instrument_token"), exchangeToken: parser.column("exchange_token"),
            name: parser.column("name"), expiry: parser.column("expiry"), strike: parser.column("strike"),
            kind: parser.column("instrument_type"), segment: parser.column("segment"), underlying: parser.column("underlying"),
            freeze: parser.column("freeze_quantity"), multiplier: parser.column("multiplier"), auction: parser.column("closing_auction"))
    }

    /// Brokers call an index `EQ` and tell it by its segment.
    private func kind(
        _ text: String, segment: String, _ failure: (String, String) -> TableFailure
    ) throws(TableFailure) -> String {
        let kind = segment == "INDICES" ? "INDEX" : text.isEmpty ? "EQ" : text
        guard ["EQ", "INDEX", "FUT", "CE", "PE", "SPOT"].contains(kind) else {
            throw failure("instrument_type", "\(shown(text)) is not EQ, INDEX, FUT, CE, PE or SPOT")
        }
        return kind
    }

    /// Gives a number to those that came without, from their name, so that it is the same at every import.
    private consuming func numbered() -> [Instrument] {
        var tokens = tokens
        var instruments = instruments
        for index in withoutToken {
            var token = Int64(Crypto.crc32c(Array(instruments[index].id.key.utf8)) & 0x7FFF_FFFF)
            while token == 0 || !tokens.insert(token).inserted { token += 1 }
            instruments[index] = instruments[index].numbered(token)
        }
        return instruments
    }
}
