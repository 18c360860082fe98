// What the simulated market lists: well-known NSE symbols at made-up prices, invented shares, two coins and two indices. One line each.

/// One line of the simulated market's list.
struct SimulatedListing: Sendable {
    let instrument: Instrument
    /// Where its price starts from and returns to, in steps.
    let baseSteps: Int64
    /// The smallest move of its price; for a tradable instrument the tick size.
    let step: Price
    /// How restless its own price is, in hundredths of the market's usual share.
    let restlessness: Int64
    /// Units traded a day.
    let dayVolume: Quantity
    /// How heavy it is among the shares; the heavy ones, from 3 on, stand for the whole NIFTY 50.
    let weight: Int64
    /// The indices' members, none for others.
    let members: [String]
    /// The widest gap between best bid and best ask, in steps.
    let widestSpread: Int64
    /// Messages a second, at least and at most.
    let pace: ClosedRange<Int64>
    /// What makes it a contract, whose price follows its index instead of a walk of its own.
    var contract: ContractTerms?
    /// Seconds between two messages of one that is quiet; 1 for all others. Well below the time after which a price counts as stale.
    var restSeconds: Int64 = 1

    static let all: [SimulatedListing] = shares + coins + indices

    private static let shares: [SimulatedListing] = [
        SimulatedListing(share: "RELIANCE", 2_885, "Reliance Industries", rupees: 1_490, restlessness: 80, dayThousands: 900, weight: 8),
        SimulatedListing(share: "INFY", 1_594, "Infosys", rupees: 1_520, restlessness: 70, dayThousands: 700, weight: 5),
        SimulatedListing(share: "TCS", 11_536, "Tata Consultancy Services", rupees: 3_080, restlessness: 60, dayThousands: 250, weight: 3),
        SimulatedListing(share: "HDFCBANK", 1_333, "HDFC Bank", rupees: 995, restlessness: 70, dayThousands: 1_500, weight: 12),
        SimulatedListing(share: "SBIN", 3_045, "State Bank of India", rupees: 965, restlessness: 90, dayThousands: 1_000, weight: 4),
        SimulatedListing(share: "ICICIBANK", 4_963, "ICICI Bank", rupees: 1_365, restlessness: 80, dayThousands: 900, weight: 9),
        SimulatedListing(share: "ITC", 1_660, "ITC", rupees: 405, restlessness: 50, dayThousands: 1_200, weight: 4),
        SimulatedListing(share: "LT", 11_483, "Larsen & Toubro", rupees: 4_020, restlessness: 90, dayThousands: 180, weight: 4),
        SimulatedListing(share: "BHARTIARTL", 10_604, "Bharti Airtel", rupees: 2_090, restlessness: 70, dayThousands: 450, weight: 5),
        SimulatedListing(share: "MARUTI", 10_999, "Maruti Suzuki India", rupees: 15_900, restlessness: 80, dayThousands: 40, weight: 2),
        SimulatedListing(share: "TATASTEEL", 3_499, "Tata Steel", rupees: 172, restlessness: 120, dayThousands: 3_500, weight: 2),
        SimulatedListing(share: "WIPRO", 3_787, "Wipro", rupees: 258, restlessness: 80, dayThousands: 1_100, weight: 1),
        SimulatedListing(share: "HCLTECH", 7_229, "HCL Technologies", rupees: 1_595, restlessness: 80, dayThousands: 300, weight: 2),
        SimulatedListing(
            share: "SUNPHARMA", 3_351, "Sun Pharmaceutical Industries", rupees: 1_760, restlessness: 60, dayThousands: 220, weight: 2),
        SimulatedListing(share: "AXISBANK", 5_900, "Axis Bank", rupees: 1_240, restlessness: 90, dayThousands: 600, weight: 3),
        SimulatedListing(share: "KOTAKBANK", 1_922, "Kotak Mahindra Bank", rupees: 2_090, restlessness: 70, dayThousands: 300, weight: 3),
        SimulatedListing(
            share: "ONGC", 2_475, "Oil and Natural Gas Corporation", rupees: 246, restlessness: 80, dayThousands: 1_400, weight: 1),
        SimulatedListing(share: "NTPC", 11_630, "NTPC", rupees: 328, restlessness: 70, dayThousands: 1_000, weight: 2),
        SimulatedListing(share: "CIPLA", 694, "Cipla", rupees: 1_525, restlessness: 60, dayThousands: 180, weight: 1),
        SimulatedListing(share: "M&M", 2_031, "Mahindra & Mahindra", rupees: 3_690, restlessness: 90, dayThousands: 250, weight: 3),
        SimulatedListing(share: "BAJAJ-AUTO", 16_669, "Bajaj Auto", rupees: 8_890, restlessness: 80, dayThousands: 30, weight: 1),
        SimulatedListing(share: "ASIANPAINT", 236, "Asian Paints", rupees: 2_890, restlessness: 70, dayThousands: 110, weight: 1),
        SimulatedListing(share: "BAJFINANCE", 317, "Bajaj Finance", rupees: 985, restlessness: 100, dayThousands: 650, weight: 2),
        SimulatedListing(share: "HINDUNILVR", 1_394, "Hindustan Unilever", rupees: 2_430, restlessness: 50, dayThousands: 150, weight: 2),
        SimulatedListing(share: "ULTRACEMCO", 11_532, "UltraTech Cement", rupees: 11_800, restlessness: 80, dayThousands: 25, weight: 1),
        SimulatedListing(share: "TITAN", 3_506, "Titan Company", rupees: 3_820, restlessness: 80, dayThousands: 100, weight: 1),
        SimulatedListing(share: "NESTLEIND", 17_963, "Nestle India", rupees: 1_270, restlessness: 50, dayThousands: 90, weight: 1),
        SimulatedListing(share: "POWERGRID", 14_977, "Power Grid Corporation", rupees: 272, restlessness: 60, dayThousands: 900, weight: 1),
        SimulatedListing(share: "GRASIM", 1_232, "Grasim Industries", rupees: 2_760, restlessness: 80, dayThousands: 60, weight: 1),
        SimulatedListing(share: "JSWSTEEL", 11_723, "JSW Steel", rupees: 1_165, restlessness: 110, dayThousands: 180, weight: 1),
        SimulatedListing(
            share: "ADANIPORTS", 15_083, "Adani Ports and SEZ", rupees: 1_500, restlessness: 110, dayThousands: 220, weight: 1),
        SimulatedListing(share: "COALINDIA", 20_374, "Coal India", rupees: 384, restlessness: 70, dayThousands: 600, weight: 1),
        SimulatedListing(share: "DRREDDY", 881, "Dr. Reddy's Laboratories", rupees: 1_245, restlessness: 70, dayThousands: 130, weight: 1),
        SimulatedListing(share: "EICHERMOT", 910, "Eicher Motors", rupees: 6_900, restlessness: 80, dayThousands: 40, weight: 1),
        SimulatedListing(share: "TECHM", 13_538, "Tech Mahindra", rupees: 1_440, restlessness: 80, dayThousands: 160, weight: 1),
        SimulatedListing(share: "INDUSINDBK", 5_258, "IndusInd Bank", rupees: 845, restlessness: 130, dayThousands: 400, weight: 1),
        SimulatedListing(share: "BPCL", 526, "Bharat Petroleum Corporation", rupees: 370, restlessness: 90, dayThousands: 550, weight: 0),
        SimulatedListing(share: "HINDALCO", 1_363, "Hindalco Industries", rupees: 805, restlessness: 110, dayThousands: 400, weight: 1),
        SimulatedListing(
            share: "APOLLOHOSP", 157, "Apollo Hospitals Enterprise", rupees: 7_400, restlessness: 70, dayThousands: 35, weight: 1),
        SimulatedListing(share: "MRF", 2_277, "MRF", rupees: 152_000, restlessness: 70, dayThousands: 1, weight: 0),
        SimulatedListing(share: "DEMOBANK", 36_001, "Demo Bank (invented)", rupees: 540, restlessness: 80, dayThousands: 800, weight: 0),
        SimulatedListing(
            share: "DEMOAUTO", 36_002, "Demo Automobiles (invented)", rupees: 2_350, restlessness: 90, dayThousands: 200, weight: 0),
        SimulatedListing(share: "DEMOFOODS", 36_003, "Demo Foods (invented)", rupees: 715, restlessness: 50, dayThousands: 300, weight: 0),
        SimulatedListing(
            share: "DEMOPOWER", 36_004, "Demo Power (invented)", rupees: 182, restlessness: 80, dayThousands: 1_500, weight: 0),
        SimulatedListing(
            share: "DEMOTECH", 36_005, "Demo Technologies (invented)", rupees: 4_280, restlessness: 100, dayThousands: 150, weight: 0),
        SimulatedListing(
            share: "DEMOSTEEL", 36_006, "Demo Steel (invented)", rupees: 96, restlessness: 130, dayThousands: 2_500, weight: 0),
        SimulatedListing(
            share: "DEMOGOLD", 36_007, "Demo Gold Trust (invented)", rupees: 7_250, restlessness: 60, dayThousands: 40, weight: 0),
        SimulatedListing(
            share: "DEMOPENNY", 36_008, "Demo Penny Share (invented)", rupees: 12, restlessness: 160, dayThousands: 6_000, weight: 0),
    ]

