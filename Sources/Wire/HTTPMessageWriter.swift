// Messages to bytes. Framing is decided here, from the body that is there, and never from fields somebody set.

/// Appends whole messages to a buffer.
///
/// Content-Length, Transfer-Encoding and, but for a switch of protocols, Connection come from the writer; such fields in a message
/// are left out.
package enum HTTPMessageWriter {
    /// Appends the answer to a request with `method`: an answer to HEAD tells the length and keeps the body back.
    package static func append(
        _ response: HTTPResponse, to bytes: inout [UInt8], answering method: HTTPMethod = .get, minorVersion: Int = 1,
        keepAlive: Bool = true
    ) {
        append("HTTP/1.1 ", to: &bytes)
        append(response.status, to: &bytes)
        bytes.append(0x20)
        HTTPResponse.reasonPhrase(response.status).withUTF8Buffer { bytes.append(contentsOf: $0) }
        endLine(&bytes)
        append(response.headers, keepingConnection: response.status == 101, to: &bytes)
        let bodiless = HTTPResponse.isBodiless(response.status)
        if !bodiless { appendLength(response.body.count, to: &bytes) }
        if response.status >= 200 {
            if !keepAlive {
                append("Connection: close\r\n", to: &bytes)
            } else if minorVersion == 0 {
                append("Connection: keep-alive\r\n", to: &bytes)
            }
        }
        endLine(&bytes)
        if !bodiless && method != .head { bytes.append(contentsOf: response.body) }
    }

    /// Appends a request; the Host field is added from its authority when missing. A target with blanks or control bytes traps.
    package static func append(_ request: HTTPRequest, to bytes: inout [UInt8]) {
        precondition(HTTPGrammar.isToken(request.method.name), "a method is a token")
        precondition(
            !request.target.isEmpty && request.target.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a target is visible ASCII")
        bytes.append(contentsOf: request.method.name.utf8)
        bytes.append(0x20)
        bytes.append(contentsOf: request.target.utf8)
        append(" HTTP/1.", to: &bytes)
        append(min(1, request.minorVersion), to: &bytes)
        endLine(&bytes)
        if request.headers["Host"] == nil { append("Host", HTTPGrammar.fieldValue(request.authority), to: &bytes) }
        let switches = request.headers["Upgrade"] != nil
        append(request.headers, keepingConnection: switches, to: &bytes)
        let takesBody = request.method == .post || request.method == .put || request.method == .patch
        if takesBody || !request.body.isEmpty { appendLength(request.body.count, to: &bytes) }
        if !switches {
            if !request.keepAlive {
                append("Connection: close\r\n", to: &bytes)
            } else if request.minorVersion == 0 {
                append("Connection: keep-alive\r\n", to: &bytes)
            }
        }
        endLine(&bytes)
        bytes.append(contentsOf: request.body)
    }

    private static func append(_ headers: HTTPHeaders, keepingConnection: Bool, to bytes: inout [UInt8]) {
        for (name, value) in headers.fields {
            if HTTPGrammar.equalIgnoringCase(name, "Content-Length") || HTTPGrammar.equalIgnoringCase(name, "Transfer-Encoding") {
                continue
            }
            if !keepingConnection && HTTPGrammar.equalIgnoringCase(name, "Connection") { continue }
            append(name, value, to: &bytes)
        }
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        append(": ", to: &bytes)
        bytes.append(contentsOf: value.utf8)
        endLine(&bytes)
    }

    private static func appendLength(_ count: Int, to bytes: inout [UInt8]) {
        append("Content-Length: ", to: &bytes)
        append(count, to: &bytes)
        endLine(&bytes)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) { bytes.append(contentsOf: String(number).utf8) }
    private static func append(_ text: StaticString, to bytes: inout [UInt8]) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    private static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}
