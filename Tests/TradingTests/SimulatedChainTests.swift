// The simulated chain: which contracts a day has, what they are worth, how they tick, and that a new day brings new ones.

import Testing

@testable import Trading

@Suite struct `The simulated chain` {
    private static let start = Timestamp(rfc3339: "2026-11-20T10:00:00+05:30")!

    private func place(_ key: String, in market: SimulatedMarket) throws -> Int { try #require(market.places[InstrumentID(key: key)!]) }

    private func expiries(_ day: String) -> [String] {
        SimulatedChain.expiries(on: CivilDate(day)!).map { $0.day.description + ($0.isMonthly ? " month" : "") }
    }

    @Test func `has the next three expiries and three months of them, on Tuesdays or the trading day before`() {
        #expect(expiries("2026-11-20") == ["2026-11-23 month", "2026-12-01", "2026-12-08", "2026-12-29 month", "2027-01-26 month"])
        #expect(expiries("2026-11-23").first == "2026-11-23 month", "Tuesday the 24th is closed")
        #expect(
            expiries("2026-11-24") == [
                "2026-12-01", "2026-12-08", "2026-12-15", "2026-12-29 month", "2027-01-26 month", "2027-02-23 month",
            ])
        #expect(expiries("2026-03-30").first == "2026-03-30 month")
    }

    @Test func `names contracts as the exchange does`() {
        let day = CivilDate("2026-12-01")!
        #expect(SimulatedChain.code(.init(day: day, isMonthly: false, listedFrom: 0)) == "26D01")
        #expect(SimulatedChain.code(.init(day: day, isMonthly: true, listedFrom: 0)) == "26DEC")
        #expect(SimulatedChain.code(.init(day: CivilDate("2027-03-09")!, isMonthly: false, listedFrom: 0)) == "27309")
    }

    @Test func `lists futures and options with expiry, strike, lot, tick and freeze, and no number twice`() throws {
        let market = SimulatedMarket(seed: 1, at: Self.start)
        let contracts = market.instruments.filter(\.isContract)
        #expect(contracts.filter(\.isFuture).map(\.id.symbol) == ["NIFTY26NOVFUT", "NIFTY26DECFUT", "NIFTY27JANFUT"])
        #expect(Set(contracts.map(\.token)).count == contracts.count && contracts.allSatisfy { $0.token < 1 << 31 })
        #expect((200...900).contains(contracts.count), "\(contracts.count)")
        for contract in contracts {
            #expect(contract.id.exchange == "NFO" && contract.segment == (contract.isFuture ? "NFO-FUT" : "NFO-OPT"))
            #expect(contract.lotSize.whole == 65 && contract.freezeQuantity.whole == 1_800 && contract.underlying == "NIFTY")
            #expect(contract.tickSize.text == (contract.isFuture ? "0.1" : "0.05") && contract.expiry != nil)
            #expect((contract.strike > .zero) == contract.isOption)
        }
        let spot = market.price(of: try place("NSE:NIFTY 50", in: market), at: Self.start).units / fixedPointScale
        let near = contracts.filter { $0.expiry == CivilDate("2026-12-01") && $0.kind == "CE" }.compactMap {
            $0.strike.units / fixedPointScale
        }
        #expect(near.contains { $0 < spot - 400 } && near.contains { $0 > spot + 400 } && near.allSatisfy { $0 % 50 == 0 })
    }

    @Test func `quotes every contract five levels deep at once and again within ten seconds, on its ticks`() {
        var market = SimulatedMarket(seed: 1, at: Self.start)
        let contracts = Dictionary(uniqueKeysWithValues: market.instruments.filter(\.isContract).map { ($0.id, $0) })
        let opening = market.openingTicks().filter { contracts[$0.instrument] != nil }
        #expect(opening.count == contracts.count)
        let ticks = market.ticks(until: Self.start + .seconds(10))
        #expect(Set(ticks.map(\.instrument)).isSuperset(of: contracts.keys))
        #expect(ticks.count { contracts[$0.instrument] != nil } < contracts.count * 2 + 100, "the work of a second is bounded")
        for tick in opening + ticks {
            guard let contract = contracts[tick.instrument] else { continue }
            #expect(tick.depth.bids.count == 5 && tick.depth.asks.count == 5 && tick.lastPrice.isMultiple(of: contract.tickSize))
            let levels = tick.depth.bids.reversed().map(\.price) + tick.depth.asks.map(\.price)
            #expect(levels[0] > .zero && zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 }, "\(tick)")
            #expect((tick.depth.bids + tick.depth.asks).allSatisfy { $0.quantity.isMultiple(of: contract.lotSize) && $0.quantity > .zero })
        }
    }

    @Test func `a call and a put of one strike differ by what the future is above it`() throws {
        let market = SimulatedMarket(seed: 3, at: Self.start)
        let expiry = CivilDate("2026-12-29")!
        let spot = market.price(of: try place("NSE:NIFTY 50", in: market), at: Self.start)
        let future = market.price(of: try place("NFO:NIFTY26DECFUT", in: market), at: Self.start)
        #expect(future > spot && future.units < spot.units / 100 * 102)
        for call in market.instruments where call.kind == "CE" && call.expiry == expiry {
            let put = "NFO:" + call.id.symbol.dropLast(2) + "PE"
            let (one, other) = (
                market.price(of: try place(call.id.key, in: market), at: Self.start),
                market.price(of: try place(put, in: market), at: Self.start)
            )
            // Neither is quoted below its least price, so that far away the sum is off by that.
            let off = (one.units - other.units) - (future.units - call.strike.units)
            #expect(off.magnitude <= 90_000_000, "\(call.id) \(one.text) \(other.text)")
        }
    }

