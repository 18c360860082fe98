// The market as the house knows it: the newest price wins, a day has its figures, and a search finds the nearest first.

import Testing
import Trading

@testable import House

@Suite struct `The market` {
    private static let noon = Timestamp(seconds: 1_795_161_600)
    private static let infy = InstrumentID(key: "NSE:INFY")!

    private func instrument(_ key: String, name: String? = nil, token: Int64, index: Bool = false) -> Instrument {
        let id = InstrumentID(key: key)!
        return Instrument(
            id: id, token: token, name: name ?? id.symbol, tickSize: Price(text: index ? "0" : "0.05")!,
            lotSize: Quantity(text: index ? "0" : "1")!, kind: index ? "INDEX" : "EQ", segment: id.exchange, isSimulated: true)
    }

    private func hub(past: MarketPast? = nil) -> MarketHub {
        MarketHub(instruments: [instrument("NSE:INFY", token: 1)], hours: .always, now: Self.noon, past: past)
    }

    private func tick(_ last: String, at: Timestamp = noon, volume: Int64 = 0, of id: InstrumentID = infy) -> Tick {
        Tick(
            instrument: id, at: at, lastPrice: Price(text: last)!, lastQuantity: Quantity(whole: 1), dayVolume: Quantity(whole: volume),
            depth: .none)
    }

    @Test func `takes the newest tick and drops an older one`() {
        let hub = hub()
        #expect(hub.accept(tick("1500"), receivedAt: Self.noon))
        #expect(hub.accept(tick("1510", at: Self.noon + .seconds(2)), receivedAt: Self.noon))
        #expect(!hub.accept(tick("1400", at: Self.noon + .seconds(1)), receivedAt: Self.noon))
        #expect(hub.lastPrice(of: Self.infy) == Price(text: "1510"))
        #expect(hub.quote(for: Self.infy)?.low == Price(text: "1500"))
        #expect(hub.ticksAccepted == 2 && hub.ticksDropped == 1)
        #expect(hub.changes(of: Self.infy) == 2)
    }

    @Test func `asks a seller of options for a margin that follows the price of the index`() {
        let call = Instrument(
            id: InstrumentID(key: "NFO:NIFTY26NOV25000CE")!, token: 3, name: "NIFTY", tickSize: Price(text: "0.05")!,
            lotSize: Quantity(whole: 65), kind: "CE", segment: "NFO-OPT", expiry: CivilDate("2026-11-24"), strike: Price(text: "25000")!,
            underlying: "NIFTY", isSimulated: true)
        let index = instrument("NSE:NIFTY 50", token: 2, index: true)
        let hub = MarketHub(instruments: [call, index], hours: .always, now: Self.noon)
        func perUnit() -> Money { hub.terms(for: call.id, .carry, at: Self.noon).shortMarginPerUnit }
        // 10 % and 3 % of the strike while the index has no price, then of the index.
        #expect(perUnit() == Money(whole: 3_250))
        #expect(hub.accept(tick("26000", of: index.id), receivedAt: Self.noon))
        #expect(perUnit() == Money(whole: 3_380))
        #expect(hub.accept(tick("26100", at: Self.noon + .seconds(1), of: index.id), receivedAt: Self.noon))
        #expect(perUnit() == Money(whole: 3_393))
        #expect(hub.terms(for: call.id, .carry, at: Self.noon).longMargin == .full)
        #expect(hub.terms(for: index.id, .carry, at: Self.noon) == .plain)
    }

    @Test func `takes two ticks of one moment in the order they came`() {
        let hub = hub()
        #expect(hub.accept(tick("1500"), receivedAt: Self.noon))
        #expect(hub.accept(tick("1501"), receivedAt: Self.noon))
        #expect(hub.lastPrice(of: Self.infy) == Price(text: "1501"))
    }

