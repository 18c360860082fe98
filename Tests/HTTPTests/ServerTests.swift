// Requests and answers over real sockets: framing, order, connection life.

import HTTP
import Platform
import TestSupport
import Testing
import Wire

@Suite struct `A server` {
    @Test func `answers a request with its date and length, and knows who asked`() throws {
        let server = try TestServer { request, responder in
            responder.send(HTTPResponse(status: 200, body: Array(request.remoteAddress.utf8)))
        }
        let answer = try server.client().get("/")
        #expect(answer.status == 200)
        #expect(text(answer) == "127.0.0.1")
        #expect(answer.headers["Content-Length"] == "9")
        #expect(answer.headers.all("Date").count == 1)
        #expect(answer.headers["Date"]?.utf8.count == 29)
        #expect(answer.headers["Connection"] == nil)
    }

    @Test(arguments: [("[::1]:0", "[::1]", "::1"), (":0", "", "127.0.0.1"), (":0", "[::1]", "::1"), ("localhost:0", "", "127.0.0.1")])
    func `listens where it is told, and knows either family`(address: String, host: String, peer: String) throws {
        guard !host.contains(":") || hasVersion6 else { return }
        let server = try TestServer(on: address) { request, responder in
            responder.send(HTTPResponse(status: 200, body: Array(request.remoteAddress.utf8)))
        }
        let port = server.address.split(separator: ":").last ?? ""
        #expect(text(try TestClient("\(host):\(port)").get("/")) == peer)
    }