    private static let coins: [SimulatedListing] = [
        SimulatedListing(coin: "BTCUSDT", 36_101, "Bitcoin", whole: 92_000, lot: Quantity(units: 1), dayUnits: 20_000),
        SimulatedListing(coin: "ETHUSDT", 36_102, "Ether", whole: 3_050, lot: Quantity(units: 10_000), dayUnits: 300_000),
    ]

    private static let indices: [SimulatedListing] = [
        SimulatedListing(index: "NIFTY 50", 1_001, whole: 26_000, members: shares.filter { $0.weight >= 3 }.map(\.instrument.id.symbol)),
        SimulatedListing(
            index: "NIFTY BANK", 1_016, whole: 58_500,
            members: ["HDFCBANK", "ICICIBANK", "SBIN", "AXISBANK", "KOTAKBANK", "INDUSINDBK"]),
    ]

    /// NSE's tick for shares, by the price of the month before, which here is the base price.
    static func tickSize(forRupees rupees: Int64) -> Price {
        // The built-in rules always: what an owner changes must not make another market of the same seed.
        let close = Price(units: rupees * fixedPointScale)
        guard let tick = RulePack.builtIn.tickSize("NSE", .equity, closeOfLastMonth: close, on: listed) else {
            preconditionFailure("The built-in rules know the ticks of shares.")
        }
        return tick
    }

