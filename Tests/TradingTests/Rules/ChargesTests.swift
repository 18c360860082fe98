// Charges line by line, against a published contract note and against vectors worked out by hand, and the fills of one order against the
// order.

import Testing

@testable import Trading

private func rates(_ scope: String, on day: String) throws -> ChargeRates {
    let parts = scope.split(separator: "/").map(String.init)
    let segment = try #require(MarketSegment(rawValue: parts[1]))
    let product = try #require(Product(rawValue: parts[2]))
    let date = try #require(CivilDate(day))
    return try #require(RulePack.builtIn.chargeRates(parts[0], segment, product, on: date))
}

/// Up to nine decimals of a vector, rounded half up to the eight that money has.
private func money(_ text: Substring) throws -> Money {
    let parts = text.split(separator: ".")
    guard parts.count == 2, parts[1].count == 9 else { return try #require(Money(text: text), "\(text)") }
    let units = try #require(Int128(parts[0] + parts[1]), "\(text)")
    return Money(units: FixedPoint.divideRoundingHalfUp(units, by: 10))
}

@Suite struct `Charges of a trade` {
    /// `scope side quantity price multiplier | tax exchange sebi brokerage stamp gst total`.
    private func check(_ table: String, on day: String, stampIsWholeRupees: Bool) throws {
        for row in table.split(separator: "\n") {
            let words = row.split { $0 == " " || $0 == "|" }
            try #require(words.count == 12, "\(row)")
            var rates = try rates(String(words[0]), on: day)
            rates.stampIsWholeRupees = rates.stampIsWholeRupees && stampIsWholeRupees
            let value = ChargeRates.value(
                try #require(Price(text: words[3])), try #require(Quantity(text: words[2])),
                multiplier: try #require(Quantity(text: words[4])))
            let charges = rates.charges(try #require(Side(rawValue: String(words[1]))), value: value)
            let lines = [
                charges.transactionTax, charges.exchange, charges.sebi, charges.brokerage, charges.stamp, charges.gst, charges.total,
            ]
            for (name, (found, expected)) in zip(
                ["tax", "exchange", "sebi", "brokerage", "stamp", "gst", "total"], zip(lines, words[5...]))
            {
                #expect(found == (try money(expected)), "\(name) of \(row): \(found.text)")
            }
        }
    }

    @Test func `of July 2023 are those of the published contract note, all 21 lines`() throws {
        try check(
            """
            NSE/equity/CNC   BUY  1   560  1 | 0.56   0.01876  0.00056  0      0 0.0033768  0.5826968
            MCX/futures/NRML SELL 1   5862 1 | 0.5862 0.152412 0.005862 1.7586 0 0.34503732 2.84811132
            NFO/options/NRML BUY  100 1.5  1 | 0      0.07575  0.00015  20     0 3.613527   23.689427
            """, on: "2023-07-12", stampIsWholeRupees: true)
        #expect(try rates("NSE/equity/CNC", on: "2023-07-12").tax.rawValue == "stt")
        #expect(try rates("MCX/futures/NRML", on: "2023-07-12").tax.rawValue == "ctt")
    }

    @Test func `of today are the vectors, to the last digit that money has`() throws {
        try check(
            """
            NSE/equity/CNC   BUY  10  1412.35 1    | 14.1235  0.43359145 0.0141235 0      2.118525  0.080588691 16.770328641
            NSE/equity/CNC   SELL 10  1412.35 1    | 14.1235  0.43359145 0.0141235 0      0         0.080588691 14.651803641
            NSE/equity/MIS   BUY  100 100     1    | 0        0.307      0.01      3      0.3       0.59706     4.21406
            NSE/equity/MIS   SELL 100 102     1    | 2.55     0.31314    0.0102    3.06   0         0.6090012   6.5423412
            NSE/equity/MIS   SELL 100 1412.35 1    | 35.30875 4.3359145  0.141235  20     0         4.40588691  64.19178641
            BSE/equity/CNC   BUY  10  766.4   1    | 7.664    0.2874     0.007664  0      1.1496    0.05311152  9.16177552
            NFO/futures/NRML BUY  75  24500   1    | 0        33.62625   1.8375    20     36.75     9.983475    102.197225
            NFO/futures/NRML SELL 75  24500   1    | 918.75   33.62625   1.8375    20     0         9.983475    984.197225
            NFO/options/NRML BUY  75  146     1    | 0        3.890535   0.01095   20     0.3285    4.3022673   28.5322523
            NFO/options/NRML SELL 75  146     1    | 16.425   3.890535   0.01095   20     0         4.3022673   44.6287523
            BFO/options/NRML SELL 20  300     1    | 9        1.95       0.006     20     0         3.95208     34.90808
            CDS/futures/NRML BUY  1   83.4125 1000 | 0        0.29194375 0.0834125 20     0.0834125 3.667564125 24.126332875
            MCX/futures/NRML SELL 1   5862    1    | 0.5862   0.123102   0.005862  1.7586 0         0.33976152  2.81352552
            MCX/options/NRML SELL 1   120     100  | 6        5.016      0.012     20     0         4.50504     35.53304
            """, on: "2026-06-19", stampIsWholeRupees: false)
    }

    @Test func `change on the day that the law says, not a day before`() throws {
        func sellTax(_ scope: String, _ day: String) throws -> String { try rates(scope, on: day).sellTax.text }
        #expect(try sellTax("NFO/options/NRML", "2024-09-30") == "0.0625%")
        #expect(try sellTax("NFO/options/NRML", "2024-10-01") == "0.1%")
        #expect(try sellTax("NFO/options/MIS", "2026-03-31") == "0.1%")
        #expect(try sellTax("NFO/options/MIS", "2026-04-01") == "0.15%")
        #expect(try sellTax("BFO/futures/NRML", "2026-04-01") == "0.05%")
        let february = try rates("NSE/equity/MIS", on: "2026-02-28")
        let march = try rates("NSE/equity/MIS", on: "2026-03-01")
        #expect(february.exchangeTaker.text == "0.00297%" && february.protectionFund.text == "0.0001%")
        #expect(march.exchangeTaker.text == "0.00307%" && march.protectionFund == .zero)
        let value = Money(whole: 100_000)
        #expect(february.charges(.buy, value: value).exchange == march.charges(.buy, value: value).exchange)
        #expect(february.charges(.buy, value: value).gst < march.charges(.buy, value: value).gst, "the fund is spared by GST")
        #expect(try sellTax("NFO/options/NRML", "2019-01-01") == "0.0625%", "what is older than the pack has its first number")
    }

    @Test func `take the cap and the flat fee once an order`() throws {
        let shares = try rates("NSE/equity/MIS", on: "2026-06-19")
        let first = shares.charges(.sell, value: Money(whole: 50_000))
        let second = shares.charges(.sell, value: Money(whole: 50_000), after: Money(whole: 50_000))
        #expect(first.brokerage.text == "15" && second.brokerage.text == "5")
        #expect(shares.charges(.sell, value: Money(whole: 1), after: Money(whole: 100_000)).brokerage == .zero)
        let options = try rates("NFO/options/NRML", on: "2026-06-19")
        #expect(options.charges(.buy, value: Money(whole: 100)).brokerage.text == "20")
        #expect(options.charges(.buy, value: Money(whole: 100), after: Money(whole: 1)).brokerage == .zero)
    }

    @Test func `of nothing are nothing`() throws {
        for rates in [try rates("NFO/options/NRML", on: "2026-06-19"), .free] {
            #expect(rates.charges(.buy, value: .zero) == .none)
            #expect(rates.charges(.sell, value: .zero, after: Money(whole: 5)) == .none)
        }
        #expect(ChargeRates.free.charges(.sell, value: Money(whole: 1_000_000)) == .none)
    }

    @Test(arguments: [1, 20_260_619, 777] as [UInt64])
    func `of an order do not depend on how it was filled`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let kinds = [
            "NSE/equity/CNC", "NSE/equity/MIS", "NFO/options/NRML", "NFO/futures/MIS", "MCX/futures/NRML", "CRYPTO/spot/CNC",
            "BFO/options/MIS",
        ]
        for _ in 0..<2_000 {
            let rates = try rates(kinds.randomElement(using: &random)!, on: "2026-06-19")
            let side: Side = Bool.random(using: &random) ? .buy : .sell
            var sum = Charges.none
            var filled = Money.zero
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let value = Money(units: Int128.random(in: 1...Int128(1) << Int128.random(in: 4...56, using: &random), using: &random))
                let charges = rates.charges(side, value: value, after: filled)
                #expect(
                    [charges.transactionTax, charges.exchange, charges.sebi, charges.brokerage, charges.stamp, charges.gst].allSatisfy {
                        !$0.isNegative
                    })
                sum += charges
                filled += value
            }
            #expect(sum == rates.charges(side, value: filled), "seed \(seed), \(filled.text)")
        }
    }

    @Test func `of the largest order there can be are still exact`() throws {
        let value = PaperLimits.price.value(of: PaperLimits.orderQuantity)
        let charges = try rates("NFO/futures/NRML", on: "2026-06-19").charges(.sell, value: value)
        #expect(value.text == "1000000000000000000")
        #expect(charges.transactionTax.text == "500000000000000")
        #expect(charges.exchange.text == "18300000000000" && charges.sebi.text == "1000000000000" && charges.brokerage.text == "20")
        #expect(charges.gst.text == "3474000000003.6")
    }

    @Test func `round half up at the last decimal of money`() throws {
        let rate = try #require(Rate(percent: "50%"))
        #expect(rate.share(of: Money(units: 1)).units == 1 && rate.share(of: Money(units: -1)).units == -1)
        #expect(rate.share(of: Money(units: 2)).units == 1)
        #expect(Rate(percent: "49.99999999%")!.share(of: Money(units: 1)).units == 0)
        // Both ways of dividing give the same, below the border between them and above it.
        for units in [Int128(Int64.max) - 1, Int128(Int64.max), Int128(Int64.max) + 1, Int128(Int64.max) * 3] {
            for rate in [Rate(units: 1), Rate(units: 333), Rate(percent: "100%")!, Rate(percent: "1000%")!] {
                let long = FixedPoint.divideRoundingHalfUp(units * Int128(rate.units), by: 10_000_000_000)
                #expect(rate.share(of: Money(units: units)).units == long)
            }
        }
    }

    @Test func `of the rupee begin where half a rupee of stamp duty is reached`() throws {
        let rates = try rates("NSE/equity/CNC", on: "2026-06-19")
        #expect(rates.charges(.buy, value: Money(text: "3333.33")!).stamp == .zero)
        #expect(rates.charges(.buy, value: Money(text: "3333.34")!).stamp.text == "1")
        #expect(rates.charges(.sell, value: Money(whole: 1_000_000)).stamp == .zero)
    }

    @Test func `outside of an order: exercise, depository and squaring off`() throws {
        let options = try rates("NFO/options/NRML", on: "2026-06-19")
        #expect(options.exerciseCharges(intrinsicValue: Money(whole: 10_000)).total.text == "15")
        #expect(options.squareOffFee.text == "59")
        #expect(try rates("NSE/equity/CNC", on: "2026-06-19").depository.text == "15.34")
        #expect(try rates("NSE/equity/MIS", on: "2026-06-19").depository == .zero)
        #expect(try rates("CRYPTO/spot/CNC", on: "2026-06-19").squareOffFee == .zero)
    }

    @Test func `know the maker from the taker where the venue does`() throws {
        let pack = try RulePack(
            text: """
                2024-01-01 brokerage CRYPTO free
                2024-01-01 exchange CRYPTO/spot 0.1% maker 0.02%
                """)
        let rates = try #require(pack.chargeRates("CRYPTO", .spot, .delivery, on: CivilDate("2024-06-01")!))
        #expect(rates.charges(.buy, value: Money(whole: 1_000)).total.text == "1")
        #expect(rates.charges(.buy, value: Money(whole: 1_000), as: .maker).total.text == "0.2")
        #expect(pack.chargeRates("NSE", .equity, .delivery, on: CivilDate("2024-06-01")!) == nil, "a venue that the pack does not know")
    }
}
