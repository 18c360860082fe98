// One paper book in memory: what it owns, what it owes to its working orders, and everything that happened in its epoch.
// What may happen next is decided in `PaperAccount+Decide`, and becomes state only in `PaperAccount+Apply`; making one from disk is in
// `PaperAccount+Restore`.

/// A paper account: cash, orders, positions and trades of one book in its current epoch.
///
/// Invariants, which `init(restoring:)` checks and `apply(_:)` keeps:
/// 1. cash = capital + what sells brought − what buys cost − charges.
/// 2. positions are the sum of the trades, by signed average cost.
/// 3. reserved is the sum of the working orders' `reserved`; of an order that only closes it is zero.
/// 4. available + invested + reserved = capital + realised − charges.
/// 5. available is not negative, unless closing at a loss (a short bought back, a stop gapped through) made it so.
package struct PaperAccount: Sendable, Equatable {
    package internal(set) var capital: Money
    package internal(set) var cash: Money
    /// Held for the parts of working orders that would open exposure.
    package internal(set) var reserved: Money
    /// Realised P&L of the epoch, gross of charges.
    package internal(set) var realised: Money
    package internal(set) var charges: Money
    package internal(set) var epoch: Int
    /// When the last event happened.
    package internal(set) var updatedAt: Timestamp
    /// In the order they happened.
    package internal(set) var trades: [Trade] = []

    /// In the order they were placed; an order's place here is its slot, and never changes in an epoch.
    var placed: [Order] = []
    /// Which of `books` each order belongs to, by slot.
    var homes: [Int] = []
    var slots: [OrderID: Int] = [:]
    var clientOrderIDs: [String: OrderID] = [:]
    /// What there is in each instrument that an order or a fill named, in the order they first did.
    var books: [InstrumentBook] = []
    var bookNumbers: [InstrumentID: Int] = [:]
    /// The positions whose losses count, for a look at all of them in one go.
    var onMargin: [MarginPosition] = []
    var longCost = Money.zero
    var shortCost = Money.zero
    /// What the open positions block.
    var margins = Money.zero
    /// The day in India of the last fill, and what it brought so far.
    var dayNumber = Int64.min
    var dayNet = Money.zero
    /// Fills on that day.
    var dayTrades = 0
    /// How many orders the epoch takes; less than `PaperLimits.orders` only in tests.
    package var orderLimit = PaperLimits.orders
    /// What limits the book; whoever owns it says so, and no row tells it. A reset keeps it.
    package var risk = RiskRules.none
    /// How many orders are working.
    package internal(set) var workingCount = 0

    /// A new book that holds `capital` in cash and nothing else.
    package init(opening capital: Money, epoch: Int = 1, at instant: Timestamp) {
        self.capital = capital
        self.cash = capital
        self.reserved = .zero
        self.realised = .zero
        self.charges = .zero
        self.epoch = epoch
        self.updatedAt = instant
    }

    /// Funds that a new order may use: the cash as if nothing were open, less what positions block and working orders hold.
    ///
    /// For what is paid in full that is simply the cash less what is held; of a short sale the proceeds are not the seller's yet.
    package var available: Money { unreserved - reserved }

    /// `available` before what working orders hold.
    var unreserved: Money { cash + longCost - shortCost - margins }

    /// What the open positions block: the cost of what is paid in full, margin of the rest.
    package var invested: Money { margins }

    /// The unrealised result of positions on margin at the last prices, of one book excepted; those without a price count as they were
    /// bought.
    func resultOnMargin(_ market: some MarketView, besides book: Int?) -> Money {
        var sum = Money.zero
        for index in onMargin.indices where onMargin[index].book != book {
            if let last = market.lastPrice(for: onMargin[index].instrument) { sum += onMargin[index].unrealised(at: last) }
        }
        return sum
    }

    /// Realised P&L, net of charges, of the trading day in India that `instant` falls on.
    package func dayRealised(at instant: Timestamp) -> Money {
        instant.dayNumber(offsetSeconds: indiaOffsetSeconds) == dayNumber ? dayNet : .zero
    }

    /// The book's figures as of `instant`.
    package func meta(at instant: Timestamp) -> BookMeta {
        BookMeta(
            capital: capital, cash: cash, available: available, invested: invested, reserved: reserved, realised: realised,
            charges: charges, dayRealised: dayRealised(at: instant), epoch: epoch, updatedAt: instant)
    }

    /// Everything the book holds, as of its last event.
    package var snapshot: PaperSnapshot {
        PaperSnapshot(meta: meta(at: updatedAt), orders: placed, positions: positions.values.sorted { $0.key < $1.key }, trades: trades)
    }
}

