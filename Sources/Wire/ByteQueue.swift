// Bytes that came in and are not used yet: what every resumable parser of this room stands on.

/// Takes bytes in pieces of any size, cut anywhere.
package protocol ByteFeed {
    mutating func feed(_ bytes: Span<UInt8>)
}

extension ByteFeed {
    package mutating func feed(_ bytes: [UInt8]) { feed(bytes.span) }
    package mutating func feed(_ bytes: ArraySlice<UInt8>) { feed(bytes.span) }
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) { feed(bytes.bindMemory(to: UInt8.self).span) }
}

/// A queue of bytes, read by offset from its front.
///
/// Dropping only moves the front; the rest is moved down when more comes in and at least as much was dropped, so each byte is moved
/// about once. An empty queue owns no memory.
struct ByteQueue: Sendable {
    private var bytes: [UInt8] = []
    private var front = 0

    var count: Int { bytes.count - front }
    var isEmpty: Bool { count == 0 }

    subscript(_ offset: Int) -> UInt8 {
        @inline(__always)
        get { bytes[front + offset] }
    }

    /// The first `count` bytes; let go of it before feeding more.
    func prefix(_ count: Int) -> ArraySlice<UInt8> { bytes[front..<front + count] }

    /// Lends the first `count` bytes.
    @inline(__always)
    func withPrefix<Result, Failure: Error>(_ count: Int, _ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(bytes.span.extracting(front..<front + count))
    }

    mutating func append(_ more: Span<UInt8>) {
        if front > 0, front >= bytes.count - front {
            bytes.removeFirst(front)
            front = 0
        }
        more.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    mutating func drop(_ count: Int) {
        precondition(count <= self.count, "only bytes that came in can be dropped")
        front += count
        if front == bytes.count { self = ByteQueue() }
    }

    /// Moves up to `limit` bytes to the end of `other` and says how many.
    mutating func move(atMost limit: Int, to other: inout [UInt8]) -> Int {
        let moved = min(limit, count)
        other.append(contentsOf: prefix(moved))
        drop(moved)
        return moved
    }

    /// Everything left, which leaves the queue empty.
    mutating func takeAll() -> [UInt8] {
        let rest = front == 0 ? bytes : Array(bytes[front...])
        self = ByteQueue()
        return rest
    }
}
