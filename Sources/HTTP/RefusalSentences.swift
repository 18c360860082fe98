// What a client reads about a request that the server cannot take: a sentence that says what to change.

import Wire

extension HTTPParseError {
    /// What is wrong, for whoever wrote the client.
    var sentence: String {
        switch self {
        case .bodyTooLarge: "The body is longer than this server takes."
        case .requestLineTooLong: "The request line is longer than this server takes."
        case .headTooLarge, .tooManyFields, .trailersTooLarge: "The header fields are more than this server takes."
        case .unmetExpectation: "The only expectation this server meets is 100-continue."
        case .methodNotImplemented: "The method is not known here."
        case .unknownTransferCoding: "The only transfer coding understood here is chunked."
        case .unsupportedVersion: "This server speaks HTTP/1.1 and HTTP/1.0."
        case .missingHost, .repeatedHost, .badHost: "The request needs exactly one valid Host field."
        case .badContentLength, .repeatedContentLength, .lengthWithTransferCoding, .badTransferCoding:
            "The length of the body is not told in one valid way."
        case .badChunk, .chunkLineTooLong, .chunkExtensionsTooLong: "The chunked body is malformed."
        default: "The request is not valid HTTP."
        }
    }
}

extension WebSocketRefusal {
    var sentence: String {
        switch self {
        case .notAnUpgrade: "This address is a WebSocket: ask for it with Upgrade: websocket."
        case .wrongVersion: "Version 13 of WebSocket is spoken here."
        case .badKey: "The Sec-WebSocket-Key field is not 16 bytes of base64."
        }
    }
}
