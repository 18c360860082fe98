// Candles in the data folder: `candles/<exchange>/<symbol>/<interval>/<period>.csv` from imports, `<period>.feed.csv` from the live feed.
// A period is a month, for days a year. All of it may be deleted: nothing else depends on it. Everything here blocks, and all calls
// are made on one thread at a time.

import Platform
import Trading

/// What the folder may hold, and where it lies.
package struct CandleFiles: Sendable {
    /// Bytes in `candles/`, at most; what comes beyond is refused.
    package let limitBytes: Int64
    private let disk: any Disk

    static let folder = "candles"
    static let header = "time,open,high,low,close,volume,crc\n"
    /// The longest file: a month of round-the-clock minutes is 4 MB.
    static let fileLimitBytes = 32 << 20
    /// Months of minutes that one question reads, at most; the newest.
    package static let monthLimit = 27

    package init(disk: any Disk, limitBytes: Int64) {
        self.disk = disk
        self.limitBytes = limitBytes
    }

    /// What a question found, and which files were moved away because they were damaged.
    package struct Found: Sendable {
        package var candles: [Candle] = []
        package var setAside: [String] = []
    }

    // MARK: Reading

    /// Stored candles that begin within `range` and before `end`, in order of time: those of the interval, and where there are none
    /// those made of minutes, of which the ones from `end` on do not count.
    package func read(
        _ id: InstrumentID, _ interval: CandleInterval, in range: ClosedRange<Timestamp>, before end: Timestamp? = nil, at now: Timestamp
    ) throws(DiskFailure) -> Found {
        var found = try stored(id, interval, in: range, at: now)
        if let end { found.candles.removeAll { $0.openedAt >= end } }
        guard interval != .minute else { return found }
        let offset = id.wallClockOffsetSeconds
        // The interval that the range begins in is made whole or not at all.
        let start = interval.start(of: range.lowerBound, offsetSeconds: offset)
        let first = start < range.lowerBound ? start + interval.duration : start
        guard first <= range.upperBound else { return found }
        let minutes = try stored(id, .minute, in: first...(range.upperBound + interval.duration - .seconds(1)), at: now)
        found.setAside += minutes.setAside
        let counted = end.map { end in minutes.candles.filter { $0.openedAt < end } } ?? minutes.candles
        found.candles = CandleFiles.merged(counted.resampled(to: interval, offsetSeconds: offset), found.candles)
            .filter { range.contains($0.openedAt) }
        return found
    }

    private func stored(
        _ id: InstrumentID, _ interval: CandleInterval, in range: ClosedRange<Timestamp>, at now: Timestamp
    ) throws(DiskFailure) -> Found {
        var found = Found()
        let directory = CandleFiles.directory(id, interval)
        var names: [String] = []
        do {
            try disk.list(directory) { entry in
                if entry.name.hasSuffix(".csv") { names.append(entry.name) }
                return true
            }
        } catch {
            guard error.kind == .notFound else { throw error }
            return found
        }
        let offset = id.wallClockOffsetSeconds
        let from = CandleFiles.period(range.lowerBound, interval, offset)
        let to = CandleFiles.period(range.upperBound, interval, offset)
        let periods = Set(names.map { String($0.prefix { $0 != "." }) }).filter { $0 >= from && $0 <= to }.sorted()
        for period in periods.suffix(CandleFiles.monthLimit) {
            var both: [[Candle]] = []
            for name in [period + ".feed.csv", period + ".csv"] where names.contains(name) {
                let path = directory + "/" + name
                if let candles = try load(path) {
                    both.append(candles)
                } else {
                    try Quarantine.move([path], as: "candles", on: disk, at: now)
                    found.setAside.append(path)
                }
            }
            found.candles += both.reduce([]) { CandleFiles.merged($0, $1) }.filter { range.contains($0.openedAt) }
        }
        return found
    }

    /// Both series in order of time; of two candles of one time the second's.
    static func merged(_ some: [Candle], _ stronger: [Candle]) -> [Candle] {
        guard !some.isEmpty else { return stronger }
        guard !stronger.isEmpty else { return some }
        var merged: [Candle] = []
        merged.reserveCapacity(some.count + stronger.count)
        var index = 0
        for candle in stronger {
            while index < some.count, some[index].openedAt < candle.openedAt {
                merged.append(some[index])
                index += 1
            }
            if index < some.count, some[index].openedAt == candle.openedAt { index += 1 }
            merged.append(candle)
        }
        return merged + some[index...]
    }

    /// The candles of a file; nothing when it is damaged. A last line that is cut was being written and does not count.
    private func load(_ path: String) throws(DiskFailure) -> [Candle]? {
        guard let bytes = try disk.readAll(path, limitBytes: CandleFiles.fileLimitBytes) else { return [] }
        guard bytes.starts(with: CandleFiles.header.utf8) || CandleFiles.header.utf8.starts(with: bytes) else { return nil }
        var candles: [Candle] = []
        candles.reserveCapacity(bytes.count / 64)
        var start = min(bytes.count, CandleFiles.header.utf8.count)
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { break }
            guard let candle = CandleLine.read(bytes[start..<end]) else { return nil }
            if let last = candles.last, candle.openedAt <= last.openedAt { return nil }
            candles.append(candle)
            start = end + 1
        }
        return candles
    }

    // MARK: Writing

    /// Puts imported candles in, in order of time; they replace those that an earlier import had at the same times. Gives the bytes added.
    package func take(_ candles: [Candle], of id: InstrumentID, _ interval: CandleInterval, at now: Timestamp) throws -> Int64 {
        let directory = CandleFiles.directory(id, interval)
        let offset = id.wallClockOffsetSeconds
        let grouped = Dictionary(grouping: candles) { CandleFiles.period($0.openedAt, interval, offset) }
        let estimated = Int64(candles.count) * 64
        let used = try usedBytes()
        guard used + estimated <= limitBytes else {
            throw TableFailure(
                file: id.key, reason: "candles already take \(used >> 20) MB of \(limitBytes >> 20); raise candle_megabytes or delete some")
        }
        try makeFolders(directory)
        var added: Int64 = 0
        for period in grouped.keys.sorted() {
            let path = directory + "/" + period + ".csv"
            var known = try load(path)
            if known == nil {
                try Quarantine.move([path], as: "candles", on: disk, at: now)
                known = []
            }
            let bytes = CandleFiles.text(CandleFiles.merged(known ?? [], grouped[period] ?? []), offset)
            added += Int64(bytes.count) - (try disk.status(of: path)?.bytes ?? 0)
            try disk.replace(path, with: bytes)
        }
        return added
    }

    /// Adds what the live feed made, in order of time; what is not later than the file's last candle is there already. Not synced: it is a
    /// cache, and a torn line is passed over. Gives the bytes written.
    package func append(_ candles: [Candle], of id: InstrumentID) throws(DiskFailure) -> Int64 {
        let directory = CandleFiles.directory(id, .minute)
        let offset = id.wallClockOffsetSeconds
        try makeFolders(directory)
        var written: Int64 = 0
        let grouped = Dictionary(grouping: candles) { CandleFiles.period($0.openedAt, .minute, offset) }
        for period in grouped.keys.sorted() {
            let path = directory + "/" + period + ".feed.csv"
            guard let status = try disk.status(of: path) else {
                let bytes = CandleFiles.text(grouped[period] ?? [], offset)
                try disk.replace(path, with: bytes, syncs: false)
                written += Int64(bytes.count)
                continue
            }
            let file = try disk.open(path, for: .updating)
            let (end, last) = try CandleFiles.tail(file, bytes: status.bytes)
            let new = (grouped[period] ?? []).filter { candle in last.map { candle.openedAt > $0 } ?? true }
            guard !new.isEmpty else { continue }
            var bytes: [UInt8] = end == 0 ? Array(CandleFiles.header.utf8) : []
            for candle in new { CandleLine.write(candle, offset, &bytes) }
            if end < status.bytes { try file.truncate(to: end) }
            try file.write(bytes, at: end)
            written += Int64(bytes.count)
        }
        return written
    }

    /// Where whole lines end, and the time of the last.
    private static func tail(_ file: any DiskFile, bytes: Int64) throws(DiskFailure) -> (end: Int64, last: Timestamp?) {
        let start = max(0, bytes - 1_024)
        let piece = try file.read(at: start, count: Int(bytes - start))
        guard let end = piece.lastIndex(of: 0x0A) else { return (0, nil) }
        let before = piece[..<end].lastIndex(of: 0x0A)
        return (start + Int64(end) + 1, before.flatMap { CandleLine.read(piece[($0 + 1)..<end])?.openedAt })
    }

    /// Bytes that all stored candles take.
    package func usedBytes() throws(DiskFailure) -> Int64 {
        func sum(_ directory: String, depth: Int) throws(DiskFailure) -> Int64 {
            var entries: [DirectoryEntry] = []
            do {
                try disk.list(directory) { entry in
                    entries.append(entry)
                    return true
                }
            } catch {
                guard error.kind == .notFound else { throw error }
                return 0
            }
            var bytes: Int64 = 0
            for entry in entries {
                let path = directory + "/" + entry.name
                if entry.isDirectory {
                    if depth < 4 { bytes += try sum(path, depth: depth + 1) }
                } else {
                    bytes += try disk.status(of: path)?.bytes ?? 0
                }
            }
            return bytes
        }
        return try sum(CandleFiles.folder, depth: 0)
    }

    private func makeFolders(_ directory: String) throws(DiskFailure) {
        var path = ""
        for part in directory.split(separator: "/") {
            path += (path.isEmpty ? "" : "/") + part
            try disk.makeDirectory(path)
        }
    }

    // MARK: Names

    /// `candles/NSE/NIFTY%2050/minute`: what is no letter, digit, dash or underscore is written as in a URL.
    static func directory(_ id: InstrumentID, _ interval: CandleInterval) -> String {
        var name = ""
        for byte in id.symbol.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return "\(folder)/\(id.exchange)/\(name)/\(interval.rawValue)"
    }

    /// `2026-11`, for days `2026`.
    static func period(_ instant: Timestamp, _ interval: CandleInterval, _ offset: Int64) -> String {
        String(CivilDate(dayNumber: instant.dayNumber(offsetSeconds: offset)).description.prefix(interval == .day ? 4 : 7))
    }

    private static func text(_ candles: [Candle], _ offset: Int64) -> [UInt8] {
        var bytes = Array(header.utf8)
        bytes.reserveCapacity(candles.count * 72)
        for candle in candles { CandleLine.write(candle, offset, &bytes) }
        return bytes
    }
}

