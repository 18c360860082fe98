// The codes of orders that ended before they filled.

/// Why the house or its owner cancelled an order; the stable codes of `Order.reasonCode`.
package enum CancellationReason: String, Sendable, CaseIterable {
    case requested = "cancelled_by_user"
    case immediateOrCancel = "immediate_or_cancel"
    case insufficientFunds = "insufficient_funds"
    case endOfDay = "end_of_day"
    case bookReset = "book_reset"
    case bookCopied = "book_copied"
    case riskStop = "risk_stop"
    case squaredOff = "squared_off"
    case marginBreach = "margin_breach"
    case contractExpired = "contract_expired"
    case corporateAction = "corporate_action"

    /// For the order's owner.
    package var sentence: String {
        switch self {
        case .requested: "Cancelled at your request."
        case .immediateOrCancel: "What could not fill at once was cancelled, as immediate-or-cancel asks."
        case .insufficientFunds: "The funds no longer covered the rest of this order, so it was cancelled."
        case .endOfDay: "The day ended, and the order was valid for the day."
        case .bookReset: "The book was reset."
        case .riskStop: "A limit or a kill switch lets this book open nothing at the moment."
        case .squaredOff: "Intraday positions were squared off, and their orders were cancelled first."
        case .marginBreach: "Losses used up the margin of this book, so orders that would open more were cancelled."
        case .contractExpired: "The contract expired and was settled."
        case .corporateAction: "The share was split or a bonus was issued: prices of before mean something else now."
        case .bookCopied: "The book is a copy; the order stays at work in the book it was copied from."
        }
    }
}
