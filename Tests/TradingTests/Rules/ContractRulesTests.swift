// Ticks, lots, freeze quantities, bands and margins by date.

import Testing

@testable import Trading

private func date(_ text: String) -> CivilDate { CivilDate(text)! }
private func price(_ text: String) -> Price { Price(text: text)! }

@Suite struct `Rules of sizes, prices and margins` {
    private let pack = RulePack.builtIn
    private let day = date("2026-11-20")

    @Test(arguments: [
        ("249.99", "0.01"), ("250", "0.05"), ("999.95", "0.05"), ("1000", "0.1"), ("4999.9", "0.1"), ("5000", "0.5"), ("9999.5", "0.5"),
        ("10000", "1"), ("19999", "1"), ("20000", "5"), ("140000", "5"),
    ])
    func `give a share its tick by the close of the month before`(close: String, tick: String) {
        #expect(pack.tickSize("NSE", .equity, symbol: "ANY", closeOfLastMonth: price(close), on: day)?.text == tick)
    }

    @Test func `give derivatives their tick by name`() {
        func tick(_ segment: MarketSegment, _ name: String) -> String? {
            pack.tickSize("NFO", segment, symbol: name, closeOfLastMonth: .zero, on: day)?.text
        }
        #expect(tick(.options, "NIFTY") == "0.05" && tick(.futures, "NIFTY") == "0.1" && tick(.futures, "BANKNIFTY") == "0.2")
        #expect(tick(.futures, "INFY") == nil, "a share's future has the share's tick")
        #expect(pack.tickSize("MCX", .futures, symbol: "GOLD", closeOfLastMonth: .zero, on: day) == nil)
    }

    @Test func `name the day whose close sets the ticks of a month`() {
        let calendar = pack.calendar("NSE", .equity)
        #expect(calendar.lastTradingDay(beforeMonthOf: date("2026-11-20")) == date("2026-10-30"), "the 31st is a Saturday")
        #expect(calendar.lastTradingDay(beforeMonthOf: date("2026-04-01")) == date("2026-03-30"), "the 31st is a holiday")
        #expect(calendar.lastTradingDay(beforeMonthOf: date("2026-03-31")) == date("2026-02-27"))
        let never = MarketCalendar(
            holidays: Dictionary(uniqueKeysWithValues: (0..<40).map { (CivilDate(dayNumber: date("2026-10-01").dayNumber + $0), "x") }))
        #expect(never.lastTradingDay(beforeMonthOf: date("2026-11-20")) == nil)
    }

    @Test func `give a lot to the contract, not to the day`() {
        func lot(_ name: String, _ expiry: String) -> String? {
            pack.lotSize("NFO", .options, underlying: name, expiry: date(expiry))?.text
        }
        #expect(lot("NIFTY", "2025-12-30") == "75" && lot("NIFTY", "2026-01-06") == "65" && lot("NIFTY", "2024-05-30") == "75")
        #expect(lot("HDFCBANK", "2026-04-28") == "550" && lot("HDFCBANK", "2026-07-28") == "650")
        #expect(lot("NOTHING", "2026-07-28") == nil && pack.lotSize("BFO", .options, underlying: "NIFTY", expiry: day) == nil)
    }

    @Test func `limit a single order`() throws {
        #expect(pack.freezeQuantity("NFO", .options, underlying: "NIFTY", on: day)?.text == "1800")
        #expect(pack.freezeQuantity("NFO", .futures, underlying: "INFY", on: day) == nil)
        let owners = try pack.overlaid(with: "2026-12-01 freeze NFO/*/*/NIFTY 1200\n2027-01-01 freeze NFO/*/*/NIFTY none")
        func freeze(_ day: String) -> String? { owners.freezeQuantity("NFO", .options, underlying: "NIFTY", on: date(day))?.text }
        #expect(freeze("2026-11-30") == "1800" && freeze("2026-12-01") == "1200" && freeze("2027-01-01") == nil)
    }

