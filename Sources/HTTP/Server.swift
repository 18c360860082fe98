// The HTTP server: accepts connections on one loop, counts them against the limits and looks after their deadlines. What happens on a
// connection is in `Connection`; routes are not known here.

import Platform
import Wire

/// Serves HTTP/1.1 on one address. Everything happens on the loop's thread; it lives until it is stopped.
package final class Server: @unchecked Sendable {
    /// Called for each request, one at a time per connection.
    package typealias Handler = @Sendable (HTTPRequest, Responder) -> Void
    /// Makes the answer for what the server itself refuses: a status and a sentence.
    package typealias ErrorResponse = @Sendable (_ status: Int, _ text: String) -> HTTPResponse

    /// Where it listens, with the port the system chose.
    package let boundAddress: String

    static let stopReason = "The server stops."

    let loop: EventLoop
    let limits: ServerLimits
    let log: Log
    let handler: Handler
    let errorResponse: ErrorResponse
    /// Shared by all connections; used only between a read and its parser.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)

    private var listener: ListeningSocket?
    private var listenerRegistration: EventLoop.Registration?
    private var connections: ContiguousArray<Connection?> = []
    /// When each connection runs out of time; apart from the connections, so that a sweep touches little memory.
    private var deadlines: ContiguousArray<UInt64> = []
    private var freeSlots: [Int] = []
    private var connectionsByAddress: [PeerAddress: Int] = [:]
    private var spareBuffers: [[UInt8]] = []
    private var isSweeping = false
    private var refusals = 0
    private var isAcceptPostponed = false
    private var acceptFailures = 0

    private(set) var isStopping = false
    private var onStopped: (@Sendable () -> Void)?
    private var graceTimer: TimerID?

    private var dateSecond: Int64 = -1
    private var dateLine: [UInt8] = []

    /// Open connections, WebSockets included.
    package private(set) var connectionCount = 0
    /// Requests begun so far.
    package internal(set) var requestCount = 0

    /// Listens at once. Called on the loop's thread, or before it runs by the one that made it.
    package init(
        loop: EventLoop, address: ListenAddress, limits: ServerLimits = .init(), log: Log,
        errorResponse: @escaping ErrorResponse = Server.plainErrorResponse, handler: @escaping Handler
    ) throws(PlatformFailure) {
        self.loop = loop
        self.limits = limits
        self.log = log
        self.handler = handler
        self.errorResponse = errorResponse
        let made = try ListeningSocket(address)
        boundAddress = made.boundAddress.description
        let descriptor = made.descriptor
        listener = consume made
        listenerRegistration = try loop.register(descriptor, name: "http listener") { _ in self.acceptWaiting() }
    }

    deinit {
        readBuffer.deallocate()
    }

    /// `{"detail": "…"}`, as most of our dialects say it.
    package static func plainErrorResponse(status: Int, text: String) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("detail", text)
        writer.endObject()
        return HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: writer.bytes)
    }

    /// Stops accepting, lets requests in flight finish and closes what is idle; after `grace` the rest is closed too. `completion` runs
    /// once, on the loop, when no connection is left.
    package func stop(grace: Duration, completion: @escaping @Sendable () -> Void) {
        loop.checkIsolated()
        precondition(!isStopping, "A server is stopped once.")
        isStopping = true
        onStopped = completion
        if let listenerRegistration { loop.deregister(listenerRegistration) }
        listenerRegistration = nil
        listener = nil
        for connection in connections { connection?.serverStops() }
        guard connectionCount > 0 else {
            finishStopping()
            return
        }
        graceTimer = loop.schedule(after: grace) {
            for connection in self.connections { connection?.close() }
        }
    }

    private func finishStopping() {
        guard isStopping, connectionCount == 0, let completion = onStopped else { return }
        onStopped = nil
        if let graceTimer { loop.cancel(graceTimer) }
        loop.post(completion)
    }

    // MARK: Accepting

    private func acceptWaiting() {
        var left = limits.acceptsPerTurn
        while left > 0 {
            left -= 1
            guard listener != nil else { return }
            switch acceptOne() {
            case .more: continue
            case .nobody: return
            case .exhausted:
                postponeAccepting(for: .milliseconds(100))
                return
            }
        }
        postponeAccepting(for: .zero)
    }

    private enum Accepted { case more, nobody, exhausted }

    private func acceptOne() -> Accepted {
        guard let acceptance = listener?.accept() else { return .nobody }
        switch consume acceptance {
        case .none:
            return .nobody
        case .failed(let failure):
            acceptFailures += 1
            if acceptFailures == 1 { log.error("accept_failed", [("reason", .text(failure.reason))]) }
            return .exhausted
        case .connection(let socket, let peer):
            if acceptFailures > 0 {
                log.warning("accept_recovered", [("failures", LogValue(acceptFailures))])
                acceptFailures = 0
            }
            open(socket, from: peer)
            return .more
        }
    }

    /// The listener is edge-triggered: what was left waiting is not announced again.
    private func postponeAccepting(for delay: Duration) {
        guard !isAcceptPostponed else { return }
        isAcceptPostponed = true
        loop.schedule(after: delay) {
            self.isAcceptPostponed = false
            self.acceptWaiting()
        }
    }

    private func open(_ socket: consuming Socket, from peer: PeerAddress) {
        let fromThere = connectionsByAddress[peer.host, default: 0]
        guard connectionCount < limits.connections, fromThere < limits.connectionsPerAddress else {
            refuse(socket)
            return
        }
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count {
            connections.append(nil)
            deadlines.append(.max)
        }
        let descriptor = socket.descriptor
        let connection = Connection(server: self, slot: slot, socket: socket, peer: peer)
        do {
            try connection.begin(descriptor)
        } catch {
            freeSlots.append(slot)
            log.error("connection_not_watched", [("reason", .text(error.reason))])
            return
        }
        connections[slot] = connection
        connectionCount += 1
        connectionsByAddress[peer.host] = fromThere + 1
        connection.serve()
        sweepLater()
    }

    private func refuse(_ socket: consuming Socket) {
        refusals += 1
        var bytes: [UInt8] = []
        let response = errorResponse(503, "The server has no room for another connection.")
        HTTPMessageWriter.append(response, to: &bytes, keepAlive: false)
        // A fresh socket takes a few hundred bytes at once; a peer that is gone already needs no answer.
        _ = bytes.withUnsafeBytes { socket.send($0) }
        socket.endSending()
        // What the peer has sent is read, since closing over unread bytes would throw the answer away.
        _ = socket.receive(into: readBuffer)
        sweepLater()
    }

    // MARK: Connections

    func setDeadline(_ deadline: UInt64, for slot: Int) {
        deadlines[slot] = deadline
    }

    func forget(_ connection: Connection) {
        guard connections[connection.slot] === connection else { return }
        connections[connection.slot] = nil
        deadlines[connection.slot] = .max
        freeSlots.append(connection.slot)
        connectionCount -= 1
        let host = connection.peer.host
        if let count = connectionsByAddress[host] { connectionsByAddress[host] = count > 1 ? count - 1 : nil }
        finishStopping()
    }

    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: limits.sweepInterval) {
            self.isSweeping = false
            self.sweep()
        }
    }

    private func sweep() {
        let now = loop.monotonicNanoseconds
        for slot in deadlines.indices where deadlines[slot] <= now {
            deadlines[slot] = .max
            connections[slot]?.runOutOfTime()
        }
        if refusals > 0 {
            log.warning("connections_refused", [("count", LogValue(refusals)), ("open", LogValue(connectionCount))])
            refusals = 0
        }
        if connectionCount > 0 { sweepLater() }
    }

    // MARK: Shared by connections

    /// A buffer to gather answers in, most often one that was used before.
    func takeBuffer() -> [UInt8] {
        if let buffer = spareBuffers.popLast() { return buffer }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(4_096)
        return buffer
    }

    func giveBack(_ buffer: consuming [UInt8]) {
        if spareBuffers.count < 16, buffer.capacity <= 4 * OutputQueue.largeBytes { spareBuffers.append(buffer) }
    }

    /// The Date field of this second and the empty line after it.
    func appendDate(to bytes: inout [UInt8]) {
        let now = loop.wallMicroseconds
        if now / 1_000_000 != dateSecond {
            dateSecond = now / 1_000_000
            dateLine = Array("Date: ".utf8) + UTCTime(microseconds: now).httpDate + Array("\r\n\r\n".utf8)
        }
        bytes.append(contentsOf: dateLine)
    }
}
