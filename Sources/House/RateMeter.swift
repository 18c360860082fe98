// How often somebody may ask. One bucket per key that refills evenly; a key that has been quiet costs nothing.

import Trading

/// Token buckets by key: `burst` requests at once, refilled at `burst` per minute.
struct RateMeter<Key: Hashable> {
    private struct Bucket {
        /// In parts of a request, `RateMeter.request` of them; so fine that no refill loses anything by rounding.
        var level: Int64
        var filledAt: Timestamp
    }

    /// What one asking left.
    struct Reading: Equatable {
        let isAllowed: Bool
        let limit: Int
        let remaining: Int
        /// Whole seconds until one more is allowed, at least 1; 0 when it is.
        let retryAfterSeconds: Int
    }

    /// One microsecond refills as many parts as requests are allowed per minute.
    private static var request: Int64 { 60_000_000 }

    private var buckets: [Key: Bucket] = [:]
    /// Keys kept at most. When they are all in use, the fullest half is dropped: those have asked least lately.
    private let keyLimit: Int

    init(keyLimit: Int = 100_000) { self.keyLimit = keyLimit }

    var count: Int { buckets.count }

    /// Takes one request from the key's bucket of `perMinute`; 0 means no limit.
    mutating func take(_ key: Key, perMinute: Int, at now: Timestamp) -> Reading {
        guard perMinute > 0 else { return Reading(isAllowed: true, limit: 0, remaining: 0, retryAfterSeconds: 0) }
        let request = RateMeter.request
        let capacity = Int64(perMinute) * request
        if buckets.count >= keyLimit, buckets[key] == nil { dropQuietKeys(at: now, perMinute: perMinute) }
        var bucket = buckets[key] ?? Bucket(level: capacity, filledAt: now)
        let elapsed = max(0, min((now - bucket.filledAt).wholeMicroseconds, 60_000_000))
        bucket.level = min(capacity, bucket.level + elapsed * Int64(perMinute))
        bucket.filledAt = max(bucket.filledAt, now)
        let isAllowed = bucket.level >= request
        if isAllowed { bucket.level -= request }
        buckets[key] = bucket
        let missing = max(0, request - bucket.level)
        let waitMicroseconds = (missing + Int64(perMinute) - 1) / Int64(perMinute)
        return Reading(
            isAllowed: isAllowed, limit: perMinute, remaining: Int(bucket.level / request),
            retryAfterSeconds: isAllowed ? 0 : Int(max(1, (waitMicroseconds + 999_999) / 1_000_000)))
    }

    private mutating func dropQuietKeys(at now: Timestamp, perMinute: Int) {
        let levels = buckets.values.map(\.level).sorted()
        let median = levels[levels.count / 2]
        buckets = buckets.filter { $0.value.level < median }
        if buckets.count >= keyLimit { buckets.removeAll(keepingCapacity: true) }
    }
}
