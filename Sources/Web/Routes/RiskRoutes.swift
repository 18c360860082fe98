// Limits and kill switches: of a book and of all books of the caller, and of the house for its admins. Each answer to a switch says how far
// it reaches.

import House
import Trading
import Wire

enum RiskRoutes {
    static let routes: [Route] = [
        Route(.get, "/api/books/{name}/risk", .trader, .native, risk),
        Route(.put, "/api/books/{name}/risk", .trader, .native, setLimits),
        Route(.post, "/api/books/{name}/stop", .trader, .native, stopBook),
        Route(.delete, "/api/books/{name}/stop", .trader, .native, releaseBook),
        Route(.post, "/api/risk/stop", .trader, .native, stopUser),
        Route(.delete, "/api/risk/stop", .trader, .native, releaseUser),
        Route(.get, "/api/admin/stop", .admin, .native, houseStop),
        Route(.post, "/api/admin/stop", .admin, .native, stopHouse),
        Route(.delete, "/api/admin/stop", .admin, .native, releaseHouse),
    ]

    @Sendable static func risk(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.risk(of: try BookRoutes.seat(call)))
    }

    @Sendable static func setLimits(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let body = try call.body(allowing: ["day_loss", "open_positions", "orders_per_day", "order_value", "banned"])
        var limits = RiskLimits(
            dayLoss: try body.optionalMoney("day_loss"), openPositions: try count("open_positions", body),
            ordersPerDay: try count("orders_per_day", body), orderValue: try body.optionalMoney("order_value"))
        if body.has("banned") {
            for key in try body.texts("banned", limit: 53, count: RiskLimits.bannedLimit) {
                guard let id = InstrumentID(key: key), house.market.instrument(for: id) != nil else {
                    throw FieldProblem(
                        place: .body, field: "banned", kind: .notAnIdentifier("a list of known instruments such as NSE:INFY"),
                        input: .string(key))
                }
                limits.banned.insert(id)
            }
        }
        return RiskViews.reply(try await house.setLimits(limits, as: try BookRoutes.seat(call), from: call.origin))
    }

    private static func count(_ name: String, _ body: Fields) throws -> Int? {
        guard let number = try body.optionalInteger(name) else { return nil }
        guard (0...Int64(RiskLimits.countLimit)).contains(number) else {
            throw FieldProblem(
                place: .body, field: name, kind: .rule(code: "out_of_range", text: "`\(name)` must be 0 to \(RiskLimits.countLimit)."))
        }
        return Int(number)
    }

    // MARK: Switches

    @Sendable static func stopBook(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopBook(true, reason: try reason(call), as: try BookRoutes.seat(call), from: call.origin))
    }

    @Sendable static func releaseBook(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopBook(false, reason: nil, as: try BookRoutes.seat(call), from: call.origin))
    }

    @Sendable static func stopUser(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopUser(true, reason: try reason(call), as: call.trader, from: call.origin))
    }

    @Sendable static func releaseUser(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopUser(false, reason: nil, as: call.trader, from: call.origin))
    }

    @Sendable static func houseStop(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        .object { json in
            json.member("status", "success")
            json.key("stop")
            RiskViews.stop(house.stopOfHouse, naming: true, &json)
        }
    }

    @Sendable static func stopHouse(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopHouse(true, reason: try reason(call), by: try admin(call), from: call.origin))
    }

    @Sendable static func releaseHouse(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        RiskViews.reply(try await house.stopHouse(false, reason: nil, by: try admin(call), from: call.origin))
    }

    private static func admin(_ call: Call) throws -> Admin {
        guard let admin = Admin(call.trader) else { throw HouseRefusal.notPermitted }
        return admin
    }

    private static func reason(_ call: Call) throws -> String? {
        guard !call.request.body.isEmpty else { return nil }
        let text = try call.body(allowing: ["reason"]).optionalPrintable("reason", limit: Tradehouse.reasonLimitBytes)
        return text?.isEmpty == true ? nil : text
    }
}
