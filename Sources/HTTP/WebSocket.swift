// The server's end of one WebSocket (RFC 6455): messages in and out, pings, the closing handshake. Frames are read and written by Wire;
// the bytes travel through `Connection`.

import Platform
import Wire

/// An open WebSocket. Everything is called, and calls back, on the loop's thread.
///
/// Invariants:
/// 1. `onClose` runs exactly once, after which nothing is received or sent.
/// 2. What waits to be sent never stays above `outgoingBytes`: such a socket is dropped, alone, with a line in the log.
package final class WebSocket: @unchecked Sendable {
    /// Called with each text message.
    package var onText: ((String) -> Void)?
    /// Called with each binary message.
    package var onBinary: (([UInt8]) -> Void)?
    /// Called at the end with its code and reason: the peer's or ours, 1005 when the peer gave none, 1006 when the connection broke.
    package var onClose: ((_ code: UInt16, _ reason: String) -> Void)?

    /// The peer's numeric address, without port.
    package let peerAddress: String

    private enum State {
        case open
        /// Our close frame is out, the peer's is awaited.
        case closing
        case ended
    }

    /// Nil after the end.
    private var connection: Connection?
    private let limits: WebSocketServerLimits
    private var parser: WebSocketMessageParser
    private var state = State.open
    private var closure: (code: UInt16, reason: String)?
    private var isPingOut = false

    /// Counts what shows that the peer is there, and our pings: when it changes, the quiet begins anew.
    private(set) var activity: UInt64 = 0

    init(connection: Connection, limits: WebSocketServerLimits) {
        self.connection = connection
        self.limits = limits
        peerAddress = connection.remoteAddress
        parser = WebSocketMessageParser(side: .server, limits: limits.message)
    }

    /// Whether messages can be sent.
    package var isOpen: Bool { state == .open }

    /// Bytes that wait for the peer to read.
    package var bufferedBytes: Int { connection?.output.count ?? 0 }

    // MARK: Sending

    /// Sends a text message; nothing happens on a socket that is closing or closed.
    package func send(text: String) {
        send(.text, Array(text.utf8))
    }

    /// Sends a text message that is UTF-8 already, JSON for one.
    package func send(text: [UInt8]) {
        send(.text, text)
    }

    package func send(binary: [UInt8]) {
        send(.binary, binary)
    }

    /// Sends a close frame and waits for the peer's, up to `closeTimeout`. `code` is 1000 to 1003, 1007 to 1014 or 3000 to 4999.
    package func close(code: UInt16 = 1000, reason: String = "") {
        guard state == .open, let connection else { return }
        connection.loop.checkIsolated()
        state = .closing
        activity &+= 1
        closure = (code, reason)
        connection.gather { WebSocketFrameWriter.append(closeCode: code, reason: reason, to: &$0) }
        connection.setDeadline()
        connection.flushAfterTurn()
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        guard state == .open, let connection else { return }
        connection.loop.checkIsolated()
        connection.gather { WebSocketFrameWriter.append(opcode: opcode, payload: payload, to: &$0) }
        if connection.output.count > limits.outgoingBytes {
            // A burst may be above the limit before the socket was even asked.
            _ = connection.flush()
            if connection.output.count > limits.outgoingBytes {
                drop("slow_reader")
                return
            }
        }
        connection.flushAfterTurn()
    }

    /// Ends the connection at once: the peer does not do its part.
    private func drop(_ reason: StaticString) {
        guard let connection else { return }
        connection.server.log.info(
            "websocket_dropped",
            [("reason", .text("\(reason)")), ("peer", .text(peerAddress)), ("waitingBytes", LogValue(connection.output.count))])
        connection.close()
    }

    // MARK: Receiving

    func feed(_ bytes: UnsafeRawBufferPointer) {
        activity &+= 1
        isPingOut = false
        parser.feed(bytes)
    }

    func feed(_ bytes: [UInt8]) {
        if !bytes.isEmpty { parser.feed(bytes) }
    }

    /// Handles whole messages, at most `left` of them.
    func takeMessages(_ left: inout Int) {
        while left > 0, state != .ended {
            let message: WebSocketMessage
            do {
                guard let next = try parser.next() else { return }
                message = next
            } catch {
                fail(error)
                return
            }
            left -= 1
            handle(message)
        }
    }

    private func handle(_ message: WebSocketMessage) {
        switch message {
        case .text(let bytes):
            if state == .open { onText?(String(decoding: bytes, as: UTF8.self)) }
        case .binary(let bytes):
            if state == .open { onBinary?(bytes) }
        case .ping(let payload):
            send(.pong, payload)
        case .pong:
            break
        case .close(let code, let reason):
            peerCloses(code, reason)
        }
    }

    private func peerCloses(_ code: UInt16?, _ reason: String) {
        guard let connection else { return }
        if state == .open {
            closure = (code ?? 1005, reason)
            connection.gather { WebSocketFrameWriter.append(closeCode: code, to: &$0) }
        }
        state = .closing
        connection.expectNothingMore()
    }

    private func fail(_ error: WebSocketError) {
        guard let connection else { return }
        if state == .open {
            closure = (error.closeCode, error.rawValue)
            connection.gather { WebSocketFrameWriter.append(closeCode: error.closeCode, reason: error.rawValue, to: &$0) }
        }
        state = .closing
        connection.closesAfterOutput = true
    }

    // MARK: Quiet and end

    /// How long the peer may be quiet now.
    var quietLimit: Duration { state == .open ? limits.pingInterval : limits.closeTimeout }

    /// The peer was quiet for `quietLimit`.
    func runOutOfTime() {
        guard state == .open else {
            drop("close_not_answered")
            return
        }
        guard !isPingOut else {
            drop("ping_not_answered")
            return
        }
        isPingOut = true
        activity &+= 1
        send(.ping, [])
    }

    func connectionEnded() {
        guard state != .ended else { return }
        state = .ended
        connection = nil
        let (code, reason) = closure ?? (1006, "The connection broke.")
        let onClose = onClose
        // The closures may hold whoever holds this socket.
        self.onClose = nil
        onText = nil
        onBinary = nil
        onClose?(code, reason)
    }
}
