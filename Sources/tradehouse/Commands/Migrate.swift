// `tradehouse migrate`: brings the books of the old service in.

import House
import Platform
import Storage
import Trading
import Wire

enum Migrate {
    private static let help = """
        usage: tradehouse migrate --from DIR_OR_FILE --data DIR [--user ID] [--partial] [--merge] [--report FILE] [--dry-run]
                                  [--offset-minutes N] [--capital AMOUNT]

          --from              mongoexport files (.json, .json.gz) or a mongodump folder (.bson, .bson.gz) of the old collections
          --data DIR          the data folder; no server may hold it
          --user ID           whose books the default collections become; without it they wait as `default` for the owner
          --partial           import what is good even when some documents are not
          --merge             add to books that exist, if no order is in both
          --report FILE       write the whole report as JSON
          --dry-run           read and check everything, import nothing
          --offset-minutes N  how far the old server's clock was ahead of UTC; measured from the documents otherwise
          --capital AMOUNT    the opening capital where the old books do not say it

        Exit code 0 all imported, 3 partly, 4 refused, 2 wrong usage, 1 the disk failed.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(
            arguments, taking: ["from", "data", "user", "report", "offset-minutes", "capital"], plain: ["partial", "merge", "dry-run"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        try flags.refuseRest()
        var options = ImportOptions()
        options.partial = flags.has("partial")
        options.merge = flags.has("merge")
        options.dryRun = flags.has("dry-run")
        if let text = flags.value("user") {
            guard let user = UserID(stored: text) else {
                throw UsageProblem("`--user \(text)` cannot be an id: 1 to 32 letters, digits, - and _.")
            }
            options.user = user
        }
        if let text = flags.value("offset-minutes") {
            guard let minutes = Int(text), LegacyImport.offsetLimit.contains(minutes) else {
                throw UsageProblem(
                    "`--offset-minutes \(text)` is not a whole number from \(LegacyImport.offsetLimit.lowerBound) to \(LegacyImport.offsetLimit.upperBound)."
                )
            }
            options.offsetMinutes = minutes
        }
        if let text = flags.value("capital") {
            guard let capital = Money(text: text), capital > .zero else {
                throw UsageProblem("`--capital \(text)` is not an amount above 0.")
            }
            options.capital = capital
        }
        let from = try flags.required("from")
        let folder = try flags.required("data")
        let (chosen, isTerminal) = (options, Terminal.isInteractive)
        let show: @Sendable (ImportProgress) -> Void = { progress in
            guard isTerminal else { return }
            let percent = progress.totalBytes > 0 ? progress.bytes * 100 / progress.totalBytes : 100
            Terminal.progress("\(progress.documents) documents, \(percent) %")
        }
        let report: ImportReport
        if chosen.dryRun, !Offline.isDataFolder(folder) {
            report = try Offline.run(on: EventLoop()) {
                try await LegacyImport.run(source: try LegacySource(path: from), options: chosen, target: NoBooks(), progress: show)
            }
        } else {
            report = try Offline.withStore(folder, makes: true) { store, _ in
                try await LegacyImport.run(
                    source: try LegacySource(path: from), options: chosen, target: StoreTarget(store), progress: show)
            }
        }
        Terminal.endProgress()
        if let path = flags.value("report") {
            try WholeFile.write(path, content: report.json.encoded + [0x0A])
        }
        for account in report.accounts { Terminal.print(line(account)) }
        for reject in report.rejects.prefix(shownRejects) {
            Terminal.print("rejected: \(reject.file) line \(reject.line): \(reject.code.rawValue) \(reject.reason)")
        }
        if report.rejectCount > shownRejects { Terminal.print("… and \(report.rejectCount - shownRejects) more rejected documents.") }
        for warning in report.warnings.prefix(shownRejects) { Terminal.print("note: \(warning.code.rawValue) \(warning.message)") }
        Terminal.print("\(report.outcome.rawValue)\(report.isDryRun ? " (nothing was written)" : "")")
        if report.accounts.contains(where: { $0.code == .unwritable }) { return 1 }
        return report.outcome.exitCode
    }

    /// Rejected documents and warnings shown on the screen; the report file has them all.
    private static let shownRejects = 20

    private static func line(_ account: AccountReport) -> String {
        let counts = account.counts
        let target = account.user.map { " → \($0.text)" } ?? ""
        let reason = account.explanation.isEmpty ? "" : " " + account.explanation
        return "\(account.collections)\(target): \(account.outcome.rawValue), \(counts.orders) orders, \(counts.positions) positions, "
            + "\(counts.trades) trades, \(account.rejected) rejected.\(reason)"
    }
}

/// The target of a dry run into a folder that is not there yet: nobody has a book, and nothing is written.
private struct NoBooks: ImportTarget {
    func book(of user: UserID) async throws -> PaperSnapshot? { nil }
    func notes(of user: UserID) async throws -> [JSONValue] { [] }
    func install(_ snapshot: PaperSnapshot, notes: [JSONValue], for user: UserID, replacing: Bool) async throws {
        preconditionFailure("A dry run installs nothing.")
    }
}
