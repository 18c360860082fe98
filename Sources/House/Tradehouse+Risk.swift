// Limits and kill switches of books, users and the house: who sets them, how far they reach, and what happens at once. What they stop is
// decided in `Trading/Risk`.

import Storage
import Trading

/// How far a switch that was just thrown or released reaches.
package struct StopReach: Sendable {
    package let scope: KillSwitch.Scope
    /// The switch as it is now; nothing when it is released.
    package let stop: KillSwitch?
    /// Books it reaches that are awake: only those can have working orders.
    package let books: Int
    /// Working orders that were cancelled because they could only open something.
    package let cancelledOrders: Int
    /// Working orders that stay, because they may close something.
    package let keptOrders: Int
    /// Positions that stay open: a switch closes none.
    package let openPositions: Int
}

/// How a book stands to its limits.
package struct RiskView: Sendable {
    package let book: BookName
    package let rules: RiskRules
    package let dayResult: Money
    package let ordersToday: Int
    /// Open, and asked for by working orders.
    package let positions: Int
    /// When the counts of the day begin anew.
    package let nextDay: Timestamp
    package let at: Timestamp
}

extension Tradehouse {
    /// Bytes of the reason of a switch.
    package static let reasonLimitBytes = 100

    // MARK: Looking

    package func risk(of trader: Trader) async throws -> RiskView {
        let desk = try await desk(of: trader.key)
        let account = try await desk.book.settled()
        let now = marketNow
        return RiskView(
            book: trader.book, rules: rules(for: desk),
            dayResult: account.dayResult(HubView(hub: market, wall: world.now()), at: now),
            ordersToday: account.ordersPlaced(onDayOf: now), positions: account.exposedKeys().count, nextDay: now.nextIndiaMidnight, at: now
        )
    }

    /// Everything that limits a book at this moment, the widest switch first.
    func rules(for desk: Desk) -> RiskRules {
        let entry = desk.list[desk.book.name]
        return RiskRules(
            limits: entry?.limits ?? .none, stops: [houseStop, desk.list.stop, entry?.stop].compactMap(\.self),
            dayLossTrip: entry?.dayLossTrip)
    }

    // MARK: Limits

    package func setLimits(_ limits: RiskLimits, as trader: Trader, from origin: Origin) async throws -> RiskView {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let audit = AuditEntry(
            actor: trader.user.text, ip: origin.address, act: "set_limits", ref: trader.book.text, detail: limits.told)
        try await changeBooks(of: trader.desk, audit) { list throws(HouseRefusal) in
            guard list.has(trader.book) else { throw .unknownBook }
            var entry = list.entry(trader.book, at: self.world.now())
            entry.limits = limits
            // A limit that was reached holds for the day, unless it is lifted or moved beyond what was lost.
            if let trip = entry.dayLossTrip, limits.dayLoss.map({ trip.result > -$0 }) ?? true { entry.dayLossTrip = nil }
            list.set(entry)
        }
        return try await risk(of: trader)
    }

    /// Notes that the day-loss limit was reached: it holds for the rest of the day. Cancels what could only lose more.
    func noteDayLoss(on desk: Desk) {
        guard !copying.contains(desk.user), store.refusal == nil,
            let trip = desk.book.account.dayLossTrip(HubView(hub: market, wall: world.now()), at: marketNow)
        else { return }
        var list = desk.list
        var entry = list.entry(desk.book.name, at: world.now())
        entry.dayLossTrip = trip
        list.set(entry)
        var commit = Commit(user: desk.user, isEssential: true)
        commit.documents = [DocumentChange(.books(desk.user), list.document)]
        commit.audit = [
            AuditEntry(
                actor: "house", ip: "", act: "day_loss_limit", ref: desk.book.name.text,
                detail: [("result", trip.result.text), ("limit", trip.limit.text)])
        ]
        let user = desk.user
        store.commit(commit).whenSettled { [self] result in
            guard case .failure(let failure) = result else { return }
            world.log(.error, "day_loss_not_noted", [("user", user.text), ("error", "\(failure)")])
            for key in list.keys { if let desk = desks[key] { readAnew(desk) } }
        }
        adopt(list)
        world.log(.info, "day_loss_limit", [("user", desk.user.text), ("book", desk.book.name.text)])
        cancelOpening(on: desk)
    }

    // MARK: Switches

    /// Throws or releases the switch of the trader's book.
    package func stopBook(_ isOn: Bool, reason: String?, as trader: Trader, from origin: Origin) async throws -> StopReach {
        try await stop(isOn, .book, reason, as: trader, from: origin) { list, stop throws(HouseRefusal) in
            guard list.has(trader.book) else { throw .unknownBook }
            var entry = list.entry(trader.book, at: self.world.now())
            entry.stop = stop
            list.set(entry)
        }
    }

