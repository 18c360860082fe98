// The statistics of a book: all of it, and its parts by symbol, day, tag and more. Worked out from the stored trades when somebody looks, never
// stored. The formulas are in etc/docs/statistics.md; the legacy figures over closing fills are `Paper/PaperStatistics`.

/// What a book is divided by.
package enum StatisticsGrouping: String, Sendable, CaseIterable {
    case symbol
    /// The day in India on which a round trip was closed.
    case day
    /// The tag of the order that opened it.
    case tag
    case product
    /// Long or short.
    case side
    /// The day of the week on which it was closed.
    case weekday
    /// The hour of the day in India in which it was opened.
    case hour
}

/// Which round trips count.
package struct StatisticsFilter: Sendable, Hashable {
    package var symbol: String?
    package var tag: String?
    /// Closed on this day in India or later; one that is open was not closed yet and counts.
    package var from: CivilDate?
    /// Closed on this day or earlier; one that is open does not count.
    package var to: CivilDate?

    package init(symbol: String? = nil, tag: String? = nil, from: CivilDate? = nil, to: CivilDate? = nil) {
        self.symbol = symbol
        self.tag = tag
        self.from = from
        self.to = to
    }

    package var isEmpty: Bool { self == StatisticsFilter() }

    package func takes(_ trip: RoundTrip) -> Bool {
        if let symbol, trip.key.instrument.symbol != symbol { return false }
        if let tag, trip.tag != tag { return false }
        guard let closed = trip.closedAt.map({ CivilDate(dayNumber: $0.dayNumber(offsetSeconds: indiaOffsetSeconds)) }) else {
            return to == nil
        }
        return from.map { closed >= $0 } ?? true && to.map { closed <= $0 } ?? true
    }
}

/// The figures of some round trips, on both bases.
package struct StatisticsReport: Sendable, Hashable {
    package struct Basis: Sendable, Hashable {
        package let figures: ResultFigures
        package let drawdown: Drawdown
        package let sharpe: Measured<Double>
    }

    package let net: Basis
    package let gross: Basis
    /// Of all of them, open ones too.
    package let charges: Money
    /// Price × quantity of all fills.
    package let turnover: Money
    package let fills: Int
    package let open: Int
    /// What closing parts of open ones brought, before charges.
    package let openRealised: Money
    package let openCharges: Money
    /// What is open at the newest prices, before charges.
    package let unrealised: Money
    /// How long the closed ones lasted on the average.
    package let averageHolding: Measured<Duration>
    /// Time with something open ÷ time since the first fill.
    package let timeExposure: Measured<Ratio>
    /// Days with something open ÷ days that count.
    package let dayExposure: Measured<Ratio>
    package let largestExposure: Money
    package let days: Int
    package let curve: ResultCurve

    package func basis(_ basis: ResultBasis) -> Basis { basis == .net ? net : gross }

    /// - Parameter capital: of a whole book; a part of one has none.
    package init(
        of trips: [RoundTrip], capital: Money?, marks: [InstrumentID: [PriceMark]], hours: MarketHours, at now: Timestamp
    ) {
        let closed = trips.filter { !$0.isOpen }.sorted { ($0.closedAt ?? now) < ($1.closedAt ?? now) }
        let pending = trips.filter(\.isOpen)
        let curve = ResultCurve(of: trips, marks: marks)
        self.curve = curve
        charges = trips.reduce(.zero) { $0 + $1.charges }
        turnover = trips.reduce(.zero) { $0 + $1.legs.reduce(.zero) { $0 + $1.price.value(of: $1.quantity) } }
        fills = trips.reduce(0) { $0 + $1.legs.count }
        open = pending.count
        openRealised = pending.reduce(.zero) { $0 + $1.gross }
        openCharges = pending.reduce(.zero) { $0 + $1.charges }
        let booked = trips.reduce(Money.zero) { $0 + $1.gross }
        unrealised = (curve.points.last?.gross ?? .zero) - booked
        if closed.isEmpty {
            averageHolding = .undefined(.noTrades)
        } else {
            let sum = closed.reduce(Duration.zero) { $0 + (($1.closedAt ?? now) - $1.openedAt) }
            averageHolding = .value(.microseconds(sum.wholeMicroseconds / Int64(closed.count)))
        }
        if let first = curve.points.first?.at {
            let whole = (now - first).wholeMicroseconds
            timeExposure =
                whole > 0
                ? .value(Ratio(Int128(curve.timeOpen(until: now).wholeMicroseconds), over: Int128(whole))) : .undefined(.noTime)
        } else {
            timeExposure = .undefined(.noTrades)
        }
        largestExposure = curve.largestExposure
        let byDay = DailyReturns(of: curve, .net, hours: hours, until: now)
        days = byDay.days.count
        dayExposure = byDay.exposure
        func basis(_ basis: ResultBasis, _ days: DailyReturns) -> Basis {
            Basis(
                figures: ResultFigures(of: closed.lazy.map { $0.result(basis) }),
                drawdown: Drawdown(of: curve, basis, capital: capital, until: now),
                sharpe: days.sharpe(capital: capital, daysPerYear: hours.daysPerYear))
        }
        net = basis(.net, byDay)
        gross = basis(.gross, DailyReturns(of: curve, .gross, hours: hours, until: now))
    }
}

