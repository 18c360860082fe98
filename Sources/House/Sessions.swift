// Live logins: which token belongs to whom. The files are `Storage/SessionFiles`; this is what is kept ready in memory, bounded,
// so that a request finds its trader without touching the disk.

import Storage
import Trading

/// The table of logins that were used lately.
///
/// Invariants: 1. it never holds a login that its user's session file does not hold. 2. it has at most `limit` entries.
struct Sessions {
    struct Entry {
        let trader: Trader
        var lastUsed: UInt64
    }

    private var entries: [SessionDigest: Entry] = [:]
    private var byUser: [UserID: Set<SessionDigest>] = [:]
    private var useCount: UInt64 = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
        entries.reserveCapacity(min(self.limit, 1024))
    }

    var count: Int { entries.count }

    /// The login with this digest, if it is in memory; expiry is the caller's to judge.
    mutating func find(_ digest: SessionDigest) -> Trader? {
        guard let index = entries.index(forKey: digest) else { return nil }
        useCount += 1
        entries.values[index].lastUsed = useCount
        return entries.values[index].trader
    }

    mutating func remember(_ trader: Trader) {
        if entries.count >= limit, entries[trader.session] == nil { makeRoom() }
        useCount += 1
        entries[trader.session] = Entry(trader: trader, lastUsed: useCount)
        byUser[trader.user, default: []].insert(trader.session)
    }

    mutating func forget(_ digest: SessionDigest) {
        guard let entry = entries.removeValue(forKey: digest) else { return }
        let user = entry.trader.user
        byUser[user]?.remove(digest)
        if byUser[user]?.isEmpty == true { byUser[user] = nil }
    }

    /// Forgets all logins of a user, so that a changed role or a disabled account counts at once.
    mutating func forget(user: UserID) {
        for digest in byUser[user] ?? [] { entries[digest] = nil }
        byUser[user] = nil
    }

    /// Drops the least recently used eighth, so that the cost of making room is spread over many arrivals.
    private mutating func makeRoom() {
        let uses = entries.values.map(\.lastUsed).sorted()
        let threshold = uses[uses.count / 8]
        for (digest, entry) in entries where entry.lastUsed <= threshold { forget(digest) }
    }
}
