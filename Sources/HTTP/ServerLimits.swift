// What peers may use of a server at most. The limits of one message are `HTTPLimits`, those of a
// WebSocket's messages `WebSocketLimits`; both are in Wire.

import Wire

/// Limits of a server and of each of its connections. Timeouts are met up to one `sweepInterval` late.
package struct ServerLimits: Sendable {
    /// Head, fields and body of one request.
    package var message = HTTPLimits()
    /// Open connections; one more is answered with 503 and closed.
    package var connections = 10_000
    /// Open connections from one address; one more is answered with 503 and closed.
    package var connectionsPerAddress = 2_000
    /// Requests of one connection; the last is answered with `Connection: close`.
    package var requestsPerConnection = 1_000_000
    /// From the first byte of a request, or from the beginning of a connection, to the end of the head.
    package var headTimeout = Duration.seconds(10)
    /// From the end of a head to the end of its body.
    package var bodyTimeout = Duration.seconds(30)
    /// Between an answer and the next request.
    package var idleTimeout = Duration.seconds(75)
    /// How long a peer may take no byte of an answer that waits for it.
    package var writeStallTimeout = Duration.seconds(20)
    /// After the last answer: how long the peer may take to close its side, and how much it may still send.
    package var lingerTimeout = Duration.seconds(2)
    package var lingerBytes = 4 << 20
    /// Bytes of answers that wait for a peer before its next pipelined request is begun.
    package var outputBytes = 1 << 20
    /// Requests of one connection in one turn; then the others have theirs.
    package var requestsPerTurn = 128
    /// Reads of at most 64 KB from one connection in one turn; then the others have theirs.
    package var readsPerTurn = 32
    /// Connections accepted in one turn.
    package var acceptsPerTurn = 256
    /// How often timeouts are looked for.
    package var sweepInterval = Duration.milliseconds(500)
    /// What a WebSocket may use.
    package var webSocket = WebSocketServerLimits()

    package init() {}
}

/// Limits of one WebSocket, beyond those of its messages.
package struct WebSocketServerLimits: Sendable {
    /// Frames and messages that come in; breaking one closes the socket with 1009 or 1008.
    package var message = WebSocketLimits()
    /// What may wait for a peer that does not read; beyond it the socket is dropped.
    package var outgoingBytes = 4 << 20
    /// After this time without a byte from the peer it is pinged; after as long again it is dropped.
    package var pingInterval = Duration.seconds(30)
    /// How long the peer may take to answer a close.
    package var closeTimeout = Duration.seconds(5)
    /// Messages of one socket in one turn; then the others have theirs.
    package var messagesPerTurn = 256

    package init() {}
}
