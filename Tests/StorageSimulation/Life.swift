// One run of the store on the simulated disk: from its start to its end or its crash. Loop, disk thread and time are turned by hand.

import Platform
import SimulatedEdges
import Storage
import Synchronization

final class Life {
    let loop: SimulatedLoop
    let queue = SteppedLanes()
    let store: Store
    let remarks: Remarks

    /// Opens the store; what it remarked stands in `remarks` even when it refuses.
    init(
        _ disk: SimulatedDisk, wallMicroseconds: Int64, options: StoreOptions, randomSeed: UInt64, remarks: Remarks
    ) throws(StorageFailure) {
        loop = SimulatedLoop(wallMicroseconds: wallMicroseconds)
        self.remarks = remarks
        var options = options
        let chance = Mutex(DiskRandom(state: randomSeed))
        options.randomBytes = { count in chance.withLock { chance in (0..<count).map { _ in UInt8(chance.below(256)) } } }
        options.notice = { remarks.add($0) }
        options.fatal = { remarks.addFatal($0) }
        store = try Store.open(
            disk: disk, queue: queue.disk, journalQueue: queue.journal, loop: loop, options: options)
    }

    /// Turns loop and disk thread until nothing is left to do at this moment.
    func settle() {
        repeat {
            loop.runUntilIdle()
            queue.runAll()
        } while loop.runUntilIdle() > 0 || queue.count > 0
    }

    /// The end of the process: what waits is never done.
    func end() {
        loop.dropAll()
        queue.dropAll()
    }
}

/// Remarks of a store, for the story and for what must never be remarked.
final class Remarks: Sendable {
    private let content = Mutex<(all: [StorageNotice], fatal: [StorageFailure])>(([], []))
    func add(_ notice: StorageNotice) { content.withLock { $0.all.append(notice) } }
    func addFatal(_ failure: StorageFailure) { content.withLock { $0.fatal.append(failure) } }
    var all: [StorageNotice] { content.withLock { $0.all } }
    var fatal: [StorageFailure] { content.withLock { $0.fatal } }
    /// Those that have come since `count` of them were seen.
    func since(_ count: Int) -> ArraySlice<StorageNotice> { content.withLock { $0.all[min(count, $0.all.count)...] } }
}
