// Tokens as attackers make them, and as nobody but the house could: the list of known attacks on signed tokens, ready to be sent.

import Platform
import Storage
import TestSupport
import Trading
import Wire

@testable import Web

/// A token that must open nothing.
struct ForgedToken: Sendable, CustomStringConvertible {
    let what: String
    let token: String
    var description: String { what }
}

enum ForgedTokens {
    static let header = #"{"alg":"HS256","typ":"JWT"}"#
    /// The key of the simulated world.
    static let houseKey = Array("the simulated signing key, 32 b.".utf8)

    static func signature(_ signed: String, key: [UInt8] = houseKey) -> String {
        Base64.encode(Crypto.hmacSHA256(key: key, Array(signed.utf8)), url: true, padded: false)
    }

    static func text(_ header: String, _ payload: String, key: [UInt8] = houseKey) -> String {
        let signed =
            Base64.encode(Array(header.utf8), url: true, padded: false) + "." + Base64.encode(Array(payload.utf8), url: true, padded: false)
        return signed + "." + signature(signed, key: key)
    }

    static func payload(user: String, session: String, expires: String = "1795248000", issued: String = "1795161600") -> String {
        #"{"user_id":"\#(user)","email":"a@example.com","tier":"free","exp":\#(expires),"iat":\#(issued),"sid":"\#(session)"}"#
    }

    /// Everything an attacker with an own account, or a clumsy house, could send to be taken for the victim.
    static func all(victim: Person, attacker: Person, house: TestHouse) throws -> [ForgedToken] {
        let digests = try house.turn { house in [house.digest(ofToken: victim.token), house.digest(ofToken: attacker.token)] }
        let (own, theirs) = (digests[0].hex, digests[1].hex)
        let honest = text(header, payload(user: victim.user.text, session: own))
        var forged = shapes(of: honest).map { ForgedToken(what: $0.what, token: $0.token) }
        func add(_ what: String, _ token: String) { forged.append(ForgedToken(what: what, token: token)) }

        add("another user's id with one's own session, signed by the house", text(header, payload(user: victim.user.text, session: theirs)))
        add("one's own id with another's session, signed by the house", text(header, payload(user: attacker.user.text, session: own)))
        add("a session nobody has", text(header, payload(user: victim.user.text, session: String(repeating: "0", count: 64))))
        add("signed with an empty key", text(header, payload(user: victim.user.text, session: own), key: []))
        add("signed with a common key", text(header, payload(user: victim.user.text, session: own), key: Array("secret".utf8)))
        let parts = text(header, payload(user: attacker.user.text, session: theirs)).split(separator: ".")
        let swapped = Base64.encode(Array(payload(user: victim.user.text, session: own).utf8), url: true, padded: false)
        add("a payload under another payload's signature", "\(parts[0]).\(swapped).\(parts[2])")
        add("what the disk keeps of the token", own)
        add("what the disk keeps of the token, as it stands there", "sha256:" + own)
        add("expired a second ago", text(header, payload(user: victim.user.text, session: own, expires: "1795161599")))
        return forged
    }

