// What the operating system refused, in words an operator can act on.

import CPlatform
import Glibc

/// A failed request to the operating system: what was attempted and its reason.
package struct PlatformFailure: Error, Equatable, CustomStringConvertible {
    /// What was attempted, as the words after "could not".
    package let attempt: String
    /// The system's error number, 0 when the reason is ours.
    package let code: Int32
    /// The reason as a sentence part.
    package let reason: String

    /// A failure with the system's own text for `code`, which may be given negative.
    package init(_ attempt: String, code: Int32) {
        self.attempt = attempt
        self.code = abs(code)
        reason = Self.text(of: abs(code))
    }

    /// A failure with a reason of our own.
    package init(_ attempt: String, because reason: String, code: Int32 = 0) {
        self.attempt = attempt
        self.code = abs(code)
        self.reason = reason
    }

    package var description: String { "could not \(attempt): \(reason)" }

    /// The system's text for an error number.
    package static func text(of code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress else { return "error \(code)" }
            cp_error_text(code, start, Int32(buffer.count))
            return String(cString: start)
        }
    }
}
