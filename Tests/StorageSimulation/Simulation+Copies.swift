// Folders that are not what one process left: copied while it runs, or mixed from two of its lives.

import Platform
import SimulatedEdges
import Storage
import Trading

extension Simulation {
    // MARK: A copy of the running folder

    func playCopy() throws(Violation) {
        guard try begin() else { return }
        try act(turns: 10 + chance.below(40))
        if chance.below(4) == 0 {
            try stop()
            guard try begin() else { return }
        }
        if chance.below(3) == 0 { try actAndRest() }
        let documentsBefore = documents.map(\.acknowledged)
        let older = chance.below(3) == 0 ? try olderCopy() : nil
        // What is acknowledged at this moment the copy must have.
        try lookAround()
        var certain = Certain(
            books: books.map(\.acknowledged), documents: documents.map(\.acknowledged), audit: audit.acknowledged,
            erased: Set(erasures.values.filter(\.isCertain).map(\.user)))
        let copier = FolderCopier(
            of: disk, over: older, manner: FolderCopier.Manner.allCases[chance.below(2)], chunkBytes: 200 + chance.below(6_000),
            seed: chance.next())
        tell("a copy begins")
        for book in books where book.installing != nil { book.wasInstalledDuringCopy = true }
        // Its own chance: the copy reads on inside the store's steps, where the driver's must not be asked.
        var pace = DiskRandom(state: chance.next())
        let odds = 1 + chance.below(12)
        let began = life?.loop.wallMicroseconds ?? wall
        // Between two files of a book it may stand still for long, so that one of them is copied long after its neighbours.
        var halts = pace.below(4)
        var haltedUntil = began
        var haltedIn: [BookHistory] = []
        var goesOnThere = false
        // Over an older copy it may stand still between the listing of the journal and the reading of what it lists.
        var journalHalts = older == nil ? 0 : pace.below(3)
        // It may also stand still within the newest segment, which the journal fills meanwhile.
        var segmentHalts = pace.below(3)
        func readOn() {
            let now = life?.loop.wallMicroseconds ?? wall
            guard now >= haltedUntil, pace.below(odds) == 0 else { return }
            copier.step()
            if segmentHalts > 0, let path = copier.openFile, path.hasPrefix("journal/"), pace.below(4) != 0,
                path == disk.paths.last(where: { $0.hasPrefix("journal/0") && $0.hasSuffix(".jsonl") })
            {
                segmentHalts -= 1
                haltedUntil = now + Int64(pace.below(Int(options.retention.wholeMicroseconds / 2)))
            }
            if journalHalts > 0, copier.nextFile?.hasPrefix("journal/") == true, pace.below(2) == 0 {
                journalHalts -= 1
                haltedUntil = now + Int64(pace.below(Int(options.retention.wholeMicroseconds / 2)))
            }
            if halts > 0, let path = copier.nextFile, pace.below(3) == 0 {
                haltedIn = books.filter { path.hasPrefix("paper/\($0.user.text)/") }
                guard !haltedIn.isEmpty else { return }
                halts -= 1
                goesOnThere = pace.below(2) == 0
                let most = options.retention.wholeMicroseconds
                haltedUntil = pace.below(2) == 0 ? now + most : now + Int64(pace.below(Int(most)))
            }
        }
        disk.beforeStep = readOn
        meanwhile = readOn
        // The copy has to be done within R; towards the end it goes on without time passing.
        let ends = began + (options.retention * 0.9).wholeMicroseconds
        copyEnds = ends
        while !copier.isDone {
            let now = life?.loop.wallMicroseconds ?? wall
            guard now < ends else { break }
            if now < haltedUntil, chance.below(goesOnThere ? 2 : 6) == 0 {
                // Those whose files it is among go on, so that the rest of these files tells of more.
                for book in haltedIn where chance.below(3) != 0 {
                    if !book.isLoaded { load(book) }
                    trade(in: book)
                }
                pass(.milliseconds(Int64(50 + chance.below(400))))
                try lookAround()
                continue
            }
            try act(turns: 1 + chance.below(6))
            // A start takes a second.
            guard chance.below(12) == 0, ends - now > 1_500_000 else { continue }
            tell("restarted during the copy")
            if chance.below(2) == 0 { try stop() } else { crash(.kill) }
            guard try begin() else { break }
        }
        let took = (life?.loop.wallMicroseconds ?? wall) - began
        copier.finish()
        tell("the copy is done after \(Duration.microseconds(took))")
        meanwhile = nil
        copyEnds = nil
        disk.beforeStep = nil
        end()
        guard Duration.microseconds(took) < options.retention else { return }
        // A document that was deleted during the copy is as the older copy had it, until `rsync` is called once more.
        for (index, document) in documents.enumerated() where copier.kept.contains(document.path.text + ".json") {
            certain.documents[index] = documentsBefore[index]
        }
        goOnWithCopy(copier.result, certain)
        try checkAtTheEnd()
        // What was restored must also stand on its own from then on.
        let rounds = chance.below(3)
        for _ in 0..<rounds {
            orderCrash(.powerCut, within: 200)
            if try begin() { try act(turns: 10 + chance.below(30)) }
            crash(.powerCut)
        }
        if rounds > 0 { try checkAtTheEnd() }
    }

