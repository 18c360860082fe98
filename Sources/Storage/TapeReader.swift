// One file of a tape into ticks. Which files there are, and their limits, is in `TapeFiles`.

import Platform
import Trading
import Wire

/// Reads one file, a chunk at a time.
struct TapeReader {
    let file: String
    let id: InstrumentID
    private(set) var ticks: [Tick] = []
    private let limits: TapeLimits
    private let ticksLeft: Int
    private var columns: Columns?
    private var hasVolume = false
    /// The coarsest of the usual price steps that every price so far is a multiple of, as a place in `steps`.
    private var stepIndex = 0
    private var steps: [Int64] = []
    private var candles: [Candle] = []

    private enum Columns {
        case ticks(time: Int, price: Int, volume: Int?)
        case candles(time: Int, open: Int, high: Int, low: Int, close: Int, volume: Int?)
    }

    init(_ file: String, limits: TapeLimits, ticksLeft: Int) throws(TapeFailure) {
        self.file = file
        self.limits = limits
        self.ticksLeft = ticksLeft
        guard let stem = TapeFiles.stem(of: file), let id = TapeReader.instrument(named: stem) else {
            throw TapeFailure(file: file, line: 0, reason: "its name is not a symbol's")
        }
        self.id = id
        // Paise steps as the exchanges have them; coins have finer ones.
        steps = id.exchange == "CRYPTO" ? [1_000_000, 10_000, 1] : [5_000_000, 1_000_000, 10_000, 1]
    }

    /// The symbol that a file is named after.
    static func instrument(named stem: String) -> InstrumentID? {
        let parts: [String] = stem.split(separator: Character("-"), maxSplits: 1).map { String($0) }
        if parts.count == 2 {
            if ["NSE", "BSE", "NFO", "BFO", "MCX", "CDS", "CRYPTO"].contains(parts[0]) {
                return InstrumentID(exchange: parts[0], symbol: parts[1])
            }
            if ["binance", "bybit"].contains(parts[0]) {
                let symbol = parts[1].split(separator: Character("-")).first.map { String($0) } ?? parts[1]
                return InstrumentID(exchange: "CRYPTO", symbol: symbol)
            }
        }
        return InstrumentID(exchange: "NSE", symbol: stem)
    }

    mutating func read(_ disk: any Disk) throws(TapeFailure) {
        let table = TableLimits(fileBytes: limits.unpackedBytes, unpackedBytes: limits.unpackedBytes, rows: .max)
        do throws(TableFailure) {
            try TableFile.read(file, of: disk, limits: table) { row, parser throws(TableFailure) in
                do throws(TapeFailure) {
                    try self.take(row, parser)
                } catch {
                    throw TableFailure(file: error.file, line: error.line, reason: error.reason)
                }
            }
        } catch {
            throw failure(error.line, error.reason)
        }
        expandCandles()
        guard !ticks.isEmpty else { throw failure(0, "it has no rows") }
    }

    /// What the file says about its instrument.
    func instrument(token: Int64) -> Instrument {
        let isCoin = id.exchange == "CRYPTO"
        return Instrument(
            id: id, token: token, name: id.symbol, tickSize: hasVolume ? Price(units: steps[stepIndex]) : .zero,
            lotSize: hasVolume ? Quantity(units: isCoin ? 1_000 : fixedPointScale) : .zero,
            kind: hasVolume ? (isCoin ? "SPOT" : "EQ") : "INDEX", segment: hasVolume ? id.exchange : "INDICES", isSimulated: false)
    }

    // MARK: Rows

    private mutating func take(_ row: [String], _ parser: CSVParser) throws(TapeFailure) {
        let line = parser.line
        let columns: Columns
        if let known = self.columns { columns = known } else { columns = try readHeader(parser) }
        self.columns = columns
        switch columns {
        case .ticks(let time, let price, let volume):
            let total = try quantity(row, volume, line)
            if total > .zero { hasVolume = true }
            try append(
                Tick(
                    instrument: id, at: try instant(row[time], line), lastPrice: try parsePrice(row[price], line), lastQuantity: .zero,
                    dayVolume: total, depth: .none), line)
        case .candles(let time, let open, let high, let low, let close, let volume):
            let candle = Candle(
                openedAt: try instant(row[time], line), open: try parsePrice(row[open], line), high: try parsePrice(row[high], line),
                low: try parsePrice(row[low], line), close: try parsePrice(row[close], line), volume: try quantity(row, volume, line),
                tickCount: 0)
            guard candle.low <= min(candle.open, candle.close), candle.high >= max(candle.open, candle.close) else {
                throw failure(line, "its high and low do not enclose open and close")
            }
            if let last = candles.last, candle.openedAt <= last.openedAt { throw failure(line, "its time is not after the row before") }
            guard (candles.count + 1) * 4 <= ticksLeft else { throw failure(line, "there are more than \(limits.ticks) ticks") }
            if candle.volume > .zero { hasVolume = true }
            candles.append(candle)
        }
    }

