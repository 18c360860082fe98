// The arithmetic of charges, for one exchange, segment, product and day. Where the numbers come from is the rule pack.

/// The rates in force for one kind of trade, resolved once and used for many fills: no look-up, no allocation.
///
/// **Rounding.** Each line of an order is rounded once, half up, to 10⁻⁸ of a rupee (`Rate.share`, and `gst(on:…)` for the tax on charges, which is
/// worked out from unrounded parts); the stamp duty then to the whole rupee where `stampIsWholeRupees`. Nothing is rounded after that.
///
/// **Fills of one order.** A charge belongs to the order, not to the fill: brokerage has a cap an order and stamp duty is rounded an order. So the
/// charges of a fill are those of the order with it less those of the order before it, and however an order is filled, its fills' charges add up to
/// exactly the same.
package struct ChargeRates: Hashable, Sendable {
    /// Brokerage as a share of the order's value, at most `brokerageCap` if that is not zero, plus `brokerageFlat` once an order.
    package var brokerageRate = Rate.zero
    package var brokerageCap = Money.zero
    package var brokerageFlat = Money.zero
    package var tax = TransactionTax.securities
    package var buyTax = Rate.zero
    package var sellTax = Rate.zero
    /// Tax on the value that an option is exercised for.
    package var exerciseTax = Rate.zero
    /// The exchange's own charge, or a crypto venue's fee for taking; GST is due on it.
    package var exchangeTaker = Rate.zero
    package var exchangeMaker = Rate.zero
    /// The investor protection fund, billed with the exchange's charge, free of GST.
    package var protectionFund = Rate.zero
    package var sebi = Rate.zero
    /// Stamp duty, due from the buyer.
    package var stamp = Rate.zero
    package var stampIsWholeRupees = false
    /// On brokerage, the exchange's own charge and the SEBI fee.
    package var gst = Rate.zero
    /// Once a day for a share that is sold out of holdings, GST included; not part of an order's charges.
    package var depository = Money.zero
    /// When the house squares a position off, before GST; not part of an order's charges.
    package var squareOff = Money.zero

    package init() {}

    /// No charge at all.
    package static let free = ChargeRates()

    /// What a fill of `value` adds to the charges of its order.
    ///
    /// `value` is price × quantity × multiplier (the premium of an option), never negative. `earlier` is the value of the order's fills before
    /// this one, so that a cap or a flat fee is taken once; leave it out for a whole order.
    package func charges(_ side: Side, value: Money, after earlier: Money = .zero, as role: FillRole = .taker) -> Charges {
        guard earlier.units > 0 else { return orderCharges(side, value, role) }
        return orderCharges(side, earlier + value, role) - orderCharges(side, earlier, role)
    }

    /// The sum of `charges(_:value:after:as:)`.
    package func total(_ side: Side, value: Money, after earlier: Money, as role: FillRole = .taker) -> Money {
        charges(side, value: value, after: earlier, as: role).total
    }

    /// What an exercised option costs its holder on `intrinsicValue`, which is its quantity times what it is in the money.
    package func exerciseCharges(intrinsicValue: Money) -> Charges {
        var charges = Charges.none
        charges.transactionTax = exerciseTax.share(of: intrinsicValue)
        return charges
    }

    /// What the house takes for squaring a position off, GST included.
    package var squareOffFee: Money { squareOff + gst.share(of: squareOff) }

    /// The value of a trade: `multiplier` is how much of the underlying one of quantity stands for. Rounded half up to 10⁻⁸.
    package static func value(_ price: Price, _ quantity: Quantity, multiplier: Quantity = Quantity(units: fixedPointScale)) -> Money {
        let value = price.value(of: quantity)
        guard multiplier.units != fixedPointScale else { return value }
        return Money(units: FixedPoint.divideRoundingHalfUp(value.units * Int128(multiplier.units), by: Int128(fixedPointScale)))
    }

    // MARK: The lines

    private func orderCharges(_ side: Side, _ value: Money, _ role: FillRole) -> Charges {
        guard value.units > 0 else { return .none }
        let exchangeRate = role == .taker ? exchangeTaker : exchangeMaker
        let brokerage = brokerage(on: value)
        return Charges(
            transactionTax: (side == .buy ? buyTax : sellTax).share(of: value),
            exchange: (exchangeRate + protectionFund).share(of: value),
            sebi: sebi.share(of: value),
            brokerage: brokerage,
            stamp: side == .buy ? stampDuty(on: value) : .zero,
            gst: gst(on: value, brokerage: brokerage, exchangeRate))
    }

    private func brokerage(on value: Money) -> Money {
        guard brokerageRate > .zero else { return brokerageFlat }
        let share = brokerageRate.share(of: value)
        return brokerageFlat + (brokerageCap > .zero && share > brokerageCap ? brokerageCap : share)
    }

    private func stampDuty(on value: Money) -> Money {
        let duty = stamp.share(of: value)
        guard stampIsWholeRupees else { return duty }
        let rupee = Int128(fixedPointScale)
        return Money(units: FixedPoint.divideRoundingHalfUp(duty.units, by: rupee) * rupee)
    }

    /// The tax on brokerage, the exchange's own charge and the SEBI fee, from their exact parts.
    private func gst(on value: Money, brokerage: Money, _ exchangeRate: Rate) -> Money {
        guard gst > .zero else { return .zero }
        // 10⁻¹⁸ of a rupee.
        let base = brokerage.units * Rate.whole + value.units * Int128(exchangeRate.units + sebi.units)
        // Beyond this the product would leave 128 bits: orders of lakhs of crores, which lose decimals that nobody owes.
        guard base < 1 << 94 else {
            return gst.share(of: Money(units: FixedPoint.divideRoundingHalfUp(base, by: Rate.whole)))
        }
        // By 10²⁰ in two steps of 64 bits. What the first cuts off is less than one of the second, so half up is decided by the second alone.
        return Money(units: FixedPoint.divideRoundingHalfUp(base * Int128(gst.units) / Rate.whole, by: Rate.whole))
    }
}
