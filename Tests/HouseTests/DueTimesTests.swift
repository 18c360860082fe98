// Due times: the earliest is at hand, changes count, and the heap stays small.

import Testing
import Trading

@testable import House

@Suite struct `Due times` {
    private func at(_ second: Int64) -> Timestamp { Timestamp(seconds: second) }

    @Test func `come in order, and each once`() {
        var dues = DueTimes<Int>()
        for (owner, second) in [(1, 30), (2, 10), (3, 20), (4, 10)] as [(Int, Int64)] { dues.set(owner, at(second)) }
        #expect(dues.earliest == at(10) && dues.count == 4)
        #expect(dues.take(at: at(9), limit: 10) == [])
        #expect(dues.take(at: at(20), limit: 2) == [2, 4])
        #expect(dues.take(at: at(20), limit: 10) == [3] && dues.take(at: at(20), limit: 10) == [])
        #expect(dues.time(of: 1) == at(30) && dues.count == 1)
    }

    @Test func `that change or go are not served at the old time`() {
        var dues = DueTimes<Int>()
        dues.set(1, at(10))
        dues.set(2, at(10))
        dues.set(1, at(50))
        dues.set(2, nil)
        #expect(dues.take(at: at(40), limit: 10) == [])
        dues.set(1, at(45))
        #expect(dues.take(at: at(45), limit: 10) == [1] && dues.count == 0)
    }

    @Test func `equal a sorted list, and leave no heap of old ones behind`() {
        var dues = DueTimes<Int>()
        var plain: [Int: Int64] = [:]
        var random = SeededRandom(seed: 3)
        for step in 0..<20_000 {
            let owner = Int(random.next() % 50)
            let second = Int64(random.next() % 1_000)
            if random.next() % 5 == 0 { plain[owner] = nil } else { plain[owner] = second }
            dues.set(owner, plain[owner].map { at($0) })
            guard step % 97 == 0 else { continue }
            let now = Int64(random.next() % 200)
            let expected = plain.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            #expect(dues.take(at: at(now), limit: 100) == expected)
            for owner in expected { plain[owner] = nil }
        }
        #expect(dues.count == plain.count)
        #expect(Mirror(reflecting: dues).children.contains { ($0.value as? [(time: Timestamp, owner: Int)])?.count ?? 999 <= 2 * 50 + 64 })
    }
}