    private func readHeader(_ parser: CSVParser) throws(TapeFailure) -> Columns {
        if let time = parser.column("time") {
            if let price = parser.column("ltp") { return .ticks(time: time, price: price, volume: parser.column("volume")) }
            if let open = parser.column("open"), let high = parser.column("high"), let low = parser.column("low"),
                let close = parser.column("close")
            {
                return .candles(time: time, open: open, high: high, low: low, close: close, volume: parser.column("volume"))
            }
        }
        throw failure(1, "it has neither the columns time, ltp, volume nor time, open, high, low, close, volume")
    }

    private mutating func append(_ tick: Tick, _ line: Int) throws(TapeFailure) {
        guard ticks.count < ticksLeft else { throw failure(line, "there are more than \(limits.ticks) ticks") }
        ticks.append(tick)
    }

    /// A candle becomes four ticks: open, its nearer extreme, the other, close. The volume of the day grows with the close.
    private mutating func expandCandles() {
        guard !candles.isEmpty else { return }
        ticks.reserveCapacity(candles.count * 4)
        let length = barMicroseconds
        var day: Int64?
        var total = Quantity.zero
        for candle in candles {
            let today = candle.openedAt.dayNumber(offsetSeconds: id.wallClockOffsetSeconds)
            if today != day { total = .zero }
            day = today
            let rises = candle.close >= candle.open
            let prices = [candle.open, rises ? candle.low : candle.high, rises ? candle.high : candle.low, candle.close]
            for (step, price) in prices.enumerated() {
                if step == 3 { total += candle.volume }
                // The close comes within the bar, or it would open the next.
                let offset = step == 3 ? max(0, length - 1_000_000) : length / 4 * Int64(step)
                ticks.append(
                    Tick(
                        instrument: id, at: Timestamp(microseconds: candle.openedAt.microseconds + offset), lastPrice: price,
                        lastQuantity: .zero, dayVolume: total, depth: .none))
            }
        }
        candles = []
    }

    /// The shortest step between rows is the length of a bar; at most the hours of a trading day.
    private var barMicroseconds: Int64 {
        var shortest: Int64 = 22_500_000_000
        for (one, next) in zip(candles, candles.dropFirst()) {
            shortest = min(shortest, next.openedAt.microseconds - one.openedAt.microseconds)
        }
        return candles.count == 1 ? 60_000_000 : shortest
    }

    // MARK: Fields

    private func instant(_ text: String, _ line: Int) throws(TapeFailure) -> Timestamp {
        if let instant = Timestamp(rfc3339: text) { return instant }
        // Daily rows have a date: the session of that day opens at 9:15 India time.
        if let date = CivilDate(text) {
            return Timestamp(date: date, secondOfDay: id.exchange == "CRYPTO" ? 0 : 33_300, offsetSeconds: id.wallClockOffsetSeconds)
        }
        throw failure(line, "\"\(text.prefix(40))\" is no time with an offset")
    }

    private mutating func parsePrice(_ text: String, _ line: Int) throws(TapeFailure) -> Price {
        guard let price = Price(text: text), price > .zero else { throw failure(line, "\"\(text.prefix(40))\" is no price") }
        while stepIndex < steps.count - 1, price.units % steps[stepIndex] != 0 { stepIndex += 1 }
        return price
    }

    private func quantity(_ row: [String], _ column: Int?, _ line: Int) throws(TapeFailure) -> Quantity {
        guard let column, !row[column].isEmpty else { return .zero }
        guard let quantity = Quantity(text: row[column]), quantity >= .zero else {
            throw failure(line, "\"\(row[column].prefix(40))\" is no volume")
        }
        return quantity
    }

    private func failure(_ line: Int, _ reason: String) -> TapeFailure { TapeFailure(file: file, line: line, reason: reason) }
}
