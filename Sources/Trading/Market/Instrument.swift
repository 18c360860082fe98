// What can be traded, and its rules of size and price. Where the list comes from: the simulated market, a tape, an import. Many of them,
// packed, are an `InstrumentMaster`; what a contract is written on is told in `Underlying`.

/// One line of the instrument master.
package struct Instrument: Hashable, Sendable {
    package let id: InstrumentID
    /// A whole number for clients that know instruments by number; unique in the house at any time. Exchanges give a derivative's number
    /// again after its expiry, so history is known by `id`.
    package let token: Int64
    /// The exchange's own number; zero when it is not known.
    package let exchangeToken: Int64
    /// The company's or contract's name; may be empty. For derivatives brokers write the underlying here.
    package let name: String
    /// Smallest price step; zero for an index, which cannot be traded.
    package let tickSize: Price
    /// Quantities are whole multiples of it; zero for an index. It belongs to the contract: two expiries of one name may differ.
    package let lotSize: Quantity
    /// `EQ`, `INDEX`, `FUT`, `CE`, `PE`, `SPOT`.
    package let kind: String
    /// `NSE`, `INDICES`, `NFO-FUT`, …, as brokers' dumps name it.
    package let segment: String
    /// The last day a future or option trades; nothing for what does not end.
    package let expiry: CivilDate?
    /// Zero for what is no option.
    package let strike: Price
    /// What a contract is written on, as chains are named (`NIFTY`, `RELIANCE`); empty for what is no contract.
    package let underlying: String
    /// The largest single order the exchange takes; zero when none is known.
    package let freezeQuantity: Quantity
    /// How much of the underlying one unit stands for; one nearly everywhere.
    package let multiplier: Quantity
    /// Whether its day ends in the exchange's closing auction: a share with derivatives.
    package let isInClosingAuction: Bool
    /// Whether its prices are invented by the simulated market.
    package let isSimulated: Bool

    package init(
        id: InstrumentID, token: Int64, exchangeToken: Int64? = nil, name: String, tickSize: Price, lotSize: Quantity, kind: String,
        segment: String, expiry: CivilDate? = nil, strike: Price = .zero, underlying: String = "", freezeQuantity: Quantity = .zero,
        multiplier: Quantity = Quantity(units: fixedPointScale), isInClosingAuction: Bool = false, isSimulated: Bool
    ) {
        self.id = id
        self.token = token
        self.exchangeToken = exchangeToken ?? token / 256
        self.name = name
        self.tickSize = tickSize
        self.lotSize = lotSize
        self.kind = kind
        self.segment = segment
        self.expiry = expiry
        self.strike = strike
        self.underlying = underlying
        self.freezeQuantity = freezeQuantity
        self.multiplier = multiplier
        self.isInClosingAuction = isInClosingAuction
        self.isSimulated = isSimulated
    }

    /// An index is quoted but cannot be bought or sold.
    package var isTradable: Bool { tickSize > .zero && lotSize > .zero && kind != "INDEX" }
    package var isOption: Bool { kind == "CE" || kind == "PE" }
    package var isFuture: Bool { kind == "FUT" }
    /// Whether it ends on a day.
    package var isContract: Bool { isOption || isFuture }
}

extension Instrument {
    /// The same under another number.
    package func numbered(_ token: Int64) -> Instrument { copy(token: token, isInClosingAuction: isInClosingAuction) }

    /// The same with its day ending in the closing auction.
    package var inClosingAuction: Instrument { copy(token: token, isInClosingAuction: true) }

    private func copy(token: Int64, isInClosingAuction: Bool) -> Instrument {
        Instrument(
            id: id, token: token, exchangeToken: exchangeToken, name: name, tickSize: tickSize, lotSize: lotSize, kind: kind,
            segment: segment, expiry: expiry, strike: strike, underlying: underlying, freezeQuantity: freezeQuantity,
            multiplier: multiplier, isInClosingAuction: isInClosingAuction, isSimulated: isSimulated)
    }
}
