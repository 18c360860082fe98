// One user's seat at one book, and what of them is still on its way to the disk. Rules are in `Trading/Paper`; who may sit here
// is `Tradehouse+Accounts`; every way in is `Tradehouse+Trading`.

import Storage
import Trading

/// A paper book with the account inside and the way to its files. It has no reference to any broker.
final class PaperBook {
    let key: BookKey
    var name: BookName { key.book }
    var account: PaperAccount
    /// The last act's way to the disk. Reads wait for it, so nobody sees what a crash could take back.
    var lastTicket: Ticket?
    /// Whether `index/working` says that this desk must be watched after a restart.
    var isMarkedWorking: Bool
    /// Whether the first act still has to note, in the user's record or for a named book in the list of books, that it has files.
    var mustOpen: Bool
    /// The record as it is now, for that note of the default book; `Tradehouse` keeps it up to date as long as it is needed.
    var ownerRecord: UserRecord?

    init(key: BookKey, account: PaperAccount, isMarkedWorking: Bool, mustOpen: Bool, ownerRecord: UserRecord?) {
        self.key = key
        self.account = account
        self.isMarkedWorking = isMarkedWorking
        self.ownerRecord = ownerRecord
        self.mustOpen = mustOpen
    }

    /// Gives the book as it is once everything in it is durable; throws when it could not be made so.
    ///
    /// A book that is acted on all the time would never be so: after a few rounds it is given as it was at the last asking, at the
    /// price of a copy.
    func settled() async throws -> PaperAccount {
        for _ in 0..<3 {
            guard let ticket = lastTicket, !ticket.isDurable else { return account }
            try await ticket.wait()
        }
        guard let ticket = lastTicket, !ticket.isDurable else { return account }
        let asked = account
        try await ticket.wait()
        return asked
    }
}

/// A seat in memory.
final class Desk {
    let key: BookKey
    let book: PaperBook
    /// The user's list of books as it is now, with what limits this one; `Tradehouse+NamedBooks` keeps it up to date.
    var list: BookList
    /// What the user lets wait for a price, over all books; `Tradehouse+Triggers` keeps it up to date.
    var triggers: TriggerList
    var lastUsed: Timestamp
    /// The five minutes of the market's clock in which orders whose day has ended were last looked for.
    var lastExpiry = Int64.min
    /// The instruments whose prices can bring the book into a breach of margins, as they are watched.
    var marginInstruments: Set<InstrumentID> = []

    var user: UserID { key.user }

    init(book: PaperBook, list: BookList, triggers: TriggerList, lastUsed: Timestamp) {
        key = book.key
        self.book = book
        self.list = list
        self.triggers = triggers
        self.lastUsed = lastUsed
    }
}

/// Prices and rules of the market as the paper rules ask for them.
struct HubView: MarketView {
    let hub: MarketHub
    /// Wall time: how old a price is does not depend on what a tape says the time is.
    let wall: Timestamp

    func instrument(for id: InstrumentID) -> Instrument? { hub.instrument(for: id) }
    func quote(for id: InstrumentID) -> Quote? { hub.quote(for: id) }
    func lastPrice(for id: InstrumentID) -> Price? { hub.lastPrice(of: id).flatMap { $0 > .zero ? $0 : nil } }
    func quotedAt(for id: InstrumentID) -> Timestamp? { hub.quotedAt(for: id) }
    func isOpen(for id: InstrumentID, at time: Timestamp) -> Bool { phase(for: id, at: time) == .continuous }
    func phase(for id: InstrumentID, at time: Timestamp) -> SessionPhase? { hub.phase(of: id, at: time) }
    func hasDayEnded(for id: InstrumentID, since: Timestamp, at time: Timestamp) -> Bool {
        hub.hasDayEnded(for: id, since: since, at: time)
    }
    func largestOrder(of id: InstrumentID, at time: Timestamp) -> Quantity? { hub.largestOrder(of: id, at: time) }
    func priceBand(of id: InstrumentID, at time: Timestamp) -> ClosedRange<Price>? { hub.priceBand(of: id, at: time) }
    func intradayEnd(of id: InstrumentID, at time: Timestamp) -> Timestamp? { hub.squareOff(of: id, .intraday, at: time) }
    func isStale(_ quote: Quote, at time: Timestamp) -> Bool { hub.isStale(quote.instrument, at: wall) }
    func terms(for id: InstrumentID, _ product: Product, at time: Timestamp) -> TradingTerms {
        hub.terms(for: id, product, at: time)
    }
}
