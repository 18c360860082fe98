// The signed token: what a good one says, and the list of known attacks against the reading of one.

import House
import Platform
import Storage
import Testing
import Trading
import Wire

@testable import Web

@Suite struct `A signed token` {
    private static let now = Timestamp(seconds: 1_795_161_600)
    private static let session = SessionDigest([UInt8](repeating: 0xA5, count: 32))
    private static let token = JSONWebToken(
        user: UserID("U7K3M9QW2A")!, email: "asha@example.com", tier: "free", expiresAtSeconds: 1_795_248_000,
        issuedAtSeconds: 1_795_161_600, session: session)
    private static let sign: @Sendable ([UInt8]) -> [UInt8] = { Crypto.hmacSHA256(key: ForgedTokens.houseKey, $0) }

    private func read(_ text: String, at now: Timestamp = now) throws(AuthenticationRefusal) -> JSONWebToken {
        try JSONWebToken(text, now: now, sign: Self.sign)
    }

    @Test func `is read as it was written`() throws {
        #expect(try read(Self.token.encoded(sign: Self.sign)) == Self.token)
    }

    @Test func `has the claims that clients know, and no other`() throws {
        let parts = Self.token.encoded(sign: Self.sign).split(separator: ".")
        #expect(parts.count == 3)
        let head = try JSONParser.parse(Base64.decode(String(parts[0]), url: true) ?? [])
        #expect(head == ["alg": "HS256", "typ": "JWT"])
        let claims = try JSONParser.parse(Base64.decode(String(parts[1]), url: true) ?? [])
        #expect(
            claims == [
                "user_id": "U7K3M9QW2A", "email": "asha@example.com", "tier": "free", "exp": 1_795_248_000, "iat": 1_795_161_600,
                "sid": .string(Self.session.hex),
            ])
        #expect(String(parts[2]) == ForgedTokens.signature(parts[0] + "." + parts[1]))
    }

    @Test func `is good until the second in which it expires`() throws {
        let text = Self.token.encoded(sign: Self.sign)
        #expect(try read(text, at: Timestamp(seconds: 1_795_247_999)) == Self.token)
        #expect(throws: AuthenticationRefusal.expired) { try read(text, at: Timestamp(seconds: 1_795_248_000)) }
    }

    @Test(arguments: ForgedTokens.shapes(of: Self.token.encoded(sign: Self.sign)).map { ForgedToken(what: $0.what, token: $0.token) })
    func `bent in any known way is refused`(_ bent: ForgedToken) {
        #expect(throws: AuthenticationRefusal.self) { try read(bent.token) }
    }

    @Test func `with any one bit of it changed is refused`() {
        let bytes = Array(Self.token.encoded(sign: Self.sign).utf8)
        for index in bytes.indices {
            for bit in 0..<7 {
                var changed = bytes
                changed[index] ^= 1 << bit
                let text = String(decoding: changed, as: UTF8.self)
                #expect(throws: AuthenticationRefusal.self, "byte \(index), bit \(bit)") { try read(text) }
            }
        }
    }

    @Test func `of a house with another key is refused`() {
        let text = Self.token.encoded { Crypto.hmacSHA256(key: Array("another key of thirty-two bytes..".utf8), $0) }
        #expect(throws: AuthenticationRefusal.invalid) { try read(text) }
    }

    @Test func `of the specification's own example is none of ours`() {
        let published =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            + "Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(throws: AuthenticationRefusal.invalid) { try read(published) }
    }
}
