// The words an order is made of. Their raw values are the words of Kite's wire, which rows and views share.

package enum Side: String, Sendable, Hashable, CaseIterable {
    case buy = "BUY"
    case sell = "SELL"

    package var opposite: Side { self == .buy ? .sell : .buy }
}

/// How long and on what terms a position is held.
package enum Product: String, Sendable, Hashable, CaseIterable {
    /// Margin intraday: may be short.
    case intraday = "MIS"
    /// Cash and carry: delivery of shares, never short.
    case delivery = "CNC"
    /// Carried derivatives, and what legacy books call so.
    case carry = "NRML"
}

package enum Validity: String, Sendable, Hashable, CaseIterable {
    case day = "DAY"
    /// Fill at once what can be filled, cancel the rest.
    case immediateOrCancel = "IOC"
}

/// When an order is sent to the market; the raw values are Kite's words.
package enum Variety: String, Sendable, Hashable, CaseIterable {
    /// At once, or not at all.
    case regular
    /// After-market: taken while the market is closed, sent when its next day begins.
    case afterMarket = "amo"
}

/// What kind of price an order asks for; a state without its price cannot be written.
package enum OrderKind: Hashable, Sendable {
    case market
    case limit(Price)
    /// SL-M: a market order once the last price reaches the trigger.
    case stop(trigger: Price)
    /// SL: a limit order once the last price reaches the trigger.
    case stopLimit(trigger: Price, limit: Price)

    /// `MARKET`, `LIMIT`, `SL-M`, `SL`.
    package var word: String {
        switch self {
        case .market: "MARKET"
        case .limit: "LIMIT"
        case .stop: "SL-M"
        case .stopLimit: "SL"
        }
    }

    package var limitPrice: Price? {
        switch self {
        case .limit(let price), .stopLimit(_, let price): price
        case .market, .stop: nil
        }
    }

    package var triggerPrice: Price? {
        switch self {
        case .stop(let trigger), .stopLimit(let trigger, _): trigger
        case .market, .limit: nil
        }
    }
}

/// Where an order is in its life. An open order may be partly filled; see `Order.filledQuantity`.
package enum OrderState: String, Sendable, Hashable, CaseIterable {
    /// Resting, or partly filled and working.
    case open = "OPEN"
    /// A stop that waits for its trigger.
    case triggerPending = "TRIGGER PENDING"
    /// An after-market order that waits for its market to open: it holds its funds, and nothing fills it.
    case afterMarketReceived = "AMO REQ RECEIVED"
    case filled = "COMPLETE"
    case cancelled = "CANCELLED"
    case rejected = "REJECTED"
    /// An order of an imported legacy book that never filled there. It is history: it holds no funds and never fills.
    case legacyPending = "PENDING"

    package var isWorking: Bool { self == .open || self == .triggerPending || self == .afterMarketReceived }
}

extension Product {
    /// Its place in `allCases`.
    package var ordinal: Int {
        switch self {
        case .intraday: 0
        case .delivery: 1
        case .carry: 2
        }
    }
}
