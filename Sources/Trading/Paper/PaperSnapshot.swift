// A paper book as a value between memory and disk: what `Storage` reads back and `PaperAccount` is made from.

/// The figures of a book at one moment; the commit line of its files. All are derived from trades and open orders, and checked
/// against them when a book is loaded.
package struct BookMeta: Hashable, Sendable {
    /// Opening capital of the epoch.
    package var capital: Money
    /// capital + sells − buys − charges.
    package var cash: Money
    /// What a new order may use: cash − reserved − what short positions block.
    package var available: Money
    /// Cost of what is open: long cost plus the margin of shorts.
    package var invested: Money
    /// Held for working orders.
    package var reserved: Money
    /// Realised P&L of the epoch, gross of charges.
    package var realised: Money
    package var charges: Money
    /// Realised P&L, net of charges, of the trading day in India that `updatedAt` falls on.
    package var dayRealised: Money
    package var epoch: Int
    package var updatedAt: Timestamp

    package init(
        capital: Money, cash: Money, available: Money, invested: Money, reserved: Money, realised: Money, charges: Money,
        dayRealised: Money, epoch: Int, updatedAt: Timestamp
    ) {
        self.capital = capital
        self.cash = cash
        self.available = available
        self.invested = invested
        self.reserved = reserved
        self.realised = realised
        self.charges = charges
        self.dayRealised = dayRealised
        self.epoch = epoch
        self.updatedAt = updatedAt
    }
}

/// Everything a book holds in its current epoch.
package struct PaperSnapshot: Hashable, Sendable {
    package var meta: BookMeta
    /// In the order they were placed.
    package var orders: [Order]
    /// Open ones only.
    package var positions: [Position]
    /// In the order they happened.
    package var trades: [Trade]

    package init(meta: BookMeta, orders: [Order], positions: [Position], trades: [Trade]) {
        self.meta = meta
        self.orders = orders
        self.positions = positions
        self.trades = trades
    }
}
