// `tradehouse instruments`: the list of what can be traded, from brokers' dumps and own tables.

import House
import Platform
import Storage
import Trading

enum Instruments {
    private static let help = """
        usage: tradehouse instruments import FILE … --data DIR
               tradehouse instruments show [--search TEXT] [--exchange NAME] --data DIR

        Import takes a broker's instrument dump or a table of your own, plain or gzipped CSV. Needed columns: exchange, tradingsymbol,
        tick_size, lot_size; known ones: instrument_token, exchange_token, name, expiry, strike, instrument_type, segment, underlying,
        freeze_quantity, multiplier, closing_auction. For the exchanges that a file has, it replaces what was listed; others stay.
        A file is taken as a whole or not at all. The server must be stopped.

        Show prints how many instruments each exchange has, or finds some.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "search", "exchange"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        guard let act = flags.rest.first else { throw UsageProblem("Say `import` or `show`.") }
        let data = try flags.required("data")
        switch act {
        case "import":
            let files = Array(flags.rest.dropFirst())
            guard !files.isEmpty else { throw UsageProblem("Name the file to import.") }
            guard !flags.has("search"), !flags.has("exchange") else { throw UsageProblem("`--search` and `--exchange` belong to `show`.") }
            return try take(files, data)
        case "show":
            guard flags.rest.count == 1 else { throw UsageProblem("`\(flags.rest[1])` is not expected here.") }
            return try show(data, search: flags.value("search"), exchange: flags.value("exchange")?.uppercased() ?? "ALL")
        default: throw UsageProblem("There is no `instruments \(act)`. Say `import` or `show`.")
        }
    }

    private static func take(_ files: [String], _ data: String) throws -> Int32 {
        // All are read before the first is stored: of several files all come in or none.
        var lists: [(file: String, instruments: [Instrument])] = []
        for file in files {
            let place = try TableFile.place(file)
            lists.append((file, try InstrumentReader.read(place.name, of: place.disk)))
        }
        var ids: Set<String> = []
        for list in lists {
            let exchanges = Set(list.instruments.map(\.id.exchange))
            if let twice = exchanges.first(where: { ids.contains($0) }) {
                throw UsageProblem("\(twice) is in two of the files; import them one after the other, the newer last.")
            }
            ids.formUnion(exchanges)
        }
        let all = lists.flatMap(\.instruments)
        let name = files.joined(separator: ", ")
        let outcome = try Offline.withStore(data, makes: true, isQuiet: true) { _, _ in
            try InstrumentFiles.take(all, from: name, on: try PosixDisk(root: data), at: WallClock.now)
        }
        Terminal.print(
            "\(outcome.read) instruments of \(outcome.exchanges.joined(separator: ", ")) imported, \(outcome.gone) are gone; "
                + "the list has \(outcome.total).")
        return 0
    }

    private static func show(_ data: String, search: String?, exchange: String) throws -> Int32 {
        guard Offline.isDataFolder(data) else { throw UsageProblem("\(data) is no data folder: it has no FORMAT.json.") }
        let loaded = try InstrumentFiles.look(try PosixDisk(root: data))
        guard let search else {
            var counts: [String: Int] = [:]
            for index in loaded.places(on: exchange) { counts[loaded.instrument(at: index).id.exchange, default: 0] += 1 }
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { Terminal.print("\(name) \(count)") }
            Terminal.print("\(counts.values.reduce(0, +)) instruments, \(loaded.bytes / 1024) KiB in memory.")
            return 0
        }
        for hit in loaded.search(search, on: exchange, limit: 20) {
            let one = loaded.instrument(at: hit.index)
            Terminal.print(
                "\(one.id) \(one.kind) tick \(one.tickSize.text) lot \(one.lotSize.text)\(one.expiry.map { " until \($0)" } ?? "") \(one.name)"
            )
        }
        return 0
    }
}
