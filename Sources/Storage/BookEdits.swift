// What somebody changed in the four files of a book by hand, for people to look at before it counts. How it is found out is in
// `EditedBook` and `EditedFile`; how it becomes the book is in `Store+Edits`.

import Platform
import Wire

/// One line that differs from what is proven.
package struct BookEdit: Sendable, Equatable {
    package enum Kind: String, Sendable { case changed, added, removed }

    /// One member of a line as JSON text; nothing where the line has or had none of that name.
    package struct Member: Sendable, Equatable {
        package let name: String
        package let was: String?
        package let now: String?
    }

    package let file: String
    /// From 1, the header counted; of a removed line the one that it stood behind.
    package let line: Int
    package let kind: Kind
    /// What differs, where the line as it was is known.
    var members: [Member]? = nil
    /// The line as it was, without its checksum; nothing when nobody knows it any more.
    var was: String? = nil
    /// The line as it is, without its checksum.
    var now: String? = nil
    /// Of a removed line: which number or numbers it had.
    var numbers: ClosedRange<Int64>? = nil
    /// A later line of the same order or position counts, or later figures of the same epoch.
    var isOverridden = false

    /// The edit in lines for people.
    package var text: [String] {
        let place = "\(file):\(line): "
        let note = isOverridden ? " (without effect: a later line of the same counts)" : ""
        switch kind {
        case .changed:
            guard let members else {
                return [place + "changed, and what it was is not known any more\(note)"] + (now.map { ["  + " + $0] } ?? [])
            }
            if members.isEmpty { return [place + "written in another way, says the same"] }
            let changes = members.map { "\($0.name) \($0.was ?? "(none)") -> \($0.now ?? "(none)")" }
            return [place + changes.joined(separator: ", ") + note]
        case .added:
            return [place + "added\(note)"] + (now.map { ["  + " + $0] } ?? [])
        case .removed:
            if let was { return [place + "a line behind this one was removed", "  - " + was] }
            let which = numbers.map { $0.count == 1 ? "line number \($0.lowerBound)" : "lines number \($0.lowerBound) to \($0.upperBound)" }
            return [place + "\(which ?? "a folded row") behind this one removed, and what it said is not known any more"]
        }
    }
}

/// Everything that was found in the files of one book.
package struct BookEdits: Sendable, Equatable {
    /// At most `listLimit`; `count` has all.
    package private(set) var edits: [BookEdit] = []
    package private(set) var count = 0
    /// Why the edited files cannot be the book, with file and line where it is one; at most `refusalLimit`.
    package private(set) var refusals: [String] = []
    package private(set) var refusalCount = 0
    /// Acts that the files do not have yet and the journal has: they are kept.
    package internal(set) var keptActs: ClosedRange<Int64>?
    /// The checksums of a file do not fit together, though no single line tells where.
    package internal(set) var unexplained: String?
    /// Where the files as they were edited are kept, once they are the book.
    package internal(set) var kept: String?

    package static let listLimit = 1_000
    package static let refusalLimit = 100

    private var running = Crypto.sha256([])

    init() {}

    /// Whether there is anything to accept.
    package var isEdited: Bool { count > 0 || unexplained != nil }
    package var canBeAccepted: Bool { isEdited && refusalCount == 0 }
    /// SHA-256 over the text of all edits, one after the other: the audit names it.
    package var digest: String { Crypto.hex(running) }

    mutating func add(_ edit: BookEdit) {
        count += 1
        if edits.count < BookEdits.listLimit { edits.append(edit) }
        running = Crypto.sha256(running + Array(edit.text.joined(separator: "\n").utf8))
    }

    mutating func refuse(_ why: String) {
        refusalCount += 1
        if refusals.count < BookEdits.refusalLimit { refusals.append(why) }
    }
}
