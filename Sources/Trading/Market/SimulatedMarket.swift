// The built-in market: invented ticks with five levels of depth, so that a newcomer can trade at any hour without a broker. Always labelled
// simulated. What it lists is in `SimulatedListing` and `SimulatedChain`, how prices move in `SimulatedPath`, older candles in
// `SimulatedMarket+History`.

/// A seeded generator of ticks.
///
/// Everything is a function of the seed and the time: two markets of one seed agree at every instant, however often each was asked.
package struct SimulatedMarket: Sendable {
    /// After a longer silence only the ticks of the last part are given: a machine that slept is not flooded.
    package static let catchUpLimit = Duration.seconds(30)
    /// Levels a side.
    package static let depthLevels = 5
    /// No price strays further from its base than this, in billionths.
    private static let furthest: Int64 = 450_000_000

    /// A listed instrument and what its price is made of.
    struct Line: Sendable {
        let listing: SimulatedListing
        let seed: UInt64
        let path: SimulatedPath
        /// Where the members of an index stand in the list, and their weights.
        let members: [(line: Int, weight: Int64)]
        /// Where the index of a contract stands in the list.
        let index: Int?
        /// Units traded before `countedMinute` on its day; a cache, filled as time goes on.
        fileprivate var countedMinute = Int64.min
        fileprivate var counted = Quantity.zero
    }

    /// What it lists: shares, coins and indices, then the contracts of the day.
    package private(set) var instruments: [Instrument]
    private(set) var lines: [Line]
    let common: SimulatedPath
    private(set) var places: [InstrumentID: Int]
    private var reached: Timestamp
    private let seed: UInt64
    private let chain = SimulatedChain()
    /// The day in India whose contracts are listed.
    private var listedDay = Int64.min
    /// Where the contracts begin in the list.
    private let contractsFrom: Int

    package init(seed: UInt64, at instant: Timestamp) {
        let listings = SimulatedListing.all
        var places: [InstrumentID: Int] = [:]
        for (place, listing) in listings.enumerated() { places[listing.instrument.id] = place }
        instruments = listings.map(\.instrument)
        lines = listings.enumerated().map { place, listing in
            let own = SeededRandom.number(seed: seed, Int64(place) + 1, listing.instrument.token)
            let members = listing.members.compactMap { symbol in
                InstrumentID(exchange: "NSE", symbol: symbol).flatMap { places[$0] }
            }
            return Line(
                listing: listing, seed: own, path: SimulatedPath(seed: own, perSecond: 55_000 * listing.restlessness / 100),
                members: members.map { ($0, listings[$0].weight) }, index: nil)
        }
        contractsFrom = listings.count
        self.seed = seed
        common = SimulatedPath(seed: SeededRandom.number(seed: seed, 0, 0), perSecond: 30_000)
        self.places = places
        reached = instant
        relist(at: instant)
    }

    /// Whether another day has come since contracts were listed, so that `relist` has something to do.
    package func needsListing(at instant: Timestamp) -> Bool { instant.dayNumber(offsetSeconds: indiaOffsetSeconds) > listedDay }

    /// Lists the contracts of the day that `instant` falls on instead of those listed before; gives the new ones.
    @discardableResult
    package mutating func relist(at instant: Timestamp) -> [Instrument] {
        let day = instant.dayNumber(offsetSeconds: indiaOffsetSeconds)
        guard day != listedDay, let index = InstrumentID(exchange: "NSE", symbol: chain.index).flatMap({ places[$0] }) else { return [] }
        listedDay = day
        let known = Set(instruments[contractsFrom...].map(\.id))
        let prices = self
        let contracts = chain.contracts(on: CivilDate(dayNumber: day)) { prices.price(of: index, at: $0) }
        for line in lines[contractsFrom...] { places[line.listing.instrument.id] = nil }
        lines.removeSubrange(contractsFrom...)
        instruments.removeSubrange(contractsFrom...)
        for contract in contracts {
            places[contract.instrument.id] = lines.count
            instruments.append(contract.instrument)
            let own = SeededRandom.number(seed: seed, 8, contract.instrument.token)
            lines.append(
                Line(
                    listing: SimulatedListing(contract: contract.instrument, contract.terms), seed: own,
                    path: SimulatedPath(seed: own, perSecond: 0), members: [], index: index))
        }
        return instruments[contractsFrom...].filter { !known.contains($0.id) }
    }

    /// What the contracts that expire on `day` settle at: the mean of the index over their last half hour of trading. Nothing for
    /// another underlying than that of the chain.
    package func settlement(of underlying: String, on day: CivilDate) -> Price? {
        guard underlying == chain.underlying,
            let index = InstrumentID(exchange: "NSE", symbol: chain.index).flatMap({ places[$0] })
        else { return nil }
        let close = SimulatedChain.close(of: day)
        let sum = (1...30).reduce(Int64(0)) { $0 + price(of: index, at: close - .seconds(60 * $1)).units }
        return Price(units: Int64(FixedPoint.divideRoundingHalfUp(Int128(sum), by: 30 * 1_000_000)) * 1_000_000)
    }

    /// How many weeks back ended contracts are looked for.
    static let endedContractWeeks: Int64 = 26

    /// A contract that ended within the last half year before the listed day; nil for any other name. Works through many days: rarely asked.
    package func endedContract(_ id: InstrumentID) -> Instrument? {
        guard id.exchange == "NFO", id.symbol.hasPrefix(chain.underlying),
            let index = InstrumentID(exchange: "NSE", symbol: chain.index).flatMap({ places[$0] })
        else { return nil }
        let prices = self
        for week in 1...SimulatedMarket.endedContractWeeks {
            // Everything that ends on a day is listed on it.
            guard let expiry = SimulatedChain.expiries(on: CivilDate(dayNumber: listedDay - 7 * week)).first,
                id.symbol.contains(SimulatedChain.code(expiry))
            else { continue }
            let listed = chain.contracts(on: expiry.day) { prices.price(of: index, at: $0) }
            if let found = listed.first(where: { $0.instrument.id == id && $0.instrument.expiry == expiry.day }) { return found.instrument }
        }
        return nil
    }

    /// One tick of every instrument at the instant the market began, so that everything is quoted at once.
    package mutating func openingTicks() -> [Tick] {
        lines.indices.filter { !hasExpired($0, at: reached) }.map { tick(of: $0, at: reached) }
    }

    /// One tick of each of some instruments, as of the instant that was reached.
    package mutating func openingTicks(of some: [Instrument]) -> [Tick] {
        some.compactMap { places[$0.id] }.filter { !hasExpired($0, at: reached) }.map { tick(of: $0, at: reached) }
    }

    private func hasExpired(_ place: Int, at instant: Timestamp) -> Bool {
        lines[place].listing.contract.map { $0.expiresAt <= instant } ?? false
    }

    /// Everything that happened after the last call and up to `instant`, in order of time.
    package mutating func ticks(until instant: Timestamp) -> [Tick] {
        guard instant > reached else { return [] }
        let from = max(reached, instant - SimulatedMarket.catchUpLimit)
        reached = instant
        var events: [(at: Timestamp, line: Int)] = []
        for second in from.seconds...instant.seconds {
            for line in lines.indices {
                events += self.events(of: line, in: second).filter { $0 > from && $0 <= instant }.map { ($0, line) }
            }
        }
        events.sort { ($0.at, $0.line) < ($1.at, $1.line) }
        return events.map { tick(of: $0.line, at: $0.at) }
    }

    /// The price at the midnight before `instant`, on the instrument's own wall clock; nil for what is not listed.
    package func previousClose(of id: InstrumentID, at instant: Timestamp) -> Price? {
        guard let place = places[id] else { return nil }
        return price(of: place, at: CandleInterval.day.start(of: instant, offsetSeconds: id.wallClockOffsetSeconds))
    }

    // MARK: - Parts

    /// When the messages of `second` come: each at a chance place in its own part of the second.
    private func events(of place: Int, in second: Int64) -> [Timestamp] {
        let listing = lines[place].listing
        let pace = listing.pace
        // Quiet ones take turns, each in a second of its own.
        if listing.restSeconds > 1, (second + Int64(lines[place].seed >> 60)) % listing.restSeconds != 0 { return [] }
        if let contract = listing.contract, contract.expiresAt.seconds <= second { return [] }
        let chance = SeededRandom.number(seed: lines[place].seed, 1, second)
        let count = pace.lowerBound + Int64(chance % UInt64(pace.upperBound - pace.lowerBound + 1))
        guard count > 0 else { return [] }
        let part = 1_000_000 / count
        return (0..<count).map { number in
            let into = Int64(SeededRandom.number(seed: lines[place].seed, 2 + number, second) % UInt64(part))
            return Timestamp(microseconds: second * 1_000_000 + number * part + into)
        }
    }

    private mutating func tick(of place: Int, at instant: Timestamp) -> Tick {
        let listing = lines[place].listing
        let middle = steps(of: place, at: instant)
        guard listing.instrument.isTradable else {
            return Tick(
                instrument: listing.instrument.id, at: instant, lastPrice: Price(units: middle * listing.step.units), lastQuantity: .zero,
                dayVolume: .zero, depth: .none)
        }
        var chance = SeededRandom(seed: SeededRandom.number(seed: lines[place].seed, 6, instant.microseconds))
        // Half a per cent of an option that costs much.
        let widest = listing.instrument.isOption ? max(listing.widestSpread, middle / 200) : listing.widestSpread
        let spread = 1 + Int64(chance.next() % UInt64(widest))
        let bid = middle - spread / 2
        let ask = bid + spread
        let typical = typicalQuantity(of: listing, middle)
        let depth = Depth(
            bids: levels(from: bid, towards: -1, listing, widest, typical, &chance),
            asks: levels(from: ask, towards: 1, listing, widest, typical, &chance))
        let isBuyersTrade = chance.next() & 1 == 0
        return Tick(
            instrument: listing.instrument.id, at: instant, lastPrice: Price(units: (isBuyersTrade ? ask : bid) * listing.step.units),
            lastQuantity: quantity(around: typical / 4, listing, &chance), dayVolume: dayVolume(of: place, at: instant), depth: depth)
    }

    private func levels(
        from best: Int64, towards direction: Int64, _ listing: SimulatedListing, _ widest: Int64, _ typical: Int64,
        _ chance: inout SeededRandom
    ) -> [DepthLevel] {
        var steps = best
        return (0..<SimulatedMarket.depthLevels).map { number in
            if number > 0 { steps += direction * (1 + Int64(chance.next() % UInt64(widest))) }
            return DepthLevel(
                price: Price(units: steps * listing.step.units), quantity: quantity(around: typical, listing, &chance),
                orders: 1 + Int(chance.next() % 12))
        }
    }

    /// Lots at one level: about three hundred thousand of the currency, whatever the price.
    private func typicalQuantity(of listing: SimulatedListing, _ middle: Int64) -> Int64 {
        let steps = listing.contract == nil ? listing.baseSteps : middle
        let lotValue = Price(units: steps * listing.step.units).value(of: listing.instrument.lotSize)
        return max(4, Int64(Money(whole: 300_000).units / max(1, lotValue.units)))
    }

    private func quantity(around lots: Int64, _ listing: SimulatedListing, _ chance: inout SeededRandom) -> Quantity {
        let some = max(1, lots / 5 + Int64(chance.next() % UInt64(max(1, lots * 8 / 5))))
        return Quantity(units: some * listing.instrument.lotSize.units)
    }

    /// Units traded since midnight: whole minutes, of the minute that runs its elapsed part, and at least one lot.
    private mutating func dayVolume(of place: Int, at instant: Timestamp) -> Quantity {
        let listing = lines[place].listing
        let day = CandleInterval.day.start(of: instant, offsetSeconds: listing.instrument.id.wallClockOffsetSeconds)
        let minute = instant.seconds.flooredQuotient(60)
        var from = lines[place].countedMinute
        var sum = lines[place].counted
        if from < day.seconds / 60 || from > minute {
            from = day.seconds / 60
            sum = .zero
        }
        while from < minute {
            sum += minuteVolume(of: place, minute: from)
            from += 1
        }
        lines[place].countedMinute = minute
        lines[place].counted = sum
        let running =
            Int128(minuteVolume(of: place, minute: minute).units) * Int128(instant.microseconds - minute * 60_000_000) / 60_000_000
        let lot = listing.instrument.lotSize.units
        return Quantity(units: max((sum.units + Int64(running)) / lot, 1) * lot)
    }

    /// Units traded in one minute, counted from 1970: two fifths to twelve fifths of the average.
    func minuteVolume(of place: Int, minute: Int64) -> Quantity {
        let listing = lines[place].listing
        let lot = listing.instrument.lotSize.units
        guard lot > 0 else { return .zero }
        let chance = Int64(SeededRandom.number(seed: lines[place].seed, 7, minute) % 200)
        return Quantity(units: listing.dayVolume.units / 1_440 * (40 + chance) / 100 / lot * lot)
    }

    /// The middle of the market, in steps.
    func steps(of place: Int, at instant: Timestamp) -> Int64 {
        guard let index = lines[place].index else { return steps(of: place, moved: move(of: place, at: instant)) }
        return steps(of: place, index: price(of: index, at: instant), at: instant)
    }

    /// The middle of the market of a contract while its index stands at a price.
    func steps(of place: Int, index: Price, at instant: Timestamp) -> Int64 {
        guard let terms = lines[place].listing.contract else { preconditionFailure("Only a contract follows an index.") }
        return ContractValue.steps(terms, index: index, at: instant, tick: lines[place].listing.step)
    }

    func price(of place: Int, at instant: Timestamp) -> Price {
        Price(units: steps(of: place, at: instant) * lines[place].listing.step.units)
    }

    func steps(of place: Int, moved: Int64) -> Int64 {
        let bounded = min(max(moved, -SimulatedMarket.furthest), SimulatedMarket.furthest)
        return lines[place].listing.baseSteps * (1_000_000_000 + bounded) / 1_000_000_000
    }

    /// How far an instrument is from its base, in billionths: its own walk and, for shares, the market's; an index is its members' mean.
    private func move(of place: Int, at instant: Timestamp) -> Int64 {
        let line = lines[place]
        guard line.members.isEmpty else {
            let sum = line.members.reduce(Int64(0)) { $0 + $1.weight * lines[$1.line].path.value(at: instant) }
            return sum / line.members.reduce(Int64(0)) { $0 + $1.weight } + common.value(at: instant)
        }
        let own = line.path.value(at: instant)
        return line.listing.instrument.kind == "EQ" ? own + common.value(at: instant) : own
    }
}
