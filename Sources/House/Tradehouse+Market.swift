// Where ticks come from and what a tick does: the simulated market, the replay of a tape, and the turn that takes a tick to the
// quote, the candles and the desks with orders.

import Trading

/// What feeds the market.
package enum MarketSource: Sendable {
    /// Invented prices, at wall time.
    case simulated(SimulatedMarket)
    /// A recorded day, `speed` times as fast as it was; nil plays as fast as the house can take it.
    case replay([Tick], speed: Int?)
    case off
}

extension Tradehouse {
    /// What time it is on the market: the tape's while one is played, otherwise the wall's.
    package var marketNow: Timestamp { settings.marketKind == "replay" ? market.now : max(market.now, world.now()) }

    /// How often prices are made or read off the tape.
    static let marketStep: Duration = .milliseconds(200)
    /// Ticks of a tape taken in one turn, so that requests get their turns in between.
    static let ticksPerTurn = 32

    /// Watches the orders that an earlier life of the house left working, then plays the market until the house closes.
    package func run(_ source: MarketSource) {
        backgroundTasks.append(
            Task(executorPreference: executor) {
                // First the desks: no price may pass by an order that should see it.
                await self.wakeWatchedDesks()
                switch source {
                case .off: break
                case .simulated(let market): await self.play(market)
                case .replay(let tape, let speed): await self.play(tape, speed: speed)
                }
            })
    }

    private func play(_ simulated: SimulatedMarket) async {
        var generator = simulated
        while !Task.isCancelled {
            do {
                try await world.sleep(Tradehouse.marketStep)
            } catch {
                return
            }
            let now = world.now()
            for tick in generator.ticks(until: now) where market.trades(tick.instrument, at: tick.at) { take(tick) }
            if generator.needsListing(at: now) { list(&generator, at: now) }
        }
    }

    /// A new day: contracts that it brings are quoted from now on. Those that expired keep their last price.
    private func list(_ generator: inout SimulatedMarket, at now: Timestamp) {
        let new = generator.relist(at: now).filter { !market.isQuoted($0.id) }
        market.add(new)
        market.tellPast(of: generator)
        for tick in generator.openingTicks(of: new) { take(tick) }
        world.log(.info, "contracts_listed", [("new", String(new.count)), ("quoted", String(market.all.count))])
    }

    private func play(_ tape: [Tick], speed: Int?) async {
        guard let first = tape.first else { return }
        let startedAt = world.now()
        var next = 0
        while next < tape.count, !Task.isCancelled {
            var end = min(tape.count, next + Tradehouse.ticksPerTurn)
            var isCaughtUp = false
            if let speed {
                let tapeTime = first.at + (world.now() - startedAt) * speed
                let due = tape[next..<end].firstIndex { $0.at > tapeTime }
                isCaughtUp = due != nil
                end = due ?? end
            }
            for tick in tape[next..<end] { take(tick) }
            next = end
            // A tape at full speed makes days of minutes in a moment: they are written before more come.
            if market.hasManyMinutes { await storeMinutes() }
            do {
                try await world.sleep(isCaughtUp ? Tradehouse.marketStep : .zero)
            } catch {
                return
            }
        }
        guard next >= tape.count else { return }
        market.hasEnded = true
        market.finishMinutes()
        await storeMinutes()
        await storePrices()
        world.log(.info, "tape_ended", [("ticks", String(next))])
    }

    /// One tick, in one turn: quote, candle, then the desks whose working orders it reaches.
    package func take(_ tick: Tick) {
        let tick = market.counted(tick)
        guard market.accept(tick, receivedAt: world.now()), market.reachesBooks(tick) else { return }
        serveDue()
        defer { checkMargins(after: tick) }
        guard let books = bands[tick.instrument]?.concerned(by: TickReach(tick)) else { return }
        for key in books {
            guard let desk = desks[key] else { continue }
            do {
                try expireEarlierDays(on: desk)
                noteDayLoss(on: desk)
                try act(.tick(tick), on: desk)
                try fireTriggers(on: desk, tick)
            } catch {
                world.log(.error, "tick_not_taken", [("user", key.user.text), ("book", key.book.text), ("error", "\(error)")])
            }
        }
    }

    /// Finds out what the day was like before the house began, instrument by instrument, off the loop.
    func recallDay() async {
        guard let past = market.past else { return }
        let end = market.beganAt
        let start = CandleInterval.day.start(of: end)
        for instrument in market.all.map(\.instrument) {
            do {
                // The hour that is not over is asked for in minutes, because a source tells whole candles only.
                let hour = CandleInterval.minutes60.start(of: end)
                let candles = try await world.workshop.run(patiently: true) {
                    (start < hour ? past.candles(instrument.id, .minutes60, start...(hour - .seconds(1))) : [])
                        + past.candles(instrument.id, .minute, hour...end).filter { $0.openedAt + CandleInterval.minute.duration <= end }
                }
                market.widenDay(of: instrument.id, by: candles)
            } catch {
                // The house closes; the day's range is a nicety and is asked for again with the next start.
                return
            }
        }
    }
}
