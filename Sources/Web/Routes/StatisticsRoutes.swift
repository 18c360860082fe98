// Statistics of the caller's book. What the figures mean is in etc/docs/statistics.md.

import House
import Trading
import Wire

enum StatisticsRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/paper-trading/statistics", .trader, .native, statistics)
    ]

    @Sendable static func statistics(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let query = call.queryFields
        var grouping: StatisticsGrouping?
        if query.has("by") { grouping = try query.word("by") as StatisticsGrouping }
        let filter = StatisticsFilter(
            symbol: try query.optionalText("symbol", limit: 40)?.uppercased(),
            tag: try query.optionalText("tag", limit: OrderFields.tagLimitBytes), from: try day("from", query), to: try day("to", query))
        let view = try await house.statistics(of: call.trader, epoch: try BookRoutes.epoch(query), filter: filter, by: grouping)
        return .object(reserving: 16_384 + 1_400 * view.statistics.parts.count) { json in
            StatisticsViews.members(of: view, by: grouping, &json)
        }
    }

    private static func day(_ name: String, _ query: Fields) throws -> CivilDate? {
        guard let text = try query.optionalText(name, limit: 10) else { return nil }
        guard let date = CivilDate(text) else {
            throw FieldProblem(place: .query, field: name, kind: .notAnIdentifier("a day such as 2026-11-20"), input: .string(text))
        }
        return date
    }
}
