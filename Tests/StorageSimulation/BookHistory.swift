// One book as the oracle knows it: every state that was ever submitted, and how much of it was acknowledged. What the store gives back
// must be one of them, not older than the last acknowledged.

import Platform
import SimulatedEdges
import Storage
import Trading

/// The history of one book, and the trader who makes it.
final class BookHistory {
    let user: UserID
    let book: BookName
    private var random: DiskRandom
    /// The state after each act; before the first there is no book.
    private(set) var states: [PaperSnapshot?] = [nil]
    /// States up to this one are known to be durable.
    private(set) var acknowledged = 0
    /// Acts whose outcome is open, oldest first: the index of the state and the ticket.
    private var open: [(index: Int, ticket: Ticket)] = []
    /// An install is on its way: the index of its state.
    var installing: Int?
    /// Whether the running store has it loaded and takes acts.
    var isLoaded = false
    var isLoading = false
    /// The store said that it cannot be proven; it stays closed in this life.
    var isClosed = false
    /// Installed while a copy was made: the copy may have the record and not the files, and then closes the book. What a copy promises
    /// does not cover that, see etc/docs/data-format.md.
    var wasInstalledDuringCopy = false
    private var serial = 0
    /// What makes the prices of this life others than those of a life that does the same.
    private var priceShift: Int64 = 0

    var name: String { user.text + (book == .default ? "" : "/" + book.text) }

    init(user: UserID, book: BookName, seed: UInt64) {
        self.user = user
        self.book = book
        random = DiskRandom(state: seed)
    }

    private init(_ other: BookHistory) {
        user = other.user
        book = other.book
        random = other.random
        states = other.states
        acknowledged = other.acknowledged
        serial = other.serial
    }

    /// The same history for another life of the folder; what is open there stays unknown.
    ///
    /// Without a seed the trader does the same there at other prices: as many lines of everything, and none of them alike.
    func branched(seed: UInt64?) -> BookHistory {
        let branch = BookHistory(self)
        if let seed { branch.random = DiskRandom(state: seed) } else { branch.priceShift = 1_000_000_000_000 }
        return branch
    }

    // MARK: What the store says

    /// Takes over which acts became durable and which are known not to be. Returns whether the book has to be loaded again.
    @discardableResult
    func takeOutcomes() -> Bool {
        var failedFrom: Int?
        var taken = 0
        for (index, ticket) in open {
            guard let outcome = ticket.outcome else { break }
            taken += 1
            switch outcome {
            case .success: acknowledged = max(acknowledged, index)
            case .failure(.outcomeUnknown): failedFrom = failedFrom ?? states.count
            case .failure: failedFrom = min(failedFrom ?? index, index)
            }
        }
        open.removeFirst(taken)
        guard let failedFrom else { return false }
        // An act that failed with a clear no must never be seen again.
        states.removeSubrange(min(failedFrom, states.count)...)
        isLoaded = false
        return true
    }

    /// An install ended: whether it holds, or nil when nobody knows.
    func endInstall(holds: Bool?) {
        guard let index = installing else { return }
        installing = nil
        switch holds {
        case true?:
            acknowledged = max(acknowledged, index)
        case false?:
            states.removeSubrange(min(index, states.count)...)
            isLoaded = false
        case nil: isLoaded = false
        }
    }

    /// The process ended: what is open stays unknown.
    func endLife() {
        takeOutcomes()
        open = []
        installing = nil
        isLoaded = false
        isLoading = false
        isClosed = false
    }

    /// Of a copy: what came after its start may be missing.
    func doubt(above index: Int) { acknowledged = min(acknowledged, index) }

    /// Nothing of it is on its way.
    var isSettled: Bool { open.isEmpty && installing == nil }

    /// Which state it is that the store gave back, the newest of those that are equal.
    func index(of loaded: PaperSnapshot?) -> Int? {
        let loaded = loaded?.sorted
        return states.lastIndex { $0 == loaded }
    }

    /// The store served this state, so it is the history from now on, and durable.
    func goOn(from index: Int) {
        states.removeSubrange((index + 1)...)
        acknowledged = index
        open = []
    }

    var newest: PaperSnapshot? { states[states.count - 1] }

    // MARK: Acts

    func submitted(_ state: PaperSnapshot, _ ticket: Ticket) {
        states.append(state.sorted)
        open.append((states.count - 1, ticket))
    }

    func submittedInstall(_ state: PaperSnapshot) {
        states.append(state.sorted)
        installing = states.count - 1
    }

    private static let symbols = ["RELIANCE", "M&M", "NIFTY 50", "BAJAJ-AUTO"]

    private static func empty(_ capital: Money, epoch: Int) -> PaperSnapshot {
        PaperSnapshot(
            meta: BookMeta(
                capital: capital, cash: capital, available: capital, invested: .zero, reserved: .zero, realised: .zero, charges: .zero,
                dayRealised: .zero, epoch: epoch, updatedAt: Timestamp(seconds: 1_790_000_000)),
            orders: [], positions: [], trades: [])
    }

