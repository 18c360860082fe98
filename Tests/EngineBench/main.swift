// The paper exchange alone, on one core and without disk or sockets: `etc/bench engine` starts it. Prints one line of JSON: how many
// commands and ticks a second, with how many orders resting.

import Glibc
import Trading

/// Prices, hours and terms of the measured market: every instrument at 1,000 with five levels, on real terms unless told otherwise.
final class BenchMarket: MarketView {
    private(set) var instruments: [InstrumentID: Instrument] = [:]
    private var quotes: [InstrumentID: Quote] = [:]
    let ids: [InstrumentID]
    private let intraday: TradingTerms

    init(count: Int, isCharged: Bool) {
        ids = (0..<count).map { InstrumentID(exchange: "NSE", symbol: "S\($0)")! }
        let date = CivilDate("2026-11-20")!
        let first = BenchMarket.instrument(ids[0], 0)
        intraday = isCharged ? RulePack.builtIn.terms(for: first, .intraday, on: date) : .plain
        for (index, id) in ids.enumerated() {
            instruments[id] = BenchMarket.instrument(id, index)
            take(tick(id, 1_000_00))
        }
    }

    private static func instrument(_ id: InstrumentID, _ index: Int) -> Instrument {
        Instrument(
            id: id, token: Int64(index), name: "", tickSize: Price(text: "0.05")!, lotSize: Quantity(whole: 1), kind: "EQ", segment: "NSE",
            isSimulated: true)
    }

    /// A tick at so many paise, with five levels a side.
    func tick(_ id: InstrumentID, _ paise: Int64) -> Tick {
        func levels(_ step: Int64) -> [DepthLevel] {
            (1...5).map { level in
                DepthLevel(price: Price(units: (paise + step * level) * 1_000_000), quantity: Quantity(whole: 1_000_000), orders: 1)
            }
        }
        return Tick(
            instrument: id, at: now, lastPrice: Price(units: paise * 1_000_000), lastQuantity: Quantity(whole: 10), dayVolume: .zero,
            depth: Depth(bids: levels(-5), asks: levels(5)))
    }

    func take(_ tick: Tick) {
        quotes[tick.instrument] = Quote(
            instrument: tick.instrument, at: tick.at, lastPrice: tick.lastPrice, lastQuantity: tick.lastQuantity, dayVolume: .zero,
            depth: tick.depth, open: tick.lastPrice, high: tick.lastPrice, low: tick.lastPrice, previousClose: tick.lastPrice)
    }

    func instrument(for id: InstrumentID) -> Instrument? { instruments[id] }
    func quote(for id: InstrumentID) -> Quote? { quotes[id] }
    func lastPrice(for id: InstrumentID) -> Price? { quotes[id]?.lastPrice }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { true }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { false }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms { intraday }
}

let now = Timestamp(seconds: 1_795_152_600)

/// CPU seconds of this process: what else runs on the machine does not count.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func perSecond(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
    let start = cpuSeconds()
    try work()
    return Double(count) / (cpuSeconds() - start)
}

func draft(_ id: InstrumentID, _ side: Side, _ kind: OrderKind, _ quantity: Int64 = 1) -> OrderDraft {
    OrderDraft(instrument: id, side: side, product: .intraday, kind: kind, quantity: Quantity(whole: quantity))
}

func limit(_ paise: Int64) -> OrderKind { .limit(Price(units: paise * 1_000_000)) }

/// Commands on many books with a few orders each: `count` of each kind.
func commands(_ count: Int, isCharged: Bool) throws -> [(String, Double)] {
    let market = BenchMarket(count: 100, isCharged: isCharged)
    let books = 1_000
    var accounts = (0..<books).map { _ in PaperAccount(opening: Money(whole: 1_000_000_000), at: now) }
    let ids = (0..<2 * count).map { OrderID("P\(1_000_000_000 + $0)")! }
    func run(_ command: (Int) -> PaperCommand) throws -> Double {
        try perSecond(count) {
            for number in 0..<count {
                let book = number % books
                try accounts[book].act(command(number), market: market, at: now)
            }
        }
    }
    let place = try run { .place(draft(market.ids[$0 / books % 10], .buy, limit(900_00)), as: ids[$0]) }
    let modify = try run { .modify(ids[$0], OrderAmendment(kind: limit(901_00))) }
    let cancel = try run { .cancel(ids[$0]) }
    let fill = try run {
        .place(draft(market.ids[$0 / books % 10], $0 / books % 2 == 0 ? .buy : .sell, .market), as: ids[count + $0])
    }
    guard accounts.allSatisfy({ $0.workingCount == 0 }), accounts.reduce(0, { $0 + $1.trades.count }) == count else {
        fatalError("Every order was cancelled or filled once.")
    }
    return [("place", place), ("modify", modify), ("cancel", cancel), ("fill", fill)]
}

