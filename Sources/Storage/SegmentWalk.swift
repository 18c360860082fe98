// A closed segment read for what it proves of each book and document, part by part, so that neither memory nor the disk thread is held
// by a segment of many thousand books. For the index beside a segment (`SegmentIndex`) and for its release (`Store+Forgetting`).

import Platform
import Trading

/// What a part of a segment says: the highest version of each book and document in it.
struct SegmentPart: Sendable {
    struct Book: Sendable {
        var v: Int64
        /// Of the record of `v`; nil when its record is damaged and only the batch tells of it.
        var crc: UInt32?
        /// The newest generation that an install in this part made valid; 0 for none.
        var generation: Int64 = 0
    }

    struct Document: Sendable {
        var dv: Int64
        var seq: Int64
        var offset: Int64
        var length: Int
        var isDeleted: Bool
        var isDamaged = false
    }

    struct Erasure: Sendable, Equatable {
        let seq: Int64
        let at: Timestamp
        let segment: Int64
    }

    var header: SegmentHeader?
    var books: [BookKey: Book] = [:]
    var documents: [DocumentPath: Document] = [:]
    var erased: [UserID: Erasure] = [:]
    /// The last record with audit entries and where it stands; 0 for none.
    var auditSeq: Int64 = 0
    var auditRange: Range<Int64> = 0..<0
    var firstSeq: Int64?
    var lastSeq: Int64 = 0
    var lastBatch: Int64 = 0
    var newest: Timestamp?
    var damagedLines = 0
    /// The last segment that it says may go; 0 for none.
    var provenThrough: Int64 = 0
    /// Where the next part begins, and whether there is none.
    var end: Int64
    var isLast = false

    var members: Int { books.count + documents.count + erased.count }

    fileprivate mutating func take(_ record: ParsedRecord, _ crc: UInt32, _ range: Range<Int64>, of number: Int64) {
        firstSeq = firstSeq ?? record.seq
        lastSeq = max(lastSeq, record.seq)
        newest = max(newest ?? record.at, record.at)
        if !record.audit.isEmpty, record.seq > auditSeq { (auditSeq, auditRange) = (record.seq, range) }
        if record.v > 0 {
            var book = books[record.key] ?? Book(v: 0, crc: nil)
            if record.v >= book.v {
                book.v = record.v
                book.crc = crc
            }
            book.generation = max(book.generation, record.install?.generation ?? 0)
            books[record.key] = book
        }
        if record.kind == .erasure { erased[record.user] = Erasure(seq: record.seq, at: record.at, segment: number) }
        for document in record.documents where document.dv > documents[document.path]?.dv ?? 0 {
            documents[document.path] = Document(
                dv: document.dv, seq: record.seq, offset: range.lowerBound, length: Int(range.count), isDeleted: document.body == nil)
        }
    }

    /// A member that its batch names and whose record is not there.
    fileprivate mutating func takeMissing(_ member: BatchMember) {
        switch member {
        case .book(let key, let v):
            if v > books[key]?.v ?? 0 { books[key] = Book(v: v, crc: nil, generation: books[key]?.generation ?? 0) }
        case .document(let path, let dv):
            guard dv > documents[path]?.dv ?? 0 else { return }
            documents[path] = Document(dv: dv, seq: 0, offset: 0, length: 0, isDeleted: false, isDamaged: true)
        }
    }
}

enum SegmentWalk {
    /// A part ends with the batch in which it reaches this many bytes or members.
    static let partBytes: Int64 = 256 << 10
    static let partMembers = 1_024

    /// Reads the part that begins at `start`.
    static func part(
        of number: Int64, from start: Int64, on disk: any Disk, bytes limitBytes: Int64 = partBytes, members limitMembers: Int = partMembers
    ) throws(StorageFailure) -> SegmentPart {
        let file: any DiskFile
        do {
            file = try disk.open(SegmentHeader.path(number), for: .reading)
        } catch {
            throw .io(error)
        }
        var part = SegmentPart(end: start)
        var seen: Set<BatchMember> = []
        var isCut = false
        /// Takes a line; returns whether it closes a batch.
        func take(_ bytes: UnsafeRawBufferPointer, _ crc: UInt32, _ range: Range<Int64>) -> Bool {
            switch JournalLine(bytes) {
            case nil, .newer:
                part.damagedLines += 1
                return false
            case .header(let header):
                part.header = header
                part.lastSeq = max(part.lastSeq, header.previousLast)
                part.lastBatch = max(part.lastBatch, header.firstBatch - 1)
                part.newest = max(part.newest ?? header.at, header.at)
                return false
            case .record(let record):
                if record.v > 0 { seen.insert(.book(record.key, v: record.v)) }
                for document in record.documents { seen.insert(.document(document.path, dv: document.dv)) }
                part.take(record, crc, range, of: number)
                return false
            case .batch(let number, let members):
                part.lastBatch = max(part.lastBatch, number)
                for member in members where !seen.contains(member) { part.takeMissing(member) }
                seen.removeAll(keepingCapacity: true)
                return true
            case .seal(_, let proven):
                part.provenThrough = max(part.provenThrough, proven ?? 0)
                seen.removeAll(keepingCapacity: true)
                return true
            }
        }
        try LineStream.read(file, from: start) { line in
            var closes = false
            if let crc = SealedLine.check(line.bytes) {
                closes = take(line.bytes, crc, line.offset..<line.end)
            } else {
                part.damagedLines += 1
                for found in SealedLine.salvage(line.bytes) {
                    let inner = UnsafeRawBufferPointer(rebasing: line.bytes[found])
                    guard let crc = SealedLine.check(inner) else { continue }
                    let at = line.offset + Int64(found.lowerBound)
                    closes = take(inner, crc, at..<at + Int64(found.count))
                }
            }
            part.end = line.end
            isCut = closes && (line.end - start >= limitBytes || part.members >= limitMembers)
            return !isCut
        }
        part.isLast = !isCut
        return part
    }
}
