// What an order is found and grouped by: its tag, and the order that it belongs to.

import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Tags and parents` {
    @Test func `narrow the list of orders, alone and together`() throws {
        let traded = try TradedHouse()
        func ids(_ query: String) throws -> [String] {
            let answer = try traded.house.send(.get, "/api/paper-trading/orders?\(query)", as: traded.asha)
            return answer["orders"].array?.compactMap { $0["order_id"]?.string } ?? []
        }
        #expect(try ids("tag=first") == [traded.orders["buy"]!] && ids("tag=dip") == [traded.orders["resting"]!])
        #expect(try ids("tag=none").isEmpty && ids("tag=first&symbol=TCS").isEmpty)
        let leg = try traded.house.place("SELL 1 NSE:INFY MIS LIMIT 1600.00 parent_order_id=\(traded.orders["buy"]!)", as: traded.asha)
        #expect(leg.status == 201, "\(leg.text)")
        let id = try #require(leg["order_id"].string)
        #expect(leg["order", "parent_order_id"].string == traded.orders["buy"])
        #expect(try ids("parent=\(traded.orders["buy"]!)") == [id])
        #expect(try traded.house.send(.get, "/api/paper-trading/orders?parent=x%20y", as: traded.asha)["field"] == "parent")
        #expect(try traded.house.send(.get, "/api/paper-trading/orders?tag=123456789012345678901", as: traded.asha)["field"] == "tag")
    }

    @Test func `stay with the order over a restart`() throws {
        let traded = try TradedHouse()
        let leg = try traded.house.place(
            "SELL 1 NSE:INFY MIS LIMIT 1600.00 tag=leg parent_order_id=\(traded.orders["buy"]!)", as: traded.asha)
        let next = try traded.house.restarted()
        let order = try next.order(try #require(leg["order_id"].string), of: traded.asha)
        #expect(order["parent_order_id"]?.string == traded.orders["buy"] && order["tag"]?.string == "leg")
        let plain = try next.order(traded.orders["buy"]!, of: traded.asha)
        #expect(plain["parent_order_id"]?.isNull == true)
    }

    @Test func `that do not exist in the book are refused, whoever has them`() throws {
        let traded = try TradedHouse()
        let bela = try traded.house.join("bela@example.com")
        for parent in [traded.orders["buy"]!, "PNOBODY"] {
            for target in ["orders", "estimate"] {
                let answer = try traded.house.send(
                    .post, "/api/paper-trading/\(target)", as: bela,
                    json: OrderLine.json("BUY 1 NSE:INFY MIS MARKET parent_order_id=\(parent)"))
                #expect(answer.status == 422 && answer["error"] == "unknown_parent_order", "\(answer.text)")
                #expect(answer["field"] == "parent_order_id")
            }
        }
        #expect(try traded.house.send(.get, "/api/paper-trading/orders", as: bela)["orders"].array?.isEmpty == true)
    }

    @Test func `are terms of the request: the same key with another parent is another order`() throws {
        let traded = try TradedHouse()
        let line = "SELL 1 NSE:INFY MIS LIMIT 1600.00 key=k1 parent_order_id="
        #expect(try traded.house.place(line + traded.orders["buy"]!, as: traded.asha).status == 201)
        #expect(try traded.house.place(line + traded.orders["buy"]!, as: traded.asha).status == 201)
        #expect(try traded.house.place(line + traded.orders["sell"]!, as: traded.asha)["error"] == "duplicate_client_order_id")
    }
}
