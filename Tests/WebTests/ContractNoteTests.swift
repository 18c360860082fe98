// The virtual contract note: against a published one, its defaults, and what it refuses.

import TestSupport
import Testing
import Wire

@testable import House
@testable import Trading
@testable import Web

@Suite struct `A contract note` {
    private static let path = "/api/paper-trading/charges"

    private func note(_ orders: String, date: String? = nil, in two: TwoTraders) throws -> TestAnswer {
        let day = date.map { #","date":"\#($0)""# } ?? ""
        return try two.house.send(.post, Self.path, as: two.asha, json: #"{"orders":[\#(orders)]\#(day)}"#)
    }

    private static let published = """
        {"exchange":"NSE","tradingsymbol":"SBIN","transaction_type":"BUY","product":"CNC","quantity":1,"average_price":560},
        {"exchange":"MCX","tradingsymbol":"GOLDPETAL23JULFUT","transaction_type":"SELL","product":"NRML","order_type":"LIMIT","quantity":1,"average_price":5862},
        {"exchange":"NFO","tradingsymbol":"NIFTY2371317900PE","transaction_type":"BUY","product":"NRML","order_type":"LIMIT","quantity":100,"average_price":1.5,"order_id":"third"}
        """

    @Test func `of July 2023 has every line of the published one`() throws {
        let two = try TwoTraders(rules: .builtIn)
        let answer = try note(Self.published, date: "2023-07-12", in: two)
        #expect(answer.status == 200)
        #expect(answer["date"] == "2023-07-12")
        let orders = try #require(answer["orders"].array)
        let lines = orders.map { JSONShape.text($0["charges"] ?? .null) }
        #expect(
            lines == [
                #"{"transaction_tax":0.56,"transaction_tax_type":"stt","exchange_turnover_charge":0.01876,"sebi_turnover_charge":0.00056,"brokerage":0,"stamp_duty":0,"gst":{"igst":0.0033768,"cgst":0,"sgst":0,"total":0.0033768},"total":0.5826968}"#,
                #"{"transaction_tax":0.5862,"transaction_tax_type":"ctt","exchange_turnover_charge":0.152412,"sebi_turnover_charge":0.005862,"brokerage":1.7586,"stamp_duty":0,"gst":{"igst":0.34503732,"cgst":0,"sgst":0,"total":0.34503732},"total":2.84811132}"#,
                #"{"transaction_tax":0,"transaction_tax_type":"stt","exchange_turnover_charge":0.07575,"sebi_turnover_charge":0.00015,"brokerage":20,"stamp_duty":0,"gst":{"igst":3.613527,"cgst":0,"sgst":0,"total":3.613527},"total":23.689427}"#,
            ])
        #expect(orders[0]["order_id"] == .null && orders[2]["order_id"] == "third" && orders[1]["variety"] == "regular")
        #expect(answer["total", "total"].number?.text == "27.12023512")
        #expect(try two.ids(of: two.asha).isEmpty, "nothing is stored")
    }

    @Test func `has the rules of its day, and of the market's today without one`() throws {
        let two = try TwoTraders(rules: .builtIn)
        let order =
            #"{"exchange":"NFO","tradingsymbol":"NIFTY26APR25000CE","transaction_type":"SELL","product":"NRML","quantity":75,"average_price":146}"#
        func tax(_ date: String?) throws -> String? {
            try note(order, date: date, in: two)["total", "transaction_tax"].number?.text
        }
        #expect(try tax("2024-09-30") == "6.84375" && tax("2024-10-01") == "10.95" && tax("2026-03-31") == "10.95")
        #expect(try tax("2026-04-01") == "16.425")
        let today = try note(order, in: two)
        #expect(CivilDate(try #require(today["date"].string)) != nil)
        #expect(try tax(today["date"].string) == today["total", "transaction_tax"].number?.text)
    }

    @Test func `takes the kind of an instrument from the list, the caller or the symbol's end`() throws {
        let two = try TwoTraders(rules: .builtIn)
        func brokerage(_ order: String) throws -> String? {
            let answer = try note(order, date: "2026-06-19", in: two)
            return answer["total", "brokerage"].number?.text ?? answer["field"].string
        }
        #expect(
            try brokerage(#"{"exchange":"nse","tradingsymbol":"infy","transaction_type":"buy","quantity":100,"average_price":100}"#) == "3")
        #expect(
            try brokerage(
                #"{"exchange":"BFO","tradingsymbol":"SENSEX26JUN80000PE","transaction_type":"BUY","quantity":20,"average_price":300}"#)
                == "20")
        #expect(
            try brokerage(
                #"{"exchange":"CDS","tradingsymbol":"USDINR","instrument_type":"FUT","transaction_type":"BUY","quantity":1,"average_price":83.4125,"multiplier":1000}"#
            )
                == "20")
        #expect(
            try brokerage(#"{"exchange":"CDS","tradingsymbol":"USDINR","transaction_type":"BUY","quantity":1,"average_price":83.4125}"#)
                == "orders.0.instrument_type")
        #expect(
            try brokerage(#"{"exchange":"CRYPTO","tradingsymbol":"BTCUSDT","transaction_type":"BUY","quantity":0.5,"average_price":90000}"#)
                == "0")
    }

    @Test(arguments: [
        (
            #"{"exchange":"NYSE","tradingsymbol":"IBM","instrument_type":"EQ","transaction_type":"BUY","quantity":1,"average_price":1}"#,
            "malformed", "orders.0.exchange"
        ),
        (#"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1}"#, "missing_field", "orders.0.average_price"),
        (
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1,"average_price":1,"colour":"red"}"#,
            "unknown_field", "orders.0.colour"
        ),
        (
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"HOLD","quantity":1,"average_price":1}"#, nil,
            "orders.0.transaction_type"
        ),
        (#"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":-1,"average_price":1}"#, nil, "orders.0.quantity"),
        (
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1000000001,"average_price":1}"#, "malformed",
            "orders.0.quantity"
        ),
        (
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1,"average_price":1,"multiplier":1000001}"#,
            "malformed", "orders.0.multiplier"
        ),
        (
            #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","order_type":"CO","quantity":1,"average_price":1}"#, nil,
            "orders.0.order_type"
        ),
        (#"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1,"average_price":1},7"#, nil, "orders.1"),
    ])
    func `names the field that is wrong`(orders: String, error: String?, field: String) throws {
        let two = try TwoTraders(rules: .builtIn)
        let answer = try note(orders, in: two)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer["field"].string == field, "\(answer.text)")
        if let error { #expect(answer["error"].string == error, "\(answer.text)") }
    }

