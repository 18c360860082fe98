// Every way onto a desk: place, change and cancel orders, reset a book, look at it. Each act is one turn from decision to disk
// queue; only waking a desk (`Tradehouse+Desks`) and waiting for the disk are `async`.

import Storage
import Trading

/// What became of an order.
package struct PlacedOrder: Sendable {
    package let order: Order
    /// Whether the same request had been answered before and nothing new was done.
    package let isRepeat: Bool
}

/// What an order would do if it were sent now. Nothing is stored.
package struct OrderEstimate: Sendable {
    package let order: Order
    package let trades: [Trade]
    /// Price × quantity at the fills, and at the limit or trigger for what would rest.
    package let value: Money
    /// What would be held or paid out of the available funds; zero for a closing order.
    package let margin: Money
    /// Of the fills, and of what would rest if it filled at the price that `value` counts it at.
    package let charges: Money
    package let available: Money
}

/// A page of a book's ledger, with its balances in the end.
package struct LedgerView: Sendable {
    package let epoch: Int
    package let ledger: Ledger
    package let entries: [LedgerEntry]
    /// The number of the first of them, from 1.
    package let first: Int
    /// Of all entries.
    package let count: Int
    /// Accounts whose balance is not the book's own figure.
    package let differences: [LedgerAccount]
}

/// A book as a caller sees it at one moment.
package struct BookView: Sendable {
    package let name: BookName
    package let account: PaperAccount
    package let funds: FundsView
    package let at: Timestamp
}

extension Tradehouse {
    /// Places an order on the trader's own desk; returns when it is durable, filled or not.
    ///
    /// An order that a rule rejects is stored with its reason and returned, not thrown; malformed ones throw.
    package func place(_ draft: OrderDraft, as trader: Trader, from origin: Origin) async throws -> PlacedOrder {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let desk = try await desk(of: trader.key)
        let book = desk.book
        if let key = draft.clientOrderID, let known = book.account.order(clientOrderID: key) {
            guard known.requestDigest == draft.requestDigest else { throw OrderRefusal.duplicateClientOrderID }
            // Everything that is seen of it now is durable when the last act is.
            try await book.lastTicket?.wait()
            return PlacedOrder(order: known, isRepeat: true)
        }
        noteDayLoss(on: desk)
        let id = makeOrderID()
        let ticket = try act(.place(draft, as: id), on: desk, note: ("place_order", id.text, trader, origin))
        // Looked at in the same turn: what a later act makes of it is not durable when this one is.
        let order = book.account.order(id)!
        try await ticket?.wait()
        return PlacedOrder(order: order, isRepeat: false)
    }

    /// Changes a working order; what is nil in the amendment stays.
    package func modify(_ id: OrderID, _ amendment: OrderAmendment, as trader: Trader, from origin: Origin) async throws -> Order {
        try await change(.modify(id, amendment), id, "modify_order", as: trader, from: origin)
    }

    /// Cancels what is left of a working order.
    package func cancel(_ id: OrderID, as trader: Trader, from origin: Origin) async throws -> Order {
        try await change(.cancel(id, reason: "Cancelled by you."), id, "cancel_order", as: trader, from: origin)
    }

    private func change(_ command: PaperCommand, _ id: OrderID, _ act: String, as trader: Trader, from origin: Origin) async throws -> Order
    {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let desk = try await desk(of: trader.key)
        let ticket = try self.act(command, on: desk, note: (act, id.text, trader, origin))
        let order = desk.book.account.order(id)!
        try await ticket?.wait()
        return order
    }

    /// Begins the book anew; what was, stays on disk as the archive of its epoch.
    package func resetBook(capital: Money?, as trader: Trader, from origin: Origin) async throws -> BookView {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let desk = try await desk(of: trader.key)
        // Old clients reset without saying a capital and expect the house's; a named book keeps its own.
        let usual = desk.book.name == .default ? settings.startingCapital : desk.book.account.capital
        let command = PaperCommand.reset(capital: capital ?? usual)
        let ticket = try act(command, on: desk, note: ("reset_book", desk.book.name.text, trader, origin))
        let view = view(of: desk)
        try await ticket?.wait()
        return view
    }

    /// The trader's book as it is on disk.
    package func book(of trader: Trader) async throws -> BookView {
        let desk = try await desk(of: trader.key)
        return view(of: desk, account: try await desk.book.settled())
    }

