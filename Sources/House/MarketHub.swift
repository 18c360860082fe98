// Prices: the latest quote of each instrument, its candles, and which instruments there are. Shared by all users. Where ticks come
// from is `Tradehouse+Market`; who reacts to them is the desks' business.

import Trading

/// The market as the house knows it.
///
/// Invariants: 1. a quote is never replaced by an older one. 2. each instrument that is quoted has one id and one token, and wins over
/// an imported one of the same id or token. 3. it holds nothing of any user.
package final class MarketHub {
    /// What is known about one instrument beyond its master record.
    package struct Board {
        package let instrument: Instrument
        package fileprivate(set) var quote: Quote?
        /// Raised with each accepted tick; lets a socket see what changed since it last looked.
        package fileprivate(set) var changes: UInt64 = 0
        /// When the last tick came in, wall time.
        package fileprivate(set) var receivedAt: Timestamp?
        package fileprivate(set) var candles: CandleBuilder
        /// When the first tick of this life came in, by the market's time; candles before it are another's.
        fileprivate var began: Timestamp?
        /// The last minute that was given to the archive.
        fileprivate var archivedMinute: Timestamp?
        fileprivate var dayNumber: Int64 = .min
        /// By product, of the day in India and the price of the underlying that the next two say.
        fileprivate var terms: [TradingTerms] = []
        fileprivate var termsDay: Int64 = .min
        fileprivate var termsUnderlying: Price?
        /// The instrument's own day and the day in India it was looked up for.
        var session: TradingDay?
        var sessionDay: Int64 = .min
        /// The auction, by the second of its match, whose price came already.
        var printedAuction: Timestamp?
    }

    var boards: [Board] = []
    var indexByID: [InstrumentID: Int] = [:]
    private var indexByToken: [Int64: Int] = [:]
    /// The instruments that a feed quotes, as a master for searching.
    private(set) var quoted = InstrumentMaster()
    /// Instruments that were imported: known, searched and listed, and without prices unless a feed quotes them.
    package internal(set) var listed = InstrumentMaster()
    /// What was before this process began to listen.
    package internal(set) var past: MarketPast?
    /// When the first tick came in, by the market's time; the past ends there.
    package private(set) var beganAt: Timestamp
    /// What the market says the time is: wall time, or the tape's.
    package internal(set) var now: Timestamp
    package internal(set) var ticksAccepted: UInt64 = 0
    package internal(set) var ticksDropped: UInt64 = 0
    package internal(set) var lastTickReceivedAt: Timestamp?
    /// Set when a tape has been played to its end.
    package internal(set) var hasEnded = false
    /// The hours that the house shows: those of NSE's shares, or none. Each instrument's own: `MarketHub+Sessions`.
    package let hours: MarketHours
    /// What exchanges ask, by date; books pay and block by it.
    package let rules: RulePack
    var sessions: MarketSessions
    /// Exchanges and segments that are quoted, in the order they came.
    var quotedMarkets: [QuotedMarket] = []
    /// Contracts that are not listed any more, as they were asked for; nil for what was none.
    var endedContracts: [InstrumentID: Instrument?] = [:]
    /// Whether finished minutes are collected for the archive, and those that it did not take yet.
    var keepsMinutes = false
    fileprivate var minutes: [InstrumentID: [Candle]] = [:]
    fileprivate var minuteCount = 0

    /// Instruments that feeds quote, at most: a year of new contracts in the simulated market. What comes beyond waits for the next start.
    package static let quotedLimit = 10_000
    /// A price nobody refreshed for so long is shown as stale.
    package static let staleAfter: Duration = .seconds(30)

    package init(
        instruments: [Instrument], hours: MarketHours, now: Timestamp, past: MarketPast? = nil,
        listed: InstrumentMaster = InstrumentMaster(), rules: RulePack = .builtIn
    ) {
        self.hours = hours
        self.rules = rules
        sessions = MarketSessions(rules)
        self.now = now
        self.past = past
        self.listed = listed
        beganAt = now
        add(instruments)
    }

    /// Takes instruments in that a feed quotes from now on.
    func add(_ instruments: [Instrument]) {
        for instrument in instruments.prefix(max(0, MarketHub.quotedLimit - boards.count)) {
            precondition(indexByID[instrument.id] == nil && indexByToken[instrument.token] == nil, "An instrument is listed twice.")
            indexByID[instrument.id] = boards.count
            indexByToken[instrument.token] = boards.count
            noteMarket(of: instrument)
            boards.append(
                Board(
                    instrument: instrument,
                    candles: CandleBuilder(
                        instrument.id,
                        keeping: instrument.isContract ? CandleBuilder.keptContractCandles : CandleBuilder.keptCandles)))
        }
        do {
            quoted = try InstrumentMaster(boards.lazy.map(\.instrument))
        } catch {
            preconditionFailure("A feed's instruments cannot be listed: \(error)")
        }
    }

    // MARK: Looking

    package var all: [Board] { boards }
    package func board(for id: InstrumentID) -> Board? { indexByID[id].map { boards[$0] } }
    package func isQuoted(_ id: InstrumentID) -> Bool { indexByID[id] != nil }
    package func instrument(for id: InstrumentID) -> Instrument? {
        indexByID[id].map { boards[$0].instrument } ?? listed.instrument(for: id)
    }
    package func instrument(token: Int64) -> Instrument? {
        indexByToken[token].map { boards[$0].instrument } ?? listed.instrument(token: token)
    }
    package func quote(for id: InstrumentID) -> Quote? { indexByID[id].flatMap { boards[$0].quote } }
    /// When the quote of an instrument was.
    func quotedAt(for id: InstrumentID) -> Timestamp? { indexByID[id].flatMap { boards[$0].quote?.at } }
    package func changes(of id: InstrumentID) -> UInt64 { indexByID[id].map { boards[$0].changes } ?? 0 }

    /// On which terms books trade an instrument. Looked up in the rules once a day, of an option also when the price of what it is written on
    /// changed, which its seller's margin follows.
    package func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms {
        guard let index = indexByID[id] else { return .plain }
        let day = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let underlying = boards[index].instrument.marketSegment == .options ? lastPrice(ofUnderlying: boards[index].instrument) : nil
        if boards[index].termsDay != day || boards[index].termsUnderlying != underlying {
            let date = CivilDate(dayNumber: day)
            boards[index].terms = Product.allCases.map {
                rules.terms(for: boards[index].instrument, $0, underlying: underlying, on: date)
            }
            boards[index].termsDay = day
            boards[index].termsUnderlying = underlying
        }
        return boards[index].terms[product.ordinal]
    }

    /// The price of what a contract is written on; nil when no feed has it.
    private func lastPrice(ofUnderlying contract: Instrument) -> Price? {
        Underlying.spot(of: contract.ruleSymbol, contractsOn: contract.id.exchange).flatMap { lastPrice(of: $0) }
    }

    /// The price a position is valued at; nil when none is known.
    package func lastPrice(of id: InstrumentID) -> Price? { indexByID[id].flatMap { boards[$0].quote?.lastPrice } }

    /// Whether the price is too old to be shown as live.
    package func isStale(_ id: InstrumentID, at wall: Timestamp) -> Bool {
        guard let index = indexByID[id], let received = boards[index].receivedAt else { return true }
        return wall - received > MarketHub.staleAfter
    }

    /// Candles built from ticks, oldest first, the unfinished one last.
    func builtCandles(of id: InstrumentID, _ interval: CandleInterval) -> [Candle] {
        indexByID[id].map { boards[$0].candles.candles(interval, includingCurrent: true) } ?? []
    }

    // MARK: Changing

    /// Takes a tick. A late one still counts in the candles, which know what to do with it; the quote stays. Returns false for one that is older than what is known or of an unknown instrument.
    func accept(_ tick: Tick, receivedAt wall: Timestamp) -> Bool {
        guard let index = indexByID[tick.instrument] else {
            ticksDropped += 1
            return false
        }
        lastTickReceivedAt = wall
        if tick.at > now { now = tick.at }
        if boards[index].began == nil { boards[index].began = tick.at }
        let closed = boards[index].candles.add(tick)
        if keepsMinutes, !closed.isEmpty { collectMinutes(of: index, includingLast: false) }
        if boards[index].receivedAt == nil, let remembered = boards[index].quote, tick.at < remembered.at {
            // What is remembered lies ahead of the feed: a tape is played again. The feed knows better.
            boards[index].quote = nil
            boards[index].dayNumber = .min
        }
        if let known = boards[index].quote, tick.at < known.at {
            ticksDropped += 1
            return false
        }
        let day = tick.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
        let known = boards[index].quote
        let isNewDay = day != boards[index].dayNumber
        boards[index].dayNumber = day
        let open = isNewDay ? tick.lastPrice : known?.open ?? tick.lastPrice
        let high = isNewDay ? tick.lastPrice : max(known?.high ?? tick.lastPrice, tick.lastPrice)
        let low = isNewDay ? tick.lastPrice : min(known?.low ?? tick.lastPrice, tick.lastPrice)
        let previousClose =
            isNewDay
            ? past?.previousClose(tick.instrument, tick.at) ?? known?.lastPrice ?? tick.lastPrice : known?.previousClose ?? tick.lastPrice
        boards[index].quote = Quote(
            instrument: tick.instrument, at: tick.at, lastPrice: tick.lastPrice, lastQuantity: tick.lastQuantity,
            dayVolume: isNewDay ? tick.dayVolume : max(known?.dayVolume ?? .zero, tick.dayVolume), depth: tick.depth,
            open: open, high: high, low: low, previousClose: previousClose)
        boards[index].changes += 1
        boards[index].receivedAt = wall
        ticksAccepted += 1
        return true
    }
}

