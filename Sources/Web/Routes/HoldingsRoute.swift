// Delivered shares of the caller's book, in the words of Kite's holdings.

import House
import Trading
import Wire

enum HoldingsRoute {
    @Sendable static func holdings(_ house: isolated Tradehouse, _ call: Call) async throws -> Reply {
        let book = try await house.book(of: call.trader)
        let holdings = try await house.holdings(of: book)
        let hub = house.market
        let wall = house.world.now()
        var invested = Money.zero
        var value = Money.zero
        var today = Money.zero
        for holding in holdings {
            let last = hub.lastPrice(of: holding.instrument) ?? holding.averagePrice
            invested += holding.invested
            value += last.value(of: holding.left)
            today += (last - close(of: holding, hub)).value(of: holding.left)
        }
        return .object(reserving: 512 + 400 * holdings.count) { json in
            json.member("status", "success")
            json.array("holdings") { json in
                for holding in holdings { row(holding, hub, at: wall, &json) }
            }
            json.object("summary") { json in
                json.member("invested_amount", invested)
                json.member("current_value", value)
                json.member("total_pnl", value - invested)
                percent("total_pnl_percent", value - invested, of: invested, &json)
                json.member("today_pnl", today)
                percent("today_pnl_percent", today, of: value - today, &json)
            }
        }
    }

    private static func close(of holding: Holding, _ hub: MarketHub) -> Price {
        hub.quote(for: holding.instrument)?.previousClose ?? hub.lastPrice(of: holding.instrument) ?? holding.averagePrice
    }

    private static func percent(_ name: StaticString, _ part: Money, of whole: Money, _ json: inout JSONWriter) {
        if whole > .zero {
            json.member(name, fixedPoint: Percent.of(part, in: whole), decimals: 2)
        } else {
            json.nullMember(name)
        }
    }

    private static func row(_ holding: Holding, _ hub: MarketHub, at wall: Timestamp, _ json: inout JSONWriter) {
        let last = hub.lastPrice(of: holding.instrument)
        let close = close(of: holding, hub)
        json.beginObject()
        json.member("exchange", holding.instrument.exchange)
        json.member("tradingsymbol", holding.instrument.symbol)
        json.member("instrument_token", hub.instrument(for: holding.instrument)?.token)
        json.member("product", Product.delivery.rawValue)
        json.member("quantity", holding.quantity)
        json.member("t1_quantity", holding.t1Quantity)
        json.member("used_quantity", holding.usedQuantity)
        json.member("opening_quantity", holding.openingQuantity)
        json.member("average_price", holding.averagePrice)
        json.member("last_price", last)
        json.member("close_price", close)
        json.member("stale", hub.isStale(holding.instrument, at: wall))
        let shown = last ?? holding.averagePrice
        json.member("pnl", shown.value(of: holding.left) - holding.invested)
        json.member("day_change", shown - close)
        percent("day_change_percentage", (shown - close).value(of: Quantity(whole: 1)), of: close.value(of: Quantity(whole: 1)), &json)
        json.endObject()
    }
}
