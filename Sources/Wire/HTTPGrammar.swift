// The small rules of RFC 9110 that parsers, headers and writers share: tokens, letter case, blanks, control bytes.

enum HTTPGrammar {
    /// The bytes of tokens as bits, 0 to 63 and 64 to 127: letters, digits and ``!#$%&'*+-.^_`|~``.
    private static let tokenBits: (low: UInt64, high: UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)

    @inline(__always)
    static func isTokenByte(_ byte: UInt8) -> Bool {
        (byte < 64 ? tokenBits.low >> UInt64(byte) : byte < 128 ? tokenBits.high >> UInt64(byte - 64) : 0) & 1 == 1
    }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    /// Visible bytes, blank, tab, and whatever lies beyond ASCII.
    @inline(__always)
    static func isValueByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == 0x09
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Letters only change case; folding every byte would make `-` equal to a carriage return.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    static func equalIgnoringCase(_ a: String, _ b: String) -> Bool {
        equalIgnoringCase(a.utf8, b.utf8)
    }

    static func equalIgnoringCase(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        a.count == b.count && a.elementsEqual(b) { lowercased($0) == lowercased($1) }
    }

    /// Without the blanks and tabs at both ends.
    static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        var rest = bytes[...]
        while let first = rest.first, isBlank(first) { rest = rest.dropFirst() }
        while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
        return rest
    }

    /// The value as it may stand in a field: each control byte but the tab is a blank, and there are none at the ends. The usual value
    /// comes back untouched.
    static func fieldValue(_ value: String) -> String {
        let bytes = value.utf8
        let isTrimmed = bytes.first.map { !isBlank($0) } ?? true && bytes.last.map { !isBlank($0) } ?? true
        if isTrimmed && bytes.allSatisfy(isValueByte) { return value }
        return String(decoding: trimmed(bytes.map { isValueByte($0) ? $0 : 0x20 }), as: UTF8.self)
    }

    /// The text of a field value: UTF-8 where it is that, otherwise one character a byte as in Latin-1.
    static func text(_ bytes: Span<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            var text = ""
            for index in bytes.indices { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
            return text
        }
    }
}
