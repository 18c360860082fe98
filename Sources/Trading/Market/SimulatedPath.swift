// How a simulated price moves, as a function of time: the price of any instant can be asked for, past or future, in any order, and is the
// same every time. So history needs no store, and what was charted yesterday is charted today.
//
// The walk is built from the coarse to the fine. Every 2²⁰ seconds (twelve days) it passes a point drawn around zero, which pulls it back
// however long it runs; between two points the middle one is displaced by chance in proportion to the square root of the distance, down to
// four seconds, and below that it is straight. Quiet and restless hours come from factors that belong to stretches of time.

/// One random walk over time, in billionths: 10,000,000 is one per cent above the base.
struct SimulatedPath: Sendable {
    /// Lengths of stretches are powers of two in seconds; these are the exponents.
    private static let coarsest = 20
    private static let finest = 2
    private static let moodHours = 13
    private static let moodMinutes = 10
    /// The spread of the coarse points: four per cent.
    private static let coarseSpread: Int64 = 40_000_000

    let seed: UInt64
    /// The usual move over one second, in billionths; over n seconds it is √n times as much.
    let perSecond: Int64

    /// A stretch between two known points; `mood` is its restlessness in hundredths.
    private struct Stretch {
        var start: Int64
        var exponent: Int
        var left: Int64
        var right: Int64
        var mood: Int64
    }

    /// Where the walk is at `instant`.
    func value(at instant: Timestamp) -> Int64 {
        let stretch = stretch(around: instant.seconds, exponent: SimulatedPath.finest)
        let into = instant.microseconds - stretch.start * 1_000_000
        return stretch.left + (stretch.right - stretch.left) * into / ((1 << SimulatedPath.finest) * 1_000_000)
    }

    /// The points of the stretch of 2^`exponent` seconds around `second`, each 2^`fineness` seconds apart, its end not included.
    func points(around second: Int64, exponent: Int, fineness: Int) -> (start: Int64, values: [Int64]) {
        let stretch = stretch(around: second, exponent: exponent)
        var values: [Int64] = []
        values.reserveCapacity(1 << (exponent - fineness))
        collect(stretch, fineness, into: &values)
        return (stretch.start, values)
    }

    private func collect(_ stretch: Stretch, _ fineness: Int, into values: inout [Int64]) {
        guard stretch.exponent > fineness else {
            values.append(stretch.left)
            return
        }
        let (left, right) = halves(stretch)
        collect(left, fineness, into: &values)
        collect(right, fineness, into: &values)
    }

    private func stretch(around second: Int64, exponent: Int) -> Stretch {
        let length = Int64(1) << SimulatedPath.coarsest
        let index = second.flooredQuotient(length)
        var stretch = Stretch(
            start: index * length, exponent: SimulatedPath.coarsest, left: coarsePoint(index), right: coarsePoint(index + 1), mood: 100)
        while stretch.exponent > exponent {
            let (left, right) = halves(stretch)
            stretch = second < right.start ? left : right
        }
        return stretch
    }

    private func halves(_ whole: Stretch) -> (Stretch, Stretch) {
        let half = whole.exponent - 1
        let middle = whole.start + (Int64(1) << half)
        // √(2^n) is a shift, times √2 when n is odd; halved, since the middle of a known stretch strays half as far.
        let root = (Int64(1) << (whole.exponent / 2)) * (whole.exponent % 2 == 0 ? 1_000 : 1_414)
        let usual = perSecond * root / 2_000 * whole.mood / 100
        let displaced = (whole.left + whole.right) / 2 + draw(Int64(whole.exponent), middle, spread: usual)
        return (
            Stretch(start: whole.start, exponent: half, left: whole.left, right: displaced, mood: mood(half, whole.start, whole.mood)),
            Stretch(start: middle, exponent: half, left: displaced, right: whole.right, mood: mood(half, middle, whole.mood))
        )
    }

    private func coarsePoint(_ index: Int64) -> Int64 { draw(0, index, spread: SimulatedPath.coarseSpread) }

    /// Stretches of hours, and of minutes within them, are quieter or more restless than others.
    private func mood(_ exponent: Int, _ start: Int64, _ mood: Int64) -> Int64 {
        guard exponent == SimulatedPath.moodHours || exponent == SimulatedPath.moodMinutes else { return mood }
        let chance = Int64(SeededRandom.number(seed: seed, Int64(exponent) + 64, start) % 100)
        return mood * (50 + chance * chance / 80) / 100
    }

    /// A number around zero, bell-shaped, never beyond three and a half times `spread`.
    private func draw(_ kind: Int64, _ place: Int64, spread: Int64) -> Int64 {
        let bits = SeededRandom.number(seed: seed, kind, place)
        let sum = Int64(bits & 0xFFFF) + Int64(bits >> 16 & 0xFFFF) + Int64(bits >> 32 & 0xFFFF) + Int64(bits >> 48)
        return (sum - 131_070) * spread / 37_837
    }
}
