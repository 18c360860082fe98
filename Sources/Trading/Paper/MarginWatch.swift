// How far losses may go before the house closes positions on margin, and at which prices somebody must look again. What the house then does is
// `PaperAccount+SquareOff`.
//
// A book keeps its maintenance when what is free and what its positions on margin block are together at least half of what they block:
//
//     available + min(0, result) + blocked ≥ 50 % × blocked
//
// where `result` is the unrealised one of the positions on margin at their last prices, and `blocked` their margin.

/// What a book must keep behind its positions on margin.
package enum MarginWatch {
    /// The share of the blocked margin below which the house squares off.
    package static let maintenance = Rate(units: Rate.full.units / 2)

    /// What the house has to do next for a book in breach.
    package enum Step: Hashable, Sendable {
        /// Cancel what would open exposure.
        case cancelOpening
        /// Close the position that blocks most.
        case close(PositionKey)
    }
}

extension PaperAccount {
    /// Whether losses can bring it into a breach: it has a position on margin.
    package var isOnMargin: Bool { !onMargin.isEmpty }

    /// The open positions, in no order that means anything.
    package var openPositions: [Position] { books.flatMap { $0.positions.filter { !$0.isFlat } } }

    /// How much the positions on margin may still lose before the maintenance is not kept; negative in a breach.
    package func marginSlack(_ market: some MarketView) -> Money {
        var blocked = Money.zero
        for position in openPositions where position.isOnMargin { blocked += position.margin }
        let result = min(.zero, resultOnMargin(market, besides: nil))
        return available + result + blocked - MarginWatch.maintenance.share(of: blocked)
    }

    /// The next step out of a breach; nil when the maintenance is kept, or when nothing is left that is not in `tried`.
    package func marginStep(_ market: some MarketView, besides tried: Set<PositionKey>) -> MarginWatch.Step? {
        guard isOnMargin, marginSlack(market) < .zero else { return nil }
        if reserved > .zero { return .cancelOpening }
        let left = openPositions.filter { $0.isOnMargin && !tried.contains($0.key) && !isBeingClosed($0.key) }
        return left.max { ($0.margin, $1.key) < ($1.margin, $0.key) }.map { .close($0.key) }
    }

    /// For each instrument with a position on margin the prices between which no breach can come about, should all lose at once: each may take
    /// an equal part of the slack. A quote is outside when its last price is; then somebody looks at the whole again.
    package func marginBands(_ market: some MarketView) -> [InstrumentID: QuietBand] {
        var long: [InstrumentID: Quantity] = [:]
        var short: [InstrumentID: Quantity] = [:]
        for position in openPositions where position.isOnMargin {
            if position.quantity.isNegative {
                short[position.key.instrument, default: .zero] += position.quantity.magnitude
            } else {
                long[position.key.instrument, default: .zero] += position.quantity
            }
        }
        let instruments = Set(long.keys).union(short.keys)
        guard !instruments.isEmpty else { return [:] }
        // A result above zero counts as nothing, but losses eat it first.
        let gain = max(.zero, resultOnMargin(market, besides: nil))
        let part = (marginSlack(market) + gain).units / Int128(instruments.count)
        var bands: [InstrumentID: QuietBand] = [:]
        for id in instruments {
            guard let last = market.quote(for: id)?.lastPrice, last > .zero, part > 0 else {
                bands[id] = .empty
                continue
            }
            func move(_ quantity: Quantity?) -> Int64? {
                quantity.map { Int64(clamping: part * Int128(fixedPointScale) / Int128($0.units)) }
            }
            let low = move(long[id]).map { last.units.subtractingReportingOverflow($0) }
            let high = move(short[id]).map { last.units.addingReportingOverflow($0) }
            bands[id] = QuietBand(
                low: Price(units: low.map { $0.overflow ? .min : $0.partialValue } ?? .min),
                high: Price(units: high.map { $0.overflow ? .max : $0.partialValue } ?? .max))
        }
        return bands
    }
}