/// Ticks over books with resting orders, none and some of which they reach.
func ticks(users: Int, ordersPerUser: Int, instruments: Int, count: Int) throws -> [(String, Double)] {
    let market = BenchMarket(count: instruments, isCharged: true)
    var accounts: [PaperAccount] = []
    var bands = [BandIndex<Int>](repeating: BandIndex(), count: instruments)
    for user in 0..<users {
        var account = PaperAccount(opening: Money(whole: 10_000_000), at: now)
        for order in 0..<ordersPerUser {
            let which = (user * 7 + order * 13) % instruments
            // Spread over ten rupees on both sides, beyond one rupee of the market.
            let away = Int64(100 + (user * 31 + order * 17) % 200 * 5)
            let id = OrderID("P\(user)X\(order)")!
            let side: Side = order % 2 == 0 ? .buy : .sell
            let kind = limit(side == .buy ? 1_000_00 - away : 1_000_00 + away)
            try account.act(.place(draft(market.ids[which], side, kind), as: id), market: market, at: now)
        }
        for order in 0..<ordersPerUser {
            let which = (user * 7 + order * 13) % instruments
            bands[which].set(user, account.quietBand(in: market.ids[which]))
        }
        accounts.append(account)
    }
    func take(_ which: Int, _ tick: Tick) throws -> Int {
        market.take(tick)
        var events = 0
        for user in bands[which].concerned(by: TickReach(tick)) {
            let touched = try accounts[user].act(.tick(tick), market: market, at: now)
            bands[which].set(user, accounts[user].quietBand(in: tick.instrument))
            events += touched.orders.count
        }
        return events
    }
    let quiet = (0..<4).flatMap { step in market.ids.map { market.tick($0, 1_000_00 + Int64(step % 2) * 5) } }
    var happened = 0
    let untouched = try perSecond(count) {
        for number in 0..<count { happened += try take(number % instruments, quiet[number % quiet.count]) }
    }
    guard happened == 0 else { fatalError("A quiet tick changes nothing.") }
    let resting = accounts.reduce(0) { $0 + $1.workingCount }
    // The whole market falls by eleven rupees: every buy fills.
    let falling = market.ids.map { market.tick($0, 988_00) }
    let filled = try perSecond(resting / 2) {
        for which in 0..<instruments { _ = try take(which, falling[which]) }
    }
    let left = accounts.reduce(0) { $0 + $1.workingCount }
    guard left == resting - accounts.reduce(0, { $0 + $1.trades.count }), left <= resting / 2 else {
        fatalError("The fall fills every buy: \(left) of \(resting) are left.")
    }
    return [("resting", Double(resting)), ("untouched", untouched), ("touched_orders", filled)]
}

let scale = CommandLine.arguments.contains("--short") ? 20 : 1
do {
    var members: [String] = []
    func add(_ name: String, _ rates: [(String, Double)]) {
        members.append("\"\(name)\":{" + rates.map { "\"\($0.0)\":\(Int64($0.1))" }.joined(separator: ",") + "}")
    }
    add("commands", try commands(400_000 / scale, isCharged: true))
    add("commands_free", try commands(400_000 / scale, isCharged: false))
    add("ticks", try ticks(users: 10_000 / scale, ordersPerUser: 10, instruments: 2_000 / scale, count: 4_000_000 / scale))
    add("ticks_ten_times", try ticks(users: 100_000 / scale, ordersPerUser: 10, instruments: 2_000 / scale, count: 4_000_000 / scale))
    print("{" + members.joined(separator: ",") + "}")
} catch {
    fatalError("The measured orders are taken: \(error)")
}
