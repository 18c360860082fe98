// The house's outside for tests: time from the simulated loop, chance from a seed, passwords hashed at once. Stands in for
// `World.real` of the executable.

import House
import Platform
import Synchronization
import Trading

extension World {
    /// A world in which the same seed gives the same bytes, and nothing happens by itself.
    package static func simulated(loop: SimulatedLoop, seed: UInt64, log: EventList = EventList()) -> World {
        let random = Mutex(SeededRandom(seed: seed))
        let key = Array("the simulated signing key, 32 b.".utf8)
        return World(
            now: { Timestamp(microseconds: loop.wallMicroseconds) },
            sleep: { delay in
                try Task.checkCancellation()
                await withCheckedContinuation { continuation in
                    if delay <= .zero {
                        loop.post { continuation.resume() }
                    } else {
                        loop.schedule(after: delay) { continuation.resume() }
                    }
                }
                try Task.checkCancellation()
            },
            randomBytes: { count in random.withLock { random in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 24) } } },
            sha256: { Crypto.sha256($0) },
            sign: { Crypto.hmacSHA256(key: key, $0) },
            hashPassword: { "simulated:" + Crypto.hex(Crypto.sha256(Array($0.utf8))) },
            verifyPassword: { $1 == "simulated:" + Crypto.hex(Crypto.sha256(Array($0.utf8))) },
            workshop: WorkAtOnce(),
            log: { level, event, fields in log.add("\(level.rawValue) \(event) \(fields.map { "\($0.0)=\($0.1)" }.joined(separator: " "))")
            })
    }
}

/// The workshop of a world without threads: work is done when it is asked for.
private struct WorkAtOnce: Workshop {
    func run<Value: Sendable>(patiently: Bool, _ work: @escaping @Sendable () throws -> Value) async throws -> Value { try work() }
}

/// What was logged, for tests that look.
package final class EventList: Sendable {
    private let list = Mutex<[String]>([])

    package init() {}

    package func add(_ line: String) { list.withLock { $0.append(line) } }
    package var lines: [String] { list.withLock { $0 } }
    /// Lines of warnings and errors.
    package var troubles: [String] { lines.filter { !$0.hasPrefix("info ") } }
}
