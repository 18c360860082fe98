// What stands between method and fields: the target in its three forms, hosts, and the version.

/// A request target, taken apart.
struct HTTPTarget {
    /// As sent.
    let text: String
    /// Path and query; begins with `/`, or is `*`.
    let originForm: String
    /// Of an absolute target; otherwise empty.
    let authority: String

    /// Reads `/path?query`, `http://host/path?query` or, for OPTIONS, `*`.
    ///
    /// Refused are bytes that no URI has and browsers never send raw: control bytes, blanks, bytes beyond ASCII, `"`, `<`, `>`, `#`, and
    /// `\` in a path. Others that RFC 3986 wants encoded (`|`, `{` …) pass, because browsers do send them.
    init(_ bytes: ArraySlice<UInt8>, isOptions: Bool) throws(HTTPParseError) {
        guard !bytes.isEmpty, bytes.allSatisfy(HTTPTarget.isTargetByte) else { throw .badTarget }
        if bytes.elementsEqual("*".utf8) {
            guard isOptions else { throw .badTarget }
            (text, originForm, authority) = ("*", "*", "")
            return
        }
        var rest = bytes
        var authority = bytes[bytes.startIndex..<bytes.startIndex]
        if bytes[bytes.startIndex] != UInt8(ascii: "/") {
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8),
                HTTPGrammar.equalIgnoringCase(bytes[..<colon], "http".utf8)
                    || HTTPGrammar.equalIgnoringCase(bytes[..<colon], "https".utf8)
            else { throw .badTarget }
            rest = bytes[(colon + 3)...]
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            authority = rest[..<end]
            rest = rest[end...]
            guard !authority.isEmpty, HTTPTarget.isHost(authority) else { throw .badTarget }
        }
        guard !rest.prefix(while: { $0 != UInt8(ascii: "?") }).contains(UInt8(ascii: "\\")) else { throw .badTarget }
        text = String(decoding: bytes, as: UTF8.self)
        let pathAndQuery = authority.isEmpty ? text : String(decoding: rest, as: UTF8.self)
        originForm = pathAndQuery.utf8.first == UInt8(ascii: "/") ? pathAndQuery : "/" + pathAndQuery
        self.authority = String(decoding: authority, as: UTF8.self)
    }

    private static func isTargetByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "#"): false
        default: (0x21...0x7E).contains(byte)
        }
    }

    /// Host with an optional port by RFC 3986: a name, an IPv4 address or an IPv6 address in brackets; empty is a host too.
    ///
    /// A comma, which the grammar has, is refused: it is how two Host fields look after somebody joined them.
    static func isHost(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<close]
            guard address.count >= 2, address.contains(UInt8(ascii: ":")),
                address.allSatisfy({ hexDigit($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
            rest = rest[rest.index(after: close)...]
        } else {
            while let byte = rest.first, byte != UInt8(ascii: ":") {
                rest = rest.dropFirst()
                if byte == UInt8(ascii: "%") {
                    guard rest.count >= 2, rest.prefix(2).allSatisfy({ hexDigit($0) != nil }) else { return false }
                    rest = rest.dropFirst(2)
                } else if !isHostByte(byte) {
                    return false
                }
            }
        }
        guard let colon = rest.first else { return true }
        guard colon == UInt8(ascii: ":") else { return false }
        let port = rest.dropFirst()
        guard port.count <= 5, port.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return false }
        return port.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65_535
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="): true
        default: false
        }
    }

    /// 0 or 1 of `HTTP/1.x`; a higher minor version is spoken to as 1.1.
    static func minorVersion(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) -> Int {
        let first = bytes.startIndex
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), bytes[first + 6] == UInt8(ascii: "."),
            bytes[first + 5] &- UInt8(ascii: "0") < 10, bytes[first + 7] &- UInt8(ascii: "0") < 10
        else { throw .badVersion }
        guard bytes[first + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return min(1, Int(bytes[first + 7] - UInt8(ascii: "0")))
    }
}
