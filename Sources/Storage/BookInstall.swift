// Writing a whole book at once: complete files of a new generation, synced, that count only when a journal record has named them.
// Used on the disk thread only; the order of steps is in `Store+Install`.

import Platform
import Trading
import Wire

/// What was written, for the record that makes it valid.
struct WrittenGeneration: Sendable {
    let generation: Int64
    let counts: SIMD3<Int64>
    let sums: SIMD3<UInt32>
    /// Whether the files stand under the book's own names already; otherwise beside them, with the generation in the name.
    let isInPlace: Bool
}

enum BookInstall {
    /// How many bytes are gathered before they are written.
    static let chunkBytes = 1 << 20

    /// Writes orders, positions and trades as version `v` and makes them durable. Meta follows when the record is.
    static func write(
        _ snapshot: PaperSnapshot, notes: JSONValue?, as generation: Int64, v: Int64, seq: Int64, at now: Timestamp, for key: BookKey,
        on disk: any Disk, _ files: BookFiles
    ) throws(StorageFailure) -> WrittenGeneration {
        do {
            try files.makeDirectory(of: key)
            // By the book, not by what lies there: of a book that a full disk kept from having all its files some may stand there.
            let isInPlace = v == 1
            var counts: SIMD3<Int64> = .zero
            var sums: SIMD3<UInt32> = .zero
            var time = RowWriter()
            time.time(now)
            func put<Row>(_ file: BookFile, _ rows: [Row], _ write: (Row, inout RowWriter) -> Void) throws(DiskFailure) {
                let (count, sum) = try writeFile(
                    file, rows, path: key.path(file, generation: isInPlace ? nil : generation), generation: generation, v: v, seq: seq,
                    time: time.bytes, key, disk, write)
                counts[file.rawValue] = count
                sums[file.rawValue] = sum
            }
            try put(.orders, snapshot.orders) { PaperBooks.write($0, to: &$1) }
            try put(.positions, snapshot.positions) { PaperBooks.write($0, to: &$1) }
            try put(.trades, snapshot.trades) { PaperBooks.write($0, to: &$1) }
            if let notes { try writeNotes(notes, generation: generation, key, disk) }
            try disk.syncDirectory(key.directory)
            try disk.syncDirectory("paper")
            if key.book != .default { try disk.syncDirectory("paper/" + key.user.text) }
            return WrittenGeneration(generation: generation, counts: counts, sums: sums, isInPlace: isInPlace)
        } catch {
            throw DataFolder.translate(error, disk)
        }
    }

    private static func writeFile<Row>(
        _ file: BookFile, _ rows: [Row], path: String, generation: Int64, v: Int64, seq: Int64, time: [UInt8], _ key: BookKey,
        _ disk: any Disk, _ write: (Row, inout RowWriter) -> Void
    ) throws(DiskFailure) -> (Int64, UInt32) {
        let open = try disk.createAnew(path)
        // The header tells the sum of the rows, so they are made twice: once to sum, once to write, never all in memory.
        var sum: UInt32 = 0
        func line(_ index: Int, _ writer: inout RowWriter) -> UInt32 {
            let start = writer.bytes.count
            writer.raw("{\"n\":")
            writer.decimalDigits(Int64(index + 1))
            writer.int("v", v)
            writer.int("seq", seq)
            writer.raw(",\"t\":")
            writer.bytes.append(contentsOf: time)
            writer.raw(",")
            write(rows[index], &writer)
            return SealedLine.seal(&writer.bytes, from: start)
        }
        var scratch = RowWriter()
        for index in rows.indices {
            scratch.bytes.removeAll(keepingCapacity: true)
            sum = SealedLine.fold(sum, line(index, &scratch))
        }
        let count = Int64(rows.count)
        var writer = RowWriter(
            bytes: BookHeader(baseV: v, baseN: count, baseFC: sum, rows: count, generation: generation).line(file, of: key))
        var offset: Int64 = 0
        for index in rows.indices {
            _ = line(index, &writer)
            guard writer.bytes.count >= chunkBytes else { continue }
            try open.write(writer.bytes, at: offset)
            offset += Int64(writer.bytes.count)
            writer.bytes.removeAll(keepingCapacity: true)
        }
        try open.write(writer.bytes, at: offset)
        try open.sync()
        return (count, sum)
    }

