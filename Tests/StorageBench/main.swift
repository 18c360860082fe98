// The store alone, on the real disk and the real loop, without sockets and house: `etc/bench storage` starts it and compares. Each run
// prints one line of JSON. What one writer does is in `Writer`, how many of them run in `WriterRun`.

import Platform
import Storage
import Trading

let usage = """
    usage: StorageBench write --dir DIR --writers N --milliseconds T
           StorageBench fill  --dir DIR --megabytes N
           StorageBench open  --dir DIR
           StorageBench books --dir DIR --orders N
           StorageBench users --dir DIR --count N
           StorageBench load  --dir DIR --times N
    """

/// The value after a name on the command line.
func option(_ name: String) throws -> String {
    guard let at = CommandLine.arguments.firstIndex(of: "--" + name), at + 1 < CommandLine.arguments.count else {
        throw BenchFailure("--\(name) is missing\n\(usage)")
    }
    return CommandLine.arguments[at + 1]
}

/// A whole number from the command line.
func number(_ name: String) throws -> Int {
    guard let value = Int(try option(name)), value > 0 else { throw BenchFailure("--\(name) is a whole number above 0") }
    return value
}

do {
    let folder = try option("dir")
    switch CommandLine.arguments.dropFirst().first {
    case "write": try WriterRun.write(folder, writers: number("writers"), for: .milliseconds(number("milliseconds")))
    case "fill": try WriterRun.fill(folder, bytes: number("megabytes") << 20)
    case "open": try Reading.open(folder)
    case "books": try WriterRun.book(folder, orders: number("orders"))
    case "users": try UserFolder.make(folder, users: number("count"))
    case "load": try Reading.load(folder, times: number("times"))
    default: throw BenchFailure(usage)
    }
} catch {
    Terminal.complain("\(error)")
    Terminal.exit(1)
}
