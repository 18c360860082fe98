// What a rule is about. A rule names an exchange, a segment, a product and a symbol from the left, and `*` or nothing for all of them.

/// The part of an exchange with rules of its own.
package enum MarketSegment: String, Sendable, Hashable, CaseIterable {
    case equity, futures, options, spot

    /// The segment of an instrument's kind (`EQ`, `FUT`, `CE`, `PE`, `SPOT`); none for an index, which is not traded.
    package init?(kind: String) {
        switch kind {
        case "EQ": self = .equity
        case "FUT": self = .futures
        case "CE", "PE": self = .options
        case "SPOT": self = .spot
        default: return nil
        }
    }
}

/// Instruments that an exchange treats apart from the rest of their segment; whether one belongs is said by its master record or the pack.
package enum InstrumentGroup: String, Sendable, Hashable, CaseIterable {
    /// Shares whose close is made in an auction.
    case closingAuction = "closing-auction"
    /// Futures of the month that expires next.
    case nearMonth = "near-month"
}

/// What a line of a rule pack covers: `NSE/equity/MIS`, `NFO/options`, `*/*/MIS`, `NSE/equity/*/RELIANCE`, `NSE/equity+closing-auction`.
package struct RuleScope: Hashable, Sendable {
    /// Nil stands for all of them.
    package let exchange: String?
    package let segment: MarketSegment?
    package let product: Product?
    /// A share's symbol, or the name of what a derivative is written on.
    package let symbol: String?
    package let group: InstrumentGroup?

    package init(
        exchange: String? = nil, segment: MarketSegment? = nil, product: Product? = nil, symbol: String? = nil,
        group: InstrumentGroup? = nil
    ) {
        self.exchange = exchange
        self.segment = segment
        self.product = product
        self.symbol = symbol
        self.group = group
    }

    /// How many parts are named; of two lines that both cover a case and hold from one day, the one that names more counts.
    package var precision: Int {
        (exchange == nil ? 0 : 1) + (segment == nil ? 0 : 1) + (product == nil ? 0 : 1) + (symbol == nil ? 0 : 1) + (group == nil ? 0 : 1)
    }

    package func covers(_ subject: RuleSubject) -> Bool {
        (exchange == nil || exchange == subject.exchange) && (segment == nil || segment == subject.segment)
            && (product == nil || product == subject.product) && (symbol == nil || symbol == subject.symbol)
            && (group == nil || group == subject.group)
    }

    /// Whether everything that `other` covers is covered by this scope too.
    package func contains(_ other: RuleScope) -> Bool {
        (exchange == nil || exchange == other.exchange) && (segment == nil || segment == other.segment)
            && (product == nil || product == other.product) && (symbol == nil || symbol == other.symbol)
            && (group == nil || group == other.group)
    }

    /// As a line writes it.
    package var text: String {
        var parts = [exchange ?? "*", segment?.rawValue ?? "*", product?.rawValue ?? "*", symbol ?? "*"]
        while parts.count > 1, parts.last == "*" { parts.removeLast() }
        return parts.joined(separator: "/") + (group.map { "+" + $0.rawValue } ?? "")
    }
}

/// What somebody asks a rule about. A part that is not known is covered by lines that leave it open.
package struct RuleSubject: Hashable, Sendable {
    package var exchange: String
    package var segment: MarketSegment?
    package var product: Product?
    package var symbol: String?
    package var group: InstrumentGroup?

    package init(
        _ exchange: String, _ segment: MarketSegment? = nil, _ product: Product? = nil, symbol: String? = nil, group: InstrumentGroup? = nil
    ) {
        self.exchange = exchange
        self.segment = segment
        self.product = product
        self.symbol = symbol
        self.group = group
    }
}
