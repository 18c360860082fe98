// The instrument master: every instrument that is known, packed, because exchanges list a hundred thousand and most are never looked at.
// How a text becomes an `Instrument` is the importers' business; finding by text is in `InstrumentMaster+Search`.

/// Why a list of instruments cannot be a master; the column is named as files name it.
package struct InstrumentFault: Error, Equatable, Sendable {
    package let column: String
    package let reason: String

    package init(_ column: String, _ reason: String) {
        self.column = column
        self.reason = reason
    }
}

/// Instruments in order of exchange and symbol.
///
/// Invariants: 1. no id and no token is there twice. 2. rows are in order of id; `byToken` holds every row once, by token.
/// A row takes 48 bytes, 4 for the way by token, a contract's 4 for the way by expiry, and its texts, of which equal ones are held once.
package struct InstrumentMaster: Sendable {
    /// Instruments in one master, at most: twice what the exchanges list together.
    package static let limit = 200_000
    /// A name, at most, in UTF-8.
    package static let nameLimitBytes = 120

    struct Row: Sendable {
        var token: Int64
        var strike: Int64
        var exchangeToken: UInt32
        var symbolAt: UInt32
        var nameAt: UInt32
        var underlyingAt: UInt32
        /// Days since 1970; `noExpiry` for none.
        var expiry: Int32
        var sizes: UInt16
        var exchange: UInt8
        var segment: UInt8
        var kind: UInt8
        var symbolLength: UInt8
        var nameLength: UInt8
        var underlyingLength: UInt8
    }

    /// What few combinations of are shared by many rows.
    struct Sizes: Hashable, Sendable {
        let tick: Price
        let lot: Quantity
        let freeze: Quantity
        let multiplier: Quantity
        let isInClosingAuction: Bool
        let isSimulated: Bool
    }

    static let noExpiry = Int32.min

    private(set) var rows: [Row]
    private(set) var text: [UInt8]
    private var byToken: [UInt32]
    /// The contracts by expiry, strike and id.
    private var byExpiry: [UInt32]
    private(set) var words: [String]
    private var sizes: [Sizes]

    /// An empty master.
    package init() {
        rows = []
        text = []
        byToken = []
        byExpiry = []
        words = []
        sizes = []
    }

    /// Packs instruments in any order. Throws for one that is there twice, and for what cannot be packed.
    package init(_ instruments: some Sequence<Instrument>) throws(InstrumentFault) {
        self.init()
        var packer = Packer()
        for instrument in instruments {
            guard rows.count < InstrumentMaster.limit else {
                throw InstrumentFault("tradingsymbol", "there are more than \(InstrumentMaster.limit) instruments")
            }
            rows.append(try packer.row(instrument))
        }
        text = packer.text
        words = packer.words
        sizes = packer.sizes
        try order()
    }

    private mutating func order() throws(InstrumentFault) {
        let (words, text) = (words, text)
        rows.sort { InstrumentMaster.compare($0, $1, words, text) < 0 }
        for index in rows.indices.dropFirst() where InstrumentMaster.compare(rows[index - 1], rows[index], words, text) == 0 {
            throw InstrumentFault("tradingsymbol", "\(id(at: index)) is listed twice")
        }
        byToken = (0..<UInt32(rows.count)).sorted { rows[Int($0)].token < rows[Int($1)].token }
        let all = rows
        byExpiry = (0..<UInt32(rows.count)).filter { all[Int($0)].expiry != InstrumentMaster.noExpiry }.sorted {
            let (one, other) = (all[Int($0)], all[Int($1)])
            return (one.expiry, one.strike, $0) < (other.expiry, other.strike, $1)
        }
        for (one, next) in zip(byToken, byToken.dropFirst()) where rows[Int(one)].token == rows[Int(next)].token {
            throw InstrumentFault(
                "instrument_token", "\(rows[Int(one)].token) is the number of \(id(at: Int(one))) and of \(id(at: Int(next)))")
        }
    }

    package var count: Int { rows.count }
    package var isEmpty: Bool { rows.isEmpty }
    /// What the packed list takes in memory, about.
    package var bytes: Int {
        rows.count * (MemoryLayout<Row>.stride + 4) + byExpiry.count * 4 + text.count + sizes.count * MemoryLayout<Sizes>.stride
    }

    // MARK: Finding

    package func instrument(at index: Int) -> Instrument {
        let row = rows[index]
        let size = sizes[Int(row.sizes)]
        return Instrument(
            id: id(at: index), token: row.token, exchangeToken: Int64(row.exchangeToken), name: string(row.nameAt, row.nameLength),
            tickSize: size.tick, lotSize: size.lot, kind: words[Int(row.kind)], segment: words[Int(row.segment)],
            expiry: row.expiry == InstrumentMaster.noExpiry ? nil : CivilDate(dayNumber: Int64(row.expiry)),
            strike: Price(units: row.strike), underlying: string(row.underlyingAt, row.underlyingLength), freezeQuantity: size.freeze,
            multiplier: size.multiplier, isInClosingAuction: size.isInClosingAuction, isSimulated: size.isSimulated)
    }

    package func instrument(for id: InstrumentID) -> Instrument? { index(of: id).map(instrument(at:)) }

    package func index(of id: InstrumentID) -> Int? {
        let (low, symbol) = (rows.partition(from: 0, to: rows.count) { self.precedes($0, id) }, Array(id.symbol.utf8))
        guard low < rows.count, words[Int(rows[low].exchange)] == id.exchange, symbolBytes(rows[low]).elementsEqual(symbol) else {
            return nil
        }
        return low
    }

    package func instrument(token: Int64) -> Instrument? {
        let low = byToken.partition(from: 0, to: byToken.count) { rows[Int($0)].token < token }
        guard low < byToken.count, rows[Int(byToken[low])].token == token else { return nil }
        return instrument(at: Int(byToken[low]))
    }

    /// The places of an exchange's instruments; `ALL` gives those of every exchange.
    package func places(on exchange: String) -> Range<Int> {
        guard exchange != "ALL" else { return 0..<rows.count }
        let low = rows.partition(from: 0, to: rows.count) { words[Int($0.exchange)] < exchange }
        let high = rows.partition(from: low, to: rows.count) { words[Int($0.exchange)] <= exchange }
        return low..<high
    }

    /// Contracts of a segment (`NFO-OPT`) in order of expiry, strike and symbol; without an underlying those of all.
    package func contracts(in segment: String, on underlying: String? = nil, expiry: CivilDate? = nil) -> [Int] {
        guard let word = words.firstIndex(of: segment) else { return [] }
        let wanted = underlying.map { Array($0.utf8) }
        let day = expiry.map { Int32($0.dayNumber) }
        var found: [Int] = []
        for place in byExpiry {
            let row = rows[Int(place)]
            guard Int(row.segment) == word, day == nil || row.expiry == day else { continue }
            if let wanted, !bytes(row.underlyingAt, row.underlyingLength).elementsEqual(wanted) { continue }
            found.append(Int(place))
        }
        return found
    }

    /// Where a contract stands among contracts: by expiry, then strike.
    package func contractOrder(at index: Int) -> (expiry: Int32, strike: Int64) { (rows[index].expiry, rows[index].strike) }

    package func kind(at index: Int) -> String { words[Int(rows[index].kind)] }

    package func id(at index: Int) -> InstrumentID {
        let row = rows[index]
        guard let id = InstrumentID(exchange: words[Int(row.exchange)], symbol: string(row.symbolAt, row.symbolLength)) else {
            preconditionFailure("A packed instrument was named before.")
        }
        return id
    }

    // MARK: - Parts

    func bytes(_ at: UInt32, _ length: UInt8) -> ArraySlice<UInt8> { text[Int(at)..<Int(at) + Int(length)] }
    func symbolBytes(_ row: Row) -> ArraySlice<UInt8> { bytes(row.symbolAt, row.symbolLength) }
    private func string(_ at: UInt32, _ length: UInt8) -> String { String(decoding: bytes(at, length), as: UTF8.self) }

    private func precedes(_ row: Row, _ id: InstrumentID) -> Bool {
        let exchange = words[Int(row.exchange)]
        return exchange == id.exchange ? symbolBytes(row).lexicographicallyPrecedes(id.symbol.utf8) : exchange < id.exchange
    }

    /// Exchange, then symbol byte by byte: below, equal, above.
    private static func compare(_ a: Row, _ b: Row, _ words: [String], _ text: [UInt8]) -> Int {
        if a.exchange != b.exchange { return words[Int(a.exchange)] < words[Int(b.exchange)] ? -1 : 1 }
        let common = Int(min(a.symbolLength, b.symbolLength))
        for offset in 0..<common {
            let (one, other) = (text[Int(a.symbolAt) + offset], text[Int(b.symbolAt) + offset])
            if one != other { return one < other ? -1 : 1 }
        }
        return Int(a.symbolLength) - Int(b.symbolLength)
    }
}

