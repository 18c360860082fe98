// The walk along a book's chain, transaction by transaction: each is taken from the files when they have it whole, from the journal
// when they do not, and the first that neither has is the cut. Every rule here was found to lose or wrongly refuse data when left out.

import Platform
import Trading

/// Follows one book from the base of its files to the end that can be proven.
struct BookWalk {
    let key: BookKey
    let texts: [BookFileText]
    let mark: BookMark?
    let oldestRetainedSeq: Int64
    /// Whether acts that the files lack are taken from the journal; without it the files have to prove them alone.
    let usesJournal: Bool
    private(set) var chain = BookChain()
    private(set) var remarks: [StorageNotice] = []

    /// Per file: the next good line, the end of the bytes that were taken over as they stand, and the lines that follow those.
    private var next = [0, 0, 0, 0]
    private(set) var keptEnd = [0, 0, 0, 0]
    private(set) var keptLines = [0, 0, 0, 0]
    private(set) var added: [[UInt8]] = [[], [], [], []]
    private(set) var addedLines = [0, 0, 0, 0]
    /// Whether a line was left out or put in, so that the bytes do not simply continue.
    private(set) var isBroken = [false, false, false, false]
    private var journal: [Int64: [UInt8]]?

    /// Rules that tests leave out.
    private let without: Set<ProtocolRule>

    init(
        key: BookKey, texts: [BookFileText], mark: BookMark?, oldestRetainedSeq: Int64, usesJournal: Bool = true,
        without: Set<ProtocolRule> = []
    ) {
        self.without = without
        self.usesJournal = usesJournal
        self.key = key
        self.texts = texts
        self.mark = mark
        self.oldestRetainedSeq = oldestRetainedSeq
    }

    func quarantine(_ why: String) -> StorageFailure { .quarantined(key.user, key.book, why: why) }
    func header(_ file: BookFile) -> BookHeader { texts[file.rawValue].header ?? BookHeader() }

    // MARK: The walk

    /// The lines of a file that were accepted, folded rows first.
    func accepted(_ file: BookFile) -> ArraySlice<BookLine> { texts[file.rawValue].lines.prefix(next[file.rawValue]) }

    mutating func run(on disk: any Disk) throws(StorageFailure) {
        if usesJournal, let mark, mark.generation > texts[BookFile.meta.rawValue].header?.generation ?? 0 {
            // Meta is of a generation that an install replaced: whatever it says or lacks, it does not count any more.
            try takeInstall(mark, on: disk)
        }
        if replacedMetaLines == nil { try takeBase() }
        while try step(on: disk) {}
        try judge()
    }

    /// The folded rows of every file, and meta's own base line.
    private mutating func takeBase() throws(StorageFailure) {
        try takeFolded(BookFile.allCases)
        let meta = header(.meta)
        guard meta.baseV > 0, texts[BookFile.meta.rawValue].header != nil else { return }
        guard meta.rows == 1, let line = metaLine(at: 0), line.v == meta.baseV else {
            throw quarantine("the first line of \(key.path(.meta)) does not stand for its base")
        }
        chain = BookChain(v: line.v, jc: line.jc, n: line.n, fc: line.fc, generation: meta.generation)
        try checkOlderParts()
    }

    private mutating func takeFolded(_ files: [BookFile]) throws(StorageFailure) {
        for file in files {
            let text = texts[file.rawValue]
            guard let header = text.header else { continue }
            guard text.lines.count >= Int(header.rows) else { throw quarantine("rows are missing in \(key.path(file))") }
            // A damaged row would let the line after the rows pass for one.
            guard text.lines.prefix(Int(header.rows)).allSatisfy({ $0.v <= header.baseV }), text.badLines.allSatisfy({ $0 >= header.rows })
            else { throw quarantine("a row of \(key.path(file)) is damaged") }
            keptEnd[file.rawValue] = text.headerEnd
            for _ in 0..<Int(header.rows) { keep(file) }
            try checkFolded(file, header, text)
        }
    }

