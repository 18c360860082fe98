// Net and day rows of positions: published rows, and what must hold between them for any trades.

import Testing

@testable import Trading

private let instrument = InstrumentID(exchange: "NFO", symbol: "ANY")!
private let key = PositionKey(instrument: instrument, product: .carry)

private func trade(_ side: Side, _ quantity: Quantity, _ price: Price, _ product: Product = .carry, _ id: InstrumentID = instrument)
    -> Trade
{
    Trade(
        id: TradeID("T1")!, orderID: OrderID("P1")!, instrument: id, product: product, side: side, quantity: quantity, price: price,
        charges: .zero, realised: nil, rule: .depth, tag: nil, at: Timestamp(seconds: 0), epoch: 1)
}

@Suite struct `Rows of positions` {
    /// The row's fields in the order that brokers print them.
    private func words(_ row: PositionRow) -> String {
        [
            row.quantity.text, row.overnightQuantity.text, row.averagePrice.text, row.value.text, row.pnl.text, row.m2m.text,
            row.buyQuantity.text, row.buyPrice.text, row.buyValue.text, row.buyM2M.text, row.sellQuantity.text, row.sellPrice.text,
            row.sellValue.text, row.sellM2M.text, row.dayBuyQuantity.text, row.dayBuyPrice.text, row.dayBuyValue.text,
            row.daySellQuantity.text,
            row.daySellPrice.text, row.daySellValue.text,
        ].joined(separator: " ")
    }

    private func sheet(_ trades: [Trade], _ carried: CarriedPosition?, last: String, close: String, multiplier: Int64 = 1) -> PositionSheet
    {
        PositionSheet(trades: trades, carried: carried.map { [key: $0] } ?? [:]) { _ in
            PositionMark(lastPrice: Price(text: last)!, closePrice: Price(text: close)!, multiplier: Quantity(whole: multiplier))
        }
    }

    private func trade(_ side: Side, _ quantity: Int64, _ price: String) -> Trade {
        TradingTests.trade(side, Quantity(whole: quantity), Price(text: price)!)
    }

    @Test func `of a commodity with a multiplier, bought today`() {
        let sheet = sheet([trade(.buy, 1, "161.05")], nil, last: "161.05", close: "0", multiplier: 1_000)
        let expected = "1 0 161.05 -161050 0 0 1 161.05 161050 161050 0 0 0 0 1 161.05 161050 0 0 0"
        #expect(sheet.net.map(words) == [expected] && sheet.day.map(words) == [expected])
    }

