// The parts of a trading day, and what an order may be in each.

/// A part of an exchange's day; the raw values are the words of rule packs.
package enum SessionPhase: String, Sendable, Hashable, CaseIterable {
    /// Orders are collected for the opening price.
    case preOpenEntry = "preopen-entry"
    /// Only limit orders are taken any more.
    case preOpenLimitEntry = "preopen-limit-entry"
    /// The opening price is found and orders are matched at it; none is taken.
    case preOpenMatch = "preopen-match"
    /// Between the opening price and the open.
    case buffer
    case continuous
    /// The price is worked out that the closing auction starts from; no order is taken.
    case closingReference = "closing-reference"
    /// Orders are collected for the closing price.
    case closingEntry = "closing-entry"
    case closingLimitEntry = "closing-limit-entry"
    case closingMatch = "closing-match"
    /// Market orders trade at the closing price.
    case postClose = "post-close"

    /// Whether an order of this kind may come in: an auction takes neither stops nor IOC, and at its end only limits.
    package func accepts(_ kind: OrderKind, _ validity: Validity) -> Bool {
        switch self {
        case .continuous: true
        case .preOpenEntry, .closingEntry:
            switch kind {
            case .market, .limit: validity == .day
            case .stop, .stopLimit: false
            }
        case .preOpenLimitEntry, .closingLimitEntry:
            switch kind {
            case .limit: validity == .day
            case .market, .stop, .stopLimit: false
            }
        case .postClose: kind == .market
        case .preOpenMatch, .buffer, .closingReference, .closingMatch: false
        }
    }

    /// Whether orders meet at one price at its end or in it.
    package var isAuction: Bool {
        switch self {
        case .preOpenEntry, .preOpenLimitEntry, .preOpenMatch, .closingReference, .closingEntry, .closingLimitEntry, .closingMatch: true
        case .buffer, .continuous, .postClose: false
        }
    }

    /// Whether it lies before the day's continuous trading.
    package var isOpening: Bool {
        switch self {
        case .preOpenEntry, .preOpenLimitEntry, .preOpenMatch, .buffer: true
        case .continuous, .closingReference, .closingEntry, .closingLimitEntry, .closingMatch, .postClose: false
        }
    }
}

/// From when until when a phase lasts, in seconds of the wall clock in India; the end is not part of it.
package struct PhaseSpan: Sendable, Hashable {
    package let phase: SessionPhase
    package let opens: Int64
    package let closes: Int64
    /// The exchange ends the phase at random within so many last seconds; zero when it ends on time.
    package let randomSeconds: Int64

    package init(_ phase: SessionPhase, _ opens: Int64, _ closes: Int64, randomSeconds: Int64 = 0) {
        self.phase = phase
        self.opens = opens
        self.closes = closes
        self.randomSeconds = randomSeconds
    }

    package func contains(_ second: Int64) -> Bool { second >= opens && second < closes }
}
