// Frames to bytes, for both sides of a connection.

/// Appends frames to a buffer: a server gives no mask key, a client a fresh one with every frame.
package enum WebSocketFrameWriter {
    /// A control frame that is not final or too long traps.
    package static func append(_ frame: WebSocketFrame, maskKey: UInt32? = nil, to bytes: inout [UInt8]) {
        append(opcode: frame.opcode, payload: frame.payload, isFinal: frame.isFinal, maskKey: maskKey, to: &bytes)
    }

    /// The payload is masked when `maskKey` is given; its most significant byte is first on the wire.
    package static func append(
        opcode: WebSocketOpcode, payload: [UInt8], isFinal: Bool = true, maskKey: UInt32? = nil, to bytes: inout [UInt8]
    ) {
        precondition(
            !opcode.isControl || (isFinal && payload.count <= WebSocketFrame.controlBytesLimit), "a control frame is short and whole")
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let maskBit: UInt8 = maskKey == nil ? 0 : 0x80
        switch payload.count {
        case 0...125:
            bytes.append(maskBit | UInt8(payload.count))
        case 126...65_535:
            bytes.append(maskBit | 126)
            bytes.append(UInt8(payload.count >> 8))
            bytes.append(UInt8(payload.count & 0xFF))
        default:
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
        }
        guard let maskKey else {
            bytes.append(contentsOf: payload)
            return
        }
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: maskKey >> UInt32(shift))) }
        var masked = payload
        mask(&masked, from: 0, with: maskKey)
        bytes.append(contentsOf: masked)
    }

    package static func append(text: String, maskKey: UInt32? = nil, to bytes: inout [UInt8]) {
        append(opcode: .text, payload: Array(text.utf8), maskKey: maskKey, to: &bytes)
    }

    /// A close frame; a reason of more than 123 bytes is cut at a character. A code no frame may carry traps.
    package static func append(closeCode code: UInt16?, reason: String = "", maskKey: UInt32? = nil, to bytes: inout [UInt8]) {
        var payload: [UInt8] = []
        if let code {
            precondition(WebSocketCloseCode.isValid(code), "a close frame carries a code that may be sent")
            payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
            for scalar in reason.unicodeScalars {
                let encoded = Array(UTF8.encode(scalar)!)  // every scalar has a UTF-8 form
                guard payload.count + encoded.count <= WebSocketFrame.controlBytesLimit else { break }
                payload.append(contentsOf: encoded)
            }
        }
        append(opcode: .close, payload: payload, maskKey: maskKey, to: &bytes)
    }

    /// Masks or unmasks what stands from `start` on; the key begins anew with the payload's first byte.
    static func mask(_ payload: inout [UInt8], from start: Int, with key: UInt32) {
        if key == 0 { return }
        for index in start..<payload.count {
            payload[index] ^= UInt8(truncatingIfNeeded: key >> UInt32(24 - 8 * (index & 3)))
        }
    }
}
