// What a closed segment proves, beside it, so that a start need not read all of the segment: the highest version of each book and
// document in it. A cache and nothing else: made from the segment in the background, not synced, left aside when anything about it does
// not fit, and never made of a segment with a damaged line. That a line went bad since is seen when the segment is read for its release.

import Platform
import Trading

enum SegmentIndex {
    static let format = "tradehouse.journal.idx"
    static let version: Int64 = 1

    static func path(_ number: Int64) -> String { String(SegmentHeader.path(number).dropLast(6)) + ".idx" }

    /// The number of a segment's index by its file name.
    static func number(ofFile name: String) -> Int64? {
        name.hasSuffix(".idx") ? SegmentHeader.number(ofFile: name.dropLast(4) + ".jsonl") : nil
    }

    /// Removes what an interrupted making left, and indexes whose segments are gone.
    static func removeStrays(on disk: any Disk) throws(StorageFailure) {
        do throws(DiskFailure) {
            var strays: [String] = []
            var segments: Set<Int64> = []
            var indexes: [Int64] = []
            try disk.list("journal") { entry in
                if entry.name.hasPrefix(".tmp-") { strays.append("journal/" + entry.name) }
                if let number = SegmentHeader.number(ofFile: entry.name) { segments.insert(number) }
                if let number = number(ofFile: entry.name) { indexes.append(number) }
                return true
            }
            for path in strays + indexes.filter({ !segments.contains($0) }).map({ path($0) }) { try disk.remove(path) }
        } catch {
            throw .io(error)
        }
    }

    // MARK: Writing

    /// How far the making of an index has come: its lines are written to a `.tmp-` file beside it, which gets its name when it is whole.
    struct Draft: Sendable {
        let number: Int64
        var header: SegmentHeader?
        var firstSeq: Int64?
        var lastSeq: Int64 = 0
        var lastBatch: Int64 = 0
        var auditSeq: Int64 = 0
        var auditRange: Range<Int64> = 0..<0
        var newest: Timestamp?
        var provenThrough: Int64 = 0
        var segmentEnd: Int64 = 0
        var lines: Int64 = 0
        var sum: UInt32 = 0
        var bytes: Int64 = 0
        var isDamaged = false
        var isComplete = false

        init(of number: Int64) { self.number = number }

        mutating func add(_ crc: UInt32) {
            lines += 1
            sum = SealedLine.fold(sum, crc)
        }

        var temporaryPath: String { "journal/.tmp-" + SegmentIndex.path(number).dropFirst("journal/".count) }
    }

    /// Adds the next part of the segment; complete when it was the last, given up when a line is damaged.
    static func advance(_ draft: Draft, on disk: any Disk) throws(StorageFailure) -> Draft {
        let part = try SegmentWalk.part(of: draft.number, from: draft.segmentEnd, on: disk)
        var draft = draft
        let isFirst = draft.segmentEnd == 0
        if isFirst { draft.header = part.header }
        let lacks = part.documents.values.contains { $0.isDamaged } || part.books.values.contains { $0.crc == nil }
        draft.isDamaged = draft.isDamaged || part.damagedLines > 0 || draft.header == nil || lacks
        draft.firstSeq = draft.firstSeq ?? part.firstSeq
        draft.lastSeq = max(draft.lastSeq, part.lastSeq)
        draft.lastBatch = max(draft.lastBatch, part.lastBatch)
        if part.auditSeq > draft.auditSeq { (draft.auditSeq, draft.auditRange) = (part.auditSeq, part.auditRange) }
        draft.newest = [draft.newest, part.newest].compactMap { $0 }.max()
        draft.provenThrough = max(draft.provenThrough, part.provenThrough)
        draft.segmentEnd = part.end
        do throws(DiskFailure) {
            guard !draft.isDamaged else {
                if !isFirst { try disk.remove(draft.temporaryPath) }
                return draft
            }
            var writer = RowWriter()
            for (key, book) in part.books.sorted(by: { $0.key < $1.key }) { draft.add(writeLine(key, book, &writer)) }
            for (path, document) in part.documents.sorted(by: { $0.key < $1.key }) { draft.add(writeLine(path, document, &writer)) }
            for (user, erasure) in part.erased.sorted(by: { $0.key.text < $1.key.text }) { draft.add(writeLine(user, erasure, &writer)) }
            if part.isLast { writeEnd(draft, &writer) }
            let file = isFirst ? try disk.createAnew(draft.temporaryPath) : try disk.open(draft.temporaryPath, for: .updating)
            try file.write(writer.bytes, at: draft.bytes)
            draft.bytes += Int64(writer.bytes.count)
            if part.isLast {
                try disk.rename(draft.temporaryPath, to: path(draft.number))
                draft.isComplete = true
            }
        } catch {
            throw .io(error)
        }
        return draft
    }

