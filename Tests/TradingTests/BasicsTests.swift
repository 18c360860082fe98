// Numbers, days and names: what they read, what they refuse, how they print.

import Testing

@testable import Trading

@Suite struct `Fixed-point numbers` {
    @Test func `read exact decimals and refuse everything else`() {
        #expect(Money(text: "0.1")?.units == 10_000_000)
        #expect(Money(text: "-12.00000001")?.units == -1_200_000_001)
        #expect(Money(text: "1.000000000")?.units == 100_000_000)
        for text in ["", "-", ".", "1.", ".5", "1e3", " 1", "+1", "1,000", "1.000000001", "92233720368.54775808"] {
            #expect(Money(text: text) == nil, "\(text)")
        }
        #expect(Money(text: "92233720368.54775807")?.text == "92233720368.54775807")
    }

    @Test func `round half away from zero`() {
        #expect(FixedPoint.divideRoundingHalfUp(5, by: 2) == 3)
        #expect(FixedPoint.divideRoundingHalfUp(-5, by: 2) == -3)
        #expect(FixedPoint.divideRoundingHalfUp(4, by: 3) == 1)
        #expect(Money(text: "0.005")?.roundedToPaise.text == "0.01")
        #expect(Money(text: "-0.005")?.roundedToPaise.text == "-0.01")
    }

    @Test func `print rupees grouped the Indian way`() {
        #expect(Money(text: "0")?.inRupees == "₹0.00")
        #expect(Money(text: "999.999")?.inRupees == "₹1,000.00")
        #expect(Money(text: "100000")?.inRupees == "₹1,00,000.00")
        #expect(Money(text: "-12345678.9")?.inRupees == "-₹1,23,45,678.90")
    }

    @Test func `know whole multiples`() {
        #expect(Price(text: "1499.9")!.isMultiple(of: Price(text: "0.1")!))
        #expect(!Price(text: "1499.95")!.isMultiple(of: Price(text: "0.1")!))
        #expect(!Price(text: "100")!.isMultiple(of: .zero))
        #expect(!Quantity(whole: 1).isMultiple(of: .zero))
    }
}

@Suite struct `Days and instants` {
    @Test func `of the calendar come and go without loss`() {
        for day in stride(from: Int64(-700_000), through: 2_900_000, by: 997) { #expect(CivilDate(dayNumber: day).dayNumber == day) }
        #expect(CivilDate("2024-02-29") != nil && CivilDate("2026-02-29") == nil && CivilDate("2026-2-1") == nil)
        #expect(CivilDate("2026-11-20")?.weekday == 5 && CivilDate("2026-11-21")?.isWeekend == true)
    }

    @Test func `are read with an offset and printed in every form`() {
        let instant = Timestamp(rfc3339: "2026-11-20T13:47:51.123456789+05:30")!
        #expect(instant.utcText == "2026-11-20T08:17:51.123456Z")
        #expect(instant.indiaText == "2026-11-20T13:47:51.123+05:30")
        #expect(instant.kiteText == "2026-11-20 13:47:51" && instant.legacyText == "2026-11-20T13:47:51.123456")
        for text in ["2026-11-20", "2026-11-20T13:47:51", "2026-11-20T25:00:00Z", "2026-02-30T00:00:00Z", "2026-11-20T13:47:51.Z", "x"] {
            #expect(Timestamp(rfc3339: text) == nil, "\(text)")
        }
    }
}

@Suite struct `Names` {
    @Test func `of users are safe in file names`() {
        #expect(UserID("zx1234")?.text == "ZX1234")
        for text in ["", "-A", "A-", "A/B", "A.B", "..", "CON", "lpt1", "DEFAULT", "default", "Ä", String(repeating: "A", count: 33)] {
            #expect(UserID(text) == nil, "\(text)")
        }
        #expect(UserID(stored: "default") == .legacyDefault)
    }

    @Test func `of instruments hold what symbols hold`() {
        for key in ["NSE:M&M", "NSE:BAJAJ-AUTO", "NSE:NIFTY 50", "NFO:NIFTY2611326200CE"] { #expect(InstrumentID(key: key)?.key == key) }
        for key in ["NSE", "NSE:", ":INFY", "nse:INFY", "NSE: INFY", "NSE:A/B", "NSE:A\"B", "NSE:A:B"] {
            #expect(InstrumentID(key: key) == nil, "\(key)")
        }
    }
}

@Suite struct `Seeded chance` {
    @Test func `is the same for the same seed and place`() {
        var first = SeededRandom(seed: 5)
        var second = SeededRandom(seed: 5)
        #expect((0..<5).map { _ in first.next() } == (0..<5).map { _ in second.next() })
        var zero = SeededRandom(seed: 0)
        #expect(zero.next() == 0xE220_A839_7B1D_CDAF, "the published first number of SplitMix64")
        #expect(SeededRandom.number(seed: 1, 2, 3) == SeededRandom.number(seed: 1, 2, 3))
        #expect(SeededRandom.number(seed: 1, 2, 3) != SeededRandom.number(seed: 1, 3, 2))
    }
}
