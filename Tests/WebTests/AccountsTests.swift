// Accounts over the API: register, set up, log in, log out, how long logins live, and how often one may ask.

import House
import Storage
import TestSupport
import Testing
import Trading
import Wire

private let password = "correct horse battery"

extension TestHouse {
    fileprivate func register(_ email: String, _ password: String, more: String = "") throws -> TestAnswer {
        let sent = JSONValue.object(["email": .string(email), "password": .string(password)])
        return try send(.post, "/api/auth/register", json: String(JSONShape.text(sent).dropLast()) + more + "}")
    }

    fileprivate func logIn(_ email: String, _ password: String) throws -> TestAnswer {
        let sent = JSONValue.object(["email": .string(email), "password": .string(password)])
        return try send(.post, "/api/auth/login", json: JSONShape.text(sent))
    }
}

@Suite struct `Registering` {
    @Test func `answers with who it is and two tokens that both open`() throws {
        let house = try TestHouse(disk: makeDisk())
        let answer = try house.register("Asha@Example.com", password, more: #","name":"Asha""#)
        #expect(answer.status == 201)
        let shape = """
            {"ok":"bool","user_id":"string","email":"=Asha@Example.com","name":"=Asha","role":"=trader","token":"string",
             "session_token":"string","expires_at":"string"}
            """
        #expect(try JSONShape.differences(answer.json, from: shape) == [])
        #expect(answer["ok"] == true)
        #expect(answer["expires_at"] == "2026-11-21T13:30:00.000+05:30")
        for token in [answer["token"].string, answer["session_token"].string] {
            let user = try house.send(.get, "/api/auth/user", token: token)
            #expect(user.status == 200)
            #expect(user["user_id"] == answer["user_id"])
            #expect(user["created_at"] == "2026-11-20T13:30:00.000+05:30")
        }
        let id = answer["user_id"].string ?? ""
        #expect(id.utf8.count == 10 && id.hasPrefix("U"))
        let token = Array((answer["session_token"].string ?? "").utf8)
        #expect(token.count == 36 && token[14] == UInt8(ascii: "4") && "89ab".utf8.contains(token[19]))
    }

    @Test func `takes an address once, in any letter case`() throws {
        let house = try TestHouse(disk: makeDisk())
        #expect(try house.register("asha@example.com", password).status == 201)
        for email in ["asha@example.com", "ASHA@EXAMPLE.COM", "Asha@example.Com", " asha@example.com "] {
            let again = try house.register(email, password)
            #expect(again.status == 409)
            #expect(again["error"] == "email_taken")
            #expect(again["ok"] == false)
        }
        #expect(try house.logIn("ASHA@example.COM", password).status == 200)
    }

    @Test func `gives an address to one of two who ask at the same time`() throws {
        let house = try TestHouse(disk: makeDisk())
        let tradehouse = house.house
        let origin = Origin(address: "127.0.0.1", agent: "")
        let won = LockedBox<[Bool]>([])
        house.loop.perform {
            for email in ["asha@example.com", "ASHA@example.com"] {
                _ = Task.immediate(executorPreference: house.loop) {
                    let welcome = try? await tradehouse.register(email: email, password: password, name: "", from: origin)
                    won.value.append(welcome != nil)
                }
            }
        }
        house.settle()
        #expect(won.value.sorted { !$0 && $1 } == [false, true])
    }

    struct Bad: Sendable, CustomStringConvertible {
        let body: String
        let error: String
        var field: String?
        var description: String { error + " " + body.prefix(60) }
    }

    @Test(arguments: [
        Bad(body: #"{"email":"a@b.cd","password":"1234567"}"#, error: "password_too_short", field: "password"),
        Bad(
            body: #"{"email":"a@b.cd","password":"\#(String(repeating: "x", count: 257))"}"#, error: "password_too_long", field: "password"),
        Bad(body: #"{"email":"a@b.cd","password":"password1"}"#, error: "password_too_common", field: "password"),
        Bad(body: #"{"email":"a@b.cd","password":"PassWord1"}"#, error: "password_too_common", field: "password"),
        Bad(body: #"{"email":"a@b.cd","password":"\#(String(repeating: "x", count: 2_049))"}"#, error: "too_long", field: "password"),
        Bad(body: #"{"email":"nobody","password":"long enough 1"}"#, error: "invalid_email", field: "email"),
        Bad(body: #"{"email":"a@b","password":"long enough 1"}"#, error: "invalid_email", field: "email"),
        Bad(body: #"{"email":"a@b.cd, c@d.ef","password":"long enough 1"}"#, error: "invalid_email", field: "email"),
        Bad(body: #"{"email":"a@b.cd\u0000","password":"long enough 1"}"#, error: "invalid_email", field: "email"),
        Bad(
            body: #"{"email":"\#(String(repeating: "a", count: 251))@b.cd","password":"long enough 1"}"#, error: "too_long", field: "email"),
        Bad(body: #"{"password":"long enough 1"}"#, error: "missing_field", field: "email"),
        Bad(body: #"{"email":"a@b.cd"}"#, error: "missing_field", field: "password"),
        Bad(body: #"{"email":5,"password":"long enough 1"}"#, error: "wrong_type", field: "email"),
        Bad(body: #"{"email":"a@b.cd","password":null}"#, error: "missing_field", field: "password"),
        Bad(body: #"{"email":"a@b.cd","password":"long enough 1","role":"owner"}"#, error: "unknown_field", field: "role"),
        Bad(
            body: #"{"email":"a@b.cd","password":"long enough 1","name":"\#(String(repeating: "n", count: 101))"}"#, error: "too_long",
            field: "name"),
        Bad(body: #"{"email":"a@b.cd","password":"long enough 1","name":"a\u202eb"}"#, error: "malformed", field: "name"),
        Bad(body: #"{"email":"a@b.cd","password":"long enough 1","name":"a\u0007b"}"#, error: "malformed", field: "name"),
        Bad(body: "[]", error: "wrong_type"),
        Bad(body: "{", error: "not_json"),
        Bad(body: "", error: "not_json"),
    ])
    func `refuses with the field and what to do, and makes no account`(_ bad: Bad) throws {
        let house = try TestHouse(disk: makeDisk())
        let answer = try house.send(.post, "/api/auth/register", json: bad.body)
        #expect(answer.status == 400)
        #expect(answer["ok"] == false)
        #expect(answer["error"].string == bad.error)
        #expect(answer["field"].string == bad.field)
        #expect(answer["message"].string?.isEmpty == false)
        #expect(!answer.text.contains("long enough 1"), "a refusal does not repeat the password")
        house.advance(by: .seconds(2))
        #expect(try !house.disk.everyFile().contains { $0.path.hasPrefix("users/") })
    }

    @Test func `takes passwords of 8 and of 256 characters, in any script`() throws {
        let house = try TestHouse(disk: makeDisk())
        let passwords = ["k7#mQ2!z", String(repeating: "añ→", count: 85) + "x", "  spaces around  "]
        for (number, password) in passwords.enumerated() {
            #expect(try house.register("u\(number)@example.com", password).status == 201)
            #expect(try house.logIn("u\(number)@example.com", password).status == 200)
            #expect(try house.logIn("u\(number)@example.com", password + "x").status == 401)
        }
        #expect(try house.logIn("u2@example.com", "spaces around").status == 401)
    }

    @Test(arguments: [Registration.closed, .invite])
    func `is closed where the house says so`(_ registration: Registration) throws {
        var settings = TestHouse.settings
        settings.registration = registration
        let house = try TestHouse(disk: makeDisk(), settings: settings)
        let answer = try house.register("asha@example.com", password)
        #expect(answer.status == 403)
        #expect(answer["error"] == "registration_closed")
        #expect(try house.send(.get, "/api/setup/status")["registration"].string == registration.rawValue)
    }
}

@Suite struct `Setting up` {
    private func body(_ token: String, email: String = "owner@example.com") -> String {
        #"{"token":"\#(token)","email":"\#(email)","password":"\#(password)","name":"Owner"}"#
    }

    @Test func `makes the owner with the one-time token, and only once`() throws {
        let house = try TestHouse(disk: makeDisk())
        #expect(try house.send(.get, "/api/setup/status")["setup_needed"] == true)
        let token = try #require(try house.turn { $0.setupToken })
        for wrong in ["", "x", token.uppercased() + "x", String(token.dropLast())] {
            let refused = try house.send(.post, "/api/setup", json: body(wrong))
            #expect(refused.status == 403)
            #expect(refused["error"] == "setup_token_invalid")
        }
        let made = try house.send(.post, "/api/setup", json: body(token))
        #expect(made.status == 201)
        #expect(made["role"] == "owner")
        #expect(try house.send(.get, "/api/admin/users", token: made["session_token"].string).status == 200)
        #expect(try house.send(.get, "/api/setup/status")["setup_needed"] == false)
        let again = try house.send(.post, "/api/setup", json: body(token, email: "second@example.com"))
        #expect(again.status == 409)
        #expect(again["error"] == "setup_done")
    }

    @Test func `leaves the token good when the rest of the form was not`() throws {
        let house = try TestHouse(disk: makeDisk())
        let token = try #require(try house.turn { $0.setupToken })
        #expect(try house.send(.post, "/api/setup", json: body(token, email: "nobody")).status == 400)
        #expect(try house.send(.post, "/api/setup", json: body(token)).status == 201)
    }

    @Test func `makes one owner of two who use the token at the same time`() throws {
        let house = try TestHouse(disk: makeDisk())
        let tradehouse = house.house
        let token = try #require(try house.turn { $0.setupToken })
        let won = LockedBox<[Bool]>([])
        house.loop.perform {
            for email in ["one@example.com", "two@example.com"] {
                _ = Task.immediate(executorPreference: house.loop) {
                    let welcome = try? await tradehouse.setUp(
                        token: token, email: email, password: password, name: "", from: Origin(address: "127.0.0.1", agent: ""))
                    won.value.append(welcome != nil)
                }
            }
        }
        house.settle()
        #expect(won.value.sorted { !$0 && $1 } == [false, true])
    }

    @Test func `is over for good after a restart`() throws {
        let house = try TestHouse(disk: makeDisk())
        _ = try house.joinAsOwner()
        let later = try house.restarted()
        #expect(try later.turn { $0.setupToken } == nil)
        #expect(try later.send(.get, "/api/setup/status")["setup_needed"] == false)
    }

    @Test func `gives another token at the next start as long as nobody used it`() throws {
        let house = try TestHouse(disk: makeDisk())
        let token = try house.turn { $0.setupToken }
        let later = try house.restarted()
        let next = try later.turn { $0.setupToken }
        #expect(next != nil && next != token)
    }
}

@Suite struct `Logging in` {
    @Test func `answers the same to a wrong password and to an unknown address`() throws {
        let house = try TestHouse(disk: makeDisk())
        _ = try house.join("asha@example.com")
        let answers = try [
            house.logIn("asha@example.com", "wrong password"), house.logIn("nobody@example.com", "wrong password"),
            house.logIn("not an address", "wrong password"), house.logIn("", ""),
        ]
        for answer in answers {
            #expect(answer.status == 401)
            #expect(answer.body == answers[0].body)
            #expect(answer.headers == answers[0].headers)
        }
        #expect(answers[0]["error"] == "invalid_credentials")
        #expect(answers[0]["ok"] == false)
    }

    @Test func `begins a login of its own each time`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        let second = try house.logIn("asha@example.com", password)
        #expect(second.status == 200)
        #expect(second["session_token"].string != asha.token)
        _ = try house.send(.post, "/api/auth/logout", token: second["session_token"].string)
        #expect(try house.send(.get, "/api/auth/user", as: asha).status == 200)
    }

    @Test func `survives a restart of the house, and so does a logout`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        let second = try house.logIn("asha@example.com", password)
        _ = try house.send(.post, "/api/auth/logout", as: asha)
        let later = try house.restarted()
        #expect(try later.send(.get, "/api/auth/user", as: asha).status == 401)
        for token in [second["session_token"].string, second["token"].string] {
            #expect(try later.send(.get, "/api/auth/user", token: token).status == 200)
        }
        later.advance(by: .seconds(86_400), step: .seconds(3_600))
        let expired = try later.send(.get, "/api/auth/user", token: second["session_token"].string)
        #expect(expired["detail"] == "Authentication required. Your session has expired, please log in again.")
    }

    @Test func `loses no login when two begin at once right after a restart`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        let later = try house.restarted()
        let tradehouse = later.house
        let tokens = LockedBox<[String]>([])
        later.loop.perform {
            for _ in 0..<3 {
                _ = Task.immediate(executorPreference: later.loop) {
                    let welcome = try? await tradehouse.logIn(
                        email: "asha@example.com", password: password, from: Origin(address: "127.0.0.1", agent: ""))
                    if let welcome { tokens.value.append(welcome.token) }
                }
            }
        }
        later.settle()
        #expect(tokens.value.count == 3)
        let last = try later.restarted(seed: 3)
        for token in tokens.value + [asha.token] { #expect(try last.send(.get, "/api/auth/user", token: token).status == 200) }
    }

    @Test func `keeps the newest logins of a user, up to the limit`() throws {
        var settings = TestHouse.settings
        settings.sessionsPerUser = 20
        let house = try TestHouse(disk: makeDisk(), settings: settings)
        let asha = try house.join("asha@example.com")
        let bela = try house.join("bela@example.com")
        var tokens = [asha.token]
        for _ in 0..<20 { tokens.append(try house.logIn("asha@example.com", password)["session_token"].string ?? "") }
        #expect(try house.send(.get, "/api/auth/user", token: tokens[0]).status == 401)
        for token in tokens.dropFirst() { #expect(try house.send(.get, "/api/auth/user", token: token).status == 200) }
        #expect(try house.send(.get, "/api/auth/user", as: bela).status == 200)
        let later = try house.restarted()
        #expect(try later.send(.get, "/api/auth/user", token: tokens[0]).status == 401)
        #expect(try later.send(.get, "/api/auth/user", token: tokens[1]).status == 200)
    }

    @Test func `leaves the five old fields in the session file, and no clear token`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        house.advance(by: .seconds(2))
        let path = "sessions/\(asha.user).json"
        let bytes = try #require(try house.disk.readAll(path, limitBytes: 1 << 20))
        let file = try JSONParser.parse(bytes)
        let digest = try house.turn { [token = asha.token] in $0.digest(ofToken: token) }
        #expect(file["session_token"]?.string == "sha256:" + digest.hex)
        #expect(file["user_id"]?.string == asha.user.text)
        #expect(file["user_name"] == "asha@example.com")
        #expect(file["access_token"] == .null)
        #expect(file["login_time"]?.string?.hasPrefix("2026-11-20T08:00:00") == true)
        #expect(file["sessions"]?.array?.count == 1)
        #expect(!bytes.holds(asha.token))
    }
}

@Suite struct `Single-user mode` {
    private var settings: HouseSettings {
        var settings = TestHouse.settings
        settings.mode = .singleUser
        return settings
    }

    @Test func `needs no login, and no set-up`() throws {
        let house = try TestHouse(disk: makeDisk(), settings: settings)
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        #expect(try house.send(.get, "/api/setup/status")["setup_needed"] == false)
        #expect(try house.send(.post, "/api/orders/buy?symbol=INFY&quantity=2").status == 200)
        #expect(try house.send(.get, "/api/paper-trading/trades")["total_trades"] == 1)
        #expect(try house.send(.get, "/api/auth/status")["is_authenticated"] == true)
        #expect(try house.send(.get, "/api/admin/users").status == 200)
        let later = try house.restarted(settings: settings)
        #expect(try later.send(.get, "/api/paper-trading/trades")["total_trades"] == 1)
    }

    @Test func `still refuses a token that is wrong`() throws {
        let house = try TestHouse(disk: makeDisk(), settings: settings)
        #expect(try house.send(.get, "/api/paper-trading/funds", token: "00000000-0000-4000-8000-000000000000").status == 401)
    }

    @Test func `is the only one in which a call without a token has an owner`() throws {
        for mode in HouseMode.allCases where mode != .singleUser {
            var settings = TestHouse.settings
            settings.mode = mode
            let house = try TestHouse(disk: makeDisk(), settings: settings)
            _ = try house.joinAsOwner()
            #expect(try house.send(.get, "/api/paper-trading/funds").status == 401)
        }
    }

    @Test func `does not show the reserved books to other accounts`() throws {
        let house = try TestHouse(disk: makeDisk(), settings: settings)
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        _ = try house.send(.post, "/api/orders/buy?symbol=INFY&quantity=2")
        let bela = try house.join("bela@example.com")
        #expect(try house.send(.get, "/api/paper-trading/trades", as: bela)["total_trades"] == 0)
    }
}

@Suite struct `Limits on asking` {
    private func makeHouse(acts: Int = 100, reads: Int = 600, logins: Int = 0) throws -> TestHouse {
        var settings = TestHouse.settings
        settings.rateLimits = RateLimits(actsPerMinute: acts, readsPerMinute: reads, loginsPerMinute: logins, premiumFactor: 6)
        return try TestHouse(disk: makeDisk(), settings: settings)
    }

    @Test func `the 101st act of a minute is refused, and nobody else notices`() throws {
        let house = try makeHouse()
        let asha = try house.join("asha@example.com")
        let bela = try house.join("bela@example.com")
        for number in 1...100 {
            let answer = try house.send(.post, "/api/live/stop", as: asha)
            #expect(answer.status == 200)
            #expect(answer.headers["X-RateLimit-Limit"] == "100")
            #expect(answer.headers["X-RateLimit-Remaining"] == String(100 - number))
        }
        let refused = try house.send(.post, "/api/live/stop", as: asha)
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"] == "1")
        #expect(refused.headers["X-RateLimit-Remaining"] == "0")
        #expect(try house.send(.post, "/api/live/stop", as: bela).status == 200)
        #expect(try house.send(.get, "/api/paper-trading/funds", as: asha).status == 200, "reading has a budget of its own")
        house.advance(by: .seconds(1))
        #expect(try house.send(.post, "/api/live/stop", as: asha).status == 200)
        #expect(try house.send(.post, "/api/live/stop", as: asha).status == 429)
    }

    @Test func `an act that is refused stores nothing`() throws {
        let house = try makeHouse(acts: 1)
        let asha = try house.join("asha@example.com")
        try house.quote("NSE:INFY", "1499.95", "1500.00")
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha).status == 201)
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha).status == 429)
        #expect(try house.send(.get, "/api/orders/orders", as: asha)["count"] == 1)
    }

    @Test func `two logins of one user share one budget`() throws {
        let house = try makeHouse(acts: 2)
        let asha = try house.join("asha@example.com")
        let second = try house.logIn("asha@example.com", password)["session_token"].string
        #expect(try house.send(.post, "/api/live/stop", as: asha).status == 200)
        #expect(try house.send(.post, "/api/live/stop", token: second).status == 200)
        #expect(try house.send(.post, "/api/live/stop", as: asha).status == 429)
    }

    @Test func `reads have their own, larger budget`() throws {
        let house = try makeHouse(reads: 3)
        let asha = try house.join("asha@example.com")
        for _ in 0..<3 { #expect(try house.send(.get, "/api/paper-trading/funds", as: asha).status == 200) }
        #expect(try house.send(.get, "/api/market/status", as: asha).status == 429)
        #expect(try house.send(.get, "/health").status == 200)
    }

    @Test func `guessing passwords is slowed down by address and by account`() throws {
        let house = try makeHouse(logins: 5)
        _ = try house.join("asha@example.com")
        var statuses: [Int] = []
        for number in 0..<6 { statuses.append(try house.logIn("guess\(number)@example.com", "wrong password").status) }
        // The registration took one of the five.
        #expect(statuses == [401, 401, 401, 401, 429, 429])
        let refused = try house.logIn("asha@example.com", password)
        #expect(refused.status == 429)
        #expect(refused["error"] == "too_many_requests")
        #expect(refused.headers["Retry-After"].flatMap { Int($0) } ?? 0 >= 1)
        house.advance(by: .seconds(60))
        #expect(try house.logIn("asha@example.com", password).status == 200)
    }

    @Test func `all of them can be switched off`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        for _ in 0..<300 { #expect(try house.send(.post, "/api/live/stop", as: asha).status == 200) }
        #expect(try house.send(.get, "/api/live/status", as: asha).headers["X-RateLimit-Limit"] == nil)
    }
}