    @Test func `keeps the connection for the next request`() throws {
        let server = try TestServer()
        let client = try server.client()
        for number in 0..<100 { #expect(text(try client.get("/\(number)")) == "GET /\(number) ") }
        #expect(text(try client.post("/x", body: "{}")) == "POST /x {}")
        #expect(try server.counts().connections == 1)
        #expect(try server.counts().requests == 101)
    }

    @Test func `understands a request that comes byte by byte, and two in one piece`() throws {
        let server = try TestServer()
        let client = try server.client()
        try client.sendSlowly("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        #expect(text(try client.response()) == "POST /a abc")
        try client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text(try client.response()) == "GET /b ")
        #expect(text(try client.response()) == "GET /c ")
    }

    @Test func `reads a chunked body, cut anywhere`() throws {
        let server = try TestServer()
        let request = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\nX: y\r\n\r\n"
        let client = try server.client()
        for cut in 1..<request.utf8.count {
            let bytes = Array(request.utf8)
            try client.send(Array(bytes[..<cut]))
            try client.send(Array(bytes[cut...]))
            #expect(text(try client.response()) == "POST /c Wikipedia")
        }
    }

    @Test func `answers pipelined requests in their order, each begun after the one before was answered`() throws {
        let held = HeldResponders()
        let server = try TestServer(handler: held.handler)
        let client = try server.client()
        try client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for number in 1...3 {
            let (request, responder) = try #require(held.next())
            #expect(request.path == "/\(number)")
            #expect(try server.counts().requests == number)
            #expect(held.count == 0)
            server.thread.loop.post { responder.send(HTTPResponse(status: 200, body: Array("\(number)".utf8))) }
            #expect(text(try client.response()) == "\(number)")
        }
    }

    @Test func `answers thousands of pipelined requests, more than one turn takes`() throws {
        let server = try TestServer(limits: .patient.with { $0.requestsPerTurn = 10 })
        let client = try server.client()
        try client.send(String(repeating: "GET /p HTTP/1.1\r\nHost: x\r\n\r\n", count: 3_000))
        for _ in 0..<3_000 { #expect(text(try client.response()) == "GET /p ") }
    }

    @Test func `goes on with pipelined requests when a slow reader has made room`() throws {
        let body = [UInt8](repeating: 7, count: 300_000)
        let server = try TestServer(limits: .patient.with { $0.outputBytes = 100_000 }) { _, responder in
            responder.send(HTTPResponse(status: 200, body: body))
        }
        let client = try server.client(receiveBufferBytes: 4_096)
        try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 50))
        for _ in 0..<50 { #expect(try client.response().body == body) }
    }

    @Test func `tells the length to HEAD and keeps the body back`() throws {
        let server = try TestServer()
        let client = try server.client()
        let answer = try client.request(.head, "/long")
        #expect(answer.headers["Content-Length"] == "11")
        #expect(answer.body.isEmpty)
        #expect(text(try client.get("/next")) == "GET /next ")
    }

    @Test(arguments: [204, 304]) func `sends no body and no length with such a status`(status: Int) throws {
        let server = try TestServer { request, responder in
            responder.send(HTTPResponse(status: request.path == "/" ? status : 200, body: Array("body".utf8)))
        }
        let client = try server.client()
        let answer = try client.get("/")
        #expect(answer.status == status)
        #expect(answer.body.isEmpty)
        #expect(answer.headers["Content-Length"] == nil)
        #expect(text(try client.get("/other")) == "body")
    }

    @Test func `sends large and small bodies unharmed, one after another`() throws {
        let sizes = [0, 1, 32_767, 32_768, 32_769, 5_000_000, 3]
        let server = try TestServer { request, responder in
            let size = Int(request.query ?? "") ?? 0
            responder.send(HTTPResponse(status: 200, body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
        }
        let client = try server.client()
        try client.send(sizes.map { "GET /?\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for size in sizes {
            #expect(try client.response().body == (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        }
    }

    @Test func `tells a waiting client to go on, once`() throws {
        let server = try TestServer()
        let client = try server.client()
        try client.send("PUT /u HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(String(decoding: try client.read(25), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("bo")
        try client.send("dy")
        #expect(text(try client.response()) == "PUT /u body")
    }

    @Test func `refuses what it would not take before the body is sent`() throws {
        let server = try TestServer(limits: .patient.with { $0.message.bodyBytes = 10 })
        let client = try server.client()
        try client.send("PUT /u HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        let answer = try client.response()
        #expect(answer.status == 413)
        #expect(answer.headers["Connection"] == "close")
    }

    @Test func `closes when the client says so, and for HTTP 1.0 unless it says otherwise`() throws {
        let server = try TestServer()
        var client = try server.client()
        try client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(try client.response().headers["Connection"] == "close")
        #expect(try client.readToEnd().isEmpty)
        client = try server.client()
        try client.send("GET /b HTTP/1.0\r\n\r\n")
        #expect(try client.response().headers["Connection"] == "close")
        #expect(try client.readToEnd().isEmpty)
        client = try server.client()
        try client.send("GET /c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.response().headers["Connection"] == "keep-alive")
        #expect(text(try client.get("/d")) == "GET /d ")
    }

    @Test func `answers a client that has closed its sending side`() throws {
        let held = HeldResponders()
        let server = try TestServer(handler: held.handler)
        let client = try server.client()
        try client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        client.endSending()
        for number in 1...2 {
            let (_, responder) = try #require(held.next())
            server.thread.loop.post { responder.send(HTTPResponse(status: 200, body: Array("\(number)".utf8))) }
            #expect(text(try client.response()) == "\(number)")
        }
        #expect(try client.readToEnd().isEmpty)
    }

    @Test func `closes on half a request whose client has gone`() throws {
        let server = try TestServer()
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        client.endSending()
        #expect(try client.readToEnd().isEmpty)
        #expect(try server.counts().requests == 0)
    }

    @Test func `drops the answer for a client that has gone, and serves the others`() throws {
        let held = HeldResponders()
        let server = try TestServer(handler: held.handler)
        let client = try server.client()
        try client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        let (_, responder) = try #require(held.next())
        client.reset()
        let other = try server.client()
        try other.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        let (_, second) = try #require(held.next())
        server.thread.loop.post {
            responder.send(HTTPResponse(status: 200, body: [1]))
            second.send(HTTPResponse(status: 200, body: [2]))
        }
        #expect(try other.response().body == [2])
    }

    @Test func `answers 500 for a responder that was dropped, on its thread or on another`() throws {
        let held = HeldResponders()
        let server = try TestServer { request, responder in
            if request.path == "/held" { held.handler(request, responder) }
        }
        let client = try server.client()
        #expect(try client.get("/dropped").status == 500)
        try client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = held.next()
        let answer = try client.response()
        #expect(answer.status == 500)
        #expect(text(answer) == #"{"detail":"The request was not answered."}"#)
        #expect(server.logged("request_not_answered") != nil)
        #expect(try client.get("/again").status == 500)
    }

    @Test func `two on one port do not both start`() throws {
        let first = try TestServer()
        let address = try #require(ListenAddress(first.address))
        let loop = first.thread.loop
        do {
            try first.thread.sync { _ = try Server(loop: loop, address: address, log: Log { _ in }) { _, _ in } }
            Issue.record("two servers listen on \(address)")
        } catch let failure as PlatformFailure {
            #expect(failure.description == "could not listen on \(address): another program already listens there")
        }
    }
}

/// Whether this machine has IPv6 at all.
private let hasVersion6: Bool = {
    guard let address = ListenAddress("[::1]:0") else { return false }
    do {
        _ = try ListeningSocket(address)
        return true
    } catch {
        return false
    }
}()

@Suite struct `Requests that cannot be read` {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\nHost: x\n\n", 400), ("\u{16}\u{03}\u{01}", 400),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), ("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: x\r\nExpect: gold\r\n\r\n", 417),
    ])
    func `are answered in JSON and end the connection`(request: String, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        try client.send(request)
        let answer = try client.response()
        #expect(answer.status == status)
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(text(answer).hasPrefix(#"{"detail":""#))
        client.endSending()
        #expect(try client.readToEnd().isEmpty)
        #expect(text(try server.client().get("/fine")) == "GET /fine ")
    }

    @Test func `come after the answers to good ones`() throws {
        let server = try TestServer()
        let client = try server.client()
        try client.send("GET /good HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text(try client.response()) == "GET /good ")
        #expect(try client.response().status == 400)
        client.endSending()
        #expect(try client.readToEnd().isEmpty)
    }

    @Test(arguments: [
        ("GET /\(String(repeating: "a", count: 300)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 600))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", 413),
    ])
    func `because they are over a limit say which`(request: String, status: Int) throws {
        let server = try TestServer(
            limits: .patient.with {
                $0.message.requestLineBytes = 200
                $0.message.headBytes = 500
                $0.message.headerFields = 4
                $0.message.bodyBytes = 100
            })
        let client = try server.client()
        try client.send(request)
        #expect(try client.response().status == status)
    }

    @Test func `are answered even when much of the body was on its way`() throws {
        let server = try TestServer(limits: .patient.with { $0.message.bodyBytes = 100 })
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
        try client.send([UInt8](repeating: 65, count: 2_000_000))
        #expect(try client.response().status == 413)
    }

    @Test func `damaged at random harm nobody else`() throws {
        let server = try TestServer(limits: .patient.with { $0.lingerTimeout = .milliseconds(20) })
        let seed = UInt64.random(in: .min ... .max)
        var chance = Chance(state: seed)
        let whole = Array("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8)
        for _ in 0..<300 {
            var bytes = whole + whole
            for _ in 0...Int(chance.next() % 4) {
                bytes[Int(chance.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: chance.next())
            }
            let client = try server.client()
            try client.send(bytes)
            client.endSending()
            let answer = String(decoding: try client.readToEnd(), as: UTF8.self)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "), "seed \(seed)")
        }
        #expect(text(try server.client().get("/fine")) == "GET /fine ", "seed \(seed)")
    }
}

/// Numbers that a seed repeats (SplitMix64).
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