    /// Folded rows are those that were written, and with what the archives have they are all there was.
    private func checkFolded(_ file: BookFile, _ header: BookHeader, _ text: BookFileText) throws(StorageFailure) {
        if let stated = header.rowsFC {
            var sum: UInt32 = 0
            for line in text.lines.prefix(Int(header.rows)) { sum = SealedLine.fold(sum, line.crc) }
            guard sum == stated else { throw quarantine("a folded row of \(key.path(file)) is not the one that was written") }
        }
        guard text.archives.count >= header.parts.numbers.count else {
            throw quarantine("the archives of \(key.path(file)) do not cover what it gave away")
        }
        guard header.gaveTo(text.archives) else {
            throw quarantine("an archive of \(key.path(file)) is not the one it gave its lines to")
        }
        guard file == .trades, header.rowsFC != nil else { return }
        // Trades are never superseded: archives and rows together are all lines up to the base.
        var n: Int64 = 0
        var fc: UInt32 = 0
        for archive in text.archives.prefix(header.parts.numbers.count) {
            guard archive.header.fromN == n, archive.header.fromFC == fc else {
                throw quarantine("the archives of \(key.path(file)) do not continue each other")
            }
            n = archive.header.toN
            fc = archive.header.toFC
        }
        for line in text.lines.prefix(Int(header.rows)) {
            guard line.n == n + 1 else { throw quarantine("\(key.path(file)) does not continue its archives") }
            n = line.n
            fc = SealedLine.fold(fc, line.crc)
        }
        guard n == header.baseN, fc == header.baseFC else { throw quarantine("\(key.path(file)) lacks trades before its base") }
    }

    /// What files hold up to the chain's version must be what meta says of it.
    private mutating func checkOlderParts() throws(StorageFailure) {
        for file in BookFile.rows {
            let header = header(file)
            guard header.baseV <= chain.v else { continue }
            var n = header.baseN
            var fc = header.baseFC
            let text = texts[file.rawValue]
            while next[file.rawValue] < text.lines.count {
                let line = text.lines[next[file.rawValue]]
                guard line.v <= chain.v, line.n == n + 1 else { break }
                n = line.n
                fc = SealedLine.fold(fc, line.crc)
                keep(file)
            }
            guard n == chain.n[file.rawValue], fc == chain.fc[file.rawValue] else {
                throw quarantine("\(key.path(file)) is not what version \(chain.v) says of it")
            }
        }
    }

    /// An install that the journal names and meta does not know yet: its files are the base from now on.
    private mutating func takeInstall(_ mark: BookMark, on disk: any Disk) throws(StorageFailure) {
        let records = try JournalRead.records(of: key, mark: mark, above: chain.v, on: disk)
        var newest:
            (v: Int64, bytes: [UInt8], install: JournalRecord.Install, meta: Range<Int>, time: Range<Int>, seq: Int64, previous: UInt32?)?
        for (v, bytes) in records where v > newest?.v ?? 0 {
            guard let record = bytes.withUnsafeBytes({ ParsedRecord($0) }), let install = record.install else { continue }
            newest = (v, bytes, install, record.slices.meta, record.time, record.seq, record.previous)
        }
        // The record went with its segment, which only happens when the files were proven: they are of that generation already.
        guard let newest else { return }
        try takeFolded(BookFile.rows)
        for file in BookFile.rows {
            let header = texts[file.rawValue].header
            guard let header, header.generation == newest.install.generation, header.baseV == newest.v,
                header.baseN == newest.install.counts[file.rawValue], header.baseFC == newest.install.sums[file.rawValue]
            else { throw quarantine("\(key.path(file)) is not the one that was installed") }
            try checkRows(file, header)
        }
        guard let jc = newest.bytes.withUnsafeBytes({ SealedLine.check($0) }) else { throw quarantine("its install record is damaged") }
        chain = BookChain(
            v: newest.v, jc: jc, n: newest.install.counts, fc: newest.install.sums, generation: newest.install.generation)
        var lines = BookLines()
        lines.addMeta(
            newest.bytes[newest.meta], seq: newest.seq, time: newest.bytes[newest.time], previous: newest.previous, chain)
        // Meta begins anew with this line; what it had was of the generation before.
        let metaHeader = BookHeader(baseV: newest.v, baseN: 0, baseFC: 0, rows: 1, generation: newest.install.generation)
        let file = BookFile.meta.rawValue
        installedMetaHeader = metaHeader.line(.meta, of: key)
        isBroken[file] = true
        keptEnd[file] = 0
        keptLines[file] = 0
        added[file] = lines[.meta]
        addedLines[file] = 1
        next[file] = texts[file].lines.firstIndex { $0.v > newest.v } ?? texts[file].lines.count
        replacedMetaLines = next[file]
        remarks.append(StorageNotice(.info, "install_finished", ["user": key.user.text, "book": key.book.text]))
    }

    private(set) var installedMetaHeader: [UInt8]?
    /// Good lines of meta before its lines of the installed generation; what is damaged among them counts no more.
    private var replacedMetaLines: Int?

