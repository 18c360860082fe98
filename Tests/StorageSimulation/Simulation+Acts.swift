// What users and time do in a life, one small thing after the other, by chance.

import Platform
import SimulatedEdges
import Storage
import Trading
import Wire

extension Simulation {
    /// Lets things happen until the crash that was ordered, or `turns` of them.
    func act(turns: Int) throws(Violation) {
        var left = turns
        while left > 0, life != nil, !isCrashed {
            left -= 1
            act()
            meanwhile?()
            turn()
            try lookAround()
            if life?.remarks.fatal.isEmpty == false { return }
        }
    }

    private func act() {
        switch chance.below(100) {
        case ..<48: trade()
        case ..<56:
            // Several users in one turn: their records stand in one batch.
            life?.loop.perform { for _ in 0..<2 + chance.below(4) { trade() } }
        case ..<66: changeDocument()
        case ..<70: noteAudit()
        case ..<82:
            let book = books[chance.below(books.count)]
            // Now and then one that is there already.
            if !book.isLoaded || chance.below(4) == 0 { load(book) }
        case ..<86: forget()
        case ..<92: readDocument(documents[chance.below(documents.count)])
        case ..<94: install()
        case 99 where erasesUsers && [.erase, .copy, .full].contains(plan.scenario): erase()
        default: break
        }
    }

    /// How far loop, disk thread and time go before the next act.
    private func turn() {
        guard let life else { return }
        switch chance.below(20) {
        case ..<6: life.queue.runNext()
        case ..<10: life.loop.runUntilIdle()
        case ..<14: life.settle()
        case ..<18: pass(.milliseconds(Int64(chance.below(300))))
        case 18: pass(.milliseconds(Int64(chance.below(3_000))))
        default: pass(options.retention / 2 + .milliseconds(Int64(chance.below(4_000))))
        }
    }

    /// Lets time pass, the disk thread keeping up more or less.
    func pass(_ duration: Duration) {
        guard let life else { return }
        let most = copyEnds.map { Duration.microseconds(max(0, $0 - life.loop.wallMicroseconds)) } ?? duration
        var left = min(duration, most)
        tell("\(left) pass")
        while left > .zero, !isCrashed {
            let piece = min(left, .milliseconds(Int64(20 + chance.below(600))))
            life.loop.advance(by: piece)
            if chance.below(4) == 0 { life.queue.runNext() } else { life.settle() }
            disk.clockMicroseconds = life.loop.wallMicroseconds
            meanwhile?()
            left -= piece
        }
    }

    // MARK: Books

    /// An act on the book, or on any that takes acts.
    func trade(in chosen: BookHistory? = nil) {
        guard let life, let book = ready(chosen) else { return }
        let (act, state) = book.nextAct()
        var commit = act
        let document = chance.below(6) == 0 ? freeDocument() : nil
        if let document {
            commit.documents = [DocumentChange(document.path, document.nextBody(&chance))]
        }
        var number: Int?
        if chance.below(4) == 0 {
            let (made, entry) = audit.next()
            number = made
            commit.audit = [entry]
        }
        // Nothing runs between the commit and its entry in the histories.
        let isTaken = life.loop.perform {
            let ticket = life.store.commit(commit)
            if case .failure(let failure)? = ticket.outcome {
                tell("\(book.name): an act is refused: \(failure)")
                takeRefusal(failure, of: book)
                return false
            }
            book.submitted(state, ticket)
            if let document { document.submitted(commit.documents[0].body, ticket) }
            if let number { audit.submitted(number, ticket) }
            return true
        }
        guard isTaken else { return }
        tell(
            "\(book.name): act \(book.states.count - 1)\(document.map { " with \($0.path)" } ?? "")\(number.map { " with audit \($0)" } ?? "")"
        )
    }

    /// A book that takes acts, if any.
    private func ready(_ chosen: BookHistory? = nil) -> BookHistory? {
        let ready = (chosen.map { [$0] } ?? books).filter {
            erasures[$0.user] == nil && $0.isLoaded && $0.installing == nil && !$0.isLoading && !$0.isClosed
        }
        return ready.isEmpty ? nil : ready[chance.below(ready.count)]
    }

    private func takeRefusal(_ failure: StorageFailure, of book: BookHistory) {
        switch failure {
        case .storageFull where isFullNow: break
        case .outcomeUnknown, .closed, .bookBusy: break
        case .userErased(let user) where erasures[user] != nil: break
        case .bookNotLoaded: book.isLoaded = false
        default: if !isCrashed { fail("An act of \(book.name) was refused: \(failure)") }
        }
    }

    /// Asks for a book; what comes is compared at once.
    func load(_ book: BookHistory) {
        guard let life, !book.isLoading, book.installing == nil else { return }
        book.isLoading = true
        tell("\(book.name): is asked for")
        life.loop.perform {
            life.store.loadBook(book.user, book.book) { [unowned self] result in take(result, of: book) }
        }
    }

