// Chance that can be repeated: every property test prints its seed, and TRADEHOUSE_SEED runs it again with that seed.

import Glibc

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A new seed, printed with the name of the test, or the one in TRADEHOUSE_SEED.
    init(for test: String) {
        var seed = UInt64.random(in: 0...UInt64.max)
        if let given = getenv("TRADEHOUSE_SEED").flatMap({ UInt64(String(cString: $0)) }) { seed = given }
        print("\(test): TRADEHOUSE_SEED=\(seed)")
        self.init(seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Text of up to `count` characters, with quotes, escapes, control characters and characters of every UTF-8 length.
    mutating func text(upTo count: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...count, using: &self) {
            let scalar: UInt32 =
                switch Int.random(in: 0..<8, using: &self) {
                case 0: UInt32.random(in: 0...0x1F, using: &self)
                case 1: [0x22, 0x5C, 0x2F, 0x2C, 0x25, 0x2B, 0x3D, 0x26].randomElement(using: &self)!
                case 2: UInt32.random(in: 0x80...0x7FF, using: &self)
                case 3: UInt32.random(in: 0xE000...0xFFFF, using: &self)
                case 4: UInt32.random(in: 0x10000...0x10FFFF, using: &self)
                default: UInt32.random(in: 0x20...0x7E, using: &self)
                }
            text.unicodeScalars.append(Unicode.Scalar(scalar)!)  // surrogates are not drawn
        }
        return text
    }
}
