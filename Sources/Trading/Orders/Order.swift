// An instruction and its life, as the book keeps it. What a client sends is an `OrderDraft`; one execution is a `Trade`.

/// An order in a paper book.
///
/// Invariants: 1. filled + cancelled ≤ quantity. 2. working means filled + cancelled < quantity.
/// 3. `averagePrice` is set exactly when something is filled. 4. `reserved` is zero unless working.
package struct Order: Hashable, Sendable {
    package let id: OrderID
    package let instrument: InstrumentID
    package let side: Side
    package let product: Product
    package let placedAt: Timestamp
    package var kind: OrderKind
    package var validity: Validity
    package var quantity: Quantity
    package var filledQuantity: Quantity
    package var cancelledQuantity: Quantity
    /// The volume-weighted price of what is filled so far, rounded half up to 10⁻⁸.
    package var averagePrice: Price?
    /// What the fills cost or brought in all.
    package var filledValue: Money
    package var state: OrderState
    /// For a stop: whether its trigger was reached, after which it lives as an ordinary order.
    package var isTriggered: Bool
    /// Why it was rejected or cancelled, in words for the user.
    package var reason: String?
    /// The stable code of `reason`, for machines.
    package var reasonCode: String?
    /// Funds held for the part that would open exposure.
    package var reserved: Money
    /// The last price when it was placed, which funds are held by where the order names no price of its own.
    ///
    /// Nil until the order met a usable quote: until then it counts as just arriving, not as resting.
    package var referencePrice: Price?
    package var tag: String?
    /// The order of this book that it belongs to, as its second leg or a part of it; whoever placed it said so.
    package var parentOrderID: OrderID?
    /// The caller's own key; the same key never makes a second order.
    package var clientOrderID: String?
    /// SHA-256 hex of the body that came with `clientOrderID`, to tell a repeat from a clash.
    package var requestDigest: String?
    package var updatedAt: Timestamp
    /// When it last filled.
    package var exchangeTimestamp: Timestamp?
    package var placedBy: String
    package var variety = Variety.regular
    /// When an after-market order was sent into the market; nil before, and for all others.
    package var releasedAt: Timestamp?
    /// Raised by each modification.
    package var modifications: Int
    /// Which matching rule the last fill followed (`FillRule`), none before.
    package var fillRule: FillRule?
    /// Raised by a reset of the book; orders of older epochs are archive.
    package var epoch: Int

    package init(
        id: OrderID, instrument: InstrumentID, side: Side, product: Product, placedAt: Timestamp, kind: OrderKind, validity: Validity,
        quantity: Quantity, state: OrderState, tag: String?, clientOrderID: String?, requestDigest: String?, placedBy: String, epoch: Int
    ) {
        self.id = id
        self.instrument = instrument
        self.side = side
        self.product = product
        self.placedAt = placedAt
        self.kind = kind
        self.validity = validity
        self.quantity = quantity
        self.filledQuantity = .zero
        self.cancelledQuantity = .zero
        self.averagePrice = nil
        self.filledValue = .zero
        self.state = state
        self.isTriggered = false
        self.reason = nil
        self.reasonCode = nil
        self.reserved = .zero
        self.referencePrice = nil
        self.tag = tag
        self.parentOrderID = nil
        self.clientOrderID = clientOrderID
        self.requestDigest = requestDigest
        self.updatedAt = placedAt
        self.exchangeTimestamp = nil
        self.placedBy = placedBy
        self.modifications = 0
        self.fillRule = nil
        self.epoch = epoch
    }

    /// The position its fills belong to.
    package var positionKey: PositionKey { PositionKey(instrument: instrument, product: product) }
    /// What may still fill.
    package var pendingQuantity: Quantity { quantity - filledQuantity - cancelledQuantity }
    package var isWorking: Bool { state.isWorking }
    /// Who placed it when the house did: a squaring off, a settlement.
    package static let house = "HOUSE"
    package var isHouseOrder: Bool { placedBy == Order.house }
    /// When it came into the market.
    package var cameAt: Timestamp { releasedAt ?? placedAt }
}

/// Which rule of matching a fill followed; answers and rows say it.
package enum FillRule: String, Sendable, Hashable, CaseIterable {
    /// Walked the visible depth from the best level.
    case depth
    /// No depth in the feed: at the last traded price.
    case lastPrice = "last_price"
    /// A resting limit: something traded through it, filled at the limit.
    case priceThrough = "price_through"
    /// A resting limit: a trade at its price served what was displayed there before it, and then it.
    case queue
    /// In the match of an opening or closing auction, at its one price.
    case auction
    /// No trade of a market: a contract that expired was settled at its final value.
    case settlement
    /// No trade of a market: shares that a split or a bonus issue gave for nothing.
    case corporateAction = "corporate_action"

    /// Whether its price may be nothing.
    package var mayBeFree: Bool { self == .settlement || self == .corporateAction }

    /// Whether the order took what others displayed or was itself there first.
    package var role: FillRole {
        switch self {
        case .depth, .lastPrice, .auction, .settlement, .corporateAction: .taker
        case .priceThrough, .queue: .maker
        }
    }
}
