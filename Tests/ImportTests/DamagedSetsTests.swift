// The shared damaged exports: what each must come to, by its own expected.json.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Damaged legacy exports` {
    static let cases = [
        "d01-truncated-last-line", "d02-unknown-fields", "d03-duplicate-ids", "d04-wrong-types", "d05-negative-quantity", "d06-nan",
        "d07-not-utf8", "d08-missing-meta", "d09-reset-ghost", "d10-empty", "d11-orphans", "d12-framing", "d13-mixed-dialects",
        "d14-collision", "d15-hostile", "d17-bson-truncated", "d18-bson-length-lie", "d19-bson-negative-length", "d20-bson-odd-types",
        "d21-bson-no-metadata",
    ]

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"), arguments: cases)
    func `each comes to what its description says`(name: String) async throws {
        let expected = try Fixtures.json("damaged/\(name)/expected.json")
        let (report, target) = try await imported(try Fixtures.disk("damaged/" + name))
        switch expected["verdict"]?.string {
        case "ok":
            #expect(report.outcome == .imported)
        case "partial":
            #expect(report.outcome == .refused && report.accounts.map(\.code) == [.rejectedLines])
            #expect(target.writes == 0)
            let (again, taken) = try await imported(try Fixtures.disk("damaged/" + name)) { $0.partial = true }
            #expect(again.outcome == .partial && again.rejects == report.rejects)
            let book = try #require(taken.books[.legacyDefault])
            #expect(Int64(book.orders.count) == expected["accepted"]?["paper_orders"]?.int64)
            #expect(Int64(book.trades.count) == expected["accepted"]?["paper_trades"]?.int64)
            let (third, _) = try await imported(try Fixtures.disk("damaged/" + name), into: taken) { $0.partial = true }
            #expect(third.outcome == .partial && taken.writes == 1)
        default:
            #expect(report.outcome == .refused && target.writes == 0)
        }
        for account in report.accounts { #expect(account.json["accepted"] == expected["accepted"]) }
        #expect(warningCodes(report) == expectedWarnings(expected))
        try checkRejects(report, expected)
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `mixed dialects and odd framing make the same book as the clean set`() async throws {
        let (_, clean) = try await imported(try Fixtures.disk("small/relaxed"))
        for name in ["d12-framing", "d13-mixed-dialects", "d21-bson-no-metadata"] {
            let (_, target) = try await imported(try Fixtures.disk("damaged/" + name))
            #expect(target.books == clean.books && target.notes == clean.notes)
        }
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `two books of one account are merged only when asked, or parted by naming a user`() async throws {
        let disk = try Fixtures.disk("damaged/d14-collision")
        let (refused, untouched) = try await imported(disk)
        #expect(refused.accounts.map(\.code) == [.targetExists, .targetExists] && untouched.writes == 0)
        let (merged, target) = try await imported(disk) { $0.merge = true }
        #expect(merged.outcome == .imported && merged.accounts.map(\.outcome) == [.merged, .merged])
        let book = try #require(target.books[.legacyDefault])
        #expect(book.orders.count == 33 && book.trades.count == 18)
        #expect(book.meta.capital == Money(whole: 200_000))
        #expect(book.meta.cash == Money(text: "176916.65"))
        let (parted, two) = try await imported(disk) { $0.user = UserID("ZX1") }
        #expect(parted.outcome == .imported && two.books.keys.sorted().map(\.text) == ["ZX1", "default"])
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `names alone decide whose a file is`() async throws {
        let (report, target) = try await imported(try Fixtures.disk("damaged/d16-names"))
        #expect(target.writes == 0)
        let codes = Dictionary(grouping: report.accounts, by: \.code).mapValues { $0.map(\.collections).sorted() }
        #expect(codes[.emptyUser] == ["user__paper_*"])
        #expect(codes[.unsafeUser] == ["user_../../etc_paper_*", "user_CON_paper_*"])
        #expect(
            report.accounts.filter { $0.code == nil }.compactMap { $0.user?.text }.sorted() == [
                "A_PAPER_ORDERS", "ZX1234", "default", "default",
            ])
        #expect(report.warnings.filter { $0.code == .unknownFile }.map(\.file) == ["paper_orders_old.json", "trade_history.json"])
        #expect(report.ignoredFiles.contains("system.profile.bson"))
    }

    private func warningCodes(_ report: ImportReport) -> [String: Int] {
        Dictionary(report.warnings.map { ($0.code.rawValue, 1) }, uniquingKeysWith: +)
    }

    /// `W_X x2` and `W_X …` as counts by code.
    private func expectedWarnings(_ expected: JSONValue) -> [String: Int] {
        var counts: [String: Int] = [:]
        for text in (expected["warnings"]?.array ?? []).compactMap(\.string) {
            let words = text.split(separator: " ")
            let times = words.count > 1 && words[1].first == "x" ? Int(words[1].dropFirst()) ?? 1 : 1
            counts[String(words[0]), default: 0] += times
        }
        return counts
    }

    private func checkRejects(_ report: ImportReport, _ expected: JSONValue) throws {
        var wanted: [String] = []
        for (collection, lines) in expected["rejected"]?.object?.members ?? [] {
            for line in lines.array ?? [] {
                let parts = line.array ?? []
                let field = parts.count > 2 ? " " + (parts[2].string ?? "") : ""
                wanted.append("\(collection) \(parts[0].int64 ?? 0) \(parts[1].string ?? "")\(field)")
            }
        }
        let withFields = Set(wanted.filter { $0.split(separator: " ").count == 4 })
        let own = report.rejects.map { reject -> String in
            let stem = String((reject.file.split(separator: "/").last ?? "").split(separator: ".").first ?? "")
            let plain = "\(stem) \(reject.line) \(reject.code.rawValue)"
            let full = plain + (reject.field.map { " " + $0 } ?? "")
            return withFields.contains(full) ? full : plain
        }
        #expect(own.sorted() == wanted.sorted())
    }
}
