// The accepted documents of one account: duplicates found, odd ones noted. ImportPlan.swift makes a book of them.

import Trading
import Wire

/// Takes documents one by one and keeps what is accepted.
///
/// Invariants: 1. no two accepted orders, trades or positions share an id or key. 2. what was rejected or doubled left nothing
/// behind but its line in the report.
struct LegacyBooks {
    let limits: ImportLimits
    private(set) var orders: [LegacyOrder] = []
    private(set) var positions: [LegacyPosition] = []
    private(set) var trades: [LegacyTrade] = []
    private(set) var meta: LegacyMeta?
    /// Rejected documents, by kind.
    private(set) var rejected: [LegacyKind: Int] = [:]
    private var ordersByID: [OrderID: Int] = [:]
    private var positionsByKey: [PositionKey: Int] = [:]
    private var tradesByID: [TradeID: Int] = [:]
    private(set) var offsets: [Int: Int] = [:]
    private var extrasBytes = 0
    private var textBytes = 0

    init(limits: ImportLimits = .init()) { self.limits = limits }

    var counts: CollectionCounts {
        CollectionCounts(orders: orders.count, positions: positions.count, trades: trades.count, meta: meta == nil ? 0 : 1)
    }

    var rejectedCount: Int { rejected.values.reduce(0, +) }
    var isEmpty: Bool { counts.isEmpty && rejectedCount == 0 }

    func order(_ id: OrderID) -> LegacyOrder? { ordersByID[id].map { orders[$0] } }

    /// Takes what a reader of `file` found.
    mutating func take(_ item: ExtendedItem, kind: LegacyKind, file: String, report: inout ImportReport) {
        switch item {
        case .broken(let fault, let line):
            let code = ImportCode(fault)
            reject(kind, ImportReject(file: file, line: line, code: code, field: nil, reason: code.sentence), &report)
        case .document(let document, let line):
            do throws(LegacyFault) {
                guard orders.count + trades.count + positions.count < limits.documents else {
                    throw LegacyFault(.tooLarge, "", found: "more than \(limits.documents) documents in one account")
                }
                try accept(document, kind: kind, file: file, line: line, report: &report)
            } catch {
                let found = error.found.isEmpty ? "" : " Found: \(error.found)."
                let field = error.field.isEmpty ? nil : error.field
                let reason = error.code.sentence + found
                reject(kind, ImportReject(file: file, line: line, code: error.code, field: field, reason: reason), &report)
            }
        }
    }

    /// Counts a line, or the rest of a file, that is not accepted.
    mutating func reject(_ kind: LegacyKind, _ reject: ImportReject, _ report: inout ImportReport) {
        rejected[kind, default: 0] += 1
        report.note(reject)
    }

    private mutating func accept(
        _ document: ExtendedDocument, kind: LegacyKind, file: String, line: Int, report: inout ImportReport
    ) throws(LegacyFault) {
        let extras: LegacyExtras?
        var notFinite: [String] = []
        switch kind {
        case .orders:
            var order = try LegacyOrder(document)
            if let index = ordersByID[order.id] {
                guard orders[index] == order else { throw LegacyFault(.duplicateConflict, "order_id", found: order.id.text) }
                return noteDuplicate(order.id.text, file, line, &report)
            }
            try count(text: order.tag)
            keep(&order.extras)
            ordersByID[order.id] = orders.count
            orders.append(order)
            measure(order.placed, order.objectID)
            extras = order.extras
        case .trades:
            var trade = try LegacyTrade(document)
            if let index = tradesByID[trade.id] {
                guard trades[index] == trade else { throw LegacyFault(.duplicateConflict, "_id", found: trade.id.text) }
                return noteDuplicate(trade.id.text, file, line, &report)
            }
            try count(text: trade.tag)
            keep(&trade.extras)
            tradesByID[trade.id] = trades.count
            trades.append(trade)
            measure(trade.at, trade.objectID)
            extras = trade.extras
        case .positions:
            var position = try LegacyPosition(document)
            if let index = positionsByKey[position.key] {
                guard positions[index] == position else {
                    throw LegacyFault(.duplicateConflict, "symbol", found: position.key.instrument.key)
                }
                return noteDuplicate(position.key.instrument.key, file, line, &report)
            }
            keep(&position.extras)
            positionsByKey[position.key] = positions.count
            positions.append(position)
            // A position is upserted: its id is as old as its first save, which is when it was opened.
            if let opened = position.opened { measure(opened, position.objectID) }
            extras = position.extras
            notFinite = position.notFinite
        case .meta:
            var meta = try LegacyMeta(document)
            if let first = self.meta {
                guard first == meta else { throw LegacyFault(.duplicateConflict, "_id", found: "a second state of the account") }
                return noteDuplicate("global_state", file, line, &report)
            }
            keep(&meta.extras)
            self.meta = meta
            extras = meta.extras
            notFinite = meta.notFinite
        }
        for name in extras?.names ?? [] {
            report.note(
                ImportWarning(
                    .unknownField, file: file, line: line, fields: [name], "The legacy engine writes no such field; it is kept, not used."))
        }
        if !notFinite.isEmpty {
            let remedy = kind == .positions ? "recomputed at the average price" : "recomputed"
            report.note(ImportWarning(.notFinite, file: file, line: line, fields: notFinite, "Not a finite number; \(remedy)."))
        }
    }

    private mutating func count(text: String?) throws(LegacyFault) {
        textBytes += text?.utf8.count ?? 0
        guard textBytes <= limits.textBytes else {
            throw LegacyFault(.tooLarge, "tag", found: "more than \(limits.textBytes) bytes of tags in one account")
        }
    }

    /// Lets unknown fields go when enough of them are kept.
    private mutating func keep(_ extras: inout LegacyExtras?) {
        guard let bytes = extras?.bytes else { return }
        extrasBytes += bytes
        if extrasBytes > limits.noteBytes { extras?.kept = nil }
    }

    private func noteDuplicate(_ id: String, _ file: String, _ line: Int, _ report: inout ImportReport) {
        report.note(ImportWarning(.duplicateIdentical, file: file, line: line, "\(id) stands here once more, the same; taken once."))
    }

    /// Counts by how many quarters of an hour a date is ahead of the real seconds in the document's own id.
    private mutating func measure(_ milliseconds: Int64, _ id: ObjectID?) {
        guard let id else { return }
        let seconds = milliseconds.flooredQuotient(1000) - Int64(id.seconds)
        let quarters = (seconds + 450).flooredQuotient(900)
        offsets[Int(quarters), default: 0] += 1
    }

    /// The offset that most documents show, or the one that was given.
    func offset(given minutes: Int?) -> MeasuredOffset {
        let measured = offsets.values.reduce(0, +)
        // Among equals the smaller offset, so that the same export always measures the same.
        let best = offsets.filter { LegacyBooks.possibleQuarters.contains($0.key) }
            .max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        if let minutes {
            let agreeing = minutes % 15 == 0 ? offsets[minutes / 15] ?? 0 : 0
            return MeasuredOffset(minutes: minutes, source: .given, measured: measured, agreeing: agreeing)
        }
        guard let best else { return MeasuredOffset(minutes: 0, source: .assumed, measured: measured, agreeing: 0) }
        return MeasuredOffset(minutes: best.key * 15, source: .measured, measured: measured, agreeing: best.value)
    }

    /// Zones lie between UTC−12 and UTC+14; what measures beyond says nothing about a zone.
    static let possibleQuarters = -48...56
}