    /// A good token bent in every known way.
    static func shapes(of honest: String) -> [(what: String, token: String)] {
        let parts = honest.split(separator: ".").map(String.init)
        let payload = String(decoding: Base64.decode(parts[1], url: true) ?? [], as: UTF8.self)
        var bent: [(String, String)] = []
        for word in ["none", "None", "NONE", "nOnE", ""] {
            let head = Base64.encode(Array(#"{"alg":"\#(word)","typ":"JWT"}"#.utf8), url: true, padded: false)
            bent.append(("algorithm \(word), no signature", "\(head).\(parts[1])."))
            bent.append(("algorithm \(word), the old signature", "\(head).\(parts[1]).\(parts[2])"))
        }
        for head in [
            #"{"alg":"RS256","typ":"JWT"}"#, #"{"alg":"HS512","typ":"JWT"}"#, #"{"alg":"HS384","typ":"JWT"}"#, #"{"typ":"JWT"}"#,
            #"{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}"#, #"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":""}}"#,
            #"{"alg":"HS256","typ":"JWT","jku":"https://example.com/keys"}"#, #"{"alg":"HS256","typ":"JWT","x5c":["AAAA"]}"#,
            #"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#, #"{"alg":"HS256","alg":"none","typ":"JWT"}"#, #"{"alg":"HS256"}"#, "{}", "",
        ] {
            // Signed with the house's key all the same: the header alone must be reason enough.
            bent.append(("header \(head)", text(head, payload)))
        }
        bent.append(("no signature", "\(parts[0]).\(parts[1])."))
        bent.append(("two parts", "\(parts[0]).\(parts[1])"))
        bent.append(("four parts", honest + ".AAAA"))
        bent.append(("five parts", "\(parts[0])..\(parts[1])..\(parts[2])"))
        bent.append(("an empty part before", "." + honest))
        bent.append(("a signature cut by one letter", String(honest.dropLast())))
        bent.append(("a signature cut by a whole byte", "\(parts[0]).\(parts[1])." + String(parts[2].dropLast(2))))
        bent.append(("a longer signature", honest + "AA"))
        bent.append(("a padded signature", honest + "="))
        bent.append(("a padded payload", "\(parts[0]).\(parts[1])=.\(parts[2])"))
        bent.append(("white space after it", honest + "\n"))
        bent.append(("white space inside", "\(parts[0]). \(parts[1]).\(parts[2])"))
        // 43 letters carry 258 bits: the last two belong to nobody and must be zero.
        let last = parts[2].last!
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let bit = alphabet[(alphabet.firstIndex(of: last) ?? 0) ^ 1]
        bent.append(("another spelling of the same signature", "\(parts[0]).\(parts[1])." + String(parts[2].dropLast()) + String(bit)))
        bent.append(
            (
                "the other alphabet",
                honest.replacing("-", with: "+").replacing("_", with: "/") + (honest.contains { "-_".contains($0) } ? "" : "+")
            ))
        for (what, changed) in [
            ("a user id twice", payload.replacing(#"{"user_id""#, with: #"{"user_id":"U0","user_id""#)),
            (
                "a deep payload",
                payload.dropLast() + #","x":"# + String(repeating: "[", count: 500) + String(repeating: "]", count: 500) + "}"
            ),
            ("an expiry beyond 64 bits", payload.replacing(#""exp":1795248000"#, with: #""exp":99999999999999999999"#)),
            ("an expiry as an exponent", payload.replacing(#""exp":1795248000"#, with: #""exp":1e400"#)),
            ("an expiry as text", payload.replacing(#""exp":1795248000"#, with: #""exp":"1795248000""#)),
            ("no expiry", payload.replacing(#""exp":1795248000,"#, with: "")),
            ("an expiry in the past", payload.replacing(#""exp":1795248000"#, with: #""exp":-1"#)),
            ("no session", payload.replacing(#","sid""#, with: #","was""#)),
            ("a session of upper-case digits", upperCasedSession(payload)),
            ("a user that is none", payload.replacing(#"{"user_id":""#, with: #"{"user_id":"../"#)),
            ("a list", "[\(payload)]"),
            ("two documents", payload + payload),
            ("no JSON", "user_id=U1"),
        ] {
            // Signed by the house, so that only the reading of the claims stands in the way.
            bent.append((what, text(header, String(changed))))
        }
        bent.append(
            ("a token of more than 4096 bytes", text(header, payload.dropLast() + #","x":""# + String(repeating: "a", count: 4000) + "\"}"))
        )
        return bent.map { (what: $0.0, token: $0.1) }
    }

    private static func upperCasedSession(_ payload: String) -> String {
        guard let start = payload.firstRange(of: #""sid":""#)?.upperBound else { return payload }
        return payload[..<start] + payload[start...].uppercased()
    }
}
