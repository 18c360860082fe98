// Why a fill happened at its price, kept with it: what the market showed at that moment. Which rule was followed is the fill's `FillRule`.

/// What was seen when an order filled.
package struct FillReason: Hashable, Sendable {
    /// When the quote or tick was, that it filled at.
    package let quotedAt: Timestamp
    /// The last price of that quote.
    package let lastPrice: Price
    /// What was displayed for it: at the level that was taken, or of all levels at or through a resting limit.
    package var displayed: Quantity?
    /// What stood ahead of it in the queue at its limit, before the trade that served it.
    package var ahead: Quantity?
    /// What traded with that tick.
    package var traded: Quantity?

    package init(
        quotedAt: Timestamp, lastPrice: Price, displayed: Quantity? = nil, ahead: Quantity? = nil, traded: Quantity? = nil
    ) {
        self.quotedAt = quotedAt
        self.lastPrice = lastPrice
        self.displayed = displayed
        self.ahead = ahead
        self.traded = traded
    }
}

extension Trade {
    /// For the owner of the book: by which rule, and what was seen. Nothing for fills that were stored before this was kept.
    package var whyInWords: String? {
        guard let why else { return nil }
        let quote = "the quote of \(why.quotedAt.wallClock(offsetSeconds: indiaOffsetSeconds, separator: " ", decimals: 3)) IST"
        let last = "last price \(why.lastPrice.text)"
        switch rule {
        case .depth:
            let shown = why.displayed.map { "\($0.text) were displayed" } ?? "it was displayed"
            return "Depth: \(shown) for it at \(price.text) in \(quote), \(last)."
        case .lastPrice:
            return "Last price: the feed shows no depth; it filled whole at \(price.text), \(quote), \(last)."
        case .priceThrough:
            let traded = why.traded.map { ", \($0.text) traded" } ?? ""
            return "Traded through: \(last) went through its limit \(price.text)\(traded), \(quote); all that stood there went first."
        case .auction:
            return "Auction: matched at its one price \(price.text), \(quote), \(last)."
        case .settlement:
            return "Settlement: the contract expired and was settled at \(price.text), its final value, \(quote)."
        case .corporateAction:
            return "Corporate action: shares were given at \(price.text), \(quote)."
        case .queue:
            return
                "Queue: \(why.traded?.text ?? "some") traded at its limit \(price.text), \(why.ahead?.text ?? "none") stood ahead of it, "
                + "\(quote), \(last)."
        }
    }
}
