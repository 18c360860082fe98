// What can happen to a paper book. Rules decide a list of these; the same list changes memory, becomes rows on disk and goes out
// on the live feed. An event is past and never changed.

/// The large cases are boxed: a list of events is moved more often than it is looked into.
package enum PaperEvent: Hashable, Sendable {
    /// A new order stands in the book, open or waiting for its trigger.
    indirect case orderAccepted(Order)
    /// A new order was refused by a rule; it is kept with its reason and never works.
    indirect case orderRejected(Order)
    indirect case orderModified(OrderID, OrderAmendment, at: Timestamp)
    /// A stop reached its trigger and lives on as a market or limit order.
    case orderTriggered(OrderID, at: Timestamp)
    /// An after-market order was sent into its market.
    case orderReleased(OrderID, at: Timestamp)
    /// An order that was placed while nothing was quoted met its first quote, at this last price.
    case orderMet(OrderID, Price, at: Timestamp)
    /// One execution; `margin` is what its position blocks from then on.
    indirect case orderFilled(OrderID, Trade, margin: Money)
    /// What a working order holds of the funds from now on.
    case orderHeld(OrderID, Money)
    /// By which terms the working orders of a product hold from now on. Kept in memory only, to know when that must be worked out anew.
    indirect case holdsSettled(InstrumentID, Product, TradingTerms)
    /// How much the market displays ahead of a resting order. Kept in memory only: no row tells it.
    case orderQueued(OrderID, ahead: Quantity)
    /// What was left of the order is cancelled.
    indirect case orderCancelled(OrderID, reason: String?, code: String?, at: Timestamp)
    /// The book begins anew with `capital`; what was, is archive of the epoch before.
    case bookReset(capital: Money, epoch: Int, at: Timestamp)
}
