// One of the four files of a book in memory, its lines checked and told apart. Which of them count is decided by `BookLoader`.

import Platform

/// A checked line of a book's file.
struct BookLine {
    /// Without the line feed.
    let start: Int
    let end: Int
    let crc: UInt32
    /// 0 in the meta file, whose lines are numbered by `v`.
    let n: Int64
    let v: Int64
    let seq: Int64
    let isTerminated: Bool
}

struct BookFileText {
    let file: BookFile
    let bytes: [UInt8]
    private(set) var header: BookHeader?
    private(set) var headerEnd = 0
    /// All good lines after the header.
    private(set) var lines: [BookLine] = []
    /// Lines with a line feed and a wrong checksum: how many good lines stand before each.
    private(set) var badLines: [Int] = []
    /// Bytes after the last line feed that are no good line: what a cut append leaves.
    private(set) var hasTornTail = false
    private(set) var newerVersion: Int64?
    /// Read from beside the book's own names: an install whose last step a crash kept from happening.
    var isBeside = false
    /// What its header gave away, in order.
    var archives: [BookArchive] = []

    /// The lines that the header calls rows: the folded state up to `base_v`.
    var rowCount: Int { min(Int(header?.rows ?? 0), lines.count) }

    init(_ file: BookFile, _ bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        bytes.withUnsafeBytes { read($0) }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) {
        lines.reserveCapacity(bytes.count / 256)
        var at = 0
        var isFirst = true
        while at < bytes.count {
            let feed = LineStream.lineFeed(in: bytes, from: at)
            let end = feed ?? bytes.count
            let line = UnsafeRawBufferPointer(rebasing: bytes[at..<end])
            if let crc = SealedLine.check(line) {
                take(line, crc, at..<end, isTerminated: feed != nil, isFirst: isFirst)
            } else if !isFirst || feed != nil {
                let parts = SealedLine.salvage(line)
                for part in parts {
                    let inner = UnsafeRawBufferPointer(rebasing: line[part])
                    guard let crc = SealedLine.check(inner) else { continue }
                    take(
                        inner, crc, at + part.lowerBound..<at + part.upperBound, isTerminated: false,
                        isFirst: isFirst && part.lowerBound == 0)
                }
                if feed == nil {
                    hasTornTail = true
                } else if parts.isEmpty, !isFirst {
                    badLines.append(lines.count)
                }
            } else {
                hasTornTail = true
            }
            isFirst = false
            at = end + 1
        }
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer, _ crc: UInt32, _ range: Range<Int>, isTerminated: Bool, isFirst: Bool
    ) {
        if isFirst {
            readHeader(line)
            headerEnd = range.upperBound + (isTerminated ? 1 : 0)
            return
        }
        guard let (n, v, seq) = BookFileText.numbers(line, file) else {
            badLines.append(lines.count)
            return
        }
        lines.append(
            BookLine(start: range.lowerBound, end: range.upperBound, crc: crc, n: n, v: v, seq: seq, isTerminated: isTerminated))
    }

    private mutating func readHeader(_ line: UnsafeRawBufferPointer) {
        var row = RowReader(line)
        guard row.text("fmt") == "tradehouse.paper." + file.word, let version = row.int("ver") else { return }
        guard version <= BookHeader.version else {
            newerVersion = version
            return
        }
        guard let baseV = row.int("base_v"), let baseN = row.int("base_n"), let baseFC = row.sum("base_fc"), let rows = row.int("rows"),
            let generation = row.int("gen")
        else { return }
        var parts = ArchiveParts()
        var partsFC: UInt32 = 0
        if let list = row.value("parts") {
            guard let numbers = row.elements(list), numbers.count == 2 else { return }
            let values = numbers.map { row.int(RowValue(start: $0.lowerBound, end: $0.upperBound, kind: .number, isEscaped: false)) }
            guard let first = values[0], let last = values[1], first >= 1, last >= first, last - first < BookFileText.partLimit,
                let sum = row.sum("parts_fc")
            else { return }
            parts = ArchiveParts(first: first, last: last)
            partsFC = sum
        }
        header = BookHeader(
            baseV: baseV, baseN: baseN, baseFC: baseFC, rows: rows, generation: generation, parts: parts, partsFC: partsFC,
            rowsFC: row.sum("rows_fc"))
    }

    /// No book comes near so many archives.
    static let partLimit: Int64 = 100_000

    /// `n`, `v` and `seq`, the first members of every line.
    static func numbers(_ line: UnsafeRawBufferPointer, _ file: BookFile) -> (Int64, Int64, Int64)? {
        var row = RowReader(line)
        var n: Int64 = 0
        if file != .meta {
            guard let number = row.int("n") else { return nil }
            n = number
        }
        guard let v = row.int("v"), let seq = row.int("seq") else { return nil }
        return (n, v, seq)
    }
}
