// The lines about sizes, prices and margins.

extension RulePack {
    static let tickBandLimit = 16
    static let marginRateLimit = Rate(units: 20_000_000_000)
    static let bandRateLimit = Rate(units: 10_000_000_000)

    mutating func readContract(
        _ kind: RuleKind, from: CivilDate, scope: RuleScope, layer: Int, _ words: inout RuleWords
    ) throws(RuleFault) {
        let number = words.number
        func line<Value>(_ value: Value) -> DatedRule<Value> {
            DatedRule(from: from, layer: layer, number: number, scope: scope, value: value)
        }
        if scope.group != nil { throw words.fault("scope", "sizes, prices and margins are told for a symbol, not for a group") }
        if scope.product != nil, kind != .margin, kind != .shortOption {
            throw words.fault("scope", "sizes and prices are the same for all products")
        }
        switch kind {
        case .tick: contracts.tick.add(line(try RulePack.ticks(&words)))
        case .lot: contracts.lot.add(line(try RulePack.quantity(&words)))
        case .freeze: contracts.freeze.add(line(words.take("none") ? .zero : try RulePack.quantity(&words)))
        case .band: contracts.band.add(line(words.take("none") ? .zero : try words.rate("rate", atMost: RulePack.bandRateLimit)))
        case .margin: contracts.margin.add(line(try words.rate("rate", atMost: RulePack.marginRateLimit)))
        case .shortOption:
            var rates: [Rate] = []
            for name in ["scan", "floor", "exposure"] {
                guard words.take(name) else { throw words.fault(name, "is missing: '\(name)' and a percentage") }
                rates.append(try words.rate(name, atMost: RulePack.marginRateLimit))
            }
            contracts.shortOption.add(line(ShortOptionMargin(scan: rates[0], floor: rates[1], exposure: rates[2])))
        default: preconditionFailure("A line of another kind is read elsewhere.")
        }
    }

    /// `0.01<250 0.05<1000 5`: a tick below a price, again and again, and at last one for what is left.
    private static func ticks(_ words: inout RuleWords) throws(RuleFault) -> [ContractRules.TickBand] {
        var bands: [ContractRules.TickBand] = []
        while true {
            let word = try words.next("tick", "a tick for the prices that are left")
            let parts = word.split(separator: "<", omittingEmptySubsequences: false)
            guard parts.count <= 2, let tick = Price(text: parts[0]), tick > .zero else {
                throw words.fault("tick", "'\(word)' is no tick such as 0.05 or 0.05<1000")
            }
            guard parts.count == 2 else { return bands + [ContractRules.TickBand(below: nil, tick: tick)] }
            guard let below = Price(text: parts[1]), below > bands.last?.below ?? .zero, below <= PaperLimits.price else {
                throw words.fault("tick", "'\(word)' does not end above the band before it")
            }
            bands.append(ContractRules.TickBand(below: below, tick: tick))
            guard bands.count < tickBandLimit else { throw words.fault("tick", "has more than \(tickBandLimit) bands") }
        }
    }

    private static func quantity(_ words: inout RuleWords) throws(RuleFault) -> Quantity {
        let word = try words.next("quantity", "a number such as 75")
        guard let quantity = Quantity(text: word), quantity > .zero, quantity <= PaperLimits.orderQuantity else {
            throw words.fault("quantity", "'\(word)' is no quantity from above 0 to \(PaperLimits.orderQuantity.text)")
        }
        return quantity
    }
}
