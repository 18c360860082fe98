// What a quote lets an order have: the visible depth, or the last price where the feed shows none. Who gets it first, and whether
// the funds allow it, is `Rehearsal`'s business.
//
// The rules, by `FillRule`:
// `depth`      An arriving order (market, or a limit that is marketable) walks the opposite side from its best level and fills at each
//              level's price, up to its limit. An order that rests fills at its own limit, since it was there first, up to the
//              quantity displayed at or through the limit. What one order took is not there for the next.
// `lastPrice`  Without depth, an arriving order fills whole at the last price; a limit must lie strictly beyond it.
// `priceThrough`  A resting limit fills whole at its limit once something traded strictly through it; without depth the last price is
//              enough. A trade at the limit itself may have been somebody else's turn in the queue.
// `queue`      With depth, a trade at the limit of a resting order first serves what was displayed there before it came.
// `auction`    In the match of an auction everybody whose limit is beyond its price fills whole, at that price.
// A crossed or locked book (bid ≥ ask) and a side without a positive level fill nothing.

/// A working copy of what one quote offers to one book.
struct Liquidity {
    let last: Price
    /// Traded since the tick before; zero for a quote that stands.
    let traded: Quantity
    let hasDepth: Bool
    /// By which rule an arriving order fills whole at the last price.
    let wholeRule: FillRule
    private var bids: DisplayedSide
    private var asks: DisplayedSide
    /// What orders of this book took of the traded quantity, by side.
    private var tradedTaken: (buys: Quantity, sells: Quantity) = (.zero, .zero)

    init(depth: Depth, last: Price, traded: Quantity, wholeRule: FillRule = .lastPrice) {
        self.wholeRule = wholeRule
        self.last = last
        self.traded = traded
        hasDepth = !depth.isEmpty
        bids = DisplayedSide(depth.bids, isBetter: >)
        asks = DisplayedSide(depth.asks, isBetter: <)
        if let bid = bids.best, let ask = asks.best, bid >= ask {
            bids = .empty
            asks = .empty
        }
    }

    /// What traded since the tick before; nil when nothing did or the feed does not say.
    var tradedIfKnown: Quantity? { traded > .zero ? traded : nil }

    /// Whether the quote offers an order of `side` anything at all, at some price, be it that this book took it already.
    func isUsable(for side: Side) -> Bool {
        guard hasDepth else { return last > .zero }
        return opposite(side).best != nil
    }

    // MARK: What an arriving order meets

    /// Whether an order that arrives fills whole at the last price; `limit` nil for a market order.
    func isAtLastPrice(_ limit: Price?, _ side: Side) -> Bool {
        guard !hasDepth, last > .zero else { return false }
        return limit.map { side == .buy ? last < $0 : last > $0 } ?? true
    }

    /// How many levels stand against an order of `side`, used up ones included.
    func levelCount(for side: Side) -> Int { opposite(side).count }

    /// The price of a level against an order of `side`, and what is left of it; nothing when it is beyond `limit`.
    func level(_ number: Int, for side: Side, limit: Price?) -> (price: Price, left: Quantity)? {
        let (price, left) = opposite(side)[number]
        guard isWithin(price, limit, side) else { return nil }
        return (price, left)
    }

    // MARK: What a resting order meets

    /// Whether something traded strictly through `limit`; without depth the last price stands for a trade.
    func hasTraded(through limit: Price, _ side: Side) -> Bool {
        guard last > .zero, traded > .zero || !hasDepth else { return false }
        return side == .buy ? last < limit : last > limit
    }

    /// Whether a trade of this tick was at `limit`; without depth nobody knows who stood before.
    func hasTraded(at limit: Price) -> Bool { hasDepth && traded > .zero && last == limit }

    /// What is left on the other side of an order at its limit or better, at most `wanted`.
    func offered(at limit: Price, _ side: Side, wanted: Quantity) -> Quantity {
        let levels = opposite(side)
        var sum = Quantity.zero
        for number in 0..<levels.count {
            let (price, left) = levels[number]
            guard sum < wanted, isWithin(price, limit, side) else { break }
            sum = left < wanted - sum ? sum + left : wanted
        }
        return sum
    }

    /// Whether a tick may fill a resting or market order of `side`, or at least move its place in the queue.
    func concerns(_ side: Side, limit: Price?) -> Bool {
        guard let limit else { return isUsable(for: side) }
        if hasTraded(through: limit, side) || hasTraded(at: limit) { return true }
        guard hasDepth, let best = opposite(side).best else { return false }
        return isWithin(best, limit, side)
    }

    /// How much the own side of an order displays at its limit: zero at a price better than the worst level that shows none, nil when
    /// the price is worse than all that is shown.
    func displayed(_ side: Side, at limit: Price) -> Quantity? {
        let levels = side == .buy ? bids : asks
        guard let worst = levels.worst, side == .buy ? limit >= worst : limit <= worst else { return nil }
        return levels.displayed(at: limit)
    }

    /// What is left, after `ahead`, of the quantity that traded at the limit.
    func tradedBeyond(_ ahead: Quantity, _ side: Side) -> Quantity {
        let taken = side == .buy ? tradedTaken.buys : tradedTaken.sells
        guard traded > ahead, traded - ahead > taken else { return .zero }
        return traded - ahead - taken
    }

