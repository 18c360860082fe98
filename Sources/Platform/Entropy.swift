// Random bytes from the kernel. Everything that needs chance gets it handed in; this is where it is born.

import CPlatform

/// The kernel's random generator.
package enum Entropy {
    /// `count` unpredictable bytes, fit for keys and tokens.
    package static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0, "A count of random bytes is not negative.")
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            // A system without randomness must not go on as if it had some.
            precondition(cp_random(buffer.baseAddress, count) == 0, "The kernel gives no random bytes.")
            made = count
        }
    }
}
