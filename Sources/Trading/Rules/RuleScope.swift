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

/// What a line of a rule pack covers: `NSE/equity/MIS`, `NFO/options`, `*/*/MIS`, `NSE/equity/MIS/RELIANCE`.
package struct RuleScope: Hashable, Sendable {
    /// Nil stands for all of them.
    package let exchange: String?
    package let segment: MarketSegment?
    package let product: Product?
    /// A share's symbol, or the name of what a derivative is written on.
    package let symbol: String?

    package init(exchange: String? = nil, segment: MarketSegment? = nil, product: Product? = nil, symbol: String? = nil) {
        self.exchange = exchange
        self.segment = segment
        self.product = product
        self.symbol = symbol
    }

    /// How many parts are named; of two lines that both cover a case and hold from one day, the one that names more counts.
    package var precision: Int { (exchange == nil ? 0 : 1) + (segment == nil ? 0 : 1) + (product == nil ? 0 : 1) + (symbol == nil ? 0 : 1) }

    package func covers(_ exchange: String, _ segment: MarketSegment?, _ product: Product?, _ symbol: String?) -> Bool {
        (self.exchange == nil || self.exchange == exchange) && (self.segment == nil || self.segment == segment)
            && (self.product == nil || self.product == product) && (self.symbol == nil || self.symbol == symbol)
    }

    /// As a line writes it.
    package var text: String {
        var parts = [exchange ?? "*", segment?.rawValue ?? "*", product?.rawValue ?? "*", symbol ?? "*"]
        while parts.count > 1, parts.last == "*" { parts.removeLast() }
        return parts.joined(separator: "/")
    }
}
