// The table of commands.

import Platform

/// One line of the table.
struct Command: Sendable {
    let name: String
    let summary: String
    let run: @Sendable (_ arguments: [String]) throws -> Int32
}

enum Tool {
    static let version = "0.1.0"

    static let commands = [
        Command(name: "serve", summary: "Serve the house: web pages, API and sockets.", run: Serve.run),
        Command(name: "migrate", summary: "Bring the old books in: mongoexport or mongodump of the legacy collections.", run: Migrate.run),
        Command(name: "user", summary: "Accounts without a browser: add, list, disable, enable, role, delete.", run: UserCommand.run),
        Command(name: "backup", summary: "Copy the data folder, server running or not, and prove the copy.", run: BackupCommand.run),
        Command(name: "restore", summary: "Rehearse a restore into a scratch folder.", run: RestoreCommand.run),
        Command(name: "verify", summary: "Say whether a copy is complete, or who in it is older than its start.", run: VerifyCommand.run),
        Command(name: "check", summary: "Prove every user's files, reading only.", run: Check.run),
        Command(name: "prove", summary: "Walk one user's balance from opening to now, and say whether it adds up.", run: Prove.run),
        Command(name: "instruments", summary: "Import the list of instruments from a broker's dump, and look at it.", run: Instruments.run),
        Command(name: "rules", summary: "Show the exchanges' rules in force on a day, or check a rule pack.", run: Rules.run),
        Command(name: "candles", summary: "Import candles, and the splits and bonus issues that go with them.", run: CandlesCommand.run),
        Command(name: "version", summary: "Print the version.", run: printVersion),
        Command(name: "help", summary: "Print this list.", run: printHelp),
    ]

    /// Runs what the first argument names; gives the exit code.
    static func run(_ arguments: [String]) throws -> Int32 {
        guard let name = arguments.first else {
            _ = try printHelp([])
            return 2
        }
        guard let command = commands.first(where: { $0.name == name || "--\($0.name)" == name }) else {
            throw UsageProblem("There is no command `\(name)`. `tradehouse help` lists them.")
        }
        return try command.run(Array(arguments.dropFirst()))
    }

    @Sendable private static func printVersion(_ arguments: [String]) throws -> Int32 {
        try Flags(arguments, taking: []).refuseRest()
        Terminal.print("tradehouse \(version)")
        return 0
    }

    @Sendable private static func printHelp(_ arguments: [String]) throws -> Int32 {
        if let name = arguments.first, name != "help", name != "version" { return try run([name, "--help"]) }
        Terminal.print("Tradehouse \(version): a trading house in one file.\n\nusage: tradehouse COMMAND [OPTIONS]\n")
        for command in commands {
            Terminal.print("  " + command.name + String(repeating: " ", count: 13 - command.name.utf8.count) + command.summary)
        }
        Terminal.print("\n`tradehouse COMMAND --help` tells a command's options.")
        return 0
    }
}
