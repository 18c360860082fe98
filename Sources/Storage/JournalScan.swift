// What the journal proves, read once at start: the highest version of every book and document in it, and what is damaged. Mending
// the newest segment is in `JournalScan+Healing`. No other mark is stored or believed: every segment counts for every user.

import Platform
import Trading

/// Where a record stands.
struct RecordPlace: Sendable {
    let segment: Int64
    let offset: Int64
    let length: Int
    let v: Int64
}

/// What the journal knows of one book.
struct BookMark: Sendable {
    /// The highest version and its checksum.
    var v: Int64
    var crc: UInt32
    /// The first segment that has a record of it.
    var oldestSegment: Int64
    /// Its records in the newest segments, ascending.
    var places: [RecordPlace] = []
    /// A version that was acknowledged and whose record is damaged; 0 for none.
    var lost: Int64 = 0
    /// The newest generation that an install made valid.
    var generation: Int64 = 0
}

/// What the journal knows of one document.
struct DocumentMark: Sendable {
    var dv: Int64
    var seq: Int64
    var place: RecordPlace
    var isDeleted: Bool
    /// A version that was acknowledged and whose record is damaged; 0 for none.
    var lost: Int64 = 0
}

/// Audit entries of one record that the audit files may not have yet.
struct AuditBacklog: Sendable {
    let seq: Int64
    let at: Timestamp
    let user: UserID
    /// The array as it stands in the record.
    let entries: [UInt8]

    var day: CivilDate { CivilDate(dayNumber: at.dayNumber(offsetSeconds: 0)) }
}

/// Reads all segments, oldest first.
final class JournalScan {
    struct Segment {
        let number: Int64
        var header: SegmentHeader?
        var firstSeq: Int64?
        var lastSeq: Int64 = 0
    }

    let disk: any Disk
    let notice: (StorageNotice) -> Void
    var segments: [Segment] = []
    var books: [BookKey: BookMark] = [:]
    var documents: [DocumentPath: DocumentMark] = [:]
    var audit: [AuditBacklog] = []
    private let auditFrom: Int64
    private let takeAudit: ([AuditBacklog]) throws(StorageFailure) -> Void
    var lastSeq: Int64 = 0
    var lastBatch: Int64 = 0
    var newest: Timestamp?
    /// Lines that count, bad lines, and where the last closed batch ended, of the segment read last.
    var tail = Tail()
    private(set) var damagedLines = 0
    private var placesFrom: Int64 = 0

    /// How many of the newest segments have the places of their records remembered.
    static let placedSegments = 2

    /// What healing needs to know of a segment's end.
    struct Tail {
        var good: [Range<Int64>] = []
        /// Those of them that stood inside a damaged line and have no line feed of their own.
        var salvaged: Set<Range<Int64>> = []
        var bad: [Range<Int64>] = []
        /// Records after the last line that closed a batch or sealed.
        var open: [OpenRecord] = []
        /// Members of the last closed batch whose records are missing; acknowledged if anything good follows.
        var suspects: [BatchMember] = []
        /// The last closed batch with its records, until something good follows it.
        var last: [OpenRecord] = []
        var lastBatchLine: Range<Int64>?
        var endsWithoutFeed = false
        var bytes: Int64 = 0
    }

    struct OpenRecord {
        let segment: Int64
        let range: Range<Int64>
        let record: ParsedRecord
        let crc: UInt32
    }

    /// A scan that hands audit entries of records from `auditFrom` on to `takeAudit`, segment by segment.
    init(
        disk: any Disk, auditFrom: Int64, notice: @escaping (StorageNotice) -> Void,
        takeAudit: @escaping ([AuditBacklog]) throws(StorageFailure) -> Void
    ) {
        self.disk = disk
        self.auditFrom = auditFrom
        self.notice = notice
        self.takeAudit = takeAudit
    }

