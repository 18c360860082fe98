// Queues of work on threads of their own.

import Platform
import Synchronization
import Testing

@Suite struct `Thread queues` {
    @Test func `one thread does everything in order`() throws {
        let queue = try ThreadQueue(name: "one", threads: 1)
        let seen = Monitor<[Int]>([])
        for number in 0..<5_000 { queue.submit { seen.withLock { $0.append(number) } } }
        queue.close()
        #expect(seen.withLock { $0 } == Array(0..<5_000))
    }

    @Test func `several threads work at once`() throws {
        let queue = try ThreadQueue(name: "pool", threads: 3, niceness: 10)
        let present = Monitor(0)
        let met = Atomic(0)
        for _ in 0..<3 {
            queue.submit {
                // Each waits for all three: with fewer threads nobody would leave before the time is over.
                present.withLock { $0 += 1 }
                if present.wait(atMost: .seconds(60), { $0 == 3 ? true : nil }) == true { met.add(1, ordering: .relaxed) }
            }
        }
        queue.close()
        #expect(met.load(ordering: .relaxed) == 3)
    }

    @Test func `with its limit waiting it refuses, and takes again when there is room`() throws {
        let queue = try ThreadQueue(name: "small", threads: 1, limit: 2)
        let gate = Monitor((isBusy: false, isOpen: false))
        #expect(
            queue.trySubmit {
                gate.withLock { $0.isBusy = true }
                _ = gate.wait { $0.isOpen ? true : nil }
            })
        _ = gate.wait { $0.isBusy ? true : nil }
        #expect(queue.trySubmit {})
        #expect(queue.trySubmit {})
        #expect(!queue.trySubmit {})
        #expect(queue.waitingCount == 2)
        let ran = Monitor(false)
        queue.submit { ran.withLock { $0 = true } }
        gate.withLock { $0.isOpen = true }
        #expect(ran.wait(atMost: .seconds(60)) { $0 ? true : nil } == true)
        #expect(queue.trySubmit {})
        queue.close()
    }

    @Test func `a monitor gives up when its time is over`() {
        let monitor = Monitor(0)
        #expect(monitor.wait(atMost: .milliseconds(1)) { $0 == 1 ? true : nil } == nil)
        #expect(monitor.wait(atMost: .milliseconds(1)) { $0 == 0 ? true : nil } == true)
    }
}
