// Which path goes where, and the answers that every path shares.

import House
import Platform
import TestSupport
import Testing
import Trading
import Wire

@testable import Web

@Suite struct `The table of routes` {
    private static let table = RouteTable(
        ["/", "/a", "/a/b", "/a/{x}", "/a/{x}/c", "/a/b/{y}", "/{z}/d"].map { Route(.get, $0, .anyone, .native, answer) }
            + [Route(.post, "/a", .anyone, .native, answer), Route(.delete, "/a/{x}", .trader, .legacy, answer)])

    private static let answer: Handler = { _, _ in Reply(body: []) }

    /// `pattern parameter,parameter`, the methods there are, or nothing.
    private func match(_ method: HTTPMethod, _ path: String) -> String {
        switch Self.table.match(method, path) {
        case .route(let route, let parameters): ([route.pattern] + parameters).joined(separator: " ")
        case .otherMethods(let methods): "only " + methods.joined(separator: ",")
        case .nothing: "nothing"
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/b", "/a/b"), ("/a/x", "/a/{x} x"), ("/a/x/c", "/a/{x}/c x"), ("/a/b/c", "/a/b/{y} c"),
        ("/q/d", "/{z}/d q"), ("/a/d", "/a/{x} d"), ("/a/", "nothing"), ("//", "nothing"), ("/a//c", "nothing"), ("/b", "nothing"),
        ("/a/x/d", "nothing"), ("/A", "nothing"), ("", "/"), ("/a/b/c/d", "nothing"), ("/a/%62", "/a/{x} b"), ("/a/%zz", "nothing"),
        ("/a/%F0%9F%92%A9", "/a/{x} 💩"), ("/a/%2F", "/a/{x} /"), ("/a/x%20y", "/a/{x} x y"), ("/a/x+y", "/a/{x} x+y"),
        ("/a/..", "/a/{x} .."), ("/a/%C3%28", "nothing"),
    ])
    func `finds the fixed segment before the variable one`(_ path: String, _ expected: String) {
        #expect(match(.get, path) == expected)
    }

    @Test func `tells which other methods a path has`() {
        #expect(match(.put, "/a") == "only GET,POST")
        #expect(match(.post, "/a/x") == "only DELETE,GET")
        #expect(match(.post, "/nothing") == "nothing")
        #expect(match(.options, "/") == "only GET")
        #expect(match(.other("BREW"), "/a") == "only GET,POST")
    }

    @Test func `answers HEAD by the route of GET`() {
        #expect(match(.head, "/a/b") == "/a/b")
        #expect(match(.head, "/nothing") == "nothing")
    }

    @Test func `does not fall over long or deep paths`() {
        #expect(match(.get, String(repeating: "/a", count: 4_000)) == "nothing")
        #expect(match(.get, "/a/" + String(repeating: "x", count: 8_000)).hasPrefix("/a/{x} "))
    }

    @Test func `of the house has no path that another one hides`() {
        let table = RouteTable(WebApp.routes)
        for route in WebApp.routes {
            let path = route.pattern.split(separator: "/", omittingEmptySubsequences: false)
                .map { $0.hasPrefix("{") ? "zzz" : String($0) }.joined(separator: "/")
            guard case .route(let found, _) = table.match(route.method, path) else {
                Issue.record("\(route.method.name) \(route.pattern) is not found")
                continue
            }
            #expect(found.pattern == route.pattern)
        }
    }
}

@Suite struct `Every answer` {
    @Test func `carries the security headers and is not kept`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        for (target, token) in [
            ("/health", nil), ("/api/nothing", nil), ("/api/paper-trading/funds", asha.token), ("/api/paper-trading/funds", "x"),
        ] {
            let answer = try house.send(.get, target, token: token)
            for (name, value) in WebApp.securityHeaders { #expect(answer.headers.all(name) == [value], "\(target)") }
            #expect(answer.headers["Cache-Control"] == "no-store")
            #expect(answer.headers["Content-Type"] == "application/json")
            #expect(answer.headers["Access-Control-Allow-Origin"] == nil)
        }
        let policy = WebApp.securityHeaders.first { $0.0 == "Content-Security-Policy" }?.1 ?? ""
        #expect(!policy.contains("unsafe") && !policy.contains("*"))
    }

    @Test func `at the root is the page for browsers and the old JSON for everybody else`() throws {
        let house = try TestHouse(disk: makeDisk())
        let page = try house.send(.get, "/", headers: ["Accept": "text/html,application/xhtml+xml"])
        #expect(page.status == 200)
        #expect(page.headers["Content-Type"]?.hasPrefix("text/html") == true)
        #expect(page.headers["Content-Security-Policy"] != nil)
        #expect(try house.send(.get, "/")["status"] == "ok")
        #expect(try house.send(.get, "/trade", headers: ["Accept": "text/html"]).headers["Content-Type"]?.hasPrefix("text/html") == true)
        #expect(try house.send(.get, "/api/trade", headers: ["Accept": "text/html"]).status == 404)
        #expect(try house.send(.get, "/trade").status == 404)
        #expect(try house.send(.post, "/trade", headers: ["Accept": "text/html"]).status == 404)
    }

    @Test(arguments: ["/../../etc/passwd", "/a/x/../../index.html", "/a//etc/passwd", "/%2e%2e/etc/passwd", "/a/x/..%2f..%2fetc/passwd"])
    func `never comes from outside the pages`(_ path: String) throws {
        let house = try TestHouse(disk: makeDisk())
        let answer = try house.send(.get, path)
        #expect(answer.status == 404)
        #expect(!answer.body.holds("root:"))
    }

