// Every limit and delay of the store, and what it needs from outside. What each default costs and buys is in etc/docs/data-format.md.

import Platform

/// One remark of the store for the log: what happened, to which file or user.
package struct StorageNotice: Sendable, Equatable {
    package enum Level: String, Sendable { case info, warning, error }

    package let level: Level
    /// A stable word: `segment_healed`, `lines_cut`, `file_edited`, …
    package let event: String
    package let fields: [String: String]

    package init(_ level: Level, _ event: String, _ fields: [String: String] = [:]) {
        self.level = level
        self.event = event
        self.fields = fields
    }
}

/// How the store behaves.
package struct StoreOptions: Sendable {
    /// A journal segment is closed when it has this many bytes or this age, whichever comes first.
    package var segmentBytes: Int64 = 64 << 20
    package var segmentAge: Duration = .seconds(600)
    /// A journal that was idle this long gets a seal: everything before it was synced.
    package var sealDelay: Duration = .milliseconds(10)
    /// How long durable lines may wait before the readable files get them; never more than one second.
    package var appendDelay: Duration = .milliseconds(250)
    /// Waiting lines beyond this are appended at once.
    package var appendBacklogBytes = 16 << 20
    /// Above this many bytes of waiting lines batches wait until the readable files have caught up.
    package var backlogLimitBytes = 64 << 20
    /// The readable files are synced after this time or this many bytes.
    package var checkpointInterval: Duration = .seconds(60)
    package var checkpointBytes = 64 << 20
    /// Below this much free space nothing new is stored.
    package var minimumFreeBytes: Int64 = 1 << 30
    /// Below this much free space the ballast is given up.
    package var ballastFreeBytes: Int64 = 128 << 20
    /// Space that is really allocated and given up when the disk is full, so that shutting down always works; 0 for none.
    package var ballastBytes: Int64 = 64 << 20
    /// The most documents and bytes of documents that are kept in memory.
    package var documentCacheEntries = 4_096
    package var documentCacheBytes = 8 << 20
    /// A record of this many bytes (and every line) is refused; the format's own limit is 1 MiB.
    package var recordLimitBytes = SealedLine.limitBytes
    /// The longest readable file that is loaded.
    package var bookFileLimitBytes = 1 << 30
    /// How long information stays at an old place after it became durable at a new one: a copy of the running folder that takes no
    /// longer is complete.
    package var retention: Duration = .seconds(86_400)
    /// Above this many bytes of journal, segments go after `shortestRetention`.
    package var journalLimitBytes: Int64 = 20 << 30
    /// The least that a full journal leaves of the retention.
    package var shortestRetention: Duration = .seconds(7_200)
    /// A book's file is folded when it is longer than this and more than half of it can be.
    package var compactionBytes = 256 << 10
    /// The longest archive; a longer history has more of them.
    package var archiveBytes = 64 << 20
    /// How much longer than the retention a file keeps what it has given to an archive.
    package var archiveMargin: Duration = .seconds(60)
    /// How often the store looks for something to forget when there was nothing, and how long it rests between two portions of that.
    package var tidyInterval: Duration = .seconds(10)
    package var tidyPause: Duration = .milliseconds(1)
    /// When a segment that could not be proven is looked at again.
    package var proofRetry: Duration = .seconds(600)
    /// The most data files that are open at one moment, the journal's own not counted.
    package var openFiles = 20
    /// Rules of the protocol that are left out. For tests that show what each of them prevents.
    package var without: Set<ProtocolRule> = []
    /// Whether a network or user-space file system is accepted all the same.
    package var acceptsAnyFileSystem = false
    /// What the LOCK file says about the holder, beside the time.
    package var processID: Int32 = 0
    package var randomBytes: @Sendable (Int) -> [UInt8] = { Entropy.bytes($0) }
    /// Remarks for the log; called on the loop or on one of the store's threads.
    package var notice: @Sendable (StorageNotice) -> Void = { _ in }
    /// The journal could not be synced: nothing may be believed any more, the process has to end. Called on the loop.
    package var fatal: @Sendable (StorageFailure) -> Void = { _ in }

    package init() {}
}
