// Delivered shares: what of a book's delivery positions was carried into the day, what of it has settled, and what was sold of it today. Worked
// out from the trades when somebody looks, never stored. The positions themselves are `Position`.

/// Shares of one instrument that a book holds since an earlier day.
///
/// Invariants: `quantity` + `t1Quantity` + `usedQuantity` = `openingQuantity`; `cost` is of what is left.
package struct Holding: Hashable, Sendable {
    package let instrument: InstrumentID
    /// Settled and left.
    package let quantity: Quantity
    /// Bought on the trading day before and not yet delivered; may be sold like the others.
    package let t1Quantity: Quantity
    /// Sold today.
    package let usedQuantity: Quantity
    /// When the day began.
    package let openingQuantity: Quantity
    /// Per share, by average cost, when the day began; rounded half up to 10⁻⁸.
    package let averagePrice: Price

    /// What is left, at its average price.
    package var invested: Money { averagePrice.value(of: left) }
    package var left: Quantity { quantity + t1Quantity }
}

extension Holding {
    /// What a book holds at `now`, in the order of the instruments. Sales take what was bought first.
    ///
    /// A share that is bought on one day is delivered on the next day that `nextDay` gives for its instrument, and counts as settled on the day
    /// after that. What is bought today is a position and no holding yet.
    package static func all(
        of trades: some Sequence<Trade>, at now: Timestamp, nextDay: (InstrumentID, CivilDate) -> CivilDate
    ) -> [Holding] {
        let today = now.dayNumber(offsetSeconds: indiaOffsetSeconds)
        var ledgers: [InstrumentID: Ledger] = [:]
        for trade in trades where trade.product == .delivery {
            ledgers[trade.instrument, default: Ledger()].take(trade, today: today)
        }
        return ledgers.compactMap { $0.value.holding(of: $0.key, today: today, nextDay: nextDay) }.sorted { $0.instrument < $1.instrument }
    }

    /// What was bought and not sold, by day.
    private struct Ledger {
        /// In the order they were bought; those before `first` are sold.
        private var lots: [(day: Int64, quantity: Quantity)] = []
        private var first = 0
        private var used = Quantity.zero
        /// Before today.
        private var carried: Position?

        mutating func take(_ trade: Trade, today: Int64) {
            let day = trade.at.dayNumber(offsetSeconds: indiaOffsetSeconds)
            // What a split gave today changes the average of what was carried.
            if day < today || trade.rule == .corporateAction {
                var position = carried ?? Position(key: trade.positionKey, openedAt: trade.at, epoch: trade.epoch)
                position.take(trade.side, trade.quantity, at: trade.price, on: trade.at)
                carried = position
            }
            guard trade.side == .sell else {
                if trade.rule == .corporateAction { return grow(by: trade.quantity, on: day) }
                return lots.append((day, trade.quantity))
            }
            var left = trade.quantity
            while left > .zero, first < lots.count {
                let part = min(left, lots[first].quantity)
                if day == today, lots[first].day < today { used += part }
                lots[first].quantity -= part
                left -= part
                if lots[first].quantity == .zero { first += 1 }
            }
        }

        /// What a split gave is as old as what it was given for: every lot grows alike, and what does not divide goes to the oldest.
        private mutating func grow(by extra: Quantity, on day: Int64) {
            let whole = lots[first...].reduce(Quantity.zero) { $0 + $1.quantity }
            guard whole > .zero else { return lots.append((day, extra)) }
            var rest = extra
            for index in first..<lots.count {
                let share = Quantity(units: Int64(Int128(lots[index].quantity.units) * Int128(extra.units) / Int128(whole.units)))
                lots[index].quantity += share
                rest -= share
            }
            lots[first].quantity += rest
        }

        func holding(of id: InstrumentID, today: Int64, nextDay: (InstrumentID, CivilDate) -> CivilDate) -> Holding? {
            var (settled, t1) = (Quantity.zero, Quantity.zero)
            for lot in lots[first...] where lot.day < today {
                if nextDay(id, CivilDate(dayNumber: lot.day)).dayNumber < today { settled += lot.quantity } else { t1 += lot.quantity }
            }
            guard settled > .zero || t1 > .zero || used > .zero else { return nil }
            return Holding(
                instrument: id, quantity: settled, t1Quantity: t1, usedQuantity: used, openingQuantity: settled + t1 + used,
                averagePrice: carried?.averagePrice ?? .zero)
        }
    }
}

extension CorporateAction {
    /// How many more shares a split or bonus issue makes of `held`, whole lots, the rest dropped; nil for a consolidation, which makes fewer.
    ///
    /// The factor has eight decimals, so a third is not exact: what is within a millionth of a whole number of lots is that number.
    package func extra(for held: Quantity, lot: Quantity) -> Quantity? {
        guard factor > 0, factor <= fixedPointScale else { return nil }
        let step = Int128(max(lot.units, 1))
        let after = Int128(held.units) * Int128(fixedPointScale) / Int128(factor)
        let nearest = (after + step / 2) / step * step
        let whole = (nearest - after).magnitude <= UInt128(after / 1_000_000) ? nearest : after / step * step
        return Quantity(units: Int64(clamping: max(0, whole - Int128(held.units))))
    }
}
