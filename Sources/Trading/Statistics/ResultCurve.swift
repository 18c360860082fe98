// The result of some round trips over time, with what was open at the prices of each moment: what they brought, less charges, plus what closing
// all of it would bring. Drawdown, returns by day and exposure are read off it.

/// A price that somebody could have seen at a moment between fills.
package struct PriceMark: Sendable, Hashable {
    package let at: Timestamp
    package let price: Price

    package init(at: Timestamp, price: Price) {
        self.at = at
        self.price = price
    }
}

/// The result over time of a set of round trips; it begins with zero before the first of them.
package struct ResultCurve: Sendable, Hashable {
    package struct Point: Sendable, Hashable {
        package let at: Timestamp
        /// Realised and unrealised, before charges.
        package let gross: Money
        /// The same less the charges so far.
        package let net: Money
        /// What is open, at cost; zero when nothing is.
        package let openCost: Money

        package func result(_ basis: ResultBasis) -> Money { basis == .net ? net : gross }
    }

    /// One per moment at which something changed, in order of time. Empty without round trips.
    package let points: [Point]

    /// Between fills a position counts at the newest of: its last fill here, and the marks of its instrument, which are in order of time.
    package init(of trips: some Sequence<RoundTrip>, marks: [InstrumentID: [PriceMark]]) {
        var steps: [Step] = []
        for trip in trips {
            for leg in trip.legs { steps.append(Step(at: leg.at, order: steps.count, key: trip.key, leg: leg, price: leg.price)) }
            guard let known = marks[trip.key.instrument] else { continue }
            var index = known.firstIndex(after: trip.openedAt)
            while index < known.count, trip.closedAt.map({ known[index].at < $0 }) ?? true {
                steps.append(Step(at: known[index].at, order: steps.count, key: trip.key, leg: nil, price: known[index].price))
                index += 1
            }
        }
        steps.sort { $0.at == $1.at ? $0.order < $1.order : $0.at < $1.at }
        points = ResultCurve.walk(steps)
    }

    /// A leg, or a price alone.
    private struct Step {
        let at: Timestamp
        let order: Int
        let key: PositionKey
        let leg: RoundTrip.Leg?
        let price: Price
    }

    private static func walk(_ steps: [Step]) -> [Point] {
        var points: [Point] = []
        var positions: [PositionKey: Position] = [:]
        var worth: [PositionKey: Money] = [:]
        var (realised, charges, unrealised, cost) = (Money.zero, Money.zero, Money.zero, Money.zero)
        for (index, step) in steps.enumerated() {
            var position = positions[step.key] ?? Position(key: step.key, openedAt: step.at, epoch: 0)
            if let leg = step.leg {
                cost -= position.cost
                realised += position.take(leg.side, leg.quantity, at: leg.price, on: leg.at) ?? .zero
                cost += position.cost
                charges += leg.charges
                positions[step.key] = position
            }
            // Shares that a split gave for nothing are no price of the others: what all of it is worth stays.
            let given = step.leg != nil && step.price == .zero
            let now = position.isFlat ? Money.zero : given ? worth[step.key] ?? .zero : position.unrealised(at: step.price)
            unrealised += now - (worth.updateValue(now, forKey: step.key) ?? .zero)
            // Of one moment only its end is a point.
            if index + 1 < steps.count, steps[index + 1].at == step.at { continue }
            let gross = realised + unrealised
            points.append(Point(at: step.at, gross: gross, net: gross - charges, openCost: cost))
        }
        return points
    }

    /// The largest sum of what was open, at cost.
    package var largestExposure: Money { points.map(\.openCost).max() ?? .zero }

    /// How long something was open, up to `now`.
    package func timeOpen(until now: Timestamp) -> Duration {
        var open = Duration.zero
        for (index, point) in points.enumerated() where point.openCost != .zero {
            let end = index + 1 < points.count ? points[index + 1].at : now
            if end > point.at { open += end - point.at }
        }
        return open
    }

    /// At most `count` points for drawing, first and last among them. Of each stretch the lowest and the highest net result stay, so that no
    /// drawdown is lost.
    package func thinned(to count: Int) -> [Point] {
        guard count >= 4, points.count > count else { return points }
        let stretches = (count - 2) / 2
        let inner = points.count - 2
        var kept: [Point] = [points[0]]
        for stretch in 0..<stretches {
            let range = 1 + inner * stretch / stretches..<1 + inner * (stretch + 1) / stretches
            guard var low = range.first else { continue }
            var high = low
            for index in range {
                if points[index].net < points[low].net { low = index }
                if points[index].net > points[high].net { high = index }
            }
            for index in low == high ? [low] : [min(low, high), max(low, high)] { kept.append(points[index]) }
        }
        kept.append(points[points.count - 1])
        return kept
    }
}

extension [PriceMark] {
    /// The first mark after `instant`, by halving.
    fileprivate func firstIndex(after instant: Timestamp) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].at <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// How far a curve fell from its highest point before, and for how long.
package struct Drawdown: Sendable, Hashable {
    /// The largest fall in money; zero when it never fell.
    package private(set) var amount = Money.zero
    /// When the high before that fall was, and its low.
    package private(set) var peakAt: Timestamp?
    package private(set) var lowAt: Timestamp?
    /// The largest fall as a share of the equity it fell from; another fall than `amount` may be it. A part of a book has no equity of its own.
    package private(set) var share: Measured<Ratio>
    /// The longest time from a high until it was reached again, or until now.
    package private(set) var longest = Duration.zero
    /// How far below its highest point it is now.
    package private(set) var present = Money.zero

    /// Of `capital` and the curve's result on top of it; without capital, of the result alone.
    package init(of curve: ResultCurve, _ basis: ResultBasis, capital: Money?, until now: Timestamp) {
        var worst = Ratio(0, over: 1)
        share = capital == nil ? .undefined(.noCapital) : .value(worst)
        guard let first = curve.points.first else { return }
        let start = capital ?? .zero
        var peak = start
        var reachedAt = first.at
        for point in curve.points {
            let value = start + point.result(basis)
            if value >= peak {
                longest = max(longest, present > .zero ? point.at - reachedAt : .zero)
                (peak, reachedAt, present) = (value, point.at, .zero)
                continue
            }
            present = peak - value
            if present > amount { (amount, peakAt, lowAt) = (present, reachedAt, point.at) }
            if capital != nil, Ratio(present.units, over: peak.units).isAbove(worst) { worst = Ratio(present.units, over: peak.units) }
        }
        if capital != nil { share = .value(worst) }
        if present > .zero, now > reachedAt { longest = max(longest, now - reachedAt) }
    }
}

extension Ratio {
    /// Whether it is larger, told exactly whatever the size of its parts; both are of zero or more.
    func isAbove(_ other: Ratio) -> Bool {
        let a = numerator.magnitude.multipliedFullWidth(by: other.denominator.magnitude)
        let b = other.numerator.magnitude.multipliedFullWidth(by: denominator.magnitude)
        return a.high == b.high ? a.low > b.low : a.high > b.high
    }
}
