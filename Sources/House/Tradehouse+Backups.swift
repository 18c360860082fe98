// Backups that the house makes by itself: when one is due, what became of the last, and whether the owner must be told. Copying is the
// business of `Storage/Backup`, on a thread of its own; here are only times and outcomes.

import Storage
import Trading

/// How backups are kept, as `tradehouse/Assembly` joins it.
package struct BackupPlan: Sendable {
    /// The time between the starts of two backups.
    package let every: Duration
    package let keep: Int
    /// What the folder of backups had when the house began.
    package let found: [KeptBackup]
    /// Makes one, off the loop.
    package let make: @Sendable () async throws -> BackupReport

    package init(every: Duration, keep: Int, found: [KeptBackup], make: @escaping @Sendable () async throws -> BackupReport) {
        self.every = every
        self.keep = keep
        self.found = found
        self.make = make
    }
}

/// What is known of the house's backups.
package struct BackupState: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case made(BackupReport)
        /// It could not be made whole: why, in words for the operator.
        case failed(String, at: Timestamp)
    }

    package let every: Duration
    package let keep: Int
    /// The last one of this process.
    package internal(set) var last: Outcome?
    /// When the newest verified backup was begun, made by this process or found in the folder.
    package internal(set) var lastVerified: Timestamp?
    package internal(set) var isRunning = false
    /// When the house began to keep them.
    package let since: Timestamp

    /// Whether the owner must be told: the last one failed or is not proven, or none was verified for two turns.
    package func isAlarming(at now: Timestamp) -> Bool {
        switch last {
        case .failed: return true
        case .made(let report) where !report.isVerified: return true
        default: return now - max(lastVerified ?? since, since) > every + every
        }
    }

    /// `verified`, `damaged`, `too_slow`, `failed`, or `none` when this process has made none yet.
    package var verdict: String {
        switch last {
        case nil: "none"
        case .failed: "failed"
        case .made(let report): report.verdict
        }
    }
}

extension Tradehouse {
    /// After a backup that did not work the next is tried this soon, if the plan would wait longer.
    static let backupRetry: Duration = .seconds(3_600)
    /// The clock is looked at this often, so that a machine that slept or was set finds its backup due.
    static let backupGlance: Duration = .seconds(60)

    /// Makes backups from now on until the house closes.
    package func keepBackups(_ plan: BackupPlan) {
        let newest = plan.found.last(where: \.isVerified)?.mark?.startedAt
        backups = BackupState(every: plan.every, keep: plan.keep, lastVerified: newest, since: world.now())
        backgroundTasks.append(
            Task(executorPreference: executor) {
                await self.runBackups(plan)
            })
    }

    private func runBackups(_ plan: BackupPlan) async {
        var due = backups?.lastVerified.map { $0 + plan.every } ?? world.now()
        while !Task.isCancelled {
            let now = world.now()
            if now >= due {
                let isGood = await makeBackup(plan)
                due = now + (isGood ? plan.every : min(plan.every, Tradehouse.backupRetry))
                continue
            }
            do {
                try await world.sleep(min(due - now, Tradehouse.backupGlance))
            } catch {
                return
            }
        }
    }

    private func makeBackup(_ plan: BackupPlan) async -> Bool {
        backups?.isRunning = true
        defer { backups?.isRunning = false }
        do {
            let report = try await plan.make()
            backups?.last = .made(report)
            if report.isVerified { backups?.lastVerified = report.startedAt }
            world.log(
                report.isVerified ? .info : .error, report.isVerified ? "backup_made" : "backup_not_verified",
                [
                    ("folder", report.name), ("verdict", report.verdict), ("users", "\(report.users)"), ("books", "\(report.books)"),
                    ("bytes", "\(report.bytes)"), ("troubles", report.troubles.prefix(3).joined(separator: " ")),
                ])
            return report.isVerified
        } catch {
            // A house that closes lets its last backup go; the next start begins with what is left.
            guard !Task.isCancelled else { return false }
            backups?.last = .failed("\(error)", at: world.now())
            world.log(.error, "backup_failed", [("error", "\(error)")])
            return false
        }
    }
}
