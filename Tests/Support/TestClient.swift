// A blocking client for tests: one TCP connection to a server on this machine, raw bytes, HTTP answers, WebSocket messages. It is
// deliberately plain: it sends what it is told, correct or not. Reads give up after half a minute, so a failing test ends.

import Glibc
import Platform
import Wire

/// What went wrong on the client's side of a test.
package enum TestClientFailure: Error {
    case cannotConnect(code: Int32)
    case cannotSend(code: Int32)
    /// Nothing came within the time allowed.
    case timeout
    /// The server closed before what was awaited had come; what did come.
    case closed([UInt8])
    case malformed(String)
}

/// One connection. Not thread-safe; a test that needs two makes two.
///
///     let client = try TestClient("127.0.0.1:8000")
///     let answer = try client.get("/api/health")
///     #expect(answer.status == 200)
package final class TestClient {
    /// How long a read waits.
    package static let patienceSeconds = 30

    private var descriptor: Int32
    private let authority: String
    private var responses = HTTPResponseParser(limits: .generous)
    private var messages = WebSocketMessageParser(
        side: .client, limits: WebSocketLimits(frameBytes: 64 << 20, messageBytes: 64 << 20, fragments: 10_000))
    private var buffered: [UInt8] = []
    private var maskKey: UInt32 = 0x1234_5678

    /// Connects to `address`, as a server prints it. A small `receiveBufferBytes` makes a reader that is easily full.
    package init(_ address: String, receiveBufferBytes: Int? = nil) throws(TestClientFailure) {
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
            throw .malformed(address)
        }
        authority = address
        let host = String(address[..<colon].filter { $0 != "[" && $0 != "]" })
        let isVersion6 = host.contains(":")
        descriptor = socket(isVersion6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .cannotConnect(code: errno) }
        if let receiveBufferBytes { setOption(SOL_SOCKET, SO_RCVBUF, Int32(receiveBufferBytes)) }
        setOption(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
        setOption(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: Self.patienceSeconds, tv_usec: 0))
        setOption(SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: Self.patienceSeconds, tv_usec: 0))
        let result: Int32
        if isVersion6 {
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &target.sin6_addr)
            result = Self.connect(descriptor, &target)
        } else {
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_port = port.bigEndian
            inet_pton(AF_INET, host.isEmpty ? "127.0.0.1" : host, &target.sin_addr)
            result = Self.connect(descriptor, &target)
        }
        guard result == 0 else {
            let code = errno
            Glibc.close(descriptor)
            descriptor = -1
            throw .cannotConnect(code: code)
        }
    }

    deinit { close() }

    /// Closes both directions.
    package func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Closes with a reset, as a peer that crashed.
    package func reset() {
        setOption(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }

    // MARK: Bytes

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) throws(TestClientFailure) {
        var position = 0
        while position < bytes.count {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + position, $0.count - position, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw .cannotSend(code: errno) }
            position += sent
        }
    }

    /// Sends text as it is; line ends are the caller's.
    package func send(_ text: String) throws(TestClientFailure) {
        try send(Array(text.utf8))
    }

    /// Sends each byte on its own.
    package func sendSlowly(_ text: String) throws(TestClientFailure) {
        for byte in text.utf8 { try send([byte]) }
    }

    /// Sends `chunk` again and again until the server takes no more, or `limitBytes` are sent; says how many were. `wait` is called
    /// whenever the connection is full, and lets the server do what it wants to; full twenty times in a row is full.
    package func sendUntilFull(_ chunk: [UInt8], limitBytes: Int, wait: () throws -> Void) throws -> Int {
        var total = 0
        var refusals = 0
        var position = 0
        while total < limitBytes, refusals < 20 {
            let sent = chunk.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + position, $0.count - position, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if sent > 0 {
                total += sent
                position = (position + sent) % chunk.count
                refusals = 0
            } else {
                guard errno == EAGAIN else { throw TestClientFailure.cannotSend(code: errno) }
                refusals += 1
                try wait()
            }
        }
        return total
    }

    /// Tells the server that nothing follows; its answers can still be read.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Exactly `count` bytes.
    package func read(_ count: Int) throws(TestClientFailure) -> [UInt8] {
        while buffered.count < count {
            guard let more = try receive() else { throw .closed(buffered) }
            buffered += more
        }
        defer { buffered.removeFirst(count) }
        return Array(buffered[..<count])
    }

    /// Everything until the server closes its side.
    package func readToEnd() throws(TestClientFailure) -> [UInt8] {
        while let more = try receive() { buffered += more }
        defer { buffered = [] }
        return buffered
    }

    // MARK: HTTP

    /// The next answer, to a request with `method`.
    package func response(answering method: HTTPMethod = .get) throws -> HTTPResponse {
        responses.feed(buffered)
        buffered = []
        while true {
            if let response = try responses.next(answering: method) { return response }
            guard let more = try receive() else {
                if let response = try responses.finish(answering: method) { return response }
                throw TestClientFailure.closed([])
            }
            responses.feed(more)
        }
    }

    /// Sends a request and waits for its answer.
    package func request(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []
    ) throws -> HTTPResponse {
        var request = HTTPRequest(method: method, target: target, headers: headers, body: body)
        request.authority = authority
        var bytes: [UInt8] = []
        HTTPMessageWriter.append(request, to: &bytes)
        try send(bytes)
        return try response(answering: method)
    }

    package func get(_ target: String, headers: HTTPHeaders = [:]) throws -> HTTPResponse {
        try request(.get, target, headers: headers)
    }

    /// Sends a body, as JSON unless `headers` say otherwise.
    package func post(_ target: String, headers: HTTPHeaders = [:], body: String) throws -> HTTPResponse {
        var headers = headers
        if headers["Content-Type"] == nil { headers.add("Content-Type", "application/json") }
        return try request(.post, target, headers: headers, body: Array(body.utf8))
    }

    // MARK: WebSocket

    /// Makes the connection a WebSocket; throws when the server does not agree.
    package func openWebSocket(_ target: String, headers: HTTPHeaders = [:]) throws {
        let nonce = Entropy.bytes(16)
        var bytes: [UInt8] = []
        let request = WebSocketHandshake.request(target: target, authority: authority, nonce: nonce, headers: headers)
        HTTPMessageWriter.append(request, to: &bytes)
        try send(bytes)
        let answer = try response()
        guard WebSocketHandshake.isAccepted(answer, nonce: nonce, sha1: Crypto.sha1) else {
            throw TestClientFailure.malformed("status \(answer.status) to a WebSocket handshake")
        }
        becomeWebSocket()
    }

    /// Reads what follows as WebSocket messages, after a handshake that a test wrote by itself.
    package func becomeWebSocket() {
        messages.feed(responses.takeRemainder())
    }

    /// Sends one text message.
    package func send(text: String) throws(TestClientFailure) {
        try send(WebSocketFrame(opcode: .text, payload: Array(text.utf8)))
    }

    /// Sends one frame, masked as a client must.
    package func send(_ frame: WebSocketFrame) throws(TestClientFailure) {
        var bytes: [UInt8] = []
        maskKey = maskKey &* 1_664_525 &+ 1_013_904_223
        WebSocketFrameWriter.append(frame, maskKey: maskKey, to: &bytes)
        try send(bytes)
    }

    /// Sends a close frame.
    package func sendClose(code: UInt16 = 1000) throws(TestClientFailure) {
        try send(WebSocketFrame(opcode: .close, payload: [UInt8(code >> 8), UInt8(code & 0xFF)]))
    }

    /// The next message, control frames included.
    package func message() throws -> WebSocketMessage {
        while true {
            if let message = try messages.next() { return message }
            guard let more = try receive() else { throw TestClientFailure.closed([]) }
            messages.feed(more)
        }
    }

    /// The next message, which has to be a text.
    package func text() throws -> String {
        let message = try message()
        guard case .text(let bytes) = message else { throw TestClientFailure.malformed("\(message) instead of a text") }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Parts

    /// What has come, nil at the server's end (a reset counts as one).
    private func receive() throws(TestClientFailure) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count > 0 { return Array(chunk[..<count]) }
            if count == 0 || errno == ECONNRESET { return nil }
            guard errno == EINTR else { throw .timeout }
        }
    }

    private func setOption<Value: BitwiseCopyable>(_ level: Int32, _ name: Int32, _ value: Value) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Value>.size))
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

extension HTTPLimits {
    /// For a client that trusts the server it tests.
    fileprivate static var generous: HTTPLimits {
        var limits = HTTPLimits()
        limits.bodyBytes = 1 << 30
        limits.headBytes = 1 << 20
        limits.headerFields = 1_000
        return limits
    }
}
