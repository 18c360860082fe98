// Which books a tick concerns: the index agrees with asking every one of them.

import Testing

@testable import Trading

@Suite struct `The index of quiet bands` {
    private func price(_ rupees: Int) -> Price { Price(units: Int64(rupees) * fixedPointScale) }
    private func tick(_ last: Int, bid: Int? = nil, ask: Int? = nil) -> TickReach {
        func side(_ rupees: Int?) -> [DepthLevel] {
            rupees.map { [DepthLevel(price: price($0), quantity: Quantity(whole: 1), orders: 1)] } ?? []
        }
        return TickReach(
            Tick(
                instrument: Story.id("INFY"), at: Story.start, lastPrice: price(last), lastQuantity: .zero, dayVolume: .zero,
                depth: Depth(bids: side(bid), asks: side(ask))))
    }

    @Test func `names each book once that a tick reaches, whatever entered and left before`() {
        var random = SeededRandom(seed: 11)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var index = BandIndex<Int>()
        var bands: [Int: QuietBand] = [:]
        var concerned = 0
        for _ in 0..<20_000 {
            let book = below(40)
            let band: QuietBand? =
                switch below(8) {
                case 0: nil
                case 1: QuietBand.empty
                default: QuietBand(low: price(below(50)), high: price(50 + below(50)))
                }
            index.set(book, band)
            bands[book] = band
            let reach = tick(below(100), bid: below(2) == 0 ? below(100) : nil, ask: below(2) == 0 ? below(100) : nil)
            let wanted = bands.filter { !$0.value.contains(reach) }.keys.sorted()
            #expect(index.concerned(by: reach) == wanted)
            #expect(index.count == bands.count && index.isEmpty == bands.isEmpty)
            concerned += wanted.count
        }
        #expect(concerned > 20_000)
    }

    @Test func `calls nobody between the orders of a book, and the book at each of them`() throws {
        var story = Story()
        try story.tell(
            """
            quote INFY 999.90 1000
            buy 1 INFY limit 990
            sell 1 INFY limit 1010
            buy 1 INFY stop 1005
            sell 1 INFY stop 985
            """)
        #expect(story.account.quietBand(in: Story.id("INFY")) == QuietBand(low: price(990), high: price(1_005)))
        #expect(story.account.quietBand(in: Story.id("SBIN")) == nil)
        let band = try #require(story.account.quietBand(in: Story.id("INFY")))
        #expect(band.contains(tick(1_000, bid: 999, ask: 1_001)) && !band.contains(tick(1_000, bid: 980, ask: 990)))
        #expect(!band.contains(tick(1_005)) && !band.contains(tick(1_000, bid: 1_005, ask: 1_006)) && !band.contains(tick(990)))
    }

    @Test func `calls a book with a waiting market order at every tick`() throws {
        var story = Story()
        try story.tell(
            """
            book INFY 1@999 | 1@1000 last 1000
            buy 3 INFY market → filled 1 @ 1000
            """)
        #expect(story.account.quietBand(in: Story.id("INFY"))?.contains(tick(1_000)) == false)
    }
}
