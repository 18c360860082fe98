// What a feed says about an instrument: one message (`Tick`), and what the house knows after it (`Quote`).

/// One price level of the book.
package struct DepthLevel: Hashable, Sendable {
    package let price: Price
    package let quantity: Quantity
    package let orders: Int

    package init(price: Price, quantity: Quantity, orders: Int) {
        self.price = price
        self.quantity = quantity
        self.orders = orders
    }

    /// Whether it offers anything; feeds send levels without a price or a quantity where nobody stands.
    package var counts: Bool { price > .zero && quantity > .zero }
}

/// The visible book: at most five levels a side, best first; empty where the feed has none.
package struct Depth: Hashable, Sendable {
    package var bids: [DepthLevel]
    package var asks: [DepthLevel]

    package init(bids: [DepthLevel], asks: [DepthLevel]) {
        self.bids = bids
        self.asks = asks
    }

    package static let none = Depth(bids: [], asks: [])
    package var isEmpty: Bool { bids.isEmpty && asks.isEmpty }
}

/// One message from a feed.
package struct Tick: Hashable, Sendable {
    package let instrument: InstrumentID
    /// When the exchange says it happened.
    package let at: Timestamp
    /// The last traded price.
    package let lastPrice: Price
    /// Units traded in the trade that made the price; zero when the feed does not say.
    package let lastQuantity: Quantity
    /// Units traded today so far; zero when the feed does not say. May step back when packets come out of order.
    package let dayVolume: Quantity
    /// Units traded since the message before, as far as the feed lets one know; zero when nothing was.
    package let traded: Quantity
    package let depth: Depth

    /// The same message with what is known to have traded since the one before.
    ///
    /// Where the feed counts the day's volume, what that rose by, nothing when it stepped back or a day began; otherwise the quantity of
    /// the last trade.
    package func after(_ quote: Quote?) -> Tick {
        guard dayVolume > .zero else { return self }
        let known = quote?.dayVolume ?? .zero
        let rise = known > .zero && dayVolume > known ? dayVolume - known : .zero
        return Tick(
            instrument: instrument, at: at, lastPrice: lastPrice, lastQuantity: lastQuantity, dayVolume: dayVolume, traded: rise,
            depth: depth)
    }

    /// - Parameter traded: the last trade's quantity unless told.
    package init(
        instrument: InstrumentID, at: Timestamp, lastPrice: Price, lastQuantity: Quantity, dayVolume: Quantity, traded: Quantity? = nil,
        depth: Depth
    ) {
        self.traded = traded ?? lastQuantity
        self.instrument = instrument
        self.at = at
        self.lastPrice = lastPrice
        self.lastQuantity = lastQuantity
        self.dayVolume = dayVolume
        self.depth = depth
    }
}

/// What is known about an instrument now.
package struct Quote: Hashable, Sendable {
    package let instrument: InstrumentID
    package let at: Timestamp
    package let lastPrice: Price
    package let lastQuantity: Quantity
    package let dayVolume: Quantity
    package let depth: Depth
    package let open: Price
    package let high: Price
    package let low: Price
    /// The close of the trading day before; the first price of the day where nothing older is known.
    package let previousClose: Price

    package init(
        instrument: InstrumentID, at: Timestamp, lastPrice: Price, lastQuantity: Quantity, dayVolume: Quantity, depth: Depth,
        open: Price, high: Price, low: Price, previousClose: Price
    ) {
        self.instrument = instrument
        self.at = at
        self.lastPrice = lastPrice
        self.lastQuantity = lastQuantity
        self.dayVolume = dayVolume
        self.depth = depth
        self.open = open
        self.high = high
        self.low = low
        self.previousClose = previousClose
    }

    package var hasDepth: Bool { !depth.isEmpty }
}