    /// One line per note: an array gives a line for each element, anything else one line. A note longer than a line is cut to its
    /// beginning as text, which says so.
    private static func writeNotes(_ notes: JSONValue, generation: Int64, _ key: BookKey, _ disk: any Disk) throws(DiskFailure) {
        let elements = notes.array ?? [notes]
        let open = try disk.createAnew(key.notesPath(generation: generation))
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", "tradehouse.paper.notes")
        writer.int("ver", BookHeader.version)
        writer.text("u", key.user.text)
        writer.text("bk", key.book.text)
        writer.int("gen", generation)
        SealedLine.seal(&writer.bytes)
        var offset: Int64 = 0
        for (index, element) in elements.enumerated() {
            let encoded = element.encoded
            let start = writer.bytes.count
            writer.raw("{\"n\":")
            writer.decimalDigits(Int64(index + 1))
            if encoded.count <= noteLimitBytes {
                writer.raw(",\"note\":")
                writer.bytes.append(contentsOf: encoded)
            } else {
                writer.text("cut", String(decoding: encoded.prefix(noteLimitBytes / 8), as: UTF8.self))
                writer.int("bytes", Int64(encoded.count))
            }
            SealedLine.seal(&writer.bytes, from: start)
            guard writer.bytes.count >= chunkBytes else { continue }
            try open.write(writer.bytes, at: offset)
            offset += Int64(writer.bytes.count)
            writer.bytes.removeAll(keepingCapacity: true)
        }
        try open.write(writer.bytes, at: offset)
        try open.sync()
    }

    static let noteLimitBytes = SealedLine.limitBytes - 4_096

    /// After the record is durable: the files get the book's own names and meta its first line; returns what was left.
    ///
    /// What stands beside them stays: a copy of the folder that is running now may have seen only those names.
    static func finish(
        _ written: WrittenGeneration, v: Int64, meta: [UInt8], for key: BookKey, on disk: any Disk, _ files: BookFiles
    ) throws(DiskFailure) -> [FileMark?] {
        var left: [FileMark?] = [nil, nil, nil, nil]
        for file in BookFile.rows {
            if !written.isInPlace { try copy(key.path(file, generation: written.generation), to: key.path(file), disk) }
            guard let status = try disk.status(of: key.path(file)) else { throw DiskFailure(.notFound, "find", key.path(file)) }
            left[file.rawValue] = FileMark(inode: status.inode, bytes: status.bytes)
        }
        let header = BookHeader(baseV: v, baseN: 0, baseFC: 0, rows: 1, generation: written.generation)
        left[BookFile.meta.rawValue] = try files.replace(key.path(.meta), with: header.line(.meta, of: key) + meta)
        return left
    }

    /// Copies a file over another in bounded memory: temporary file, synced, renamed, folder synced.
    static func copy(_ path: String, to target: String, _ disk: any Disk) throws(DiskFailure) {
        let from = try disk.open(path, for: .reading)
        let temporary = temporaryPath(beside: target)
        let to = try disk.createAnew(temporary)
        var offset: Int64 = 0
        while true {
            let chunk = try from.read(at: offset, count: chunkBytes)
            if chunk.isEmpty { break }
            try to.write(chunk, at: offset)
            offset += Int64(chunk.count)
        }
        try to.sync()
        try disk.rename(temporary, to: target)
        try disk.syncDirectory(directory(of: target))
    }

    private static func directory(of path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    private static func temporaryPath(beside path: String) -> String {
        directory(of: path) + "/.tmp-" + path.dropFirst(directory(of: path).utf8.count + 1)
    }
}
