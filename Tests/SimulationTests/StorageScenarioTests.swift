// A bounded part of what `etc/soak sim`, `etc/soak mutants` and `etc/soak bytes` do with thousands of seeds.

import Storage
import StorageSimulation
import Testing

@Suite struct `The data folder on a simulated disk` {
    @Test(arguments: Scenario.allCases)
    func `keeps its promises whatever goes wrong`(scenario: Scenario) {
        // The unoptimised build is slow; etc/test runs 150 seeds of each scenario with the optimised program.
        for seed in UInt64(1)...8 {
            guard let (violation, story) = Simulation.run(SimulationCase(scenario, seed: seed)) else { continue }
            Issue.record(
                """
                \(violation)
                \(story.joined(separator: "\n"))
                again: etc/soak sim --scenario \(scenario.rawValue) --seed \(seed)
                """)
            return
        }
    }

    @Test func `tells the same story for the same seed`() {
        // Without a rule, so that there is a story.
        let plan = Mutants.find(.segmentDurableBeforeUse, seeds: 1..<200)
        let first = plan.flatMap { Simulation.run($0, without: [.segmentDurableBeforeUse]) }
        let second = plan.flatMap { Simulation.run($0, without: [.segmentDurableBeforeUse]) }
        #expect(first != nil && first?.story == second?.story)
    }

    @Test(arguments: Mutants.quickToShow)
    func `loses or invents something without the rule`(rule: ProtocolRule) {
        #expect(Mutants.find(rule, seeds: 1..<200) != nil, "\(rule) is dead or untested")
    }

    @Test func `never changes anybody's state without a word when a bit is turned or a file is cut`() throws {
        let damage = try ByteDamage()
        for path in damage.paths {
            let numbers = try damage.run(path, every: 1_997)
            #expect(numbers.places > 0)
        }
    }
}
