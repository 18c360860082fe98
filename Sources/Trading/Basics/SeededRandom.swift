// Chance that can be had again: the same seed gives the same numbers on every machine. Never for secrets.

/// SplitMix64: a small generator that passes the usual tests, one addition and three multiplications a number.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= SeededRandom.step
        return SeededRandom.scrambled(state)
    }

    /// A number that belongs to three others: chance by place instead of by turn.
    package static func number(seed: UInt64, _ a: Int64, _ b: Int64) -> UInt64 {
        let first = scrambled(seed &+ UInt64(bitPattern: a) &* step)
        return scrambled(first &+ UInt64(bitPattern: b) &* 0xD134_2543_DE82_EF95)
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func scrambled(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
