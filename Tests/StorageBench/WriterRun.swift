// Many writers on one store at once, each with one order on its way, and what they saw.

import Platform
import Storage
import Trading

/// A run of writers on the loop of the calling thread. Everything happens on that thread but the disk's work.
final class WriterRun: @unchecked Sendable {
    private let loop: EventLoop
    private let store: Store
    private let writers: [Writer]
    private let end: (WriterRun) -> Bool
    /// Answers before this moment are not counted: the first ones make files and fill caches.
    private var countsFrom: UInt64 = 0
    private let warmUp: UInt64
    private var waiting = 0
    private var failure: (any Error)?
    /// Microseconds from commit to ticket, of the counted orders.
    private(set) var latencies: [UInt32] = []
    private(set) var orders = 0
    private(set) var lastAnswer: UInt64 = 0

    private init(
        _ folder: String, writers count: Int, warmUp: Duration, end: @escaping (WriterRun) -> Bool
    ) throws {
        loop = try EventLoop()
        store = try WriterRun.open(folder, on: loop)
        let now = Timestamp(microseconds: loop.wallMicroseconds)
        writers = (1...count).map { Writer($0, at: now) }
        self.warmUp = UInt64(warmUp / .nanoseconds(1))
        latencies.reserveCapacity(1 << 20)
        self.end = end
    }

    /// A store as the server opens it, but for the space it keeps free.
    static func open(
        _ folder: String, on loop: EventLoop, isSynced: Bool = true, _ change: (inout StoreOptions) -> Void = { _ in }
    ) throws -> Store {
        var options = StoreOptions()
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        options.processID = ProcessFacts.id
        options.notice = { notice in
            if notice.level != .info { Terminal.complain("\(notice.event) \(notice.fields)") }
        }
        options.fatal = { failure in
            Terminal.complain("\(failure)")
            Terminal.exit(1)
        }
        change(&options)
        let real = try PosixDisk(making: folder)
        let disk: any Disk = isSynced ? real : UnsyncedDisk(real)
        return try Store.open(
            disk: disk, queue: try ThreadQueue(name: "disk", threads: 1, niceness: 5, limit: 1 << 20),
            journalQueue: try ThreadQueue(name: "journal", threads: 1, isPrompt: true, limit: 1 << 20), loop: loop, options: options)
    }

    private func run() throws {
        loop.post { self.loadAll() }
        loop.run()
        if let failure { throw failure }
    }

    private func loadAll() {
        waiting = writers.count
        for writer in writers {
            store.loadBook(writer.user) { [self] result in
                do {
                    guard try result.get() == nil else { throw BenchFailure("the folder has a book of \(writer.user) already") }
                } catch {
                    failure = error
                }
                waiting -= 1
                if waiting == 0 { begin() }
            }
        }
    }

    private func begin() {
        if failure != nil { return loop.stop() }
        countsFrom = loop.monotonicNanoseconds + warmUp
        waiting = writers.count
        for writer in writers { place(writer) }
    }

    private func place(_ writer: Writer) {
        let began = loop.monotonicNanoseconds
        let commit: Commit
        do {
            commit = try writer.next(at: Timestamp(microseconds: loop.wallMicroseconds))
        } catch {
            failure = error
            return finish()
        }
        store.commit(commit).whenSettled { [self] result in
            if case .failure(let cause) = result { failure = cause }
            let now = loop.monotonicNanoseconds
            lastAnswer = now
            if now >= countsFrom {
                orders += 1
                latencies.append(UInt32(clamping: (now - began) / 1_000))
            }
            if failure != nil || end(self) { return finish() }
            // As a client's next request comes: in a later turn of the loop.
            loop.post { self.place(writer) }
        }
    }

    private func finish() {
        waiting -= 1
        guard waiting == 0 else { return }
        store.close { self.loop.stop() }
    }

    // MARK: The runs

    /// How many orders are decided before a run, over all writers: few, because an order that was decided in this turn is in the cache.
    static let decidedOrders = 1_024

    /// `writers` users for so long; prints orders per second and what each waited.
    static func write(_ folder: String, writers: Int, for duration: Duration) throws {
        let warmUp: Duration = .milliseconds(500)
        let length = UInt64(duration / .nanoseconds(1))
        let run = try WriterRun(folder, writers: writers, warmUp: warmUp) { run in run.lastAnswer >= run.countsFrom + length }
        let now = Timestamp(microseconds: run.loop.wallMicroseconds)
        for writer in run.writers { try writer.decide(max(16, decidedOrders / writers), at: now) }
        try run.run()
        let seconds = Double(run.lastAnswer - run.countsFrom) / 1e9
        let sorted = run.latencies.sorted()
        guard !sorted.isEmpty else { throw BenchFailure("nothing was answered in time") }
        func percentile(_ share: Double) -> UInt32 { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
        Terminal.print(
            "{\"orders\":\(run.orders),\"per_second\":\(Double(run.orders) / seconds),\"p50_us\":\(percentile(0.5)),"
                + "\"p99_us\":\(percentile(0.99)),\"most_us\":\(sorted[sorted.count - 1])}")
    }

    /// About what an order of a `Writer` is in the journal.
    static let orderBytes = 1_770

    /// A journal of about so many bytes, orders of a thousand users.
    static func fill(_ folder: String, bytes: Int) throws {
        let run = try WriterRun(folder, writers: 1_000, warmUp: .zero) { $0.orders * orderBytes >= bytes }
        try run.run()
        Terminal.print("{\"orders\":\(run.orders)}")
    }

    /// One book with so many orders.
    static func book(_ folder: String, orders: Int) throws {
        let run = try WriterRun(folder, writers: 1, warmUp: .zero) { $0.orders >= orders }
        try run.run()
        Terminal.print("{\"orders\":\(run.orders)}")
    }
}
