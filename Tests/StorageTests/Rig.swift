// A store on simulated edges, and users whose every act is remembered: what the tests compare the disk with.

import Platform
import Storage
import Synchronization
import TestSupport
import Trading
import Wire

/// A store with loop, disk thread and disk turned by hand.
final class Rig {
    let disk: SimulatedDisk
    let loop: SimulatedLoop
    let queue = SteppedLanes()
    let store: Store
    let log: Notices

    static func options(_ log: Notices, _ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
        var options = StoreOptions()
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        let chance = Mutex(DiskRandom(state: 4_711))
        options.randomBytes = { count in chance.withLock { chance in (0..<count).map { _ in UInt8(chance.below(256)) } } }
        options.notice = { log.add($0) }
        options.fatal = { log.addFatal($0) }
        change(&options)
        return options
    }

    init(_ disk: SimulatedDisk, loop: SimulatedLoop = SimulatedLoop(), _ change: (inout StoreOptions) -> Void = { _ in }) throws {
        self.disk = disk
        self.loop = loop
        log = Notices()
        store = try Store.open(
            disk: disk, queue: queue.disk, journalQueue: queue.journal, loop: loop, options: Rig.options(log, change))
    }

    /// Turns loop and disk thread until nothing is left to do at this moment.
    func settle() {
        repeat {
            loop.runUntilIdle()
            queue.runAll()
        } while loop.runUntilIdle() > 0 || queue.count > 0
    }

    /// Lets time pass with the disk thread keeping up.
    func advance(by duration: Duration, step: Duration = .milliseconds(50)) {
        var left = duration
        while left > .zero {
            let piece = min(left, step)
            loop.advance(by: piece)
            settle()
            left -= piece
        }
    }

    var now: Timestamp { Timestamp(microseconds: loop.wallMicroseconds) }

    func commit(_ commit: Commit) -> Ticket { loop.perform { store.commit(commit) } }

    /// Loads a book to the end.
    func load(_ user: UserID, _ book: BookName = .default) throws -> PaperSnapshot? {
        var outcome: Result<PaperSnapshot?, StorageFailure>?
        loop.perform { store.loadBook(user, book) { outcome = $0 } }
        settle()
        guard let outcome else { throw Stuck() }
        return try outcome.get()
    }

    /// Reads a document to the end.
    func document(_ path: DocumentPath) throws -> JSONValue? {
        var outcome: Result<JSONValue?, StorageFailure>?
        loop.perform { store.document(path) { outcome = $0 } }
        settle()
        guard let outcome else { throw Stuck() }
        return try outcome.get()
    }

    func close() throws {
        var isClosed = false
        loop.perform { store.close { isClosed = true } }
        settle()
        if !isClosed { throw Stuck() }
    }

    /// The work waits for something that does not come.
    struct Stuck: Error {}
}

/// Remarks of a store.
final class Notices: Sendable {
    private let content = Mutex<(all: [StorageNotice], fatal: [StorageFailure])>(([], []))
    func add(_ notice: StorageNotice) { content.withLock { $0.all.append(notice) } }
    func addFatal(_ failure: StorageFailure) { content.withLock { $0.fatal.append(failure) } }
    var all: [StorageNotice] { content.withLock { $0.all } }
    var events: [String] { all.map(\.event) }
    var fatal: [StorageFailure] { content.withLock { $0.fatal } }
}

/// A user whose acts are made by chance and whose books always add up.
final class Trader {
    let user: UserID
    let book: BookName
    private var random: DiskRandom
    /// The state after each act, the empty book first.
    private(set) var states: [PaperSnapshot?] = [nil]
    private(set) var tickets: [Ticket] = []
    private var state: PaperSnapshot
    private let opening: PaperSnapshot
    private var serial = 0

    init(_ name: String, seed: UInt64 = 1, book: BookName = .default) {
        user = UserID(name)!
        self.book = book
        random = DiskRandom(state: seed)
        let capital = Money(whole: 100_000)
        state = PaperSnapshot(
            meta: BookMeta(
                capital: capital, cash: capital, available: capital, invested: .zero, reserved: .zero, realised: .zero, charges: .zero,
                dayRealised: .zero, epoch: 1, updatedAt: Timestamp(seconds: 1_790_000_000)),
            orders: [], positions: [], trades: [])
        opening = state
    }

    /// Goes on from what a store holds, or from the beginning when it holds nothing.
    func resume(from snapshot: PaperSnapshot?) {
        state = snapshot ?? opening
        states = [snapshot]
        tickets = []
    }

    /// How many acts are known to be durable.
    var acknowledged: Int { tickets.prefix { $0.isDurable }.count }

    func act(on rig: Rig, documents: [DocumentChange] = [], audit: [AuditEntry] = []) {
        var commit = next()
        commit.documents = documents
        commit.audit = audit
        tickets.append(rig.commit(commit))
        states.append(state)
    }

    static let symbols = ["RELIANCE", "M&M", "NIFTY 50", "BAJAJ-AUTO"]

