// The journal's own lines: the header of a segment, the line that closes a batch, the seal. Records are in `JournalRecord`.

import Trading

/// Whose record a batch has, so that a damaged one can be attributed.
enum BatchMember: Hashable, Sendable {
    case book(BookKey, v: Int64)
    case document(DocumentPath, dv: Int64)
}

/// The header of a segment.
struct SegmentHeader: Equatable, Sendable {
    var number: Int64
    var id: String
    /// The id of the segment before, `genesis` for the first.
    var previous: String
    /// The last `seq` before this segment.
    var previousLast: Int64
    /// The number of its first batch.
    var firstBatch: Int64
    var at: Timestamp

    static let format = "tradehouse.journal"
    static let version: Int64 = 1
    static let genesis = "genesis"

    var line: [UInt8] {
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", SegmentHeader.format)
        writer.int("ver", SegmentHeader.version)
        writer.int("seg", number)
        writer.text("id", id)
        writer.text("prev", previous)
        writer.int("prev_last", previousLast)
        writer.int("b0", firstBatch)
        writer.time("t", at)
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }

    static func path(_ number: Int64) -> String {
        let digits = String(number)
        return "journal/" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".jsonl"
    }

    /// The number of a segment's file name.
    static func number(ofFile name: String) -> Int64? {
        guard name.hasSuffix(".jsonl") else { return nil }
        let digits = name.dropLast(6)
        guard digits.utf8.count >= 8, digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        return Int64(digits)
    }
}

/// One line of a segment, told apart by its first member.
enum JournalLine {
    case header(SegmentHeader)
    /// A header of a version this program does not know.
    case newer(Int64)
    /// Without its rows.
    case record(ParsedRecord)
    case batch(Int64, [BatchMember])
    /// Everything up to a batch was synced; and, where it says so, segments up to a number may go.
    case seal(Int64, proven: Int64?)

    /// Nothing for a line whose checksum is right and whose members are not ours.
    init?(_ line: UnsafeRawBufferPointer) {
        var row = RowReader(line)
        guard let first = row.next() else { return nil }
        if row.equals(first.key, "seq") {
            guard let record = ParsedRecord(line, withRows: false) else { return nil }
            self = .record(record)
        } else if row.equals(first.key, "b") {
            guard let number = row.int("b"), let members = JournalLine.members(&row, line) else { return nil }
            self = .batch(number, members)
        } else if row.equals(first.key, "seal") {
            guard let number = row.int("seal") else { return nil }
            self = .seal(number, proven: row.int("proven"))
        } else {
            guard row.text("fmt") == SegmentHeader.format, let version = row.int("ver") else { return nil }
            guard version <= SegmentHeader.version else {
                self = .newer(version)
                return
            }
            guard let number = row.int("seg"), let id = row.text("id"), let previous = row.text("prev"),
                let last = row.int("prev_last"), let batch = row.int("b0"), let at = row.time("t")
            else { return nil }
            self = .header(
                SegmentHeader(number: number, id: id, previous: previous, previousLast: last, firstBatch: batch, at: at))
        }
    }

    static func batch(_ number: Int64, _ members: [BatchMember]) -> [UInt8] {
        var writer = RowWriter()
        writer.raw("{\"b\":")
        writer.decimalDigits(number)
        writer.raw(",\"who\":[")
        for (index, member) in members.enumerated() {
            writer.raw(index == 0 ? "[" : ",[")
            switch member {
            case .book(let key, let v):
                writer.quoted(key.user.text)
                if key.book != .default {
                    writer.raw(",")
                    writer.quoted("paper/" + key.book.text)
                }
                writer.raw(",")
                writer.decimalDigits(v)
            case .document(let path, let dv):
                writer.quoted(String(path.text.dropFirst(path.folder.rawValue.utf8.count + 1)))
                writer.raw(",")
                writer.quoted(path.folder.rawValue)
                writer.raw(",")
                writer.decimalDigits(dv)
            }
            writer.raw("]")
        }
        writer.raw("]")
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }

    static func seal(_ number: Int64, proven: Int64? = nil, at time: Timestamp) -> [UInt8] {
        var writer = RowWriter()
        writer.raw("{\"seal\":")
        writer.decimalDigits(number)
        if let proven { writer.int("proven", proven) }
        writer.time("t", time)
        SealedLine.seal(&writer.bytes)
        return writer.bytes
    }

    private static func members(_ row: inout RowReader, _ line: UnsafeRawBufferPointer) -> [BatchMember]? {
        guard let list = row.value("who"), let elements = row.elements(list) else { return nil }
        var members: [BatchMember] = []
        for element in elements {
            let whole = RowValue(start: element.lowerBound, end: element.upperBound, kind: .nested, isEscaped: false)
            guard let parts = row.elements(whole), parts.count == 2 || parts.count == 3, let last = parts.last,
                let version = row.int(RowValue(start: last.lowerBound, end: last.upperBound, kind: .number, isEscaped: false)),
                let name = row.unquoted(parts[0])
            else { return nil }
            guard parts.count == 3 else {
                guard let user = UserID(stored: name) else { return nil }
                members.append(.book(BookKey(user: user, book: .default), v: version))
                continue
            }
            guard let place = row.unquoted(parts[1]) else { return nil }
            if place.hasPrefix("paper/") {
                guard let user = UserID(stored: name), let book = BookName(place.dropFirst(6)) else { return nil }
                members.append(.book(BookKey(user: user, book: book), v: version))
            } else {
                guard let path = DocumentPath(place + "/" + name) else { return nil }
                members.append(.document(path, dv: version))
            }
        }
        return members
    }
}

extension RowReader {
    fileprivate func unquoted(_ range: Range<Int>) -> String? {
        guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return text(RowValue(start: range.lowerBound + 1, end: range.upperBound - 1, kind: .string, isEscaped: false))
    }
}
