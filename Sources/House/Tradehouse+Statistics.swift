// Statistics of a trader's book: its trades, with the prices that its positions had between the fills. The figures are pure
// (`Trading/Statistics`); here the candles are found that they need, and the work is done off the loop.

import Storage
import Trading

/// What was worked out, and from what.
package struct StatisticsView: Sendable {
    package let book: BookView
    package let filter: StatisticsFilter
    package let statistics: BookStatistics
    /// Candles whose closes stand for the prices between fills.
    package let interval: CandleInterval
    /// Instruments that were held and whose prices between fills nobody knows, or that were too many to ask for.
    package let unpriced: [InstrumentID]
}

extension Tradehouse {
    /// Instruments whose candles are asked for, at most; those held longest come first.
    static let statisticsInstruments = 20

    package func statistics(
        of trader: Trader, filter: StatisticsFilter, by grouping: StatisticsGrouping?
    ) async throws -> StatisticsView {
        let book = try await book(of: trader)
        let (trades, capital, now, hours) = (book.account.trades, book.account.capital, book.at, market.hours)
        let held = try await workOut { BookStatistics.held(in: trades, filter, at: now) }
        // At most some hundreds of candles of each instrument.
        let span = held.map { now - $0.1.lowerBound }.max() ?? .zero
        let interval: CandleInterval = span <= .seconds(86_400) ? .minutes5 : span <= .seconds(20 * 86_400) ? .minutes60 : .day
        var marks: [InstrumentID: [PriceMark]] = [:]
        var unpriced: [InstrumentID] = []
        for (index, (instrument, range)) in held.enumerated() {
            var known: [PriceMark] = []
            if index < Tradehouse.statisticsInstruments {
                let first = interval.start(of: range.lowerBound, offsetSeconds: instrument.wallClockOffsetSeconds)
                for candle in try await candles(of: instrument, interval: interval, in: first...range.upperBound) {
                    // The close is known when the candle is over, and still belongs to its day.
                    let end = candle.openedAt + interval.duration - .microseconds(1)
                    if end <= now { known.append(PriceMark(at: end, price: candle.close)) }
                }
            }
            if let last = market.lastPrice(of: instrument), known.last.map({ $0.at < now }) ?? true {
                known.append(PriceMark(at: now, price: last))
            }
            if known.isEmpty || index >= Tradehouse.statisticsInstruments { unpriced.append(instrument) }
            marks[instrument] = known
        }
        let prices = marks
        let statistics = try await workOut {
            BookStatistics(of: trades, capital: capital, filter: filter, by: grouping, marks: prices, hours: hours, at: now)
        }
        return StatisticsView(book: book, filter: filter, statistics: statistics, interval: interval, unpriced: unpriced)
    }

    private func workOut<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws -> Value {
        do {
            return try await world.workshop.run(patiently: false) { work() }
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }
}
