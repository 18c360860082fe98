// What goes wrong, scenario by scenario.

import Platform
import SimulatedEdges
import Storage
import Trading

extension Simulation {
    func play() throws(Violation) {
        switch plan.scenario {
        case .powerCut: try playCrashes(.powerCut)
        case .kill: try playCrashes(.kill)
        case .recovery: try playRecovery()
        case .copy: try playCopy()
        case .flip: try playDamage(flips: true)
        case .hole: try playDamage(flips: false)
        case .full: try playFull()
        case .sync: try playSync()
        case .mixed: try playMixed()
        case .erase: try playErase()
        }
    }

    /// Starts, asks for some of the books and leaves the others lazy.
    private func begin() throws(Violation) -> Bool {
        guard try start() else { return false }
        for book in books where chance.below(3) != 0 { load(book) }
        if chance.below(4) != 0 { life?.settle() }
        try lookAround()
        return true
    }

    // MARK: Crashes

    private func orderCrash(_ kind: SimulatedDisk.Crash, within steps: Int) {
        let step = 1 + chance.below(steps)
        switch kind {
        case .kill: disk.kill(atStep: step)
        case .powerCut: disk.crash(.powerCut, atStep: step)
        }
    }

    private func playCrashes(_ kind: SimulatedDisk.Crash) throws(Violation) {
        for _ in 0..<2 + chance.below(3) {
            orderCrash(kind, within: [60, 200, 600][chance.below(3)])
            if try begin() { try act(turns: 20 + chance.below(60)) }
            crash(kind)
        }
        try checkAtTheEnd()
    }

    private func playRecovery() throws(Violation) {
        for _ in 0..<2 {
            orderCrash(.powerCut, within: 300)
            if try begin() { try act(turns: 20 + chance.below(50)) }
            crash(.powerCut)
            for _ in 0..<1 + chance.below(4) {
                let kind: SimulatedDisk.Crash = chance.below(3) == 0 ? .kill : .powerCut
                orderCrash(kind, within: 50)
                if try start() { try loadAll() }
                if !isCrashed, chance.below(2) == 0 { try stop() }
                if isCrashed || life != nil { crash(kind) }
                disk.disarm()
            }
        }
        try checkAtTheEnd()
    }

    // MARK: Copies

