// The closed list of expected noes to an order, from the caller's point of view. What the checks are: `PaperAccount+Decide`.

/// Why an order, a modification, a cancellation or a reset was refused, in the order the checks are made: the first that holds is
/// reported.
///
/// A new order that a rule refuses (from `quantityNotWholeLots` on) stands in the book as rejected; all other refusals are thrown and
/// leave no trace.
package enum OrderRefusal: String, Error, Sendable, CaseIterable {
    case capitalOutOfRange = "capital_out_of_range"
    case duplicateClientOrderID = "duplicate_client_order_id"
    case unknownOrder = "unknown_order"
    case orderNotOpen = "order_not_open"
    case unknownInstrument = "unknown_instrument"
    case notTradable = "not_tradable"
    case quantityNotPositive = "quantity_not_positive"
    case quantityTooLarge = "quantity_too_large"
    case priceNotPositive = "price_not_positive"
    case priceTooLarge = "price_too_large"
    case unknownParentOrder = "unknown_parent_order"
    case bookFull = "book_full"
    case quantityBelowFilled = "quantity_below_filled"
    case quantityNotWholeLots = "quantity_not_whole_lots"
    case priceOffTick = "price_off_tick"
    case aboveFreeze = "quantity_above_freeze"
    case outsideBand = "price_outside_band"
    case tooManyOpenOrders = "too_many_open_orders"
    case marketClosed = "market_closed"
    case wrongPhase = "wrong_phase"
    case noPrice = "no_price"
    case intradayOver = "intraday_over"
    case insufficientHoldings = "insufficient_holdings"
    case killSwitch = "kill_switch"
    case instrumentBanned = "instrument_banned"
    case orderValueLimit = "order_value_limit"
    case ordersPerDayLimit = "orders_per_day_limit"
    case openPositionsLimit = "open_positions_limit"
    case dayLossLimit = "day_loss_limit"
    case insufficientFunds = "insufficient_funds"

    /// Whether the request itself is wrong, whatever the market and the funds are: answered as bad input, never stored.
    package var isMalformed: Bool {
        switch self {
        case .capitalOutOfRange, .unknownInstrument, .notTradable, .quantityNotPositive, .quantityTooLarge, .priceNotPositive,
            .priceTooLarge, .unknownParentOrder:
            true
        case .duplicateClientOrderID, .unknownOrder, .orderNotOpen, .quantityBelowFilled, .quantityNotWholeLots, .priceOffTick,
            .bookFull, .aboveFreeze, .outsideBand, .tooManyOpenOrders, .marketClosed, .intradayOver, .wrongPhase, .noPrice,
            .insufficientHoldings, .insufficientFunds, .killSwitch, .instrumentBanned, .orderValueLimit, .ordersPerDayLimit,
            .openPositionsLimit, .dayLossLimit:
            false
        }
    }

    /// What the user can do about it, in one or two sentences.
    package var advice: String {
        switch self {
        case .capitalOutOfRange:
            "The opening capital must be above zero and at most \(PaperLimits.capital.inRupees)."
        case .duplicateClientOrderID:
            "This client order id already belongs to another order. Use a new id for a new order."
        case .unknownOrder: "There is no such order in this book. Look it up in the list of orders."
        case .orderNotOpen: "The order is no longer open, so it cannot be changed or cancelled."
        case .unknownInstrument: "There is no such instrument. Search for it by name or symbol."
        case .notTradable: "This instrument is quoted but cannot be traded. Choose a share or contract instead of an index."
        case .quantityNotPositive: "The quantity must be above zero."
        case .quantityTooLarge:
            "The quantity is too large: one order takes at most \(PaperLimits.orderQuantity.text), one position turns over at most "
                + "\(PaperLimits.turnoverQuantity.text) until it is flat."
        case .priceNotPositive: "The price must be above zero."
        case .priceTooLarge: "The price must be at most \(PaperLimits.price.text)."
        case .unknownParentOrder: "There is no such order in this book that this one could belong to. Look it up in the list of orders."
        case .quantityBelowFilled: "The new quantity must be above what is already filled. To stop here, cancel the order."
        case .quantityNotWholeLots: "The quantity must be a whole number of lots of this instrument."
        case .priceOffTick: "The price must be a whole multiple of this instrument's tick size."
        case .bookFull:
            "This book has taken \(PaperLimits.orders) orders, the most it keeps. Reset it to go on; what was stays on disk."
        case .tooManyOpenOrders:
            "This book already holds \(PaperLimits.workingOrders) working orders, the most it takes. Cancel some first."
        case .aboveFreeze:
            "The quantity is above the largest single order that the exchange takes of this contract (freeze quantity). Send it in parts."
        case .outsideBand: "The price is outside of today's price band. Choose one inside it."
        case .intradayOver:
            "Intraday positions in this instrument are squared off by now, so none can be opened any more today. Closing ones is taken; "
                + "to hold on, use CNC or NRML."
        case .marketClosed:
            "The market of this instrument is closed. Place the order when it is open, or as an after-market order (variety amo)."
        case .wrongPhase:
            "This part of the day does not take such an order: while an auction collects only market and limit orders of the day come in, "
                + "at its end limit orders alone, after the close market orders, and none while prices are matched. Wait for continuous trading."
        case .noPrice: "There is no current price for this instrument. Try again when it is quoted."
        case .insufficientHoldings: "Delivery shares must be held before they are sold. Sell less, or cancel another sell order first."
        case .killSwitch:
            "A kill switch is on: only orders that reduce a position are taken until it is released. The page Risk says which one."
        case .instrumentBanned: "This instrument is banned in this book: only orders that reduce its position are taken."
        case .orderValueLimit:
            "The order is worth more than this book's limit for one order. Lower the quantity, or change the limit."
        case .ordersPerDayLimit:
            "This book has placed as many orders today as its limit allows. Orders that reduce a position are still taken."
        case .openPositionsLimit:
            "This book has as many positions as its limit allows. Close one first; orders that reduce a position are taken."
        case .dayLossLimit:
            "This book has lost as much today as its limit allows. Only orders that reduce a position are taken until midnight."
        case .insufficientFunds: "The funds do not cover this order. Lower the quantity, cancel an open order or close a position."
        }
    }
}
