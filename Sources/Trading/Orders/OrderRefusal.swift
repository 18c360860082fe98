// The closed list of expected noes to an order, from the caller's point of view.

/// Why an order, a modification or a cancellation was refused, in the order the checks are made: the first that holds is reported.
package enum OrderRefusal: String, Error, Sendable, CaseIterable {
    case unknownInstrument = "unknown_instrument"
    case notTradable = "not_tradable"
    case unknownOrder = "unknown_order"
    case orderNotOpen = "order_not_open"
    case quantityNotPositive = "quantity_not_positive"
    case quantityTooLarge = "quantity_too_large"
    case quantityNotWholeLots = "quantity_not_whole_lots"
    case quantityBelowFilled = "quantity_below_filled"
    case priceNotPositive = "price_not_positive"
    case priceTooLarge = "price_too_large"
    case priceOffTick = "price_off_tick"
    case tooManyOpenOrders = "too_many_open_orders"
    case marketClosed = "market_closed"
    case noPrice = "no_price"
    case insufficientHoldings = "insufficient_holdings"
    case insufficientFunds = "insufficient_funds"
    case duplicateClientOrderID = "duplicate_client_order_id"
}
