// Candles and corporate actions from tables that somebody has. What becomes of them is `CandleFiles`' business.

import Platform
import Trading
import Wire

/// One file of candles.
package struct CandleTable: Sendable {
    package let instrument: InstrumentID
    package let interval: CandleInterval
    /// In order of time, labelled by their opening.
    package let candles: [Candle]
}

/// Reads a file with the columns `time,open,high,low,close,volume`; `volume` may be missing, further columns are passed over. Times are
/// RFC 3339 with an offset, or days.
package struct CandleReader {
    package static let limits = TableLimits(fileBytes: 256 << 20, unpackedBytes: 512 << 20, rows: 3_000_000)

    /// What the file says besides its rows; what is nothing is told from its name and its times.
    package struct Description: Sendable {
        package var instrument: InstrumentID?
        package var interval: CandleInterval?
        /// Whether a candle's time is when it ends.
        package var isLabelledByEnd = false

        package init() {}
    }

    private let file: String
    private let offset: Int64
    private var columns: [Int] = []
    private var volume: Int?
    private var hasDays = false
    private var candles: [Candle] = []

    package static func read(
        _ name: String, of disk: any Disk, as description: Description = Description(), limits: TableLimits = limits
    ) throws(TableFailure) -> CandleTable {
        guard let id = description.instrument ?? TapeFiles.stem(of: name).flatMap({ TapeReader.instrument(named: $0) }) else {
            throw TableFailure(file: name, reason: "its name is not a symbol's; name the instrument")
        }
        var reader = CandleReader(file: name, offset: id.wallClockOffsetSeconds)
        try TableFile.read(name, of: disk, limits: limits) { row, parser throws(TableFailure) in try reader.take(row, parser) }
        return try reader.table(id, description)
    }

    private init(file: String, offset: Int64) {
        self.file = file
        self.offset = offset
    }

    private mutating func take(_ row: [String], _ parser: CSVParser) throws(TableFailure) {
        let line = parser.line
        if columns.isEmpty {
            // Daily tables call the time of a row `date`.
            guard let time = parser.column("time") ?? parser.column("date") else {
                throw TableFailure(file: file, line: 1, column: "time", reason: "it is missing")
            }
            columns = [time]
            for name in ["open", "high", "low", "close"] {
                guard let column = parser.column(name) else {
                    throw TableFailure(file: file, line: 1, column: name, reason: "it is missing")
                }
                columns.append(column)
            }
            volume = parser.column("volume")
        }
        func failure(_ column: String, _ reason: String) -> TableFailure {
            TableFailure(file: file, line: line, column: column, reason: reason)
        }
        let text = row[columns[0]]
        let at: Timestamp
        if let date = CivilDate(text) {
            at = Timestamp(date: date, offsetSeconds: offset)
            hasDays = true
        } else if let instant = Timestamp(rfc3339: text) {
            at = instant
            if hasDays { throw failure("time", "\(shown(text)) is no day, and rows before are") }
        } else {
            throw failure("time", "\(shown(text)) is no time with an offset, and no day")
        }
        var prices: [Price] = []
        for (column, name) in zip(columns[1...], ["open", "high", "low", "close"]) {
            guard let price = Price(text: row[column]), price > .zero else { throw failure(name, "\(shown(row[column])) is no price") }
            prices.append(price)
        }
        guard prices[2] <= min(prices[0], prices[3]), prices[1] >= max(prices[0], prices[3]) else {
            throw failure("high", "high and low do not enclose open and close")
        }
        var units = Quantity.zero
        if let volume, !row[volume].isEmpty {
            guard let quantity = Quantity(text: row[volume]), quantity >= .zero else {
                throw failure("volume", "\(shown(row[volume])) is no volume")
            }
            units = quantity
        }
        if let last = candles.last, at <= last.openedAt { throw failure("time", "it is not after the row before") }
        candles.append(
            Candle(openedAt: at, open: prices[0], high: prices[1], low: prices[2], close: prices[3], volume: units, tickCount: 0))
    }

    private func table(_ id: InstrumentID, _ description: Description) throws(TableFailure) -> CandleTable {
        guard !candles.isEmpty else { throw TableFailure(file: file, reason: "it has no rows") }
        let interval: CandleInterval
        if let stated = description.interval {
            interval = stated
        } else {
            let steps = zip(candles, candles.dropFirst()).map { $1.openedAt.seconds - $0.openedAt.seconds }
            guard let found = hasDays ? .day : CandleInterval.allCases.first(where: { $0.minutes * 60 == steps.min() }) else {
                throw TableFailure(file: file, reason: "its times tell no interval; name it")
            }
            interval = found
        }
        var candles = candles
        if interval == .day {
            // A day's candle begins at midnight, whatever hour the file gives it.
            let days = candles.map { CandleInterval.day.start(of: $0.openedAt, offsetSeconds: offset) }
            for index in candles.indices { candles[index] = candles[index].labelled(days[index]) }
            for (one, next) in zip(days, days.dropFirst()) where one == next {
                throw TableFailure(file: file, column: "time", reason: "a day has two rows")
            }
        } else if description.isLabelledByEnd {
            for index in candles.indices { candles[index] = candles[index].labelled(candles[index].openedAt - interval.duration) }
        } else if looksLabelledByEnd(candles, id) {
            throw TableFailure(
                file: file, column: "time",
                reason: "rows stand at the close of trading and none at the open, as if by their end; say --labels end")
        }
        if interval != .day, let odd = candles.first(where: { $0.openedAt.microseconds % 60_000_000 != 0 }) {
            throw TableFailure(file: file, column: "time", reason: "\(odd.openedAt.utcText) is no whole minute")
        }
        return CandleTable(instrument: id, interval: interval, candles: candles)
    }

    /// One minute off looks right on a chart and is wrong: on an exchange with a close nothing begins at it, and something at the open.
    private func looksLabelledByEnd(_ candles: [Candle], _ id: InstrumentID) -> Bool {
        guard id.exchange != "CRYPTO" else { return false }
        var (atOpen, atClose) = (false, false)
        for candle in candles {
            let second = (candle.openedAt.seconds + indiaOffsetSeconds) % 86_400
            if second == TradingSession.regular.open { atOpen = true }
            if second == TradingSession.regular.close { atClose = true }
        }
        return atClose && !atOpen
    }
}

