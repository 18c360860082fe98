// WebSockets over real sockets: handshake, messages, closing, limits.

import HTTP
import Platform
import TestSupport
import Testing
import Wire

/// Opens a WebSocket for every request and echoes; `closed` gathers the ends.
private final class Echo: Sendable {
    let server: TestServer
    let closed = Monitor<[String]>([])
    private let sockets = Monitor<[WebSocket]>([])

    init(limits: ServerLimits = .patient) throws {
        let closed = closed
        let sockets = sockets
        server = try TestServer(limits: limits) { _, responder in
            responder.upgradeToWebSocket { socket in
                sockets.withLock { $0.append(socket) }
                socket.onText = { [unowned socket] in socket.send(text: $0) }
                socket.onBinary = { [unowned socket] in socket.send(binary: $0) }
                socket.onClose = { code, reason in closed.withLock { $0.append("\(code) \(reason)") } }
            }
        }
    }

    func open() throws -> TestClient {
        let client = try server.client()
        try client.openWebSocket("/live")
        return client
    }

    /// The server's end of the only socket, used on the loop.
    func onSocket(_ body: @escaping @Sendable (WebSocket) -> Void) throws {
        let socket = try #require(sockets.wait(atMost: .seconds(60)) { $0.first })
        try server.thread.sync { body(socket) }
    }

    func ended(_ count: Int = 1) -> [String]? {
        closed.wait(atMost: .seconds(60)) { $0.count >= count ? $0 : nil }
    }
}

