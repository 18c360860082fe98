// A record as the scan of the journal needs it: who, which versions, where the audit is, and nothing of what the rows and bodies say.
// It knows records only exactly as `JournalRecord` writes them. Any other is read by `ParsedRecord`, which alone decides what is ours.

import Trading

struct RecordGlance {
    /// Where a document's path stands, without its suffix, and its version.
    struct Document {
        let path: Range<Int>
        let dv: Int64
        let isDeleted: Bool
    }

    let seq: Int64
    let user: Range<Int>
    /// User and book with what stands between them; nothing for a record without a book.
    let book: Range<Int>?
    let v: Int64
    let previous: UInt32?
    let at: Timestamp
    /// The array of audit entries, empty when there is none.
    let audit: Range<Int>

    /// Reads a line whose checksum is right and puts its documents into `documents`; nothing when it is not in the one known form.
    init?(_ line: UnsafeRawBufferPointer, _ documents: inout [Document]) {
        documents.removeAll(keepingCapacity: true)
        var cursor = ByteCursor(line)
        guard cursor.take("{\"seq\":"), let seq = cursor.takeInt(), cursor.take(",\"k\":\"") else { return nil }
        self.seq = seq
        let isBook = cursor.take("tx\",\"u\":")
        guard isBook || cursor.take("doc\",\"u\":") || cursor.take("audit\",\"u\":"), let user = cursor.takeText() else { return nil }
        self.user = user
        if isBook {
            guard cursor.take(RecordGlance.betweenUserAndBook), let name = cursor.takeText(), cursor.take(",\"v\":"),
                let v = cursor.takeInt(), v > 0, let previous = RecordGlance.previous(&cursor)
            else { return nil }
            (book, self.v, self.previous) = (user.lowerBound..<name.upperBound, v, previous)
        } else {
            (book, v, previous) = (nil, 0, nil)
        }
        guard cursor.take(",\"t\":"), let time = cursor.takeText(),
            let at = RowReader(line).time(RowValue(start: time.lowerBound, end: time.upperBound, kind: .string, isEscaped: false))
        else { return nil }
        self.at = at
        if isBook, !RecordGlance.passRows(&cursor) { return nil }
        guard let audit = RecordGlance.tail(&cursor, &documents) else { return nil }
        self.audit = audit
        guard cursor.at == line.count - SealedLine.sealBytes else { return nil }
    }

    /// What `JournalRecord` puts after a user's closing quotation mark, up to the book's opening one.
    static let betweenUserAndBook: StaticString = ",\"bk\":"

    private static func previous(_ cursor: inout ByteCursor) -> UInt32?? {
        guard cursor.take(",\"pc\":"), let text = cursor.takeText() else { return nil }
        if text.count == 8 { return SealedLine.hex(cursor.bytes, at: text.lowerBound).map { .some($0) } }
        cursor.at = text.lowerBound
        return cursor.take("genesis\"") ? .some(nil) : nil
    }

    /// Rows and meta of a transaction.
    private static func passRows(_ cursor: inout ByteCursor) -> Bool {
        if cursor.take(",\"o\":"), cursor.takeNested() == nil { return false }
        if cursor.take(",\"p\":"), cursor.takeNested() == nil { return false }
        if cursor.take(",\"x\":"), cursor.takeNested() == nil { return false }
        guard cursor.take(",\"m\":") else { return false }
        var counts = cursor
        guard counts.take("{\"n\":["), counts.takeInt() != nil, counts.take(","), counts.takeInt() != nil, counts.take(","),
            counts.takeInt() != nil, counts.take("]")
        else { return false }
        return cursor.takeNested() != nil
    }

    /// Documents and audit entries; returns where the audit stands.
    private static func tail(_ cursor: inout ByteCursor, _ documents: inout [Document]) -> Range<Int>? {
        if cursor.take(",\"d\":[") {
            repeat {
                guard cursor.take("{\"path\":"), let file = cursor.takeText(), file.count > 5, cursor.take(",\"dv\":"),
                    let dv = cursor.takeInt(), previous(&cursor) != nil, cursor.take(",\"body\":")
                else { return nil }
                var suffix = ByteCursor(cursor.bytes)
                suffix.at = file.upperBound - 5
                guard suffix.take(".json") else { return nil }
                let isDeleted = cursor.take("null")
                guard isDeleted || cursor.takeNested() != nil, cursor.take("}") else { return nil }
                documents.append(Document(path: file.lowerBound..<file.upperBound - 5, dv: dv, isDeleted: isDeleted))
            } while cursor.take(",")
            guard cursor.take("]") else { return nil }
        }
        guard cursor.take(",\"a\":") else { return 0..<0 }
        return cursor.takeNested()
    }
}