    /// Installed rows carry the sum of all of them.
    private func checkRows(_ file: BookFile, _ header: BookHeader) throws(StorageFailure) {
        guard header.rows == header.baseN else { return }
        var fc: UInt32 = 0
        for line in texts[file.rawValue].lines.prefix(Int(header.rows)) { fc = SealedLine.fold(fc, line.crc) }
        guard fc == header.baseFC else { throw quarantine("a row of \(key.path(file)) is not the one that was installed") }
    }

    /// Takes the next transaction; returns whether there was one.
    private mutating func step(on disk: any Disk) throws(StorageFailure) -> Bool {
        let v = chain.v + 1
        let meta = metaLine(at: next[BookFile.meta.rawValue])
        if let meta, meta.v == v, meta.pc == chain.jc || without.contains(.chainPerBook), let advance = linesInFiles(for: meta) {
            for file in BookFile.rows {
                for _ in 0..<advance[file.rawValue] { keep(file) }
            }
            keep(.meta)
            chain.v = v
            chain.jc = meta.jc
            chain.n = meta.n
            chain.fc = meta.fc
            return true
        }
        guard usesJournal, let mark, mark.v >= v else { return false }
        if journal == nil { journal = try JournalRead.records(of: key, mark: mark, above: chain.v, on: disk) }
        guard let bytes = journal?[v] else { return false }
        let parsed = bytes.withUnsafeBytes { line in SealedLine.check(line).flatMap { crc in ParsedRecord(line).map { (crc, $0) } } }
        guard let (crc, record) = parsed, record.previous == chain.jc || without.contains(.chainPerBook), record.kind == .transaction else {
            return false
        }
        try replay(record, crc, bytes)
        return true
    }

    /// How many lines each file has of the transaction, when every file has exactly those or has folded it.
    private func linesInFiles(for meta: MetaLine) -> SIMD3<Int>? {
        var advance = SIMD3<Int>(0, 0, 0)
        for file in BookFile.rows {
            let index = file.rawValue
            let header = header(file)
            if header.baseV >= meta.v {
                // Folded: at the base itself the sums must agree, before it the rows speak for it.
                if header.baseV == meta.v, header.baseN != meta.n[index] || header.baseFC != meta.fc[index] { return nil }
                continue
            }
            let text = texts[index]
            if without.contains(.metaCommits) {
                // Without meta's word only their own numbers say that none is missing between them.
                var n = next[index] > Int(header.rows) ? text.lines[next[index] - 1].n : header.baseN
                for line in text.lines[next[index]...].prefix(while: { $0.v == meta.v }) {
                    guard line.n == n + 1 || without.contains(.numberedLines) else { return nil }
                    n = line.n
                    advance[index] += 1
                }
                continue
            }
            guard text.header != nil || meta.n[index] == 0 else { return nil }
            var fc = chain.fc[index]
            var n = chain.n[index]
            var at = next[index]
            while n < meta.n[index] {
                guard at < text.lines.count else { return nil }
                let line = text.lines[at]
                guard line.n == n + 1 || without.contains(.numberedLines), line.v == meta.v else { return nil }
                fc = SealedLine.fold(fc, line.crc)
                n += 1
                at += 1
            }
            guard fc == meta.fc[index] else { return nil }
            advance[index] = at - next[index]
        }
        return advance
    }

    /// Takes a transaction from the journal; lines that the files have of it as they must be are kept.
    private mutating func replay(_ record: ParsedRecord, _ crc: UInt32, _ bytes: [UInt8]) throws(StorageFailure) {
        for file in BookFile.rows where header(file).baseV >= record.v {
            throw quarantine("\(key.path(file)) has folded version \(record.v), which meta lacks")
        }
        var lines = BookLines()
        var after = chain
        lines.add(bytes, record.slices, seq: record.seq, time: record.time, jc: crc, to: &after)
        guard after.n == record.counts else { throw quarantine("the journal counts other lines than it has at version \(record.v)") }
        for file in BookFile.allCases {
            let index = file.rawValue
            var start = 0
            while start < lines[file].count {
                let end = LineStream.endOfLine(in: lines[file], from: start)
                put(lines[file][start..<end], into: file, index)
                start = end
            }
        }
        chain = after
    }

    private mutating func put(_ line: ArraySlice<UInt8>, into file: BookFile, _ index: Int) {
        let text = texts[index]
        if next[index] < text.lines.count {
            let present = text.lines[next[index]]
            if text.bytes[present.start..<present.end].elementsEqual(line.dropLast()) { return keep(file) }
        }
        if next[index] < text.lines.count || text.hasTornTail || keptEnd[index] < text.bytes.count || text.header == nil {
            isBroken[index] = true
        }
        added[index] += line
        addedLines[index] += 1
    }

