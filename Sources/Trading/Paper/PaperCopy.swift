// A copy of a book to begin another one with.

extension PaperSnapshot {
    /// The same capital, trades, positions and finished orders, as the first epoch of a book of its own.
    ///
    /// Orders that work stay at work in the book they are in: in the copy they are cancelled, and what they held is free.
    package func copied(at instant: Timestamp) -> PaperSnapshot {
        var copy = self
        copy.meta.epoch = 1
        copy.meta.available += meta.reserved
        copy.meta.reserved = .zero
        copy.meta.updatedAt = instant
        for index in copy.orders.indices {
            if copy.orders[index].isWorking {
                copy.orders[index].reserved = .zero
                copy.orders[index].cancel(
                    reason: CancellationReason.bookCopied.sentence, code: CancellationReason.bookCopied.rawValue, at: instant)
            }
            copy.orders[index].epoch = 1
        }
        for index in copy.positions.indices { copy.positions[index].epoch = 1 }
        copy.trades = trades.map { $0.with(epoch: 1) }
        return copy
    }
}

extension Trade {
    /// The same fill in another epoch.
    package func with(epoch: Int) -> Trade {
        Trade(
            id: id, orderID: orderID, instrument: instrument, product: product, side: side, quantity: quantity, price: price,
            charges: charges, realised: realised, rule: rule, tag: tag, at: at, epoch: epoch, why: why)
    }
}
