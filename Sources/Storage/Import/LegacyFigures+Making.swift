// The figures of one account out of its documents and the book made of them.

import Platform
import Trading

extension LegacyFigures {
    /// `zone` is how many milliseconds the legacy wall clock was ahead.
    init(_ books: LegacyBooks, _ book: PaperSnapshot, zone: Int64) {
        self.init()
        for order in books.orders { ordersByStatus[order.status.rawValue, default: 0] += 1 }
        orderIDsDigest = LegacyFigures.digest(books.orders.map(\.id))
        for trade in book.trades {
            if trade.side == .buy { buyValue += trade.value } else { sellValue += trade.value }
            statistics.take(symbol: trade.instrument.symbol, side: trade.side, quantity: trade.quantity, price: trade.price)
        }
        statistics.finish(legacyRealised: books.meta?.realised)
        capital = book.meta.capital
        meta = books.meta
        realised = book.meta.realised
        comparePositions(books.positions, book.positions)
        firstOrder = book.orders.first.map { LegacyFigures.wallClock($0.placedAt, zone: zone) }
        lastOrder = book.orders.last.map { LegacyFigures.wallClock($0.placedAt, zone: zone) }
    }

    private mutating func comparePositions(_ legacy: [LegacyPosition], _ open: [Position]) {
        var claimed = Dictionary(uniqueKeysWithValues: legacy.map { ($0.key, $0) })
        for position in open {
            let twin = claimed.removeValue(forKey: position.key)
            openPositions.append(
                OpenPosition(
                    key: position.key, quantity: position.quantity, averageCost: position.averagePrice,
                    legacyAveragePrice: twin?.averagePrice)
            )
            let legacyQuantity = twin?.quantity ?? .zero
            if legacyQuantity != position.quantity {
                positionDifferences.append(
                    PositionDifference(key: position.key, quantity: position.quantity, legacyQuantity: legacyQuantity))
            }
        }
        for (key, position) in claimed.sorted(by: { $0.key < $1.key }) where position.quantity != .zero {
            positionDifferences.append(PositionDifference(key: key, quantity: .zero, legacyQuantity: position.quantity))
        }
    }

    private static func digest(_ ids: [OrderID]) -> String {
        var bytes: [UInt8] = []
        for (index, id) in ids.sorted().enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\n")) }
            bytes.append(contentsOf: id.text.utf8)
        }
        return Crypto.hex(Crypto.sha256(bytes))
    }

    private static func wallClock(_ instant: Timestamp, zone: Int64) -> String {
        Timestamp(microseconds: instant.microseconds + zone * 1000).wallClock(offsetSeconds: 0, separator: "T", decimals: 3)
    }
}
