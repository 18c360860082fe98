// Limits, what they stand at, and how far a switch reaches, as JSON.

import House
import Trading
import Wire

enum RiskViews {
    static func reply(_ risk: RiskView) -> Reply {
        .object { json in
            json.member("status", "success")
            json.member("book", risk.book.text)
            json.member("stopped", risk.rules.isStopped(at: risk.at))
            json.array("limits") { json in
                let limits = risk.rules.limits
                let trip = risk.rules.dayLossTrip.flatMap { $0.holds(at: risk.at) ? $0 : nil }
                let loss = Money(units: max(0, -risk.dayResult.units))
                limit("day_loss", limits.dayLoss?.units, loss.units, trip != nil || limits.dayLoss.map { loss >= $0 } ?? false, risk, &json)
                count("open_positions", limits.openPositions, risk.positions, nil, &json)
                count("orders_per_day", limits.ordersPerDay, risk.ordersToday, risk.nextDay, &json)
                limit("order_value", limits.orderValue?.units, nil, false, nil, &json)
            }
            json.array("banned") { json in
                for instrument in risk.rules.limits.banned.sorted() { json.string(instrument.key) }
            }
            json.array("stops") { json in
                for stop in risk.rules.stops { self.stop(stop, naming: stop.scope != .house, &json) }
            }
            json.member("day_result", risk.dayResult)
        }
    }

    /// One limit: what it is, what it stands at, whether nothing more is opened because of it, and until when.
    private static func limit(
        _ name: StaticString, _ limit: Int128?, _ used: Int128?, _ isTripped: Bool, _ day: RiskView?, _ json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("name", "\(name)")
        json.member("limit", fixedPoint: limit)
        json.member("used", fixedPoint: used)
        json.member("tripped", isTripped)
        json.member("until", isTripped ? day?.nextDay.indiaText : nil)
        json.endObject()
    }

    private static func count(_ name: StaticString, _ limit: Int?, _ used: Int, _ until: Timestamp?, _ json: inout JSONWriter) {
        let isTripped = limit.map { used >= $0 } ?? false
        json.beginObject()
        json.member("name", "\(name)")
        json.member("limit", limit)
        json.member("used", used)
        json.member("tripped", isTripped)
        json.member("until", isTripped ? until?.indiaText : nil)
        json.endObject()
    }

    /// A switch in braces, null when it is off. Who threw that of the house is for its admins.
    static func stop(_ stop: KillSwitch?, naming: Bool, _ json: inout JSONWriter) {
        guard let stop else { return json.null() }
        json.beginObject()
        json.member("scope", stop.scope.rawValue)
        json.member("since", stop.since.indiaText)
        json.member("reason", stop.reason)
        if naming { json.member("actor", stop.actor) }
        json.member("effect", stop.sentence)
        json.endObject()
    }

    static func reply(_ reach: StopReach) -> Reply {
        .object { json in
            json.member("status", "success")
            json.member("scope", reach.scope.rawValue)
            json.key("stop")
            stop(reach.stop, naming: true, &json)
            json.member("books", reach.books)
            json.member("cancelled_orders", reach.cancelledOrders)
            json.member("kept_orders", reach.keptOrders)
            json.member("open_positions", reach.openPositions)
            json.member("effect", words(of: reach))
        }
    }

    /// How far it reaches, for people.
    private static func words(of reach: StopReach) -> String {
        let whose =
            switch reach.scope {
            case .book: "this book"
            case .user: "all your books"
            case .house: "every book of the house"
            }
        guard reach.stop != nil else {
            return "Released: \(whose) may open positions again, as far as no other switch or limit is in the way."
        }
        return
            "In \(whose) nothing is opened until this is released. \(reach.cancelledOrders) working orders that could only open something were "
            + "cancelled, \(reach.keptOrders) that may close something stay and fill no more than there is to close. \(reach.openPositions) "
            + "positions stay open: closing them is up to you, and always possible."
    }
}