    private static func writeLine(_ key: BookKey, _ book: SegmentPart.Book, _ writer: inout RowWriter) -> UInt32 {
        let start = writer.bytes.count
        writer.raw("{")
        writer.firstText("u", key.user.text)
        writer.text("bk", key.book.text)
        writer.int("v", book.v)
        writer.text("jc", SealedLine.hexText(book.crc ?? 0))
        if book.generation > 0 { writer.int("gen", book.generation) }
        return SealedLine.seal(&writer.bytes, from: start)
    }

    private static func writeLine(_ path: DocumentPath, _ document: SegmentPart.Document, _ writer: inout RowWriter) -> UInt32 {
        let start = writer.bytes.count
        writer.raw("{")
        writer.firstText("path", path.text)
        writer.int("dv", document.dv)
        writer.int("seq", document.seq)
        writer.int("at", document.offset)
        writer.int("bytes", Int64(document.length))
        writer.bool("deleted", document.isDeleted)
        return SealedLine.seal(&writer.bytes, from: start)
    }

    private static func writeLine(_ user: UserID, _ erasure: SegmentPart.Erasure, _ writer: inout RowWriter) -> UInt32 {
        let start = writer.bytes.count
        writer.raw("{")
        writer.firstText("erased", user.text)
        writer.int("seq", erasure.seq)
        writer.time("t", erasure.at)
        return SealedLine.seal(&writer.bytes, from: start)
    }

    /// The last line says what the lines before it must be, and of which segment.
    private static func writeEnd(_ draft: Draft, _ writer: inout RowWriter) {
        let start = writer.bytes.count
        writer.raw("{")
        writer.firstText("fmt", format)
        writer.int("ver", version)
        writer.int("seg", draft.number)
        writer.text("id", draft.header?.id)
        writer.int("bytes", draft.segmentEnd)
        writer.int("lines", draft.lines)
        writer.text("fc", SealedLine.hexText(draft.sum))
        writer.int("first", draft.firstSeq ?? 0)
        writer.int("last", draft.lastSeq)
        writer.int("batch", draft.lastBatch)
        writer.int("audit", draft.auditSeq)
        writer.int("audit_at", draft.auditRange.lowerBound)
        writer.int("audit_bytes", Int64(draft.auditRange.count))
        writer.time("newest", draft.newest)
        if draft.provenThrough > 0 { writer.int("proven", draft.provenThrough) }
        SealedLine.seal(&writer.bytes, from: start)
    }

    // MARK: Reading

    /// What an index says of its segment as a whole.
    struct Summary {
        let header: SegmentHeader
        let bytes: Int64
        let firstSeq: Int64?
        let lastSeq: Int64
        let lastBatch: Int64
        /// The last record with audit entries and where it stands; 0 for none.
        let auditSeq: Int64
        let auditRange: Range<Int64>
        let newest: Timestamp
        /// The last segment that it says may go; 0 for none.
        let provenThrough: Int64
    }

    /// Whether a usable index is there and fits its segment; reads the end of one and the beginning of the other.
    static func summary(of number: Int64, on disk: any Disk) throws(StorageFailure) -> Summary? {
        do throws(DiskFailure) {
            guard let status = try disk.status(of: path(number)), status.bytes <= Int64(limitBytes),
                let segment = try disk.status(of: SegmentHeader.path(number))
            else { return nil }
            let tail = try disk.open(path(number), for: .reading).read(at: max(0, status.bytes - 4_096), count: 4_096)
            let head = try disk.open(SegmentHeader.path(number), for: .reading).read(at: 0, count: 4_096)
            guard let header = firstHeader(head) else { return nil }
            return tail.withUnsafeBytes { tail -> Summary? in
                guard tail.last == 0x0A else { return nil }
                let content = UnsafeRawBufferPointer(rebasing: tail.dropLast())
                let start = (content.lastIndex(of: 0x0A) ?? -1) + 1
                let line = UnsafeRawBufferPointer(rebasing: content[start...])
                guard SealedLine.check(line) != nil else { return nil }
                var row = RowReader(line)
                guard row.text("fmt") == format, row.int("ver") == version, row.int("seg") == number, row.text("id") == header.id,
                    row.int("bytes") == segment.bytes, row.int("lines") != nil, row.sum("fc") != nil, let first = row.int("first"),
                    let last = row.int("last"), let batch = row.int("batch"), let audit = row.int("audit"),
                    let auditAt = row.int("audit_at"),
                    let auditBytes = row.int("audit_bytes"), (0...longestRecordBytes).contains(auditBytes),
                    (0...segment.bytes - auditBytes).contains(auditAt), let newest = row.time("newest")
                else { return nil }
                return Summary(
                    header: header, bytes: segment.bytes, firstSeq: first > 0 ? first : nil, lastSeq: last, lastBatch: batch,
                    auditSeq: audit, auditRange: auditAt..<auditAt + auditBytes, newest: newest,
                    provenThrough: row.int("proven") ?? 0)
            }
        } catch {
            throw .io(error)
        }
    }

