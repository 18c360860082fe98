// The proof of funds over the route: the statement of a book that traded, page by page, and what it says after a reset and of an
// untouched book.

import Storage
import TestSupport
import Testing
import Trading
import Web
import Wire

@Suite struct `The proof of funds over HTTP` {
    @Test func `walks a traded book from the opening to what is in cash now`() throws {
        let traded = try TradedHouse()
        let answer = try traded.house.send(.get, "/api/paper-trading/proof", as: traded.asha)
        #expect(answer["adds_up"] == true && answer["difference_count"] == 0)
        let lines = answer["lines"].array ?? []
        #expect(lines.map { $0["cause"]?.string } == ["opening", "buy", "sell", "sell", "buy"])
        #expect(lines.first?["amount"]?.int64 == 100_000 && lines.first?["at"]?.string != nil)
        #expect(lines.last?["balance"]?.encoded == answer["closing"].encoded)
        #expect(lines[1]["order_id"]?.string == traded.orders["buy"])
        #expect(lines[1]["amount"]?.int64 == -15_000 && lines[1]["balance"]?.int64 == 85_000)
        let funds = try traded.house.funds(of: traded.asha)
        let figures = answer["figures"].array ?? []
        #expect(figures.contains { $0["figure"]?.string == "available" && $0["recorded"]?.string == "62780" })
        #expect(funds["available_funds"]?.number?.fixedPoint8 == 62_780 * Int128(fixedPointScale))
        #expect(figures.count { $0["figure"]?.string == "position quantity" } == 3)
        let held = (answer["holds"].array ?? []).compactMap { $0["amount"]?.int64 }
        #expect(held.reduce(0, +) == (answer["closing"].int64 ?? 0) - 62_780)
        #expect(answer["curve"].array?.count == 5)
    }

    @Test func `is read page by page, and refuses pages that make no sense`() throws {
        let traded = try TradedHouse()
        var after: Int64 = 0
        var numbers: [Int64] = []
        repeat {
            let page = try traded.house.send(.get, "/api/paper-trading/proof?limit=2&after=\(after)", as: traded.asha)
            numbers += (page["lines"].array ?? []).compactMap { $0["number"]?.int64 }
            after = page["next"].int64 ?? 0
        } while after > 0
        #expect(numbers == [1, 2, 3, 4, 5])
        #expect(try traded.house.send(.get, "/api/paper-trading/proof?after=99", as: traded.asha)["lines"].array?.isEmpty == true)
        for query in ["limit=0", "limit=1001", "limit=x", "after=-1", "after=x"] {
            #expect(try traded.house.send(.get, "/api/paper-trading/proof?\(query)", as: traded.asha).status == 422, "\(query)")
        }
    }

    @Test func `begins anew with a reset, and of an untouched book has the opening alone`() throws {
        let traded = try TradedHouse()
        _ = try traded.house.send(.post, "/api/paper-trading/reset", as: traded.asha, json: #"{"capital":50000}"#)
        let anew = try traded.house.send(.get, "/api/paper-trading/proof", as: traded.asha)
        #expect(anew["adds_up"] == true && anew["epoch"] == 2)
        #expect((anew["lines"].array ?? []).map { $0["cause"]?.string } == ["reset"])
        #expect(anew["closing"] == 50_000)
        let bela = try traded.house.join("bela@example.com")
        let untouched = try traded.house.send(.get, "/api/paper-trading/proof", as: bela)
        #expect(untouched["adds_up"] == true && untouched["line_count"] == 1 && untouched["closing"] == 100_000)
    }
}
