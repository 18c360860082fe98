// Books and their epochs as JSON.

import House
import Storage
import Trading
import Wire

enum BookViews {
    /// A whole book, in braces: what it is called, and how it stands.
    static func book(_ book: BookSummary, _ json: inout JSONWriter) {
        let (entry, account) = (book.entry, book.view.account)
        json.beginObject()
        json.member("name", entry.name.text)
        json.member("title", entry.title)
        json.member("kind", "paper")
        json.member("default", entry.name == .default)
        json.member("epoch", account.epoch)
        json.member("cloned_from", entry.clonedFrom?.text)
        json.member("orders", account.orderCount)
        json.member("working_orders", account.workingCount)
        json.member("open_positions", account.positions.count)
        json.member("trades", account.trades.count)
        json.member("stopped", account.risk.isStopped(at: book.view.at))
        json.key("funds")
        OrderViews.funds(book.view.funds, &json)
        json.endObject()
    }

    /// A whole epoch, in braces.
    static func epoch(_ epoch: PaperEpoch, _ proof: FundsProof, _ json: inout JSONWriter) {
        let meta = epoch.book.meta
        json.beginObject()
        json.member("epoch", meta.epoch)
        json.member("is_over", epoch.isOver)
        json.member("opened_at", epoch.openedAt?.indiaText)
        json.member("updated_at", meta.updatedAt.indiaText)
        json.member("capital", meta.capital)
        json.member("cash", meta.cash)
        json.member("realised_pnl", meta.realised)
        json.member("charges", meta.charges)
        json.member("orders", epoch.book.orders.count)
        json.member("trades", epoch.book.trades.count)
        json.member("positions", epoch.book.positions.count)
        json.member("adds_up", proof.addsUp)
        json.endObject()
    }
}
