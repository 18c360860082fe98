// The other half of the proof: with any single rule of the protocol left out, some scenario must find a loss. A rule that nothing
// breaks is either dead or untested.

import Storage

package enum Mutants {
    /// The first case that finds something without the rule; nil when none does.
    ///
    /// The scenarios take turns seed by seed, those first that the rule is about. A rule that another covers is left out together with
    /// that, in a run that shows nothing when the other alone is left out.
    package static func find(
        _ rule: ProtocolRule, seeds: Range<UInt64>, among scenarios: [Scenario] = Scenario.allCases
    ) -> SimulationCase? {
        let likely = self.likely(rule)
        let order = likely.filter(scenarios.contains) + scenarios.filter { !likely.contains($0) }
        for block in stride(from: seeds.lowerBound, to: seeds.upperBound, by: 100) {
            for scenario in order {
                for seed in block..<min(block + 100, seeds.upperBound) {
                    let plan = SimulationCase(scenario, seed: seed)
                    let cover = covers[rule].map { Set([$0]) } ?? []
                    guard Simulation.fails(plan, without: cover.union([rule])) else { continue }
                    // What fails in any case says nothing about the rule.
                    if !Simulation.fails(plan, without: cover) { return plan }
                }
            }
        }
        return nil
    }

    /// Rules whose lack a hundred seeds or so show; `etc/soak mutants` looks at all.
    package static let quickToShow: [ProtocolRule] = [.segmentDurableBeforeUse, .appendOnlyDurable, .healBeforeServing, .cutPerBook]

    /// Rules whose lack another rule makes good. Meta's checksums go over lines with their numbers, so they notice a missing or doubled line,
    /// too; where they cannot be had the numbers do.
    package static let covers: [ProtocolRule: ProtocolRule] = [.numberedLines: .metaCommits]

    /// Where a rule shows itself first.
    private static func likely(_ rule: ProtocolRule) -> [Scenario] {
        switch rule {
        case .salvageInsideLine, .batchNamesMembers, .numberedLines, .metaCommits, .cutPerBook: [.flip, .hole, .powerCut]
        case .chainPerBook, .previousSegment, .refuseMixedLives: [.mixed, .copy]
        case .oneBatchInFlight: [.full, .powerCut]
        case .appendOnlyDurable, .segmentDurableBeforeUse, .replaceByRename, .syncFolders: [.powerCut, .recovery]
        case .verifyAfterFailedSync, .healBeforeServing: [.sync, .recovery]
        case .announceBeforeRelease: [.copy]
        case .noMarkBelieved, .foldOnlyOlderThanRetention, .giveAwayAfterRetention, .archiveOnlyUpToBase: [.copy, .kill]
        case .releaseOnlyVerified, .verifyAgainAfterStart, .foldOnlySynced: [.powerCut, .sync, .copy]
        }
    }
}
