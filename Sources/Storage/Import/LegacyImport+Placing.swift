// Putting planned books in their place: next to what is there, or on top of nothing, and never twice.

import Platform
import Trading
import Wire

extension LegacyImport {
    /// Writes the plans of one account as one book and says what became of them.
    static func place(
        _ plans: [ImportPlan], for user: UserID, _ options: ImportOptions, _ target: any ImportTarget
    ) async throws(ImportRefusal) -> AccountReport.Outcome {
        let existing: PaperSnapshot?
        let notes: [JSONValue]
        var fresh: [ImportPlan]
        do {
            notes = try await target.notes(of: user)
            fresh = plans.filter { !$0.note.isRemembered(in: notes) }
            // What is remembered is known without the book, which may be as large as the import.
            if fresh.isEmpty { return .identical }
            existing = try await target.book(of: user)
        } catch {
            throw ImportRefusal(.unwritable, "The account \(user) could not be read: \(error).")
        }
        fresh.removeAll { $0.snapshot == existing }
        if fresh.isEmpty { return .identical }
        var book = existing.flatMap { isUntouched($0) ? nil : $0 }
        if book != nil, !options.merge {
            let held = "\(book?.orders.count ?? 0) orders and \(book?.trades.count ?? 0) trades"
            throw ImportRefusal(.targetExists, "The account \(user) already holds \(held). Merge, or name another user.")
        }
        let isMerge = book != nil || fresh.count > 1
        for plan in fresh {
            if let before = book {
                guard !before.orders.contains(where: \.isWorking) else {
                    throw ImportRefusal(.mergeConflict, "The account \(user) has working orders; cancel them before a merge.")
                }
                book = try BookReplay.merged(before, with: plan.snapshot)
            } else {
                book = plan.snapshot
            }
        }
        guard let book else { preconditionFailure("There is at least one plan.") }
        // The rules of trading have the last word: a book that does not add up by them is never written.
        do throws(BooksDoNotAddUp) {
            _ = try PaperAccount(restoring: book)
        } catch {
            throw ImportRefusal(.tooLarge, "The book would not add up: \(error).")
        }
        if !options.dryRun {
            do {
                try await target.install(book, notes: notes + fresh.map(\.note.json), for: user, replacing: existing != nil)
            } catch {
                throw ImportRefusal(.unwritable, "The account \(user) could not be written: \(error).")
            }
        }
        return isMerge ? .merged : .imported
    }

    /// Whether a book has never been used: an account's first, before its first order.
    private static func isUntouched(_ book: PaperSnapshot) -> Bool {
        book.orders.isEmpty && book.trades.isEmpty && book.meta.epoch == 1
    }
}

/// The reading of an export's files, and how far it has come.
struct Reading {
    let disk: any Disk
    let limits: ImportLimits
    let progress: (ImportProgress) -> Void
    var state = ImportProgress()

    /// All accepted documents of a set. A file that cannot be read to its end is one reject more.
    mutating func books(_ set: LegacySet, _ report: inout ImportReport) -> LegacyBooks {
        var books = LegacyBooks(limits: limits)
        for file in set.files { read(file, into: &books, &report) }
        return books
    }

    private mutating func read(_ file: LegacyFile, into books: inout LegacyBooks, _ report: inout ImportReport) {
        let before = state.bytes
        var position = 0
        do throws(LegacyFileReader.Trouble) {
            var reader = try LegacyFileReader(file.path, file.format, on: disk, limits)
            while let item = try Reading.next(&reader, &position) {
                state.documents += 1
                books.take(item, kind: file.kind, file: file.path, report: &report)
                if state.documents % LegacyImport.progressStep == 0 {
                    state.bytes = before + reader.bytesRead
                    progress(state)
                }
            }
        } catch {
            let detail =
                switch error {
                case .disk(let failure): " \(failure)."
                case .gzip: ""
                }
            let reason = error.code.sentence + detail
            books.reject(
                file.kind, ImportReject(file: file.path, line: position + 1, code: error.code, field: nil, reason: reason), &report)
        }
        state.bytes = before + file.bytes
    }

    private static func next(_ reader: inout LegacyFileReader, _ position: inout Int) throws(LegacyFileReader.Trouble) -> ExtendedItem? {
        let item = try reader.next()
        position = reader.position
        return item
    }
}
