// A day of many people in a whole house, lived from one seed: who asks what and when, which prices come, how far the disk gets between
// two requests. What must hold afterwards is in the suites; what was told to people is `Memory`.

import Glibc
import House
import Platform
import TestSupport
import Trading
import Wire

/// Where a day's prices come from, tick by tick, and what is listed.
struct DaySource {
    var instruments: [Instrument]
    /// Traded and ticked; the others are only listed.
    var symbols: [InstrumentID]
    var startsAt: Int64
    /// The ticks until an instant, or so many of a tape.
    var ticks: (Timestamp) -> [Tick]

    /// The simulated market from a seed, at noon of a working day unless told otherwise.
    static func simulated(seed: UInt64, startsAt start: Int64 = 1_795_161_600_000_000) -> DaySource {
        var market = SimulatedMarket(seed: seed, at: Timestamp(microseconds: start))
        let symbols = ["NSE:RELIANCE", "NSE:SBIN", "NSE:TCS", "NSE:M&M", "CRYPTO:BTCUSDT"].compactMap { InstrumentID(key: $0) }
        var opening = market.openingTicks()
        return DaySource(
            instruments: market.instruments, symbols: symbols, startsAt: start,
            ticks: { instant in
                defer { opening = [] }
                return (opening + market.ticks(until: instant)).filter { symbols.contains($0.instrument) }
            })
    }

    /// A recorded tape, a hundred ticks at a time, at the tape's own clock.
    static func tape(_ ticks: [Tick], instruments: [Instrument]) -> DaySource {
        var next = 0
        return DaySource(
            instruments: instruments, symbols: instruments.filter(\.isTradable).map(\.id), startsAt: ticks[0].at.microseconds,
            ticks: { _ in
                defer { next = min(ticks.count, next + 100) }
                return Array(ticks[next..<min(ticks.count, next + 100)])
            })
    }
}

/// One day: made from a seed, lived once.
final class SimulatedDay {
    let seed: UInt64
    let disk: SimulatedDisk
    let host: TestHouse
    let source: DaySource
    private(set) var people: [Memory] = []
    private var random: SeededRandom
    private var clientIDs = 0

    init(seed: UInt64, disk: SimulatedDisk? = nil, source: DaySource? = nil, hours: MarketHours = .always) throws {
        self.seed = seed
        self.disk = disk ?? SimulatedDisk(seed: seed)
        self.source = source ?? .simulated(seed: seed)
        random = SeededRandom(seed: seed &* 31 &+ 7)
        host = try TestHouse(
            seed: seed, disk: self.disk, loop: SimulatedLoop(wallMicroseconds: self.source.startsAt), instruments: self.source.instruments,
            hours: hours)
        let house = host.house
        try host.run {
            await house.resumeWork()
            await house.run(.off)
        }
    }

    /// Whether the disk has crashed, so that nobody gets an answer any more.
    var hasCrashed: Bool { disk.survivor != nil }

    /// Lives the day: `count` people, `rounds` moments at which some of them act. Ends early at a crash.
    func live(people count: Int, rounds: Int) {
        for number in 0..<count where !hasCrashed { register("person\(number)@example.com") }
        for round in 0..<rounds where !hasCrashed {
            // Now and then everybody rests so long that desks leave memory and are read again.
            if round % 40 == 39 {
                host.advance(by: .seconds(1_000), step: .seconds(60))
            } else {
                host.advance(by: .milliseconds(Int64(1 + below(1_500))), step: .milliseconds(400))
            }
            guard !hasCrashed else { return }
            tick()
            // Mostly the fills are on disk before anybody acts.
            if below(4) > 0 { host.settle() }
            act(people: 1 + below(6))
        }
    }

    /// Ends the day in order.
    func close() throws {
        let house = host.house
        try host.run { await house.close() }
    }

    private func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    /// Brings the next prices into the house; fills they cause are on their way to the disk when this returns.
    private func tick() {
        let now = Timestamp(microseconds: host.loop.wallMicroseconds)
        let (ticks, house) = (source.ticks(now), host.house)
        host.loop.perform {
            house.assumeIsolated { house in
                for tick in ticks { house.take(tick) }
            }
        }
    }

    private func register(_ email: String) {
        let body = "{\"email\":\"\(email)\",\"password\":\"correct horse battery\"}"
        let answer = post(.post, "/api/auth/register", token: nil, body: body)
        host.settle()
        // Without an answer, or with one that is no JSON, nobody was told that the account exists.
        guard let response = answer.value, response.status == 201, let json = try? JSONParser.parse(response.body),
            let token = json["session_token"]?.string, let user = json["user_id"]?.string.flatMap({ UserID($0) })
        else { return }
        people.append(Memory(user: user, token: token, email: email))
    }

    // MARK: Acts

