// The lines about charges: which words follow the scope, and how large their numbers may be.

extension RulePack {
    /// A charge on a trade's value; far above any there is, low enough that no sum of charges can leave 128 bits.
    static let chargeRateLimit = Rate(units: 500_000_000)
    static let taxRateLimit = Rate(units: 1_000_000_000)
    static let gstRateLimit = Rate(units: 5_000_000_000)
    /// A flat fee or a cap.
    static let feeLimit = Money(whole: 100_000)

    mutating func readCharge(
        _ kind: RuleKind, from: CivilDate, scope: RuleScope, layer: Int, _ words: inout RuleWords
    ) throws(RuleFault) {
        let number = words.number
        func line<Value>(_ value: Value) -> DatedRule<Value> {
            DatedRule(from: from, layer: layer, number: number, scope: scope, value: value)
        }
        if scope.symbol != nil || scope.group != nil {
            throw words.fault("scope", "charges are told for a segment and a product, not for a symbol or a group")
        }
        switch kind {
        case .brokerage: charges.brokerage.add(line(try RulePack.brokerage(&words)))
        case .tax: charges.tax.add(line(try RulePack.tax(&words)))
        case .exerciseTax: charges.exerciseTax.add(line(try words.rate("rate", atMost: RulePack.taxRateLimit)))
        case .exchange:
            let taker = try words.rate("rate", atMost: RulePack.chargeRateLimit)
            let maker = words.take("maker") ? try words.rate("maker", atMost: RulePack.chargeRateLimit) : taker
            charges.exchange.add(line(ChargeSchedule.Venue(taker: taker, maker: maker)))
        case .ipft: charges.protectionFund.add(line(try words.rate("rate", atMost: RulePack.chargeRateLimit)))
        case .sebi: charges.sebi.add(line(try words.rate("rate", atMost: RulePack.chargeRateLimit)))
        case .stamp:
            let rate = try words.rate("rate", atMost: RulePack.taxRateLimit)
            charges.stamp.add(line(ChargeSchedule.Stamp(rate: rate, isWholeRupees: words.take("whole-rupee"))))
        case .gst: charges.gst.add(line(try words.rate("rate", atMost: RulePack.gstRateLimit)))
        case .depository: charges.depository.add(line(try words.money("amount", atMost: RulePack.feeLimit)))
        case .squareOffFee: charges.squareOff.add(line(try words.money("amount", atMost: RulePack.feeLimit)))
        default: preconditionFailure("A line that is no charge is read elsewhere.")
        }
    }

    /// `free`, `20` an order, `0.03%`, or `0.03% max 20`.
    private static func brokerage(_ words: inout RuleWords) throws(RuleFault) -> ChargeSchedule.Brokerage {
        if words.take("free") { return ChargeSchedule.Brokerage() }
        guard words.isAtRate else { return ChargeSchedule.Brokerage(flat: try words.money("amount", atMost: feeLimit)) }
        let rate = try words.rate("rate", atMost: chargeRateLimit)
        guard words.take("max") else { return ChargeSchedule.Brokerage(rate: rate) }
        let cap = try words.money("max", atMost: feeLimit)
        guard cap > .zero else { throw words.fault("max", "is zero; write 'free' for no brokerage") }
        return ChargeSchedule.Brokerage(rate: rate, cap: cap)
    }

    /// `none`, or `stt` or `ctt`, then `buy`, `sell` or `both`, then the rate.
    private static func tax(_ words: inout RuleWords) throws(RuleFault) -> ChargeSchedule.Tax {
        if words.take("none") { return ChargeSchedule.Tax(kind: .securities, buy: .zero, sell: .zero) }
        let word = try words.next("tax", "none, stt or ctt")
        guard let kind = TransactionTax(rawValue: String(word)) else { throw words.fault("tax", "'\(word)' is none of none, stt, ctt") }
        let side = try words.next("side", "buy, sell or both")
        guard ["buy", "sell", "both"].contains(side) else { throw words.fault("side", "'\(side)' is none of buy, sell, both") }
        let rate = try words.rate("rate", atMost: taxRateLimit)
        return ChargeSchedule.Tax(kind: kind, buy: side == "sell" ? .zero : rate, sell: side == "buy" ? .zero : rate)
    }
}
