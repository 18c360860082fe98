// What a role may do, and how at once a change of it counts.

import House
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `A viewer` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    var asha: Person { two.asha }
    init() throws { two = try TwoTraders() }

    private func setRole(_ role: Role, _ person: Person) throws {
        let house = house.house
        try self.house.run {
            let admin = Admin.console(at: await house.world.now())
            _ = try await house.setRole(role, user: person.user, by: admin, from: Origin(address: "", agent: ""))
        }
    }

    @Test func `looks and does not trade, from the moment on that the role was given`() throws {
        let id = try house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string ?? ""
        try setRole(.viewer, asha)
        for path in ["orders", "positions", "funds", "trades", "portfolio", "stats"] {
            #expect(try house.send(.get, "/api/paper-trading/\(path)", as: asha).status == 200)
        }
        for (method, target, body) in [
            (HTTPMethod.post, "/api/paper-trading/orders", OrderLine.json("BUY 1 NSE:INFY MIS MARKET")),
            (.patch, "/api/paper-trading/orders/\(id)", #"{"price":1390}"#), (.delete, "/api/paper-trading/orders/\(id)", nil),
            (.post, "/api/paper-trading/reset", nil), (.post, "/api/paper-trading/manual-trade", #"{"symbol":"INFY"}"#),
            (.post, "/api/orders/buy?symbol=INFY&quantity=1", nil), (.delete, "/api/orders/cancel/\(id)", nil),
            (.put, "/api/orders/modify", #"{"order_id":"\#(id)","quantity":2}"#),
        ] {
            #expect(try house.send(method, target, as: asha, json: body).status == 403, "\(target)")
        }
        #expect(try house.order(id, of: asha)["status"] == "OPEN")
        try setRole(.trader, asha)
        #expect(try house.send(.delete, "/api/paper-trading/orders/\(id)", as: asha).status == 200)
    }

    @Test func `who becomes an admin sees the accounts, but not the owner's imported books`() throws {
        #expect(try house.send(.get, "/api/admin/users", as: asha).status == 403)
        try setRole(.admin, asha)
        #expect(try house.send(.get, "/api/admin/users", as: asha).status == 200)
        #expect(try house.send(.get, "/api/admin/legacy-books", as: asha).status == 403)
        let handOver = try house.send(.post, "/api/admin/legacy-books/hand-over", as: asha, json: #"{"user_id":"\#(asha.user)"}"#)
        #expect(handOver.status == 403)
        try setRole(.trader, asha)
        #expect(try house.send(.get, "/api/admin/users", as: asha).status == 403)
    }

    @Test func `there is one owner, and nobody becomes one`() throws {
        let owner = try house.joinAsOwner()
        #expect(throws: HouseRefusal.notPermitted) { try setRole(.owner, asha) }
        #expect(throws: HouseRefusal.notPermitted) { try setRole(.trader, owner) }
        #expect(try house.send(.get, "/api/admin/users", as: owner).status == 200)
    }
}

@Suite struct `A login on its way` {
    @Test func `does not outrun the account being switched off`() throws {
        let house = try TestHouse(disk: makeDisk())
        let owner = try house.joinAsOwner()
        let asha = try house.join("asha@example.com")
        let tradehouse = house.house
        let found = try house.turn { [token = owner.token] house in try house.find(house.digest(ofToken: token)).flatMap { Admin($0) } }
        let admin = try #require(found)
        // Every way of interleaving the two, by how many jobs of the disk run in between.
        for steps in 0..<6 {
            let origin = Origin(address: "127.0.0.1", agent: "")
            _ = try house.run { try await tradehouse.setDisabled(false, user: asha.user, by: admin, from: origin) }
            let token = LockedBox<String?>(nil)
            house.loop.perform {
                _ = Task.immediate(executorPreference: house.loop) {
                    do {
                        let welcome = try await tradehouse.logIn(email: "asha@example.com", password: "correct horse battery", from: origin)
                        token.value = welcome.token
                    } catch {
                        #expect(error as? HouseRefusal == .accountDisabled)
                    }
                }
            }
            for _ in 0..<steps {
                house.loop.runUntilIdle()
                house.queue.runNext()
            }
            _ = try house.run { try await tradehouse.setDisabled(true, user: asha.user, by: admin, from: origin) }
            if let token = token.value {
                #expect(try house.send(.get, "/api/auth/user", token: token).status == 401, "after \(steps) steps")
            }
        }
    }
}

@Suite struct `Names and numbers of the house` {
    @Test func `order ids begin with P, sort by time and never meet`() throws {
        let two = try TwoTraders()
        var ids: [String] = []
        for _ in 0..<50 {
            ids.append(try two.house.place("BUY 1 NSE:INFY MIS LIMIT 1000.00", as: two.bela)["order_id"].string ?? "")
            two.house.advance(by: .milliseconds(1))
        }
        #expect(ids == ids.sorted() && Set(ids).count == 50)
        #expect(ids.allSatisfy { $0.utf8.count == 20 && $0.hasPrefix("P") })
    }

    @Test func `the same seed gives the same answers and the same files`() throws {
        func life(_ seed: UInt64) throws -> (answers: [String], files: [String]) {
            let disk = makeDisk()
            let house = try TestHouse(seed: seed, disk: disk)
            let asha = try house.join("asha@example.com")
            try house.quote("NSE:INFY", "1499.95", "1500.00")
            var answers = try [house.place("BUY 10 NSE:INFY MIS MARKET", as: asha).text]
            answers.append(try house.place("SELL 4 NSE:INFY MIS LIMIT 1510.00", as: asha).text)
            try house.quote("NSE:INFY", "1510.05", "1510.10")
            answers.append(try house.send(.get, "/api/paper-trading/orders", as: asha).text)
            house.advance(by: .seconds(2))
            try house.close()
            return (answers, try disk.everyFile().map { $0.path + " " + String(decoding: $0.bytes, as: UTF8.self) })
        }
        let (first, second, other) = (try life(7), try life(7), try life(8))
        #expect(first.answers == second.answers && first.files == second.files)
        #expect(first.answers != other.answers)
    }
}
