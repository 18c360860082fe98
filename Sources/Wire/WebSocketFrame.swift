// What goes over a WebSocket (RFC 6455): frames, messages, limits and errors. `WebSocketFrameParser` and `WebSocketMessageParser`
// read them, `WebSocketFrameWriter` writes them, `WebSocketHandshake` is how a connection becomes one.

package enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames are short, whole, and may stand between the fragments of a message.
    package var isControl: Bool { rawValue >= 0x8 }
}

/// One frame with its payload unmasked.
package struct WebSocketFrame: Equatable, Sendable {
    package var isFinal: Bool
    package var opcode: WebSocketOpcode
    package var payload: [UInt8]

    package init(isFinal: Bool = true, opcode: WebSocketOpcode, payload: [UInt8]) {
        self.isFinal = isFinal
        self.opcode = opcode
        self.payload = payload
    }

    /// A control frame's payload.
    package static let controlBytesLimit = 125
}

/// What arrived, whole and checked.
package enum WebSocketMessage: Equatable, Sendable {
    /// Valid UTF-8.
    case text([UInt8])
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    /// Nothing comes after it. The code is missing when the other side gave none.
    case close(code: UInt16?, reason: String)
}

/// Which end of the connection this is: a server reads masked frames and writes plain ones, a client the other way round.
package enum WebSocketSide: Sendable { case server, client }

/// What may come in at most.
package struct WebSocketLimits: Sendable {
    /// The payload of one frame.
    package var frameBytes: Int
    /// A message, all fragments together.
    package var messageBytes: Int
    /// Frames of one message; empty ones cost nothing else.
    package var fragments: Int

    package init(frameBytes: Int = 1 << 20, messageBytes: Int = 1 << 20, fragments: Int = 1_024) {
        self.frameBytes = frameBytes
        self.messageBytes = messageBytes
        self.fragments = fragments
    }
}

/// Why nothing further is read from the other side.
package enum WebSocketError: String, Error, Sendable {
    case reservedBits, unknownOpcode, controlTooLong, controlFragmented
    case maskMissing, maskUnexpected
    case lengthNotMinimal, lengthInvalid
    case continuationUnexpected, continuationMissing
    case closeIncomplete, closeCodeInvalid
    case invalidUTF8
    case frameTooBig, messageTooBig, tooManyFragments

    /// The code to close the connection with.
    package var closeCode: UInt16 {
        switch self {
        case .invalidUTF8: 1007
        case .tooManyFragments: 1008
        case .frameTooBig, .messageTooBig: 1009
        default: 1002
        }
    }
}

package enum WebSocketCloseCode {
    /// Whether a close frame may carry the code: 1004 to 1006 and 1015 only ever stand for a missing one.
    package static func isValid(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