    /// Numbers of the segments on disk, ascending.
    static func numbers(on disk: any Disk) throws(StorageFailure) -> [Int64] {
        var numbers: [Int64] = []
        do {
            try disk.list("journal") { entry in
                if let number = SegmentHeader.number(ofFile: entry.name) { numbers.append(number) }
                return true
            }
        } catch {
            throw .io(error)
        }
        return numbers.sorted()
    }

    /// Reads everything; what it found of the newest segment's end is in `tail`.
    func run() throws(StorageFailure) {
        let numbers = try JournalScan.numbers(on: disk)
        placesFrom = numbers.suffix(JournalScan.placedSegments).first ?? 0
        for (index, number) in numbers.enumerated() {
            if index > 0 {
                confirmSuspects()
                applyAll(tail.last)
                applyAll(tail.open)
                try takeAudit(audit)
                audit = []
            }
            try scan(number)
            try checkContinuation()
        }
    }

    private func scan(_ number: Int64) throws(StorageFailure) {
        let path = SegmentHeader.path(number)
        let file: any DiskFile
        do {
            file = try disk.open(path, for: .reading)
        } catch {
            throw .io(error)
        }
        tail = Tail()
        var segment = Segment(number: number)
        var newer: Int64?
        try LineStream.read(file) { line throws(StorageFailure) in
            self.tail.bytes = line.end
            if let crc = SealedLine.check(line.bytes), let parsed = JournalLine(line.bytes) {
                if case .newer(let version) = parsed {
                    newer = version
                    return false
                }
                self.take(parsed, crc, line.bytes, line.offset..<line.end, &segment)
                self.tail.endsWithoutFeed = !line.isTerminated
                return true
            }
            self.takeDamaged(line, &segment)
            return true
        }
        if let newer { throw .newerFormat(file: path, version: newer) }
        segments.append(segment)
        for bad in tail.bad {
            damagedLines += 1
            notice(StorageNotice(.warning, "journal_line_damaged", ["file": path, "offset": "\(bad.lowerBound)", "bytes": "\(bad.count)"]))
        }
    }

    private func takeDamaged(_ line: LineStream.Line, _ segment: inout Segment) {
        var at = line.offset
        for found in SealedLine.salvage(line.bytes) {
            let part = UnsafeRawBufferPointer(rebasing: line.bytes[found])
            guard let crc = SealedLine.check(part), let parsed = JournalLine(part) else { continue }
            let start = line.offset + Int64(found.lowerBound)
            let end = line.offset + Int64(found.upperBound)
            if start > at { markBad(at..<start) }
            take(parsed, crc, part, start..<end, &segment)
            tail.salvaged.insert(start..<end)
            at = end
            tail.endsWithoutFeed = true
        }
        if at < line.end { markBad(at..<line.end) }
    }

    private func markBad(_ range: Range<Int64>) {
        tail.bad.append(range)
    }

    private func take(_ line: JournalLine, _ crc: UInt32, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int64>, _ segment: inout Segment)
    {
        tail.good.append(range)
        switch line {
        case .newer:
            break
        case .header(let header):
            if segment.header == nil { segment.header = header }
            lastSeq = max(lastSeq, header.previousLast)
            lastBatch = max(lastBatch, header.firstBatch - 1)
            newest = max(newest ?? header.at, header.at)
        case .record(let record):
            confirmSuspects()
            applyAll(tail.last)
            tail.last = []
            tail.lastBatchLine = nil
            if !tail.bad.isEmpty, record.seq > lastSeq + 1, lastSeq > 0 {
                notice(StorageNotice(.warning, "journal_numbers_missing", ["from": "\(lastSeq + 1)", "to": "\(record.seq - 1)"]))
            }
            segment.firstSeq = segment.firstSeq ?? record.seq
            segment.lastSeq = max(segment.lastSeq, record.seq)
            lastSeq = max(lastSeq, record.seq)
            newest = max(newest ?? record.at, record.at)
            tail.open.append(OpenRecord(segment: segment.number, range: range, record: record, crc: crc))
            if !record.audit.isEmpty, record.seq >= auditFrom {
                audit.append(AuditBacklog(seq: record.seq, at: record.at, user: record.user, entries: Array(bytes[record.audit])))
            }
        case .batch(let number, let members):
            confirmSuspects()
            applyAll(tail.last)
            if number != lastBatch + 1 {
                notice(StorageNotice(.error, "journal_batch_missing", ["from": "\(lastBatch + 1)", "to": "\(number - 1)"]))
            }
            lastBatch = max(lastBatch, number)
            tail.suspects = missing(members)
            tail.last = tail.open
            tail.lastBatchLine = range
            tail.open = []
        case .seal:
            confirmSuspects()
            applyAll(tail.last)
            applyAll(tail.open)
            tail.last = []
            tail.open = []
            tail.lastBatchLine = nil
        }
    }

