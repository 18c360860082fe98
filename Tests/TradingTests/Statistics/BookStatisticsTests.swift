// Statistics of hand-made books: every figure can be checked with a pencil.

import Testing

@testable import Trading

@Suite struct `Round trips` {
    private func told(_ fills: String) -> [String] {
        RoundTrip.all(of: Fills.trades(fills)).map { trip in
            let quantities = trip.legs.map { ($0.side == .buy ? "+" : "-") + $0.quantity.text }.joined(separator: " ")
            return
                "\(trip.key.instrument.symbol) \(quantities) gross \(trip.gross.text) charges \(trip.charges.text)\(trip.isOpen ? " open" : "")"
        }
    }

    @Test func `go from flat to flat, however many fills that takes`() {
        #expect(
            told(
                """
                16 10:00 buy 10 INFY 100 charges 1
                16 10:01 buy 10 INFY 110 charges 1
                16 10:02 sell 5 INFY 111 charges 0.5
                16 10:03 sell 15 INFY 109 charges 1.5
                16 10:04 sell 2 INFY 109 charges 0.2
                """) == ["INFY +10 +10 -5 -15 gross 90 charges 4", "INFY -2 gross 0 charges 0.2 open"])
    }

    @Test func `share a fill that goes through flat by quantity, to the last unit of its charges`() {
        #expect(
            told(
                """
                16 10:00 buy 1 INFY 100
                16 10:01 sell 3 INFY 101 charges 0.01
                16 10:02 buy 2 INFY 100
                """) == ["INFY +1 -1 gross 1 charges 0.00333333", "INFY -2 +2 gross 2 charges 0.00666667"])
    }

    @Test func `are apart for each product of one share`() {
        #expect(
            told(
                """
                16 10:00 buy 1 INFY 100
                16 10:01 buy 1 INFY 100 CNC
                16 10:02 sell 1 INFY 105
                """) == ["INFY +1 -1 gross 5 charges 0", "INFY +1 gross 0 charges 0 open"])
    }

    @Test func `add up to the book, whatever was traded`() throws {
        for seed: UInt64 in 0..<200 {
            var random = SeededRandom(seed: seed)
            var lines: [String] = []
            for minute in 0..<60 {
                let side = random.next() % 2 == 0 ? "buy" : "sell"
                let symbol = ["INFY", "SBIN"][Int(random.next() % 2)]
                lines.append(
                    "16 10:\(minute < 10 ? "0" : "")\(minute) \(side) \(random.next() % 9 + 1) \(symbol) \(random.next() % 50 + 75).\(random.next() % 90 + 10)"
                        + " charges 0.\(random.next() % 900 + 100)")
            }
            let trades = Fills.trades(lines.joined(separator: "\n"))
            let trips = RoundTrip.all(of: trades)
            #expect(trips.reduce(Money.zero) { $0 + $1.charges } == trades.reduce(Money.zero) { $0 + $1.charges }, "seed \(seed)")
            #expect(
                trips.reduce(Money.zero) { $0 + $1.gross } == trades.reduce(Money.zero) { $0 + ($1.realised ?? .zero) }, "seed \(seed)")
            #expect(trips.count { $0.isOpen } <= 2, "seed \(seed)")
        }
    }
}

@Suite struct `Book statistics` {
    private let capital = Money(whole: 1_000)

    private func statistics(
        _ fills: String, marks: String = "", filter: StatisticsFilter = StatisticsFilter(), by: StatisticsGrouping? = nil,
        hours: MarketHours = .always, until: (String, String) = ("20", "15:30")
    ) -> BookStatistics {
        BookStatistics(
            of: Fills.trades(fills), capital: capital, filter: filter, by: by, marks: Fills.marks(marks), hours: hours,
            at: Fills.at(until.0, until.1))
    }

    /// Results +48, −22, +8 and 0 net of charges of 2 each; 50, −20, 10 and 2 gross.
    private let week = """
        16 10:00 buy 10 INFY 100 charges 1 tag dip
        16 10:30 sell 10 INFY 105 charges 1 tag exit
        17 10:00 sell 10 SBIN 50 charges 1 tag fade
        17 12:00 buy 10 SBIN 52 charges 1
        18 10:00 buy 10 INFY 100 charges 1 tag dip
        19 10:00 sell 10 INFY 101 charges 1
        19 11:00 buy 1 INFY 100 charges 1
        19 11:30 sell 1 INFY 102 charges 1
        """

