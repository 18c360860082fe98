// When somebody has to be looked at next. Used for desks by the market's clock; what is then done is `Tradehouse+Clock`.

import Trading

/// The next due time of each of many, and the earliest of all at hand.
///
/// Invariants: 1. each has one time or none. 2. `earliest` is not later than any of them. 3. the heap holds at most twice as many entries as there
/// are times, and a few more.
struct DueTimes<Owner: Hashable & Comparable & Sendable>: Sendable {
    private var times: [Owner: Timestamp] = [:]
    /// A binary heap, the earliest first. Entries whose owner has another time by now are passed over.
    private var heap: [(time: Timestamp, owner: Owner)] = []

    var count: Int { times.count }
    /// The first entry; it may be of one whose time has changed.
    var earliest: Timestamp? { heap.first?.time }
    func time(of owner: Owner) -> Timestamp? { times[owner] }

    /// Sets when `owner` is due; nil when it is not.
    mutating func set(_ owner: Owner, _ time: Timestamp?) {
        guard times[owner] != time else { return }
        times[owner] = time
        guard let time else { return }
        push(time, owner)
        if heap.count > 2 * times.count + 64 { rebuild() }
    }

    /// Takes out those that are due, the earliest first, at most `limit`.
    mutating func take(at now: Timestamp, limit: Int) -> [Owner] {
        var due: [Owner] = []
        while due.count < limit, let first = heap.first, first.time <= now {
            pop()
            guard times[first.owner] == first.time else { continue }
            times[first.owner] = nil
            due.append(first.owner)
        }
        return due
    }

    // MARK: The heap

    private func isBefore(_ a: Int, _ b: Int) -> Bool { (heap[a].time, heap[a].owner) < (heap[b].time, heap[b].owner) }

    private mutating func push(_ time: Timestamp, _ owner: Owner) {
        heap.append((time, owner))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) { least = child }
            guard least != parent else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }

    private mutating func rebuild() {
        heap = times.map { ($0.value, $0.key) }.sorted { ($0.time, $0.owner) < ($1.time, $1.owner) }
    }
}
