// The readable files that a day left, judged by their rows alone: sums in whole numbers, nothing of the code that wrote them but the
// JSON parser.

import TestSupport
import Testing
import Wire

/// The rows of one person's default book.
struct LeftFiles {
    let orders: [JSONValue]
    let positions: [JSONValue]
    let trades: [JSONValue]
    let meta: [JSONValue]

    init(_ disk: SimulatedDisk, user: String) throws {
        func rows(_ kind: String) throws -> [JSONValue] {
            guard let bytes = disk.bytes("paper/\(user)/user_\(user)_paper_\(kind).jsonl") else { return [] }
            return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0) }.filter { $0["fmt"] == nil }
        }
        orders = try rows("orders")
        positions = try rows("positions")
        trades = try rows("trades")
        meta = try rows("meta")
    }

    /// Cash is what the trades leave of the capital, positions are their sum, filled quantities are those of the trades.
    func check(of user: String) throws {
        guard let last = meta.last, let epoch = last["epoch"]?.int64 else { return }
        var cash = try units(last["virtual_capital"])
        var held: [String: Int128] = [:]
        var filled: [String: Int128] = [:]
        var seen: Set<String> = []
        for trade in trades where trade["epoch"]?.int64 == epoch {
            let id = try #require(trade["trade_id"]?.string)
            #expect(seen.insert(id).inserted, "\(user): trade \(id) stands twice")
            let (quantity, price) = (try units(trade["quantity"]), try units(trade["price"]))
            let sign: Int128 = trade["action"] == "BUY" ? 1 : -1
            let value = quantity * price
            #expect(value % 100_000_000 == 0, "\(user): a fill of \(id) has a value beyond eight decimals")
            cash -= sign * value / 100_000_000 + (try units(trade["charges"]))
            held[key(trade, symbol: "symbol"), default: 0] += sign * quantity
            filled[try #require(trade["order_id"]?.string), default: 0] += quantity
        }
        #expect(try units(last["cash"]) == cash, "\(user): cash is not what the trades give")
        var positions: [String: Int128] = [:]
        for row in self.positions where row["epoch"]?.int64 == epoch { positions[key(row, symbol: "symbol")] = try units(row["quantity"]) }
        #expect(positions.filter { $0.value != 0 } == held.filter { $0.value != 0 }, "\(user): positions are not the sum of the trades")
        var latest: [String: JSONValue] = [:]
        for row in orders where row["epoch"]?.int64 == epoch { latest[row["order_id"]?.string ?? ""] = row }
        var reserved: Int128 = 0
        for (id, row) in latest {
            #expect(try units(row["filled_quantity"]) == filled[id] ?? 0, "\(user): order \(id) is not what its trades fill")
            reserved += try units(row["reserved"])
        }
        #expect(try units(last["reserved_funds"]) == reserved, "\(user): reserved is not the sum of the orders")
        #expect(Set(filled.keys).isSubset(of: latest.keys), "\(user): a trade has no order")
        let whole = try units(last["available_funds"]) + units(last["invested_funds"]) + units(last["reserved_funds"])
        #expect(whole == (try units(last["virtual_capital"]) + units(last["realized_pnl"]) - units(last["charges"])))
    }

    private func key(_ row: JSONValue, symbol: String) -> String {
        [row["exchange"], row[symbol], row["product"]].map { $0?.string ?? "?" }.joined(separator: ":")
    }

    private func units(_ value: JSONValue?) throws -> Int128 {
        let text = value?.number?.text ?? value?.string
        let number = try #require(text.flatMap { JSONNumber(text: $0) })
        return try #require(number.fixedPoint8)
    }
}

extension SimulatedDisk {
    /// Every file with its bytes.
    var image: [String: [UInt8]] {
        var image: [String: [UInt8]] = [:]
        for path in paths { image[path] = bytes(path) }
        return image
    }

    /// Files that are this user's, by their names.
    func files(of user: String) -> [String] { paths.filter { $0.contains(user) && !$0.hasPrefix("journal/") } }
}
