// What the journal knows of every book and document in it. Names are kept as bytes and numbered, because most of them are never asked
// for: making strings of all of them would cost a start more than reading the journal.

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
    /// The first segment that has a record of it, and the last.
    var oldestSegment: Int64
    var newestSegment: Int64 = 0
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
    /// Its file was brought up to it in this life. The mark stays, for the case that the disk has less than the cache shows.
    var isListed = false
    /// A version that was acknowledged and whose record is damaged; 0 for none.
    var lost: Int64 = 0
}

/// Marks of books, numbered as they are met. A number alone is no mark: its record may not count.
struct BookMarks {
    private var table = KeyTable()
    private(set) var keys: [BookKey] = []
    var marks: [BookMark?] = []

    /// The number of the book whose name stands in a record from its user to its book; nothing when it is not spelled our way.
    mutating func number(spelled bytes: UnsafeRawBufferPointer) -> Int? {
        if let number = table.known(bytes) { return number }
        guard let quote = WordSearch.quoteOrBackslash(in: bytes, from: 0) else { return nil }
        let user = String(decoding: bytes[..<quote], as: UTF8.self)
        let book = String(decoding: bytes[(quote + RecordGlance.betweenUserAndBook.utf8CodeUnitCount + 2)...], as: UTF8.self)
        guard let owner = UserID(stored: user), owner.text == user, let name = book == "default" ? .default : BookName(book) else {
            return nil
        }
        return number(of: BookKey(user: owner, book: name))
    }

    mutating func number(of key: BookKey) -> Int {
        var spelled = key.user.text + "\"\(RecordGlance.betweenUserAndBook)\"" + key.book.text
        let number = spelled.withUTF8 { table.number(of: UnsafeRawBufferPointer($0)) }
        if number == keys.count {
            keys.append(key)
            marks.append(nil)
        }
        return number
    }

    /// Lets a record count; its place is remembered when it is given.
    mutating func add(_ record: JournalScan.OpenRecord, at place: RecordPlace?) {
        if marks[record.book] == nil { marks[record.book] = BookMark(v: 0, crc: 0, oldestSegment: record.segment) }
        // In place: a copy would copy all remembered places of the book for every record of it.
        BookMarks.add(record, at: place, to: &marks[record.book]!)
    }

    private static func add(_ record: JournalScan.OpenRecord, at place: RecordPlace?, to mark: inout BookMark) {
        mark.oldestSegment = min(mark.oldestSegment, record.segment)
        mark.newestSegment = max(mark.newestSegment, record.segment)
        if record.v > mark.v {
            mark.v = record.v
            mark.crc = record.crc
        }
        mark.generation = max(mark.generation, record.generation)
        if let place { mark.places.append(place) }
    }

    /// Whether the name of a book stands next in a batch: `"ZX1234",` or `"ZX1234","paper/swing",`.
    func takeName(_ number: Int, from cursor: inout ByteCursor) -> Bool {
        table.withKey(number) { key in
            guard let quote = WordSearch.quoteOrBackslash(in: key, from: 0), cursor.take("\""),
                cursor.take(UnsafeRawBufferPointer(rebasing: key[..<quote])), cursor.take("\",")
            else { return false }
            if keys[number].book == .default { return true }
            let name = quote + RecordGlance.betweenUserAndBook.utf8CodeUnitCount + 2
            return cursor.take("\"paper/") && cursor.take(UnsafeRawBufferPointer(rebasing: key[name...])) && cursor.take("\",")
        }
    }

    /// By name, for those who ask.
    var byKey: [BookKey: BookMark] {
        var found: [BookKey: BookMark] = [:]
        for (key, mark) in zip(keys, marks) { found[key] = mark }
        return found
    }
}

/// Marks of documents, found by their paths.
struct DocumentMarks {
    private var table = KeyTable()
    private var marks: [DocumentMark?] = []
    private(set) var count = 0

    /// The number of a path that stands in a record, without its suffix; nothing when it is no path.
    mutating func number(of bytes: UnsafeRawBufferPointer) -> Int? {
        if let number = table.known(bytes) { return number }
        guard DocumentPath.isPath(bytes) else { return nil }
        return add(bytes)
    }

    mutating func number(of path: DocumentPath) -> Int {
        var text = path.text
        return text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) -> Int {
        let number = table.number(of: bytes)
        if number == marks.count { marks.append(nil) }
        return number
    }

    func path(_ number: Int) -> DocumentPath {
        guard let path = DocumentPath(table.text(number)) else { preconditionFailure("Only paths have numbers.") }
        return path
    }

    subscript(number: Int) -> DocumentMark? {
        get { marks[number] }
        set {
            count += (newValue == nil ? 0 : 1) - (marks[number] == nil ? 0 : 1)
            marks[number] = newValue
        }
    }

    subscript(path: DocumentPath) -> DocumentMark? {
        get {
            var text = path.text
            return text.withUTF8 { table.known(UnsafeRawBufferPointer($0)) }.flatMap { marks[$0] }
        }
        set {
            if newValue == nil, self[path] == nil { return }
            self[number(of: path)] = newValue
            if count == 0 { self = DocumentMarks() }
        }
    }

    /// All whose path begins so.
    func under(_ prefix: String) -> [DocumentPath: DocumentMark] {
        var found: [DocumentPath: DocumentMark] = [:]
        for (number, mark) in marks.enumerated() {
            guard let mark, table.hasPrefix(number, prefix) else { continue }
            found[path(number)] = mark
        }
        return found
    }

    /// Whether the name of a document stands next in a batch: `"email/3f/3f…","index"`.
    func takeName(_ number: Int, from cursor: inout ByteCursor) -> Bool {
        table.withKey(number) { key in
            guard let slash = key.firstIndex(of: UInt8(ascii: "/")) else { return false }
            return cursor.take("\"") && cursor.take(UnsafeRawBufferPointer(rebasing: key[(slash + 1)...])) && cursor.take("\",\"")
                && cursor.take(UnsafeRawBufferPointer(rebasing: key[..<slash])) && cursor.take("\",")
        }
    }

    /// Forgets what stands in segments up to this one, and makes room when little is left.
    mutating func drop(through segment: Int64) {
        guard count > 0 else { return }
        for number in marks.indices {
            if let mark = marks[number], mark.place.segment <= segment, mark.lost <= mark.dv { marks[number] = nil }
        }
        count = marks.reduce(0) { $0 + ($1 == nil ? 0 : 1) }
        guard count * 2 < marks.count else { return }
        var smaller = DocumentMarks()
        for (number, mark) in marks.enumerated() {
            if let mark { smaller[path(number)] = mark }
        }
        self = smaller
    }

    /// Forgets those of which `isOver` says so.
    mutating func removeAll(_ isOver: (DocumentPath, DocumentMark) throws(DiskFailure) -> Bool) throws(DiskFailure) {
        for number in marks.indices {
            if let mark = marks[number], try isOver(path(number), mark) { self[number] = nil }
        }
    }

    mutating func changeAll(_ change: (inout DocumentMark) -> Void) {
        for number in marks.indices {
            guard var mark = marks[number] else { continue }
            change(&mark)
            marks[number] = mark
        }
    }
}
