// Which instruments there are: the legacy listings, and our own search that says which of them have prices. Prices are in `MarketRoutes`.

import House
import Trading
import Wire

enum InstrumentRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/market/instruments/{exchange}", .trader, .legacy, instruments),
        Route(.get, "/api/market/instruments/search/{query}", .trader, .legacy, search),
        Route(.get, "/api/market/instruments/token/{symbol}", .trader, .legacy, token),
        Route(.get, "/api/market/instrument-lookup/{symbol}", .trader, .legacy, token),
        Route(.get, "/api/market/nfo/instruments", .trader, .legacy, derivatives),
        Route(.get, "/api/market/nfo/futures", .trader, .legacy, futures),
        Route(.get, "/api/market/nfo/options", .trader, .legacy, options),
        Route(.get, "/api/market/instruments", .trader, .native, find),
        Route(.get, "/api/market/option-chain", .trader, .native, optionChain),
    ]

    /// Instruments in one legacy listing.
    static let listingLimit = 100
    /// Contracts in one legacy listing; the largest index has about 1,500 options.
    static let contractLimit = 2_000
    /// Instruments in one answer of our own search.
    static let findLimit: Int64 = 100

    /// `GET /api/market/instruments?search=&exchange=&limit=`
    @Sendable static func find(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let text = try query.text("search", limit: InstrumentMaster.searchLimitBytes)
        let exchange = try query.text("exchange", limit: 12, default: "ALL").uppercased()
        let limit = try query.integer("limit", default: 20)
        guard (1...findLimit).contains(limit) else {
            throw FieldProblem(
                place: .query, field: "limit", kind: .rule(code: "out_of_range", text: "`limit` must be 1 to \(findLimit)."))
        }
        let found = try await house.search(text, on: exchange, limit: Int(limit))
        return .object(reserving: 256 + 400 * found.count) { json in
            json.member("status", "success")
            json.array("instruments") { json in
                for instrument in found { MarketViews.native(instrument, isQuoted: house.market.isQuoted(instrument.id), &json) }
            }
        }
    }

    /// `GET /api/market/option-chain?underlying=&expiry=&exchange=`
    @Sendable static func optionChain(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let underlying = try query.text("underlying", limit: 40).uppercased()
        let exchange = try query.text("exchange", limit: 12, default: "NFO").uppercased()
        let text = try query.text("expiry", limit: 10, default: "")
        let expiry = CivilDate(text)
        guard text.isEmpty || expiry != nil else {
            throw FieldProblem(
                place: .query, field: "expiry", kind: .rule(code: "not_a_date", text: "`expiry` must be a day such as 2026-12-29."))
        }
        guard let chain = try await house.optionChain(of: underlying, on: exchange, expiry: expiry) else {
            throw Refusal(
                404, "unknown_chain",
                "There are no options on \(underlying)\(expiry.map { " that end on \($0)" } ?? "") on \(exchange).", field: "underlying")
        }
        let now = house.world.now()
        return .object(reserving: 1_024 + 500 * chain.strikes.count) { json in
            json.member("status", "success")
            ChainViews.chain(chain, house.market, at: now, &json)
        }
    }

    @Sendable static func instruments(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        listing(of: house.market.instruments(on: call.parameters[0].uppercased(), limit: listingLimit), call.parameters[0].uppercased())
    }

    @Sendable static func derivatives(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        listing(of: house.market.instruments(on: "NFO", limit: listingLimit), "NFO")
    }

    private static func listing(of found: Listing, _ exchange: String) -> Reply {
        .object(reserving: 32_768) { json in
            json.member("status", "success")
            json.member("exchange", exchange)
            json.member("count", found.count)
            json.array("instruments") { json in
                for instrument in found.instruments { MarketViews.instrument(instrument, &json) }
            }
        }
    }

    @Sendable static func search(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let exchange = (call.query("exchange") ?? "ALL").uppercased()
        let found = try await house.search(call.parameters[0], on: exchange)
        return .object(reserving: 8192) { json in
            json.member("status", "success")
            json.member("query", call.parameters[0])
            json.member("exchange", exchange)
            json.member("count", found.count)
            json.array("results") { json in
                for instrument in found { MarketViews.instrument(instrument, &json) }
            }
        }
    }

    @Sendable static func token(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let exchange = (call.query("exchange") ?? "NSE").uppercased()
        let symbol = call.parameters[0].uppercased()
        guard let id = InstrumentID(exchange: exchange, symbol: symbol), let instrument = house.market.instrument(for: id) else {
            throw Refusal(404, "unknown_instrument", "Instrument not found: \(exchange):\(symbol)")
        }
        return .object { json in
            json.member("status", "success")
            json.member("symbol", symbol)
            json.member("exchange", exchange)
            json.member("instrument_token", instrument.token)
        }
    }

    private static func contracts(_ house: isolated Tradehouse, _ call: Call, segment: String, isOption: Bool) async throws -> Reply {
        let underlying = call.query("underlying").flatMap { $0.isEmpty ? nil : $0.uppercased() }
        let kind = isOption ? call.query("option_type").flatMap { $0.isEmpty ? nil : $0.uppercased() } : nil
        let found = try await house.contracts(in: segment, on: underlying, kind: kind, limit: contractLimit)
        return .object(reserving: 512 + 280 * found.instruments.count) { json in
            json.member("status", "success")
            json.member("segment", segment)
            json.member("underlying", underlying)
            if isOption { json.member("option_type", kind) }
            json.member("count", found.count)
            json.array("data") { json in
                for instrument in found.instruments { MarketViews.instrument(instrument, &json) }
            }
        }
    }

    @Sendable static func futures(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await contracts(house, call, segment: "NFO-FUT", isOption: false)
    }

    @Sendable static func options(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        try await contracts(house, call, segment: "NFO-OPT", isOption: true)
    }
}
