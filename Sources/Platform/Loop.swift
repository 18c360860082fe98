// The one thread on which the house takes its turns, as an interface: `EventLoop` is the real one, over epoll; tests turn a
// simulated one by hand, with its own clock.

/// Names a timer so that it can be cancelled.
package struct TimerID: Hashable, Sendable {
    package let number: UInt64
    package init(number: UInt64) { self.number = number }
}

/// A serial executor with time: jobs and timers run one after another on one thread, in the order they became due.
///
/// Its clocks are the only ones below the front door, so that a simulated loop decides what time it is.
package protocol Loop: SerialExecutor {
    /// Runs `job` on the loop after what already waits. May be called from any thread.
    func post(_ job: @escaping @Sendable () -> Void)

    /// Runs `job` on the loop once, not before `delay` has passed. Called on the loop only.
    @discardableResult
    func schedule(after delay: Duration, _ job: @escaping @Sendable () -> Void) -> TimerID

    /// Forgets a timer; one that has fired or is unknown is ignored. Called on the loop only.
    func cancel(_ timer: TimerID)

    /// Microseconds of UTC since 1970.
    var wallMicroseconds: Int64 { get }

    /// Nanoseconds of a clock that only goes forward.
    var monotonicNanoseconds: UInt64 { get }
}

/// Where blocking work of one kind goes: one thread (the disk), a few (the pool), or a queue stepped by hand in tests.
package protocol WorkQueue: Sendable {
    /// Runs `job` off the loop, in order for a queue of one thread. Nothing is refused here; callers bound what they submit.
    func submit(_ job: @escaping @Sendable () -> Void)
}