    @Test func `have no price bands until somebody writes one`() throws {
        func band(_ pack: RulePack, _ close: String, _ tick: String, _ day: String = "2026-11-20") -> String? {
            pack.priceBand("NSE", .equity, symbol: "INFY", previousClose: price(close), tick: price(tick), on: date(day))
                .map { "\($0.lowerBound.text)-\($0.upperBound.text)" }
        }
        #expect(band(pack, "1000", "0.05") == nil)
        let owners = try pack.overlaid(
            with: "2026-11-20 band NSE/equity 20%\n2026-11-21 band NSE/equity/*/INFY none\n2026-11-22 band NSE/equity/*/INFY 5%")
        #expect(band(owners, "1000", "0.05", "2026-11-19") == nil, "a band does not reach back")
        #expect(band(owners, "1000", "0.05") == "800-1200")
        #expect(band(owners, "1000", "0.05", "2026-11-21") == nil)
        #expect(band(owners, "101.03", "0.05", "2026-11-22") == "96-106.05", "95.9785 to 106.0815, by whole ticks inside")
        #expect(band(owners, "0.05", "0.05", "2026-11-22") == "0.05-0.05")
        #expect(band(owners, "0.06", "0.05", "2026-11-22") == nil, "no tick lies in it")
        #expect(band(owners, "0", "0.05") == nil)
    }

    @Test func `ask for margin by product, and by name where one is named`() throws {
        func margin(_ exchange: String, _ segment: MarketSegment, _ product: Product, _ name: String? = nil) -> String? {
            pack.marginRate(exchange, segment, product, symbol: name, on: day)?.text
        }
        #expect(margin("NSE", .equity, .delivery) == "100%" && margin("NSE", .equity, .intraday, "INFY") == "20%")
        #expect(margin("NFO", .futures, .carry, "NIFTY") == "12%" && margin("NFO", .futures, .intraday, "NIFTY") == "12%")
        #expect(margin("NFO", .futures, .carry, "INFY") == "20%" && margin("NFO", .options, .carry, "NIFTY") == "100%")
        #expect(margin("CRYPTO", .spot, .intraday) == "100%" && margin("NYSE", .equity, .delivery) == nil)
        let owners = try pack.overlaid(with: "2026-01-01 margin NSE/equity/MIS/YESBANK 50%")
        #expect(owners.marginRate("NSE", .equity, .intraday, symbol: "YESBANK", on: day)?.text == "50%")
        #expect(owners.marginRate("NSE", .equity, .intraday, symbol: "INFY", on: day)?.text == "20%")
        #expect(owners.marginRate("NSE", .equity, .delivery, symbol: "YESBANK", on: day)?.text == "100%")
    }

    @Test func `ask the seller of an option for what it may lose`() throws {
        let model = try #require(pack.shortOptionMargin("NFO", .carry, underlying: "NIFTY", on: day))
        func margin(_ strike: String, _ isCall: Bool) -> String {
            model.amount(underlying: price("25000"), strike: price(strike), isCall: isCall, quantity: Quantity(whole: 65)).text
        }
        // At the money 13 % of 16,25,000; each rupee out of the money is one less, until the floor; in the money it stays.
        #expect(margin("25000", true) == "211250" && margin("24000", true) == "211250")
        #expect(margin("25500", true) == "178750" && margin("24500", false) == "178750")
        #expect(margin("30000", true) == "160550" && margin("20000", false) == "160550")
        #expect(margin("26000", false) == "211250")
        let multiplied = model.amount(
            underlying: price("25000"), strike: price("25000"), isCall: true, quantity: Quantity(whole: 1), multiplier: Quantity(whole: 65))
        #expect(multiplied.text == "211250")
        #expect(pack.shortOptionMargin("NSE", .carry, on: day) == nil)
        #expect(pack.shortOptionMargin("NFO", .carry, underlying: "INFY", on: day)?.scan.text == "20%")
    }

