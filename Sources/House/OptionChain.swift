// The options on one underlying that end on one day, strike by strike, with what trades beside them.

import Trading

/// A chain as a screen shows it.
package struct OptionChain: Sendable {
    package struct Strike: Sendable {
        package let price: Price
        package var call: Instrument?
        package var put: Instrument?
    }

    package let underlying: String
    package let exchange: String
    /// The index or share that the contracts follow; nothing when the house does not know it.
    package let spot: Instrument?
    package let expiry: CivilDate
    /// All expiries that have options, in order.
    package let expiries: [CivilDate]
    /// Futures on the same underlying, in order of expiry.
    package let futures: [Instrument]
    /// In order of price; those nearest to the spot when there are more than the limit.
    package let strikes: [Strike]
    /// How many there are.
    package let strikeCount: Int
}

extension MarketHub {
    /// Strikes in one chain, at most.
    package static let strikeLimit = 300

    /// The chain of an underlying (`NIFTY`) on a derivatives exchange (`NFO`); without an expiry the nearest that has not ended by
    /// `today`. Nothing when there are no such options.
    package func optionChain(of underlying: String, on exchange: String, expiry: CivilDate?, today: CivilDate) -> OptionChain? {
        let options = contracts(in: exchange + "-OPT", on: underlying, limit: .max).instruments
        var expiries: [CivilDate] = []
        for option in options {
            if let day = option.expiry, expiries.last != day { expiries.append(day) }
        }
        guard let wanted = expiry ?? expiries.first(where: { $0 >= today }) ?? expiries.last, expiries.contains(wanted) else { return nil }
        var strikes: [OptionChain.Strike] = []
        for option in options where option.expiry == wanted {
            if strikes.last?.price != option.strike { strikes.append(OptionChain.Strike(price: option.strike)) }
            if option.kind == "CE" { strikes[strikes.count - 1].call = option } else { strikes[strikes.count - 1].put = option }
        }
        let count = strikes.count
        let spot = Underlying.spot(of: underlying, contractsOn: exchange).flatMap { instrument(for: $0) }
        if count > MarketHub.strikeLimit {
            let centre = spot.flatMap { lastPrice(of: $0.id) } ?? strikes[count / 2].price
            let from = strikes.firstIndex { $0.price >= centre } ?? count
            let first = min(max(0, from - MarketHub.strikeLimit / 2), count - MarketHub.strikeLimit)
            strikes = Array(strikes[first..<first + MarketHub.strikeLimit])
        }
        return OptionChain(
            underlying: underlying, exchange: exchange, spot: spot, expiry: wanted, expiries: expiries,
            futures: contracts(in: exchange + "-FUT", on: underlying, limit: 24).instruments, strikes: strikes, strikeCount: count)
    }
}
