// How a paper book has done: figures over its closing fills, and over what is open at the prices of the moment. They are worked out when
// somebody looks, never stored.

/// Figures over closing fills: each fill that closed something, long or short, counts once with its realised P&L, gross of charges, by
/// signed average cost of its own position.
package struct PaperStatistics: Hashable, Sendable {
    /// Closing fills.
    package private(set) var totalTrades = 0
    /// Closing fills above zero. A result of exactly zero is neither a win nor a loss.
    package private(set) var winningTrades = 0
    /// Closing fills below zero.
    package private(set) var losingTrades = 0
    /// The sum of the wins.
    package private(set) var totalProfit = Money.zero
    /// The sum of the losses as a positive amount.
    package private(set) var totalLoss = Money.zero
    /// The largest result, be it a loss; zero without closing fills.
    package private(set) var bestTrade = Money.zero
    /// The smallest result, be it a win; zero without closing fills.
    package private(set) var worstTrade = Money.zero
    /// All fills, opening ones too, on the day in India that was asked for.
    package private(set) var tradesToday = 0

    /// The figures of `trades`; `now` says which day is today.
    package init(of trades: some Sequence<Trade>, at now: Timestamp) {
        let today = now.dayNumber(offsetSeconds: indiaOffsetSeconds)
        for trade in trades {
            if trade.at.dayNumber(offsetSeconds: indiaOffsetSeconds) == today { tradesToday += 1 }
            guard let result = trade.realised else { continue }
            bestTrade = totalTrades == 0 ? result : max(bestTrade, result)
            worstTrade = totalTrades == 0 ? result : min(worstTrade, result)
            totalTrades += 1
            if result > .zero {
                winningTrades += 1
                totalProfit += result
            } else if result < .zero {
                losingTrades += 1
                totalLoss += result.magnitude
            }
        }
    }

    /// Profit less loss: what closing brought in all.
    package var totalPnl: Money { totalProfit - totalLoss }

    /// Wins ÷ closing fills × 100.
    package var winRate: Ratio { Ratio(Int128(winningTrades) * 100, over: Int128(totalTrades)) }

    /// Profit ÷ wins, an amount.
    package var averageProfit: Money { PaperStatistics.average(totalProfit, winningTrades) }

    /// Loss ÷ losses as an amount of zero or below.
    package var averageLoss: Money { -PaperStatistics.average(totalLoss, losingTrades) }

    /// Profit less loss ÷ closing fills, an amount.
    package var averagePnl: Money { PaperStatistics.average(totalPnl, totalTrades) }

    /// Gross profit ÷ gross loss; the gross profit itself when nothing was lost, zero when nothing was won either.
    package var profitFactor: Ratio {
        totalLoss == .zero ? Ratio(totalProfit.units, over: Int128(fixedPointScale)) : Ratio(totalProfit.units, over: totalLoss.units)
    }

    /// Rounded half up to 10⁻⁸.
    private static func average(_ sum: Money, _ count: Int) -> Money {
        count == 0 ? .zero : Money(units: FixedPoint.divideRoundingHalfUp(sum.units, by: Int128(count)))
    }
}

/// What is open, at the prices of the moment.
package struct OpenPositionTotals: Hashable, Sendable {
    package private(set) var count = 0
    /// What is open, at cost: bought for, or sold short for.
    package private(set) var invested = Money.zero
    /// What is open, at the last prices, long and short alike counted positive; a position without a price counts at cost.
    package private(set) var value = Money.zero
    /// Value of longs − cost, and cost − value of shorts.
    package private(set) var unrealised = Money.zero
    /// Positions without a price.
    package private(set) var unpriced = 0

    package init(of positions: some Sequence<Position>, price: (InstrumentID) -> Price?) {
        for position in positions where !position.isFlat {
            count += 1
            invested += position.cost
            if let price = price(position.key.instrument) {
                value += price.value(of: position.quantity.magnitude)
                unrealised += position.unrealised(at: price)
            } else {
                value += position.cost
                unpriced += 1
            }
        }
    }
}
