// The contracts of the simulated market: futures and options on its NIFTY 50, which expire and strikes a day has and what a contract is
// worth. Everything is a function of the day and the index, so that a chain needs no store. How they tick is `SimulatedMarket`'s business.

/// What makes a contract.
struct ContractTerms: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case future
        case call(strike: Price)
        case put(strike: Price)
    }

    let kind: Kind
    /// When it stops trading.
    let expiresAt: Timestamp
    /// From when on it is listed; it has no past before.
    let listedAt: Timestamp
}

/// The chain on one index.
struct SimulatedChain: Sendable {
    let underlying = "NIFTY"
    let index = "NIFTY 50"
    let lot = Quantity(whole: 65)
    let freeze = Quantity(whole: 1_800)
    let futureTick = Price(units: fixedPointScale / 10)
    let optionTick = Price(units: fixedPointScale / 20)

    /// Weekly expiries that are listed at a time, the month's among them.
    static let weeks = 3
    /// Monthly expiries that are listed at a time.
    static let months = 3
    /// Days before its expiry from which a contract is listed, a weekly one and a monthly one.
    static let weeklyLife: Int64 = 21
    static let monthlyLife: Int64 = 98
    /// Strikes on either side of the index when it is looked at.
    static let strikesAside: Int64 = 12
    /// The steps between strikes: near expiries, and those more than `weeklyLife` days away.
    static let nearStep: Int64 = 50
    static let farStep: Int64 = 100
    /// Strikes of one expiry, at most; those nearest to the index stay.
    static let strikeLimit = 150

    /// One expiry of a day.
    struct Expiry: Hashable, Sendable {
        let day: CivilDate
        let isMonthly: Bool
        let listedFrom: Int64
    }

    // MARK: Days

    /// The expiries that are listed on `day`, in order: the next weekly ones and the next monthly ones.
    ///
    /// Contracts expire on Tuesdays, or on the trading day before a Tuesday that is closed.
    static func expiries(on day: CivilDate) -> [Expiry] {
        var found: [Expiry] = []
        var (weekly, monthly) = (0, 0)
        var tuesday = day.dayNumber
        while CivilDate(dayNumber: tuesday).weekday != 2 { tuesday += 1 }
        // Before a closed Tuesday the expiry may be over while the Tuesday is not.
        while weekly < weeks || monthly < months {
            let isMonthly = CivilDate(dayNumber: tuesday + 7).month != CivilDate(dayNumber: tuesday).month
            let expiry = lastTradingDay(upTo: tuesday)
            if expiry >= day.dayNumber, weekly < weeks || isMonthly {
                let life = isMonthly ? monthlyLife : weeklyLife
                found.append(Expiry(day: CivilDate(dayNumber: expiry), isMonthly: isMonthly, listedFrom: tuesday - life))
                weekly += 1
                monthly += isMonthly ? 1 : 0
            }
            tuesday += 7
        }
        return found
    }

    private static func lastTradingDay(upTo day: Int64) -> Int64 {
        var day = day
        while MarketCalendar.nse.session(on: CivilDate(dayNumber: day)) == nil { day -= 1 }
        return day
    }

    /// When contracts of a day's expiry stop trading: derivatives trade ten minutes longer since 3 August 2026.
    static func close(of day: CivilDate) -> Timestamp {
        let isLonger = day >= CivilDate(dayNumber: 20_668)
        return Timestamp(date: day, secondOfDay: isLonger ? 56_400 : 55_800, offsetSeconds: indiaOffsetSeconds)
    }

    // MARK: Contracts

    /// The strikes that an expiry has on `day`, in order. `index` gives the price of the index at the midnight that begins a day in India.
    ///
    /// On every day of its life those around the index are added and none goes, as exchanges do it.
    static func strikes(of expiry: Expiry, on day: CivilDate, index: (Int64) -> Price) -> [Int64] {
        var found: Set<Int64> = []
        for number in min(expiry.listedFrom, day.dayNumber)...day.dayNumber {
            let price = index(number).units / fixedPointScale
            let step = expiry.day.dayNumber - number > weeklyLife ? farStep : nearStep
            let centre = (price + step / 2) / step * step
            for away in -strikesAside...strikesAside where centre + away * step > 0 { found.insert(centre + away * step) }
        }
        let centre = index(day.dayNumber).units / fixedPointScale
        return found.sorted { ((($0 - centre).magnitude), $0) < ((($1 - centre).magnitude), $1) }.prefix(strikeLimit).sorted()
    }

    /// Every contract of `day` with its terms, in order of expiry and strike, the futures of monthly expiries first.
    func contracts(on day: CivilDate, index: (Timestamp) -> Price) -> [(instrument: Instrument, terms: ContractTerms)] {
        var found: [(Instrument, ContractTerms)] = []
        // All expiries look at the same midnights.
        let first = day.dayNumber - SimulatedChain.monthlyLife
        let midnights = (first...day.dayNumber).map { index(Timestamp(seconds: $0 * 86_400 - indiaOffsetSeconds)) }
        for expiry in SimulatedChain.expiries(on: day) {
            let terms = { (kind: ContractTerms.Kind) in
                ContractTerms(
                    kind: kind, expiresAt: SimulatedChain.close(of: expiry.day),
                    listedAt: Timestamp(seconds: expiry.listedFrom * 86_400 - indiaOffsetSeconds))
            }
            if expiry.isMonthly {
                found.append((instrument("FUT", expiry, strike: 0, slot: 2_047), terms(.future)))
            }
            for strike in SimulatedChain.strikes(of: expiry, on: day, index: { midnights[Int($0 - first)] }) {
                let price = Price(units: strike * fixedPointScale)
                // Strikes are multiples of fifty, and no thousand of them apart at a time.
                let slot = strike / 50 % 1_000 * 2
                found.append((instrument("CE", expiry, strike: strike, slot: slot), terms(.call(strike: price))))
                found.append((instrument("PE", expiry, strike: strike, slot: slot + 1), terms(.put(strike: price))))
            }
        }
        return found
    }

