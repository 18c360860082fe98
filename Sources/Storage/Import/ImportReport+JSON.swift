// The report as JSON, for a file the operator keeps and for scripts. Amounts are exact numbers, instants of the legacy books stand as
// its wall clock said.

import Trading
import Wire

extension ImportReport {
    package var json: JSONValue {
        .object(
            JSONObject([
                ("format", "tradehouse.import-report"),
                ("version", 1),
                ("source", .string(source)),
                ("folder", .string(folder)),
                ("dry_run", .bool(isDryRun)),
                ("outcome", .string(outcome.rawValue)),
                ("exit_code", .count(Int(outcome.exitCode))),
                ("accounts", .array(accounts.map(\.json))),
                ("rejected", .count(rejectCount)),
                ("rejects", .array(rejects.map(\.json))),
                ("warned", .count(warningCount)),
                ("warnings", .array(warnings.map(\.json))),
                ("ignored_files", .array(ignoredFiles.map { .string($0) })),
            ]))
    }
}

extension ImportReject {
    var json: JSONValue {
        .object(
            JSONObject([
                ("file", .string(file)), ("line", .count(line)), ("code", .string(code.rawValue)),
                ("field", field.map { .string($0) } ?? .null),
                ("reason", .string(reason)),
            ]))
    }
}

extension ImportWarning {
    var json: JSONValue {
        .object(
            JSONObject([
                ("code", .string(code.rawValue)), ("file", .string(file)), ("line", line.map { .count($0) } ?? .null),
                ("fields", .array(fields.map { .string($0) })), ("message", .string(message)),
            ]))
    }
}

extension AccountReport {
    var json: JSONValue {
        .object(
            JSONObject([
                ("collections", .string(collections)),
                ("user", user.map { .string($0.text) } ?? .null),
                ("outcome", .string(outcome.rawValue)),
                ("code", code.map { .string($0.rawValue) } ?? .null),
                ("explanation", .string(explanation)),
                (
                    "accepted",
                    .object(
                        JSONObject([
                            ("paper_orders", .count(counts.orders)), ("paper_positions", .count(counts.positions)),
                            ("paper_trades", .count(counts.trades)), ("paper_meta", .count(counts.meta)),
                        ]))
                ),
                ("rejected", .count(rejected)),
                ("offset_minutes", .count(offset.minutes)),
                ("offset_from", .string(offset.source.rawValue)),
                ("offset_measured", .count(offset.measured)),
                ("offset_agreeing", .count(offset.agreeing)),
                ("figures", figures?.json ?? .null),
            ]))
    }
}

extension LegacyFigures {
    var json: JSONValue {
        let byStatus = ordersByStatus.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.count($0.value)) }
        return .object(
            JSONObject([
                ("orders_by_status", .object(JSONObject(byStatus))),
                ("order_ids_sha256", .string(orderIDsDigest)),
                ("buy_value", .amount(buyValue)),
                ("sell_value", .amount(sellValue)),
                ("virtual_capital", .amount(capital)),
                ("capital_minus_buys_plus_sells", .amount(cash)),
                ("available_plus_reserved_by_legacy_engine", legacyCash.map { .amount($0) } ?? .null),
                ("legacy_meta", meta?.json ?? .null),
                ("realised_by_legacy_engine", meta.map { .amount($0.realised) } ?? .null),
                ("realised_by_average_cost", .amount(realised)),
                ("open_positions", .array(openPositions.map(\.json))),
                ("position_differences", .array(positionDifferences.map(\.json))),
                ("statistics_by_legacy_formula", statistics.json),
                ("trades_without_order", .count(tradesWithoutOrder)),
                ("filled_orders_without_trade", .count(filledOrdersWithoutTrade)),
                ("first_order", firstOrder.map { .string($0) } ?? .null),
                ("last_order", lastOrder.map { .string($0) } ?? .null),
            ]))
    }
}

extension LegacyFigures.OpenPosition {
    var json: JSONValue {
        .object(
            JSONObject([
                ("symbol", .string(key.instrument.symbol)), ("exchange", .string(key.instrument.exchange)),
                ("product", .string(key.product.rawValue)), ("quantity", .units(Int128(quantity.units))),
                ("average_price", legacyAveragePrice.map { .units(Int128($0.units)) } ?? .null),
                ("average_cost", .units(Int128(averageCost.units))),
            ]))
    }
}

extension LegacyFigures.PositionDifference {
    var json: JSONValue {
        .object(
            JSONObject([
                ("symbol", .string(key.instrument.symbol)), ("exchange", .string(key.instrument.exchange)),
                ("product", .string(key.product.rawValue)), ("quantity", .units(Int128(quantity.units))),
                ("legacy_quantity", .units(Int128(legacyQuantity.units))),
            ]))
    }
}

extension LegacyMeta {
    var json: JSONValue {
        .object(
            JSONObject([
                ("virtual_capital", .amount(virtualCapital)), ("available_funds", .amount(availableFunds)),
                ("invested_funds", .amount(investedFunds)), ("reserved_funds", .amount(reservedFunds)), ("realized_pnl", .amount(realised)),
                ("total_pnl", .amount(total)), ("daily_pnl", .amount(daily)),
            ]))
    }
}

extension LegacyStatistics {
    var json: JSONValue {
        .object(
            JSONObject([
                ("total_trades", .count(closedTrades)), ("winning_trades", .count(winningTrades)), ("losing_trades", .count(losingTrades)),
                ("win_rate", .amount(winRate)), ("avg_profit", .amount(averageProfit)), ("avg_loss", .amount(averageLoss)),
                ("avg_pnl", .amount(averageResult)), ("best_trade", .amount(best)), ("worst_trade", .amount(worst)),
                ("profit_factor", .amount(profitFactor)), ("total_profit", .amount(totalProfit)), ("total_loss", .amount(totalLoss)),
            ]))
    }
}

extension JSONValue {
    fileprivate static func count(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
    fileprivate static func units(_ units: Int128) -> JSONValue { .number(JSONNumber(fixedPoint8: units)) }
    fileprivate static func amount(_ money: Money) -> JSONValue { units(money.units) }
}