// MARK: - Looking things up

extension PaperAccount {
    package func order(_ id: OrderID) -> Order? { slots[id].map { placed[$0] } }

    package func order(clientOrderID: String) -> Order? { clientOrderIDs[clientOrderID].flatMap(order) }

    package var orderCount: Int { placed.count }

    /// Orders newest first, at most `limit` of those that `isIncluded` takes, from the one placed just before `id` on.
    ///
    /// Nothing when the book does not know `id`.
    package func orders(after id: OrderID? = nil, limit: Int, where isIncluded: (Order) -> Bool = { _ in true }) -> [Order] {
        var end = placed.count
        if let id {
            guard let slot = slots[id] else { return [] }
            end = slot
        }
        var page: [Order] = []
        for slot in stride(from: end - 1, through: 0, by: -1) {
            guard page.count < limit else { break }
            if isIncluded(placed[slot]) { page.append(placed[slot]) }
        }
        return page
    }

    /// Working orders in the order they were placed.
    package func workingOrders(for instrument: InstrumentID) -> [Order] { (book(of: instrument)?.slots ?? []).map { placed[$0] } }

    /// All working orders in the order they were placed.
    package var workingOrders: [Order] { workingSlots.map { placed[$0] } }

    var workingSlots: [Int] { books.flatMap(\.slots).sorted() }

    /// The open positions; a flat one leaves, see `position(for:)`. Made for the asking: whoever wants one asks for that.
    package var positions: [PositionKey: Position] {
        var open: [PositionKey: Position] = [:]
        for book in books {
            for position in book.positions where !position.isFlat { open[position.key] = position }
        }
        return open
    }

    /// The instruments whose ticks this book must see: those with a working order or a position.
    package var instrumentsOfInterest: Set<InstrumentID> {
        Set(books.lazy.filter { $0.hasOrders || $0.positions.contains { !$0.isFlat } }.map(\.instrument))
    }

    /// The open position of `key`, or the flat one it last became in this epoch.
    package func position(for key: PositionKey) -> Position? { book(of: key.instrument)?.position(key.product) }

    func book(of instrument: InstrumentID) -> InstrumentBook? { bookNumbers[instrument].map { books[$0] } }

    /// The book of an instrument, made when it is the first time.
    mutating func makeBook(of instrument: InstrumentID) -> Int {
        if let number = bookNumbers[instrument] { return number }
        bookNumbers[instrument] = books.count
        books.append(InstrumentBook(instrument))
        return books.count - 1
    }
}

// MARK: - Comparing

extension PaperAccount {
    /// Whether two books are in the same state, however they came to it.
    package static func == (a: PaperAccount, b: PaperAccount) -> Bool {
        a.sums == b.sums && a.epoch == b.epoch && a.updatedAt == b.updatedAt && a.trades == b.trades
            && a.placed == b.placed && a.clientOrderIDs == b.clientOrderIDs && a.dayNumber == b.dayNumber && a.dayTrades == b.dayTrades
            && a.orderLimit == b.orderLimit && a.workingCount == b.workingCount
            && Set(a.bookNumbers.keys).union(b.bookNumbers.keys).allSatisfy { a.book(of: $0) == b.book(of: $0) }
    }

    private var sums: [Money] { [capital, cash, reserved, realised, charges, longCost, shortCost, margins, dayNet] }
}

// MARK: - What one order of this book holds

extension Order {
    /// The price at which the part of a working order that would open exposure holds funds.
    ///
    /// The limit, or the trigger of an SL-M; a sale, which may fill above, holds at the last price at placement if that is higher.
    /// A market order holds at that last price.
    var reservationPrice: Price { Order.reservationPrice(kind, side, reference: referencePrice) }

    static func reservationPrice(_ kind: OrderKind, _ side: Side, reference: Price?) -> Price {
        let reference = reference ?? .zero
        return switch (kind, side) {
        case (.market, _): reference
        case (.limit(let limit), .buy), (.stopLimit(_, let limit), .buy): limit
        case (.limit(let limit), .sell): max(limit, reference)
        case (.stopLimit(let trigger, let limit), .sell): max(trigger, limit, reference)
        case (.stop(let trigger), .buy): trigger
        case (.stop(let trigger), .sell): max(trigger, reference)
        }
    }
}

extension Position {
    /// What it brought when it is short; zero when long.
    var shortCost: Money { quantity.isNegative ? cost : .zero }
    var longCost: Money { quantity.isNegative ? .zero : cost }
}
