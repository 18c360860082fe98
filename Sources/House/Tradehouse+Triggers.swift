// Orders that wait outside the books until a price comes, good till triggered: made, changed and deleted by their user, and set off by ticks.
// What they are is `Trading/Triggers`.

import Storage
import Trading

extension Tradehouse {
    /// The trigger orders of the trader's book, newest first: those that wait, and the newest of those that ended.
    package func triggers(of trader: Trader) async throws -> [GoodTillTriggered] {
        let desk = try await desk(of: trader.key)
        _ = try await desk.book.settled()
        return desk.triggers.triggers.filter { $0.book == trader.book }.reversed()
    }

    package func trigger(_ id: Int64, of trader: Trader) async throws -> GoodTillTriggered {
        let desk = try await desk(of: trader.key)
        _ = try await desk.book.settled()
        return try known(id, on: desk)
    }

    /// Lets an order wait for its price; returns when that is durable.
    package func makeTrigger(
        _ terms: GoodTillTriggered.Terms, as trader: Trader, from origin: Origin
    ) async throws -> GoodTillTriggered {
        try await change(trader, from: origin, "make_gtt") { desk, list in
            guard list.activeCount < TriggerList.activeLimit else { throw GoodTillTriggeredRefusal.tooMany(TriggerList.activeLimit) }
            let (reference, end) = try self.check(terms)
            let now = self.marketNow
            return GoodTillTriggered(
                id: list.newID(at: now, chance: self.world.randomBytes(2).reduce(0) { $0 << 8 | Int64($1) }), book: desk.key.book,
                terms: terms, reference: reference, createdAt: now, updatedAt: now,
                expiresAt: end)
        }
    }

    /// Gives a waiting one new terms; it waits from the price of this moment on.
    package func changeTrigger(
        _ id: Int64, _ terms: GoodTillTriggered.Terms, as trader: Trader, from origin: Origin
    ) async throws -> GoodTillTriggered {
        try await change(trader, from: origin, "change_gtt") { desk, _ in
            var trigger = try self.waiting(id, on: desk)
            let (reference, end) = try self.check(terms)
            trigger.change(to: terms, reference: reference, expiresAt: end, at: self.marketNow)
            return trigger
        }
    }

    /// Ends a waiting one.
    package func deleteTrigger(_ id: Int64, as trader: Trader, from origin: Origin) async throws -> GoodTillTriggered {
        try await change(trader, from: origin, "delete_gtt") { desk, _ in
            var trigger = try self.waiting(id, on: desk)
            trigger.end(.deleted, at: self.marketNow)
            return trigger
        }
    }

    private func known(_ id: Int64, on desk: Desk) throws(GoodTillTriggeredRefusal) -> GoodTillTriggered {
        guard let trigger = desk.triggers[id], trigger.book == desk.key.book else { throw .unknown }
        return trigger
    }

    private func waiting(_ id: Int64, on desk: Desk) throws(GoodTillTriggeredRefusal) -> GoodTillTriggered {
        let trigger = try known(id, on: desk)
        guard trigger.isActive else { throw .notActive }
        return trigger
    }

    /// The price from which the terms wait, and when they end.
    private func check(_ terms: GoodTillTriggered.Terms) throws(GoodTillTriggeredRefusal) -> (reference: Price, end: Timestamp) {
        guard let instrument = market.instrument(for: terms.instrument) else { throw .unknownInstrument }
        guard let price = market.lastPrice(of: terms.instrument) else { throw .noPrice }
        if let refusal = GoodTillTriggered.refusal(terms, of: instrument, reference: price) { throw refusal }
        return (price, GoodTillTriggered.expiry(of: instrument, at: marketNow))
    }

    /// Changes the list, in one turn from looking at it to the disk queue; returns when the change is durable.
    private func change(
        _ trader: Trader, from origin: Origin, _ act: String, _ body: (Desk, TriggerList) throws -> GoodTillTriggered
    ) async throws -> GoodTillTriggered {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let desk = try await desk(of: trader.key)
        try expireTriggers(on: desk)
        let trigger = try body(desk, desk.triggers)
        var list = desk.triggers
        list.set(trigger)
        let audit = AuditEntry(
            actor: trader.user.text, ip: origin.address, act: act, ref: String(trigger.id), detail: [("book", desk.key.book.text)])
        try await commit(list, on: desk, instruments: [trigger.instrument], audit).wait()
        return trigger
    }

    private func commit(_ list: TriggerList, on desk: Desk, instruments: Set<InstrumentID>, _ audit: AuditEntry?) -> Ticket {
        var commit = Commit(user: desk.user)
        commit.documents = [adopt(list, on: desk)]
        if let change = markWorking(desk) { commit.documents.append(change) }
        if let audit { commit.audit = [audit] }
        let ticket = store.commit(commit)
        desk.book.lastTicket = ticket
        watch(desk, instruments: instruments)
        ticket.whenSettled { [self] result in
            guard case .failure(let failure) = result else { return }
            // What memory says is not what the disk has.
            world.log(.error, "triggers_not_stored", [("user", desk.user.text), ("error", "\(failure)")])
            for key in desk.list.keys { if let desk = desks[key] { readAnew(desk) } }
        }
        return ticket
    }

