// The way back: a start that reads the journal, and a book that is loaded.

import Platform
import Storage
import Trading

enum Reading {
    /// Opens the store once and says how long that took.
    static func open(_ folder: String) throws {
        let loop = try EventLoop()
        let began = loop.monotonicNanoseconds
        let store = try WriterRun.open(folder, on: loop)
        let seconds = Double(loop.monotonicNanoseconds - began) / 1e9
        try close(store, loop)
        Terminal.print("{\"seconds\":\(seconds)}")
    }

    /// Loads the first writer's book again and again: from the question to rows that add up, and to an account that can trade.
    static func load(_ folder: String, times: Int) throws {
        let loop = try EventLoop()
        let store = try WriterRun.open(folder, on: loop)
        let loads = Loads(store, loop, times)
        loop.post { loads.next() }
        loop.run()
        if let failure = loads.failure { throw failure }
        try close(store, loop)
        func list(_ values: [Double]) -> String { "[" + values.map { "\($0)" }.joined(separator: ",") + "]" }
        Terminal.print("{\"orders\":\(loads.orders),\"load_ms\":\(list(loads.loaded)),\"ready_ms\":\(list(loads.ready))}")
    }

    private static func close(_ store: Store, _ loop: EventLoop) throws {
        nonisolated(unsafe) let store = store
        loop.post { store.close { loop.stop() } }
        loop.run()
    }

    /// One load after the other, with the book forgotten between.
    private final class Loads: @unchecked Sendable {
        private let store: Store
        private let loop: EventLoop
        private let user: UserID
        private var left: Int
        private(set) var failure: (any Error)?
        private(set) var loaded: [Double] = []
        private(set) var ready: [Double] = []
        private(set) var orders = 0

        init(_ store: Store, _ loop: EventLoop, _ times: Int) {
            self.store = store
            self.loop = loop
            user = Writer(1, at: Timestamp(microseconds: 0)).user
            left = times
        }

        func next() {
            guard left > 0, failure == nil else { return loop.stop() }
            left -= 1
            let began = loop.monotonicNanoseconds
            store.loadBook(user) { [self] result in
                do {
                    guard let snapshot = try result.get() else { throw BenchFailure("there is no book of \(user)") }
                    loaded.append(Double(loop.monotonicNanoseconds - began) / 1e6)
                    let account = try PaperAccount(restoring: snapshot)
                    ready.append(Double(loop.monotonicNanoseconds - began) / 1e6)
                    orders = account.orderCount
                } catch {
                    failure = error
                }
                guard store.forget(user) else {
                    failure = BenchFailure("the book is still in use")
                    return loop.stop()
                }
                loop.post { self.next() }
            }
        }
    }
}
