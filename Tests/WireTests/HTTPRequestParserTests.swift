// The request parser's limits, its waiting for bodies, and what it leaves behind. Framing is in `HTTPFramingTests`.

import Testing
import Wire

@Suite struct `The request parser` {
    private let head = "POST /orders?x=1 HTTP/1.1\r\nHost: house:8000\r\nX-One: 1\r\nx-one: 2\r\nContent-Type: text/plain\r\n"

    private func verdict(_ text: String, _ change: (inout HTTPLimits) -> Void) -> String {
        var limits = HTTPLimits()
        change(&limits)
        return verdictOverAllCuts(latin1(text)) { requestVerdict($0, limits: limits) }
    }

    @Test func `gives a request with all its parts`() throws {
        var parser = HTTPRequestParser()
        parser.feed(latin1(head + "X-Name: caf\u{C3}\u{A9}\r\nX-Old: caf\u{E9}\r\nContent-Length: 4\r\n\r\nbody"))
        let request = try #require(try parser.next())
        #expect(request.method == .post && request.target == "/orders?x=1" && request.path == "/orders" && request.query == "x=1")
        #expect(request.authority == "house:8000" && request.minorVersion == 1 && request.keepAlive && request.remoteAddress == "")
        #expect(request.headers["x-ONE"] == "1" && request.headers.all("X-One") == ["1", "2"] && request.headers["missing"] == nil)
        #expect(request.headers["X-Name"] == "café" && request.headers["X-Old"] == "café")
        #expect(request.headers.fields.map(\.name) == ["Host", "X-One", "x-one", "Content-Type", "X-Name", "X-Old", "Content-Length"])
        #expect(request.body == Array("body".utf8))
        #expect(try parser.next() == nil)
        #expect(parser.isIdle && parser.bufferedBytes == 0)
    }

    @Test func `limits the request line`() {
        let line = "GET /" + String(repeating: "a", count: 11) + " HTTP/1.1"  // 25 bytes
        #expect(verdict(line + "\r\nHost: a\r\n\r\n") { $0.requestLineBytes = 25 }.hasPrefix("GET /aaa"))
        #expect(verdict(line + "\r\nHost: a\r\n\r\n") { $0.requestLineBytes = 24 } == "414 requestLineTooLong")
        #expect(verdict("GET /" + String(repeating: "a", count: 9_000)) { _ in } == "414 requestLineTooLong")
    }

    @Test func `limits the method`() {
        #expect(verdict("ABCDEFGH / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.methodBytes = 8 } == "ABCDEFGH /")
        #expect(verdict("ABCDEFGHI / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.methodBytes = 8 } == "501 methodNotImplemented")
    }

    @Test func `limits the head as a whole`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: yz\r\n\r\n"
        #expect(verdict(text) { $0.headBytes = text.utf8.count } == "GET /")
        for missing in 1...10 { #expect(verdict(text) { $0.headBytes = text.utf8.count - missing } == "431 headTooLarge") }
        #expect(verdict("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 20_000)) { _ in } == "431 headTooLarge")
        #expect(verdict("GET / HTTP/1.1\r\n" + String(repeating: "a:b\r\n", count: 90)) { $0.headBytes = 200 } == "431 headTooLarge")
    }

    @Test func `limits the number of fields`() {
        let fields = String(repeating: "X: y\r\n", count: 4)
        #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") { $0.headerFields = 5 } == "GET /")
        #expect(verdict("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") { $0.headerFields = 4 } == "431 tooManyFields")
    }

    @Test func `limits empty lines in front`() {
        #expect(verdict("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.leadingEmptyLines = 2 } == "GET /")
        #expect(verdict("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.leadingEmptyLines = 2 } == "400 tooManyEmptyLines")
    }

    @Test func `limits bodies, with a length and in chunks`() {
        let counted = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        for text in [counted, chunked] {
            #expect(verdict(text) { $0.bodyBytes = 5 } == "POST / <abcde>")
            #expect(verdict(text) { $0.bodyBytes = 4 } == "413 bodyTooLarge")
        }
    }

