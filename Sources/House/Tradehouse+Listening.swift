// What a live socket needs of the house: to hear its own user's events, and to look at the user's book without waking it.

import Storage
import Trading

extension Tradehouse {
    /// Begins to hear the events of the trader's own books. `close` is called when the login ends.
    package func listen(
        as trader: Trader, deliver: @escaping (NumberedEvent) -> Void, close: @escaping () -> Void
    ) -> ListenerID {
        feed.listen(as: trader, deliver: deliver, close: close)
    }

    package func stopListening(_ listener: ListenerID, as trader: Trader) { feed.leave(listener, of: trader.desk) }

    /// How many sockets the trader's user has open.
    package func listenerCount(of trader: Trader) -> Int { feed.listenerCount(of: trader.desk) }

    /// The trader's book if it is in memory and everything in it is durable; nil otherwise.
    package func awakeBook(of trader: Trader) -> BookView? {
        guard let desk = desks[trader.desk], desk.book.lastTicket.map(\.isDurable) ?? true else { return nil }
        return view(of: desk)
    }

    /// Takes ticks before anybody can trade: every instrument of the simulated market is quoted when the house begins to listen.
    package func quote(_ ticks: [Tick]) {
        for tick in ticks { take(tick) }
    }
}
