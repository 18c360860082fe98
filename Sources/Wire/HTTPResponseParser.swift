// Bytes to responses: the client's side of `HTTPRequestParser`, with the same strictness.

/// Responses of one connection, in the order of the requests; resumable at any byte.
///
/// Interim responses (`100 Continue` and its like) are passed over; `101` is a final one, after which `takeRemainder()` has the first
/// bytes of the other protocol.
package struct HTTPResponseParser: ByteFeed, Sendable {
    private enum State: Sendable {
        case statusLine
        case fields(status: Int, minorVersion: Int, HTTPFieldSection)
        case body(HTTPResponse, HTTPBodyReader)
        case failed(HTTPParseError)
    }

    package let limits: HTTPLimits
    private var lines = HTTPLines()
    private var state = State.statusLine
    private var interim = 0

    /// Whether the connection may carry another request after the response given last.
    package private(set) var keepAlive = true

    package init(limits: HTTPLimits = .init()) { self.limits = limits }

    package mutating func feed(_ bytes: Span<UInt8>) {
        if case .failed = state { return }
        lines.queue.append(bytes)
    }

    /// Whether nothing of a further response has come in.
    package var isIdle: Bool {
        if case .statusLine = state { lines.queue.isEmpty && interim == 0 } else { false }
    }

    package mutating func takeRemainder() -> [UInt8] {
        defer { lines = HTTPLines() }
        return lines.queue.takeAll()
    }

    /// The response to a request with `method`, which decides whether it has a body; nothing until it is whole.
    package mutating func next(answering method: HTTPMethod = .get) throws(HTTPParseError) -> HTTPResponse? {
        do {
            return try advance(answering: method)
        } catch {
            fail(error)
            throw error
        }
    }

    /// To be called when the connection closed: the response whose body ends with it, nothing between responses, otherwise `truncated`.
    package mutating func finish(answering method: HTTPMethod = .get) throws(HTTPParseError) -> HTTPResponse? {
        if let response = try next(answering: method) { return response }
        if case .body(var response, let reader) = state, reader.endsWithConnection {
            response.body = reader.body
            state = .statusLine
            return response
        }
        if isIdle { return nil }
        fail(.truncated)
        throw .truncated
    }

    private mutating func fail(_ error: HTTPParseError) {
        state = .failed(error)
        lines = HTTPLines()
        keepAlive = false
    }

    private mutating func advance(answering method: HTTPMethod) throws(HTTPParseError) -> HTTPResponse? {
        while true {
            switch state {
            case .failed(let error):
                throw error
            case .statusLine:
                guard let length = try lines.lineLength(limit: limits.requestLineBytes, overflow: .statusLineTooLong) else { return nil }
                let (status, minorVersion) = try HTTPResponseParser.statusLine(lines.queue.prefix(length))
                lines.dropLine(length)
                state = .fields(status: status, minorVersion: minorVersion, HTTPFieldSection(bytesBefore: length + 2))
            case .fields(let status, let minorVersion, var section):
                state = .statusLine
                let done = try section.read(
                    from: &lines, bytesLimit: limits.headBytes, fieldsLimit: limits.headerFields, overflow: .headTooLarge, keeping: true)
                guard done else {
                    state = .fields(status: status, minorVersion: minorVersion, section)
                    return nil
                }
                if status < 200 && status != 101 {
                    interim += 1
                    guard interim <= limits.interimResponses else { throw .tooManyInterimResponses }
                    continue
                }
                interim = 0
                let response = HTTPResponse(status: status, headers: section.takeHeaders())
                keepAlive = response.headers.keepsAlive(minorVersion: minorVersion)
                // A length in an answer without a body tells what the body would have been: it is not looked at.
                if HTTPResponse.isBodiless(status) || method == .head { return response }
                switch try HTTPBodyLength(response.headers, minorVersion: minorVersion, limits: limits) {
                case .bytes(0): return response
                case .bytes(let count): state = .body(response, .counted(count))
                case .chunked: state = .body(response, .chunked())
                case .none:
                    keepAlive = false
                    state = .body(response, .untilClose())
                }
            case .body(var response, var reader):
                state = .statusLine
                guard try reader.read(from: &lines, limits: limits) else {
                    state = .body(response, reader)
                    return nil
                }
                response.body = reader.body
                return response
            }
        }
    }

    /// `HTTP/1.x SP status SP phrase`; servers that leave out an empty phrase leave out its blank too.
    private static func statusLine(_ line: ArraySlice<UInt8>) throws(HTTPParseError) -> (status: Int, minorVersion: Int) {
        guard line.count >= 12, line[line.startIndex + 8] == 0x20 else { throw .badStatusLine }
        let minorVersion = try HTTPTarget.minorVersion(line.prefix(8))
        let digits = line.dropFirst(9).prefix(3)
        let phrase = line.dropFirst(12)
        guard digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), phrase.isEmpty || phrase.first == 0x20,
            phrase.allSatisfy(HTTPGrammar.isValueByte)
        else { throw .badStatusLine }
        let status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard status >= 100 else { throw .badStatusLine }
        return (status, minorVersion)
    }
}