    @Test func `limits what chunks carry besides the body`() {
        func chunks(_ rest: String) -> String { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + rest }
        #expect(verdict(chunks("1;abcdefg\r\nx\r\n0\r\n\r\n")) { $0.chunkLineBytes = 9 } == "POST / <x>")
        #expect(verdict(chunks("1;abcdefgh\r\nx\r\n0\r\n\r\n")) { $0.chunkLineBytes = 9 } == "400 chunkLineTooLong")
        #expect(verdict(chunks("1;ab\r\nx\r\n1;ab\r\ny\r\n0\r\n\r\n")) { $0.chunkExtensionBytes = 6 } == "POST / <xy>")
        #expect(verdict(chunks("1;ab\r\nx\r\n1;ab\r\ny\r\n0\r\n\r\n")) { $0.chunkExtensionBytes = 5 } == "400 chunkExtensionsTooLong")
        #expect(verdict(chunks("0\r\nA: b\r\n\r\n")) { $0.trailerBytes = 8 } == "POST /")
        #expect(verdict(chunks("0\r\nA: b\r\n\r\n")) { $0.trailerBytes = 7 } == "431 trailersTooLarge")
        #expect(verdict(chunks("0\r\nA: b\r\nC: d\r\n\r\n")) { $0.trailerFields = 2 } == "POST /")
        #expect(verdict(chunks("0\r\nA: b\r\nC: d\r\n\r\n")) { $0.trailerFields = 1 } == "431 trailersTooLarge")
    }

    @Test func `keeps trailers out of the request`() throws {
        var parser = HTTPRequestParser()
        parser.feed(latin1("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: x\r\n\r\n"))
        #expect(try #require(try parser.next()).headers["Authorization"] == nil)
    }