    private func missing(_ members: [BatchMember]) -> [BatchMember] {
        var seen: Set<BatchMember> = []
        for open in tail.open {
            if open.record.v > 0 { seen.insert(.book(open.record.key, v: open.record.v)) }
            for document in open.record.documents { seen.insert(.document(document.path, dv: document.dv)) }
        }
        return members.filter { !seen.contains($0) }
    }

    /// Something good came after the batch, so it was acknowledged: what it lacks was real.
    private func confirmSuspects() {
        for suspect in tail.suspects {
            switch suspect {
            case .book(let key, let v):
                notice(
                    StorageNotice(.error, "journal_record_lost", ["user": key.user.text, "book": key.book.text, "v": "\(v)"]))
                var mark = books[key] ?? BookMark(v: 0, crc: 0, oldestSegment: .max)
                mark.lost = max(mark.lost, v)
                books[key] = mark
            case .document(let path, let dv):
                notice(StorageNotice(.error, "journal_document_lost", ["path": path.text, "dv": "\(dv)"]))
                var mark =
                    documents[path]
                    ?? DocumentMark(dv: 0, seq: 0, place: RecordPlace(segment: 0, offset: 0, length: 0, v: 0), isDeleted: false)
                mark.lost = max(mark.lost, dv)
                documents[path] = mark
            }
        }
        tail.suspects = []
    }

    /// Lets records count.
    func applyAll(_ records: [OpenRecord]) {
        for open in records { apply(open) }
    }

    func apply(_ open: OpenRecord) {
        let record = open.record
        let place = RecordPlace(
            segment: open.segment, offset: open.range.lowerBound, length: Int(open.range.count), v: record.v)
        if record.v > 0 {
            var mark = books[record.key] ?? BookMark(v: 0, crc: 0, oldestSegment: open.segment)
            mark.oldestSegment = min(mark.oldestSegment, open.segment)
            if record.v > mark.v {
                mark.v = record.v
                mark.crc = open.crc
            }
            if let install = record.install { mark.generation = max(mark.generation, install.generation) }
            if open.segment >= placesFrom { mark.places.append(place) }
            books[record.key] = mark
        }
        for document in record.documents where document.dv > documents[document.path]?.dv ?? 0 {
            let lost = documents[document.path]?.lost ?? 0
            documents[document.path] = DocumentMark(
                dv: document.dv, seq: record.seq, place: place, isDeleted: document.body == nil, lost: lost)
        }
    }

    /// Two neighbouring segments must be one life of the folder.
    private func checkContinuation() throws(StorageFailure) {
        guard segments.count >= 2 else { return }
        let older = segments[segments.count - 2]
        let newer = segments[segments.count - 1]
        guard let header = newer.header else { return }
        let isNeighbour = newer.number == older.number + 1
        if isNeighbour, let before = older.header, header.previous != before.id { throw mixed(older, newer) }
        if older.lastSeq > header.previousLast { throw mixed(older, newer) }
    }

    private func mixed(_ older: Segment, _ newer: Segment) -> StorageFailure {
        .mixedLives(older: SegmentHeader.path(older.number), newer: SegmentHeader.path(newer.number))
    }
}
