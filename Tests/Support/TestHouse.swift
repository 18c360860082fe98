// A whole house with every edge simulated: loop and disk thread turned by hand, a disk in memory, chance from a seed. The parts between
// the edges are the product's own. Used by the tests of House and Web and by the simulations.

import House
import Platform
import Storage
import Trading
import Web
import Wire

package final class TestHouse {
    package let loop: SimulatedLoop
    package let queue: SteppedQueue
    package let disk: any Disk
    package let house: Tradehouse
    package let app: WebApp
    package let log: EventList

    /// A house in test mode on an empty disk, or on one that a house before it left.
    ///
    /// Without instruments of its own it knows `NSE:INFY` and `NSE:TCS` (tick 0.05, lot 1), the index `NSE:NIFTY 50` and
    /// `CRYPTO:BTCUSDT` (tick 0.01, lot 0.00001), and nothing is quoted before a test says so. Without rules of its own it knows the
    /// exchanges' hours, everything is paid in full and nothing is charged, so that a story's sums can be done in the head.
    package init(
        seed: UInt64 = 1, disk: any Disk, loop: SimulatedLoop = SimulatedLoop(), settings: HouseSettings = TestHouse.settings,
        instruments: [Instrument] = TestHouse.instruments, hours: MarketHours = .always, rules: RulePack = TestHouse.hoursOnly
    ) throws {
        self.loop = loop
        self.disk = disk
        queue = SteppedQueue()
        log = EventList()
        var options = StoreOptions()
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        let random = SeededRandom(seed: seed &+ 0x5EED)
        let bytes = LockedRandom(random)
        options.randomBytes = { bytes.bytes($0) }
        let (queue, log) = (queue, log)
        options.notice = { log.add("\($0.level.rawValue) \($0.event) \($0.fields)") }
        let store = try loop.perform { try Store.open(disk: disk, queue: queue, loop: loop, options: options) }
        let world = World.simulated(loop: loop, seed: seed, log: log)
        let market = MarketHub(instruments: instruments, hours: hours, now: world.now(), rules: rules)
        house = Tradehouse(executor: loop, world: world, settings: settings, store: store, market: market)
        app = WebApp(house: house, assets: Assets(workshop: AssetWorkshop(sha256: { Crypto.sha256($0) }, gzip: { Gzip.compress($0) })))
        let house = house
        try run { try await house.open() }
    }

    /// The built-in days and hours, and no charge or margin.
    package static let hoursOnly: RulePack = {
        do {
            return try RulePack(text: RulePack.builtInSessions)
        } catch {
            preconditionFailure("The built-in hours can be read. \(error)")
        }
    }()

    package static var settings: HouseSettings {
        var settings = HouseSettings()
        settings.mode = .test
        settings.registration = .open
        settings.rateLimits = .off
        return settings
    }

    package static let instruments: [Instrument] = [
        instrument("NSE", "INFY", token: 408_065, tick: "0.05", lot: "1"),
        instrument("NSE", "TCS", token: 2_953_217, tick: "0.05", lot: "1"),
        instrument("NSE", "RELIANCE", token: 738_561, tick: "0.05", lot: "1"),
        instrument("NSE", "NIFTY 50", token: 256_265, tick: "0", lot: "0"),
        instrument("CRYPTO", "BTCUSDT", token: 1_001, tick: "0.01", lot: "0.00001"),
    ]

    package static func instrument(_ exchange: String, _ symbol: String, token: Int64, tick: String, lot: String) -> Instrument {
        Instrument(
            id: InstrumentID(exchange: exchange, symbol: symbol)!, token: token, name: symbol, tickSize: Price(text: tick)!,
            lotSize: Quantity(text: lot)!, kind: tick == "0" ? "INDEX" : "EQ", segment: exchange, isSimulated: true)
    }

    // MARK: Turning

    /// Turns the loop and the disk thread until nothing is left to do at this moment.
    package func settle() {
        repeat {
            loop.runUntilIdle()
            queue.runAll()
        } while loop.runUntilIdle() > 0 || queue.count > 0
    }

    /// Lets time pass in small steps, with the disk thread keeping up.
    package func advance(by duration: Duration, step: Duration = .milliseconds(100)) {
        var left = duration
        while left > .zero {
            let piece = min(left, step)
            loop.advance(by: piece)
            settle()
            left -= piece
        }
    }

    /// Runs an asynchronous piece of work to its end.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = LockedBox<Result<Value, any Error>?>(nil)
        loop.perform {
            _ = Task.immediate(executorPreference: loop) {
                do {
                    outcome.value = .success(try await work())
                } catch {
                    outcome.value = .failure(error)
                }
            }
        }
        settle()
        guard let result = outcome.value else { throw Stuck() }
        return try result.get()
    }

    /// The work waits for something that does not come.
    package struct Stuck: Error {}

    // MARK: People

    /// Registers somebody; gives the session token and the user's id.
    package func register(_ email: String, password: String = "correct horse battery") throws -> (token: String, user: UserID) {
        let house = house
        let welcome = try run {
            try await house.register(email: email, password: password, name: "", from: Origin(address: "127.0.0.1", agent: "test"))
        }
        return (welcome.token, welcome.trader.user)
    }

    /// Makes the owner with the set-up token.
    package func makeOwner(_ email: String = "owner@example.com") throws -> (token: String, user: UserID) {
        let house = house
        let welcome = try run {
            try await house.setUp(
                token: house.setupToken ?? "", email: email, password: "correct horse battery", name: "Owner",
                from: Origin(address: "127.0.0.1", agent: "test"))
        }
        return (welcome.token, welcome.trader.user)
    }

    // MARK: Requests

    /// Sends a request through the whole of `WebApp`, without a socket.
    package func send(
        _ method: HTTPMethod, _ target: String, token: String? = nil, json: String? = nil, headers: HTTPHeaders = [:]
    ) throws -> TestAnswer {
        var headers = headers
        headers.set("Host", "localhost")
        if let token { headers.set("X-Session-Token", token) }
        if json != nil { headers.set("Content-Type", "application/json") }
        var request = HTTPRequest(method: method, target: target, headers: headers, body: Array((json ?? "").utf8))
        request.remoteAddress = "127.0.0.1"
        let (app, house, sent) = (app, house, request)
        let response = try run { await app.answer(sent, house) }
        return TestAnswer(status: response.status, headers: response.headers, body: response.body)
    }

    // MARK: Prices

    /// Quotes an instrument with one level of depth on each side.
    package func quote(_ key: String, _ bid: String, _ ask: String, last: String? = nil, quantity: String = "1000000") throws {
        let level = { (price: String) in DepthLevel(price: Price(text: price)!, quantity: Quantity(text: quantity)!, orders: 1) }
        try tick(key, last: last ?? bid, depth: Depth(bids: [level(bid)], asks: [level(ask)]))
    }

    /// One tick; without depth it is the last price alone.
    package func tick(_ key: String, last: String, depth: Depth = .none) throws {
        let house = house
        let tick = Tick(
            instrument: InstrumentID(key: key)!, at: Timestamp(microseconds: loop.wallMicroseconds), lastPrice: Price(text: last)!,
            lastQuantity: Quantity(whole: 1), dayVolume: Quantity(whole: 1), depth: depth)
        try run { await house.take(tick) }
    }
}

/// An answer with its JSON read.
package struct TestAnswer {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON, `.null` when it is none.
    package var json: JSONValue {
        do {
            return try JSONParser.parse(body)
        } catch {
            return .null
        }
    }

    /// A member by path: `answer["order", "status"]`.
    package subscript(_ path: String...) -> JSONValue {
        path.reduce(json) { $0[$1] ?? .null }
    }
}
