// What can be traded, and its rules of size and price. Where the list comes from: the simulated market, a tape, an import.

/// One line of the instrument master.
package struct Instrument: Hashable, Sendable {
    package let id: InstrumentID
    /// A whole number for clients that know instruments by number; unique in the house, stable for its life.
    package let token: Int64
    /// The company's or contract's name; may be empty.
    package let name: String
    /// Smallest price step; zero for an index, which cannot be traded.
    package let tickSize: Price
    /// Quantities are whole multiples of it; zero for an index.
    package let lotSize: Quantity
    /// `EQ`, `INDEX`, `FUT`, `CE`, `PE`, `SPOT`.
    package let kind: String
    /// `NSE`, `INDICES`, `NFO-FUT`, …, as brokers' dumps name it.
    package let segment: String
    /// Whether its prices are invented by the simulated market.
    package let isSimulated: Bool

    package init(
        id: InstrumentID, token: Int64, name: String, tickSize: Price, lotSize: Quantity, kind: String, segment: String, isSimulated: Bool
    ) {
        self.id = id
        self.token = token
        self.name = name
        self.tickSize = tickSize
        self.lotSize = lotSize
        self.kind = kind
        self.segment = segment
        self.isSimulated = isSimulated
    }

    /// An index is quoted but cannot be bought or sold.
    package var isTradable: Bool { tickSize > .zero && lotSize > .zero }
}
