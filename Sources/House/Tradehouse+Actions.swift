// Splits and bonus issues on positions: by date, once, before anything else happens on a desk. Where they are told is the market's archive; what
// one does to a position is `PaperAccount.adjust`.

import Storage
import Trading

extension Tradehouse {
    /// The mark of the order by which an action of a day was booked: it also says that it was.
    private static func mark(_ action: CorporateAction) -> String { "CA-" + action.day.description }

    /// Books the actions whose day has come on positions that are older than that day. A consolidation, which would make fewer, is only logged.
    func applyActions(on desk: Desk, at now: Timestamp) throws {
        guard let actions = archive?.actions, !actions.isEmpty else { return }
        for key in desk.book.account.positions.keys.sorted() {
            for action in (actions[key.instrument] ?? []).sorted(by: { $0.day < $1.day }) {
                let began = Timestamp(date: action.day, offsetSeconds: indiaOffsetSeconds)
                guard began <= now, let position = desk.book.account.positions[key], position.openedAt < began else { continue }
                let mark = Tradehouse.mark(action)
                guard !desk.book.account.trades.contains(where: { $0.tag == mark && $0.positionKey == key }) else { continue }
                let old = heldBefore(began, key, desk.book.account)
                guard let extra = action.extra(for: old, lot: market.instrument(for: key.instrument)?.lotSize ?? Quantity(whole: 1)) else {
                    world.log(.warning, "consolidation_not_applied", [("user", desk.user.text), ("position", key.instrument.key)])
                    continue
                }
                guard extra > .zero else { continue }
                let id = makeOrderID()
                try act(
                    .adjust(key, by: extra, mark: mark, as: id), on: desk,
                    byHouse: ("corporate_action", id.text, [("position", key.instrument.key), ("day", action.day.description)]))
            }
        }
    }

    /// The part of a position that is from before an instant, of its magnitude: what is left of it when later trades closed some.
    private func heldBefore(_ instant: Timestamp, _ key: PositionKey, _ account: PaperAccount) -> Quantity {
        guard let position = account.positions[key] else { return .zero }
        var before = Position(key: key, openedAt: instant, epoch: account.epoch)
        for trade in account.trades where trade.positionKey == key && trade.at < instant {
            before.take(trade.side, trade.quantity, at: trade.price, on: trade.at)
        }
        return min(before.quantity.magnitude, position.quantity.magnitude)
    }

    /// The next day that brings an action for one of the positions.
    func nextAction(for account: PaperAccount, after now: Timestamp) -> Timestamp? {
        guard let actions = archive?.actions, !actions.isEmpty else { return nil }
        return account.positions.keys.flatMap { actions[$0.instrument] ?? [] }
            .map { Timestamp(date: $0.day, offsetSeconds: indiaOffsetSeconds) }.filter { $0 > now }.min()
    }
}
