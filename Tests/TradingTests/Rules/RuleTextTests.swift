// A rule pack as text: what is read, what is refused and where the refusal points, and which of two lines counts.

import Testing

@testable import Trading

@Suite struct `A rule pack's text` {
    private func fault(_ text: String) -> String? {
        do {
            _ = try RulePack(text: text)
            return nil
        } catch { return error.description }
    }

    @Test func `may have comments, blanks and empty lines`() {
        #expect(fault("") == nil)
        #expect(fault("# nothing\n\n   \t\n2024-01-01\tgst   *  18%  # on charges\r\n") == nil)
    }

    @Test(arguments: [
        ("2024-02-30 gst * 18%", "line 1, date: '2024-02-30' is no day such as 2026-04-01"),
        ("\ngst * 18%", "line 2, date: 'gst' is no day such as 2026-04-01"),
        ("2024-01-01", "line 1, kind: is missing: one of "),
        ("2024-01-01 vat * 18%", "line 1, kind: 'vat' is none of "),
        ("2024-01-01 gst", "line 1, scope: is missing: such as NSE/equity/MIS, or * for all"),
        ("2024-01-01 gst nse 18%", "line 1, scope: 'nse' is no exchange: up to 12 capital letters, digits and _"),
        ("2024-01-01 gst NSE/bonds 18%", "line 1, scope: 'bonds' is none of equity, futures, options, spot"),
        ("2024-01-01 gst NSE/equity/BO 18%", "line 1, scope: 'BO' is none of MIS, CNC, NRML"),
        ("2024-01-01 gst NSE//MIS 18%", "line 1, scope: 'NSE//MIS' is not EXCHANGE/segment/PRODUCT/SYMBOL+group"),
        (
            "2024-01-01 gst NSE/equity/MIS/INFY 18%",
            "line 1, scope: charges are told for a segment and a product, not for a symbol or a group"
        ),
        ("2024-01-01 gst *", "line 1, rate: is missing: a percentage such as 0.03%"),
        ("2024-01-01 gst * 18", "line 1, rate: '18' is no percentage such as 0.03%"),
        ("2024-01-01 gst * -18%", "line 1, rate: '-18%' is no percentage such as 0.03%"),
        ("2024-01-01 gst * 0.000000001%", "line 1, rate: '0.000000001%' is no percentage such as 0.03%"),
        ("2024-01-01 gst * 51%", "line 1, rate: 51% is more than 50%"),
        ("2024-01-01 sebi * 5.00000001%", "line 1, rate: 5.00000001% is more than 5%"),
        ("2024-01-01 gst * 18% 9%", "line 1, '9%': is one word too many"),
        ("2024-01-01 brokerage * 0.03% max", "line 1, max: is missing: an amount in rupees such as 20"),
        ("2024-01-01 brokerage * 0.03% max 0", "line 1, max: is zero; write 'free' for no brokerage"),
        ("2024-01-01 brokerage * -1", "line 1, amount: '-1' is no amount in rupees such as 20"),
        ("2024-01-01 brokerage * 100001", "line 1, amount: 100001 is more than 100000"),
        ("2024-01-01 tax * vat both 1%", "line 1, tax: 'vat' is none of none, stt, ctt"),
        ("2024-01-01 tax * stt either 1%", "line 1, side: 'either' is none of buy, sell, both"),
        ("2024-01-01 tax * stt sell 10.1%", "line 1, rate: 10.1% is more than 10%"),
    ])
    func `is refused with the line and the field`(text: String, expected: String) {
        let found = fault(text) ?? "nothing"
        #expect(expected.hasSuffix(" ") ? found.hasPrefix(expected) : found == expected, "\(found)")
    }

    @Test func `has limits of size`() {
        let line = "2024-01-01 gst * 18%\n"
        #expect(fault(String(repeating: line, count: RulePack.lineLimit - 1)) == nil)
        #expect(fault(String(repeating: line, count: RulePack.lineLimit + 1)) == "line 4001, text: has more than 4000 lines")
        #expect(fault("#" + String(repeating: "x", count: RulePack.lineLimitBytes)) == "line 1, line: is longer than 1024 bytes")
        let wide = "#" + String(repeating: "x", count: RulePack.lineLimitBytes - 2) + "\n"
        #expect(fault(String(repeating: wide, count: 256)) == nil)
        #expect(fault(String(repeating: wide, count: 257)) == "line 1, text: is longer than 262144 bytes")
    }

    @Test func `cut anywhere is read or refused, never worse`() {
        let bytes = Array(RulePack.builtInText.utf8)
        var faults = 0
        for end in stride(from: 0, to: bytes.count, by: 509) where fault(String(decoding: bytes[..<end], as: UTF8.self)) != nil {
            faults += 1
        }
        #expect(faults > 0 && fault(RulePack.builtInText) == nil)
    }

