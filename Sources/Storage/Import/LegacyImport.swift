// The legacy import from end to end: find the collections, read each account's, make a book of them, put it in its place. One
// account is in memory at a time; what an account is made of is decided in ImportPlan.swift.

import Platform
import Trading
import Wire

/// Brings MongoDB exports of the legacy engine into paper books.
///
/// All or nothing per account, unless a partial import is allowed; running the same import twice changes nothing the second time.
/// The source is only read. Nothing in it can stop the other accounts, crash the import or make it write anywhere but into the target.
package enum LegacyImport {
    /// How many documents lie between two calls of `progress`.
    package static let progressStep = 1_000

    /// Minutes that a wall clock can be ahead of UTC.
    package static let offsetLimit = -720...840

    /// Imports everything that `source` holds. Throws only when the source cannot be read or told apart;
    /// whatever is wrong with its content or with a place in the target is in the report.
    package static func run(
        source: LegacySource, options: ImportOptions, target: any ImportTarget, progress: @escaping (ImportProgress) -> Void = { _ in }
    ) async throws(ImportFailure) -> ImportReport {
        if let minutes = options.offsetMinutes, !offsetLimit.contains(minutes) {
            throw ImportFailure(
                attempt: "use an offset of \(minutes) minutes",
                reason: "zones lie between \(offsetLimit.lowerBound) and \(offsetLimit.upperBound)")
        }
        let contents = try source.contents(options.limits)
        guard !contents.sets.isEmpty else {
            throw ImportFailure(
                attempt: "find collections in \(source.name)",
                reason: "no paper_orders, paper_positions, paper_trades or paper_meta is there, as .json or .bson")
        }
        var report = ImportReport(limits: options.limits)
        report.source = source.name
        report.folder = contents.folder
        report.isDryRun = options.dryRun
        report.ignoredFiles = contents.unknownFiles + contents.otherFiles
        for path in contents.unknownFiles {
            report.note(ImportWarning(.unknownFile, file: path, "No collection of the legacy engine that an import takes; ignored."))
        }
        var reading = Reading(disk: source.disk, limits: options.limits, progress: progress)
        reading.state.totalBytes = contents.sets.flatMap(\.files).reduce(0) { $0 + $1.bytes }
        for group in groups(contents.sets, options, &report) {
            await run(group, options, target, &reading, &report)
        }
        progress(reading.state)
        return report
    }

    // MARK: Whose

    /// Sets of collections that go into one account.
    private struct Group {
        let user: UserID
        var sets: [LegacySet]
    }

    /// Finds each set's account, in the order of the accounts; sets without a safe one are refused at once.
    private static func groups(_ sets: [LegacySet], _ options: ImportOptions, _ report: inout ImportReport) -> [Group] {
        let chosen = options.user.flatMap { _ in setForChosenUser(sets) }
        var groups: [UserID: Group] = [:]
        for set in sets {
            var target = set.name.ownTarget
            if set.name == chosen { target = options.user }
            if let target {
                groups[target, default: Group(user: target, sets: [])].sets.append(set)
            } else {
                var account = AccountReport(collections: set.name.text, user: nil)
                account.code = set.name == .user("") ? .emptyUser : .unsafeUser
                account.explanation = account.code?.sentence ?? ""
                report.accounts.append(account)
            }
        }
        return groups.values.sorted { $0.user < $1.user }
    }

    /// Which set the operator's user is meant for: the one that names no account or no safe one, or else the only one, or else
    /// the default collections of the multi-user version.
    private static func setForChosenUser(_ sets: [LegacySet]) -> LegacySetName? {
        if sets.contains(where: { $0.name == .unprefixed }) { return .unprefixed }
        let unsafe = sets.filter { $0.name.ownTarget == nil && $0.name != .user("") }
        if let only = unsafe.first { return unsafe.count == 1 ? only.name : nil }
        let named = sets.filter { $0.name != .user("") }
        if named.count == 1 { return named[0].name }
        return sets.first { $0.name.ownTarget == .legacyDefault }?.name
    }

    // MARK: One account

    /// One set that was read: its documents and what the report says of it so far.
    private struct ReadSet {
        let name: LegacySetName
        let books: LegacyBooks
        var account: AccountReport
    }

    private static func run(
        _ group: Group, _ options: ImportOptions, _ target: any ImportTarget, _ reading: inout Reading, _ report: inout ImportReport
    ) async {
        var wanted: [ReadSet] = []
        for set in group.sets {
            var account = AccountReport(collections: set.name.text, user: group.user)
            let books = reading.books(set, &report)
            account.counts = books.counts
            account.rejected = books.rejectedCount
            account.offset = books.offset(given: options.offsetMinutes)
            if books.isEmpty {
                account.outcome = .nothing
                account.explanation = "The collections are empty; the account stays as it is."
                report.note(ImportWarning(.nothingToImport, "\(set.name.text) holds no documents."))
                report.accounts.append(account)
            } else {
                noteOffset(account.offset, set.name, &report)
                wanted.append(ReadSet(name: set.name, books: books, account: account))
            }
        }
        guard !wanted.isEmpty else { return }
        do throws(ImportRefusal) {
            try checkClash(wanted, options)
            var plans: [ImportPlan] = []
            for index in wanted.indices {
                let plan = try ImportPlan(
                    wanted[index].books, collections: wanted[index].name.text, offset: wanted[index].account.offset,
                    capital: options.capital, report: &report)
                wanted[index].account.figures = plan.figures
                plans.append(plan)
            }
            if !options.partial, wanted.contains(where: { $0.account.rejected > 0 }) { throw ImportRefusal(.rejectedLines) }
            let outcome = try await place(plans, for: group.user, options, target)
            for index in wanted.indices {
                wanted[index].account.outcome = wanted[index].account.rejected > 0 ? .partial : outcome
            }
        } catch {
            for index in wanted.indices {
                wanted[index].account.code = error.code
                wanted[index].account.explanation = error.explanation
                if error.code == .targetExists || error.code == .userClash { wanted[index].account.counts = CollectionCounts() }
            }
        }
        report.accounts += wanted.map(\.account)
    }

    private static func noteOffset(_ offset: MeasuredOffset, _ name: LegacySetName, _ report: inout ImportReport) {
        if offset.source == .assumed {
            report.note(ImportWarning(.offsetAssumed, "\(name.text): no document tells the legacy server's zone; dates are taken as UTC."))
        } else if offset.agreeing * 10 < offset.measured * 9 {
            report.note(
                ImportWarning(
                    .offsetMixed,
                    "\(name.text): \(offset.agreeing) of \(offset.measured) documents agree with an offset of \(offset.minutes) minutes."))
        }
    }

    /// Two sets for one account: only the two default ones may be merged, two ids that differ in case alone never.
    private static func checkClash(_ sets: [ReadSet], _ options: ImportOptions) throws(ImportRefusal) {
        guard sets.count > 1 else { return }
        let names = sets.map(\.name.text).joined(separator: " and ")
        let prefixed = sets.count { $0.name != .unprefixed }
        if prefixed > 1 { throw ImportRefusal(.userClash, "\(names) would become one account.") }
        let held = sets.first { $0.name != .unprefixed }?.books.orders.count ?? 0
        if !options.merge {
            throw ImportRefusal(
                .targetExists,
                "\(names) are both for \(sets[0].account.user?.text ?? ""), where the latter has \(held) orders. Merge, or name another user."
            )
        }
    }
}