    @Test func `of a carried long that was sold and is flat`() {
        let carried = CarriedPosition(quantity: Quantity(whole: 3), value: Money(whole: 69_171))
        let sheet = sheet([trade(.sell, 4, "23340"), trade(.buy, 1, "23388")], carried, last: "23355", close: "23232")
        #expect(
            sheet.net.map(words) == [
                "0 3 0 801 801 276 4 23139.75 92559 93084 4 23340 93360 93360 1 23388 23388 4 23340 93360"
            ])
        #expect(
            sheet.day.map(words) == [
                "-3 0 23340 69972 -93 -93 1 23388 23388 23388 4 23340 93360 93360 1 23388 23388 4 23340 93360"
            ])
        #expect(sheet.net[0].carried == nil)
    }

    @Test func `of shares bought and sold within the day`() {
        let sheet = sheet([trade(.buy, 1, "311"), trade(.sell, 1, "309")], nil, last: "308.4", close: "0")
        let expected = "0 0 0 -2 -2 -2 1 311 311 311 1 309 309 309 1 311 311 1 309 309"
        #expect(sheet.net.map(words) == [expected] && sheet.day.map(words) == [expected])
    }

    @Test func `are one for each instrument and product, in order, and a day row only for what traded`() {
        let other = InstrumentID(exchange: "NFO", symbol: "OTHER")!
        let one = Quantity(whole: 1)
        let trades = [
            TradingTests.trade(.buy, one, Price(units: fixedPointScale), .intraday, other),
            TradingTests.trade(.buy, one, Price(units: fixedPointScale), .carry, other),
            TradingTests.trade(.sell, one, Price(units: fixedPointScale), .carry, other),
        ]
        let sheet = PositionSheet(trades: trades, carried: [key: CarriedPosition(quantity: -one, value: Money(whole: 5))]) { _ in
            PositionMark(lastPrice: Price(units: 4 * fixedPointScale), closePrice: Price(units: 6 * fixedPointScale))
        }
        #expect(
            sheet.net.map { "\($0.key.instrument.symbol) \($0.key.product.rawValue) \($0.quantity.text)" } == [
                "ANY NRML -1", "OTHER MIS 1", "OTHER NRML 0",
            ])
        #expect(sheet.day.map(\.key.product) == [.intraday, .carry])
        #expect(sheet.net[0].pnl.text == "1" && sheet.net[0].m2m.text == "2" && sheet.net[0].averagePrice.text == "5")
        #expect(sheet.net[0].carried == CarriedPosition(quantity: -one, value: Money(whole: 5)))
    }

    @Test func `print the price of what cannot be divided evenly, and stay whole at the limits`() {
        let thirds = sheet([trade(.buy, 1, "1"), trade(.buy, 2, "2")], nil, last: "1", close: "0")
        #expect(thirds.net[0].averagePrice.text == "1.66666667")
        let left = sheet([trade(.buy, 1, "1"), trade(.buy, 2, "2"), trade(.sell, 2, "2")], nil, last: "1", close: "0")
        #expect(left.net[0].carried?.value.text == "1.66666667" && left.net[0].carried?.quantity.text == "1")
        let largest = TradingTests.trade(.buy, PaperLimits.orderQuantity, PaperLimits.price)
        // In and out a hundred times: more than a quantity holds, though never more than one order at a time.
        let exit = TradingTests.trade(.sell, PaperLimits.orderQuantity, PaperLimits.price)
        let turnover = Array(repeating: [largest, exit], count: 100).flatMap(\.self) + [largest]
        let row = sheet(turnover, nil, last: "1000000000", close: "0", multiplier: 1_000).net[0]
        #expect(row.quantity == PaperLimits.orderQuantity && row.dayBuyQuantity.units == .max)
        #expect(row.averagePrice == PaperLimits.price && row.pnl == .zero && row.buyValue.text == "101" + String(repeating: "0", count: 21))
        #expect(row.carried?.value.text == "1" + String(repeating: "0", count: 21))
        let dear = sheet([], CarriedPosition(quantity: Quantity(units: 1), value: PaperLimits.capital), last: "1", close: "1").net[0]
        #expect(dear.averagePrice.units == .max, "a price that cannot be is the largest")
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `keep every identity for ten thousand sequences of trades`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_500 {
            let multiplier = [1, 50, 1_000, 5_000].randomElement(using: &random)! as Int64
            /// Whole paise times whole quantities, apart from the code's own arithmetic.
            func worth(_ paise: Int64, _ quantity: Int64) -> Int128 { Int128(paise) * Int128(quantity) * Int128(multiplier) * 1_000_000 }
            func paise() -> Int64 { Int64.random(in: 1...5_000_000, using: &random) }
            let carriedPaise = paise()
            let overnight = Bool.random(using: &random) ? 0 : Int64.random(in: -900...900, using: &random)
            let (last, close) = (paise(), Bool.random(using: &random) ? 0 : paise())
            var lines: [(side: Side, quantity: Int64, paise: Int64)] = []
            for _ in 0..<Int.random(in: overnight == 0 ? 1...12 : 0...12, using: &random) {
                lines.append((Bool.random(using: &random) ? .buy : .sell, Int64.random(in: 1...400, using: &random), paise()))
            }
            let trades = lines.map { TradingTests.trade($0.side, Quantity(whole: $0.quantity), Price(units: $0.paise * 1_000_000)) }
            let carried =
                overnight == 0
                ? nil
                : CarriedPosition(
                    quantity: Quantity(whole: overnight), value: Money(units: worth(carriedPaise, abs(overnight))))
            func make(_ trades: [Trade]) -> PositionSheet {
                PositionSheet(trades: trades, carried: carried.map { [key: $0] } ?? [:]) { _ in
                    PositionMark(
                        lastPrice: Price(units: last * 1_000_000), closePrice: Price(units: close * 1_000_000),
                        multiplier: Quantity(whole: multiplier))
                }
            }
            let sheet = make(trades)
            let row = try #require(sheet.net.first)
            let dayBuys = lines.filter { $0.side == .buy }
            let daySells = lines.filter { $0.side == .sell }
            let (bought, sold) = (dayBuys.reduce(0) { $0 + $1.quantity }, daySells.reduce(0) { $0 + $1.quantity })
            let paid = dayBuys.reduce(0 as Int128) { $0 + worth($1.paise, $1.quantity) }
            let received = daySells.reduce(0 as Int128) { $0 + worth($1.paise, $1.quantity) }
            let held = overnight + bought - sold
            let (long, short) = (max(overnight, 0), max(-overnight, 0))

            #expect(row.quantity.whole == held && row.quantity == row.buyQuantity - row.sellQuantity, "seed \(seed)")
            #expect(row.dayBuyValue.units == paid && row.daySellValue.units == received)
            #expect(row.buyValue.units == paid + worth(carriedPaise, long) && row.sellValue.units == received + worth(carriedPaise, short))
            #expect(row.value == row.sellValue - row.buyValue)
            #expect(row.pnl.units == row.value.units + worth(last, held))
            #expect(row.buyM2M.units == paid + worth(close, long) && row.sellM2M.units == received + worth(close, short))
            #expect(row.m2m.units == received + worth(close, short) - paid - worth(close, long) + worth(last, held))
            #expect(row.averagePrice == (held > 0 ? row.buyPrice : held < 0 ? row.sellPrice : .zero))
            for (price, value, quantity) in [
                (row.buyPrice, row.buyValue, row.buyQuantity), (row.sellPrice, row.sellValue, row.sellQuantity),
                (row.dayBuyPrice, row.dayBuyValue, row.dayBuyQuantity), (row.daySellPrice, row.daySellValue, row.daySellQuantity),
            ] {
                // Within half of the last decimal of a price.
                let units = Int128(quantity.whole ?? 0) * Int128(multiplier)
                #expect(units == 0 ? price == .zero : (Int128(price.units) * units - value.units).magnitude * 2 <= units.magnitude)
            }

            // The day row is the net row of somebody who carried nothing, and what was carried earned the rest.
            #expect(sheet.day.isEmpty == lines.isEmpty)
            if let day = sheet.day.first {
                #expect(day.overnightQuantity == .zero && day.pnl == day.m2m)
                #expect(row.m2m.units - day.m2m.units == worth(last - close, overnight))
                #expect(row.pnl.units - day.pnl.units == worth(last - carriedPaise, overnight))
            }
            #expect(make(trades.shuffled(using: &random)) == sheet, "the order of trades does not matter")
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `earn over many days what all their trades earn together`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            var carried: CarriedPosition?
            var close = Price.zero
            var sum = Money.zero
            var all: [Trade] = []
            for _ in 0..<Int.random(in: 2...10, using: &random) {
                let trades = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    TradingTests.trade(
                        Bool.random(using: &random) ? .buy : .sell, Quantity(whole: .random(in: 1...50, using: &random)),
                        Price(units: .random(in: 1...90_000, using: &random) * 5_000_000))
                }
                let last = Price(units: .random(in: 1...90_000, using: &random) * 5_000_000)
                let sheet = PositionSheet(trades: trades, carried: carried.map { [key: $0] } ?? [:]) { _ in
                    PositionMark(lastPrice: last, closePrice: close)
                }
                sum += sheet.net.first?.m2m ?? .zero
                carried = sheet.net.first?.carried
                close = last
                all += trades
            }
            let whole = PositionSheet(trades: all, carried: [:]) { _ in PositionMark(lastPrice: close, closePrice: .zero) }
            #expect(sum == whole.net.first?.pnl ?? .zero, "seed \(seed)")
            #expect(carried?.quantity ?? .zero == whole.net.first?.quantity ?? .zero)
        }
    }
}
