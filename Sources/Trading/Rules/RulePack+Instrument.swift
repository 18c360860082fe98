// The rules asked for an instrument of the master instead of for an exchange and a segment.

extension Instrument {
    /// The part of its exchange that its rules are those of; nil for an index, which is not traded.
    package var marketSegment: MarketSegment? { MarketSegment(kind: kind) }

    /// The name that rules about sizes and margins know it by: its own symbol, or what its contract is written on.
    package var ruleSymbol: String { underlying.isEmpty ? id.symbol : underlying }
}

extension RulePack {
    /// The rates of a trade in `instrument`; nil for an index and for a market that the pack has no charges for.
    package func chargeRates(for instrument: Instrument, _ product: Product, on date: CivilDate) -> ChargeRates? {
        instrument.marketSegment.flatMap { chargeRates(instrument.id.exchange, $0, product, on: date) }
    }

    /// The group whose hours an instrument has on `date`: a share whose close is made in an auction, or a future that expires in this month.
    package func group(of instrument: Instrument, on date: CivilDate) -> InstrumentGroup? {
        switch instrument.marketSegment {
        case .equity:
            let (id, hasDerivatives) = (instrument.id, instrument.isInClosingAuction)
            return isInClosingAuction(id.exchange, id.symbol, hasDerivatives: hasDerivatives, on: date) ? .closingAuction : nil
        case .futures:
            guard let expiry = instrument.expiry else { return nil }
            return expiry >= date && (expiry.year, expiry.month) == (date.year, date.month) ? .nearMonth : nil
        case .options, .spot, nil: return nil
        }
    }

    /// The share of a position's value that must be held for it; nil for an index and where the pack says nothing.
    package func marginRate(for instrument: Instrument, _ product: Product, on date: CivilDate) -> Rate? {
        instrument.marketSegment.flatMap {
            marginRate(instrument.id.exchange, $0, product, symbol: instrument.ruleSymbol, on: date)
        }
    }

    /// The largest single order in `instrument` on `date`: what its master record says, else the pack; nil for no limit.
    package func freezeQuantity(for instrument: Instrument, on date: CivilDate) -> Quantity? {
        if instrument.freezeQuantity > .zero { return instrument.freezeQuantity }
        guard instrument.isContract, let segment = instrument.marketSegment else { return nil }
        return freezeQuantity(instrument.id.exchange, segment, underlying: instrument.ruleSymbol, on: date)
    }

    /// The prices that an order in `instrument` may name on `date`; nil where there is no band or no previous close.
    package func priceBand(for instrument: Instrument, previousClose: Price?, on date: CivilDate) -> ClosedRange<Price>? {
        guard let previousClose, let segment = instrument.marketSegment else { return nil }
        return priceBand(
            instrument.id.exchange, segment, symbol: instrument.ruleSymbol, previousClose: previousClose, tick: instrument.tickSize,
            on: date)
    }
}
