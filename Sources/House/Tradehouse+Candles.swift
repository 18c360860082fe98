// Candles that somebody asks for, out of three sources: what was stored (imports, and what the feed made before), what the simulated market
// works out, and what was built from the ticks of this life. And the keeping of what the feed makes: minutes and last prices.

import Storage
import Trading

/// What the house keeps of the market on disk. All of it may be deleted.
package struct MarketArchive: Sendable {
    package let candles: CandleFiles
    package let prices: LastPriceFiles
    package let actions: [InstrumentID: [CorporateAction]]
    /// Whether the feed's minutes are stored. The simulated market's are not: it works its past out, the same at every start.
    package let keepsMinutes: Bool
    /// Whether any candle is stored, and how many bytes all take.
    package var isEmpty: Bool
    package var usedBytes: Int64

    package init(candles: CandleFiles, prices: LastPriceFiles, actions: [InstrumentID: [CorporateAction]], keepsMinutes: Bool) throws {
        self.candles = candles
        self.prices = prices
        self.actions = actions
        self.keepsMinutes = keepsMinutes
        usedBytes = try candles.usedBytes()
        isEmpty = usedBytes == 0
    }
}

extension Tradehouse {
    /// How often minutes and last prices are written.
    static let archiveStep: Duration = .seconds(60)

    /// Takes the archive in. Called once, before the house listens.
    package func keep(_ archive: MarketArchive, remembering quotes: [Quote]) {
        self.archive = archive
        market.keepsMinutes = archive.keepsMinutes
        market.remember(quotes)
    }

    // MARK: Asking

    /// Candles that begin within `range`, oldest first, the unfinished one last.
    ///
    /// Stored ones win over those that the simulated market works out, from the first stored to the last; what this life built from
    /// ticks follows. With `adjusted` the stored ones are told as if shares had never been split. What is not in memory is read or worked
    /// out off the loop.
    package func candles(
        of id: InstrumentID, interval: CandleInterval, in range: ClosedRange<Timestamp>, adjusted: Bool = false
    ) async throws -> [Candle] {
        let past = try await pastCandles(of: id, interval, from: range.lowerBound)
        var stored = try await storedCandles(of: id, interval, in: range)
        let built = market.builtCandles(of: id, interval)
        if adjusted, let actions = archive?.actions[id] { stored = stored.adjusted(for: actions, offsetSeconds: id.wallClockOffsetSeconds) }
        let before = past.overlaid(by: stored)
        guard let first = built.first else { return before.filter { range.contains($0.openedAt) } }
        var joined = before.filter { $0.openedAt < first.openedAt } + built
        let index = joined.count - built.count
        // The first built candle began in the middle when the house started in the middle of it: stored minutes make its beginning,
        // the simulated market knows its open.
        if var whole = stored.last(where: { $0.openedAt == first.openedAt }) {
            whole.append(first)
            joined[index] = whole
        } else if let whole = past.last(where: { $0.openedAt == first.openedAt }) {
            joined[index] = Candle(
                openedAt: whole.openedAt, open: whole.open, high: max(first.high, whole.open), low: min(first.low, whole.open),
                close: first.close, volume: first.volume, tickCount: first.tickCount)
        }
        return joined.filter { range.contains($0.openedAt) }
    }

    /// Candles of the past that are kept, at most; about 70 bytes each.
    static let pastLimit = 300_000

    /// What the source works out, up to the first candle that was built.
    private func pastCandles(of id: InstrumentID, _ interval: CandleInterval, from start: Timestamp) async throws -> [Candle] {
        let end = market.builtCandles(of: id, interval).first?.openedAt ?? market.now
        guard let past = market.past, start <= end else { return [] }
        let key = PastKey(instrument: id, interval: interval)
        let known = pasts[key].flatMap { $0.from <= start ? $0 : nil }
        if let known, known.until >= end { return known.candles.filter { $0.openedAt >= start && $0.openedAt <= end } }
        let from = known?.until ?? start
        let more: [Candle]
        do {
            more = try await world.workshop.run(patiently: false) { past.candles(id, interval, from...end) }
        } catch is PoolBusy {
            throw HouseRefusal.chartsBusy
        }
        let candles = (known?.candles ?? []).filter { old in more.first.map { old.openedAt < $0.openedAt } ?? true } + more
        // Somebody may have asked for a longer past meanwhile.
        if let other = pasts[key], other.from <= start, other.until >= end { return candles.filter { $0.openedAt >= start } }
        let kept = pasts.values.reduce(0) { $0 + $1.candles.count }
        if kept + candles.count > Tradehouse.pastLimit { pasts.removeAll() }
        pasts[key] = PastStretch(from: known?.from ?? start, until: end, candles: candles)
        return candles.filter { $0.openedAt >= start }
    }

    private func storedCandles(of id: InstrumentID, _ interval: CandleInterval, in range: ClosedRange<Timestamp>) async throws -> [Candle] {
        guard let archive, !archive.isEmpty else { return [] }
        let files = archive.candles
        let end = market.candlesBegan(of: id)
        let wall = world.now()
        let found: CandleFiles.Found
        do {
            found = try await world.workshop.run(patiently: false) { try files.read(id, interval, in: range, before: end, at: wall) }
        } catch is PoolBusy {
            throw HouseRefusal.chartsBusy
        }
        for path in found.setAside { world.log(.error, "candles_set_aside", [("file", path)]) }
        return found.candles
    }

    // MARK: Keeping

    /// Writes minutes and last prices now and then, until the house closes.
    func keepMarket() async {
        while !Task.isCancelled {
            do {
                // A step of the house's own clock, not a wait for something: nobody is held up by it, and tests turn the clock by hand.
                try await world.sleep(Tradehouse.archiveStep)
            } catch {
                // The sleep ends early only when the house closes, which writes what is left itself.
                return
            }
            await storeMinutes()
            await storePrices()
        }
    }

    /// Writes the minutes that are finished. What cannot be written is lost to the archive, not to anybody's chart of today.
    func storeMinutes() async {
        guard let archive, archive.keepsMinutes else { return }
        let minutes = market.takeMinutes()
        guard !minutes.isEmpty else { return }
        guard archive.usedBytes < archive.candles.limitBytes else {
            if !hasSaidArchiveFull {
                hasSaidArchiveFull = true
                world.log(.warning, "candles_full", [("megabytes", String(archive.candles.limitBytes >> 20))])
            }
            return
        }
        let files = archive.candles
        do {
            let written = try await world.workshop.run(patiently: true) {
                var written: Int64 = 0
                for (id, candles) in minutes { written += try files.append(candles, of: id) }
                return written
            }
            self.archive?.usedBytes += written
            self.archive?.isEmpty = false
        } catch {
            world.log(.error, "candles_not_stored", [("why", "\(error)")])
        }
    }

    /// Writes the last price of every instrument, when any changed.
    func storePrices() async {
        guard let archive, market.ticksAccepted != pricesStoredAt else { return }
        let ticks = market.ticksAccepted
        let quotes = market.all.compactMap(\.quote)
        let files = archive.prices
        do {
            try await world.workshop.run(patiently: true) { try files.write(quotes) }
            pricesStoredAt = ticks
        } catch {
            world.log(.error, "last_prices_not_stored", [("why", "\(error)")])
        }
    }
}

/// Which past is kept.
struct PastKey: Hashable {
    let instrument: InstrumentID
    let interval: CandleInterval
}

/// A stretch of the past that was worked out.
struct PastStretch {
    let from: Timestamp
    let until: Timestamp
    let candles: [Candle]
}
