// The little language of the paper account's tests: one line is one act, and after the arrow stands what must hold.
//
//     capital 9000                            begin with this much instead of 100000
//     quote INFY 1499.90 1500.00              one level of 1,000 a side; the last price is the ask
//     book INFY 5@1499.90 | 5@1500 7@1500.10 last 1500     depth, bids before the bar
//     book INFY 5@1499.90 | 5@1500 last 1500 traded 20     so much traded since the tick before
//     last INFY 1500                          a feed without depth
//     margin MIS 20                           percent of the cost that positions of a product block; 100 unless said
//     charged 2026-11-20                      fills pay what the built-in rules of that day say of shares on NSE
//     buy 10 INFY limit 1490 CNC IOC          also: market, stop 1510, stop 1510 limit 1512; MIS DAY unless said
//     cancel #1 / modify #1 quantity 5 limit 1480 / expire / reset 50000 / close / open / stale / pass 10
//
// An order is named by its number in the story. Expectations: a state, `fills 10 @ 1500 + 5 @ 1500.10` of this act (`filled …` for one
// fill), `no fills`, `rejected code`, `refused code`, `#2 cancelled code`, `#2 reserved 100`, `position -5 @ 1490`, and figures.

import Testing

@testable import Trading

/// A market that says what a story told it.
struct StoryMarket: MarketView {
    var instruments: [InstrumentID: Instrument] = [:]
    var quotes: [InstrumentID: Quote] = [:]
    var isMarketOpen = true
    var hasStaleQuotes = false
    var terms: [Product: TradingTerms] = [:]

    func instrument(for id: InstrumentID) -> Instrument? { instruments[id] }
    func quote(for id: InstrumentID) -> Quote? { quotes[id] }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { isMarketOpen }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { hasStaleQuotes }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms { terms[product] ?? .plain }

    mutating func set(_ product: Product, _ change: (TradingTerms) -> TradingTerms) {
        terms[product] = change(terms[product] ?? .plain)
    }

    mutating func take(_ tick: Tick) {
        quotes[tick.instrument] = Quote(
            instrument: tick.instrument, at: tick.at, lastPrice: tick.lastPrice, lastQuantity: tick.lastQuantity, dayVolume: tick.dayVolume,
            depth: tick.depth, open: tick.lastPrice, high: tick.lastPrice, low: tick.lastPrice, previousClose: tick.lastPrice)
    }
}

/// Reads a story, does what it says and compares.
struct Story {
    /// 2026-11-20 11:00 in India, a Friday.
    static let start = Timestamp(seconds: 1_795_152_600)
    var account = PaperAccount(opening: Money(whole: 100_000), at: start)
    var market = StoryMarket()
    var now = start
    private var events: [PaperEvent] = []
    private var refusal: OrderRefusal?
    private var orderCount = 0
    private var instrument: InstrumentID?
    private var product = Product.intraday
    private var subject: OrderID?

    init() {
        for (symbol, tick, lot) in [
            ("INFY", "0.10", "1"), ("SBIN", "0.05", "1"), ("NIFTYFUT", "0.10", "65"), ("BTC", "0.01", "0.00000001"), ("NIFTY 50", "0", "0"),
            ("GHOST", "0.05", "1"),
        ] {
            let id = Story.id(symbol)
            market.instruments[id] = Instrument(
                id: id, token: Int64(market.instruments.count + 1), name: symbol, tickSize: Price(text: tick)!,
                lotSize: Quantity(text: lot)!,
                kind: "EQ", segment: "NSE", isSimulated: true)
        }
    }