@Suite struct `A WebSocket` {
    @Test func `echoes text and bytes, small, long and empty`() throws {
        let echo = try Echo()
        let client = try echo.open()
        for size in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
            let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: size)
            try client.send(WebSocketFrame(opcode: .text, payload: bytes))
            #expect(try client.message() == .text(bytes))
            try client.send(WebSocketFrame(opcode: .binary, payload: bytes))
            #expect(try client.message() == .binary(bytes))
        }
        try client.send(text: "₹100 → 🚀")
        #expect(try client.text() == "₹100 → 🚀")
    }

    @Test func `joins fragments, and answers a ping between them`() throws {
        let echo = try Echo()
        let client = try echo.open()
        try client.send(WebSocketFrame(isFinal: false, opcode: .text, payload: Array("one ".utf8)))
        try client.send(WebSocketFrame(opcode: .ping, payload: [1, 2, 3]))
        try client.send(WebSocketFrame(isFinal: false, opcode: .continuation, payload: Array("two ".utf8)))
        try client.send(WebSocketFrame(opcode: .continuation, payload: Array("three".utf8)))
        #expect(try client.message() == .pong([1, 2, 3]))
        #expect(try client.text() == "one two three")
    }

    @Test func `takes messages that came with the handshake, and bytes one by one`() throws {
        let echo = try Echo()
        let client = try echo.server.client()
        var frame: [UInt8] = []
        WebSocketFrameWriter.append(text: "early", maskKey: 0x0102_0304, to: &frame)
        let head =
            "GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try client.send(Array(head.utf8) + frame)
        for byte in frame { try client.send([byte]) }
        let answer = try client.response()
        #expect(answer.status == 101)
        #expect(answer.headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        client.becomeWebSocket()
        #expect(try client.text() == "early")
        #expect(try client.text() == "early")
    }

    @Test func `sends what the server has to say, many messages in one turn`() throws {
        let echo = try Echo()
        let client = try echo.open()
        try echo.onSocket { socket in
            for number in 0..<1_000 { socket.send(text: "tick \(number)") }
            socket.send(text: Array("bytes".utf8))
            #expect(socket.bufferedBytes > 0)
            #expect(socket.peerAddress == "127.0.0.1")
        }
        for number in 0..<1_000 { #expect(try client.text() == "tick \(number)") }
        #expect(try client.text() == "bytes")
    }

    @Test func `takes more messages than one turn allows`() throws {
        let echo = try Echo(
            limits: .patient.with {
                $0.webSocket.messagesPerTurn = 3
                $0.readsPerTurn = 1
            })
        let client = try echo.open()
        for number in 0..<100 { try client.send(text: "\(number)") }
        for number in 0..<100 { #expect(try client.text() == "\(number)") }
    }

    @Test func `closes when the peer does, with its code`() throws {
        let echo = try Echo()
        let client = try echo.open()
        try client.sendClose(code: 3_001)
        #expect(try client.message() == .close(code: 3_001, reason: ""))
        client.close()
        #expect(echo.ended() == ["3001 "])
        let other = try echo.open()
        try other.send(WebSocketFrame(opcode: .close, payload: []))
        #expect(try other.message() == .close(code: nil, reason: ""))
        #expect(echo.ended(2)?.last == "1005 ")
    }

    @Test func `closes when the server wants, once the peer agrees`() throws {
        let echo = try Echo()
        let client = try echo.open()
        try echo.onSocket { socket in
            socket.close(code: 1_001, reason: "bye")
            #expect(!socket.isOpen)
            socket.send(text: "too late")
            socket.close(code: 1_000)
        }
        #expect(try client.message() == .close(code: 1_001, reason: "bye"))
        #expect(echo.closed.withLock { $0 }.isEmpty)
        try client.sendClose(code: 1_001)
        #expect(echo.ended() == ["1001 bye"])
        #expect(throws: TestClientFailure.self) { try client.message() }
    }

    @Test func `ends with 1006 when the connection breaks or ends without a close`() throws {
        let echo = try Echo()
        try echo.open().reset()
        #expect(echo.ended() == ["1006 The connection broke."])
        let half = try echo.open()
        half.endSending()
        #expect(echo.ended(2)?.last == "1006 The connection broke.")
    }

    @Test(
        arguments: [
            (WebSocketFrame(opcode: .text, payload: [0xC3, 0x28]), UInt16(1_007)),
            (WebSocketFrame(opcode: .continuation, payload: []), 1_002), (WebSocketFrame(opcode: .close, payload: [1]), 1_002),
            (WebSocketFrame(opcode: .close, payload: [3, 0xED]), 1_002),
        ] as [(WebSocketFrame, UInt16)])
    func `ends when the peer breaks the rules`(frame: WebSocketFrame, code: UInt16) throws {
        let echo = try Echo()
        let client = try echo.open()
        try client.send(frame)
        guard case .close(let answer, _) = try client.message() else {
            Issue.record("no close")
            return
        }
        #expect(answer == code)
        client.close()
        #expect(echo.ended()?[0].hasPrefix("\(code) ") == true)
    }

    @Test func `refuses frames that are not masked`() throws {
        let echo = try Echo()
        let client = try echo.open()
        try client.send([0x81, 1, 65])
        #expect(try client.message() == .close(code: 1_002, reason: "maskMissing"))
    }

    @Test func `closes for a stopping server`() throws {
        let echo = try Echo()
        let client = try echo.open()
        let stopped = echo.server.beginStop(grace: .seconds(600))
        #expect(try client.message() == .close(code: 1_001, reason: "The server stops."))
        try client.sendClose(code: 1_001)
        #expect(stopped.wait(atMost: .seconds(60)) { $0 ? true : nil } == true)
        #expect(echo.ended() == ["1001 The server stops."])
    }
}

@Suite struct `Limits of a WebSocket` {
    @Test func `a message over the limit closes it, whole or in fragments`() throws {
        let echo = try Echo(
            limits: .patient.with {
                $0.webSocket.message.messageBytes = 1_000
                $0.webSocket.message.frameBytes = 800
            })
        let whole = try echo.open()
        try whole.send(WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 0, count: 801)))
        #expect(try whole.message() == .close(code: 1_009, reason: "frameTooBig"))
        let pieces = try echo.open()
        try pieces.send(WebSocketFrame(isFinal: false, opcode: .binary, payload: [UInt8](repeating: 0, count: 700)))
        try pieces.send(WebSocketFrame(opcode: .continuation, payload: [UInt8](repeating: 0, count: 700)))
        #expect(try pieces.message() == .close(code: 1_009, reason: "messageTooBig"))
    }

    @Test func `a peer that does not read is dropped alone`() throws {
        let echo = try Echo(limits: .patient.with { $0.webSocket.outgoingBytes = 100_000 })
        let deaf = try echo.server.client(receiveBufferBytes: 4_096)
        try deaf.openWebSocket("/live")
        let other = try echo.open()
        try echo.onSocket { socket in
            // More than the kernel holds for a peer that does not read, and our limit besides.
            let message = [UInt8](repeating: 65, count: 50_000)
            for _ in 0..<1_000 where socket.isOpen { socket.send(binary: message) }
            #expect(!socket.isOpen)
            #expect(socket.bufferedBytes == 0)
        }
        #expect(echo.ended() == ["1006 The connection broke."])
        #expect(echo.server.logged("websocket_dropped")?.contains(#""reason":"slow_reader""#) == true)
        try other.send(text: "still here")
        #expect(try other.text() == "still here")
    }

    @Test func `a burst that the socket takes does not count as waiting`() throws {
        let echo = try Echo(limits: .patient.with { $0.webSocket.outgoingBytes = 1_000 })
        let client = try echo.open()
        try echo.onSocket { socket in
            for _ in 0..<10 { socket.send(binary: [UInt8](repeating: 1, count: 900)) }
        }
        for _ in 0..<10 { #expect(try client.message() == .binary([UInt8](repeating: 1, count: 900))) }
    }

    @Test func `a quiet peer is pinged, and dropped when it stays quiet`() throws {
        let echo = try Echo(limits: .patient.with { $0.webSocket.pingInterval = .milliseconds(400) })
        let client = try echo.open()
        #expect(try client.message() == .ping([]))
        try client.send(WebSocketFrame(opcode: .pong, payload: []))
        #expect(try client.message() == .ping([]))
        #expect(echo.ended() == ["1006 The connection broke."])
        #expect(echo.server.logged("websocket_dropped")?.contains(#""reason":"ping_not_answered""#) == true)
    }

    @Test func `a close that is not answered ends by itself`() throws {
        let echo = try Echo(limits: .patient.with { $0.webSocket.closeTimeout = .milliseconds(20) })
        let client = try echo.open()
        try echo.onSocket { $0.close(code: 1_000, reason: "done") }
        #expect(try client.message() == .close(code: 1_000, reason: "done"))
        #expect(echo.ended() == ["1000 done"])
        #expect(echo.server.logged("websocket_dropped")?.contains(#""reason":"close_not_answered""#) == true)
    }
}

@Suite struct `Handshakes that are none` {
    @Test(
        arguments: [
            ([:] as HTTPHeaders, 400),
            (["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="], 426),
            (["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "short"], 400),
            (["Upgrade": "h2c", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"], 400),
        ] as [(HTTPHeaders, Int)])
    func `are answered in words, and the connection goes on`(headers: HTTPHeaders, status: Int) throws {
        let echo = try Echo()
        let client = try echo.server.client()
        var head = "GET /live HTTP/1.1\r\nHost: x\r\n"
        for (name, value) in headers.fields { head += "\(name): \(value)\r\n" }
        try client.send(head + "\r\n")
        let answer = try client.response()
        #expect(answer.status == status)
        #expect(text(answer).contains("detail"))
        #expect(answer.headers["Sec-WebSocket-Version"] == (status == 426 ? "13" : nil))
        try client.openWebSocket("/live")
        try client.send(text: "now")
        #expect(try client.text() == "now")
    }
}