    /// What of a book's delivery positions is from an earlier day. Of a long past it is worked out beside the house's turns.
    package func holdings(of book: BookView) async throws -> [Holding] {
        let (trades, now) = (book.account.trades, book.at)
        // The trading days are looked up here, for the markets that delivery trades name.
        var days: [String: MarketHours] = [:]
        for key in book.account.positions.keys where days[key.instrument.exchange] == nil {
            days[key.instrument.exchange] = market.instrument(for: key.instrument).map { market.hours(of: $0, at: now) }
        }
        let hours = days
        let work = { @Sendable in
            Holding.all(of: trades, at: now) { id, date in
                hours[id.exchange]?.tradingDay(after: date) ?? CivilDate(dayNumber: date.dayNumber + 1)
            }
        }
        guard trades.count > Tradehouse.turnTradeLimit else { return work() }
        do {
            return try await world.workshop.run(patiently: false, work)
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }

    /// More trades than this are looked through off the loop.
    static let turnTradeLimit = 2_000

    /// The proof of a book's funds, worked out beside the house's turns; of the present epoch, or of one that a reset ended.
    package func proof(of trader: Trader, epoch number: Int? = nil) async throws -> FundsProof {
        let account = try await book(of: trader).account
        do {
            if let number, number != account.epoch {
                let past = try await epoch(number, of: trader)
                return try await world.workshop.run(patiently: false) { past.proof }
            }
            // The first act of a book notes when it was opened; when a reset was, only the files tell.
            let openedAt = account.epoch == 1 ? try await opening(of: trader.key) : nil
            let snapshot = account.snapshot
            return try await world.workshop.run(patiently: false) { FundsProof(of: snapshot, openedAt: openedAt) }
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }

    /// The double-entry ledger of the present epoch or of one that a reset ended: its balances, and `limit` entries after the first `skip`.
    package func ledger(of trader: Trader, epoch number: Int? = nil, skip: Int, limit: Int) async throws -> LedgerView {
        let account = try await book(of: trader).account
        var snapshot = account.snapshot
        var openedAt = account.epoch == 1 ? try await opening(of: trader.key) : nil
        if let number, number != account.epoch {
            let past = try await epoch(number, of: trader)
            (snapshot, openedAt) = (past.book, past.openedAt)
        }
        // The kinds of charges are looked up for the trades of the page alone: that is done in the house's turn.
        var rates: [TradeID: ChargeRates] = [:]
        for trade in snapshot.trades.dropFirst(max(0, skip - 1)).prefix(limit) {
            guard let instrument = market.instrument(for: trade.instrument) else { continue }
            let day = CivilDate(dayNumber: trade.at.dayNumber(offsetSeconds: indiaOffsetSeconds))
            rates[trade.id] = market.rules.terms(for: instrument, trade.product, underlying: nil, on: day).charges
        }
        let (book, opened, known) = (snapshot, openedAt, rates)
        do {
            return try await world.workshop.run(patiently: false) {
                let (ledger, entries) = Ledger.entries(of: book, openedAt: opened) { trade, earlier in
                    known[trade.id]?.charges(trade.side, value: trade.value, after: earlier, as: trade.rule.role)
                }
                let longs = book.positions.reduce(Money.zero) { $0 + ($1.quantity.isNegative ? .zero : $1.cost) }
                let shorts = book.positions.reduce(Money.zero) { $0 + ($1.quantity.isNegative ? $1.cost : .zero) }
                return LedgerView(
                    epoch: book.meta.epoch, ledger: ledger, entries: Array(entries.dropFirst(skip).prefix(limit)), first: skip + 1,
                    count: entries.count, differences: ledger.differences(from: book.meta, longCost: longs, shortCost: shorts))
            }
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }

    /// What an order would do now.
    package func estimate(_ draft: OrderDraft, as trader: Trader) async throws -> OrderEstimate {
        let desk = try await desk(of: trader.key)
        let account = try await desk.book.settled()
        let id = OrderID("PESTIMATE")!
        if let parent = draft.parentOrderID, account.order(parent) == nil { throw OrderRefusal.unknownParentOrder }
        var plain = draft
        plain.clientOrderID = nil
        plain.parentOrderID = nil
        // Tried on an excerpt, so that a long past does not make it slow, and the desk's own account is untouched.
        var imagined = account.excerpt(for: draft.instrument)
        let touched = try imagined.act(.place(plain, as: id), market: HubView(hub: market, wall: world.now()), at: marketNow)
        var order = imagined.order(id)!
        // The excerpt does not know what is counted over the whole book.
        if order.state != .rejected, let limit = account.riskRefusal(to: plain, HubView(hub: market, wall: world.now()), at: marketNow) {
            order.state = .rejected
            (order.reason, order.reasonCode) = (limit.sentence, limit.refusal.rawValue)
        }
        let filledValue = touched.trades.reduce(Money.zero) { $0 + $1.value }
        let restPrice = order.kind.limitPrice ?? order.kind.triggerPrice ?? market.lastPrice(of: order.instrument) ?? .zero
        let restValue = restPrice.value(of: order.state == .rejected ? order.quantity : order.pendingQuantity)
        let terms = market.terms(for: order.instrument, order.product, at: marketNow)
        let charges = terms.charges.charges(order.side, value: restValue, after: filledValue).total
        return OrderEstimate(
            order: order, trades: touched.trades, value: filledValue + restValue,
            margin: max(.zero, account.available - imagined.available),
            charges: touched.trades.reduce(charges) { $0 + $1.charges }, available: account.available)
    }

    /// Takes one command from decision to the disk queue, in one turn, with what `more` adds to its record. Nil when nothing happened.
    ///
    /// Nothing is decided while the disk takes nothing: a user's command throws why, a tick passes by and the next one is as good.
    @discardableResult
    func act(
        _ command: PaperCommand, on desk: Desk, note: (act: String, reference: String, trader: Trader, origin: Origin)? = nil,
        byHouse: (act: String, reference: String, detail: [(name: String, value: String)])? = nil,
        with more: (inout Commit) -> Void = { _ in }
    ) throws -> Ticket? {
        if let refusal = store.refusal {
            store.askForSpace()
            guard note == nil else { throw refusal }
            return nil
        }
        let book = desk.book
        let touched = try book.account.act(command, market: HubView(hub: market, wall: world.now()), at: marketNow)
        // A step in the queue at a price is remembered, and no row tells it.
        guard !touched.isEmpty else { return nil }

        var commit = Commit(user: desk.user)
        commit.book = book.name
        commit.orders = touched.orders.sorted().compactMap { book.account.order($0) }
        commit.positions = touched.positions.sorted().compactMap { book.account.position(for: $0) }
        if let archive = touched.archive {
            // The orders that the reset cancelled belong to the epoch it ended.
            commit.orders = archive.orders.filter { $0.reasonCode == CancellationReason.bookReset.rawValue }
        }
        commit.trades = touched.trades
        commit.meta = book.account.meta(at: marketNow)
        if let note {
            commit.audit = [
                AuditEntry(
                    actor: note.trader.user.text, ip: note.origin.address, act: note.act,
                    ref: note.reference, ok: commit.orders.last?.state != .rejected, detail: [("book", book.name.text)])
            ]
        }
        if let byHouse {
            commit.audit = [
                AuditEntry(
                    actor: Order.house, ip: "", act: byHouse.act, ref: byHouse.reference,
                    detail: [("book", book.name.text)] + byHouse.detail)
            ]
        }
        more(&commit)
        if touched.archive != nil, let change = cancelledByReset(on: desk) { commit.documents.append(change) }
        if let change = markWorking(desk) { commit.documents.append(change) }
        // While a copy has the list, the note waits for the next act.
        if book.mustOpen, !copying.contains(desk.user) {
            if book.name != .default {
                commit.documents.append(opened(desk))
            } else if var record = book.ownerRecord {
                record.paperOpened = world.now()
                commit.documents.append(DocumentChange(.user(desk.user), record.document))
            }
            book.mustOpen = false
        }
        watch(desk, instruments: Set(commit.orders.map(\.instrument)))
        watchMargin(desk)
        schedule(desk)

        let ticket = store.commit(commit)
        book.lastTicket = ticket
        publish(commit, of: desk, isReset: touched.archive != nil, after: ticket)
        return ticket
    }

    /// Sends what happened to the user's sockets, after it is durable and only then.
    private func publish(_ commit: Commit, of desk: Desk, isReset: Bool, after ticket: Ticket) {
        let funds = view(of: desk).funds
        // In the turn that settles the ticket, so that two acts are told in their order.
        ticket.whenSettled { [self] result in
            if case .failure(let failure) = result {
                // What memory says is not what the disk has: the desk is read anew, because orders of it may have to be watched.
                world.log(.error, "commit_failed", [("user", desk.user.text), ("book", desk.book.name.text), ("error", "\(failure)")])
                if desks[desk.key] === desk { readAnew(desk) }
                return
            }
            if isReset { tell(.reset(book: commit.book), to: desk.key) }
            for order in commit.orders { tell(.order(order, book: commit.book), to: desk.key) }
            for trade in commit.trades { tell(.trade(trade, book: commit.book), to: desk.key) }
            for position in commit.positions { tell(.position(position, book: commit.book), to: desk.key) }
            tell(.funds(funds, book: commit.book), to: desk.key)
        }
    }

    /// `P`, nine characters of time in milliseconds and ten unpredictable ones: ids sort by time and never meet.
    func makeOrderID() -> OrderID {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        var milliseconds = UInt64(max(0, marketNow.milliseconds))
        var time: [UInt8] = []
        for _ in 0..<9 {
            time.append(alphabet[Int(milliseconds & 31)])
            milliseconds >>= 5
        }
        return OrderID("P" + String(decoding: time.reversed(), as: UTF8.self) + world.makeCode(10))!
    }
}
