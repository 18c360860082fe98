// One connection: reads, asks the parser for requests, hands them out one at a time, sends the answers in order. Its deadlines are in
// `Connection+Deadlines`, its end in `Connection+Closing`, the other protocol it may switch to in `WebSocket`.

import Platform
import Wire

/// The server's side of one connection; used on the loop's thread only.
///
/// Invariants:
/// 1. At most one request is in flight; nothing is read while one is, so a peer can make us hold one read buffer beyond it.
/// 2. After `close` there is no socket, and every call is harmless.
/// 3. `pump` is not entered twice: what answers inside it is picked up by its own rounds.
final class Connection: @unchecked Sendable {
    enum Phase {
        case http
        case webSocket(WebSocket)
        /// The last answer is out; what still comes in is thrown away until the peer closes.
        case lingering
    }

    let server: Server
    let slot: Int
    let peer: PeerAddress
    let remoteAddress: String
    var loop: EventLoop { server.loop }

    var phase = Phase.http
    var output = OutputQueue()
    /// Counts the requests; the number of the one in flight or answered last.
    private(set) var request: UInt64 = 0
    private(set) var isInFlight = false
    /// Whether the peer may have sent something that was not read.
    private(set) var mayRead = false
    private(set) var inputEnded = false
    var closesAfterOutput = false
    var discardedBytes = 0
    var waiting = Waiting.nothing
    var sentBytes: UInt64 = 0

    private(set) var socket: Socket?
    private var registration: EventLoop.Registration?
    private(set) var parser: HTTPRequestParser
    private var method = HTTPMethod.get
    private var minorVersion = 1
    private var keepAlive = true
    /// The request in flight if it asks for another protocol, without its body.
    private var upgradeRequest: HTTPRequest?
    private var peerClosed = false
    private var isPumping = false
    /// Reads that are left in this round.
    private var readsLeft = 0
    private var isPumpPosted = false
    /// Whether the protocol was switched in the middle of a round.
    private var needsRound = false
    private var isFlushPlanned = false

    init(server: Server, slot: Int, socket: consuming Socket, peer: PeerAddress) {
        self.server = server
        self.slot = slot
        self.peer = peer
        self.socket = consume socket
        remoteAddress = peer.text
        parser = HTTPRequestParser(limits: server.limits.message)
    }

    /// Lets the loop watch the socket.
    func begin(_ descriptor: Int32) throws(PlatformFailure) {
        registration = try loop.register(descriptor, name: "http connection") { readiness in self.ready(readiness) }
    }

    /// Reads what has come with the handshake already.
    func serve() {
        mayRead = true
        pump()
    }

    // MARK: Turning

