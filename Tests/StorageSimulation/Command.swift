// The command line of the simulations.

import Glibc
import Platform
import Storage

/// Runs what the arguments say.
///
/// `sim` prints one line a scenario: name, seeds, seconds, and the first seed that found something or `-`. `mutants` prints one line a
/// rule: its name, the scenario and the first seed that shows its lack, or `-`. `bytes` prints one line a file. `story` tells what happens
/// in a run, whether it finds something or not.
package struct Command {
    private enum Work: String { case sim, mutants, bytes, story }

    private var work = Work.sim
    private var scenarios = Scenario.allCases
    private var first: UInt64 = 1
    private var count: UInt64?
    /// This process takes every `shares`-th seed, rule or place, beginning with number `share`.
    private var share: UInt64 = 0
    private var shares: UInt64 = 1
    private var rules: Set<ProtocolRule> = []
    private var problem: String?

    package init(_ arguments: [String]) {
        var rest = arguments[...]
        if let name = rest.popFirst() {
            if let known = Work(rawValue: name) { work = known } else { problem = "\(name) is not known" }
        }
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else {
                problem = "\(name) needs a value"
                return
            }
            take(name, value)
        }
        if shares == 0 { problem = "--shares is at least 1" }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "--scenario":
            if value == "all" { return }
            if let scenario = Scenario(rawValue: value) {
                scenarios = [scenario]
            } else {
                problem = "no scenario \(value); there are all, \(Scenario.allCases.map(\.rawValue).joined(separator: ", "))"
            }
        case "--without":
            for word in value.split(separator: ",") {
                if let rule = ProtocolRule(rawValue: String(word)) {
                    rules.insert(rule)
                } else {
                    problem = "no rule \(word); there are \(ProtocolRule.allCases.map(\.rawValue).joined(separator: ", "))"
                }
            }
        default: takeNumber(name, value)
        }
    }

    private mutating func takeNumber(_ name: String, _ value: String) {
        guard let number = UInt64(value) else {
            problem = "\(name) \(value) is no number"
            return
        }
        switch name {
        case "--seeds": count = number
        case "--from": first = number
        case "--seed": (first, count) = (number, 1)
        case "--share": share = number
        case "--shares": shares = number
        default: problem = "\(name) is not known"
        }
    }

    /// 0 when nothing was found, 1 when something was, 2 for wrong arguments.
    package func run() -> Int32 {
        if let problem {
            complain(problem)
            return 2
        }
        return switch work {
        case .sim: simulate()
        case .mutants: findMutants()
        case .bytes: damageEveryByte()
        case .story: tellStories()
        }
    }

    private func simulate() -> Int32 {
        var status: Int32 = 0
        for scenario in scenarios {
            let started = Command.seconds
            var done = 0
            var found: UInt64?
            for seed in stride(from: first + share, to: first + (count ?? 1_000), by: Int(shares)) {
                done += 1
                // A trap ends the process at once; whoever called it finds the seed here.
                CurrentCase.set("trapped in: etc/soak sim --scenario \(scenario.rawValue) --seed \(seed)\n")
                guard let (violation, story) = Simulation.run(SimulationCase(scenario, seed: seed), without: rules) else { continue }
                found = seed
                status = 1
                for line in story { complain(line) }
                let left = rules.isEmpty ? "" : " --without " + rules.map(\.rawValue).sorted().joined(separator: ",")
                complain("scenario \(scenario.rawValue), seed \(seed): \(violation)")
                complain("again: etc/soak sim --scenario \(scenario.rawValue) --seed \(seed)\(left)")
                break
            }
            let outcome = [scenario.rawValue, "\(done)", "\(Command.seconds - started)", found.map { "\($0)" } ?? "-"]
            say(outcome.joined(separator: "\t"), to: STDOUT_FILENO)
        }
        return status
    }

    private func tellStories() -> Int32 {
        for scenario in scenarios {
            for seed in first..<first + (count ?? 1) {
                for line in Simulation.story(of: SimulationCase(scenario, seed: seed), without: rules) { say(line, to: STDOUT_FILENO) }
            }
        }
        return 0
    }

    private func findMutants() -> Int32 {
        var status: Int32 = 0
        for (index, rule) in ProtocolRule.allCases.enumerated() where UInt64(index) % shares == share {
            guard rules.isEmpty || rules.contains(rule) else { continue }
            let started = Command.seconds
            let found = Mutants.find(rule, seeds: first..<first + (count ?? 3_000), among: scenarios)
            if found == nil { status = 1 }
            let outcome = [
                rule.rawValue, found?.scenario.rawValue ?? "-", found.map { "\($0.seed)" } ?? "-", "\(Command.seconds - started)",
            ]
            say(outcome.joined(separator: "\t"), to: STDOUT_FILENO)
        }
        return status
    }

    private func damageEveryByte() -> Int32 {
        do {
            let damage = try ByteDamage()
            for path in damage.paths {
                let numbers = try damage.run(path, from: Int(share), every: Int(shares))
                say("\(path)\t\(numbers)", to: STDOUT_FILENO)
            }
            return 0
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private func complain(_ line: String) { say(line, to: STDERR_FILENO) }

    private func say(_ line: String, to descriptor: Int32) {
        // A reader that has gone leaves nobody to tell.
        _ = Array((line + "\n").utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The case that runs, for the handler of a trap, which may neither allocate nor lock.
private enum CurrentCase {
    nonisolated(unsafe) private static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    nonisolated(unsafe) private static var length = 0
    private static let handles: Void = {
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS] {
            signal(number) { number in
                write(2, CurrentCase.text, CurrentCase.length)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }()

    static func set(_ line: String) {
        _ = handles
        length = 0
        for byte in line.utf8.prefix(256) {
            text[length] = byte
            length += 1
        }
    }
}
