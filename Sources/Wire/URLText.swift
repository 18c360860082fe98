// Percent-encoding by RFC 3986, and the names and values of queries and forms.

/// Text in addresses. Reading is strict: a `%` without two digits, or bytes that are not UTF-8, give nothing.
package enum URLText {
    /// Pairs a query or form may hold.
    package static let pairsLimit = 256

    /// The text with each `%XX` resolved once, and with `plusIsSpace` each `+` too.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(0x20)
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The segments of a path that begins with `/`, each decoded; `/` alone has one, which is empty.
    ///
    /// Nothing for a path whose segments could be understood as others: `.` and `..`, an encoded `/` or `\`, control bytes.
    package static func pathSegments(_ path: some StringProtocol) -> [String]? {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = decode(part, plusIsSpace: false), segment != ".", segment != "..",
                segment.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") })
            else { return nil }
            segments.append(segment)
        }
        return segments
    }

    /// The pairs of what stands after `?`, in order; a name without `=` has an empty value. Nothing beyond `limit` pairs.
    package static func parseQuery(_ query: String, limit: Int = pairsLimit) -> [(name: String, value: String)]? {
        pairs(query, limit: limit)
    }

    /// The pairs of a body of type `application/x-www-form-urlencoded`; the same rules as for a query.
    package static func parseForm(_ form: String, limit: Int = pairsLimit) -> [(name: String, value: String)]? {
        pairs(form, limit: limit)
    }

    /// A form as it came; nothing when it is not even text.
    package static func parseForm(_ form: [UInt8], limit: Int = pairsLimit) -> [(name: String, value: String)]? {
        guard let text = String(validating: form, as: UTF8.self) else { return nil }
        return pairs(text, limit: limit)
    }

    /// Everything but RFC 3986's unreserved characters as `%XX`, fit for a path segment, a name or a value.
    package static func encode(component text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(upperHexDigit(byte >> 4))
                bytes.append(upperHexDigit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Pairs joined as a query or form, each part encoded.
    package static func encode(pairs: [(name: String, value: String)]) -> String {
        pairs.map { encode(component: $0.name) + "=" + encode(component: $0.value) }.joined(separator: "&")
    }

    private static func pairs(_ text: String, limit: Int) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for part in text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard pairs.count < limit else { return nil }
            let mark = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = mark == part.endIndex ? part[mark...] : part[part.index(after: mark)...]
            guard let name = decode(Substring(part[..<mark]), plusIsSpace: true), let value = decode(Substring(value), plusIsSpace: true)
            else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }
}