    // MARK: Taking

    mutating func takeTraded(_ side: Side, _ quantity: Quantity) {
        if side == .buy { tradedTaken.buys += quantity } else { tradedTaken.sells += quantity }
    }

    /// Takes `quantity` from one of the levels against an order of `side`.
    mutating func take(_ quantity: Quantity, fromLevel number: Int, for side: Side) {
        if side == .buy { asks.take(quantity, from: number) } else { bids.take(quantity, from: number) }
    }

    /// Takes `quantity` away from the side that an order of `side` fills against, best level first.
    mutating func take(_ quantity: Quantity, for side: Side) {
        guard quantity > .zero else { return }
        if side == .buy { asks.take(quantity) } else { bids.take(quantity) }
    }

    private func opposite(_ side: Side) -> DisplayedSide { side == .buy ? asks : bids }

    private func isWithin(_ price: Price, _ limit: Price?, _ side: Side) -> Bool {
        guard let limit else { return true }
        return side == .buy ? price <= limit : price >= limit
    }
}

/// One side of a displayed book, and what is left of each of its levels.
private struct DisplayedSide {
    static let empty = DisplayedSide([], isBetter: >)

    /// How many levels a quote shows at most.
    private static let limit = 5
    private let levels: [DepthLevel]
    /// What was taken, by level.
    private var taken = InlineArray<5, Quantity>(repeating: .zero)

    /// Believes the levels as long as they get worse; those without a price or a quantity are left out.
    init(_ levels: [DepthLevel], isBetter: (Price, Price) -> Bool) {
        // Nearly every packet is sound, and is then taken as it is.
        let isSound = levels.indices.allSatisfy { index in
            levels[index].counts && (index == 0 || isBetter(levels[index - 1].price, levels[index].price))
        }
        guard !isSound || levels.count > DisplayedSide.limit else {
            self.levels = levels
            return
        }
        var kept: [DepthLevel] = []
        for level in levels where level.counts {
            if let worst = kept.last, !isBetter(worst.price, level.price) || kept.count == DisplayedSide.limit { break }
            kept.append(level)
        }
        self.levels = kept
    }

    var count: Int { levels.count }
    var best: Price? { levels.first?.price }
    var worst: Price? { levels.last?.price }

    subscript(number: Int) -> (price: Price, left: Quantity) {
        let level = levels[number]
        return (level.price, level.quantity - taken[number])
    }

    /// What is displayed at `price`, whoever took of it.
    func displayed(at price: Price) -> Quantity { levels.first { $0.price == price }?.quantity ?? .zero }

    mutating func take(_ quantity: Quantity, from number: Int) {
        taken[number] += quantity
    }

    /// Takes from the best level on, at most what is there.
    mutating func take(_ quantity: Quantity) {
        var rest = quantity
        for number in levels.indices where rest > .zero {
            let part = min(rest, self[number].left)
            if part > .zero { take(part, from: number) }
            rest -= part
        }
    }
}

/// What a book took from the displayed depth of one instrument lately.
///
/// All fills eat from the best level on, so a sum per side is enough. It counts against a quote that is not newer than the fill, for
/// `PaperLimits.quoteLife` at most: by then whoever quotes would have answered.
struct TakenDepth: Equatable, Sendable {
    private struct Fill: Equatable, Sendable {
        let side: Side
        let at: Timestamp
        var quantity: Quantity
    }
    private var fills: [Fill] = []

    var isEmpty: Bool { fills.isEmpty }

    mutating func add(_ side: Side, _ quantity: Quantity, at instant: Timestamp) {
        if let index = fills.lastIndex(where: { $0.side == side && $0.at == instant }) {
            fills[index].quantity = TakenDepth.sum(fills[index].quantity, quantity)
            return
        }
        fills.removeAll { $0.at < instant - PaperLimits.quoteLife }
        fills.append(Fill(side: side, at: instant, quantity: quantity))
    }

    /// What orders of `side` took, since `quotedAt`, from the quote that stands at `instant`.
    func quantity(_ side: Side, since quotedAt: Timestamp, at instant: Timestamp) -> Quantity {
        var sum = Quantity.zero
        for fill in fills where fill.side == side && fill.at >= quotedAt && fill.at >= instant - PaperLimits.quoteLife {
            sum = TakenDepth.sum(sum, fill.quantity)
        }
        return sum
    }

    /// Stays at the largest quantity instead of overflowing: no quote displays more.
    private static func sum(_ a: Quantity, _ b: Quantity) -> Quantity {
        let (units, overflow) = a.units.addingReportingOverflow(b.units)
        return Quantity(units: overflow ? .max : units)
    }
}

extension OrderKind {
    /// Whether it fills at any price once it is live.
    var isMarketOnceLive: Bool { limitPrice == nil }

    /// Whether the last price reached the trigger: a buy waits for a rise, a sell for a fall.
    func isReached(by last: Price, _ side: Side) -> Bool {
        guard let trigger = triggerPrice, last > .zero else { return false }
        return side == .buy ? last >= trigger : last <= trigger
    }
}
