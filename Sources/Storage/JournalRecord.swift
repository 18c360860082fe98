// One act as one line of the journal, written and read. The journal's own lines (header, batch, seal) are in `JournalFormat`.

import Platform
import Trading
import Wire

/// A document as it stands in a record: its new version and where it came from.
struct DocumentVersion: Sendable {
    let path: DocumentPath
    let dv: Int64
    /// The checksum of the line this one replaces; nil when it is the first or its predecessor is not at hand.
    let previous: UInt32?
    /// Nil deletes.
    let body: [UInt8]?
}

/// A record that was just written behind others. What stands where in it is counted from its first byte.
struct JournalRecord: Sendable {
    /// Its line with the line feed, among the bytes it was written to.
    let range: Range<Int>
    let crc: UInt32
    let seq: Int64
    let slices: RowSlices
    let time: Range<Int>
    /// The array of audit entries, empty when there is none.
    let audit: Range<Int>

    /// What a bulk install says about the files it made valid.
    struct Install: Sendable {
        let generation: Int64
        let counts: SIMD3<Int64>
        let sums: SIMD3<UInt32>
    }

    /// A record with the rows of one book, or an install of one.
    static func transaction(
        seq: Int64, at time: Timestamp, key: BookKey, after chain: ActChain, _ commit: Commit, meta: BookMeta,
        documents: [DocumentVersion], install: Install? = nil, to bytes: inout [UInt8]
    ) -> JournalRecord {
        let start = bytes.count
        var writer = RowWriter()
        swap(&writer.bytes, &bytes)
        defer { swap(&writer.bytes, &bytes) }
        writer.raw("{\"seq\":")
        writer.decimalDigits(seq)
        writer.text("k", install == nil ? "tx" : "install")
        writer.text("u", key.user.text)
        writer.text("bk", key.book.text)
        writer.int("v", chain.v + 1)
        writer.text("pc", chain.previousText)
        writer.raw(",\"t\":")
        let timeStart = writer.bytes.count - start
        writer.time(time)
        let timeRange = timeStart..<writer.bytes.count - start
        var slices = RowSlices(expecting: commit.orders.count + commit.positions.count + commit.trades.count)
        var counts = chain.n
        if let install {
            counts = install.counts
            writer.int("gen", install.generation)
            writer.raw(",\"fc\":[")
            for file in 0..<3 {
                writer.raw(file == 0 ? "\"" : ",\"")
                SealedLine.appendHex(&writer.bytes, install.sums[file])
                writer.raw("\"")
            }
            writer.raw("]")
        } else {
            writer.rows("o", commit.orders, .orders, from: start, &slices) { PaperBooks.write($0, to: &$1) }
            writer.rows("p", commit.positions, .positions, from: start, &slices) { PaperBooks.write($0, to: &$1) }
            writer.rows("x", commit.trades, .trades, from: start, &slices) { PaperBooks.write($0, to: &$1) }
            counts &+= slices.counts
        }
        writer.raw(",\"m\":{\"n\":")
        writer.counts(counts)
        let metaStart = writer.bytes.count - start
        PaperBooks.write(meta, to: &writer)
        slices.meta = metaStart..<writer.bytes.count - start
        writer.raw("}")
        let audit = writer.tail(documents, commit.audit, from: start)
        let crc = SealedLine.seal(&writer.bytes, from: start)
        return JournalRecord(
            range: start..<writer.bytes.count, crc: crc, seq: seq, slices: slices, time: timeRange, audit: audit)
    }

    /// A record of documents and audit entries only; one that erases the user ends all books as well.
    static func documents(
        seq: Int64, at time: Timestamp, user: UserID, _ documents: [DocumentVersion], audit: [AuditEntry], erases: Bool = false,
        to bytes: inout [UInt8]
    ) -> JournalRecord {
        let start = bytes.count
        var writer = RowWriter()
        swap(&writer.bytes, &bytes)
        defer { swap(&writer.bytes, &bytes) }
        writer.raw("{\"seq\":")
        writer.decimalDigits(seq)
        writer.text("k", erases ? "erase" : documents.isEmpty ? "audit" : "doc")
        writer.text("u", user.text)
        writer.raw(",\"t\":")
        let timeStart = writer.bytes.count - start
        writer.time(time)
        let timeRange = timeStart..<writer.bytes.count - start
        let entries = writer.tail(documents, audit, from: start)
        let crc = SealedLine.seal(&writer.bytes, from: start)
        return JournalRecord(
            range: start..<writer.bytes.count, crc: crc, seq: seq, slices: RowSlices(), time: timeRange, audit: entries)
    }
}

