// Bytes on their way to a peer. Small ones gather in one buffer, large bodies keep their own and are never copied.

import Platform

/// What waits to be sent on one connection, in order.
struct OutputQueue {
    /// Bodies from this size on are sent from where they are.
    static let largeBytes = 32_768

    /// Complete buffers before `tail`, from `sealedStart` on.
    private var sealed: [[UInt8]] = []
    private var sealedStart = 0
    private var tail: [UInt8] = []
    /// Bytes of the first buffer that are sent already.
    private var offset = 0

    /// Bytes that wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Lends the queue an empty buffer to gather in; ignored while it has one.
    mutating func lend(_ buffer: consuming [UInt8]) {
        if isEmpty, tail.capacity == 0 { tail = buffer }
    }

    /// Takes the gathering buffer back from an empty queue; nil when there is none.
    mutating func takeBuffer() -> [UInt8]? {
        guard isEmpty, tail.capacity > 0 else { return nil }
        let buffer = tail
        tail = []
        return buffer
    }

    /// Lets `body` append to the bytes that wait.
    mutating func gather(_ body: (inout [UInt8]) -> Void) {
        if tail.count >= Self.largeBytes { seal() }
        let before = tail.count
        body(&tail)
        count += tail.count - before
    }

    /// Adds a whole array, without copying it when it is large.
    mutating func append(_ bytes: [UInt8]) {
        guard bytes.count >= Self.largeBytes else {
            gather { $0.append(contentsOf: bytes) }
            return
        }
        seal()
        sealed.append(bytes)
        count += bytes.count
    }

    /// Forgets everything.
    mutating func removeAll() {
        self = OutputQueue()
    }

    /// Sends as much as the socket takes. `.moved` carries the bytes sent, when it took all or some of them.
    mutating func send(to socket: borrowing Socket) -> Transfer {
        var moved = 0
        while count > 0 {
            let isSealed = sealedStart < sealed.count
            let size = (isSealed ? sealed[sealedStart].count : tail.count) - offset
            let result: Transfer
            if isSealed {
                result = sealed[sealedStart].withUnsafeBytes {
                    socket.send(UnsafeRawBufferPointer(rebasing: $0[offset...]), more: size < count)
                }
            } else {
                result = tail.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
            }
            guard case .moved(let sent) = result else {
                if case .failed = result { return result }
                return .moved(moved)
            }
            moved += sent
            count -= sent
            offset += sent
            if sent == size { dropFirst(isSealed) }
            // Fewer bytes than offered: the socket is full, and the loop will say when it is not.
            if sent < size { return .moved(moved) }
        }
        return .moved(moved)
    }

    private mutating func seal() {
        guard !tail.isEmpty else { return }
        sealed.append(tail)
        tail = []
    }

    private mutating func dropFirst(_ isSealed: Bool) {
        offset = 0
        guard isSealed else {
            tail.removeAll(keepingCapacity: true)
            return
        }
        sealed[sealedStart] = []
        sealedStart += 1
        if sealedStart == sealed.count {
            sealed.removeAll()
            sealedStart = 0
        }
    }
}
