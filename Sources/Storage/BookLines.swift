// From a journal record to the lines of the four files of its book: made by the same code when an act is committed and when it is
// replayed after a crash, so both give the same bytes.

import Trading

/// Names one book on disk.
package struct BookKey: Hashable, Sendable, Comparable {
    package let user: UserID
    package let book: BookName

    package init(user: UserID, book: BookName = .default) {
        self.user = user
        self.book = book
    }

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

    package static func < (a: BookKey, b: BookKey) -> Bool { a.user == b.user ? a.book < b.book : a.user < b.user }
}

/// Where the acts of a book stand: enough to write the next record.
struct ActChain: Sendable, Equatable {
    /// The number of transactions so far.
    var v: Int64 = 0
    /// The checksum of transaction `v` in the journal; nil before the first.
    var jc: UInt32?
    /// How many lines orders, positions and trades have, ever.
    var n: SIMD3<Int64> = .zero
    var generation: Int64 = 1

    init() {}

    init(_ chain: BookChain) { (v, jc, n, generation) = (chain.v, chain.jc, chain.n, chain.generation) }

    /// Moves on to a record with such rows.
    mutating func advance(to jc: UInt32, _ slices: RowSlices) {
        v += 1
        self.jc = jc
        n &+= slices.counts
    }

    var previousText: String { jc.map(SealedLine.hexText) ?? BookChain.genesis }
}

/// Where the history of a book stands: enough to write the lines of the next transaction and to prove the last.
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

    static let genesis = "genesis"
}

/// Where the rows stand inside a record: ranges of members without their braces, counted from the record's first byte.
struct RowSlices: Sendable {
    /// Orders, then positions, then trades; one array, because every act has one.
    private var ranges: [Range<Int>] = []
    private(set) var counts: SIMD3<Int64> = .zero
    /// The members after `n`, beginning with a comma.
    var meta: Range<Int> = 0..<0

    init() {}

    init(expecting count: Int) { ranges.reserveCapacity(count) }

    init(orders: [Range<Int>], positions: [Range<Int>], trades: [Range<Int>]) {
        ranges = orders + positions + trades
        counts = SIMD3(Int64(orders.count), Int64(positions.count), Int64(trades.count))
    }

    /// Adds a row; those of a file come together, and the files in their order.
    mutating func add(_ range: Range<Int>, to file: BookFile) {
        ranges.append(range)
        counts[file.rawValue] += 1
    }

    subscript(_ file: BookFile) -> ArraySlice<Range<Int>> {
        switch file {
        case .orders: ranges[..<Int(counts[0])]
        case .positions: ranges[Int(counts[0])..<Int(counts[0] + counts[1])]
        case .trades: ranges[Int(counts[0] + counts[1])...]
        case .meta: []
        }
    }
}

