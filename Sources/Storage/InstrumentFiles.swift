// The instrument master in the data folder: `market/instruments-<checksum>.csv` with every instrument that was imported, and
// `market/instruments.json`, which names it and says what it must be. A new list is a new file; the name changes last, so that a reader
// finds the old list or the new one, whole. Feeds bring instruments of their own, which are not stored.

import Platform
import Trading
import Wire

/// What became of an import.
package struct InstrumentImport: Sendable, Equatable {
    /// Instruments in the file.
    package var read: Int
    /// Of the exchanges in the file, instruments that the list had before and has no longer.
    package var gone: Int
    /// Instruments in the list now, all exchanges together.
    package var total: Int
    /// The exchanges of the file, in order of name.
    package var exchanges: [String]
}

package enum InstrumentFiles {
    static let folder = "market"
    static let markPath = "market/instruments.json"
    /// The columns of the stored list, in order.
    static let header = """
        instrument_token,exchange_token,tradingsymbol,name,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange,underlying,\
        freeze_quantity,multiplier,closing_auction
        """

    // MARK: Importing

    /// Takes a file's instruments in: for the exchanges that it has they replace what was there, others stay as they are.
    ///
    /// Blocking; the caller holds the folder's lock. Nothing is changed when it throws.
    package static func take(_ instruments: [Instrument], from file: String, on disk: any Disk, at now: Timestamp) throws
        -> InstrumentImport
    {
        let exchanges = Set(instruments.map(\.id.exchange))
        let known = try load(disk, at: now).master
        let before = (0..<known.count).map { known.instrument(at: $0) }
        let kept = before.filter { !exchanges.contains($0.id.exchange) }
        let listed = Set(instruments.map(\.id))
        let master: InstrumentMaster
        do {
            master = try InstrumentMaster(withAuctions(kept + instruments))
        } catch {
            throw TableFailure(file: file, column: error.column, reason: error.reason)
        }
        try store(master, on: disk)
        return InstrumentImport(
            read: instruments.count, gone: before.count - kept.count - before.count { listed.contains($0.id) }, total: master.count,
            exchanges: exchanges.sorted())
    }

    /// Shares with derivatives end their day in the closing auction. Dumps do not say so, but they list the derivatives.
    static func withAuctions(_ instruments: [Instrument]) -> [Instrument] {
        let underlyings = Set(instruments.lazy.filter { $0.isContract && $0.id.exchange == "NFO" }.map(\.underlying))
        return instruments.map { instrument in
            let isShare = instrument.kind == "EQ" && instrument.id.exchange == "NSE"
            return isShare && underlyings.contains(instrument.id.symbol) ? instrument.inClosingAuction : instrument
        }
    }

    // MARK: Storing

    private static func store(_ master: InstrumentMaster, on disk: any Disk) throws(DiskFailure) {
        let bytes = text(master)
        let sum = Crypto.crc32c(bytes)
        let path = "\(folder)/instruments-\(hex(sum)).csv"
        try disk.makeDirectory(folder)
        let old = try lists(on: disk).filter { $0 != path }
        try disk.replace(path, with: bytes)
        var mark = RowWriter()
        mark.raw("{")
        mark.firstText("fmt", "tradehouse.instruments")
        mark.int("ver", 1)
        mark.text("file", path)
        mark.int("rows", Int64(master.count))
        mark.int("bytes", Int64(bytes.count))
        SealedLine.seal(&mark.bytes)
        try disk.replace(markPath, with: mark.bytes)
        try disk.syncDirectory("")
        for path in old { try disk.remove(path) }
    }

    private static func lists(on disk: any Disk) throws(DiskFailure) -> [String] {
        var found: [String] = []
        try disk.list(folder) { entry in
            if entry.name.hasPrefix("instruments-"), entry.name.hasSuffix(".csv") { found.append(folder + "/" + entry.name) }
            return true
        }
        return found
    }

    private static func hex(_ sum: UInt32) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    private static func text(_ master: InstrumentMaster) -> [UInt8] {
        var bytes = Array((header + "\n").utf8)
        bytes.reserveCapacity(master.count * 110)
        for index in 0..<master.count {
            let one = master.instrument(at: index)
            let fields = [
                String(one.token), String(one.exchangeToken), one.id.symbol, quoted(one.name), one.expiry?.description ?? "",
                one.strike == .zero ? "" : one.strike.text, one.tickSize.text, one.lotSize.text, one.kind, one.segment, one.id.exchange,
                quoted(one.underlying), one.freezeQuantity == .zero ? "" : one.freezeQuantity.text, one.multiplier.text,
                one.isInClosingAuction ? "true" : "false",
            ]
            bytes += fields.joined(separator: ",").utf8
            bytes.append(0x0A)
        }
        return bytes
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    // MARK: Loading

    /// What was found: the list, and why it is empty when it should not be.
    package struct Loaded: Sendable {
        package let master: InstrumentMaster
        /// Where a damaged list was moved to, in words; nothing when all is well.
        package let trouble: String?
    }

    /// The stored list; empty when there is none. A damaged one is set aside and the house starts without it, because it can be
    /// imported again. Blocking.
    package static func load(_ disk: any Disk, at now: Timestamp) throws(DiskFailure) -> Loaded {
        guard let line = try disk.readAll(markPath, limitBytes: 1 << 16) else { return Loaded(master: InstrumentMaster(), trouble: nil) }
        do {
            return Loaded(master: try read(mark: line, disk), trouble: nil)
        } catch {
            if case .disk(let failure) = error { throw failure }
            var paths = try lists(on: disk)
            paths.append(markPath)
            try Quarantine.move(paths, as: "instruments", on: disk, at: now)
            return Loaded(master: InstrumentMaster(), trouble: "\(error)")
        }
    }

    /// The stored list, reading only: a damaged one throws and stays where it is.
    package static func look(_ disk: any Disk) throws -> InstrumentMaster {
        guard let line = try disk.readAll(markPath, limitBytes: 1 << 16) else { return InstrumentMaster() }
        do {
            return try read(mark: line, disk)
        } catch {
            throw TableFailure(file: markPath, reason: "\(error)")
        }
    }

    private enum Damage: Error, CustomStringConvertible {
        case disk(DiskFailure)
        case why(String)

        var description: String {
            switch self {
            case .disk(let failure): "\(failure)"
            case .why(let reason): reason
            }
        }
    }

    private static func read(mark line: [UInt8], _ disk: any Disk) throws(Damage) -> InstrumentMaster {
        let stated: (path: String, rows: Int64, bytes: Int64)? = line.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.firstIndex(of: 0x0A) ?? bytes.count)])
            guard SealedLine.check(text) != nil else { return nil }
            var row = RowReader(text)
            guard row.text("fmt") == "tradehouse.instruments", row.int("ver") == 1, let path = row.text("file"), let rows = row.int("rows"),
                let size = row.int("bytes")
            else { return nil }
            return (path, rows, size)
        }
        guard let stated else { throw .why("\(markPath) is damaged") }
        let bytes: [UInt8]?
        do {
            bytes = try disk.readAll(stated.path, limitBytes: InstrumentReader.limits.unpackedBytes)
        } catch {
            throw .disk(error)
        }
        guard let bytes else { throw .why("\(stated.path) is missing") }
        guard Int64(bytes.count) == stated.bytes, stated.path == "\(folder)/instruments-\(hex(Crypto.crc32c(bytes))).csv" else {
            throw .why("\(stated.path) is not what was written")
        }
        do {
            let limits = TableLimits(fileBytes: bytes.count, unpackedBytes: bytes.count, rows: InstrumentMaster.limit)
            let master = try InstrumentMaster(try InstrumentReader.read(stated.path, of: disk, limits: limits))
            guard Int64(master.count) == stated.rows else { throw Damage.why("\(stated.path) has \(master.count) rows") }
            return master
        } catch let failure as Damage {
            throw failure
        } catch {
            throw .why("\(error)")
        }
    }
}
