// The service itself: is it alive, and what it says to those who ask `/` for something that is not a page.

import House
import Trading
import Wire

enum SystemRoutes {
    static let routes: [Route] = [
        Route(.get, "/health", .anyone, .legacy, health),
        Route(.get, "/", .anyone, .legacy, root),
    ]

    @Sendable static func health(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        .object { json in json.member("status", "healthy") }
    }

    /// What old clients see at `/`; browsers get the page instead.
    @Sendable static func root(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        .object { json in
            json.member("status", "ok")
            json.member("message", "Tradehouse API")
            json.member("version", "2.0.0")
            json.array("modules") { json in
                for module in ["auth", "portfolio", "paper-trading", "orders", "market", "live", "stream", "admin"] { json.string(module) }
            }
        }
    }
}
