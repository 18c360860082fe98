// Hashes, checksums and sealing against published vectors, and what an attacker may change.

import Testing

@testable import Platform

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
private func unhex(_ text: String) -> [UInt8] { Crypto.bytes(hex: text) ?? [] }

@Suite struct `Hashes` {
    @Test func `SHA-1 gives the published digests`() {
        #expect(Crypto.hex(Crypto.sha1([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(Crypto.hex(Crypto.sha1(bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }

    @Test func `SHA-256 gives the published digests, whatever holds the bytes`() {
        #expect(Crypto.hex(Crypto.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Crypto.hex(Crypto.sha256(bytes("abc"))) == abc)
        #expect(Crypto.hex(Crypto.sha256(bytes("xabcx")[1..<4])) == abc)
        #expect(Crypto.hex(bytes("abc").withUnsafeBytes { Crypto.sha256($0) }) == abc)
    }

    @Test func `the broker's checksum is the SHA-256 of its three parts in a row`() {
        let digest = Crypto.sha256(bytes("api_key_demo" + "request_token_demo" + "api_secret_demo"))
        #expect(Crypto.hex(digest) == "cf2f3c1e49548df9f996a14d568d4190aeeec8e4281dace8a9eec5a2f109e5cf")
    }

    @Test(arguments: [
        // RFC 4231, cases 1, 2 and 6, and an empty key.
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (bytes("Jefe"), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `HMAC-SHA-256 gives the published codes`(key: [UInt8], text: String, code: String) {
        #expect(Crypto.hex(Crypto.hmacSHA256(key: key, bytes(text))) == code)
    }

    @Test func `the signature of the published JSON web token is the HMAC of its first two parts`() {
        let signed =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAzNjAwfQ"
        let code = Crypto.hmacSHA256(key: bytes("0123456789abcdef0123456789abcdef"), bytes(signed))
        // x1FcnTscADbTtgehvHjWB8Il8klYPSAfUnBOfL9EU3U in base64url.
        #expect(Crypto.hex(code) == "c7515c9d3b1c0036d3b607a1bc78d607c225f249583d201f52704e7cbf445375")
    }
}

@Suite struct `CRC-32C` {
    @Test(arguments: [
        ("", UInt32(0)), ("123456789", 0xE306_9283), ("a", 0xC1D0_4330),
    ])
    func `the published values come out`(text: String, value: UInt32) {
        #expect(Crypto.crc32c(bytes(text)) == value)
    }

    @Test func `thirty-two zeros, ones and counted bytes have the values of RFC 3720`() {
        #expect(Crypto.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Crypto.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Crypto.crc32c(Array(0..<32)) == 0x46DD_794E)
    }

    @Test func `a value goes on from the value of the bytes before, wherever they are cut`() {
        let whole = (0..<100).map { UInt8($0 * 37 & 0xFF) }
        let value = Crypto.crc32c(whole)
        for cut in 0...whole.count {
            #expect(Crypto.crc32c(whole[cut...], seed: Crypto.crc32c(whole[..<cut])) == value)
        }
    }

    @Test func `the processor's instruction and the tables agree at every length`() {
        let whole = (0..<300).map { UInt8($0 * 151 & 0xFF) }
        for length in 0...whole.count {
            let part = Array(whole[..<length])
            #expect(Crypto.crc32c(part, seed: 7) == Crypto.portableCRC32C(part, seed: 7))
        }
    }
}

@Suite struct `Sealing` {
    private static let key = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    private static let nonce = unhex("cafebabefacedbaddecaf888")
    private static let associated = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    private static let plain = unhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            + "b16aedf5aa0de657ba637b391aafd255")
    private static let cipher = unhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
            + "c5f61e6393ba7a0abcc9f662898015ad")

    @Test func `the specification's cases 13 to 16 come out, and open again`() {
        let zeros = [UInt8](repeating: 0, count: 32)
        let cases: [(key: [UInt8], nonce: [UInt8], associated: [UInt8], plain: [UInt8], sealed: [UInt8])] = [
            (zeros, Array(zeros[..<12]), [], [], unhex("530f8afbc74536b9a963b4f1c4cb738b")),
            (
                zeros, Array(zeros[..<12]), [], Array(zeros[..<16]),
                unhex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
            ),
            (Self.key, Self.nonce, [], Self.plain, Self.cipher + unhex("b094dac5d93471bdec1a502270e3cc6c")),
            (
                Self.key, Self.nonce, Self.associated, Array(Self.plain[..<60]),
                Array(Self.cipher[..<60]) + unhex("76fc6ece0f4e1768cddf8853bb2d551b")
            ),
        ]
        for each in cases {
            let sealed = Crypto.aes256gcmSeal(each.plain, key: each.key, nonce: each.nonce, associated: each.associated)
            #expect(sealed == each.sealed)
            #expect(Crypto.aes256gcmOpen(sealed, key: each.key, nonce: each.nonce, associated: each.associated) == each.plain)
        }
    }

    @Test func `nothing opens when one bit of anything is another`() {
        let sealed = Crypto.aes256gcmSeal(bytes("secret"), key: Self.key, nonce: Self.nonce, associated: bytes("user A"))
        func opens(_ sealed: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ associated: [UInt8]) -> Bool {
            Crypto.aes256gcmOpen(sealed, key: key, nonce: nonce, associated: associated) != nil
        }
        #expect(opens(sealed, Self.key, Self.nonce, bytes("user A")))
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(!opens(damaged, Self.key, Self.nonce, bytes("user A")))
        }
        for length in 0..<sealed.count { #expect(!opens(Array(sealed[..<length]), Self.key, Self.nonce, bytes("user A"))) }
        var otherKey = Self.key
        otherKey[31] ^= 0x80
        var otherNonce = Self.nonce
        otherNonce[0] ^= 1
        #expect(!opens(sealed, otherKey, Self.nonce, bytes("user A")))
        #expect(!opens(sealed, Self.key, otherNonce, bytes("user A")))
        #expect(!opens(sealed, Self.key, Self.nonce, bytes("user B")))
        #expect(!opens(sealed, Array(Self.key[1...]), Self.nonce, bytes("user A")))
        #expect(!opens(sealed, Self.key, Self.nonce + [0], bytes("user A")))
    }
}

@Suite struct `Comparing and spelling bytes` {
    @Test func `constant-time comparison is equality`() {
        #expect(Crypto.constantTimeEqual([], []))
        #expect(Crypto.constantTimeEqual([1, 2], [1, 2]))
        #expect(!Crypto.constantTimeEqual([1, 2], [1, 3]))
        #expect(!Crypto.constantTimeEqual([1, 2], [1, 2, 3]))
    }

    @Test func `hexadecimal goes both ways, and bad digits are refused`() {
        let all = (0...255).map { UInt8($0) }
        #expect(Crypto.bytes(hex: Crypto.hex(all)) == all)
        #expect(Crypto.hex([0, 0x0A, 0xFF]) == "000aff")
        #expect(Crypto.bytes(hex: "00Ff") == [0, 0xFF])
        #expect(Crypto.bytes(hex: "") == [])
        for bad in ["0", "0g", "-1", " 00", "0x00"] { #expect(Crypto.bytes(hex: bad) == nil) }
    }

    @Test func `random bytes have the length asked for and do not repeat`() {
        #expect(Entropy.bytes(0).isEmpty)
        #expect(Entropy.bytes(16).count == 16)
        #expect(Entropy.bytes(100_000).count == 100_000)
        #expect(Set((0..<100).map { _ in Entropy.bytes(16) }).count == 100)
    }
}
