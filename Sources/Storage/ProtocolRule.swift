// The rules that keep the data folder's promises, by name. Each was found to lose, invent or needlessly close data when left out; the
// tests leave each out on purpose and must see that happen. Nothing but a test ever does.

/// One rule of the storage protocol. What it says is in etc/docs/data-format.md, at the place it governs.
package enum ProtocolRule: String, CaseIterable, Sendable {
    // Lines.

    /// A damaged line is searched for whole lines inside it. Prevents that one flipped line feed costs the acts of two users.
    case salvageInsideLine
    /// Each record names the checksum of its book's record before. Prevents that a record of another life of the folder, or of before a
    /// repair, passes as the continuation of a book.
    case chainPerBook
    /// The line that closes a batch names whose records it has. Prevents that a damaged acknowledged record goes unnoticed.
    case batchNamesMembers
    /// A segment names the one before it and the last record before it. Prevents that two lives of the folder pass as one journal.
    case previousSegment
    /// Lines of orders, positions and trades are numbered without holes. Prevents that a lost or doubled line passes as complete, also where
    /// meta cannot be asked: its sums go over the numbers, so alone this rule's lack shows nothing, and beside that of `metaCommits` it does.
    case numberedLines
    /// Meta's line of an act counts and sums the lines of the other three. Prevents that half an act passes as a whole one.
    case metaCommits

    // Writing.

    /// Only one batch is on its way to the journal. Prevents that a later batch survives a crash that an earlier one does not.
    case oneBatchInFlight
    /// Readable files get only what is durable in the journal. Prevents acts in them that a power cut took out of the journal.
    case appendOnlyDurable
    /// Folders in which names were made or changed are synced. Prevents that a synced file is lost with its name.
    case syncFolders
    /// After a sync that failed, content is written anew and never synced again in the hope of a better answer. Prevents that pages the
    /// kernel dropped and calls clean pass as durable.
    case verifyAfterFailedSync
    /// A new segment's header and name are durable before a batch goes in. Prevents acknowledged acts in a file without a name.
    case segmentDurableBeforeUse
    /// Files are replaced by a rename, never written over in place. Prevents that a crash leaves half of the old and half of the new.
    case replaceByRename

    // Starting.

    /// No stored remark about how far the files were synced is believed; every segment there is counts. Prevents that a copy with a new
    /// remark and old files loses what lies between.
    case noMarkBelieved
    /// Segments that do not continue each other stop the start. Prevents that a backup copied over a folder is served as its history.
    case refuseMixedLives
    /// The newest segment is written anew and synced before anything is served. Prevents answers from what only the page cache holds.
    case healBeforeServing
    /// A damaged line cuts the history of the books it concerns and of no other. Prevents that one bad line costs everybody.
    case cutPerBook

    // Forgetting.

    /// A segment goes only when this process has proven that every book and document in it is complete in its own files and synced.
    /// Prevents that the only good copy of an act is removed.
    case releaseOnlyVerified
    /// The journal says that a segment is proven, and keeps it for the retention after that. Prevents that a copy which was made over an
    /// older one, and found the segment gone, looks as if it had lost acts, and serves documents that were deleted.
    case announceBeforeRelease
    /// The proof is made from the disk, with the pages dropped from the cache first, and anew after each start. Prevents that a file which
    /// only looks right in the cache counts as durable.
    case verifyAgainAfterStart
    /// Only acts older than the retention are folded into rows. Prevents that a copy which began before the folding lacks what lies
    /// between its files.
    case foldOnlyOlderThanRetention
    /// Only acts that are synced in all four files are folded. Prevents that a power cut leaves a folded file ahead of its neighbours.
    case foldOnlySynced
    /// What went to an archive leaves the main file only after the retention. Prevents that a copy has the new main file and no archive.
    case giveAwayAfterRetention
    /// Of an archive only lines that the main file has given away are read. Prevents that rows are counted twice.
    case archiveOnlyUpToBase
}
