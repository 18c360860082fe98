// The lists of the legacy live routes: which symbols a user said they follow. Only in memory, as the old service had it; prices
// come to everybody who asks, whether followed or not.

import Trading

extension Tradehouse {
    /// Instruments one user may follow.
    package static let followLimit = 500

    package func follow(_ instruments: [InstrumentID], as trader: Trader) throws {
        var list = following[trader.desk] ?? []
        for instrument in instruments where !list.contains(instrument) { list.append(instrument) }
        guard list.count <= Tradehouse.followLimit else { throw HouseRefusal.tooManyFollowed }
        following[trader.desk] = list
    }

    package func unfollow(symbol: String, as trader: Trader) {
        following[trader.desk]?.removeAll { $0.symbol == symbol }
        if following[trader.desk]?.isEmpty == true { following[trader.desk] = nil }
    }

    package func unfollowAll(as trader: Trader) { following[trader.desk] = nil }

    package func followed(by trader: Trader) -> [InstrumentID] { following[trader.desk] ?? [] }
}
