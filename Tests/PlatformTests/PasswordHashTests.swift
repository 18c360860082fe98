// bcrypt against vectors that two independent implementations agree on, and the pre-hash for long passwords.

import Testing

@testable import Platform

@Suite struct `Password hashes` {
    private static let salt: [UInt8] = Array(1...16)

    @Test(arguments: [
        ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("a", "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
        ("abc", "$2b$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"),
        ("", "$2b$12$abcdefghijklmnopqrstuurNpZPgiMaWgWgattqYvtmVeD8QkbusC"),
        ("password", "$2b$12$abcdefghijklmnopqrstuutwZ1IOTtu3SsEBT5lI/LFncP31tIybm"),
        (String(repeating: "x", count: 72), "$2b$12$abcdefghijklmnopqrstuuEdLGPF8sqPlis8hkNuqHPOzaCkRky22"),
        (String(repeating: "x", count: 71), "$2b$12$abcdefghijklmnopqrstuuZvM5O/rqfeulzlQ.kbNbNod3ycduLwW"),
        ("correct horse battery staple", "$2b$12$R9h/cIPz0gi.URNNX3kh2Otypn3bkM7zQS85euTJzcVyrV1urxB.O"),
        ("\u{20B9}100 trade\u{2192}", "$2b$12$R9h/cIPz0gi.URNNX3kh2OqjnL17qHU2y3ZYipfbyYFb2CRON2fd2"),
    ])
    func `published hashes verify, and only with their password`(password: String, stored: String) {
        #expect(PasswordHash.verify(password, against: stored))
        guard PasswordHash.cost(of: stored).map({ $0 < 12 }) == true else { return }
        #expect(!PasswordHash.verify(password + "x", against: stored))
    }

    @Test func `a hash is made with the cost and salt given, and verifies`() throws {
        let stored = try #require(PasswordHash.make("correct horse", cost: 4, salt: Self.salt))
        #expect(stored.hasPrefix("$2b$04$"))
        #expect(stored.utf8.count == 60)
        #expect(PasswordHash.make("correct horse", cost: 4, salt: Self.salt) == stored)
        #expect(PasswordHash.verify("correct horse", against: stored))
        #expect(!PasswordHash.verify("correct horsf", against: stored))
        #expect(PasswordHash.cost(of: stored) == 4)
        #expect(PasswordHash.make("correct horse", cost: 4, salt: Self.salt.reversed()) != stored)
    }

    @Test func `the salt is spelt as bcrypt spells it`() throws {
        // 16 times 0x10 0x41 0x04 would be the letters of CCCC…; zeros are dots.
        let stored = try #require(PasswordHash.make("U*U", cost: 5, salt: [UInt8](repeating: 0, count: 16)))
        #expect(stored.hasPrefix("$2b$05$......................"))
        // The salt of the published hash: 21 letters C and a dot are 126 bits of 000100 and two zeros.
        let bits = String(repeating: "000100", count: 21) + "00"
        let salt = stride(from: 0, to: 128, by: 8).map { start in
            UInt8(bits.dropFirst(start).prefix(8), radix: 2) ?? 0
        }
        #expect(PasswordHash.make("U*U", cost: 5, salt: salt) == "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
    }

    @Test func `beyond 72 bytes every byte still counts, and the text is marked`() throws {
        let long = String(repeating: "x", count: 73)
        let stored = try #require(PasswordHash.make(long, cost: 4, salt: Self.salt))
        #expect(stored.hasPrefix("$sha256$2b$04$"))
        #expect(PasswordHash.cost(of: stored) == 4)
        #expect(PasswordHash.verify(long, against: stored))
        #expect(!PasswordHash.verify(String(repeating: "x", count: 72), against: stored))
        #expect(!PasswordHash.verify(String(repeating: "x", count: 72) + "y", against: stored))
        // 19 characters of four bytes each.
        let emoji = String(repeating: "🚀", count: 19)
        #expect(try #require(PasswordHash.make(emoji, cost: 4, salt: Self.salt)).hasPrefix("$sha256"))
    }

    @Test func `a NUL does not end the password`() throws {
        let stored = try #require(PasswordHash.make("secret\0one", cost: 4, salt: Self.salt))
        #expect(stored.hasPrefix("$sha256"))
        #expect(PasswordHash.verify("secret\0one", against: stored))
        #expect(!PasswordHash.verify("secret\0two", against: stored))
        #expect(!PasswordHash.verify("secret", against: stored))
    }

    @Test func `the pre-hash as a password does not open the marked hash, nor without its marker`() throws {
        let long = String(repeating: "x", count: 80)
        let stored = try #require(PasswordHash.make(long, cost: 4, salt: Self.salt))
        let unmarked = String(stored.dropFirst("$sha256".count))
        #expect(!PasswordHash.verify(long, against: unmarked))
        let digest = Crypto.hex(Crypto.sha256(Array(long.utf8)))
        #expect(!PasswordHash.verify(digest, against: stored))
    }

    @Test(arguments: [
        "", "*0", "*1", "$2b$", "$2b$12$short", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$sha256", "$sha256*0",
        "$2b$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ])
    func `a stored text that is no hash verifies nothing`(stored: String) {
        #expect(!PasswordHash.verify("U*U", against: stored))
        #expect(!PasswordHash.verify(stored, against: stored))
    }

    @Test func `a cost or salt out of range is refused`() {
        for cost in [-1, 0, 3, 32, 100] { #expect(PasswordHash.make("x", cost: cost, salt: Self.salt) == nil) }
        #expect(PasswordHash.make("x", cost: 4, salt: []) == nil)
        #expect(PasswordHash.make("x", cost: 4, salt: Self.salt + [0]) == nil)
    }
}
