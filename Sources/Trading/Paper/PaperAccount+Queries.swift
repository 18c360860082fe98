// What the house asks a book so that ticks find their way to it.

extension PaperAccount {
    /// Instruments in which orders work.
    package var workingInstruments: Set<InstrumentID> { Set(working.lazy.filter { !$0.value.isEmpty }.map(\.key)) }

    package func hasWorkingOrders(in instrument: InstrumentID) -> Bool { working[instrument].map { !$0.isEmpty } ?? false }

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
        excerpt.positions = positions
        excerpt.longCost = longCost
        excerpt.shortCost = shortCost
        excerpt.margins = margins
        excerpt.risk = risk
        excerpt.taken[instrument] = taken[instrument]
        for order in workingOrders(for: instrument) { excerpt.add(order) }
        excerpt.workingCount = workingCount
        excerpt.reserved = reserved
        return excerpt
    }

    /// Whether nothing ever happened in it.
    package var isUntouched: Bool { epoch == 1 && orderCount == 0 && trades.isEmpty }
}
