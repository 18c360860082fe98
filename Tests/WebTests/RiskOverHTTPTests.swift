// Limits and kill switches from outside: set, told, enforced, in the audit, and in force after a restart.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Limits over HTTP` {
    private let traders: TwoTraders
    private var house: TestHouse { traders.house }
    private var asha: Person { traders.asha }
    init() throws { traders = try TwoTraders() }

    private func limits(_ answer: TestAnswer, _ name: String) -> JSONValue? {
        answer["limits"].array?.first { $0["name"]?.string == name }
    }

    @Test func `are set, told with what they stand at, and lifted`() throws {
        let before = try house.send(.get, "/api/books/default/risk", as: asha)
        #expect(before["limits"].array?.allSatisfy { $0["limit"]?.isNull == true } == true && before["stopped"] == false, "\(before.text)")
        let body = #"{"day_loss":"5000.5","open_positions":1,"orders_per_day":3,"order_value":20000,"banned":["NSE:TCS"]}"#
        let set = try house.send(.put, "/api/books/default/risk", as: asha, json: body)
        #expect(set.status == 200 && limits(set, "day_loss")?["limit"]?.number?.text == "5000.5", "\(set.text)")
        #expect(set["banned"].array?.map(\.string) == ["NSE:TCS"])
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        let used = try house.send(.get, "/api/books/default/risk", as: asha)
        #expect(limits(used, "open_positions")?["used"]?.int64 == 1 && limits(used, "open_positions")?["tripped"]?.bool == true)
        #expect(limits(used, "orders_per_day")?["used"]?.int64 == 1 && limits(used, "orders_per_day")?["tripped"]?.bool == false)
        let cleared = try house.send(.put, "/api/books/default/risk", as: asha, json: "{}")
        #expect(cleared["limits"].array?.allSatisfy { $0["limit"]?.isNull == true } == true && cleared["banned"].array?.isEmpty == true)
        for (body, field) in [
            (#"{"day_loss":-1}"#, "day_loss"), (#"{"open_positions":1.5}"#, "open_positions"),
            (#"{"orders_per_day":100001}"#, "orders_per_day"),
            (#"{"banned":["NSE:GHOST"]}"#, "banned"), (#"{"banned":"NSE:TCS"}"#, "banned"), (#"{"loss":1}"#, "loss"),
            (#"{"order_value":0}"#, "order_value"),
        ] {
            let answer = try house.send(.put, "/api/books/default/risk", as: asha, json: body)
            #expect(answer.status == 422 && answer["field"].string == field, "\(body): \(answer.text)")
        }
        let long = "[" + (0...RiskLimits.bannedLimit).map { "\"NSE:S\($0)\"" }.joined(separator: ",") + "]"
        #expect(try house.send(.put, "/api/books/default/risk", as: asha, json: #"{"banned":\#(long)}"#)["error"] == "too_long")
    }

    @Test func `refuse with which, what and until when, here, for an estimate and after a restart`() throws {
        _ = try house.send(.put, "/api/books/default/risk", as: asha, json: #"{"orders_per_day":1,"banned":["NSE:TCS"]}"#)
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        let banned = try house.place("BUY 1 NSE:TCS MIS MARKET", as: asha)
        #expect(banned.status == 409 && banned["error"] == "instrument_banned" && banned["order", "status"] == "REJECTED", "\(banned.text)")
        let refused = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        #expect(refused["error"] == "orders_per_day_limit")
        #expect(refused["detail"].string?.contains("1 orders today") == true && refused["detail"].string?.contains("00:00 IST") == true)
        let asked = try house.send(
            .post, "/api/paper-trading/estimate", as: asha, json: OrderLine.json("BUY 1 NSE:INFY MIS MARKET"))
        #expect(asked["would_be_accepted"] == false && asked["error"] == "orders_per_day_limit")
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: traders.bela).status == 201, "somebody else's limit is not Bela's")
        let next = try house.restarted()
        try next.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["error"] == "orders_per_day_limit")
        #expect(try next.place("SELL 10 NSE:INFY MIS MARKET", as: asha).status == 201, "what reduces is taken")
    }

    @Test func `of the day's loss are noted when reached, hold for the day over a restart, and cancel what opens`() throws {
        _ = try house.send(.put, "/api/books/default/risk", as: asha, json: #"{"day_loss":500}"#)
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        let resting = try #require(try house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string)
        let exit = try #require(try house.place("SELL 10 NSE:INFY MIS LIMIT 1600.00", as: asha)["order_id"].string)
        try house.quote("NSE:INFY", "1440.00", "1440.05", last: "1440.00")
        #expect(try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["error"] == "day_loss_limit")
        #expect(try house.order(resting, of: asha)["error"]?.string == "risk_stop", "noted with the order that met it")
        #expect(try house.order(exit, of: asha)["status"]?.string == "OPEN")
        let next = try house.restarted()
        try next.quote("NSE:INFY", "1550.00", "1550.05", last: "1550.00")
        let risk = try next.send(.get, "/api/books/default/risk", as: asha)
        #expect(limits(risk, "day_loss")?["tripped"]?.bool == true && limits(risk, "day_loss")?["until"]?.string != nil, "\(risk.text)")
        #expect(risk["stopped"] == true)
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["error"] == "day_loss_limit", "although it came back")
        next.advance(by: .seconds(86_400), step: .seconds(3_600))
        let later = try next.register("late@example.com")
        #expect(!later.token.isEmpty)
        let again = try next.send(.post, "/api/auth/login", json: #"{"email":"asha@example.com","password":"correct horse battery"}"#)
        let token = try #require(again["session_token"].string)
        try next.quote("NSE:INFY", "1550.00", "1550.05", last: "1550.00")
        let fresh = Person(email: asha.email, token: token, user: asha.user)
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET", as: fresh).status == 201)
    }

    @Test func `are in the audit, and a viewer sets none`() throws {
        _ = try house.send(.put, "/api/books/default/risk", as: asha, json: #"{"day_loss":500}"#)
        _ = try house.send(.post, "/api/books/default/stop", as: asha, json: #"{"reason":"lunch"}"#)
        house.advance(by: .seconds(2))
        try house.close()
        let audit = try house.disk.everyFile(below: "audit").map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
        #expect(audit.contains("\"set_limits\"") && audit.contains("\"stop_book\"") && audit.contains("lunch"))
    }
}

@Suite struct `Kill switches over HTTP` {
    private let traders: TwoTraders
    private var house: TestHouse { traders.house }
    private var asha: Person { traders.asha }
    init() throws { traders = try TwoTraders() }

    /// One exit, one order that opens, and a position, in a book.
    private func fill(_ book: String, _ person: Person) throws -> (opening: String, exit: String) {
        _ = try house.place("BUY 5 NSE:INFY MIS MARKET book=\(book)", as: person)
        let opening = try house.place("BUY 1 NSE:TCS MIS LIMIT 3000 book=\(book)", as: person)["order_id"].string ?? ""
        let exit = try house.place("SELL 5 NSE:INFY MIS LIMIT 1600 book=\(book)", as: person)["order_id"].string ?? ""
        return (opening, exit)
    }

    private func status(_ id: String, _ book: String, _ person: Person) throws -> String? {
        try house.send(.get, "/api/paper-trading/orders/\(id)?book=\(book)", as: person)["order", "status"].string
    }

    private func opens(_ book: String, _ person: Person) throws -> Bool {
        try house.place("BUY 1 NSE:INFY MIS MARKET book=\(book)", as: person).status == 201
    }

    @Test func `of a book reach that book, say so, and are released`() throws {
        _ = try house.send(.post, "/api/books", as: asha, json: #"{"name":"swing"}"#)
        let (mine, other) = (try fill("swing", asha), try fill("default", asha))
        let answer = try house.send(.post, "/api/books/swing/stop", as: asha, json: #"{"reason":"lunch"}"#)
        #expect(answer["scope"] == "book" && answer["books"] == 1 && answer["cancelled_orders"] == 1, "\(answer.text)")
        #expect(answer["kept_orders"] == 1 && answer["open_positions"] == 1 && answer["stop", "reason"] == "lunch")
        #expect(try status(mine.opening, "swing", asha) == "CANCELLED" && status(mine.exit, "swing", asha) == "OPEN")
        #expect(try status(other.opening, "default", asha) == "OPEN")
        #expect(try !opens("swing", asha) && opens("default", asha))
        #expect(try house.send(.get, "/api/books/swing", as: asha)["book", "stopped"] == true)
        #expect(try house.send(.get, "/api/books/default", as: asha)["book", "stopped"] == false)
        #expect(try house.place("SELL 2 NSE:INFY MIS MARKET book=swing", as: asha).status == 201)
        let released = try house.send(.delete, "/api/books/swing/stop", as: asha)
        #expect(released["stop"].isNull && released["effect"].string?.hasPrefix("Released") == true)
        #expect(try opens("swing", asha))
    }

    @Test func `of a user reach all own books, sleeping ones too, and nobody else's`() throws {
        _ = try house.send(.post, "/api/books", as: asha, json: #"{"name":"swing"}"#)
        let (swing, plain) = (try fill("swing", asha), try fill("default", asha))
        let bela = try fill("default", traders.bela)
        let answer = try house.send(.post, "/api/risk/stop", as: asha)
        #expect(answer["scope"] == "user" && answer["books"] == 2 && answer["cancelled_orders"] == 2, "\(answer.text)")
        #expect(try status(swing.opening, "swing", asha) == "CANCELLED" && status(plain.opening, "default", asha) == "CANCELLED")
        #expect(try status(bela.opening, "default", traders.bela) == "OPEN" && opens("default", traders.bela))
        #expect(try !opens("swing", asha) && !opens("default", asha))
        // A book made while it is on is stopped too.
        _ = try house.send(.post, "/api/books", as: asha, json: #"{"name":"late"}"#)
        #expect(try !opens("late", asha))
        let next = try house.restarted()
        try next.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET book=swing", as: asha)["error"] == "kill_switch")
        #expect(try next.send(.delete, "/api/risk/stop", as: asha).status == 200)
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET book=swing", as: asha).status == 201)
    }

    @Test func `of the house reach everybody, hold before the first order after a restart, and are the admins' alone`() throws {
        let owner = try house.joinAsOwner()
        let (mine, bela) = (try fill("default", asha), try fill("default", traders.bela))
        #expect(try house.send(.post, "/api/admin/stop", as: asha).status == 403)
        let answer = try house.send(.post, "/api/admin/stop", as: owner, json: #"{"reason":"exchange outage"}"#)
        #expect(answer["scope"] == "house" && answer["cancelled_orders"] == 2 && answer["kept_orders"] == 2, "\(answer.text)")
        #expect(try status(mine.opening, "default", asha) == "CANCELLED" && status(bela.opening, "default", traders.bela) == "CANCELLED")
        let risk = try house.send(.get, "/api/books/default/risk", as: asha)
        #expect(risk["stops"].array?.first?["scope"]?.string == "house" && !risk.text.contains(owner.user.text), "\(risk.text)")
        let refused = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        #expect(refused["error"] == "kill_switch" && refused["detail"].string?.contains("exchange outage") == true)
        #expect(refused["detail"].string?.contains(owner.user.text) == false)
        let next = try house.restarted()
        try next.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET", as: asha)["error"] == "kill_switch")
        #expect(try next.place("SELL 5 NSE:INFY MIS MARKET", as: asha).status == 201)
        #expect(try next.send(.get, "/api/admin/stop", as: owner)["stop", "reason"] == "exchange outage")
        #expect(try next.send(.delete, "/api/admin/stop", as: owner).status == 200)
        #expect(try next.send(.get, "/api/admin/stop", as: owner)["stop"].isNull)
        #expect(try next.place("BUY 1 NSE:INFY MIS MARKET", as: asha).status == 201)
    }

    @Test func `stay with a book that begins anew or is copied from`() throws {
        _ = try house.send(.post, "/api/books/default/stop", as: asha)
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha)
        #expect(try !opens("default", asha))
        _ = try house.send(.post, "/api/books", as: asha, json: #"{"name":"twin","clone_of":"default"}"#)
        #expect(try opens("twin", asha), "the switch is the book's, not its past's")
    }
}