    @Test func `count wins, losses and what they brought, net and gross`() {
        let whole = statistics(week).whole
        let (net, gross) = (whole.net.figures, whole.gross.figures)
        #expect(net.count == 4 && net.wins == 2 && net.losses == 1 && net.even == 1)
        #expect(net.profit.text == "56" && net.loss.text == "22" && net.total.text == "34")
        #expect(gross.count == 4 && gross.wins == 3 && gross.losses == 1 && gross.even == 0)
        #expect(gross.profit.text == "62" && gross.loss.text == "20" && gross.total.text == "42")
        #expect(net.winRate == .value(Ratio(2, over: 4)) && gross.winRate == .value(Ratio(3, over: 4)))
        #expect(net.profitFactor.value?.rounded(decimals: 4) == Money(text: "2.5455")?.units)
        #expect(gross.profitFactor.value?.rounded(decimals: 4) == Money(text: "3.1")?.units)
        #expect(net.expectancy == .value(Money(text: "8.5")!) && gross.expectancy == .value(Money(text: "10.5")!))
        #expect(net.averageWin == .value(Money(whole: 28)) && net.averageLoss == .value(Money(whole: -22)))
        #expect(net.payoff.value?.rounded(decimals: 4) == Money(text: "1.2727")?.units)
        #expect(net.best?.text == "48" && net.worst?.text == "-22")
        #expect(net.longestWinStreak == 1 && net.longestLossStreak == 1 && net.streak == 0)
        #expect(gross.longestWinStreak == 2 && gross.streak == 2)
        #expect(whole.charges.text == "8" && whole.fills == 8 && whole.open == 0 && whole.unrealised == .zero)
        // 1000 + 1050, 500 + 520, 1000 + 1010, 100 + 102.
        #expect(whole.turnover.text == "5282")
        // 30 min, 2 h, 24 h, 30 min.
        #expect(whole.averageHolding == .value(.seconds(27 * 3_600 / 4)))
    }

    @Test func `fall from the highest equity, with what is open at its price`() {
        let whole = statistics(
            """
            16 10:00 buy 10 INFY 100
            """,
            marks: """
                16 11:00 INFY 120
                16 12:00 INFY 90
                17 11:00 INFY 110
                18 11:00 INFY 121
                19 11:00 INFY 119
                """, until: ("19", "12:00")
        ).whole
        let fall = whole.net.drawdown
        #expect(fall.amount.text == "300" && fall.peakAt == Fills.at("16", "11:00") && fall.lowAt == Fills.at("16", "12:00"))
        // 1200 to 900.
        #expect(fall.share.value?.rounded(decimals: 4) == Money(text: "0.25")?.units)
        #expect(fall.longest == .seconds(48 * 3_600) && fall.present.text == "20")
        #expect(whole.unrealised.text == "190" && whole.open == 1 && whole.net.figures.count == 0)
        #expect(whole.largestExposure.text == "1000")
    }

    @Test func `see no fall when a split gives shares for nothing, and the whole loss of a contract that ends worthless`() {
        let split = statistics(
            """
            16 10:00 buy 10 INFY 100
            17 09:15 buy 10 INFY 0
            17 11:00 sell 20 INFY 52
            """, marks: "16 15:00 INFY 104"
        ).whole
        #expect(split.net.drawdown.amount == .zero && split.net.figures.total.text == "40" && split.net.figures.count == 1)
        let worthless = statistics(
            """
            16 10:00 buy 10 INFY 5
            17 15:30 sell 10 INFY 0
            """
        ).whole
        #expect(worthless.net.figures.total.text == "-50" && worthless.net.drawdown.amount.text == "50")
    }

    @Test func `count a fall from the capital itself, and charges as one`() {
        let fall = statistics("16 10:00 buy 1 INFY 100 charges 10").whole
        #expect(fall.net.drawdown.amount.text == "10" && fall.net.drawdown.present.text == "10")
        #expect(fall.net.drawdown.share.value?.rounded(decimals: 4) == Money(text: "0.01")?.units)
        #expect(fall.gross.drawdown.amount == .zero)
        // From Monday 10:00 until Friday 15:30.
        #expect(fall.net.drawdown.longest == .seconds(4 * 86_400 + 5 * 3_600 + 1_800))
    }

