// The one place where the rooms are joined: the real world, the real disk, the real loop. Tests join them in `Tests/Support/TestHouse`.

import HTTP
import House
import Platform
import Storage
import Trading
import Web
import Wire

/// The parts of a running house.
struct Assembly {
    let loop: EventLoop
    let log: Log
    let house: Tradehouse
    let app: WebApp
    let source: MarketSource
    let openingTicks: [Tick]
    let configuration: Configuration
    /// How backups are kept; nothing when none are.
    let backupPlan: BackupPlan?
    let archive: MarketArchive
    /// The last prices of the life before.
    let remembered: [Quote]

    /// Charts that may wait to be worked out; more are told to come back.
    static let workshopLimit = 64

    /// Puts everything together. Blocking: reads the journal and, for a replay, the tape.
    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let log = Log()
        let loop = try EventLoop()
        loop.onLongTurn = { turn in
            log.warning("long_turn", [("work", "\(turn.work)"), ("ms", LogValue(turn.duration.wholeMicroseconds / 1000))])
        }
        self.log = log
        self.loop = loop

        let disk = try PosixDisk(making: configuration.data)
        let diskThread = try ThreadQueue(name: "disk", threads: 1, niceness: 5, limit: 1 << 20)
        let passwords = try ThreadQueue(name: "passwords", threads: 2, niceness: 10, limit: configuration.passwordQueue)
        let workshop = try ThreadQueue(name: "workshop", threads: 1, niceness: 5, limit: Assembly.workshopLimit)
        var options = configuration.store
        options.processID = ProcessFacts.id
        options.notice = { notice in
            let fields: [(StaticString, LogValue)] = [
                ("what", "\(notice.event)"),
                ("facts", "\(notice.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"),
            ]
            switch notice.level {
            case .info: log.info("storage", fields)
            case .warning: log.warning("storage", fields)
            case .error: log.error("storage", fields)
            }
        }
        options.fatal = { failure in
            log.error("storage_fatal", [("error", "\(failure.description)")])
            Terminal.exit(1)
        }
        let journalThread = try ThreadQueue(name: "journal", threads: 1, isPrompt: true, limit: 1 << 20)
        // Safe although neither is sendable: store and market are made here before the loop turns, and belong to the house from then on.
        nonisolated(unsafe) let store = try Store.open(
            disk: disk, queue: diskThread, journalQueue: journalThread, loop: loop, options: options)

        let key = try MasterKey.load(beside: configuration.data)
        let world = World.real(
            loop: loop, passwords: passwords, workshop: workshop, log: log, cost: configuration.passwordCost,
            signingKey: key.derived(for: "jwt"))
        let now = world.now()
        let hours =
            configuration.house.followsExchangeHours ? MarketHours(configuration.rules.calendar("NSE", .equity)) : MarketHours.always
        let list = try InstrumentFiles.load(disk, at: now)
        if let trouble = list.trouble {
            log.error("instruments_set_aside", [("why", "\(trouble)"), ("advice", "import the list again")])
        }
        nonisolated(unsafe) let market: MarketHub
        switch configuration.market {
        case .off:
            market = MarketHub(instruments: [], hours: hours, now: now, listed: list.master, rules: configuration.rules)
            source = .off
            openingTicks = []
        case .simulated:
            var simulated = SimulatedMarket(seed: configuration.marketSeed, at: now)
            market = MarketHub(
                instruments: simulated.instruments, hours: hours, now: now, listed: list.master, rules: configuration.rules)
            market.tellPast(of: simulated)
            openingTicks = simulated.openingTicks()
            source = .simulated(simulated)
        case .replay(let path, let speed):
            let tape = try TapeFiles.read(path)
            market = MarketHub(
                instruments: tape.instruments, hours: hours, now: tape.ticks.first?.at ?? now, listed: list.master,
                rules: configuration.rules)
            openingTicks = []
            source = .replay(tape.ticks, speed: speed)
        }
        let prices = LastPriceFiles(disk: disk)
        let last = try prices.read()
        if last.damagedLines > 0 { log.warning("last_prices_damaged", [("lines", LogValue(last.damagedLines))]) }
        remembered = last.quotes
        var keepsMinutes = false
        if case .replay = configuration.market { keepsMinutes = true }
        archive = try MarketArchive(
            candles: CandleFiles(disk: disk, limitBytes: configuration.candleBytes), prices: prices,
            actions: try CorporateActionFiles.load(disk), keepsMinutes: keepsMinutes)
        house = Tradehouse(executor: loop, world: world, settings: configuration.house, store: store, market: market)