extension Candle {
    fileprivate func labelled(_ instant: Timestamp) -> Candle {
        Candle(openedAt: instant, open: open, high: high, low: low, close: close, volume: volume, tickCount: tickCount)
    }
}

/// Splits and bonus issues: a table with the columns `exchange,tradingsymbol,day,factor`, kept as `market/actions.csv`.
package enum CorporateActionFiles {
    static let path = "market/actions.csv"
    package static let limits = TableLimits(fileBytes: 4 << 20, unpackedBytes: 4 << 20, rows: 50_000)

    package static func read(_ name: String, of disk: any Disk, limits: TableLimits = limits) throws(TableFailure) -> [CorporateAction] {
        var actions: [CorporateAction] = []
        var seen: Set<String> = []
        try TableFile.read(name, of: disk, limits: limits) { row, parser throws(TableFailure) in
            func field(_ column: String) throws(TableFailure) -> String {
                guard let place = parser.column(column) else {
                    throw TableFailure(file: name, line: 1, column: column, reason: "it is missing")
                }
                return row[place]
            }
            func failure(_ column: String, _ reason: String) -> TableFailure {
                TableFailure(file: name, line: parser.line, column: column, reason: reason)
            }
            let symbol = try field("tradingsymbol")
            guard let id = InstrumentID(exchange: try field("exchange"), symbol: symbol) else {
                throw failure("tradingsymbol", "\(shown(symbol)) cannot be one")
            }
            let text = try field("day")
            guard let day = CivilDate(text) else { throw failure("day", "\(shown(text)) is no day") }
            let factor = try field("factor")
            guard let units = FixedPoint.parse(factor).flatMap({ Int64(exactly: $0) }), units > 0, units != fixedPointScale,
                units <= 1_000 * fixedPointScale
            else { throw failure("factor", "\(shown(factor)) is no factor above zero, up to 1000, other than 1") }
            guard seen.insert("\(id) \(day)").inserted else { throw failure("day", "\(id) has two actions on it") }
            actions.append(CorporateAction(instrument: id, day: day, factor: units))
        }
        return actions
    }

    /// Replaces the stored list. Blocking; the caller holds the folder's lock.
    package static func store(_ actions: [CorporateAction], on disk: any Disk) throws(DiskFailure) {
        var text = "exchange,tradingsymbol,day,factor\n"
        for action in actions.sorted(by: { ($0.instrument, $0.day) < ($1.instrument, $1.day) }) {
            text += "\(action.instrument.exchange),\(action.instrument.symbol),\(action.day),\(FixedPoint.text(Int128(action.factor)))\n"
        }
        try disk.makeDirectory("market")
        try disk.replace(path, with: Array(text.utf8))
    }

    /// The stored list by instrument; empty when there is none.
    package static func load(_ disk: any Disk) throws -> [InstrumentID: [CorporateAction]] {
        guard try disk.status(of: path) != nil else { return [:] }
        return Dictionary(grouping: try read(path, of: disk), by: \.instrument)
    }
}
