// The order of timers, by themselves.

import Platform
import Testing

@Suite struct `Timers` {
    @Test func `they come out by deadline, equal ones in the order they went in`() {
        var timers = TimerHeap()
        let fired = Monitor<[Int]>([])
        var generator = SystemRandomNumberGenerator()
        let deadlines = (0..<500).map { _ in UInt64.random(in: 0..<50, using: &generator) }
        for (number, deadline) in deadlines.enumerated() {
            _ = timers.add(deadline: deadline) { fired.withLock { $0.append(number) } }
        }
        while let job = timers.takeDue(at: 50) { job() }
        let expected = deadlines.indices.sorted { (deadlines[$0], $0) < (deadlines[$1], $1) }
        #expect(fired.withLock { $0 } == expected, "deadlines \(deadlines)")
    }

    @Test func `nothing is due before its time`() {
        var timers = TimerHeap()
        #expect(timers.nextDeadline() == nil)
        _ = timers.add(deadline: 10) {}
        #expect(timers.takeDue(at: 9) == nil)
        #expect(timers.nextDeadline() == 10)
        #expect(timers.takeDue(at: 10) != nil)
        #expect(timers.takeDue(at: .max) == nil)
    }

    @Test func `setting and cancelling for ever does not grow`() {
        var timers = TimerHeap()
        _ = timers.add(deadline: .max) {}
        for number in 0..<100_000 {
            let timer = timers.add(deadline: UInt64(number)) {}
            timers.cancel(timer)
        }
        #expect(timers.count == 1)
        #expect(timers.nextDeadline() == .max)
    }
}
