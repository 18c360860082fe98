// Archives of a book: finished orders and old trades that its own files gave away. Written once, never changed. Which of them count is
// said by the header of the file that gave them away; making them is `BookFold`.

import Platform
import Trading

/// Which archives of a file count; none when the last is before the first.
struct ArchiveParts: Equatable, Sendable {
    var first: Int64 = 1
    var last: Int64 = 0

    var isEmpty: Bool { last < first }
    var numbers: Range<Int64> { isEmpty ? first..<first : first..<last + 1 }
}

/// One archive, read and checked by itself.
struct BookArchive {
    struct Header: Equatable, Sendable {
        var part: Int64
        var generation: Int64
        /// Acts up to this one were looked at when it was made.
        var v: Int64
        /// Of trades: the lines after `fromN` up to `toN`, and the running checksum of all lines before and with them.
        var fromN: Int64
        var fromFC: UInt32
        var toN: Int64
        var toFC: UInt32
        var rows: Int64
        var rowsFC: UInt32
        /// When it was made; the book's own file keeps what it has for the retention after that.
        var at: Timestamp

        func line(_ file: BookFile, of key: BookKey) -> [UInt8] {
            var writer = RowWriter()
            writer.raw("{")
            writer.firstText("fmt", BookArchive.format(file))
            writer.int("ver", BookHeader.version)
            writer.text("u", key.user.text)
            writer.text("bk", key.book.text)
            writer.int("part", part)
            writer.int("gen", generation)
            writer.int("v", v)
            writer.int("from_n", fromN)
            writer.text("from_fc", SealedLine.hexText(fromFC))
            writer.int("to_n", toN)
            writer.text("to_fc", SealedLine.hexText(toFC))
            writer.int("rows", rows)
            writer.text("rows_fc", SealedLine.hexText(rowsFC))
            writer.time("t", at)
            SealedLine.seal(&writer.bytes)
            return writer.bytes
        }
    }

    let header: Header
    let bytes: [UInt8]
    let lines: [BookLine]

    static func format(_ file: BookFile) -> String { "tradehouse.paper." + file.word + ".archive" }

    /// Nothing when the content is not exactly what its header says.
    init?(_ file: BookFile, part: Int64, _ bytes: [UInt8]) {
        var header: Header?
        var lines: [BookLine] = []
        var sum: UInt32 = 0
        var running: UInt32 = 0
        let isWhole = bytes.withUnsafeBytes { bytes -> Bool in
            var at = 0
            while at < bytes.count {
                guard let feed = LineStream.lineFeed(in: bytes, from: at) else { return false }
                let line = UnsafeRawBufferPointer(rebasing: bytes[at..<feed])
                guard let crc = SealedLine.check(line) else { return false }
                if let header {
                    guard let (n, v, seq) = BookFileText.numbers(line, file), v <= header.v else { return false }
                    if file == .trades, n != header.fromN + Int64(lines.count) + 1 { return false }
                    lines.append(BookLine(start: at, end: feed, crc: crc, n: n, v: v, seq: seq, isTerminated: true))
                    sum = SealedLine.fold(sum, crc)
                    running = SealedLine.fold(running, crc)
                } else {
                    guard let read = BookArchive.header(file, line), read.part == part else { return false }
                    header = read
                    running = read.fromFC
                }
                at = feed + 1
            }
            return true
        }
        guard isWhole, let header, header.rows == Int64(lines.count), header.rowsFC == sum,
            file != .trades || (header.toN == header.fromN + header.rows && header.toFC == running)
        else { return nil }
        self.header = header
        self.bytes = bytes
        self.lines = lines
    }

    private static func header(_ file: BookFile, _ line: UnsafeRawBufferPointer) -> Header? {
        var row = RowReader(line)
        guard row.text("fmt") == format(file), row.int("ver") == BookHeader.version, let part = row.int("part"),
            let generation = row.int("gen"), let v = row.int("v"), let fromN = row.int("from_n"), let fromFC = row.sum("from_fc"),
            let toN = row.int("to_n"), let toFC = row.sum("to_fc"), let rows = row.int("rows"), let rowsFC = row.sum("rows_fc"),
            let at = row.time("t")
        else { return nil }
        return Header(
            part: part, generation: generation, v: v, fromN: fromN, fromFC: fromFC, toN: toN, toFC: toFC, rows: rows, rowsFC: rowsFC,
            at: at)
    }
}

extension BookHeader {
    /// Whether the first of these are the very archives that the file gave its lines to.
    func gaveTo(_ archives: [BookArchive]) -> Bool {
        let given = archives.prefix(parts.numbers.count)
        return given.count == parts.numbers.count && given.reduce(0) { SealedLine.fold($0, $1.header.rowsFC) } == partsFC
    }
}

extension BookKey {
    /// `…_paper_trades.0001.jsonl`.
    func archivePath(_ file: BookFile, _ part: Int64) -> String {
        let digits = String(part)
        return directory + "/user_" + user.text + "_paper_" + file.word + "."
            + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + ".jsonl"
    }

    /// Numbers of the archives of a file that exist, ascending.
    func archives(_ file: BookFile, on disk: any Disk) throws(DiskFailure) -> [Int64] {
        let stem = "user_" + user.text + "_paper_" + file.word + "."
        var found: [Int64] = []
        guard try disk.status(of: directory) != nil else { return [] }
        try disk.list(directory) { entry in
            guard !entry.isDirectory, entry.name.hasPrefix(stem), entry.name.hasSuffix(".jsonl") else { return true }
            let digits = entry.name.dropFirst(stem.count).dropLast(6)
            if digits.utf8.count >= 4, digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int64(digits)
            {
                found.append(number)
            }
            return true
        }
        return found.sorted()
    }
}
