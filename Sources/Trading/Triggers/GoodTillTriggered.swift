// An order that waits outside the book until the price comes: good till triggered. It holds no funds and no place in any queue; when its
// price is reached it becomes an ordinary limit order for the day, and is spent whatever becomes of that. Who watches the price is the
// house; the rules are here.

/// One trigger order of a user: one price and one order, or two of each of which one cancels the other.
package struct GoodTillTriggered: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case single
        case twoLeg = "two-leg"
    }

    /// Where it stands. All but `active` are final.
    package enum State: String, Sendable, CaseIterable {
        case active, triggered, expired, deleted
        /// The system ended it: the book was reset.
        case cancelled
    }

    /// What became of the order that a leg placed.
    package struct Outcome: Hashable, Sendable {
        package let at: Timestamp
        /// The trade that reached the trigger.
        package let price: Price
        /// Nothing when no order came of it.
        package let order: OrderID?
        /// Why the order was refused or rejected; nothing for one that was taken.
        package let rejection: String?

        package init(at: Timestamp, price: Price, order: OrderID?, rejection: String?) {
            self.at = at
            self.price = price
            self.order = order
            self.rejection = rejection
        }
    }

    /// A price and the order that is placed when it is reached.
    package struct Leg: Hashable, Sendable {
        package let trigger: Price
        package let side: Side
        package let product: Product
        package let quantity: Quantity
        package let limit: Price
        package var outcome: Outcome?

        package init(trigger: Price, side: Side, product: Product, quantity: Quantity, limit: Price, outcome: Outcome? = nil) {
            self.trigger = trigger
            self.side = side
            self.product = product
            self.quantity = quantity
            self.limit = limit
            self.outcome = outcome
        }
    }

    /// What a client may say of it, when it is made and when it is changed.
    package struct Terms: Hashable, Sendable {
        package var instrument: InstrumentID
        package var legs: [Leg]

        package init(instrument: InstrumentID, legs: [Leg]) {
            self.instrument = instrument
            self.legs = legs
        }
    }

    /// Unique among those of its user, and never given again.
    package let id: Int64
    package let book: BookName
    package private(set) var terms: Terms
    /// The last price when the terms were given: a trigger above it waits for a rise, one below for a fall.
    package private(set) var reference: Price
    package let createdAt: Timestamp
    package private(set) var updatedAt: Timestamp
    package private(set) var expiresAt: Timestamp
    package private(set) var state: State

    package init(
        id: Int64, book: BookName, terms: Terms, reference: Price, createdAt: Timestamp, updatedAt: Timestamp, expiresAt: Timestamp,
        state: State = .active
    ) {
        self.id = id
        self.book = book
        self.terms = terms
        self.reference = reference
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
        self.state = state
    }

    package var instrument: InstrumentID { terms.instrument }
    package var legs: [Leg] { terms.legs }
    package var kind: Kind { legs.count == 2 ? .twoLeg : .single }
    package var isActive: Bool { state == .active }

    // MARK: Watching

    /// The leg that a trade at `price` sets off, nothing for one that passes by.
    ///
    /// At most one is reached: of two, one is above the reference and one below.
    package func leg(reachedBy price: Price) -> Int? {
        guard isActive else { return nil }
        return legs.firstIndex { $0.trigger > reference ? price >= $0.trigger : price <= $0.trigger }
    }

    /// The prices between which nothing happens; nothing for one that waits for no price any more.
    package var quietBand: QuietBand? {
        guard isActive else { return nil }
        var band = QuietBand.all
        for leg in legs {
            let isAbove = leg.trigger > reference
            band = band.narrowed(
                to: QuietBand(low: isAbove ? QuietBand.all.low : leg.trigger, high: isAbove ? leg.trigger : QuietBand.all.high))
        }
        return band
    }

    /// The order that leg number `index` places.
    package func draft(ofLeg index: Int) -> OrderDraft {
        let leg = legs[index]
        return OrderDraft(
            instrument: instrument, side: leg.side, product: leg.product, kind: .limit(leg.limit), quantity: leg.quantity, placedBy: "GTT")
    }

    // MARK: Changes

    package mutating func trigger(leg index: Int, _ outcome: Outcome) {
        terms.legs[index].outcome = outcome
        state = .triggered
        updatedAt = outcome.at
    }

    package mutating func end(_ state: State, at time: Timestamp) {
        self.state = state
        updatedAt = time
    }

    package mutating func change(to terms: Terms, reference: Price, expiresAt: Timestamp, at time: Timestamp) {
        self.terms = terms
        self.reference = reference
        self.expiresAt = expiresAt
        updatedAt = time
    }
}

extension GoodTillTriggered {
    /// How long one waits: a year, and a contract's at most until the contract ends.
    package static let life: Duration = .seconds(365 * 86_400)
    /// How far a trigger is from the last price at least, in ten-thousandths of that: nearer ones would be set off by noise.
    package static let nearest = 25

    /// When one that is made now ends.
    package static func expiry(of instrument: Instrument, at now: Timestamp) -> Timestamp {
        guard let last = instrument.expiry else { return now + life }
        // Contracts end on days of the exchange.
        return min(now + life, Timestamp(date: last, secondOfDay: 86_400, offsetSeconds: indiaOffsetSeconds))
    }

    /// Why the terms make no sense for this instrument at this price; nothing when they do.
    ///
    /// What else an order is asked for (funds, hours, holdings) is asked when it is placed.
    package static func refusal(_ terms: Terms, of instrument: Instrument, reference: Price) -> GoodTillTriggeredRefusal? {
        guard instrument.isTradable else { return .notTradable }
        guard (1...2).contains(terms.legs.count) else { return .legCount }
        for (index, leg) in terms.legs.enumerated() {
            for (price, field) in [(leg.trigger, "trigger_price"), (leg.limit, "price")] {
                guard price > .zero, price <= PaperLimits.price else { return .priceOutOfRange(field, leg: index) }
                guard price.isMultiple(of: instrument.tickSize) else { return .priceOffTick(field, leg: index, tick: instrument.tickSize) }
            }
            guard leg.quantity > .zero, leg.quantity <= PaperLimits.orderQuantity else { return .quantityOutOfRange(leg: index) }
            guard leg.quantity.isMultiple(of: instrument.lotSize) else { return .quantityNotWholeLots(leg: index, lot: instrument.lotSize) }
            let distance = Int128(leg.trigger > reference ? leg.trigger.units - reference.units : reference.units - leg.trigger.units)
            guard distance * 10_000 >= Int128(reference.units) * Int128(nearest) else { return .triggerTooNear(leg: index, reference) }
        }
        if terms.legs.count == 2, (terms.legs[0].trigger > reference) == (terms.legs[1].trigger > reference) {
            return .bothOnOneSide(reference)
        }
        return nil
    }
}

/// Why a trigger order is not taken, or cannot be changed.
package enum GoodTillTriggeredRefusal: Error, Hashable, Sendable {
    case unknown
    case notActive
    case unknownInstrument
    case notTradable
    case noPrice
    case legCount
    case priceOutOfRange(String, leg: Int)
    case priceOffTick(String, leg: Int, tick: Price)
    case quantityOutOfRange(leg: Int)
    case quantityNotWholeLots(leg: Int, lot: Quantity)
    case triggerTooNear(leg: Int, Price)
    case bothOnOneSide(Price)
    case tooMany(Int)
}
