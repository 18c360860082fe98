// The pump of the live sockets: in each round every socket gets what changed since its last one, prices merged.

import House
import Trading
import Wire

extension LiveFeed {
    /// One round: every socket gets what changed since its last one.
    package func pump(_ house: isolated Tradehouse) {
        step += 1
        let wall = house.world.now()
        for client in clients.values {
            guard let trader = client.trader else { continue }
            guard trader.expiresAt > wall else {
                refuse(client.id, .expired, house)
                continue
            }
            switch client.kind {
            case .ticks(let id), .candles(let id, _): legacy(client, id, house.market)
            case .stream:
                if client.isSnapshotDue, step >= (client.snapshotStep ?? 0) + LiveFeed.snapshotSteps {
                    client.isSnapshotDue = false
                    client.snapshotStep = step
                    let id = client.id
                    Task.immediate(executorPreference: house.executor) { await self.sendSnapshot(id, house) }
                }
                if client.isHidden, step % LiveFeed.hiddenSteps != 0 { continue }
                quotes(client, house.market, wall)
                candle(client, house.market)
                if step % LiveFeed.valueSteps == 0 { value(client, trader, house) }
            }
        }
        if step % 1024 == 0 { rendered.removeAll(keepingCapacity: true) }
    }

    private func quotes(_ client: LiveClient, _ hub: MarketHub, _ wall: Timestamp) {
        var json = JSONWriter(reserving: 4096)
        var found = 0
        json.beginObject()
        json.member("type", "quotes")
        json.member("at", wall.milliseconds)
        json.key("quotes")
        json.beginArray()
        for (id, seen) in client.seen {
            guard id != client.depth, let board = hub.board(for: id), board.changes > seen else { continue }
            client.seen[id] = board.changes
            found += 1
            if let known = rendered[id], known.changes == board.changes {
                json.raw(known.json)
            } else {
                var one = JSONWriter(reserving: 256)
                MarketViews.quote(board, at: wall, facts: false, depth: false, &one)
                rendered[id] = (board.changes, one.bytes)
                json.raw(one.bytes)
            }
        }
        if let id = client.depth, let board = hub.board(for: id), board.changes > client.depthSeen {
            client.depthSeen = board.changes
            found += 1
            MarketViews.quote(board, at: wall, facts: false, depth: true, &json)
        }
        json.endArray()
        json.endObject()
        if found > 0 { client.socket.send(json.bytes) }
    }

    private func candle(_ client: LiveClient, _ hub: MarketHub) {
        guard let chart = client.chart, let board = hub.board(for: chart.instrument), board.changes > chart.seen else { return }
        guard let current = board.candles.current(chart.interval) else { return }
        client.chart?.seen = board.changes
        client.chart?.start = current.openedAt
        if let start = chart.start, start < current.openedAt {
            // The one that closed since the last round, whole.
            let closed = board.candles.candles(chart.interval, includingCurrent: false).last { $0.openedAt == start }
            if let closed { client.sendCandle(closed, chart, isClosed: true) }
        }
        client.sendCandle(current, chart, isClosed: false)
    }

    /// What the open positions are worth now, when a price moved.
    private func value(_ client: LiveClient, _ trader: Trader, _ house: isolated Tradehouse) {
        guard let book = house.awakeBook(of: trader), !book.account.positions.isEmpty else { return }
        let changes = book.positions.reduce(UInt64(0)) { $0 &+ house.market.changes(of: $1.key.instrument) }
        guard changes != client.valueSeen else { return }
        client.valueSeen = changes
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        json.member("type", "pnl")
        json.array("positions") { json in
            for position in book.positions {
                let last = house.market.lastPrice(of: position.key.instrument)
                json.beginObject()
                json.member("exchange", position.key.instrument.exchange)
                json.member("tradingsymbol", position.key.instrument.symbol)
                json.member("product", position.key.product.rawValue)
                json.member("last_price", last)
                OrderViews.value(of: position, at: last, &json)
                json.endObject()
            }
        }
        json.key("funds")
        OrderViews.funds(book.funds, &json)
        json.endObject()
        client.socket.send(json.bytes)
    }

    // MARK: The legacy sockets

    private func legacy(_ client: LiveClient, _ id: InstrumentID, _ hub: MarketHub) {
        guard let board = hub.board(for: id), let quote = board.quote else {
            if case .candles = client.kind, !client.complained {
                client.complained = true
                var json = JSONWriter()
                json.beginObject()
                json.member("type", "error")
                json.member("message", "Symbol \(id.symbol) not subscribed")
                json.endObject()
                client.socket.send(json.bytes)
                client.socket.close(1000, "")
            }
            return
        }
        guard board.changes > client.depthSeen else { return }
        client.depthSeen = board.changes
        var json = JSONWriter()
        json.beginObject()
        switch client.kind {
        case .ticks:
            json.member("type", "tick")
            json.member("symbol", id.symbol)
            json.key("data")
            LiveRoutes.tick(quote, &json)
        case .candles(_, let interval):
            guard let closed = board.candles.candles(interval, count: 1, includingCurrent: false).last, closed.openedAt != client.lastClosed
            else {
                return
            }
            let isFirst = client.lastClosed == nil
            client.lastClosed = closed.openedAt
            if isFirst { return }
            json.member("type", "candle")
            json.member("symbol", id.symbol)
            json.member("interval", interval.legacyName)
            json.key("data")
            MarketViews.legacyCandle(closed, &json)
        case .stream: return
        }
        json.endObject()
        client.socket.send(json.bytes)
    }
}
