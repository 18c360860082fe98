// Whose an export is and where it may go: users named and not, books that exist, merges, collisions.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Where an import goes` {
    private let one = LegacyExport.day(orders: 20, seed: 1)
    private let two = LegacyExport.day(orders: 20, seed: 2, idBase: 0x1000_0000)

    private func user(_ text: String) throws -> UserID { try #require(UserID(text)) }

    private func both(_ first: String, _ second: String) -> ExportFolder {
        ExportFolder(one.files(.relaxed, prefix: first).merging(two.files(.relaxed, prefix: second)) { a, _ in a })
    }

    @Test func `each user's collections become that user's book, in upper case`() async throws {
        let (report, target) = try await imported(both("user_zx1234_", "user_default_"))
        #expect(report.outcome == .imported)
        #expect(target.books.keys.sorted() == [try user("ZX1234"), .legacyDefault])
    }

    @Test func `a named user gets the collections without a name`() async throws {
        let (_, target) = try await imported(both("", "user_ZX1_")) { $0.user = UserID("NEW") }
        #expect(target.books.keys.map(\.text).sorted() == ["NEW", "ZX1"])
        let (_, single) = try await imported(ExportFolder(one.files(.bson, prefix: "user_ZX1_"))) { $0.user = UserID("NEW") }
        #expect(single.books.keys.map(\.text) == ["NEW"])
        let (_, shared) = try await imported(both("user_ZX1_", "user_default_")) { $0.user = UserID("NEW") }
        #expect(shared.books.keys.map(\.text).sorted() == ["NEW", "ZX1"])
    }

    @Test func `an unsafe id is refused alone, and taken when a user is named`() async throws {
        let folder = both("user_..%2F..%2Fetc_", "user_ZX1_")
        let (report, target) = try await imported(folder)
        #expect(report.outcome == .partial && report.accounts.compactMap(\.code) == [.unsafeUser])
        #expect(target.books.keys.map(\.text) == ["ZX1"])
        let (_, named) = try await imported(folder) { $0.user = UserID("NEW") }
        #expect(named.books.keys.map(\.text).sorted() == ["NEW", "ZX1"])
        let (two, none) = try await imported(both("user_CON_", "user_a%2Fb_")) { $0.user = UserID("NEW") }
        #expect(two.outcome == .refused && two.accounts.map(\.code) == [.unsafeUser, .unsafeUser] && none.writes == 0)
        let (empty, nobody) = try await imported(ExportFolder(one.files(.relaxed, prefix: "user__"))) { $0.user = UserID("NEW") }
        #expect(empty.accounts.map(\.code) == [.emptyUser] && nobody.writes == 0)
    }

    @Test func `two ids that become equal are refused, even for a merge`() async throws {
        let (report, target) = try await imported(both("user_zx1_", "user_ZX1_")) { $0.merge = true }
        #expect(report.outcome == .refused && report.accounts.map(\.code) == [.userClash, .userClash] && target.writes == 0)
    }

    @Test func `two sets for one account are refused unless one is empty or a merge is asked for`() async throws {
        let (refused, none) = try await imported(both("", "user_default_"))
        #expect(refused.accounts.map(\.code) == [.targetExists, .targetExists] && none.writes == 0)
        var files = two.files(.relaxed, prefix: "user_default_")
        for kind in LegacyKind.allCases { files[kind.collection + ".json"] = [] }
        let (taken, target) = try await imported(ExportFolder(files))
        #expect(taken.outcome == .imported && taken.accounts.map(\.outcome) == [.nothing, .imported] && target.writes == 1)
        let (merged, whole) = try await imported(both("", "user_default_")) { $0.merge = true }
        #expect(merged.accounts.map(\.outcome) == [.merged, .merged] && whole.writes == 1)
        let (again, _) = try await imported(both("", "user_default_"), into: whole) { $0.merge = true }
        #expect(again.accounts.map(\.outcome) == [.identical, .identical] && whole.writes == 1)
    }

    @Test func `a book that exists is not touched unless a merge is asked for`() async throws {
        let (_, target) = try await imported(ExportFolder(one.files(.relaxed)))
        let before = target.books
        let (refused, _) = try await imported(ExportFolder(two.files(.relaxed)), into: target)
        #expect(refused.outcome == .refused && refused.accounts.map(\.code) == [.targetExists] && target.books == before)
        let (merged, _) = try await imported(ExportFolder(two.files(.relaxed)), into: target) { $0.merge = true }
        #expect(merged.accounts.map(\.outcome) == [.merged])
        let book = try #require(target.books[.legacyDefault])
        let first = try #require(before[.legacyDefault])
        #expect(book.meta.capital == Money(whole: 200_000) && book.orders.count == 40 && target.notes[.legacyDefault]?.count == 2)
        #expect(book.meta.cash - first.meta.cash == merged.accounts[0].figures?.cash)
        #expect(throws: Never.self) { try PaperAccount(restoring: book) }
        #expect(book.orders == book.orders.sorted { $0.placedAt < $1.placedAt })
    }

    @Test func `a merge needs ids of its own and a book without working orders`() async throws {
        let (_, target) = try await imported(ExportFolder(one.files(.relaxed)))
        var changed = one
        changed[.meta] = [one[.meta][0].with("virtual_capital", .integer(7_000))]
        let (shared, _) = try await imported(ExportFolder(changed.files(.relaxed)), into: target) { $0.merge = true }
        #expect(shared.outcome == .refused && shared.accounts.map(\.code) == [.mergeConflict] && target.writes == 1)
        var book = try #require(target.books[.legacyDefault])
        book.orders[0].state = .open
        let working = BooksInMemory([.legacyDefault: book])
        let (busy, _) = try await imported(ExportFolder(two.files(.relaxed)), into: working) { $0.merge = true }
        #expect(busy.accounts.map(\.code) == [.mergeConflict] && working.writes == 0)
    }

    @Test func `an account that was never used is no obstacle`() async throws {
        let fresh = PaperAccount(opening: Money(whole: 100_000), at: Timestamp(seconds: 1)).snapshot
        let target = BooksInMemory([.legacyDefault: fresh])
        let (report, _) = try await imported(ExportFolder(one.files(.relaxed)), into: target)
        #expect(report.accounts.map(\.outcome) == [.imported] && target.books[.legacyDefault]?.orders.count == 20)
        var reset = fresh
        reset.meta.epoch = 2
        let used = BooksInMemory([.legacyDefault: reset])
        let (refused, _) = try await imported(ExportFolder(one.files(.relaxed)), into: used)
        #expect(refused.accounts.map(\.code) == [.targetExists])
    }

    @Test func `one account's bad lines do not stop another's good ones`() async throws {
        var bad = one
        bad[.orders][4] = bad[.orders][4].with("quantity", "many")
        let files = bad.files(.relaxed, prefix: "user_A_").merging(two.files(.bson, prefix: "user_B_")) { a, _ in a }
        let (report, target) = try await imported(ExportFolder(files))
        #expect(report.outcome == .partial && report.outcome.exitCode == 3 && target.books.keys.map(\.text) == ["B"])
        #expect(report.accounts.map(\.code) == [.rejectedLines, nil])
        let (partial, both) = try await imported(ExportFolder(files)) { $0.partial = true }
        #expect(partial.outcome == .partial && partial.accounts.map(\.outcome) == [.partial, .imported] && both.books.count == 2)
    }

    @Test func `empty collections are a normal case`() async throws {
        let files = Dictionary(uniqueKeysWithValues: LegacyKind.allCases.map { ($0.collection + ".json", [UInt8]()) })
        let (report, target) = try await imported(ExportFolder(files))
        #expect(report.outcome == .imported && report.outcome.exitCode == 0 && report.accounts.map(\.outcome) == [.nothing])
        #expect(report.warnings.map(\.code) == [.nothingToImport] && target.writes == 0)
    }
}
