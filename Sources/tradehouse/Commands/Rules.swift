// `tradehouse rules`: what exchanges ask on a day, and whether a rule pack can be read.

import Platform
import Trading

enum Rules {
    private static let help = """
        usage: tradehouse rules show [--on DAY] [--exchange NAME] [--rules FILE]
               tradehouse rules check FILE

        Show prints the lines in force on a day (2026-04-01; without one, today in India), of one exchange or of all, with the lines of
        your own file over the built-in ones: what it prints can be read as a rule pack again. Check says whether a file can be read, and if not,
        which line is wrong.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["on", "exchange", "rules"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        guard let act = flags.rest.first else { throw UsageProblem("Say `show` or `check`.") }
        switch act {
        case "show":
            guard flags.rest.count == 1 else { throw UsageProblem("`\(flags.rest[1])` is not expected here.") }
            return try show(flags)
        case "check":
            guard flags.values.isEmpty else { throw UsageProblem("`--\(flags.values[0].name)` belongs to `show`.") }
            guard flags.rest.count == 2 else { throw UsageProblem("Name the one file to check.") }
            let counts = try RulesFile.read(flags.rest[1]).lineCounts
            Terminal.print("\(flags.rest[1]) is in order: \(counts.owners) rules over the \(counts.all - counts.owners) built in.")
            return 0
        default: throw UsageProblem("There is no `rules \(act)`. Say `show` or `check`.")
        }
    }

    private static func show(_ flags: Flags) throws -> Int32 {
        let today = CivilDate(dayNumber: WallClock.now.dayNumber(offsetSeconds: indiaOffsetSeconds))
        var date = today
        if let text = flags.value("on") {
            guard let day = CivilDate(text) else { throw UsageProblem("`--on \(text)` is no day such as 2026-04-01.") }
            date = day
        }
        let rules = try RulesFile.read(flags.value("rules") ?? "")
        let exchange = flags.value("exchange")?.uppercased()
        Terminal.print("# Rules in force on \(date)\(exchange.map { ", \($0)" } ?? "").")
        for line in rules.listing(on: date, exchange: exchange) { Terminal.print(line) }
        return 0
    }
}
