// The lines about sizes, prices and margins: what an instrument's master record does not carry, or what changes from day to day.

/// Ticks, lots, freeze quantities, price bands and margins.
struct ContractRules: Sendable, Hashable {
    /// A tick by price: each band ends below its price, the last has none.
    struct TickBand: Sendable, Hashable {
        let below: Price?
        let tick: Price
    }

    var tick = DatedRules<[TickBand]>()
    /// The day of such a line is the first *expiry* it holds for, because a lot belongs to its contract.
    var lot = DatedRules<Quantity>()
    /// Zero for none.
    var freeze = DatedRules<Quantity>()
    /// Zero for none.
    var band = DatedRules<Rate>()
    var margin = DatedRules<Rate>()
    var shortOption = DatedRules<ShortOptionMargin>()
}

/// What a seller of options must hold: a model, because the clearing house's own scan needs its daily files.
///
/// A contract's margin is the larger of `scan` of the underlying's value less what the option is out of the money, and `floor` of that value; plus
/// `exposure` of it.
package struct ShortOptionMargin: Sendable, Hashable {
    package let scan: Rate
    package let floor: Rate
    package let exposure: Rate

    package init(scan: Rate, floor: Rate, exposure: Rate) {
        self.scan = scan
        self.floor = floor
        self.exposure = exposure
    }

    /// The margin of `quantity` options sold, premium not counted. `quantity` and `multiplier` as in an order; each part is rounded half up to
    /// 10⁻⁸.
    package func amount(
        underlying: Price, strike: Price, isCall: Bool, quantity: Quantity, multiplier: Quantity = Quantity(units: fixedPointScale)
    ) -> Money {
        let value = ChargeRates.value(underlying, quantity, multiplier: multiplier)
        let out = isCall ? strike - underlying : underlying - strike
        let outOfTheMoney = ChargeRates.value(max(out, .zero), quantity, multiplier: multiplier)
        return max(scan.share(of: value) - outOfTheMoney, floor.share(of: value)) + exposure.share(of: value)
    }
}

extension RulePack {
    /// The tick of a share by the close of the last trading day of the month before (`MarketCalendar.lastTradingDay(beforeMonthOf:)`), which
    /// keeps it through the month; of other instruments the tick that the pack names. Nil where the pack says nothing.
    package func tickSize(
        _ exchange: String, _ segment: MarketSegment, symbol: String? = nil, closeOfLastMonth close: Price, on date: CivilDate
    ) -> Price? {
        let bands = contracts.tick.value(on: date, for: RuleSubject(exchange, segment, symbol: symbol))
        return bands?.first { $0.below.map { close < $0 } ?? true }?.tick
    }

    /// The lot of a contract on `underlying` that expires on `expiry`; nil where the pack says nothing and the master record alone counts.
    package func lotSize(_ exchange: String, _ segment: MarketSegment, underlying: String, expiry: CivilDate) -> Quantity? {
        contracts.lot.value(on: expiry, for: RuleSubject(exchange, segment, symbol: underlying))
    }

    /// The largest single order on `date`; nil for no limit.
    package func freezeQuantity(_ exchange: String, _ segment: MarketSegment, underlying: String, on date: CivilDate) -> Quantity? {
        contracts.freeze.value(on: date, for: RuleSubject(exchange, segment, symbol: underlying)).flatMap { $0 > .zero ? $0 : nil }
    }

    /// Whether it has any price band.
    package var hasBands: Bool { !contracts.band.lines.isEmpty }

    /// The prices that an order may name on `date`: so much above and below the previous close, ends included, rounded into the band by whole
    /// ticks. Nil when there is no band, no previous close or no tick.
    package func priceBand(
        _ exchange: String, _ segment: MarketSegment, symbol: String, previousClose: Price, tick: Price, on date: CivilDate
    ) -> ClosedRange<Price>? {
        guard previousClose > .zero, tick > .zero,
            let width = contracts.band.line(on: date, for: RuleSubject(exchange, segment, symbol: symbol))?.value, width > .zero
        else { return nil }
        let move = width.share(of: Money(units: Int128(previousClose.units))).units
        let step = Int128(tick.units)
        let (lowest, highest) = (Int128(previousClose.units) - move, Int128(previousClose.units) + move)
        let lower = max(step, -(-lowest).flooredQuotient(step) * step)
        let upper = highest.flooredQuotient(step) * step
        guard lower <= upper, let lower = Int64(exactly: lower), let upper = Int64(exactly: upper) else { return nil }
        return Price(units: lower)...Price(units: upper)
    }

    /// The share of a position's value that must be held for it; nil where the pack says nothing.
    package func marginRate(
        _ exchange: String, _ segment: MarketSegment, _ product: Product, symbol: String? = nil, on date: CivilDate
    ) -> Rate? {
        contracts.margin.value(on: date, for: RuleSubject(exchange, segment, product, symbol: symbol))
    }

    /// What a seller of options on `underlying` must hold; nil where the pack says nothing.
    package func shortOptionMargin(_ exchange: String, _ product: Product, underlying: String? = nil, on date: CivilDate)
        -> ShortOptionMargin?
    {
        contracts.shortOption.value(on: date, for: RuleSubject(exchange, .options, product, symbol: underlying))
    }
}
