// The signed token of `register` and `login` (JWT, HS256; RFC 7515, 7519, 8725). It carries who and until when, and `sid` ties it to
// the same server-side login as the session token, so that logout and revocation work at once.

import House
import Storage
import Trading
import Wire

/// What a token of ours says.
struct JSONWebToken: Equatable {
    let user: UserID
    let email: String
    let tier: String
    let expiresAtSeconds: Int64
    let issuedAtSeconds: Int64
    let session: SessionDigest

    /// The longest token looked at, in bytes.
    static let limitBytes = 4096

    /// `header.payload.signature`, signed with `sign` (HMAC-SHA-256).
    func encoded(sign: ([UInt8]) -> [UInt8]) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("user_id", user.text)
        json.member("email", email)
        json.member("tier", tier)
        json.member("exp", expiresAtSeconds)
        json.member("iat", issuedAtSeconds)
        json.member("sid", session.hex)
        json.endObject()
        let signed = JSONWebToken.header + "." + Base64.encode(json.bytes, url: true, padded: false)
        return signed + "." + Base64.encode(sign(Array(signed.utf8)), url: true, padded: false)
    }

    /// Reads a token that we signed. The header must be ours byte for byte, so no other algorithm can be asked for.
    init(_ text: String, now: Timestamp, sign: ([UInt8]) -> [UInt8]) throws(AuthenticationRefusal) {
        guard text.utf8.count <= JSONWebToken.limitBytes else { throw .invalid }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == JSONWebToken.header,
            let signature = Base64.decode(String(parts[2]), url: true, padded: false), signature.count == 32
        else { throw .invalid }
        let expected = sign(Array((parts[0] + "." + parts[1]).utf8))
        // Compared without an early end, so that the time taken says nothing about how much was right.
        guard zip(signature, expected).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw .invalid }
        let claims: JSONValue
        guard let payload = Base64.decode(String(parts[1]), url: true, padded: false) else { throw .invalid }
        do {
            claims = try JSONParser.parse(payload)
        } catch {
            throw .invalid
        }
        guard let user = claims["user_id"]?.string.flatMap({ UserID(stored: $0) }), let email = claims["email"]?.string,
            let tier = claims["tier"]?.string, let expires = claims["exp"]?.int64, let issued = claims["iat"]?.int64,
            let session = claims["sid"]?.string.flatMap({ SessionDigest(hex: $0) })
        else { throw .invalid }
        guard expires > now.seconds else { throw .expired }
        self.init(
            user: user, email: email, tier: tier, expiresAtSeconds: expires, issuedAtSeconds: issued, session: session)
    }

    init(user: UserID, email: String, tier: String, expiresAtSeconds: Int64, issuedAtSeconds: Int64, session: SessionDigest) {
        self.user = user
        self.email = email
        self.tier = tier
        self.expiresAtSeconds = expiresAtSeconds
        self.issuedAtSeconds = issuedAtSeconds
        self.session = session
    }

    private static let header = Base64.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), url: true, padded: false)
}
