// What the order in hand fills at, by the rules of `Matching`.

extension Rehearsal {
    /// Fills the order in hand from `liquidity`, then cancels what an immediate order has left.
    ///
    /// With `withinFunds`, an opening fill takes only as many whole lots as the funds allow, and what they do not allow is cancelled.
    /// Without, the caller looks at `free` afterwards and refuses the whole act.
    /// - Parameter arriving: true when the order comes to the market with this very act.
    mutating func match(with liquidity: inout Liquidity, arriving: Bool, withinFunds: Bool) {
        let fillsBefore = order.fillCount
        if let limit = order.kind.limitPrice, !arriving, order.hasMet {
            meetAsResting(limit, &liquidity, withinFunds)
        } else {
            meetAsArriving(&liquidity, withinFunds)
        }
        guard order.pending > .zero else { return }
        if order.validity == .immediateOrCancel {
            cancel(.immediateOrCancel)
        } else if withinFunds, order.fillCount > fillsBefore, order.opening > .zero, free < .zero {
            cancel(.insufficientFunds)
        }
    }

    /// Walks the other side from the best level on; a level with less than a lot is passed over.
    private mutating func meetAsArriving(_ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let (side, limit) = (order.side, order.kind.limitPrice)
        if liquidity.isAtLastPrice(limit, side) {
            seen = (nil, nil, liquidity.tradedIfKnown)
            _ = fill(order.pending, at: liquidity.last, rule: liquidity.wholeRule, withinFunds)
        }
        for number in 0..<liquidity.levelCount(for: side) {
            guard order.pending > .zero, let level = liquidity.level(number, for: side, limit: limit) else { return }
            let whole = wholeLots(min(level.left, order.pending))
            guard whole > .zero else { continue }
            seen = (level.left, nil, nil)
            liquidity.take(fill(whole, at: level.price, rule: .depth, withinFunds), fromLevel: number, for: side)
        }
    }

    /// Fills at its own limit: whole when something traded through it, else what is displayed there or better, else when its turn comes.
    private mutating func meetAsResting(_ limit: Price, _ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let (side, pending) = (order.side, order.pending)
        if liquidity.hasTraded(through: limit, side) {
            seen = (nil, nil, liquidity.tradedIfKnown)
            _ = fill(pending, at: limit, rule: .priceThrough, withinFunds)
            return
        }
        let whole = wholeLots(liquidity.offered(at: limit, side, wanted: pending))
        if whole > .zero {
            seen = (whole, nil, nil)
            liquidity.take(fill(whole, at: limit, rule: .depth, withinFunds), for: side)
        } else if liquidity.hasTraded(at: limit) {
            takeTurn(limit, &liquidity, withinFunds)
        }
    }

    /// A trade at the limit of a resting order serves the queue.
    private mutating func takeTurn(_ limit: Price, _ liquidity: inout Liquidity, _ withinFunds: Bool) {
        let side = order.side
        let displayed = liquidity.displayed(side, at: limit)
        guard let ahead = order.ahead else {
            if let displayed { queue(behind: displayed) }
            return
        }
        let turn = wholeLots(min(liquidity.tradedBeyond(ahead, side), order.pending))
        let left = ahead > liquidity.traded ? ahead - liquidity.traded : .zero
        queue(behind: displayed.map { min($0, left) } ?? left)
        guard turn > .zero else { return }
        liquidity.takeTraded(side, turn)
        seen = (nil, ahead, liquidity.traded)
        _ = fill(turn, at: limit, rule: .queue, withinFunds)
    }

    /// The order in hand comes to rest: what is displayed at its limit stands ahead of it.
    mutating func rest(in liquidity: Liquidity) {
        guard order.pending > .zero, !order.isWaiting, liquidity.hasDepth, let limit = order.kind.limitPrice,
            let displayed = liquidity.displayed(order.side, at: limit)
        else { return }
        queue(behind: displayed)
    }

    /// Whole lots of a quantity; the last of an order may be less than one.
    private func wholeLots(_ quantity: Quantity) -> Quantity {
        quantity == order.pending || lot.units == 1 ? quantity : Quantity(units: quantity.units / lot.units * lot.units)
    }
}
