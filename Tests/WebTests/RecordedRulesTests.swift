// The rules and the rows of positions against recorded files, which are JSON: that is why they stand here and not with the rules.

import Glibc
import Platform
import Testing
import Wire

@testable import Trading

enum RecordedFile {
    static func bytes(_ path: String) -> [UInt8]? {
        let beside = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let root = getenv("TRADEHOUSE_SHARED").map { String(cString: $0) } ?? "/" + beside + "/shared"
        return try? WholeFile.read(root + "/fixtures/" + path, limitBytes: 1 << 20)
    }

    static func json(_ path: String) throws -> JSONValue { try JSONParser.parse(bytes(path) ?? []) }

    static let areThere = bytes("market/calendar/sessions.json") != nil && bytes("kite/positions.json") != nil
}

@Suite(.enabled(if: RecordedFile.areThere, "needs ../shared/fixtures"))
struct `Recorded files` {
    private static let phases = [
        "preopen_entry": "preopen-entry", "preopen_entry_all": "preopen-entry", "preopen_entry_limit_only": "preopen-limit-entry",
        "preopen_match": "preopen-match", "buffer": "buffer", "continuous": "continuous", "post_close": "post-close",
        "closing_auction_reference": "closing-reference", "closing_auction_entry_all": "closing-entry",
        "closing_auction_entry_limit_only": "closing-limit-entry", "closing_auction_match": "closing-match",
    ]

    private func time(_ second: Int64) -> String {
        let (hours, minutes) = (second / 3_600, second % 3_600 / 60)
        return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
    }