/// Packs one instrument after the other, holding equal texts once.
private struct Packer {
    var text: [UInt8] = []
    var words: [String] = []
    var sizes: [InstrumentMaster.Sizes] = []
    private var placeOfText: [String: UInt32] = [:]
    private var placeOfWord: [String: UInt8] = [:]
    private var placeOfSizes: [InstrumentMaster.Sizes: UInt16] = [:]

    mutating func row(_ instrument: Instrument) throws(InstrumentFault) -> InstrumentMaster.Row {
        guard instrument.token > 0 else { throw InstrumentFault("instrument_token", "\(instrument.token) is no number of an instrument") }
        guard let exchangeToken = UInt32(exactly: instrument.exchangeToken) else {
            throw InstrumentFault("exchange_token", "\(instrument.exchangeToken) does not fit 32 bits")
        }
        guard instrument.name.utf8.count <= InstrumentMaster.nameLimitBytes else {
            throw InstrumentFault("name", "it is longer than \(InstrumentMaster.nameLimitBytes) bytes")
        }
        guard instrument.underlying.utf8.count <= 40 else { throw InstrumentFault("underlying", "it is longer than 40 bytes") }
        let day = instrument.expiry.map { Int32($0.dayNumber) } ?? InstrumentMaster.noExpiry
        let size = InstrumentMaster.Sizes(
            tick: instrument.tickSize, lot: instrument.lotSize, freeze: instrument.freezeQuantity, multiplier: instrument.multiplier,
            isInClosingAuction: instrument.isInClosingAuction, isSimulated: instrument.isSimulated)
        return InstrumentMaster.Row(
            token: instrument.token, strike: instrument.strike.units, exchangeToken: exchangeToken,
            symbolAt: append(instrument.id.symbol), nameAt: place(instrument.name), underlyingAt: place(instrument.underlying),
            expiry: day, sizes: try place(size), exchange: try word(instrument.id.exchange, "exchange"),
            segment: try word(instrument.segment, "segment"), kind: try word(instrument.kind, "instrument_type"),
            symbolLength: UInt8(instrument.id.symbol.utf8.count), nameLength: UInt8(instrument.name.utf8.count),
            underlyingLength: UInt8(instrument.underlying.utf8.count))
    }

