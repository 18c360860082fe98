// The real loop: epoll, timers, work posted from other threads, and Swift's own jobs, one after another on one thread.
// The interface is in `Loop`, timers in `TimerHeap`, signals in `Signals`.

import CPlatform
import Glibc
import Synchronization

/// A thread's worth of turns. A turn takes what epoll reports, then timers that are due, then posted work and Swift jobs.
///
/// Invariants:
/// 1. Everything but `post`, `enqueue`, `stop` and the clocks is called on the owning thread: the one that made the loop, from
///    `run()` on the one that runs it.
/// 2. A handler is never called for a descriptor that was deregistered, even if its event was reported before.
package final class EventLoop: Loop, TaskExecutor, @unchecked Sendable {
    /// Names one registration of a descriptor; a later one in the same slot has another generation.
    package struct Registration: Hashable, Sendable {
        fileprivate let slot: UInt32
        fileprivate let generation: UInt32
    }

    /// What a descriptor is ready for.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let readable = Readiness(rawValue: cp_readable.rawValue)
        package static let writable = Readiness(rawValue: cp_writable.rawValue)
        /// The peer has ended its side; what it sent before can still be read.
        package static let peerClosed = Readiness(rawValue: cp_peer_closed.rawValue)
        /// Both sides are closed, or the connection failed.
        package static let hungUp = Readiness(rawValue: cp_hung_up.rawValue)
    }

    /// One piece of work that kept the thread longer than it should.
    package struct LongTurn: Sendable {
        /// The registered name of a descriptor, or `timer`, `posted`, `task`, `after turn`.
        package let work: StaticString
        package let duration: Duration
    }

    /// Pieces of work above this are reported.
    package static let longTurnLimitNanoseconds: UInt64 = 5_000_000
    /// The most posted work and jobs taken in one turn before descriptors are looked at again.
    static let workPerTurn = 1_024
    private static let eventsPerTurn = 256
    private static let wakeToken = UInt64.max

    private enum Work {
        case posted(@Sendable () -> Void)
        case job(UnownedJob)
    }

    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var name: StaticString = ""
        var handler: ((Readiness) -> Void)?
    }

    /// Told about every long piece of work. Set on the loop.
    package var onLongTurn: ((LongTurn) -> Void)?

    private let epoll: Int32
    private let wakeDescriptor: Int32
    /// The thread that may touch the loop.
    private let owner: Atomic<UInt>
    /// The thread inside `run`, 0 outside it. Until there is one, even the owner's work goes through the lock: the thread that will
    /// run the loop may be starting just then.
    private let runner = Atomic<UInt>(0)
    private let isStopping = Atomic(false)
    /// A monitor although nobody waits: the thread sanitizer understands its lock, and not that of `Mutex`.
    private let inbox = Monitor<ContiguousArray<Work>>([])

    private var slots: ContiguousArray<Slot> = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerHeap()
    private var queue: ContiguousArray<Work> = []
    private var queueStart = 0
    private var endOfTurn: [() -> Void] = []
    private var lastMark: UInt64 = 0

    /// A loop that belongs to the calling thread until another runs it.
    package init() throws(PlatformFailure) {
        epoll = cp_epoll_new()
        guard epoll >= 0 else { throw PlatformFailure("open an epoll descriptor", code: epoll) }
        wakeDescriptor = cp_eventfd_new()
        guard wakeDescriptor >= 0 else {
            _ = cp_close(epoll)
            throw PlatformFailure("open an event descriptor", code: wakeDescriptor)
        }
        let result = cp_epoll_add(epoll, wakeDescriptor, Self.wakeToken)
        guard result == 0 else {
            _ = cp_close(wakeDescriptor)
            _ = cp_close(epoll)
            throw PlatformFailure("watch an event descriptor", code: result)
        }
        owner = Atomic(UInt(pthread_self()))
    }

    deinit {
        _ = cp_close(wakeDescriptor)
        _ = cp_close(epoll)
    }

    // MARK: Turning

    /// Turns on the calling thread until `stop`. Work that waits then stays undone.
    package func run() {
        // Everybody waits for the loop. Where the kernel refuses, it runs like any other thread.
        _ = cp_thread_prompt()
        owner.store(UInt(pthread_self()), ordering: .releasing)
        runner.store(UInt(pthread_self()), ordering: .releasing)
        defer { runner.store(0, ordering: .releasing) }
        while !isStopping.exchange(false, ordering: .acquiringAndReleasing) {
            turn()
        }
    }

    /// Makes `run` return after the present turn. May be called from any thread.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        cp_eventfd_signal(wakeDescriptor)
    }

    private func turn() {
        withUnsafeTemporaryAllocation(of: cp_event.self, capacity: Self.eventsPerTurn) { events in
            let count = cp_epoll_wait(epoll, events.baseAddress, Int32(events.count), waitNanoseconds())
            precondition(count >= 0, "epoll_wait fails only for a descriptor that is none.")
            lastMark = cp_monotonic_nanoseconds()
            for event in events[..<Int(count)] { dispatch(event) }
        }
        let now = cp_monotonic_nanoseconds()
        while let job = timers.takeDue(at: now) {
            job()
            measure("timer")
        }
        takeWork()
        finishTurn()
    }

    /// How long epoll may wait: not at all with work at hand, without end when nothing is planned (-1).
    private func waitNanoseconds() -> Int64 {
        if queueStart < queue.count || !endOfTurn.isEmpty { return 0 }
        guard let deadline = timers.nextDeadline() else { return -1 }
        let now = cp_monotonic_nanoseconds()
        return deadline > now ? Int64(clamping: deadline - now) : 0
    }

    private func dispatch(_ event: cp_event) {
        if event.token == Self.wakeToken {
            cp_eventfd_drain(wakeDescriptor)
            return
        }
        let index = Int(event.token & 0xFFFF_FFFF)
        let generation = UInt32(event.token >> 32)
        guard slots[index].generation == generation, let handler = slots[index].handler else { return }
        let name = slots[index].name
        handler(Readiness(rawValue: event.readiness))
        measure(name)
    }

    private func takeWork() {
        let arrived = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        if queue.isEmpty { queue = arrived } else { queue.append(contentsOf: arrived) }
        var left = Self.workPerTurn
        while queueStart < queue.count, left > 0 {
            let work = queue[queueStart]
            queueStart += 1
            left -= 1
            switch work {
            case .posted(let job):
                job()
                measure("posted")
            case .job(let job):
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                measure("task")
            }
        }
        if queueStart == queue.count {
            queue.removeAll(keepingCapacity: queue.capacity <= Self.workPerTurn)
        } else {
            queue.removeSubrange(..<queueStart)
        }
        queueStart = 0
    }

    private func finishTurn() {
        guard !endOfTurn.isEmpty else { return }
        let jobs = endOfTurn
        endOfTurn.removeAll(keepingCapacity: true)
        for job in jobs {
            job()
            measure("after turn")
        }
    }

    private func measure(_ work: StaticString) {
        let now = cp_monotonic_nanoseconds()
        let spent = now - lastMark
        lastMark = now
        guard spent > Self.longTurnLimitNanoseconds, let onLongTurn else { return }
        onLongTurn(LongTurn(work: work, duration: .nanoseconds(Int64(clamping: spent))))
    }

    // MARK: Descriptors

    /// Calls `handler` whenever the descriptor becomes ready for something (edge-triggered: read and write until it would block).
    package func register(
        _ descriptor: Int32, name: StaticString, _ handler: @escaping (Readiness) -> Void
    ) throws(PlatformFailure) -> Registration {
        checkIsolated()
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append(Slot()) }
        let generation = slots[Int(slot)].generation
        let result = cp_epoll_add(epoll, descriptor, UInt64(generation) << 32 | UInt64(slot))
        guard result == 0 else {
            freeSlots.append(slot)
            throw PlatformFailure("watch a descriptor", code: result)
        }
        slots[Int(slot)].descriptor = descriptor
        slots[Int(slot)].name = name
        slots[Int(slot)].handler = handler
        return Registration(slot: slot, generation: generation)
    }

    /// Forgets a descriptor. Called before it is closed; a registration that is no longer valid is ignored.
    package func deregister(_ registration: Registration) {
        checkIsolated()
        let index = Int(registration.slot)
        guard slots[index].generation == registration.generation, slots[index].handler != nil else { return }
        // The kernel forgets a descriptor that was closed too early by itself.
        _ = cp_epoll_remove(epoll, slots[index].descriptor)
        slots[index] = Slot(generation: registration.generation &+ 1)
        freeSlots.append(registration.slot)
    }

    // MARK: Loop

    package func post(_ job: @escaping @Sendable () -> Void) {
        add(.posted(job))
    }

    @discardableResult
    package func schedule(after delay: Duration, _ job: @escaping @Sendable () -> Void) -> TimerID {
        checkIsolated()
        let (deadline, isBeyondTime) = monotonicNanoseconds.addingReportingOverflow(delay.nanoseconds)
        return timers.add(deadline: isBeyondTime ? .max : deadline, job)
    }

    package func cancel(_ timer: TimerID) {
        checkIsolated()
        timers.cancel(timer)
    }

    /// Runs `job` once when the work of the present turn is done, before the loop waits again: the place to send what it gathered.
    package func afterTurn(_ job: @escaping () -> Void) {
        checkIsolated()
        endOfTurn.append(job)
    }

    package var wallMicroseconds: Int64 { cp_wall_microseconds() }

    package var monotonicNanoseconds: UInt64 { cp_monotonic_nanoseconds() }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    package func checkIsolated() {
        precondition(isCurrent, "This is done on the loop's own thread.")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Whether the calling thread is the loop's.
    package var isCurrent: Bool { owner.load(ordering: .acquiring) == UInt(pthread_self()) }

    private func add(_ work: consuming Work) {
        if runner.load(ordering: .acquiring) == UInt(pthread_self()) {
            queue.append(work)
            return
        }
        let wasEmpty = inbox.withLock { [work] inbox in
            inbox.append(work)
            return inbox.count == 1
        }
        if wasEmpty { cp_eventfd_signal(wakeDescriptor) }
    }
}
