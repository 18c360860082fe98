// Responses in both directions: the client's parser, and the writer whose output it and the request parser read back.

import Testing
import Wire

@Suite struct `The response parser` {
    /// Statuses with bodies, ` close` where the connection ends, `…` when unfinished, or the error. The last piece is followed by the
    /// end of the connection when `closing`.
    private func verdict(
        _ text: String, to method: HTTPMethod = .get, closing: Bool = false, limits: HTTPLimits = .init(),
        _ sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        verdictOverAllCuts(latin1(text), sourceLocation) { pieces in
            var parser = HTTPResponseParser(limits: limits)
            var said: [String] = []
            func note(_ response: HTTPResponse) {
                let body = response.body.isEmpty ? "" : " <" + String(decoding: response.body, as: UTF8.self) + ">"
                said.append("\(response.status)\(body)\(parser.keepAlive ? "" : " close")")
            }
            do throws(HTTPParseError) {
                for piece in pieces {
                    parser.feed(piece)
                    while let response = try parser.next(answering: method) { note(response) }
                }
                if closing {
                    if let response = try parser.finish(answering: method) { note(response) }
                } else if !parser.isIdle {
                    said.append("…")
                }
            } catch {
                said.append(error.rawValue)
            }
            return said.joined(separator: " | ")
        }
    }

