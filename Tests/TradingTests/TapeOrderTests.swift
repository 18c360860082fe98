// Several tapes played back as one.

import Testing

@testable import Trading

@Suite struct `Merged tapes` {
    /// A tape written as seconds; the price counts its ticks.
    private func tape(_ symbol: String, _ seconds: [Int64]) -> [Tick] {
        seconds.enumerated().map { number, second in
            Tick(
                instrument: Story.id(symbol), at: Timestamp(seconds: second), lastPrice: Price(units: Int64(number + 1)),
                lastQuantity: .zero,
                dayVolume: .zero, depth: .none)
        }
    }

    private func text(_ ticks: [Tick]) -> String { ticks.map { "\($0.instrument.symbol)\($0.lastPrice.units)" }.joined(separator: " ") }

    @Test func `are in order of time, equal times in order of the tapes`() {
        #expect(text(TapeOrder.merged([tape("B", [1, 3, 3]), tape("A", [2, 3])])) == "B1 A1 B2 B3 A2")
        #expect(TapeOrder.merged([]).isEmpty && TapeOrder.merged([[], []]).isEmpty)
    }

    @Test func `keep each tape's own order where its times step back`() {
        #expect(text(TapeOrder.merged([tape("A", [5, 3, 6]), tape("B", [4, 5, 7])])) == "B1 A1 A2 B2 A3 B3")
    }

    @Test func `hold every tick once`() {
        var random = SeededRandom(seed: 3)
        let tapes = (0..<40).map { number in
            var second: Int64 = 0
            return tape(
                "S\(number)",
                (0..<Int(random.next() % 60)).map { _ in
                    second += Int64(random.next() % 5) - 1
                    return second
                })
        }
        let merged = TapeOrder.merged(tapes)
        for tape in tapes { #expect(merged.filter { $0.instrument == tape.first?.instrument } == tape) }
    }
}
