// Several paper books of one user beside the default one: the list of them, new ones, copies, titles, and the epochs that resets ended.
// What happens on a book is `Tradehouse+Trading`; imported legacy books are `Tradehouse+Books`.

import Storage
import Trading

/// What a new book shall be.
package struct BookDraft: Sendable, Hashable {
    package var name: BookName
    /// What people read; the name, when nobody says.
    package var title: String?
    /// What it begins with; the house's, when nobody says. A copy has that of the book it is made from.
    package var capital: Money?
    package var cloneOf: BookName?

    package init(name: BookName, title: String? = nil, capital: Money? = nil, cloneOf: BookName? = nil) {
        self.name = name
        self.title = title
        self.capital = capital
        self.cloneOf = cloneOf
    }
}

/// A book in a list.
package struct BookSummary: Sendable {
    package let entry: BookEntry
    package let view: BookView
}

extension Tradehouse {
    /// Bytes of a book's title.
    package static let titleLimitBytes = 60

    /// The trader's books, the default one first, each as it is on disk.
    package func books(of trader: Trader) async throws -> [BookSummary] {
        var summaries: [BookSummary] = []
        for key in try await bookList(of: trader.desk).keys { summaries.append(try await summary(of: key)) }
        return summaries
    }

    /// One book of the trader's, as it is on disk.
    package func bookSummary(of trader: Trader) async throws -> BookSummary { try await summary(of: trader.key) }

    private func summary(of key: BookKey) async throws -> BookSummary {
        let desk = try await desk(of: key)
        let account = try await desk.book.settled()
        return BookSummary(entry: desk.list.entry(key.book, at: marketNow), view: view(of: desk, account: account))
    }

    /// Makes a book, empty or as a copy of another one of the trader's.
    package func makeBook(_ draft: BookDraft, as trader: Trader, from origin: Origin) async throws -> BookSummary {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        if let capital = draft.capital, capital <= .zero || capital > PaperLimits.capital { throw OrderRefusal.capitalOutOfRange }
        let key = BookKey(user: trader.desk, book: draft.name)
        let now = world.now()
        var entry = BookEntry(name: draft.name, title: draft.title ?? draft.name.text, createdAt: now)
        entry.clonedFrom = draft.cloneOf
        let audit = AuditEntry(
            actor: trader.user.text, ip: origin.address, act: draft.cloneOf == nil ? "make_book" : "clone_book", ref: draft.name.text,
            detail: draft.cloneOf.map { [("from", $0.text)] } ?? [])
        guard let source = draft.cloneOf else {
            entry.capital = draft.capital ?? settings.startingCapital
            try await changeBooks(of: trader.desk, audit) { list throws(HouseRefusal) in
                try self.checkNew(draft.name, in: list)
                list.set(entry)
            }
            return try await summary(of: key)
        }
        try await copy(BookKey(user: trader.desk, book: source), to: key, entry, audit)
        return try await summary(of: key)
    }

    private func checkNew(_ name: BookName, in list: BookList) throws(HouseRefusal) {
        guard !list.has(name) else { throw .bookExists }
        guard list.keys.count < settings.booksPerUser else { throw .tooManyBooks(settings.booksPerUser) }
    }

    /// Files of the copy first, then one record that makes them valid together with the list.
    private func copy(_ source: BookKey, to key: BookKey, _ entry: BookEntry, _ audit: AuditEntry) async throws {
        guard copying.insert(key.user).inserted else { throw HouseRefusal.bookBusy }
        defer { copying.remove(key.user) }
        try checkNew(key.book, in: try await bookList(of: key.user))
        let account = try await desk(of: source).book.settled()
        let snapshot = account.snapshot.copied(at: marketNow)
        var entry = entry
        entry.capital = snapshot.meta.capital
        entry.openedAt = world.now()
        // Nobody changes the list while `copying` has the user, so it is still what is read here when the record is made.
        var list = try await bookList(of: key.user)
        list.set(entry)
        try await store.install(
            user: key.user, book: key.book, snapshot: snapshot, documents: [DocumentChange(.books(key.user), list.document)],
            audit: [audit])
        adopt(list)
    }

