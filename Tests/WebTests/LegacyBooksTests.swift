// The imported books of the reserved id `default`: the owner reads them and hands them over, nobody else can, and in single-user mode
// they are the person's own.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading
import Wire

@Suite struct `Imported books` {
    /// A book as an import leaves it: 10 INFY bought at 1400, 4 sold at 1450, and an order that never filled.
    static func snapshot() throws -> PaperSnapshot {
        let at = Timestamp(seconds: 1_700_000_000)
        var account = PaperAccount(opening: Money(whole: 100_000), at: at)
        let hub = ImportedMarket()
        for (number, side, quantity, price) in [(1, Side.buy, Int64(10), "1400"), (2, .sell, 4, "1450")] {
            hub.last = Price(text: price)!
            let draft = OrderDraft(
                instrument: ImportedMarket.infy, side: side, product: .intraday, kind: .market, quantity: Quantity(whole: quantity))
            let id = OrderID("PAPER_0000000\(number)")!
            _ = account.apply(try account.decide(.place(draft, as: id), market: hub, at: at + .seconds(number)))
        }
        return account.snapshot
    }

    /// Puts the imported books on a disk, as `migrate` does.
    static func install(on disk: any Disk) throws {
        let loop = SimulatedLoop()
        let queue = SteppedQueue()
        var options = StoreOptions()
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        let book = try snapshot()
        let store = try loop.perform { try Store.open(disk: disk, queue: queue, loop: loop, options: options) }
        let done = LockedBox<[Bool]>([])
        func turn() {
            repeat {
                loop.runUntilIdle()
                queue.runAll()
            } while loop.runUntilIdle() > 0 || queue.count > 0
        }
        loop.perform {
            nonisolated(unsafe) let store = store
            _ = Task.immediate(executorPreference: loop) {
                do {
                    _ = try await store.loadBook(.legacyDefault, .default)
                    try await store.install(user: .legacyDefault, snapshot: book, notes: [])
                    await store.close()
                    done.value.append(true)
                } catch {
                    Issue.record(error)
                }
            }
        }
        turn()
        #expect(done.value == [true])
    }

    private func makeHouse(_ settings: HouseSettings = TestHouse.settings) throws -> TestHouse {
        let disk = makeDisk()
        try Self.install(on: disk)
        let house = try TestHouse(disk: disk, settings: settings)
        try house.quote("NSE:INFY", "1500.00", "1500.05", last: "1500.00")
        return house
    }

    private let path = "/api/admin/legacy-books"

    @Test func `are shown to the owner`() throws {
        let house = try makeHouse()
        let owner = try house.joinAsOwner()
        let answer = try house.send(.get, path, as: owner)
        #expect(answer.status == 200)
        #expect(answer["exists"] == true)
        #expect(answer["user_id"] == "default")
        #expect(answer["counts"] == ["orders": 2, "positions": 1, "trades": 2])
        #expect(answer["funds", "realized_pnl"].paise == 200_00)
        #expect(answer["funds", "unrealized_pnl"].paise == 600_00)
        #expect(answer["positions"].array?.first?["quantity"] == 6)
        #expect(answer["orders"].array?.map { $0["order_id"]?.string } == ["PAPER_00000002", "PAPER_00000001"])
        #expect(answer["trades"].array?.count == 2)
    }

