// Fills with their reasons and the ledger over HTTP; and a whole day told twice, which must leave the same bytes on the disk.

import House
import Platform
import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `Fills over HTTP` {
    @Test func `say why they happened, over a restart too, and are found by tag, symbol and order`() throws {
        let traded = try TradedHouse()
        let (house, asha) = (traded.house, traded.asha)
        func fills(_ query: String, _ house: TestHouse) throws -> [JSONValue] {
            try house.send(.get, "/api/paper-trading/fills\(query)", as: asha)["fills"].array ?? []
        }
        let all = try fills("", house)
        #expect(all.map { $0["tradingsymbol"]?.string } == ["RELIANCE", "TCS", "INFY", "INFY"])
        let why = try #require(all.last?["why"])
        #expect(why["last_price"]?.int64 == 1_500 && why["displayed"]?.int64 == 1_000_000 && why["ahead"]?.isNull == true, "\(why)")
        #expect(why["words"]?.string?.hasPrefix("Depth: 1000000 were displayed for it at 1500") == true, "\(why)")
        #expect(try fills("?tag=first", house).count == 1 && fills("?symbol=tcs", house).count == 1 && fills("?tag=none", house).isEmpty)
        #expect(try fills("?order=\(traded.orders["sell"]!)", house).count == 1)
        let first = try house.send(.get, "/api/paper-trading/fills?limit=3", as: asha)
        let next = try #require(first["next"].string)
        let rest = try house.send(.get, "/api/paper-trading/fills?limit=3&after=\(next)", as: asha)
        #expect(rest["fills"].array?.count == 1 && rest["next"].isNull)
        #expect(try house.send(.get, "/api/paper-trading/fills?after=T1", as: asha)["error"] == "unknown_fill")
        for query in ["limit=0", "limit=1001", "order=x%20y"] {
            #expect(try house.send(.get, "/api/paper-trading/fills?\(query)", as: asha).status == 422, "\(query)")
        }
        let again = try house.restarted()
        #expect(try fills("", again) == all)
    }
}

@Suite struct `The ledger over HTTP` {
    @Test func `balances, is the book's own figures, and has charges by kind`() throws {
        let traded = try TradedHouse(rules: .builtIn)
        let (house, asha) = (traded.house, traded.asha)
        let answer = try house.send(.get, "/api/paper-trading/ledger", as: asha)
        #expect(answer["balanced"] == true && answer["differences"].array?.isEmpty == true, "\(answer.text)")
        let entries = answer["entries"].array ?? []
        #expect(entries.first?["cause"]?.string == "opening" && entries.count == answer["entry_count"].int64.map { Int($0) })
        #expect(entries.count { $0["cause"]?.string == "trade" } == 4 && entries.last?["cause"]?.string == "hold")
        var sums: [String: Int128] = [:]
        for entry in entries {
            for line in entry["lines"]?.array ?? [] {
                sums[line["account"]?.string ?? "", default: 0] += line["amount"]?.number?.fixedPoint8 ?? 0
            }
        }
        let balances = (answer["balances"].array ?? []).map { ($0["account"]?.string ?? "", $0["amount"]?.number?.fixedPoint8 ?? 0) }
        #expect(
            Dictionary(balances) { first, _ in first }.filter { !$0.key.hasPrefix("charges_") }
                == sums.filter { $0.value != 0 && !$0.key.hasPrefix("charges_") })
        #expect(sums["charges_stamp"] != nil && sums["charges_gst"] != nil && sums["charges_other"] == nil, "\(sums)")
        let page = try house.send(.get, "/api/paper-trading/ledger?limit=2&after=1", as: asha)
        #expect(page["entries"].array?.map { $0["number"]?.int64 } == [2, 3] && page["next"] == 3)
        #expect(page["entries"].array?.first == entries[1], "a page tells what the whole tells")
        #expect(try house.send(.get, "/api/paper-trading/ledger?after=-1", as: asha).status == 422)
        _ = try house.send(.post, "/api/paper-trading/reset", as: asha)
        #expect(try house.send(.get, "/api/paper-trading/ledger", as: asha)["entries"].array?.map { $0["cause"]?.string } == ["reset"])
        let past = try house.send(.get, "/api/paper-trading/ledger?epoch=1", as: asha)
        #expect(past["balanced"] == true && past["epoch"] == 1 && past["entries"].array?.count { $0["cause"]?.string == "trade" } == 4)
    }
}

@Suite struct `A day told twice` {
    /// A day of two people at two books by chance: orders, changes, ticks, limits, a reset, a stop of the house in between.
    private func day(_ seed: UInt64) throws -> [String: [UInt8]] {
        var random = SeededRandom(seed: seed)
        let disk = makeDisk()
        let traders = try TwoTraders(disk: disk, rules: .builtIn)
        var house = traders.house
        _ = try house.send(.post, "/api/books", as: traders.asha, json: #"{"name":"swing"}"#)
        for step in 0..<120 {
            house.advance(by: .milliseconds(Int64(random.next() % 2_000)))
            let price = 1_500 + Int(random.next() % 40) - 20
            if random.next() % 3 == 0 {
                try house.quote("NSE:INFY", "\(price).00", "\(price).05", last: "\(price).00", quantity: "\(random.next() % 40 + 1)")
                continue
            }
            let person = random.next() % 2 == 0 ? traders.asha : traders.bela
            let book = person.email == traders.asha.email && random.next() % 2 == 0 ? " book=swing" : ""
            let kind = random.next() % 2 == 0 ? "MARKET" : "LIMIT \(price).00"
            let side = random.next() % 2 == 0 ? "BUY" : "SELL"
            _ = try house.place("\(side) \(random.next() % 20 + 1) NSE:INFY MIS \(kind)\(book)", as: person)
            if step == 40 {
                _ = try house.send(.put, "/api/books/default/risk", as: traders.asha, json: #"{"day_loss":300,"orders_per_day":30}"#)
            }
            if step == 60 { _ = try house.send(.post, "/api/books/swing/reset", as: traders.asha) }
            if step == 80 {
                house = try house.restarted()
                try house.quote("NSE:INFY", "1500.00", "1500.05", last: "1500.00")
            }
        }
        house.advance(by: .seconds(2))
        try house.close()
        var files: [String: [UInt8]] = [:]
        for (path, bytes) in try disk.everyFile() where path.hasPrefix("paper/") || path.hasPrefix("books/") { files[path] = bytes }
        return files
    }

    @Test func `leaves the same bytes`() throws {
        for seed: UInt64 in 1...3 {
            let (first, again) = (try day(seed), try day(seed))
            #expect(first.keys.sorted() == again.keys.sorted() && first.count >= 9, "seed \(seed): \(first.keys.sorted())")
            for (path, bytes) in first { #expect(again[path] == bytes, "seed \(seed): \(path)") }
            let trades = first.filter { $0.key.hasSuffix("_trades.jsonl") }.values.joined()
            #expect(String(decoding: Array(trades), as: UTF8.self).contains("\"quoted_at\""))
        }
    }
}
