// A book with the epochs that resets ended, as far back as its files tell. The present epoch alone is `PaperSnapshot`.

/// One epoch of a book as its files have it.
package struct PaperEpoch: Sendable, Equatable {
    /// When its first act was stored; nothing when that line is folded away.
    package let openedAt: Timestamp?
    /// The figures after its last act with the orders, open positions and trades of it.
    package let book: PaperSnapshot
    /// Whether a reset ended it.
    package let isOver: Bool

    package init(openedAt: Timestamp?, book: PaperSnapshot, isOver: Bool) {
        self.openedAt = openedAt
        self.book = book
        self.isOver = isOver
    }

    package var proof: FundsProof { FundsProof(of: book, openedAt: openedAt, isOver: isOver) }
}

/// Everything the files of a book tell.
package struct PaperHistory: Sendable, Equatable {
    /// Oldest first; the present one last.
    package let epochs: [PaperEpoch]
    /// Epochs of which only rows are left and no figures: numbers, ascending.
    package let foldedEpochs: [Int]

    package init(epochs: [PaperEpoch], foldedEpochs: [Int]) {
        self.epochs = epochs
        self.foldedEpochs = foldedEpochs
    }
}