    @Test func `do not exist where nothing was imported`() throws {
        let house = try TestHouse(disk: makeDisk())
        let owner = try house.joinAsOwner()
        #expect(try house.send(.get, path, as: owner)["exists"] == false)
        let answer = try house.send(.post, path + "/hand-over", as: owner, json: #"{"user_id":"\#(owner.user)"}"#)
        #expect(answer.status == 404)
        #expect(answer["error"] == "nothing_to_hand_over")
    }

    @Test func `become the book of the account that the owner names, once`() throws {
        let house = try makeHouse()
        let owner = try house.joinAsOwner()
        let asha = try house.join("asha@example.com")
        let bela = try house.join("bela@example.com")
        _ = try house.funds(of: asha)
        let answer = try house.send(.post, path + "/hand-over", as: owner, json: #"{"user_id":"\#(asha.user)"}"#)
        #expect(answer.status == 200)
        #expect(answer["user_id"].string == asha.user.text)
        #expect(try house.send(.get, "/api/paper-trading/trades", as: asha)["total_trades"] == 2)
        #expect(try house.funds(of: asha)["realized_pnl"]?.paise == 200_00)
        #expect(try house.send(.get, "/api/paper-trading/trades", as: bela)["total_trades"] == 0)
        #expect(try house.send(.get, path, as: owner)["exists"] == false)
        let again = try house.send(.post, path + "/hand-over", as: owner, json: #"{"user_id":"\#(bela.user)"}"#)
        #expect(again.status == 404)
        // The book goes on: what was imported can be sold.
        let sold = try house.place("SELL 6 NSE:INFY MIS MARKET", as: asha)
        #expect(sold["order", "status"] == "COMPLETE")
        #expect(try house.funds(of: asha)["realized_pnl"]?.paise == 800_00)
        let later = try house.restarted()
        #expect(try later.funds(of: asha)["realized_pnl"]?.paise == 800_00)
        #expect(try later.send(.get, path, as: owner)["exists"] == false)
    }

    @Test func `are not laid over a book that has orders`() throws {
        let house = try makeHouse()
        let owner = try house.joinAsOwner()
        let asha = try house.join("asha@example.com")
        let id = try house.place("BUY 1 NSE:INFY MIS LIMIT 1400.00", as: asha)["order_id"].string ?? ""
        let answer = try house.send(.post, path + "/hand-over", as: owner, json: #"{"user_id":"\#(asha.user)"}"#)
        #expect(answer.status == 409)
        #expect(answer["error"] == "book_has_traded")
        #expect(try house.order(id, of: asha)["status"] == "OPEN")
        #expect(try house.send(.get, path, as: owner)["exists"] == true)
    }

    @Test func `stay where they are when the account is unknown or no account`() throws {
        let house = try makeHouse()
        let owner = try house.joinAsOwner()
        for id in ["U000000000", "default", "DEFAULT", "../x", ""] {
            let answer = try house.send(.post, path + "/hand-over", as: owner, json: #"{"user_id":"\#(id)"}"#)
            #expect(answer.status == 404, "\(id)")
            #expect(answer["error"] == "unknown_user")
        }
        #expect(try house.send(.post, path + "/hand-over", as: owner, json: "{}").status == 422)
        #expect(try house.send(.get, path, as: owner)["exists"] == true)
    }

    @Test func `are nobody's but the owner's to see or give`() throws {
        let house = try makeHouse()
        let asha = try house.join("asha@example.com")
        for (method, target) in [(HTTPMethod.get, path), (.post, path + "/hand-over")] {
            let json = method == .post ? #"{"user_id":"\#(asha.user)"}"# : nil
            let answer = try house.send(method, target, as: asha, json: json)
            #expect(answer.status == 403)
            #expect(!answer.text.contains("PAPER_"))
            #expect(try house.send(method, target, json: json).status == 401)
        }
        #expect(try house.send(.get, "/api/paper-trading/trades", as: asha)["total_trades"] == 0)
        #expect(try house.send(.get, "/api/paper-trading/orders/PAPER_00000001", as: asha).status == 404)
    }

    @Test func `are the person's own in single-user mode`() throws {
        var settings = TestHouse.settings
        settings.mode = .singleUser
        let house = try makeHouse(settings)
        #expect(try house.send(.get, "/api/paper-trading/trades")["total_trades"] == 2)
        #expect(try house.send(.post, "/api/orders/sell?symbol=INFY&quantity=6").status == 200)
        #expect(try house.send(.get, "/api/paper-trading/funds")["funds", "realized_pnl"].paise == 800_00)
        let later = try house.restarted(settings: settings)
        #expect(try later.send(.get, "/api/paper-trading/trades")["total_trades"] == 3)
    }

    @Test func `cannot be taken by registering under their name`() throws {
        #expect(UserID("default") == nil && UserID("DEFAULT") == nil)
    }
}

/// One instrument at whatever price the test says.
private final class ImportedMarket: MarketView {
    static let infy = InstrumentID(key: "NSE:INFY")!
    var last = Price(text: "1400")!

    func instrument(for id: InstrumentID) -> Instrument? {
        Instrument(
            id: id, token: 1, name: "", tickSize: Price(text: "0.05")!, lotSize: Quantity(whole: 1), kind: "EQ", segment: "NSE",
            isSimulated: false)
    }
    func quote(for id: InstrumentID) -> Quote? {
        Quote(
            instrument: id, at: Timestamp(seconds: 1_700_000_000), lastPrice: last, lastQuantity: .zero, dayVolume: .zero, depth: .none,
            open: last, high: last, low: last, previousClose: last)
    }
    func isOpen(for id: InstrumentID, at instant: Timestamp) -> Bool { true }
    func isStale(_ quote: Quote, at instant: Timestamp) -> Bool { false }
    func terms(for id: InstrumentID, _ product: Product, at instant: Timestamp) -> TradingTerms { .plain }
}
