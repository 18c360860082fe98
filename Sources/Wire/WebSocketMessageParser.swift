// Frames to messages: fragments joined, text checked as it comes, close frames understood.

/// Messages of one connection; resumable at any byte. Control frames between fragments come out as they arrive.
///
/// After a close message nothing more is read.
package struct WebSocketMessageParser: ByteFeed, Sendable {
    private var frames: WebSocketFrameParser
    /// What the fragments so far belong to; `text` or `binary`.
    private var opcode: WebSocketOpcode?
    private var gathered: [UInt8] = []
    private var fragments = 0
    private var text = UTF8Check()
    private var isClosed = false

    package init(side: WebSocketSide, limits: WebSocketLimits = .init()) {
        frames = WebSocketFrameParser(side: side, limits: limits)
    }

    package mutating func feed(_ bytes: Span<UInt8>) {
        if !isClosed { frames.feed(bytes) }
    }

    /// The next whole message; nothing until its last byte has come in.
    package mutating func next() throws(WebSocketError) -> WebSocketMessage? {
        while !isClosed, let frame = try frames.next() {
            do {
                if let message = try take(frame) { return message }
            } catch {
                gathered = []
                frames.fail(error)
                throw error
            }
        }
        return nil
    }

    private mutating func take(_ frame: WebSocketFrame) throws(WebSocketError) -> WebSocketMessage? {
        switch frame.opcode {
        case .ping: return .ping(frame.payload)
        case .pong: return .pong(frame.payload)
        case .close:
            let close = try WebSocketMessageParser.close(frame.payload)
            isClosed = true
            gathered = []
            return close
        case .text, .binary:
            guard opcode == nil else { throw .continuationMissing }
            opcode = frame.opcode
            text = UTF8Check()
        case .continuation:
            guard opcode != nil else { throw .continuationUnexpected }
        }

        fragments += 1
        guard fragments <= frames.limits.fragments else { throw .tooManyFragments }
        guard gathered.count + frame.payload.count <= frames.limits.messageBytes else { throw .messageTooBig }
        if opcode == .text {
            guard text.take(frame.payload), !frame.isFinal || text.isComplete else { throw .invalidUTF8 }
        }
        if gathered.isEmpty { gathered = frame.payload } else { gathered.append(contentsOf: frame.payload) }
        guard frame.isFinal else { return nil }
        let message: WebSocketMessage = opcode == .text ? .text(gathered) : .binary(gathered)
        opcode = nil
        gathered = []
        fragments = 0
        return message
    }

    private static func close(_ payload: [UInt8]) throws(WebSocketError) -> WebSocketMessage {
        if payload.isEmpty { return .close(code: nil, reason: "") }
        guard payload.count >= 2 else { throw .closeIncomplete }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard WebSocketCloseCode.isValid(code) else { throw .closeCodeInvalid }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { throw .invalidUTF8 }
        return .close(code: code, reason: reason)
    }
}
