// What a check of a folder says in the end, for people and for programs.

import Storage
import Trading
import Wire

enum CheckText {
    /// The counts of a check, as members of an object.
    static func members(of summary: CheckSummary, _ json: inout JSONWriter) {
        json.member("accounts", summary.accounts)
        json.member("users", summary.users)
        json.member("books", summary.books)
        json.member("proven", summary.proven)
        json.member("remarks", summary.remarks)
        json.member("trouble_count", summary.troubles)
        json.array("closed_books") { json in for name in summary.closedBooks { json.string(name) } }
        json.member("orders", summary.orders)
        json.member("trades", summary.trades)
        json.member("positions", summary.positions)
        json.member("cash", fixedPoint: summary.cash.units)
        json.member("documents", summary.documents)
        json.member("audit_lines", summary.auditLines)
        json.member("segments", summary.segments)
        json.member("journal_bytes", summary.journalBytes)
        json.member("journal_since", summary.journalSince?.utcText)
        json.member("newest_act", summary.newestAct?.utcText)
        json.member("window_seconds", summary.window.components.seconds)
    }

    /// The same in sentences.
    static func sentences(_ summary: CheckSummary) -> [String] {
        var lines = [
            "\(summary.users) users, \(summary.accounts) accounts, \(summary.documents) documents; \(summary.orders) orders, "
                + "\(summary.trades) trades, \(summary.positions) open positions, \(summary.cash.inRupees) in cash."
        ]
        if let since = summary.journalSince {
            lines.append(
                "The journal has \(summary.segments) segments, \(summary.journalBytes) bytes, every act since \(since.utcText): a copy of the "
                    + "running folder may take \(summary.window.components.seconds) s.")
        }
        if !summary.closedBooks.isEmpty { lines.append("Closed: \(summary.closedBooks.joined(separator: ", ")).") }
        return lines
    }
}

/// The findings of a check that are listed; the summary counts all.
final class Findings {
    private(set) var troubles: [String] = []
    private(set) var remarks: [String] = []
    private let limit: Int

    /// Keeps at most `limit` of each kind.
    init(limit: Int) { self.limit = limit }

    func add(_ line: CheckLine) {
        switch line.verdict {
        case .proven: break
        case .remark: if remarks.count < limit { remarks.append(line.text) }
        case .trouble: if troubles.count < limit { troubles.append(line.text) }
        }
    }
}
