// The life of desks: read from disk when somebody comes or orders must be watched, kept while they are used, put to sleep when nobody
// is there. What happens on a desk is `Tradehouse+Trading`.

import Storage
import Trading

extension Tradehouse {
    /// The desk of a book, read from disk when it sleeps. A named book must be in its user's list.
    func desk(of key: BookKey) async throws -> Desk {
        while true {
            if let desk = desks[key] {
                desk.lastUsed = world.now()
                try expireEarlierDays(on: desk)
                return desk
            }
            if waking[key] == nil { break }
            await withCheckedContinuation { waking[key, default: []].append($0) }
        }
        waking[key] = []
        defer { for waiter in waking.removeValue(forKey: key) ?? [] { waiter.resume() } }
        guard try await bookList(of: key.user).has(key.book) else { throw HouseRefusal.unknownBook }
        let snapshot = try await store.loadBook(key.user, key.book)
        let isMarked = try await store.document(workingIndex(key)) != nil
        let record = snapshot == nil && key.book == .default ? try await user(key.user) : nil
        let restored: PaperAccount? =
            if let snapshot {
                // Off the loop: a long past takes long to check.
                try await world.workshop.run(patiently: true) { try PaperAccount(restoring: snapshot) }
            } else {
                nil
            }
        _ = try await triggerList(of: key.user)
        // Read last, and the second one from memory, so that nothing changes between these and the desk.
        let list = try await bookList(of: key.user)
        let triggers = try await triggerList(of: key.user)
        let account = restored ?? PaperAccount(opening: list[key.book]?.capital ?? settings.startingCapital, at: marketNow)
        let mustOpen = snapshot == nil && (key.book != .default || record != nil)
        let book = PaperBook(key: key, account: account, isMarkedWorking: isMarked, mustOpen: mustOpen, ownerRecord: record)
        let desk = Desk(book: book, list: list, triggers: triggers, lastUsed: world.now())
        book.account.risk = rules(for: desk)
        desks[key] = desk
        watch(desk, instruments: watchedInstruments(of: desk))
        watchMargin(desk)
        schedule(desk)
        try applyActions(on: desk, at: marketNow)
        try expireEarlierDays(on: desk)
        return desk
    }

    /// Keeps the index of desks to call for an instrument's ticks.
    func watch(_ desk: Desk, instruments: Set<InstrumentID>) {
        for instrument in instruments { watch(desk.key, instrument, quietBand(of: desk, in: instrument)) }
    }

    private func watch(_ key: BookKey, _ instrument: InstrumentID, _ band: QuietBand?) {
        bands[instrument, default: BandIndex()].set(key, band)
        if bands[instrument]?.isEmpty == true { bands[instrument] = nil }
    }

    /// Drops a desk from memory; the disk has everything.
    func forget(_ desk: Desk) {
        desks[desk.key] = nil
        unwatchMargin(desk)
        dues.set(desk.key, nil)
        if desk.book.name == .default { following[desk.user] = nil }
        for instrument in watchedInstruments(of: desk) { watch(desk.key, instrument, nil) }
    }

    /// Orders for the day that an earlier day left behind are cancelled before anything else happens on the desk.
    func expireEarlierDays(on desk: Desk) throws {
        // Days begin on half hours everywhere, and sessions end on fives of minutes.
        let piece = marketNow.seconds.flooredQuotient(300)
        // While the disk takes nothing they stay, and cannot fill either: ticks pass by then.
        guard piece != desk.lastExpiry, store.refusal == nil else { return }
        desk.lastExpiry = piece
        try expireTriggers(on: desk)
        guard !desk.book.account.workingInstruments.isEmpty else { return }
        try act(.expireDay, on: desk)
    }

    // MARK: Waking

    /// Desks looked up at once when the house wakes those that must be watched.
    static let wakingPage = 1_000
    /// How long a desk that could not be read is left alone.
    static let wakingPause: Duration = .seconds(10)