    /// The day whose rules its instruments follow.
    private static let listed = CivilDate(dayNumber: 20_454)

    private init(
        share symbol: String, _ number: Int64, _ name: String, rupees: Int64, restlessness: Int64, dayThousands: Int64, weight: Int64
    ) {
        let tick = SimulatedListing.tickSize(forRupees: rupees)
        instrument = Instrument(
            id: SimulatedListing.id("NSE", symbol), token: number * 256 + 1, name: name, tickSize: tick, lotSize: Quantity(whole: 1),
            kind: "EQ", segment: "NSE", isSimulated: true)
        step = tick
        baseSteps = rupees * fixedPointScale / tick.units
        self.restlessness = restlessness
        dayVolume = Quantity(whole: dayThousands * 10_000)
        self.weight = weight
        members = []
        widestSpread = 2
        pace = weight >= 2 ? 1...4 : 0...3
    }

    private init(coin symbol: String, _ number: Int64, _ name: String, whole: Int64, lot: Quantity, dayUnits: Int64) {
        step = Price(units: fixedPointScale / 100)
        instrument = Instrument(
            id: SimulatedListing.id("CRYPTO", symbol), token: number * 256 + 1, name: name, tickSize: step, lotSize: lot, kind: "SPOT",
            segment: "CRYPTO", isSimulated: true)
        baseSteps = whole * 100
        restlessness = 200
        dayVolume = Quantity(whole: dayUnits)
        weight = 0
        members = []
        widestSpread = max(2, whole / 500)
        pace = 1...4
    }

    private init(index symbol: String, _ number: Int64, whole: Int64, members: [String]) {
        instrument = Instrument(
            id: SimulatedListing.id("NSE", symbol), token: number * 256 + 9, name: symbol, tickSize: .zero, lotSize: .zero, kind: "INDEX",
            segment: "INDICES", isSimulated: true)
        step = Price(units: 5 * fixedPointScale / 100)
        baseSteps = whole * 20
        restlessness = 0
        dayVolume = .zero
        weight = 0
        self.members = members
        widestSpread = 0
        pace = 1...2
    }

    /// A contract of the chain. A future tells its price every second, an option every eighth: there are hundreds.
    init(contract instrument: Instrument, _ terms: ContractTerms) {
        self.instrument = instrument
        contract = terms
        step = instrument.tickSize
        baseSteps = 0
        restlessness = 0
        dayVolume = Quantity(units: instrument.lotSize.units * 1_440 * (instrument.isFuture ? 400 : 40))
        weight = 0
        members = []
        widestSpread = instrument.isFuture ? 5 : 2
        pace = 1...1
        restSeconds = instrument.isFuture ? 1 : 8
    }

    private static func id(_ exchange: String, _ symbol: String) -> InstrumentID {
        guard let id = InstrumentID(exchange: exchange, symbol: symbol) else {
            preconditionFailure("The simulated market lists symbols that can be written.")
        }
        return id
    }
}
