// What the house asks a book so that ticks find their way to it.

extension PaperAccount {
    /// Instruments in which orders work.
    package var workingInstruments: Set<InstrumentID> { Set(books.lazy.filter(\.hasOrders).map(\.instrument)) }

    package func hasWorkingOrders(in instrument: InstrumentID) -> Bool { book(of: instrument)?.hasOrders ?? false }

    /// Fills on the day in India that `instant` falls on.
    package func tradesToday(at instant: Timestamp) -> Int {
        instant.dayNumber(offsetSeconds: indiaOffsetSeconds) == dayNumber ? dayTrades : 0
    }

    /// The book as far as one instrument is concerned: its figures and positions, and the working orders of that instrument. Small
    /// whatever the book's past is, so that an act can be tried on it.
    package func excerpt(for instrument: InstrumentID) -> PaperAccount {
        var excerpt = PaperAccount(opening: capital, epoch: epoch, at: updatedAt)
        excerpt.cash = cash
        excerpt.realised = realised
        excerpt.charges = charges
        for book in books {
            let number = excerpt.makeBook(of: book.instrument)
            for position in book.positions where !position.isFlat { excerpt.set(position, in: number) }
            if book.instrument == instrument { excerpt.books[number].taken = book.taken }
        }
        excerpt.longCost = longCost
        excerpt.shortCost = shortCost
        excerpt.margins = margins
        excerpt.risk = risk
        for order in workingOrders(for: instrument) { excerpt.add(order) }
        if let number = bookNumbers[instrument], let copy = excerpt.bookNumbers[instrument] {
            for queue in books[number].queues { excerpt.books[copy].tidy(queue.product) }
        }
        excerpt.workingCount = workingCount
        excerpt.reserved = reserved
        return excerpt
    }

    /// Whether nothing ever happened in it.
    package var isUntouched: Bool { epoch == 1 && orderCount == 0 && trades.isEmpty }
}
