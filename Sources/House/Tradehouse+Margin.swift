// Losses on margin: which desks a price brings near a breach, and the steps out of one. How far a book is from it, and what a step is, is
// `Trading/Paper/MarginWatch`.

import Storage
import Trading

extension Tradehouse {
    /// Keeps the index of desks whose maintenance the last price of an instrument can break.
    func watchMargin(_ desk: Desk) {
        let account = desk.book.account
        guard account.isOnMargin || !desk.marginInstruments.isEmpty else { return }
        let bands = account.marginBands(HubView(hub: market, wall: world.now()))
        for id in desk.marginInstruments where bands[id] == nil { watchMargin(of: desk.key, id, nil) }
        for (id, band) in bands { watchMargin(of: desk.key, id, band) }
        desk.marginInstruments = Set(bands.keys)
    }

    private func watchMargin(of book: BookKey, _ instrument: InstrumentID, _ band: QuietBand?) {
        marginBands[instrument, default: BandIndex()].set(book, band)
        if marginBands[instrument]?.isEmpty == true { marginBands[instrument] = nil }
    }

    func unwatchMargin(_ desk: Desk) {
        for id in desk.marginInstruments { watchMargin(of: desk.key, id, nil) }
        desk.marginInstruments = []
    }

    /// Looks at the desks that a tick may have brought into a breach, and takes them out of it.
    func checkMargins(after tick: Tick) {
        guard let books = marginBands[tick.instrument]?.concerned(by: TickReach(last: tick.lastPrice)) else { return }
        for key in books {
            guard let desk = desks[key] else { continue }
            do {
                try enforceMargin(on: desk)
            } catch {
                world.log(.error, "margin_not_enforced", [("user", key.user.text), ("error", "\(error)")])
            }
        }
    }

    /// One step after the other until the maintenance is kept or nothing can be closed now: a position without a price is tried again with the next
    /// tick. Each step is an act of its own, so that a crash between two leaves a book that is merely not finished.
    private func enforceMargin(on desk: Desk) throws {
        var tried: Set<PositionKey> = []
        let view = HubView(hub: market, wall: world.now())
        // Each step cancels all orders that open or names a position once.
        for _ in 0...desk.book.account.positions.count {
            guard let step = desk.book.account.marginStep(view, besides: tried) else { break }
            switch step {
            case .cancelOpening:
                let ticket = try act(.freeFunds, on: desk, byHouse: ("cancel_opening_orders", "", [("cause", "margin_breach")]))
                // While the disk takes nothing, nothing can be done.
                guard ticket != nil else { return }
                world.log(.info, "margin_breach", [("user", desk.user.text), ("step", "opening orders cancelled")])
            case .close(let key):
                tried.insert(key)
                try squareOff(key, on: desk, .marginBreach)
            }
        }
        watchMargin(desk)
    }
}
