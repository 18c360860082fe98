// Hashes, checksums and sealing over OpenSSL, and lower-case hex. Passwords are in `PasswordHash`, random bytes in `Entropy`.

import CPlatform

/// The cryptography of the house: fixed algorithms, whole inputs, no state.
package enum Crypto {
    /// Bytes of a SHA-256 digest, an HMAC-SHA-256 and an AES-256 key.
    package static let digestBytes = 32
    /// Bytes of an AES-GCM nonce; one must never seal twice under the same key.
    package static let nonceBytes = 12
    /// Bytes that sealing adds behind the ciphertext.
    package static let tagBytes = 16

    /// SHA-1, for what protocols still demand (WebSocket's handshake, TOTP), never for anything new.
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        digest(byteCount: 20) { result in bytes.withUnsafeBytes { cp_sha1($0.baseAddress, $0.count, result) } }
    }

    /// SHA-256 of the bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { sha256($0) }
    }

    /// SHA-256 of the bytes.
    package static func sha256(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.withUnsafeBytes { sha256($0) }
    }

    /// SHA-256 of the bytes.
    package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        digest(byteCount: digestBytes) { result in cp_sha256(bytes.baseAddress, bytes.count, result) }
    }

    /// HMAC-SHA-256 (RFC 2104) of the bytes under a key of any length.
    package static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        digest(byteCount: digestBytes) { result in
            key.withUnsafeBytes { key in
                bytes.withUnsafeBytes { cp_hmac_sha256(key.baseAddress, key.count, $0.baseAddress, $0.count, result) }
            }
        }
    }

    /// CRC-32C (Castagnoli) of the bytes, going on from `seed`, the value of what came before.
    ///
    /// `crc32c(b, seed: crc32c(a))` equals the value of `a` followed by `b`.
    package static func crc32c(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { cp_crc32c(seed, $0.baseAddress, $0.count) }
    }

    /// CRC-32C of a part of an array.
    package static func crc32c(_ bytes: ArraySlice<UInt8>, seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { cp_crc32c(seed, $0.baseAddress, $0.count) }
    }

    /// CRC-32C of bytes in place.
    package static func crc32c(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        cp_crc32c(seed, bytes.baseAddress, bytes.count)
    }

    /// CRC-32C without the processor's instruction; same value, for tests and as their yardstick.
    static func portableCRC32C(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { cp_crc32c_portable(seed, $0.baseAddress, $0.count) }
    }

    /// Whether both hold the same bytes, in a time that does not tell where they differ. The lengths are no secret.
    package static func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return one.withUnsafeBytes { one in
            other.withUnsafeBytes { cp_equal_constant_time(one.baseAddress, $0.baseAddress, one.count) == 1 }
        }
    }

    /// Seals `plain` with AES-256-GCM: ciphertext followed by its tag. `associated` is bound to it but not hidden.
    package static func aes256gcmSeal(_ plain: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8] {
        precondition(key.count == digestBytes && nonce.count == nonceBytes, "AES-256-GCM takes a key of 32 and a nonce of 12 bytes.")
        return [UInt8](unsafeUninitializedCapacity: plain.count + tagBytes) { sealed, count in
            let done = key.withUnsafeBufferPointer { key in
                nonce.withUnsafeBufferPointer { nonce in
                    associated.withUnsafeBytes { associated in
                        plain.withUnsafeBytes {
                            cp_aes256gcm_seal(
                                key.baseAddress, nonce.baseAddress, associated.baseAddress, associated.count, $0.baseAddress, $0.count,
                                sealed.baseAddress)
                        }
                    }
                }
            }
            precondition(done == 1, "OpenSSL could not seal: out of memory, or more than two gigabytes.")
            count = plain.count + tagBytes
        }
    }

    /// Opens what `aes256gcmSeal` made; nil when a bit of it, of the key, the nonce or the associated bytes is another.
    package static func aes256gcmOpen(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard key.count == digestBytes, nonce.count == nonceBytes, sealed.count >= tagBytes else { return nil }
        var done: Int32 = 0
        let plain = [UInt8](unsafeUninitializedCapacity: max(1, sealed.count - tagBytes)) { plain, count in
            done = key.withUnsafeBufferPointer { key in
                nonce.withUnsafeBufferPointer { nonce in
                    associated.withUnsafeBytes { associated in
                        sealed.withUnsafeBytes {
                            cp_aes256gcm_open(
                                key.baseAddress, nonce.baseAddress, associated.baseAddress, associated.count, $0.baseAddress, $0.count,
                                plain.baseAddress)
                        }
                    }
                }
            }
            count = done == 1 ? sealed.count - tagBytes : 0
        }
        return done == 1 ? plain : nil
    }

    /// The bytes as lower-case hexadecimal digits.
    package static func hex(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            var end = 0
            for byte in bytes {
                text[end] = hexDigit(byte >> 4)
                text[end + 1] = hexDigit(byte & 15)
                end += 2
            }
            return end
        }
    }

    /// The bytes that hexadecimal digits of either case spell; nil for an odd count or any other character.
    package static func bytes(hex text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = hexValue(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 48 + value : 87 + value
    }

    private static func hexValue(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 97...102: character - 87
        case 65...70: character - 55
        default: nil
        }
    }

    private static func digest(byteCount: Int, _ fill: (UnsafeMutablePointer<UInt8>?) -> Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { result, count in
            precondition(fill(result.baseAddress) == 1, "OpenSSL could not hash: its default provider is missing or memory ran out.")
            count = byteCount
        }
    }
}