        backupPlan = try Assembly.plan(configuration, loop: loop)

        let webFolder = configuration.webFolder
        let bindery = AssetWorkshop(
            sha256: { Crypto.sha256($0) }, gzip: { Gzip.compress($0, level: 9) },
            readFile: webFolder.map { folder in { @Sendable name in Assembly.page(name, in: folder) } })
        app = WebApp(house: house, assets: Assets(workshop: bindery), proxies: Set(configuration.proxies))
    }
}

extension Assembly {
    /// The schedule of backups: a thread of its own at low priority copies and checks, one at a time.
    private static func plan(_ configuration: Configuration, loop: EventLoop) throws -> BackupPlan? {
        guard !configuration.backupFolder.isEmpty else { return nil }
        let source = try PosixDisk(root: configuration.data)
        let folder = try PosixDisk(making: configuration.backupFolder)
        let thread = QueuedWork(queue: try ThreadQueue(name: "backup", threads: 1, niceness: 15, limit: 1), loop: loop)
        let (keep, retention) = (configuration.backupKeep, configuration.store.retention)
        return BackupPlan(every: configuration.backupEvery, keep: keep, found: try BackupRotation.list(folder)) {
            try await thread.run(patiently: true) {
                try BackupRotation.run(of: source, into: folder, keep: keep, retention: retention, now: { WallClock.now })
            }
        }
    }

    /// A page from the development folder; one that cannot be read is simply not found.
    private static func page(_ name: String, in folder: String) -> [UInt8]? {
        do {
            return try WholeFile.read(folder + "/" + name, limitBytes: 8 << 20)
        } catch {
            return nil
        }
    }
}

extension World {
    /// The real outside.
    static func real(
        loop: EventLoop, passwords: ThreadQueue, workshop: ThreadQueue, log: Log, cost: Int, signingKey: [UInt8]
    ) -> World {
        let hashing = QueuedWork(queue: passwords, loop: loop)
        return World(
            now: { Timestamp(microseconds: loop.wallMicroseconds) },
            sleep: { delay in
                try Task.checkCancellation()
                await withCheckedContinuation { continuation in
                    // A timer even for no time at all: posted work would go on before the sockets are looked at.
                    loop.schedule(after: max(.zero, delay)) { continuation.resume() }
                }
                try Task.checkCancellation()
            },
            randomBytes: { Entropy.bytes($0) },
            sha256: { Crypto.sha256($0) },
            sign: { Crypto.hmacSHA256(key: signingKey, $0) },
            hashPassword: { password in
                let salt = Entropy.bytes(PasswordHash.saltBytes)
                guard let hash = try await hashing.run(patiently: false, { PasswordHash.make(password, cost: cost, salt: salt) }) else {
                    throw PlatformFailure("hash a password", because: "the system's crypt refused it")
                }
                return hash
            },
            verifyPassword: { password, hash in
                guard hash.isEmpty else { return try await hashing.run(patiently: false) { PasswordHash.verify(password, against: hash) } }
                // Nobody is known by this name: a hash is made all the same, so that the answer takes as long.
                let salt = Entropy.bytes(PasswordHash.saltBytes)
                _ = try await hashing.run(patiently: false) { PasswordHash.make(password, cost: cost, salt: salt) }
                return false
            },
            workshop: QueuedWork(queue: workshop, loop: loop),
            log: { level, event, fields in
                let facts = fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
                switch level {
                case .info: log.info("house", [("what", "\(event)"), ("facts", "\(facts)")])
                case .warning: log.warning("house", [("what", "\(event)"), ("facts", "\(facts)")])
                case .error: log.error("house", [("what", "\(event)"), ("facts", "\(facts)")])
                }
            })
    }
}

/// Work on the threads of a queue; the result comes back on the loop.
struct QueuedWork: Workshop {
    let queue: ThreadQueue
    let loop: EventLoop

    func run<Value: Sendable>(patiently: Bool, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let outcome: Result<Value, any Error> = await withCheckedContinuation { continuation in
            let job: @Sendable () -> Void = {
                let result = Result { try work() }
                loop.post { continuation.resume(returning: result) }
            }
            if patiently {
                queue.submit(job)
            } else if !queue.trySubmit(job) {
                continuation.resume(returning: .failure(PoolBusy()))
            }
        }
        return try outcome.get()
    }
}