    @Test func `reads bodies with a length, in chunks, and up to the end`() {
        #expect(verdict("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab") == "200 <ab>")
        #expect(
            verdict("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx") == "200 | 404 <x>")
        #expect(verdict("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\nT: x\r\n\r\n") == "200 <ab>")
        #expect(verdict("HTTP/1.1 200 OK\r\n\r\nabc") == "…")
        #expect(verdict("HTTP/1.1 200 OK\r\n\r\nabc", closing: true) == "200 <abc> close")
        #expect(verdict("HTTP/1.1 200 OK\r\n\r\n", closing: true) == "200 close")
    }

    @Test func `knows which answers have no body`() {
        #expect(verdict("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", to: .head) == "200")
        #expect(verdict("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == "204 | 304")
        #expect(verdict("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", to: .head) == "200")
    }

    @Test func `passes over interim responses, up to a limit`() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        #expect(verdict(interim + "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n") == "204")
        var limits = HTTPLimits()
        limits.interimResponses = 2
        #expect(verdict(interim + interim + "HTTP/1.1 204 No Content\r\n\r\n", limits: limits) == "204")
        #expect(verdict(interim + interim + interim, limits: limits) == "tooManyInterimResponses")
        #expect(verdict(interim, closing: true) == "truncated")
    }

    @Test func `hands over what follows a switch of protocols`() throws {
        var parser = HTTPResponseParser()
        parser.feed(latin1("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{81}\u{01}x"))
        #expect(try parser.next()?.status == 101)
        #expect(parser.takeRemainder() == [0x81, 0x01, 0x78])
    }

    @Test func `says whether the connection may be used again`() {
        #expect(verdict("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na") == "200 <a> close")
        #expect(verdict("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na") == "200 <a> close")
        #expect(verdict("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na") == "200 <a>")
    }

    @Test func `takes status lines with and without a phrase`() {
        for line in ["HTTP/1.1 204 ", "HTTP/1.1 204", "HTTP/1.1 204 No \u{E9} \tContent"] { #expect(verdict(line + "\r\n\r\n") == "204") }
        for line in [
            "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 x", "HTTP/1.1  200 OK", "HTTP/1.1 20x OK", "HTTP/1.1 200OK",
            "ICY 200 OK and more",
            "HTTP/1.1 200 a\u{1}", "",
        ] {
            #expect(verdict(line + "\r\n\r\n") == "badStatusLine", "\(line)")
        }
        #expect(verdict("HTTQ/1.1 200 OK\r\n\r\n") == "badVersion")
        #expect(verdict("HTTP/2.0 200 OK\r\n\r\n") == "unsupportedVersion")
    }

    @Test func `refuses what two readers could understand in two ways`() {
        #expect(verdict("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab") == "repeatedContentLength")
        #expect(
            verdict("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "lengthWithTransferCoding")
        #expect(verdict("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n") == "foldedField")
        #expect(verdict("HTTP/1.1 200 OK\nX: a\r\n\r\n") == "badLineEnd")
    }

    @Test func `says when the connection ended too early, and nothing when it ended between responses`() {
        #expect(verdict("", closing: true) == "")
        #expect(verdict("HTTP/1.1 204 No Content\r\n\r\n", closing: true) == "204")
        for text in [
            "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
        ] {
            #expect(verdict(text, closing: true) == "truncated")
        }
    }

    @Test func `keeps to its limits`() {
        var limits = HTTPLimits()
        limits.bodyBytes = 3
        #expect(verdict("HTTP/1.1 200 OK\r\n\r\nabc", closing: true, limits: limits) == "200 <abc> close")
        #expect(verdict("HTTP/1.1 200 OK\r\n\r\nabcd", closing: true, limits: limits) == "bodyTooLarge")
        #expect(verdict("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", limits: limits) == "bodyTooLarge")
        limits.requestLineBytes = 15
        #expect(verdict("HTTP/1.1 204 abcdef\r\n\r\n", limits: limits) == "statusLineTooLong")
        limits.headerFields = 1
        #expect(verdict("HTTP/1.1 204\r\nA: b\r\nC: d\r\n\r\n", limits: limits) == "tooManyFields")
    }

    @Test func `repeats its error`() {
        var parser = HTTPResponseParser()
        parser.feed(latin1("HTTP/1.1 nonsense\r\n"))
        #expect(throws: HTTPParseError.badStatusLine) { try parser.next() }
        #expect(throws: HTTPParseError.badStatusLine) { try parser.next() }
        #expect(throws: HTTPParseError.badStatusLine) { try parser.finish() }
        #expect(!parser.keepAlive)
    }
}

@Suite struct `The message writer` {
    private func text(
        _ response: HTTPResponse, answering method: HTTPMethod = .get, minorVersion: Int = 1, keepAlive: Bool = true
    ) -> String {
        var bytes: [UInt8] = []
        HTTPMessageWriter.append(response, to: &bytes, answering: method, minorVersion: minorVersion, keepAlive: keepAlive)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `frames responses itself`() {
        let lying: HTTPHeaders = ["A": "b", "Content-Length": "9", "transfer-encoding": "chunked", "Connection": "x"]
        let response = HTTPResponse(status: 200, headers: lying, body: Array("ok".utf8))
        #expect(text(response) == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nok")
        #expect(text(response, answering: .head) == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\n")
        #expect(text(response, keepAlive: false) == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        #expect(text(response, minorVersion: 0) == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok")
    }

    @Test func `gives no length where there is never a body`() {
        #expect(text(HTTPResponse(status: 204, body: [1])) == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(text(HTTPResponse(status: 304)) == "HTTP/1.1 304 Not Modified\r\n\r\n")
        #expect(text(HTTPResponse(status: 100), keepAlive: false) == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(text(HTTPResponse(status: 299)) == "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `lets a switch of protocols keep its Connection field`() {
        let headers: HTTPHeaders = ["Upgrade": "websocket", "Connection": "Upgrade"]
        #expect(
            text(HTTPResponse(status: 101, headers: headers))
                == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    }

    @Test func `writes requests that are read back the same`() throws {
        var generator = SeededGenerator(for: "requests read back")
        for _ in 0..<300 {
            var headers: HTTPHeaders = ["Host": "h:\(Int.random(in: 0...65_535, using: &generator))"]
            for number in 0..<Int.random(in: 0...8, using: &generator) {
                headers.add("X-\(number)", String(generator.text(upTo: 12).filter { !$0.isWhitespace }))
            }
            var request = HTTPRequest(
                method: [.get, .post, .put, .delete, .other("PURGE")].randomElement(using: &generator)!,
                target: "/" + URLText.encode(component: generator.text(upTo: 10)) + "?q="
                    + URLText.encode(component: generator.text(upTo: 10)),
                headers: headers, body: generator.bytes(Int.random(in: 0...40, using: &generator)))
            request.keepAlive = Bool.random(using: &generator)
            var bytes: [UInt8] = []
            HTTPMessageWriter.append(request, to: &bytes)
            var parser = HTTPRequestParser()
            for piece in pieces(of: bytes, size: Int.random(in: 1...50, using: &generator)) { parser.feed(piece) }
            let read = try #require(try parser.next())
            #expect(
                read.method == request.method && read.target == request.target && read.path == request.path && read.query == request.query)
            #expect(read.body == request.body && read.keepAlive == request.keepAlive && read.authority == request.authority)
            #expect(read.headers.fields.prefix(headers.fields.count).elementsEqual(headers.fields, by: ==))
            #expect(parser.isIdle)
        }
    }

    @Test func `writes responses that are read back the same`() throws {
        var generator = SeededGenerator(for: "responses read back")
        for _ in 0..<300 {
            let status = [200, 201, 204, 304, 400, 404, 500, 599].randomElement(using: &generator)!
            let body = HTTPResponse.isBodiless(status) ? [] : generator.bytes(Int.random(in: 0...40, using: &generator))
            let keepAlive = Bool.random(using: &generator)
            var bytes: [UInt8] = []
            HTTPMessageWriter.append(HTTPResponse(status: status, headers: ["A": "b"], body: body), to: &bytes, keepAlive: keepAlive)
            var parser = HTTPResponseParser()
            for piece in pieces(of: bytes, size: Int.random(in: 1...50, using: &generator)) { parser.feed(piece) }
            let read = try #require(try parser.next())
            #expect(
                read.status == status && read.body == body && read.headers["A"] == "b" && parser.keepAlive == keepAlive && parser.isIdle)
        }
    }

    @Test func `adds a Host field to a request without one`() {
        var request = HTTPRequest(method: .post, target: "/")
        request.authority = "b"
        var bytes: [UInt8] = []
        HTTPMessageWriter.append(request, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n")
    }
}
