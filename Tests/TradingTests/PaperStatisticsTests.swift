// Figures over closing fills and open positions.

import Testing

@testable import Trading

@Suite struct `Statistics` {
    private func statistics(_ story: String) throws -> (PaperStatistics, Story) {
        var told = Story()
        try told.tell(story)
        return (PaperStatistics(of: told.account.trades, at: told.now), told)
    }

    @Test func `count each closing fill once, of longs and shorts`() throws {
        let (statistics, _) = try statistics(
            """
            last INFY 100
            buy 10 INFY market
            last INFY 110
            sell 4 INFY market
            last INFY 97
            sell 6 INFY market
            sell 10 INFY market
            last INFY 92
            buy 10 INFY market
            buy 1 INFY market
            sell 1 INFY market
            """)
        // +40, −18, +50, 0.
        #expect(statistics.totalTrades == 4 && statistics.winningTrades == 2 && statistics.losingTrades == 1)
        #expect(statistics.totalProfit.text == "90" && statistics.totalLoss.text == "18" && statistics.totalPnl.text == "72")
        #expect(statistics.averageProfit.text == "45" && statistics.averageLoss.text == "-18" && statistics.averagePnl.text == "18")
        #expect(statistics.bestTrade.text == "50" && statistics.worstTrade.text == "-18")
        #expect(FixedPoint.text(statistics.winRate.rounded(decimals: 2)) == "50")
        #expect(FixedPoint.text(statistics.profitFactor.rounded(decimals: 2)) == "5")
        #expect(statistics.tradesToday == 7)
    }

    @Test func `are zero without closing fills`() throws {
        let (statistics, _) = try statistics(
            """
            last INFY 100
            buy 10 INFY market
            """)
        #expect(statistics.totalTrades == 0 && statistics.winRate.rounded(decimals: 2) == 0)
        #expect(statistics.profitFactor.rounded(decimals: 2) == 0 && statistics.averagePnl == .zero && statistics.bestTrade == .zero)
    }

    @Test func `give the gross profit as factor when nothing was lost`() throws {
        let (statistics, _) = try statistics(
            """
            last INFY 100
            buy 3 INFY market
            last INFY 110.10
            sell 3 INFY market
            """)
        #expect(FixedPoint.text(statistics.profitFactor.rounded(decimals: 2)) == "30.3")
    }

    @Test func `round ratios half up`() {
        #expect(FixedPoint.text(Ratio(2, over: 3).rounded(decimals: 2)) == "0.67")
        #expect(FixedPoint.text(Ratio(-1, over: 8).rounded(decimals: 2)) == "-0.13")
        #expect(FixedPoint.text(Ratio(200, over: 3).rounded(decimals: 0)) == "67")
        #expect(Ratio.zero.rounded(decimals: 8) == 0)
    }

    @Test func `count today's trades by India's midnight`() throws {
        let (_, story) = try statistics(
            """
            last INFY 100
            buy 3 INFY market
            """)
        #expect(PaperStatistics(of: story.account.trades, at: story.now + .seconds(86_400)).tradesToday == 0)
    }

    @Test func `sum what is open at the prices of the moment`() throws {
        let (_, story) = try statistics(
            """
            last INFY 100
            last SBIN 50
            quote BTC 9 10
            buy 10 INFY market
            sell 10 SBIN market
            buy 1 BTC market
            """)
        let totals = OpenPositionTotals(of: story.account.positions.values) { id in
            switch id.symbol {
            case "INFY": Price(text: "95")
            case "SBIN": Price(text: "40")
            default: nil
            }
        }
        #expect(totals.count == 3 && totals.unpriced == 1)
        #expect(totals.unrealised.text == "50" && totals.invested.text == "1510" && totals.value.text == "1360")
    }
}
