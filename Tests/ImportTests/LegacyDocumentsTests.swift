// What single documents must be: each field that can be wrong, with the code and the field the report names.

import Platform
import Testing
import Trading
import Wire

@testable import Storage

@Suite struct `Legacy documents` {
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: LegacyKind
        let field: String
        let value: ExtendedValue?
        let code: ImportCode
        var named: String?
        init(_ kind: LegacyKind, _ field: String, _ value: ExtendedValue?, _ code: ImportCode, naming named: String? = nil) {
            (self.kind, self.field, self.value, self.code, self.named) = (kind, field, value, code, named ?? field)
        }
        var testDescription: String { "\(kind.rawValue) \(field) \(value.map { "\($0)".prefix(30) } ?? "missing") \(code.rawValue)" }
    }

    private static let long = String(repeating: "x", count: 65)
    private static let early = ExtendedValue.date(milliseconds: -70_000_000_000_000)

    static let refused: [Case] = [
        Case(.orders, "order_id", nil, .missing), Case(.orders, "order_id", .integer(12345), .type),
        Case(.orders, "order_id", "", .missing),
        Case(.orders, "order_id", "a/b", .identifier), Case(.orders, "order_id", .string(long), .identifier),
        Case(.orders, "tradingsymbol", .null, .missing), Case(.orders, "tradingsymbol", "A,B", .symbol),
        Case(.orders, "exchange", "nse", .symbol),
        Case(.orders, "exchange", nil, .missing), Case(.orders, "transaction_type", "HOLD", .enumeration),
        Case(.orders, "transaction_type", "buy", .enumeration),
        Case(.orders, "quantity", nil, .missing), Case(.orders, "quantity", "10", .type), Case(.orders, "quantity", .double("10.5"), .type),
        Case(.orders, "quantity", .double("NaN"), .type), Case(.orders, "quantity", .integer(0), .quantity),
        Case(.orders, "quantity", .integer(-3), .quantity),
        Case(.orders, "quantity", .integer(2_147_483_648), .quantity), Case(.orders, "quantity", .double("1e30"), .quantity),
        Case(.orders, "order_type", "ICEBERG", .enumeration), Case(.orders, "product", "BO", .enumeration),
        Case(.orders, "status", "complete", .enumeration),
        Case(.orders, "price", "abc", .type), Case(.orders, "price", .double("-1.5"), .amount),
        Case(.orders, "price", .double("NaN"), .amount),
        Case(.orders, "price", .double("1000000000.01"), .amount), Case(.orders, "trigger_price", .bool(true), .type),
        Case(.orders, "average_price", "abc", .type), Case(.orders, "filled_quantity", "x", .type),
        Case(.orders, "pending_quantity", .integer(-1), .quantity),
        Case(.orders, "tag", .regex(pattern: "a", options: ""), .type), Case(.orders, "placed_by", .integer(1), .type),
        Case(.orders, "timestamp", "yesterday", .type), Case(.orders, "timestamp", .timestamp(5), .type),
        Case(.orders, "timestamp", early, .date),
        Case(.orders, "exchange_timestamp", .integer(5), .type),
        Case(.trades, "_id", nil, .missing), Case(.trades, "_id", .integer(4), .type), Case(.trades, "_id", "a b", .identifier),
        Case(.trades, "order_id", nil, .missing), Case(.trades, "symbol", nil, .missing), Case(.trades, "action", "SHORT", .enumeration),
        Case(.trades, "quantity", .integer(-1), .quantity), Case(.trades, "price", nil, .missing),
        Case(.trades, "price", .integer(0), .amount),
        Case(.trades, "price", .double("Infinity"), .amount), Case(.trades, "timestamp", nil, .missing),
        Case(.trades, "tag", .integer(1), .type),
        Case(.positions, "symbol", nil, .missing), Case(.positions, "product", "X", .enumeration),
        Case(.positions, "quantity", .double("0.5"), .type),
        Case(.positions, "quantity", .integer(.max), .quantity), Case(.positions, "average_price", "x", .type),
        Case(.positions, "buy_value", .double("1e30"), .amount), Case(.positions, "opened_at", "x", .type),
        Case(.meta, "virtual_capital", .integer(0), .amount), Case(.meta, "virtual_capital", .integer(10_000_000_001), .amount),
        Case(.meta, "virtual_capital", "x", .type), Case(.meta, "realized_pnl", .bool(true), .type),
        Case(.meta, "updated_at", .integer(1), .type),
    ]

    @Test(arguments: refused)
    func `a field that is wrong is named with its code`(example: Case) async throws {
        var export = LegacyExport.day(orders: 20)
        export[example.kind][0] = export[example.kind][0].with(example.field, example.value)
        let (report, _) = try await imported(ExportFolder(export.files(.relaxed)))
        let reject = try #require(report.rejects.first)
        #expect(report.rejectCount == 1 && reject.code == example.code && reject.field == example.named && reject.line == 1)
        #expect(reject.file == example.kind.collection + ".json")
    }

    static let accepted: [Case] = [
        Case(.orders, "quantity", .double("3.0"), .type), Case(.orders, "quantity", .integer(2_147_483_647), .type),
        Case(.orders, "price", .decimal128("1503.75"), .type), Case(.orders, "tag", nil, .type), Case(.orders, "_id", nil, .type),
        Case(.orders, "timestamp", .null, .type), Case(.orders, "placed_by", nil, .type), Case(.orders, "pending_quantity", .null, .type),
        Case(.positions, "average_price", .double("NaN"), .type), Case(.positions, "last_price", .double("Infinity"), .type),
        Case(.meta, "daily_pnl", .double("-Infinity"), .type), Case(.meta, "virtual_capital", nil, .type), Case(.meta, "_id", nil, .type),
    ]

    @Test(arguments: accepted)
    func `a field that is only odd is taken`(example: Case) async throws {
        var export = LegacyExport.day(orders: 20)
        let place = try #require(export[example.kind].firstIndex { example.kind != .orders || $0["status"] != "COMPLETE" })
        export[example.kind][place] = export[example.kind][place].with(example.field, example.value)
        let (report, target) = try await imported(ExportFolder(export.files(.canonical)))
        #expect(report.rejects.isEmpty && target.writes == 1)
    }

    @Test func `figures that are no numbers are named and worked out anew`() async throws {
        var export = LegacyExport.day(orders: 20)
        export[.positions][0] = export[.positions][0].with("last_price", .double("NaN")).with("unrealised_pnl", .double("NaN"))
        export[.meta][0] = export[.meta][0].with("daily_pnl", .double("Infinity"))
        let (report, target) = try await imported(ExportFolder(export.files(.bson)))
        #expect(report.warnings.map(\.code) == [.notFinite, .notFinite])
        #expect(report.warnings.map(\.fields) == [["daily_pnl"], ["last_price", "unrealised_pnl"]])
        let (_, clean) = try await imported(ExportFolder(LegacyExport.day(orders: 20).files(.bson)))
        #expect(target.books == clean.books)
    }

    @Test func `the first of two conflicting documents stays`() async throws {
        var export = LegacyExport.day(orders: 20)
        export[.orders].append(export[.orders][0].with("quantity", .integer(99)))
        export[.trades].append(export[.trades][0])
        export[.positions].append(export[.positions][0].with("quantity", .integer(99)))
        export[.meta].append(export[.meta][0].with("virtual_capital", .integer(5)))
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed))) { $0.partial = true }
        #expect(report.rejects.map(\.code) == [.duplicateConflict, .duplicateConflict, .duplicateConflict])
        #expect(report.warnings.map(\.code) == [.duplicateIdentical] && report.outcome == .partial)
        let (_, clean) = try await imported(ExportFolder(LegacyExport.day(orders: 20).files(.relaxed)))
        #expect(target.books == clean.books)
    }

    @Test func `an order without the price its type needs stands with zero`() async throws {
        var export = LegacyExport.day(orders: 60)
        let place = try #require(export[.orders].firstIndex { $0["order_type"] == "LIMIT" })
        export[.orders][place] = export[.orders][place].with("price", .null)
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(report.warnings.map(\.code) == [.priceMissing])
        #expect(target.books[.legacyDefault]?.orders[place].kind == .limit(.zero))
    }

    @Test func `sums beyond what a book can hold are refused, not overflowed`() async throws {
        var export = LegacyExport.day(orders: 60)
        export[.trades] = export[.trades].map { $0.with("price", .integer(1_000_000_000)).with("quantity", .integer(2_147_483_647)) }
        let (report, target) = try await imported(ExportFolder(export.files(.relaxed)))
        #expect(report.accounts.map(\.code) == [.tooLarge] && target.writes == 0)
    }

    @Test func `changed bytes anywhere never crash an import nor make a book that does not add up`() async throws {
        var chance = Chance(seed: 11)
        for round in 0..<60 {
            var files = LegacyExport.day(orders: 12, seed: UInt64(round)).files(LegacyExport.Shape.allCases[round % 8])
            for name in files.keys.sorted() {
                guard var bytes = files[name], !bytes.isEmpty else { continue }
                for _ in 0..<1 + chance.below(3) { bytes[chance.below(bytes.count)] = UInt8(chance.below(256)) }
                files[name] = bytes
            }
            let (report, target) = try await imported(ExportFolder(files)) { $0.partial = true }
            #expect(report.accounts.count == 1, "round \(round)")
            if let book = target.books[.legacyDefault] {
                #expect(throws: Never.self, "round \(round)") { try PaperAccount(restoring: book) }
            }
        }
    }
}