extension RowWriter {
    /// `,"o":[{…},{…}]`, and where each row's members stand in the record. Nothing at all for no rows.
    fileprivate mutating func rows<Row>(
        _ name: StaticString, _ rows: [Row], _ file: BookFile, from record: Int, _ slices: inout RowSlices,
        _ write: (Row, inout RowWriter) -> Void
    ) {
        guard !rows.isEmpty else { return }
        raw(",")
        key(name)
        // In place: a row is long, and a copy of it counts everything that it refers to.
        rows.withUnsafeBufferPointer { rows in
            for index in rows.indices {
                raw(index == 0 ? "[{" : ",{")
                let start = bytes.count - record
                write(rows[index], &self)
                slices.add(start..<bytes.count - record, to: file)
                raw("}")
            }
        }
        raw("]")
    }

    /// `d` and `a`; returns where the array of `a` stands in the record.
    fileprivate mutating func tail(_ documents: [DocumentVersion], _ audit: [AuditEntry], from record: Int) -> Range<Int> {
        for (index, document) in documents.enumerated() {
            raw(index == 0 ? ",\"d\":[{" : ",{")
            firstText("path", document.path.filePath)
            int("dv", document.dv)
            text("pc", document.previous.map(SealedLine.hexText) ?? BookChain.genesis)
            raw(",\"body\":")
            if let body = document.body { bytes.append(contentsOf: body) } else { raw("null") }
            raw(index == documents.count - 1 ? "}]" : "}")
        }
        if audit.isEmpty { return 0..<0 }
        raw(",\"a\":")
        let start = bytes.count - record
        for (index, entry) in audit.enumerated() {
            raw(index == 0 ? "[{" : ",{")
            firstText("actor", entry.actor)
            text("ip", entry.ip)
            text("act", entry.act)
            if !entry.ref.isEmpty { text("ref", entry.ref) }
            bool("ok", entry.ok)
            for (position, detail) in entry.detail.enumerated() {
                raw(position == 0 ? ",\"detail\":{" : ",")
                quoted(detail.name)
                raw(":")
                quoted(detail.value)
            }
            if !entry.detail.isEmpty { raw("}") }
            raw(index == audit.count - 1 ? "}]" : "}")
        }
        return start..<bytes.count - record
    }
}

/// A record read back from a checked line.
struct ParsedRecord {
    enum Kind { case transaction, install, documents, audit, erasure }

    let seq: Int64
    let kind: Kind
    let user: UserID
    let book: BookName
    let v: Int64
    let previous: UInt32?
    let at: Timestamp
    /// With its quotes.
    let time: Range<Int>
    private(set) var slices: RowSlices
    let counts: SIMD3<Int64>
    let install: JournalRecord.Install?
    let documents: [StoredDocument]
    /// The array of audit entries as it stands, empty when there is none.
    let audit: Range<Int>

    /// A document inside a record; `body` is a range of the line.
    struct StoredDocument {
        let path: DocumentPath
        let dv: Int64
        let previous: UInt32?
        let body: Range<Int>?
    }

    var key: BookKey { BookKey(user: user, book: book) }

