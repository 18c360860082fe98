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
    /// Which of the books is asked about; a request says so, and the default one is meant without a word.
    package private(set) var book = BookName.default

    package init(
        user: UserID, desk: UserID, name: String, email: String, role: Role, tier: Tier, session: SessionDigest, loginAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.user = user
        self.desk = desk
        self.name = name
        self.email = email
        self.role = role
        self.tier = tier
        self.session = session
        self.loginAt = loginAt
        self.expiresAt = expiresAt
    }

    /// The same person at another of the own books. Whether there is one is found out when it is opened.
    package func at(_ book: BookName) -> Trader {
        var trader = self
        trader.book = book
        return trader
    }

    /// The book that is asked about, by its name in the whole house.
    package var key: BookKey { BookKey(user: desk, book: book) }
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
