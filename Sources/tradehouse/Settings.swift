// Every setting of the house, one line each: its key, its default, its unit and what is allowed. `etc/tradehouse.conf` explains them to
// the operator; a test holds the two together. Where values come from: `Configuration`.

import HTTP
import House
import Platform
import Storage
import Trading

/// One key of the configuration.
struct Setting: Sendable {
    let key: String
    let defaultValue: String
    /// Puts a value into the configuration or says what would be allowed.
    let apply: @Sendable (_ value: String, _ configuration: inout Configuration) throws -> Void
}

extension Setting {
    /// All of them, in the order of `etc/tradehouse.conf`.
    static let all: [Setting] = [
        // Where it listens and what it runs as.
        Setting(key: "listen", defaultValue: "127.0.0.1:8000") { text, configuration in
            guard let address = ListenAddress(text) else { throw SettingProblem("an address and port such as 127.0.0.1:8000") }
            configuration.listen = address
        },
        Setting(key: "data", defaultValue: "data") { text, configuration in
            guard !text.isEmpty else { throw SettingProblem("the path of a folder") }
            configuration.data = text
        },
        Setting(key: "public_url", defaultValue: "") { text, configuration in
            guard text.isEmpty || ((text.hasPrefix("http://") || text.hasPrefix("https://")) && !text.hasSuffix("/")) else {
                throw SettingProblem("an address such as https://trade.example, without a slash at its end, or nothing")
            }
            configuration.publicURL = text
        },
        Setting(key: "mode", defaultValue: "normal") { text, configuration in
            configuration.house.mode = try word(text)
        },
        Setting(key: "behind_proxy", defaultValue: "") { text, configuration in
            configuration.proxies = text.split(separator: ",").map { trimmed(String($0)) }
        },

        // People.
        Setting(key: "registration", defaultValue: "invite") { text, configuration in
            configuration.house.registration = try word(text)
        },
        Setting(key: "session_hours", defaultValue: "24") { text, configuration in
            configuration.house.sessionLife = .seconds(3600 * (try whole(text, 1...720)))
        },
        Setting(key: "sessions_per_user", defaultValue: "20") { text, configuration in
            configuration.house.sessionsPerUser = try whole(text, 1...1000)
        },
        Setting(key: "password_cost", defaultValue: "12") { text, configuration in
            configuration.passwordCost = try whole(text, 4...16)
        },
        Setting(key: "password_queue", defaultValue: "64") { text, configuration in
            configuration.passwordQueue = try whole(text, 1...10_000)
        },

        // How often somebody may ask; 0 switches a limit off.
        Setting(key: "rate_limits", defaultValue: "on") { text, configuration in
            guard text == "on" || text == "off" else { throw SettingProblem("on or off") }
            configuration.ratesAreOff = text == "off"
        },
        Setting(key: "acts_per_minute", defaultValue: "100") { text, configuration in
            configuration.house.rateLimits.actsPerMinute = try whole(text, 0...1_000_000)
        },
        Setting(key: "reads_per_minute", defaultValue: "600") { text, configuration in
            configuration.house.rateLimits.readsPerMinute = try whole(text, 0...1_000_000)
        },
        Setting(key: "logins_per_minute", defaultValue: "20") { text, configuration in
            configuration.house.rateLimits.loginsPerMinute = try whole(text, 0...1_000_000)
        },
        Setting(key: "premium_factor", defaultValue: "6") { text, configuration in
            configuration.house.rateLimits.premiumFactor = try whole(text, 1...1000)
        },

        // The market.
        Setting(key: "market", defaultValue: "simulated") { text, configuration in
            configuration.market = try MarketSetting(text)
        },
        Setting(key: "market_seed", defaultValue: "1") { text, configuration in
            guard let seed = UInt64(text) else { throw SettingProblem("a whole number from 0") }
            configuration.marketSeed = seed
        },
        Setting(key: "candle_megabytes", defaultValue: "1024") { text, configuration in
            configuration.candleBytes = Int64(try whole(text, 1...1_048_576)) << 20
        },
        Setting(key: "market_hours", defaultValue: "always") { text, configuration in
            guard text == "always" || text == "exchange" else { throw SettingProblem("always or exchange") }
            configuration.house.followsExchangeHours = text == "exchange"
        },
        Setting(key: "rules", defaultValue: "") { text, configuration in
            configuration.rulesFile = text
        },
        Setting(key: "starting_capital", defaultValue: "100000") { text, configuration in
            guard let capital = Money(text: text), capital > .zero, capital <= PaperLimits.capital else {
                throw SettingProblem("an amount in rupees above 0 and up to 10000000000")
            }
            configuration.house.startingCapital = capital
        },

        // Memory and sockets.
        Setting(key: "desk_idle_minutes", defaultValue: "15") { text, configuration in
            configuration.house.deskIdle = .seconds(60 * (try whole(text, 1...1440)))
        },
        Setting(key: "session_cache", defaultValue: "200000") { text, configuration in
            configuration.house.sessionCacheEntries = try whole(text, 16...10_000_000)
        },
        Setting(key: "feed_backlog", defaultValue: "512") { text, configuration in
            configuration.house.feedBacklog = try whole(text, 1...100_000)
        },
        Setting(key: "books_per_user", defaultValue: "10") { text, configuration in
            configuration.house.booksPerUser = try whole(text, 1...100)
        },
        Setting(key: "sockets_per_user", defaultValue: "10") { text, configuration in
            configuration.house.socketsPerUser = try whole(text, 1...1000)
        },
        Setting(key: "connections", defaultValue: "10000") { text, configuration in
            configuration.server.connections = try whole(text, 1...1_000_000)
        },
        Setting(key: "connections_per_address", defaultValue: "2000") { text, configuration in
            configuration.server.connectionsPerAddress = try whole(text, 1...1_000_000)
        },
        Setting(key: "body_limit_kilobytes", defaultValue: "1024") { text, configuration in
            configuration.server.message.bodyBytes = 1024 * (try whole(text, 1...65_536))
        },
        Setting(key: "idle_seconds", defaultValue: "75") { text, configuration in
            configuration.server.idleTimeout = .seconds(try whole(text, 1...3600))
        },
        Setting(key: "stop_seconds", defaultValue: "10") { text, configuration in
            configuration.stopGrace = .seconds(try whole(text, 0...300))
        },

        // The disk.
        Setting(key: "segment_megabytes", defaultValue: "64") { text, configuration in
            configuration.store.segmentBytes = Int64(try whole(text, 1...1024)) << 20
        },
        Setting(key: "segment_minutes", defaultValue: "10") { text, configuration in
            configuration.store.segmentAge = .seconds(60 * (try whole(text, 1...1440)))
        },
        Setting(key: "retention_seconds", defaultValue: "86400") { text, configuration in
            configuration.store.retention = .seconds(try whole(text, 1...2_592_000))
        },
        Setting(key: "short_retention", defaultValue: "off") { text, configuration in
            guard text == "on" || text == "off" else { throw SettingProblem("on or off") }
            configuration.allowsShortRetention = text == "on"
            if configuration.allowsShortRetention {
                configuration.store.tidyInterval = .milliseconds(200)
                configuration.store.archiveMargin = .seconds(1)
            }
        },
        Setting(key: "journal_limit_megabytes", defaultValue: "20480") { text, configuration in
            configuration.store.journalLimitBytes = Int64(try whole(text, 1...16_777_216)) << 20
        },
        Setting(key: "compaction_kilobytes", defaultValue: "256") { text, configuration in
            configuration.store.compactionBytes = (try whole(text, 1...1_048_576)) << 10
        },
        Setting(key: "open_files", defaultValue: "20") { text, configuration in
            configuration.store.openFiles = try whole(text, 4...1000)
        },
        Setting(key: "free_megabytes", defaultValue: "1024") { text, configuration in
            configuration.store.minimumFreeBytes = Int64(try whole(text, 0...1_048_576)) << 20
        },
        Setting(key: "ballast_megabytes", defaultValue: "64") { text, configuration in
            configuration.store.ballastBytes = Int64(try whole(text, 0...1024)) << 20
        },

        // Backups.
        Setting(key: "backup_folder", defaultValue: "") { text, configuration in
            configuration.backupFolder = text
        },
        Setting(key: "backup_hours", defaultValue: "24") { text, configuration in
            configuration.backupEvery = .seconds(3600 * (try whole(text, 1...720)))
        },
        Setting(key: "backup_keep", defaultValue: "7") { text, configuration in
            configuration.backupKeep = try whole(text, 1...1000)
        },
    ]

