// A table in a file, plain or gzipped, row by row: tapes, instrument lists, candles. What the columns mean is the reader's business.

import Platform
import Wire

/// Why a table was not taken, with file, line and column.
package struct TableFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1; 0 when it is the file as a whole.
    package let line: Int
    /// The name of the column; empty when it is the whole row.
    package let column: String
    package let reason: String

    package init(file: String, line: Int = 0, column: String = "", reason: String) {
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
    }

    package var description: String {
        "\(file)\(line == 0 ? "" : ", line \(line)")\(column.isEmpty ? "" : ", column `\(column)`"): \(reason)."
    }
}

/// What reading a table may use.
package struct TableLimits: Sendable, Equatable {
    /// As it lies on the disk.
    package var fileBytes: Int
    package var unpackedBytes: Int
    package var rows: Int

    package init(fileBytes: Int, unpackedBytes: Int, rows: Int) {
        self.fileBytes = fileBytes
        self.unpackedBytes = unpackedBytes
        self.rows = rows
    }
}

package enum TableFile {
    static let chunkBytes = 1 << 18

    /// A file anywhere on the machine: the disk of its folder, and its name there.
    package static func place(_ path: String) throws(TableFailure) -> (disk: any Disk, name: String) {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard !name.isEmpty, name != ".", name != ".." else { throw TableFailure(file: path, reason: "it is no file") }
        do {
            return (try PosixDisk(root: slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."), name)
        } catch {
            throw TableFailure(file: path, reason: "\(error)")
        }
    }

    /// Calls `take` for every row after the header, with the parser that knows the header and the line. A name that ends in `.gz` is
    /// unpacked on the way.
    static func read(
        _ name: String, of disk: any Disk, limits: TableLimits, _ take: ([String], CSVParser) throws(TableFailure) -> Void
    ) throws(TableFailure) {
        var parser = CSVParser(limits: CSVLimits(fieldBytes: 256, fields: 64, lineBytes: 4_096))
        var rows = 0
        func row(_ fields: [String]) throws(TableFailure) {
            rows += 1
            guard rows <= limits.rows else { throw TableFailure(file: name, reason: "it has more than \(limits.rows) rows") }
            try take(fields, parser)
        }
        do {
            let source = try disk.open(name, for: .reading)
            let unpacker = name.hasSuffix(".gz") ? try GunzipReader(limitBytes: limits.unpackedBytes) : nil
            let limit = unpacker == nil ? min(limits.fileBytes, limits.unpackedBytes) : limits.fileBytes
            var offset: Int64 = 0
            while true {
                let chunk = try source.read(at: offset, count: chunkBytes)
                offset += Int64(chunk.count)
                guard !chunk.isEmpty else { break }
                guard offset <= Int64(limit) else { throw TableFailure(file: name, reason: "it is longer than \(limit) bytes") }
                if let unpacker {
                    unpacker.feed(chunk)
                    while let piece = try unpacker.read() {
                        parser.feed(piece.span)
                        while let fields = try parser.next() { try row(fields) }
                    }
                } else {
                    parser.feed(chunk.span)
                    while let fields = try parser.next() { try row(fields) }
                }
            }
            try unpacker?.finish()
            while let fields = try parser.finish() { try row(fields) }
        } catch let failure as TableFailure {
            throw failure
        } catch let error as CSVError {
            throw TableFailure(file: name, line: error.line, reason: "it is no table (\(error.reason))")
        } catch let error as GzipFailure {
            throw TableFailure(file: name, reason: "it cannot be unpacked (\(error))")
        } catch let error as DiskFailure {
            throw TableFailure(file: name, reason: "\(error)")
        } catch {
            preconditionFailure("Only disk, gzip and table fail here: \(error)")
        }
    }
}

/// A field as an error shows it.
func shown(_ text: String) -> String { "\"\(text.prefix(40))\"" }
