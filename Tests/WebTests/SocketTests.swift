// The live sockets: who may listen, what arrives, in which order, and what never does.

import House
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

/// A socket whose other end is a list.
final class RecordedSocket: @unchecked Sendable {
    private(set) var frames: [JSONValue] = []
    private(set) var texts: [String] = []
    private(set) var closed: (code: UInt16, reason: String)?
    fileprivate(set) var id: UInt64 = 0

    fileprivate func take(_ bytes: [UInt8]) {
        texts.append(String(decoding: bytes, as: UTF8.self))
        do {
            frames.append(try JSONParser.parse(bytes))
        } catch {
            frames.append(.null)
        }
    }
    fileprivate func close(_ code: UInt16, _ reason: String) { closed = closed ?? (code, reason) }

    func frames(_ type: String) -> [JSONValue] { frames.filter { $0["type"]?.string == type } }
    func clear() {
        frames = []
        texts = []
    }
    var events: [JSONValue] { frames("event") }
    var numbers: [Int64] { events.compactMap { $0["seq"]?.int64 } }
}

/// A house with its sockets.
struct LiveHouse {
    let two: TwoTraders
    let feed = LiveFeed()
    var house: TestHouse { two.house }

    init(settings: HouseSettings = TestHouse.settings) throws { two = try TwoTraders(settings: settings) }

    init(_ two: TwoTraders) { self.two = two }

    /// Opens a socket; without a token nobody is there yet.
    func open(_ kind: LiveClient.Kind = .stream, token: String? = nil) throws -> RecordedSocket {
        let recorded = RecordedSocket()
        recorded.id = try house.turn { [feed] house in
            feed.open(LiveSocket(send: { recorded.take($0) }, close: { recorded.close($0, $1) }), kind: kind, token: token, house)
        }
        house.settle()
        return recorded
    }

    func say(_ text: String, on socket: RecordedSocket) throws {
        let id = socket.id
        try house.turn { [feed] house in feed.received(Array(text.utf8), from: id, house) }
        house.settle()
    }

    func close(_ socket: RecordedSocket) throws {
        let id = socket.id
        try house.turn { [feed] house in feed.closed(id, house) }
    }

    /// Lets the feed send prices `times` times.
    func pump(_ times: Int = 1) throws {
        for _ in 0..<times { try house.turn { [feed] house in feed.pump(house) } }
        house.settle()
    }

    var count: Int { get throws { try house.turn { [feed] _ in feed.count } } }
}

@Suite struct `A live socket` {
    let live: LiveHouse
    var house: TestHouse { live.house }
    var asha: Person { live.two.asha }
    var bela: Person { live.two.bela }
    init() throws { live = try LiveHouse() }