    /// Gives a book another title. Its name, which paths and rows have, stays.
    package func renameBook(_ title: String, as trader: Trader, from origin: Origin) async throws -> BookSummary {
        guard trader.role.mayTrade else { throw HouseRefusal.viewerMayNotTrade }
        let audit = AuditEntry(
            actor: trader.user.text, ip: origin.address, act: "rename_book", ref: trader.book.text, detail: [("title", title)])
        try await changeBooks(of: trader.desk, audit) { list throws(HouseRefusal) in
            guard list.has(trader.book) else { throw .unknownBook }
            var entry = list.entry(trader.book, at: self.world.now())
            entry.title = title
            list.set(entry)
        }
        return try await summary(of: trader.key)
    }

    // MARK: Epochs

    /// The epochs of the trader's book as far back as its files tell, oldest first, each with its proof.
    package func epochs(of trader: Trader) async throws -> (epochs: [(epoch: PaperEpoch, proof: FundsProof)], folded: [Int]) {
        guard let history = try await history(of: trader) else { return ([], []) }
        do {
            let proofs = try await world.workshop.run(patiently: false) { history.epochs.map(\.proof) }
            return (Array(zip(history.epochs, proofs)), history.foldedEpochs)
        } catch is PoolBusy {
            throw HouseRefusal.workshopBusy
        }
    }

    /// One epoch of the trader's book; what is not known is refused.
    package func epoch(_ number: Int, of trader: Trader) async throws -> PaperEpoch {
        guard let epoch = try await history(of: trader)?.epochs.first(where: { $0.book.meta.epoch == number }) else {
            throw HouseRefusal.unknownEpoch
        }
        return epoch
    }

    private func history(of trader: Trader) async throws -> PaperHistory? {
        let desk = try await desk(of: trader.key)
        _ = try await desk.book.settled()
        return try await store.history(of: trader.desk, trader.book)
    }

    // MARK: The list

    /// The user's list as it is in this turn.
    ///
    /// The first reading may wait for the disk; who builds on the list reads it twice, and the second time it is in memory.
    func bookList(of user: UserID) async throws -> BookList {
        guard let document = try await store.document(.books(user)) else { return BookList(user: user) }
        guard let list = BookList(document: document) else {
            throw StorageFailure.documentQuarantined(.books(user), why: "it is no list of books")
        }
        return list
    }

    /// Changes the list, in one turn from reading to the disk queue; returns when the change is durable.
    func changeBooks(
        of user: UserID, _ audit: AuditEntry, _ body: (inout BookList) throws(HouseRefusal) -> Void
    ) async throws {
        // A copy on its way holds the list as it was when it began.
        guard !copying.contains(user) else { throw HouseRefusal.bookBusy }
        _ = try await bookList(of: user)
        var list = try await bookList(of: user)
        guard !copying.contains(user) else { throw HouseRefusal.bookBusy }
        try body(&list)
        var commit = Commit(user: user, isEssential: true)
        commit.documents = [DocumentChange(.books(user), list.document)]
        commit.audit = [audit]
        let ticket = store.commit(commit)
        adopt(list)
        do {
            try await ticket.wait()
        } catch {
            // What memory says is not what the disk has.
            for key in list.keys { if let desk = desks[key] { readAnew(desk) } }
            throw error
        }
    }

    /// The list with the desk's book noted as opened now, for the record of its first act.
    func opened(_ desk: Desk) -> DocumentChange {
        var list = desk.list
        var entry = list.entry(desk.book.name, at: world.now())
        entry.openedAt = world.now()
        list.set(entry)
        adopt(list)
        return DocumentChange(.books(desk.user), list.document)
    }

    /// Hands the list to those of its desks that are awake.
    func adopt(_ list: BookList) {
        for key in list.keys {
            guard let desk = desks[key] else { continue }
            desk.list = list
            desk.book.account.risk = rules(for: desk)
        }
    }

    /// When a book was opened, as far as it is noted.
    func opening(of key: BookKey) async throws -> Timestamp? {
        if key.book == .default { return try await user(key.user)?.paperOpened }
        return try await bookList(of: key.user)[key.book]?.openedAt
    }
}

extension BookList {
    /// The book's entry; the default one has one too, whether it is written down or not.
    func entry(_ name: BookName, at now: Timestamp) -> BookEntry {
        self[name] ?? BookEntry(name: name, title: name == .default ? "Default" : name.text, createdAt: now)
    }
}