    private static func word<Word: RawRepresentable & CaseIterable>(_ text: String) throws -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: text) else {
            throw SettingProblem("one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    private static func whole(_ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw SettingProblem("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// What a setting would have taken.
struct SettingProblem: Error {
    let allowed: String
    init(_ allowed: String) { self.allowed = allowed }
}

/// `simulated`, `off`, or `replay:FILE_OR_DIR[@speed]`.
enum MarketSetting: Equatable {
    case simulated
    case off
    /// The speed is a whole factor; nil, written `@max`, is as fast as the house can.
    case replay(path: String, speed: Int?)

    init(_ text: String) throws {
        switch text {
        case "simulated": self = .simulated
        case "off": self = .off
        default:
            let allowed = SettingProblem("simulated, off, or replay:FILE_OR_DIR with @SPEED (a whole number, or max) after it if wanted")
            guard text.hasPrefix("replay:") else { throw allowed }
            var path = String(text.dropFirst("replay:".count))
            var speed: Int? = 1
            if let at = path.lastIndex(of: "@") {
                let word = path[path.index(after: at)...]
                if word == "max" {
                    speed = nil
                } else {
                    let digits = word.hasSuffix("x") ? word.dropLast() : word
                    guard let factor = Int(digits), (1...100_000).contains(factor) else { throw allowed }
                    speed = factor
                }
                path = String(path[..<at])
            }
            guard !path.isEmpty else { throw allowed }
            self = .replay(path: path, speed: speed)
        }
    }

    /// What screens and answers call it.
    var kind: String {
        switch self {
        case .simulated: "simulated"
        case .off: "off"
        case .replay: "replay"
        }
    }
}
