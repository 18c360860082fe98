// A value that closures on different threads may share in tests.

import Synchronization
import Trading

package final class LockedBox<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    package init(_ value: Value) { content = Mutex(value) }

    package var value: Value {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}

/// Bytes from a seed, for closures.
package final class LockedRandom: Sendable {
    private let random: Mutex<SeededRandom>

    package init(_ random: SeededRandom) { self.random = Mutex(random) }

    package func bytes(_ count: Int) -> [UInt8] {
        random.withLock { random in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 24) } }
    }
}
