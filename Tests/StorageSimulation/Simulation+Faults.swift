// What goes wrong, scenario by scenario. Copies and mixtures of folders are in `Simulation+Copies`.

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
    func begin() throws(Violation) -> Bool {
        guard try start() else { return false }
        for book in books where chance.below(3) != 0 { load(book) }
        if chance.below(4) != 0 { life?.settle() }
        try lookAround()
        return true
    }

    // MARK: Crashes

    func orderCrash(_ kind: SimulatedDisk.Crash, within steps: Int) {
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

    // MARK: Damage

    private func playDamage(flips: Bool) throws(Violation) {
        var endsInOrder = true
        for _ in 0..<1 + chance.below(2) {
            guard try begin() else { return }
            try act(turns: 10 + chance.below(50))
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
        for _ in 0..<1 + chance.below(2) {
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
    func actWithoutFiles() throws(Violation) {
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
        for _ in 0..<1 + chance.below(2) {
            try act(turns: 5 + chance.below(25))
            disk.failingSyncPrefix = ["journal", "paper", "users"][chance.below(3)]
            disk.failingSyncs = 1
            disk.failingSyncsOfEverything = disk.failingSyncPrefix == "journal" ? 0 : 1
            tell(
                "the next sync below \(disk.failingSyncPrefix) fails\(disk.failingSyncsOfEverything > 0 ? ", and the next of everything" : "")"
            )
            try act(turns: 5 + chance.below(40))
            disk.failingSyncs = 0
            disk.failingSyncsOfEverything = 0
            if life?.remarks.fatal.isEmpty == false || chance.below(2) == 0 {
                crash(.kill)
                guard try begin() else { return }
            }
            if chance.below(2) == 0 { try act(turns: 5 + chance.below(40)) }
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
        for _ in 0..<1 + chance.below(3) {
            guard try begin() else { return }
            try act(turns: 5 + chance.below(40))
            let kind: SimulatedDisk.Crash = chance.below(2) == 0 ? .kill : .powerCut
            orderCrash(kind, within: [8, 40, 200][chance.below(3)])
            erase()
            try act(turns: 1 + chance.below(40))
            crash(kind)
            disk.disarm()
        }
        // Nobody asks any more, and the files go by themselves, however often that is cut short.
        for _ in 0..<2 {
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
        try simulation.act(turns: 26)
        try simulation.loadAll()
        try simulation.stop()
        return (simulation.disk, simulation.books, simulation.documents)
    }
}
