// The proof of a book's funds: it adds up for every life of every book, names each line's cause, and fails for each figure that somebody
// changed.

import Testing

@testable import Trading

@Suite struct `The proof of funds` {
    private static let instruments = ["AAA", "BBB"].enumerated().map { index, symbol in
        Instrument(
            id: Story.id(symbol), token: Int64(index), name: symbol, tickSize: Price(text: "0.05")!, lotSize: Quantity(whole: 1),
            kind: "EQ",
            segment: "NSE", isSimulated: true)
    }

    /// A book by chance: buys, sales, shorts, resting orders, cancels, resets; with charges put in by hand, as a schedule will.
    private func life(_ seed: UInt64, acts: Int = 120, resets: Bool = true) throws -> PaperAccount {
        var random = SeededRandom(seed: seed)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var market = StoryMarket()
        for instrument in Self.instruments { market.instruments[instrument.id] = instrument }
        var account = PaperAccount(opening: Money(whole: 50_000), at: Story.start)
        var now = Story.start
        for number in 0..<acts {
            now = now + .seconds(1)
            let instrument = Self.instruments[below(2)].id
            let price = Price(units: Int64(2_000 + below(400)) * 5_000_000)
            let tick = Tick(instrument: instrument, at: now, lastPrice: price, lastQuantity: .zero, dayVolume: .zero, depth: .none)
            market.take(tick)
            var commands: [PaperCommand] = [.tick(tick)]
            switch below(12) {
            case 0: if let order = account.workingOrders.first { commands.append(.cancel(order.id)) }
            case 1 where resets && below(6) == 0: commands.append(.reset(capital: Money(whole: Int64(20_000 + below(9) * 1_000))))
            default:
                let kind: OrderKind =
                    switch below(4) {
                    case 0: .limit(Price(units: Int64(1_900 + below(600)) * 5_000_000))
                    case 1: .stop(trigger: Price(units: Int64(1_900 + below(600)) * 5_000_000))
                    default: .market
                    }
                let draft = OrderDraft(
                    instrument: instrument, side: below(2) == 0 ? .buy : .sell, product: .intraday, kind: kind,
                    quantity: Quantity(whole: Int64(1 + below(20))))
                commands.append(.place(draft, as: OrderID("P\(number)")!))
            }
            for command in commands {
                guard let events = try? account.decide(command, market: market, at: now) else { continue }
                account.apply(events.map { charging($0, Money(units: Int128(below(5)) * 1_234_567)) })
            }
        }
        return account
    }

    private func charging(_ event: PaperEvent, _ charges: Money) -> PaperEvent {
        guard case .orderFilled(let id, let trade, let margin) = event else { return event }
        return .orderFilled(
            id,
            Trade(
                id: trade.id, orderID: trade.orderID, instrument: trade.instrument, product: trade.product, side: trade.side,
                quantity: trade.quantity, price: trade.price, charges: charges, realised: trade.realised, rule: trade.rule, tag: trade.tag,
                at: trade.at, epoch: trade.epoch), margin: margin)
    }

    @Test func `tells the opening, every trade and every charge with the running balance`() throws {
        let account = try life(3, resets: false)
        let proof = FundsProof(of: account.snapshot, openedAt: Story.start)
        #expect(proof.addsUp, "\(proof.differences)")
        #expect(proof.lines.first?.cause == .opening && proof.lines.first?.at == Story.start)
        #expect(proof.lines.first?.balance == Money(whole: 50_000))
        #expect(proof.lines.map(\.number) == Array(1...proof.lines.count))
        var balance = Money.zero
        for line in proof.lines {
            balance += line.amount
            #expect(line.balance == balance)
            #expect((line.trade == nil) == (line.number == 1))
        }
        #expect(balance == account.cash && proof.closing == account.cash)
        #expect(proof.lines.compactMap(\.trade?.id).reduce(into: []) { if $0.last != $1 { $0.append($1) } } == account.trades.map(\.id))
        #expect(proof.lines.count { $0.cause == .charges } == account.trades.count { $0.charges != .zero })
        let held = proof.holds.reduce(Money.zero) { $0 + $1.amount }
        #expect(account.cash - held == account.available)
    }

    @Test func `adds up for every life, resets and open orders and shorts among it`() throws {
        var causes: Set<FundsProof.Hold.Cause> = []
        var resets = 0
        for seed in 1...150 as ClosedRange<UInt64> {
            let account = try life(seed)
            let proof = FundsProof(of: account.snapshot)
            #expect(proof.addsUp, "seed \(seed): \(proof.differences)")
            causes.formUnion(proof.holds.map(\.cause))
            if account.epoch > 1 {
                resets += 1
                #expect(proof.lines.first?.cause == .reset)
            }
        }
        #expect(causes == [.workingOrder, .shortPosition] && resets > 5)
    }

    @Test func `fails for each single figure that was changed, whatever the life`() throws {
        var tampered: [String: Int] = [:]
        for seed in 1...25 as ClosedRange<UInt64> {
            let snapshot = try life(seed).snapshot
            try #require(FundsProof(of: snapshot).addsUp)
            for (what, changed) in Tampering.all(of: snapshot, by: Money(units: 1)) {
                tampered[what, default: 0] += 1
                #expect(!FundsProof(of: changed).addsUp, "seed \(seed): \(what)")
            }
        }
        #expect(tampered.count >= 24, "\(tampered.keys.sorted())")
    }

