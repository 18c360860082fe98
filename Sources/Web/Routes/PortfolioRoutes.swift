// The caller's account at a broker. Until a connection exists these routes say so, with the status that old clients know for a
// broker that cannot be asked.

import House
import Trading
import Wire

enum PortfolioRoutes {
    static let routes: [Route] = [
        "/api/portfolio/profile", "/api/portfolio/holdings", "/api/portfolio/positions", "/api/portfolio/orders",
        "/api/portfolio/margins", "/api/portfolio/margins/{segment}", "/api/portfolio/gtt",
    ].map { Route(.get, $0, .trader, .legacy, noBroker) }

    @Sendable static func noBroker(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        throw Refusal(
            502, "no_broker", "No broker is connected to this account, so there is no portfolio to show. Paper trading needs none.")
    }
}