    /// Throws or releases the switch of all books of the trader.
    package func stopUser(_ isOn: Bool, reason: String?, as trader: Trader, from origin: Origin) async throws -> StopReach {
        try await stop(isOn, .user, reason, as: trader, from: origin) { list, stop in list.stop = stop }
    }

    private func stop(
        _ isOn: Bool, _ scope: KillSwitch.Scope, _ reason: String?, as trader: Trader, from origin: Origin,
        _ body: (inout BookList, KillSwitch?) throws(HouseRefusal) -> Void
    ) async throws -> StopReach {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let stop = isOn ? KillSwitch(scope: scope, since: marketNow, actor: trader.user.text, reason: reason) : nil
        let audit = AuditEntry(
            actor: trader.user.text, ip: origin.address, act: isOn ? "stop_\(scope.rawValue)" : "release_\(scope.rawValue)",
            ref: scope == .book ? trader.book.text : trader.desk.text, detail: reason.map { [("reason", $0)] } ?? [])
        // Awake before the switch is thrown: what sleeps has no working orders, but the answer tells of its positions.
        let keys = scope == .book ? [trader.key] : try await bookList(of: trader.desk).keys
        for key in keys { _ = try await desk(of: key) }
        try await changeBooks(of: trader.desk, audit) { list throws(HouseRefusal) in try body(&list, stop) }
        let reached = keys.compactMap { desks[$0] }
        return try await sweep(reached, scope, stop)
    }

    /// Throws or releases the switch of the whole house.
    package func stopHouse(_ isOn: Bool, reason: String?, by admin: Admin, from origin: Origin) async throws -> StopReach {
        let stop = isOn ? KillSwitch(scope: .house, since: marketNow, actor: admin.actor, reason: reason) : nil
        var commit = Commit(user: admin.trader.user, isEssential: true)
        commit.documents = [DocumentChange(.config("kill-switch")!, stop?.document)]
        commit.audit = [
            AuditEntry(
                actor: admin.actor, ip: origin.address, act: isOn ? "stop_house" : "release_house",
                detail: reason.map { [("reason", $0)] } ?? [])
        ]
        let ticket = store.commit(commit)
        let before = houseStop
        houseStop = stop
        for desk in desks.values { desk.book.account.risk = rules(for: desk) }
        do {
            try await ticket.wait()
        } catch {
            houseStop = before
            for desk in desks.values { desk.book.account.risk = rules(for: desk) }
            throw error
        }
        return try await sweep(Array(desks.values), .house, stop)
    }

    /// The switch of the house, for everybody to see.
    package var stopOfHouse: KillSwitch? { houseStop }

    /// Desks swept in one turn.
    private static let riskPiece = 100

    /// Cancels what could only open something on the desks, and counts what stays.
    private func sweep(_ reached: [Desk], _ scope: KillSwitch.Scope, _ stop: KillSwitch?) async throws -> StopReach {
        var (cancelled, kept, positions) = (0, 0, 0)
        for (index, desk) in reached.enumerated() {
            // No time passes: the turn ends, so that others are served between two pieces.
            if index % Tradehouse.riskPiece == Tradehouse.riskPiece - 1 { try await world.sleep(.zero) }
            let before = desk.book.account.workingCount
            if stop != nil, desks[desk.key] === desk { cancelOpening(on: desk) }
            cancelled += before - desk.book.account.workingCount
            kept += desk.book.account.workingCount
            positions += desk.book.account.positions.count
        }
        for desk in reached { try await desk.book.lastTicket?.wait() }
        return StopReach(
            scope: scope, stop: stop, books: reached.count, cancelledOrders: cancelled, keptOrders: kept, openPositions: positions)
    }

    private func cancelOpening(on desk: Desk) {
        do {
            try act(.cancelOpening, on: desk)
        } catch {
            // The rules hold all the same: such an order is cancelled when something would fill it.
            world.log(.error, "orders_not_cancelled", [("user", desk.user.text), ("book", desk.book.name.text), ("error", "\(error)")])
        }
    }

    /// Finds out whether the house's switch is on.
    func findHouseStop() async throws {
        guard let document = try await store.document(.config("kill-switch")!) else { return }
        guard let stop = KillSwitch(document: document) else {
            throw StorageFailure.documentQuarantined(.config("kill-switch")!, why: "it is no kill switch")
        }
        houseStop = stop
    }
}

extension RiskLimits {
    /// For the audit.
    fileprivate var told: [(name: String, value: String)] {
        [
            ("day_loss", dayLoss?.text ?? "none"), ("open_positions", openPositions.map { String($0) } ?? "none"),
            ("orders_per_day", ordersPerDay.map { String($0) } ?? "none"), ("order_value", orderValue?.text ?? "none"),
            ("banned", banned.isEmpty ? "none" : banned.sorted().prefix(20).map(\.key).joined(separator: " ")),
        ]
    }
}
