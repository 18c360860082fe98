// The double-entry ledger of a book. Every act posts entries whose lines sum to nothing: what was paid stands where it went, what was earned
// where it came from. It is derived, from events as they happen or from the stored trades, and never stored; the balances must be the
// book's own figures. The statement that walks the cash alone is `Paper/FundsProof`.

/// Where amounts stand. What is owned and spent is positive, what is owed and earned negative.
package enum LedgerAccount: String, Sendable, Hashable, CaseIterable {
    case cash
    /// What open long positions cost.
    case longPositions = "long_positions"
    /// What open short positions brought: owed until they are covered, so negative.
    case shortPositions = "short_positions"
    /// What the epoch began with; negative.
    case capital
    /// What closing brought, before charges; a profit is negative.
    case realised
    case transactionTax = "charges_transaction_tax"
    case exchangeCharges = "charges_exchange"
    case sebiCharges = "charges_sebi"
    case brokerage = "charges_brokerage"
    case stampDuty = "charges_stamp"
    case gst = "charges_gst"
    /// Charges whose kinds are not known any more.
    case otherCharges = "charges_other"
    /// Held by working orders. This and the next two are about what may be used, not about what is owned; they sum to nothing by themselves.
    case heldByOrders = "held_by_orders"
    /// Blocked by positions.
    case blockedByPositions = "blocked_by_positions"
    /// The other side of what is held and blocked.
    case unblocked

    package var isAboutUse: Bool { self == .heldByOrders || self == .blockedByPositions || self == .unblocked }
}

/// One line of an entry.
package struct LedgerLine: Sendable, Hashable {
    package let account: LedgerAccount
    package let amount: Money
}

/// What one event posts.
package struct LedgerEntry: Sendable, Hashable {
    package enum Cause: String, Sendable {
        case opening, reset, trade, hold
    }

    package let cause: Cause
    package let at: Timestamp?
    /// The trade, or the order whose hold changed.
    package let trade: TradeID?
    package let order: OrderID?
    /// No line is of nothing.
    package let lines: [LedgerLine]

    init(_ cause: Cause, at: Timestamp?, trade: TradeID? = nil, order: OrderID? = nil, _ lines: [(LedgerAccount, Money)]) {
        self.cause = cause
        self.at = at
        self.trade = trade
        self.order = order
        self.lines = lines.filter { $0.1 != .zero }.map { LedgerLine(account: $0.0, amount: $0.1) }
    }

    /// Whether what is owned and what may be used both sum to nothing.
    package var isBalanced: Bool {
        [true, false].allSatisfy { isAboutUse in
            lines.filter { $0.account.isAboutUse == isAboutUse }.reduce(Money.zero) { $0 + $1.amount } == .zero
        }
    }
}

