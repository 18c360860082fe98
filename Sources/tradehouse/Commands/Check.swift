// `tradehouse check`: proves every user's files, reading only.

import Platform
import Storage
import Trading

enum Check {
    private static let help = """
        usage: tradehouse check --data DIR [--quiet]

        Reads the journal, the documents and every user's books, and says what does not agree: sums, chains, cash, positions.
        Changes nothing. Exit code 0 when everything is proven, 1 when something is not.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data"], plain: ["quiet"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        try flags.refuseRest()
        let disk = try PosixDisk(root: try flags.required("data"))
        var troubles = 0
        var books = 0
        try Store.check(disk: disk) { line in
            switch line.verdict {
            case .proven: books += 1
            case .remark: break
            case .trouble: troubles += 1
            }
            if line.verdict == .trouble || !flags.has("quiet") { Terminal.print(line.text) }
        }
        Terminal.print(troubles == 0 ? "\(books) books proven, nothing amiss." : "\(books) books proven, \(troubles) troubles.")
        return troubles == 0 ? 0 : 1
    }
}
