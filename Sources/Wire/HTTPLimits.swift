// What a message may use at most, and every way in which one can be wrong.

/// Limits of one HTTP/1.1 message; each has its own error.
package struct HTTPLimits: Sendable {
    /// Request line or status line, without its line end.
    package var requestLineBytes = 8_192
    /// First line and all fields, line ends included.
    package var headBytes = 16_384
    package var headerFields = 100
    package var methodBytes = 32
    package var bodyBytes = 1 << 20
    /// Empty lines before a request, which old clients send after a body.
    package var leadingEmptyLines = 4
    /// One line with a chunk's size and extensions.
    package var chunkLineBytes = 256
    /// All extensions of one body; they are dropped.
    package var chunkExtensionBytes = 1_024
    /// All fields after a chunked body; they are dropped.
    package var trailerBytes = 4_096
    package var trailerFields = 32
    /// Responses such as `100 Continue` before the real one.
    package var interimResponses = 8

    package init() {}
}

/// Why a message was not read; after one the connection cannot be used further.
package enum HTTPParseError: String, Error, Sendable {
    case badLineEnd, tooManyEmptyLines
    case badRequestLine, badMethod, badTarget, badVersion
    case methodNotImplemented, unsupportedVersion, requestLineTooLong
    case foldedField, badFieldName, badFieldValue
    case headTooLarge, tooManyFields
    case missingHost, repeatedHost, badHost
    case badContentLength, repeatedContentLength, lengthWithTransferCoding
    case badTransferCoding, unknownTransferCoding
    case badChunk, chunkLineTooLong, chunkExtensionsTooLong
    case trailersTooLarge, bodyTooLarge
    case unmetExpectation
    case badStatusLine, statusLineTooLong, tooManyInterimResponses, truncated

    /// The status that answers a request with this error.
    package var status: Int {
        switch self {
        case .bodyTooLarge: 413
        case .requestLineTooLong: 414
        case .unmetExpectation: 417
        case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
        case .methodNotImplemented, .unknownTransferCoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }
}