    /// A copy of this moment, and then time enough that what it has of the journal is on its way out.
    private func olderCopy() throws(Violation) -> SimulatedDisk {
        let copier = FolderCopier(of: disk, manner: .toTheEnd, chunkBytes: 1 << 20, seed: chance.next())
        copier.finish()
        tell("an older copy is made")
        // Its last segment shall go without those after it, so that it is not alone that matters.
        try act(turns: 1 + chance.below(6))
        pass(options.retention * (0.2 + 0.1 * Double(chance.below(8))))
        try act(turns: chance.below(6))
        return copier.result
    }

    /// Much at once, and then nothing until most of the retention has passed: what is folded and archived next is all of that.
    private func actAndRest() throws(Violation) {
        for _ in 0..<3 + chance.below(5) {
            for book in books {
                if !book.isLoaded { load(book) }
                trade(in: book)
            }
            pass(.milliseconds(50))
        }
        pass(options.retention * (0.4 + 0.1 * Double(chance.below(6))))
        try lookAround()
    }

    /// What was acknowledged when a copy began: that it must have.
    private struct Certain {
        let books: [Int]
        var documents: [Int]
        let audit: Set<Int>
        let erased: Set<UserID>
    }

    private func goOnWithCopy(_ copy: SimulatedDisk, _ certain: Certain) {
        copy.syncsNamesWithEverything = disk.syncsNamesWithEverything
        disk = copy
        wall += Int64(chance.below(2)) * 86_400_000_000 * Int64(chance.below(40))
        tell("the copy is started at \(Timestamp(microseconds: wall).utcText)")
        for (book, acknowledged) in zip(books, certain.books) { book.doubt(above: acknowledged) }
        for (document, acknowledged) in zip(documents, certain.documents) {
            if document.path.isLogin { document.forgotten() } else { document.doubt(above: acknowledged) }
        }
        audit.doubt(allBut: certain.audit)
        for user in erasures.keys where !certain.erased.contains(user) { erasures[user]?.isCopiedInPart() }
    }

    // MARK: Mixed lives