    private func forget() {
        guard let life, let book = ready(), book.isSettled else { return }
        let isForgotten = life.loop.perform { life.store.forget(book.user, book.book) }
        if isForgotten {
            book.isLoaded = false
            tell("\(book.name): is forgotten")
        }
    }

    /// A whole book at once, for an import or in place of the one that is there.
    private func install() {
        guard let life, let book = ready(), book.isSettled else { return }
        let state = book.nextInstall()
        guard let document = freeDocument(), document.isSettled else { return }
        let body = document.nextBody(&chance)
        tell("\(book.name): install \(book.states.count) with \(document.path)")
        book.submittedInstall(state)
        if isCopying { book.wasInstalledDuringCopy = true }
        document.submittedUnticketed(body)
        life.loop.perform {
            life.store.install(
                user: book.user, book: book.book, snapshot: state, notes: .array([.string("note")]),
                documents: [DocumentChange(document.path, body)], replaces: true
            ) { [unowned self] result in
                tell("\(book.name): install ended: \(result)")
                switch result {
                case .success:
                    book.endInstall(holds: true)
                    document.installed(holds: true)
                case .failure(.outcomeUnknown), .failure(.closed):
                    book.endInstall(holds: nil)
                    document.installed(holds: nil)
                case .failure(.userErased(let user)) where erasures[user] != nil:
                    book.endInstall(holds: false)
                    document.installed(holds: false)
                case .failure(let failure):
                    if !isFullNow, !isCrashed, plan.scenario != .sync { fail("An install of \(book.name) was refused: \(failure)") }
                    book.endInstall(holds: isCrashed ? nil : false)
                    document.installed(holds: isCrashed ? nil : false)
                }
            }
        }
    }

    // MARK: Documents and audit

    /// A document that no install is about to change.
    private func freeDocument() -> DocumentHistory? {
        let document = documents[chance.below(documents.count)]
        return document.isInstalling || isEnding(document) ? nil : document
    }

    // MARK: Erasing

    /// Whether an erased user's account, logins or addresses are in it: nobody writes those any more.
    private func isEnding(_ document: DocumentHistory) -> Bool {
        erasures.values.contains { $0.ends.contains { $0.document === document } }
    }

    /// The end of one user, while one is left.
    func erase() {
        guard let life else { return }
        let left = Set(books.map(\.user)).subtracting(erasures.keys).sorted()
        guard left.count > 1 else { return }
        let user = left[chance.below(left.count)]
        let ending = documents.filter { $0.user == user && $0.path.folder != .config }
        guard !ending.contains(where: \.isInstalling) else { return }
        life.loop.perform {
            let at = Timestamp(microseconds: life.loop.wallMicroseconds)
            let ticket = life.store.erase(user: user, documents: ending.map { DocumentChange($0.path, nil) })
            if case .failure(let failure)? = ticket.outcome {
                tell("\(user): is not erased: \(failure)")
                return
            }
            var ends: [(document: DocumentHistory, version: Int)] = []
            for document in ending {
                let tombstone: JSONValue = .object(JSONObject([("u", .string(user.text)), ("erased_at", .string(at.utcText))]))
                document.submitted(document.path == .user(user) ? tombstone : nil, ticket)
                ends.append((document, document.versions.count - 1))
            }
            erasures[user] = ErasureHistory(user, ends: ends, ticket)
            for book in books where book.user == user { book.isLoaded = false }
            tell("\(user): is erased, with \(ending.map(\.path.text))")
        }
    }

    private func changeDocument() {
        guard let life else { return }
        guard let document = freeDocument() else { return }
        let body = document.nextBody(&chance)
        let isTaken = life.loop.perform {
            let ticket = life.store.commit(Commit(user: document.user, documents: [DocumentChange(document.path, body)]))
            if case .failure(let failure)? = ticket.outcome {
                tell("\(document.path): a change is refused: \(failure)")
                return false
            }
            document.submitted(body, ticket)
            return true
        }
        guard isTaken else { return }
        tell("\(document.path): version \(document.versions.count - 1)\(body == nil ? ", deleted" : "")")
    }

    private func noteAudit() {
        guard let life, let user = books.first?.user else { return }
        let (number, entry) = audit.next()
        life.loop.perform {
            let ticket = life.store.commit(Commit(user: user, audit: [entry]))
            if case .failure? = ticket.outcome { return }
            audit.submitted(number, ticket)
        }
        tell("audit \(number)")
    }

    func readDocument(_ document: DocumentHistory) {
        guard let life, !document.isInstalling else { return }
        let newest = document.versions.count - 1
        life.loop.perform {
            life.store.document(document.path) { [unowned self] result in take(result, of: document, newest) }
        }
    }
}
