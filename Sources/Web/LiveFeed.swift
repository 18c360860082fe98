// The live sockets: who listens to what, and one steady pump that sends each socket the latest of everything it asked for. Events of
// a user's own books go out at once and in order; prices are merged, because a screen cannot show more.

import House
import Storage
import Trading
import Wire

/// A socket as the feed sees it; the real one is `HTTP.WebSocket`, tests hand in a list.
package struct LiveSocket {
    package let send: ([UInt8]) -> Void
    package let close: (_ code: UInt16, _ reason: String) -> Void

    package init(send: @escaping ([UInt8]) -> Void, close: @escaping (_ code: UInt16, _ reason: String) -> Void) {
        self.send = send
        self.close = close
    }
}

/// Close codes of our own.
package enum LiveClose {
    package static let authentication: UInt16 = 4401
    package static let authenticationTimeout: UInt16 = 4408
    package static let tooManySockets: UInt16 = 4429
}

/// All live sockets. Belongs to the house's executor: every method takes the house, so it cannot be called from elsewhere.
package final class LiveFeed: @unchecked Sendable {
    /// How often prices go out at most.
    package static let pumpStep: Duration = .milliseconds(200)
    /// A hidden page gets prices once in so many steps, a book's value in so many.
    static let hiddenSteps: UInt64 = 25
    static let valueSteps: UInt64 = 3
    /// A snapshot is asked for after a hole; one in so many steps is more than an honest page needs.
    static let snapshotSteps: UInt64 = 5
    /// How long a socket may wait before it says who it is.
    package static let authenticationTime: Duration = .seconds(5)
    /// Instruments one socket may follow.
    package static let subscriptionLimit = 500
    /// Messages that may wait while a login is read from disk.
    static let earlyLimit = 32
    /// Working orders in a snapshot beside the newest orders; the list of orders has them all.
    static let snapshotWorking = 200
    /// Orders and trades in a snapshot.
    static let snapshotRows = 100

    private(set) var clients: [UInt64: LiveClient] = [:]
    /// Admitted sockets of each user, of every kind.
    private var socketsOfUser: [UserID: Int] = [:]
    private var made: UInt64 = 0
    var step: UInt64 = 0
    /// Quotes as text, by instrument, as long as they have not changed: sockets share them.
    var rendered: [InstrumentID: (changes: UInt64, json: [UInt8])] = [:]

    package init() {}

    package var count: Int { clients.count }

    /// Sends prices until the house closes.
    package func run(_ house: isolated Tradehouse) async {
        while !Task.isCancelled {
            do {
                try await house.world.sleep(LiveFeed.pumpStep)
            } catch {
                return
            }
            pump(house)
        }
    }

    // MARK: Coming and going

    /// A socket that has yet to say who it is, or whose request already did.
    package func open(
        _ socket: LiveSocket, kind: LiveClient.Kind, token: String?, book: BookName = .default, isFromHere: Bool = true,
        _ house: isolated Tradehouse
    ) -> UInt64 {
        made += 1
        let id = made
        let client = LiveClient(id: id, socket: socket, kind: kind)
        let isPrimary = house.settings.mode == .singleUser && isFromHere
        client.isAuthenticating = token != nil || isPrimary
        client.book = book
        clients[id] = client
        Task.immediate(executorPreference: house.executor) { await self.receive(id, token: token, isPrimary: isPrimary, house) }
        return id
    }

    private func receive(_ id: UInt64, token: String?, isPrimary: Bool, _ house: isolated Tradehouse) async {
        if let token {
            await authenticate(id, token: token, resumeAfter: nil, house)
        } else if isPrimary {
            await admit(id, resumeAfter: nil, house) { try await house.primaryTrader() }
        }
        do {
            try await house.world.sleep(LiveFeed.authenticationTime)
        } catch {
            return
        }
        if let client = clients[id], client.trader == nil {
            drop(id, house)
            client.socket.close(LiveClose.authenticationTimeout, "Nobody said who is there within 5 s.")
        }
    }

    /// The socket is gone, whoever ended it.
    package func closed(_ id: UInt64, _ house: isolated Tradehouse) { drop(id, house) }

    private func drop(_ id: UInt64, _ house: isolated Tradehouse) {
        guard let client = clients.removeValue(forKey: id), let trader = client.trader else { return }
        release(trader)
        if let listener = client.listener { house.stopListening(listener, as: trader) }
    }

    private func release(_ trader: Trader) {
        let left = (socketsOfUser[trader.user] ?? 1) - 1
        socketsOfUser[trader.user] = left > 0 ? left : nil
    }

    // MARK: Messages from the client

    package func received(_ text: [UInt8], from id: UInt64, _ house: isolated Tradehouse) {
        guard let client = clients[id] else { return }
        if case .ticks = client.kind, client.trader != nil, text.elementsEqual("ping".utf8) {
            client.socket.send(Array("pong".utf8))
            return
        }
        let message: JSONValue
        do {
            message = try JSONParser.parse(text, limits: JSONLimits(depth: 4, stringBytes: 4096, bytes: 65_536, members: 1024))
        } catch {
            if client.trader == nil { return refuse(id, .invalid, house) }
            return client.complain("not_json", "Send JSON objects with a `type`.")
        }
        let type = message["type"]?.string
        if client.isAuthenticating, client.trader == nil {
            // The login is being read from disk: what comes meanwhile waits, up to a few messages.
            guard client.early.count < LiveFeed.earlyLimit else { return refuse(id, .invalid, house) }
            client.early.append(text)
            return
        }
        guard client.trader != nil else {
            guard type == "auth", let token = message["token"]?.string else { return refuse(id, .absent, house) }
            let resume = message["resume"]?.int64.flatMap { UInt64(exactly: $0) }
            if let text = message["book"]?.string {
                guard let name = BookName(text) else { return client.complain("unknown_book", "You have no book of this name.") }
                client.book = name
            }
            client.isAuthenticating = true
            Task.immediate(executorPreference: house.executor) {
                await self.authenticate(id, token: token, resumeAfter: resume, house)
            }
            return
        }
        switch type {
        case "auth": break  // Somebody is there already: by header, or in single-user mode.
        case "ping":
            var json = JSONWriter()
            json.beginObject()
            json.member("type", "pong")
            json.member("t", message["t"] ?? .null)
            json.member("at", house.world.now().milliseconds)
            json.endObject()
            client.socket.send(json.bytes)
        case "subscribe":
            let ids = (message["instruments"]?.array ?? []).compactMap { $0.string.flatMap { InstrumentID(key: $0) } }
                .filter { client.seen[$0] == nil }
            guard client.seen.count + ids.count <= LiveFeed.subscriptionLimit else {
                return client.complain("too_many_instruments", "At most \(LiveFeed.subscriptionLimit) instruments on one socket.")
            }
            for id in ids where house.market.instrument(for: id) != nil { client.seen[id] = client.seen[id] ?? 0 }
        case "unsubscribe":
            for id in (message["instruments"]?.array ?? []).compactMap({ $0.string.flatMap { InstrumentID(key: $0) } }) {
                client.seen[id] = nil
            }
        case "depth":
            client.depth = message["instrument"]?.string.flatMap { InstrumentID(key: $0) }
            client.depthSeen = 0
        case "candles":
            client.chart = nil
            if let id = message["instrument"]?.string.flatMap({ InstrumentID(key: $0) }), house.market.instrument(for: id) != nil,
                let interval = CandleInterval(word: message["interval"]?.string ?? "minute")
            {
                client.chart = LiveClient.Chart(instrument: id, interval: interval, seen: house.market.changes(of: id), start: nil)
            }
        case "rate":
            client.isHidden = message["hidden"]?.bool ?? false
        case "snapshot":
            // However often it is asked for, it goes out with the pump, and not more than once in so many steps.
            client.isSnapshotDue = true
        default:
            client.complain("unknown_type", "This `type` of message is not known.")
        }
    }

    func refuse(_ id: UInt64, _ refusal: AuthenticationRefusal, _ house: isolated Tradehouse) {
        guard let client = clients[id] else { return }
        drop(id, house)
        client.socket.close(LiveClose.authentication, refusal.rawValue)
    }

    // MARK: Who is there

    private func authenticate(_ id: UInt64, token: String, resumeAfter: UInt64?, _ house: isolated Tradehouse) async {
        await admit(id, resumeAfter: resumeAfter, house) { try await Guards.trader(token: token, in: house) }
    }

    private func admit(
        _ id: UInt64, resumeAfter: UInt64?, _ house: isolated Tradehouse, _ find: () async throws -> Trader
    ) async {
        let trader: Trader
        do {
            trader = try await find().at(clients[id]?.book ?? .default)
        } catch let refusal as AuthenticationRefusal {
            return refuse(id, refusal, house)
        } catch {
            return refuse(id, .invalid, house)
        }
        guard let client = clients[id], client.trader == nil else { return }
        guard socketsOfUser[trader.user] ?? 0 < house.settings.socketsPerUser else {
            drop(id, house)
            return client.socket.close(LiveClose.tooManySockets, "Too many live connections.")
        }
        client.trader = trader
        client.hub = house.market
        client.now = house.world.now
        socketsOfUser[trader.user, default: 0] += 1
        // Sockets of every kind end with their login; only a stream hears of the user's own books.
        let isStream = if case .stream = client.kind { true } else { false }
        client.listener = house.listen(
            as: trader,
            deliver: { [weak client] event in if isStream { client?.deliver(event) } },
            close: { [weak self, weak client] in
                guard let self, let client else { return }
                if clients.removeValue(forKey: client.id) != nil { release(trader) }
                client.socket.close(LiveClose.authentication, AuthenticationRefusal.invalid.rawValue)
            })
        guard isStream else { return }
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "hello")
        json.member("user_id", trader.user.text)
        json.member("book", trader.book.text)
        json.member("seq", house.feed.lastNumber(of: trader.key))
        json.member("at", house.world.now().milliseconds)
        json.member("market", house.settings.marketKind)
        json.endObject()
        client.socket.send(json.bytes)
        if let number = resumeAfter, let missed = house.feed.events(of: trader.key, after: number) {
            for event in missed { client.deliver(event) }
        } else {
            await sendSnapshot(id, house)
        }
        let early = client.early
        client.early = []
        for text in early { received(text, from: id, house) }
    }

    func sendSnapshot(_ id: UInt64, _ house: isolated Tradehouse) async {
        guard let client = clients[id], let trader = client.trader else { return }
        do {
            // The number is read in the same turn as the book, so that no event is both in the snapshot and after it.
            let book = try await house.book(of: trader)
            let orders = book.account.orders(limit: LiveFeed.snapshotRows)
            var listed = Set(orders.map(\.id))
            let older = book.account.workingOrders.suffix(LiveFeed.snapshotWorking).filter { listed.insert($0.id).inserted }
            let now = house.world.now()
            var json = JSONWriter(reserving: 16_384)
            json.beginObject()
            json.member("type", "snapshot")
            json.member("seq", house.feed.lastNumber(of: trader.key))
            json.key("funds")
            OrderViews.funds(book.funds, &json)
            json.array("positions") { json in
                for position in book.positions { OrderViews.position(position, house.market, at: now, &json) }
            }
            json.array("orders") { json in
                for order in orders + older { OrderViews.order(order, book: book.name, &json) }
            }
            json.array("trades") { json in
                for trade in book.account.trades.suffix(LiveFeed.snapshotRows).reversed() { OrderViews.trade(trade, &json) }
            }
            json.endObject()
            client.socket.send(json.bytes)
        } catch HouseRefusal.unknownBook {
            client.complain("unknown_book", "You have no book of this name.")
        } catch {
            client.complain("book_unavailable", "Your book cannot be read at this moment. Try again.")
            house.world.log(.error, "snapshot_failed", [("user", trader.user.text), ("error", "\(error)")])
        }
    }
}
