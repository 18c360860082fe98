// Fills written down by hand, one a line, for tests of statistics:
//
//     16 10:00 buy 10 INFY 100 charges 1.5 tag dip       day of November 2026 and time in India; MIS, no charges and no tag unless said
//
// and marks, `16 11:00 INFY 104`.

@testable import Trading

enum Fills {
    static func at(_ day: String, _ time: String) -> Timestamp {
        let parts = time.split(separator: ":").map { Int64($0)! }
        return Timestamp(
            date: CivilDate("2026-11-\(day)")!, secondOfDay: parts[0] * 3_600 + parts[1] * 60, offsetSeconds: indiaOffsetSeconds)
    }

    static func trades(_ text: String) -> [Trade] {
        var positions: [PositionKey: Position] = [:]
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }.enumerated()
            .map { index, words in
                func word(after name: String) -> String? { words.firstIndex(of: name).map { words[$0 + 1] } }
                let key = PositionKey(instrument: Story.id(words[4]), product: words.contains("CNC") ? .delivery : .intraday)
                let at = at(words[0], words[1])
                let side: Side = words[2] == "buy" ? .buy : .sell
                let (quantity, price) = (Quantity(text: words[3])!, Price(text: words[5])!)
                var position = positions[key] ?? Position(key: key, openedAt: at, epoch: 1)
                let realised = position.take(side, quantity, at: price, on: at)
                positions[key] = position
                return Trade(
                    id: TradeID("T\(index)")!, orderID: OrderID("P\(index)")!, instrument: key.instrument, product: key.product, side: side,
                    quantity: quantity, price: price, charges: Money(text: word(after: "charges") ?? "0")!, realised: realised,
                    rule: .depth, tag: word(after: "tag"), at: at, epoch: 1)
            }
    }

    static func marks(_ text: String) -> [InstrumentID: [PriceMark]] {
        var marks: [InstrumentID: [PriceMark]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 4 else { continue }
            marks[Story.id(words[2]), default: []].append(PriceMark(at: at(words[0], words[1]), price: Price(text: words[3])!))
        }
        return marks
    }
}
