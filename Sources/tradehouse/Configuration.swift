// Where settings come from: flag, then environment, then file, then default. What they are: `Settings`.

import HTTP
import House
import Platform
import Storage
import Trading

struct Configuration {
    var listen = ListenAddress("127.0.0.1:8000")!
    var data = "data"
    var publicURL = ""
    var proxies: [String] = []
    var house = HouseSettings()
    var server = ServerLimits()
    var store = StoreOptions()
    var passwordCost = 12
    var passwordQueue = 64
    var ratesAreOff = false
    var allowsShortRetention = false
    var market = MarketSetting.simulated
    var marketSeed: UInt64 = 1
    /// The owner's rule pack; empty for none.
    var rulesFile = ""
    /// The built-in pack with the owner's over it.
    var rules = RulePack.builtIn
    /// Stored candles, at most.
    var candleBytes: Int64 = 1_024 << 20
    var stopGrace: Duration = .seconds(10)
    var webFolder: String?
    /// Where backups go; empty for none.
    var backupFolder = ""
    var backupEvery: Duration = .seconds(86_400)
    var backupKeep = 7

    /// The longest configuration file, in bytes.
    static let fileLimitBytes = 1 << 20

    /// Reads all sources; the first wrong value stops with a sentence that names it.
    static func load(file: String?, flags: [(key: String, value: String)]) throws -> Configuration {
        var chosen: [String: (value: String, source: String)] = [:]
        for setting in Setting.all { chosen[setting.key] = (setting.defaultValue, "the default") }
        func choose(_ key: String, _ value: String, _ source: String) throws {
            guard chosen[key] != nil else { throw UsageProblem("\(source): there is no setting `\(key)`.") }
            chosen[key] = (value, source)
        }
        if let file {
            for (number, key, value) in try lines(of: file) { try choose(key, value, "\(file), line \(number)") }
        }
        for name in Terminal.environmentNames(beginningWith: environmentPrefix) where !otherNames.contains(name) {
            let key = name.dropFirst(environmentPrefix.count).lowercased()
            if let value = Terminal.environment(name) { try choose(key, value, "the environment's \(name)") }
        }
        for (key, value) in flags { try choose(key, value, "the command line") }

        var configuration = Configuration()
        for setting in Setting.all {
            let (value, source) = chosen[setting.key]!
            do {
                try setting.apply(value, &configuration)
            } catch let problem as SettingProblem {
                throw UsageProblem("\(source): `\(setting.key)` cannot be `\(value)`; it takes \(problem.allowed).")
            }
        }
        if configuration.ratesAreOff { configuration.house.rateLimits = .off }
        configuration.house.marketKind = configuration.market.kind
        if configuration.allowsShortRetention {
            configuration.store.shortestRetention = min(configuration.store.shortestRetention, configuration.store.retention)
        }
        configuration.rules = try RulesFile.read(configuration.rulesFile)
        try configuration.checkTogether()
        return configuration
    }

    /// Every setting may stand in the environment, `TRADEHOUSE_LISTEN` for `listen`; a name that is no setting is a mistake like any other.
    private static let environmentPrefix = "TRADEHOUSE_"
    /// Names of ours that are no settings.
    private static let otherNames: Set = [MasterKey.environmentName]

    /// A copy of the running folder may take this long in any case.
    static let leastRetention: Duration = .seconds(7_200)

    /// What single values cannot tell.
    private func checkTogether() throws {
        if house.mode == .singleUser, !listen.isLoopback {
            throw UsageProblem(
                "mode = single-user lets everybody in who reaches the address, so it listens on loopback only; \(listen) is not.")
        }
        if house.mode == .production, proxies.isEmpty {
            throw UsageProblem(
                "mode = production needs encryption: set behind_proxy to the addresses of the proxy that does it.")
        }
        if store.retention < Configuration.leastRetention, !allowsShortRetention {
            throw UsageProblem(
                "`retention_seconds` below 7200 makes copies of the running folder incomplete; only short_retention = on, for rehearsals, "
                    + "allows it.")
        }
        if !backupFolder.isEmpty {
            do {
                let (folder, data) = (try RealPath.of(backupFolder), try RealPath.of(data))
                guard !RealPath.holds(data, folder), !RealPath.holds(folder, data) else {
                    throw UsageProblem("`backup_folder` \(backupFolder) lies in or around the data folder; name a place apart from it.")
                }
            } catch let problem as FileProblem {
                throw UsageProblem("`backup_folder` \(backupFolder) cannot be used: \(problem).")
            }
        }
        if passwordCost < 12, house.mode != .test {
            throw UsageProblem("`password_cost` below 12 is for mode = test only.")
        }
    }

    /// `key = value` lines; `#` at the beginning or after a blank begins a comment; blank lines are skipped.
    private static func lines(of file: String) throws -> [(number: Int, key: String, value: String)] {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(file, limitBytes: fileLimitBytes)
        } catch {
            throw UsageProblem("The configuration file \(file) cannot be read: \(error).")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw UsageProblem("\(file) is not UTF-8 text.") }
        var found: [(Int, String, String)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = trimmed(withoutComment(line))
            guard !content.isEmpty else { continue }
            guard let equals = content.firstIndex(of: "=") else {
                throw UsageProblem("\(file), line \(index + 1): `\(content)` is not `key = value`.")
            }
            found.append((index + 1, trimmed(content[..<equals]), trimmed(content[content.index(after: equals)...])))
        }
        return found
    }

    /// A `#` inside a value, as a path may have one, is part of it.
    private static func withoutComment(_ line: Substring) -> Substring {
        var previous: Character = " "
        for index in line.indices {
            if line[index] == "#", previous == " " || previous == "\t" { return line[..<index] }
            previous = line[index]
        }
        return line
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(String(start.reversed()).drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
}
