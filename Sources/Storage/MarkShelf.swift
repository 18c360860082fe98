// What the journal knows of books that are not open, kept by the newest segment that has a record of each: when a segment goes, so does
// everything that only it knew. So memory follows the books that acted within the retention, not all there are.

import Trading

struct MarkShelf {
    private var bySegment: [Int64: [BookKey: BookMark]] = [:]
    /// Segments before this one are gone.
    private(set) var oldestSegment: Int64 = 0

    init() {}

    init(_ marks: BookMarks) {
        for (key, mark) in zip(marks.keys, marks.marks) {
            if let mark { bySegment[mark.newestSegment, default: [:]][key] = mark }
        }
    }

    var count: Int { bySegment.values.reduce(0) { $0 + $1.count } }

    /// Without what stood in segments that are gone.
    subscript(key: BookKey) -> BookMark? {
        get {
            for marks in bySegment.values {
                guard var mark = marks[key] else { continue }
                mark.oldestSegment = max(mark.oldestSegment, oldestSegment)
                if let first = mark.places.first, first.segment < oldestSegment { mark.places.removeAll { $0.segment < oldestSegment } }
                return mark
            }
            return nil
        }
        set {
            for segment in bySegment.keys where bySegment[segment]?[key] != nil { bySegment[segment]?[key] = nil }
            if let newValue { bySegment[newValue.newestSegment, default: [:]][key] = newValue }
        }
    }

    func books(of user: UserID) -> [BookName] {
        bySegment.values.flatMap { $0.keys.filter { $0.user == user }.map(\.book) }
    }

    /// Forgets what only segments up to this one knew; what was let go of is returned, since taking many apart takes a while.
    mutating func drop(through segment: Int64) -> [[BookKey: BookMark]] {
        oldestSegment = max(oldestSegment, segment + 1)
        return bySegment.keys.filter { $0 <= segment }.compactMap { bySegment.removeValue(forKey: $0) }
    }
}
