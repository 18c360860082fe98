// Prices, instruments and candles: shared by all users, asked for with a token like everything else. Legacy shapes first, then our
// own compact ones for the pages.

import House
import Trading
import Wire

enum MarketRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/market/status", .trader, .legacy, status),
        Route(.get, "/api/market/prices", .trader, .legacy, prices),
        Route(.get, "/api/market/ltp", .trader, .legacy, lastPrices),
        Route(.get, "/api/market/quote", .trader, .legacy, quotes),
        Route(.get, "/api/market/ohlc", .trader, .legacy, ohlc),
        Route(.post, "/api/market/historical", .trader, .legacy, meter: .read, historical),
        Route(.get, "/api/market/historical/quick", .trader, .legacy, historicalQuick),
        Route(.post, "/api/market/fetchOHLC", .trader, .legacy, meter: .read, fetchOHLC),
        Route(.get, "/api/market/sessions", .trader, .native, SessionRoute.sessions),
        Route(.get, "/api/market/watch", .trader, .native, watch),
        Route(.get, "/api/market/candles", .trader, .native, candles),
    ]

    /// Instruments named in one request, at most.
    static let symbolLimit = 500
    /// The last moment that can be asked for: the year 2100.
    static let latestMilliseconds: Int64 = 4_102_444_800_000
    /// Candles in one answer, at most.
    static let candleLimit = 5_000

    @Sendable static func status(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let hub = house.market
        let now = house.marketNow
        let status = hub.hours.status(at: now)
        return .object { json in
            json.member("status", "success")
            json.member("market_status", status.phase.statusWord)
            json.member("session", status.phase.rawValue)
            json.member("current_time", ClockText.twelveHours(now))
            json.member("is_streaming_recommended", status.isStreamingRecommended)
            countdown(status, &json)
            json.member("holiday", status.holiday)
            json.member("clock_ms", now.milliseconds)
            json.member("simulated", house.settings.marketKind == "simulated")
            json.object("feed") { json in
                json.member("kind", house.settings.marketKind)
                json.member("age_ms", hub.lastTickReceivedAt.map { (house.world.now() - $0).wholeMicroseconds / 1000 })
                json.member("ticks", hub.ticksAccepted)
                json.member("dropped", hub.ticksDropped)
                json.member("ended", hub.hasEnded)
            }
        }
    }

    /// Until the open or close, or when the next open is.
    static func countdown(_ status: MarketStatus, _ json: inout JSONWriter) {
        if let time = status.opensIn { json.member("opens_in", ClockText.countdown(time)) }
        if let time = status.closesIn { json.member("closes_in", ClockText.countdown(time)) }
        if let time = status.nextOpen { json.member("next_open", ClockText.day(time)) }
    }

    // MARK: Prices

    /// The instruments that `symbols=NSE:RELIANCE,NSE:INFY` names and the house knows, each under the word it was asked by.
    private static func known(_ call: Call, _ house: isolated Tradehouse, field: String) throws -> [(key: String, instrument: Instrument)] {
        let keys = try call.queryFields.text(field, limit: 65_536).split(separator: ",")
        guard keys.count <= symbolLimit else { throw FieldProblem(place: .query, field: field, kind: .tooLong(symbolLimit)) }
        return keys.compactMap { key in
            // A bare number is an instrument too; the answer goes by what was asked.
            let found =
                InstrumentID(key: key).map { house.market.instrument(for: $0) } ?? Int64(key).flatMap { house.market.instrument(token: $0) }
            return found.map { (String(key), $0) }
        }
    }

    /// Of these the ones that a feed quotes, with what it told.
    private static func named(_ call: Call, _ house: isolated Tradehouse, field: String) throws -> [(key: String, board: MarketHub.Board)] {
        try known(call, house, field: field).compactMap { key, instrument in house.market.board(for: instrument.id).map { (key, $0) } }
    }

    @Sendable static func prices(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let found = try named(call, house, field: "symbols").filter { $0.board.quote != nil }
        return .object { json in
            json.member("status", "success")
            json.member("count", found.count)
            json.object("prices") { json in
                for (key, board) in found {
                    json.key(key)
                    json.beginObject()
                    json.member("symbol", key)
                    json.member("last_price", board.quote?.lastPrice)
                    json.member("timestamp", "")
                    json.endObject()
                }
            }
        }
    }

    private static func kite(_ house: isolated Tradehouse, _ call: Call, _ detail: QuoteDetail) throws -> Reply {
        let found = try named(call, house, field: "symbols")
        return .object(reserving: 256 + 700 * found.count) { json in
            json.member("status", "success")
            json.object("data") { json in
                for (key, board) in found {
                    guard let quote = board.quote else { continue }
                    json.key(key)
                    MarketViews.kite(board, quote, detail: detail, &json)
                }
            }
        }
    }

    @Sendable static func lastPrices(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply { try kite(house, call, .lastPrice) }
    @Sendable static func quotes(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply { try kite(house, call, .full) }
    @Sendable static func ohlc(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply { try kite(house, call, .ohlc) }

    @Sendable static func watch(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let found = try known(call, house, field: "instruments")
        let now = house.world.now()
        return .object(reserving: 256 + 700 * found.count) { json in
            json.member("status", "success")
            json.array("quotes") { json in
                for (_, instrument) in found {
                    if let board = house.market.board(for: instrument.id) {
                        MarketViews.quote(board, at: now, facts: true, depth: true, &json)
                    } else {
                        MarketViews.unquoted(instrument, &json)
                    }
                }
            }
        }
    }

    // MARK: Candles

    /// What a history request asks for.
    private struct Span {
        let id: InstrumentID
        let interval: CandleInterval
        let intervalWord: String
        let range: ClosedRange<Timestamp>
        /// As if shares had never been split.
        let isAdjusted: Bool
    }

    private static func interval(_ word: String, place: FieldPlace) throws -> CandleInterval {
        guard let interval = CandleInterval(word: word) else {
            throw FieldProblem(
                place: place, field: "interval", kind: .notOneOf(CandleInterval.allCases.map(\.rawValue)), input: .string(word))
        }
        return interval
    }

    private static func instrument(_ fields: Fields, symbol field: String, _ house: isolated Tradehouse) throws -> InstrumentID {
        let exchange = try fields.text("exchange", limit: 12, default: "NSE").uppercased()
        let symbol = try fields.text(field, limit: 40).uppercased()
        guard let id = InstrumentID(exchange: exchange, symbol: symbol), house.market.instrument(for: id) != nil else {
            throw Refusal(404, "unknown_instrument", "Instrument not found: \(exchange):\(symbol)")
        }
        return id
    }

    /// `symbol … data` of a history answer.
    private static func history(_ span: Span, _ house: isolated Tradehouse, extra: (inout JSONWriter) -> Void) async throws -> Reply {
        let candles = try await house.candles(of: span.id, interval: span.interval, in: span.range, adjusted: span.isAdjusted).suffix(
            candleLimit)
        return .object(reserving: 512 + 130 * candles.count) { json in
            json.member("status", "success")
            extra(&json)
            json.member("exchange", span.id.exchange)
            json.member("interval", span.intervalWord)
            if candles.isEmpty { json.member("message", "No historical data found") }
            json.member("count", candles.count)
            json.array("data") { json in
                for candle in candles { MarketViews.historicalCandle(candle, &json) }
            }
        }
    }

    @Sendable static func historical(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        let id = try instrument(body, symbol: "symbol", house)
        let from = try body.text("from_date", limit: 32)
        let to = try body.text("to_date", limit: 32)
        guard let first = CivilDate(from), let last = CivilDate(to) else {
            throw Refusal(400, "not_a_date", "Invalid date format. Use YYYY-MM-DD")
        }
        guard first <= last else { throw Refusal(400, "dates_reversed", "from_date must not be after to_date") }
        let word = try body.text("interval", limit: 16, default: "day")
        let span = Span(
            id: id, interval: try interval(word, place: .body), intervalWord: word, range: days(first, last),
            isAdjusted: try body.bool("adjusted", default: false))
        return try await history(span, house) { json in
            json.member("symbol", id.symbol)
            json.member("from_date", from)
            json.member("to_date", to)
        }
    }

    @Sendable static func historicalQuick(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let id = try instrument(query, symbol: "symbol", house)
        let days = try query.integer("days", default: 30)
        let word = try query.text("interval", limit: 16, default: "day")
        let span = Span(
            id: id, interval: try interval(word, place: .query), intervalWord: word,
            range: try lastDays(days, house, place: .query, field: "days"),
            isAdjusted: try query.bool("adjusted", default: false))
        return try await history(span, house) { json in
            json.member("symbol", id.symbol)
            json.member("days", days)
        }
    }

    @Sendable static func fetchOHLC(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body()
        let id = try instrument(body, symbol: "ticker", house)
        let duration = try body.integer("duration", default: 4)
        let word = try body.text("interval", limit: 16, default: "5minute")
        let span = Span(
            id: id, interval: try interval(word, place: .body), intervalWord: word,
            range: try lastDays(duration, house, place: .body, field: "duration"),
            isAdjusted: try body.bool("adjusted", default: false))
        return try await history(span, house) { json in
            json.member("ticker", id.symbol)
            json.member("duration", duration)
        }
    }

    private static func days(_ first: CivilDate, _ last: CivilDate) -> ClosedRange<Timestamp> {
        Timestamp(
            date: first, offsetSeconds: indiaOffsetSeconds)...Timestamp(date: last, secondOfDay: 86_399, offsetSeconds: indiaOffsetSeconds)
    }

    private static func lastDays(_ count: Int64, _ house: isolated Tradehouse, place: FieldPlace, field: String) throws -> ClosedRange<
        Timestamp
    > {
        guard (1...4000).contains(count) else {
            throw FieldProblem(place: place, field: field, kind: .rule(code: "out_of_range", text: "`\(field)` must be 1 to 4000 days."))
        }
        return (house.marketNow - .seconds(86_400 * count))...house.marketNow
    }

    @Sendable static func candles(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        let key = try query.text("instrument", limit: 60)
        guard let id = InstrumentID(key: key), house.market.instrument(for: id) != nil else {
            throw Refusal(404, "unknown_instrument", "There is no instrument \(key). Search for it by name or symbol.", field: "instrument")
        }
        let interval = try interval(try query.text("interval", limit: 16, default: "minute"), place: .query)
        let count = try query.integer("count", default: 500)
        guard (1...Int64(candleLimit)).contains(count) else {
            throw FieldProblem(
                place: .query, field: "count", kind: .rule(code: "out_of_range", text: "`count` must be 1 to \(candleLimit)."))
        }
        let end =
            try query.optionalInteger("to").map { milliseconds in
                guard (0...MarketRoutes.latestMilliseconds).contains(milliseconds) else {
                    throw FieldProblem(
                        place: .query, field: "to",
                        kind: .rule(code: "out_of_range", text: "`to` must be milliseconds between 1970 and 2100."))
                }
                return Timestamp(microseconds: milliseconds * 1000)
            } ?? house.marketNow
        let span = interval.duration * Int(count)
        let adjusted = try query.bool("adjusted", default: false)
        let found = Array(
            try await house.candles(of: id, interval: interval, in: (end - span)...max(end, end - span), adjusted: adjusted)
                .suffix(Int(count)))
        let current = found.last.map { $0.openedAt + interval.duration > house.marketNow } ?? false
        return .object(reserving: 256 + 80 * found.count) { json in
            json.member("status", "success")
            json.member("instrument", id.key)
            json.member("interval", interval.rawValue)
            json.array("candles") { json in
                for candle in found { MarketViews.candleRow(candle, &json) }
            }
            json.member("partial", current)
            json.array("gaps") { json in
                for gap in found.gaps(interval, hours: id.exchange == "CRYPTO" ? .always : .exchange) {
                    json.beginArray()
                    json.int(gap.from.milliseconds)
                    json.int(gap.to.milliseconds)
                    json.endArray()
                }
            }
        }
    }
}