    private static func firstHeader(_ bytes: [UInt8]) -> SegmentHeader? {
        bytes.withUnsafeBytes { bytes in
            guard let feed = LineStream.lineFeed(in: bytes, from: 0) else { return nil }
            let line = UnsafeRawBufferPointer(rebasing: bytes[..<feed])
            guard SealedLine.check(line) != nil, case .header(let header) = JournalLine(line) else { return nil }
            return header
        }
    }

    /// The last record of a segment that has audit entries; nothing when it is not where the index says.
    static func audit(_ summary: Summary, of number: Int64, on disk: any Disk) throws(StorageFailure) -> AuditBacklog? {
        let bytes: [UInt8]
        do {
            bytes = try disk.open(SegmentHeader.path(number), for: .reading)
                .read(at: summary.auditRange.lowerBound, count: summary.auditRange.count)
        } catch {
            throw .io(error)
        }
        return bytes.withUnsafeBytes { whole -> AuditBacklog? in
            let line = UnsafeRawBufferPointer(rebasing: whole.last == 0x0A ? whole.dropLast() : whole[...])
            guard SealedLine.check(line) != nil, case .record(let record) = JournalLine(line), record.seq == summary.auditSeq,
                !record.audit.isEmpty
            else { return nil }
            return AuditBacklog(seq: record.seq, at: record.at, user: record.user, entries: Array(line[record.audit]))
        }
    }

    /// One line of an index.
    enum Entry {
        /// The book as records spell it: from its user to its name.
        case book(UnsafeRawBufferPointer, v: Int64, crc: UInt32, generation: Int64)
        case document(DocumentPath, DocumentMark)
        case erasure(UserID, SegmentPart.Erasure)
    }

    /// Hands out every line; says false, with some of them handed out, when a line is not what it must be. Nothing of a segment counts
    /// less for having been taken twice, so the segment is then read as well.
    static func read(_ number: Int64, on disk: any Disk, _ take: (Entry) -> Void) throws(StorageFailure) -> Bool {
        let file: any DiskFile
        do {
            file = try disk.open(path(number), for: .reading)
        } catch {
            throw .io(error)
        }
        var lines: Int64 = 0
        var sum: UInt32 = 0
        var isGood = false
        try LineStream.read(file) { line in
            isGood = false
            guard line.isTerminated, let crc = SealedLine.check(line.bytes) else { return false }
            var row = RowReader(line.bytes)
            guard let (key, value) = row.next() else { return false }
            if row.equals(key, "fmt") {
                isGood = row.int("lines") == lines && row.sum("fc") == sum
                return false
            }
            guard let entry = entry(&row, key, value, number) else { return false }
            take(entry)
            lines += 1
            sum = SealedLine.fold(sum, crc)
            return true
        }
        return isGood
    }

    private static func entry(_ row: inout RowReader, _ key: RowValue, _ value: RowValue, _ segment: Int64) -> Entry? {
        if row.equals(key, "u") {
            guard let name = row.value("bk"), name.kind == .string, let v = row.int("v"), v > 0, let crc = row.sum("jc") else { return nil }
            // From the user to the book as a record spells it, so that known names need no strings.
            let spelled = UnsafeRawBufferPointer(rebasing: row.bytes[value.start..<name.end])
            return .book(spelled, v: v, crc: crc, generation: row.int("gen") ?? 0)
        }
        if row.equals(key, "path") {
            guard let path = row.text(value).flatMap({ DocumentPath($0) }), let dv = row.int("dv"), let seq = row.int("seq"),
                let at = row.int("at"), let bytes = row.int("bytes"), let isDeleted = row.bool("deleted")
            else { return nil }
            let place = RecordPlace(segment: segment, offset: at, length: Int(bytes), v: 0)
            return .document(path, DocumentMark(dv: dv, seq: seq, place: place, isDeleted: isDeleted))
        }
        guard row.equals(key, "erased"), let user = row.text(value).flatMap({ UserID(stored: $0) }), let seq = row.int("seq"),
            let at = row.time("t")
        else { return nil }
        return .erasure(user, SegmentPart.Erasure(seq: seq, at: at, segment: segment))
    }

    /// A record that takes more is not looked for by its place; its segment is read instead.
    private static let longestRecordBytes: Int64 = 4 << 20
    /// An index is a fraction of its segment; anything longer is not one.
    static let limitBytes = 1 << 30
}
