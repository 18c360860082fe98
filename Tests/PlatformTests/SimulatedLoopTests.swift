// The stand-ins that other tests rely on: they must keep the order and the isolation that the real loop keeps.

import Platform
import TestSupport
import Testing

private actor Desk {
    private let loop: SimulatedLoop
    private(set) var story: [String] = []

    init(loop: SimulatedLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func note(_ text: String) { story.append(text) }

    func trade(_ name: String, disk: SteppedQueue) async {
        story.append("\(name) decides")
        await withUnsafeContinuation { continuation in
            disk.submit { [loop] in loop.post { continuation.resume() } }
        }
        story.append("\(name) is durable")
    }
}

@Suite struct `The simulated loop` {
    @Test func `asynchronous code on an actor runs in one order, step by step`() {
        let loop = SimulatedLoop()
        let disk = SteppedQueue()
        let desk = Desk(loop: loop)
        for name in ["A", "B"] { Task { await desk.trade(name, disk: disk) } }
        for name in ["C", "D"] { Task(executorPreference: loop) { await desk.trade(name, disk: disk) } }
        // Tasks without a preference come from the pool and have no order of their own; those on the loop do.
        loop.runUntilIdle()
        let early = loop.outcome { await desk.story } ?? []
        #expect(early.filter { $0.hasPrefix("C") || $0.hasPrefix("D") } == ["C decides", "D decides"])
        #expect(!early.contains("C is durable"))
    }

    @Test func `the same program gives the same story every time`() {
        func story() -> [String] {
            let loop = SimulatedLoop()
            let disk = SteppedQueue()
            let desk = Desk(loop: loop)
            for name in ["A", "B", "C"] { Task(executorPreference: loop) { await desk.trade(name, disk: disk) } }
            loop.schedule(after: .seconds(1)) { desk.assumeIsolated { $0.note("a second has passed") } }
            loop.runUntilIdle()
            disk.runNext()
            loop.runUntilIdle()
            loop.advance(by: .seconds(2))
            disk.runAll()
            loop.runUntilIdle()
            return loop.perform { desk.assumeIsolated { $0.story } }
        }
        let first = story()
        #expect(
            first == [
                "A decides", "B decides", "C decides", "A is durable", "a second has passed", "B is durable", "C is durable",
            ])
        for _ in 0..<50 { #expect(story() == first) }
    }

    @Test func `time passes only when told, and each timer sees its own moment`() {
        let loop = SimulatedLoop(wallMicroseconds: 1_000_000)
        let seen = Monitor<[String]>([])
        let note: @Sendable (String) -> Void = { text in seen.withLock { $0.append("\(text) \(loop.wallMicroseconds)") } }
        loop.schedule(after: .seconds(3)) { note("three") }
        loop.schedule(after: .seconds(1)) {
            note("one")
            loop.schedule(after: .seconds(1)) { note("two") }
        }
        let cancelled = loop.schedule(after: .seconds(2)) { note("never") }
        loop.cancel(cancelled)
        loop.runUntilIdle()
        #expect(seen.withLock { $0 }.isEmpty)
        #expect(loop.timerCount == 2)
        loop.advance(by: .milliseconds(2_500))
        #expect(seen.withLock { $0 } == ["one 2000000", "two 3000000"])
        #expect(loop.wallMicroseconds == 3_500_000)
        loop.advance(by: .seconds(1))
        #expect(seen.withLock { $0 }.last == "three 4000000")
        #expect(loop.timerCount == 0)
    }

    @Test func `an outcome that waits for something is not there yet`() {
        let loop = SimulatedLoop()
        let disk = SteppedQueue()
        let desk = Desk(loop: loop)
        #expect(loop.outcome { await desk.trade("A", disk: disk) } == nil)
        #expect(disk.count == 1)
        disk.dropAll()
        #expect(!disk.runNext())
        #expect(loop.outcome { 7 } == 7)
    }

    @Test func `what is posted from another thread waits for the loop to be turned`() throws {
        let loop = SimulatedLoop()
        let ran = Monitor(false)
        let queue = try ThreadQueue(name: "other", threads: 1)
        queue.submit { loop.post { ran.withLock { $0 = true } } }
        queue.close()
        #expect(ran.withLock { $0 } == false)
        #expect(loop.runUntilIdle() == 1)
        #expect(ran.withLock { $0 })
    }
}