    /// One act by chance: one to five orders placed, filled, changed or cancelled, or now and then a reset.
    func nextAct() -> (commit: Commit, state: PaperSnapshot) {
        var state = newest ?? BookHistory.empty(Money(whole: 100_000), epoch: 1)
        var commit = Commit(user: user, book: book)
        serial += 1
        let at = Timestamp(microseconds: 1_790_000_000_000_000 + Int64(serial) * 1_000_003)
        if newest != nil, random.below(40) == 0 {
            state = BookHistory.empty(Money(whole: 50_000), epoch: state.meta.epoch + 1)
        } else {
            var touched = Touched()
            for _ in 0...(random.below(3) == 0 ? random.below(5) : 0) { change(&state, &touched, at) }
            commit.orders = touched.orders.sorted().map { state.orders[$0] }
            commit.positions = touched.positions
            commit.trades = touched.trades
        }
        settle(&state, at)
        commit.meta = state.meta
        return (commit, state)
    }

    /// A whole book as an import brings it.
    func nextInstall() -> PaperSnapshot {
        var state = BookHistory.empty(Money(whole: 200_000), epoch: (newest?.meta.epoch ?? 0) + 1)
        serial += 1
        let at = Timestamp(microseconds: 1_790_000_000_000_000 + Int64(serial) * 1_000_003)
        var touched = Touched()
        for _ in 0..<random.below(8) { change(&state, &touched, at) }
        settle(&state, at)
        return state
    }

    private struct Touched {
        var orders: Set<Int> = []
        var positions: [Position] = []
        var trades: [Trade] = []
    }

    private func settle(_ state: inout PaperSnapshot, _ at: Timestamp) {
        state.meta.reserved = state.orders.reduce(.zero) { $0 + $1.reserved }
        state.meta.available = state.meta.cash - state.meta.reserved
        state.meta.updatedAt = at
    }

    private func change(_ state: inout PaperSnapshot, _ touched: inout Touched, _ at: Timestamp) {
        if let index = state.orders.lastIndex(where: \.isWorking), random.below(3) == 0 {
            touched.orders.insert(index)
            state.orders[index].modifications += 1
            state.orders[index].updatedAt = at
            switch random.below(3) {
            case 0:
                state.orders[index].state = .cancelled
                state.orders[index].cancelledQuantity = state.orders[index].quantity
                state.orders[index].reason = "cancelled by \"user\"\n\u{1F600}"
                state.orders[index].reasonCode = "user"
                state.orders[index].reserved = .zero
            case 1: fill(index, &state, &touched, at)
            default: break
            }
            return
        }
        let price = makePrice()
        let kind: OrderKind =
            switch random.below(4) {
            case 0: .market
            case 1: .limit(price)
            case 2: .stop(trigger: price)
            default: .stopLimit(trigger: price, limit: price)
            }
        guard let instrument = InstrumentID(exchange: "NSE", symbol: BookHistory.symbols[random.below(4)]),
            let id = OrderID("P\(user.text)\(serial)E\(state.meta.epoch)N\(state.orders.count)")
        else { preconditionFailure("Names made here are right.") }
        var order = Order(
            id: id, instrument: instrument, side: random.below(2) == 0 ? .buy : .sell, product: .intraday, placedAt: at, kind: kind,
            validity: .day, quantity: Quantity(whole: Int64(1 + random.below(9))), state: .open,
            tag: random.below(2) == 0 ? nil : "मन \\ tag", clientOrderID: random.below(2) == 0 ? nil : "key-\(serial)",
            requestDigest: nil, placedBy: "USER", epoch: state.meta.epoch)
        order.referencePrice = price
        order.reserved = Money(whole: 10)
        state.orders.append(order)
        touched.orders.insert(state.orders.count - 1)
        if random.below(3) != 0 { fill(state.orders.count - 1, &state, &touched, at) }
    }

    private func makePrice() -> Price { Price(units: Int64(100_000_000 + random.below(1_000_000) * 5_000_000) + priceShift) }

    private func fill(_ index: Int, _ state: inout PaperSnapshot, _ touched: inout Touched, _ at: Timestamp) {
        let price = makePrice()
        let order = state.orders[index]
        let key = PositionKey(instrument: order.instrument, product: order.product)
        let held = state.positions.firstIndex { $0.key == key }
        var position = held.map { state.positions[$0] } ?? Position(key: key, openedAt: at, epoch: state.meta.epoch)
        let realised = position.take(order.side, order.quantity, at: price, on: at)
        guard let id = TradeID("T\(user.text)\(serial)E\(state.meta.epoch)N\(state.trades.count)") else {
            preconditionFailure("Names made here are right.")
        }
        let trade = Trade(
            id: id, orderID: order.id, instrument: order.instrument, product: order.product, side: order.side, quantity: order.quantity,
            price: price, charges: Money(units: Int128(random.below(1_000_000))), realised: realised,
            rule: FillRule.allCases[random.below(3)], tag: order.tag, at: at, epoch: state.meta.epoch)
        state.orders[index].state = .filled
        state.orders[index].reserved = .zero
        state.orders[index].filledQuantity = order.quantity
        state.orders[index].averagePrice = price
        state.orders[index].filledValue = trade.value
        state.orders[index].exchangeTimestamp = at
        state.orders[index].fillRule = trade.rule
        if let held { state.positions[held] = position } else { state.positions.append(position) }
        state.positions.removeAll(where: \.isFlat)
        state.trades.append(trade)
        state.meta.cash += (order.side == .buy ? -trade.value : trade.value) - trade.charges
        state.meta.charges += trade.charges
        state.meta.realised += realised ?? .zero
        touched.positions.removeAll { $0.key == key }
        touched.positions.append(position)
        touched.trades.append(trade)
    }
}

extension PaperSnapshot {
    /// Positions stand in no particular order.
    var sorted: PaperSnapshot {
        var sorted = self
        sorted.positions.sort { $0.key < $1.key }
        return sorted
    }
}
