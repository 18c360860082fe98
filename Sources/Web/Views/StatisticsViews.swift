// Statistics as JSON: exact amounts, ratios with six decimals, and for every figure that has no value the reason beside it.

import House
import Trading
import Wire

enum StatisticsViews {
    /// Decimals of ratios and percentages.
    static let decimals = 6

    static func members(
        of view: StatisticsView, by grouping: StatisticsGrouping?, _ json: inout JSONWriter
    ) {
        let statistics = view.statistics
        json.member("status", "success")
        json.member("book", view.book.text)
        json.member("epoch", view.epoch)
        json.member("capital", view.capital)
        json.member("as_of", view.at.indiaText)
        json.member("marks", view.interval.rawValue)
        json.array("unpriced") { json in
            for instrument in view.unpriced { json.string(instrument.key) }
        }
        json.key("whole")
        json.beginObject()
        report(statistics.whole, &json)
        json.endObject()
        json.member("by", grouping?.rawValue)
        json.array("parts") { json in
            for part in statistics.parts {
                json.beginObject()
                json.member("name", part.name)
                report(part.report, &json)
                json.endObject()
            }
        }
        json.member("parts_left_out", statistics.partsLeftOut)
        let base = view.filter.isEmpty ? view.capital : .zero
        json.member("curve_base", base)
        json.array("curve") { json in curve(of: statistics.whole, on: base, &json) }
    }

    /// `[milliseconds, net, gross, net below its highest so far]`; net and gross are results on top of `base`.
    private static func curve(of report: StatisticsReport, on base: Money, _ json: inout JSONWriter) {
        var highest = Money.zero
        // The highest of all points, not only of those that are drawn.
        let drawn = report.curve.thinned(to: BookStatistics.curvePoints)
        var index = 0
        for point in drawn {
            while index < report.curve.points.count, report.curve.points[index].at <= point.at {
                highest = max(highest, report.curve.points[index].net)
                index += 1
            }
            json.beginArray()
            json.int(point.at.milliseconds)
            json.fixedPoint((base + point.net).units)
            json.fixedPoint((base + point.gross).units)
            json.fixedPoint((highest - point.net).units)
            json.endArray()
        }
    }

    private static func report(_ report: StatisticsReport, _ json: inout JSONWriter) {
        json.member("closed", report.net.figures.count)
        json.member("open", report.open)
        json.member("fills", report.fills)
        json.member("turnover", report.turnover)
        json.member("charges", report.charges)
        json.member("open_realised", report.openRealised)
        json.member("open_charges", report.openCharges)
        json.member("unrealised", report.unrealised)
        json.member("days", report.days)
        json.member("largest_exposure", report.largestExposure)
        var gaps = Gaps()
        gaps.percent("time_exposed_percent", report.timeExposure, &json)
        gaps.percent("days_exposed_percent", report.dayExposure, &json)
        gaps.member("average_holding_seconds", report.averageHolding, &json) { $1.int($0.components.seconds) }
        gaps.write(&json)
        for basis in ResultBasis.allCases {
            json.key(basis == .net ? "net" : "gross")
            json.beginObject()
            figures(report.basis(basis), &json)
            json.endObject()
        }
    }

    private static func figures(_ basis: StatisticsReport.Basis, _ json: inout JSONWriter) {
        let (figures, drawdown) = (basis.figures, basis.drawdown)
        json.member("total", figures.total)
        json.member("wins", figures.wins)
        json.member("losses", figures.losses)
        json.member("even", figures.even)
        json.member("profit", figures.profit)
        json.member("loss", figures.loss)
        json.member("best", figures.best)
        json.member("worst", figures.worst)
        json.member("longest_win_streak", figures.longestWinStreak)
        json.member("longest_loss_streak", figures.longestLossStreak)
        json.member("streak", figures.streak)
        json.member("drawdown", drawdown.amount)
        json.member("drawdown_from", drawdown.peakAt?.indiaText)
        json.member("drawdown_low_at", drawdown.lowAt?.indiaText)
        json.member("drawdown_now", drawdown.present)
        json.member("longest_drawdown_seconds", Int(drawdown.longest.components.seconds))
        var gaps = Gaps()
        gaps.percent("drawdown_percent", drawdown.share, &json)
        gaps.percent("win_percent", figures.winRate, &json)
        gaps.member("profit_factor", figures.profitFactor, &json) { $1.fixedPoint($0.rounded(decimals: decimals)) }
        gaps.member("payoff", figures.payoff, &json) { $1.fixedPoint($0.rounded(decimals: decimals)) }
        gaps.member("expectancy", figures.expectancy, &json) { $1.fixedPoint($0.units) }
        gaps.member("average_win", figures.averageWin, &json) { $1.fixedPoint($0.units) }
        gaps.member("average_loss", figures.averageLoss, &json) { $1.fixedPoint($0.units) }
        gaps.member("sharpe", basis.sharpe, &json) { sharpe, json in
            // A ratio, not money; four places are more than a sample of days can tell.
            json.fixedPoint(Int128((sharpe * 10_000).rounded()) * Int128(fixedPointScale) / 10_000)
        }
        gaps.write(&json)
    }

    /// Collects why figures are missing, for the object that says so.
    private struct Gaps {
        private var reasons: [(name: StaticString, reason: Undefined)] = []

        mutating func percent(_ name: StaticString, _ ratio: Measured<Ratio>, _ json: inout JSONWriter) {
            member(name, ratio, &json) { ratio, json in
                json.fixedPoint(Ratio(ratio.numerator * 100, over: ratio.denominator).rounded(decimals: decimals))
            }
        }

        mutating func member<Value>(
            _ name: StaticString, _ figure: Measured<Value>, _ json: inout JSONWriter, _ write: (Value, inout JSONWriter) -> Void
        ) {
            json.key(name)
            switch figure {
            case .value(let value): write(value, &json)
            case .undefined(let reason):
                json.null()
                reasons.append((name, reason))
            }
        }

        func write(_ json: inout JSONWriter) {
            json.object("undefined") { json in
                for (name, reason) in reasons { json.member(name, reason.rawValue) }
            }
        }
    }
}
