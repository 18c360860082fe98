// Every way onto a desk: place, change and cancel orders, reset a book, look at it. Each act is one turn from decision to disk
// queue; only waking a desk and waiting for the disk are `async`.

import Storage
import Trading

/// Why an act on a desk gave no result.
package enum DeskRefusal: Error, Sendable, Hashable {
    case order(OrderRefusal)
    case house(HouseRefusal)
}

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
    package let available: Money
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
        guard trader.role.mayTrade else { throw DeskRefusal.house(.viewerMayNotTrade) }
        let desk = try await desk(of: trader.desk)
        let book = desk.book
        if let key = draft.clientOrderID, let known = book.account.order(clientOrderID: key) {
            guard known.requestDigest == draft.requestDigest else { throw DeskRefusal.order(.duplicateClientOrderID) }
            try await book.settled()
            return PlacedOrder(order: book.account.order(known.id) ?? known, isRepeat: true)
        }
        let id = makeOrderID()
        let ticket = try act(.place(draft, as: id), on: desk, note: ("place_order", id.text, trader, origin))
        try await ticket?.wait()
        return PlacedOrder(order: book.account.order(id)!, isRepeat: false)
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
        guard trader.role.mayTrade else { throw DeskRefusal.house(.viewerMayNotTrade) }
        let desk = try await desk(of: trader.desk)
        let ticket = try self.act(command, on: desk, note: (act, id.text, trader, origin))
        try await ticket?.wait()
        return desk.book.account.order(id)!
    }

    /// Begins the book anew; what was, stays on disk as the archive of its epoch.
    package func resetBook(capital: Money?, as trader: Trader, from origin: Origin) async throws -> BookView {
        guard trader.role.mayTrade else { throw DeskRefusal.house(.viewerMayNotTrade) }
        let amount = capital ?? settings.startingCapital
        guard amount > .zero, amount <= Tradehouse.largestCapital else { throw HouseRefusal.invalidCapital }
        let desk = try await desk(of: trader.desk)
        let ticket = try act(.reset(capital: amount), on: desk, note: ("reset_book", desk.book.name.text, trader, origin))
        try await ticket?.wait()
        return view(of: desk)
    }

    /// The largest opening capital of a book: a thousand crore rupees.
    package static let largestCapital = Money(whole: 10_000_000_000)

    /// The trader's book as it is on disk.
    package func book(of trader: Trader) async throws -> BookView {
        let desk = try await desk(of: trader.desk)
        try await desk.book.settled()
        return view(of: desk)
    }

    /// What an order would do now.
    package func estimate(_ draft: OrderDraft, as trader: Trader) async throws -> OrderEstimate {
        let desk = try await desk(of: trader.desk)
        let account = desk.book.account
        let id = OrderID("PESTIMATE")!
        var plain = draft
        plain.clientOrderID = nil
        // Tried on an excerpt, so that a long past does not make it slow, and the desk's own account is untouched.
        var imagined = account.excerpt(for: draft.instrument)
        let events: [PaperEvent]
        do {
            events = try imagined.decide(.place(plain, as: id), market: HubView(hub: market, wall: world.now()), at: marketNow)
        } catch {
            throw DeskRefusal.order(error)
        }
        let touched = imagined.apply(events)
        let order = imagined.order(id)!
        let filledValue = touched.trades.reduce(Money.zero) { $0 + $1.value }
        let restPrice = order.kind.limitPrice ?? order.kind.triggerPrice ?? market.lastPrice(of: order.instrument) ?? .zero
        let wanted = order.state == .rejected ? order.quantity : order.pendingQuantity
        return OrderEstimate(
            order: order, trades: touched.trades, value: filledValue + restPrice.value(of: wanted),
            margin: max(.zero, account.available - imagined.available), available: account.available)
    }

    // MARK: Desks

    /// The user's desk, read from disk when it sleeps.
    func desk(of user: UserID) async throws -> Desk {
        while true {
            if let desk = desks[user] {
                desk.lastUsed = world.now()
                try expireEarlierDays(on: desk)
                return desk
            }
            if waking[user] == nil { break }
            await withCheckedContinuation { waking[user, default: []].append($0) }
        }
        waking[user] = []
        defer { for waiter in waking.removeValue(forKey: user) ?? [] { waiter.resume() } }
        let name = BookName.default
        let snapshot = try await store.loadBook(user, name)
        let isMarked = try await store.document(workingIndex(user)) != nil
        let account: PaperAccount
        var recordToOpen: UserRecord?
        if let snapshot {
            account = try PaperAccount(restoring: snapshot)
        } else {
            account = PaperAccount(opening: settings.startingCapital, at: marketNow)
            recordToOpen = try await self.user(user)
        }
        let book = PaperBook(user: user, name: name, account: account, isMarkedWorking: isMarked, recordToOpen: recordToOpen)
        let desk = Desk(user: user, book: book, lastUsed: world.now())
        desks[user] = desk
        for instrument in account.workingInstruments { interested[instrument, default: []].insert(user) }
        try expireEarlierDays(on: desk)
        return desk
    }

    /// Takes one command from decision to the disk queue, in one turn. Nil when nothing happened.
    @discardableResult
    func act(
        _ command: PaperCommand, on desk: Desk, note: (act: String, reference: String, trader: Trader, origin: Origin)? = nil
    ) throws -> Ticket? {
        let book = desk.book
        let events: [PaperEvent]
        do {
            events = try book.account.decide(command, market: HubView(hub: market, wall: world.now()), at: marketNow)
        } catch {
            throw DeskRefusal.order(error)
        }
        guard !events.isEmpty else { return nil }
        let touched = book.account.apply(events)

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
        let mustWatch = !book.account.workingInstruments.isEmpty
        if mustWatch != book.isMarkedWorking {
            commit.documents.append(
                DocumentChange(workingIndex(desk.user), mustWatch ? IndexEntry(user: desk.user).document : nil))
            book.isMarkedWorking = mustWatch
        }
        if var record = book.recordToOpen {
            record.paperOpened = world.now()
            commit.documents.append(DocumentChange(.user(desk.user), record.document))
            book.recordToOpen = nil
        }
        watch(desk, instruments: Set(commit.orders.map(\.instrument)))

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
                world.log(.error, "commit_failed", [("user", desk.user.text), ("error", "\(failure)")])
                guard desks[desk.user] === desk else { return }
                forget(desk)
                let user = desk.user
                Task(executorPreference: executor) { await self.wakeAgain(user) }
                return
            }
            if isReset { feed.publish(.reset(book: commit.book), to: desk.user) }
            for order in commit.orders { feed.publish(.order(order, book: commit.book), to: desk.user) }
            for trade in commit.trades { feed.publish(.trade(trade, book: commit.book), to: desk.user) }
            for position in commit.positions { feed.publish(.position(position, book: commit.book), to: desk.user) }
            feed.publish(.funds(funds, book: commit.book), to: desk.user)
        }
    }

    /// Keeps the list of desks to call for an instrument's ticks.
    private func watch(_ desk: Desk, instruments: Set<InstrumentID>) {
        for instrument in instruments {
            if desk.book.account.hasWorkingOrders(in: instrument) {
                interested[instrument, default: []].insert(desk.user)
            } else {
                interested[instrument]?.remove(desk.user)
                if interested[instrument]?.isEmpty == true { interested[instrument] = nil }
            }
        }
    }

    /// Drops a desk from memory; the disk has everything.
    private func forget(_ desk: Desk) {
        desks[desk.user] = nil
        for instrument in desk.book.account.workingInstruments { interested[instrument]?.remove(desk.user) }
    }

    /// Orders for the day that an earlier day left behind are cancelled before anything else happens on the desk.
    func expireEarlierDays(on desk: Desk) throws {
        let halfHour = marketNow.seconds.flooredQuotient(1_800)
        guard halfHour != desk.expiredHalfHour else { return }
        desk.expiredHalfHour = halfHour
        guard !desk.book.account.workingInstruments.isEmpty else { return }
        try act(.expireDay, on: desk)
    }

    /// Desks looked up at once when the house wakes those that must be watched.
    static let wakingPage = 1_000

    /// Reads a desk whose last act could not be stored, however long that takes.
    private func wakeAgain(_ user: UserID) async {
        while desks[user] == nil {
            do {
                _ = try await desk(of: user)
            } catch StorageFailure.closed {
                return
            } catch {
                world.log(.error, "desk_not_woken", [("user", user.text), ("error", "\(error)")])
                do {
                    try await world.sleep(Tradehouse.wakingPause)
                } catch {
                    return
                }
            }
        }
    }

    /// How long a desk that could not be read is left alone.
    static let wakingPause: Duration = .seconds(10)

    /// Reads the desks that had working orders when the house stopped, so that ticks reach them again.
    func wakeWatchedDesks() async {
        do {
            var last: DocumentPath?
            while true {
                let page = try await store.documents(under: "index/working", after: last, limit: Tradehouse.wakingPage)
                for path in page {
                    guard let entry = try await store.document(path).flatMap(IndexEntry.init(document:)) else { continue }
                    do {
                        _ = try await desk(of: entry.user)
                    } catch {
                        world.log(.error, "desk_not_woken", [("user", entry.user.text), ("error", "\(error)")])
                    }
                }
                guard page.count == Tradehouse.wakingPage else { return }
                last = page.last
            }
        } catch {
            world.log(.error, "working_index_unreadable", [("error", "\(error)")])
        }
    }

    /// Every minute: desks nobody used for a while, and on which no order works, leave memory.
    func sweepIdleDesks() async {
        while !Task.isCancelled {
            do {
                try await world.sleep(.seconds(60))
            } catch {
                return
            }
            let now = world.now()
            for desk in Array(desks.values) {
                do {
                    try expireEarlierDays(on: desk)
                } catch {
                    world.log(.error, "day_orders_not_expired", [("user", desk.user.text), ("error", "\(error)")])
                }
                let isQuiet = desk.book.lastTicket.map(\.isDurable) ?? true
                if isQuiet, desk.book.account.workingInstruments.isEmpty, feed.listenerCount(of: desk.user) == 0,
                    now - desk.lastUsed > settings.deskIdle
                {
                    if store.forget(desk.user, desk.book.name) {
                        forget(desk)
                        feed.forgetIdle(desk.user)
                    }
                }
            }
        }
    }

    func view(of desk: Desk) -> BookView {
        let account = desk.book.account
        let meta = account.meta(at: marketNow)
        var unrealised = Money.zero
        for (key, position) in account.positions {
            if let price = market.lastPrice(of: key.instrument) { unrealised += position.unrealised(at: price) }
        }
        let funds = FundsView(
            meta: meta, unrealised: unrealised, dayResult: meta.dayRealised + unrealised, openPositions: account.positions.count,
            tradesToday: account.tradesToday(at: marketNow))
        return BookView(name: desk.book.name, account: account, funds: funds, at: marketNow)
    }

    private func workingIndex(_ user: UserID) -> DocumentPath {
        .index("working", sha256: SessionDigest(world.sha256(Array(user.text.utf8))).hex)!
    }

    /// `P`, nine characters of time in milliseconds and ten unpredictable ones: ids sort by time and never meet.
    private func makeOrderID() -> OrderID {
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
