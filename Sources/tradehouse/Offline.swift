// The data folder in the hand of a command, while no server holds it.

import House
import Platform
import Storage
import Trading

enum Offline {
    /// Opens the folder, runs the work on a loop of its own, closes the folder in order.
    ///
    /// `isQuiet` keeps the store's remarks to itself, but for errors. Only with `makes` a folder comes into being that is not there:
    /// a mistyped path must not become an empty house.
    static func withStore<Value: Sendable>(
        _ folder: String, makes: Bool = false, isQuiet: Bool = false, _ work: @escaping @Sendable (Store, EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = try EventLoop()
        if !makes, !isDataFolder(folder) {
            throw UsageProblem("\(folder) is no data folder: it has no FORMAT.json. Check the path of --data.")
        }
        let disk = try PosixDisk(making: folder)
        let thread = try ThreadQueue(name: "disk", threads: 1, limit: 1 << 20)
        var options = StoreOptions()
        options.processID = ProcessFacts.id
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        options.notice = { notice in
            if notice.level == .error || (notice.level == .warning && !isQuiet) {
                Terminal.complain(
                    "\(notice.event) \(notice.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))")
            }
        }
        options.fatal = { failure in
            Terminal.complain(failure.description)
            Terminal.exit(1)
        }
        // Made here and used on the loop only, which runs on this very thread.
        nonisolated(unsafe) let store = try Store.open(disk: disk, queue: thread, loop: loop, options: options)
        defer { thread.close() }
        return try run(on: loop) {
            let result: Result<Value, any Error>
            do {
                result = .success(try await work(store, loop))
            } catch {
                result = .failure(error)
            }
            await store.close()
            return try result.get()
        }
    }

    /// Runs the work on the loop, and the loop on this thread until the work is done.
    static func run<Value: Sendable>(on loop: EventLoop, _ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Monitor<Result<Value, any Error>?>(nil)
        loop.post {
            _ = Task.immediate(executorPreference: loop) {
                let result: Result<Value, any Error>
                do {
                    result = .success(try await work())
                } catch {
                    result = .failure(error)
                }
                outcome.withLock { $0 = result }
                loop.stop()
            }
        }
        loop.run()
        guard let result = outcome.withLock({ $0 }) else { throw UsageProblem("The work was interrupted.") }
        return try result.get()
    }

    /// Whether a data folder is there.
    static func isDataFolder(_ folder: String) -> Bool { RealPath.exists(folder + "/FORMAT.json") }

    /// A house without a market or a server over the folder, for what its own rules decide.
    static func withHouse<Value: Sendable>(
        _ folder: String, makes: Bool = false, cost: Int, _ work: @escaping @Sendable (Tradehouse) async throws -> Value
    ) throws -> Value {
        let passwords = try ThreadQueue(name: "passwords", threads: 1, limit: 16)
        let workshop = try ThreadQueue(name: "workshop", threads: 1, limit: 16)
        return try withStore(folder, makes: makes) { store, loop in
            var settings = HouseSettings()
            settings.registration = .open
            settings.rateLimits = .off
            settings.marketKind = "off"
            let world = World.real(
                loop: loop, passwords: passwords, workshop: workshop, log: Log(), cost: cost, signingKey: Entropy.bytes(32))
            let market = MarketHub(instruments: [], hours: .always, now: world.now())
            nonisolated(unsafe) let held = store
            return try await work(Tradehouse(executor: loop, world: world, settings: settings, store: held, market: market))
        }
    }
}