    private func ready(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.hungUp) {
            close()
            return
        }
        if readiness.contains(.peerClosed) { peerClosed = true }
        if !readiness.isDisjoint(with: [.readable, .peerClosed]) { mayRead = true }
        pump()
    }

    /// Does what can be done now: requests, answers, reading, until the peer or a handler has to do something.
    func pump() {
        guard !isPumping, socket != nil else { return }
        isPumping = true
        var requestsLeft = server.limits.requestsPerTurn
        readsLeft = server.limits.readsPerTurn
        repeat {
            needsRound = false
            switch phase {
            case .http: serveRequests(&requestsLeft)
            case .webSocket(let webSocket): readFrames(webSocket)
            case .lingering: discardInput()
            }
        } while (flush() && requestsLeft > 0) || needsRound
        isPumping = false
        guard socket != nil else { return }
        if closesAfterOutput, output.isEmpty { finishSending() }
        if socket != nil { setDeadline() }
    }

    /// Sends what waits when the turn is over, with all that joins it until then.
    func flushAfterTurn() {
        guard !isFlushPlanned, !isPumping else { return }
        isFlushPlanned = true
        loop.afterTurn {
            self.isFlushPlanned = false
            self.pump()
        }
    }

    /// Pumps again in a later turn, after the others.
    func pumpLater() {
        guard !isPumpPosted else { return }
        isPumpPosted = true
        loop.post {
            self.isPumpPosted = false
            self.pump()
        }
    }

    // MARK: Requests

    private func serveRequests(_ requestsLeft: inout Int) {
        while !isInFlight, !closesAfterOutput, socket != nil, output.count <= server.limits.outputBytes, case .http = phase {
            guard requestsLeft > 0 else {
                pumpLater()
                return
            }
            do {
                if let request = try parser.next() {
                    requestsLeft -= 1
                    start(request)
                    continue
                }
            } catch {
                refuse(error)
                return
            }
            if parser.expectsContinue {
                parser.acknowledgeContinue()
                gather { $0.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8) }
            }
            if inputEnded {
                // A request that was cut off has nobody left to complete it.
                closesAfterOutput = true
                return
            }
            guard mayRead else { return }
            guard readsLeft > 0 else {
                pumpLater()
                return
            }
            receive { parser.feed($0) }
        }
    }

    private func start(_ incoming: HTTPRequest) {
        var incoming = incoming
        request += 1
        server.requestCount += 1
        isInFlight = true
        method = incoming.method
        minorVersion = incoming.minorVersion
        keepAlive = incoming.keepAlive
        incoming.remoteAddress = remoteAddress
        if incoming.headers["Upgrade"] != nil {
            upgradeRequest = incoming
            upgradeRequest?.body = []
        }
        server.handler(incoming, Responder(connection: self, request: request))
    }

    /// Reads once into the shared buffer and lets `use` have the bytes.
    func receive(_ use: (UnsafeRawBufferPointer) -> Void) {
        guard let result = socket?.receive(into: server.readBuffer) else { return }
        readsLeft -= 1
        switch result {
        case .moved(let count):
            // Fewer bytes than there was room for: the socket is empty, unless the peer's end stands behind them.
            mayRead = count == server.readBuffer.count || peerClosed
            use(UnsafeRawBufferPointer(rebasing: server.readBuffer[..<count]))
        case .wouldBlock:
            mayRead = false
        case .ended:
            mayRead = false
            inputEnded = true
        case .failed:
            close()
        }
    }

    // MARK: Answers

    /// The peer has said that nothing follows, so there is no reason to wait for the end of its side.
    func expectNothingMore() {
        inputEnded = true
        closesAfterOutput = true
    }

    /// Takes the answer to request number `number`; too late for a connection that is gone.
    func answer(_ response: HTTPResponse, to number: UInt64) {
        guard isInFlight, number == request, socket != nil else { return }
        isInFlight = false
        upgradeRequest = nil
        append(
            response, keepAlive: keepAlive && !server.isStopping && request < server.limits.requestsPerConnection, method: method,
            minorVersion: minorVersion)
        pump()
    }

    /// Answers in place of a responder that was dropped.
    func abandon(_ number: UInt64) {
        guard isInFlight, number == request, socket != nil else { return }
        server.log.error("request_not_answered", [("method", .text(method.name))])
        answer(server.errorResponse(500, "The request was not answered."), to: number)
    }

    /// Refuses a request that cannot be read; nothing after it can be trusted.
    private func refuse(_ error: HTTPParseError) {
        server.log.debug("request_refused", [("reason", .text(error.rawValue)), ("peer", .text(remoteAddress))])
        append(server.errorResponse(error.status, error.sentence), keepAlive: false, method: .get, minorVersion: 1)
    }

    func append(_ response: HTTPResponse, keepAlive: Bool, method: HTTPMethod, minorVersion: Int) {
        if !keepAlive { closesAfterOutput = true }
        gather { bytes in
            // Head only: the body follows by itself, so that a large one is not copied, and the Date field stands before the empty line.
            HTTPMessageWriter.append(response, to: &bytes, answering: .head, minorVersion: minorVersion, keepAlive: keepAlive)
            bytes.removeLast(2)
            server.appendDate(to: &bytes)
        }
        if method != .head, !HTTPResponse.isBodiless(response.status) { output.append(response.body) }
    }

    /// Appends to the output, in a buffer lent by the server.
    func gather(_ body: (inout [UInt8]) -> Void) {
        if output.isEmpty { output.lend(server.takeBuffer()) }
        output.gather(body)
    }

    /// Sends what waits; true when that made room for requests that had to wait for it.
    func flush() -> Bool {
        guard socket != nil, !output.isEmpty else { return false }
        let wasFull = output.count > server.limits.outputBytes
        guard let result = send() else { return false }
        switch result {
        case .moved(let count):
            sentBytes &+= UInt64(count)
        case .wouldBlock, .ended:
            break
        case .failed:
            close()
            return false
        }
        if let buffer = output.takeBuffer() { server.giveBack(buffer) }
        return wasFull && output.count <= server.limits.outputBytes
    }

    private func send() -> Transfer? {
        switch socket {
        case .some(let socket): output.send(to: socket)
        case .none: nil
        }
    }

    // MARK: WebSocket

    /// Answers the request in flight by switching protocols, or by saying what is wrong with it.
    func upgrade(request number: UInt64, subprotocol: String?, onOpen: (WebSocket) -> Void) -> Bool {
        guard isInFlight, number == request, socket != nil else { return false }
        let key: String
        do {
            key = try webSocketKey()
        } catch {
            var response = server.errorResponse(error.status, error.sentence)
            if error == .wrongVersion { response.headers.set("Sec-WebSocket-Version", "13") }
            answer(response, to: number)
            return false
        }
        isInFlight = false
        upgradeRequest = nil
        let response = WebSocketHandshake.response(key: key, subprotocol: subprotocol, sha1: Crypto.sha1)
        append(response, keepAlive: true, method: method, minorVersion: minorVersion)
        let webSocket = WebSocket(connection: self, limits: server.limits.webSocket)
        phase = .webSocket(webSocket)
        needsRound = true
        onOpen(webSocket)
        webSocket.feed(parser.takeRemainder())
        if server.isStopping { webSocket.close(code: 1001, reason: Server.stopReason) }
        pump()
        return true
    }

    private func webSocketKey() throws(WebSocketRefusal) -> String {
        guard let upgradeRequest else { throw .notAnUpgrade }
        return try WebSocketHandshake.key(of: upgradeRequest)
    }

    private func readFrames(_ webSocket: WebSocket) {
        var messagesLeft = server.limits.webSocket.messagesPerTurn
        while true {
            webSocket.takeMessages(&messagesLeft)
            guard socket != nil, !closesAfterOutput else { return }
            if messagesLeft > 0, !mayRead { break }
            guard messagesLeft > 0, readsLeft > 0 else {
                pumpLater()
                return
            }
            receive { webSocket.feed($0) }
        }
        // Without its close frame the peer's end is a broken connection.
        if inputEnded { close() }
    }

    // MARK: End

    /// Forgets the socket at once; what was not sent is lost.
    func close() {
        guard socket != nil else { return }
        if let registration { loop.deregister(registration) }
        registration = nil
        socket = nil
        output.removeAll()
        mayRead = false
        server.forget(self)
        endWebSocket()
    }

    private func endWebSocket() {
        guard case .webSocket(let webSocket) = phase else { return }
        phase = .lingering
        webSocket.connectionEnded()
    }

    /// Everything is sent: tell the peer, and wait a little for its end, because closing over unread bytes would throw the answer away.
    private func finishSending() {
        guard !inputEnded else {
            close()
            return
        }
        guard !isLingering else { return }
        socket?.endSending()
        endWebSocket()
        phase = .lingering
        parser = HTTPRequestParser(limits: server.limits.message)
        discardInput()
    }

    var isLingering: Bool {
        if case .lingering = phase { true } else { false }
    }

    private func discardInput() {
        while mayRead, discardedBytes < server.limits.lingerBytes, socket != nil {
            receive { discardedBytes += $0.count }
        }
        if inputEnded || discardedBytes >= server.limits.lingerBytes { close() }
    }

    /// The server stops: an idle connection closes now, any other after its answer.
    func serverStops() {
        switch phase {
        case .http:
            if !isInFlight, parser.isIdle, output.isEmpty { close() }
        case .webSocket(let webSocket):
            webSocket.close(code: 1001, reason: Server.stopReason)
        case .lingering:
            close()
        }
    }
}