/// The balances of one epoch of a book.
package struct Ledger: Sendable, Hashable {
    /// The kinds of a trade's charges, where somebody knows them; `earlier` is what the order's fills before it were worth.
    package typealias Split = (_ trade: Trade, _ earlier: Money) -> Charges?

    package private(set) var balances: [LedgerAccount: Money] = [:]
    private var positions: [PositionKey: Position] = [:]
    private var held: [OrderID: Money] = [:]
    private var filled: [OrderID: Money] = [:]

    package init() {}

    package subscript(_ account: LedgerAccount) -> Money { balances[account] ?? .zero }

    /// Everything charged, of whatever kind.
    package var charges: Money {
        [.transactionTax, .exchangeCharges, .sebiCharges, .brokerage, .stampDuty, .gst, .otherCharges].reduce(.zero) { $0 + self[$1] }
    }

    /// Whether all balances sum to nothing, what is owned and what may be used apart.
    package var isBalanced: Bool {
        [true, false].allSatisfy { isAboutUse in
            balances.filter { $0.key.isAboutUse == isAboutUse }.reduce(Money.zero) { $0 + $1.value } == .zero
        }
    }

    // MARK: Posting

    /// Begins an epoch.
    package mutating func open(_ capital: Money, epoch: Int, at instant: Timestamp?) -> LedgerEntry {
        self = Ledger()
        return post(LedgerEntry(epoch > 1 ? .reset : .opening, at: instant, [(.cash, capital), (.capital, -capital)]))
    }

    /// One execution; `margin` is what its position blocks from then on, when that is known.
    package mutating func take(_ trade: Trade, margin: Money?, split: Split = { _, _ in nil }) -> LedgerEntry {
        let key = trade.positionKey
        let before = positions[key] ?? Position(key: key, openedAt: trade.at, epoch: trade.epoch)
        var after = before
        let brought = after.take(trade.side, trade.quantity, at: trade.price, on: trade.at) ?? .zero
        after.margin = after.isFlat ? .zero : margin ?? before.margin
        positions[key] = after
        let value = trade.side == .buy ? -trade.value : trade.value
        let earlier = filled[trade.orderID] ?? .zero
        filled[trade.orderID] = earlier + trade.value
        let blocked = after.margin - before.margin
        return post(
            LedgerEntry(
                .trade, at: trade.at, trade: trade.id, order: trade.orderID,
                [
                    (.cash, value - trade.charges), (.longPositions, after.longCost - before.longCost),
                    (.shortPositions, before.shortCost - after.shortCost), (.realised, -brought),
                ] + Ledger.lines(of: trade.charges, split(trade, earlier)) + [(.blockedByPositions, blocked), (.unblocked, -blocked)]))
    }

    /// What a working order holds from now on.
    package mutating func hold(_ amount: Money, _ order: OrderID, at instant: Timestamp?) -> LedgerEntry {
        let change = amount - (held[order] ?? .zero)
        held[order] = amount == .zero ? nil : amount
        return post(LedgerEntry(.hold, at: instant, order: order, [(.heldByOrders, change), (.unblocked, -change)]))
    }

    /// What an act posts: the events that `PaperAccount.decide` gave.
    package mutating func take(_ events: [PaperEvent], at instant: Timestamp, split: Split = { _, _ in nil }) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        var wanted: [OrderID: Quantity] = [:]
        for event in events {
            switch event {
            case .orderFilled(let id, let trade, let margin):
                entries.append(take(trade, margin: margin, split: split))
                wanted[id, default: .zero] += trade.quantity
            case .orderHeld(let id, let amount): entries.append(hold(amount, id, at: instant))
            case .orderCancelled(let id, _, _, _): if held[id] != nil { entries.append(hold(.zero, id, at: instant)) }
            case .bookReset(let capital, let epoch, let at): entries.append(open(capital, epoch: epoch, at: at))
            default: break
            }
        }
        return entries.filter { !$0.lines.isEmpty }
    }

    /// An order that is filled whole holds nothing any more, and no event says so.
    package mutating func settle(_ order: Order) -> LedgerEntry? {
        guard !order.isWorking, held[order.id] != nil else { return nil }
        return hold(.zero, order.id, at: order.updatedAt)
    }

    private mutating func post(_ entry: LedgerEntry) -> LedgerEntry {
        for line in entry.lines { balances[line.account, default: .zero] += line.amount }
        return entry
    }

    /// The kinds, when they sum to what was charged.
    private static func lines(of charged: Money, _ kinds: Charges?) -> [(LedgerAccount, Money)] {
        guard let kinds, kinds.total == charged else { return [(.otherCharges, charged)] }
        return [
            (.transactionTax, kinds.transactionTax), (.exchangeCharges, kinds.exchange), (.sebiCharges, kinds.sebi),
            (.brokerage, kinds.brokerage), (.stampDuty, kinds.stamp), (.gst, kinds.gst),
        ]
    }

    // MARK: From what is stored

    /// The entries of a book from its opening to now, oldest first: one a trade, and in the end what works and what is open holds and blocks.
    package static func entries(
        of book: PaperSnapshot, openedAt: Timestamp? = nil, split: Split = { _, _ in nil }
    ) -> (ledger: Ledger, entries: [LedgerEntry]) {
        var ledger = Ledger()
        var entries = [ledger.open(book.meta.capital, epoch: book.meta.epoch, at: openedAt)]
        entries.reserveCapacity(book.trades.count + 2)
        for trade in book.trades { entries.append(ledger.take(trade, margin: .zero, split: split)) }
        let blocked = book.positions.reduce(Money.zero) { $0 + $1.margin }
        let held = book.orders.reduce(Money.zero) { $0 + ($1.isWorking ? $1.reserved : .zero) }
        let use = LedgerEntry(
            .hold, at: book.meta.updatedAt, [(.heldByOrders, held), (.blockedByPositions, blocked), (.unblocked, -held - blocked)])
        if !use.lines.isEmpty { entries.append(ledger.post(use)) }
        return (ledger, entries)
    }

    /// What of the ledger is not the book's own figure; empty when they agree.
    package func differences(from meta: BookMeta, longCost: Money, shortCost: Money) -> [LedgerAccount] {
        let expected: [(LedgerAccount, Money)] = [
            (.cash, meta.cash), (.capital, -meta.capital), (.realised, -meta.realised), (.heldByOrders, meta.reserved),
            (.blockedByPositions, meta.invested), (.longPositions, longCost), (.shortPositions, -shortCost),
        ]
        var found = expected.filter { self[$0.0] != $0.1 }.map(\.0)
        if charges != meta.charges { found.append(.otherCharges) }
        return found
    }
}
