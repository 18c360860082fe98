// Folders as they really lie about: dumps, single files, links, broken archives, several exports at once.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Where an export lies` {
    private let export = LegacyExport.day(orders: 20)

    private func below(_ folder: String, _ shape: LegacyExport.Shape = .bson) -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: export.files(shape).map { (folder + "/" + $0.key, $0.value) })
    }

    struct Name: Sendable, CustomTestStringConvertible {
        let text: String
        let meaning: LegacyFileName
        init(_ text: String, _ meaning: LegacyFileName) { (self.text, self.meaning) = (text, meaning) }
        var testDescription: String { text }
    }

    static let names: [Name] = [
        Name("paper_orders.json", .collection(.unprefixed, .orders, .json)),
        Name("paper_meta.bson.gz", .collection(.unprefixed, .meta, .bson)),
        Name("user_ZX1_paper_trades.json.gz", .collection(.user("ZX1"), .trades, .json)),
        Name("user_a%2Fb%20c_paper_positions.bson", .collection(.user("a/b c"), .positions, .bson)),
        Name("user_%zz_paper_orders.json", .collection(.user("%zz"), .orders, .json)),
        Name("user_%ff_paper_orders.json", .collection(.user("%ff"), .orders, .json)),
        Name("user_a_paper_orders_paper_trades.json", .collection(.user("a_paper_orders"), .trades, .json)),
        Name("user__paper_orders.json", .collection(.user(""), .orders, .json)),
        Name("user_paper_orders.json", .collection(.user(""), .orders, .json)),
        Name("PAPER_ORDERS.json", .other), Name("paper_orders.metadata.json", .other), Name("paper_orders.metadata.json.gz", .other),
        Name("prelude.json", .other), Name("oplog.bson", .other), Name("system.profile.bson", .other), Name("expected.json", .other),
        Name("paper_orders.csv", .other), Name("paper_orders", .other), Name(".json", .other), Name("", .other),
        Name("paper_orders_old.json", .unknown),
        Name("xpaper_orders.json", .unknown), Name("trade_history.json", .unknown), Name("strategy_performance.bson", .unknown),
    ]

    @Test(arguments: names)
    func `a name says what a file is`(example: Name) {
        #expect(LegacyFileName(example.text) == example.meaning)
    }

    @Test(arguments: ["smart_algo_trade", "dump/smart_algo_trade", "other", "dump/other", "dump"])
    func `a dump's database is found`(folder: String) async throws {
        var files = below(folder)
        files["oplog.bson"] = [1, 2, 3]
        files["admin/system.users.bson"] = [9]
        let (report, target) = try await imported(ExportFolder(files))
        #expect(report.outcome == .imported && report.folder == folder && target.writes == 1)
    }

    @Test func `other databases beside ours are not looked at`() async throws {
        let files = below("smart_algo_trade").merging(below("backup")) { a, _ in a }
        let (report, _) = try await imported(ExportFolder(files))
        #expect(report.folder == "smart_algo_trade")
    }

    @Test func `several exports below one folder must be told apart by the operator`() async throws {
        let files = below("monday").merging(below("tuesday")) { a, _ in a }
        await #expect(throws: ImportFailure.self) { try await imported(ExportFolder(files)) }
    }

    @Test func `a folder without collections is a mistake, not an empty account`() async throws {
        await #expect(throws: ImportFailure.self) { try await imported(ExportFolder(["notes.txt": [1]])) }
        await #expect(throws: ImportFailure.self) { try await imported(ExportFolder([:])) }
    }

    @Test func `one file alone is taken alone`() async throws {
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)), onlyFile: "paper_trades.json")
        #expect(report.outcome == .imported && report.accounts[0].counts == CollectionCounts(trades: export[.trades].count))
        #expect(target.books[.legacyDefault]?.orders.isEmpty == true)
        #expect(report.warnings.contains { $0.code == .metaRebuilt })
    }

    @Test func `a link is not followed and its account is refused`() async throws {
        let folder = ExportFolder(export.files(.relaxed).filter { $0.key != "paper_trades.json" }, links: ["paper_trades.json"])
        let (report, target) = try await imported(folder)
        #expect(report.outcome == .refused && report.rejects.map(\.code) == [.unreadable] && target.writes == 0)
    }

    @Test func `a disk that fails in the middle of a file refuses the account`() async throws {
        let files = LegacyExport.day(orders: 600).files(.relaxed)
        let (report, target) = try await imported(ExportFolder(files, failsAfter: 65_536))
        #expect(report.outcome == .refused && report.rejects.contains { $0.code == .unreadable && $0.line > 1 } && target.writes == 0)
    }

    @Test func `packed data that breaks off or is damaged is a reject after what could be read`() async throws {
        var files = export.files(.relaxed, isPacked: true)
        let whole = try #require(files["paper_orders.json.gz"])
        files["paper_orders.json.gz"] = Array(whole.dropLast(30))
        let (cut, _) = try await imported(ExportFolder(files))
        #expect(cut.rejects.map(\.code) == [.truncated])
        var changed = whole
        for index in whole.count - 8..<whole.count - 4 { changed[index] ^= 0x55 }
        files["paper_orders.json.gz"] = changed
        let (damaged, _) = try await imported(ExportFolder(files))
        #expect(damaged.rejects.map(\.code) == [.gzip])
        files["paper_orders.json.gz"] = whole
        let (long, _) = try await imported(ExportFolder(files)) { $0.limits.unpackedBytes = 4_000 }
        #expect(long.rejects.map(\.code).contains(.tooLong))
    }

    @Test func `an empty packed file is an empty collection`() async throws {
        var files = export.files(.relaxed)
        files["paper_positions.json"] = Gzip.compress([])
        let (report, _) = try await imported(ExportFolder(files))
        #expect(report.outcome == .imported && report.accounts[0].counts.positions == 0)
    }

    @Test func `real folders and files are opened by path`() async throws {
        #expect(throws: ImportFailure.self) { try LegacySource(path: "/nonexistent/export") }
        #expect(throws: ImportFailure.self) { try LegacySource(path: "") }
        #expect(try LegacySource(path: "/").onlyFile == nil)
        #expect(try LegacySource(path: #filePath).onlyFile == "ImportSourcesTests.swift")
    }

    @Test func `each limit of an export is met and not passed`() async throws {
        let files = export.files(.relaxed)
        func run(_ change: (inout ImportLimits) -> Void) async throws -> ImportReport {
            try await imported(ExportFolder(files)) { change(&$0.limits) }.report
        }
        let documents = export[.orders].count + export[.trades].count + export[.positions].count
        #expect(try await run { $0.documents = documents }.rejects.isEmpty)
        #expect(try await run { $0.documents = documents - 1 }.rejects.map(\.code) == [.tooLarge])
        #expect(try await run { $0.names = files.count }.outcome == .imported)
        await #expect(throws: ImportFailure.self) { try await run { $0.names = files.count - 1 } }
        #expect(try await run { $0.textBytes = 0 }.rejects.allSatisfy { $0.code == .tooLarge && $0.field == "tag" })
        let listed = try await run {
            $0.textBytes = 0
            $0.listed = 2
        }
        #expect(listed.rejects.count == 2 && listed.rejectCount > 2 && listed.outcome == .refused)
    }
}