    private func playCopy() throws(Violation) {
        guard try begin() else { return }
        try act(turns: 10 + chance.below(60))
        if chance.below(4) == 0 {
            try stop()
            guard try begin() else { return }
        }
        if chance.below(3) == 0 { try actAndRest() }
        // What is acknowledged at this moment the copy must have.
        try lookAround()
        let certain = Certain(
            books: books.map(\.acknowledged), documents: documents.map(\.acknowledged), audit: audit.acknowledged,
            erased: Set(erasures.values.filter(\.isCertain).map(\.user)))
        let copier = FolderCopier(
            of: disk, manner: FolderCopier.Manner.allCases[chance.below(2)], chunkBytes: 200 + chance.below(6_000), seed: chance.next())
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
        func readOn() {
            let now = life?.loop.wallMicroseconds ?? wall
            guard now >= haltedUntil, pace.below(odds) == 0 else { return }
            copier.step()
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
        let documents: [Int]
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

    // MARK: Damage

    private func playDamage(flips: Bool) throws(Violation) {
        var endsInOrder = true
        for _ in 0..<1 + chance.below(3) {
            guard try begin() else { return }
            try act(turns: 20 + chance.below(60))
            endsInOrder = chance.below(2) == 0
            if !endsInOrder, chance.below(2) == 0 { try actWithoutFiles() }
            if endsInOrder { try stop() } else { crash(chance.below(2) == 0 ? .kill : .powerCut) }
        }
        guard let path = pickFile(), let bytes = disk.bytes(path), !bytes.isEmpty else { return }
        let size = bytes.count
        // What joins two lines is a place like no other.
        let feeds = chance.below(3) == 0 ? bytes.indices.filter { bytes[$0] == 0x0A } : []
        let place = feeds.isEmpty ? chance.below(size) : feeds[chance.below(feeds.count)]
        if flips {
            let bit = chance.below(8)
            tell("bit \(bit) of byte \(place) of \(path) (\(size) bytes) is turned")
            disk.overwrite(path) { $0[place] ^= UInt8(1 << bit) }
        } else {
            let end = min(size, place + 1 + chance.below([40, 600, 4_096][chance.below(3)]))
            tell("bytes \(place) to \(end - 1) of \(path) (\(size) bytes) become zeros")
            disk.overwrite(path) { bytes in for index in place..<end { bytes[index] = 0 } }
        }
        // A hole goes over several lines, and so over several users.
        tolerance = Tolerance(closedUsers: flips ? 1 : books.count, reportedLoss: !endsInOrder || !flips, refusal: true, audit: true)
        for _ in 0..<2 {
            guard try start() else { return }
            try loadAll()
            try stop()
            closedUsers = []
            closedDocuments = []
        }
    }

    /// A file by chance, the journal and the books more often than the rest.
    private func pickFile() -> String? {
        let kind = chance.below(10)
        let newest = disk.paths.last { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") }
        let paths = disk.paths.filter { path in
            switch kind {
            case ..<3: path == newest
            case 3: path.hasPrefix("journal/")
            case ..<8: path.hasPrefix("paper/")
            default: true
            }
        }
        return paths.isEmpty ? nil : paths[chance.below(paths.count)]
    }

    /// Batches with records of several users, and no time for the readable files to get them.
    private func actWithoutFiles() throws(Violation) {
        for _ in 0..<2 + chance.below(3) {
            guard let life, !isCrashed else { return }
            life.loop.perform { for _ in 0..<1 + chance.below(4) { trade() } }
            while life.queue.runNext() { life.loop.runUntilIdle() }
            if chance.below(2) == 0 { life.loop.advance(by: options.sealDelay + .milliseconds(1)) }
            while life.queue.runNext() { life.loop.runUntilIdle() }
            try lookAround()
        }
    }

    // MARK: A full disk

    private func playFull() throws(Violation) {
        guard try begin() else { return }
        try act(turns: 10 + chance.below(30))
        for _ in 0..<1 + chance.below(2) {
            disk.capacityBytes = disk.usedBytes + Int64(chance.below(6_000))
            isFullNow = true
            tell("the disk has \(disk.capacityBytes - disk.usedBytes) bytes left")
            try act(turns: 5 + chance.below(30))
            // A full disk and a crash at once, now and then.
            switch chance.below(6) {
            case 0:
                crash(.kill)
                _ = try begin()
            case 1:
                crash(.powerCut)
                disk.capacityBytes = disk.usedBytes + Int64(chance.below(6_000))
                _ = try begin()
            default: break
            }
            if life != nil { try act(turns: 5 + chance.below(20)) }
            disk.capacityBytes = SimulatedDisk.unlimitedBytes
            tell("there is space again")
            if life == nil, try !begin() { throw Violation("The store did not start with space again.") }
            // It goes on by itself, without a restart: whatever is asked for is there, and an act is taken.
            for _ in 0..<2 {
                life?.loop.perform { life?.store.askForSpace() }
                pass(.seconds(6))
            }
            try loadAll()
            isFullNow = false
            try act(turns: 5 + chance.below(20))
        }
        if chance.below(2) == 0 { crash(.powerCut) }
        if erasures.values.contains(where: \.isCertain) {
            if life == nil { _ = try begin() }
            try checkErasedFiles()
        }
        try checkAtTheEnd()
    }

    // MARK: Failing syncs

    private func playSync() throws(Violation) {
        guard try begin() else { return }
        for _ in 0..<1 + chance.below(3) {
            try act(turns: 10 + chance.below(30))
            disk.failingSyncPrefix = ["journal", "paper", "users"][chance.below(3)]
            disk.failingSyncs = 1
            disk.failingSyncsOfEverything = disk.failingSyncPrefix == "journal" ? 0 : 1
            tell(
                "the next sync below \(disk.failingSyncPrefix) fails\(disk.failingSyncsOfEverything > 0 ? ", and the next of everything" : "")"
            )
            try act(turns: 10 + chance.below(50))
            disk.failingSyncs = 0
            disk.failingSyncsOfEverything = 0
            if life?.remarks.fatal.isEmpty == false || chance.below(2) == 0 {
                crash(.kill)
                guard try begin() else { return }
            }
            if chance.below(2) == 0 { try act(turns: 10 + chance.below(60)) }
            if chance.below(2) == 0 {
                crash(.powerCut)
                guard try begin() else { return }
            }
        }
        crash(.powerCut)
        try checkAtTheEnd()
    }

    // MARK: Erased users

    private func playErase() throws(Violation) {
        for _ in 0..<2 + chance.below(3) {
            guard try begin() else { return }
            try act(turns: 10 + chance.below(50))
            let kind: SimulatedDisk.Crash = chance.below(2) == 0 ? .kill : .powerCut
            orderCrash(kind, within: [8, 40, 200][chance.below(3)])
            erase()
            try act(turns: 1 + chance.below(40))
            crash(kind)
            disk.disarm()
        }
        // Nobody asks any more, and the files go by themselves, however often that is cut short.
        for _ in 0..<3 {
            let kind: SimulatedDisk.Crash = chance.below(2) == 0 ? .kill : .powerCut
            orderCrash(kind, within: 120)
            if try start() {
                for _ in 0..<4 { pass(options.retention / 2) }
                try lookAround()
            }
            crash(kind)
            disk.disarm()
        }
        guard try begin() else { return }
        try loadAll()
        try checkErasedFiles()
        try checkAtTheEnd()
    }

    /// When the retention has passed the files of erased users are gone.
    private func checkErasedFiles() throws(Violation) {
        for _ in 0..<8 { pass(options.retention / 2) }
        life?.settle()
        try lookAround()
        for erasure in erasures.values.sorted(by: { $0.user < $1.user }) where erasure.isCertain {
            if let path = disk.paths.first(where: { $0.hasPrefix("paper/\(erasure.user.text)/") }) {
                throw Violation("\(erasure.user) was erased long ago and \(path) is still there.")
            }
        }
    }

    // MARK: Mixed lives

    private func playMixed() throws(Violation) {
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
        try endForMixing()
        let first = (disk: disk, books: books, documents: documents)
        (books, documents) = (base, baseDocuments)
        disk = backup.crashed(.kill)
        let isTwoLives = chance.below(2) == 0
        if isTwoLives {
            guard try begin() else { return }
            try act(turns: 10 + chance.below(50))
            try endForMixing()
        }
        let second = (disk: disk, books: books, documents: documents)
        // One over the other: all its files, only some of them, or one user's folder in place of what is there.
        let mixed = first.disk.crashed(.kill)
        let takesAll = chance.below(2) == 0
        let user = chance.below(2) == 0 ? books[chance.below(books.count)].user : nil
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
        try lookAtMixture(mixed, first.books, second.books)
    }

    /// Ends a life that will be mixed with another: with everything in the readable files, or with some of it in the journal only.
    private func endForMixing() throws(Violation) {
        if chance.below(2) == 0 { return try stop() }
        if chance.below(2) == 0 { try actWithoutFiles() }
        crash(.kill)
    }

    /// Refused, or each book whole in one of the two lives, or closed.
    private func lookAtMixture(_ mixed: SimulatedDisk, _ first: [BookHistory], _ second: [BookHistory]) throws(Violation) {
        disk = mixed
        tolerance = Tolerance(closedUsers: 100, reportedLoss: true, refusal: true, audit: true)
        for _ in 0..<2 {
            guard try start(), let life else { return }
            for (one, other) in zip(first, second) {
                var outcome: Result<PaperSnapshot?, StorageFailure>?
                life.loop.perform { life.store.loadBook(one.user, one.book) { outcome = $0 } }
                life.settle()
                switch outcome {
                case .success(let loaded)?:
                    guard one.index(of: loaded) != nil || other.index(of: loaded) != nil else {
                        throw Violation("\(one.name) has a state of neither life after two were mixed.")
                    }
                    if let loaded, let problem = Reconciliation.problems(of: loaded).first {
                        throw Violation("\(one.name) does not add up after two lives were mixed: \(problem)")
                    }
                    let oldest = min(one.acknowledged, other.acknowledged)
                    if (one.index(of: loaded) ?? 0) < oldest, (other.index(of: loaded) ?? 0) < oldest {
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

extension Duration {
    static func microseconds(_ count: Int64) -> Duration { .seconds(count / 1_000_000) + .nanoseconds(count % 1_000_000 * 1_000) }
}

extension Simulation {
    /// As a folder is used for tests of single places: no limits that make things happen by themselves.
    static var smallOptions: StoreOptions {
        var options = StoreOptions()
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        return options
    }

    /// A folder of a few users that was used for a while and closed in order, with what is in it.
    static func makeFolder(
        seed: UInt64
    ) throws(Violation) -> (disk: SimulatedDisk, books: [BookHistory], documents: [DocumentHistory]) {
        let simulation = Simulation(SimulationCase(.kill, seed: seed), [], tells: false)
        simulation.options.segmentBytes = 6_000
        guard try simulation.start() else { throw Violation("The folder could not be made.") }
        for book in simulation.books { simulation.load(book) }
        simulation.life?.settle()
        try simulation.act(turns: 60)
        try simulation.loadAll()
        try simulation.stop()
        return (simulation.disk, simulation.books, simulation.documents)
    }
}
