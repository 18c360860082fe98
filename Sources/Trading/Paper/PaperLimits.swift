// The limits of a paper book. Each keeps some sum inside its number or some turn inside its time; none is a rule of trading.

/// What a paper book can hold at most.
package enum PaperLimits {
    /// Orders of one epoch, so that a book can always be held in memory and its files always be read: about 600 bytes each in memory,
    /// some kilobytes on disk. A reset begins a new epoch.
    package static let orders = 200_000
    /// Working orders of one book, so that one tick's work on one book is bounded.
    package static let workingOrders = 1_000
    /// Units of one order.
    package static let orderQuantity = Quantity(whole: 1_000_000_000)
    /// Units bought, and units sold, by one position from flat to flat, working orders included; `Quantity` ends at 9.2 × 10¹⁰.
    ///
    /// An exit is never blocked by it: what closes cannot exceed what was opened.
    package static let turnoverQuantity = Quantity(whole: 50_000_000_000)
    /// A limit or trigger price.
    package static let price = Price(units: 1_000_000_000 * fixedPointScale)
    /// Opening capital of a book: ₹1,000 crore.
    package static let capital = Money(whole: 10_000_000_000)
    /// Bytes of an order's id, so that the ids of its fills (`T…-n`) still fit 64.
    package static let orderIDBytes = 52
    /// How long a fill still counts against the quote it took its quantity from, unless a newer quote came.
    package static let quoteLife = Duration.seconds(5)
}
