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

    /// At most `limit` instruments: the exact symbol first, then those that begin with the text, then those that contain it in symbol
    /// or name; among these plain shares first, then other series, futures, options. Letter case does not matter.
    package func search(_ text: String, on exchange: String, limit: Int = 20) -> [Instrument] {
        var hits = quoted.search(text, on: exchange, limit: limit).map { (rank: $0.rank, instrument: quoted.instrument(at: $0.index)) }
        // Quoted ones are passed over in the imported list, so that many are asked for beyond the limit as could be.
        hits += listed.search(text, on: exchange, limit: limit + hits.count)
            .map { (rank: $0.rank, instrument: listed.instrument(at: $0.index)) }
            .filter { !isQuoted($0.instrument.id) }
        hits.sort { ($0.rank, isQuoted($0.instrument.id) ? 0 : 1) < ($1.rank, isQuoted($1.instrument.id) ? 0 : 1) }
        return hits.prefix(limit).map(\.instrument)
    }

    /// Contracts of a segment (`NFO-OPT`), at most `limit`, in order of expiry, strike and symbol.
    package func contracts(
        in segment: String, on underlying: String? = nil, expiry: CivilDate? = nil, kind: String? = nil, limit: Int
    ) -> Listing {
        var found = quoted.contracts(in: segment, on: underlying, expiry: expiry).map { quoted.instrument(at: $0) }
        let imported = listed.contracts(in: segment, on: underlying, expiry: expiry)
        let isMixed = !found.isEmpty
        if let kind { found.removeAll { $0.kind != kind } }
        var count = found.count
        for index in imported {
            guard kind == nil || listed.kind(at: index) == kind, !isMixed || !isQuoted(listed.id(at: index)) else { continue }
            count += 1
            if found.count < limit || isMixed { found.append(listed.instrument(at: index)) }
        }
        if isMixed {
            found.sort { ($0.expiry?.dayNumber ?? 0, $0.strike, $0.id) < ($1.expiry?.dayNumber ?? 0, $1.strike, $1.id) }
        }
        return Listing(count: count, instruments: Array(found.prefix(limit)))
    }
}