    /// Some people act at the same moment: all their requests are in the house before the disk takes the first of them.
    private func act(people count: Int) {
        guard !people.isEmpty else { return }
        var sent: [(person: Memory, act: Act, answer: LockedBox<HTTPResponse?>)] = []
        for _ in 0..<count {
            let person = people[below(people.count)]
            let act = makeAct(of: person)
            sent.append((person, act, post(act.method, act.path, token: person.token, body: act.body)))
            // Sometimes the disk, or the market, is quicker than the next person.
            switch below(6) {
            case 0, 1: host.queue.runNext()
            case 2:
                host.loop.advance(by: .milliseconds(300))
                tick()
            default: break
            }
        }
        host.settle()
        for (person, act, answer) in sent { person.heard(answer.value.map { ($0.status, $0.body) }, to: act) }
    }

    private func makeAct(of person: Memory) -> Act {
        let working = person.working
        switch below(20) {
        case 0 where !person.asked.isEmpty:
            // The same request once more, with its key.
            return person.asked[below(person.asked.count)]
        case 1 where below(4) == 0:
            return Act(.post, "/api/paper-trading/reset", body: "{\"capital\":\(50_000 + below(100_000))}", kind: .reset)
        case 2, 3, 4:
            guard !working.isEmpty else { return order(person) }
            let id = working[below(working.count)]
            return Act(.delete, "/api/paper-trading/orders/\(id)", body: nil, kind: .change(id))
        case 5, 6:
            guard !working.isEmpty else { return order(person) }
            let id = working[below(working.count)]
            return Act(.patch, "/api/paper-trading/orders/\(id)", body: "{\"quantity\":\(1 + below(20))}", kind: .change(id))
        default: return order(person)
        }
    }

    private func order(_ person: Memory) -> Act {
        let instrument = source.symbols[below(source.symbols.count)]
        let isCoin = instrument.exchange == "CRYPTO"
        let side = below(2) == 0 ? "BUY" : "SELL"
        clientIDs += 1
        let key = "\(person.user.text)-\(clientIDs)"
        let quantity = isCoin ? "0.00\(1 + below(9))" : "\(1 + below(12))"
        var members =
            "\"exchange\":\"\(instrument.exchange)\",\"tradingsymbol\":\"\(instrument.symbol)\",\"transaction_type\":\"\(side)\","
            + "\"quantity\":\(quantity),\"client_order_id\":\"\(key)\",\"product\":\"\(below(4) == 0 ? "CNC" : "MIS")\","
            + "\"tag\":\"of \(person.user.text)\""
        // Whole rupees, which every step of price divides.
        let last = max(20, lastRupees(instrument))
        let near = last + below(max(2, last / 200)) - last / 400
        switch below(6) {
        case 0, 1: members += ",\"order_type\":\"LIMIT\",\"price\":\(near)"
        case 2: members += ",\"order_type\":\"SL-M\",\"trigger_price\":\(near)"
        case 3 where below(2) == 0: members += ",\"order_type\":\"SL\",\"price\":\(near),\"trigger_price\":\(near)"
        default: members += ",\"order_type\":\"MARKET\",\"validity\":\"\(below(5) == 0 ? "IOC" : "DAY")\""
        }
        return Act(.post, "/api/paper-trading/orders", body: "{\(members)}", kind: .place(key))
    }

    private func lastRupees(_ id: InstrumentID) -> Int {
        let house = host.house
        let price = host.loop.perform { house.assumeIsolated { $0.market.lastPrice(of: id) } }
        return price.map { Int($0.units / fixedPointScale) } ?? 0
    }

    /// Puts a request into the house without turning the disk.
    private func post(_ method: HTTPMethod, _ path: String, token: String?, body: String?) -> LockedBox<HTTPResponse?> {
        var headers: HTTPHeaders = ["Host": "localhost", "Content-Type": "application/json"]
        if let token { headers.set("X-Session-Token", token) }
        var request = HTTPRequest(method: method, target: path, headers: headers, body: Array((body ?? "").utf8))
        request.remoteAddress = "127.0.0.1"
        let (app, house, sent, answer) = (host.app, host.house, request, LockedBox<HTTPResponse?>(nil))
        host.loop.perform {
            _ = Task.immediate(executorPreference: host.loop) { answer.value = await app.answer(sent, house) }
        }
        return answer
    }
}

/// The seed of a test: printed, or the one in TRADEHOUSE_SEED.
enum Seed {
    static func chosen(for test: String) -> UInt64 {
        var seed = UInt64.random(in: 1...UInt64(UInt32.max))
        if let given = getenv("TRADEHOUSE_SEED").flatMap({ UInt64(String(cString: $0)) }) { seed = given }
        print("\(test): TRADEHOUSE_SEED=\(seed)")
        return seed
    }
}
