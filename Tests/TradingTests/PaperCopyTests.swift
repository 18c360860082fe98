// A copy of a book: it adds up by itself, and nothing works in it.

import Testing

@testable import Trading

@Suite struct `A copy of a book` {
    @Test func `has the past and the positions, and frees what working orders held`() throws {
        var story = Story()
        try story.tell(
            """
            reset 50000
            quote INFY 99.90 100
            buy 10 INFY market
            sell 5 SBIN limit 60
            quote SBIN 49.95 50
            sell 7 SBIN market
            buy 20 INFY limit 90
            sell 10 INFY stop 80
            """)
        let source = story.account
        let copy = source.snapshot.copied(at: story.now)
        let account = try PaperAccount(restoring: copy)
        #expect(account.workingCount == 0 && account.reserved == .zero && source.workingCount == 3)
        #expect(account.available == source.available + source.reserved && source.reserved > .zero)
        #expect(account.epoch == 1 && source.epoch == 2)
        #expect(account.trades.map(\.id) == source.trades.map(\.id) && account.cash == source.cash)
        #expect(Set(account.positions.keys) == Set(source.positions.keys))
        #expect(copy.orders.filter { $0.reasonCode == "book_copied" }.count == 3)
        #expect(FundsProof(of: copy).addsUp)
    }

    @Test func `can be copied again, and an untouched book too`() throws {
        let empty = PaperAccount(opening: Money(whole: 5), at: Story.start).snapshot.copied(at: Story.start)
        #expect(try PaperAccount(restoring: empty).available == Money(whole: 5))
        #expect(empty.copied(at: Story.start) == empty)
    }
}
