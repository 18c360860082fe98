// What may happen to a data folder, one name each. What the driver does about it is in `Simulation` and its extensions.

/// One way in which things go wrong.
package enum Scenario: String, CaseIterable, Sendable {
    /// The power fails at any step of the disk; each time the house starts again and goes on.
    case powerCut = "power-cut"
    /// The process is killed at any step; the page cache stays.
    case kill
    /// After a power cut the start itself is cut short, several times.
    case recovery
    /// The folder is copied while it is in use, each file at another time, with a restart now and then; the copy is started.
    case copy
    /// One bit of one file is turned while the house is stopped.
    case flip
    /// A part of one file is zeros.
    case hole
    /// The disk is full for a while.
    case full
    /// A sync fails and its pages are lost while the cache still shows them.
    case sync
    /// Two backups of one folder are mixed, or one is copied over another.
    case mixed
    /// Users are erased, and the power fails or the process is killed at any step of that, too.
    case erase
}

/// What a run found to be wrong.
package struct Violation: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

/// One run that can be repeated exactly.
package struct SimulationCase: Sendable, CustomStringConvertible {
    package let scenario: Scenario
    package let seed: UInt64

    package init(_ scenario: Scenario, seed: UInt64) {
        self.scenario = scenario
        self.seed = seed
    }

    package var description: String { "\(scenario.rawValue), seed \(seed)" }
}