    /// Nothing when a member is missing or makes no sense; the checksum is the caller's business. A scan does without the rows.
    init?(_ line: UnsafeRawBufferPointer, withRows: Bool = true) {
        var row = RowReader(line)
        guard let seq = row.int("seq"), let kind = row.value("k"), let user = row.text("u").flatMap({ UserID(stored: $0) }) else {
            return nil
        }
        self.seq = seq
        self.user = user
        let isBook = row.equals(kind, "tx") || row.equals(kind, "install")
        let isErasure = row.equals(kind, "erase")
        guard isBook || isErasure || row.equals(kind, "doc") || row.equals(kind, "audit") else { return nil }
        self.kind =
            row.equals(kind, "tx")
            ? .transaction : isBook ? .install : isErasure ? .erasure : row.equals(kind, "doc") ? .documents : .audit
        if isBook {
            guard let name = row.text("bk"), let book = name == "default" ? .default : BookName(name), let v = row.int("v"), v > 0,
                let previous = row.text("pc").flatMap({ ParsedRecord.sum($0) })
            else { return nil }
            (self.book, self.v, self.previous) = (book, v, previous)
        } else {
            (book, v, previous) = (.default, 0, nil)
        }
        guard let time = row.value("t"), time.kind == .string, let at = row.time(time) else { return nil }
        self.at = at
        self.time = time.start - 1..<time.end + 1
        // What follows is long, so it is passed over once, whatever it has.
        var (orders, positions, trades): ([Range<Int>], [Range<Int>], [Range<Int>]) = ([], [], [])
        var metaRange = 0..<0
        var counts: SIMD3<Int64>?
        var install: (generation: Int64?, sums: SIMD3<UInt32>?) = (nil, nil)
        var documents: [StoredDocument] = []
        var audit = 0..<0
        while let (key, value) = row.next() {
            if row.equals(key, "m") {
                var inner = RowReader(line, at: value.start)
                guard value.kind == .nested, let n = inner.value("n"), let found = inner.counts(n) else { return nil }
                metaRange = n.end..<value.end - 1
                counts = found
            } else if row.equals(key, "d") {
                guard let found = ParsedRecord.documents(row, value) else { return nil }
                documents = found
            } else if row.equals(key, "a") {
                guard value.kind == .nested else { return nil }
                audit = value.start..<value.end
            } else if self.kind == .install, row.equals(key, "gen") {
                install.generation = row.int(value)
            } else if self.kind == .install, row.equals(key, "fc") {
                install.sums = row.sums(value)
            } else if withRows, self.kind == .transaction {
                if row.equals(key, "o") {
                    guard let rows = row.rows(value) else { return nil }
                    orders = rows
                } else if row.equals(key, "p") {
                    guard let rows = row.rows(value) else { return nil }
                    positions = rows
                } else if row.equals(key, "x") {
                    guard let rows = row.rows(value) else { return nil }
                    trades = rows
                }
            }
        }
        guard !isBook || counts != nil else { return nil }
        self.counts = counts ?? .zero
        if self.kind == .install {
            guard let generation = install.generation, let sums = install.sums, let counts else { return nil }
            self.install = JournalRecord.Install(generation: generation, counts: counts, sums: sums)
        } else {
            self.install = nil
        }
        slices = RowSlices(orders: orders, positions: positions, trades: trades)
        slices.meta = metaRange
        self.documents = documents
        self.audit = audit
    }

    /// A checksum in hex, or the word for none. The outer nothing means it is neither.
    static func sum(_ text: String) -> UInt32?? {
        if text == BookChain.genesis { return .some(nil) }
        var text = text
        let sum = text.withUTF8 { $0.count == 8 ? SealedLine.hex(UnsafeRawBufferPointer($0), at: 0) : nil }
        return sum.map { .some($0) }
    }

    private static func documents(_ row: RowReader, _ list: RowValue) -> [StoredDocument]? {
        guard let elements = row.elements(list) else { return nil }
        var documents: [StoredDocument] = []
        for element in elements {
            var entry = RowReader(row.bytes, at: element.lowerBound)
            guard let text = entry.text("path"), text.hasSuffix(".json"), let path = DocumentPath(text.dropLast(5)),
                let dv = entry.int("dv"), let previous = entry.text("pc").flatMap({ sum($0) }), let body = entry.value("body")
            else { return nil }
            if entry.isNull(body) {
                documents.append(StoredDocument(path: path, dv: dv, previous: previous, body: nil))
            } else {
                guard body.kind == .nested else { return nil }
                documents.append(StoredDocument(path: path, dv: dv, previous: previous, body: body.start..<body.end))
            }
        }
        return documents
    }
}

extension RowReader {
    /// The rows of an array of objects as ranges of their members; nothing when it is no such array.
    fileprivate func rows(_ array: RowValue) -> [Range<Int>]? {
        guard let elements = elements(array), elements.allSatisfy({ bytes[$0.lowerBound] == UInt8(ascii: "{") }) else { return nil }
        return elements.map { $0.lowerBound + 1..<$0.upperBound - 1 }
    }

    /// Three whole numbers in brackets.
    func counts(_ array: RowValue) -> SIMD3<Int64>? {
        guard array.kind == .nested, bytes[array.start] == UInt8(ascii: "[") else { return nil }
        var counts: SIMD3<Int64> = .zero
        var at = array.start + 1
        for file in 0..<3 {
            var end = at
            while end < array.end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
            guard end < array.end, bytes[end] == UInt8(ascii: file == 2 ? "]" : ","),
                let count = int(RowValue(start: at, end: end, kind: .number, isEscaped: false))
            else { return nil }
            counts[file] = count
            at = end + 1
        }
        return at == array.end ? counts : nil
    }

    /// Three checksums in quotes in brackets.
    func sums(_ array: RowValue) -> SIMD3<UInt32>? {
        guard array.kind == .nested, array.end - array.start == 34 else { return nil }
        var sums: SIMD3<UInt32> = .zero
        for file in 0..<3 {
            let at = array.start + 1 + file * 11
            guard bytes[at] == UInt8(ascii: "\""), bytes[at + 9] == UInt8(ascii: "\""), let sum = SealedLine.hex(bytes, at: at + 1) else {
                return nil
            }
            sums[file] = sum
        }
        return sums
    }
}
