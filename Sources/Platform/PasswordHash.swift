// Password hashes: bcrypt through libxcrypt, and a pre-hash for what bcrypt would silently cut. Slow on purpose: call it on the
// pool, never on the loop.

import CPlatform

/// bcrypt hashes as stored text: `$2b$12$…`, or `$sha256$2b$12$…` for a password that went through SHA-256 first.
///
/// bcrypt reads 72 bytes and stops at a NUL; a password beyond that is hashed to 44 characters of base64 before, and the marker
/// says so. An unmarked hash is never compared with a pre-hashed password or the other way round.
package enum PasswordHash {
    /// The most bytes that bcrypt itself tells apart.
    package static let directLimitBytes = 72
    /// Bytes of a salt.
    package static let saltBytes = 16

    private static let marker = "$sha256"

    /// The hash of a password with a random `salt` of 16 bytes; nil for a cost outside 4 to 31, another salt, or when libcrypt refuses.
    package static func make(_ password: String, cost: Int, salt: [UInt8]) -> String? {
        guard (4...31).contains(cost), salt.count == saltBytes else { return nil }
        let setting = "$2b$\(cost < 10 ? "0" : "")\(cost)$\(encodedSalt(salt))"
        guard needsPreHash(password) else { return crypt(password, setting) }
        return crypt(preHashed(password), setting).map { marker + $0 }
    }

    /// Whether `password` is the one that `stored` was made from. False, never a trap, for any text that is no hash of ours.
    package static func verify(_ password: String, against stored: String) -> Bool {
        let isMarked = stored.hasPrefix(marker)
        let setting = isMarked ? String(stored.dropFirst(marker.count)) : stored
        guard isWellFormed(setting) else { return false }
        // Hashed in the form that fits the password even when the stored one is of the other form and cannot match: the time taken must
        // not tell one account from another.
        let isLong = needsPreHash(password)
        guard let made = crypt(isLong ? preHashed(password) : password, setting) else { return false }
        return Crypto.constantTimeEqual(Array(made.utf8), Array(setting.utf8)) && isMarked == isLong
    }

    /// The cost a stored hash was made with, so that a raised setting can be applied at the next login; nil for other texts.
    package static func cost(of stored: String) -> Int? {
        let setting = stored.hasPrefix(marker) ? stored.dropFirst(marker.count) : stored[...]
        guard isWellFormed(setting) else { return nil }
        return Int(setting.dropFirst(4).prefix(2))
    }

    private static func needsPreHash(_ password: String) -> Bool {
        password.utf8.count > directLimitBytes || password.utf8.contains(0)
    }

    private static func preHashed(_ password: String) -> String {
        base64(Crypto.sha256(Array(password.utf8)), alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") + "="
    }

    /// bcrypt's own base64: the same bits in another alphabet, without padding.
    private static func encodedSalt(_ salt: [UInt8]) -> String {
        base64(salt, alphabet: "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    }

    private static func base64(_ bytes: [UInt8], alphabet: StaticString) -> String {
        var text = ""
        var bits: UInt32 = 0
        var count = 0
        alphabet.withUTF8Buffer { letters in
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                count += 8
                while count >= 6 {
                    count -= 6
                    text.unicodeScalars.append(Unicode.Scalar(letters[Int(bits >> UInt32(count) & 63)]))
                }
                bits &= (1 << UInt32(count)) - 1
            }
            if count > 0 { text.unicodeScalars.append(Unicode.Scalar(letters[Int(bits << UInt32(6 - count) & 63)])) }
        }
        return text
    }

    /// `$2b$`, two digits of cost, `$`, 53 characters of salt and hash.
    private static func isWellFormed(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        guard bytes.count == 60, bytes.starts(with: "$2b$".utf8), isDigit(bytes[4]), isDigit(bytes[5]), bytes[6] == UInt8(ascii: "$") else {
            return false
        }
        return bytes[7...].allSatisfy { isDigit($0) || (46...47).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
    }

    private static func crypt(_ phrase: String, _ setting: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, cp_crypt(phrase, setting, start, buffer.count) == 1 else { return nil }
            return String(cString: start)
        }
    }
}