    /// One order, filled at once, resting, or a modification of a resting one.
    func next() -> Commit {
        serial += 1
        let at = Timestamp(microseconds: 1_790_000_000_000_000 + Int64(state.orders.count) * 1_000_003)
        var commit = Commit(user: user, book: book)
        if let index = state.orders.lastIndex(where: \.isWorking), random.below(3) == 0 {
            state.orders[index].modifications += 1
            state.orders[index].updatedAt = at
            if random.below(2) == 0 {
                state.orders[index].state = .cancelled
                state.orders[index].cancelledQuantity = state.orders[index].quantity
                state.orders[index].reason = "cancelled by \"user\"\n\u{1F600}"
                state.orders[index].reasonCode = "user"
                state.orders[index].reserved = .zero
            }
            commit.orders = [state.orders[index]]
        } else {
            place(at, &commit)
        }
        state.meta.reserved = state.orders.reduce(.zero) { $0 + $1.reserved }
        state.meta.available = state.meta.cash - state.meta.reserved
        state.meta.updatedAt = at
        commit.meta = state.meta
        return commit
    }

    /// Ends every resting order at once.
    func cancelAll(on rig: Rig) {
        var commit = Commit(user: user, book: book)
        for index in state.orders.indices where state.orders[index].isWorking {
            state.orders[index].state = .cancelled
            state.orders[index].cancelledQuantity = state.orders[index].quantity
            state.orders[index].reserved = .zero
            commit.orders.append(state.orders[index])
        }
        guard !commit.orders.isEmpty else { return }
        state.meta.reserved = .zero
        state.meta.available = state.meta.cash
        commit.meta = state.meta
        tickets.append(rig.commit(commit))
        states.append(state)
    }

    private func place(_ at: Timestamp, _ commit: inout Commit) {
        let instrument = InstrumentID(exchange: "NSE", symbol: Trader.symbols[random.below(4)])!
        let side: Side = random.below(2) == 0 ? .buy : .sell
        let quantity = Quantity(whole: Int64(1 + random.below(9)))
        let price = Price(units: Int64(100_000_000 + random.below(1_000_000) * 5_000_000))
        let isFilled = random.below(3) != 0
        let kind: OrderKind =
            switch random.below(4) {
            case 0: .market
            case 1: .limit(price)
            case 2: .stop(trigger: price)
            default: .stopLimit(trigger: price, limit: price)
            }
        var order = Order(
            id: OrderID("P\(user.text)\(state.orders.count)")!, instrument: instrument, side: side, product: .intraday, placedAt: at,
            kind: kind, validity: .day, quantity: quantity, state: isFilled ? .filled : .open,
            tag: random.below(2) == 0 ? nil : "मन \\ tag", clientOrderID: random.below(2) == 0 ? nil : "key-\(serial)",
            requestDigest: nil, placedBy: "USER", epoch: state.meta.epoch)
        if isFilled {
            let key = PositionKey(instrument: instrument, product: .intraday)
            let held = state.positions.firstIndex { $0.key == key }
            var position = held.map { state.positions[$0] } ?? Position(key: key, openedAt: at, epoch: state.meta.epoch)
            let realised = position.take(side, quantity, at: price, on: at)
            let trade = Trade(
                id: TradeID("T\(user.text)\(state.trades.count)")!, orderID: order.id, instrument: instrument, product: .intraday,
                side: side, quantity: quantity, price: price, charges: Money(units: Int128(random.below(1_000_000))), realised: realised,
                rule: FillRule.allCases[random.below(3)], tag: order.tag, at: at, epoch: state.meta.epoch)
            order.filledQuantity = quantity
            order.averagePrice = price
            order.filledValue = trade.value
            order.exchangeTimestamp = at
            order.fillRule = trade.rule
            if let held { state.positions[held] = position } else { state.positions.append(position) }
            state.positions.removeAll(where: \.isFlat)
            state.trades.append(trade)
            state.meta.cash += (side == .buy ? -trade.value : trade.value) - trade.charges
            state.meta.charges += trade.charges
            state.meta.realised += realised ?? .zero
            commit.positions = [position]
            commit.trades = [trade]
        } else {
            order.reserved = Money(whole: 10)
            order.referencePrice = price
        }
        state.orders.append(order)
        commit.orders = [order]
    }

    /// Begins anew, as a reset does.
    func reset() -> Commit {
        let capital = Money(whole: 50_000)
        state = PaperSnapshot(
            meta: BookMeta(
                capital: capital, cash: capital, available: capital, invested: .zero, reserved: .zero, realised: .zero, charges: .zero,
                dayRealised: .zero, epoch: state.meta.epoch + 1, updatedAt: Timestamp(seconds: 1_790_000_500)),
            orders: [], positions: [], trades: [])
        return Commit(user: user, book: book, meta: state.meta)
    }

    var current: PaperSnapshot { state }
}

extension PaperSnapshot {
    /// Positions stand in no particular order.
    var sorted: PaperSnapshot {
        var sorted = self
        sorted.positions.sort { $0.key < $1.key }
        return sorted
    }
}
