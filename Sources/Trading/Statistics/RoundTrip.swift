// What statistics count: a position from flat to flat, put together from the stored fills. A fill that goes through flat ends one round trip
// and begins the next, so that every fill, and every rupee of its charges, belongs to round trips entirely and once.

/// One position from flat to flat, or to now when it is still open.
package struct RoundTrip: Sendable, Hashable {
    /// The part of a fill that belongs to it.
    package struct Leg: Sendable, Hashable {
        package let at: Timestamp
        package let side: Side
        package let quantity: Quantity
        package let price: Price
        package let charges: Money
    }

    package let key: PositionKey
    /// Which way it was opened: a sale opens a short.
    package let side: Side
    /// The tag of the order whose fill opened it.
    package let tag: String?
    package let openedAt: Timestamp
    /// When it became flat; nothing while it is open.
    package private(set) var closedAt: Timestamp?
    package private(set) var legs: [Leg]
    /// What closing brought so far, by signed average cost, before charges.
    package private(set) var gross: Money
    /// Of all its legs.
    package private(set) var charges: Money
    /// What is open of it.
    package private(set) var position: Position

    package var isOpen: Bool { closedAt == nil }
    /// What closing brought so far, less the charges of all its legs, also of those that opened it.
    package var net: Money { gross - charges }

    package func result(_ basis: ResultBasis) -> Money { basis == .net ? net : gross }

    /// Every round trip of `trades`, which are in the order they happened; the round trips are in the order they were opened.
    package static func all(of trades: some Sequence<Trade>) -> [RoundTrip] {
        var trips: [RoundTrip] = []
        var open: [PositionKey: Int] = [:]
        for trade in trades {
            let key = trade.positionKey
            var rest = trade.quantity
            var charges = trade.charges
            if let index = open[key] {
                let position = trips[index].position
                let closes = position.quantity.isNegative == (trade.side == .buy)
                let part = closes ? min(position.quantity.magnitude, rest) : rest
                // The share of what closes is rounded half up, what opens pays exactly the rest.
                let share =
                    part == rest
                    ? charges
                    : Money(units: FixedPoint.divideRoundingHalfUp(charges.units * Int128(part.units), by: Int128(rest.units)))
                trips[index].take(Leg(at: trade.at, side: trade.side, quantity: part, price: trade.price, charges: share))
                if !trips[index].isOpen { open[key] = nil }
                rest -= part
                charges -= share
            }
            guard rest > .zero else { continue }
            open[key] = trips.count
            trips.append(
                RoundTrip(trade, Leg(at: trade.at, side: trade.side, quantity: rest, price: trade.price, charges: charges)))
        }
        return trips
    }

    private init(_ trade: Trade, _ leg: Leg) {
        key = trade.positionKey
        side = trade.side
        tag = trade.tag
        openedAt = trade.at
        legs = []
        gross = .zero
        charges = .zero
        position = Position(key: trade.positionKey, openedAt: trade.at, epoch: trade.epoch)
        take(leg)
    }

    private mutating func take(_ leg: Leg) {
        legs.append(leg)
        charges += leg.charges
        gross += position.take(leg.side, leg.quantity, at: leg.price, on: leg.at) ?? .zero
        if position.isFlat { closedAt = leg.at }
    }
}

/// Whether results are told before or after what the venue took.
package enum ResultBasis: String, Sendable, Hashable, CaseIterable {
    case net, gross
}
