// Several recorded tapes as one: what a replay plays back.

/// Merges tick lists into one sequence in order of time.
package enum TapeOrder {
    /// All ticks of `tapes` by time. Each tape keeps its own order of arrival, even where its times step back: a tick that arrived late
    /// is placed at the latest time its tape had reached. Ticks of equal time keep the order of the tapes.
    package static func merged(_ tapes: [[Tick]]) -> [Tick] {
        var merged: [Tick] = []
        merged.reserveCapacity(tapes.reduce(0) { $0 + $1.count })
        var heads = TapeHeads(tapes)
        while let tape = heads.first {
            merged.append(tapes[tape][heads.position(of: tape)])
            heads.advance(tapes)
        }
        return merged
    }
}

/// The next tick of each tape, as a binary heap: a hundred tapes cost seven comparisons a tick.
private struct TapeHeads {
    private struct Head {
        let tape: Int
        var position: Int
        /// The latest time the tape reached.
        var reached: Timestamp

        func comesBefore(_ other: Head) -> Bool { (reached, tape) < (other.reached, other.tape) }
    }
    private var heap: [Head] = []

    init(_ tapes: [[Tick]]) {
        for (tape, ticks) in tapes.enumerated() {
            guard let tick = ticks.first else { continue }
            heap.append(Head(tape: tape, position: 0, reached: tick.at))
        }
        heap.sort { $0.comesBefore($1) }
    }

    var first: Int? { heap.first?.tape }

    func position(of tape: Int) -> Int {
        precondition(heap.first?.tape == tape, "Only the first head is asked for.")
        return heap[0].position
    }

    mutating func advance(_ tapes: [[Tick]]) {
        let ticks = tapes[heap[0].tape]
        heap[0].position += 1
        if heap[0].position < ticks.count {
            heap[0].reached = max(heap[0].reached, ticks[heap[0].position].at)
        } else {
            heap[0] = heap[heap.count - 1]
            heap.removeLast()
        }
        sink()
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].comesBefore(heap[least]) { least = child }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
