// What the legacy books claimed and what their trades give, side by side. Computed once per account, for the report.

import Trading

/// Sums over an account's accepted documents.
package struct LegacyFigures: Sendable {
    package var ordersByStatus: [String: Int] = [:]
    /// SHA-256, in hex, of the sorted order ids joined by line feeds.
    package var orderIDsDigest = ""
    package var buyValue = Money.zero
    package var sellValue = Money.zero
    package var capital = Money.zero
    /// The legacy meta document; nothing when there was none.
    package var meta: LegacyMeta?
    /// By signed average cost over the imported trades.
    package var realised = Money.zero
    package var openPositions: [OpenPosition] = []
    package var positionDifferences: [PositionDifference] = []
    package var statistics = LegacyStatistics()
    package var tradesWithoutOrder = 0
    package var filledOrdersWithoutTrade = 0
    /// As the legacy wall clock said, without a zone.
    package var firstOrder: String?
    package var lastOrder: String?

    /// capital − buys + sells.
    package var cash: Money { capital - buyValue + sellValue }

    /// What the legacy books called available and reserved, together.
    package var legacyCash: Money? {
        guard let meta else { return nil }
        return meta.availableFunds + meta.reservedFunds
    }

    package struct OpenPosition: Equatable, Sendable {
        package let key: PositionKey
        package let quantity: Quantity
        package let averageCost: Price
        /// What the legacy books called the average price; nothing when they had no such position.
        package let legacyAveragePrice: Price?
    }

    /// A position on which the legacy books and the trades do not agree.
    package struct PositionDifference: Equatable, Sendable {
        package let key: PositionKey
        package let quantity: Quantity
        package let legacyQuantity: Quantity
    }
}

/// The figures of the legacy `/stats`, by its formula: grouped by symbol over products and exchanges, blind to shorts.
///
/// Kept so that an operator can recognise the old screen; nothing else uses it. Each SELL while the running quantity is positive
/// is one closed trade at (price − average buy price) × quantity. A sale beyond the running quantity leaves it negative and
/// the cost at nothing, as the legacy formula does, which makes the next average too high.
package struct LegacyStatistics: Equatable, Sendable {
    package var closedTrades = 0
    package var winningTrades = 0
    package var losingTrades = 0
    package var totalProfit = Money.zero
    /// Positive.
    package var totalLoss = Money.zero
    package var best = Money.zero
    package var worst = Money.zero

    private struct Running: Equatable {
        var quantity: Int128 = 0
        var cost = Money.zero
    }

    private var running: [String: Running] = [:]

    package init() {}

    /// Takes one trade; they come in the order of time.
    mutating func take(symbol: String, side: Side, quantity: Quantity, price: Price) {
        var own = running[symbol] ?? Running()
        let value = price.value(of: quantity)
        let units = Int128(quantity.units)
        if side == .buy {
            own.quantity += units
            own.cost += value
        } else if own.quantity > 0 {
            let cost = Money(units: FixedPoint.divideRoundingHalfUp(own.cost.units * units, by: own.quantity))
            close(value - cost)
            own.quantity -= units
            own.cost = own.quantity > 0 ? own.cost - cost : .zero
        }
        running[symbol] = own
    }

    /// Ends the taking: without a closed trade the legacy screen showed the realised total as the only one.
    mutating func finish(legacyRealised: Money?) {
        running = [:]
        if closedTrades == 0, let total = legacyRealised, total != .zero { close(total) }
    }

    private mutating func close(_ profit: Money) {
        best = closedTrades == 0 ? profit : max(best, profit)
        worst = closedTrades == 0 ? profit : min(worst, profit)
        closedTrades += 1
        if profit > .zero {
            winningTrades += 1
            totalProfit += profit
        } else if profit < .zero {
            losingTrades += 1
            totalLoss -= profit
        }
    }

    /// In percent.
    package var winRate: Money { ratio(Money(whole: Int64(winningTrades) * 100), closedTrades) }
    package var averageProfit: Money { ratio(totalProfit, winningTrades) }
    /// Negative.
    package var averageLoss: Money { ratio(-totalLoss, losingTrades) }
    package var averageResult: Money { ratio(totalProfit - totalLoss, closedTrades) }

    /// Gross profit ÷ gross loss; the profit itself when there is no loss.
    package var profitFactor: Money {
        guard totalLoss > .zero else { return totalProfit }
        return Money(units: FixedPoint.divideRoundingHalfUp(totalProfit.units * Int128(fixedPointScale), by: totalLoss.units))
    }

    private func ratio(_ amount: Money, _ count: Int) -> Money {
        count == 0 ? .zero : Money(units: FixedPoint.divideRoundingHalfUp(amount.units, by: Int128(count)))
    }
}