extension MarketHub {
    /// Minutes that wait for the archive, at most; a disk that is slower than the feed loses what comes beyond.
    static let minuteLimit = 50_000
    /// So many waiting minutes are many: a feed that can wait does.
    var hasManyMinutes: Bool { minuteCount >= 2_000 }

    /// When this life's ticks of an instrument began, at the start of a minute; nothing before the first.
    func candlesBegan(of id: InstrumentID) -> Timestamp? {
        guard let index = indexByID[id], let began = boards[index].began else { return nil }
        return CandleInterval.minute.start(of: began, offsetSeconds: id.wallClockOffsetSeconds)
    }

    /// The minutes that are finished since they were last taken, by instrument, each in order of time.
    func takeMinutes() -> [InstrumentID: [Candle]] {
        defer {
            minutes = [:]
            minuteCount = 0
        }
        return minutes
    }

    /// Closes all candles and collects the last minutes: the feed has ended.
    func finishMinutes() {
        guard keepsMinutes else { return }
        for index in boards.indices where boards[index].began != nil {
            // A minute is whole when the next has begun, by the clock of the feed.
            _ = boards[index].candles.close(before: hasEnded ? now + CandleInterval.minute.duration : now)
            collectMinutes(of: index, includingLast: true)
        }
    }

    /// The minute that closed last may still be widened by a late tick, so the one before it is given away.
    private func collectMinutes(of index: Int, includingLast: Bool) {
        let closed = boards[index].candles.candles(.minute, count: 3)
        for candle in includingLast ? closed[...] : closed.dropLast() {
            guard boards[index].archivedMinute.map({ candle.openedAt > $0 }) ?? true, minuteCount < MarketHub.minuteLimit else { continue }
            boards[index].archivedMinute = candle.openedAt
            minutes[boards[index].instrument.id, default: []].append(candle)
            minuteCount += 1
        }
    }

