// Statistics of trades that another program made, with its equity of every day as the truth.

import Glibc
import Testing

@testable import Trading

@Suite struct `Statistics of recorded backtests` {
    private static let available = access(Fixtures.root + "/fixtures/backtests/README.md", R_OK) == 0

    @Test(
        .enabled(if: available, "the recorded backtests are not beside the repository"),
        arguments: [
            ("goog-smacross-10-20-c0.002", "0.002", "10000", "GOOG", "52.6882", true),
            ("goog-smacross-10-20-c0", "0", "10000", "GOOG", "", true),
            ("goog-rsi14-30-55-size100", "0.001", "100000", "GOOG", "", false),
            ("reliance-smalong-20-50-size100", "0.0005", "1000000", "RELIANCE", "41.1765", true),
        ])
    func `follow the equity of every day and count the same`(
        _ run: String, _ rate: String, _ capital: String, _ symbol: String, _ winRate: String, _ endsOpen: Bool
    ) throws {
        let folder = "../backtests/"
        let prices = try Fixtures.rows(symbol == "GOOG" ? folder + "GOOG-daily.csv" : "nse-daily/RELIANCE.csv.gz")
        let equity = try Fixtures.rows(folder + run + "-equity.csv")
        let closed = try Fixtures.rows(folder + run + "-trades.csv")
        let id = InstrumentID(exchange: "NSE", symbol: symbol)!
        func number(_ text: String) throws -> Double { try #require(strtod(text, nil)) }
        func open(_ day: String) throws -> Timestamp {
            Timestamp(date: try #require(CivilDate(day)), secondOfDay: 33_300, offsetSeconds: indiaOffsetSeconds)
        }
        func price(_ text: String) throws -> Price { Price(units: Int64((try number(text) * 1e8).rounded())) }

        var fills: [(bar: Int, order: Int, trade: Trade)] = []
        func fill(_ index: Int, _ side: Side, _ size: Int64, _ text: String, _ day: String, _ bar: String, isExit: Bool) throws {
            let (quantity, price) = (Quantity(whole: size), try price(text))
            let charges = Money(units: Int128((Double(price.value(of: quantity).units) * (try number(rate))).rounded()))
            let number = fills.count
            fills.append(
                (
                    try #require(Int(bar)), isExit ? 0 : 1,
                    Trade(
                        id: TradeID("T\(number)")!, orderID: OrderID("P\(index)")!, instrument: id, product: .delivery, side: side,
                        quantity: quantity, price: price, charges: charges, realised: nil, rule: .lastPrice, tag: nil, at: try open(day),
                        epoch: 1)
                ))
        }
        for (index, row) in closed.enumerated() {
            let size = try #require(Int64(row[0]))
            try fill(index, size > 0 ? .buy : .sell, abs(size), row[3], row[10], row[1], isExit: false)
            try fill(index, size > 0 ? .sell : .buy, abs(size), row[4], row[11], row[2], isExit: true)
        }
        fills.sort { $0.bar == $1.bar ? $0.order < $1.order : $0.bar < $1.bar }
        let trades = fills.map(\.trade)
        // What is open in the end is not among the rows, so the equity is compared up to the last exit.
        let lastDay = endsOpen ? try #require(closed.last?[11]) : "9999-12-31"
        let truth = equity.filter { $0[0] < lastDay }
        let days = Set(truth.map { $0[0] })
        func closing(_ day: String) throws -> Timestamp { try open(day) + .seconds(22_500) }
        let marks = try prices.filter { days.contains(String($0[0].prefix(10))) }.map {
            PriceMark(at: try closing(String($0[0].prefix(10))), price: try price($0[4]))
        }
        let now = try closing(truth.last![0])
        let statistics = BookStatistics(
            of: trades, capital: Money(text: capital)!, by: .symbol, marks: [id: marks], hours: .always, at: now)

        var byTime: [Timestamp: Money] = [:]
        for point in statistics.whole.curve.points { byTime[point.at] = point.net }
        var compared = 0
        var highest = try number(capital)
        var fall = 0.0
        for row in truth {
            let wanted = try number(row[1])
            highest = max(highest, wanted)
            fall = max(fall, 1 - wanted / highest)
            guard let net = byTime[try closing(row[0])] else { continue }
            let equity = Double((Money(text: capital)! + net).units) / 1e8
            #expect(abs(equity - wanted) <= wanted * 1e-6, "\(row[0]): \(equity) for \(wanted)")
            compared += 1
        }
        #expect(compared > 300, "\(compared) days had something open")
        // Falls within the first bar of a trade, from the fill at its open, are ours alone; they never make the largest smaller.
        let share = Double(try #require(statistics.whole.net.drawdown.share.value?.rounded(decimals: 8))) / 1e8
        #expect(share >= fall - 1e-7 && share < fall + 0.02, "\(share) for \(fall)")

        let net = statistics.whole.net.figures
        let results = try closed.map { try number($0[7]) }
        #expect(net.count == closed.count && statistics.whole.open == 0)
        #expect(net.wins == results.count { $0 > 0 } && net.losses == results.count { $0 < 0 })
        let total = results.reduce(0, +)
        #expect(abs(Double(net.total.units) / 1e8 - total) <= abs(total) * 1e-6)
        let commission = try closed.map { try number($0[8]) }.reduce(0, +)
        #expect(abs(Double(statistics.whole.charges.units) / 1e8 - commission) <= max(commission * 1e-6, 1e-9))
        if !winRate.isEmpty {
            #expect(
                net.winRate.value.map { Ratio($0.numerator * 100, over: $0.denominator).rounded(decimals: 4) }
                    == Money(text: winRate)?.units)
        }
        #expect(statistics.parts.map(\.name) == ["NSE:\(symbol)"])
    }
}
