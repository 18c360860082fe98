// Operating system threads and the queues they serve: one thread for the disk, a few for the pool.

import CPlatform
import Glibc

/// A joinable thread that runs one closure.
package struct SystemThread: Sendable {
    private let handle: pthread_t

    /// Starts a thread that runs `body`; its name is cut to 15 bytes.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(PlatformFailure) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var made = pthread_t()
        let code = pthread_create(
            &made, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                cp_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw PlatformFailure("start the thread \(name)", code: code)
        }
        handle = made
    }

    /// Waits until the closure has returned. Called once, from another thread.
    package func join() {
        precondition(pthread_join(handle, nil) == 0, "A thread is joined once, by another thread.")
    }

    /// Lets the thread end without anybody waiting for it. Called instead of `join`, on any thread.
    package func detach() {
        precondition(pthread_detach(handle) == 0, "A thread is detached once, and not after it was joined.")
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// A queue of jobs served by `threads` threads: first in, first begun; with one thread, one after another.
///
/// `submit` always takes the job; `trySubmit` refuses when `limit` jobs wait, for whoever can say no to a client.
package final class ThreadQueue: WorkQueue {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var next = 0
        var isClosed = false
        var isJoined = false

        var waiting: Int { jobs.count - next }

        mutating func take() -> (@Sendable () -> Void)? {
            guard next < jobs.count else { return nil }
            let job = jobs[next]
            jobs[next] = {}
            next += 1
            if next == jobs.count {
                jobs.removeAll(keepingCapacity: jobs.capacity <= 1_024)
                next = 0
            } else if next >= 1_024, next * 2 >= jobs.count {
                jobs.removeSubrange(..<next)
                next = 0
            }
            return job
        }
    }

    private let state = Monitor(State())
    private let threads: [SystemThread]
    private let limit: Int

    /// Starts the threads. A positive `niceness` (to 19) lets everything else go first; `isPrompt` is for jobs that are short and waited
    /// for: their threads run as soon as there is one, where the kernel can do that.
    package init(
        name: String, threads count: Int, niceness: Int = 0, isPrompt: Bool = false, limit: Int = 1_024
    ) throws(PlatformFailure) {
        precondition(count > 0 && limit > 0 && (0...19).contains(niceness), "A queue has threads, room and a niceness of 0 to 19.")
        self.limit = limit
        let state = state
        var made: [SystemThread] = []
        for number in 1...count {
            do {
                made.append(
                    try SystemThread(name: count == 1 ? name : "\(name)-\(number)") {
                        // Refused only where the kernel forbids it; the queue then works at the usual priority.
                        if niceness > 0 { _ = cp_thread_niceness(Int32(niceness)) }
                        if isPrompt { _ = cp_thread_prompt() }
                        Self.serve(state)
                    })
            } catch {
                state.withLock { $0.isClosed = true }
                for thread in made { thread.detach() }
                throw error
            }
        }
        threads = made
    }

    deinit {
        // Whatever waits is still done; the threads then end by themselves.
        let isJoined = state.withLock {
            $0.isClosed = true
            return $0.isJoined
        }
        if !isJoined {
            for thread in threads { thread.detach() }
        }
    }

    package func submit(_ job: @escaping @Sendable () -> Void) {
        state.withLock {
            precondition(!$0.isClosed, "Nothing is submitted to a closed queue.")
            $0.jobs.append(job)
        }
    }

    /// Takes the job unless `limit` jobs wait already; false means it was not taken.
    package func trySubmit(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.withLock {
            guard !$0.isClosed, $0.waiting < limit else { return false }
            $0.jobs.append(job)
            return true
        }
    }

    /// Jobs that no thread has begun yet.
    package var waitingCount: Int { state.withLock { $0.waiting } }

    /// Finishes what was submitted and ends the threads. Called once, not from a job.
    package func close() {
        state.withLock {
            $0.isClosed = true
            $0.isJoined = true
        }
        for thread in threads { thread.join() }
    }

    private static func serve(_ state: Monitor<State>) {
        while true {
            let job: (@Sendable () -> Void)?? = state.wait { waiting in
                if let job = waiting.take() { return .some(job) }
                return waiting.isClosed ? .some(nil) : nil
            }
            guard case .some(.some(let job)) = job else { return }
            job()
        }
    }
}
