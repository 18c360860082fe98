// Whether bytes that come in pieces are UTF-8, said at the first byte that is not.

/// A check that goes on across pieces cut anywhere, also within a character.
struct UTF8Check: Sendable {
    /// Bytes still to come of the character begun.
    private var missing = 0
    /// What the next of them may be: narrower than 80...BF after a lead byte that could begin an overlong form, a surrogate, or a
    /// code beyond Unicode.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether the bytes so far end with a whole character.
    var isComplete: Bool { missing == 0 }

    /// Takes the next piece; false when no further bytes can make it text.
    mutating func take(_ bytes: [UInt8]) -> Bool {
        for byte in bytes {
            if missing > 0 {
                guard allowed.contains(byte) else { return false }
                missing -= 1
                allowed = 0x80...0xBF
                continue
            }
            switch byte {
            case 0x00...0x7F: continue
            case 0xC2...0xDF: missing = 1
            case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
            case 0xED: (missing, allowed) = (2, 0x80...0x9F)
            case 0xE1...0xEF: missing = 2
            case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
            case 0xF1...0xF3: missing = 3
            case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
            default: return false
            }
        }
        return true
    }
}