extension MarketHours {
    /// How many days a year has for a yearly ratio: 252 of an exchange, 365 of a market that never closes.
    package var daysPerYear: Int { self == .always ? 365 : 252 }
}

/// A book's statistics with its parts.
package struct BookStatistics: Sendable {
    package struct Part: Sendable {
        /// `NSE:INFY`, `2026-11-20`, a tag, `MIS`, `LONG`, `FRI`, `09`; nothing for round trips without a tag.
        package let name: String?
        package let report: StatisticsReport
    }

    /// Parts that are told at most; the largest net results in money, won or lost, stay.
    package static let partLimit = 500
    /// Points of a curve for drawing.
    package static let curvePoints = 400

    package let whole: StatisticsReport
    package let parts: [Part]
    /// Parts that `partLimit` left out.
    package let partsLeftOut: Int

    package init(
        of trades: [Trade], capital: Money, filter: StatisticsFilter = StatisticsFilter(), by grouping: StatisticsGrouping? = nil,
        marks: [InstrumentID: [PriceMark]] = [:], hours: MarketHours, at now: Timestamp
    ) {
        let trips = RoundTrip.all(of: trades).filter(filter.takes)
        whole = StatisticsReport(of: trips, capital: filter.isEmpty ? capital : nil, marks: marks, hours: hours, at: now)
        guard let grouping else {
            (parts, partsLeftOut) = ([], 0)
            return
        }
        let groups = Dictionary(grouping: trips) { BookStatistics.name(of: $0, by: grouping) }
        let kept = groups.sorted { a, b in
            let (left, right) = (BookStatistics.weight(a.value), BookStatistics.weight(b.value))
            return left == right ? (a.key ?? "") < (b.key ?? "") : left > right
        }.prefix(BookStatistics.partLimit)
        partsLeftOut = groups.count - kept.count
        parts = kept.sorted { ($0.key ?? "") < ($1.key ?? "") }
            .map { Part(name: $0.key, report: StatisticsReport(of: $0.value, capital: nil, marks: marks, hours: hours, at: now)) }
    }

    private static func weight(_ trips: [RoundTrip]) -> Money { trips.reduce(Money.zero) { $0 + $1.net }.magnitude }

    /// Nothing is a name of its own: without a tag, or not closed yet.
    private static func name(of trip: RoundTrip, by grouping: StatisticsGrouping) -> String? {
        func date(_ instant: Timestamp) -> CivilDate { CivilDate(dayNumber: instant.dayNumber(offsetSeconds: indiaOffsetSeconds)) }
        return switch grouping {
        case .symbol: trip.key.instrument.key
        case .day: trip.closedAt.map { date($0).description }
        case .tag: trip.tag
        case .product: trip.key.product.rawValue
        case .side: trip.side == .buy ? "LONG" : "SHORT"
        case .weekday: trip.closedAt.map { BookStatistics.weekdays[Int(($0.dayNumber(offsetSeconds: indiaOffsetSeconds) + 3) % 7)] }
        case .hour: String(trip.openedAt.wallClock(offsetSeconds: indiaOffsetSeconds, separator: "T", decimals: 0).dropFirst(11).prefix(2))
        }
    }

    /// From Monday; 1 January 1970 was a Thursday.
    private static let weekdays = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]

    /// The instruments whose prices between fills matter, with when they were held; the longest held first.
    package static func held(in trades: [Trade], _ filter: StatisticsFilter, at now: Timestamp) -> [(InstrumentID, ClosedRange<Timestamp>)]
    {
        var spans: [InstrumentID: (from: Timestamp, to: Timestamp)] = [:]
        for trip in RoundTrip.all(of: trades) where filter.takes(trip) {
            let end = max(trip.closedAt ?? now, trip.openedAt)
            let span = spans[trip.key.instrument] ?? (trip.openedAt, end)
            spans[trip.key.instrument] = (min(span.from, trip.openedAt), max(span.to, end))
        }
        return spans.sorted { a, b in
            let (left, right) = (a.value.to - a.value.from, b.value.to - b.value.from)
            return left == right ? a.key < b.key : left > right
        }.map { ($0.key, $0.value.from...$0.value.to) }
    }
}