    @Test func `of an epoch that is over compares what a reset leaves`() throws {
        var snapshot = try life(3, resets: false).snapshot
        for index in snapshot.orders.indices where snapshot.orders[index].isWorking {
            snapshot.orders[index].cancel(reason: nil, code: nil, at: Story.start)
            snapshot.orders[index].reserved = .zero
        }
        let proof = FundsProof(of: snapshot, isOver: true)
        #expect(proof.addsUp && proof.holds.isEmpty)
        snapshot.meta.cash += Money(units: 1)
        #expect(FundsProof(of: snapshot, isOver: true).differences.map(\.name) == ["cash"])
    }

    @Test func `survives figures that make no sense`() throws {
        var snapshot = try life(4, resets: false).snapshot
        snapshot.trades.append(snapshot.trades[0])
        #expect(FundsProof(of: snapshot).differences.contains { $0.name == "trade" && $0.recorded == "twice" })
        let trade = snapshot.trades[0]
        snapshot.trades = [
            Trade(
                id: trade.id, orderID: trade.orderID, instrument: trade.instrument, product: trade.product, side: .buy,
                quantity: Quantity(units: .max), price: Price(units: .max), charges: .zero, realised: nil, rule: trade.rule, tag: nil,
                at: trade.at, epoch: trade.epoch)
        ]
        #expect(!FundsProof(of: snapshot).addsUp)
    }

    @Test func `gives a curve of as many points as asked for, first and last among them`() throws {
        let proof = FundsProof(of: try life(5, resets: false).snapshot)
        try #require(proof.lines.count > 40)
        let curve = proof.curve(40)
        #expect(curve.count == 40 && curve.first == proof.lines.first && curve.last == proof.lines.last)
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.number < $1.number })
        #expect(proof.curve(100_000) == proof.lines)
    }
}

/// Every figure of a book, each changed alone.
private enum Tampering {
    static func all(of book: PaperSnapshot, by dust: Money) -> [(String, PaperSnapshot)] {
        var found: [(String, PaperSnapshot)] = []
        func change(_ what: String, _ body: (inout PaperSnapshot) -> Void) {
            var copy = book
            body(&copy)
            found.append((what, copy))
        }
        change("capital") { $0.meta.capital += dust }
        change("cash") { $0.meta.cash += dust }
        change("available") { $0.meta.available += dust }
        change("invested") { $0.meta.invested += dust }
        change("reserved") { $0.meta.reserved += dust }
        change("realised") { $0.meta.realised += dust }
        change("charges") { $0.meta.charges += dust }
        change("epoch") { $0.meta.epoch += 1 }
        if let index = book.positions.indices.last {
            change("position quantity") { $0.positions[index].quantity += Quantity(units: 1) }
            change("position cost") { $0.positions[index].cost += dust }
            change("position bought") { $0.positions[index].buyQuantity += Quantity(units: 1) }
            change("position sold") { $0.positions[index].sellQuantity += Quantity(units: 1) }
            change("position buy value") { $0.positions[index].buyValue += dust }
            change("position sell value") { $0.positions[index].sellValue += dust }
            change("position realised") { $0.positions[index].realised += dust }
            change("position margin") { $0.positions[index].margin += dust }
            change("position missing") { $0.positions.remove(at: index) }
        }
        if let index = book.trades.indices.last {
            func trade(_ what: String, _ body: @escaping (Trade) -> Trade) { change(what) { $0.trades[index] = body($0.trades[index]) } }
            trade("trade quantity") { $0.with(quantity: $0.quantity + Quantity(units: 1)) }
            trade("trade price") { $0.with(price: Price(units: $0.price.units + 1)) }
            trade("trade charges") { $0.with(charges: $0.charges + dust) }
            trade("trade side") { $0.with(side: $0.side == .buy ? .sell : .buy) }
            trade("trade result") { $0.with(realised: .some(($0.realised ?? .zero) + dust)) }
            trade("trade epoch") { $0.with(epoch: $0.epoch + 1) }
            change("trade missing") { $0.trades.remove(at: index) }
            change("trade twice") { $0.trades.append($0.trades[index]) }
        }
        if let index = book.orders.lastIndex(where: { $0.filledQuantity > .zero }) {
            change("order filled") { $0.orders[index].filledQuantity += Quantity(units: 1) }
            change("order value") { $0.orders[index].filledValue += dust }
        }
        if let index = book.orders.lastIndex(where: { $0.isWorking && $0.reserved != .zero }) {
            change("order reserved") { $0.orders[index].reserved += dust }
        }
        return found
    }
}

extension Trade {
    fileprivate func with(
        side: Side? = nil, quantity: Quantity? = nil, price: Price? = nil, charges: Money? = nil, realised: Money?? = nil, epoch: Int? = nil
    ) -> Trade {
        Trade(
            id: id, orderID: orderID, instrument: instrument, product: product, side: side ?? self.side,
            quantity: quantity ?? self.quantity,
            price: price ?? self.price, charges: charges ?? self.charges, realised: realised ?? self.realised, rule: rule, tag: tag, at: at,
            epoch: epoch ?? self.epoch)
    }
}
