// When what was read counts: a record is nothing before its batch is closed or something good follows it, and what a batch names and does
// not have was real once something good follows that. The reading is `JournalScan`.

import Trading

extension JournalScan {
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
        /// Documents of the records in `last` and `open`.
        var documents: [OpenDocument] = []
        var lastBatchLine: Range<Int64>?
        var endsWithoutFeed = false
        var bytes: Int64 = 0

        /// Makes the open records those of the last closed batch; both arrays keep their room.
        mutating func closeBatch() {
            last.removeAll(keepingCapacity: true)
            swap(&last, &open)
        }
    }

    struct OpenRecord {
        let segment: Int64
        let range: Range<Int64>
        let crc: UInt32
        let seq: Int64
        /// The number of its book; -1 for a record without one.
        let book: Int
        let v: Int64
        let previous: UInt32?
        /// What an install made valid, 0 for any other record.
        let generation: Int64
        /// Which of `Tail.documents` are its own.
        var documents: Range<Int> = 0..<0
    }

    struct OpenDocument {
        let number: Int
        let dv: Int64
        let isDeleted: Bool
    }

    /// What a batch says of these records.
    func members(of records: [OpenRecord]) -> [BatchMember] {
        records.flatMap { open in
            (open.v > 0 ? [BatchMember.book(books.keys[open.book], v: open.v)] : [])
                + open.documents.map { .document(documents.path(tail.documents[$0].number), dv: tail.documents[$0].dv) }
        }
    }

    /// Something good came after the batch, so it was acknowledged: what it lacks was real.
    func confirmSuspects() {
        for suspect in tail.suspects {
            switch suspect {
            case .book(let key, let v):
                notice(
                    StorageNotice(.error, "journal_record_lost", ["user": key.user.text, "book": key.book.text, "v": "\(v)"]))
                let number = books.number(of: key)
                var mark = books.marks[number] ?? BookMark(v: 0, crc: 0, oldestSegment: .max)
                mark.lost = max(mark.lost, v)
                books.marks[number] = mark
            case .document(let path, let dv):
                notice(StorageNotice(.error, "journal_document_lost", ["path": path.text, "dv": "\(dv)"]))
                let number = documents.number(of: path)
                var mark =
                    documents[number]
                    ?? DocumentMark(dv: 0, seq: 0, place: RecordPlace(segment: 0, offset: 0, length: 0, v: 0), isDeleted: false)
                mark.lost = max(mark.lost, dv)
                documents[number] = mark
            }
        }
        tail.suspects = []
    }

    /// Lets the records of the last closed batch count.
    func applyLast() {
        for index in tail.last.indices { apply(tail.last[index]) }
    }

    func applyOpen() {
        for index in tail.open.indices { apply(tail.open[index]) }
    }

    /// Lets a record count.
    func apply(_ open: OpenRecord) {
        let place = RecordPlace(segment: open.segment, offset: open.range.lowerBound, length: Int(open.range.count), v: open.v)
        if open.v > 0 { books.add(open, at: open.segment >= placesFrom ? place : nil) }
        if !openErasures.isEmpty, let erasure = openErasures.removeValue(forKey: open.seq) {
            erased[erasure.user] = SegmentPart.Erasure(seq: open.seq, at: erasure.at, segment: open.segment)
        }
        for position in open.documents {
            let document = tail.documents[position]
            let known = documents[document.number]
            guard document.dv > known?.dv ?? 0 else { continue }
            documents[document.number] = DocumentMark(
                dv: document.dv, seq: open.seq, place: place, isDeleted: document.isDeleted, lost: known?.lost ?? 0)
        }
    }
}