/// One line: `2026-11-20T09:15:00+05:30,1490,1491.5,1489,1490.1,1320,` and the CRC-32C of all before its last comma, in 8 hex digits.
enum CandleLine {
    static func write(_ candle: Candle, _ offset: Int64, _ bytes: inout [UInt8]) {
        let start = bytes.count
        bytes += candle.openedAt.wallClock(offsetSeconds: offset, separator: "T", decimals: 0).utf8
        bytes += (offset == 0 ? "Z" : "+05:30").utf8
        for price in [candle.open, candle.high, candle.low, candle.close] {
            bytes.append(UInt8(ascii: ","))
            bytes += price.text.utf8
        }
        bytes.append(UInt8(ascii: ","))
        bytes += candle.volume.text.utf8
        let sum = String(Crypto.crc32c(bytes[start...]), radix: 16)
        bytes += ("," + String(repeating: "0", count: 8 - sum.utf8.count) + sum + "\n").utf8
    }

    /// Nothing when the line is not what was written.
    static func read(_ line: ArraySlice<UInt8>) -> Candle? {
        guard line.count > 9, line.count < 256 else { return nil }
        let mark = line.endIndex - 9
        guard line[mark] == UInt8(ascii: ","), let sum = UInt32(String(decoding: line[(mark + 1)...], as: UTF8.self), radix: 16),
            sum == Crypto.crc32c(line[..<mark])
        else { return nil }
        let fields = line[..<mark].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 6, let at = Timestamp(rfc3339: String(decoding: fields[0], as: UTF8.self)) else { return nil }
        var numbers: [Int64] = []
        for field in fields[1...] {
            guard let units = FixedPoint.parse(String(decoding: field, as: UTF8.self)).flatMap({ Int64(exactly: $0) }) else { return nil }
            numbers.append(units)
        }
        return Candle(
            openedAt: at, open: Price(units: numbers[0]), high: Price(units: numbers[1]), low: Price(units: numbers[2]),
            close: Price(units: numbers[3]), volume: Quantity(units: numbers[4]), tickCount: 0)
    }
}
