// How many data files are open at one moment: a named limit, met by a thousand books that all act at once.

import Platform
import Storage
import TestSupport
import Testing
import Trading

@Suite struct `Open files` {
    @Test func `stay below the limit while a thousand books act, and what waits is counted`() throws {
        let rig = try Rig(SimulatedDisk()) {
            ForgettingOptions.short(&$0)
            $0.segmentBytes = 4 << 20
            $0.tidyInterval = .milliseconds(200)
        }
        let sample = Trader("AA").next()
        let users = (0..<1_000).map { UserID("U\($0)")! }
        rig.loop.perform {
            for user in users { rig.store.loadBook(user) { _ in } }
        }
        #expect(rig.store.figures.queueLength >= 990)
        rig.settle()
        #expect(rig.store.figures.queueLength == 0)
        for round in 0..<2 {
            let tickets = rig.loop.perform {
                users.map { user in
                    var commit = sample
                    commit.user = user
                    return rig.store.commit(commit)
                }
            }
            rig.advance(by: .seconds(2))
            let durable = tickets.filter(\.isDurable).count
            #expect(durable == 1_000, "round \(round)")
        }
        let files = rig.disk.paths.filter { $0.hasPrefix("paper/") }
        #expect(files.count == 4_000)
        #expect(rig.disk.mostOpenFiles <= 20)
        #expect(rig.disk.mostOpenFiles >= 1)
        #expect(rig.disk.openFiles <= 1)
        #expect(rig.store.figures.openFiles == 0)
    }

    @Test func `are refused by the disk one above the limit, and room comes with the end of any`() throws {
        let disk = LimitedDisk(SimulatedDisk(), openFiles: 3)
        var held: [any DiskFile] = []
        for name in ["a", "b", "c"] { held.append(try disk.open(name, for: .creating)) }
        #expect(disk.openFiles == 3)
        #expect(throws: DiskFailure.self) { try disk.open("d", for: .creating) }
        #expect(try disk.status(of: "d") == nil)
        held.removeLast()
        #expect(throws: DiskFailure.self) { try disk.open("nowhere", for: .reading) }
        held.append(try disk.open("d", for: .creating))
        #expect(disk.openFiles == 3)
        held = []
        #expect(disk.openFiles == 0)
    }
}
