// Finding instruments: those that a feed quotes and those that were imported, as one list. Of two with one id the quoted one is told.

import Trading

/// Some of what was asked for, and how much there is.
package struct Listing: Sendable {
    package var count: Int
    package var instruments: [Instrument]
}

extension MarketHub {
    /// The instruments of an exchange, at most `limit` of them: quoted ones first, in the order of their feed, then the imported ones by
    /// symbol; `ALL` gives those of every exchange.
    package func instruments(on exchange: String, limit: Int) -> Listing {
        let quoted = boards.lazy.map(\.instrument).filter { exchange == "ALL" || $0.id.exchange == exchange }
        var found = Array(quoted.prefix(limit))
        let places = listed.places(on: exchange)
        for index in places {
            guard found.count < limit else { break }
            let instrument = listed.instrument(at: index)
            if !isQuoted(instrument.id) { found.append(instrument) }
        }
        let inBoth = places.isEmpty ? 0 : quoted.filter { self.listed.index(of: $0.id) != nil }.count
        return Listing(count: quoted.count + places.count - inBoth, instruments: found)
    }

    /// Both lists as a value, for looking through them elsewhere.
    var lists: InstrumentLists { InstrumentLists(quoted: quoted, listed: listed) }

    /// See `InstrumentLists.search`.
    package func search(_ text: String, on exchange: String, limit: Int = 20) -> [Instrument] {
        lists.search(text, on: exchange, limit: limit)
    }
}

/// What feeds quote and what was imported, as one list. A value, because looking through a hundred thousand takes longer than a turn may.
struct InstrumentLists: Sendable {
    let quoted: InstrumentMaster
    let listed: InstrumentMaster

    /// At most `limit` instruments: the exact symbol first, then those that begin with the text, then those whose symbol or name contains
    /// it; among these plain shares first, then other series, futures, options. Letter case does not matter.
    func search(_ text: String, on exchange: String, limit: Int) -> [Instrument] {
        var hits = quoted.search(text, on: exchange, limit: limit).map { ($0.rank, 0, quoted.instrument(at: $0.index)) }
        // Quoted ones are passed over in the imported list, so as many more are asked for.
        hits += listed.search(text, on: exchange, limit: limit + hits.count)
            .filter { quoted.index(of: listed.id(at: $0.index)) == nil }
            .map { ($0.rank, 1, listed.instrument(at: $0.index)) }
        hits.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        return hits.prefix(limit).map(\.2)
    }

    /// Contracts of a segment (`NFO-OPT`), at most `limit`, in order of expiry and strike.
    func contracts(in segment: String, on underlying: String? = nil, kind: String? = nil, limit: Int) -> Listing {
        let some = quoted.contracts(in: segment, on: underlying).filter { kind == nil || quoted.kind(at: $0) == kind }
        var others = listed.contracts(in: segment, on: underlying).filter { kind == nil || listed.kind(at: $0) == kind }
        if !some.isEmpty { others.removeAll { quoted.index(of: listed.id(at: $0)) != nil } }
        var found: [Instrument] = []
        var (next, other) = (0, 0)
        while found.count < limit, next < some.count || other < others.count {
            let isQuotedNext =
                other == others.count
                || (next < some.count && quoted.contractOrder(at: some[next]) <= listed.contractOrder(at: others[other]))
            found.append(isQuotedNext ? quoted.instrument(at: some[next]) : listed.instrument(at: others[other]))
            if isQuotedNext { next += 1 } else { other += 1 }
        }
        return Listing(count: some.count + others.count, instruments: found)
    }
}

extension Tradehouse {
    /// Longer lists are looked through off the loop.
    static let turnListLimit = 4_000

    private func look<Value: Sendable>(_ work: @escaping @Sendable (InstrumentLists) -> Value) async throws -> Value {
        let lists = market.lists
        guard lists.listed.count > Tradehouse.turnListLimit else { return work(lists) }
        do {
            return try await world.workshop.run(patiently: false) { work(lists) }
        } catch is PoolBusy {
            throw HouseRefusal.chartsBusy
        }
    }

    /// At most `limit` instruments by a piece of text, the likeliest first (`InstrumentLists.search`).
    package func search(_ text: String, on exchange: String, limit: Int = 20) async throws -> [Instrument] {
        try await look { $0.search(text, on: exchange, limit: limit) }
    }

    /// Contracts of a segment, at most `limit`, in order of expiry and strike.
    package func contracts(in segment: String, on underlying: String?, kind: String? = nil, limit: Int) async throws -> Listing {
        try await look { $0.contracts(in: segment, on: underlying, kind: kind, limit: limit) }
    }

    /// The chain of an underlying (`NIFTY`) on a derivatives exchange (`NFO`); without an expiry the nearest that has not ended. Nothing
    /// when there are no such options.
    package func optionChain(of underlying: String, on exchange: String, expiry: CivilDate?) async throws -> OptionChain? {
        let spot = Underlying.spot(of: underlying, contractsOn: exchange).flatMap { market.instrument(for: $0) }
        let centre = spot.flatMap { market.lastPrice(of: $0.id) }
        let today = CivilDate(dayNumber: marketNow.dayNumber(offsetSeconds: indiaOffsetSeconds))
        return try await look { lists in
            lists.optionChain(of: underlying, on: exchange, expiry: expiry, today: today, spot: spot, centre: centre)
        }
    }
}