    /// Hands the list to the desks of its user that are awake; returns its change on disk.
    private func adopt(_ list: TriggerList, on desk: Desk) -> DocumentChange {
        for key in desk.list.keys { desks[key]?.triggers = list }
        desk.triggers = list
        return DocumentChange(.triggers(desk.user), list.document)
    }

    // MARK: Watching

    /// The list as it is on disk.
    func triggerList(of user: UserID) async throws -> TriggerList {
        guard let document = try await store.document(.triggers(user)) else { return TriggerList(user: user) }
        guard let list = TriggerList(document: document) else {
            throw StorageFailure.documentQuarantined(.triggers(user), why: "it is no list of trigger orders")
        }
        return list
    }

    /// Places the orders whose price this tick reaches, each with the end of its trigger in one act.
    ///
    /// While the disk takes nothing they go on waiting.
    func fireTriggers(on desk: Desk, _ tick: Tick) throws {
        for trigger in desk.triggers.active(in: desk.key.book, tick.instrument) {
            guard let leg = trigger.leg(reachedBy: tick.lastPrice) else { continue }
            try fire(trigger, leg, at: tick.lastPrice, on: desk)
        }
    }

    private func fire(_ trigger: GoodTillTriggered, _ leg: Int, at price: Price, on desk: Desk) throws {
        let id = makeOrderID()
        let now = marketNow
        func spent(_ order: OrderID?, _ rejection: String?) -> TriggerList {
            var spent = trigger
            spent.trigger(leg: leg, GoodTillTriggered.Outcome(at: now, price: price, order: order, rejection: rejection))
            var list = desk.triggers
            list.set(spent)
            return list
        }
        let audit = AuditEntry(
            actor: "house", ip: "", act: "gtt_triggered", ref: String(trigger.id), detail: [("book", desk.key.book.text)])
        do {
            try act(.place(trigger.draft(ofLeg: leg), as: id), on: desk) { commit in
                let order = commit.orders.first { $0.id == id }
                commit.documents.append(
                    self.adopt(spent(id, order?.state == .rejected ? order?.reason ?? order?.reasonCode : nil), on: desk))
                commit.audit.append(audit)
            }
        } catch let refusal as OrderRefusal {
            // Not even a rejected order came of it; the trigger is spent all the same, and says why.
            _ = commit(spent(nil, refusal.advice), on: desk, instruments: [trigger.instrument], audit)
        }
    }

    /// Ends those whose time is over.
    func expireTriggers(on desk: Desk) throws {
        let now = marketNow
        let over = desk.triggers.triggers.filter { $0.isActive && $0.expiresAt <= now }
        guard !over.isEmpty, store.refusal == nil else { return }
        var list = desk.triggers
        for var trigger in over {
            trigger.end(.expired, at: now)
            list.set(trigger)
        }
        _ = commit(list, on: desk, instruments: Set(over.map(\.instrument)), nil)
    }

    /// What a reset of the book does to those that wait for it; nothing when none do.
    func cancelledByReset(on desk: Desk) -> DocumentChange? {
        let waiting = desk.triggers.active(in: desk.key.book)
        guard !waiting.isEmpty else { return nil }
        var list = desk.triggers
        for var trigger in waiting {
            trigger.end(.cancelled, at: marketNow)
            list.set(trigger)
        }
        defer { watch(desk, instruments: Set(waiting.map(\.instrument))) }
        return adopt(list, on: desk)
    }

    /// Between which prices of the instrument nothing happens on the desk; nil when no price matters.
    func quietBand(of desk: Desk, in instrument: InstrumentID) -> QuietBand? {
        let waiting = desk.triggers.active(in: desk.key.book, instrument).compactMap(\.quietBand)
        return waiting.reduce(desk.book.account.quietBand(in: instrument)) { $0?.narrowed(to: $1) ?? $1 }
    }

    /// The instruments whose ticks the desk wants to see.
    func watchedInstruments(of desk: Desk) -> Set<InstrumentID> {
        desk.book.account.workingInstruments.union(desk.triggers.active(in: desk.key.book).map(\.instrument))
    }

    /// Whether the desk has to be awake while nobody is there.
    func mustWatch(_ desk: Desk) -> Bool { !watchedInstruments(of: desk).isEmpty || hasWatchedPosition(desk.book.account) }

    /// The change of the index of desks to wake after a restart; nothing when it is as it should be.
    func markWorking(_ desk: Desk) -> DocumentChange? {
        let mustWatch = mustWatch(desk)
        guard mustWatch != desk.book.isMarkedWorking else { return nil }
        desk.book.isMarkedWorking = mustWatch
        return DocumentChange(workingIndex(desk.key), mustWatch ? IndexEntry(user: desk.user, book: desk.book.name).document : nil)
    }
}