    @Test func `says when a body is awaited, and whether the client waits to be told`() throws {
        var parser = HTTPRequestParser()
        parser.feed(latin1("POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"))
        #expect(try parser.next() == nil)
        #expect(!parser.awaitingBody && !parser.expectsContinue && parser.pendingHead == nil)
        parser.feed(latin1("\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.awaitingBody && parser.expectsContinue && parser.pendingHead?.path == "/up")
        parser.acknowledgeContinue()
        #expect(parser.awaitingBody && !parser.expectsContinue)
        parser.feed(latin1("ab"))
        #expect(try parser.next() == nil)
        parser.feed(latin1("cd"))
        #expect(try #require(try parser.next()).body == Array("abcd".utf8))
        #expect(!parser.awaitingBody && !parser.expectsContinue)

        parser.feed(latin1("POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.expectsContinue, "told once for each request")
        parser.feed(latin1("a"))
        #expect(try parser.next() == nil)
        #expect(parser.awaitingBody && !parser.expectsContinue, "the body comes anyway")
    }

    @Test func `has no client of HTTP 1.0 wait`() throws {
        var parser = HTTPRequestParser()
        parser.feed(latin1("POST / HTTP/1.0\r\nExpect: 100-continue, other\r\nContent-Length: 1\r\n\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.awaitingBody && !parser.expectsContinue)
    }

    @Test func `repeats its error and forgets what comes after`() {
        var parser = HTTPRequestParser()
        parser.feed(latin1("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(throws: HTTPParseError.missingHost) { try parser.next() }
        parser.feed(latin1("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(throws: HTTPParseError.missingHost) { try parser.next() }
        #expect(parser.bufferedBytes == 0 && !parser.isIdle)
    }

    @Test func `hands over what follows a switch of protocols`() throws {
        var parser = HTTPRequestParser()
        parser.feed(latin1("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n\u{81}\u{80}rest"))
        #expect(try parser.next()?.path == "/ws")
        #expect(parser.takeRemainder() == latin1("\u{81}\u{80}rest"))
        #expect(parser.isIdle && parser.takeRemainder().isEmpty)
    }

    @Test func `keeps many requests in one piece apart`() throws {
        var parser = HTTPRequestParser()
        let requests = (0..<500).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(100 + $0)" }
        parser.feed(latin1(requests.joined()))
        for number in 0..<500 {
            let request = try #require(try parser.next())
            #expect(request.path == "/\(number)" && request.body == Array("\(100 + number)".utf8))
        }
        #expect(try parser.next() == nil)
        #expect(parser.isIdle)
    }

    @Test func `takes a large body byte by byte without going over it again`() throws {
        var limits = HTTPLimits()
        limits.headBytes = 1 << 20
        limits.requestLineBytes = 1 << 19
        let path = "/" + String(repeating: "p", count: 100_000)
        let body = [UInt8](repeating: 0x78, count: 200_000)
        var parser = HTTPRequestParser(limits: limits)
        var got: HTTPRequest?
        // A parser that looked again at what it has seen would need some 10¹⁰ steps here.
        for byte in latin1("PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n") + body {
            parser.feed([byte])
            if let request = try parser.next() { got = request }
        }
        #expect(got?.path == path && got?.body == body)
    }

    @Test func `answers any bytes with requests or an error, the same for every cut`() {
        var generator = SeededGenerator(for: "requests of any bytes")
        let parts = [
            "GET ", "POST ", "/", " HTTP/1.1", "\r\n", "\r\n\r\n", "Host: a", "Host", ":", " ", "Content-Length: 2",
            "Transfer-Encoding: chunked",
            "2\r\nab\r\n", "0\r\n\r\n", "\r", "\n", "\t", "x", "\u{0}", "\u{FF}", "Connection: close", "Expect: 100-continue", "http://b",
            "?", "1;a=b",
        ]
        for _ in 0..<400 {
            var text = Bool.random(using: &generator) ? "POST / HTTP/1.1\r\nHost: a\r\n" : ""
            for _ in 0..<Int.random(in: 0...14, using: &generator) { text += parts.randomElement(using: &generator)! }
            _ = verdictOverAllCuts(latin1(text)) { requestVerdict($0) }
        }
    }

    @Test(arguments: [
        (HTTPParseError.badLineEnd, 400), (.bodyTooLarge, 413), (.requestLineTooLong, 414), (.unmetExpectation, 417), (.headTooLarge, 431),
        (.tooManyFields, 431), (.trailersTooLarge, 431), (.methodNotImplemented, 501), (.unknownTransferCoding, 501),
        (.unsupportedVersion, 505),
    ])
    func `has a status for each error`(error: HTTPParseError, status: Int) {
        #expect(error.status == status)
        #expect(String(describing: HTTPResponse.reasonPhrase(status)) != "")
    }
}

@Suite struct `HTTP headers` {
    @Test func `are found in any letter case, but only by letters`() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X": "1", "x": "2"]
        #expect(headers["content-TYPE"] == "a" && headers["Content\rType"] == nil && headers["Content-Typ"] == nil)
        headers.set("X", "3")
        #expect(headers.all("x") == ["3"])
        headers.remove("CONTENT-type")
        #expect(headers["Content-Type"] == nil && headers.fields.count == 1)
    }

    @Test func `cannot be used to bring in a further field`() {
        var headers = HTTPHeaders()
        headers.add("Location", "/a\r\nSet-Cookie: x\0\u{7F}é\t.")
        #expect(headers["Location"] == "/a  Set-Cookie: x  é\t.")
    }

    @Test func `are equal in any letter case of names, not of values or order`() {
        #expect(HTTPHeaders([("A", "1"), ("B", "2")]) == HTTPHeaders([("a", "1"), ("b", "2")]))
        #expect(HTTPHeaders([("A", "x")]) != HTTPHeaders([("A", "X")]))
        #expect(HTTPHeaders([("A", "1"), ("B", "2")]) != HTTPHeaders([("B", "2"), ("A", "1")]))
    }

    @Test func `are searched as lists`() {
        let headers: HTTPHeaders = ["Connection": " keep-alive ,\tUpgrade", "connection": "x"]
        #expect(headers.list("Connection", contains: "upgrade") && headers.list("connection", contains: "X"))
        #expect(
            !headers.list("Connection", contains: "keep") && !headers.list("Connection", contains: "")
                && !headers.list("Other", contains: "x"))
    }

    @Test func `give every known method its own case`() {
        for name in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            #expect(HTTPMethod(name).name == name && HTTPMethod(name) != .other(name))
        }
        #expect(HTTPMethod("get") == .other("get"))
    }
}
