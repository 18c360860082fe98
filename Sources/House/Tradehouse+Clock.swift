// What time does to desks: orders of the day end, after-market orders are sent, intraday positions are squared off, contracts are settled. Each
// desk has one next due time on the market's clock; ticks and a timer look at the earliest. What happens then is decided in
// `Trading/Paper/PaperAccount+SquareOff` and its neighbours; losses are `Tradehouse+Margin`'s business.

import Storage
import Trading

extension Tradehouse {
    /// Desks that are served in one turn when many are due at once.
    static let duesPerTurn = 100
    /// How soon something that could not be done is tried again, and how often the clock is looked at when no tick comes.
    static let duePause: Duration = .seconds(1)

    /// Looks at the clock every second, for markets in which nothing ticks.
    func keepClock() async {
        while !Task.isCancelled {
            do {
                // The world's clock, which tests turn by hand; it is only asked again, nothing waits for it.
                try await world.sleep(Tradehouse.duePause)
            } catch {
                return
            }
            serveDue()
        }
    }

    /// Serves the desks that are due by now.
    func serveDue() {
        let now = marketNow
        guard let earliest = dues.earliest, earliest <= now else { return }
        for key in dues.take(at: now, limit: Tradehouse.duesPerTurn) {
            if let desk = desks[key] { serve(desk, at: now) }
        }
    }

    private func serve(_ desk: Desk, at now: Timestamp) {
        do {
            try applyActions(on: desk, at: now)
            try act(.expireDay, on: desk)
            try act(.release, on: desk)
            for (key, since) in intradayKeys(of: desk.book.account) {
                guard let due = squareOffTime(key, since: since, at: now), due <= now else { continue }
                try squareOff(key, on: desk, .intradayEnd)
            }
            for position in desk.book.account.openPositions.sorted(by: { $0.key < $1.key }) { try settle(position, on: desk, at: now) }
        } catch {
            world.log(.error, "due_not_done", [("user", desk.user.text), ("error", "\(error)")])
        }
        schedule(desk)
    }

    /// Closes a position in the house's name if something is left to do.
    func squareOff(_ key: PositionKey, on desk: Desk, _ cause: SquareOffCause) throws {
        guard desk.book.account.needsSquareOff(key) else { return }
        let id = makeOrderID()
        let ticket = try act(
            .squareOff(key, as: id, cause), on: desk,
            byHouse: ("square_off", id.text, [("cause", cause.rawValue), ("position", "\(key.instrument.key) \(key.product.rawValue)")]))
        guard ticket != nil else { return }
        world.log(
            .info, "squared_off",
            [
                ("user", desk.user.text), ("position", "\(key.instrument.key) \(key.product.rawValue)"), ("cause", cause.rawValue),
                ("left", desk.book.account.positions[key]?.quantity.text ?? "0"),
            ])
    }

    // MARK: When

    /// Notes when the desk has to be served next.
    func schedule(_ desk: Desk) {
        let now = marketNow
        dues.set(desk.key, nextDue(of: desk.book.account, at: now).map { max($0, now + Tradehouse.duePause) })
    }

    private func nextDue(of account: PaperAccount, at now: Timestamp) -> Timestamp? {
        var next: Timestamp?
        func note(_ time: Timestamp?) { if let time { next = next.map { min($0, time) } ?? time } }
        for position in account.openPositions { note(settlementTime(of: position.key.instrument)) }
        note(nextAction(for: account, after: now))
        guard !market.neverCloses else { return next }
        for (key, since) in intradayKeys(of: account) where account.needsSquareOff(key) { note(squareOffTime(key, since: since, at: now)) }
        for id in account.workingInstruments {
            note(market.ordersEnd(of: id, at: now))
            for order in account.workingOrders(for: id) where order.state == .afterMarketReceived {
                note(market.releaseTime(of: id, order.kind, order.validity, at: now))
            }
        }
        return next
    }

    /// Intraday positions, and instruments in which only intraday orders work, each with the time it is from.
    private func intradayKeys(of account: PaperAccount) -> [(PositionKey, since: Timestamp)] {
        var keys: [PositionKey: Timestamp] = [:]
        for position in account.openPositions where position.key.product == .intraday { keys[position.key] = position.openedAt }
        for order in account.workingOrders where order.product == .intraday && order.state != .afterMarketReceived {
            if keys[order.positionKey] == nil { keys[order.positionKey] = order.cameAt }
        }
        return keys.sorted { $0.key < $1.key }.map { ($0.key, since: $0.value) }
    }

    /// When an intraday position that is there `since` then is to be squared off; now, when that is over and the market trades; nil where the market
    /// has no such time. One of an earlier day, when the house slept at its end, is squared off as soon as its market trades.
    private func squareOffTime(_ key: PositionKey, since: Timestamp, at now: Timestamp) -> Timestamp? {
        guard !market.neverCloses else { return nil }
        let end = market.squareOff(of: key.instrument, key.product, at: now)
        let isOfToday = since.dayNumber(offsetSeconds: indiaOffsetSeconds) == now.dayNumber(offsetSeconds: indiaOffsetSeconds)
        if isOfToday || market.day(of: key.instrument, at: now) != nil {
            guard let end else { return nil }
            if isOfToday, now < end { return end }
        }
        return market.phase(of: key.instrument, at: now) == .continuous ? now : market.nextContinuous(of: key.instrument, after: now)
    }

    // MARK: Contracts that ended

    /// When the contract is settled: as it stops trading on its last day; nil for what does not end.
    private func settlementTime(of id: InstrumentID) -> Timestamp? {
        guard let contract = market.contract(for: id), let expiry = contract.expiry else { return nil }
        return market.close(of: contract, on: expiry)
    }

    private func settle(_ position: Position, on desk: Desk, at now: Timestamp) throws {
        let id = position.key.instrument
        guard let time = settlementTime(of: id), time <= now, let contract = market.contract(for: id) else { return }
        guard let value = market.finalValue(of: contract) else {
            return world.log(.warning, "no_settlement_price", [("user", desk.user.text), ("contract", id.key)])
        }
        let order = makeOrderID()
        try act(
            .settle(position.key, at: value, as: order), on: desk,
            byHouse: ("settle_contract", order.text, [("contract", id.key), ("value", value.text)]))
    }

    // MARK: Who must stay awake

    /// Whether the book has a position that prices or time act upon, so that its desk is woken at start and never put to sleep.
    func hasWatchedPosition(_ account: PaperAccount) -> Bool {
        account.openPositions.contains { position in
            position.isOnMargin || (position.key.product == .intraday && !market.neverCloses)
                || market.contract(for: position.key.instrument) != nil
        }
    }
}
