// Acts that meet while the disk is still busy with an earlier one: what is told of each is on disk already, and none of them trips
// over the other.

import House
import Platform
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Between two batches of the disk` {
    private let disk = SimulatedDisk(seed: 5)
    private let host: TestHouse
    private let token: String

    init() throws {
        host = try TestHouse(disk: disk)
        token = try host.register("asha@example.com").token
        try host.quote("NSE:INFY", "100", "100.05")
        // Something durable first, so that the desk is awake.
        _ = try host.send(.post, "/api/paper-trading/orders", token: token, json: order("MARKET"))
    }

    private func order(_ type: String, _ more: String = "") -> String {
        "{\"exchange\":\"NSE\",\"tradingsymbol\":\"INFY\",\"transaction_type\":\"BUY\",\"quantity\":1,\"order_type\":\"\(type)\"\(more)}"
    }

    /// Puts a request into the house and leaves the disk alone.
    private func post(_ method: HTTPMethod, _ path: String, json: String? = nil) -> LockedBox<HTTPResponse?> {
        var request = HTTPRequest(
            method: method, target: path, headers: ["Host": "localhost", "X-Session-Token": token], body: Array((json ?? "").utf8))
        request.remoteAddress = "127.0.0.1"
        let (app, house, sent, answer) = (host.app, host.house, request, LockedBox<HTTPResponse?>(nil))
        host.loop.perform {
            _ = Task.immediate(executorPreference: host.loop) { answer.value = await app.answer(sent, house) }
        }
        return answer
    }

    /// A price in the same turn, with the disk left alone.
    private func tick(_ last: String) {
        let house = host.house
        let tick = Tick(
            instrument: InstrumentID(key: "NSE:INFY")!, at: Timestamp(microseconds: host.loop.wallMicroseconds + 1),
            lastPrice: Price(text: last)!,
            lastQuantity: Quantity(whole: 1), dayVolume: Quantity(whole: 1), depth: .none)
        host.loop.perform { house.assumeIsolated { $0.take(tick) } }
    }

    /// Turns the disk one job at a time until there is an answer.
    private func first(_ answer: LockedBox<HTTPResponse?>) throws -> JSONValue {
        while answer.value == nil {
            try #require(host.queue.runNext(), "nothing is left to do and there is no answer")
            host.loop.runUntilIdle()
        }
        return try JSONParser.parse(try #require(answer.value).body)
    }

    @Test(arguments: [SimulatedDisk.Crash.kill, .powerCut])
    func `a fill that is not on disk yet is not told with the order it fills`(crash: SimulatedDisk.Crash) throws {
        let answer = post(.post, "/api/paper-trading/orders", json: order("LIMIT", ",\"price\":90"))
        tick("89")
        let told = try first(answer)
        let id = try #require(told["order_id"]?.string)

        let next = try TestHouse(seed: 2, disk: disk.crashed(crash))
        let now = try next.send(.get, "/api/paper-trading/orders/\(id)", token: token)
        #expect(now.status == 200)
        if told["order"]?["status"] == "COMPLETE" { #expect(now["order", "status"] == "COMPLETE", "told of a fill that is gone") }
    }

    @Test func `a reset that meets an order on its way leaves both answered`() throws {
        let placed = post(.post, "/api/paper-trading/orders", json: order("LIMIT", ",\"price\":90"))
        let reset = post(.post, "/api/paper-trading/reset")
        let later = post(.post, "/api/paper-trading/orders", json: order("MARKET"))
        host.settle()
        #expect(placed.value?.status == 201)
        #expect(reset.value?.status == 200)
        #expect(later.value?.status == 201)
        #expect(try host.send(.get, "/api/paper-trading/orders", token: token)["orders"].array?.count == 1)
    }

    @Test func `a reset that meets a cancellation on its way leaves both answered`() throws {
        let id = try #require(
            try host.send(.post, "/api/paper-trading/orders", token: token, json: order("LIMIT", ",\"price\":90"))["order_id"].string)
        let cancelled = post(.delete, "/api/paper-trading/orders/\(id)")
        let reset = post(.post, "/api/paper-trading/reset")
        host.settle()
        #expect(cancelled.value?.status == 200)
        #expect(reset.value?.status == 200)
    }
}
