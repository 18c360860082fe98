// The end of an account: nothing that leads to it is left, everybody else goes on, and the id is never given again.

import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Deleting an account` {
    private let password = #"{"password":"correct horse battery"}"#

    private func delete(_ user: UserID, as person: Person, in house: TestHouse, json: String? = nil) throws -> TestAnswer {
        try house.send(.delete, "/api/users/\(user)", as: person, json: json)
    }

    @Test func `by its holder needs the password, and then nothing of it works any more`() throws {
        let traded = try TradedHouse()
        let (house, asha) = (traded.house, traded.asha)
        let wrong = try delete(asha.user, as: asha, in: house, json: #"{"password":"wrong horse battery"}"#)
        #expect(wrong.status == 403 && wrong["error"] == "wrong_password")
        #expect(try delete(asha.user, as: asha, in: house, json: "{}").status == 422)
        #expect(try house.send(.get, "/api/paper-trading/orders", as: asha).status == 200)

        #expect(try delete(asha.user, as: asha, in: house, json: password).status == 200)
        #expect(try house.send(.get, "/api/paper-trading/orders", as: asha).status == 401)
        let login = #"{"email":"asha@example.com","password":"correct horse battery"}"#
        #expect(try house.send(.post, "/api/auth/login", json: login).status == 401)
        // A tick that would have filled the resting order fills nobody's.
        try house.quote("NSE:RELIANCE", "2300.00", "2300.05", last: "2300.00")
        house.advance(by: .seconds(2))

        let again = try house.join("asha@example.com")
        #expect(again.user != asha.user, "the address is free, the id is not")
        #expect(try house.send(.get, "/api/paper-trading/orders", as: again)["orders"].array?.isEmpty == true)
        #expect(!house.log.lines.contains { $0.hasPrefix("error") }, "\(house.log.lines)")
    }

    @Test func `leaves a tombstone and no other document, and the house comes back without it`() throws {
        let traded = try TradedHouse()
        let disk = try #require(traded.house.disk as? SimulatedDisk)
        let bela = try traded.house.join("bela@example.com")
        let owner = try traded.house.joinAsOwner()
        #expect(try delete(traded.asha.user, as: owner, in: traded.house).status == 200)
        traded.house.advance(by: .seconds(2))
        let id = traded.asha.user.text
        #expect(disk.bytes("sessions/\(id).json") == nil && disk.bytes("credentials/\(id).json") == nil)
        #expect(disk.text("users/\(id).json").contains("erased_at"))
        #expect(!disk.text("users/\(id).json").contains("asha"))
        for path in disk.paths where path.hasPrefix("index/") { #expect(!disk.text(path).contains("\"\(id)\""), "\(path)") }
        let next = try traded.house.restarted()
        #expect(try next.send(.get, "/api/paper-trading/funds", as: traded.asha).status == 401)
        #expect(try next.send(.get, "/api/paper-trading/funds", as: bela).status == 200)
        let users = try next.send(.get, "/api/admin/users", as: owner)["users"].array ?? []
        #expect(Set(users.compactMap { $0["email"]?.string }) == ["bela@example.com", "owner@example.com"])
        #expect(try delete(traded.asha.user, as: owner, in: next).status == 404)
        #expect(!next.log.lines.contains { $0.hasPrefix("error") }, "\(next.log.lines)")
    }

    @Test func `is nobody else's to do, and the owner's account stays for ever`() throws {
        let traded = try TradedHouse()
        let bela = try traded.house.join("bela@example.com")
        let owner = try traded.house.joinAsOwner()
        for target in [traded.asha.user.text, "UNKNOWN1", "not%20an%20id"] {
            let answer = try traded.house.send(.delete, "/api/users/\(target)", as: bela, json: password)
            #expect(answer.status == 403 && answer["error"] == "not_permitted", "\(target)")
        }
        #expect(try delete(owner.user, as: owner, in: traded.house, json: password).status == 403)
        #expect(try traded.house.send(.delete, "/api/users/UNKNOWN1", as: owner).status == 404)
        #expect(try traded.house.send(.get, "/api/paper-trading/funds", as: traded.asha).status == 200)
    }
}