    /// Reads the desks that had working orders when the house stopped, so that ticks reach them again.
    func wakeWatchedDesks() async {
        var last: DocumentPath?
        while true {
            let page: [DocumentPath]
            do {
                page = try await store.documents(under: "index/working", after: last, limit: Tradehouse.wakingPage)
            } catch {
                return world.log(.error, "working_index_unreadable", [("error", "\(error)")])
            }
            for path in page {
                do {
                    guard let entry = try await store.document(path).flatMap(IndexEntry.init(document:)) else {
                        world.log(.error, "working_entry_unreadable", [("document", path.text)])
                        continue
                    }
                    _ = try await desk(of: BookKey(user: entry.user, book: entry.book))
                } catch {
                    world.log(.error, "desk_not_woken", [("document", path.text), ("error", "\(error)")])
                }
            }
            guard page.count == Tradehouse.wakingPage else { return }
            last = page.last
        }
    }

    /// Forgets a desk whose last act could not be stored, and reads it again when orders on it must be watched.
    func readAnew(_ desk: Desk) {
        let mustWatch = mustWatch(desk) || desk.book.isMarkedWorking
        forget(desk)
        guard mustWatch, rereading.insert(desk.key).inserted else { return }
        let key = desk.key
        Task(executorPreference: executor) { await self.wakeAgain(key) }
    }

    /// Tries until the desk is there, with a pause before each try.
    private func wakeAgain(_ key: BookKey) async {
        defer { rereading.remove(key) }
        while desks[key] == nil {
            do {
                try await world.sleep(Tradehouse.wakingPause)
                _ = try await desk(of: key)
            } catch is CancellationError {
                return
            } catch StorageFailure.closed {
                return
            } catch {
                world.log(.error, "desk_not_woken", [("user", key.user.text), ("book", key.book.text), ("error", "\(error)")])
                // A book that cannot be proven does not become so by waiting.
                if case StorageFailure.quarantined = error { return }
            }
        }
    }

    // MARK: Sleeping

    /// Desks looked at in one turn of the sweep.
    static let sweepPiece = 200

    /// Every minute: desks nobody used for a while, and on which no order works, leave memory.
    func sweepIdleDesks() async {
        while !Task.isCancelled {
            do {
                try await world.sleep(.seconds(60))
                for (index, desk) in Array(desks.values).enumerated() {
                    if index % Tradehouse.sweepPiece == Tradehouse.sweepPiece - 1 { try await world.sleep(.zero) }
                    putToSleep(desk)
                }
            } catch {
                return
            }
        }
    }

    private func putToSleep(_ desk: Desk) {
        guard desks[desk.key] === desk else { return }
        do {
            try expireEarlierDays(on: desk)
        } catch {
            world.log(.error, "day_orders_not_expired", [("user", desk.user.text), ("error", "\(error)")])
        }
        let isQuiet = desk.book.lastTicket.map(\.isDurable) ?? true
        guard isQuiet, !mustWatch(desk), feed.listenerCount(of: desk.key) == 0,
            world.now() - desk.lastUsed > settings.deskIdle, store.forget(desk.user, desk.book.name)
        else { return }
        forget(desk)
        feed.forgetIdle(desk.key)
    }

    // MARK: Looking

    /// The book at the prices of this moment; `account` is what of it may be told, all of it unless said otherwise.
    func view(of desk: Desk, account told: PaperAccount? = nil) -> BookView {
        let account = told ?? desk.book.account
        let meta = account.meta(at: marketNow)
        var unrealised = Money.zero
        for (key, position) in account.positions {
            if let price = market.lastPrice(of: key.instrument) { unrealised += position.unrealised(at: price) }
        }
        let funds = FundsView(
            meta: meta, unrealised: unrealised, dayResult: meta.dayRealised + unrealised, openPositions: account.positions.count,
            tradesToday: account.tradesToday(at: marketNow))
        return BookView(name: desk.book.name, account: account, funds: funds, at: marketNow)
    }

    func workingIndex(_ key: BookKey) -> DocumentPath {
        let name = key.book == .default ? key.user.text : key.user.text + "/" + key.book.text
        return .index("working", sha256: SessionDigest(world.sha256(Array(name.utf8))).hex)!
    }
}
