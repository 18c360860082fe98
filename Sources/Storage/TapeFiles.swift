// Recorded markets to be played back: CSV files, plain or gzipped, one instrument each, ticks or candles. They are only read, wherever
// they lie; how several tapes become one sequence is `TapeOrder`'s business.

import Platform
import Trading
import Wire

/// A recorded market in memory.
package struct Tape: Sendable {
    package let instruments: [Instrument]
    /// All instruments' ticks in one order.
    package let ticks: [Tick]
}

/// Why a tape cannot be played, with file and line.
package struct TapeFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1; 0 when it is the file as a whole.
    package let line: Int
    package let reason: String

    package init(file: String, line: Int, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var description: String { line == 0 ? "\(file): \(reason)." : "\(file), line \(line): \(reason)." }
}

/// What reading tapes may use.
package struct TapeLimits: Sendable {
    package var files = 500
    package var unpackedBytes = 1 << 30
    /// Ticks in all; a candle makes four.
    package var ticks = 4_000_000

    package init() {}
}

/// Reading of tapes.
///
/// A file is named after its symbol: `INFY.csv.gz`, `BSE-RELIANCE.csv`, `binance-BTCUSDT-1m.csv.gz`; without an exchange in front it is
/// NSE's. Tick form has the columns `time,ltp,volume` (cumulative volume of the day), candle form `time,open,high,low,close,volume`;
/// further columns are passed over. A file without any volume is an index, which is quoted and cannot be traded.
package enum TapeFiles {
    /// Reads a file, or all `.csv` and `.csv.gz` files of a folder.
    package static func read(_ path: String, limits: TapeLimits = TapeLimits()) throws(TapeFailure) -> Tape {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let slash = trimmed.lastIndex(of: "/")
        let parent = slash.map { $0 == trimmed.startIndex ? "/" : String(trimmed[..<$0]) } ?? "."
        let name = slash.map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
        do {
            if name == "." || name == ".." || name.isEmpty {
                return try read(folder: PosixDisk(root: trimmed), path, limits)
            }
            let disk = try PosixDisk(root: parent)
            guard let status = try disk.status(of: name) else { throw TapeFailure(file: path, line: 0, reason: "it does not exist") }
            if status.isDirectory { return try read(folder: PosixDisk(root: trimmed), path, limits) }
            return try read([name], of: disk, limits)
        } catch let failure as DiskFailure {
            throw TapeFailure(file: path, line: 0, reason: "\(failure)")
        } catch let failure as TapeFailure {
            throw failure
        } catch {
            preconditionFailure("Only disk and tape fail here: \(error)")
        }
    }

    private static func read(folder disk: any Disk, _ path: String, _ limits: TapeLimits) throws -> Tape {
        var names: [String] = []
        try disk.list("") { entry in
            if !entry.isDirectory, stem(of: entry.name) != nil { names.append(entry.name) }
            return names.count <= limits.files
        }
        guard !names.isEmpty else { throw TapeFailure(file: path, line: 0, reason: "it holds no .csv or .csv.gz file") }
        guard names.count <= limits.files else {
            throw TapeFailure(file: path, line: 0, reason: "it holds more than \(limits.files) tapes")
        }
        return try read(names.sorted(), of: disk, limits)
    }

    /// Reads the named files of a disk.
    package static func read(_ names: [String], of disk: any Disk, _ limits: TapeLimits = TapeLimits()) throws(TapeFailure) -> Tape {
        var instruments: [Instrument] = []
        var tapes: [[Tick]] = []
        var tokens: Set<Int64> = []
        var left = limits.ticks
        for name in names {
            var reader = try TapeReader(name, limits: limits, ticksLeft: left)
            try reader.read(disk)
            guard !instruments.contains(where: { $0.id == reader.id }) else {
                throw TapeFailure(file: name, line: 0, reason: "another file has \(reader.id) too")
            }
            left -= reader.ticks.count
            var token = Int64(Crypto.crc32c(Array(reader.id.key.utf8)) & 0x7FFF_FFFF)
            while token == 0 || tokens.contains(token) { token += 1 }
            tokens.insert(token)
            instruments.append(reader.instrument(token: token))
            tapes.append(reader.ticks)
        }
        return Tape(instruments: instruments, ticks: TapeOrder.merged(tapes))
    }

    /// `INFY` of `INFY.csv.gz`; nothing for a name that is no tape's.
    static func stem(of name: String) -> String? {
        for suffix in [".csv.gz", ".csv"] where name.hasSuffix(suffix) && name.count > suffix.count {
            return String(name.dropLast(suffix.count))
        }
        return nil
    }
}