    func playMixed() throws(Violation) {
        guard try begin() else { return }
        try act(turns: 10 + chance.below(40))
        try stop()
        // One backup, and what the folder became after it, in two different lives.
        let backup = disk.crashed(.kill)
        let doesTheSame = chance.below(2) == 0
        let base = books.map { $0.branched(seed: doesTheSame ? nil : chance.next()) }
        let baseDocuments = documents.map { $0.branched() }
        guard try begin() else { return }
        try act(turns: 10 + chance.below(50))
        let firstIsWhole = try endForMixing()
        let first = (disk: disk, books: books, documents: documents)
        let oldest = base.map(\.acknowledged)
        (books, documents) = (base, baseDocuments)
        disk = backup.crashed(.kill)
        let isTwoLives = chance.below(2) == 0
        var secondIsWhole = true
        if isTwoLives {
            guard try begin() else { return }
            try act(turns: 10 + chance.below(50))
            secondIsWhole = try endForMixing()
        }
        let second = (disk: disk, books: books, documents: documents)
        // One over the other: all its files, only some of them, or one user's folder in place of what is there.
        let mixed = first.disk.crashed(.kill)
        let takesAll = chance.below(2) == 0
        let user = chance.below(3) == 0 ? books[chance.below(books.count)].user : nil
        let folder = user.map { "paper/\($0.text)/" } ?? ""
        for path in first.disk.paths where user != nil && path.hasPrefix(folder) && second.disk.bytes(path) == nil { mixed.erase(path) }
        for path in second.disk.paths where user != nil ? path.hasPrefix(folder) : takesAll || chance.below(2) == 0 {
            guard let bytes = second.disk.bytes(path), bytes != mixed.bytes(path) else { continue }
            tell("  \(path): \(bytes.count) bytes in place of \(mixed.bytes(path)?.count ?? 0)")
            if mixed.bytes(path) == nil { mixed.place(path, bytes) } else { mixed.overwrite(path) { $0 = bytes } }
        }
        tell(
            "\(user.map { "the books of \($0)" } ?? (takesAll ? "all" : "some") + " files") of \(isTwoLives ? "another life" : "a backup") are copied over the folder"
        )
        // Acts that a kill left in the journal only are gone with its segments.
        for (book, acknowledged) in zip(first.books, oldest) where !firstIsWhole { book.doubt(above: acknowledged) }
        for (book, acknowledged) in zip(second.books, oldest) where !secondIsWhole { book.doubt(above: acknowledged) }
        // A journal that is of one life alone, and without its end, is one that nobody can tell from a copy's.
        let segments = mixed.paths.filter { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") }
        let isOfOneLife = [first.disk, second.disk].contains { life in
            segments.allSatisfy { mixed.bytes($0) == life.bytes($0) || mixed.bytes($0) == backup.bytes($0) }
        }
        try lookAtMixture(mixed, first.books, second.books, mayLackItsEnd: user == nil && !takesAll && isOfOneLife)
    }

    /// Ends a life that will be mixed with another: with everything in the readable files, or with some of it in the journal only.
    /// Returns whether they have everything.
    private func endForMixing() throws(Violation) -> Bool {
        if chance.below(3) != 0 {
            try stop()
            return true
        }
        if chance.below(2) == 0 { try actWithoutFiles() }
        crash(.kill)
        return false
    }

    /// Refused, or each book whole in one of the two lives, or closed.
    ///
    /// When its journal `mayLackItsEnd`, a book may be as old as that, and the store says which lines it cut.
    private func lookAtMixture(
        _ mixed: SimulatedDisk, _ first: [BookHistory], _ second: [BookHistory], mayLackItsEnd: Bool
    ) throws(Violation) {
        disk = mixed
        tolerance = Tolerance(closedUsers: 100, reportedLoss: true, refusal: true, audit: true)
        tell("the journal has \(disk.paths.filter { $0.hasPrefix("journal/") })")
        var told: Set<UserID> = []
        for _ in 0..<2 {
            guard try start(), let life else { return }
            for (one, other) in zip(first, second) {
                var outcome: Result<PaperSnapshot?, StorageFailure>?
                life.loop.perform { life.store.loadBook(one.user, one.book) { outcome = $0 } }
                life.settle()
                try lookAtRemarks()
                switch outcome {
                case .success(let loaded)?:
                    guard one.index(of: loaded) != nil || other.index(of: loaded) != nil else {
                        throw Violation("\(one.name) has a state of neither life after two were mixed.")
                    }
                    if let loaded, let problem = Reconciliation.problems(of: loaded).first {
                        throw Violation("\(one.name) does not add up after two lives were mixed: \(problem)")
                    }
                    let oldest = min(one.acknowledged, other.acknowledged)
                    // Without the newest segments the files look like those of a copy that came to them later than to the journal.
                    for remark in life.remarks.all where mayLackItsEnd && remark.event == "lines_cut" {
                        if remark.fields["file"]?.hasPrefix("paper/\(one.user.text)/") == true { told.insert(one.user) }
                    }
                    if !told.contains(one.user), (one.index(of: loaded) ?? 0) < oldest, (other.index(of: loaded) ?? 0) < oldest {
                        throw Violation(
                            "\(one.name) is as of act \(one.index(of: loaded) ?? -1) or \(other.index(of: loaded) ?? -1) after two lives with "
                                + "\(one.acknowledged) and \(other.acknowledged) acts were mixed, and nobody was told.")
                    }
                case .failure(.quarantined)?: break
                case .failure(let failure)?: throw Violation("\(one.name) could not be loaded from a mixture: \(failure)")
                case nil: throw Violation("\(one.name) was asked for and never came.")
                }
            }
            try stop()
        }
    }
}