    private func instrument(_ kind: String, _ expiry: Expiry, strike: Int64, slot: Int64) -> Instrument {
        let symbol = underlying + SimulatedChain.code(expiry) + (kind == "FUT" ? "FUT" : "\(strike)" + kind)
        guard let id = InstrumentID(exchange: "NFO", symbol: symbol) else {
            preconditionFailure("A contract has a symbol that can be written.")
        }
        // The number of a week and a place in it: the same for ever, and below 2³¹ with the segment's byte.
        let number = 100_000 + expiry.day.dayNumber / 7 % 2_000 * 2_048 + slot
        return Instrument(
            id: id, token: number * 256 + 2, name: underlying, tickSize: kind == "FUT" ? futureTick : optionTick, lotSize: lot, kind: kind,
            segment: kind == "FUT" ? "NFO-FUT" : "NFO-OPT", expiry: expiry.day, strike: Price(units: strike * fixedPointScale),
            underlying: underlying, freezeQuantity: freeze, isSimulated: true)
    }

    /// `26DEC` for a month's expiry, `26D01` for a week's: year, month as 1 to 9, O, N, D, day.
    static func code(_ expiry: Expiry) -> String {
        let year = CivilDate.padded(expiry.day.year % 100, 2)
        guard expiry.isMonthly else {
            return year + String(Array("123456789OND")[expiry.day.month - 1]) + CivilDate.padded(expiry.day.day, 2)
        }
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        return year + months[expiry.day.month - 1]
    }
}

/// What a contract is worth when its index stands somewhere, by one rule for all: the future is the index with interest, an option is worth
/// what it would bring at the future's price and, for the time left, what a normally spread index would add. Calls and puts of a strike
/// differ by future and strike, as they must.
enum ContractValue {
    /// Interest a year, in ten-thousandths.
    private static let interest: Int64 = 650
    /// The spread of the index over a year, in ten-thousandths of its price.
    private static let spread: Int64 = 1_300
    private static let yearSeconds: Int64 = 31_536_000
    /// No contract is quoted lower, in ticks: five bids fit below.
    static let leastSteps: Int64 = 15

    /// The value in steps of `tick`.
    static func steps(_ terms: ContractTerms, index: Price, at instant: Timestamp, tick: Price) -> Int64 {
        let left = min(max(0, (terms.expiresAt - instant).wholeMicroseconds / 1_000_000), yearSeconds)
        let spot = index.units
        let future = spot + Int64(Int128(spot) * Int128(interest * left) / Int128(10_000 * yearSeconds))
        let value: Int64
        switch terms.kind {
        case .future: value = future
        case .call(let strike): value = max(0, future - strike.units) + timeValue(spot, left, away: future - strike.units)
        case .put(let strike): value = max(0, strike.units - future) + timeValue(spot, left, away: future - strike.units)
        }
        return max(leastSteps, (value + tick.units / 2) / tick.units)
    }

    /// What time adds, for an option whose strike is `away` from the future.
    private static func timeValue(_ spot: Int64, _ left: Int64, away: Int64) -> Int64 {
        guard left > 0 else { return 0 }
        // In hundredths of a paisa, in whole numbers: the same on every machine.
        let yearly = spot / 10_000 * spread / 10_000
        let deviation = root(Int128(yearly) * Int128(yearly) * Int128(left) / Int128(yearSeconds))
        guard deviation > 0 else { return 0 }
        // How many deviations away, in thousandths of a tenth.
        let place = Int64(Int128(away.magnitude / 10_000) * 10_000 / Int128(deviation))
        let index = Int(place / 1_000)
        guard index + 1 < table.count else { return 0 }
        let into = place % 1_000
        let share = table[index] + (table[index + 1] - table[index]) * into / 1_000
        return deviation * share / 1_000_000 * 10_000
    }

    /// The whole part of a square root, by Newton's way from above.
    static func root(_ square: Int128) -> Int64 {
        guard square > 0 else { return 0 }
        var guess = Int128(1) << Int128((129 - square.leadingZeroBitCount) / 2)
        while true {
            let next = (guess + square / guess) / 2
            guard next < guess else { return Int64(guess) }
            guess = next
        }
    }

    /// What a standard normal variable is worth above a threshold of 0, 0.1, … 4 deviations, in millionths: φ(x) − x(1 − Φ(x)).
    private static let table: [Int64] = [
        398_942, 350_935, 306_895, 266_761, 230_439, 197_797, 168_673, 142_879, 120_207, 100_431, 83_315, 68_620, 56_102, 45_528, 36_668,
        29_307, 23_242, 18_288, 14_276, 11_054, 8_491, 6_468, 4_887, 3_662, 2_720, 2_004, 1_464, 1_060, 761, 542, 382, 267, 185, 127, 87,
        58,
        39, 26, 17, 11, 7,
    ]
}
