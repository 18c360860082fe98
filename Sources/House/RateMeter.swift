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
    /// Keys kept at most. When there are more, those are forgotten that have asked least lately.
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
        func level(_ bucket: Bucket) -> Int64 {
            bucket.level + max(0, min((now - bucket.filledAt).wholeMicroseconds, 60_000_000)) * Int64(perMinute)
        }
        // Those that are full again lose nothing by being forgotten; only if that is not enough, the fuller half goes.
        buckets = buckets.filter { level($0.value) < Int64(perMinute) * RateMeter.request }
        guard buckets.count >= keyLimit else { return }
        let median = buckets.values.map(level).sorted()[buckets.count / 2]
        var left = buckets.count / 2 + 1
        buckets = buckets.filter { entry in
            guard left > 0, level(entry.value) >= median else { return true }
            left -= 1
            return false
        }
    }
}
