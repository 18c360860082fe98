// What a client asks for, after its words were parsed and before any rule was asked.

/// A wish for an order.
package struct OrderDraft: Hashable, Sendable {
    package var instrument: InstrumentID
    package var side: Side
    package var product: Product
    package var kind: OrderKind
    package var validity: Validity
    package var variety = Variety.regular
    package var quantity: Quantity
    package var tag: String?
    package var parentOrderID: OrderID?
    package var clientOrderID: String?
    package var requestDigest: String?
    package var placedBy: String

    package init(
        instrument: InstrumentID, side: Side, product: Product, kind: OrderKind, validity: Validity = .day, variety: Variety = .regular,
        quantity: Quantity, tag: String? = nil, parentOrderID: OrderID? = nil, clientOrderID: String? = nil, requestDigest: String? = nil,
        placedBy: String = "USER"
    ) {
        self.variety = variety
        self.instrument = instrument
        self.side = side
        self.product = product
        self.kind = kind
        self.validity = validity
        self.quantity = quantity
        self.tag = tag
        self.parentOrderID = parentOrderID
        self.clientOrderID = clientOrderID
        self.requestDigest = requestDigest
        self.placedBy = placedBy
    }
}

/// New terms for a working order; what is nil stays.
///
/// `kind` replaces type and prices together, so a change can never leave a limit order without a limit.
package struct OrderAmendment: Hashable, Sendable {
    package var quantity: Quantity?
    package var kind: OrderKind?
    package var validity: Validity?

    package init(quantity: Quantity? = nil, kind: OrderKind? = nil, validity: Validity? = nil) {
        self.quantity = quantity
        self.kind = kind
        self.validity = validity
    }
}