    @Test func `has limits`() throws {
        let two = try TwoTraders(rules: .builtIn)
        let order = #"{"exchange":"NSE","tradingsymbol":"INFY","transaction_type":"BUY","quantity":1000000000,"average_price":1000000000}"#
        func orders(_ count: Int) -> String { Array(repeating: order, count: count).joined(separator: ",") }
        let most = try note(orders(ContractNoteRoute.orderLimit), date: "2026-06-19", in: two)
        #expect(most.status == 200 && most["total", "brokerage"].number?.text == "2000")
        #expect(try note(orders(ContractNoteRoute.orderLimit + 1), in: two).status == 422)
        #expect(try note(order, date: "2026-02-30", in: two)["field"].string == "date")
        #expect(try two.house.send(.post, Self.path, as: nil, json: "{}").status == 401)
    }

    @Test(.enabled(if: PublishedNote.body != nil, "needs ../shared/fixtures"))
    func `agrees with the published file`() throws {
        let two = try TwoTraders(rules: .builtIn)
        let published = try #require(try JSONParser.parse(PublishedNote.body ?? [])["data"]?.array)
        let orders = published.map { order in
            let words = ["exchange", "tradingsymbol", "transaction_type", "variety", "product", "order_type"]
            let texts = words.map { #""\#($0)":"\#(order[$0]?.string ?? "")""# }
            return "{" + texts.joined(separator: ",")
                + #","quantity":\#(order["quantity"]?.number?.text ?? ""),"average_price":\#(order["price"]?.number?.text ?? "")}"#
        }
        let found = try #require(try note(orders.joined(separator: ","), date: "2023-07-12", in: two)["orders"].array)
        #expect(found.count == published.count && found.count == 3)
        for (ours, theirs) in zip(found, published) {
            for word in ["transaction_type", "tradingsymbol", "exchange", "variety", "product", "order_type"] {
                #expect(ours[word] == theirs[word])
            }
            let (our, their) = (try #require(ours["charges"]), try #require(theirs["charges"]))
            #expect(our["transaction_tax_type"] == their["transaction_tax_type"])
            var compared = 0
            for (path, value) in PublishedNote.numbers(their) {
                let own = PublishedNote.numbers(our).first { $0.path == path }?.value
                #expect(abs((own ?? .nan) - value) < 1e-12, "\(path)")
                compared += 1
            }
            #expect(compared == 10, "seven lines, and the parts of GST")
        }
    }
}

/// The published contract note, when it is there.
private enum PublishedNote {
    static let body = RecordedFile.bytes("kite/virtual_contract_note.json")

    /// Every number of a note's charges with its path. Binary floats are what the file was printed from.
    static func numbers(_ value: JSONValue, _ path: String = "") -> [(path: String, value: Double)] {
        if let number = value.number, let double = Double(number.text) { return [(path, double)] }
        return value.object?.members.flatMap { numbers($0.value, path + "/" + $0.key) } ?? []
    }
}