    /// Takes over the next good line of a file as it stands.
    private mutating func keep(_ file: BookFile) {
        let index = file.rawValue
        let line = texts[index].lines[next[index]]
        next[index] += 1
        if !isBroken[index], addedLines[index] == 0, line.start == keptEnd[index], line.isTerminated {
            keptEnd[index] = line.end + 1
            keptLines[index] += 1
        } else {
            isBroken[index] = true
            added[index] += texts[index].bytes[line.start..<line.end]
            added[index].append(0x0A)
            addedLines[index] += 1
        }
    }

    // MARK: Meta

    private struct MetaLine {
        let v: Int64
        let pc: UInt32?
        let jc: UInt32
        let n: SIMD3<Int64>
        let fc: SIMD3<UInt32>
    }

    private func metaLine(at index: Int) -> MetaLine? {
        let text = texts[BookFile.meta.rawValue]
        guard index < text.lines.count else { return nil }
        let line = text.lines[index]
        return text.bytes.withUnsafeBytes { bytes in
            var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[line.start..<line.end]))
            guard let previous = row.value("pc"), let jc = row.sum("jc"), let n = row.value("n").flatMap({ row.counts($0) }),
                let fc = row.value("fc").flatMap({ row.sums($0) })
            else { return nil }
            let pc = row.equals(previous, "genesis") ? nil : SealedLine.hex(row.bytes, at: previous.start)
            guard pc != nil || row.equals(previous, "genesis") else { return nil }
            return MetaLine(v: line.v, pc: pc, jc: jc, n: n, fc: fc)
        }
    }

    // MARK: Judgement

    /// Whether the end that was reached may be served.
    private mutating func judge() throws(StorageFailure) {
        for file in BookFile.allCases where header(file).baseV > chain.v {
            throw quarantine("\(key.path(file)) begins after version \(chain.v), which is the last that can be proven")
        }
        if let mark {
            if chain.v < mark.v { throw quarantine("the journal has version \(mark.v), provable is only \(chain.v)") }
            if chain.v < mark.lost { throw quarantine("version \(mark.lost) was acknowledged and its record is damaged") }
            if chain.v == mark.v, chain.jc != mark.crc, !without.contains(.chainPerBook) {
                throw quarantine("files and journal disagree about version \(mark.v)")
            }
            if mark.v > 0, chain.v > mark.v, let sum = sum(ofVersion: mark.v), sum != mark.crc, !without.contains(.chainPerBook) {
                throw quarantine("files and journal disagree about version \(mark.v)")
            }
        }
        for file in BookFile.allCases {
            let text = texts[file.rawValue]
            let rest = text.lines[min(next[file.rawValue], text.lines.count)...].filter { $0.v > chain.v }
            if let old = rest.first(where: { $0.seq < oldestRetainedSeq }) {
                throw quarantine("\(key.path(file)) has version \(old.v), which cannot be proven and is older than the journal")
            }
            if !rest.isEmpty {
                isBroken[file.rawValue] = true
                remarks.append(
                    StorageNotice(.warning, "lines_cut", ["file": key.path(file), "lines": "\(rest.count)", "after": "\(chain.v)"]))
            }
            // A bad line is explained when the journal gave the line that stood there.
            let total = keptLines[file.rawValue] + addedLines[file.rawValue]
            let replaced = file == .meta ? replacedMetaLines : nil
            let bad = text.badLines.filter { place in replaced.map { place > $0 } ?? true }
            for (order, place) in bad.enumerated() where place - (replaced ?? 0) + order >= total {
                throw quarantine("a line of \(key.path(file)) is damaged and the journal does not explain it")
            }
            if !text.badLines.isEmpty || text.hasTornTail || next[file.rawValue] < text.lines.count {
                isBroken[file.rawValue] = true
                remarks.append(StorageNotice(.warning, "file_damaged", ["file": key.path(file)]))
            }
            if text.header == nil, !text.bytes.isEmpty {
                isBroken[file.rawValue] = true
                // The base is unknown, so only a history that the journal has from its beginning replaces it.
                if keptLines[file.rawValue] > 0 { throw quarantine("the header of \(key.path(file)) is damaged") }
            }
        }
    }

    /// The journal checksum that the files give for a version, when they have its meta line.
    private func sum(ofVersion v: Int64) -> UInt32? {
        let text = texts[BookFile.meta.rawValue]
        guard let index = text.lines.firstIndex(where: { $0.v == v }) else { return nil }
        return metaLine(at: index)?.jc
    }
}
