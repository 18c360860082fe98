// Recorded market days for replay: a CSV file, plain or gzipped, or a folder of them. One file is one instrument, named by the file:
// `RELIANCE.csv.gz` is NSE:RELIANCE, `BSE-RELIANCE.csv` is BSE:RELIANCE. Columns are found by their names:
//
//     time,ltp,volume                   ticks in order of arrival; volume is the day's so far
//     time,open,high,low,close,volume   candles, named by their opening; each is played as four ticks

import Platform
import Trading
import Wire

/// A recorded market, ready to be played.
package struct Tape: Sendable {
    package let instruments: [Instrument]
    /// In order of time.
    package let ticks: [Tick]
}

/// Why a tape cannot be played, with file and line.
package struct TapeProblem: Error, CustomStringConvertible, Sendable {
    package let description: String
}

package enum TapeFiles {
    /// The largest file, packed and unpacked.
    package static let fileLimitBytes = 512 << 20
    /// Ticks of one tape; about 150 bytes each in memory.
    package static let tickLimit = 4_000_000
    /// Files of one tape.
    package static let fileLimit = 1_000

    private static let exchanges: Set<String> = ["NSE", "BSE", "NFO", "BFO", "MCX", "CDS", "CRYPTO"]

    /// Reads a file or all CSV files of a folder.
    package static func read(_ path: String) throws(TapeProblem) -> Tape {
        let files = try files(of: path)
        var instruments: [Instrument] = []
        var tapes: [[Tick]] = []
        var left = tickLimit
        for (index, file) in files.enumerated() {
            let (instrument, ticks) = try read(file, token: Int64(index + 1) * 256 + 1, limit: left)
            left -= ticks.count
            instruments.append(instrument)
            tapes.append(ticks)
        }
        guard left < tickLimit else { throw TapeProblem(description: "The tape \(path) has no prices.") }
        return Tape(instruments: instruments, ticks: TapeOrder.merged(tapes))
    }

    private static func files(of path: String) throws(TapeProblem) -> [String] {
        if isTape(path) { return [path] }
        var names: [String] = []
        do {
            try PosixDisk(root: path).list("") { entry in
                if !entry.isDirectory, isTape(entry.name) { names.append(entry.name) }
                return names.count <= fileLimit
            }
        } catch {
            throw TapeProblem(description: "The tape \(path) cannot be read: \(error).")
        }
        guard !names.isEmpty else { throw TapeProblem(description: "The folder \(path) holds no .csv or .csv.gz files.") }
        guard names.count <= fileLimit else { throw TapeProblem(description: "The folder \(path) holds more than \(fileLimit) files.") }
        return names.sorted().map { path + "/" + $0 }
    }

    private static func isTape(_ name: String) -> Bool { name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") }

    // MARK: One file

    private static func read(_ path: String, token: Int64, limit: Int) throws(TapeProblem) -> (Instrument, [Tick]) {
        let id = try instrument(of: path)
        var reader = TapeReader(id: id, path: path, limit: limit)
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path, limitBytes: fileLimitBytes)
        } catch {
            throw TapeProblem(description: "The tape \(path) cannot be read: \(error).")
        }
        if path.hasSuffix(".gz") {
            do {
                let gunzip = try GunzipReader(limitBytes: fileLimitBytes)
                gunzip.feed(bytes)
                while let piece = try gunzip.read() { try reader.feed(piece) }
                try gunzip.finish()
            } catch let problem as TapeProblem {
                throw problem
            } catch {
                throw TapeProblem(description: "The tape \(path) cannot be unpacked: \(error).")
            }
        } else {
            try reader.feed(bytes)
        }
        try reader.finish()
        return (reader.instrument(token: token), reader.ticks)
    }

    private static func instrument(of path: String) throws(TapeProblem) -> InstrumentID {
        var stem = path.split(separator: "/").last.map(String.init) ?? path
        if stem.hasSuffix(".gz") { stem.removeLast(3) }
        stem.removeLast(4)
        var exchange = "NSE"
        if let dash = stem.firstIndex(of: "-"), exchanges.contains(String(stem[..<dash]).uppercased()) {
            exchange = stem[..<dash].uppercased()
            stem = String(stem[stem.index(after: dash)...])
        }
        guard let id = InstrumentID(exchange: exchange, symbol: stem.uppercased()) else {
            throw TapeProblem(description: "The file name \(path) is no trading symbol.")
        }
        return id
    }
}

/// Rows of one file on their way to ticks.
private struct TapeReader {
    let id: InstrumentID
    let path: String
    let limit: Int
    private(set) var ticks: [Tick] = []
    private var csv = CSVParser()
    private var columns: Columns?
    /// What all prices and volumes are multiples of.
    private var priceStep: Int64 = 0
    private var volumeStep: Int64 = 0
    private var hasVolume = false
    private var day = Int64.min
    private var dayVolume: Int64 = 0

    private enum Columns {
        case ticks(time: Int, price: Int, volume: Int?)
        case candles(time: Int, open: Int, high: Int, low: Int, close: Int, volume: Int?)
    }

    init(id: InstrumentID, path: String, limit: Int) {
        self.id = id
        self.path = path
        self.limit = limit
    }

