// What each day brought, and the ratio of Sharpe over the days.

/// Results by day in India, from the day of the first fill to the last day asked for.
package struct DailyReturns: Sendable, Hashable {
    package struct Day: Sendable, Hashable {
        /// Days since 1970.
        package let number: Int64
        /// What it brought, realised and unrealised.
        package let result: Money
        /// Of that, the result all in all when it ended.
        package let closing: Money
        /// Whether something was open at some time of it.
        package let wasOpen: Bool
    }

    package let days: [Day]

    /// Days that count are those on which the market trades, and those on which something changed, so that a coin's Sunday is not lost.
    package init(of curve: ResultCurve, _ basis: ResultBasis, hours: MarketHours, until now: Timestamp) {
        var days: [Day] = []
        var (before, index, isOpen) = (Money.zero, 0, false)
        let points = curve.points
        if let first = points.first?.at.dayNumber(offsetSeconds: indiaOffsetSeconds) {
            let last = max(first, now.dayNumber(offsetSeconds: indiaOffsetSeconds))
            for number in first...last {
                var (closing, changed, wasOpen) = (before, false, isOpen)
                while index < points.count, points[index].at.dayNumber(offsetSeconds: indiaOffsetSeconds) <= number {
                    changed = changed || points[index].result(basis) != closing
                    closing = points[index].result(basis)
                    isOpen = points[index].openCost != .zero
                    wasOpen = wasOpen || isOpen
                    index += 1
                }
                guard changed || number == first || hours.isTradingDay(CivilDate(dayNumber: number)) else { continue }
                days.append(Day(number: number, result: closing - before, closing: closing, wasOpen: wasOpen))
                before = closing
            }
        }
        self.days = days
    }

    /// Days on which something was open, of all days that count.
    package var exposure: Measured<Ratio> {
        days.isEmpty ? .undefined(.noTrades) : .value(Ratio(Int128(days.count { $0.wasOpen }), over: Int128(days.count)))
    }

    /// Mean ÷ deviation (over n − 1) of the daily returns × √`daysPerYear`, without a rate for money that lies idle.
    ///
    /// A day's return is its result ÷ the equity (`capital` + result) when the day before ended. Without capital, for a part of a book, it is the
    /// result in money: the divisor would be the same for all days and falls out.
    package func sharpe(capital: Money?, daysPerYear: Int) -> Measured<Double> {
        guard !days.isEmpty else { return .undefined(.noTrades) }
        guard days.count >= 2 else { return .undefined(.tooFewDays) }
        var returns: [Double] = []
        for day in days {
            guard let capital else {
                returns.append(Double(day.result.units))
                continue
            }
            let equity = capital + day.closing - day.result
            guard equity > .zero else { return .undefined(.equityNotPositive) }
            returns.append(Double(day.result.units) / Double(equity.units))
        }
        // Equal returns have a deviation of exactly zero only in exact numbers, so it is not asked of the binary ones.
        guard returns.contains(where: { $0 != returns[0] }) else { return .undefined(.noVariation) }
        let mean = returns.reduce(0, +) / Double(returns.count)
        let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
        guard variance > 0 else { return .undefined(.noVariation) }
        return .value(mean / variance.squareRoot() * Double(daysPerYear).squareRoot())
    }
}
