// Many instruments, packed: what goes in comes out, is found by name and number, and the likeliest is found first.

import Testing
import Trading

@Suite struct `The instrument master` {
    static func instrument(
        _ key: String, token: Int64, name: String = "", kind: String = "EQ", segment: String? = nil, expiry: String? = nil,
        strike: String = "0", underlying: String = "", tick: String = "0.05", lot: Int64 = 1
    ) -> Instrument {
        let id = InstrumentID(key: key)!
        return Instrument(
            id: id, token: token, name: name, tickSize: Price(text: tick)!, lotSize: Quantity(whole: lot), kind: kind,
            segment: segment ?? id.exchange, expiry: expiry.flatMap { CivilDate($0) }, strike: Price(text: strike)!, underlying: underlying,
            isSimulated: false)
    }

    static let some = [
        instrument("NSE:RELIANCE", token: 738_561, name: "RELIANCE INDUSTRIES"),
        instrument("BSE:RELIANCE", token: 128_083_204, name: "Reliance Industries Ltd"),
        instrument("NSE:RELIANCE-BE", token: 5, name: "RELIANCE INDUSTRIES"),
        instrument("NSE:NIFTY 50", token: 256_265, name: "NIFTY 50", kind: "INDEX", segment: "INDICES", tick: "0", lot: 0),
        instrument("NSE:M&M", token: 519_937, name: "MAHINDRA & MAHINDRA"),
        instrument("NSE:NIFTYBEES", token: 7, name: "NIPPON ETF"),
        instrument(
            "NFO:NIFTY26DECFUT", token: 8, name: "NIFTY", kind: "FUT", segment: "NFO-FUT", expiry: "2026-12-29", underlying: "NIFTY",
            lot: 65),
        instrument(
            "NFO:NIFTY26DEC26000PE", token: 9, name: "NIFTY", kind: "PE", segment: "NFO-OPT", expiry: "2026-12-29", strike: "26000",
            underlying: "NIFTY", lot: 65),
        instrument(
            "NFO:NIFTY26D0126000CE", token: 10, name: "NIFTY", kind: "CE", segment: "NFO-OPT", expiry: "2026-12-01", strike: "26000",
            underlying: "NIFTY", lot: 65),
        instrument(
            "NFO:NIFTY26DEC25900CE", token: 11, name: "NIFTY", kind: "CE", segment: "NFO-OPT", expiry: "2026-12-29", strike: "25900",
            underlying: "NIFTY", lot: 75),
    ]

    private func found(_ text: String, on exchange: String = "ALL", limit: Int = 20) throws -> [String] {
        let master = try InstrumentMaster(Self.some)
        return master.search(text, on: exchange, limit: limit).map { master.instrument(at: $0.index).id.key }
    }

    @Test func `gives every instrument back as it was, in order of exchange and symbol`() throws {
        let master = try InstrumentMaster(Self.some)
        #expect(master.count == Self.some.count)
        #expect((0..<master.count).map { master.instrument(at: $0) } == Self.some.sorted { $0.id < $1.id })
    }

    @Test func `finds by exchange and symbol and by number, and nothing that is not there`() throws {
        let master = try InstrumentMaster(Self.some)
        for one in Self.some {
            #expect(master.instrument(for: one.id) == one)
            #expect(master.instrument(token: one.token) == one)
        }
        for key in ["NSE:RELIANC", "NSE:RELIANCE-", "AAA:X", "ZZZ:X", "NFO:RELIANCE"] {
            #expect(master.instrument(for: InstrumentID(key: key)!) == nil, "\(key)")
        }
        #expect(master.instrument(token: 6) == nil && master.instrument(token: .max) == nil)
        #expect(InstrumentMaster().instrument(token: 1) == nil && InstrumentMaster().search("A", on: "ALL", limit: 3).isEmpty)
    }

