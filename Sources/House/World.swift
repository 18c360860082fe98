// Everything the house needs from outside itself, as a value of closures: real in `tradehouse/Assembly`, simulated in tests. Below the
// front door nobody reads the clock, the environment or chance in another way.

import Trading

/// The outside, as the house sees it.
package struct World: Sendable {
    /// Wall time, UTC.
    package var now: @Sendable () -> Timestamp
    /// Returns after `Duration` on the house's own executor; throws when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Unpredictable bytes.
    package var randomBytes: @Sendable (Int) -> [UInt8]
    /// SHA-256.
    package var sha256: @Sendable ([UInt8]) -> [UInt8]
    /// HMAC-SHA-256 under a key that only this house has; signs JWTs.
    package var sign: @Sendable ([UInt8]) -> [UInt8]
    /// The slow hash of a password, off the loop. Throws `PoolBusy` when too many wait.
    package var hashPassword: @Sendable (String) async throws -> String
    /// Whether the password fits the hash; costs the same for an empty hash, so that an unknown user takes as long as a known one.
    package var verifyPassword: @Sendable (_ password: String, _ hash: String) async throws -> Bool
    /// For what takes long: a value in, a value out, off the loop.
    package var workshop: any Workshop
    /// One event for the operator: name, and fields in order.
    package var log: @Sendable (_ level: LogLevel, _ event: String, _ fields: [(String, String)]) -> Void

    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
        randomBytes: @escaping @Sendable (Int) -> [UInt8], sha256: @escaping @Sendable ([UInt8]) -> [UInt8],
        sign: @escaping @Sendable ([UInt8]) -> [UInt8], hashPassword: @escaping @Sendable (String) async throws -> String,
        verifyPassword: @escaping @Sendable (_ password: String, _ hash: String) async throws -> Bool,
        workshop: any Workshop,
        log: @escaping @Sendable (_ level: LogLevel, _ event: String, _ fields: [(String, String)]) -> Void
    ) {
        self.now = now
        self.sleep = sleep
        self.randomBytes = randomBytes
        self.sha256 = sha256
        self.sign = sign
        self.hashPassword = hashPassword
        self.verifyPassword = verifyPassword
        self.workshop = workshop
        self.log = log
    }
}

package enum LogLevel: String, Sendable {
    case info
    case warning
    case error
}

/// Threads beside the loop.
package protocol Workshop: Sendable {
    /// Runs `work` off the loop. Unless it is patient, it throws `PoolBusy` when too much waits already.
    func run<Value: Sendable>(patiently: Bool, _ work: @escaping @Sendable () throws -> Value) async throws -> Value
}

/// Too much waits for the pool; trying again in a moment helps.
package struct PoolBusy: Error, Sendable {
    package init() {}
}

extension World {
    /// A version 4 UUID from unpredictable bytes: 122 random bits, lower case.
    func makeUUID() -> String {
        var bytes = randomBytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text += "-" }
            let digits = String(byte, radix: 16)
            text += digits.utf8.count == 1 ? "0" + digits : digits
        }
        return text
    }

    /// The digest under which a token is known.
    func digest(of token: String) -> SessionDigestBytes { sha256(Array(token.utf8)) }

    /// `count` characters of Crockford's base 32, five unpredictable bits each.
    func makeCode(_ count: Int) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        return String(decoding: randomBytes(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }
}

/// 32 bytes of SHA-256.
typealias SessionDigestBytes = [UInt8]
