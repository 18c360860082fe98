// Numbered events per user: in order, without holes, only for their user, and bounded.

import Storage
import Testing
import Trading

@testable import House

@Suite struct `The feed of events` {
    private static let first: UInt64 = 1_000

    private func trader(_ user: String, session: UInt8 = 1) -> Trader {
        let user = UserID(user)!
        return Trader(
            user: user, desk: user, name: "", email: "", role: .trader, tier: .free,
            session: SessionDigest([UInt8](repeating: session, count: 32)), loginAt: Timestamp(seconds: 0), expiresAt: Timestamp(seconds: 1)
        )
    }

    private final class Heard {
        var numbers: [UInt64] = []
        var closed = 0
    }

    private func listen(_ feed: inout Feed, _ trader: Trader) -> (ListenerID, Heard) {
        let heard = Heard()
        return (feed.listen(as: trader, deliver: { heard.numbers.append($0.number) }, close: { heard.closed += 1 }), heard)
    }

    @Test func `numbers a user's events one after the other`() {
        var feed = Feed(backlog: 4, firstNumber: Self.first)
        let asha = trader("ASHA")
        let (_, heard) = listen(&feed, asha)
        #expect(feed.lastNumber(of: asha.key) == Self.first - 1)
        for _ in 0..<20 { for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() } }
        #expect(heard.numbers == Array(Self.first..<Self.first + 20))
        #expect(feed.lastNumber(of: asha.key) == Self.first + 19)
    }

    @Test func `gives every listener of a user the same, and nobody else anything`() {
        var feed = Feed(backlog: 4, firstNumber: Self.first)
        let (_, one) = listen(&feed, trader("ASHA"))
        let (_, two) = listen(&feed, trader("ASHA", session: 2))
        let (_, other) = listen(&feed, trader("BELA"))
        for deliver in feed.publish(.reset(book: .default), to: BookKey(user: UserID("ASHA")!)) { deliver() }
        #expect(one.numbers == [Self.first] && two.numbers == [Self.first])
        #expect(other.numbers.isEmpty)
        #expect(feed.listenerCount == 3)
        #expect(feed.listenerCount(of: BookKey(user: UserID("ASHA")!)) == 2)
    }

    @Test func `tells who comes back what was missed, as long as it is kept`() {
        var feed = Feed(backlog: 4, firstNumber: Self.first)
        let asha = trader("ASHA")
        let (id, _) = listen(&feed, asha)
        feed.leave(id, of: asha.key)
        for _ in 0..<100 {
            for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() }
            let last = feed.lastNumber(of: asha.key)
            // Whatever the client's number, the answer is everything after it or the advice to take a snapshot.
            for number in (Self.first - 1)...last {
                if let events = feed.events(of: asha.key, after: number) {
                    #expect(events.map(\.number) == Array(number + 1..<last + 1))
                } else {
                    #expect(last - number > 4, "the last four are always kept")
                }
            }
            #expect(feed.events(of: asha.key, after: last + 1) == nil)
            #expect((feed.events(of: asha.key, after: last - min(last, 8))?.count ?? 0) <= 8)
        }
        #expect(feed.events(of: asha.key, after: Self.first) == nil)
        #expect(feed.events(of: BookKey(user: UserID("BELA")!), after: 5) == nil)
    }

    @Test func `never gives a number a second meaning after it forgot a user`() {
        var feed = Feed(backlog: 8, firstNumber: Self.first)
        let asha = trader("ASHA")
        let (id, _) = listen(&feed, asha)
        for _ in 0..<5 { for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() } }
        let known = feed.lastNumber(of: asha.key)
        feed.leave(id, of: asha.key)
        feed.forgetIdle(asha.key)
        for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() }
        let (_, heard) = listen(&feed, asha)
        #expect(feed.events(of: asha.key, after: known) == nil, "something happened that was not kept")
        for _ in 0..<10 { for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() } }
        #expect(heard.numbers.allSatisfy { $0 > known })
        #expect(feed.events(of: asha.key, after: known) == nil)
    }

    @Test func `forgets no user who still listens`() {
        var feed = Feed(backlog: 8, firstNumber: Self.first)
        let asha = trader("ASHA")
        let (_, heard) = listen(&feed, asha)
        for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() }
        feed.forgetIdle(asha.key)
        for deliver in feed.publish(.reset(book: .default), to: asha.key) { deliver() }
        #expect(heard.numbers == [Self.first, Self.first + 1])
    }

    @Test func `closes the listeners of the login that ended, and no others`() {
        var feed = Feed(backlog: 8, firstNumber: Self.first)
        let (_, one) = listen(&feed, trader("ASHA", session: 1))
        let (_, two) = listen(&feed, trader("ASHA", session: 2))
        for close in feed.close(session: trader("ASHA", session: 1).session, of: UserID("ASHA")!) { close() }
        for deliver in feed.publish(.reset(book: .default), to: BookKey(user: UserID("ASHA")!)) { deliver() }
        #expect(one.closed == 1 && one.numbers.isEmpty)
        #expect(two.closed == 0 && two.numbers.count == 1)
    }

    @Test func `keeps nothing for users nobody ever listened to`() {
        var feed = Feed(backlog: 8, firstNumber: Self.first)
        for deliver in feed.publish(.reset(book: .default), to: BookKey(user: UserID("ASHA")!)) { deliver() }
        #expect(feed.events(of: BookKey(user: UserID("ASHA")!), after: Self.first) == nil)
        #expect(feed.listenerCount == 0)
    }
}
