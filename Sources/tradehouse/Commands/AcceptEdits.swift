// `tradehouse check --accept-edits`: what somebody edited in a user's files, and making it the book. The rest of `check` only reads.

import Platform
import Storage
import Trading

enum AcceptEdits {
    static func run(_ text: String, _ flags: Flags) throws -> Int32 {
        guard let user = UserID(stored: text) ?? UserID(text) else { throw UsageProblem("`\(text)` cannot be a user's id.") }
        var name = BookName.default
        if let book = flags.value("book"), book != BookName.default.text {
            guard let named = BookName(book) else { throw UsageProblem("`--book \(book)` cannot be the name of a book.") }
            name = named
        }
        for other in ["quiet", "json"] where flags.has(other) { throw UsageProblem("`--\(other)` does not go with `--accept-edits`.") }
        let folder = try flags.required("data")
        let place = folder + "/paper/" + user.text + (name == .default ? "" : "/" + name.text)
        let (book, accepts) = (name, flags.has("yes"))
        let found = try Offline.withStore(folder) { store, _ in
            guard RealPath.exists(place) else { throw UsageProblem("\(user) has no book `\(book)` here.") }
            return try await store.edits(of: user, book: book, acceptedBy: accepts ? "console" : nil)
        }
        return tell(found, user, book)
    }

    private static func tell(_ found: BookEdits, _ user: UserID, _ book: BookName) -> Int32 {
        for edit in found.edits {
            for line in edit.text { Terminal.print(line) }
        }
        if found.count > found.edits.count { Terminal.print("… and \(found.count - found.edits.count) more edits.") }
        if let why = found.unexplained { Terminal.print("No line tells what was edited, but: \(why).") }
        if let kept = found.keptActs {
            Terminal.print("Acts \(kept.lowerBound) to \(kept.upperBound) are in the journal only and are kept.")
        }
        for why in found.refusals { Terminal.print("REFUSED: \(why)") }
        if found.refusalCount > found.refusals.count { Terminal.print("… and \(found.refusalCount - found.refusals.count) more reasons.") }
        if found.refusalCount > 0 {
            Terminal.print("\(user) \(book): not accepted, nothing was changed.")
            return 2
        }
        guard found.isEdited else {
            Terminal.print("\(user) \(book): nothing was edited.")
            return 0
        }
        guard let kept = found.kept else {
            Terminal.print("\(user) \(book): \(found.count) edits, and it adds up. Say `--yes` to make it the book; nothing was changed.")
            return 1
        }
        Terminal.print("\(user) \(book): \(found.count) edits are the book now. The files as they were edited are in \(kept).")
        return 0
    }
}
