// Where one request ends and the next begins, as a table: name, bytes, verdict. Every row is fed whole, byte by byte and cut
// everywhere. Limits and the rest of the parser are in `HTTPRequestParserTests`.

import Testing
import Wire

/// What a request parser says about bytes: requests as `METHOD path [authority] <body> close`, joined by ` | `, and at the end `…` for
/// an unfinished request or status and error.
func requestVerdict(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = .init()) -> String {
    var parser = HTTPRequestParser(limits: limits)
    var said: [String] = []
    for piece in pieces {
        parser.feed(piece)
        do {
            while let request = try parser.next() {
                var text = request.method.name + " " + request.path
                if let query = request.query { text += " ?" + query }
                if request.authority != "a" { text += " [" + request.authority + "]" }
                if !request.body.isEmpty { text += " <" + String(decoding: request.body, as: UTF8.self) + ">" }
                if !request.keepAlive { text += " close" }
                said.append(text)
            }
        } catch {
            said.append("\(error.status) \(error.rawValue)")
            return said.joined(separator: " | ")
        }
    }
    if !parser.isIdle { said.append("…") }
    return said.joined(separator: " | ")
}

@Suite struct `HTTP framing` {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: String
        let verdict: String
        init(_ name: String, _ bytes: String, _ verdict: String) { (self.name, self.bytes, self.verdict) = (name, bytes, verdict) }
        var testDescription: String { name }
    }

    /// A request with Host and these fields, each with its line end, then the rest.
    static func get(_ fields: String, _ rest: String = "") -> String { "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest }
    static func post(_ fields: String, _ rest: String = "") -> String { "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest }

    static let lines: [Row] = [
        Row("plain", get(""), "GET /"),
        Row("nothing", "", ""),
        Row("an unfinished line", "GET / HT", "…"),
        Row("an unfinished head", "GET / HTTP/1.1\r\nHost: a\r\n", "…"),
        Row("a query", "GET /p?x=1&y=%20?z HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p ?x=1&y=%20?z"),
        Row("an empty query", "GET /p? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p ?"),
        Row("a method of its own", "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n", "PURGE /"),
        Row("a method in lower case is another", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "get /"),
        Row("empty lines in front", "\r\n\r\n" + get(""), "GET /"),
        Row("too many empty lines in front", "\r\n\r\n\r\n\r\n\r\n" + get(""), "400 tooManyEmptyLines"),
        Row("two in one piece", get("") + get("Connection: close\r\n"), "GET / | GET / close"),
        Row("an empty line between two", get("") + "\r\n" + get(""), "GET / | GET /"),
        Row("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400 badLineEnd"),
        Row("bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400 badLineEnd"),
        Row("bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400 badLineEnd"),
        Row("bare LF in front", "\n" + get(""), "400 badLineEnd"),
        Row("bare CR in the request line", "GET /\rHTTP/1.1\r\nHost: a\r\n\r\n", "400 badLineEnd"),
        Row("bare CR in a field", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "400 badLineEnd"),
        Row("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400 badLineEnd"),
        Row("HTTP/0.9", "GET /\r\n", "400 badRequestLine"),
        Row("no target", "GET HTTP/1.1\r\n\r\n", "400 badRequestLine"),
        Row("only a word", "GET\r\n\r\n", "400 badRequestLine"),
        Row("two blanks before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("two blanks before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("a blank after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("a tab as separator", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", "400 badRequestLine"),
        Row("a blank in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 badMethod"),
        Row("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 badMethod"),
        Row("a TLS handshake", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}", "400 badMethod"),
        Row("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 unsupportedVersion"),
        Row("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 unsupportedVersion"),
        Row("HTTP/0.9 by name", "GET / HTTP/0.9\r\n\r\n", "505 unsupportedVersion"),
        Row("HTTP/1.2 is spoken to as 1.1", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET /"),
        Row("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("HTTP/1.", "GET / HTTP/1.\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("HTTP/1,1", "GET / HTTP/1,1\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("HTTPS/1.1", "GET / HTTPS/1.1\r\nHost: a\r\n\r\n", "400 badVersion"),
        Row("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "501 methodNotImplemented"),
        Row("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / [] close"),
        Row("HTTP/1.0 staying open", "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", "GET /"),
        Row("HTTP/1.1 closing, in a list", get("Connection: foo , CLOSE\r\n"), "GET / close"),
        Row("close wins over keep-alive", get("Connection: keep-alive\r\nConnection: close\r\n"), "GET / close"),
        Row("a Connection option that only begins with close", get("Connection: closed\r\n"), "GET /"),
    ]

    static let targets: [Row] = [
        Row("absolute", "GET http://b:80/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p ?q [b:80]"),
        Row("absolute, https, in capitals", "GET HTTPS://B/p HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p [B]"),
        Row("absolute without path", "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / [b]"),
        Row("absolute with only a query", "GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET / ?q [b]"),
        Row("absolute still needs Host", "GET http://b/ HTTP/1.1\r\n\r\n", "400 missingHost"),
        Row("absolute of another scheme", "GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("absolute without authority", "GET http:///p HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("absolute with a user", "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("absolute, scheme only", "GET http: HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("no leading slash", "GET p HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("host and port", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("asterisk for OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *"),
        Row("asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a NUL", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a byte beyond ASCII", "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("DEL", "GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a tab", "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("an angle bracket", "GET /<x> HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a backslash in the path", "GET /a\\..\\b HTTP/1.1\r\nHost: a\r\n\r\n", "400 badTarget"),
        Row("a bar and braces, which browsers send", "GET /a|b?{c}\\ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a|b ?{c}\\"),
        Row("no Host", "GET / HTTP/1.1\r\n\r\n", "400 missingHost"),
        Row("Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 repeatedHost"),
        Row("Host twice in other letters", "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", "400 repeatedHost"),
        Row("Host twice for HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 repeatedHost"),
        Row("Host as a list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "400 badHost"),
        Row("Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 badHost"),
        Row("Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 badHost"),
        Row("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 badHost"),
        Row("Host with letters for a port", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", "400 badHost"),
        Row("Host with a port too high", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", "400 badHost"),
        Row("Host with the highest port", "GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n", "GET / [a:65535]"),
        Row("Host as IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", "GET / [[::1]:8000]"),
        Row("Host as IPv6 without its bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400 badHost"),
        Row("Host as empty brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", "400 badHost"),
        Row("Host with a broken escape", "GET / HTTP/1.1\r\nHost: a%2\r\n\r\n", "400 badHost"),
        Row("Host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / []"),
    ]

    static let fields: [Row] = [
        Row("no blank after the colon, blanks after the value", get("X:y \t \r\n"), "GET /"),
        Row("an empty value", get("X:\r\n"), "GET /"),
        Row("bytes beyond ASCII in a value", get("X: \u{E9}\u{FF}\r\n"), "GET /"),
        Row("a folded field", get("X: a\r\n b\r\n"), "400 foldedField"),
        Row("a folded field with a tab", get("X: a\r\n\tb\r\n"), "400 foldedField"),
        Row("a blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400 foldedField"),
        Row("a blank before the colon", get("X : a\r\n"), "400 badFieldName"),
        Row("Content-Length with a blank before the colon", post("Content-Length : 3\r\n", "abc"), "400 badFieldName"),
        Row("Transfer-Encoding with a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), "400 badFieldName"),
        Row("no name", get(": a\r\n"), "400 badFieldName"),
        Row("no colon", get("X\r\n"), "400 badFieldName"),
        Row("a name that is no token", get("X(y): a\r\n"), "400 badFieldName"),
        Row("a name beyond ASCII", get("X\u{E9}: a\r\n"), "400 badFieldName"),
        Row("a NUL in a name", get("X\u{0}: a\r\n"), "400 badFieldName"),
        Row("a NUL in a value", get("X: a\u{0}b\r\n"), "400 badFieldValue"),
        Row("DEL in a value", get("X: a\u{7F}b\r\n"), "400 badFieldValue"),
        Row("a vertical tab around a value", get("X:\u{0B}a\r\n"), "400 badFieldValue"),
        Row("an unknown expectation", post("Expect: magic\r\nContent-Length: 1\r\n", "x"), "417 unmetExpectation"),
        Row("100-continue", post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"), "POST / <x>"),
    ]

    static let lengths: [Row] = [
        Row("a body", post("Content-Length: 3\r\n", "abc"), "POST / <abc>"),
        Row("a body, then a request", post("Content-Length: 3\r\n", "abc" + get("")), "POST / <abc> | GET /"),
        Row("an unfinished body", post("Content-Length: 3\r\n", "ab"), "…"),
        Row("a body for GET", get("Content-Length: 3\r\n", "abc"), "GET / <abc>"),
        Row("a body of no bytes", post("Content-Length: 0\r\n", get("")), "POST / | GET /"),
        Row("no length, no body", post("", get("")), "POST / | GET /"),
        Row("leading zeros", post("Content-Length: 0003\r\n", "abc"), "POST / <abc>"),
        Row("blanks around the length", post("Content-Length: \t 3 \t\r\n", "abc"), "POST / <abc>"),
        Row("another length", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), "400 repeatedContentLength"),
        Row("the same length twice", post("Content-Length: 3\r\ncontent-length: 3\r\n", "abc"), "400 repeatedContentLength"),
        Row("lengths in a list", post("Content-Length: 3, 3\r\n", "abc"), "400 repeatedContentLength"),
        Row("a plus sign", post("Content-Length: +3\r\n", "abc"), "400 badContentLength"),
        Row("a minus sign", post("Content-Length: -3\r\n", "abc"), "400 badContentLength"),
        Row("hexadecimal", post("Content-Length: 0x3\r\n", "abc"), "400 badContentLength"),
        Row("a fraction", post("Content-Length: 3.0\r\n", "abc"), "400 badContentLength"),
        Row("an exponent", post("Content-Length: 3e0\r\n", "abc"), "400 badContentLength"),
        Row("an empty length", post("Content-Length:\r\n", "abc"), "400 badContentLength"),
        Row("digits of another script", post("Content-Length: \u{D9}\u{A3}\r\n", "abc"), "400 badContentLength"),
        Row("a blank within", post("Content-Length: 3 3\r\n", "abc"), "400 badContentLength"),
        Row("over the limit", post("Content-Length: 1048577\r\n", ""), "413 bodyTooLarge"),
        Row("over 64 bits", post("Content-Length: 18446744073709551619\r\n", "abc"), "413 bodyTooLarge"),
        Row("a thousand digits", post("Content-Length: " + String(repeating: "9", count: 1_000) + "\r\n"), "413 bodyTooLarge"),
        Row(
            "a length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 lengthWithTransferCoding"),
        Row(
            "chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), "400 lengthWithTransferCoding"),
        Row("a length and an unknown coding", post("Transfer-Encoding: x\r\nContent-Length: 3\r\n", "abc"), "400 lengthWithTransferCoding"),
    ]

    static let codings: [Row] = [
        Row("chunks", post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "POST / <abcde>"),
        Row("chunks, then a request", post("Transfer-Encoding: ChunKed\r\n", "1\r\na\r\n0\r\n\r\n" + get("")), "POST / <a> | GET /"),
        Row("no chunk but the last", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), "POST /"),
        Row(
            "sizes in either case, with zeros",
            post("Transfer-Encoding: chunked\r\n", "00A\r\n0123456789\r\n00a\r\n0123456789\r\n000\r\n\r\n"), "POST / <01234567890123456789>"
        ),
        Row("unfinished chunks", post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n"), "…"),
        Row("extensions", post("Transfer-Encoding: chunked\r\n", "1;a;b=c ; d = \"e;\\\"f\"\r\nx\r\n0;last\r\n\r\n"), "POST / <x>"),
        Row(
            "trailers", post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 5\r\n\r\n" + get("")),
            "POST / <x> | GET /"),
        Row("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row(
            "chunked in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            "400 badTransferCoding"),
        Row("chunked not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row(
            "chunked not last, in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
            "400 badTransferCoding"),
        Row("gzip before chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "501 unknownTransferCoding"),
        Row("identity", post("Transfer-Encoding: identity\r\n", "abc"), "501 unknownTransferCoding"),
        Row("a name that only ends in chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "501 unknownTransferCoding"),
        Row("no coding", post("Transfer-Encoding:\r\n", "abc"), "400 badTransferCoding"),
        Row("a comma after chunked", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row("a comma before chunked", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row("chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row("chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), "400 badTransferCoding"),
        Row("chunked behind a vertical tab", post("Transfer-Encoding: \u{0B}chunked\r\n", "0\r\n\r\n"), "400 badFieldValue"),
        Row("chunked for HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 badTransferCoding"),
        Row("no size", post("Transfer-Encoding: chunked\r\n", "\r\n\r\n"), "400 badChunk"),
        Row("a size with a sign", post("Transfer-Encoding: chunked\r\n", "+1\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a negative size", post("Transfer-Encoding: chunked\r\n", "-1\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a size with 0x", post("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a size with letters after it", post("Transfer-Encoding: chunked\r\n", "1g\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a blank before the size", post("Transfer-Encoding: chunked\r\n", " 1\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a blank after the size", post("Transfer-Encoding: chunked\r\n", "1 \r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a size of 64 bits", post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\nx\r\n"), "413 bodyTooLarge"),
        Row("a size that wraps round", post("Transfer-Encoding: chunked\r\n", "10000000000000001\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a size over the limit", post("Transfer-Encoding: chunked\r\n", "100001\r\nx"), "413 bodyTooLarge"),
        Row("bare LF after the size", post("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n"), "400 badLineEnd"),
        Row("bare CR after the size", post("Transfer-Encoding: chunked\r\n", "1\rx\r\n0\r\n\r\n"), "400 badLineEnd"),
        Row("bare LF after the data", post("Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n\r\n"), "400 badLineEnd"),
        Row("data longer than the size", post("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n"), "400 badChunk"),
        Row("data shorter than the size", post("Transfer-Encoding: chunked\r\n", "3\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("bare LF in an extension", post("Transfer-Encoding: chunked\r\n", "1;a\nb\r\nx\r\n0\r\n\r\n"), "400 badLineEnd"),
        Row("an extension without a name", post("Transfer-Encoding: chunked\r\n", "1;\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("an extension without its value", post("Transfer-Encoding: chunked\r\n", "1;a=\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("an extension with an open quote", post("Transfer-Encoding: chunked\r\n", "1;a=\"b\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("an extension ending in a backslash", post("Transfer-Encoding: chunked\r\n", "1;a=\"b\\\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("an extension with a control byte", post("Transfer-Encoding: chunked\r\n", "1;a=\"\u{1}\"\r\nx\r\n0\r\n\r\n"), "400 badChunk"),
        Row("a folded trailer", post("Transfer-Encoding: chunked\r\n", "0\r\nA: b\r\n c\r\n\r\n"), "400 foldedField"),
        Row("a trailer that is none", post("Transfer-Encoding: chunked\r\n", "0\r\nGET / HTTP/1.1\r\n\r\n"), "400 badFieldName"),
        Row("bare LF after the trailers", post("Transfer-Encoding: chunked\r\n", "0\r\n\n"), "400 badLineEnd"),
    ]

    private func check(_ row: Row) {
        #expect(verdictOverAllCuts(latin1(row.bytes)) { requestVerdict($0) } == row.verdict)
    }

    @Test(arguments: lines) func `of request lines and versions`(row: Row) { check(row) }
    @Test(arguments: targets) func `of targets and hosts`(row: Row) { check(row) }
    @Test(arguments: fields) func `of header fields`(row: Row) { check(row) }
    @Test(arguments: lengths) func `of bodies with a length`(row: Row) { check(row) }
    @Test(arguments: codings) func `of bodies in chunks`(row: Row) { check(row) }
}
