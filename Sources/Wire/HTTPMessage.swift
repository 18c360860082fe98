// One HTTP request and one response as values. `HTTPRequestParser` and `HTTPResponseParser` make them from bytes,
// `HTTPMessageWriter` turns them into bytes.

/// What a request asks to be done; names are case-sensitive.
package enum HTTPMethod: Hashable, Sendable {
    case get, head, post, put, patch, delete, options
    case other(String)

    /// A method's name as on the wire; one of the seven always comes out as its own case.
    package init(_ name: String) {
        self =
            switch name {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "PATCH": .patch
            case "DELETE": .delete
            case "OPTIONS": .options
            default: .other(name)
            }
    }

    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}

/// One request, whole.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    /// As sent: `/a?b`, `http://host/a?b` or `*`.
    package var target: String
    /// What stands before the `?`, still percent-encoded; begins with `/`, or is `*`.
    package var path: String
    /// What stands after the first `?`; nothing without one.
    package var query: String?
    /// Host and port the request is for: of an absolute target, otherwise of the Host field; empty when neither names one.
    package var authority: String
    /// 0 or 1; a higher one counts as 1.
    package var minorVersion: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Set by the server; empty in the parser.
    package var remoteAddress = ""
    /// Whether the client lets the connection stay open after the answer.
    package var keepAlive: Bool

    /// A request made by hand: path, query and authority are taken from `target`, which is in origin form, and the Host field.
    package init(
        method: HTTPMethod = .get, target: String, minorVersion: Int = 1, headers: HTTPHeaders = .init(), body: [UInt8] = [],
        keepAlive: Bool = true
    ) {
        self.method = method
        self.target = target
        (path, query) = HTTPRequest.split(target)
        authority = headers["Host"] ?? ""
        self.minorVersion = minorVersion
        self.headers = headers
        self.body = body
        self.keepAlive = keepAlive
    }

    /// For the parser: authority of an absolute target, and the rest of it.
    init(method: HTTPMethod, target: String, originForm: String, authority: String, minorVersion: Int) {
        self.method = method
        self.target = target
        (path, query) = HTTPRequest.split(originForm)
        self.authority = authority
        self.minorVersion = minorVersion
        headers = HTTPHeaders()
        body = []
        keepAlive = minorVersion >= 1
    }

    /// Whether the client waits for `100 Continue` before it sends the body; a client of HTTP/1.0 cannot.
    package var expectsContinue: Bool { minorVersion >= 1 && headers.list("Expect", contains: "100-continue") }

    private static func split(_ originForm: String) -> (path: String, query: String?) {
        guard let mark = originForm.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (originForm, nil) }
        return (String(originForm[..<mark]), String(originForm[originForm.utf8.index(after: mark)...]))
    }
}

/// One answer, whole.
package struct HTTPResponse: Sendable {
    /// 100 to 999.
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = .init(), body: [UInt8] = []) {
        precondition((100...999).contains(status), "a status has three digits")
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether an answer of this status never has a body, whatever its headers say.
    package static func isBodiless(_ status: Int) -> Bool { status < 200 || status == 204 || status == 304 }

    /// The phrase RFC 9110 and its neighbours give a status; empty for others.
    package static func reasonPhrase(_ status: Int) -> StaticString {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: ""
        }
    }
}
