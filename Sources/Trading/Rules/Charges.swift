// What an exchange, the state and the house take from a trade, line by line. The rates behind it are `ChargeRates`.

/// The charges of one fill, one order or one contract note.
///
/// Every line is a whole number of 10⁻⁸ rupees and the total is their sum, so a breakdown always adds up.
package struct Charges: Hashable, Sendable {
    /// STT on securities, CTT on commodities; which of them the `ChargeRates` say.
    package var transactionTax: Money
    /// The exchange's transaction charge with the investor protection fund in it; on a crypto venue the maker's or taker's fee.
    package var exchange: Money
    package var sebi: Money
    package var brokerage: Money
    package var stamp: Money
    package var gst: Money

    package static let none = Charges(transactionTax: .zero, exchange: .zero, sebi: .zero, brokerage: .zero, stamp: .zero, gst: .zero)

    package var total: Money { transactionTax + exchange + sebi + brokerage + stamp + gst }

    package static func + (a: Charges, b: Charges) -> Charges {
        Charges(
            transactionTax: a.transactionTax + b.transactionTax, exchange: a.exchange + b.exchange, sebi: a.sebi + b.sebi,
            brokerage: a.brokerage + b.brokerage, stamp: a.stamp + b.stamp, gst: a.gst + b.gst)
    }

    package static func - (a: Charges, b: Charges) -> Charges {
        Charges(
            transactionTax: a.transactionTax - b.transactionTax, exchange: a.exchange - b.exchange, sebi: a.sebi - b.sebi,
            brokerage: a.brokerage - b.brokerage, stamp: a.stamp - b.stamp, gst: a.gst - b.gst)
    }

    package static func += (a: inout Charges, b: Charges) { a = a + b }
}

/// Which tax on transactions an exchange collects; the raw values are Kite's words.
package enum TransactionTax: String, Sendable, Hashable, CaseIterable {
    case securities = "stt"
    case commodities = "ctt"
}

/// Whether a fill took displayed quantity or was the displayed quantity; only crypto venues ask a different price for it.
package enum FillRole: String, Sendable, Hashable { case taker, maker }
