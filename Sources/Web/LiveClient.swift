// One live socket and what it asked for. `LiveFeed` owns them and decides what they get.

import House
import Trading
import Wire

package final class LiveClient {
    /// Which of the socket paths it came by.
    package enum Kind: Sendable {
        case stream
        /// `/api/live/ws/ticks/{symbol}`
        case ticks(InstrumentID)
        /// `/api/live/ws/candles/{symbol}`
        case candles(InstrumentID, CandleInterval)
    }

    struct Chart {
        let instrument: InstrumentID
        let interval: CandleInterval
        var seen: UInt64
        /// The candle that was unfinished when last looked at.
        var start: Timestamp?
    }

    let id: UInt64
    let socket: LiveSocket
    let kind: Kind
    /// Which of the user's books it is about.
    var book = BookName.default
    var trader: Trader?
    var listener: ListenerID?
    /// Followed instruments, with the change that was last sent.
    var seen: [InstrumentID: UInt64] = [:]
    var depth: InstrumentID?
    var depthSeen: UInt64 = 0
    var chart: Chart?
    var isHidden = false
    var valueSeen: UInt64 = 0
    var lastClosed: Timestamp?
    var complained = false
    /// When the last snapshot was asked for, in steps of the pump; one is on its way while `isSnapshotDue`.
    var snapshotStep: UInt64?
    var isSnapshotDue = false
    /// Its login is being looked up.
    var isAuthenticating = false
    /// What came while it was.
    var early: [[UInt8]] = []
    /// Prices for position events; set when the trader is known.
    var hub: MarketHub?
    var now: (@Sendable () -> Timestamp)?

    init(id: UInt64, socket: LiveSocket, kind: Kind) {
        self.id = id
        self.socket = socket
        self.kind = kind
    }

    /// One event of the user's own books.
    func deliver(_ numbered: NumberedEvent) {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("type", "event")
        json.member("seq", numbered.number)
        switch numbered.event {
        case .order(let order, let book):
            json.member("kind", "order")
            json.key("order")
            OrderViews.order(order, book: book, &json)
        case .trade(let trade, _):
            json.member("kind", "trade")
            json.key("trade")
            OrderViews.trade(trade, &json)
        case .position(let position, _):
            json.member("kind", "position")
            json.key("position")
            if let hub, let now { OrderViews.position(position, hub, at: now(), &json) } else { json.null() }
        case .funds(let funds, _):
            json.member("kind", "funds")
            json.key("funds")
            OrderViews.funds(funds, &json)
        case .reset(let book):
            json.member("kind", "reset")
            json.member("book", book.text)
        }
        json.endObject()
        socket.send(json.bytes)
    }

    func sendCandle(_ candle: Candle, _ chart: Chart, isClosed: Bool) {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "candle")
        json.member("instrument", chart.instrument.key)
        json.member("interval", chart.interval.rawValue)
        json.key("candle")
        MarketViews.candleRow(candle, &json)
        json.member("closed", isClosed)
        json.endObject()
        socket.send(json.bytes)
    }

    func complain(_ code: String, _ text: String) {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "error")
        json.member("error", code)
        json.member("detail", text)
        json.endObject()
        socket.send(json.bytes)
    }
}
