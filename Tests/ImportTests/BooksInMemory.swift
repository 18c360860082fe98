// A stand-in for the store (`ImportTarget`): books and notes in a dictionary, and a count of what was written.

import Platform
import Trading
import Wire

@testable import Storage

final class BooksInMemory: ImportTarget {
    private(set) var books: [UserID: PaperSnapshot] = [:]
    private(set) var notes: [UserID: [JSONValue]] = [:]
    private(set) var writes = 0
    /// Fails every write, as a full disk does.
    var isFull = false

    struct Full: Error {}

    init(_ books: [UserID: PaperSnapshot] = [:], notes: [UserID: [JSONValue]] = [:]) {
        self.books = books
        self.notes = notes
    }

    func book(of user: UserID) async throws -> PaperSnapshot? { books[user] }
    func notes(of user: UserID) async throws -> [JSONValue] { notes[user] ?? [] }

    func install(_ snapshot: PaperSnapshot, notes: [JSONValue], for user: UserID, replacing: Bool) async throws {
        guard !isFull else { throw Full() }
        guard replacing == (books[user] != nil) else { throw Full() }
        books[user] = snapshot
        self.notes[user] = notes
        writes += 1
    }
}

/// Imports and gives the report with what was written.
func imported(
    _ disk: any Disk, onlyFile: String? = nil, into target: BooksInMemory = BooksInMemory(),
    _ change: (inout ImportOptions) -> Void = { _ in }
) async throws -> (report: ImportReport, target: BooksInMemory) {
    var options = ImportOptions()
    change(&options)
    let report = try await LegacyImport.run(source: LegacySource(disk, onlyFile: onlyFile), options: options, target: target)
    return (report, target)
}
