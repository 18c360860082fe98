// From a journal record to the lines of the four files of its book: made by the same code when an act is committed and when it is
// replayed after a crash, so both give the same bytes.

import Trading

/// Names one book on disk.
struct BookKey: Hashable, Sendable, Comparable {
    let user: UserID
    let book: BookName

    /// `paper/ZX1234`, or `paper/ZX1234/swing`.
    var directory: String { "paper/" + user.text + (book == .default ? "" : "/" + book.text) }

    /// `paper/ZX1234/user_ZX1234_paper_orders.jsonl`, with `.g0002` before the suffix for a generation that was installed beside it.
    func path(_ file: BookFile, generation: Int64? = nil) -> String {
        var suffix = ".jsonl"
        if let generation {
            let digits = String(generation)
            suffix = ".g" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + suffix
        }
        return directory + "/user_" + user.text + "_paper_" + file.word + suffix
    }

    /// What came along at an import and has no place in a row.
    func notesPath(generation: Int64) -> String {
        let digits = String(generation)
        return directory + "/user_" + user.text + "_paper_notes." + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            + ".jsonl"
    }

    static func < (a: BookKey, b: BookKey) -> Bool { a.user == b.user ? a.book < b.book : a.user < b.user }
}

/// Where the history of a book stands: enough to write the next transaction and to prove the last.
struct BookChain: Sendable, Equatable {
    /// The number of transactions so far.
    var v: Int64 = 0
    /// The checksum of transaction `v` in the journal; nil before the first.
    var jc: UInt32?
    /// How many lines orders, positions and trades have, ever.
    var n: SIMD3<Int64> = .zero
    /// The running checksums of those lines.
    var fc: SIMD3<UInt32> = .zero
    var generation: Int64 = 1

    var previousText: String { jc.map(SealedLine.hexText) ?? BookChain.genesis }
    static let genesis = "genesis"
}

/// Where the rows stand inside a record: ranges of members without their braces.
struct RowSlices: Sendable {
    var orders: [Range<Int>] = []
    var positions: [Range<Int>] = []
    var trades: [Range<Int>] = []
    /// The members after `n`, beginning with a comma.
    var meta: Range<Int> = 0..<0

    subscript(_ file: BookFile) -> [Range<Int>] {
        switch file {
        case .orders: orders
        case .positions: positions
        case .trades: trades
        case .meta: []
        }
    }
}

/// Complete lines for the four files, one transaction's or many's.
struct BookLines: Sendable {
    private(set) var bytes: [[UInt8]] = [[], [], [], []]

    var count: Int { bytes.reduce(0) { $0 + $1.count } }
    var isEmpty: Bool { bytes[BookFile.meta.rawValue].isEmpty }
    subscript(_ file: BookFile) -> [UInt8] { bytes[file.rawValue] }

    /// Adds the lines of the record whose bytes are given, and moves the chain on to it.
    ///
    /// `time` is the range of the record's instant with its quotes; `jc` the record's checksum.
    mutating func add(
        _ record: [UInt8], _ slices: RowSlices, seq: Int64, time: Range<Int>, jc: UInt32, to chain: inout BookChain
    ) {
        let previous = chain.jc
        chain.v += 1
        chain.jc = jc
        for file in BookFile.rows {
            var writer = RowWriter(bytes: bytes[file.rawValue])
            // Taken out so that the writer owns the only reference and appends in place.
            bytes[file.rawValue] = []
            for row in slices[file] {
                let start = writer.bytes.count
                chain.n[file.rawValue] += 1
                writer.raw("{\"n\":")
                writer.decimalDigits(chain.n[file.rawValue])
                writer.int("v", chain.v)
                writer.int("seq", seq)
                writer.raw(",\"t\":")
                writer.bytes.append(contentsOf: record[time])
                writer.raw(",")
                writer.bytes.append(contentsOf: record[row])
                let sum = SealedLine.seal(&writer.bytes, from: start)
                chain.fc[file.rawValue] = SealedLine.fold(chain.fc[file.rawValue], sum)
            }
            bytes[file.rawValue] = writer.bytes
        }
        addMeta(record[slices.meta], seq: seq, time: record[time], previous: previous, chain)
    }

    /// Adds the commit line of the chain's present transaction.
    mutating func addMeta(
        _ figures: ArraySlice<UInt8>, seq: Int64, time: ArraySlice<UInt8>, previous: UInt32?, _ chain: BookChain
    ) {
        var writer = RowWriter(bytes: bytes[BookFile.meta.rawValue])
        bytes[BookFile.meta.rawValue] = []
        let start = writer.bytes.count
        writer.raw("{\"v\":")
        writer.decimalDigits(chain.v)
        writer.int("seq", seq)
        writer.raw(",\"t\":")
        writer.bytes.append(contentsOf: time)
        writer.text("pc", previous.map(SealedLine.hexText) ?? BookChain.genesis)
        writer.text("jc", chain.previousText)
        writer.raw(",\"n\":")
        writer.counts(chain.n)
        writer.raw(",\"fc\":[")
        for file in 0..<3 {
            writer.raw(file == 0 ? "\"" : ",\"")
            SealedLine.appendHex(&writer.bytes, chain.fc[file])
            writer.raw("\"")
        }
        writer.raw("]")
        writer.bytes.append(contentsOf: figures)
        SealedLine.seal(&writer.bytes, from: start)
        bytes[BookFile.meta.rawValue] = writer.bytes
    }

    mutating func add(_ later: BookLines) {
        for file in BookFile.allCases { bytes[file.rawValue] += later.bytes[file.rawValue] }
    }
}

extension RowWriter {
    /// `[33,16,16]`.
    mutating func counts(_ n: SIMD3<Int64>) {
        for file in 0..<3 {
            raw(file == 0 ? "[" : ",")
            decimalDigits(n[file])
        }
        raw("]")
    }
}

/// The first line of one of the four files.
struct BookHeader: Equatable, Sendable {
    /// Everything up to this transaction is folded into the rows that follow the header.
    var baseV: Int64 = 0
    var baseN: Int64 = 0
    var baseFC: UInt32 = 0
    var rows: Int64 = 0
    var generation: Int64 = 1

    static let version: Int64 = 1

    func line(_ file: BookFile, of key: BookKey) -> [UInt8] {
        var writer = RowWriter()
        writer.raw("{\"fmt\":\"tradehouse.paper.")
        writer.bytes.append(contentsOf: file.word.utf8)
        writer.raw("\"")
        writer.int("ver", BookHeader.version)
        writer.text("u", key.user.text)
        writer.text("bk", key.book.text)
        writer.int("base_v", baseV)
        writer.int("base_n", baseN)
        writer.text("base_fc", SealedLine.hexText(baseFC))
        writer.int("rows", rows)
        writer.int("gen", generation)
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }
}
