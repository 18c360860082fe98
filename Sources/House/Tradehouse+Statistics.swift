// Statistics of a trader's book: its trades, with the prices that its positions had between the fills. The figures are pure
// (`Trading/Statistics`); here the candles are found that they need, and the work is done off the loop.

import Storage
import Trading

/// What was worked out, and from what.
package struct StatisticsView: Sendable {
    package let book: BookName
    package let epoch: Int
    package let capital: Money
    /// Now, or when the epoch ended.
    package let at: Timestamp
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

    /// The statistics of the present epoch, or of one that a reset ended.
    package func statistics(
        of trader: Trader, epoch number: Int? = nil, filter: StatisticsFilter, by grouping: StatisticsGrouping?
    ) async throws -> StatisticsView {
        let book = try await book(of: trader)
        let hours = market.hours
        var (trades, capital, epoch, now) = (book.account.trades, book.account.capital, book.account.epoch, book.at)
        let isPresent = number.map { $0 == epoch } ?? true
        if let number, !isPresent {
            let past = try await self.epoch(number, of: trader).book
            (trades, capital, epoch, now) = (past.trades, past.meta.capital, number, past.meta.updatedAt)
        }
        return try await statistics(
            of: trades, capital: capital, hours, at: now, isPresent: isPresent, filter, grouping,
            StatisticsHead(book: trader.book, epoch: epoch))
    }

    private struct StatisticsHead {
        let book: BookName
        let epoch: Int
    }

    private func statistics(
        of trades: [Trade], capital: Money, _ hours: MarketHours, at now: Timestamp, isPresent: Bool, _ filter: StatisticsFilter,
        _ grouping: StatisticsGrouping?, _ head: StatisticsHead
    ) async throws -> StatisticsView {
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
            if isPresent, let last = market.lastPrice(of: instrument), known.last.map({ $0.at < now }) ?? true {
                known.append(PriceMark(at: now, price: last))
            }
            if known.isEmpty || index >= Tradehouse.statisticsInstruments { unpriced.append(instrument) }
            marks[instrument] = known
        }
        let prices = marks
        let statistics = try await workOut {
            BookStatistics(of: trades, capital: capital, filter: filter, by: grouping, marks: prices, hours: hours, at: now)
        }
        return StatisticsView(
            book: head.book, epoch: head.epoch, capital: capital, at: now, filter: filter, statistics: statistics, interval: interval,
            unpriced: unpriced)
    }

    private func workOut<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws -> Value {
        do {
            return try await world.workshop.run(patiently: false) { work() }
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }
}
