// Who is asking. A handler takes one of these values, never a user id from the request, so a route that forgets to ask who is
// there cannot be written.

import Storage
import Trading

/// An authenticated person with a live login.
package struct Trader: Sendable, Hashable {
    package let user: UserID
    /// Whose books: the user's own. Only in single-user mode the primary user sits at the imported `default` books.
    package let desk: UserID
    package let name: String
    package let email: String
    package let role: Role
    package let tier: Tier
    package let session: SessionDigest
    package let loginAt: Timestamp
    package let expiresAt: Timestamp
}

/// A trader who may act on the whole house: an owner or an admin.
package struct Admin: Sendable, Hashable {
    package let trader: Trader
    /// What the audit calls whoever acts.
    package let actor: String
    package var isOwner: Bool { trader.role == .owner }

    package init?(_ trader: Trader) {
        guard trader.role.isAdmin else { return nil }
        self.trader = trader
        actor = trader.user.text
    }

    private init(console trader: Trader) {
        self.trader = trader
        actor = "console"
    }

    /// Whoever sits at the machine's console with the data folder in hand; the audit calls it `console`.
    package static func console(at now: Timestamp) -> Admin {
        Admin(
            console: Trader(
                user: .legacyDefault, desk: .legacyDefault, name: "Console", email: "", role: .owner, tier: .free,
                session: SessionDigest([UInt8](repeating: 0, count: 32)), loginAt: now, expiresAt: now))
    }
}

/// Why nobody could be authenticated; each has its own words.
package enum AuthenticationRefusal: String, Error, Sendable, CaseIterable {
    case absent
    case expired
    /// Unknown, revoked, tampered with, or of a disabled account.
    case invalid
}

/// Why the house said no to something that is not an order.
package enum HouseRefusal: Error, Sendable, Hashable {
    case registrationClosed
    case invalidEmail
    case passwordTooShort
    case passwordTooLong
    case passwordTooCommon
    case emailTaken
    case userIDTaken
    case invalidCredentials
    case accountDisabled
    case setupTokenInvalid
    case setupDone
    /// Come back after so many seconds.
    case tooManyRequests(retryAfterSeconds: Int)
    case tooBusy
    case chartsBusy
    case notPermitted
    case unknownUser
    case unknownBook
    case bookHasTraded
    case nothingToHandOver
    case viewerMayNotTrade
    case invalidCapital
    case tooManyFollowed
    case tooManySockets
}
