// Where imported books go. The store is one (StoreTarget.swift); a dry run and the tests use others.

import Trading
import Wire

/// The books that an import may find and write. Confined to the caller: it is asked by one import at a time.
package protocol ImportTarget {
    /// The book `default` of the user as it is now, or nothing when there is none.
    func book(of user: UserID) async throws -> PaperSnapshot?
    /// The notes beside it that earlier imports left, one each, the latest last.
    func notes(of user: UserID) async throws -> [JSONValue]
    /// Makes `snapshot` the user's book and `notes` all that stands beside it, both or neither, durable when it returns.
    ///
    /// `replacing` says whether the user had a book before.
    func install(_ snapshot: PaperSnapshot, notes: [JSONValue], for user: UserID, replacing: Bool) async throws
}

/// What an operator may choose.
package struct ImportOptions: Sendable {
    /// For whom the collections are that name no account, or no safe one.
    package var user: UserID?
    /// Import what is right of an account although lines of it were rejected.
    package var partial = false
    /// Add to books that exist already.
    package var merge = false
    /// Read and judge everything, write nothing.
    package var dryRun = false
    /// How far the legacy server's clock was ahead of UTC; measured when nothing is said.
    package var offsetMinutes: Int?
    /// The capital of accounts without a meta document; ₹1,00,000 when nothing is said.
    package var capital: Money?

    package var limits = ImportLimits()

    package init() {}
}

/// What an export may cost, so that a hostile one fills neither the memory nor the disk. What one document may cost is in
/// `ExtendedLimits`.
package struct ImportLimits: Sendable {
    /// Names in one folder; one with more is no export.
    package var names = 100_000
    /// Accepted documents of one account, all kinds together.
    package var documents = 2_000_000
    /// Bytes of free text (tags) of one account.
    package var textBytes = 64 << 20
    /// Bytes of one import's note, unknown fields included; a few notes must fit the store's limit of one line.
    package var noteBytes = 256 * 1024
    /// What one compressed file may unpack to.
    package var unpackedBytes = 16 << 30
    /// Rejects listed in full, and warnings; beyond it they are only counted.
    package var listed = 10_000

    package init() {}
}

/// How far an import has come.
package struct ImportProgress: Equatable, Sendable {
    /// Documents read, good or bad.
    package var documents = 0
    /// Bytes read of the files as they are, compressed or not.
    package var bytes: Int64 = 0
    package var totalBytes: Int64 = 0
}