    /// Symbols differ, so nobody looks for an equal one.
    private mutating func append(_ symbol: String) -> UInt32 {
        let place = UInt32(text.count)
        text += symbol.utf8
        return place
    }

    private mutating func place(_ value: String) -> UInt32 {
        if value.isEmpty { return 0 }
        if let known = placeOfText[value] { return known }
        let place = append(value)
        placeOfText[value] = place
        return place
    }

    private mutating func word(_ value: String, _ column: String) throws(InstrumentFault) -> UInt8 {
        if let known = placeOfWord[value] { return known }
        guard let place = UInt8(exactly: words.count) else { throw InstrumentFault(column, "there are more than 256 different words") }
        words.append(value)
        placeOfWord[value] = place
        return place
    }

    private mutating func place(_ value: InstrumentMaster.Sizes) throws(InstrumentFault) -> UInt16 {
        if let known = placeOfSizes[value] { return known }
        guard let place = UInt16(exactly: sizes.count) else {
            throw InstrumentFault("lot_size", "there are more than 65536 different pairs of tick and lot")
        }
        sizes.append(value)
        placeOfSizes[value] = place
        return place
    }
}

extension Array {
    /// The first place from which on `isBefore` no longer holds; it holds for all before it.
    fileprivate func partition(from low: Int, to high: Int, _ isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
