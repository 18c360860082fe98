// The double-entry ledger: every act of every kind balances, the balances are the book's own figures, and charges stand by their kinds.

import Testing

@testable import Trading

@Suite struct `The ledger` {
    private let rates = RulePack.builtIn.chargeRates("NSE", .equity, .intraday, on: CivilDate("2026-11-20")!)!

    private func told(_ entry: LedgerEntry) -> String {
        entry.cause.rawValue + ": " + entry.lines.map { "\($0.account.rawValue) \($0.amount.text)" }.joined(separator: ", ")
    }

    private func post(_ story: String) throws -> (ledger: Ledger, told: [String], book: PaperSnapshot) {
        var told = Story()
        try told.tell(story)
        let book = told.account.snapshot
        let (ledger, entries) = Ledger.entries(of: book)
        #expect(entries.allSatisfy { $0.isBalanced } && ledger.isBalanced)
        return (ledger, entries.map(self.told), book)
    }

    @Test func `posts a long, a short and what goes through flat, each against where it came from`() throws {
        let (_, told, _) = try post(
            """
            quote INFY 100 100.10
            buy 10 INFY limit 100.10
            quote INFY 110 110.10
            sell 15 INFY market
            quote INFY 99.90 100
            buy 2 INFY market
            """)
        #expect(
            told == [
                "opening: cash 100000, capital -100000",
                "trade: cash -1001, long_positions 1001",
                "trade: cash 1650, long_positions -1001, short_positions -550, realised -99",
                "trade: cash -200, short_positions 220, realised -20",
                "hold: blocked_by_positions 330, unblocked -330",
            ], "\(told)")
    }

    @Test func `has charges by their kinds, and says so where the kinds are not known`() throws {
        var story = Story()
        try story.tell(
            """
            charged 2026-11-20
            quote INFY 999.90 1000
            buy 90 INFY market
            sell 40 INFY market
            """)
        let book = story.account.snapshot
        let (ledger, entries) = Ledger.entries(of: book) { trade, earlier in
            self.rates.charges(trade.side, value: trade.value, after: earlier, as: trade.rule.role)
        }
        #expect(ledger[.otherCharges] == .zero && ledger.charges == book.meta.charges && book.meta.charges > .zero)
        #expect(ledger[.stampDuty] > .zero && ledger[.transactionTax] > .zero && ledger[.brokerage] > .zero && ledger[.gst] > .zero)
        #expect(entries.allSatisfy({ $0.isBalanced }))
        let (plain, _) = Ledger.entries(of: book)
        #expect(plain[.otherCharges] == book.meta.charges && plain.charges == ledger.charges)
        let (wrong, all) = Ledger.entries(of: book) { _, _ in Charges.none }
        #expect(
            wrong[.otherCharges] == book.meta.charges && all.allSatisfy { $0.isBalanced }, "kinds that do not sum are none")
    }

    @Test func `names the account whose balance is not the book's`() throws {
        let (ledger, _, book) = try post("quote INFY 100 100.10\nbuy 10 INFY market")
        #expect(ledger.differences(from: book.meta, longCost: Money(whole: 1001), shortCost: .zero).isEmpty)
        var wrong = book.meta
        wrong.cash += Money(whole: 1)
        wrong.charges += Money(whole: 1)
        #expect(ledger.differences(from: wrong, longCost: Money(whole: 1001), shortCost: .zero) == [.cash, .otherCharges])
        #expect(ledger.differences(from: book.meta, longCost: .zero, shortCost: .zero) == [.longPositions])
    }

    /// Follows a book act by act and compares every balance with the account after each.
    private struct Follower {
        var ledger = Ledger()
        var entries = 0

        init(_ account: PaperAccount) { _ = ledger.open(account.capital, epoch: account.epoch, at: nil) }

        mutating func follow(_ events: [PaperEvent], _ account: PaperAccount, _ note: String) {
            var posted = ledger.take(events, at: account.updatedAt)
            for event in events {
                if case .orderFilled(let id, _, _) = event, let order = account.order(id), let entry = ledger.settle(order) {
                    posted.append(entry)
                }
            }
            entries += posted.count
            for entry in posted { #expect(entry.isBalanced, "\(note)") }
            #expect(ledger.isBalanced, "\(note)")
            let longs = account.positions.values.reduce(Money.zero) { $0 + $1.longCost }
            let shorts = account.positions.values.reduce(Money.zero) { $0 + $1.shortCost }
            let meta = account.meta(at: account.updatedAt)
            #expect(ledger.differences(from: meta, longCost: longs, shortCost: shorts) == [], "\(note)")
            // What may be used is what is owned less what is held and blocked.
            #expect(
                ledger[.cash] + ledger[.longPositions] + ledger[.shortPositions] + ledger[.unblocked] == account.available, "\(note)")
        }
    }

    @Test func `balances after every act of books by chance, and is the book's own figures`() throws {
        var posted = 0
        for seed: UInt64 in 0..<120 {
            var random = SeededRandom(seed: seed)
            var story = Story()
            let margin = Rate(percent: "20%")!
            story.market.set(.intraday) { _ in TradingTerms(longMargin: margin, shortMargin: margin, charges: rates) }
            try story.tell("quote INFY 99.90 100\nquote SBIN 49.95 50")
            var follower = Follower(story.account)
            for step in 0..<80 {
                let symbol = random.next() % 2 == 0 ? "INFY" : "SBIN"
                let last = (symbol == "INFY" ? 100 : 50) + Int(random.next() % 11) - 5
                story.now = story.now + .seconds(1)
                let command: PaperCommand
                switch random.next() % 8 {
                case 0...3:
                    let kind: OrderKind = random.next() % 2 == 0 ? .market : .limit(Price(text: "\(last)")!)
                    command = .place(
                        OrderDraft(
                            instrument: Story.id(symbol), side: random.next() % 2 == 0 ? .buy : .sell,
                            product: random.next() % 4 == 0 ? .delivery : .intraday, kind: kind,
                            quantity: Quantity(whole: Int64(random.next() % 60) + 1)), as: OrderID("PL\(step)")!)
                case 4:
                    guard let order = story.account.workingOrders.randomElement(using: &random) else { continue }
                    command =
                        random.next() % 2 == 0
                        ? .cancel(order.id)
                        : .modify(order.id, OrderAmendment(quantity: order.quantity + Quantity(whole: Int64(random.next() % 9))))
                case 5 where random.next() % 6 == 0: command = .reset(capital: Money(whole: 50_000))
                default:
                    let tick = Tick(
                        instrument: Story.id(symbol), at: story.now, lastPrice: Price(text: "\(last)")!, lastQuantity: .zero,
                        dayVolume: .zero,
                        traded: Quantity(whole: 40),
                        depth: Depth(
                            bids: [DepthLevel(price: Price(text: "\(last - 1)")!, quantity: Quantity(whole: 35), orders: 1)],
                            asks: [DepthLevel(price: Price(text: "\(last)")!, quantity: Quantity(whole: 35), orders: 1)]))
                    story.market.take(tick)
                    command = .tick(tick)
                }
                do throws(OrderRefusal) {
                    let events = try story.account.decide(command, market: story.market, at: story.now)
                    story.account.apply(events)
                    follower.follow(events, story.account, "seed \(seed) step \(step)")
                } catch {
                    continue
                }
            }
            posted += follower.entries
            let (ledger, entries) = Ledger.entries(of: story.account.snapshot)
            #expect(ledger.isBalanced && entries.allSatisfy { $0.isBalanced }, "seed \(seed)")
            #expect(ledger[.cash] == story.account.cash && ledger.charges == story.account.charges, "seed \(seed)")
        }
        #expect(posted > 3_000, "\(posted)")
    }
}

