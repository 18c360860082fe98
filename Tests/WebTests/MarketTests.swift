// Instruments and chains over HTTP: what a feed quotes and what was imported, in native and legacy shapes, and a trade in an option of the
// simulated market without any broker.

import House
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Instruments and chains over HTTP` {
    private static func contract(_ symbol: String, _ kind: String, token: Int64, strike: String = "0", expiry: String = "2026-12-29")
        -> Instrument
    {
        Instrument(
            id: InstrumentID(exchange: "NFO", symbol: symbol)!, token: token, name: "NIFTY", tickSize: Price(text: "0.05")!,
            lotSize: Quantity(whole: 65), kind: kind, segment: kind == "FUT" ? "NFO-FUT" : "NFO-OPT", expiry: CivilDate(expiry),
            strike: Price(text: strike)!, underlying: "NIFTY", isSimulated: true)
    }

    private static let chain = [
        contract("NIFTY26DECFUT", "FUT", token: 11), contract("NIFTY26DEC26000CE", "CE", token: 12, strike: "26000"),
        contract("NIFTY26DEC26000PE", "PE", token: 13, strike: "26000"), contract("NIFTY26DEC26050CE", "CE", token: 14, strike: "26050"),
        contract("NIFTY26D0126000PE", "PE", token: 15, strike: "26000", expiry: "2026-12-01"),
    ]

    private func host() throws -> (TestHouse, token: String) {
        let host = try TestHouse(disk: SimulatedDisk(), instruments: TestHouse.instruments + Self.chain)
        return (host, try host.register("asha@example.com").token)
    }

    @Test func `a chain has a row for each strike of the nearest expiry, with prices where there are some`() throws {
        let (host, token) = try host()
        try host.quote("NFO:NIFTY26DEC26000CE", "210.05", "210.20")
        try host.tick("NSE:NIFTY 50", last: "26011.3")
        let near = try host.send(.get, "/api/market/option-chain?underlying=nifty", token: token)
        #expect(near.status == 200 && near["expiry"].string == "2026-12-01")
        #expect(near["expiries"].array?.compactMap(\.string) == ["2026-12-01", "2026-12-29"])
        let later = try host.send(.get, "/api/market/option-chain?underlying=NIFTY&expiry=2026-12-29", token: token)
        let rows = try #require(later["strikes"].array)
        #expect(rows.count == 2 && later["strike_count"] == 2)
        #expect(rows[0]["ce"]?["i"] == "NFO:NIFTY26DEC26000CE" && rows[0]["ce"]?["stale"] == false && rows[0]["ce"]?["lot"] == 65)
        #expect("\(rows[0]["ce"]?["bid"] ?? .null)".contains("210.05") && rows[0]["pe"]?["ltp"] == .null && rows[1]["pe"] == .null)
        #expect(later["spot", "i"] == "NSE:NIFTY 50" && later["futures"].array?.first?["i"] == "NFO:NIFTY26DECFUT")
    }

    @Test func `a chain that is not there, and an expiry that is no day, are told`() throws {
        let (host, token) = try host()
        for target in ["underlying=BANKNIFTY", "underlying=NIFTY&expiry=2026-12-08", "underlying=NIFTY&exchange=BFO"] {
            let answer = try host.send(.get, "/api/market/option-chain?\(target)", token: token)
            #expect(answer.status == 404 && answer["error"] == "unknown_chain", "\(target)")
        }
        let wrong = try host.send(.get, "/api/market/option-chain?underlying=NIFTY&expiry=soon", token: token)
        #expect(wrong.status == 422 && wrong["field"] == "expiry")
        #expect(try host.send(.get, "/api/market/option-chain", token: token).status == 422)
    }

    @Test func `the legacy lists of futures and options filter by underlying and type`() throws {
        let (host, token) = try host()
        let options = try host.send(.get, "/api/market/nfo/options?underlying=NIFTY&option_type=PE", token: token)
        #expect(options["count"] == 2 && options["option_type"] == "PE")
        #expect(options["data"].array?.compactMap { $0["tradingsymbol"]?.string } == ["NIFTY26D0126000PE", "NIFTY26DEC26000PE"])
        #expect(options["data"].array?.first?["expiry"] == "2026-12-01")
        let futures = try host.send(.get, "/api/market/nfo/futures?underlying=NIFTY", token: token)
        #expect(futures["count"] == 1 && futures["segment"] == "NFO-FUT")
        #expect(try host.send(.get, "/api/market/nfo/futures?underlying=TCS", token: token)["count"] == 0)
    }

    @Test func `a search tells every fact and whether there are prices; its limit is met`() throws {
        let (host, token) = try host()
        let found = try host.send(.get, "/api/market/instruments?search=nifty&exchange=NFO&limit=2", token: token)
        #expect(found["instruments"].array?.compactMap { $0["i"]?.string } == ["NFO:NIFTY26DECFUT", "NFO:NIFTY26D0126000PE"])
        let option = try #require(found["instruments"].array?.last)
        #expect(option["kind"] == "PE" && option["expiry"] == "2026-12-01" && option["quoted"] == true && option["freeze"] == .null)
        for limit in ["0", "101"] {
            #expect(try host.send(.get, "/api/market/instruments?search=a&limit=\(limit)", token: token).status == 422)
        }
        #expect(try host.send(.get, "/api/market/instruments?search=\(String(repeating: "a", count: 61))", token: token).status == 422)
    }

    @Test func `prices are found by an instrument's number too`() throws {
        let (host, token) = try host()
        try host.quote("NSE:INFY", "1500", "1500.05")
        let answer = try host.send(.get, "/api/market/ltp?symbols=408065,NSE:INFY,7", token: token)
        #expect(answer["data", "408065", "instrument_token"] == 408_065 && answer["data", "NSE:INFY"] != .null)
        #expect(answer["data", "7"] == .null)
    }
}
