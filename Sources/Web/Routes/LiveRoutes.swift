// The legacy live routes: which symbols a user follows, their latest tick and candles. The feed itself always runs and is shared;
// starting and stopping it is a matter of the caller's own list.

import House
import Trading
import Wire

enum LiveRoutes {
    static let routes: [Route] = [
        Route(.post, "/api/live/start", .trader, .legacy, start),
        Route(.post, "/api/live/stop", .trader, .legacy, stop),
        Route(.post, "/api/live/subscribe", .trader, .legacy, subscribe),
        Route(.delete, "/api/live/unsubscribe/{symbol}", .trader, .legacy, unsubscribe),
        Route(.get, "/api/live/candle/current/{symbol}", .trader, .legacy, currentCandle),
        Route(.get, "/api/live/candles/{symbol}", .trader, .legacy, candles),
        Route(.get, "/api/live/tick/latest/{symbol}", .trader, .legacy, latestTick),
        Route(.get, "/api/live/status", .trader, .legacy, status),
    ]

    @Sendable static func start(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        let symbols = try body.texts("symbols", limit: 40, count: Tradehouse.followLimit)
        let exchange = try body.text("exchange", limit: 12, default: "NSE").uppercased()
        let mode = try body.text("mode", limit: 8, default: "full")
        try house.follow(try symbols.map { try instrument($0, exchange: exchange, in: house) }, as: call.trader)
        return .object { json in
            json.member("status", "success")
            json.member("message", "Live data started for \(symbols.count) symbols")
            json.array("symbols") { json in
                for symbol in symbols { json.string(symbol) }
            }
            json.member("mode", mode)
        }
    }

    @Sendable static func stop(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        house.unfollowAll(as: call.trader)
        return done("Live data stopped")
    }

    @Sendable static func subscribe(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        let symbol = try body.text("symbol", limit: 40)
        let exchange = try body.text("exchange", limit: 12, default: "NSE").uppercased()
        try house.follow([try instrument(symbol, exchange: exchange, in: house)], as: call.trader)
        return done("Subscribed to \(symbol)")
    }

    @Sendable static func unsubscribe(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let symbol = call.parameters[0]
        house.unfollow(symbol: symbol.uppercased(), as: call.trader)
        return done("Unsubscribed from \(symbol)")
    }

    private static func done(_ message: String) -> Reply {
        .object { json in
            json.member("status", "success")
            json.member("message", message)
        }
    }

    @Sendable static func currentCandle(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let (board, interval, word) = try chart(house, call)
        guard let candle = board.candles.current(interval) else { throw noCandles(call) }
        return .object { json in
            json.member("status", "success")
            json.member("symbol", board.instrument.id.symbol)
            json.member("interval", word)
            json.key("candle")
            MarketViews.legacyCandle(candle, &json)
        }
    }

    @Sendable static func candles(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let (board, interval, word) = try chart(house, call)
        let query = call.queryFields
        let count = try query.integer("count", default: 100)
        guard (1...Int64(CandleBuilder.keptCandles)).contains(count) else {
            throw FieldProblem(
                place: .query, field: "count", kind: .rule(code: "out_of_range", text: "`count` must be 1 to \(CandleBuilder.keptCandles).")
            )
        }
        let all = board.candles.candles(interval, includingCurrent: try query.bool("include_current", default: false))
        let found = all.suffix(Int(count))
        return .object(reserving: 256 + 130 * found.count) { json in
            json.member("status", "success")
            json.member("symbol", board.instrument.id.symbol)
            json.member("interval", word)
            json.member("count", found.count)
            json.array("candles") { json in
                for candle in found { MarketViews.legacyCandle(candle, &json) }
            }
        }
    }

    private static func chart(_ house: isolated Tradehouse, _ call: Call) throws -> (MarketHub.Board, CandleInterval, String) {
        let word = call.query("interval") ?? "1min"
        guard let interval = CandleInterval(word: word) else {
            throw FieldProblem(place: .query, field: "interval", kind: .notOneOf(ClockText.liveIntervals), input: .string(word))
        }
        guard let board = board(house, call) else { throw noCandles(call) }
        return (board, interval, word)
    }

    private static func noCandles(_ call: Call) -> Refusal {
        Refusal(404, "no_candles", "No candle data for \(call.parameters[0])")
    }

    @Sendable static func latestTick(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        guard let board = board(house, call), let quote = board.quote else {
            throw Refusal(404, "no_tick", "No tick data for \(call.parameters[0])")
        }
        return .object { json in
            json.member("status", "success")
            json.key("tick")
            tick(quote, &json)
        }
    }

    /// The legacy tick, in braces.
    static func tick(_ quote: Quote, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("symbol", quote.instrument.symbol)
        json.member("last_price", quote.lastPrice)
        json.member("timestamp", quote.at.legacyText)
        json.member("volume", quote.dayVolume)
        json.endObject()
    }

    private static func board(_ house: isolated Tradehouse, _ call: Call) -> MarketHub.Board? {
        let exchange = (call.query("exchange") ?? "NSE").uppercased()
        return InstrumentID(exchange: exchange, symbol: call.parameters[0].uppercased()).flatMap { house.market.board(for: $0) }
    }

    private static func instrument(_ symbol: String, exchange: String, in house: isolated Tradehouse) throws -> InstrumentID {
        guard let id = InstrumentID(exchange: exchange, symbol: symbol.uppercased()), house.market.instrument(for: id) != nil else {
            throw Refusal(404, "unknown_instrument", "Instrument not found: \(exchange):\(symbol)")
        }
        return id
    }

    @Sendable static func status(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let followed = house.followed(by: call.trader)
        let tracked = house.market.all.filter { $0.quote != nil }
        return .object { json in
            json.member("status", "success")
            json.object("data") { json in
                json.member("running", house.settings.marketKind != "off")
                json.member("websocket", house.settings.marketKind != "off")
                json.object("candle_builder") { json in
                    json.member("instruments_tracked", tracked.count)
                    json.member(
                        "total_historical_candles",
                        tracked.reduce(0) { $0 + $1.candles.closedCount })
                    json.array("intervals") { json in
                        for name in ClockText.liveIntervals { json.string(name) }
                    }
                }
                json.array("subscribed_symbols") { json in
                    for id in followed { json.string(id.symbol) }
                }
                json.member("symbol_count", followed.count)
            }
        }
    }
}
