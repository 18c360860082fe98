// What the rules of a day mean for one instrument and product, as a paper book asks for it.

extension RulePack {
    /// The terms on which `instrument` trades for `product` on `date`; what the pack knows nothing of is paid in full and free of charge.
    ///
    /// `underlying` is the price of what an option is written on; without one its strike stands in.
    package func terms(for instrument: Instrument, _ product: Product, underlying: Price? = nil, on date: CivilDate) -> TradingTerms {
        let charges = chargeRates(for: instrument, product, on: date) ?? .free
        let margin = marginRate(for: instrument, product, on: date) ?? .full
        guard instrument.marketSegment == .options,
            let seller = shortOptionMargin(instrument.id.exchange, product, underlying: instrument.ruleSymbol, on: date)
        else { return TradingTerms(longMargin: margin, shortMargin: margin, charges: charges) }
        // The premium a seller took is not free anyway; beside it stands what the contract itself asks.
        let perUnit = seller.amount(
            underlying: underlying ?? instrument.strike, strike: instrument.strike, isCall: instrument.kind == "CE",
            quantity: Quantity(whole: 1))
        return TradingTerms(longMargin: margin, shortMargin: .zero, shortMarginPerUnit: perUnit, charges: charges)
    }
}
