// What the house asks a book so that ticks find their way to it.

extension PaperAccount {
    /// Instruments in which orders work.
    package var workingInstruments: Set<InstrumentID> { Set(working.lazy.filter { !$0.value.isEmpty }.map(\.key)) }

    package func hasWorkingOrders(in instrument: InstrumentID) -> Bool { working[instrument].map { !$0.isEmpty } ?? false }

    /// Whether nothing ever happened in it.
    package var isUntouched: Bool { epoch == 1 && orderCount == 0 && trades.isEmpty }
}
