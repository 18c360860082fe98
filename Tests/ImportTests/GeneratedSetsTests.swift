// Exports made by the tests themselves, in every shape: same book, true instants, once and again.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Exports made here` {
    private let export = LegacyExport.day()

    @Test(arguments: LegacyExport.Shape.allCases, [false, true])
    func `every shape, packed or not, makes the same book and the same note`(shape: LegacyExport.Shape, isPacked: Bool) async throws {
        let (plainReport, plain) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(plainReport.outcome == .imported && plainReport.warnings.isEmpty && plainReport.rejects.isEmpty)
        let (report, target) = try await imported(ExportFolder(export.files(shape, isPacked: isPacked)))
        #expect(report.outcome == .imported && report.warnings.isEmpty && report.rejects.isEmpty)
        #expect(target.books == plain.books && target.notes == plain.notes)
        #expect(target.books.count == 1)
    }

    @Test func `the book is what the documents say, by the rules of trading`() async throws {
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)))
        let book = try #require(target.books[.legacyDefault])
        let account = try PaperAccount(restoring: book)
        #expect(account.snapshot == book)
        #expect(book.orders.count == export[.orders].count && book.trades.count == export[.trades].count)
        #expect(book.meta.capital == Money(whole: 100_000) && book.meta.epoch == 1 && book.meta.reserved == .zero)
        let figures = try #require(report.accounts[0].figures)
        #expect(figures.positionDifferences.isEmpty && figures.openPositions.count == export[.positions].count)
        #expect(figures.realised == book.meta.realised && figures.cash == book.meta.cash)
        #expect(book.orders.contains { $0.state == .legacyPending } && !book.orders.contains(where: \.isWorking))
        let first = try #require(book.trades.first)
        #expect(first.id.text.hasPrefix("T") && first.id.text.utf8.count == 25 && first.rule == .lastPrice && first.epoch == 1)
        #expect(book.trades.contains { $0.tag == "खरीद \"आज\"" })
        #expect(book.orders.allSatisfy { ($0.state == .filled) == ($0.filledQuantity == $0.quantity) })
    }

    @Test(arguments: [-300, 0, 330, 345, 840])
    func `the legacy clock's offset is measured and taken out`(ahead: Int) async throws {
        let files = LegacyExport.day(aheadMinutes: ahead).files(.canonical)
        let (report, target) = try await imported(ExportFolder(files))
        let (_, utc) = try await imported(ExportFolder(LegacyExport.day(aheadMinutes: 0).files(.canonical)))
        #expect(report.accounts[0].offset.minutes == ahead && report.accounts[0].offset.source == .measured)
        #expect(target.books == utc.books)
    }

    @Test func `a given offset wins over the measured one`() async throws {
        let (report, target) = try await imported(ExportFolder(export.files(.v1))) { $0.offsetMinutes = 0 }
        #expect(
            report.accounts[0].offset
                == MeasuredOffset(minutes: 0, source: .given, measured: report.accounts[0].offset.measured, agreeing: 0))
        let (_, measured) = try await imported(ExportFolder(export.files(.v1)))
        let given = try #require(target.books[.legacyDefault]?.orders.first)
        let true1 = try #require(measured.books[.legacyDefault]?.orders.first)
        #expect(given.placedAt == true1.placedAt + .seconds(19_800))
        #expect(report.warnings.map(\.code) == [.offsetMixed])
        for minutes in [-721, 841] {
            await #expect(throws: ImportFailure.self) { try await imported(ExportFolder(export.files(.v1))) { $0.offsetMinutes = minutes } }
        }
    }

    @Test func `without ids that tell the time dates are taken as UTC, with a warning`() async throws {
        var bare = export
        bare[.orders] = export[.orders].map { $0.with("_id", nil) }
        bare[.positions] = []
        bare[.trades] = []
        bare.documents[.trades] = nil
        let (report, _) = try await imported(ExportFolder(bare.files(.relaxed)))
        #expect(report.accounts[0].offset.source == .assumed && report.accounts[0].offset.minutes == 0)
        #expect(report.warnings.contains { $0.code == .offsetAssumed })
    }

    @Test func `the same import again changes nothing and says so`() async throws {
        let (_, target) = try await imported(ExportFolder(export.files(.relaxed)))
        let before = target.books
        let (again, _) = try await imported(ExportFolder(export.files(.bson)), into: target)
        #expect(again.outcome == .imported && again.accounts.map(\.outcome) == [.identical])
        #expect(target.writes == 1 && target.books == before)
    }

    @Test func `the same import again is known even after the account went on`() async throws {
        let (_, target) = try await imported(ExportFolder(export.files(.relaxed)))
        var book = try #require(target.books[.legacyDefault])
        book.meta.epoch = 2
        book.orders = []
        let later = BooksInMemory([.legacyDefault: book], notes: target.notes)
        let (again, _) = try await imported(ExportFolder(export.files(.relaxed)), into: later)
        #expect(again.accounts.map(\.outcome) == [.identical] && later.writes == 0)
    }

    @Test func `a dry run judges everything and writes nothing`() async throws {
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed))) { $0.dryRun = true }
        #expect(report.outcome == .imported && report.isDryRun && report.accounts[0].figures != nil)
        #expect(target.writes == 0 && target.books.isEmpty)
    }

    @Test func `a target that cannot be written leaves nothing behind and is named`() async throws {
        let target = BooksInMemory()
        target.isFull = true
        let (report, _) = try await imported(ExportFolder(export.files(.relaxed)), into: target)
        #expect(report.outcome == .refused && report.accounts.map(\.code) == [.unwritable] && target.books.isEmpty)
    }

    @Test func `progress goes forward and ends at the whole`() async throws {
        let files = LegacyExport.day(orders: 1_500).files(.relaxed)
        var seen: [ImportProgress] = []
        _ = try await LegacyImport.run(
            source: LegacySource(ExportFolder(files)), options: ImportOptions(), target: BooksInMemory(), progress: { seen.append($0) })
        let last = try #require(seen.last)
        #expect(seen.count >= 2 && last.bytes == last.totalBytes && last.totalBytes == Int64(files.values.reduce(0) { $0 + $1.count }))
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.documents <= $1.documents && $0.bytes <= $1.bytes })
    }

    @Test func `a second copy of a collection adds nothing`() async throws {
        var files = export.files(.relaxed)
        files["paper_orders.json.gz"] = Gzip.compress(files["paper_orders.json"] ?? [])
        let (report, target) = try await imported(ExportFolder(files))
        let (_, plain) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(report.outcome == .imported && target.books == plain.books)
        #expect(report.warningCount == export[.orders].count && report.warnings.allSatisfy { $0.code == .duplicateIdentical })
    }

    @Test func `the report is one JSON value with everything in it`() async throws {
        let (report, _) = try await imported(ExportFolder(export.files(.relaxed)))
        let json = try JSONParser.parse(report.json.encoded)
        #expect(json["outcome"]?.string == "imported" && json["exit_code"] == 0)
        let account = try #require(json["accounts"]?.array?.first)
        #expect(account["user"] == "default" && account["accepted"]?["paper_orders"]?.int64 == Int64(export[.orders].count))
        #expect(account["figures"]?["legacy_meta"]?["realized_pnl"]?.number?.text == "2685.4")
        #expect(account["offset_from"] == "measured")
    }

    @Test func `an account without meta starts from the usual capital or the given one`() async throws {
        var bare = export
        bare.documents[.meta] = nil
        let (report, target) = try await imported(ExportFolder(bare.files(.relaxed)))
        #expect(report.warnings.map(\.code) == [.metaRebuilt])
        #expect(target.books[.legacyDefault]?.meta.capital == Money(whole: 100_000))
        let (_, rich) = try await imported(ExportFolder(bare.files(.relaxed))) { $0.capital = Money(whole: 500_000) }
        #expect(rich.books[.legacyDefault]?.meta.capital == Money(whole: 500_000))
    }

    @Test func `a trade whose order is gone takes exchange and product from the symbol's position or other orders`() async throws {
        var export = LegacyExport()
        let day = LegacyExport.day(orders: 200)
        let lost = try #require(day[.trades].first { $0["symbol"] == "ITC" })
        export = day
        export[.orders] = day[.orders].filter { $0["order_id"] != lost["order_id"] }
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(report.warnings.map(\.code) == [.tradeWithoutOrder])
        let trade = try #require(
            target.books[.legacyDefault]?.trades.first { "PAPER_" + $0.orderID.text.dropFirst(6) == lost["order_id"].flatMap(text) })
        #expect(trade.product == .delivery && trade.instrument.exchange == "NSE")
        export[.orders] = []
        export[.positions] = []
        let (_, alone) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(alone.books[.legacyDefault]?.trades.allSatisfy { $0.product == .intraday && $0.instrument.exchange == "NSE" } == true)
    }

    @Test func `the trades win over their orders and positions, with a warning`() async throws {
        var export = LegacyExport.day()
        let first = export[.trades][0]
        export[.trades][0] = first.with("quantity", .integer(77))
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(report.warnings.map(\.code) == [.tradeContradictsOrder, .cashMismatch])
        #expect(target.books[.legacyDefault]?.trades.first?.quantity == Quantity(whole: 77))
        var shifted = LegacyExport.day()
        shifted[.positions][0] = shifted[.positions][0].with("quantity", .integer(1_234))
        let (other, book) = try await imported(ExportFolder(shifted.files(.relaxed)))
        #expect(other.warnings.map(\.code) == [.positionMismatch])
        let (_, clean) = try await imported(ExportFolder(LegacyExport.day().files(.relaxed)))
        #expect(book.books == clean.books)
    }

    @Test func `what a book has no place for stands in the note`() async throws {
        var export = LegacyExport.day()
        export[.orders][3] = export[.orders][3].with("legs", .array([.document(ExtendedDocument([("n", .integer(1))]))]))
        let (report, target) = try await imported(ExportFolder(export.files(.bson)))
        #expect(report.warnings.map(\.fields) == [["legs"]])
        let note = try #require(target.notes[.legacyDefault]?.first)
        #expect(note["unknown_fields"]?.array?.first?["fields"]?["legs"] == .array([.object(["n": 1])]))
        #expect(note["unused_prices"]?.object?.isEmpty == false)
        #expect(note["meta"]?["realized_pnl"]?.string == "2685.4")
        let (cut, _) = try await imported(ExportFolder(export.files(.bson))) { $0.limits.noteBytes = 40 }
        #expect(cut.warnings.map(\.code) == [.unknownField, .noteFull] && cut.outcome == .imported)
    }

    private func text(_ value: ExtendedValue) -> String? {
        if case .string(let text) = value { text } else { nil }
    }
}