@Suite struct `Why a fill happened` {
    private func whys(_ text: String) throws -> [FillReason] {
        var story = Story()
        try story.tell(text)
        return story.account.trades.compactMap(\.why)
    }

    @Test func `is what the market showed: the level, the queue, or what went through`() throws {
        let depth = try whys(
            """
            book INFY 5@99.90 | 5@100 7@100.10 last 100
            buy 8 INFY market
            """)
        #expect(depth.map(\.displayed?.text) == ["5", "7"] && depth.allSatisfy { $0.lastPrice.text == "100" && $0.ahead == nil })
        let queue = try whys(
            """
            book INFY 5@99.90 | 5@100 last 100
            buy 3 INFY limit 99.90
            book INFY 5@99.90 | 5@100 last 99.90 traded 6
            """)
        #expect(queue.map { "\($0.ahead?.text ?? "-") \($0.traded?.text ?? "-") \($0.lastPrice.text)" } == ["5 6 99.9"])
        let through = try whys(
            """
            book INFY 5@99.90 | 5@100 last 100
            buy 3 INFY limit 99.90
            book INFY 5@99.50 | 5@99.70 last 99.60 traded 2
            """)
        #expect(through.map { "\($0.traded?.text ?? "-") \($0.lastPrice.text)" } == ["2 99.6"])
        let last = try whys("last INFY 100\nbuy 3 INFY market")
        #expect(last.count == 1 && last[0].displayed == nil && last[0].traded == nil)
    }

