// What one user, or a page somewhere else, could do to a house that looks away: each of these did harm once.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Harm to the house` {
    /// Sends requests one after the other without letting the disk answer in between, then lets it; gives their answers.
    private func together(_ requests: [HTTPRequest], in host: TestHouse) throws -> [HTTPResponse] {
        let answers = LockedBox<[Int: HTTPResponse]>([:])
        let (app, house) = (host.app, host.house)
        for (index, request) in requests.enumerated() {
            host.loop.perform {
                _ = Task.immediate(executorPreference: host.loop) {
                    let answer = await app.answer(request, house)
                    answers.value[index] = answer
                }
            }
        }
        host.settle()
        return try requests.indices.map { try #require(answers.value[$0]) }
    }

    private func request(
        _ method: HTTPMethod, _ target: String, token: String? = nil, json: String = "", headers: HTTPHeaders = [:]
    ) -> HTTPRequest {
        var headers = headers
        if headers["Host"] == nil { headers.set("Host", "localhost") }
        if let token { headers.set("X-Session-Token", token) }
        return HTTPRequest(method: method, target: target, headers: headers, body: Array(json.utf8))
    }

    @Test(arguments: ["place", "change", "cancel"])
    func `an order and a reset on their way together are both answered`(act: String) throws {
        let host = try TestHouse(disk: SimulatedDisk())
        try host.quote("NSE:INFY", "1499.90", "1500.00")
        let asha = try host.join("asha@example.com")
        let id = try #require(try host.place("BUY 1 NSE:INFY MIS LIMIT 1400", as: asha)["order_id"].string)
        let first =
            switch act {
            case "place": request(.post, "/api/paper-trading/orders", token: asha.token, json: OrderLine.json("BUY 1 NSE:INFY MIS LIMIT 1"))
            case "change": request(.patch, "/api/paper-trading/orders/\(id)", token: asha.token, json: #"{"price":1401}"#)
            default: request(.delete, "/api/paper-trading/orders/\(id)", token: asha.token)
            }
        let answers = try together([first, request(.post, "/api/paper-trading/reset", token: asha.token, json: "{}")], in: host)
        #expect(answers.map(\.status) == [act == "place" ? 201 : 200, 200])
        #expect(try host.send(.get, "/api/paper-trading/orders", as: asha)["orders"] == [])
    }

    @Test func `a reader that fails while it is told leaves the feed, and the others hear on`() throws {
        let host = try TestHouse(disk: SimulatedDisk())
        try host.quote("NSE:INFY", "1499.90", "1500.00")
        let asha = try host.join("asha@example.com")
        let feed = LiveFeed()
        let heard = LockedBox(0)
        let id = LockedBox<UInt64?>(nil)
        let told = LockedBox(0)
        // As a socket does that is over its limit: it is gone in the middle of being told.
        id.value = try host.turn { house in
            feed.open(
                LiveSocket(
                    send: { bytes in
                        guard String(decoding: bytes, as: UTF8.self).contains(#""type":"event""#), let own = id.value else { return }
                        told.value += 1
                        house.assumeIsolated { feed.closed(own, $0) }
                    }, close: { _, _ in }), kind: .stream, token: asha.token, house)
        }
        _ = try host.turn { house in
            feed.open(LiveSocket(send: { _ in heard.value += 1 }, close: { _, _ in }), kind: .stream, token: asha.token, house)
        }
        host.settle()
        let before = heard.value
        _ = try host.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        #expect(told.value >= 1)
        #expect(heard.value >= before + 4, "order, trade, position and funds")
        let left = try host.turn { _ in feed.count }
        #expect(left == 1)
    }

    @Test func `snapshots that are asked for in a flood come one at a time`() throws {
        let live = try LiveHouse()
        let socket = try live.open(token: live.two.asha.token)
        #expect(socket.frames("snapshot").count == 1)
        for _ in 0..<50 { try live.say(#"{"type":"snapshot"}"#, on: socket) }
        for _ in 0..<10 {
            try live.house.turn { [feed = live.feed] in feed.pump($0) }
            live.house.settle()
        }
        #expect(socket.frames("snapshot").count == 2)
    }

    @Test(
        arguments: [
            (["Origin": "http://evil.example"], false), (["Origin": "null"], false), (["Host": "evil.example:8000"], false),
            (["Sec-Fetch-Site": "cross-site"], false), (["Sec-Fetch-Site": "same-site"], false),
            (["Origin": "http://localhost"], true), (["Host": "127.0.0.1:8000"], true), (["Host": "[::1]:8000"], true), ([:], true),
            (["Sec-Fetch-Site": "same-origin"], true),
        ] as [([String: String], Bool)])
    func `in single-user mode only a program or a page of this house is the primary user`(headers: [String: String], isIn: Bool) throws {
        var settings = TestHouse.settings
        settings.mode = .singleUser
        let host = try TestHouse(disk: SimulatedDisk(), settings: settings)
        let fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
        let answers = try together(
            [
                request(.get, "/api/paper-trading/funds", headers: fields),
                request(.post, "/api/paper-trading/reset", json: "{}", headers: fields),
            ], in: host)
        #expect(answers.map(\.status) == (isIn ? [200, 200] : [401, 401]))
    }
}
