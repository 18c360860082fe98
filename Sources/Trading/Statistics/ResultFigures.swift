// Figures over the results of closed round trips, on one basis. What has no answer says why instead of being zero or endless.

/// A figure, or why there is none.
package enum Measured<Value: Sendable & Hashable>: Sendable, Hashable {
    case value(Value)
    case undefined(Undefined)

    package var value: Value? { if case .value(let value) = self { value } else { nil } }
    package var reason: Undefined? { if case .undefined(let reason) = self { reason } else { nil } }
}

/// Why a figure has no value; clients read the raw values.
package enum Undefined: String, Sendable, Hashable, CaseIterable {
    /// Nothing was closed.
    case noTrades = "no_closed_trades"
    case noWins = "no_wins"
    /// Nothing was lost, so there is nothing to divide by.
    case noLosses = "no_losses"
    /// A deviation needs two days.
    case tooFewDays = "fewer_than_two_days"
    /// Every day brought the same, so there is no deviation to divide by.
    case noVariation = "no_variation"
    /// A return on nothing, or on less, is none.
    case equityNotPositive = "equity_not_positive"
    /// A part of a book has no capital of its own, so there is no equity to take a share of.
    case noCapital = "no_capital_of_its_own"
    /// No time has passed since the first fill.
    case noTime = "no_time_passed"
}

/// Figures over closed round trips, in the order they were closed.
package struct ResultFigures: Sendable, Hashable {
    package private(set) var count = 0
    package private(set) var wins = 0
    package private(set) var losses = 0
    /// The sum of the wins.
    package private(set) var profit = Money.zero
    /// The sum of the losses as a positive amount.
    package private(set) var loss = Money.zero
    package private(set) var best: Money?
    package private(set) var worst: Money?
    package private(set) var longestWinStreak = 0
    package private(set) var longestLossStreak = 0
    /// Wins in a row up to the last one closed; losses in a row are negative.
    package private(set) var streak = 0

    package init(of results: some Sequence<Money>) {
        for result in results {
            count += 1
            best = best.map { max($0, result) } ?? result
            worst = worst.map { min($0, result) } ?? result
            if result > .zero {
                wins += 1
                profit += result
                streak = max(streak, 0) + 1
            } else if result < .zero {
                losses += 1
                loss += result.magnitude
                streak = min(streak, 0) - 1
            } else {
                // Neither won nor lost: it ends a streak and begins none.
                streak = 0
            }
            longestWinStreak = max(longestWinStreak, streak)
            longestLossStreak = max(longestLossStreak, -streak)
        }
    }

    /// Results of exactly zero.
    package var even: Int { count - wins - losses }
    package var total: Money { profit - loss }

    /// Wins ÷ closed.
    package var winRate: Measured<Ratio> { ratio(Int128(wins), Int128(count), .noTrades) }
    /// Sum of the wins ÷ sum of the losses.
    package var profitFactor: Measured<Ratio> {
        count == 0 ? .undefined(.noTrades) : ratio(profit.units, loss.units, .noLosses)
    }
    /// What one round trip brought on the average, rounded half up to 10⁻⁸.
    package var expectancy: Measured<Money> { average(total, count, .noTrades) }
    package var averageWin: Measured<Money> { average(profit, wins, .noWins) }
    /// Zero or below.
    package var averageLoss: Measured<Money> { average(-loss, losses, .noLosses) }
    /// Average win ÷ average loss.
    package var payoff: Measured<Ratio> {
        guard wins > 0 else { return .undefined(count == 0 ? .noTrades : .noWins) }
        guard losses > 0 else { return .undefined(.noLosses) }
        return .value(Ratio(profit.units * Int128(losses), over: loss.units * Int128(wins)))
    }

    private func ratio(_ part: Int128, _ whole: Int128, _ reason: Undefined) -> Measured<Ratio> {
        whole == 0 ? .undefined(reason) : .value(Ratio(part, over: whole))
    }

    private func average(_ sum: Money, _ divisor: Int, _ reason: Undefined) -> Measured<Money> {
        guard divisor > 0 else { return .undefined(count == 0 ? .noTrades : reason) }
        return .value(Money(units: FixedPoint.divideRoundingHalfUp(sum.units, by: Int128(divisor))))
    }
}