    @Test func `put the ratio of Sharpe on the returns of days, of which a holiday is none`() throws {
        // Friday +100 on 1000; Saturday and Sunday have no session; Monday −55 on 1100; Tuesday nothing.
        let fills = """
            13 10:00 buy 10 INFY 100
            13 11:00 sell 10 INFY 110
            16 10:00 buy 10 INFY 100
            16 11:00 sell 10 INFY 94.5
            """
        let whole = statistics(fills, hours: .exchange, until: ("17", "16:00")).whole
        #expect(whole.days == 3)
        let returns = [0.1, -0.05, 0]
        let mean = returns.reduce(0, +) / 3
        let deviation = (returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
        let expected = mean / deviation * 252.0.squareRoot()
        #expect(abs(try #require(whole.net.sharpe.value) - expected) < 1e-12)
        #expect(abs(expected - 3.4641) < 1e-4, "(1/60) ÷ √(7/1200) × √252 by hand")
        let always = statistics(fills, hours: .always, until: ("17", "16:00")).whole
        #expect(always.days == 5)
    }

    @Test func `tell how long something was open, by time and by day`() {
        let whole = statistics(week, hours: .exchange).whole
        // 30 min + 2 h + 24 h + 30 min of Monday 10:00 to Friday 15:30.
        #expect(whole.timeExposure == .value(Ratio(27 * 3_600_000_000, over: (4 * 86_400 + 5 * 3_600 + 1_800) * 1_000_000)))
        #expect(whole.days == 5 && whole.dayExposure == .value(Ratio(4, over: 5)))
    }

    @Test func `say why a figure is missing instead of zero or endless`() {
        let empty = statistics("").whole
        #expect(empty.net.figures.winRate.reason == .noTrades && empty.net.figures.profitFactor.reason == .noTrades)
        #expect(empty.net.figures.expectancy.reason == .noTrades && empty.net.sharpe.reason == .noTrades)
        #expect(empty.timeExposure.reason == .noTrades && empty.dayExposure.reason == .noTrades)
        #expect(empty.averageHolding.reason == .noTrades && empty.net.figures.best == nil)
        let won = statistics(
            """
            16 10:00 buy 10 INFY 100
            16 11:00 sell 10 INFY 101
            """, until: ("16", "12:00")
        ).whole
        #expect(won.net.figures.profitFactor.reason == .noLosses && won.net.figures.averageLoss.reason == .noLosses)
        #expect(won.net.figures.payoff.reason == .noLosses && won.net.sharpe.reason == .tooFewDays)
        let lost = statistics(
            """
            16 10:00 buy 10 INFY 100
            16 11:00 sell 10 INFY 99
            """, until: ("16", "12:00")
        ).whole
        #expect(lost.net.figures.averageWin.reason == .noWins && lost.net.figures.payoff.reason == .noWins)
        #expect(lost.net.figures.profitFactor == .value(Ratio(0, over: 10 * Int128(fixedPointScale))))
        let idle = statistics("16 10:00 buy 10 INFY 100", until: ("18", "12:00")).whole
        #expect(idle.net.sharpe.reason == .noVariation)
        let first = statistics("16 10:00 buy 10 INFY 100", until: ("16", "10:00")).whole
        #expect(first.timeExposure.reason == .noTime)
        let ruined = statistics(
            """
            16 10:00 buy 10 INFY 100
            16 11:00 sell 10 INFY 1
            17 11:00 sell 10 INFY 10
            17 12:00 buy 10 INFY 20
            """
        ).whole
        #expect(ruined.net.sharpe.reason == .equityNotPositive)
    }

    @Test func `divide the book so that the parts add up to it`() {
        for grouping in StatisticsGrouping.allCases {
            let statistics = statistics(week + "\n20 10:00 buy 3 SBIN 50 charges 1 tag dip", by: grouping)
            func sum(_ figure: (StatisticsReport) -> Money) -> Money { statistics.parts.reduce(.zero) { $0 + figure($1.report) } }
            #expect(sum { $0.net.figures.total } == statistics.whole.net.figures.total, "\(grouping)")
            #expect(sum(\.charges) == statistics.whole.charges && sum(\.turnover) == statistics.whole.turnover, "\(grouping)")
            #expect(statistics.parts.reduce(0) { $0 + $1.report.open } == 1 && statistics.partsLeftOut == 0, "\(grouping)")
            #expect(statistics.parts.allSatisfy { $0.report.net.drawdown.share.reason == .noCapital })
        }
        func names(_ grouping: StatisticsGrouping) -> [String?] { statistics(week, by: grouping).parts.map(\.name) }
        #expect(names(.symbol) == ["NSE:INFY", "NSE:SBIN"])
        #expect(names(.day) == ["2026-11-16", "2026-11-17", "2026-11-19"])
        #expect(names(.tag) == [nil, "dip", "fade"])
        #expect(names(.side) == ["LONG", "SHORT"])
        #expect(names(.weekday) == ["MON", "THU", "TUE"])
        #expect(names(.hour) == ["10", "11"])
        #expect(names(.product) == ["MIS"])
        let dip = statistics(week, by: .tag).parts[1].report
        #expect(dip.net.figures.count == 2 && dip.net.figures.total.text == "56" && dip.net.figures.streak == 2)
    }

    @Test func `take a symbol, a tag or days alone`() {
        func total(_ filter: StatisticsFilter) -> String { statistics(week, filter: filter).whole.net.figures.total.text }
        #expect(total(StatisticsFilter(symbol: "SBIN")) == "-22")
        #expect(total(StatisticsFilter(tag: "dip")) == "56")
        #expect(total(StatisticsFilter(from: CivilDate("2026-11-17"), to: CivilDate("2026-11-19"))) == "-14")
        #expect(total(StatisticsFilter(to: CivilDate("2026-11-15"))) == "0")
        #expect(statistics(week, filter: StatisticsFilter(tag: "dip")).whole.net.drawdown.share.reason == .noCapital)
    }

    @Test func `keep the parts that weigh most when there are too many`() {
        let fills = (0..<600).map { index in
            let time = "\(10 + index / 120):\(index % 60 < 10 ? "0" : "")\(index % 60)"
            return "16 \(time) buy 1 INFY 100 tag t\(index)\n16 \(time) sell 1 INFY \(101 + index) tag x"
        }
        let statistics = BookStatistics(
            of: Fills.trades(fills.joined(separator: "\n")), capital: capital, by: .tag, hours: .always, at: Fills.at("16", "18:00"))
        #expect(statistics.parts.count == BookStatistics.partLimit && statistics.partsLeftOut == 100)
        #expect(statistics.parts.contains { $0.name == "t599" } && !statistics.parts.contains { $0.name == "t0" })
        #expect(statistics.whole.net.figures.count == 600)
    }

    @Test func `draw a curve that keeps its highs and lows however few points it has`() {
        var marks: [PriceMark] = []
        for minute in 0..<5_000 {
            let price = minute == 3_217 ? "50" : minute == 1_111 ? "150" : "1\(minute % 10 + 10).5"
            marks.append(PriceMark(at: Fills.at("16", "10:00") + .seconds(Int64(minute + 1) * 60), price: Price(text: price)!))
        }
        let curve = ResultCurve(of: RoundTrip.all(of: Fills.trades("16 10:00 buy 1 INFY 100")), marks: [Story.id("INFY"): marks])
        #expect(curve.points.count == 5_001)
        let few = curve.thinned(to: BookStatistics.curvePoints)
        #expect(few.count <= BookStatistics.curvePoints && few.first == curve.points.first && few.last == curve.points.last)
        #expect(few.map(\.net).min()?.text == "-50" && few.map(\.net).max()?.text == "50")
        #expect(few.map(\.at) == few.map(\.at).sorted())
        #expect(curve.thinned(to: 10_000) == curve.points)
    }

    @Test func `tell falls apart exactly where binary fractions would not`() {
        let large = Ratio(Int128(1) << 100, over: (Int128(1) << 101) - 1)
        #expect(large.isAbove(Ratio(1, over: 2)) && !Ratio(1, over: 2).isAbove(large) && !large.isAbove(large))
    }
}