    @Test func `lets the newest line count, then the owner's, then the more precise, then the last`() throws {
        let base = try RulePack(
            text: """
                2024-01-01 brokerage NSE free
                2024-01-01 exchange  NSE 0%
                2024-01-01 gst       *   18%
                2024-01-01 gst       NSE/equity/CNC 10%
                2024-01-01 gst       NSE/equity 11%
                2025-01-01 gst       *   20%
                """)
        func gst(_ pack: RulePack, _ product: Product, _ day: String) throws -> String {
            try #require(pack.chargeRates("NSE", .equity, product, on: CivilDate(day)!)).gst.text
        }
        #expect(try gst(base, .delivery, "2024-06-01") == "10%")
        #expect(try gst(base, .intraday, "2024-06-01") == "11%")
        #expect(try gst(base, .delivery, "2025-01-01") == "20%")
        let owners = try base.overlaid(with: "2024-01-01 gst * 5%\n2025-01-01 gst * 6%\n2025-01-01 gst * 7%")
        #expect(try gst(owners, .delivery, "2024-06-01") == "5%")
        #expect(try gst(owners, .delivery, "2025-06-01") == "7%")
        #expect(try gst(base, .delivery, "2025-06-01") == "20%", "the pack below is as it was")
    }

    @Test func `of the house has rates for every exchange that ships`() {
        for exchange in ["NSE", "BSE"] {
            for product in [Product.delivery, .intraday] {
                #expect(RulePack.builtIn.chargeRates(exchange, .equity, product, on: CivilDate("2023-07-01")!) != nil)
            }
        }
        for exchange in ["NFO", "BFO", "CDS", "BCD", "MCX"] {
            for segment in [MarketSegment.futures, .options] {
                #expect(
                    RulePack.builtIn.chargeRates(exchange, segment, .carry, on: CivilDate("2026-11-20")!) != nil, "\(exchange) \(segment)")
            }
        }
        #expect(RulePack.builtIn.chargeRates("CRYPTO", .spot, .delivery, on: CivilDate("2026-11-20")!) != nil)
        #expect(MarketSegment(kind: "PE") == .options && MarketSegment(kind: "INDEX") == nil)
    }
}

@Suite struct `The listing of a rule pack` {
    private func date(_ text: String) -> CivilDate { CivilDate(text)! }

    @Test func `has the lines that count on a day, and no others`() throws {
        let pack = try RulePack(
            text: """
                2024-01-01 gst * 18%
                2025-01-01 gst NSE 19%    # dearer
                2026-01-01 gst * 20%
                2025-06-01 band NSE 5%
                2025-08-15 holiday NSE Independence Day
                """)
        #expect(pack.listing(on: date("2024-06-01")) == ["2024-01-01 gst * 18%"])
        #expect(
            pack.listing(on: date("2025-07-01")) == [
                "2024-01-01 gst * 18%", "2025-01-01 gst NSE 19%    # dearer", "2025-08-15 holiday NSE Independence Day",
                "2025-06-01 band NSE 5%",
            ])
        #expect(pack.listing(on: date("2025-07-01"), exchange: "BSE") == ["2024-01-01 gst * 18%"])
        #expect(pack.listing(on: date("2026-07-01")) == ["2026-01-01 gst * 20%", "2025-06-01 band NSE 5%"])
        #expect(pack.listing(on: date("2023-07-01")) == ["2024-01-01 gst * 18%  # the first known"])
        let owners = try pack.overlaid(with: "\n2025-06-01 band NSE 10%")
        #expect(owners.listing(on: date("2026-07-01")).last == "2025-06-01 band NSE 10%  # line 2 of the owner's file")
        #expect(owners.lineCounts == (6, 1))
    }

    @Test(arguments: ["2021-05-03", "2023-07-12", "2024-10-01", "2026-03-31", "2026-08-03", "2026-11-20"])
    func `read again gives the same rules for that day`(day: String) throws {
        let day = date(day)
        let again = try RulePack(text: RulePack.builtIn.listing(on: day).joined(separator: "\n"))
        for exchange in ["NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "CRYPTO"] {
            for segment in MarketSegment.allCases {
                for product in Product.allCases {
                    #expect(
                        again.chargeRates(exchange, segment, product, on: day)
                            == RulePack.builtIn.chargeRates(exchange, segment, product, on: day))
                    #expect(
                        again.marginRate(exchange, segment, product, symbol: "NIFTY", on: day)
                            == RulePack.builtIn.marginRate(exchange, segment, product, symbol: "NIFTY", on: day))
                }
                for group in [nil] + InstrumentGroup.allCases {
                    let (one, other) = (
                        again.calendar(exchange, segment, group: group), RulePack.builtIn.calendar(exchange, segment, group: group)
                    )
                    #expect(one.day(day) == other.day(day), "\(exchange) \(segment)")
                }
            }
        }
    }
}
