// Loops for tests. `SimulatedLoop` stands in for `EventLoop` behind `Loop`: turned by hand, with clocks of its own. `SteppedQueue`
// stands in for `ThreadQueue` behind `WorkQueue`. `LoopThread` is a real loop on a thread of its own.

import Glibc
import Platform

/// A loop that does nothing until it is told to, in one order, at the time the test says.
///
/// It belongs to the thread inside `runUntilIdle`, `advance` or `perform`, and to the thread that made it otherwise. Deterministic: work
/// runs in the order it was posted, timers in the order they are due, and both clocks move only in `advance`.
package final class SimulatedLoop: Loop, TaskExecutor, @unchecked Sendable {
    private enum Work {
        case posted(@Sendable () -> Void)
        case job(UnownedJob)
    }

    private struct State {
        var queue: [Work] = []
        var queueStart = 0
        var timers = TimerHeap()
        var elapsedNanoseconds: UInt64 = 0
    }

    private let state = Monitor(State())
    private let owner: Monitor<ThreadIdentity>
    private let wallStart: Int64
    private let monotonicStart: UInt64 = 1_000_000_000

    /// A loop whose wall clock shows `wallMicroseconds`; without it, the morning of 20 November 2026.
    package init(wallMicroseconds: Int64 = 1_795_161_600_000_000) {
        wallStart = wallMicroseconds
        owner = Monitor(.current)
    }

    // MARK: Turning by hand

    /// Runs what waits, and what that adds, until nothing is left or only timers that are not due. Returns how much ran.
    ///
    /// Traps after `limit` pieces of work: something keeps itself busy without time passing.
    @discardableResult
    package func runUntilIdle(limit: Int = 1_000_000) -> Int {
        owning {
            var done = 0
            while let work = next() {
                precondition(done < limit, "The simulated loop does not become idle.")
                done += 1
                run(work)
            }
            return done
        }
    }

    /// Lets `duration` pass: each timer runs at its own moment, with everything it sets off, before the next.
    package func advance(by duration: Duration) {
        runUntilIdle()
        let target = state.withLock { $0.elapsedNanoseconds } + duration.nanoseconds
        while let deadline = state.withLock({ $0.timers.nextDeadline() }), deadline - monotonicStart <= target {
            state.withLock { $0.elapsedNanoseconds = max($0.elapsedNanoseconds, deadline - monotonicStart) }
            runUntilIdle()
        }
        state.withLock { $0.elapsedNanoseconds = target }
    }

    /// Runs `body` as if it were the loop's own work, then what it set off.
    package func perform<Result>(_ body: () throws -> Result) rethrows -> Result {
        let result = try owning(body)
        runUntilIdle()
        return result
    }

    /// Runs an asynchronous `body` on the loop and turns it until the result is there; nil when it waits for something else, such as
    /// a queue to be stepped or time to pass.
    package func outcome<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        let outcome = Outcome<Value>()
        Task(executorPreference: self) {
            let value = await body()
            outcome.value.withLock { $0 = value }
        }
        runUntilIdle()
        return outcome.value.withLock { $0 }
    }

    /// Forgets what waits and all timers, as the end of a process does. Also lets go of whom they keep alive.
    package func dropAll() {
        state.withLock { state in
            state.queue = []
            state.queueStart = 0
            state.timers = TimerHeap()
        }
    }

    /// Timers that are set.
    package var timerCount: Int { state.withLock { $0.timers.count } }

    // MARK: Loop

    package func post(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.queue.append(.posted(job)) }
    }

    @discardableResult
    package func schedule(after delay: Duration, _ job: @escaping @Sendable () -> Void) -> TimerID {
        checkIsolated()
        return state.withLock { $0.timers.add(deadline: monotonicStart + $0.elapsedNanoseconds + delay.nanoseconds, job) }
    }

    package func cancel(_ timer: TimerID) {
        checkIsolated()
        state.withLock { $0.timers.cancel(timer) }
    }

    package var wallMicroseconds: Int64 { state.withLock { wallStart + Int64($0.elapsedNanoseconds / 1_000) } }

    package var monotonicNanoseconds: UInt64 { state.withLock { monotonicStart + $0.elapsedNanoseconds } }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.queue.append(.job(job)) }
    }

    package func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "This is done on the simulated loop's thread.")
    }

    package func isIsolatingCurrentContext() -> Bool? { owner.withLock { $0 == .current } }

    // MARK: Parts

    private func owning<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = owner.withLock { owner in
            defer { owner = .current }
            return owner
        }
        defer { owner.withLock { $0 = before } }
        return try body()
    }

    private func next() -> Work? {
        state.withLock { state in
            if state.queueStart < state.queue.count {
                let work = state.queue[state.queueStart]
                state.queueStart += 1
                if state.queueStart == state.queue.count {
                    state.queue.removeAll(keepingCapacity: true)
                    state.queueStart = 0
                }
                return work
            }
            return state.timers.takeDue(at: monotonicStart + state.elapsedNanoseconds).map { .posted($0) }
        }
    }

    private func run(_ work: Work) {
        switch work {
        case .posted(let job): job()
        case .job(let job): job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}

/// What an asynchronous piece of work left behind.
private final class Outcome<Value: Sendable>: Sendable {
    let value = Monitor<Value?>(nil)
}

/// Which thread this is.
private struct ThreadIdentity: Equatable {
    let number: UInt
    static var current: ThreadIdentity { ThreadIdentity(number: UInt(pthread_self())) }
}

/// A work queue whose jobs run when the test says, on the test's thread, first in, first out.
package final class SteppedQueue: WorkQueue {
    private let jobs = Monitor<[@Sendable () -> Void]>([])

    package init() {}

    package func submit(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
    }

    /// Jobs that have not run.
    package var count: Int { jobs.withLock { $0.count } }

    /// Runs the first job; false when there is none.
    @discardableResult
    package func runNext() -> Bool {
        guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
        job()
        return true
    }

    /// Runs jobs, and those they submit, until none is left.
    package func runAll() {
        while runNext() {}
    }

    /// Forgets what waits, as a crash would.
    package func dropAll() {
        jobs.withLock { $0 = [] }
    }
}

/// The two queues of a store, whose jobs run when the test says: each first in, first out, and which of them goes next decides a seed.
package final class SteppedLanes {
    package let disk = SteppedQueue()
    package let journal = SteppedQueue()
    private var random: DiskRandom

    package init(seed: UInt64 = 1) { random = DiskRandom(state: seed) }

    /// Jobs that have not run.
    package var count: Int { disk.count + journal.count }

    /// Runs the first job of one of the two; false when there is none.
    @discardableResult
    package func runNext() -> Bool {
        let takesDisk = disk.count > 0 && (journal.count == 0 || random.below(2) == 0)
        return takesDisk ? disk.runNext() : journal.runNext()
    }

    /// Runs jobs, and those they submit, until none is left.
    package func runAll() {
        while runNext() {}
    }

    /// Forgets what waits, as a crash would.
    package func dropAll() {
        disk.dropAll()
        journal.dropAll()
    }
}

/// A real loop, turned by a thread of its own until this is dropped.
package final class LoopThread: Sendable {
    package let loop: EventLoop
    private let thread: SystemThread

    package init() throws {
        let loop = try EventLoop()
        self.loop = loop
        thread = try SystemThread(name: "test loop") { loop.run() }
    }

    deinit {
        loop.stop()
        // The last reference may have been that of a closure on the loop, and a thread cannot wait for itself.
        if loop.isCurrent { thread.detach() } else { thread.join() }
    }

    /// Runs `body` on the loop and waits for its result; traps after a minute.
    package func sync<Value>(_ body: @escaping @Sendable () throws -> sending Value) throws -> Value {
        let outcome = Monitor<Result<Value, any Error>?>(nil)
        loop.post {
            let result = Result { try body() }
            outcome.withLock { $0 = result }
        }
        guard let result = outcome.wait(atMost: .seconds(60), { $0 }) else { preconditionFailure("The loop does not turn.") }
        return try result.get()
    }
}
