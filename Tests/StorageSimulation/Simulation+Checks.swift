// The oracle: what the store gives back must be one state of the history, not older than what was acknowledged, and add up.

import Platform
import SimulatedEdges
import Storage
import Trading
import Wire

extension Simulation {
    /// Takes over outcomes, and throws what was found meanwhile.
    func lookAround() throws(Violation) {
        for book in books where book.takeOutcomes() { tell("\(book.name): acts failed, states up to \(book.states.count - 1) are left") }
        for document in documents { document.takeOutcomes() }
        lookAtErasures()
        audit.takeOutcomes()
        try lookAtRemarks()
        if let violation { throw violation }
    }

    func lookAtErasures() {
        for user in erasures.keys.sorted() where erasures[user]?.takeOutcome() == false {
            tell("\(user): the erasure failed")
            erasures[user] = nil
        }
    }

    /// What the store must never remark on when nothing was damaged.
    private static let alarms: Set<String> = [
        "book_quarantined", "document_quarantined", "journal_record_lost", "journal_document_lost", "journal_batch_missing",
        "segment_unreadable", "book_does_not_add_up",
    ]

    func lookAtRemarks() throws(Violation) {
        guard let life else { return }
        for remark in life.remarks.since(remarksSeen) {
            remarksSeen += 1
            tell("  remark: \(remark.level.rawValue) \(remark.event) \(remark.fields.sorted { $0.key < $1.key })")
            if remark.event == "book_quarantined",
                books.contains(where: { $0.wasInstalledDuringCopy && $0.user.text == remark.fields["user"] })
            {
                continue
            }
            if tolerance.closedUsers == 0, !tolerance.reportedLoss, Simulation.alarms.contains(remark.event) {
                throw Violation("The store remarks \(remark.event) \(remark.fields) though nothing was damaged.")
            }
        }
    }

    /// Compares a book that was loaded.
    func take(_ result: Result<PaperSnapshot?, StorageFailure>, of book: BookHistory) {
        book.isLoading = false
        book.takeOutcomes()
        lookAtErasures()
        switch result {
        case .success(let loaded):
            if let erasure = erasures[book.user] {
                guard erasure.isDoubtful else { return fail("\(book.name) is loaded though its user is erased.") }
                tell("\(book.user): was not erased")
                erasure.isRefuted()
                erasures[book.user] = nil
            }
            guard let index = book.index(of: loaded) else {
                return fail(
                    "\(book.name) is loaded with a state that it never had (\(Simulation.describe(loaded))); acknowledged are "
                        + "\(book.acknowledged) of \(book.states.count - 1) acts.")
            }
            tell("\(book.name): loaded as of act \(index), acknowledged \(book.acknowledged) of \(book.states.count - 1)")
            if index < book.acknowledged {
                guard tolerance.reportedLoss, isLossReported(of: book.user) else {
                    return fail("\(book.name) is loaded as of act \(index); acknowledged were \(book.acknowledged).")
                }
            }
            if let loaded, let problem = Reconciliation.problems(of: loaded).first {
                return fail("\(book.name) does not add up: \(problem)")
            }
            book.goOn(from: index)
            book.isLoaded = true
        case .failure(let failure):
            tell("\(book.name): not loaded: \(failure)")
            if isCrashed || life?.remarks.fatal.isEmpty == false { return }
            switch failure {
            case .documentQuarantined(let path, _):
                // Any user's act may change an account, which says whether a book without files is new.
                book.isClosed = true
                closedDocuments.insert(path)
                if closedDocuments.count > tolerance.closedUsers { fail("\(book.name) is closed: \(failure)") }
            case .quarantined:
                book.isClosed = true
                if book.wasInstalledDuringCopy { return }
                closedUsers.insert(book.user)
                if closedUsers.count > tolerance.closedUsers { fail("\(book.name) is closed: \(failure)") }
            case .closed, .outcomeUnknown: break
            case .userErased(let user) where erasures[user] != nil: erasures[user]?.isSeen()
            case .io where plan.scenario == .sync: break
            default: fail("\(book.name) could not be loaded: \(failure)")
            }
        }
    }

    private static func describe(_ loaded: PaperSnapshot?) -> String {
        guard let loaded else { return "no files" }
        return "epoch \(loaded.meta.epoch), \(loaded.orders.count) orders, \(loaded.trades.count) trades, cash \(loaded.meta.cash.text)"
    }

