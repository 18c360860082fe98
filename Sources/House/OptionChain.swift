// The options on one underlying that end on one day, strike by strike, with what trades beside them.

import Trading

/// A chain as a screen shows it.
package struct OptionChain: Sendable {
    package struct Strike: Sendable {
        package let price: Price
        package var call: Instrument?
        package var put: Instrument?
    }

    /// Strikes in one chain, at most.
    package static let strikeLimit = 300
    /// Futures told with it, at most.
    package static let futureLimit = 24

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

extension InstrumentLists {
    /// The chain with the strikes nearest to `centre`, when there are more than the limit. The nearest expiry is the first from `today` on.
    func optionChain(
        of underlying: String, on exchange: String, expiry: CivilDate?, today: CivilDate, spot: Instrument?, centre: Price?
    ) -> OptionChain? {
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
        if count > OptionChain.strikeLimit {
            let middle = centre ?? strikes[count / 2].price
            let from = strikes.firstIndex { $0.price >= middle } ?? count
            let first = min(max(0, from - OptionChain.strikeLimit / 2), count - OptionChain.strikeLimit)
            strikes = Array(strikes[first..<first + OptionChain.strikeLimit])
        }
        return OptionChain(
            underlying: underlying, exchange: exchange, spot: spot, expiry: wanted, expiries: expiries,
            futures: contracts(in: exchange + "-FUT", on: underlying, limit: OptionChain.futureLimit).instruments, strikes: strikes,
            strikeCount: count)
    }
}
