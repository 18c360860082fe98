// `tradehouse check`: proves every user's files, reading only; and takes over what somebody edited in them, when asked to.

import Platform
import Storage
import Trading
import Wire

enum Check {
    private static let help = """
        usage: tradehouse check --data DIR [--quiet] [--json]
               tradehouse check --accept-edits USER --data DIR [--book NAME] [--yes]

        Reads the journal, the documents and every user's books, and says what does not agree: sums, chains, cash, positions.
        Changes nothing and needs no lock: it works beside a running server and on copies.

          --quiet   only what is wrong, and the last line
          --json    everything as one JSON object on standard output

        Exit code 0 when everything is proven, 1 when something is not.

        With --accept-edits, and the server stopped: shows what somebody edited by hand in the four files of the user's book, line by line,
        and whether the book adds up with it. With --yes as well, makes it the book; the files as they were edited are kept in quarantine/.
        Exit code 0 when there is nothing to accept or it was accepted, 1 when it was only shown, 2 when it cannot be accepted.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "accept-edits", "book"], plain: ["quiet", "json", "yes"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        try flags.refuseRest()
        if let user = flags.value("accept-edits") { return try AcceptEdits.run(user, flags) }
        for name in ["book", "yes"] where flags.has(name) { throw UsageProblem("`--\(name)` belongs to `--accept-edits USER`.") }
        let disk = try PosixDisk(root: try flags.required("data"))
        let progress = ProgressLine()
        if flags.has("json") { return try tellJSON(disk, progress) }
        func tell(_ line: CheckLine) {
            guard line.verdict == .trouble || !flags.has("quiet") else { return }
            progress.end()
            Terminal.print(line.text)
        }
        let summary = try Store.check(disk: disk, progress: { progress.show($0) }, report: tell)
        progress.end()
        if !flags.has("quiet") { for sentence in CheckText.sentences(summary) { Terminal.print(sentence) } }
        Terminal.print(
            summary.isProven
                ? "\(summary.proven) books proven, "
                    + (summary.remarks == 0
                        ? "nothing amiss." : "\(summary.remarks) remarks: the next start or use puts right what they name.")
                : "\(summary.proven) books proven, \(summary.troubles) troubles.")
        return summary.isProven ? 0 : 1
    }

    /// Findings of each kind that the JSON form lists; it counts all.
    private static let listedFindings = 10_000

    private static func tellJSON(_ disk: PosixDisk, _ progress: ProgressLine) throws -> Int32 {
        let found = Findings(limit: listedFindings)
        let summary = try Store.check(disk: disk, progress: { progress.show($0) }, report: { found.add($0) })
        progress.end()
        Terminal.print(String(decoding: json(summary, found), as: UTF8.self))
        return summary.isProven ? 0 : 1
    }

    private static func json(_ summary: CheckSummary, _ found: Findings) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("verdict", summary.isProven ? "proven" : "trouble")
        json.array("troubles") { json in for text in found.troubles { json.string(text) } }
        json.array("remarks_found") { json in for text in found.remarks { json.string(text) } }
        CheckText.members(of: summary, &json)
        json.endObject()
        return json.bytes
    }
}
