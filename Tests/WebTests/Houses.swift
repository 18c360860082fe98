// What the tests of this room share: people with a login, orders in one line, and a book with a bit of everything in it.

import House
import Platform
import Storage
import TestSupport
import Trading
import Wire

/// Somebody with an account and a live session token.
struct Person {
    let email: String
    let token: String
    let user: UserID
}

extension TestHouse {
    func join(_ email: String) throws -> Person {
        let made = try register(email)
        return Person(email: email, token: made.token, user: made.user)
    }

    func joinAsOwner() throws -> Person {
        let made = try makeOwner()
        return Person(email: "owner@example.com", token: made.token, user: made.user)
    }

    /// Sends a request as somebody.
    func send(_ method: HTTPMethod, _ target: String, as person: Person?, json: String? = nil, headers: HTTPHeaders = [:]) throws
        -> TestAnswer
    {
        try send(method, target, token: person?.token, json: json, headers: headers)
    }

    /// Places an order that `OrderLine` reads: `BUY 10 NSE:INFY MIS LIMIT 1490.00 key=a1`.
    func place(_ line: String, as person: Person, headers: HTTPHeaders = [:]) throws -> TestAnswer {
        try send(.post, "/api/paper-trading/orders", as: person, json: OrderLine.json(line), headers: headers)
    }

    /// The order as the book has it now.
    func order(_ id: String, of person: Person) throws -> JSONValue {
        try send(.get, "/api/paper-trading/orders/\(id)", as: person)["order"]
    }

    func funds(of person: Person) throws -> JSONValue {
        try send(.get, "/api/paper-trading/funds", as: person)["funds"]
    }

    /// Lets the store finish and go, as a stop of the process does.
    func close() throws {
        let house = house
        try run { await house.close() }
    }

    /// The house after a stop and a start on the same disk, with the clock running on.
    func restarted(settings: HouseSettings = TestHouse.settings, seed: UInt64 = 2) throws -> TestHouse {
        try close()
        return try TestHouse(seed: seed, disk: disk, loop: loop, settings: settings)
    }

    /// Runs `body` in one turn of the house.
    func turn<Value: Sendable>(_ body: @escaping @Sendable (isolated Tradehouse) throws -> Value) throws -> Value {
        let house = house
        return try run { try await house.perform(body) }
    }
}

extension Tradehouse {
    fileprivate func perform<Value: Sendable>(_ body: @Sendable (isolated Tradehouse) throws -> Value) rethrows -> Value { try body(self) }
}