    @Test func `ranks the symbol itself, then what begins with the text, plain shares before other series, then what contains it`() throws {
        #expect(try found("reliance") == ["BSE:RELIANCE", "NSE:RELIANCE", "NSE:RELIANCE-BE"])
        #expect(
            try found("nifty") == [
                "NSE:NIFTY 50", "NSE:NIFTYBEES", "NFO:NIFTY26DECFUT", "NFO:NIFTY26D0126000CE", "NFO:NIFTY26DEC25900CE",
                "NFO:NIFTY26DEC26000PE",
            ])
        #expect(try found("industries", on: "NSE") == ["NSE:RELIANCE", "NSE:RELIANCE-BE"])
        #expect(try found("M&M") == ["NSE:M&M"])
        #expect(try found("nifty", limit: 2) == ["NSE:NIFTY 50", "NSE:NIFTYBEES"])
        #expect(try found("").isEmpty && found("nothing of it").isEmpty)
    }

    @Test func `lists the instruments of one exchange`() throws {
        let master = try InstrumentMaster(Self.some)
        #expect(master.places(on: "NFO").count == 4 && master.places(on: "BSE").count == 1)
        #expect(master.places(on: "ALL").count == 10 && master.places(on: "MCX").isEmpty)
    }

    @Test func `lists contracts by underlying and expiry, in order of expiry and strike, each with its own lot`() throws {
        let master = try InstrumentMaster(Self.some)
        let options = master.contracts(in: "NFO-OPT", on: "NIFTY").map { master.instrument(at: $0) }
        #expect(options.map(\.id.symbol) == ["NIFTY26D0126000CE", "NIFTY26DEC25900CE", "NIFTY26DEC26000PE"])
        #expect(options.map(\.lotSize.whole) == [65, 75, 65])
        #expect(master.contracts(in: "NFO-OPT", on: "NIFTY", expiry: CivilDate("2026-12-01")).count == 1)
        #expect(master.contracts(in: "NFO-FUT").count == 1 && master.contracts(in: "NFO-OPT", on: "BANKNIFTY").isEmpty)
    }

    @Test func `refuses an instrument that is there twice and a number that two have`() {
        #expect(throws: InstrumentFault("tradingsymbol", "NSE:M&M is listed twice")) {
            try InstrumentMaster([Self.instrument("NSE:M&M", token: 1), Self.instrument("NSE:M&M", token: 2)])
        }
        #expect(throws: InstrumentFault("instrument_token", "1 is the number of NSE:A and of NSE:B")) {
            try InstrumentMaster([Self.instrument("NSE:A", token: 1), Self.instrument("NSE:B", token: 1)])
        }
        #expect(throws: InstrumentFault.self) { try InstrumentMaster([Self.instrument("NSE:A", token: 0)]) }
        #expect(throws: InstrumentFault.self) {
            try InstrumentMaster([Self.instrument("NSE:A", token: 1, name: String(repeating: "x", count: 121))])
        }
    }

    @Test func `takes as many as its limit, in less than a hundred bytes each, and not one more`() throws {
        let many = (1...Int64(InstrumentMaster.limit)).lazy.map { Self.instrument("NSE:SHARE\($0)", token: $0, name: "A SHARE") }
        let master = try InstrumentMaster(many)
        #expect(master.count == InstrumentMaster.limit)
        #expect(master.bytes / master.count < 100)
        #expect(throws: InstrumentFault.self) {
            try InstrumentMaster((1...Int64(InstrumentMaster.limit + 1)).lazy.map { Self.instrument("NSE:SHARE\($0)", token: $0) })
        }
    }

    @Test func `knows the instrument whose price a contract follows`() {
        #expect(Underlying.spot(of: "NIFTY", contractsOn: "NFO")?.key == "NSE:NIFTY 50")
        #expect(Underlying.spot(of: "SENSEX", contractsOn: "BFO")?.key == "BSE:SENSEX")
        #expect(Underlying.spot(of: "M&M", contractsOn: "NFO")?.key == "NSE:M&M")
        #expect(Underlying.spot(of: "RELIANCE", contractsOn: "BFO")?.key == "BSE:RELIANCE")
        #expect(Underlying.spot(of: "", contractsOn: "NFO") == nil)
    }
}
