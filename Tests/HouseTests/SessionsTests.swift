// The table of logins in memory, and the passwords that everybody guesses.

import Platform
import Storage
import Testing
import Trading

@testable import House

@Suite struct `Logins in memory` {
    private func trader(_ user: String, _ number: Int) -> Trader {
        let user = UserID(user)!
        return Trader(
            user: user, desk: user, name: "", email: "", role: .trader, tier: .free,
            session: SessionDigest(Crypto.sha256(Array("\(number)".utf8))), loginAt: Timestamp(seconds: 0), expiresAt: Timestamp(seconds: 1)
        )
    }

    @Test func `are found by the digest of their token`() {
        var sessions = Sessions(limit: 10)
        let asha = trader("ASHA", 1)
        #expect(sessions.find(asha.session) == nil)
        sessions.remember(asha)
        #expect(sessions.find(asha.session) == asha)
        sessions.forget(asha.session)
        #expect(sessions.find(asha.session) == nil)
        #expect(sessions.count == 0)
    }

    @Test func `of a user go all at once, and only those`() {
        var sessions = Sessions(limit: 100)
        for number in 0..<10 { sessions.remember(trader(number % 2 == 0 ? "ASHA" : "BELA", number)) }
        sessions.forget(user: UserID("ASHA")!)
        #expect(sessions.count == 5)
        for number in 0..<10 { #expect((sessions.find(trader("X", number).session) != nil) == (number % 2 == 1)) }
    }

    @Test(arguments: [1, 2, 7, 8, 64])
    func `are never more than the limit, and the ones in use stay`(_ limit: Int) {
        var sessions = Sessions(limit: limit)
        let busy = trader("BUSY", -1)
        sessions.remember(busy)
        for number in 0..<1_000 {
            if limit > 1 { #expect(sessions.find(busy.session) == busy, "after \(number)") }
            sessions.remember(trader("U\(number)", number))
            #expect(sessions.count <= limit)
        }
        #expect(sessions.find(trader("U999", 999).session) != nil)
    }

    @Test func `are one entry however often they are remembered`() {
        var sessions = Sessions(limit: 4)
        for _ in 0..<10 { sessions.remember(trader("ASHA", 1)) }
        #expect(sessions.count == 1)
    }
}

@Suite struct `Common passwords` {
    @Test(arguments: ["password1", "12345678", "qwertyuiop", "iloveyou", "football", "baseball"])
    func `are known`(_ password: String) {
        #expect(CommonPasswords.contain(sha256: Crypto.sha256(Array(password.utf8))))
    }

    @Test(arguments: ["correct horse battery", "k7#mQ2!z", "नमस्ते दुनिया"])
    func `are not what nobody guesses`(_ password: String) {
        #expect(!CommonPasswords.contain(sha256: Crypto.sha256(Array(password.utf8))))
    }
}