    static func id(_ symbol: String) -> InstrumentID { InstrumentID(exchange: "NSE", symbol: symbol)! }
    static func orderID(_ number: some StringProtocol) -> OrderID { OrderID("P\(number.drop { $0 == "#" })")! }

    mutating func tell(_ text: String) throws {
        for line in text.split(separator: "\n") {
            let halves = line.split(separator: "→", maxSplits: 1).map { $0.split(separator: " ").joined(separator: " ") }
            guard let act = halves.first, !act.isEmpty else { continue }
            try perform(act)
            if halves.count > 1 {
                for expectation in halves[1].split(separator: ",") {
                    expect(expectation.split(separator: " ").map(String.init), in: String(line))
                }
            } else {
                #expect(refusal == nil, "\(line)")
            }
            try checkBooks(String(line))
        }
    }

    // MARK: - Acts

    private mutating func perform(_ act: String) throws {
        let words = act.split(separator: " ").map(String.init)
        now = now + .milliseconds(10)
        switch words[0] {
        case "capital": account = PaperAccount(opening: Money(text: words[1])!, at: now)
        case "open": market.isMarketOpen = true
        case "close": market.isMarketOpen = false
        case "stale": market.hasStaleQuotes = true
        case "pass": now = now + .seconds(Int64(words[1])!)
        case "quote": try quote(words[1], "1000@\(words[2]) | 1000@\(words[3])", last: words[3])
        case "book":
            let rest = words[2...].joined(separator: " ")
            let parts = rest.components(separatedBy: "last")
            let prints = parts[1].components(separatedBy: "traded").map(\.trimmed)
            try quote(words[1], parts[0], last: prints[0], traded: prints.count > 1 ? prints[1] : "0")
        case "margin":
            let rate = Rate(percent: words[2] + "%")!
            market.set(Product(rawValue: words[1])!) { TradingTerms(longMargin: rate, shortMargin: rate, charges: $0.charges) }
        case "charged":
            for product in Product.allCases {
                let rates = RulePack.builtIn.chargeRates("NSE", .equity, product, on: CivilDate(words[1])!)!
                market.set(product) { TradingTerms(longMargin: $0.longMargin, shortMargin: $0.shortMargin, charges: rates) }
            }
        case "last": try quote(words[1], "", last: words[2])
        case "buy", "sell": try place(words)
        case "cancel": try decide(.cancel(Story.orderID(words[1])), subject: words[1])
        case "modify":
            var amendment = OrderAmendment()
            if let index = words.firstIndex(of: "quantity") { amendment.quantity = Quantity(text: words[index + 1])! }
            amendment.kind = kind(words)
            if words.contains("IOC") { amendment.validity = .immediateOrCancel }
            try decide(.modify(Story.orderID(words[1]), amendment), subject: words[1])
        case "expire": try decide(.expireDay)
        case "cancelAll": try decide(.cancelAll())
        case "reset": try decide(.reset(capital: Money(text: words[1])!))
        default: Issue.record("A story does not know “\(act)”.")
        }
    }

    private mutating func quote(_ symbol: String, _ book: String, last: String, traded: String = "0") throws {
        let sides = book.components(separatedBy: "|").map { side in
            side.split(separator: " ").map { level in
                let parts = level.split(separator: "@")
                return DepthLevel(price: Price(text: parts[1])!, quantity: Quantity(text: parts[0])!, orders: 1)
            }
        }
        let depth = sides.count == 2 ? Depth(bids: sides[0], asks: sides[1]) : .none
        let tick = Tick(
            instrument: Story.id(symbol), at: now, lastPrice: Price(text: last)!, lastQuantity: .zero, dayVolume: .zero,
            traded: Quantity(text: traded)!, depth: depth)
        market.hasStaleQuotes = false
        market.take(tick)
        try decide(.tick(tick))
    }

    private func kind(_ words: [String]) -> OrderKind? {
        func price(after word: String) -> Price? { words.firstIndex(of: word).map { Price(text: words[$0 + 1])! } }
        return switch (price(after: "stop"), price(after: "limit")) {
        case (let trigger?, let limit?): .stopLimit(trigger: trigger, limit: limit)
        case (let trigger?, nil): .stop(trigger: trigger)
        case (nil, let limit?): .limit(limit)
        case (nil, nil): words.contains("market") ? .market : nil
        }
    }

    private mutating func place(_ words: [String]) throws {
        orderCount += 1
        instrument = words[2] == "NIFTY50" ? Story.id("NIFTY 50") : Story.id(words[2])
        product = words.contains("CNC") ? .delivery : words.contains("NRML") ? .carry : .intraday
        let key = words.first { $0.hasPrefix("key=") }.map { String($0.dropFirst(4)) }
        let draft = OrderDraft(
            instrument: instrument!, side: words[0] == "buy" ? .buy : .sell, product: product, kind: kind(words)!,
            validity: words.contains("IOC") ? .immediateOrCancel : .day, quantity: Quantity(text: words[1])!, clientOrderID: key)
        try decide(.place(draft, as: Story.orderID(String(orderCount))), subject: "#\(orderCount)")
    }

    private mutating func decide(_ command: PaperCommand, subject name: String? = nil) throws {
        if let name { subject = Story.orderID(name) }
        refusal = nil
        do throws(OrderRefusal) {
            events = try account.decide(command, market: market, at: now)
            account.apply(events)
        } catch {
            refusal = error
            events = []
        }
    }

    // MARK: - Expectations

    private func expect(_ words: [String], in line: String) {
        let order = (words[0].hasPrefix("#") ? Story.orderID(words[0]) : subject).flatMap { account.order($0) }
        let words = words[0].hasPrefix("#") ? Array(words.dropFirst()) : words
        func money(_ actual: Money?) {
            #expect(actual == Money(text: words[1].filter { $0 != "_" }), "\(line): \(words[0]) is \(actual?.text ?? "none")")
        }
        switch words[0] {
        case "open": #expect(order?.state == .open, "\(line): \(String(describing: order?.state))")
        case "waiting": #expect(order?.state == .triggerPending, "\(line)")
        case "complete": #expect(order?.state == .filled, "\(line)")
        case "pending": #expect(order?.pendingQuantity == Quantity(text: words[1]), "\(line): \(order?.pendingQuantity.text ?? "none")")
        case "rejected":
            #expect(order?.state == .rejected && order?.reasonCode == words[1], "\(line): \(order?.reasonCode ?? "\(refusal as Any)")")
        case "refused": #expect(refusal?.rawValue == words[1], "\(line): \(String(describing: refusal))")
        case "cancelled":
            #expect(order?.state == .cancelled, "\(line): \(String(describing: order?.state))")
            if words.count > 1 { #expect(order?.reasonCode == words[1], "\(line): \(order?.reasonCode ?? "none")") }
        case "filled", "fills", "no":
            let wanted = words[0] == "no" ? "" : words.dropFirst().joined(separator: " ")
            let fills = events.compactMap { if case .orderFilled(_, let trade, _) = $0 { trade } else { nil } }
            let told = fills.map { "\($0.quantity.text) @ \($0.price.text)" }.joined(separator: " + ")
            #expect(told == normalised(wanted), "\(line): \(told)")
        case "by":
            let rules = Set(events.compactMap { if case .orderFilled(_, let trade, _) = $0 { trade.rule.rawValue } else { nil } })
            #expect(rules == [words[1]], "\(line): \(rules)")
        case "reserved": money(order == nil ? account.reserved : order?.reserved)
        case "cash": money(account.cash)
        case "available": money(account.available)
        case "invested": money(account.invested)
        case "realised": money(account.realised)
        case "held": money(account.reserved)
        case "position":
            let position = account.position(for: PositionKey(instrument: instrument!, product: product))
            #expect((position?.quantity ?? .zero) == Quantity(text: words[1]), "\(line): \(position?.quantity.text ?? "none")")
            if words.count > 3 {
                #expect(position?.averagePrice == Price(text: words[3]), "\(line): \(position?.averagePrice.text ?? "none")")
            }
        default: Issue.record("A story does not expect “\(words.joined(separator: " "))”.")
        }
    }

    private func normalised(_ fills: String) -> String {
        fills.components(separatedBy: "+").map { fill in
            let parts = fill.components(separatedBy: "@").map(\.trimmed)
            guard parts.count == 2 else { return fill.trimmed }
            return "\(Quantity(text: parts[0])!.text) @ \(Price(text: parts[1])!.text)"
        }.joined(separator: " + ")
    }

    /// What holds after every act of every story.
    private func checkBooks(_ line: String) throws {
        try Books.check(account, line)
    }
}

/// The promises about a book, recomputed without the account's own sums.
enum Books {
    static func check(_ account: PaperAccount, _ line: String) throws {
        checkSums(account, line)
        let restored = try PaperAccount(restoring: account.snapshot)
        // A place in the queue is not kept.
        var forgetful = account
        forgetful.forgetQueues()
        #expect(restored == forgetful, "\(line): a restored book differs")
    }

    static func checkSums(_ account: PaperAccount, _ line: String) {
        var cash = account.capital
        var quantities: [PositionKey: Int64] = [:]
        for trade in account.trades {
            let value = Int128(trade.price.units) * Int128(trade.quantity.units)
            let rounded = Money(units: (value + Int128(fixedPointScale / 2)) / Int128(fixedPointScale))
            cash = trade.side == .buy ? cash - rounded : cash + rounded
            cash -= trade.charges
            quantities[trade.positionKey, default: 0] += trade.side == .buy ? trade.quantity.units : -trade.quantity.units
        }
        #expect(account.cash == cash, "\(line): cash")
        #expect(account.positions.mapValues { $0.quantity.units } == quantities.filter { $0.value != 0 }, "\(line): positions")
        #expect(account.positions.values.allSatisfy { $0.quantity == $0.buyQuantity - $0.sellQuantity }, "\(line): bought − sold")
        let working = account.workingOrders
        #expect(working.reduce(Money.zero) { $0 + $1.reserved } == account.reserved, "\(line): reserved")
        #expect(working.count == account.workingCount, "\(line): working orders")
        checkQueues(account, working, line)
        #expect(
            account.available + account.invested + account.reserved == account.capital + account.realised - account.charges,
            "\(line): available + invested + reserved = capital + realised − charges")
    }
}

extension Books {
    /// What the queues carry along is what their orders and positions give when all of it is worked out anew.
    static func checkQueues(_ account: PaperAccount, _ working: [Order], _ line: String) {
        #expect(account.books.flatMap(\.slots).sorted().map { account.placed[$0].id } == working.map(\.id), "\(line): slots")
        for (number, book) in account.books.enumerated() {
            let onMargin = book.positions.filter(\.isOnMargin).map { MarginPosition($0, in: number) }
            #expect(account.onMargin.filter { $0.book == number }.count == onMargin.count, "\(line): on margin")
            #expect(onMargin.allSatisfy { account.onMargin.contains($0) }, "\(line): on margin")
            for queue in book.queues {
                let quantity = book.quantity(queue.product)
                var cover = max(queue.side == .sell ? quantity : -quantity, .zero)
                for order in queue.orders {
                    let placed = account.placed[order.slot]
                    #expect(placed.instrument == book.instrument && placed.product == queue.product && placed.side == queue.side)
                    var copy = WorkingOrder(placed, slot: order.slot)
                    copy.opening = copy.pending - min(cover, copy.pending)
                    cover -= min(cover, copy.pending)
                    copy.ahead = order.ahead
                    copy.fillCount = account.trades.count { $0.orderID == placed.id }
                    #expect(order == copy, "\(line): \(placed.id.text) in its queue")
                }
                #expect(queue.pendingUnits == queue.orders.reduce(0) { $0 + Int128($1.pending.units) }, "\(line): pending")
            }
        }
    }
}

extension PaperAccount {
    /// What is displayed ahead of its orders is not known any more.
    mutating func forgetQueues() {
        for number in books.indices {
            for queue in books[number].queues.indices {
                for place in books[number].queues[queue].orders.indices { books[number].change(queue, place) { $0.ahead = nil } }
            }
        }
    }
}

/// Tells a story; see `Story`.
func check(_ story: String) throws {
    var told = Story()
    try told.tell(story)
}

extension String {
    var trimmed: String { split(separator: " ").joined(separator: " ") }

    func components(separatedBy separator: String) -> [String] {
        split(separator: Substring(separator), omittingEmptySubsequences: false).map(String.init)
    }
}
