// Several books of one user: made, addressed, kept apart, copied, begun anew and read back, over restarts too.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Several books of one user` {
    private func make(_ body: String, _ traders: TwoTraders, as person: Person? = nil) throws -> TestAnswer {
        try traders.house.send(.post, "/api/books", as: person ?? traders.asha, json: body)
    }

    private func names(_ house: TestHouse, _ person: Person) throws -> [String] {
        try house.send(.get, "/api/books", as: person)["books"].array?.compactMap { $0["name"]?.string } ?? []
    }

    private func cash(_ house: TestHouse, _ person: Person, _ book: String) throws -> Int64? {
        try house.send(.get, "/api/paper-trading/funds?book=\(book)", as: person)["funds", "available_funds"].number?.fixedPoint8
            .flatMap { Int64($0 / Int128(fixedPointScale)) }
    }

    @Test func `begin with the default one and hold what was asked for`() throws {
        let traders = try TwoTraders()
        #expect(try names(traders.house, traders.asha) == ["default"])
        let made = try make(#"{"name":"swing","title":"Swing & more","capital":"250000.5"}"#, traders)
        #expect(made.status == 201 && made.headers["Location"] == "/api/books/swing", "\(made.text)")
        #expect(made["book", "title"] == "Swing & more" && made["book", "kind"] == "paper" && made["book", "default"] == false)
        #expect(made["book", "funds", "available_funds"].number?.text == "250000.5")
        #expect(try make(#"{"name":"plain"}"#, traders)["book", "funds", "available_funds"] == 100_000)
        #expect(try names(traders.house, traders.asha) == ["default", "swing", "plain"])
        #expect(try names(traders.house, traders.bela) == ["default"])
    }

    @Test func `are apart: what happens in one is seen in no other, in old and new words`() throws {
        let traders = try TwoTraders()
        let (house, asha) = (traders.house, traders.asha)
        _ = try make(#"{"name":"swing"}"#, traders)
        let placed = try house.place("BUY 10 NSE:INFY MIS MARKET book=swing", as: asha)
        #expect(placed.status == 201 && placed["order", "book"] == "swing", "\(placed.text)")
        let id = try #require(placed["order_id"].string)
        #expect(placed.headers["Location"] == "/api/paper-trading/orders/\(id)?book=swing")
        #expect(try cash(house, asha, "swing") == 85_000 && cash(house, asha, "default") == 100_000)
        for path in ["/api/paper-trading/orders", "/api/orders/orders", "/api/paper-trading/trades", "/api/orders/positions"] {
            #expect(try house.send(.get, path, as: asha).text.contains("INFY") == false, "\(path)")
            #expect(try house.send(.get, path + "?book=swing", as: asha).text.contains("INFY"), "\(path)")
        }
        #expect(try house.send(.get, "/api/paper-trading/orders/\(id)", as: asha).status == 404)
        #expect(try house.send(.get, "/api/paper-trading/orders/\(id)?book=swing", as: asha)["order", "book"] == "swing")
        let old = try house.send(.post, "/api/orders/buy?symbol=TCS&quantity=1&book=swing", as: asha)
        #expect(old.status == 200, "\(old.text)")
        #expect(try house.send(.get, "/api/books/swing", as: asha)["book", "open_positions"] == 2)
        #expect(try house.send(.get, "/api/books/default", as: asha)["book", "orders"] == 0)
        #expect(try house.send(.get, "/api/paper-trading/statistics?book=swing", as: asha)["whole", "open"] == 2)
        #expect(try house.send(.get, "/api/paper-trading/proof?book=swing", as: asha)["book"] == "swing")
    }

    @Test func `keep working orders, files and the list over a restart, each in files of its own`() throws {
        let disk = makeDisk()
        let traders = try TwoTraders(disk: disk)
        let (house, asha) = (traders.house, traders.asha)
        _ = try make(#"{"name":"swing"}"#, traders)
        _ = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00 book=swing", as: asha)
        _ = try house.place("BUY 1 NSE:TCS MIS MARKET", as: asha)
        house.advance(by: .seconds(2))
        let next = try house.restarted()
        #expect(try names(next, asha) == ["default", "swing"])
        let stem = "paper/\(asha.user)/"
        #expect(disk.bytes(stem + "swing/user_\(asha.user)_paper_orders.jsonl")?.holds("INFY") == true)
        #expect(disk.bytes(stem + "user_\(asha.user)_paper_orders.jsonl")?.holds("INFY") == false)
        try next.turn { $0.run(.off) }
        next.settle()
        try next.quote("NSE:INFY", "1489.00", "1489.95", last: "1489.00")
        next.advance(by: .seconds(1))
        let filled = try next.send(.get, "/api/paper-trading/orders?book=swing", as: asha)["orders"].array?.first
        #expect(filled?["status"]?.string == "COMPLETE", "a tick reaches an order that worked when the house stopped")
        #expect(try cash(next, asha, "swing") == 85_100)
    }

    @Test func `are limited in number, and names are taken once and as they are`() throws {
        var settings = TestHouse.settings
        settings.booksPerUser = 3
        let traders = try TwoTraders(settings: settings)
        #expect(try make(#"{"name":"a"}"#, traders).status == 201)
        #expect(try make(#"{"name":"a"}"#, traders)["error"] == "book_exists")
        #expect(try make(#"{"name":"default"}"#, traders)["error"] == "book_exists")
        #expect(try make(#"{"name":"b"}"#, traders).status == 201)
        let refused = try make(#"{"name":"c"}"#, traders)
        #expect(refused.status == 409 && refused["error"] == "too_many_books")
        #expect(try make(#"{"name":"c","clone_of":"a"}"#, traders)["error"] == "too_many_books")
        #expect(try make(#"{"name":"c"}"#, traders, as: traders.bela).status == 201, "each counts alone")
        for (body, field) in [
            (#"{"name":"A"}"#, "name"), (#"{"name":"../x"}"#, "name"), (#"{"name":""}"#, "name"), (#"{}"#, "name"),
            (#"{"name":"-x"}"#, "name"),
            (#"{"name":"x","title":" "}"#, "title"), (#"{"name":"x","capital":-1}"#, "capital"), (#"{"name":"x","extra":1}"#, "extra"),
            (#"{"name":"x","capital":5,"clone_of":"a"}"#, "capital"), (#"{"name":"x","capital":20000000000}"#, "capital"),
        ] {
            let answer = try make(body, traders, as: traders.bela)
            #expect(answer.status == 422 && answer["field"].string == field, "\(body): \(answer.text)")
        }
        #expect(try make(#"{"name":"x","clone_of":"nowhere"}"#, traders, as: traders.bela)["error"] == "unknown_book")
        #expect(try names(traders.house, traders.bela) == ["default", "c"])
    }

    @Test func `are unknown by any other name, everywhere`() throws {
        let traders = try TwoTraders()
        for target in [
            "/api/paper-trading/funds?book=swing", "/api/paper-trading/orders?book=..%2F..", "/api/orders/orders?book=Swing",
            "/api/books/swing",
            "/api/books/swing/epochs", "/api/paper-trading/statistics?book=%00",
        ] {
            #expect(try traders.house.send(.get, target, as: traders.asha).status == 404, "\(target)")
        }
        #expect(try traders.house.place("BUY 1 NSE:INFY MIS MARKET book=swing", as: traders.asha)["error"] == "unknown_book")
        _ = try make(#"{"name":"swing"}"#, traders)
        let both = try traders.house.send(
            .post, "/api/paper-trading/orders?book=default", as: traders.asha, json: OrderLine.json("BUY 1 NSE:INFY MIS MARKET book=swing"))
        #expect(both.status == 422 && both["field"] == "book")
        let paths = try traders.house.disk.everyFile().map(\.path)
        #expect(!paths.contains { $0.hasPrefix("paper/") && $0.contains("..") })
    }

    @Test func `have a title that may change and a name that stays`() throws {
        let traders = try TwoTraders()
        _ = try make(#"{"name":"swing"}"#, traders)
        let renamed = try traders.house.send(.patch, "/api/books/swing", as: traders.asha, json: #"{"title":"Slow swings"}"#)
        #expect(renamed["book", "title"] == "Slow swings" && renamed["book", "name"] == "swing")
        #expect(
            try traders.house.send(.patch, "/api/books/default", as: traders.asha, json: #"{"title":"Mine"}"#)["book", "title"] == "Mine")
        #expect(try traders.house.send(.patch, "/api/books/swing", as: traders.asha, json: #"{"title":""}"#).status == 422)
        let next = try traders.house.restarted()
        let titles = try next.send(.get, "/api/books", as: traders.asha)["books"].array?.compactMap { $0["title"]?.string }
        #expect(titles == ["Mine", "Slow swings"])
    }

    @Test func `are copied with their past, without what works in the first`() throws {
        let traded = try TradedHouse(rules: .builtIn)
        let (house, asha) = (traded.house, traded.asha)
        let made = try house.send(.post, "/api/books", as: asha, json: #"{"name":"twin","clone_of":"default"}"#)
        #expect(made.status == 201 && made["book", "cloned_from"] == "default" && made["book", "working_orders"] == 0, "\(made.text)")
        #expect(made["book", "open_positions"] == 3)
        let trades = try house.send(.get, "/api/paper-trading/trades", as: asha)["trades"]
        #expect(try house.send(.get, "/api/paper-trading/trades?book=twin", as: asha)["trades"] == trades)
        let proof = try house.send(.get, "/api/paper-trading/proof?book=twin", as: asha)
        #expect(proof["adds_up"] == true && proof["book"] == "twin", "\(proof.text)")
        let copied = try house.send(.get, "/api/paper-trading/orders/\(traded.orders["resting"]!)?book=twin", as: asha)["order"]
        #expect(copied["status"]?.string == "CANCELLED" && copied["error"]?.string == "book_copied" && copied["reserved"]?.int64 == 0)
        #expect(try house.order(traded.orders["resting"]!, of: asha)["status"]?.string == "OPEN")
        // From here on they go their own ways, and both come back.
        _ = try house.place("SELL 3 NSE:RELIANCE CNC MARKET book=twin", as: asha)
        house.advance(by: .seconds(2))
        let next = try house.restarted()
        #expect(try next.send(.get, "/api/books/twin", as: asha)["book", "open_positions"] == 2)
        #expect(try next.send(.get, "/api/books/default", as: asha)["book", "open_positions"] == 3)
        #expect(try next.send(.get, "/api/paper-trading/proof?book=twin", as: asha)["adds_up"] == true)
    }

    @Test func `begin anew one by one, and what was stays readable by its epoch`() throws {
        let traders = try TwoTraders()
        let (house, asha) = (traders.house, traders.asha)
        _ = try make(#"{"name":"swing","capital":50000}"#, traders)
        let buy = try house.place("BUY 10 NSE:INFY MIS MARKET book=swing tag=old", as: asha)["order_id"].string
        _ = try house.place("BUY 1 NSE:TCS MIS LIMIT 3000 book=swing", as: asha)
        _ = try house.place("BUY 2 NSE:TCS MIS MARKET", as: asha)
        let anew = try house.send(.post, "/api/books/swing/reset", as: asha)
        #expect(anew["book", "epoch"] == 2 && anew["book", "funds", "available_funds"] == 50_000, "\(anew.text)")
        #expect(try house.send(.post, "/api/books/swing/reset", as: asha, json: #"{"capital":70000}"#)["book", "epoch"] == 3)
        #expect(try house.send(.get, "/api/books/default", as: asha)["book", "epoch"] == 1)
        let epochs = try house.send(.get, "/api/books/swing/epochs", as: asha)
        let list = epochs["epochs"].array ?? []
        #expect(list.map { $0["epoch"]?.int64 } == [1, 2, 3] && list.allSatisfy { $0["adds_up"]?.bool == true }, "\(epochs.text)")
        #expect(list.map { $0["is_over"]?.bool } == [true, true, false])
        #expect(list[0]["trades"]?.int64 == 1 && list[0]["orders"]?.int64 == 2 && list[0]["capital"]?.int64 == 50_000)
        let rows = try house.send(.get, "/api/books/swing/epochs/1?limit=1", as: asha)
        #expect(rows["trades"].array?.first?["tag"]?.string == "old" && rows["next_trade"].isNull)
        #expect(rows["orders"].array?.first?["error"]?.string == "book_reset")
        let after = try #require(rows["next_order"].string)
        let older = try house.send(.get, "/api/books/swing/epochs/1?limit=1&orders_after=\(after)", as: asha)
        #expect(older["orders"].array?.first?["order_id"]?.string == buy && older["next_order"].isNull)
        #expect(try house.send(.get, "/api/paper-trading/statistics?book=swing&epoch=1", as: asha)["whole", "fills"] == 1)
        #expect(try house.send(.get, "/api/paper-trading/statistics?book=swing", as: asha)["whole", "fills"] == 0)
        #expect(try house.send(.get, "/api/paper-trading/proof?book=swing&epoch=1", as: asha)["line_count"] == 2)
        for target in ["epochs/9", "epochs/x", "epochs/0"] {
            #expect(try house.send(.get, "/api/books/swing/\(target)", as: asha)["error"] == "unknown_epoch", "\(target)")
        }
        house.advance(by: .seconds(2))
        let next = try house.restarted()
        #expect(try next.send(.get, "/api/books/swing/epochs", as: asha)["epochs"].array?.count == 3)
    }

    @Test func `end with the account`() throws {
        let disk = makeDisk()
        let traders = try TwoTraders(disk: disk)
        let (house, asha) = (traders.house, traders.asha)
        _ = try make(#"{"name":"swing"}"#, traders)
        _ = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00 book=swing", as: asha)
        let deleted = try house.send(.delete, "/api/users/\(asha.user)", as: asha, json: #"{"password":"correct horse battery"}"#)
        #expect(deleted.status == 200, "\(deleted.text)")
        house.advance(by: .seconds(2))
        #expect(disk.bytes("books/\(asha.user).json") == nil)
        #expect(!disk.paths.contains { $0.hasPrefix("index/working/") && (disk.bytes($0) ?? []).holds(asha.user.text) })
        try house.quote("NSE:INFY", "1480.00", "1480.05", last: "1480.00")
        #expect(house.log.lines.allSatisfy { !$0.contains("tick_not_taken") })
    }

    @Test func `are followed by sockets of their own, and one that names none hears the default one`() throws {
        let traders = try TwoTraders()
        _ = try make(#"{"name":"swing"}"#, traders)
        let sockets = LiveHouse(traders)
        let plain = try sockets.open(token: traders.asha.token)
        let named = try sockets.open()
        try sockets.say(#"{"type":"auth","token":"\#(traders.asha.token)","book":"swing"}"#, on: named)
        #expect(plain.frames.first?["book"]?.string == "default" && named.frames.first?["book"]?.string == "swing")
        _ = try traders.house.place("BUY 1 NSE:INFY MIS MARKET book=swing", as: traders.asha)
        #expect(named.events.map { $0["kind"]?.string } == ["order", "trade", "position", "funds"] && plain.events.isEmpty)
        #expect(zip(named.numbers, named.numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        let lost = try sockets.open()
        try sockets.say(#"{"type":"auth","token":"\#(traders.asha.token)","book":"nowhere"}"#, on: lost)
        #expect(lost.frames.contains { $0["error"]?.string == "unknown_book" })
        #expect(try traders.house.send(.post, "/api/auth/logout", as: traders.asha).status == 200)
        #expect(plain.closed?.code == LiveClose.authentication && named.closed?.code == LiveClose.authentication)
    }
}