    @Test func `to a question about time out of range is a refusal, not a crash`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        try house.tick("NSE:INFY", last: "1500")
        for to in ["-9223372036854775808", "-9223372036854775", "9223372036854775807", "9223372036854775", "-1", "99999999999999999999"] {
            for interval in ["minute", "day"] {
                let target = "/api/market/candles?instrument=NSE:INFY&interval=\(interval)&count=5000&to=\(to)"
                let answer = try house.send(.get, target, as: asha)
                #expect(answer.status == 200 || answer.status == 422, "\(to): \(answer.text)")
            }
        }
        for (first, last) in [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01")] {
            let body = #"{"symbol":"INFY","from_date":"\#(first)","to_date":"\#(last)","interval":"minute"}"#
            #expect(try house.send(.post, "/api/market/historical", as: asha, json: body).status == 200)
        }
        for query in ["days=0", "days=4001", "days=-1", "days=9223372036854775807", "interval=2hour"] {
            #expect(try house.send(.get, "/api/market/historical/quick?symbol=INFY&\(query)", as: asha).status == 422, "\(query)")
        }
        for query in ["count=0", "count=5001", "interval=x", "count=1.5"] {
            let answer = try house.send(.get, "/api/market/candles?instrument=NSE:INFY&\(query)", as: asha)
            #expect(answer.status == 422)
            #expect(answer["field"].string == String(query.prefix { $0 != "=" }))
        }
        #expect(try house.send(.get, "/api/market/candles?instrument=NSE:NOSUCH", as: asha)["error"] == "unknown_instrument")
    }

    @Test func `names no more instruments than asked for, up to the limit`() throws {
        let house = try TestHouse(disk: makeDisk())
        let asha = try house.join("asha@example.com")
        try house.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        let watch = try house.send(.get, "/api/market/watch?instruments=NSE:INFY,NSE:TCS,NSE:NOSUCH,x", as: asha)
        let shape = """
            {"i":"=NSE:INFY","ltp":"number","change":"number","pct":"number","open":"number","high":"number","low":"number",
             "close":"number","volume":"number","at":"integer","bid":"number","ask":"number","bids":"list","asks":"list","stale":"bool",
             "tick":"number","lot":"number","name":"string","tradable":"bool","quoted":"bool","simulated":"bool"}
            """
        #expect(watch["quotes"].array?.count == 2)
        #expect(try JSONShape.differences(watch["quotes"].array?.first ?? .null, from: shape) == [])
        #expect(watch["quotes"].array?.last?["ltp"] == .null)
        let many = Array(repeating: "NSE:INFY", count: 501).joined(separator: ",")
        #expect(try house.send(.get, "/api/market/watch?instruments=\(many)", as: asha).status == 422)
    }
}

@Suite struct `The owner's list of accounts` {
    @Test func `shows everybody, and nobody's secrets`() throws {
        let house = try TestHouse(disk: makeDisk())
        let owner = try house.joinAsOwner()
        let asha = try house.join("asha@example.com")
        let answer = try house.send(.get, "/api/admin/users", as: owner)
        let shape = """
            {"status":"=success","users":[{"user_id":"string","email":"string","name":"string","role":"string","disabled":"bool",
             "created_at":"string"}],"next":"null"}
            """
        #expect(try JSONShape.differences(answer.json, from: shape) == [])
        #expect(Set(answer["users"].array?.compactMap { $0["email"]?.string } ?? []) == ["owner@example.com", "asha@example.com"])
        for secret in ["simulated:", "password", owner.token, asha.token] { #expect(!answer.text.contains(secret)) }
    }

    @Test func `goes on page by page`() throws {
        let house = try TestHouse(disk: makeDisk())
        let owner = try house.joinAsOwner()
        for number in 0..<104 { _ = try house.join("u\(number)@example.com") }
        let first = try house.send(.get, "/api/admin/users", as: owner)
        #expect(first["users"].array?.count == 100)
        let next = try #require(first["next"].string)
        let second = try house.send(.get, "/api/admin/users?after=\(next)", as: owner)
        #expect(second["users"].array?.count == 5)
        #expect(second["next"] == .null)
        let ids = ((first["users"].array ?? []) + (second["users"].array ?? [])).compactMap { $0["user_id"]?.string }
        #expect(Set(ids).count == 105 && ids == ids.sorted())
    }

    @Test func `cannot switch the owner off, nor what is not there`() throws {
        let house = try TestHouse(disk: makeDisk())
        let owner = try house.joinAsOwner()
        let disable = #"{"disabled":true}"#
        #expect(try house.send(.patch, "/api/admin/users/\(owner.user)", as: owner, json: disable).status == 403)
        #expect(try house.send(.patch, "/api/admin/users/U000000000", as: owner, json: disable).status == 404)
        #expect(try house.send(.patch, "/api/admin/users/..", as: owner, json: disable).status == 404)
        let asha = try house.join("asha@example.com")
        for body in ["{}", #"{"disabled":null}"#, #"{"disabled":"perhaps"}"#, #"{"disabled":true,"role":"owner"}"#] {
            #expect(try house.send(.patch, "/api/admin/users/\(asha.user)", as: owner, json: body).status == 422, "\(body)")
        }
        #expect(try house.send(.get, "/api/auth/user", as: asha).status == 200)
    }
}
