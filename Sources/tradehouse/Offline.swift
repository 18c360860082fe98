// The data folder in the hand of a command, while no server holds it.

import House
import Platform
import Storage
import Trading

enum Offline {
    /// Opens the folder, runs the work on a loop of its own, closes the folder in order.
    ///
    /// `isQuiet` keeps the store's remarks to itself, but for errors.
    static func withStore<Value: Sendable>(
        _ folder: String, isQuiet: Bool = false, _ work: @escaping @Sendable (Store, EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = try EventLoop()
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
        let outcome = Monitor<Result<Value, any Error>?>(nil)
        loop.post {
            _ = Task.immediate(executorPreference: loop) {
                let result: Result<Value, any Error>
                do {
                    result = .success(try await work(store, loop))
                } catch {
                    result = .failure(error)
                }
                await store.close()
                outcome.withLock { $0 = result }
                loop.stop()
            }
        }
        loop.run()
        thread.close()
        guard let result = outcome.withLock({ $0 }) else { throw UsageProblem("The work was interrupted.") }
        return try result.get()
    }

    /// A house without a market or a server over the folder, for what its own rules decide.
    static func withHouse<Value: Sendable>(
        _ folder: String, cost: Int, _ work: @escaping @Sendable (Tradehouse) async throws -> Value
    ) throws -> Value {
        let passwords = try ThreadQueue(name: "passwords", threads: 1, limit: 16)
        let workshop = try ThreadQueue(name: "workshop", threads: 1, limit: 16)
        return try withStore(folder) { store, loop in
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