    @Test func `is told in words with the time of the quote`() throws {
        var story = Story()
        try story.tell("book INFY 5@99.90 | 5@100 last 100\nbuy 3 INFY market")
        let words = try #require(story.account.trades.first?.whyInWords)
        #expect(
            words.contains("5 were displayed") && words.contains("2026-11-20 11:00:00.") && words.contains("last price 100"), "\(words)")
        for rule in FillRule.allCases {
            let trade = Trade(
                id: TradeID("T")!, orderID: OrderID("P")!, instrument: Story.id("INFY"), product: .intraday, side: .buy,
                quantity: Quantity(whole: 1), price: Price(text: "1")!, charges: .zero, realised: nil, rule: rule, tag: nil,
                at: Story.start,
                epoch: 1, why: FillReason(quotedAt: Story.start, lastPrice: Price(text: "1")!))
            #expect(trade.whyInWords?.hasSuffix(".") == true)
        }
    }
}

@Suite struct `A day replayed` {
    /// A day of commands and ticks by chance, told twice from nothing.
    private func day(_ seed: UInt64) throws -> (events: [PaperEvent], book: PaperSnapshot) {
        var random = SeededRandom(seed: seed)
        var story = Story()
        var told: [PaperEvent] = []
        for step in 0..<200 {
            story.now = story.now + .milliseconds(Int64(random.next() % 5_000))
            let last = 100 + Int(random.next() % 11) - 5
            let command: PaperCommand
            if random.next() % 2 == 0 {
                let tick = Tick(
                    instrument: Story.id("INFY"), at: story.now, lastPrice: Price(text: "\(last)")!, lastQuantity: .zero, dayVolume: .zero,
                    traded: Quantity(whole: Int64(random.next() % 30)),
                    depth: Depth(
                        bids: [DepthLevel(price: Price(text: "\(last - 1)")!, quantity: Quantity(whole: 9), orders: 1)],
                        asks: [DepthLevel(price: Price(text: "\(last)")!, quantity: Quantity(whole: 9), orders: 1)]))
                story.market.take(tick)
                command = .tick(tick)
            } else {
                command = .place(
                    OrderDraft(
                        instrument: Story.id("INFY"), side: random.next() % 2 == 0 ? .buy : .sell, product: .intraday,
                        kind: random.next() % 2 == 0 ? .market : .limit(Price(text: "\(last)")!),
                        quantity: Quantity(whole: Int64(random.next() % 20) + 1)), as: OrderID("PD\(step)")!)
            }
            do throws(OrderRefusal) {
                let events = try story.account.decide(command, market: story.market, at: story.now)
                story.account.apply(events)
                told += events
            } catch {
                continue
            }
        }
        return (told, story.account.snapshot)
    }

    @Test func `gives the same events and the same book, reasons included`() throws {
        for seed: UInt64 in 0..<20 {
            let (first, again) = (try day(seed), try day(seed))
            #expect(first.events == again.events && first.book == again.book, "seed \(seed)")
            #expect(first.book.trades.allSatisfy { $0.why != nil } && !first.book.trades.isEmpty, "seed \(seed)")
        }
    }
}
