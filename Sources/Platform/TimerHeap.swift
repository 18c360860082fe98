// Timers in the order they become due: a binary heap, for the real loop and the simulated one.

/// Jobs with deadlines. Equal deadlines come out in the order they went in.
package struct TimerHeap {
    package typealias Job = @Sendable () -> Void

    private struct Entry {
        let deadline: UInt64
        let number: UInt64

        func isBefore(_ other: Entry) -> Bool { (deadline, number) < (other.deadline, other.number) }
    }

    private var heap: [Entry] = []
    /// A cancelled timer leaves its entry in the heap and its job out of here.
    private var jobs: [UInt64: Job] = [:]
    private var lastNumber: UInt64 = 0

    package init() {}

    /// Timers that are waiting.
    package var count: Int { jobs.count }

    /// Adds a job that is due at `deadline`, in nanoseconds of the loop's monotonic clock.
    package mutating func add(deadline: UInt64, _ job: @escaping Job) -> TimerID {
        lastNumber += 1
        jobs[lastNumber] = job
        heap.append(Entry(deadline: deadline, number: lastNumber))
        siftUp(heap.count - 1)
        return TimerID(number: lastNumber)
    }

    /// Forgets a timer; unknown ones are ignored.
    package mutating func cancel(_ timer: TimerID) {
        jobs[timer.number] = nil
        // Entries of cancelled timers may be at most as many as the live ones, and a few.
        if heap.count > 64, heap.count > jobs.count * 2 { rebuild() }
    }

    /// When the next timer is due; nil without one.
    package mutating func nextDeadline() -> UInt64? {
        dropCancelled()
        return heap.first?.deadline
    }

    /// Takes the first timer that is due at `now`.
    package mutating func takeDue(at now: UInt64) -> Job? {
        dropCancelled()
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeFirst()
        return jobs.removeValue(forKey: first.number)
    }

    private mutating func dropCancelled() {
        while let first = heap.first, jobs[first.number] == nil { removeFirst() }
    }

    private mutating func rebuild() {
        let live = heap.filter { jobs[$0.number] != nil }
        // A sorted array is a heap.
        heap = live.sorted { $0.isBefore($1) }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[first]) {
                first = child
            }
            guard first != parent else { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }
}
