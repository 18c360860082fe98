// Budgets per key and minute.

import Testing
import Trading

@testable import House

@Suite struct `A rate meter` {
    private static let start = Timestamp(seconds: 1_795_161_600)

    @Test func `allows a minute's budget at once and then one at a time`() {
        var meter = RateMeter<String>()
        for left in (0..<60).reversed() {
            let reading = meter.take("a", perMinute: 60, at: Self.start)
            #expect(reading == .init(isAllowed: true, limit: 60, remaining: left, retryAfterSeconds: 0))
        }
        #expect(meter.take("a", perMinute: 60, at: Self.start) == .init(isAllowed: false, limit: 60, remaining: 0, retryAfterSeconds: 1))
        #expect(!meter.take("a", perMinute: 60, at: Self.start + .milliseconds(999)).isAllowed)
        #expect(meter.take("a", perMinute: 60, at: Self.start + .milliseconds(1_000)).isAllowed)
        #expect(!meter.take("a", perMinute: 60, at: Self.start + .milliseconds(1_000)).isAllowed)
    }

    @Test func `says how long to wait, in whole seconds that suffice`() {
        for perMinute in [1, 3, 7, 20, 100, 600] {
            var meter = RateMeter<String>()
            for _ in 0..<perMinute { _ = meter.take("a", perMinute: perMinute, at: Self.start) }
            let refused = meter.take("a", perMinute: perMinute, at: Self.start)
            #expect(!refused.isAllowed && refused.retryAfterSeconds >= 1)
            let later = Self.start + .seconds(refused.retryAfterSeconds)
            #expect(meter.take("a", perMinute: perMinute, at: later).isAllowed, "\(perMinute)")
        }
    }

    @Test func `never allows more than two budgets in a minute, however they are spread`() {
        var random = SeededRandom(seed: 7)
        var meter = RateMeter<String>()
        var allowed: [Timestamp] = []
        var now = Self.start
        for _ in 0..<20_000 {
            now = now + .milliseconds(Int64(random.next() % 40))
            if meter.take("a", perMinute: 100, at: now).isAllowed { allowed.append(now) }
        }
        for (index, first) in allowed.enumerated() {
            let within = allowed[index...].prefix { $0 - first < .seconds(60) }.count
            #expect(within <= 200)
            if within > 200 { break }
        }
        #expect(allowed.count >= Int((now - Self.start).components.seconds) * 100 / 60)
    }

    @Test func `asking while refused costs nothing`() {
        var meter = RateMeter<String>()
        _ = meter.take("a", perMinute: 1, at: Self.start)
        for second in 1..<60 { #expect(!meter.take("a", perMinute: 1, at: Self.start + .seconds(second)).isAllowed) }
        #expect(meter.take("a", perMinute: 1, at: Self.start + .seconds(60)).isAllowed)
    }

    @Test func `keeps keys apart`() {
        var meter = RateMeter<String>()
        _ = meter.take("a", perMinute: 1, at: Self.start)
        #expect(!meter.take("a", perMinute: 1, at: Self.start).isAllowed)
        #expect(meter.take("b", perMinute: 1, at: Self.start).isAllowed)
    }

    @Test func `does not mind a clock that steps back`() {
        var meter = RateMeter<String>()
        for _ in 0..<10 { _ = meter.take("a", perMinute: 10, at: Self.start) }
        #expect(!meter.take("a", perMinute: 10, at: Self.start - .seconds(3_600)).isAllowed)
        #expect(meter.take("a", perMinute: 10, at: Self.start + .seconds(60)).isAllowed)
    }

    @Test func `zero means no limit and remembers nobody`() {
        var meter = RateMeter<String>()
        for _ in 0..<1_000 { #expect(meter.take("a", perMinute: 0, at: Self.start).isAllowed) }
        #expect(meter.count == 0)
    }

    @Test func `knows at most so many keys, and those that ask most are not forgotten`() {
        var meter = RateMeter<Int>(keyLimit: 100)
        for _ in 0..<10 { _ = meter.take(-1, perMinute: 10, at: Self.start) }
        for key in 0..<1_000 {
            _ = meter.take(key, perMinute: 10, at: Self.start)
            #expect(meter.count <= 100)
        }
        #expect(!meter.take(-1, perMinute: 10, at: Self.start).isAllowed)
    }
}