    @Test func `of sessions have the same phases on the first and the last day of each row`() throws {
        let file = try RecordedFile.json("market/calendar/sessions.json")
        let rows = try #require(file["sessions"]?.array)
        // A row's segment, the calendars it speaks of, and a day on which it is the last word.
        let subjects: [String: [(MarketSegment, InstrumentGroup?)]] = [
            "equity": [(.equity, nil)], "equity_in_closing_auction": [(.equity, .closingAuction)],
            "equity_preopen": [(.equity, nil), (.equity, .closingAuction)], "equity_derivatives": [(.futures, nil), (.options, nil)],
        ]
        var compared = 0
        for row in rows {
            let (exchange, segment) = (try #require(row["exchange"]?.string), try #require(row["segment"]?.string))
            let fromText = try #require(row["from"]?.string)
            let from = try #require(CivilDate(fromText))
            // The first row's opening was replaced by the one of September 2026.
            let last = CivilDate(row["until"]?.string ?? (segment == "equity" ? "2026-09-04" : "2026-11-20"))
            let markets = try #require(subjects[segment])
            for (segment, group) in markets {
                let calendar = RulePack.builtIn.calendar(exchange, segment, group: group)
                let first = calendar.day(from) == nil ? calendar.tradingDay(after: from) : from
                for date in try [#require(first), #require(last)] {
                    let day = try #require(calendar.day(date), "\(date)")
                    let ours = Set(day.phases.map { "\($0.phase.rawValue) \(time($0.opens)) \(time($0.closes))" })
                    let phases = try #require(row["phases"]?.array)
                    for phase in phases {
                        let words = phase.array?.compactMap(\.string) ?? []
                        let name = try #require(Self.phases[words.first ?? ""])
                        #expect(ours.contains("\(name) \(words[1]) \(words[2])"), "\(exchange) \(segment) \(date): \(words)")
                        compared += 1
                    }
                }
            }
        }
        #expect(compared == 10 + 12 + 16 + 8)
    }

    @Test func `of special sessions have the same hours, or none`() throws {
        let file = try RecordedFile.json("market/calendar/sessions.json")
        let rows = try #require(file["special_sessions"]?.array)
        for row in rows {
            let text = try #require(row["date"]?.string)
            let date = try #require(CivilDate(text))
            let hours = row["continuous"]?.array?.compactMap(\.string)
            let day = RulePack.builtIn.calendar("NSE", .equity).day(date)
            #expect(day.map { [time($0.opens), time($0.closes)] } == hours, "\(date)")
        }
        #expect(rows.count == 6)
    }

    @Test func `of positions have the same rows, field by field`() throws {
        let whole = try RecordedFile.json("kite/positions.json")
        let file = try #require(whole["data"])
        func number(_ row: JSONValue, _ name: String) throws -> Int128 { try #require(row[name]?.number?.fixedPoint8, "\(name)") }
        var trades: [Trade] = []
        var carried: [PositionKey: CarriedPosition] = [:]
        var marks: [InstrumentID: PositionMark] = [:]
        func key(_ row: JSONValue) throws -> PositionKey {
            let id = InstrumentID(exchange: row["exchange"]?.string ?? "", symbol: row["tradingsymbol"]?.string ?? "")
            let instrument = try #require(id)
            // A cover order is an intraday one here.
            return PositionKey(instrument: instrument, product: Product(rawValue: row["product"]?.string ?? "") ?? .intraday)
        }
        let rows = try #require(file["net"]?.array)
        for row in rows {
            let key = try key(row)
            let multiplier = Quantity(units: Int64(try number(row, "multiplier")))
            marks[key.instrument] = PositionMark(
                lastPrice: Price(units: Int64(try number(row, "last_price"))),
                closePrice: Price(units: Int64(try number(row, "close_price"))),
                multiplier: multiplier)
            for (side, word) in [(Side.buy, "buy"), (.sell, "sell")] {
                let quantity = Quantity(units: Int64(try number(row, "day_\(word)_quantity")))
                guard quantity > .zero else { continue }
                trades.append(
                    Trade(
                        id: TradeID("T1")!, orderID: OrderID("P1")!, instrument: key.instrument,
                        product: key.product,
                        side: side, quantity: quantity, price: Price(units: Int64(try number(row, "day_\(word)_price"))), charges: .zero,
                        realised: nil, rule: .depth, tag: nil, at: Timestamp(seconds: 0), epoch: 1))
            }
            let overnight = try number(row, "overnight_quantity")
            if overnight > 0 {
                carried[key] = CarriedPosition(
                    quantity: Quantity(units: Int64(overnight)),
                    value: Money(units: try number(row, "buy_value") - (try number(row, "day_buy_value"))))
            }
        }
        let sheet = PositionSheet(trades: trades, carried: carried) { marks[$0]! }
        for (ours, name) in [(sheet.net, "net"), (sheet.day, "day")] {
            let theirs = try #require(file[name]?.array)
            #expect(ours.count == theirs.count && ours.count == 3)
            for row in theirs {
                let key = try key(row)
                let own = try #require(ours.first { $0.key == key })
                let fields: [(String, Int128)] = [
                    ("quantity", Int128(own.quantity.units)), ("overnight_quantity", Int128(own.overnightQuantity.units)),
                    ("average_price", Int128(own.averagePrice.units)), ("value", own.value.units), ("pnl", own.pnl.units),
                    ("m2m", own.m2m.units), ("unrealised", own.pnl.units), ("buy_quantity", Int128(own.buyQuantity.units)),
                    ("buy_price", Int128(own.buyPrice.units)), ("buy_value", own.buyValue.units), ("buy_m2m", own.buyM2M.units),
                    ("sell_quantity", Int128(own.sellQuantity.units)), ("sell_price", Int128(own.sellPrice.units)),
                    ("sell_value", own.sellValue.units), ("sell_m2m", own.sellM2M.units),
                    ("day_buy_quantity", Int128(own.dayBuyQuantity.units)), ("day_buy_price", Int128(own.dayBuyPrice.units)),
                    ("day_buy_value", own.dayBuyValue.units), ("day_sell_quantity", Int128(own.daySellQuantity.units)),
                    ("day_sell_price", Int128(own.daySellPrice.units)), ("day_sell_value", own.daySellValue.units),
                ]
                for (field, value) in fields { #expect(value == (try number(row, field)), "\(name) \(key) \(field)") }
            }
        }
    }
}
