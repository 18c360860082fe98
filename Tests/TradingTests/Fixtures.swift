// The recorded market data that lies beside the repository, or at TRADEHOUSE_SHARED. Tests that need it are skipped by name without it.

import Glibc
import Testing

@testable import Trading

enum Fixtures {
    /// The folder `shared`, found beside the repository or named by the environment.
    static let root: String = {
        if let named = getenv("TRADEHOUSE_SHARED") { return String(cString: named) }
        let parts = #filePath.split(separator: "/").map(String.init)
        // …/shared beside …/main, of which this file is Tests/TradingTests/Fixtures.swift.
        return "/" + parts.dropLast(4).joined(separator: "/") + "/shared"
    }()

    static let available = access(root + "/fixtures/market/SOURCE.md", R_OK) == 0

    /// The rows of a CSV file below `fixtures/market`, without its header; `.gz` is unpacked by the system's gzip.
    static func rows(_ path: String) throws -> [[String]] {
        let file = root + "/fixtures/market/" + path
        guard let pipe = popen((path.hasSuffix(".gz") ? "gzip -dc '" : "cat '") + file + "'", "r") else { throw Missing(file: file) }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        guard !bytes.isEmpty else { throw Missing(file: file) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The ticks of one recorded tape in the order they arrived.
    static func tape(_ day: String, _ symbol: String) throws -> [Tick] {
        let id = InstrumentID(exchange: "NSE", symbol: symbol)!
        return try rows("ticks/\(day)/\(symbol).csv.gz").map { row in
            Tick(
                instrument: id, at: try #require(Timestamp(rfc3339: row[0])), lastPrice: try #require(Price(text: row[1])),
                lastQuantity: .zero, dayVolume: try #require(Quantity(text: row[2])), depth: .none)
        }
    }

    struct Missing: Error { let file: String }
}
