// What happened, on its way out: numbered events per book, and the listeners that carry them to sockets. Only what is durable gets
// here. Prices do not: listeners read those from `MarketHub` at their own pace.

import Storage
import Trading

/// Something a user's screen must know.
package enum FeedEvent: Sendable {
    case order(Order, book: BookName)
    case trade(Trade, book: BookName)
    /// Flat means gone.
    case position(Position, book: BookName)
    case funds(FundsView, book: BookName)
    case reset(book: BookName)
}

/// The funds of a book as screens show them, at the prices of one moment.
package struct FundsView: Sendable, Hashable {
    package let meta: BookMeta
    package let unrealised: Money
    /// Realised and unrealised result of the trading day, net of charges.
    package let dayResult: Money
    package let openPositions: Int
    package let tradesToday: Int

    /// available + invested + reserved + unrealised.
    package var totalValue: Money { meta.available + meta.invested + meta.reserved + unrealised }
}

/// One event with its place in the book's sequence.
package struct NumberedEvent: Sendable {
    package let number: UInt64
    package let event: FeedEvent
}

/// Names a listener, so that it can leave.
package struct ListenerID: Hashable, Sendable {
    let number: UInt64
}

/// Per book: the last events, and who listens.
///
/// Invariants: 1. a book's numbers grow by one without holes while anybody listens or the backlog lives. 2. a listener gets only the events
/// of the one book it asked for, which is its own user's. 3. a backlog holds less than twice `backlog` events and exists only for books that
/// had a listener.
package struct Feed {
    private struct Listener {
        let session: SessionDigest
        let deliver: (NumberedEvent) -> Void
        let close: () -> Void
    }

    private struct Channel {
        var next: UInt64
        var backlog: [NumberedEvent] = []
        var listeners: [ListenerID: Listener] = [:]
    }

    private var channels: [BookKey: Channel] = [:]
    /// Which books of a user have a channel.
    private var booksHeard: [UserID: Set<BookName>] = [:]
    private let backlogLimit: Int
    /// Numbers of this life of the process begin above those of the life before, so an old number is never mistaken.
    private var firstNumber: UInt64
    private var listenersMade: UInt64 = 0

    init(backlog: Int, firstNumber: UInt64) {
        backlogLimit = max(1, backlog)
        self.firstNumber = firstNumber
    }

    package var listenerCount: Int { channels.values.reduce(0) { $0 + $1.listeners.count } }

    package func listenerCount(of book: BookKey) -> Int { channels[book]?.listeners.count ?? 0 }

    /// The number of the book's last event; what a snapshot taken now contains.
    package func lastNumber(of book: BookKey) -> UInt64 { (channels[book]?.next ?? firstNumber) - 1 }

    /// Begins to listen. `close` is called when the login ends.
    package mutating func listen(
        as trader: Trader, deliver: @escaping (NumberedEvent) -> Void, close: @escaping () -> Void
    ) -> ListenerID {
        listenersMade += 1
        let id = ListenerID(number: listenersMade)
        booksHeard[trader.desk, default: []].insert(trader.book)
        channels[trader.key, default: Channel(next: firstNumber)].listeners[id] = Listener(
            session: trader.session, deliver: deliver, close: close)
        return id
    }

    package mutating func leave(_ id: ListenerID, of book: BookKey) {
        channels[book]?.listeners[id] = nil
    }

    /// The events after `number`, or nil when some of them are gone and a snapshot is needed.
    package func events(of book: BookKey, after number: UInt64) -> [NumberedEvent]? {
        guard let channel = channels[book] else { return nil }
        guard number < channel.next else { return nil }
        let oldest = channel.backlog.first?.number ?? channel.next
        guard number + 1 >= oldest else { return nil }
        return channel.backlog.filter { $0.number > number }
    }

    /// Numbers the event and keeps it for those who come back; gives what hands it to the book's listeners.
    ///
    /// The caller calls these afterwards: a listener that cannot keep up leaves the feed while it is being told.
    mutating func publish(_ event: FeedEvent, to book: BookKey) -> [() -> Void] {
        guard let number = channels[book]?.next else { return [] }
        let numbered = NumberedEvent(number: number, event: event)
        channels[book]?.next += 1
        channels[book]?.backlog.append(numbered)
        // Trimmed by halves, so that a busy user's events cost constant time each.
        let surplus = (channels[book]?.backlog.count ?? 0) - backlogLimit
        if surplus >= backlogLimit { channels[book]?.backlog.removeFirst(surplus) }
        return (channels[book]?.listeners.values).map { $0.map { listener in { listener.deliver(numbered) } } } ?? []
    }

    /// Lets go of the listeners of a login that ended, or of all of a user's; gives what tells them so.
    mutating func close(session: SessionDigest? = nil, of user: UserID) -> [() -> Void] {
        var closing: [() -> Void] = []
        for name in booksHeard[user] ?? [] {
            let book = BookKey(user: user, book: name)
            for (id, listener) in channels[book]?.listeners ?? [:] where session == nil || listener.session == session {
                leave(id, of: book)
                closing.append(listener.close)
            }
        }
        return closing
    }

    /// Forgets the backlogs of all books of a user nobody listens to.
    mutating func forgetIdle(_ user: UserID) {
        for name in booksHeard[user] ?? [] { forgetIdle(BookKey(user: user, book: name)) }
    }

    /// Forgets the backlog of a book nobody listens to.
    mutating func forgetIdle(_ book: BookKey) {
        guard let channel = channels[book], channel.listeners.isEmpty else { return }
        channels[book] = nil
        booksHeard[book.user]?.remove(book.book)
        if booksHeard[book.user]?.isEmpty == true { booksHeard[book.user] = nil }
        // Whoever comes back with a number of this channel must not find it below a new one: one number is left out for what happens
        // while nobody counts.
        firstNumber = max(firstNumber, channel.next + 1)
    }
}
