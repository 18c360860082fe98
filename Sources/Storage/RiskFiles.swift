// Limits and kill switches as members of documents: those of a book and a user in `books/<user>`, that of the house in
// `config/kill-switch`.

import Trading
import Wire

extension RiskLimits {
    var document: JSONValue {
        var members: [(String, JSONValue)] = []
        if let dayLoss { members.append(("day_loss", .string(dayLoss.text))) }
        if let openPositions { members.append(("open_positions", .number(JSONNumber(Int64(openPositions))))) }
        if let ordersPerDay { members.append(("orders_per_day", .number(JSONNumber(Int64(ordersPerDay))))) }
        if let orderValue { members.append(("order_value", .string(orderValue.text))) }
        if !banned.isEmpty { members.append(("banned", .array(banned.sorted().map { .string($0.key) }))) }
        return .object(JSONObject(members))
    }

    init?(document: JSONValue) {
        self.init()
        func amount(_ name: String, _ set: (Money) -> Void) -> Bool {
            guard let value = document[name], !value.isNull else { return true }
            guard let units = value.string.flatMap({ FixedPoint.parse($0) }) else { return false }
            set(Money(units: units))
            return true
        }
        func count(_ name: String, _ set: (Int) -> Void) -> Bool {
            guard let value = document[name], !value.isNull else { return true }
            guard let number = value.int64.flatMap({ Int(exactly: $0) }) else { return false }
            set(number)
            return true
        }
        guard amount("day_loss", { dayLoss = $0 }), amount("order_value", { orderValue = $0 }),
            count("open_positions", { openPositions = $0 }), count("orders_per_day", { ordersPerDay = $0 })
        else { return nil }
        for value in document["banned"]?.array ?? [] {
            guard let id = value.string.flatMap({ InstrumentID(key: $0) }) else { return nil }
            banned.insert(id)
        }
    }
}

extension KillSwitch {
    /// The members of `config/kill-switch`, without those that the store adds.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("scope", .string(scope.rawValue)), ("since", .string(since.utcText)), ("actor", .string(actor)),
                ("reason", reason.map { .string($0) } ?? .null),
            ]))
    }

    /// Nothing when a required member is missing or has another type.
    package init?(document: JSONValue) {
        guard let scope = document["scope"]?.string.flatMap({ Scope(rawValue: $0) }),
            let since = document["since"]?.string.flatMap({ Timestamp(rfc3339: $0) }), let actor = document["actor"]?.string
        else { return nil }
        self.init(scope: scope, since: since, actor: actor, reason: document["reason"]?.string)
    }
}

extension DayLossTrip {
    var document: JSONValue {
        .object(
            JSONObject([
                ("day", .string(CivilDate(dayNumber: day).description)), ("result", .string(result.text)), ("limit", .string(limit.text)),
            ]))
    }

    init?(document: JSONValue) {
        guard let day = document["day"]?.string.flatMap({ CivilDate($0) }),
            let result = document["result"]?.string.flatMap({ FixedPoint.parse($0) }),
            let limit = document["limit"]?.string.flatMap({ FixedPoint.parse($0) })
        else { return nil }
        self.init(day: day.dayNumber, result: Money(units: result), limit: Money(units: limit))
    }
}
