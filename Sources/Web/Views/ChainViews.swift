// An option chain as JSON: a strike a row, the call and the put in it, and what trades beside them.

import House
import Trading
import Wire

enum ChainViews {
    static func chain(_ chain: OptionChain, _ hub: MarketHub, at wall: Timestamp, _ json: inout JSONWriter) {
        json.member("underlying", chain.underlying)
        json.member("exchange", chain.exchange)
        json.member("expiry", chain.expiry.description)
        json.array("expiries") { json in
            for day in chain.expiries { json.string(day.description) }
        }
        if let spot = chain.spot { price("spot", of: spot, hub, wall, &json) } else { json.nullMember("spot") }
        json.array("futures") { json in
            for future in chain.futures { price(of: future, hub, wall, &json) }
        }
        json.member("strike_count", chain.strikeCount)
        json.array("strikes") { json in
            for strike in chain.strikes {
                json.beginObject()
                json.member("strike", strike.price)
                if let call = strike.call { price("ce", of: call, hub, wall, &json) } else { json.nullMember("ce") }
                if let put = strike.put { price("pe", of: put, hub, wall, &json) } else { json.nullMember("pe") }
                json.endObject()
            }
        }
    }

    private static func price(_ name: String, of instrument: Instrument, _ hub: MarketHub, _ wall: Timestamp, _ json: inout JSONWriter) {
        json.key(name)
        price(of: instrument, hub, wall, &json)
    }

    /// What one cell of the chain shows, in braces.
    private static func price(of instrument: Instrument, _ hub: MarketHub, _ wall: Timestamp, _ json: inout JSONWriter) {
        let quote = hub.quote(for: instrument.id)
        json.beginObject()
        json.member("i", instrument.id.key)
        json.member("ltp", quote?.lastPrice)
        json.member("change", quote.map { $0.lastPrice - $0.previousClose })
        json.member("bid", quote?.depth.bids.first?.price)
        json.member("ask", quote?.depth.asks.first?.price)
        json.member("volume", fixedPoint: quote.map { Int128($0.dayVolume.units) })
        json.member("at", quote?.at.milliseconds)
        json.member("stale", hub.isStale(instrument.id, at: wall))
        json.member("quoted", hub.isQuoted(instrument.id))
        if instrument.isContract {
            json.member("lot", instrument.lotSize)
            json.member("expiry", instrument.expiry?.description)
        }
        json.endObject()
    }
}
