// The shared clean exports in every shape against the figures that were worked out for them elsewhere.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Clean legacy exports` {
    @Test(
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"),
        arguments: ["small/relaxed", "small/canonical", "small/v1", "small/dump"])
    func `the small set comes in whole from every shape`(folder: String) async throws {
        let (report, target) = try await imported(try Fixtures.disk(folder))
        #expect(report.outcome == .imported)
        #expect(report.warnings == [])
        try check(report.accounts[0], try Fixtures.json("small/expected.json"))
        let account = try #require(report.accounts.first)
        #expect(report.accounts.count == 1 && account.user == .legacyDefault && account.outcome == .imported)
        let book = try #require(target.books[.legacyDefault])
        #expect(throws: Never.self) { try PaperAccount(restoring: book) }
    }

    @Test(.enabled(if: Fixtures.available, "needs ../shared/fixtures"))
    func `the small set is the same book and the same note from every shape`() async throws {
        var books: [PaperSnapshot] = []
        var notes: [[JSONValue]] = []
        for folder in ["small/relaxed", "small/canonical", "small/v1", "small/dump"] {
            let (_, target) = try await imported(try Fixtures.disk(folder))
            books.append(try #require(target.books[.legacyDefault]))
            notes.append(try #require(target.notes[.legacyDefault]))
        }
        #expect(books.allSatisfy { $0 == books[0] })
        #expect(notes.allSatisfy { $0 == notes[0] })
        #expect(books[0].orders[0].placedAt == Timestamp(rfc3339: "2026-01-06T03:51:52.752Z"))
    }

    @Test(
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"),
        arguments: ["multiuser/relaxed", "multiuser/canonical", "multiuser/dump"])
    func `the set of three users comes in whole from every shape`(folder: String) async throws {
        let (report, target) = try await imported(try Fixtures.disk(folder))
        #expect(report.outcome == .imported)
        #expect(report.warnings == [])
        #expect(report.accounts.map { $0.user?.text } == ["ZX1234", "ZX5678", "default"])
        #expect(target.writes == 3)
        for account in report.accounts {
            let user = try #require(account.user)
            try check(account, try Fixtures.json("multiuser/expected-user_\(user.text).json"))
        }
    }

    @Test(
        .enabled(if: Fixtures.available, "needs ../shared/fixtures"),
        arguments: ["large/relaxed", "large/canonical", "large/dump"])
    func `fifty thousand orders come in whole from every shape`(folder: String) async throws {
        let (report, target) = try await imported(try Fixtures.disk(folder))
        #expect(report.outcome == .imported)
        #expect(report.warnings == [])
        try check(report.accounts[0], try Fixtures.json("large/expected.json"))
        let book = try #require(target.books[.legacyDefault])
        #expect(book.orders.count == 50_001 && book.trades.count == 38_870)
    }

    /// Compares an account's report with an `expected.json`.
    private func check(_ account: AccountReport, _ expected: JSONValue) throws {
        let figures = try #require(account.figures)
        let json = account.json
        #expect(json["accepted"] == expected["counts"])
        #expect(json["rejected"] == 0)
        #expect(json["figures"]?["orders_by_status"] == expected["orders_by_status"])
        #expect(figures.orderIDsDigest == expected["order_ids_sha256"]?.string)
        let tolerance = Int128(max(1, account.counts.trades / 1000)) * 1_000_000
        func same(_ amount: Money?, _ value: JSONValue?, _ name: String) {
            let wanted = value?.number.flatMap { ExtendedNumber(text: $0.text) }
            guard case .finite(let units, _)? = wanted, let amount else {
                Issue.record("\(name) is missing")
                return
            }
            #expect((amount.units - units).magnitude <= tolerance.magnitude, "\(name): \(amount.text)")
        }
        same(figures.buyValue, expected["buy_value"], "buys")
        same(figures.sellValue, expected["sell_value"], "sells")
        same(figures.cash, expected["cash_identity"]?["capital_minus_buys_plus_sells"], "cash")
        same(figures.legacyCash, expected["cash_identity"]?["available_plus_reserved"], "legacy cash")
        same(figures.realised, expected["realized_pnl_signed_average_cost"], "realised")
        same(figures.meta?.realised, expected["realized_pnl_as_the_legacy_engine_counts"], "legacy realised")
        for (name, value) in expected["meta"]?.object?.members ?? [] {
            same(amount(json["figures"]?["legacy_meta"]?[name]), value, "meta " + name)
        }
        for (name, value) in expected["stats_as_the_legacy_formula_gives"]?.object?.members ?? [] {
            let own = json["figures"]?["statistics_by_legacy_formula"]?[name]
            if name.hasSuffix("_trades") {
                #expect(own?.int64 == value.int64, "\(name)")
            } else {
                same(amount(own), value, name)
            }
        }
        let positions = try #require(expected["open_positions"]?.array)
        #expect(figures.openPositions.count == positions.count)
        #expect(figures.positionDifferences.isEmpty)
        for (own, wanted) in zip(figures.openPositions, positions) {
            let row = wanted.array ?? []
            #expect(own.key.instrument.symbol == row[0].string)
            #expect(own.key.instrument.exchange == row[1].string)
            #expect(own.key.product.rawValue == row[2].string)
            #expect(own.quantity.whole == row[3].int64)
            same(own.legacyAveragePrice.map { Money(units: Int128($0.units)) }, row[4], "average price of \(own.key.instrument)")
            same(Money(units: Int128(own.averageCost.units)), row[5], "average cost of \(own.key.instrument)")
        }
        #expect(account.offset.source == .measured)
        #expect(account.offset.minutes == expected["date_fields_are_local_time_of_utc_offset_minutes"]?.int64.map(Int.init))
        #expect(figures.firstOrder == expected["first_order"]?.string)
        #expect(figures.lastOrder == expected["last_order"]?.string)
    }

    private func amount(_ value: JSONValue?) -> Money? { value?.number?.fixedPoint8.map(Money.init(units:)) }
}
