// Bytes to frames. Fragments become messages in `WebSocketMessageParser`.

/// Frames of one connection; resumable at any byte.
///
/// A frame is refused as soon as its first bytes show that it must be, before its payload comes. After an error every call throws the
/// same one again.
package struct WebSocketFrameParser: ByteFeed, Sendable {
    private struct Head: Sendable {
        let isFinal: Bool
        let opcode: WebSocketOpcode
        let length: Int
        /// Most significant byte first; nothing for a plain payload.
        let mask: UInt32?
    }

    package let side: WebSocketSide
    package let limits: WebSocketLimits
    private var queue = ByteQueue()
    private var head: Head?
    private var payload: [UInt8] = []
    private var failure: WebSocketError?

    package init(side: WebSocketSide, limits: WebSocketLimits = .init()) {
        self.side = side
        self.limits = limits
    }

    package mutating func feed(_ bytes: Span<UInt8>) {
        if failure == nil { queue.append(bytes) }
    }

    /// The next whole frame; nothing until its last byte has come in.
    package mutating func next() throws(WebSocketError) -> WebSocketFrame? {
        if let failure { throw failure }
        do {
            return try advance()
        } catch {
            fail(error)
            throw error
        }
    }

    /// Stops reading, for an error that a frame's content shows.
    mutating func fail(_ error: WebSocketError) {
        failure = error
        queue = ByteQueue()
        payload = []
    }

    private mutating func advance() throws(WebSocketError) -> WebSocketFrame? {
        if head == nil {
            head = try readHead()
            if let head { payload.reserveCapacity(min(head.length, WebSocketFrameParser.reservedBytes)) }
        }
        guard let head else { return nil }
        let start = payload.count
        _ = queue.move(atMost: head.length - start, to: &payload)
        if let mask = head.mask { WebSocketFrameWriter.mask(&payload, from: start, with: mask) }
        guard payload.count == head.length else { return nil }
        let frame = WebSocketFrame(isFinal: head.isFinal, opcode: head.opcode, payload: payload)
        self.head = nil
        payload = []
        return frame
    }

    /// What is reserved at once for a payload that is only announced.
    private static let reservedBytes = 65_536

    private mutating func readHead() throws(WebSocketError) -> Head? {
        guard queue.count >= 2 else { return nil }
        let (first, second) = (queue[0], queue[1])
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .unknownOpcode }
        let isFinal = first & 0x80 != 0
        let isMasked = second & 0x80 != 0
        let shortLength = Int(second & 0x7F)
        if opcode.isControl {
            guard isFinal else { throw .controlFragmented }
            guard shortLength <= WebSocketFrame.controlBytesLimit else { throw .controlTooLong }
        }
        switch side {
        case .server: guard isMasked else { throw .maskMissing }
        case .client: guard !isMasked else { throw .maskUnexpected }
        }

        let lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0
        let headBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
        guard queue.count >= 2 + lengthBytes else { return nil }
        var length = UInt64(shortLength)
        if lengthBytes > 0 {
            length = 0
            for offset in 2..<2 + lengthBytes { length = length << 8 | UInt64(queue[offset]) }
            guard length < 1 << 63 else { throw .lengthInvalid }
            guard length > (lengthBytes == 2 ? 125 : 65_535) else { throw .lengthNotMinimal }
        }
        guard length <= UInt64(limits.frameBytes) else { throw .frameTooBig }
        guard queue.count >= headBytes else { return nil }
        var mask: UInt32?
        if isMasked {
            var key: UInt32 = 0
            for offset in headBytes - 4..<headBytes { key = key << 8 | UInt32(queue[offset]) }
            mask = key
        }
        queue.drop(headBytes)
        return Head(isFinal: isFinal, opcode: opcode, length: Int(length), mask: mask)
    }
}