/// An act that is durable in the journal and has yet to reach the readable files: what its lines are made of.
struct DurableAct: Sendable {
    /// The whole batch, shared by all its acts, and where the act's record stands in it.
    let batch: [UInt8]
    let record: Range<Int>
    let slices: RowSlices
    let time: Range<Int>
    let v: Int64
    let seq: Int64
    let crc: UInt32
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
        record.withUnsafeBytes { add($0, slices, seq: seq, time: time, jc: jc, to: &chain) }
    }

    private mutating func add(
        _ record: UnsafeRawBufferPointer, _ slices: RowSlices, seq: Int64, time: Range<Int>, jc: UInt32, to chain: inout BookChain
    ) {
        let previous = chain.jc
        chain.v += 1
        chain.jc = jc
        let time = UnsafeRawBufferPointer(rebasing: record[time])
        for file in BookFile.rows {
            for row in slices[file] {
                chain.n[file.rawValue] += 1
                let sum = addRow(UnsafeRawBufferPointer(rebasing: record[row]), to: file, seq: seq, time: time, chain)
                chain.fc[file.rawValue] = SealedLine.fold(chain.fc[file.rawValue], sum)
            }
        }
        addMeta(UnsafeRawBufferPointer(rebasing: record[slices.meta]), seq: seq, time: time, previous: previous, chain)
    }

    /// The lines of one act after the other, of which the first continues the chain.
    init(of acts: [DurableAct], to chain: inout BookChain) {
        for file in BookFile.allCases {
            let room = acts.reduce(0) { room, act in
                let rows = file == .meta ? act.slices.meta.count : act.slices[file].reduce(0) { $0 + $1.count }
                let count = file == .meta ? 1 : Int(act.slices.counts[file.rawValue])
                return room + rows + count * BookLines.frameBytes
            }
            bytes[file.rawValue].reserveCapacity(room)
        }
        for act in acts {
            act.batch.withUnsafeBytes { batch in
                add(
                    UnsafeRawBufferPointer(rebasing: batch[act.record]), act.slices, seq: act.seq, time: act.time, jc: act.crc, to: &chain)
            }
        }
    }

    /// Room for what stands in a line beside the row, the figures and the instant.
    private static let frameBytes = 256

    private mutating func addRow(
        _ row: UnsafeRawBufferPointer, to file: BookFile, seq: Int64, time: UnsafeRawBufferPointer, _ chain: BookChain
    ) -> UInt32 {
        let start = bytes[file.rawValue].count
        bytes[file.rawValue].appendText(atMost: BookLines.frameBytes + time.count + row.count) { pen in
            pen.put("{\"n\":")
            pen.integer(chain.n[file.rawValue])
            pen.member("v")
            pen.integer(chain.v)
            pen.member("seq")
            pen.integer(seq)
            pen.member("t")
            pen.put(time)
            pen.put(",")
            pen.put(row)
        }
        return SealedLine.seal(&bytes[file.rawValue], from: start)
    }

    /// Adds the commit line of the chain's present transaction.
    mutating func addMeta(
        _ figures: UnsafeRawBufferPointer, seq: Int64, time: UnsafeRawBufferPointer, previous: UInt32?, _ chain: BookChain
    ) {
        let file = BookFile.meta.rawValue
        let start = bytes[file].count
        bytes[file].appendText(atMost: BookLines.frameBytes + time.count + figures.count) { pen in
            pen.put("{\"v\":")
            pen.integer(chain.v)
            pen.member("seq")
            pen.integer(seq)
            pen.member("t")
            pen.put(time)
            pen.member("pc")
            pen.sum(previous)
            pen.member("jc")
            pen.sum(chain.jc)
            pen.member("n")
            for file in 0..<3 {
                pen.put(file == 0 ? "[" : ",")
                pen.integer(chain.n[file])
            }
            pen.put("],\"fc\":")
            for file in 0..<3 {
                pen.put(file == 0 ? "[" : ",")
                pen.sum(chain.fc[file])
            }
            pen.put("]")
            pen.put(figures)
        }
        SealedLine.seal(&bytes[file], from: start)
    }

    /// As `addMeta(_:seq:time:previous:_:)`, for bytes that are at hand as slices.
    mutating func addMeta(
        _ figures: ArraySlice<UInt8>, seq: Int64, time: ArraySlice<UInt8>, previous: UInt32?, _ chain: BookChain
    ) {
        figures.withUnsafeBytes { figures in
            time.withUnsafeBytes { time in addMeta(figures, seq: seq, time: time, previous: previous, chain) }
        }
    }

    init() {}
}

extension BytePen {
    /// A checksum in quotes, or the word for none.
    mutating func sum(_ value: UInt32?) {
        put(UInt8(ascii: "\""))
        if let value { hex(value) } else { put("genesis") }
        put(UInt8(ascii: "\""))
    }

    /// Eight lower-case hex digits.
    mutating func hex(_ value: UInt32) {
        var word = SealedLine.hexWord(value)
        withUnsafeBytes(of: &word) { put($0) }
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
    /// The archives that have what was given away.
    var parts = ArchiveParts()
    /// The running checksum of the `rows_fc` of those archives: another life of the book has archives of the same numbers.
    var partsFC: UInt32 = 0
    /// The running checksum of the rows alone; nil where they are not folded ones.
    var rowsFC: UInt32?

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
        if !parts.isEmpty {
            writer.raw(",\"parts\":[")
            writer.decimalDigits(parts.first)
            writer.raw(",")
            writer.decimalDigits(parts.last)
            writer.raw("]")
            writer.text("parts_fc", SealedLine.hexText(partsFC))
        }
        if let rowsFC { writer.text("rows_fc", SealedLine.hexText(rowsFC)) }
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }
}
