// Nobody sees or moves what is another's, on any route: guests, other traders, ended logins and forged tokens.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

/// A house in which Asha has traded, with an own instrument for everybody else.
private func makeHouse() throws -> TradedHouse {
    let traded = try TradedHouse(
        instruments: TestHouse.instruments + [TestHouse.instrument("NSE", "WIPRO", token: 969_473, tick: "0.05", lot: "1")],
        rules: .builtIn)
    try traded.house.quote("NSE:WIPRO", "250.00", "250.05", last: "250.00")
    // A second book that traded, which nobody else may find.
    _ = try traded.house.send(.post, "/api/books", as: traded.asha, json: #"{"name":"swing","title":"ashas swing book"}"#)
    _ = try traded.house.send(
        .post, "/api/paper-trading/orders", as: traded.asha, json: OrderLine.json("BUY 1 NSE:INFY MIS MARKET book=swing"))
    let waiting = try traded.house.send(
        .post, "/api/paper-trading/gtt", as: traded.asha,
        json:
            #"{"exchange":"NSE","tradingsymbol":"INFY","legs":[{"trigger_price":1400,"transaction_type":"BUY","quantity":1,"price":1400}]}"#
    )
    traded.remember("gtt", String(waiting["gtt", "id"].int64 ?? 0))
    return traded
}

extension TradedHouse {
    fileprivate func send(_ row: AccessRow, token: String?, headers: HTTPHeaders = [:]) throws -> TestAnswer {
        try house.send(row.method, filled(row.path), token: token, json: row.body.map(filled), headers: headers)
    }

    /// What must never reach anybody else: ids of orders (trades begin with theirs), tags and keys, and who Asha is.
    fileprivate var secrets: [String] {
        Array(orders.values) + [asha.user.text, "asha@example.com", "asha", asha.token, "dip-1", "dip", "exit", "ashas swing"]
    }
}

@Suite struct `Every route` {
    @Test func `is in the table of who may ask`() {
        let routes = WebApp.routes.map { "\($0.method.name) \($0.pattern)" }
        #expect(Set(routes) == Set(AccessRow.all.map(\.route)))
        #expect(AccessRow.all.count == routes.count)
    }

    @Test func `asks the door for what the table says`() {
        for row in AccessRow.all {
            let access = WebApp.routes.first { "\($0.method.name) \($0.pattern)" == row.route }?.access
            switch row.access {
            case .anyone: #expect(access == .anyone, "\(row)")
            case .own, .shared: #expect(access == .trader, "\(row)")
            case .admin: #expect(access == .admin, "\(row)")
            }
        }
    }

    @Test(arguments: AccessRow.all)
    func `tells a guest nothing unless it is public`(_ row: AccessRow) throws {
        let traded = try makeHouse()
        let answer = try traded.send(row, token: nil)
        if row.isGuarded {
            #expect(answer.status == 401)
            #expect(answer["detail"] == "Authentication required. Please log in.")
        } else {
            #expect(answer.status == row.status, "\(answer.text)")
        }
        for secret in traded.secrets { #expect(!answer.body.holds(secret), "\(secret)") }
    }

    @Test(arguments: AccessRow.all.filter { !$0.isAdministrative })
    func `works for whom the data belongs to`(_ row: AccessRow) throws {
        let traded = try makeHouse()
        let answer = try traded.send(row, token: traded.asha.token)
        #expect(answer.status == row.status, "\(answer.text)")
    }

    @Test(arguments: AccessRow.all.filter(\.isGuarded))
    func `shows another trader nothing of it, whichever ids are sent`(_ row: AccessRow) throws {
        let traded = try makeHouse()
        let bela = try traded.house.join("bela@example.com")
        let before = try traded.house.send(.get, "/api/orders/orders", as: traded.asha).text
        let answer = try traded.send(row, token: bela.token)
        switch row.access {
        case .own(let foreign): #expect(answer.status == foreign, "\(answer.text)")
        case .admin: #expect(answer.status == 403, "\(answer.text)")
        case .shared: #expect(answer.status == row.status, "\(answer.text)")
        case .anyone: break
        }
        for secret in traded.secrets { #expect(!answer.text.contains(secret), "\(secret) in \(answer.text)") }
        if case .own = row.access, row.route != "POST /api/paper-trading/test-trade" {
            for symbol in ["INFY", "TCS", "RELIANCE"] { #expect(!answer.text.contains(symbol), "\(answer.text)") }
        }
        #expect(try traded.house.send(.get, "/api/orders/orders", as: traded.asha).text == before)
    }

    @Test(arguments: AccessRow.all.filter(\.isGuarded))
    func `finds no book of another trader's by its name`(_ row: AccessRow) throws {
        let traded = try makeHouse()
        let bela = try traded.house.join("bela@example.com")
        let path = traded.filled(row.path)
        let target = path + (path.contains("?") ? "&" : "?") + "book=swing"
        let answer = try traded.house.send(row.method, target, token: bela.token, json: row.body.map(traded.filled))
        for secret in traded.secrets { #expect(!answer.text.contains(secret), "\(secret) in \(answer.text)") }
        if row.route.contains("/api/paper-trading/"), row.route != "POST /api/paper-trading/charges" {
            #expect(answer.status == 404, "\(answer.text)")
        }
        if row.route.contains("/api/orders/") { #expect(answer.status == 404, "\(answer.text)") }
    }

    @Test(arguments: AccessRow.all.filter(\.isAdministrative))
    func `of the owner's works for the owner, not for traders`(_ row: AccessRow) throws {
        let traded = try makeHouse()
        let owner = try traded.house.joinAsOwner()
        #expect(try traded.send(row, token: owner.token).status == row.status)
        let refused = try traded.send(row, token: traded.asha.token)
        #expect(refused.status == 403)
        #expect(refused["error"] == "not_permitted")
    }

    @Test func `lets a login live 24 hours and not a minute more`() throws {
        let traded = try makeHouse()
        traded.house.advance(by: .seconds(86_400 - 60 - 30), step: .seconds(3_600))
        #expect(try traded.house.send(.get, "/api/paper-trading/funds", as: traded.asha).status == 200)
        traded.house.advance(by: .seconds(120), step: .seconds(60))
        for row in AccessRow.all where row.isGuarded {
            let answer = try traded.send(row, token: traded.asha.token)
            #expect(answer.status == 401, "\(row)")
            #expect(answer["detail"] == "Authentication required. Your session has expired, please log in again.", "\(row)")
        }
        #expect(try traded.house.send(.get, "/api/auth/status", as: traded.asha)["is_authenticated"] == false)
    }

    @Test func `ends with the logout at once, for the session token and the signed one`() throws {
        let traded = try makeHouse()
        let login = try traded.house.send(
            .post, "/api/auth/login", json: #"{"email":"asha@example.com","password":"correct horse battery"}"#)
        let (session, signed) = (login["session_token"].string ?? "", login["token"].string ?? "")
        #expect(try traded.house.send(.get, "/api/auth/user", token: signed).status == 200)
        #expect(try traded.house.send(.post, "/api/auth/logout", token: signed).status == 200)
        for token in [session, signed] {
            for row in AccessRow.all where row.isGuarded {
                let answer = try traded.send(row, token: token)
                #expect(answer.status == 401, "\(row)")
                #expect(answer["detail"].string?.hasPrefix("Authentication required. This session is not valid any more") == true)
            }
        }
        #expect(try traded.house.send(.get, "/api/auth/user", as: traded.asha).status == 200, "the other login lives on")
    }

    @Test func `ends at once for an account that is switched off, and comes back only by a new login`() throws {
        let traded = try makeHouse()
        let owner = try traded.house.joinAsOwner()
        let login = #"{"email":"asha@example.com","password":"correct horse battery"}"#
        let target = "/api/admin/users/\(traded.asha.user)"
        #expect(try traded.house.send(.patch, target, as: owner, json: #"{"disabled":true}"#)["user", "disabled"] == true)
        for row in AccessRow.all where row.isGuarded { #expect(try traded.send(row, token: traded.asha.token).status == 401, "\(row)") }
        let refused = try traded.house.send(.post, "/api/auth/login", json: login)
        #expect(refused.status == 403)
        #expect(refused["error"] == "account_disabled")
        let wrong = try traded.house.send(.post, "/api/auth/login", json: login.replacing("horse", with: "house"))
        #expect(wrong.status == 401, "only who knows the password learns that the account is off")
        #expect(try traded.house.send(.patch, target, as: owner, json: #"{"disabled":false}"#).status == 200)
        #expect(try traded.house.send(.post, "/api/auth/login", json: login).status == 200)
    }

    @Test func `takes no token from the address, but for the status that old clients ask so`() throws {
        let traded = try makeHouse()
        for row in AccessRow.all where row.isGuarded {
            let path = traded.filled(row.path)
            let target = path + (path.contains("?") ? "&" : "?") + "token=\(traded.asha.token)&session_token=\(traded.asha.token)"
            let answer = try traded.house.send(row.method, target, json: row.body.map(traded.filled))
            #expect(answer.status == 401, "\(row)")
        }
        let status = try traded.house.send(.get, "/api/auth/status?token=\(traded.asha.token)")
        #expect(status["is_authenticated"] == true)
        #expect(status["user", "user_id"].string == traded.asha.user.text)
        #expect(!status.text.contains(traded.asha.token))
    }

    @Test func `takes both kinds of token in both headers, and the session header wins`() throws {
        let traded = try makeHouse()
        let login = try traded.house.send(
            .post, "/api/auth/login", json: #"{"email":"asha@example.com","password":"correct horse battery"}"#)
        for token in [login["session_token"].string ?? "", login["token"].string ?? ""] {
            #expect(try traded.house.send(.get, "/api/auth/user", token: token).status == 200)
            #expect(try traded.house.send(.get, "/api/auth/user", headers: ["Authorization": "Bearer \(token)"]).status == 200)
            for scheme in ["bearer \(token)", "Token \(token)", "Bearer  \(token)", "Bearer", token] {
                #expect(try traded.house.send(.get, "/api/auth/user", headers: ["Authorization": scheme]).status == 401, "\(scheme)")
            }
            let both = try traded.house.send(
                .get, "/api/auth/user", token: "00000000-0000-4000-8000-000000000000", headers: ["Authorization": "Bearer \(token)"])
            #expect(both.status == 401)
        }
    }

    @Test func `refuses every forged signed token`() throws {
        let traded = try makeHouse()
        let bela = try traded.house.join("bela@example.com")
        // A header's value never has blanks at its ends, so that one forgery cannot even be sent.
        for forged in try ForgedTokens.all(victim: traded.asha, attacker: bela, house: traded.house) where !forged.token.hasSuffix("\n") {
            let answer = try traded.house.send(.get, "/api/paper-trading/orders", token: forged.token)
            #expect(answer.status == 401, "\(forged.what)")
            for secret in traded.secrets { #expect(!answer.text.contains(secret), "\(forged.what)") }
        }
    }
}

@Suite struct `The disk` {
    @Test func `keeps each user's books in files of their own, and no secret in clear`() throws {
        let traded = try makeHouse()
        let bela = try traded.house.join("bela@example.com")
        let login = try traded.house.send(
            .post, "/api/auth/login", json: #"{"email":"bela@example.com","password":"correct horse battery"}"#)
        _ = try traded.house.place("BUY 1 NSE:WIPRO MIS MARKET", as: bela)
        traded.house.advance(by: .seconds(2))
        try traded.house.close()
        let files = try traded.house.disk.everyFile()
        #expect(!files.isEmpty)
        for (path, bytes) in files {
            for secret in [
                "correct horse battery", traded.asha.token, bela.token, login["session_token"].string ?? "", login["token"].string ?? "",
            ] {
                #expect(!bytes.holds(secret), "\(path)")
            }
            if path.hasPrefix("paper/") && path.contains(bela.user.text) {
                for secret in traded.orders.values { #expect(!bytes.holds(secret), "\(path)") }
                #expect(!bytes.holds(traded.asha.user.text) && !bytes.holds("INFY"), "\(path)")
            }
        }
        let own = files.filter { $0.path.hasPrefix("paper/\(bela.user.text)/") }
        #expect(own.contains { $0.bytes.holds("WIPRO") })
    }

    @Test func `and the log hold no token, no password and no address with a token`() throws {
        let traded = try makeHouse()
        _ = try traded.house.send(.get, "/api/auth/status?token=\(traded.asha.token)")
        _ = try traded.house.send(.get, "/api/paper-trading/funds?token=\(traded.asha.token)")
        for line in traded.house.log.lines {
            #expect(!line.contains(traded.asha.token) && !line.contains("correct horse battery"), "\(line)")
        }
    }
}
