// One user who places one market order after the other, the next when the last is durable. Decided by the real rules: an order row, a
// trade, a position and the figures after it.

import Platform
import Storage
import Trading

/// Why a measurement cannot go on.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// One liquid instrument whose price stands still.
struct StillMarket: MarketView {
    static let id = InstrumentID(exchange: "NSE", symbol: "RELIANCE")!
    static let price = Price(units: 2_950 * fixedPointScale + fixedPointScale / 2)
    let instrument = Instrument(
        id: id, token: 738_561, name: "RELIANCE INDUSTRIES", tickSize: Price(units: fixedPointScale / 20), lotSize: Quantity(whole: 1),
        kind: "EQ", segment: "NSE", isSimulated: true)
    let quote: Quote

    init(at instant: Timestamp) {
        quote = Quote(
            instrument: StillMarket.id, at: instant, lastPrice: StillMarket.price, lastQuantity: Quantity(whole: 10),
            dayVolume: Quantity(whole: 1_000_000), depth: .none, open: StillMarket.price, high: StillMarket.price,
            low: StillMarket.price, previousClose: StillMarket.price)
    }

    func instrument(for id: InstrumentID) -> Instrument? { id == instrument.id ? instrument : nil }
    func quote(for id: InstrumentID) -> Quote? { id == quote.instrument ? quote : nil }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { true }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { false }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms { .plain }
}

/// A user with a book. Used on the loop only.
final class Writer: @unchecked Sendable {
    let user: UserID
    private var account: PaperAccount
    private let market: StillMarket
    private var count = 0
    /// Orders that were decided before the run, and which comes next.
    private var decided: [Commit] = []
    private var turn = 0
    /// What a body's SHA-256 looks like.
    private let digest = String(repeating: "5f70bf18a0860070", count: 4)

    init(_ number: Int, at instant: Timestamp) {
        let digits = String(number)
        user = UserID("U" + String(repeating: "0", count: 9 - digits.utf8.count) + digits)!
        account = PaperAccount(opening: Money(whole: 1_000_000_000), at: instant)
        market = StillMarket(at: instant)
    }

    /// Decides `count` orders now, which `next(at:)` then gives one after the other, again and again.
    ///
    /// So a run measures the store and not the rules. Rows that come again are rows like any other to a store that writes.
    func decide(_ count: Int, at instant: Timestamp) throws {
        decided = try (0..<count).map { _ in try decide(at: instant) }
    }

    /// The next order.
    func next(at instant: Timestamp) throws -> Commit {
        guard !decided.isEmpty else { return try decide(at: instant) }
        turn = turn + 1 == decided.count ? 0 : turn + 1
        return decided[turn]
    }

    /// An order as the house would store it: ten shares bought, or sold again.
    private func decide(at instant: Timestamp) throws -> Commit {
        count += 1
        let digits = String(count)
        let id = OrderID("P" + user.text + String(repeating: "0", count: 9 - digits.utf8.count) + digits)!
        var draft = OrderDraft(
            instrument: StillMarket.id, side: count % 2 == 1 ? .buy : .sell, product: .intraday, kind: .market,
            quantity: Quantity(whole: 10))
        draft.clientOrderID = "c-\(user.text)-\(count)"
        draft.requestDigest = digest
        let touched = try account.act(.place(draft, as: id), market: market, at: instant)
        var commit = Commit(user: user)
        commit.orders = touched.orders.compactMap { account.order($0) }
        commit.positions = touched.positions.compactMap { account.position(for: $0) }
        commit.trades = touched.trades
        commit.meta = account.meta(at: instant)
        guard commit.orders.count == 1, commit.positions.count == 1, commit.trades.count == 1 else {
            throw BenchFailure("an order is one row of each kind, not \(commit)")
        }
        return commit
    }
}
