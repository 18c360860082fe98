// What can go wrong with the data folder, each with one sentence for the operator. Nothing here says a secret or another user's
// name to a client: routes choose their own words by the case.

import Platform
import Trading

/// Why the data folder could not be opened, read or written.
package enum StorageFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another server or command holds the folder; `holder` is what its LOCK file says.
    case folderInUse(folder: String, holder: String?)
    /// The folder holds something that is not ours.
    case foreignFolder(folder: String, found: String)
    /// A file was written by a newer Tradehouse; nothing was touched.
    case newerFormat(file: String, version: Int64)
    case notWritable(folder: String, DiskFailure)
    case unsupportedFileSystem(folder: String)
    /// Two journal segments do not belong to one life of the folder: a backup was copied over it, or mixed with it.
    case mixedLives(older: String, newer: String)
    case damaged(file: String, why: String)
    /// One user's book cannot be proven complete; it is not served and its files are kept as they are.
    case quarantined(UserID, BookName, why: String)
    case documentQuarantined(DocumentPath, why: String)
    /// The user was erased: nothing of the books can be read or written any more.
    case userErased(UserID)
    /// A commit for a book that was not loaded, or that must be loaded again after a failed commit.
    case bookNotLoaded(UserID, BookName)
    /// The book is being loaded or installed at this moment.
    case bookBusy(UserID, BookName)
    /// A bulk install onto a book that has one already.
    case bookExists(UserID, BookName)
    /// One act is larger than a line may be.
    case recordTooLarge(bytes: Int, limitBytes: Int)
    /// Free space is below the limit: nothing was stored, reading goes on.
    case storageFull
    /// The disk failed while it stored: the act may or may not have happened; ask again with the same key after a restart.
    case outcomeUnknown
    case closed
    case io(DiskFailure)

    package var description: String {
        switch self {
        case .folderInUse(let folder, let holder):
            "The data folder \(folder) is in use by another Tradehouse\(holder.map { " (\($0))" } ?? ""); stop it first."
        case .foreignFolder(let folder, let found):
            "The folder \(folder) is not a data folder of Tradehouse (it holds \(found)); give an empty or missing folder as data folder."
        case .newerFormat(let file, let version):
            "\(file) has format version \(version), written by a newer Tradehouse; use that version, nothing was changed."
        case .notWritable(let folder, let failure):
            "The data folder \(folder) cannot be written: \(failure)."
        case .unsupportedFileSystem(let folder):
            "The data folder \(folder) is on a network or user-space file system, where locks and syncs cannot be relied on; use a local disk."
        case .mixedLives(let older, let newer):
            "The journal mixes two lives of the folder: \(newer) does not continue \(older). Restore into an empty folder, never over another."
        case .damaged(let file, let why):
            "\(file) is damaged: \(why)."
        case .quarantined(let user, let book, let why):
            "The book \(book) of \(user) is closed because its files cannot be proven complete: \(why). `tradehouse check` says more."
        case .documentQuarantined(let path, let why):
            "The document \(path) is closed because it cannot be proven complete: \(why)."
        case .userErased(let user):
            "\(user) was erased."
        case .bookNotLoaded(let user, let book):
            "The book \(book) of \(user) was not loaded before it was written."
        case .bookBusy(let user, let book):
            "The book \(book) of \(user) is being loaded."
        case .bookExists(let user, let book):
            "The book \(book) of \(user) exists already."
        case .recordTooLarge(let bytes, let limit):
            "One act needs \(bytes) bytes in the journal; the limit is \(limit)."
        case .storageFull:
            "The disk has too little free space, so nothing new is taken; free some space, the server goes on by itself."
        case .outcomeUnknown:
            "The disk failed while storing, so it is not known whether this was stored; ask again with the same key."
        case .closed:
            "The data folder is closed."
        case .io(let failure):
            "The data folder failed: \(failure)."
        }
    }
}
