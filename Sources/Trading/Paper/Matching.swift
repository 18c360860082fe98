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
    /// By which rule a fill without depth goes.
    private let wholeRule: FillRule
    /// As displayed, before this book took anything.
    private let displayedBids: [DepthLevel]
    private let displayedAsks: [DepthLevel]
    /// What orders of this book took of the traded quantity, by side.
    private var tradedTaken: (buys: Quantity, sells: Quantity) = (.zero, .zero)
    private var bids: [DepthLevel]
    private var asks: [DepthLevel]
    /// How many of the levels, from the best on, are used up; their rest of the next one.
    private var bidsUsed = 0
    private var asksUsed = 0

    init(depth: Depth, last: Price, traded: Quantity, wholeRule: FillRule = .lastPrice) {
        self.wholeRule = wholeRule
        self.last = last
        self.traded = traded
        hasDepth = !depth.isEmpty
        bids = Liquidity.levels(depth.bids, isBetter: >)
        asks = Liquidity.levels(depth.asks, isBetter: <)
        if let bid = bids.first, let ask = asks.first, bid.price >= ask.price {
            bids = []
            asks = []
        }
        displayedBids = bids
        displayedAsks = asks
    }

    /// Positive levels as long as they get worse: what a broken packet holds behind is not believed.
    private static func levels(_ levels: [DepthLevel], isBetter: (Price, Price) -> Bool) -> [DepthLevel] {
        // Nearly every packet is sound, and is then taken as it is.
        var isSound = true
        for (index, level) in levels.enumerated() {
            isSound =
                isSound && level.price > .zero && level.quantity > .zero && (index == 0 || isBetter(levels[index - 1].price, level.price))
        }
        if isSound { return levels }
        var kept: [DepthLevel] = []
        for level in levels where level.price > .zero && level.quantity > .zero {
            if let worst = kept.last, !isBetter(worst.price, level.price) { break }
            kept.append(level)
        }
        return kept
    }

    /// Whether the quote offers an order of `side` anything at all, at some price, be it that this book took it already.
    func isUsable(for side: Side) -> Bool {
        guard hasDepth else { return last > .zero }
        return !(side == .buy ? displayedAsks : displayedBids).isEmpty
    }

    /// What fills next, at which price and by which rule; `limit` nil for a market order.
    ///
    /// `wanted` is what the order still wants. An arriving order gets one level at a time; a resting one everything at or through its
    /// limit, at its limit.
    func offer(to side: Side, limit: Price?, isResting: Bool, wanted: Quantity) -> (quantity: Quantity, price: Price, rule: FillRule)? {
        guard hasDepth else {
            guard last > .zero else { return nil }
            guard let limit else { return (wanted, last, wholeRule) }
            guard side == .buy ? last < limit : last > limit else { return nil }
            return isResting ? (wanted, limit, .priceThrough) : (wanted, last, wholeRule)
        }
        guard let best = bestLevel(for: side), isWithin(best.price, limit, side) else { return nil }
        guard isResting, let limit else { return (min(wanted, best.quantity), best.price, .depth) }
        var sum = Quantity.zero
        for level in side == .buy ? asks[asksUsed...] : bids[bidsUsed...] {
            guard isWithin(level.price, limit, side), sum < wanted else { break }
            sum = level.quantity < wanted - sum ? sum + level.quantity : wanted
        }
        return (sum, limit, .depth)
    }

    /// Whether a trade of this tick concerns an order of `side` that rests at `limit`.
    func hasTraded(atOrThrough limit: Price?, _ side: Side) -> Bool {
        guard hasDepth, traded > .zero, last > .zero, let limit else { return false }
        return side == .buy ? last <= limit : last >= limit
    }

    /// How much the own side of an order displays at its limit: zero at a price better than the worst level that shows none, nil when
    /// the price is worse than all that is shown.
    func displayed(_ side: Side, at limit: Price) -> Quantity? {
        let levels = side == .buy ? displayedBids : displayedAsks
        guard let worst = levels.last, side == .buy ? limit >= worst.price : limit <= worst.price else { return nil }
        return levels.first { $0.price == limit }?.quantity ?? .zero
    }

    /// What is left, after `ahead`, of the quantity that traded at the limit.
    func tradedBeyond(_ ahead: Quantity, _ side: Side) -> Quantity {
        let taken = side == .buy ? tradedTaken.buys : tradedTaken.sells
        guard traded > ahead, traded - ahead > taken else { return .zero }
        return traded - ahead - taken
    }

    mutating func takeTraded(_ side: Side, _ quantity: Quantity) {
        if side == .buy { tradedTaken.buys += quantity } else { tradedTaken.sells += quantity }
    }

    /// Takes `quantity` away from the side that an order of `side` fills against, best level first.
    mutating func consume(_ side: Side, _ quantity: Quantity) {
        guard hasDepth else { return }
        if side == .buy {
            Liquidity.consume(quantity, from: &asks, &asksUsed)
        } else {
            Liquidity.consume(quantity, from: &bids, &bidsUsed)
        }
    }

    /// Passes over the best level that is left, which holds less than one lot.
    mutating func skipLevel(for side: Side) {
        if let level = bestLevel(for: side) { consume(side, level.quantity) }
    }

    private static func consume(_ quantity: Quantity, from levels: inout [DepthLevel], _ used: inout Int) {
        var rest = quantity
        while rest > .zero, used < levels.count {
            let level = levels[used]
            if level.quantity > rest {
                levels[used] = DepthLevel(price: level.price, quantity: level.quantity - rest, orders: level.orders)
                return
            }
            rest -= level.quantity
            used += 1
        }
    }

    private func bestLevel(for side: Side) -> DepthLevel? {
        if side == .buy { return asksUsed < asks.count ? asks[asksUsed] : nil }
        return bidsUsed < bids.count ? bids[bidsUsed] : nil
    }

    private func isWithin(_ price: Price, _ limit: Price?, _ side: Side) -> Bool {
        guard let limit else { return true }
        return side == .buy ? price <= limit : price >= limit
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
