// The command line: one table of commands, one way to fail. Exit codes: 0 success, 1 the world failed, 2 wrong usage, 3 an import
// was partial, 4 an import was refused.

import Platform

/// One line of the table.
struct Command {
    let name: String
    let summary: String
    let run: (_ arguments: [String]) throws -> Int32
}

let commands = [
    Command(name: "serve", summary: "Serve the house: web pages, API and sockets.", run: Serve.run),
    Command(name: "migrate", summary: "Bring the old books in: mongoexport or mongodump of the legacy collections.", run: Migrate.run),
    Command(name: "user", summary: "Accounts without a browser: add, list, disable, enable, role.", run: UserCommand.run),
    Command(name: "check", summary: "Prove every user's files, reading only.", run: Check.run),
    Command(name: "version", summary: "Print the version.", run: { _ in
        Terminal.print("tradehouse \(Tool.version)")
        return 0
    }),
    Command(name: "help", summary: "Print this list.", run: { _ in
        Tool.printHelp()
        return 0
    }),
]

enum Tool {
    static let version = "0.1.0"

    static func printHelp() {
        Terminal.print("Tradehouse \(version): a trading house in one file.\n\nusage: tradehouse COMMAND [OPTIONS]\n")
        for command in commands {
            Terminal.print("  " + command.name + String(repeating: " ", count: 10 - command.name.utf8.count) + command.summary)
        }
        Terminal.print("\n`tradehouse COMMAND --help` tells a command's options.")
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
let code: Int32
do {
    if let name = arguments.first {
        if let command = commands.first(where: { $0.name == name || "--\($0.name)" == name }) {
            code = try command.run(Array(arguments.dropFirst()))
        } else {
            throw UsageProblem("There is no command `\(name)`. `tradehouse help` lists them.")
        }
    } else {
        Tool.printHelp()
        code = 2
    }
} catch let problem as UsageProblem {
    Terminal.complain(problem.text)
    code = 2
} catch {
    Terminal.complain("\(error)")
    code = 1
}
Terminal.exit(code)
