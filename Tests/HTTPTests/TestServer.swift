// A server on a loop of its own, on a port the system chose, with its log lines at hand.

import HTTP
import Platform
import Synchronization
import TestSupport
import Wire

/// Serves with `handler` until it is dropped. Unless a test says otherwise, timeouts are long enough never to be met.
final class TestServer: Sendable {
    let thread: LoopThread
    let server: Server
    let lines: Monitor<[String]>
    private let isStopped = Atomic(false)

    var address: String { server.boundAddress }

    init(on address: String = "127.0.0.1:0", limits: ServerLimits = .patient, handler: @escaping Server.Handler = TestServer.echo) throws {
        let thread = try LoopThread()
        let lines = Monitor<[String]>([])
        let log = Log(minimum: .debug) { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        let loop = thread.loop
        guard let address = ListenAddress(address) else { throw TestClientFailure.malformed(address) }
        server = try thread.sync { try Server(loop: loop, address: address, limits: limits, log: log, handler: handler) }
        self.thread = thread
        self.lines = lines
    }

    deinit {
        // A stopped server lets go of the loop; nothing is left to be done when that fails.
        if !isStopped.load(ordering: .relaxed) { thread.loop.post { [server] in server.stop(grace: .zero) {} } }
    }

    func client(receiveBufferBytes: Int? = nil) throws -> TestClient {
        try TestClient(address, receiveBufferBytes: receiveBufferBytes)
    }

    /// Open connections, and requests begun so far, as the loop sees them.
    func counts() throws -> (connections: Int, requests: Int) {
        try thread.sync { [server] in (server.connectionCount, server.requestCount) }
    }

    /// Stops and waits until the last connection is gone.
    func stop(grace: Duration = .seconds(60)) throws -> Bool {
        let stopped = beginStop(grace: grace)
        return stopped.wait(atMost: .seconds(60)) { $0 ? true : nil } == true
    }

    /// Stops; what is returned becomes true with the completion.
    func beginStop(grace: Duration) -> Monitor<Bool> {
        isStopped.store(true, ordering: .relaxed)
        let stopped = Monitor(false)
        thread.loop.post { [server] in server.stop(grace: grace) { stopped.withLock { $0 = true } } }
        return stopped
    }

    /// Waits for a log line of that event.
    func logged(_ event: String) -> String? {
        lines.wait(atMost: .seconds(60)) { lines in lines.first { $0.contains("\"event\":\"\(event)\"") } }
    }

    /// Answers with method, target and body.
    static let echo: Server.Handler = { request, responder in
        let head = "\(request.method.name) \(request.target) "
        responder.send(HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: Array(head.utf8) + request.body))
    }
}

extension ServerLimits {
    /// No timeout that a slow machine could meet by accident; looked for often, so that tests which shorten one are quick.
    static var patient: ServerLimits {
        var limits = ServerLimits()
        limits.headTimeout = .seconds(600)
        limits.bodyTimeout = .seconds(600)
        limits.idleTimeout = .seconds(600)
        limits.writeStallTimeout = .seconds(600)
        limits.lingerTimeout = .seconds(600)
        limits.webSocket.pingInterval = .seconds(600)
        limits.webSocket.closeTimeout = .seconds(600)
        limits.sweepInterval = .milliseconds(5)
        return limits
    }

    func with(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = self
        change(&limits)
        return limits
    }
}

/// Responders that a test answers when it likes.
final class HeldResponders: Sendable {
    private let held = Monitor<[(request: HTTPRequest, responder: Responder)]>([])

    var handler: Server.Handler {
        { request, responder in self.held.withLock { $0.append((request, responder)) } }
    }

    /// Waits for the next request and takes it out.
    func next() -> (request: HTTPRequest, responder: Responder)? {
        held.wait(atMost: .seconds(60)) { $0.isEmpty ? nil : $0.removeFirst() }
    }

    var count: Int { held.withLock { $0.count } }
}

/// The body as text.
func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }
