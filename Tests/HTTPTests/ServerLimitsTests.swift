// Every limit of a server and its connections, met.

import HTTP
import Platform
import TestSupport
import Testing
import Wire

@Suite struct `Limits of a server` {
    @Test func `one connection more than allowed gets 503, and room again when one leaves`() throws {
        let server = try TestServer(limits: .patient.with { $0.connections = 2 })
        let first = try server.client()
        let second = try server.client()
        _ = try first.get("/")
        _ = try second.get("/")
        let third = try server.client()
        let answer = try third.response()
        #expect(answer.status == 503)
        #expect(answer.headers["Connection"] == "close")
        #expect(try third.readToEnd().isEmpty)
        #expect(server.logged("connections_refused")?.contains(#""count":1,"open":2"#) == true)
        first.close()
        // The server notices the close before or with the next connection.
        try server.thread.sync {}
        while true {
            let fourth = try server.client()
            try fourth.send("GET /room HTTP/1.1\r\nHost: x\r\n\r\n")
            if try fourth.response().status == 200 { break }
        }
        #expect(text(try second.get("/still")) == "GET /still ")
    }

    @Test func `so does one more from the same address`() throws {
        let server = try TestServer(limits: .patient.with { $0.connectionsPerAddress = 1 })
        let first = try server.client()
        _ = try first.get("/")
        #expect(try server.client().response().status == 503)
        #expect(text(try first.get("/still")) == "GET /still ")
    }

    @Test func `the last request of a connection is answered with close`() throws {
        let server = try TestServer(limits: .patient.with { $0.requestsPerConnection = 2 })
        let client = try server.client()
        #expect(try client.get("/1").headers["Connection"] == nil)
        #expect(try client.get("/2").headers["Connection"] == "close")
        #expect(try client.readToEnd().isEmpty)
    }

    @Test func `nothing is read beyond a request in flight but what one read brought`() throws {
        let held = HeldResponders()
        let server = try TestServer(handler: held.handler)
        let client = try server.client()
        let limit = 256 << 20
        let requests = Array(String(repeating: "GET /again HTTP/1.1\r\nHost: x\r\n\r\n", count: 2_000).utf8)
        let sent = try client.sendUntilFull(requests, limitBytes: limit) { try server.thread.sync {} }
        // What the kernel's own buffers hold, and no more.
        #expect(sent < limit)
        #expect(try server.counts().requests == 1)
        client.reset()
        _ = held.next()
    }

    @Test func `a long body takes several turns and arrives whole`() throws {
        let server = try TestServer(limits: .patient.with { $0.readsPerTurn = 1 })
        let client = try server.client()
        let body = [UInt8](repeating: 66, count: 1_000_000)
        for _ in 0..<3 { #expect(try client.request(.put, "/long", body: body).body == Array("PUT /long ".utf8) + body) }
    }

    @Test func `connections beyond one turn's accepts are served too`() throws {
        let server = try TestServer(limits: .patient.with { $0.acceptsPerTurn = 1 })
        let clients = try (0..<20).map { _ in try server.client() }
        for client in clients { #expect(text(try client.get("/")) == "GET / ") }
    }

    @Test func `a head that does not come in time is answered with 408`() throws {
        let server = try TestServer(limits: .patient.with { $0.headTimeout = .milliseconds(300) })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHo")
        let answer = try client.response()
        #expect(answer.status == 408)
        #expect(answer.headers["Connection"] == "close")
    }

    @Test func `bytes that trickle in do not lengthen the time for a head`() throws {
        let server = try TestServer(limits: .patient.with { $0.headTimeout = .milliseconds(300) })
        let client = try server.client()
        let queue = try ThreadQueue(name: "trickle", threads: 1)
        let isOver = Monitor(false)
        let trickle = Trickle(client: client)
        queue.submit {
            // One byte a millisecond for a minute, or until the answer is there.
            for _ in 0..<60_000 where isOver.wait(atMost: .milliseconds(1), { $0 ? true : nil }) == nil { trickle.sendOne() }
        }
        #expect(try client.response().status == 408)
        isOver.withLock { $0 = true }
        queue.close()
    }

    @Test func `a connection that says nothing is closed without a word`() throws {
        let server = try TestServer(limits: .patient.with { $0.headTimeout = .milliseconds(20) })
        #expect(try server.client().readToEnd().isEmpty)
    }

    @Test func `a body that does not come in time is answered with 408`() throws {
        let server = try TestServer(limits: .patient.with { $0.bodyTimeout = .milliseconds(20) })
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try client.response().status == 408)
    }

    @Test func `an idle connection is closed after its answer`() throws {
        let server = try TestServer(limits: .patient.with { $0.idleTimeout = .milliseconds(20) })
        let client = try server.client()
        #expect(try client.get("/").status == 200)
        #expect(try client.readToEnd().isEmpty)
    }

    @Test func `a request in flight is not idle`() throws {
        let held = HeldResponders()
        let server = try TestServer(
            limits: .patient.with {
                $0.idleTimeout = .milliseconds(1)
                $0.bodyTimeout = .milliseconds(1)
            }, handler: held.handler)
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let (_, responder) = try #require(held.next())
        // Many sweeps pass, and the connection has to be there afterwards.
        let swept = Monitor(false)
        try server.thread.sync { [loop = server.thread.loop] in
            _ = loop.schedule(after: .milliseconds(60)) { swept.withLock { $0 = true } }
        }
        _ = swept.wait(atMost: .seconds(60)) { $0 ? true : nil }
        server.thread.loop.post { responder.send(HTTPResponse(status: 200)) }
        #expect(try client.response().status == 200)
    }

    @Test func `a peer that does not read its answer is dropped, and the log says so`() throws {
        let server = try TestServer(limits: .patient.with { $0.writeStallTimeout = .milliseconds(30) }) { _, responder in
            responder.send(HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 50_000_000)))
        }
        let client = try server.client(receiveBufferBytes: 4_096)
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.logged("slow_reader_dropped")?.contains(#""peer":"127.0.0.1""#) == true)
        #expect(try client.readToEnd().count < 50_000_000)
    }

    @Test func `a peer that never closes after the last answer is closed`() throws {
        let server = try TestServer(limits: .patient.with { $0.lingerTimeout = .milliseconds(20) })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(try client.readToEnd().isEmpty)
        // It is the server's side that ends: the loop has no connection left.
        let gone = Monitor(false)
        server.thread.loop.post { [server = server.server, loop = server.thread.loop] in
            pollUntilEmpty(server, loop) { gone.withLock { $0 = true } }
        }
        #expect(gone.wait(atMost: .seconds(60)) { $0 ? true : nil } == true)
    }

    @Test func `nor may it send without end`() throws {
        let server = try TestServer(
            limits: .patient.with {
                $0.lingerBytes = 100_000
                $0.message.bodyBytes = 10
            })
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")
        #expect(throws: TestClientFailure.self) { try client.send([UInt8](repeating: 0, count: 50_000_000)) }
    }
}

/// Asks again in every few milliseconds of the loop's own time until no connection is left.
private func pollUntilEmpty(_ server: Server, _ loop: EventLoop, _ done: @escaping @Sendable () -> Void) {
    if server.connectionCount == 0 {
        done()
    } else {
        loop.schedule(after: .milliseconds(2)) { pollUntilEmpty(server, loop, done) }
    }
}

/// Sends from another thread while the test reads: two directions of one socket that do not touch.
private struct Trickle: @unchecked Sendable {
    let client: TestClient

    func sendOne() {
        // It fails once the server has closed, which the reading side checks.
        try? client.send("A")
    }
}

@Suite struct `Stopping a server` {
    @Test func `closes idle connections, finishes the request in flight and tells when it is done`() throws {
        let held = HeldResponders()
        let server = try TestServer { request, responder in
            if request.path == "/held" { held.handler(request, responder) } else { TestServer.echo(request, responder) }
        }
        let idle = try server.client()
        _ = try idle.get("/")
        let busy = try server.client()
        try busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
        let (_, responder) = try #require(held.next())
        let stopped = server.beginStop(grace: .seconds(600))
        #expect(try idle.readToEnd().isEmpty)
        #expect(throws: TestClientFailure.self) { try server.client() }
        #expect(stopped.withLock { $0 } == false)
        server.thread.loop.post { responder.send(HTTPResponse(status: 200)) }
        let answer = try busy.response()
        #expect(answer.status == 200)
        #expect(answer.headers["Connection"] == "close")
        busy.close()
        #expect(stopped.wait(atMost: .seconds(60)) { $0 ? true : nil } == true)
    }

    @Test func `does not wait longer than its grace`() throws {
        let held = HeldResponders()
        let server = try TestServer(handler: held.handler)
        let client = try server.client()
        try client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
        let (_, responder) = try #require(held.next())
        #expect(try server.stop(grace: .milliseconds(20)))
        #expect(try client.readToEnd().isEmpty)
        // Too late, and harmless.
        try server.thread.sync { responder.send(HTTPResponse(status: 200)) }
    }

    @Test func `without connections is done at once, and its port is free`() throws {
        let server = try TestServer()
        let address = try #require(ListenAddress(server.address))
        #expect(try server.stop())
        let again = try ListeningSocket(address)
        #expect(again.boundAddress == address)
    }
}
