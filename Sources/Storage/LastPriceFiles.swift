// The last price of each instrument, so that a restart does not forget it: `market/last_prices.jsonl`, one sealed line an instrument,
// replaced as a whole. It may be deleted; then nothing has a price before its first tick.

import Platform
import Trading

package struct LastPriceFiles: Sendable {
    static let path = "market/last_prices.jsonl"
    private static let limitBytes = 16 << 20
    private let disk: any Disk

    package init(disk: any Disk) { self.disk = disk }

    /// Replaces the file.
    package func write(_ quotes: [Quote]) throws(DiskFailure) {
        var row = RowWriter()
        for quote in quotes {
            let start = row.bytes.count
            row.raw("{")
            row.firstText("i", quote.instrument.key)
            row.time("at", quote.at)
            row.amount("ltp", Int128(quote.lastPrice.units))
            row.amount("open", Int128(quote.open.units))
            row.amount("high", Int128(quote.high.units))
            row.amount("low", Int128(quote.low.units))
            row.amount("close", Int128(quote.previousClose.units))
            row.amount("volume", Int128(quote.dayVolume.units))
            SealedLine.seal(&row.bytes, from: start)
        }
        try disk.makeDirectory("market")
        try disk.replace(LastPriceFiles.path, with: row.bytes)
    }

    /// What was written last, without depth, because nothing may be filled from it. A line that is damaged is left out.
    package func read() throws(DiskFailure) -> (quotes: [Quote], damagedLines: Int) {
        guard let bytes = try disk.readAll(LastPriceFiles.path, limitBytes: LastPriceFiles.limitBytes) else { return ([], 0) }
        var quotes: [Quote] = []
        var damaged = 0
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let end = LineStream.lineFeed(in: bytes, from: start) ?? bytes.count
                if let quote = LastPriceFiles.quote(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) {
                    quotes.append(quote)
                } else {
                    damaged += 1
                }
                start = end + 1
            }
        }
        return (quotes, damaged)
    }

    private static func quote(_ line: UnsafeRawBufferPointer) -> Quote? {
        guard SealedLine.check(line) != nil else { return nil }
        var row = RowReader(line)
        guard let id = row.text("i").flatMap({ InstrumentID(key: $0) }), let at = row.time("at"), let last = row.price("ltp"),
            let open = row.price("open"), let high = row.price("high"), let low = row.price("low"), let close = row.price("close"),
            let volume = row.quantity("volume")
        else { return nil }
        return Quote(
            instrument: id, at: at, lastPrice: last, lastQuantity: .zero, dayVolume: volume, depth: .none, open: open, high: high, low: low,
            previousClose: close)
    }
}
