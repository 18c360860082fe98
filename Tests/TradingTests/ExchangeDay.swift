// A market of which each instrument keeps the hours and rules of the built-in pack, and a book on it told by the clock in India: for tests of
// what time does to orders and positions.

import Testing

@testable import Trading

/// A market in which each instrument keeps the hours of the built-in pack, and quotes are fresh for ten seconds.
final class ExchangeMarket: MarketView {
    private(set) var instruments: [InstrumentID: Instrument] = [:]
    var quotes: [InstrumentID: Quote] = [:]
    var sessions: MarketSessions
    var previousClose: [InstrumentID: Price] = [:]
    /// Whether margins and charges are those of the pack; else everything is paid in full and free.
    var usesTerms = false

    init(_ rules: RulePack = .builtIn) {
        sessions = MarketSessions(rules)
        list("NSE:INFY", "EQ", tick: "0.10")
        list("NSE:RELIANCE", "EQ", tick: "0.10", isInClosingAuction: true)
        list("NFO:NIFTY26AUGFUT", "FUT", tick: "0.10", lot: "65", expiry: "2026-08-25")
        list("NFO:NIFTY25DECFUT", "FUT", tick: "0.10", lot: "75", expiry: "2025-12-30")
        list("NFO:NIFTY26SEPFUT", "FUT", tick: "0.10", lot: "65", expiry: "2026-09-29")
        list("NFO:NIFTY26NOV26000CE", "CE", tick: "0.05", lot: "65", expiry: "2026-11-24", strike: "26000")
        list("NFO:NIFTY26NOV26000PE", "PE", tick: "0.05", lot: "65", expiry: "2026-11-24", strike: "26000")
        list("CRYPTO:BTCUSDT", "SPOT", tick: "0.01", lot: "0.00001")
    }

    func list(
        _ key: String, _ kind: String, tick: String, lot: String = "1", expiry: String? = nil, strike: String = "0",
        isInClosingAuction: Bool = false
    ) {
        let id = InstrumentID(key: key)!
        instruments[id] = Instrument(
            id: id, token: Int64(instruments.count + 1), name: id.symbol, tickSize: Price(text: tick)!, lotSize: Quantity(text: lot)!,
            kind: kind, segment: id.exchange, expiry: expiry.flatMap { CivilDate($0) }, strike: Price(text: strike)!,
            underlying: expiry == nil ? "" : "NIFTY", isInClosingAuction: isInClosingAuction, isSimulated: true)
    }

    func instrument(for id: InstrumentID) -> Instrument? { instruments[id] }
    func quote(for id: InstrumentID) -> Quote? { quotes[id] }
    func day(_ id: InstrumentID, at instant: Timestamp) -> TradingDay? {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return instruments[id].flatMap { sessions.calendar(of: $0, on: date).day(date) }
    }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { phase(for: id, at: instant) == .continuous }
    func phase(for id: InstrumentID, at instant: Timestamp) -> SessionPhase? { day(id, at: instant)?.phase(at: instant) }
    func hasDayEnded(for id: InstrumentID, since: Timestamp, at instant: Timestamp) -> Bool {
        let days = [since, instant].map { $0.dayNumber(offsetSeconds: indiaOffsetSeconds) }
        guard days[0] == days[1], let day = day(id, at: instant) else { return days[0] < days[1] }
        return since < day.instant(day.ordersEnd) && instant >= day.instant(day.ordersEnd)
    }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { instant - quote.at > .seconds(10) }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms {
        guard usesTerms, let instrument = instruments[id] else { return .plain }
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return sessions.rules.terms(for: instrument, product, on: date)
    }
    func largestOrder(of id: InstrumentID, at instant: Timestamp) -> Quantity? {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return instruments[id].flatMap { sessions.rules.freezeQuantity(for: $0, on: date) }
    }
    func priceBand(of id: InstrumentID, at instant: Timestamp) -> ClosedRange<Price>? {
        let date = CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return instruments[id].flatMap { sessions.rules.priceBand(for: $0, previousClose: previousClose[id], on: date) }
    }
    func intradayEnd(of id: InstrumentID, at instant: Timestamp) -> Timestamp? {
        guard let instrument = instruments[id], let day = day(id, at: instant) else { return nil }
        return sessions.squareOff(of: instrument, .intraday, on: day)
    }
}

/// A book on that market, told by the clock in India.
struct ExchangeDay {
    let market: ExchangeMarket
    var account: PaperAccount
    var now: Timestamp
    private var count = 0
    private(set) var lastFills: [Trade] = []

    init(_ day: String, _ time: String = "00:00:00", capital: Int64 = 10_000_000, rules: RulePack = .builtIn) {
        market = ExchangeMarket(rules)
        now = Timestamp(rfc3339: "\(day)T\(time)+05:30")!
        account = PaperAccount(opening: Money(whole: capital), at: now)
    }

    mutating func at(_ time: String, _ day: String? = nil) {
        let date = day ?? CivilDate(dayNumber: now.dayNumber(offsetSeconds: indiaOffsetSeconds)).description
        now = Timestamp(rfc3339: "\(date)T\(time)+05:30")!
    }

    static func orderID(_ number: Int) -> OrderID { OrderID("P\(number)")! }

    /// Does what a command says and checks the books.
    @discardableResult
    mutating func act(_ command: PaperCommand, _ place: SourceLocation = #_sourceLocation) throws -> [PaperEvent] {
        let events = try account.decide(command, market: market, at: now)
        lastFills = account.apply(events).trades
        try Books.check(account, "\(command)")
        #expect(FundsProof(of: account.snapshot).addsUp, sourceLocation: place)
        return events
    }

    /// Sends an order; gives it as it stands.
    mutating func place(
        _ key: String, _ side: Side, _ quantity: String, _ kind: OrderKind = .market, _ product: Product = .intraday,
        validity: Validity = .day, variety: Variety = .regular, place: SourceLocation = #_sourceLocation
    ) throws -> Order {
        count += 1
        let draft = OrderDraft(
            instrument: InstrumentID(key: key)!, side: side, product: product, kind: kind, validity: validity,
            variety: variety, quantity: Quantity(text: quantity)!)
        try act(.place(draft, as: Self.orderID(count)), place)
        return account.order(Self.orderID(count))!
    }

    func order(_ number: Int) -> Order { account.order(Self.orderID(number))! }

    /// A price with one level on each side, `traded` of which changed hands.
    mutating func quote(_ key: String, _ last: String, traded: Int64 = 100, place: SourceLocation = #_sourceLocation) throws {
        let price = Price(text: last)!
        let level = [DepthLevel(price: price, quantity: Quantity(whole: 100_000), orders: 1)]
        let ask = [
            DepthLevel(price: Price(units: price.units + fixedPointScale / 10), quantity: Quantity(whole: 100_000), orders: 1)
        ]
        let tick = Tick(
            instrument: InstrumentID(key: key)!, at: now, lastPrice: price, lastQuantity: Quantity(whole: traded), dayVolume: .zero,
            depth: Depth(bids: level, asks: ask))
        let id = tick.instrument
        market.quotes[id] = Quote(
            instrument: id, at: now, lastPrice: price, lastQuantity: tick.lastQuantity, dayVolume: .zero, depth: tick.depth, open: price,
            high: price, low: price, previousClose: market.previousClose[id] ?? price)
        try act(.tick(tick), place)
    }

    var told: String { lastFills.map { "\($0.quantity.text) @ \($0.price.text) \($0.rule.rawValue)" }.joined(separator: " + ") }
}