    @Test func `drops ticks of instruments that it does not list`() {
        let hub = hub()
        #expect(!hub.accept(tick("1", of: InstrumentID(key: "NSE:NOSUCH")!), receivedAt: Self.noon))
        #expect(hub.ticksDropped == 1 && hub.lastTickReceivedAt == nil)
    }

    @Test func `counts a day's open, high, low and volume`() {
        let hub = hub()
        for (second, (price, volume)) in [("1500", 10), ("1520", 30), ("1490", 25), ("1505", 40)].enumerated() {
            _ = hub.accept(tick(price, at: Self.noon + .seconds(second), volume: Int64(volume)), receivedAt: Self.noon)
        }
        let quote = hub.quote(for: Self.infy)!
        #expect(quote.open == Price(text: "1500") && quote.high == Price(text: "1520") && quote.low == Price(text: "1490"))
        #expect(quote.lastPrice == Price(text: "1505"))
        #expect(quote.dayVolume == Quantity(whole: 40), "a volume that steps back is not believed")
        #expect(quote.previousClose == Price(text: "1500"), "the first price of the day where nothing older is known")
    }

    @Test func `begins a new day with the last price as the previous close`() {
        let hub = hub()
        _ = hub.accept(tick("1500", volume: 100), receivedAt: Self.noon)
        _ = hub.accept(tick("1550", at: Self.noon + .seconds(10), volume: 200), receivedAt: Self.noon)
        // 20 November ends in India at 18:30 UTC.
        let midnight = Timestamp(seconds: 1_795_199_400)
        _ = hub.accept(tick("1560", at: midnight - .seconds(1), volume: 300), receivedAt: Self.noon)
        #expect(hub.quote(for: Self.infy)?.open == Price(text: "1500"))
        _ = hub.accept(tick("1570", at: midnight, volume: 5), receivedAt: Self.noon)
        let quote = hub.quote(for: Self.infy)!
        #expect(quote.open == Price(text: "1570") && quote.high == Price(text: "1570") && quote.low == Price(text: "1570"))
        #expect(quote.previousClose == Price(text: "1560"))
        #expect(quote.dayVolume == Quantity(whole: 5))
    }

    @Test func `asks its past for the previous close where there is one`() {
        let hub = hub(past: MarketPast(candles: { _, _, _ in [] }, previousClose: { _, _ in Price(text: "1444") }))
        _ = hub.accept(tick("1500"), receivedAt: Self.noon)
        #expect(hub.quote(for: Self.infy)?.previousClose == Price(text: "1444"))
    }

    @Test func `calls a price stale when nobody refreshed it for half a minute`() {
        let hub = hub()
        #expect(hub.isStale(Self.infy, at: Self.noon))
        _ = hub.accept(tick("1500", at: Self.noon - .seconds(3_600)), receivedAt: Self.noon)
        #expect(!hub.isStale(Self.infy, at: Self.noon + MarketHub.staleAfter))
        #expect(hub.isStale(Self.infy, at: Self.noon + MarketHub.staleAfter + .milliseconds(1)))
    }

    @Test func `finds the exact symbol first, then beginnings, then what contains the text`() {
        let hub = MarketHub(
            instruments: [
                instrument("NSE:NATIONALTATA", token: 1), instrument("NSE:TATAMOTORS", token: 2), instrument("BSE:TATA", token: 3),
                instrument("NSE:TATA", token: 4), instrument("NSE:TCS", name: "Tata Consultancy", token: 5),
                instrument("NSE:INFY", name: "Infosys", token: 6),
            ], hours: .always, now: Self.noon)
        #expect(hub.search("tata", on: "ALL").map(\.token) == [3, 4, 2, 1, 5])
        #expect(hub.search("tata", on: "NSE").map(\.token) == [4, 2, 1, 5])
        #expect(hub.search("TATA", on: "ALL", limit: 2).map(\.token) == [3, 4])
        #expect(hub.search("nothing", on: "ALL").isEmpty)
        #expect(hub.search("tata", on: "MCX").isEmpty)
    }

