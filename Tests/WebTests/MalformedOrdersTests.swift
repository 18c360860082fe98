// Every way to get an order wrong before any rule is asked: what the answer says, and that nothing is stored.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

/// A request that no market could accept.
struct MalformedOrder: Sendable, CustomStringConvertible {
    let change: String
    let field: String?
    let error: String
    /// A whole body instead of a change of the good one.
    var isWhole = false
    var description: String { error + " " + change.prefix(80) }

    var body: String {
        if isWhole { return change }
        // The changed member comes in the place of the good one.
        let name = change.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" }
        let good = [
            #""transaction_type":"BUY""#, #""quantity":1"#, #""exchange":"NSE""#, #""tradingsymbol":"INFY""#, #""product":"MIS""#,
            #""order_type":"LIMIT""#, #""price":1490.00"#,
        ].filter { !$0.hasPrefix("\"\(name)\"") }
        return "{" + (good + (change.hasSuffix(":") ? [] : [change])).joined(separator: ",") + "}"
    }
}

@Suite struct `Malformed orders` {
    static let all: [MalformedOrder] =
        ["0", "-1", "-0.00000001", "0e5"].map { MalformedOrder(change: #""quantity":\#($0)"#, field: "quantity", error: "not_positive") }
        + ["1e400", "0.000000001", "true", "[]", "{}", #""ten""#, #""""#, #""1,000""#, #""0x10""#, #""NaN""#, #""Infinity""#].map {
            MalformedOrder(change: #""quantity":\#($0)"#, field: "quantity", error: "wrong_type")
        }
        + [
            MalformedOrder(change: #""quantity":1e11"#, field: "quantity", error: "too_large"),
            MalformedOrder(change: #""quantity":9223372036854775807"#, field: "quantity", error: "too_large"),
            MalformedOrder(change: #""quantity":1000000001"#, field: "quantity", error: "quantity_too_large"),
            MalformedOrder(change: #""quantity":"#, field: "quantity", error: "missing_field"),
            MalformedOrder(change: #""quantity":null"#, field: "quantity", error: "missing_field"),
            MalformedOrder(change: #""price":-1"#, field: "price", error: "not_positive"),
            MalformedOrder(change: #""price":"#, field: "price", error: "missing_field"),
            MalformedOrder(change: #""price":0"#, field: "price", error: "missing_field"),
            MalformedOrder(change: #""price":1e400"#, field: "price", error: "wrong_type"),
            MalformedOrder(change: #""price":1e11"#, field: "price", error: "too_large"),
            MalformedOrder(change: #""price":1000000001"#, field: "price", error: "price_too_large"),
            MalformedOrder(change: #""price":"cheap""#, field: "price", error: "wrong_type"),
            MalformedOrder(change: #""order_type":"SL","trigger_price":0"#, field: "trigger_price", error: "missing_field"),
            MalformedOrder(change: #""order_type":"TWAP""#, field: "order_type", error: "not_allowed"),
            MalformedOrder(change: #""order_type":5"#, field: "order_type", error: "wrong_type"),
            MalformedOrder(change: #""order_type":"\#(String(repeating: "L", count: 9))""#, field: "order_type", error: "too_long"),
            MalformedOrder(change: #""transaction_type":"HOLD""#, field: "transaction_type", error: "not_allowed"),
            MalformedOrder(change: #""transaction_type":"#, field: "transaction_type", error: "missing_field"),
            MalformedOrder(change: #""product":"XYZ""#, field: "product", error: "not_allowed"),
            MalformedOrder(change: #""validity":"GTC""#, field: "validity", error: "not_allowed"),
            MalformedOrder(change: #""exchange":"#, field: "exchange", error: "missing_field"),
            MalformedOrder(change: #""exchange":"NSE/../""#, field: "tradingsymbol", error: "malformed"),
            MalformedOrder(change: #""exchange":"\#(String(repeating: "N", count: 13))""#, field: "exchange", error: "too_long"),
            MalformedOrder(change: #""tradingsymbol":"NOSUCH""#, field: "tradingsymbol", error: "unknown_instrument"),
            MalformedOrder(change: #""tradingsymbol":"NIFTY 50""#, field: "tradingsymbol", error: "not_tradable"),
            MalformedOrder(change: #""tradingsymbol":"A\nB""#, field: "tradingsymbol", error: "malformed"),
            MalformedOrder(change: #""tradingsymbol":"""#, field: "tradingsymbol", error: "malformed"),
            MalformedOrder(change: #""tradingsymbol":"\#(String(repeating: "A", count: 41))""#, field: "tradingsymbol", error: "too_long"),
            MalformedOrder(change: #""tag":"\#(String(repeating: "t", count: 21))""#, field: "tag", error: "too_long"),
            MalformedOrder(change: #""tag":7"#, field: "tag", error: "wrong_type"),
            MalformedOrder(change: #""stop_loss":1"#, field: "stop_loss", error: "unknown_field"),
            MalformedOrder(change: #"{"a":1"#, field: nil, error: "not_json", isWhole: true),
            MalformedOrder(change: "", field: nil, error: "not_json", isWhole: true),
            MalformedOrder(change: "not json", field: nil, error: "not_json", isWhole: true),
            MalformedOrder(change: "[]", field: nil, error: "wrong_type", isWhole: true),
            MalformedOrder(change: "null", field: nil, error: "wrong_type", isWhole: true),
            MalformedOrder(change: #"{"quantity":1,"quantity":2}"#, field: nil, error: "not_json", isWhole: true),
            MalformedOrder(
                change: #"{"a":"# + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000) + "}", field: nil,
                error: "not_json", isWhole: true),
            MalformedOrder(change: "{\"a\":\"\u{FF}", field: nil, error: "not_json", isWhole: true),
            MalformedOrder(change: "{}", field: "exchange", error: "missing_field", isWhole: true),
        ]

    @Test(arguments: all)
    func `name the field, store nothing and leave everybody else alone`(_ malformed: MalformedOrder) throws {
        let two = try TwoTraders()
        let held = try two.house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: two.bela)["order_id"].string ?? ""
        let answer = try two.house.send(.post, "/api/paper-trading/orders", as: two.asha, json: malformed.body)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer["error"].string == malformed.error, "\(answer.text)")
        #expect(answer["field"].string == malformed.field, "\(answer.text)")
        #expect(answer["detail"].string?.isEmpty == false)
        #expect(answer.body.count < 1_000, "a refusal does not repeat what was sent")
        #expect(try two.ids(of: two.asha).isEmpty)
        #expect(try two.house.funds(of: two.asha)["available_funds"]?.paise == 100_000_00)
        #expect(try two.house.order(held, of: two.bela)["status"] == "OPEN")
        // What is malformed when placed is so when estimated.
        let estimate = try two.house.send(.post, "/api/paper-trading/estimate", as: two.asha, json: malformed.body)
        #expect(estimate.status == 422)
        #expect(estimate["error"].string == malformed.error)
    }

    @Test func `of the legacy routes answer 400 or 422 and store nothing either`() throws {
        let two = try TwoTraders()
        for malformed in Self.all where malformed.error != "unknown_field" {
            let answer = try two.house.send(.post, "/api/orders/place", as: two.asha, json: malformed.body)
            #expect(answer.status == 400 || answer.status == 422, "\(malformed): \(answer.text)")
            #expect(answer["detail"] != .null)
        }
        #expect(try two.ids(of: two.asha).isEmpty)
    }

    @Test func `a book that does not exist is unknown`() throws {
        let two = try TwoTraders()
        let answer = try two.house.place("BUY 1 NSE:INFY MIS MARKET book=other", as: two.asha)
        #expect(answer.status == 404)
        #expect(answer["error"] == "unknown_book")
    }
}
