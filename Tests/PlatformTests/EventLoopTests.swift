// The real loop on a thread of its own: order, threads, timers, descriptors, Swift jobs, signals.

import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

private actor Counter {
    private let loop: EventLoop
    private(set) var values: [Int] = []

    init(loop: EventLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func add(_ value: Int) {
        loop.checkIsolated()
        values.append(value)
    }

    func addSlowly(_ value: Int) async {
        values.append(value)
        await Task.yield()
        values.append(-value)
    }
}

@Suite struct `The event loop` {
    @Test func `work posted by one thread runs in its order, on the loop's thread`() throws {
        let thread = try LoopThread()
        let seen = Monitor<[Int]>([])
        for number in 0..<10_000 {
            thread.loop.post {
                thread.loop.checkIsolated()
                seen.withLock { $0.append(number) }
            }
        }
        let all = seen.wait(atMost: .seconds(60)) { $0.count == 10_000 ? $0 : nil }
        #expect(all == Array(0..<10_000))
        #expect(!thread.loop.isCurrent)
    }

    @Test func `work posted by many threads is all done once`() throws {
        let thread = try LoopThread()
        let queue = try ThreadQueue(name: "posters", threads: 4)
        let seen = Monitor<[Int]>([])
        for number in 0..<4_000 {
            queue.submit { thread.loop.post { seen.withLock { $0.append(number) } } }
        }
        let all = seen.wait(atMost: .seconds(60)) { $0.count == 4_000 ? $0 : nil }
        #expect(all?.sorted() == Array(0..<4_000))
        queue.close()
    }

    @Test func `work posted before it runs is done when it runs`() throws {
        let loop = try EventLoop()
        let done = Atomic(0)
        loop.post { done.add(1, ordering: .relaxed) }
        loop.schedule(after: .milliseconds(1)) {
            done.add(1, ordering: .relaxed)
            loop.stop()
        }
        loop.run()
        #expect(done.load(ordering: .relaxed) == 2)
    }

    @Test func `timers fire in the order they are due, not before, and not when cancelled`() throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let fired = Monitor<[String]>([])
        let start = try thread.sync {
            let start = loop.monotonicNanoseconds
            loop.schedule(after: .milliseconds(30)) { fired.withLock { $0.append("late") } }
            loop.schedule(after: .milliseconds(10)) { fired.withLock { $0.append("first") } }
            loop.schedule(after: .milliseconds(10)) { fired.withLock { $0.append("second") } }
            loop.schedule(after: .seconds(-1)) { fired.withLock { $0.append("at once") } }
            let forgotten = loop.schedule(after: .milliseconds(5)) { fired.withLock { $0.append("never") } }
            loop.cancel(forgotten)
            loop.cancel(forgotten)
            return start
        }
        let order = fired.wait(atMost: .seconds(60)) { $0.count == 4 ? $0 : nil }
        #expect(order == ["at once", "first", "second", "late"])
        #expect(loop.monotonicNanoseconds - start >= 30_000_000)
    }

    @Test func `work after a turn runs once the turn's work is done`() throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let seen = Monitor<[String]>([])
        loop.post {
            loop.afterTurn { seen.withLock { $0.append("after") } }
            loop.post { seen.withLock { $0.append("posted") } }
            seen.withLock { $0.append("first") }
        }
        #expect(seen.wait(atMost: .seconds(60)) { $0.count == 3 ? $0 : nil } == ["first", "posted", "after"])
    }

    @Test func `an actor on it runs on its thread, and may be entered from there without waiting`() async throws {
        let thread = try LoopThread()
        let counter = Counter(loop: thread.loop)
        await counter.add(1)
        await counter.addSlowly(2)
        try thread.sync {
            counter.assumeIsolated { $0.add(3) }
        }
        #expect(await counter.values == [1, 2, -2, 3])
    }

    @Test func `a task may prefer it`() async throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let isThere = await Task(executorPreference: loop) {
            await Task.yield()
            return loop.isCurrent
        }.value
        #expect(isThere)
    }

    @Test func `a long piece of work is reported with its kind`() throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let reports = Monitor<[String]>([])
        try thread.sync {
            loop.onLongTurn = { turn in reports.withLock { $0.append("\(turn.work) \(turn.duration >= .milliseconds(5))") } }
        }
        loop.post {
            let end = loop.monotonicNanoseconds + EventLoop.longTurnLimitNanoseconds + 1_000_000
            while loop.monotonicNanoseconds < end {}
        }
        #expect(reports.wait(atMost: .seconds(60)) { $0.contains("posted true") ? true : nil } == true)
    }

    @Test func `a descriptor is reported while it is registered, and not after`() throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let (event, other) = (try Pipe(), try Pipe())
        let seen = Monitor<Int>(0)
        let registration = try thread.sync {
            try loop.register(event.readingEnd, name: "test") { readiness in
                if readiness.contains(.readable) { seen.withLock { $0 += 1 } }
            }
        }
        event.signal()
        #expect(seen.wait(atMost: .seconds(60)) { $0 == 1 ? true : nil } == true)
        try thread.sync {
            // Ready before it is forgotten, in the same turn: the event must not arrive.
            event.signal()
            loop.deregister(registration)
            loop.deregister(registration)
        }
        // Its slot is taken again, by a descriptor that is not ready.
        _ = try thread.sync {
            try loop.register(other.readingEnd, name: "other") { readiness in
                if readiness.contains(.readable) { seen.withLock { $0 += 100 } }
            }
        }
        try thread.sync {}
        #expect(seen.withLock { $0 } == 1)
        #expect(throws: PlatformFailure.self) { try thread.sync { _ = try loop.register(-1, name: "none") { _ in } } }
    }

    @Test func `signals arrive on the loop`() throws {
        let thread = try LoopThread()
        let loop = thread.loop
        let caught = Monitor<Set<Signal>>([])
        let signals = try thread.sync {
            Unchecked(
                try Signals(loop: loop, catching: [.hangUp, .terminate]) { signal in
                    loop.checkIsolated()
                    _ = caught.withLock { $0.insert(signal) }
                })
        }
        kill(getpid(), Signal.hangUp.rawValue)
        #expect(caught.wait(atMost: .seconds(60)) { $0 == [.hangUp] ? true : nil } == true)
        kill(getpid(), Signal.terminate.rawValue)
        #expect(caught.wait(atMost: .seconds(60)) { $0 == [.hangUp, .terminate] ? true : nil } == true)
        try thread.sync { signals.value.release() }
    }
}

/// A descriptor that becomes readable when told.
private final class Pipe: Sendable {
    let readingEnd: Int32
    private let writingEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw PlatformFailure("make a pipe", code: errno) }
        (readingEnd, writingEnd) = (ends[0], ends[1])
    }

    func signal() { #expect(write(writingEnd, "x", 1) == 1) }

    deinit {
        close(readingEnd)
        close(writingEnd)
    }
}

/// Carries a value that is only used on the loop to another thread and back.
private struct Unchecked<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