    @Test func `an option loses its time and is worth at its expiry what exercising it brings`() {
        let strike = Price(text: "26000")!
        let expiresAt = SimulatedChain.close(of: CivilDate("2026-12-01")!)
        let tick = Price(text: "0.05")!
        func value(_ kind: ContractTerms.Kind, _ index: String, _ left: Duration) -> Price {
            let terms = ContractTerms(kind: kind, expiresAt: expiresAt, listedAt: Self.start)
            return Price(units: ContractValue.steps(terms, index: Price(text: index)!, at: expiresAt - left, tick: tick) * tick.units)
        }
        let week = Duration.seconds(7 * 86_400)
        #expect(value(.call(strike: strike), "26000", week) > value(.call(strike: strike), "26000", .seconds(86_400)))
        #expect(value(.call(strike: strike), "26100", .zero) == Price(text: "100"))
        #expect(value(.put(strike: strike), "25950.5", .zero) == Price(text: "49.5"))
        #expect(value(.put(strike: strike), "26100", .zero) == Price(units: ContractValue.leastSteps * tick.units))
        // 26,000 × 13 % × √(7/365) × φ(0), with half a week's interest on the call's side.
        let atTheMoney = value(.call(strike: strike), "26000", week).units / fixedPointScale
        #expect((185...220).contains(atTheMoney), "\(atTheMoney)")
        var last = Price(text: "100000")!
        for spot in stride(from: 24_000, through: 28_000, by: 7) {
            let next = value(.put(strike: strike), "\(spot)", week)
            #expect(next <= last, "a put falls while the index rises: \(spot)")
            last = next
        }
    }

    @Test func `takes whole roots exactly`() {
        for number in Int128(0)...2_000 {
            let root = Int128(ContractValue.root(number))
            #expect(root * root <= number && (root + 1) * (root + 1) > number, "\(number)")
        }
        let large = Int128(34_000_123)
        #expect(ContractValue.root(large * large) == 34_000_123 && ContractValue.root(large * large - 1) == 34_000_122)
    }

    @Test func `a new day brings new contracts, keeps the strikes it had and lets the expired go`() throws {
        var market = SimulatedMarket(seed: 5, at: Self.start)
        let before = Set(market.instruments.map(\.id))
        #expect(!market.needsListing(at: Self.start + .seconds(3_600)))
        #expect(market.relist(at: Self.start + .seconds(3_600)).isEmpty)
        let later = Timestamp(rfc3339: "2026-11-24T00:00:00+05:30")!
        #expect(market.needsListing(at: later))
        _ = market.ticks(until: later)
        let new = market.relist(at: later)
        let after = Set(market.instruments.map(\.id))
        #expect(Set(new.map(\.id)) == after.subtracting(before) && new.contains { $0.expiry == CivilDate("2026-12-15") })
        let gone = before.subtracting(after)
        #expect(!gone.isEmpty && gone.allSatisfy { $0.symbol.hasPrefix("NIFTY26NOV") })
        #expect(market.openingTicks(of: new).count == new.count)
        let fresh = SimulatedMarket(seed: 5, at: later)
        #expect(Set(fresh.instruments.map(\.id)) == after, "a restart lists the same")
        #expect(fresh.places.count == fresh.instruments.count && market.places.count == market.instruments.count)
    }

    @Test func `an expired contract is silent and settles at the mean of the last half hour`() throws {
        let close = SimulatedChain.close(of: CivilDate("2026-11-23")!)
        #expect(close == Timestamp(rfc3339: "2026-11-23T15:40:00+05:30"))
        #expect(SimulatedChain.close(of: CivilDate("2026-07-28")!) == Timestamp(rfc3339: "2026-07-28T15:30:00+05:30"))
        var market = SimulatedMarket(seed: 5, at: close - .seconds(10))
        let future = InstrumentID(key: "NFO:NIFTY26NOVFUT")!
        #expect(market.ticks(until: close).contains { $0.instrument == future })
        #expect(!market.ticks(until: close + .seconds(20)).contains { $0.instrument.symbol.hasPrefix("NIFTY26NOV") })
        #expect(!market.openingTicks().contains { $0.instrument == future })
        let settled = try #require(market.settlement(of: "NIFTY", on: CivilDate("2026-11-23")!))
        let atClose = market.price(of: try place("NSE:NIFTY 50", in: market), at: close)
        #expect((settled.units - atClose.units).magnitude < atClose.units.magnitude / 100)
        #expect(market.settlement(of: "BANKNIFTY", on: CivilDate("2026-11-23")!) == nil)
    }

    @Test func `has a past from its listing on that joins its ticks, and none after its end`() throws {
        let market = SimulatedMarket(seed: 5, at: Self.start)
        let id = InstrumentID(key: "NFO:NIFTY26DECFUT")!
        let days = market.history(id, interval: .day, in: (Self.start - .seconds(200 * 86_400))...Self.start)
        #expect(days.count == 60, "\(days.count)")
        let minutes = market.history(id, interval: .minute, in: (Self.start - .seconds(3_600))...Self.start)
        #expect(minutes.count == 61 && minutes.allSatisfy { $0.low <= min($0.open, $0.close) && $0.high >= max($0.open, $0.close) })
        let last = try #require(minutes.last { $0.openedAt < Self.start })
        #expect((last.close.units - market.price(of: try place(id.key, in: market), at: Self.start).units).magnitude < 1_000_000_000)
        let ended = InstrumentID(key: "NFO:NIFTY26NOVFUT")!
        let after = Timestamp(rfc3339: "2026-11-25T00:00:00+05:30")!
        #expect(market.history(ended, interval: .minute, in: after...(after + .seconds(3_600))).isEmpty)
    }
}
