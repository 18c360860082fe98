// What fills do to the funds of a rehearsal, and what the funds allow.

extension Rehearsal {
    /// What one fill of the order in hand would make of its position and of the funds.
    private struct Outcome {
        let quantity: Quantity
        let price: Price
        let value: Money
        let position: Position
        let unreserved: Money
        let realised: Money?
        let charges: Money
    }

    /// Funds left after what happened so far, at the market's prices: what a loss on margin took is not there, a gain is not counted.
    var free: Money { unreserved - reserved + loss(nil) }

    /// The loss of all positions on margin, if `changed` stood for the one of its product; zero when they gain.
    private func loss(_ changed: Position?) -> Money {
        var result = resultElsewhere
        guard last > .zero else { return min(result, .zero) }
        for position in book.positions where position.key.product != changed?.key.product && position.isOnMargin {
            result += position.unrealised(at: last)
        }
        if let changed, changed.isOnMargin { result += changed.unrealised(at: last) }
        return min(result, .zero)
    }

    /// Whether the act opened nothing, leaves nothing of the order in hand that would, and lets the others open no more than before.
    var onlyCloses: Bool { !hasOpened && order.opening == .zero && othersOpening <= 0 }

    // MARK: - Fills

    /// Fills what the funds allow of `quantity`, and gives that; when it is less, the rest of the order is cancelled.
    mutating func fill(_ quantity: Quantity, at price: Price, rule: FillRule, _ withinFunds: Bool) -> Quantity {
        if reducesOnly, quantity > closable {
            let part = closable
            if part > .zero { fill(outcome(part, at: price, as: rule.role), rule) }
            cancel(.riskStop)
            return part
        }
        let whole = outcome(quantity, at: price, as: rule.role)
        guard withinFunds, !isAllowed(whole) else {
            fill(whole, rule)
            return quantity
        }
        let allowed = allowance(quantity, at: price, as: rule.role)
        if allowed > .zero { fill(outcome(allowed, at: price, as: rule.role), rule) }
        cancel(.insufficientFunds)
        return allowed
    }

    private func outcome(_ quantity: Quantity, at price: Price, as role: FillRole) -> Outcome {
        let terms = terms(order.product)
        var position =
            book.position(order.product)
            ?? Position(key: PositionKey(instrument: instrument, product: order.product), openedAt: at, epoch: epoch)
        let blocked = position.margin
        let realised = position.take(order.side, quantity, at: price, on: at)
        position.margin = terms.margin(of: position)
        let value = price.value(of: quantity)
        var charges = terms.isFree ? .zero : terms.charges.total(order.side, value: value, after: order.filledValue, as: role)
        if order.isHouseOrder, order.filledValue == .zero { charges += terms.charges.squareOffFee }
        return Outcome(
            quantity: quantity, price: price, value: value, position: position,
            unreserved: unreserved + (realised ?? .zero) - (position.margin - blocked) - charges, realised: realised, charges: charges)
    }

    private mutating func fill(_ outcome: Outcome, _ rule: FillRule) {
        hasOpened = hasOpened || outcome.quantity > closable
        unreserved = outcome.unreserved
        order.pending -= outcome.quantity
        order.filledValue += outcome.value
        order.fillCount += 1
        book.set(outcome.position)
        hasFilled[order.product.ordinal] = true
        let id = id
        events.append(
            .orderFilled(
                id,
                Trade(
                    id: TradeID(fill: order.fillCount, of: id), orderID: id, instrument: instrument, product: order.product,
                    side: order.side, quantity: outcome.quantity,
                    price: outcome.price, charges: outcome.charges, realised: outcome.realised, rule: rule, tag: tag, at: at, epoch: epoch,
                    why: why),
                margin: outcome.position.margin))
        settle(order.product)
    }

    /// What was seen, for the row of the fill.
    private var why: FillReason? {
        quotedAt.map {
            FillReason(quotedAt: $0, lastPrice: last, displayed: seen.displayed, ahead: seen.ahead, traded: seen.traded)
        }
    }

    // MARK: - What the funds allow

    /// What the order in hand could close of its position.
    private var closable: Quantity { OrderQueue.closable(order.side, of: book.quantity(order.product)) }

    /// Whether a fill only closes, or leaves funds that are not below zero, be it without the rest of its order.
    private func isAllowed(_ outcome: Outcome) -> Bool {
        outcome.quantity <= closable || free(after: outcome, pending: .zero) >= .zero
    }

    /// How much of a quantity that the funds do not allow whole they do: what only closes, and whole lots of the rest.
    private func allowance(_ quantity: Quantity, at price: Price, as role: FillRole) -> Quantity {
        var affordable = closable.units / lot.units
        var tooMuch = (quantity.units + lot.units - 1) / lot.units
        while tooMuch - affordable > 1 {
            let middle = affordable + (tooMuch - affordable) / 2
            let part = outcome(Quantity(units: middle * lot.units), at: price, as: role)
            if free(after: part, pending: .zero) >= .zero { affordable = middle } else { tooMuch = middle }
        }
        return max(Quantity(units: affordable * lot.units), closable)
    }

    private func free(after outcome: Outcome, pending: Quantity) -> Money {
        var order = order
        order.pending = pending
        order.filledValue += outcome.value
        let held = reserved(order.product, at: outcome.position.quantity, hand: order)
        return outcome.unreserved - held + loss(outcome.position)
    }

    /// After the fills of a tick, cancels the newest orders of the products that filled that would open exposure, until the funds suffice
    /// or none is left.
    ///
    /// An exit becomes such an order when another exit closed its position first.
    mutating func cancelUnfunded() {
        for product in Product.allCases where hasFilled[product.ordinal] {
            while free < .zero, let newest = newestOpening(product) {
                take(newest)
                cancel(.insufficientFunds)
            }
        }
    }

    private mutating func newestOpening(_ product: Product) -> OrderReference? {
        putBack()
        var newest: OrderReference?
        var slot = -1
        for (number, queue) in book.queues.enumerated() where queue.product == product {
            guard let place = queue.newestOpening, queue.orders[place].slot > slot else { continue }
            newest = OrderReference(queue: number, place: place)
            slot = queue.orders[place].slot
        }
        return newest
    }
}
