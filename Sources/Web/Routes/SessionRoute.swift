// When the markets trade: each part of an exchange with its own hours, and the day of one instrument part by part.

import House
import Trading
import Wire

enum SessionRoute {
    @Sendable static func sessions(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let hub = house.market
        let now = house.marketNow
        let asked = try call.queryFields.optionalText("instrument", limit: 60)
        let instrument = asked.flatMap { InstrumentID(key: $0) }.flatMap { hub.instrument(for: $0) }
        if let asked, instrument == nil {
            throw FieldProblem(
                place: .query, field: "instrument",
                kind: .rule(code: OrderRefusal.unknownInstrument.rawValue, text: OrderRefusal.unknownInstrument.advice),
                input: .string(asked))
        }
        return .object(reserving: 2_048) { json in
            json.member("status", "success")
            json.member("now", now.indiaText)
            json.member("round_the_clock", hub.neverCloses)
            if let instrument {
                json.object("instrument") { json in day(of: instrument, hub, at: now, &json) }
            } else {
                json.array("markets") { json in
                    for market in hub.markets {
                        json.beginObject()
                        json.member("exchange", market.exchange)
                        json.member("segment", market.segment.rawValue)
                        status(hub.hours(of: market).status(at: now), &json)
                        json.endObject()
                    }
                }
            }
        }
    }

    private static func status(_ status: MarketStatus, _ json: inout JSONWriter) {
        json.member("market_status", status.phase.statusWord)
        json.member("session", status.phase.rawValue)
        MarketRoutes.countdown(status, &json)
        json.member("holiday", status.holiday)
    }

    /// The parts of the instrument's day, which of them it is now, and what that takes.
    private static func day(of instrument: Instrument, _ hub: MarketHub, at now: Timestamp, _ json: inout JSONWriter) {
        let day = hub.day(of: instrument.id, at: now)
        let present = day?.span(at: now)
        json.member("i", instrument.id.key)
        status(hub.hours(of: instrument, at: now).status(at: now), &json)
        json.member("phase", present?.phase.rawValue)
        json.member("phase_ends_in", day.flatMap { day in present.map { ClockText.countdown(day.instant($0.closes) - now) } })
        json.array("accepts") { json in
            let some = Price(units: 1)
            for kind in [OrderKind.market, .limit(some), .stopLimit(trigger: some, limit: some), .stop(trigger: some)]
            where present?.phase.accepts(kind, .day) == true {
                json.string(kind.word)
            }
        }
        json.member("square_off_at", hub.squareOff(of: instrument.id, .intraday, at: now)?.indiaText)
        json.array("phases") { json in
            for span in day?.phases ?? [] {
                json.beginObject()
                json.member("phase", span.phase.rawValue)
                json.member("from", day?.instant(span.opens).indiaText)
                json.member("to", day?.instant(span.closes).indiaText)
                json.endObject()
            }
        }
    }
}
