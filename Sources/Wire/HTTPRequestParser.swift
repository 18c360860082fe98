// Bytes to requests, to the letter of RFC 9112 where a server is concerned. The other direction is `HTTPMessageWriter`, a
// client's side is `HTTPResponseParser`; targets and hosts are in `HTTPTarget`.

/// Requests of one connection, one after another; resumable at any byte.
///
/// Feed what came in, then ask `next()` until it gives nothing. What belongs to later requests stays inside. After an error every call
/// throws the same one again, and the bytes are forgotten.
package struct HTTPRequestParser: ByteFeed, Sendable {
    private enum State: Sendable {
        case requestLine, fields, body
        case failed(HTTPParseError)
    }

    package let limits: HTTPLimits
    private var lines = HTTPLines()
    private var state = State.requestLine
    /// The request being read, from its request line on.
    private var request: HTTPRequest?
    private var section = HTTPFieldSection(bytesBefore: 0)
    private var reader: HTTPBodyReader?
    private var emptyLines = 0
    private var continueAcknowledged = false

    package init(limits: HTTPLimits = .init()) { self.limits = limits }

    package mutating func feed(_ bytes: Span<UInt8>) {
        if case .failed = state { return }
        lines.queue.append(bytes)
    }

    /// Bytes held for requests that are not complete or not asked for yet; a body in progress is not counted.
    package var bufferedBytes: Int { lines.queue.count }

    /// Whether nothing of a further request has come in.
    package var isIdle: Bool {
        if case .requestLine = state { lines.queue.isEmpty } else { false }
    }

    /// Whether a head is complete and its body is not.
    package var awaitingBody: Bool { pendingHead != nil }

    /// The request whose body is awaited, still without it.
    package var pendingHead: HTTPRequest? {
        if case .body = state { request } else { nil }
    }

    /// Whether the client holds the body back until it reads `100 Continue`; false again once told or once the body comes anyway.
    package var expectsContinue: Bool {
        guard case .body = state, !continueAcknowledged, let request, let reader else { return false }
        return request.expectsContinue && reader.body.isEmpty && lines.queue.isEmpty
    }

    /// To be called when `100 Continue` was sent.
    package mutating func acknowledgeContinue() { continueAcknowledged = true }

    /// What came in after the last request: the first bytes of the protocol the connection was switched to.
    package mutating func takeRemainder() -> [UInt8] {
        defer { lines = HTTPLines() }
        return lines.queue.takeAll()
    }

    /// The next whole request; nothing until its last byte has come in.
    package mutating func next() throws(HTTPParseError) -> HTTPRequest? {
        do {
            return try advance()
        } catch {
            self = HTTPRequestParser(limits: limits)
            state = .failed(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTPParseError) -> HTTPRequest? {
        while true {
            switch state {
            case .failed(let error):
                throw error
            case .requestLine:
                guard try readRequestLine() else { return nil }
            case .fields:
                guard
                    try section.read(
                        from: &lines, bytesLimit: limits.headBytes, fieldsLimit: limits.headerFields, overflow: .headTooLarge, keeping: true
                    )
                else { return nil }
                reader = try finishHead()
                if reader == nil { return finished() }
                state = .body
            case .body:
                guard try reader?.read(from: &lines, limits: limits) == true else { return nil }
                request?.body = reader?.body ?? []
                return finished()
            }
        }
    }

    /// Gives the request away and is ready for the next.
    private mutating func finished() -> HTTPRequest? {
        state = .requestLine
        reader = nil
        return request.take()
    }

    /// Takes the request line; false until it is whole.
    private mutating func readRequestLine() throws(HTTPParseError) -> Bool {
        while true {
            // Bytes that cannot begin a request (a TLS handshake, say) are refused before a line end comes.
            if !lines.queue.isEmpty {
                let first = lines.queue[0]
                guard HTTPGrammar.isTokenByte(first) || first == 0x0D || first == 0x0A else { throw .badMethod }
            }
            guard let length = try lines.lineLength(limit: limits.requestLineBytes, overflow: .requestLineTooLong) else { return false }
            if length == 0 {
                emptyLines += 1
                guard emptyLines <= limits.leadingEmptyLines else { throw .tooManyEmptyLines }
                lines.dropLine(0)
                continue
            }
            request = try requestLine(lines.queue.prefix(length))
            lines.dropLine(length)
            emptyLines = 0
            continueAcknowledged = false
            section = HTTPFieldSection(bytesBefore: length + 2)
            state = .fields
            return true
        }
    }

    /// `method SP target SP version`, with single blanks.
    private func requestLine(_ line: ArraySlice<UInt8>) throws(HTTPParseError) -> HTTPRequest {
        guard let firstBlank = line.firstIndex(of: 0x20) else { throw .badRequestLine }
        let method = line[..<firstBlank]
        guard !method.isEmpty, method.allSatisfy(HTTPGrammar.isTokenByte) else { throw .badMethod }
        guard method.count <= limits.methodBytes else { throw .methodNotImplemented }
        let rest = line[(firstBlank + 1)...]
        // Without a version it is HTTP/0.9.
        guard let secondBlank = rest.firstIndex(of: 0x20) else { throw .badRequestLine }
        let target = rest[..<secondBlank]
        let minorVersion = try HTTPTarget.minorVersion(rest[(secondBlank + 1)...])
        // A proxy's method: there is no tunnel here, and its target has a form of its own.
        guard !method.elementsEqual("CONNECT".utf8) else { throw .methodNotImplemented }
        let known = HTTPMethod(String(decoding: method, as: UTF8.self))
        let parsed = try HTTPTarget(target, isOptions: known == .options)
        return HTTPRequest(
            method: known, target: parsed.text, originForm: parsed.originForm, authority: parsed.authority, minorVersion: minorVersion)
    }

    /// Checks what the fields say about host, length and connection; the body's reader unless there is no body.
    private mutating func finishHead() throws(HTTPParseError) -> HTTPBodyReader? {
        let headers = section.takeHeaders()
        let minorVersion = request?.minorVersion ?? 1
        let hosts = headers.all("Host")
        guard hosts.count <= 1 else { throw .repeatedHost }
        if let host = hosts.first {
            guard HTTPTarget.isHost(host.utf8) else { throw .badHost }
            // An absolute target names the host; the field is then ignored (RFC 9112, 3.2.2).
            if request?.authority.isEmpty == true { request?.authority = host }
        } else if minorVersion >= 1 {
            throw .missingHost
        }
        let length = try HTTPBodyLength(headers, minorVersion: minorVersion, limits: limits)
        if minorVersion >= 1 {
            for value in headers.all("Expect") where !HTTPGrammar.equalIgnoringCase(value, "100-continue") {
                throw .unmetExpectation
            }
        }
        request?.keepAlive = headers.keepsAlive(minorVersion: minorVersion)
        request?.headers = headers
        switch length {
        case .none, .bytes(0): return nil
        case .bytes(let count): return .counted(count)
        case .chunked: return .chunked()
        }
    }
}

extension HTTPHeaders {
    /// What the Connection field means for a message of that version.
    func keepsAlive(minorVersion: Int) -> Bool {
        if list("Connection", contains: "close") { return false }
        return minorVersion >= 1 || list("Connection", contains: "keep-alive")
    }
}
