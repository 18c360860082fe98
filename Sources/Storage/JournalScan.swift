// What the journal proves, read once at start: the highest version of every book and document in it, and what is damaged. Mending
// the newest segment is in `JournalScan+Healing`, when a record counts in `JournalScan+Counting`. No other mark is stored or believed: every segment counts for every user.

import Platform
import Trading

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
        var bytes: Int64 = 0
        /// Read from its index and not itself.
        var isIndexed = false
        /// Its end is missing and may be: all that stood in it was proven to stand in files of its own. So is what a copy has that was
        /// made over an older one, when the segment went between the listing of the folder and its reading.
        var isOvertaken = false
    }

    let disk: any Disk
    let notice: (StorageNotice) -> Void
    var segments: [Segment] = []
    var books = BookMarks()
    var documents = DocumentMarks()
    var audit: [AuditBacklog] = []
    /// Whether indexes stand for closed segments. Who looks for damage reads the segments.
    private let usesIndexes: Bool
    private let auditFrom: Int64
    /// Rules that tests leave out.
    var without: Set<ProtocolRule> = []
    private let takeAudit: ([AuditBacklog]) throws(StorageFailure) -> Void
    var lastSeq: Int64 = 0
    var lastBatch: Int64 = 0
    var newest: Timestamp?
    /// Lines that count, bad lines, and where the last closed batch ended, of the segment read last.
    var tail = Tail()
    private(set) var damagedLines = 0
    /// Users who were erased by a record that counts.
    var erased: [UserID: SegmentPart.Erasure] = [:]
    var openErasures: [Int64: (user: UserID, at: Timestamp)] = [:]
    var placesFrom: Int64 = 0
    /// The last segment of which the journal says that all in it stands elsewhere.
    private var provenThrough: Int64 = 0
    /// Batches that are missing between two neighbouring segments, by the older one.
    private var cutShort: [(older: Int64, batches: ClosedRange<Int64>)] = []
    /// Documents of the record that is being read; here because making room for every record anew costs time.
    private var glanced: [RecordGlance.Document] = []
    private var numbered: [OpenDocument] = []

    /// How many of the newest segments have the places of their records remembered.
    static let placedSegments = 2

    /// A scan that hands audit entries of records from `auditFrom` on to `takeAudit`, segment by segment.
    init(
        disk: any Disk, usesIndexes: Bool = true, auditFrom: Int64, notice: @escaping (StorageNotice) -> Void,
        takeAudit: @escaping ([AuditBacklog]) throws(StorageFailure) -> Void
    ) {
        self.disk = disk
        self.usesIndexes = usesIndexes
        self.auditFrom = auditFrom
        self.notice = notice
        self.takeAudit = takeAudit
    }

    /// The first segment after the last hole, from which on the journal lacks nothing.
    ///
    /// A copy has holes where segments were released while it was made; what stood in them is whole in the readable files.
    private var firstWhole: Segment? {
        guard var first = segments.last else { return nil }
        for segment in segments.dropLast().reversed() {
            guard segment.number == first.number - 1, !segment.isOvertaken else { break }
            first = segment
        }
        return first
    }

    /// From this record on the journal lacks nothing.
    var completeFrom: Int64 {
        guard let first = firstWhole else { return lastSeq + 1 }
        return first.header.map { $0.previousLast + 1 } ?? first.firstSeq ?? lastSeq + 1
    }

    /// Whether the journal lacks segments, or the end of one, between those that it has.
    var hasHole: Bool { firstWhole.map { $0.number != segments[0].number } ?? false }

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
        var numbers = try JournalScan.numbers(on: disk)
        if without.contains(.noMarkBelieved) { numbers = numbers.suffix(1) }
        placesFrom = numbers.suffix(JournalScan.placedSegments).first ?? 0
        for (index, number) in numbers.enumerated() {
            if index > 0 {
                confirmSuspects()
                applyLast()
                applyOpen()
                try takeAudit(audit)
                audit = []
            }
            if try !takeIndex(number) { try scan(number) }
            try checkContinuation()
        }
        judgeCutShort()
    }

    /// A segment that lost its end though the next one was made after its last sync; unless it was on its way out, and a copy has of it
    /// what an older copy had.
    private func judgeCutShort() {
        for (older, batches) in cutShort {
            if older <= provenThrough {
                for index in segments.indices where segments[index].number == older { segments[index].isOvertaken = true }
            } else {
                notice(
                    StorageNotice(
                        .error, "journal_batch_missing", ["from": "\(batches.lowerBound)", "to": "\(batches.upperBound)"]))
            }
        }
    }

    /// The first batch of the segment that is read next, or of which the index is.
    private func meet(_ header: SegmentHeader, of number: Int64) {
        if let before = segments.last, before.number + 1 == number, header.firstBatch > lastBatch + 1 {
            cutShort.append((before.number, lastBatch + 1...header.firstBatch - 1))
        }
        lastBatch = max(lastBatch, header.firstBatch - 1)
    }

    /// Takes a closed segment's index in its place; says false where it has to be read itself.
    ///
    /// The newest segments are read in any case: books may need the places of their records, and an end may need mending.
    private func takeIndex(_ number: Int64) throws(StorageFailure) -> Bool {
        guard usesIndexes, number < placesFrom, let summary = try SegmentIndex.summary(of: number, on: disk), summary.auditSeq <= auditFrom
        else {
            return false
        }
        // The audit files may have some of that record's entries only.
        let last = summary.auditSeq == auditFrom && auditFrom > 0 ? try SegmentIndex.audit(summary, of: number, on: disk) : nil
        guard summary.auditSeq < max(auditFrom, 1) || last != nil else { return false }
        let isGood = try SegmentIndex.read(number, on: disk) { entry in
            switch entry {
            case .book(let spelled, let v, let crc, let generation):
                guard let book = self.books.number(spelled: spelled) else { return }
                self.books.add(
                    OpenRecord(
                        segment: number, range: 0..<0, crc: crc, seq: 0, book: book, v: v, previous: nil, generation: generation), at: nil)
            case .document(let path, let mark):
                let document = self.documents.number(of: path)
                guard mark.dv > self.documents[document]?.dv ?? 0 else { return }
                self.documents[document] = mark
            case .erasure(let user, let erasure):
                self.erased[user] = erasure
            }
        }
        guard isGood else { return false }
        if let last { audit.append(last) }
        tail = Tail()
        tail.bytes = summary.bytes
        meet(summary.header, of: number)
        provenThrough = max(provenThrough, summary.provenThrough)
        lastSeq = max(lastSeq, summary.lastSeq)
        lastBatch = max(lastBatch, summary.lastBatch)
        newest = max(newest ?? summary.newest, summary.newest)
        segments.append(
            Segment(
                number: number, header: summary.header, firstSeq: summary.firstSeq, lastSeq: summary.lastSeq, bytes: summary.bytes,
                isIndexed: true))
        return true
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
        let cutsEverybody = without.contains(.cutPerBook)
        try LineStream.read(file) { line throws(StorageFailure) in
            self.tail.bytes = line.end
            if cutsEverybody, !self.tail.bad.isEmpty { return true }
            let crc = SealedLine.check(line.bytes)
            if let crc, self.takeKnown(line.bytes, crc, line.offset..<line.end, &segment) {
                self.tail.endsWithoutFeed = !line.isTerminated
                return true
            }
            if let crc, let parsed = JournalLine(line.bytes) {
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
        segment.bytes = tail.bytes
        segments.append(segment)
        for bad in tail.bad {
            damagedLines += 1
            notice(StorageNotice(.warning, "journal_line_damaged", ["file": path, "offset": "\(bad.lowerBound)", "bytes": "\(bad.count)"]))
        }
    }

    private func takeDamaged(_ line: LineStream.Line, _ segment: inout Segment) {
        var at = line.offset
        for found in without.contains(.salvageInsideLine) ? [] : SealedLine.salvage(line.bytes) {
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

    /// Takes a line that is exactly as we write it; says false, with nothing done, for any other.
    private func takeKnown(
        _ bytes: UnsafeRawBufferPointer, _ crc: UInt32, _ range: Range<Int64>, _ segment: inout Segment
    ) -> Bool {
        if bytes[2] == UInt8(ascii: "b") { return takeKnownBatch(bytes, range) }
        guard let glance = RecordGlance(bytes, &glanced) else { return false }
        let user = UnsafeRawBufferPointer(rebasing: bytes[glance.user])
        var book = -1
        if let spelled = glance.book {
            guard let number = books.number(spelled: UnsafeRawBufferPointer(rebasing: bytes[spelled])) else { return false }
            book = number
        } else {
            guard UserID.isPlain(user) || UserID(stored: String(decoding: user, as: UTF8.self)) != nil else { return false }
        }
        numbered.removeAll(keepingCapacity: true)
        for document in glanced {
            guard let number = documents.number(of: UnsafeRawBufferPointer(rebasing: bytes[document.path])) else { return false }
            numbered.append(OpenDocument(number: number, dv: document.dv, isDeleted: document.isDeleted))
        }
        if !glance.audit.isEmpty, glance.seq >= auditFrom {
            guard let user = UserID(stored: String(decoding: user, as: UTF8.self)) else { return false }
            audit.append(AuditBacklog(seq: glance.seq, at: glance.at, user: user, entries: Array(bytes[glance.audit])))
        }
        tail.good.append(range)
        takeRecord(
            OpenRecord(
                segment: segment.number, range: range, crc: crc, seq: glance.seq, book: book, v: glance.v, previous: glance.previous,
                generation: 0),
            at: glance.at, &segment)
        return true
    }

    /// A batch that lists exactly the records before it, as every batch does whose records are whole.
    private func takeKnownBatch(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int64>) -> Bool {
        var cursor = ByteCursor(bytes)
        guard cursor.take("{\"b\":"), let number = cursor.takeInt(), cursor.take(",\"who\":[") else { return false }
        var isFirst = true
        func takeMember(_ name: (inout ByteCursor) -> Bool, _ version: Int64) -> Bool {
            guard isFirst || cursor.take(","), cursor.take("["), name(&cursor), cursor.takeInt() == version else { return false }
            isFirst = false
            return cursor.take("]")
        }
        for index in tail.open.indices {
            let open = tail.open[index]
            if open.v > 0, !takeMember({ books.takeName(open.book, from: &$0) }, open.v) { return false }
            for position in open.documents {
                let document = tail.documents[position]
                guard takeMember({ documents.takeName(document.number, from: &$0) }, document.dv) else { return false }
            }
        }
        guard cursor.take("]"), cursor.at == bytes.count - SealedLine.sealBytes else { return false }
        tail.good.append(range)
        takeBatch(number, range, missing: [])
        return true
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
            meet(header, of: segment.number)
            newest = max(newest ?? header.at, header.at)
        case .record(let record):
            if record.kind == .erasure { openErasures[record.seq] = (record.user, record.at) }
            numbered.removeAll(keepingCapacity: true)
            for document in record.documents {
                numbered.append(
                    OpenDocument(number: documents.number(of: document.path), dv: document.dv, isDeleted: document.body == nil))
            }
            takeRecord(
                OpenRecord(
                    segment: segment.number, range: range, crc: crc, seq: record.seq,
                    book: record.v > 0 ? books.number(of: record.key) : -1, v: record.v, previous: record.previous,
                    generation: record.install?.generation ?? 0),
                at: record.at, &segment)
            if !record.audit.isEmpty, record.seq >= auditFrom {
                audit.append(AuditBacklog(seq: record.seq, at: record.at, user: record.user, entries: Array(bytes[record.audit])))
            }
        case .batch(let number, let members):
            takeBatch(number, range, missing: without.contains(.batchNamesMembers) ? [] : missing(members))
        case .seal(_, let proven):
            provenThrough = max(provenThrough, proven ?? 0)
            confirmSuspects()
            applyLast()
            applyOpen()
            tail.last = []
            tail.open = []
            tail.lastBatchLine = nil
        }
    }

    /// Takes a record whose documents are `numbered`.
    private func takeRecord(_ record: OpenRecord, at time: Timestamp, _ segment: inout Segment) {
        confirmSuspects()
        applyLast()
        tail.last.removeAll(keepingCapacity: true)
        tail.lastBatchLine = nil
        if !tail.bad.isEmpty, record.seq > lastSeq + 1, lastSeq > 0 {
            notice(StorageNotice(.warning, "journal_numbers_missing", ["from": "\(lastSeq + 1)", "to": "\(record.seq - 1)"]))
        }
        segment.firstSeq = segment.firstSeq ?? record.seq
        segment.lastSeq = max(segment.lastSeq, record.seq)
        lastSeq = max(lastSeq, record.seq)
        newest = max(newest ?? time, time)
        if tail.open.isEmpty { tail.documents.removeAll(keepingCapacity: true) }
        var record = record
        record.documents = tail.documents.count..<tail.documents.count + numbered.count
        tail.documents.append(contentsOf: numbered)
        tail.open.append(record)
    }

    private func takeBatch(_ number: Int64, _ range: Range<Int64>, missing: [BatchMember]) {
        confirmSuspects()
        applyLast()
        if number != lastBatch + 1 {
            notice(StorageNotice(.error, "journal_batch_missing", ["from": "\(lastBatch + 1)", "to": "\(number - 1)"]))
        }
        lastBatch = max(lastBatch, number)
        tail.suspects = missing
        tail.closeBatch()
        tail.lastBatchLine = range
    }

    private func missing(_ members: [BatchMember]) -> [BatchMember] {
        let seen = Set(self.members(of: tail.open))
        return members.filter { !seen.contains($0) }
    }

    /// Two neighbouring segments must be one life of the folder.
    private func checkContinuation() throws(StorageFailure) {
        guard segments.count >= 2 else { return }
        let older = segments[segments.count - 2]
        let newer = segments[segments.count - 1]
        guard let header = newer.header, !without.contains(.previousSegment) else { return }
        let isNeighbour = newer.number == older.number + 1
        let isOther = isNeighbour && older.header.map { $0.id != header.previous } ?? false
        guard isOther || older.lastSeq > header.previousLast, !without.contains(.refuseMixedLives) else { return }
        throw mixed(older, newer)
    }

    private func mixed(_ older: Segment, _ newer: Segment) -> StorageFailure {
        .mixedLives(older: SegmentHeader.path(older.number), newer: SegmentHeader.path(newer.number))
    }
}