    @Test func `shows twenty results at most`() {
        let many = (1...50).map { instrument("NSE:AB\($0)", token: Int64($0)) }
        let hub = MarketHub(instruments: many, hours: .always, now: Self.noon)
        #expect(hub.search("AB", on: "NSE").count == 20)
        #expect(hub.instruments(on: "NSE", limit: 100).count == 50)
        #expect(hub.instruments(on: "ALL", limit: 100).count == 50)
    }

    @Test func `finds imported instruments beside quoted ones; of two with one name or number the quoted one counts`() throws {
        let imported = try InstrumentMaster([
            instrument("NSE:INFY", name: "Imported", token: 408_065), instrument("NSE:INFYBEES", token: 5),
            instrument("BSE:INFY", token: 6),
            instrument("NSE:OTHER", token: 1),
        ])
        let hub = MarketHub(instruments: [instrument("NSE:INFY", token: 1)], hours: .always, now: Self.noon, listed: imported)
        #expect(hub.search("infy", on: "ALL").map(\.id.key) == ["NSE:INFY", "BSE:INFY", "NSE:INFYBEES"])
        #expect(hub.search("infy", on: "ALL", limit: 1).map(\.token) == [1])
        #expect(hub.instrument(for: Self.infy)?.token == 1 && hub.instrument(token: 1)?.id == Self.infy)
        let other = InstrumentID(key: "NSE:OTHER")!
        #expect(
            hub.instrument(for: other) != nil && !hub.isQuoted(other) && hub.quote(for: other) == nil && hub.isStale(other, at: Self.noon))
        let all = hub.instruments(on: "ALL", limit: 2)
        #expect(all.count == 4 && all.instruments.map(\.id.key) == ["NSE:INFY", "BSE:INFY"])
        #expect(hub.instruments(on: "NSE", limit: 9).count == 3)
    }

    @Test func `a remembered price ahead of the feed gives way, so that a tape can be played again`() {
        let hub = hub()
        _ = hub.accept(tick("1500", at: Self.noon + .seconds(3_600)), receivedAt: Self.noon)
        let again = self.hub()
        again.remember([hub.quote(for: Self.infy)!])
        #expect(again.lastPrice(of: Self.infy) == Price(text: "1500") && again.isStale(Self.infy, at: Self.noon))
        #expect(again.changes(of: Self.infy) == 1)
        #expect(again.accept(tick("1400"), receivedAt: Self.noon))
        #expect(again.quote(for: Self.infy)?.high == Price(text: "1400") && !again.isStale(Self.infy, at: Self.noon))
    }

    @Test func `a remembered price of the day before is the close of the day before`() {
        let hub = hub()
        _ = hub.accept(tick("1500"), receivedAt: Self.noon)
        let next = self.hub()
        next.remember([hub.quote(for: Self.infy)!])
        #expect(next.accept(tick("1510", at: Self.noon + .seconds(86_400)), receivedAt: Self.noon + .seconds(86_400)))
        #expect(next.quote(for: Self.infy)?.previousClose == Price(text: "1500"))
        #expect(next.quote(for: Self.infy)?.open == Price(text: "1510"))
    }

    @Test func `gives the archive each minute once, when no late tick can change it, and the last at the end`() {
        let hub = hub()
        hub.keepsMinutes = true
        for minute in 0..<4 { _ = hub.accept(tick("150\(minute)", at: Self.noon + .seconds(60 * minute)), receivedAt: Self.noon) }
        #expect(hub.takeMinutes()[Self.infy]?.map(\.close.text) == ["1500", "1501"])
        #expect(hub.takeMinutes().isEmpty)
        hub.hasEnded = true
        hub.finishMinutes()
        #expect(hub.takeMinutes()[Self.infy]?.map(\.close.text) == ["1502", "1503"])
    }
}
