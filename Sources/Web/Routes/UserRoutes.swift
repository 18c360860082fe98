// The end of an account, asked for by its owner with the password, or by the owner of the house.

import House
import Trading
import Wire

enum UserRoutes {
    static let routes: [Route] = [
        Route(.delete, "/api/users/{id}", .trader, .native, delete)
    ]

    @Sendable static func delete(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let trader = call.trader
        // Who is neither of the two does not learn whether there is such an account.
        let isOwn = UserID(call.parameters[0]) == trader.user
        guard isOwn || trader.role == .owner else { throw HouseRefusal.notPermitted }
        guard let id = UserID(call.parameters[0]) else { throw HouseRefusal.unknownUser }
        if isOwn {
            let body = try call.body(allowing: ["password"])
            try await house.deleteOwnAccount(trader, password: try body.text("password", limit: 2048), from: call.origin)
        } else {
            guard let owner = Admin(trader) else { throw HouseRefusal.notPermitted }
            try await house.deleteUser(id, by: owner, from: call.origin)
        }
        return .object { json in
            json.member("status", "success")
            json.member("message", "The account \(id.text) is deleted.")
            json.member("user_id", id.text)
        }
    }
}
