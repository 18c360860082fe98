// What an operator may ask the store about itself.

import Platform
import Trading

/// Figures of this moment, for the owner and the tools.
package struct StoreFigures: Sendable, Equatable {
    /// Work handed to the disk thread that is not done: more than a handful for long means that the disk is too slow.
    package let queueLength: Int
    /// Files open at this moment, the journal's not counted, and the most there may be.
    package let openFiles: Int
    package let openFilesLimit: Int
    package let journalBytes: Int64
    package let segments: Int
    /// Closed segments that could not be proven, and so stay.
    package let heldSegments: Int
    /// How long a copy of the running folder may take to be complete, in seconds.
    package let windowSeconds: Int64
    /// The retention is shorter than two hours: for rehearsals only.
    package let isRetentionShort: Bool
    /// Books that are closed because they cannot be proven complete, of those that were asked for.
    package let quarantinedBooks: Int
    /// Free space is below the limit: nothing new is taken.
    package let isFull: Bool
}

extension Store {
    package var figures: StoreFigures {
        let quarantined = books.values.reduce(0) { count, book in
            if case .quarantined = book.phase { count + 1 } else { count }
        }
        return StoreFigures(
            queueLength: queueLength, openFiles: thread.openFiles, openFilesLimit: options.openFiles, journalBytes: shelf.bytes,
            segments: shelf.segments.count, heldSegments: shelf.segments.count { $0.trouble != nil },
            windowSeconds: Int64(shelf.windowNanoseconds(at: loop.monotonicNanoseconds) / 1_000_000_000),
            isRetentionShort: options.retention < .seconds(7_200), quarantinedBooks: quarantined, isFull: isFull)
    }
}
