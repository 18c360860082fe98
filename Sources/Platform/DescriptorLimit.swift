// How many sockets and files the process may have open.

import CPlatform

/// The process's limits of open descriptors.
package struct DescriptorLimit: Equatable, Sendable {
    /// What holds now.
    package let soft: Int
    /// What the soft limit may be raised to.
    package let hard: Int

    /// Raises the soft limit to the hard one and reports both.
    package static func raise() throws(PlatformFailure) -> DescriptorLimit {
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        let result = cp_raise_descriptor_limit(&soft, &hard)
        guard result == 0 else { throw PlatformFailure("raise the limit of open descriptors", code: result) }
        return DescriptorLimit(soft: Int(clamping: soft), hard: Int(clamping: hard))
    }
}
