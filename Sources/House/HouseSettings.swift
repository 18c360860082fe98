// The house's settings as values, after `tradehouse/Configuration` has parsed and checked them.

import Trading

/// Who may make an account.
package enum Registration: String, Sendable, CaseIterable {
    case open
    case invite
    case closed
}

/// What the house runs as.
package enum HouseMode: String, Sendable, CaseIterable {
    /// Several users, each with an own login.
    case normal
    /// One person on this machine: calls without a token are the primary user's. Only on loopback.
    case singleUser = "single-user"
    case production
    /// For the project's own tests: cheap password hashes are allowed.
    case test
}

/// Requests per user and minute; 0 switches a limit off.
package struct RateLimits: Sendable, Hashable {
    /// Every write, and every request of the robot, trades and auth routes.
    package var actsPerMinute: Int
    /// All other reads.
    package var readsPerMinute: Int
    /// Log-ins and registrations per address, and per account.
    package var loginsPerMinute: Int
    /// What `premium` may do more.
    package var premiumFactor: Int

    package static let standard = RateLimits(actsPerMinute: 100, readsPerMinute: 600, loginsPerMinute: 20, premiumFactor: 6)
    package static let off = RateLimits(actsPerMinute: 0, readsPerMinute: 0, loginsPerMinute: 0, premiumFactor: 1)

    package init(actsPerMinute: Int, readsPerMinute: Int, loginsPerMinute: Int, premiumFactor: Int) {
        self.actsPerMinute = actsPerMinute
        self.readsPerMinute = readsPerMinute
        self.loginsPerMinute = loginsPerMinute
        self.premiumFactor = premiumFactor
    }
}

package struct HouseSettings: Sendable {
    package var mode: HouseMode = .normal
    package var registration: Registration = .invite
    package var startingCapital = Money(whole: 100_000)
    /// How long a login lasts, whatever happens.
    package var sessionLife: Duration = .seconds(86_400)
    /// Live logins one user may have; the oldest ends when one more begins.
    package var sessionsPerUser = 20
    package var rateLimits = RateLimits.standard
    /// A desk nobody used for so long leaves memory, unless orders work on it.
    package var deskIdle: Duration = .seconds(900)
    /// Logins kept ready in memory; the rest is read from disk when it comes back.
    package var sessionCacheEntries = 200_000
    /// Feed events kept per user for sockets that come back.
    package var feedBacklog = 512
    /// Paper books one user may have, the default one among them.
    package var booksPerUser = 10
    /// Sockets one user may have open.
    package var socketsPerUser = 10
    /// What the market is called on screens and in answers: `simulated`, `replay`, `off`.
    package var marketKind = "simulated"
    /// Whether the market follows the exchange's hours or trades round the clock.
    package var followsExchangeHours = false

    package init() {}
}