    /// Shows last prices of an earlier life, stale until a tick comes. They are no depth and no price to fill at.
    func remember(_ quotes: [Quote]) {
        for quote in quotes {
            guard let index = indexByID[quote.instrument], boards[index].quote == nil else { continue }
            boards[index].quote = quote
            boards[index].dayNumber = quote.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
            boards[index].changes += 1
        }
    }

    /// Takes the day so far, before the house began, into the quote's open, high and low.
    func widenDay(of id: InstrumentID, by candles: [Candle]) {
        guard let index = indexByID[id], let quote = boards[index].quote, let first = candles.first,
            let high = candles.map(\.high).max(), let low = candles.map(\.low).min(),
            first.openedAt.dayNumber(offsetSeconds: indiaOffsetSeconds) == boards[index].dayNumber
        else { return }
        boards[index].quote = Quote(
            instrument: quote.instrument, at: quote.at, lastPrice: quote.lastPrice, lastQuantity: quote.lastQuantity,
            dayVolume: quote.dayVolume, depth: quote.depth, open: first.open, high: max(quote.high, high), low: min(quote.low, low),
            previousClose: quote.previousClose)
    }
}

/// What a source knows about the time before the house began: the simulated market can work its own past out.
package struct MarketPast: Sendable {
    /// Finished candles that begin within a range. May take long: work for the pool.
    package let candles: @Sendable (InstrumentID, CandleInterval, ClosedRange<Timestamp>) -> [Candle]
    /// The close of the trading day before the one that an instant falls on.
    package let previousClose: @Sendable (InstrumentID, Timestamp) -> Price?
    /// What the contracts on an underlying that expire on a day settle at; nothing where the source does not know.
    package let settlement: @Sendable (_ underlying: String, _ day: CivilDate) -> Price?
    /// A contract that the source listed once and that has ended; nothing for other names.
    package let contract: @Sendable (InstrumentID) -> Instrument?

    package init(
        candles: @escaping @Sendable (InstrumentID, CandleInterval, ClosedRange<Timestamp>) -> [Candle],
        previousClose: @escaping @Sendable (InstrumentID, Timestamp) -> Price?,
        settlement: @escaping @Sendable (_ underlying: String, _ day: CivilDate) -> Price? = { _, _ in nil },
        contract: @escaping @Sendable (InstrumentID) -> Instrument? = { _ in nil }
    ) {
        self.contract = contract
        self.candles = candles
        self.previousClose = previousClose
        self.settlement = settlement
    }

    /// The simulated market's own past.
    package init(_ simulated: SimulatedMarket, hours: @escaping @Sendable (InstrumentID) -> MarketHours) {
        self.init(
            candles: { simulated.history($0, interval: $1, in: $2, hours: hours($0)) },
            previousClose: { simulated.previousClose(of: $0, at: $1) }, settlement: { simulated.settlement(of: $0, on: $1) },
            contract: { simulated.endedContract($0) })
    }
}
