// What a live socket needs of the house: to hear its own user's events, and to look at the user's book without waking it.

import Storage
import Trading

extension Tradehouse {
    /// Begins to hear the events of the book that the trader asks about. `close` is called when the login ends.
    package func listen(
        as trader: Trader, deliver: @escaping (NumberedEvent) -> Void, close: @escaping () -> Void
    ) -> ListenerID {
        feed.listen(as: trader, deliver: deliver, close: close)
    }

    package func stopListening(_ listener: ListenerID, as trader: Trader) {
        feed.leave(listener, of: trader.key)
        // A desk that sleeps is not swept, so nobody else would forget the channel.
        if desks[trader.key] == nil { feed.forgetIdle(trader.key) }
    }

    /// Numbers an event of the book and hands it to the listeners.
    func tell(_ event: FeedEvent, to book: BookKey) {
        for deliver in feed.publish(event, to: book) { deliver() }
    }

    /// Ends the sockets of one login of a user, or of all.
    func hangUp(session: SessionDigest? = nil, of user: UserID) {
        for close in feed.close(session: session, of: user) { close() }
    }

    /// The trader's book if it is in memory and everything in it is durable; nil otherwise.
    package func awakeBook(of trader: Trader) -> BookView? {
        guard let desk = desks[trader.key], desk.book.lastTicket.map(\.isDurable) ?? true else { return nil }
        return view(of: desk)
    }

    /// Takes ticks before anybody can trade: every instrument of the simulated market is quoted when the house begins to listen.
    package func quote(_ ticks: [Tick]) {
        for tick in ticks { take(tick) }
    }
}
