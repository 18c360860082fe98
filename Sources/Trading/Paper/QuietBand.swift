// Which ticks a book can sleep through. A tick inside the quiet band of a book changes nothing in it, so that the work of a tick follows
// the orders it touches and not those that rest. Who is asked for which tick is `BandIndex`'s business.

/// The prices of one instrument between which nothing happens to a book.
///
/// A tick is inside when its lowest price (the lower of last price and best ask) is above `low` and its highest (the higher of last price
/// and best bid) is below `high`. Then `decide(.tick)` gives nothing.
package struct QuietBand: Hashable, Sendable {
    package let low: Price
    package let high: Price

    /// Every tick matters: a market order waits for quantity.
    static let empty = QuietBand(low: Price(units: .max), high: Price(units: .min))
    /// No tick matters.
    package static let all = QuietBand(low: Price(units: .min), high: Price(units: .max))

    /// The prices at which nothing happens to either.
    package func narrowed(to other: QuietBand) -> QuietBand { QuietBand(low: max(low, other.low), high: min(high, other.high)) }

    package func contains(_ reach: TickReach) -> Bool { reach.lowest > low && reach.highest < high }
}

/// How far one tick reaches: what buyers and sellers could have had at it.
package struct TickReach: Hashable, Sendable {
    package let lowest: Price
    package let highest: Price

    package init(_ tick: Tick) {
        var (lowest, highest) = (tick.lastPrice, tick.lastPrice)
        if let ask = tick.depth.asks.first(where: \.counts) { lowest = min(lowest, ask.price) }
        if let bid = tick.depth.bids.first(where: \.counts) { highest = max(highest, bid.price) }
        self.lowest = lowest
        self.highest = highest
    }
}

extension TickReach {
    /// Of a last price alone.
    package init(last: Price) {
        lowest = last
        highest = last
    }
}

extension PaperAccount {
    /// The quiet band of this book in an instrument; nil when no order works there, so that no tick matters.
    package func quietBand(in instrument: InstrumentID) -> QuietBand? {
        guard let book = book(of: instrument), book.hasOrders else { return nil }
        var (low, high) = (Int64.min, Int64.max)
        for queue in book.queues {
            for order in queue.orders {
                // It waits for the market's open, not for a price.
                if order.isIdle { continue }
                // One that never met a quote takes note of the first.
                if !order.hasMet, !order.isWaiting { return .empty }
                guard let price = order.isWaiting ? order.kind.triggerPrice : order.kind.limitPrice else { return .empty }
                // A buy limit and a sell's stop wait for the price to fall, the others for it to rise.
                if (order.side == .buy) != order.isWaiting { low = max(low, price.units) } else { high = min(high, price.units) }
            }
        }
        return QuietBand(low: Price(units: low), high: Price(units: high))
    }
}