/// One line for one order body.
enum OrderLine {
    /// `SIDE QUANTITY INSTRUMENT PRODUCT TYPE [PRICE] [name=value …]`; `key` is short for `client_order_id`.
    static func json(_ line: String) -> String {
        let words = line.split(separator: " ").map(String.init)
        let id = words[2].split(separator: ":").map(String.init)
        var members = [
            #""transaction_type":"\#(words[0])""#, #""quantity":\#(words[1])"#, #""exchange":"\#(id[0])""#, #""tradingsymbol":"\#(id[1])""#,
            #""product":"\#(words[3])""#, #""order_type":"\#(words[4])""#,
        ]
        for word in words.dropFirst(5) {
            let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 1 {
                members.append(#""price":\#(word)"#)
            } else {
                let name = ["key": "client_order_id", "trigger": "trigger_price"][pair[0]] ?? pair[0]
                members.append(name == "trigger_price" ? #""\#(name)":\#(pair[1])"# : #""\#(name)":"\#(pair[1])""#)
            }
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}

/// A house in which Asha has traded a little of everything, one second after the other:
///
/// | act | result |
/// |---|---|
/// | buy 10 INFY MIS at 1500, sell 4 at 1520 | 6 left, realised 80 |
/// | sell 5 TCS MIS at 3200 | short 5 |
/// | buy 3 RELIANCE CNC at 2500 | 3 held |
/// | buy 2 RELIANCE MIS limit 2400 | rests, holds 4,800 |
/// | sell 6 INFY MIS SL-M 1480 | waits for its trigger, holds nothing |
/// | buy 1 INFY MIS limit 1400, cancelled | nothing |
/// | buy 1,000 RELIANCE MIS | rejected for funds |
///
/// Last prices: INFY 1530, TCS 3210, RELIANCE 2500; so unrealised is 180 − 50 + 0.
final class TradedHouse {
    let house: TestHouse
    let asha: Person
    /// Asha's orders by a short name: `buy`, `sell`, `short`, `held`, `resting`, `stop`, `cancelled`, `rejected`.
    private(set) var orders: [String: String] = [:]

    init(
        settings: HouseSettings = TestHouse.settings, instruments: [Instrument] = TestHouse.instruments, rules: RulePack = .empty
    ) throws {
        house = try TestHouse(disk: makeDisk(), settings: settings, instruments: instruments, rules: rules)
        asha = try house.join("asha@example.com")
        try quote("NSE:RELIANCE", "2499.00", "2500.00", last: "2500.00")
        try quote("NSE:TCS", "3200.00", "3200.50", last: "3200.00")
        try quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        try act("buy", "BUY 10 NSE:INFY MIS MARKET tag=first")
        try quote("NSE:INFY", "1520.00", "1520.05", last: "1520.00")
        try act("sell", "SELL 4 NSE:INFY MIS MARKET")
        try act("short", "SELL 5 NSE:TCS MIS MARKET")
        try act("held", "BUY 3 NSE:RELIANCE CNC MARKET")
        try act("resting", "BUY 2 NSE:RELIANCE MIS LIMIT 2400.00 tag=dip key=dip-1")
        try act("stop", "SELL 6 NSE:INFY MIS SL-M trigger=1480.00 tag=exit")
        try act("cancelled", "BUY 1 NSE:INFY MIS LIMIT 1400.00")
        _ = try house.send(.delete, "/api/paper-trading/orders/\(orders["cancelled"]!)", as: asha)
        try act("rejected", "BUY 1000 NSE:RELIANCE MIS MARKET")
        try quote("NSE:TCS", "3209.50", "3210.00", last: "3210.00")
        try quote("NSE:INFY", "1530.00", "1530.05", last: "1530.00")
    }

    private func quote(_ key: String, _ bid: String, _ ask: String, last: String) throws {
        house.advance(by: .seconds(1))
        try house.quote(key, bid, ask, last: last)
    }

    private func act(_ name: String, _ line: String) throws {
        house.advance(by: .seconds(1))
        let answer = try house.place(line, as: asha)
        guard let id = answer["order_id"].string else { throw Failed(line: line, answer: answer.text) }
        orders[name] = id
    }

    /// Gives the id of something else that is Asha's a name.
    func remember(_ name: String, _ id: String) { orders[name] = id }

    struct Failed: Error { let line: String, answer: String }

    /// Puts ids in the place of `{resting}`, `{user}` and the like.
    func filled(_ text: String) -> String {
        var filled = text.replacing("{user}", with: asha.user.text)
        for (name, id) in orders { filled = filled.replacing("{\(name)}", with: id) }
        return filled
    }

    /// Puts names in the place of what depends on chance.
    func named(_ text: String) -> String {
        var named = text.replacing(asha.user.text, with: "{user}")
        for (name, id) in orders { named = named.replacing(id, with: "{\(name)}") }
        return named
    }
}

/// An empty disk in memory.
func makeDisk() -> SimulatedDisk { SimulatedDisk() }

extension Disk {
    /// Every file below a folder, with its bytes.
    func everyFile(below directory: String = "") throws -> [(path: String, bytes: [UInt8])] {
        var entries: [DirectoryEntry] = []
        try list(directory) { entry in
            entries.append(entry)
            return true
        }
        var files: [(path: String, bytes: [UInt8])] = []
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            let path = directory.isEmpty ? entry.name : directory + "/" + entry.name
            if entry.isDirectory {
                files += try everyFile(below: path)
            } else if let bytes = try readAll(path, limitBytes: 1 << 30) {
                files.append((path, bytes))
            }
        }
        return files
    }
}

extension Sequence<UInt8> {
    /// Whether the bytes hold those of `text`.
    func holds(_ text: String) -> Bool { String(decoding: Array(self), as: UTF8.self).contains(text) }
}

/// A house with Asha and Bela, and INFY at 1499.95 / 1500.00.
struct TwoTraders {
    let house: TestHouse
    let asha: Person
    let bela: Person

    init(
        disk: SimulatedDisk = makeDisk(), settings: HouseSettings = TestHouse.settings, hours: MarketHours = .always,
        rules: RulePack = TestHouse.hoursOnly
    ) throws {
        house = try TestHouse(disk: disk, settings: settings, hours: hours, rules: rules)
        asha = try house.join("asha@example.com")
        bela = try house.join("bela@example.com")
        try house.quote("NSE:INFY", "1499.95", "1500.00", last: "1500.00")
        try house.quote("NSE:TCS", "3200.00", "3200.05", last: "3200.00")
        try house.quote("CRYPTO:BTCUSDT", "90000.00", "90000.01", last: "90000.00")
    }

    func ids(of person: Person, _ query: String = "") throws -> [String] {
        try house.send(.get, "/api/paper-trading/orders\(query)", as: person)["orders"].array?.compactMap { $0["order_id"]?.string } ?? []
    }
}