    mutating func feed(_ bytes: [UInt8]) throws(TapeProblem) {
        csv.feed(bytes.span)
        do {
            while let row = try csv.next() { try take(row) }
        } catch {
            throw translated(error)
        }
    }

    mutating func finish() throws(TapeProblem) {
        do {
            while let row = try csv.finish() { try take(row) }
        } catch {
            throw translated(error)
        }
    }

    /// The instrument as far as its prices tell: the tick size is the largest that all prices are multiples of; one without volume is
    /// an index and cannot be traded.
    func instrument(token: Int64) -> Instrument {
        let isWhole = volumeStep % fixedPointScale == 0
        return Instrument(
            id: id, token: token, name: id.symbol, tickSize: hasVolume ? Price(units: max(priceStep, 1)) : .zero,
            lotSize: hasVolume ? (isWhole ? Quantity(whole: 1) : Quantity(units: max(volumeStep, 1))) : .zero,
            kind: hasVolume ? "EQ" : "INDEX", segment: hasVolume ? id.exchange : "INDICES", isSimulated: false)
    }

    private func problem(_ text: String) -> TapeProblem { TapeProblem(description: "\(path), line \(csv.line): \(text).") }

    private func translated(_ error: any Error) -> TapeProblem {
        if let problem = error as? TapeProblem { return problem }
        return problem("it is not CSV (\(error))")
    }

    private mutating func take(_ row: [String]) throws(TapeProblem) {
        let columns: Columns
        if let known = self.columns { columns = known } else { columns = try findColumns() }
        self.columns = columns
        func field(_ index: Int) throws(TapeProblem) -> String {
            guard index < row.count else { throw problem("the row is too short") }
            return row[index]
        }
        func price(_ index: Int) throws(TapeProblem) -> Int64 {
            guard let price = Price(text: try field(index)), price > .zero else { throw problem("`\(try field(index))` is no price") }
            return price.units
        }
        func volume(_ index: Int?) throws(TapeProblem) -> Int64 {
            guard let index else { return 0 }
            let text = try field(index)
            if text.isEmpty { return 0 }
            guard let quantity = Quantity(text: text), !quantity.isNegative else { throw problem("`\(text)` is no volume") }
            return quantity.units
        }
        switch columns {
        case .ticks(let time, let last, let volumeColumn):
            let total = try volume(volumeColumn)
            try add(try instant(try field(time)), try price(last), lastQuantity: 0, dayVolume: total)
        case .candles(let time, let open, let high, let low, let close, let volumeColumn):
            let start = try instant(try field(time))
            let prices = [try price(open), try price(high), try price(low), try price(close)]
            guard prices[2] <= min(prices[0], prices[3]), prices[1] >= max(prices[0], prices[3]) else {
                throw problem("the candle's high and low do not hold its open and close")
            }
            // A rising candle is played low first, a falling one high first: the path of least assumption.
            let path = prices[3] >= prices[0] ? [prices[0], prices[2], prices[1], prices[3]] : prices
            let traded = try volume(volumeColumn)
            startDay(of: start)
            for (step, price) in path.enumerated() {
                let part = step == 3 ? traded - traded / 4 * 3 : traded / 4
                dayVolume += part
                try add(start + .seconds(step == 3 ? 59 : step * 15), price, lastQuantity: part, dayVolume: dayVolume)
            }
        }
    }

    private mutating func startDay(of instant: Timestamp) {
        let day = instant.dayNumber(offsetSeconds: id.wallClockOffsetSeconds)
        if day != self.day {
            self.day = day
            dayVolume = 0
        }
    }

    private mutating func add(_ instant: Timestamp, _ price: Int64, lastQuantity: Int64, dayVolume: Int64) throws(TapeProblem) {
        guard ticks.count < limit else { throw problem("a tape takes at most \(TapeFiles.tickLimit) ticks") }
        priceStep = divisor(priceStep, price)
        volumeStep = divisor(volumeStep, dayVolume)
        if dayVolume > 0 { hasVolume = true }
        ticks.append(
            Tick(
                instrument: id, at: instant, lastPrice: Price(units: price), lastQuantity: Quantity(units: lastQuantity),
                dayVolume: Quantity(units: dayVolume), depth: .none))
    }

    /// The greatest common divisor; 0 divides by everything.
    private func divisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// RFC 3339, or a day alone, which is the India midnight it begins with.
    private func instant(_ text: String) throws(TapeProblem) -> Timestamp {
        if let instant = Timestamp(rfc3339: text) { return instant }
        if let date = CivilDate(text) { return Timestamp(date: date, offsetSeconds: indiaOffsetSeconds) }
        throw problem("`\(text)` is no time")
    }

    private func findColumns() throws(TapeProblem) -> Columns {
        guard let time = csv.column("time") else { throw problem("there is no column `time`") }
        let volume = csv.column("volume")
        if let price = csv.column("ltp") { return .ticks(time: time, price: price, volume: volume) }
        guard let open = csv.column("open"), let high = csv.column("high"), let low = csv.column("low"), let close = csv.column("close")
        else {
            throw problem("there is neither a column `ltp` nor the four of a candle")
        }
        return .candles(time: time, open: open, high: high, low: low, close: close, volume: volume)
    }
}
