// The documents below `sessions/`: one per user, with all live logins. The five fields of the old single-session file stand at the
// top for the newest login, so that old readers still find them; the secrets in them are a hash and a sealed text, never clear.

import Trading
import Wire

/// SHA-256 of a session token: what memory, files and the JWT's `sid` hold instead of the token.
package struct SessionDigest: Hashable, Sendable {
    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    /// From the 32 bytes of a SHA-256.
    package init(_ hash: [UInt8]) {
        precondition(hash.count == 32, "A session digest is a SHA-256.")
        func word(_ start: Int) -> UInt64 { hash[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        (a, b, c, d) = (word(0), word(8), word(16), word(24))
    }

    /// From 64 lower-case hex digits.
    package init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        var half: UInt8?
        for byte in hex.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let high = half {
                bytes.append(high << 4 | digit)
                half = nil
            } else {
                half = digit
            }
        }
        guard bytes.count == 32, half == nil else { return nil }
        self.init(bytes)
    }

    /// 64 lower-case hex digits.
    package var hex: String {
        var text = ""
        for word in [a, b, c, d] {
            let digits = String(word, radix: 16)
            text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return text
    }
}

/// One login.
package struct SessionRecord: Hashable, Sendable {
    package let digest: SessionDigest
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package let address: String
    /// What the browser called itself, cut to 200 bytes.
    package let agent: String

    package init(digest: SessionDigest, createdAt: Timestamp, expiresAt: Timestamp, address: String, agent: String) {
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.address = address
        self.agent = agent
    }
}

/// All live logins of one user, oldest first.
package struct SessionList: Hashable, Sendable {
    package let user: UserID
    package var userName: String
    package var sessions: [SessionRecord]

    package init(user: UserID, userName: String, sessions: [SessionRecord]) {
        self.user = user
        self.userName = userName
        self.sessions = sessions
    }

    /// The document's members, without those that the store adds.
    package var document: JSONValue {
        let newest = sessions.last
        return .object(
            JSONObject([
                ("session_token", newest.map { .string("sha256:" + $0.digest.hex) } ?? .null),
                ("user_id", .string(user.text)),
                ("user_name", .string(userName)),
                // The sealed broker token of a login through a broker; a login by password has none.
                ("access_token", .null),
                ("login_time", newest.map { .string($0.createdAt.utcText) } ?? .null),
                (
                    "sessions",
                    .array(
                        sessions.map { session in
                            .object(
                                JSONObject([
                                    ("sid_sha256", .string(session.digest.hex)),
                                    ("created", .string(session.createdAt.utcText)),
                                    ("expires", .string(session.expiresAt.utcText)),
                                    ("ip", .string(session.address)),
                                    ("agent", .string(session.agent)),
                                    ("broker", .null),
                                ]))
                        })
                ),
            ]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let user = document["user_id"]?.string.flatMap({ UserID(stored: $0) }),
            let userName = document["user_name"]?.string, let rows = document["sessions"]?.array
        else { return nil }
        var sessions: [SessionRecord] = []
        for row in rows {
            guard let digest = row["sid_sha256"]?.string.flatMap({ SessionDigest(hex: $0) }),
                let created = row["created"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
                let expires = row["expires"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
                let address = row["ip"]?.string
            else { return nil }
            sessions.append(
                SessionRecord(
                    digest: digest, createdAt: created, expiresAt: expires, address: address, agent: row["agent"]?.string ?? ""))
        }
        self.init(user: user, userName: userName, sessions: sessions)
    }
}
