// The house: one actor that owns everything live and takes one turn at a time. Its abilities are in the files beside this one,
// `Tradehouse+Accounts` (people and logins), `+People` (what admins do to accounts), `+Trading` (orders on desks), `+Desks` (their life
// in memory), `+Market` (prices and ticks), `+Candles` (history), `+Listening` (live sockets), `+Following` (the legacy live lists), `+Backups`,
// `+Triggers` (orders that wait for a price), `+NamedBooks` (several books of one user), `+Risk` (limits and kill switches), `+Statistics` and
// `+Books` (imported legacy books).

import Storage
import Trading

/// One process, one house, many desks.
///
/// Invariants: 1. all live state is inside this actor, and its executor is the loop that reads the sockets. 2. nothing waits between
/// reading state and changing it. 3. what a user is told happened is on disk first.
package actor Tradehouse {
    /// Where the house takes its turns. Tasks of the house name it as their preference too: a continuation of a task without one comes
    /// back by way of Swift's own threads, later and in any order.
    package nonisolated let executor: any SerialExecutor & TaskExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package let world: World
    package let settings: HouseSettings
    let store: Store
    /// How the data folder fares, for those who watch the house.
    package var storageFigures: StoreFigures { store.figures }

    package internal(set) var market: MarketHub
    package internal(set) var feed: Feed
    var sessions: Sessions
    var desks: [BookKey: Desk] = [:]
    /// Desks that are being read from disk, and who waits for each.
    var waking: [BookKey: [CheckedContinuation<Void, Never>]] = [:]
    /// E-mail addresses whose registration is on its way, so that two at once cannot both win.
    var registering: Set<String> = []
    /// Set while no owner exists: the one-time token of the set-up page.
    package internal(set) var setupToken: String?
    /// In single-user mode: whose desk calls without a token use.
    var primaryUser: UserID?
    var actMeter = RateMeter<UserID>()
    var readMeter = RateMeter<UserID>()
    var loginMeter = RateMeter<String>()
    /// Which instruments have working orders, and on whose desks.
    var bands: [InstrumentID: BandIndex<BookKey>] = [:]
    /// Which instruments' last prices can bring whose book into a breach of margins.
    var marginBands: [InstrumentID: BandIndex<BookKey>] = [:]
    /// When desks have to be looked at next, by the market's clock.
    var dues = DueTimes<BookKey>()
    /// What users of the legacy live routes follow.
    var following: [UserID: [InstrumentID]] = [:]
    /// Candles from before the house began, as far back as somebody asked.
    var pasts: [PastKey: PastStretch] = [:]
    /// What is kept of the market on disk; nothing in a house without one.
    var archive: MarketArchive?
    /// How many ticks had come when last prices were written.
    var pricesStoredAt: UInt64 = 0
    var hasSaidArchiveFull = false
    /// Two hand-overs of the legacy books at once could both find them there.
    var isHandingOver = false
    /// The kill switch of the whole house, while it is on.
    var houseStop: KillSwitch?
    /// Users one of whose books is being copied: their list of books must not change under it.
    var copying: Set<UserID> = []
    /// Desks that are being read again after an act of theirs could not be stored.
    var rereading: Set<BookKey> = []
    /// What is known of the backups that the house makes; nothing when it makes none.
    package internal(set) var backups: BackupState?
    var backgroundTasks: [Task<Void, Never>] = []

    package init(
        executor: any SerialExecutor & TaskExecutor, world: World, settings: HouseSettings, store: sending Store, market: sending MarketHub
    ) {
        self.executor = executor
        self.world = world
        self.settings = settings
        self.store = store
        self.market = market
        self.feed = Feed(backlog: settings.feedBacklog, firstNumber: UInt64(max(1, world.now().microseconds)))
        self.sessions = Sessions(limit: settings.sessionCacheEntries)
    }

    /// Finds out whether an owner exists.
    ///
    /// Called once, before the house listens.
    package func open() async throws {
        try await findOwner()
        try await findHouseStop()
    }

    /// Takes a task for the house's own: it is cancelled when the house closes.
    package func adopt(_ task: Task<Void, Never>) { backgroundTasks.append(task) }

    /// What can wait until requests are answered: idle desks are put to sleep, and the day so far is worked out.
    package func resumeWork() {
        adopt(Task(executorPreference: executor) { await self.sweepIdleDesks() })
        adopt(Task(executorPreference: executor) { await self.recallDay() })
        adopt(Task(executorPreference: executor) { await self.keepClock() })
        if archive != nil { adopt(Task(executorPreference: executor) { await self.keepMarket() }) }
    }

    /// Stops the market and waits until everything acknowledged, and everything on its way, is on disk.
    package func close() async {
        for task in backgroundTasks { task.cancel() }
        backgroundTasks.removeAll()
        market.finishMinutes()
        await storeMinutes()
        await storePrices()
        await store.close()
    }
}
