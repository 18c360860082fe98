// The right to answer one request, handed to whoever handles it.

import Platform
import Wire

/// Answers one request, once, on the loop's thread.
///
/// It may be kept as long as the answer takes. If it is dropped unused, the client gets a 500; if the client has gone, the answer is
/// dropped. A copy is the same right, not a second one.
package struct Responder: Sendable {
    private let right: AnswerRight

    init(connection: Connection, request: UInt64) {
        right = AnswerRight(connection: connection, request: request)
    }

    /// Sends the answer. A second one traps.
    package func send(_ response: HTTPResponse) {
        let connection = right.use()
        connection.answer(response, to: right.request)
    }

    /// Switches the connection to WebSocket and hands the socket to `onOpen` before its first message is read. A request that is no
    /// proper WebSocket handshake is answered with 400 or 426 instead, and `onOpen` is dropped.
    ///
    /// - Returns: whether the socket opened.
    @discardableResult
    package func upgradeToWebSocket(subprotocol: String? = nil, onOpen: (WebSocket) -> Void) -> Bool {
        let connection = right.use()
        return connection.upgrade(request: right.request, subprotocol: subprotocol, onOpen: onOpen)
    }
}

/// What the copies of a responder share. `isUsed` is touched on the loop only, and in `deinit` when nobody else can.
private final class AnswerRight: @unchecked Sendable {
    let request: UInt64
    private let connection: Connection
    private var isUsed = false

    init(connection: Connection, request: UInt64) {
        self.connection = connection
        self.request = request
    }

    func use() -> Connection {
        connection.loop.checkIsolated()
        precondition(!isUsed, "A request is answered once.")
        isUsed = true
        return connection
    }

    deinit {
        guard !isUsed else { return }
        if connection.loop.isCurrent {
            connection.abandon(request)
        } else {
            connection.loop.post { [connection, request] in connection.abandon(request) }
        }
    }
}
