// Which journal segments there are and how far each is on its way out: closed, proven, old enough. Pure bookkeeping; who reads and
// removes them is `Store+Forgetting`.

import Platform
import Trading

/// The journal's segments, oldest first; the last is the one that is written.
struct JournalShelf {
    struct Segment {
        let number: Int64
        var bytes: Int64
        /// Its first record; nil when it has none.
        var firstSeq: Int64?
        var hasIndex = false
        /// Everything in it was proven to be complete and synced in its own files.
        var isProven = false
        /// When the journal said so of it and of all before it, by the monotonic clock; nil before.
        var announcedAt: UInt64?
        /// A line in it is damaged: it is kept as evidence when it goes.
        var isDamaged = false
        /// Why it could not be proven or removed, and when that is tried again.
        var trouble: String?
        var retryAt: UInt64 = 0
    }

    private(set) var segments: [Segment]
    private let retention: UInt64
    private let shortest: UInt64
    private let limitBytes: Int64
    /// The shortest time that a segment stayed after its announcement because the journal was full, and when that was.
    private var shortened: (by: UInt64, at: UInt64)?

    init(_ segments: [Segment], options: StoreOptions) {
        self.segments = segments
        retention = options.retention.nanoseconds
        shortest = min(options.shortestRetention, options.retention).nanoseconds
        limitBytes = options.journalLimitBytes
    }

    var bytes: Int64 { segments.reduce(0) { $0 + $1.bytes } }
    var oldestSeq: Int64? { segments.lazy.compactMap(\.firstSeq).first }

    var isOverLimit: Bool { bytes > limitBytes }

    /// The segment that is written now has so many bytes; a new number closes the one before.
    mutating func written(_ number: Int64, bytes: Int64, firstSeq: Int64?) {
        if segments.last?.number != number { segments.append(Segment(number: number, bytes: 0, firstSeq: nil)) }
        segments[segments.count - 1].bytes = bytes
        if segments[segments.count - 1].firstSeq == nil { segments[segments.count - 1].firstSeq = firstSeq }
    }

    mutating func update(_ number: Int64, _ change: (inout Segment) -> Void) {
        guard let index = segments.firstIndex(where: { $0.number == number }) else { return }
        change(&segments[index])
    }

    /// The oldest closed segment that waits for its proof.
    func nextToProve(at now: UInt64) -> Int64? {
        segments.dropLast().first { !$0.isProven && $0.retryAt <= now }?.number
    }

    /// The last segment that is proven as are all before it, when that was not announced yet.
    func nextToAnnounce(at now: UInt64) -> Int64? {
        let proven = segments.dropLast().prefix { $0.isProven }
        guard let last = proven.last, last.announcedAt == nil, last.retryAt <= now else { return nil }
        return last.number
    }

    mutating func announced(through number: Int64, at now: UInt64) {
        for index in segments.indices where segments[index].number <= number && segments[index].announcedAt == nil {
            segments[index].announcedAt = now
        }
    }

    /// The newest closed segment without an index: a start reads those that are left.
    var nextToIndex: Int64? { segments.dropLast().last { !$0.hasIndex && !$0.isDamaged }?.number }

    /// The oldest segment when it may go now, and how long it stayed after that was announced.
    func nextToRelease(at now: UInt64) -> (segment: Segment, age: UInt64)? {
        guard segments.count > 1, let oldest = segments.first, let since = oldest.announcedAt, oldest.retryAt <= now else { return nil }
        let age = now - since
        guard age >= retention || (isOverLimit && age >= shortest) else { return nil }
        return (oldest, age)
    }

    mutating func release(at now: UInt64) {
        guard let since = segments.first?.announcedAt else { return }
        let age = now - since
        if age < retention, age <= shortened?.by ?? .max { shortened = (age, now) }
        segments.removeFirst()
    }

    /// How long a copy of the running folder may take at this moment.
    func windowNanoseconds(at now: UInt64) -> UInt64 {
        guard let shortened, now - shortened.at < retention else { return retention }
        return shortened.by
    }
}
