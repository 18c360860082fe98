// Quotes and candles as JSON: our own compact shapes first, then Kite's and the legacy ones.

import House
import Trading
import Wire

enum MarketViews {
    /// Our own quote, in braces. Facts of the instrument come along only where a client asks for the first time.
    static func quote(_ board: MarketHub.Board, at wall: Timestamp, facts: Bool, depth: Bool, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("i", board.instrument.id.key)
        if let quote = board.quote {
            json.member("ltp", quote.lastPrice)
            json.member("change", quote.lastPrice - quote.previousClose)
            if quote.previousClose > .zero {
                let change = Money(units: Int128(quote.lastPrice.units - quote.previousClose.units))
                json.member("pct", fixedPoint: Percent.of(change, in: Money(units: Int128(quote.previousClose.units))), decimals: 2)
            } else {
                json.nullMember("pct")
            }
            json.member("open", quote.open)
            json.member("high", quote.high)
            json.member("low", quote.low)
            json.member("close", quote.previousClose)
            json.member("volume", quote.dayVolume)
            json.member("at", quote.at.milliseconds)
            json.member("bid", quote.depth.bids.first?.price)
            json.member("ask", quote.depth.asks.first?.price)
            if depth {
                levels("bids", quote.depth.bids, &json)
                levels("asks", quote.depth.asks, &json)
            }
        } else {
            json.nullMember("ltp")
        }
        json.member("stale", board.receivedAt.map { wall - $0 > MarketHub.staleAfter } ?? true)
        if facts { self.facts(of: board.instrument, isQuoted: true, &json) }
        json.endObject()
    }

    /// The same of an instrument that is listed and that no feed quotes.
    static func unquoted(_ instrument: Instrument, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("i", instrument.id.key)
        json.nullMember("ltp")
        json.member("stale", true)
        facts(of: instrument, isQuoted: false, &json)
        json.endObject()
    }

    private static func facts(of instrument: Instrument, isQuoted: Bool, _ json: inout JSONWriter) {
        json.member("tick", instrument.tickSize)
        json.member("lot", instrument.lotSize)
        json.member("name", instrument.name)
        json.member("tradable", instrument.isTradable)
        json.member("quoted", isQuoted)
        json.member("simulated", instrument.isSimulated)
    }

    private static func levels(_ name: StaticString, _ levels: [DepthLevel], _ json: inout JSONWriter) {
        json.array(name) { json in
            for level in levels {
                json.beginArray()
                json.fixedPoint(Int128(level.price.units))
                json.fixedPoint(Int128(level.quantity.units))
                json.int(level.orders)
                json.endArray()
            }
        }
    }

    /// `[ms, open, high, low, close, volume]`.
    static func candleRow(_ candle: Candle, _ json: inout JSONWriter) {
        json.beginArray()
        json.int(candle.openedAt.milliseconds)
        for price in [candle.open, candle.high, candle.low, candle.close] { json.fixedPoint(Int128(price.units)) }
        json.fixedPoint(Int128(candle.volume.units))
        json.endArray()
    }

    /// A candle of the legacy live routes, in braces.
    static func legacyCandle(_ candle: Candle, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("timestamp", candle.openedAt.wallClock(offsetSeconds: indiaOffsetSeconds, separator: "T", decimals: 0))
        ohlcv(candle, &json)
        json.member("tick_count", candle.tickCount)
        json.endObject()
    }

    /// A candle of the legacy history routes, in braces.
    static func historicalCandle(_ candle: Candle, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("date", candle.openedAt.wallClock(offsetSeconds: indiaOffsetSeconds, separator: "T", decimals: 0) + "+05:30")
        ohlcv(candle, &json)
        json.endObject()
    }

    private static func ohlcv(_ candle: Candle, _ json: inout JSONWriter) {
        json.member("open", candle.open)
        json.member("high", candle.high)
        json.member("low", candle.low)
        json.member("close", candle.close)
        json.member("volume", candle.volume)
    }

    /// An instrument as brokers' dumps have it, in braces.
    static func instrument(_ instrument: Instrument, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("instrument_token", instrument.token)
        json.member("exchange_token", String(instrument.exchangeToken))
        json.member("tradingsymbol", instrument.id.symbol)
        json.member("name", instrument.name)
        json.member("last_price", 0)
        json.member("expiry", instrument.expiry?.description ?? "")
        json.member("strike", instrument.strike)
        json.member("tick_size", instrument.tickSize)
        json.member("lot_size", instrument.lotSize)
        json.member("instrument_type", instrument.kind)
        json.member("segment", instrument.segment)
        json.member("exchange", instrument.id.exchange)
        json.endObject()
    }

    /// An instrument in our own words, in braces; `quoted` says whether any feed gives its prices.
    static func native(_ instrument: Instrument, isQuoted: Bool, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("i", instrument.id.key)
        json.member("exchange", instrument.id.exchange)
        json.member("tradingsymbol", instrument.id.symbol)
        json.member("token", instrument.token)
        json.member("name", instrument.name)
        json.member("kind", instrument.kind)
        json.member("segment", instrument.segment)
        json.member("tick", instrument.tickSize)
        json.member("lot", instrument.lotSize)
        json.member("freeze", fixedPoint: instrument.freezeQuantity > .zero ? Int128(instrument.freezeQuantity.units) : nil)
        json.member("multiplier", instrument.multiplier)
        json.member("underlying", instrument.underlying.isEmpty ? nil : instrument.underlying)
        json.member("expiry", instrument.expiry?.description)
        json.member("strike", instrument.isOption ? instrument.strike : nil)
        json.member("closing_auction", instrument.isInClosingAuction)
        json.member("tradable", instrument.isTradable)
        json.member("quoted", isQuoted)
        json.member("simulated", instrument.isSimulated)
        json.endObject()
    }

    /// Kite's `ohlc` of a quote, as a member.
    private static func ohlc(_ quote: Quote, _ json: inout JSONWriter) {
        json.object("ohlc") { json in
            json.member("open", quote.open)
            json.member("high", quote.high)
            json.member("low", quote.low)
            json.member("close", quote.previousClose)
        }
    }

    /// What Kite's `ltp`, `ohlc` and `quote` say of one instrument, in braces.
    static func kite(_ board: MarketHub.Board, _ quote: Quote, detail: QuoteDetail, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("instrument_token", board.instrument.token)
        if detail == .full { json.member("timestamp", quote.at.kiteText) }
        json.member("last_price", quote.lastPrice)
        if detail == .full {
            json.member("last_quantity", quote.lastQuantity)
            json.member("last_trade_time", quote.at.kiteText)
            json.member("volume", quote.dayVolume)
            json.member("buy_quantity", quote.depth.bids.reduce(Quantity.zero) { $0 + $1.quantity })
            json.member("sell_quantity", quote.depth.asks.reduce(Quantity.zero) { $0 + $1.quantity })
            json.member("net_change", quote.lastPrice - quote.previousClose)
        }
        if detail != .lastPrice { ohlc(quote, &json) }
        if detail == .full {
            json.object("depth") { json in
                for (name, levels) in [("buy", quote.depth.bids), ("sell", quote.depth.asks)] {
                    json.key(name)
                    json.beginArray()
                    for level in levels {
                        json.beginObject()
                        json.member("price", level.price)
                        json.member("quantity", level.quantity)
                        json.member("orders", level.orders)
                        json.endObject()
                    }
                    json.endArray()
                }
            }
        }
        json.endObject()
    }
}

/// How much of a quote a legacy route asks for.
enum QuoteDetail: Sendable {
    case lastPrice
    case ohlc
    case full
}
