// The exchanges' rules as data. The text they are read from is `RuleText`, the numbers that ship are `BuiltInRules`.

/// What exchanges, the state and the house ask of a trade, each rule with the day it holds from.
///
/// A value that never changes after it was read: a backtest, a replay and the live market may hold the same one and ask for different days.
package struct RulePack: Sendable, Hashable {
    var charges = ChargeSchedule()
    var sessions = SessionRules()
    var contracts = ContractRules()
    /// Every line as it was written, by its kind, for people who ask what holds on a day.
    var written: [RuleKind: DatedRules<String>] = [:]

    init() {}

    /// Rules that say nothing: everything is paid in full, and nothing is charged.
    package static let empty = RulePack()

    /// The rates of one kind of trade on `date`; nil when the pack knows no brokerage or no exchange charge for it.
    ///
    /// On a day before the pack's first line for a charge that first line counts.
    package func chargeRates(_ exchange: String, _ segment: MarketSegment, _ product: Product, on date: CivilDate) -> ChargeRates? {
        charges.rates(exchange, segment, product, on: date)
    }
}

/// The lines about charges.
struct ChargeSchedule: Sendable, Hashable {
    struct Brokerage: Sendable, Hashable {
        var rate = Rate.zero
        var cap = Money.zero
        var flat = Money.zero
    }
    struct Tax: Sendable, Hashable {
        let kind: TransactionTax
        let buy: Rate
        let sell: Rate
    }
    struct Venue: Sendable, Hashable {
        let taker: Rate
        let maker: Rate
    }
    struct Stamp: Sendable, Hashable {
        let rate: Rate
        let isWholeRupees: Bool
    }

    var brokerage = DatedRules<Brokerage>()
    var tax = DatedRules<Tax>()
    var exerciseTax = DatedRules<Rate>()
    var exchange = DatedRules<Venue>()
    var protectionFund = DatedRules<Rate>()
    var sebi = DatedRules<Rate>()
    var stamp = DatedRules<Stamp>()
    var gst = DatedRules<Rate>()
    var depository = DatedRules<Money>()
    var squareOff = DatedRules<Money>()

    func rates(_ exchange: String, _ segment: MarketSegment, _ product: Product, on date: CivilDate) -> ChargeRates? {
        let subject = RuleSubject(exchange, segment, product)
        guard let brokerage = brokerage.value(on: date, for: subject),
            let venue = self.exchange.value(on: date, for: subject)
        else { return nil }
        var rates = ChargeRates()
        rates.brokerageRate = brokerage.rate
        rates.brokerageCap = brokerage.cap
        rates.brokerageFlat = brokerage.flat
        rates.exchangeTaker = venue.taker
        rates.exchangeMaker = venue.maker
        if let tax = tax.value(on: date, for: subject) {
            rates.tax = tax.kind
            rates.buyTax = tax.buy
            rates.sellTax = tax.sell
        }
        rates.exerciseTax = exerciseTax.value(on: date, for: subject) ?? .zero
        rates.protectionFund = protectionFund.value(on: date, for: subject) ?? .zero
        rates.sebi = sebi.value(on: date, for: subject) ?? .zero
        if let stamp = stamp.value(on: date, for: subject) {
            rates.stamp = stamp.rate
            rates.stampIsWholeRupees = stamp.isWholeRupees
        }
        rates.gst = gst.value(on: date, for: subject) ?? .zero
        rates.depository = depository.value(on: date, for: subject) ?? .zero
        rates.squareOff = squareOff.value(on: date, for: subject) ?? .zero
        return rates
    }
}
