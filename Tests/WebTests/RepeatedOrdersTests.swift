// One order that is sent more than once, and how the caller's own key tells it from a second one.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `The same order twice` {
    let two: TwoTraders
    var house: TestHouse { two.house }
    init() throws { two = try TwoTraders() }

    @Test func `with the same key and body is answered as the first time`() throws {
        let first = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        let second = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        #expect(second.status == 201)
        #expect(second.body == first.body)
        #expect(second.headers["Location"] == first.headers["Location"])
        #expect(try two.ids(of: two.asha).count == 1)
    }

    @Test func `with the key in the header is the same`() throws {
        let first = try house.place("BUY 1 NSE:INFY MIS MARKET", as: two.asha, headers: ["Idempotency-Key": "k2"])
        let second = try house.place("BUY 1 NSE:INFY MIS MARKET", as: two.asha, headers: ["Idempotency-Key": "k2"])
        let third = try house.place("BUY 1 NSE:INFY MIS MARKET key=k2", as: two.asha)
        #expect(first.body == second.body && first.body == third.body)
        #expect(first["order", "client_order_id"] == "k2")
        #expect(try two.ids(of: two.asha).count == 1)
    }

    @Test func `with other terms is a conflict that stores nothing`() throws {
        _ = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        for line in ["BUY 2 NSE:INFY MIS MARKET key=k1", "SELL 1 NSE:INFY MIS MARKET key=k1", "BUY 1 NSE:INFY CNC MARKET key=k1"] {
            let answer = try house.place(line, as: two.asha)
            #expect(answer.status == 409)
            #expect(answer["error"] == "duplicate_client_order_id")
        }
        #expect(try two.ids(of: two.asha).count == 1)
    }

    @Test func `is two orders for two traders`() throws {
        let first = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        let other = try house.place("BUY 3 NSE:INFY MIS MARKET key=k1", as: two.bela)
        #expect(other.status == 201)
        #expect(other["order_id"] != first["order_id"])
    }

    @Test func `is one order even when both are on the way at once`() throws {
        let asha = two.asha
        let answers = LockedBox<[String]>([])
        let (app, tradehouse) = (house.app, house.house)
        house.loop.perform {
            for _ in 0..<4 {
                var request = HTTPRequest(
                    method: .post, target: "/api/paper-trading/orders", headers: ["X-Session-Token": asha.token],
                    body: Array(OrderLine.json("BUY 1 NSE:INFY MIS MARKET key=k9").utf8))
                request.remoteAddress = "127.0.0.1"
                let sent = request
                _ = Task.immediate(executorPreference: house.loop) {
                    let response = await app.answer(sent, tradehouse)
                    answers.value.append(String(decoding: response.body, as: UTF8.self))
                }
            }
        }
        house.settle()
        #expect(answers.value.count == 4 && Set(answers.value).count == 1)
        #expect(try two.ids(of: asha).count == 1)
    }

    @Test func `is still known after a restart`() throws {
        let first = try house.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        let later = try house.restarted()
        try later.quote("NSE:INFY", "1499.95", "1500.00")
        let again = try later.place("BUY 1 NSE:INFY MIS MARKET key=k1", as: two.asha)
        #expect(again["order_id"] == first["order_id"])
        #expect(try later.place("BUY 2 NSE:INFY MIS MARKET key=k1", as: two.asha).status == 409)
    }

    @Test func `a rejected order answers as rejected again`() throws {
        let first = try house.place("BUY 1000 NSE:INFY MIS MARKET key=k1", as: two.asha)
        let again = try house.place("BUY 1000 NSE:INFY MIS MARKET key=k1", as: two.asha)
        #expect(first.status == 409 && again.status == 409)
        #expect(first.body == again.body)
    }

    @Test func `a key that is too long or empty is refused by name`() throws {
        let long = String(repeating: "k", count: 65)
        let field = try house.place("BUY 1 NSE:INFY MIS MARKET key=\(long)", as: two.asha)
        #expect(field.status == 422 && field["field"] == "client_order_id")
        for key in [long, ""] {
            let header = try house.place("BUY 1 NSE:INFY MIS MARKET", as: two.asha, headers: ["Idempotency-Key": key])
            #expect(header.status == 422 && header["field"] == "Idempotency-Key")
        }
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET key=\(long.dropLast())", as: two.asha).status == 201)
    }
}
