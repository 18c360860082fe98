// `tradehouse candles`: history from files, and the splits and bonus issues that go with it.

import House
import Platform
import Storage
import Trading

enum CandlesCommand {
    private static let help = """
        usage: tradehouse candles import FILE … --data DIR [--instrument NSE:INFY] [--interval minute] [--labels end] [--limit MB]
               tradehouse candles actions FILE --data DIR

        Import takes tables with the columns time, open, high, low, close and, if known, volume, plain or gzipped. A file is named after
        its symbol (INFY.csv.gz, BSE-RELIANCE.csv), or --instrument names it; the interval is told from the times, or --interval names
        it. Times are the opening of a candle; --labels end says that they are its end. A file is taken as a whole or not at all.

        Actions takes a table with the columns exchange, tradingsymbol, day, factor: from that day on the old price is the new one times
        the factor (0.2 for one share made five). It replaces the list that was there. The server must be stopped.
        """

    static func run(_ arguments: [String]) throws -> Int32 {
        let flags = try Flags(arguments, taking: ["data", "instrument", "interval", "labels", "limit"])
        if flags.has("help") {
            Terminal.print(help)
            return 0
        }
        guard let act = flags.rest.first else { throw UsageProblem("Say `import` or `actions`.") }
        let data = try flags.required("data")
        let files = Array(flags.rest.dropFirst())
        guard !files.isEmpty else { throw UsageProblem("Name the file.") }
        switch act {
        case "import": return try take(files, data, flags)
        case "actions":
            guard files.count == 1 else { throw UsageProblem("`\(files[1])` is not expected here.") }
            let place = try TableFile.place(files[0])
            let actions = try CorporateActionFiles.read(place.name, of: place.disk)
            try Offline.withStore(data, makes: true, isQuiet: true) { _, _ in
                try CorporateActionFiles.store(actions, on: try PosixDisk(root: data))
            }
            Terminal.print("\(actions.count) splits and bonus issues are known now.")
            return 0
        default: throw UsageProblem("There is no `candles \(act)`. Say `import` or `actions`.")
        }
    }

    private static func take(_ files: [String], _ data: String, _ flags: Flags) throws -> Int32 {
        var description = CandleReader.Description()
        if let key = flags.value("instrument") {
            guard let id = InstrumentID(key: key) else { throw UsageProblem("`\(key)` is no instrument such as NSE:INFY.") }
            guard files.count == 1 else { throw UsageProblem("`--instrument` goes with one file.") }
            description.instrument = id
        }
        if let word = flags.value("interval") {
            guard let interval = CandleInterval(word: word) else {
                throw UsageProblem("`--interval` is one of \(CandleInterval.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            description.interval = interval
        }
        if let labels = flags.value("labels") {
            guard labels == "end" || labels == "start" else { throw UsageProblem("`--labels` is start or end.") }
            description.isLabelledByEnd = labels == "end"
        }
        guard let megabytes = Int64(flags.value("limit") ?? "1024"), (1...1_048_576).contains(megabytes) else {
            throw UsageProblem("`--limit` is a number of megabytes, 1 to 1048576.")
        }
        for file in files {
            let place = try TableFile.place(file)
            let table = try CandleReader.read(place.name, of: place.disk, as: description)
            try Offline.withStore(data, makes: true, isQuiet: true) { _, _ in
                _ = try CandleFiles(disk: try PosixDisk(root: data), limitBytes: megabytes << 20).take(
                    table.candles, of: table.instrument, table.interval, at: WallClock.now)
            }
            let gaps = table.candles.gaps(table.interval, hours: table.instrument.exchange == "CRYPTO" ? .always : .exchange)
            Terminal.print(
                "\(table.candles.count) candles of \(table.instrument), \(table.interval.rawValue), imported; "
                    + (gaps.isEmpty
                        ? "no gaps."
                        : "\(gaps.count)\(gaps.count == [Candle].gapLimit ? " or more" : "") gaps, the first from \(gaps[0].from.indiaText) to \(gaps[0].to.indiaText).")
            )
        }
        return 0
    }
}