    /// Whether the store said, in this life, that it left out a record of this user; of anybody for nil, because any user's act may change
    /// a document.
    private func isLossReported(of user: UserID?) -> Bool {
        life?.remarks.all.contains { remark in
            switch remark.event {
            case "unacknowledged_record_dropped": user == nil || remark.fields["user"] == user?.text
            case "unacknowledged_record_lost": user.map { remark.fields["record"]?.contains($0.text) == true } ?? true
            case "segment_unreadable", "journal_batch_missing": true
            // The line that would name the user may be in the hole, too.
            case "journal_line_damaged": plan.scenario == .hole
            default: false
            }
        } ?? false
    }

    /// Compares a document that was read; `newest` was its newest version when it was asked for.
    func take(_ result: Result<JSONValue?, StorageFailure>, of document: DocumentHistory, _ newest: Int) {
        document.takeOutcomes()
        switch result {
        case .success(let value):
            guard let index = document.index(of: value) else {
                return fail(
                    "\(document.path) has a content that it never had: \(value.map { String(decoding: $0.encoded, as: UTF8.self) } ?? "none")"
                )
            }
            if index < document.acknowledged {
                guard tolerance.reportedLoss, isLossReported(of: nil) else {
                    return fail("\(document.path) is at version \(index); acknowledged were \(document.acknowledged).")
                }
            }
            meet(index, of: document)
            if document.isSettled, !document.isInstalling { document.goOn(from: index) }
        case .failure(let failure):
            tell("\(document.path): not read: \(failure)")
            if isCrashed || life?.remarks.fatal.isEmpty == false { return }
            switch failure {
            case .documentQuarantined:
                closedDocuments.insert(document.path)
                if closedDocuments.count > tolerance.closedUsers { fail("\(document.path) is closed: \(failure)") }
            case .closed, .outcomeUnknown: break
            case .storageFull where isFullNow: break
            default: fail("\(document.path) could not be read: \(failure)")
            }
        }
    }

    /// What a document tells about an erasure of which nobody knows whether it holds.
    private func meet(_ version: Int, of document: DocumentHistory) {
        for (user, erasure) in erasures.sorted(by: { $0.key < $1.key }) where erasure.isDoubtful && !erasure.isInPart {
            guard let end = erasure.ends.first(where: { $0.document === document })?.version else { continue }
            if version < end {
                tell("\(user): was not erased")
                erasure.isRefuted()
                erasures[user] = nil
            } else if document.path == .user(user) {
                erasures[user]?.isSeen()
            }
        }
    }

    /// Loads everybody and reads everything, and waits for it.
    func loadAll() throws(Violation) {
        guard let life else { return }
        for book in books where !book.isLoaded || chance.below(3) == 0 { load(book) }
        for document in documents { readDocument(document) }
        life.settle()
        try lookAround()
        guard !isCrashed else { return }
        if let book = books.first(where: { $0.isLoading }) { throw Violation("\(book.name) was asked for and never came.") }
    }

    /// The last look: everything is loaded, the house stops in order, the readable files and the audit tell the same.
    func checkAtTheEnd() throws(Violation) {
        if life == nil, try !start() { return }
        try loadAll()
        try stop()
        if tolerance.closedUsers == 0, !tolerance.reportedLoss, !books.contains(where: \.wasInstalledDuringCopy) {
            var troubles: [String] = []
            do {
                try Store.check(disk: disk) { if $0.verdict == .trouble { troubles.append($0.text) } }
            } catch {
                throw Violation("The check of the folder failed: \(error)")
            }
            if let first = troubles.first { throw Violation("The check of the folder says: \(first)") }
        }
        if !tolerance.audit { try checkAudit() }
    }

    /// Every acknowledged entry stands in the audit once, every other at most once.
    private func checkAudit() throws(Violation) {
        var counts: [Int: Int] = [:]
        for path in disk.paths where path.hasPrefix("audit/") {
            let text = disk.text(path)
            for part in text.split(separator: "audit-").dropFirst() {
                guard let number = part.split(separator: "-").first.flatMap({ Int($0) }) else { continue }
                counts[number, default: 0] += 1
            }
        }
        if let lost = audit.acknowledged.sorted().first(where: { counts[$0] == nil }) {
            throw Violation("The audit lacks entry \(lost), which was acknowledged.")
        }
        if let double = counts.sorted(by: { $0.key < $1.key }).first(where: { $0.value > 1 }) {
            throw Violation("The audit has entry \(double.key) \(double.value) times.")
        }
        if let stray = counts.keys.sorted().first(where: { !audit.acknowledged.contains($0) && !audit.doubtful.contains($0) }) {
            throw Violation("The audit has entry \(stray), which was refused.")
        }
    }
}