    @Test func `know an instrument of the master`() throws {
        func make(
            _ exchange: String, _ symbol: String, _ kind: String, expiry: String? = nil, underlying: String = "",
            freeze: Quantity = .zero, hasDerivatives: Bool = false
        ) -> Instrument {
            Instrument(
                id: InstrumentID(exchange: exchange, symbol: symbol)!, token: 256, name: "", tickSize: price("0.05"),
                lotSize: Quantity(whole: 1),
                kind: kind, segment: exchange, expiry: expiry.map(date), underlying: underlying, freezeQuantity: freeze,
                isInClosingAuction: hasDerivatives, isSimulated: false)
        }
        let share = make("NSE", "INFY", "EQ", hasDerivatives: true)
        let future = make("NFO", "NIFTY26NOVFUT", "FUT", expiry: "2026-11-24", underlying: "NIFTY")
        let next = make("NFO", "NIFTY26DECFUT", "FUT", expiry: "2026-12-29", underlying: "NIFTY", freeze: Quantity(whole: 900))
        let index = make("NSE", "NIFTY 50", "INDEX")
        #expect(pack.group(of: share, on: day) == .closingAuction && pack.group(of: share, on: date("2026-07-31")) == nil)
        #expect(pack.group(of: make("NSE", "TINY", "EQ"), on: day) == nil)
        #expect(pack.group(of: future, on: day) == .nearMonth && pack.group(of: next, on: day) == nil)
        #expect(pack.group(of: future, on: date("2026-11-25")) == nil && pack.group(of: index, on: day) == nil)
        #expect(pack.chargeRates(for: index, .delivery, on: day) == nil)
        #expect(pack.chargeRates(for: future, .carry, on: day)?.sellTax.text == "0.05%")
        #expect(
            pack.marginRate(for: future, .carry, on: day)?.text == "12%" && pack.marginRate(for: share, .intraday, on: day)?.text == "20%")
        #expect(pack.freezeQuantity(for: future, on: day)?.text == "1800" && pack.freezeQuantity(for: next, on: day)?.text == "900")
        #expect(pack.freezeQuantity(for: share, on: day) == nil)
    }

    @Test(arguments: [
        ("2026-01-01 tick NSE 0.01<250", "line 1, tick: is missing: a tick for the prices that are left"),
        ("2026-01-01 tick NSE 0.01<250 0.05<250 1", "line 1, tick: '0.05<250' does not end above the band before it"),
        ("2026-01-01 tick NSE 0", "line 1, tick: '0' is no tick such as 0.05 or 0.05<1000"),
        ("2026-01-01 tick NSE 1 2", "line 1, '2': is one word too many"),
        ("2026-01-01 tick NSE/equity/MIS 1", "line 1, scope: sizes and prices are the same for all products"),
        ("2026-01-01 lot NFO/*/*/NIFTY 0", "line 1, quantity: '0' is no quantity from above 0 to 1000000000"),
        ("2026-01-01 freeze NFO/*/*/NIFTY", "line 1, quantity: is missing: a number such as 75"),
        ("2026-01-01 band NSE 100.1%", "line 1, rate: 100.1% is more than 100%"),
        ("2026-01-01 margin NSE 201%", "line 1, rate: 201% is more than 200%"),
        (
            "2026-01-01 margin NSE/equity+closing-auction 20%",
            "line 1, scope: sizes, prices and margins are told for a symbol, not for a group"
        ),
        ("2026-01-01 short-option NFO scan 10% exposure 3%", "line 1, floor: is missing: 'floor' and a percentage"),
    ])
    func `are refused with the line and the field`(text: String, expected: String) {
        do {
            _ = try RulePack(text: text)
            Issue.record("taken: \(text)")
        } catch { #expect(error.description == expected) }
    }

    @Test func `have at most so many tick bands`() {
        func isTaken(_ bands: Int) -> Bool {
            let words = (1..<bands).map { "1<\($0)" } + ["1"]
            return (try? RulePack(text: "2026-01-01 tick NSE " + words.joined(separator: " "))) != nil
        }
        #expect(isTaken(RulePack.tickBandLimit) && !isTaken(RulePack.tickBandLimit + 1))
    }
}
