// What an import found and did, as values. As JSON: ImportReport+JSON.swift.

import Trading

/// Everything an operator must know about one run of the import.
package struct ImportReport: Sendable {
    package enum Outcome: String, Sendable {
        /// Everything wanted is in the books, or already was.
        case imported
        /// Something is in the books and something is not.
        case partial
        /// Nothing was written.
        case refused

        /// The exit code of the command: 0, 3 or 4.
        package var exitCode: Int32 {
            switch self {
            case .imported: 0
            case .partial: 3
            case .refused: 4
            }
        }
    }

    /// Where the export was, as the operator knows it.
    package var source = ""
    /// The folder below it in which the collections were.
    package var folder = ""
    package var isDryRun = false
    package var accounts: [AccountReport] = []
    package internal(set) var rejects: [ImportReject] = []
    package internal(set) var rejectCount = 0
    package internal(set) var warnings: [ImportWarning] = []
    package internal(set) var warningCount = 0
    /// Files that are no collections of the legacy engine.
    package var ignoredFiles: [String] = []

    private let listedLimit: Int

    init(limits: ImportLimits = .init()) { listedLimit = limits.listed }

    package var outcome: Outcome {
        let written = accounts.contains { $0.outcome.isWritten }
        let missing = accounts.contains { $0.outcome == .refused || $0.outcome == .partial }
        if !missing { return .imported }
        return written ? .partial : .refused
    }

    mutating func note(_ reject: ImportReject) {
        rejectCount += 1
        if rejects.count < listedLimit { rejects.append(reject) }
    }

    mutating func note(_ warning: ImportWarning) {
        warningCount += 1
        if warnings.count < listedLimit { warnings.append(warning) }
    }
}

/// A document that was not imported.
package struct ImportReject: Equatable, Sendable {
    /// The file, relative to the source.
    package let file: String
    /// Counted from 1: lines, or documents for BSON and for one JSON array.
    package let line: Int
    package let code: ImportCode
    package let field: String?
    package let reason: String
}

/// Something odd that did not stop a document or account.
package struct ImportWarning: Equatable, Sendable {
    package let code: ImportWarningCode
    /// The file, or the collection, or empty when it concerns the account.
    package let file: String
    package let line: Int?
    package let fields: [String]
    package let message: String

    init(_ code: ImportWarningCode, file: String = "", line: Int? = nil, fields: [String] = [], _ message: String) {
        self.code = code
        self.file = file
        self.line = line
        self.fields = fields
        self.message = message
    }
}

/// One set of legacy collections and what became of it.
package struct AccountReport: Sendable {
    package enum Outcome: String, Sendable {
        case imported
        case merged
        /// The same import was done before; nothing was changed.
        case identical
        /// Written without the rejected lines.
        case partial
        /// Empty collections: the account stays fresh.
        case nothing
        case refused

        var isWritten: Bool {
            switch self {
            case .imported, .merged, .identical, .partial: true
            case .nothing, .refused: false
            }
        }
    }

    /// `paper_*` or `user_<id>_paper_*`, as the source calls it.
    package var collections: String
    /// The account it was for; nothing when no safe id was given.
    package var user: UserID?
    package var outcome = Outcome.refused
    /// Why it was refused.
    package var code: ImportCode?
    package var explanation = ""
    /// Accepted documents, written or not; zero of everything when the account has no place for them.
    package var counts = CollectionCounts()
    package var rejected = 0
    package var figures: LegacyFigures?
    package var offset = MeasuredOffset.none

    init(collections: String, user: UserID?) {
        self.collections = collections
        self.user = user
    }
}

/// How many documents of each kind.
package struct CollectionCounts: Equatable, Sendable {
    package var orders = 0
    package var positions = 0
    package var trades = 0
    package var meta = 0

    package init(orders: Int = 0, positions: Int = 0, trades: Int = 0, meta: Int = 0) {
        self.orders = orders
        self.positions = positions
        self.trades = trades
        self.meta = meta
    }

    package var isEmpty: Bool { orders + positions + trades + meta == 0 }
}

/// How far the legacy server's wall clock was ahead of UTC, and how that is known.
package struct MeasuredOffset: Equatable, Sendable {
    package enum Source: String, Sendable {
        case given
        /// Dates against the real seconds in the documents' own ids.
        case measured
        /// Nothing to measure: taken as UTC.
        case assumed
    }

    package var minutes: Int
    package var source: Source
    /// Documents that could be measured, and those that agree.
    package var measured: Int
    package var agreeing: Int

    static let none = MeasuredOffset(minutes: 0, source: .assumed, measured: 0, agreeing: 0)
}

/// Why an import could not even begin, or had to stop: the world, not the content.
package struct ImportFailure: Error, CustomStringConvertible, Sendable {
    package let attempt: String
    package let reason: String

    package var description: String { "could not \(attempt): \(reason)" }
}
