// What limits the exposure of a book: limits that its owner sets, and kill switches. None of them ever stands in the way of what reduces a
// position. How they are asked is `PaperAccount+Risk`.

/// Limits of one book; what is nil does not limit.
package struct RiskLimits: Sendable, Hashable {
    /// The loss of a trading day in India, realised net of charges and unrealised together, at which nothing more is opened that day.
    package var dayLoss: Money?
    /// Positions at once, those that working orders would open among them.
    package var openPositions: Int?
    /// Orders placed on a day in India, but for those that a rule rejected.
    package var ordersPerDay: Int?
    /// Price × quantity of one order.
    package var orderValue: Money?
    /// Instruments in which nothing is opened.
    package var banned: Set<InstrumentID>

    /// Most of the two counts.
    package static let countLimit = 100_000
    /// Banned instruments, at most.
    package static let bannedLimit = 500

    package init(
        dayLoss: Money? = nil, openPositions: Int? = nil, ordersPerDay: Int? = nil, orderValue: Money? = nil, banned: Set<InstrumentID> = []
    ) {
        self.dayLoss = dayLoss
        self.openPositions = openPositions
        self.ordersPerDay = ordersPerDay
        self.orderValue = orderValue
        self.banned = banned
    }

    package static let none = RiskLimits()
}

/// A switch that somebody threw: until it is released nothing is opened where it reaches.
package struct KillSwitch: Sendable, Hashable {
    /// How far it reaches.
    package enum Scope: String, Sendable, CaseIterable {
        case book, user, house
    }

    package let scope: Scope
    package let since: Timestamp
    /// Who threw it, as the audit calls them; nothing is said of them to people of the house.
    package let actor: String
    package let reason: String?

    package init(scope: Scope, since: Timestamp, actor: String, reason: String?) {
        self.scope = scope
        self.since = since
        self.actor = actor
        self.reason = reason
    }

    /// For whoever it keeps from opening something.
    package var sentence: String {
        let reach =
            switch scope {
            case .book: "this book"
            case .user: "all your books"
            case .house: "the whole house"
            }
        let why = reason.map { " (\($0))" } ?? ""
        return "The kill switch of \(reach) is on since \(since.indiaMinute) IST\(why): only orders that reduce a position are taken, "
            + "until it is released."
    }
}

/// The day-loss limit was reached; it holds for the rest of that day, whatever the prices do.
package struct DayLossTrip: Sendable, Hashable {
    /// Days since 1970, in India.
    package let day: Int64
    package let result: Money
    package let limit: Money

    package init(day: Int64, result: Money, limit: Money) {
        self.day = day
        self.result = result
        self.limit = limit
    }

    package func holds(at instant: Timestamp) -> Bool { instant.dayNumber(offsetSeconds: indiaOffsetSeconds) == day }
}

/// Everything that limits one book at this moment.
package struct RiskRules: Sendable, Hashable {
    package var limits = RiskLimits.none
    /// The widest first.
    package var stops: [KillSwitch] = []
    package var dayLossTrip: DayLossTrip?

    package init(limits: RiskLimits = .none, stops: [KillSwitch] = [], dayLossTrip: DayLossTrip? = nil) {
        self.limits = limits
        self.stops = stops
        self.dayLossTrip = dayLossTrip
    }

    package static let none = RiskRules()

    var isActive: Bool { self != .none }

    /// Whether no working order may open anything in the instrument, also not one that was there before.
    func reducesOnly(_ instrument: InstrumentID, at instant: Timestamp) -> Bool {
        isStopped(at: instant) || limits.banned.contains(instrument)
    }

    /// Whether nothing at all is opened.
    package func isStopped(at instant: Timestamp) -> Bool { !stops.isEmpty || dayLossTrip.map { $0.holds(at: instant) } ?? false }
}

extension Timestamp {
    /// `2026-11-20 13:47`, India time.
    package var indiaMinute: String { String(wallClock(offsetSeconds: indiaOffsetSeconds, separator: " ", decimals: 0).prefix(16)) }
    /// The midnight in India that ends the day of this instant.
    package var nextIndiaMidnight: Timestamp {
        Timestamp(seconds: (dayNumber(offsetSeconds: indiaOffsetSeconds) + 1) * 86_400 - indiaOffsetSeconds)
    }
}
