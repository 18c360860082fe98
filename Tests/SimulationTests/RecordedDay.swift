// A recorded day, when the shared data is beside the repository or where TRADEHOUSE_SHARED says; and an invented one in the same form.

import Glibc
import Storage
import TestSupport
import Trading

enum RecordedDay {
    private static let folder: String? = {
        let parts = #filePath.split(separator: "/")
        guard let tests = parts.lastIndex(of: "Tests"), tests >= 2 else { return nil }
        let beside = "/" + parts[..<(tests - 1)].joined(separator: "/") + "/shared"
        for shared in [getenv("TRADEHOUSE_SHARED").map { String(cString: $0) }, beside] {
            guard let shared else { continue }
            let path = shared + "/fixtures/market/ticks/2021-04-13"
            if access(path, R_OK | X_OK) == 0 { return path }
        }
        return nil
    }()

    static var available: Bool { folder != nil }

    /// The first ticks of two shares.
    static func source(ticks: Int) throws -> DaySource? {
        guard let folder else { return nil }
        var tapes: [[Tick]] = []
        var instruments: [Instrument] = []
        for symbol in ["RELIANCE", "SBIN"] {
            let tape = try TapeFiles.read("\(folder)/\(symbol).csv.gz")
            tapes.append(Array(tape.ticks.prefix(ticks / 2)))
            // Two tapes read by themselves may have numbered their instruments alike.
            instruments += tape.instruments.map { one in
                Instrument(
                    id: one.id, token: Int64(instruments.count) + 1, name: one.name, tickSize: one.tickSize, lotSize: one.lotSize,
                    kind: one.kind,
                    segment: one.segment, isSimulated: one.isSimulated)
            }
        }
        return .tape(TapeOrder.merged(tapes), instruments: instruments)
    }

    /// Two shares that wander, with the disorder of a live feed: times that step back, messages that come twice.
    static func invented(seed: UInt64) -> DaySource {
        var random = SeededRandom(seed: seed)
        func below(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
        let instruments = ["ALPHA", "BETA"].enumerated().map { index, symbol in
            TestHouse.instrument("NSE", symbol, token: Int64(index) + 1, tick: "0.05", lot: "1")
        }
        let tapes = instruments.map { instrument in
            var price: Int64 = 4_000
            var second: Int64 = 1_618_285_500
            var volume: Int64 = 0
            var ticks: [Tick] = []
            for _ in 0..<4_000 {
                second += below(3) - (below(40) == 0 ? 1 : 0)
                price = max(400, price + below(9) - 4)
                volume += below(300)
                let tick = Tick(
                    instrument: instrument.id, at: Timestamp(microseconds: second * 1_000_000), lastPrice: Price(units: price * 5_000_000),
                    lastQuantity: .zero, dayVolume: Quantity(whole: volume), depth: .none)
                ticks.append(tick)
                if below(30) == 0 { ticks.append(tick) }
            }
            return ticks
        }
        return .tape(TapeOrder.merged(tapes), instruments: instruments)
    }
}
