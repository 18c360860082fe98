// Base64 by RFC 4648, in both alphabets.

/// Bytes as letters and back. Reading is strict: one text for the same bytes, nothing skipped.
package enum Base64 {
    /// `url` takes `-` and `_` in place of `+` and `/`; without `padded` the `=` at the end are left out.
    package static func encode(_ bytes: [UInt8], url: Bool = false, padded: Bool = true) -> String {
        let letters = url ? urlLetters : plainLetters
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            text.append(letters[Int(group >> 18)])
            text.append(letters[Int(group >> 12 & 63)])
            if left > 1 { text.append(letters[Int(group >> 6 & 63)]) } else if padded { text.append(pad) }
            if left > 2 { text.append(letters[Int(group & 63)]) } else if padded { text.append(pad) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nothing for text with other letters, with blanks, cut short, or with bits set that no encoder sets.
    ///
    /// `padded` says whether the `=` at the end must be there or must not; left out, they must in the plain alphabet and may in that for
    /// addresses.
    package static func decode(_ text: String, url: Bool = false, padded: Bool? = nil) -> [UInt8]? {
        var letters = Array(text.utf8)
        let padding = letters.reversed().prefix { $0 == pad }.count
        guard padding <= 2 else { return nil }
        let mustBePadded = padded ?? (!url || padding > 0)
        guard mustBePadded ? letters.count % 4 == 0 : padding == 0 else { return nil }
        letters.removeLast(padding)
        guard letters.count % 4 != 1, padding == 0 || (letters.count + padding) % 4 == 0 else { return nil }

        let values = url ? urlValues : plainValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for letter in letters {
            let value = values[Int(letter)]
            guard value < 64 else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        guard group & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
        return bytes
    }

    private static let pad = UInt8(ascii: "=")
    private static let plainLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let plainValues = values(of: plainLetters)
    private static let urlValues = values(of: urlLetters)

    /// The value of each byte as a letter; 255 for a byte that is none.
    private static func values(of letters: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }
}
