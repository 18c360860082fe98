// How long each side may take for what. A deadline is a number in the server's table; one sweep looks at all of them.

import Platform
import Wire

extension Connection {
    /// What a connection waits for, with what makes one wait differ from the one before.
    enum Waiting: Equatable {
        /// A handler: it has the time it needs.
        case nothing
        case firstRequest
        case nextRequest(after: UInt64)
        case head(after: UInt64)
        case body(after: UInt64)
        case peerReads(sent: UInt64)
        case peerCloses
        case webSocket(Duration, since: UInt64)
    }

    /// Sets the deadline anew when the connection has begun to wait for something else.
    func setDeadline() {
        let (wait, limit) = currentWait()
        guard wait != waiting else { return }
        waiting = wait
        guard let limit else {
            server.setDeadline(.max, for: slot)
            return
        }
        let (deadline, isBeyondTime) = loop.monotonicNanoseconds.addingReportingOverflow(limit.nanoseconds)
        server.setDeadline(isBeyondTime ? .max : deadline, for: slot)
    }

    private func currentWait() -> (Waiting, Duration?) {
        if isLingering { return (.peerCloses, server.limits.lingerTimeout) }
        if !output.isEmpty { return (.peerReads(sent: sentBytes), server.limits.writeStallTimeout) }
        if case .webSocket(let webSocket) = phase {
            let limit = webSocket.quietLimit
            return (.webSocket(limit, since: webSocket.activity), limit)
        }
        if isInFlight { return (.nothing, nil) }
        if parser.awaitingBody { return (.body(after: request), server.limits.bodyTimeout) }
        if !parser.isIdle { return (request == 0 ? .firstRequest : .head(after: request), server.limits.headTimeout) }
        return request == 0 ? (.firstRequest, server.limits.headTimeout) : (.nextRequest(after: request), server.limits.idleTimeout)
    }

    /// The deadline has passed.
    func runOutOfTime() {
        switch waiting {
        case .nothing:
            return
        case .firstRequest where parser.isIdle, .nextRequest, .peerCloses:
            close()
        case .firstRequest, .head, .body:
            append(server.errorResponse(408, "The request did not arrive in time."), keepAlive: false, method: .get, minorVersion: 1)
            pump()
        case .peerReads:
            server.log.info("slow_reader_dropped", [("peer", .text(remoteAddress)), ("waitingBytes", LogValue(output.count))])
            close()
        case .webSocket:
            waiting = .nothing
            if case .webSocket(let webSocket) = phase { webSocket.runOutOfTime() }
            pump()
        }
    }
}
