// A disk that is full: what could not be stored is not shown, and what was stored before goes on.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@testable import House

/// A house that takes nothing new when less than a mebibyte is free.
private final class ScarceHouse {
    static let infy = InstrumentID(key: "NSE:INFY")!
    let loop = SimulatedLoop()
    let queue = SteppedQueue()
    let disk = SimulatedDisk()
    let house: Tradehouse
    let log = EventList()
    let origin = Origin(address: "127.0.0.1", agent: "")

    init() throws {
        var options = StoreOptions()
        options.minimumFreeBytes = 1 << 20
        options.ballastBytes = 0
        let store = try loop.perform { [loop, queue, disk] in try Store.open(disk: disk, queue: queue, loop: loop, options: options) }
        let world = World.simulated(loop: loop, seed: 1, log: log)
        var settings = HouseSettings()
        settings.mode = .test
        settings.registration = .open
        settings.rateLimits = .off
        let market = MarketHub(
            instruments: [
                Instrument(
                    id: Self.infy, token: 1, name: "", tickSize: Price(text: "0.05")!, lotSize: Quantity(whole: 1), kind: "EQ",
                    segment: "NSE", isSimulated: true)
            ], hours: .always, now: world.now())
        house = Tradehouse(executor: loop, world: world, settings: settings, store: store, market: market)
        let house = house
        try run { try await house.open() }
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
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
        return try #require(outcome.value).get()
    }

    func settle() {
        repeat {
            loop.runUntilIdle()
            queue.runAll()
        } while loop.runUntilIdle() > 0 || queue.count > 0
    }

    func advance(by duration: Duration) {
        loop.advance(by: duration)
        settle()
    }

    func trader() throws -> Trader {
        let (house, origin) = (house, origin)
        return try run {
            try await house.register(email: "a@example.com", password: "correct horse battery", name: "", from: origin).trader
        }
    }

    func buy(_ quantity: Int64, at limit: String, as trader: Trader) throws -> OrderID {
        let (house, origin) = (house, origin)
        let draft = OrderDraft(
            instrument: Self.infy, side: .buy, product: .intraday, kind: .limit(Price(text: limit)!), quantity: Quantity(whole: quantity))
        return try run { try await house.place(draft, as: trader, from: origin).order.id }
    }

    func tick(_ last: String) throws {
        let house = house
        let tick = Tick(
            instrument: Self.infy, at: Timestamp(microseconds: loop.wallMicroseconds), lastPrice: Price(text: last)!, lastQuantity: .zero,
            dayVolume: .zero, depth: .none)
        try run { await house.take(tick) }
    }

    func orders(of trader: Trader) throws -> [Order] {
        let house = house
        return try run { try await house.book(of: trader).account.orders(limit: 100) }
    }

    /// Leaves half a mebibyte free, and lets the store notice it. Gives what has to be said when an order is placed then.
    func fill(as trader: Trader) throws -> (any Error)? {
        disk.capacityBytes -= try disk.freeBytes() - (1 << 19)
        for _ in 0..<20 {
            advance(by: .seconds(5))
            do {
                _ = try buy(1, at: "1000", as: trader)
            } catch {
                return error
            }
        }
        return nil
    }

    func empty() {
        disk.capacityBytes += 1 << 30
        advance(by: .seconds(30))
    }
}

@Suite struct `A house on a full disk` {
    @Test func `stores nothing of an order that it could not promise, and goes on when there is room`() throws {
        let scarce = try ScarceHouse()
        let trader = try scarce.trader()
        try scarce.tick("1500")
        let failure = try scarce.fill(as: trader)
        #expect(failure as? StorageFailure == .storageFull)
        let before = try scarce.orders(of: trader)
        #expect(before.allSatisfy { $0.state == .open })
        scarce.empty()
        #expect(try scarce.orders(of: trader) == before)
        var placed: OrderID?
        for _ in 0..<5 where placed == nil {
            // The first act after a while finds out that there is room again.
            do { placed = try scarce.buy(1, at: "1001", as: trader) } catch { scarce.advance(by: .seconds(5)) }
        }
        #expect(placed != nil)
        #expect(try scarce.orders(of: trader).count == before.count + 1)
    }

    @Test func `does not forget to watch orders that were stored before`() throws {
        let scarce = try ScarceHouse()
        let trader = try scarce.trader()
        try scarce.tick("1500")
        let resting = try scarce.buy(10, at: "1490", as: trader)
        _ = try scarce.fill(as: trader)
        scarce.empty()
        for _ in 0..<5 {
            scarce.advance(by: .seconds(5))
            try scarce.tick("1480")
        }
        #expect(try scarce.orders(of: trader).first { $0.id == resting }?.state == .filled)
    }

    @Test func `still ends logins`() throws {
        let scarce = try ScarceHouse()
        let trader = try scarce.trader()
        try scarce.tick("1500")
        _ = try scarce.fill(as: trader)
        let (house, origin) = (scarce.house, scarce.origin)
        try scarce.run { try await house.logOut(trader, from: origin) }
        #expect(throws: AuthenticationRefusal.invalid) { try scarce.run { try await house.recall(trader.session) } }
    }
}
