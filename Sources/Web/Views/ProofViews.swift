// The proof of a book's funds as JSON: the verdict, the figures, what is held, a page of the lines, and a small curve of the balance.

import House
import Storage
import Trading
import Wire

enum ProofViews {
    /// Points of the balance's curve in an answer.
    static let curvePoints = 200
    /// Figures in an answer, those that do not hold first; `figure_count` and `difference_count` count all.
    static let figureLimit = 500
    /// Holds in an answer: working orders, of which a book has at most a thousand, and short positions.
    static let holdLimit = 2_000

    /// Everything but the braces. The lines are those after number `after`, at most `limit`.
    static func members(of proof: FundsProof, book: BookName, after: Int, limit: Int, _ json: inout JSONWriter) {
        json.member("status", "success")
        json.member("book", book.text)
        json.member("epoch", proof.epoch)
        json.member("adds_up", proof.addsUp)
        json.member("opening", proof.lines.first?.balance ?? .zero)
        json.member("closing", proof.closing)
        json.member("line_count", proof.lines.count)
        json.member("compared_orders", proof.comparedOrders)
        json.member("compared_trades", proof.comparedTrades)
        json.member("figure_count", proof.figures.count)
        json.member("difference_count", proof.differences.count)
        json.array("figures") { json in
            let ordered = proof.differences + proof.figures.filter(\.holds)
            for figure in ordered.prefix(figureLimit) { self.figure(figure, &json) }
        }
        json.array("holds") { json in
            for hold in proof.holds.prefix(holdLimit) { self.hold(hold, &json) }
        }
        let page = proof.lines.dropFirst(min(after, proof.lines.count)).prefix(limit)
        json.array("lines") { json in
            for line in page { self.line(line, &json) }
        }
        json.member("next", page.last.flatMap { $0.number < proof.lines.count ? $0.number : nil })
        json.array("curve") { json in
            for point in proof.curve(curvePoints) {
                json.beginArray()
                json.int(point.number)
                json.fixedPoint(point.balance.units)
                json.endArray()
            }
        }
    }

    static func figure(_ figure: FundsProof.Figure, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("figure", figure.name)
        json.member("subject", figure.subject.isEmpty ? nil : figure.subject)
        json.member("recorded", figure.recorded)
        json.member("computed", figure.computed)
        json.member("holds", figure.holds)
        json.endObject()
    }

    private static func hold(_ hold: FundsProof.Hold, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("cause", hold.cause.rawValue)
        json.member("amount", hold.amount)
        json.member("order_id", hold.order?.text)
        json.member("exchange", hold.instrument.exchange)
        json.member("tradingsymbol", hold.instrument.symbol)
        json.member("product", hold.product.rawValue)
        json.endObject()
    }

    private static func line(_ line: FundsProof.Line, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("number", line.number)
        json.member("cause", line.cause.rawValue)
        json.member("at", line.at?.indiaText)
        json.member("amount", line.amount)
        json.member("balance", line.balance)
        if let trade = line.trade {
            json.member("trade_id", trade.id.text)
            json.member("order_id", trade.orderID.text)
            json.member("exchange", trade.instrument.exchange)
            json.member("tradingsymbol", trade.instrument.symbol)
            json.member("product", trade.product.rawValue)
            json.member("quantity", trade.quantity)
            json.member("price", trade.price)
        }
        json.endObject()
    }
}