    @Test func `greets and shows the book after it heard who is there`() throws {
        let socket = try live.open()
        #expect(socket.frames.isEmpty)
        try live.say(#"{"type":"auth","token":"\#(asha.token)"}"#, on: socket)
        try #require(socket.frames.map { $0["type"]?.string } == ["hello", "snapshot"])
        let hello = #"{"type":"=hello","book":"=default","user_id":"=\#(asha.user)","seq":"integer","at":"integer","market":"string"}"#
        #expect(try JSONShape.differences(socket.frames[0], from: hello) == [])
        let snapshot = """
            {"type":"=snapshot","seq":"integer","funds":{"virtual_capital":"number","available_funds":"number","invested_funds":"number",
             "reserved_funds":"number","realized_pnl":"number","total_value":"number","unrealized_pnl":"number","day_pnl":"number"},
             "positions":[],"orders":[],"trades":[]}
            """
        #expect(try JSONShape.differences(socket.frames[1], from: snapshot) == [])
        #expect(socket.frames[0]["seq"] == socket.frames[1]["seq"])
    }

    @Test func `is closed after five seconds of silence, not before`() throws {
        let socket = try live.open()
        house.advance(by: .milliseconds(4_900))
        #expect(socket.closed == nil)
        house.advance(by: .milliseconds(200))
        #expect(socket.closed?.code == 4408)
        #expect(try live.count == 0)
        try live.say(#"{"type":"auth","token":"\#(asha.token)"}"#, on: socket)
        #expect(socket.frames.isEmpty)
    }

    @Test func `stays open once somebody is there`() throws {
        let socket = try live.open(token: asha.token)
        house.advance(by: .seconds(60), step: .seconds(1))
        #expect(socket.closed == nil)
    }

    @Test(arguments: [
        #"{"type":"subscribe","instruments":["NSE:INFY"]}"#, #"{"type":"ping","t":1}"#, #"{"type":"auth"}"#, #"{"type":"auth","token":5}"#,
        "ping", "", "[]", #"{"type":"auth","token":"00000000-0000-4000-8000-000000000000"}"#, #"{"type":"auth","token":""}"#,
        #"{"type":"snapshot"}"#, #"{"type":"resume","seq":1}"#,
    ])
    func `is closed without a word when the first frame is no good login`(_ first: String) throws {
        let socket = try live.open()
        try live.say(first, on: socket)
        #expect(socket.frames.isEmpty)
        #expect(socket.closed?.code == 4401)
        #expect(["absent", "invalid"].contains(socket.closed?.reason))
        #expect(try live.count == 0)
    }

    @Test func `is closed as expired with an expired login`() throws {
        house.advance(by: .seconds(86_400), step: .seconds(3_600))
        let socket = try live.open()
        try live.say(#"{"type":"auth","token":"\#(asha.token)"}"#, on: socket)
        #expect(socket.closed?.code == 4401 && socket.closed?.reason == "expired")
    }

    @Test func `is closed when its login expires, ends, or its account is switched off`() throws {
        let owner = try house.joinAsOwner()
        let first = try live.open(token: asha.token)
        let second = try live.open(token: bela.token)
        let third = try live.open(.ticks(InstrumentID(key: "NSE:INFY")!), token: bela.token)
        let own = try live.open(token: owner.token)
        _ = try house.send(.post, "/api/auth/logout", as: asha)
        #expect(first.closed?.code == 4401)
        _ = try house.send(.patch, "/api/admin/users/\(bela.user)", as: owner, json: #"{"disabled":true}"#)
        try live.pump()
        #expect(second.closed?.code == 4401)
        #expect(third.closed?.code == 4401)
        #expect(own.closed == nil)
        house.advance(by: .seconds(86_400), step: .seconds(3_600))
        try live.pump()
        #expect(own.closed?.code == 4401 && own.closed?.reason == "expired")
        #expect(try live.count == 0)
    }

    @Test func `of a legacy path is closed at logout too`() throws {
        let socket = try live.open(.ticks(InstrumentID(key: "NSE:INFY")!), token: asha.token)
        _ = try house.send(.post, "/api/auth/logout", as: asha)
        try live.pump()
        #expect(socket.closed?.code == 4401)
    }

    @Test func `is closed when a newer login pushed its login out`() throws {
        var settings = TestHouse.settings
        settings.sessionsPerUser = 2
        let live = try LiveHouse(settings: settings)
        let socket = try live.open(token: live.two.asha.token)
        for _ in 0..<2 {
            _ = try live.house.send(
                .post, "/api/auth/login", json: #"{"email":"asha@example.com","password":"correct horse battery"}"#)
        }
        try live.pump()
        #expect(socket.closed?.code == 4401)
    }

    @Test func `hears every event of its own book, numbered without holes`() throws {
        let socket = try live.open(token: asha.token)
        let start = socket.frames("hello").first?["seq"]?.int64 ?? 0
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        let resting = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string ?? ""
        try house.quote("NSE:INFY", "1489.90", "1489.95")
        _ = try house.place("BUY 1000 NSE:INFY MIS MARKET", as: asha)
        #expect(socket.numbers == Array(start + 1..<start + 1 + Int64(socket.numbers.count)))
        let kinds = socket.events.map { $0["kind"]?.string ?? "" }
        #expect(kinds.prefix(4) == ["order", "trade", "position", "funds"])
        #expect(Set(kinds) == ["order", "trade", "position", "funds"])
        let filled = socket.events.last { $0["order"]?["order_id"]?.string == resting }
        #expect(filled?["order"]?["status"] == "COMPLETE")
        let trade = socket.events.first { $0["kind"] == "trade" }?["trade"] ?? .null
        let shape = """
            {"trade_id":"string","order_id":"string","exchange":"=NSE","tradingsymbol":"=INFY","transaction_type":"=BUY",
             "quantity":"integer","price":"number","value":"number","product":"=MIS","charges":"number","realised_pnl":"null",
             "rule":"string","tag":"null","at":"string","why":{"quoted_at":"string","last_price":"number",
             "displayed":"integer","ahead":"null","traded":"null","words":"string"}}
            """
        #expect(try JSONShape.differences(trade, from: shape) == [])
        let position = socket.events.last { $0["kind"] == "position" }?["position"] ?? .null
        #expect(position["quantity"] == 20)
        #expect(position["last_price"] != .null)
    }

    @Test func `hears of an event only when it is on disk`() throws {
        let socket = try live.open(token: asha.token)
        let asha = asha
        let (app, tradehouse) = (house.app, house.house)
        house.loop.perform {
            var request = HTTPRequest(
                method: .post, target: "/api/orders/buy?symbol=INFY&quantity=1", headers: ["X-Session-Token": asha.token])
            request.remoteAddress = "127.0.0.1"
            let sent = request
            _ = Task.immediate(executorPreference: house.loop) { _ = await app.answer(sent, tradehouse) }
        }
        house.loop.runUntilIdle()
        #expect(socket.events.isEmpty, "the disk thread has not run")
        house.settle()
        #expect(!socket.events.isEmpty)
    }

    @Test func `hears nothing of anybody else, in no frame`() throws {
        let socket = try live.open(token: bela.token)
        let legacy = try live.open(.ticks(InstrumentID(key: "NSE:TCS")!), token: bela.token)
        try live.say(#"{"type":"subscribe","instruments":["NSE:TCS"]}"#, on: socket)
        let filled = try house.place("BUY 10 NSE:INFY MIS MARKET tag=secret key=k-secret", as: asha)["order_id"].string ?? ""
        let resting = try house.place("BUY 10 NSE:INFY MIS LIMIT 1490.00", as: asha)["order_id"].string ?? ""
        try house.quote("NSE:INFY", "1489.90", "1489.95")
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha)
        try house.quote("NSE:TCS", "3210.00", "3210.05")
        try live.pump(30)
        try live.say(#"{"type":"snapshot"}"#, on: socket)
        try live.say(#"{"type":"depth","instrument":"NSE:TCS"}"#, on: socket)
        try live.pump(5)
        #expect(socket.events.isEmpty)
        #expect(!socket.texts.isEmpty && !legacy.texts.isEmpty)
        for text in socket.texts + legacy.texts {
            for secret in [filled, resting, asha.user.text, asha.email, "secret", "INFY"] { #expect(!text.contains(secret), "\(text)") }
        }
    }

    @Test func `takes up where it left off, or gets a snapshot when that is gone`() throws {
        let first = try live.open(token: asha.token)
        _ = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        let seen = try #require(first.numbers.last)
        try live.close(first)
        _ = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)

        let second = try live.open()
        try live.say(#"{"type":"auth","token":"\#(asha.token)","resume":\#(seen)}"#, on: second)
        #expect(second.frames("snapshot").isEmpty)
        #expect(second.numbers.first == seen + 1)
        #expect(second.numbers == Array(seen + 1..<seen + 1 + Int64(second.numbers.count)))
        #expect(second.events.contains { $0["kind"] == "trade" })
        for event in second.events where event["kind"] == "position" { #expect(event["position"]?["quantity"] == 2) }

        for number in ["0", "1", String(seen + 1_000_000), "-5", "9223372036854775807"] {
            let other = try live.open()
            try live.say(#"{"type":"auth","token":"\#(asha.token)","resume":\#(number)}"#, on: other)
            #expect(other.frames("snapshot").count == 1, "\(number)")
            #expect(other.events.isEmpty)
            try live.close(other)
        }
    }

    @Test func `of an earlier life of the house gets a snapshot`() throws {
        let first = try live.open(token: asha.token)
        _ = try house.place("BUY 1 NSE:INFY MIS MARKET", as: asha)
        let seen = try #require(first.numbers.last)
        house.advance(by: .seconds(1))
        let later = try house.restarted()
        let feed = LiveFeed()
        let recorded = RecordedSocket()
        recorded.id = try later.turn { house in
            feed.open(LiveSocket(send: { recorded.take($0) }, close: { recorded.close($0, $1) }), kind: .stream, token: nil, house)
        }
        let frame = #"{"type":"auth","token":"\#(asha.token)","resume":\#(seen)}"#
        try later.turn { house in feed.received(Array(frame.utf8), from: recorded.id, house) }
        later.settle()
        #expect(recorded.frames("snapshot").count == 1)
        #expect(recorded.frames("hello").first?["seq"]?.int64 ?? 0 >= seen)
    }

    @Test func `shows working orders and the newest rows in a snapshot`() throws {
        let oldest = try house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string ?? ""
        for _ in 0..<120 { _ = try house.place("BUY 0.00001 CRYPTO:BTCUSDT MIS MARKET", as: asha) }
        let socket = try live.open(token: asha.token)
        let snapshot = socket.frames("snapshot").first ?? .null
        #expect(snapshot["orders"]?.array?.count == 101)
        #expect(snapshot["orders"]?.array?.last?["order_id"]?.string == oldest)
        #expect(snapshot["trades"]?.array?.count == 100)
        #expect(snapshot["positions"]?.array?.count == 1)
    }

    @Test func `gets the latest price of what it follows, merged, and nothing when nothing moved`() throws {
        let socket = try live.open(token: asha.token)
        socket.clear()
        try live.say(#"{"type":"subscribe","instruments":["NSE:INFY","NSE:TCS","NSE:NOSUCH","nonsense",5]}"#, on: socket)
        try live.pump()
        let quotes = socket.frames("quotes").first?["quotes"]?.array ?? []
        #expect(Set(quotes.compactMap { $0["i"]?.string }) == ["NSE:INFY", "NSE:TCS"])
        let shape = """
            {"i":"string","ltp":"number","change":"number","pct":"number","open":"number","high":"number","low":"number","close":"number",
             "volume":"number","at":"integer","bid":"number","ask":"number","stale":"bool"}
            """
        for quote in quotes { #expect(try JSONShape.differences(quote, from: shape) == []) }
        socket.clear()
        try live.pump(3)
        #expect(socket.frames("quotes").isEmpty)
        for price in ["1501.00", "1502.00", "1503.00"] { try house.tick("NSE:INFY", last: price) }
        try live.pump()
        #expect(socket.frames("quotes").count == 1)
        #expect(socket.frames("quotes").first?["quotes"]?.array?.map { $0["ltp"]?.paise } == [1_503_00])
        socket.clear()
        try live.say(#"{"type":"unsubscribe","instruments":["NSE:INFY"]}"#, on: socket)
        try house.tick("NSE:INFY", last: "1504.00")
        try live.pump()
        #expect(socket.frames("quotes").isEmpty)
    }

    @Test func `gets depth for the one instrument that it asks it for`() throws {
        let socket = try live.open(token: asha.token)
        try live.say(#"{"type":"subscribe","instruments":["NSE:INFY"]}"#, on: socket)
        try live.say(#"{"type":"depth","instrument":"NSE:INFY"}"#, on: socket)
        socket.clear()
        try live.pump()
        let quotes = socket.frames("quotes").first?["quotes"]?.array ?? []
        #expect(quotes.count == 1)
        #expect(quotes.first?["bids"]?.array?.first == [.number(JSONNumber(text: "1499.95")!), 1_000_000, 1])
        try live.say(#"{"type":"depth","instrument":null}"#, on: socket)
        socket.clear()
        try house.quote("NSE:INFY", "1500.00", "1500.05")
        try live.pump()
        #expect(socket.frames("quotes").first?["quotes"]?.array?.first?["bids"] == nil)
    }

    @Test func `follows 500 instruments at most, counted once each`() throws {
        let many = (0..<600).map { TestHouse.instrument("NSE", "S\($0)", token: Int64($0) + 10, tick: "0.05", lot: "1") }
        let house = try TestHouse(disk: makeDisk(), instruments: many)
        let asha = try house.join("asha@example.com")
        let feed = LiveFeed()
        let recorded = RecordedSocket()
        recorded.id = try house.turn { house in
            feed.open(LiveSocket(send: { recorded.take($0) }, close: { recorded.close($0, $1) }), kind: .stream, token: asha.token, house)
        }
        house.settle()
        func subscribe(_ range: Range<Int>) throws {
            let list = range.map { "\"NSE:S\($0)\"" }.joined(separator: ",")
            try house.turn { house in feed.received(Array(#"{"type":"subscribe","instruments":[\#(list)]}"#.utf8), from: recorded.id, house)
            }
        }
        try subscribe(0..<300)
        try subscribe(0..<300)
        try subscribe(300..<500)
        #expect(recorded.frames("error").isEmpty)
        try subscribe(500..<501)
        #expect(recorded.frames("error").first?["error"] == "too_many_instruments")
        #expect(recorded.closed == nil)
        for number in [0, 499, 500] { try house.tick("NSE:S\(number)", last: "10.00") }
        try house.turn { house in feed.pump(house) }
        let seen = recorded.frames("quotes").flatMap { $0["quotes"]?.array ?? [] }.compactMap { $0["i"]?.string }
        #expect(Set(seen) == ["NSE:S0", "NSE:S499"])
    }

    @Test func `draws one chart: the building candle, and the closed one whole`() throws {
        let socket = try live.open(token: asha.token)
        try live.say(#"{"type":"candles","instrument":"NSE:INFY","interval":"minute"}"#, on: socket)
        socket.clear()
        try house.tick("NSE:INFY", last: "1510.00")
        try live.pump()
        let shape = """
            {"type":"=candle","instrument":"=NSE:INFY","interval":"=minute","candle":["number"],"closed":"bool"}
            """
        let first = socket.frames("candle").first ?? .null
        #expect(try JSONShape.differences(first, from: shape) == [])
        #expect(first["closed"] == false)
        house.advance(by: .seconds(60), step: .seconds(60))
        try house.tick("NSE:INFY", last: "1520.00")
        socket.clear()
        try live.pump()
        #expect(socket.frames("candle").map { $0["closed"]?.bool } == [true, false])
        #expect(socket.frames("candle").first?["candle"]?.array?.first == first["candle"]?.array?.first)
        try live.say(#"{"type":"candles","instrument":null}"#, on: socket)
        socket.clear()
        try house.tick("NSE:INFY", last: "1530.00")
        try live.pump()
        #expect(socket.frames("candle").isEmpty)
    }

    @Test func `shows what open positions are worth when a price moved`() throws {
        let socket = try live.open(token: asha.token)
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        try live.pump(6)
        socket.clear()
        try house.quote("NSE:INFY", "1510.00", "1510.05")
        try live.pump(6)
        #expect(socket.frames("pnl").count == 1)
        let pnl = socket.frames("pnl").first ?? .null
        #expect(pnl["positions"]?.array?.first?["unrealised_pnl"]?.paise == 100_00)
        #expect(pnl["funds"]?["unrealized_pnl"]?.paise == 100_00)
        socket.clear()
        try live.pump(12)
        #expect(socket.frames("pnl").isEmpty)
    }

    @Test func `of a hidden page gets prices seldom`() throws {
        let socket = try live.open(token: asha.token)
        try live.say(#"{"type":"subscribe","instruments":["NSE:INFY"]}"#, on: socket)
        try live.say(#"{"type":"rate","hidden":true}"#, on: socket)
        socket.clear()
        for step in 0..<100 {
            try house.tick("NSE:INFY", last: step % 2 == 0 ? "1500.00" : "1501.00")
            try live.pump()
        }
        #expect((3...4).contains(socket.frames("quotes").count))
        try live.say(#"{"type":"rate","hidden":false}"#, on: socket)
        socket.clear()
        try house.tick("NSE:INFY", last: "1502.00")
        try live.pump()
        #expect(socket.frames("quotes").count == 1)
    }

    @Test func `answers a ping and complains about what it does not know`() throws {
        let socket = try live.open(token: asha.token)
        socket.clear()
        try live.say(#"{"type":"ping","t":12.5}"#, on: socket)
        #expect(socket.frames.last?["type"] == "pong")
        #expect(socket.frames.last?["t"]?.number?.text == "12.5")
        for text in ["ping", "", "{", "[]", "null", #"{"type":"fly"}"#, #"{"a":1}"#, #"{"type":5}"#, "[[[[[[[[[["] {
            socket.clear()
            try live.say(text, on: socket)
            #expect(socket.frames.map { $0["type"]?.string } == ["error"], "\(text)")
            #expect(socket.closed == nil)
        }
        try live.say(#"{"type":"subscribe","instruments":"NSE:INFY"}"#, on: socket)
        try live.say(#"{"type":"subscribe"}"#, on: socket)
        #expect(socket.closed == nil)
    }

    @Test func `hears of a reset`() throws {
        _ = try house.place("BUY 10 NSE:INFY MIS MARKET", as: asha)
        let socket = try live.open(token: asha.token)
        socket.clear()
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha, json: #"{"capital":5000}"#)
        #expect(socket.events.first?["kind"] == "reset")
        #expect(socket.events.last?["funds"]?["available_funds"]?.paise == 5_000_00)
    }
}

@Suite struct `Many sockets` {
    @Test func `of one user are limited, whichever paths they came by`() throws {
        var settings = TestHouse.settings
        settings.socketsPerUser = 3
        let live = try LiveHouse(settings: settings)
        let infy = InstrumentID(key: "NSE:INFY")!
        let sockets = try [
            live.open(token: live.two.asha.token), live.open(.ticks(infy), token: live.two.asha.token),
            live.open(.candles(infy, .minute), token: live.two.asha.token),
        ]
        #expect(sockets.allSatisfy { $0.closed == nil })
        let fourth = try live.open(token: live.two.asha.token)
        #expect(fourth.closed?.code == 4429)
        #expect(fourth.frames.isEmpty)
        #expect(try live.open(token: live.two.bela.token).closed == nil)
        try live.close(sockets[0])
        #expect(try live.open(token: live.two.asha.token).closed == nil)
    }
}

@Suite struct `A legacy socket` {
    let live: LiveHouse
    let infy = InstrumentID(key: "NSE:INFY")!
    init() throws { live = try LiveHouse() }

    @Test func `of ticks sends the old form, and answers ping with pong`() throws {
        let socket = try live.open(.ticks(infy), token: live.two.asha.token)
        try live.pump()
        let shape = """
            {"type":"=tick","symbol":"=INFY",
             "data":{"symbol":"=INFY","last_price":"number","timestamp":"string","volume":"number"}}
            """
        #expect(try JSONShape.differences(socket.frames.last ?? .null, from: shape) == [])
        try live.say("ping", on: socket)
        #expect(socket.texts.last == "pong")
        socket.clear()
        try live.pump(3)
        #expect(socket.texts.isEmpty)
    }

    @Test func `says nothing before the login, and takes it as a first frame`() throws {
        let socket = try live.open(.ticks(infy))
        try live.pump(3)
        #expect(socket.texts.isEmpty)
        try live.say(#"{"type":"auth","token":"\#(live.two.asha.token)"}"#, on: socket)
        try live.pump()
        #expect(socket.frames.last?["type"] == "tick")
        let guest = try live.open(.ticks(infy))
        try live.say("ping", on: guest)
        #expect(guest.closed?.code == 4401 && guest.texts.isEmpty)
    }

    @Test func `of candles sends each one when it closes`() throws {
        let socket = try live.open(.candles(infy, .minute), token: live.two.asha.token)
        try live.pump()
        for price in ["1510.00", "1520.00", "1530.00"] {
            live.house.advance(by: .seconds(60), step: .seconds(60))
            try live.house.tick("NSE:INFY", last: price)
            try live.pump(2)
        }
        let shape = #"{"type":"=candle","symbol":"=INFY","interval":"=1min","data":\#(LegacyAnswer.candle)}"#
        #expect(socket.frames("candle").count >= 2)
        for frame in socket.frames { #expect(try JSONShape.differences(frame, from: shape) == []) }
        #expect(socket.frames.last?["data"]?["close"]?.paise == 1_520_00)
    }

    @Test func `of an unknown symbol says so once and closes`() throws {
        let socket = try live.open(.candles(InstrumentID(key: "NSE:NOSUCH")!, .minute), token: live.two.asha.token)
        try live.pump(3)
        #expect(socket.texts == [#"{"type":"error","message":"Symbol NOSUCH not subscribed"}"#])
        #expect(socket.closed != nil)
    }
}
