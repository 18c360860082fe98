// A run: users by chance act on the product's own store over a simulated disk, things go wrong as the scenario says, and after each
// start the oracle compares. What happens in a life is in `Simulation+Acts`, what goes wrong in `Simulation+Faults`, the checks in
// `Simulation+Checks`.

import Platform
import SimulatedEdges
import Storage
import Trading

/// What an oracle lets pass after something was damaged.
struct Tolerance {
    /// How many users may be closed.
    var closedUsers = 0
    /// A state older than the last acknowledged passes where the store remarked on the very loss.
    var reportedLoss = false
    /// The store may refuse to start.
    var refusal = false
    /// Entries of the audit may be missing.
    var audit = false

    static let none = Tolerance()
}

package final class Simulation {
    let plan: SimulationCase
    var chance: DiskRandom
    var disk: SimulatedDisk
    /// The wall clock at the end of the last life.
    var wall: Int64 = 1_795_161_600_000_000
    var books: [BookHistory] = []
    var documents: [DocumentHistory] = []
    var audit = AuditHistory()
    var erasures: [UserID: ErasureHistory] = [:]
    var options = StoreOptions()
    var life: Life?
    var tolerance = Tolerance.none
    /// Users of whom something was closed since the last check began.
    var closedUsers: Set<UserID> = []
    /// Any user's act may change a document, so these are counted by themselves.
    var closedDocuments: Set<DocumentPath> = []
    /// Remarks of the life up to here were looked at.
    var remarksSeen = 0
    var violation: Violation?
    /// Called when the process stands still for a moment: a copy reads on.
    var meanwhile: (() -> Void)?
    var isCopying: Bool { meanwhile != nil }
    /// When a copy that is made has to be done, by the wall clock: time does not pass beyond that.
    var copyEnds: Int64?
    /// Whether users are erased now and then, where the scenario knows what to make of it.
    var erasesUsers = false
    private let tells: Bool
    package private(set) var story: [String] = []
    private var lives: UInt64 = 0

    /// Runs a case to its end. Returns what was found to be wrong, with the whole story, or nothing.
    package static func run(_ plan: SimulationCase, without rules: Set<ProtocolRule> = []) -> (violation: Violation, story: [String])? {
        guard Simulation(plan, rules, tells: false).run() != nil else { return nil }
        // Told only when there is something to tell: a run is the same each time.
        let again = Simulation(plan, rules, tells: true)
        guard let violation = again.run() else {
            return (Violation("The second run of \(plan) went otherwise than the first."), again.story)
        }
        return (violation, again.story)
    }

    /// The whole story of a case, whether it finds something or not.
    package static func story(of plan: SimulationCase, without rules: Set<ProtocolRule> = []) -> [String] {
        let simulation = Simulation(plan, rules, tells: true)
        _ = simulation.run()
        return simulation.story
    }

    /// Whether a case finds something, without its story.
    package static func fails(_ plan: SimulationCase, without rules: Set<ProtocolRule>) -> Bool {
        Simulation(plan, rules, tells: false).run() != nil
    }

    init(_ plan: SimulationCase, _ rules: Set<ProtocolRule>, tells: Bool) {
        self.plan = plan
        self.tells = tells
        chance = DiskRandom(state: plan.seed &* 0x2545_F491_4F6C_DD1D)
        disk = SimulatedDisk(seed: plan.seed)
        shape(rules)
    }

    private func run() -> Violation? {
        do throws(Violation) {
            try play()
        } catch {
            violation = violation ?? error
        }
        end()
        if let violation { tell("FOUND: \(violation)") }
        return violation
    }

    /// Small limits, so that segments, checkpoints, compaction and release come often.
    private func shape(_ rules: Set<ProtocolRule>) {
        options.minimumFreeBytes = 0
        options.ballastBytes = 0
        options.segmentBytes = Int64(2_500 + chance.below(12_000))
        options.segmentAge = .milliseconds(Int64(300 + chance.below(8_000)))
        options.appendDelay = .milliseconds(Int64([1, 50, 250, 900][chance.below(4)]))
        options.appendBacklogBytes = [2_000, 16 << 20][chance.below(2)]
        options.checkpointInterval = .milliseconds(Int64(50 + chance.below([500, 2_500, 20_000][chance.below(3)])))
        options.checkpointBytes = [3_000, 64 << 20][chance.below(2)]
        options.documentCacheEntries = [1, 4, 4_096][chance.below(3)]
        options.retention = .milliseconds(Int64(400 + chance.below([1_000, 4_000, 8_000][chance.below(3)])))
        options.archiveMargin = .milliseconds(Int64(chance.below(500)))
        options.compactionBytes = [500, 2_000, 8_000][chance.below(3)]
        options.tidyInterval = .milliseconds(Int64(20 + chance.below(400)))
        // A mixture is one of segments, so there have to be many.
        if plan.scenario == .mixed { options.retention = .milliseconds(Int64(2_000 + chance.below(20_000))) }
        if plan.scenario == .copy, chance.below(2) == 0 {
            // Books that are folded again and again while the copy is made.
            options.compactionBytes = 400
            options.retention = .milliseconds(Int64(4_000 + chance.below(6_000)))
            options.segmentAge = .milliseconds(200)
            options.tidyInterval = .milliseconds(20)
        }
        options.tidyPause = .milliseconds(Int64(1 + chance.below(4)))
        options.proofRetry = .milliseconds(500)
        options.shortestRetention = options.retention
        options.openFiles = [4, 20][chance.below(2)]
        options.without = rules
        disk.syncsNamesWithEverything = chance.below(2) == 0
        erasesUsers = plan.scenario == .erase || chance.below(4) == 0
        let names = ["AA", "BB", "ZX12345678", "CC"].prefix(2 + chance.below(3))
        for name in names { addBook(name, .default) }
        if chance.below(2) == 0, let swing = BookName("swing") { addBook("AA", swing) }
        for (text, owner) in Simulation.documentPaths.prefix(2 + chance.below(Simulation.documentPaths.count)) {
            guard let path = DocumentPath(text), let user = UserID(owner) else { preconditionFailure("Names made here are right.") }
            documents.append(DocumentHistory(path, of: user))
        }
    }

    private func addBook(_ name: String, _ book: BookName) {
        guard let user = UserID(name) else { preconditionFailure("Names made here are right.") }
        books.append(BookHistory(user: user, book: book, seed: chance.next()))
    }

    private static let documentPaths: [(path: String, user: String)] = [
        ("users/AA", "AA"), ("sessions/AA", "AA"), ("config/house", "BB"), ("users/ZX12345678", "ZX12345678"),
        ("index/email/ab/ab" + String(repeating: "3f", count: 31), "BB"),
        ("index/session/cd/cd" + String(repeating: "70", count: 31), "BB"),
    ]

    // MARK: Telling

    func tell(_ line: @autoclosure () -> String) {
        if tells { story.append(line()) }
    }

    func fail(_ text: String) {
        if violation == nil { violation = Violation(text) }
    }

    // MARK: Lives

    /// Whether the ordered crash has happened.
    var isCrashed: Bool { disk.isDead || disk.survivor != nil }

    /// Starts the house; false when it died in doing so, or refused and was allowed to.
    func start() throws(Violation) -> Bool {
        precondition(life == nil, "One process at a time.")
        lives += 1
        remarksSeen = 0
        wall += 1_000_000
        let remarks = Remarks()
        do {
            life = try Life(disk, wallMicroseconds: wall, options: options, randomSeed: plan.seed &+ lives &* 7_919, remarks: remarks)
            tell("life \(lives): started at \(Timestamp(microseconds: wall).utcText)")
            try lookAtRemarks()
            return true
        } catch {
            for remark in remarks.all { tell("  remark: \(remark.level.rawValue) \(remark.event) \(remark.fields)") }
            if isCrashed {
                tell("life \(lives): died while it started")
                return false
            }
            tell("life \(lives): refused to start: \(error)")
            if let violation = error as? Violation { throw violation }
            guard tolerance.refusal || isFullNow else { throw Violation("The store did not start: \(error)") }
            return false
        }
    }

    /// The disk is short of space, or was when what ends now began.
    var isFullNow = false

    /// Ends the process where it stands: what waits is never done.
    func end() {
        guard let life else { return }
        for book in books { book.endLife() }
        lookAtErasures()
        for document in documents { document.endLife() }
        for user in erasures.keys { erasures[user]?.endLife() }
        audit.endLife()
        wall = life.loop.wallMicroseconds
        life.end()
        self.life = nil
    }

    /// The machine is there again after a kill or a power cut; without an ordered crash one happens now.
    func crash(_ kind: SimulatedDisk.Crash) {
        tell(isCrashed ? "the ordered \(kind) came at step \(disk.steps) of the disk" : "\(kind) between two steps, at \(disk.steps)")
        end()
        switch kind {
        case .kill: disk.revive()
        case .powerCut: disk = disk.survivor ?? disk.crashed(.powerCut)
        }
    }

    /// Stops the house in order; everything that was submitted is durable then.
    func stop() throws(Violation) {
        guard let life else { return }
        tell("stops in order")
        var isClosed = false
        life.loop.perform { life.store.close { isClosed = true } }
        var turns = 0
        while !isClosed, turns < 50, !isCrashed {
            turns += 1
            life.settle()
            if !isClosed { life.loop.advance(by: .milliseconds(100)) }
        }
        try lookAround()
        if !isClosed, !isCrashed { throw Violation("The store did not close.") }
        end()
    }
}
