// How an HTTP/1.1 connection becomes a WebSocket (RFC 6455, 4). SHA-1 is handed in: this room computes no hashes.

/// Why a request cannot open a WebSocket.
package enum WebSocketRefusal: String, Error, Sendable {
    case notAnUpgrade, wrongVersion, badKey

    /// 426 asks for version 13, by a Sec-WebSocket-Version field in the answer.
    package var status: Int { self == .wrongVersion ? 426 : 400 }
}

package enum WebSocketHandshake {
    package typealias SHA1 = ([UInt8]) -> [UInt8]

    /// The value of Sec-WebSocket-Accept that answers a key.
    package static func accept(key: String, sha1: SHA1) -> String {
        Base64.encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// The key of a request that asks for a WebSocket.
    package static func key(of request: HTTPRequest) throws(WebSocketRefusal) -> String {
        guard request.method == .get, request.minorVersion >= 1, request.headers.list("Upgrade", contains: "websocket"),
            request.headers.list("Connection", contains: "upgrade")
        else { throw .notAnUpgrade }
        guard request.headers.all("Sec-WebSocket-Version") == ["13"] else { throw .wrongVersion }
        let keys = request.headers.all("Sec-WebSocket-Key")
        guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else { throw .badKey }
        return keys[0]
    }

    /// The answer that opens the WebSocket; `subprotocol` is one of those the client offered.
    package static func response(key: String, subprotocol: String? = nil, sha1: SHA1) -> HTTPResponse {
        var headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept(key: key, sha1: sha1),
        ]
        if let subprotocol { headers.add("Sec-WebSocket-Protocol", subprotocol) }
        return HTTPResponse(status: 101, headers: headers)
    }

    /// A client's request; `nonce` is 16 fresh random bytes, and `headers` may add more.
    package static func request(target: String, authority: String, nonce: [UInt8], headers: HTTPHeaders = .init()) -> HTTPRequest {
        precondition(nonce.count == 16, "a nonce is 16 bytes")
        var all: HTTPHeaders = ["Host": authority, "Upgrade": "websocket", "Connection": "Upgrade"]
        all.add("Sec-WebSocket-Version", "13")
        all.add("Sec-WebSocket-Key", Base64.encode(nonce))
        for (name, value) in headers.fields { all.add(name, value) }
        return HTTPRequest(target: target, headers: all)
    }

    /// Whether a response opens the WebSocket that was asked for with `nonce`, without an extension, which was not asked for.
    package static func isAccepted(_ response: HTTPResponse, nonce: [UInt8], sha1: SHA1) -> Bool {
        response.status == 101 && response.headers.list("Upgrade", contains: "websocket")
            && response.headers.list("Connection", contains: "upgrade")
            && response.headers.all("Sec-WebSocket-Accept") == [accept(key: Base64.encode(nonce), sha1: sha1)]
            && response.headers["Sec-WebSocket-Extensions"] == nil
    }
}
