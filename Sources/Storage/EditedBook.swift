// A book as somebody left its four files: what differs from what is proven, and the state that they tell of, when it adds up. It only
// reads; what is accepted becomes the book in `Store+Edits`.

import Platform
import Trading
import Wire

struct EditedBook: Sendable {
    private(set) var found = BookEdits()
    /// The rows that count of all epochs, under the newest figures; nothing when there is a refusal.
    private(set) var rows: PaperSnapshot?
    /// Where the history of the book ends, as far as anybody knows: what is accepted goes on from there.
    private(set) var chain = BookChain()
    /// The files that tell it.
    private(set) var paths: [String] = []

    private let loader: BookLoader
    private var key: BookKey { loader.key }
    private var files: [EditedFile] = []
    /// The lines of the acts that the journal has, by file and number.
    private var known: [[Int64: [UInt8]]] = [[:], [:], [:], [:]]
    /// What acts after the last in meta add to each file.
    private var added: [[UInt8]] = [[], [], [], []]
    private var expected: [Int64] = [0, 0, 0, 0]
    private var archives: [[BookArchive]] = [[], [], [], []]
    /// The last act that meta has a line of. What the journal has above it is kept.
    private var cut: Int64 = 0

    init(_ loader: BookLoader, on disk: any Disk) throws(StorageFailure) {
        self.loader = loader
        if loader.hasTombstone(on: disk) { throw .userErased(loader.key.user) }
        try readFiles(on: disk)
        guard found.refusalCount == 0 else { return }
        try readJournal(on: disk)
        guard found.refusalCount == 0 else { return }
        compare()
        if !found.isEdited { try lookForUnexplained(on: disk) }
        if found.refusalCount == 0 { readState() }
    }

    private func path(_ file: BookFile) -> String { key.path(file) }

    // MARK: Files

    private mutating func readFiles(on disk: any Disk) throws(StorageFailure) {
        for file in BookFile.allCases {
            let bytes: [UInt8]?
            do {
                bytes = try disk.readAll(path(file), limitBytes: loader.limitBytes)
            } catch {
                throw .io(error)
            }
            guard let bytes else {
                found.refuse("\(path(file)) is missing")
                continue
            }
            paths.append(path(file))
            files.append(try EditedFile(file, bytes, path: path(file), &found))
        }
        guard found.refusalCount == 0 else { return }
        for file in [BookFile.orders, .trades] {
            let header = files[file.rawValue].header
            do {
                archives[file.rawValue] = try loader.archives(of: file, header, on: disk)
            } catch {
                throw .io(error)
            }
            paths += archives[file.rawValue].map { key.archivePath(file, $0.header.part) }
            guard archives[file.rawValue].count < header.parts.numbers.count else {
                if !header.gaveTo(archives[file.rawValue]) {
                    found.refuse("an archive of \(path(file)) is not the one it gave its lines to; put that back")
                }
                continue
            }
            let part = header.parts.first + Int64(archives[file.rawValue].count)
            found.refuse("\(key.archivePath(file, part)) is missing or was changed; archives cannot be edited, put it back")
        }
        if files[BookFile.meta.rawValue].lines.isEmpty { found.refuse("\(path(.meta)) has no figures") }
    }

    // MARK: Journal

    private mutating func readJournal(on disk: any Disk) throws(StorageFailure) {
        let meta = files[BookFile.meta.rawValue]
        cut = meta.lines.compactMap(\.number).max() ?? 0
        chain.v = cut
        chain.jc = meta.lines.last { $0.number == cut && $0.isSealed }.flatMap { line in
            meta.bytes(line).withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return row.sum("jc")
            }
        }
        chain.generation = max(files.map(\.header.generation).max() ?? 1, loader.mark?.generation ?? 0)
        if let mark = loader.mark {
            guard mark.generation <= meta.header.generation else {
                return found.refuse("\(path(.meta)) is older than an install of this book that the journal has; start the server once")
            }
            guard mark.lost <= cut else {
                return found.refuse("act \(mark.lost) was acknowledged and its record in the journal is damaged; no edit brings it back")
            }
            if mark.v >= cut { (chain.v, chain.jc) = (mark.v, mark.crc) }
            try takeRecords(mark, on: disk)
        }
        for file in BookFile.rows {
            let own = files[file.rawValue]
            expected[file.rawValue] = max(
                own.header.baseN, own.lines.filter(\.isSealed).compactMap(\.number).max() ?? 0, expected[file.rawValue])
            for line in own.lines where line.v ?? 0 > cut {
                // What a crash left there before meta had its line; the journal gives it again.
                if line.isSealed, let number = line.number, known[file.rawValue][number].map({ $0[...] == own.bytes(line) }) ?? false {
                    continue
                }
                found.refuse("\(own.path):\(line.place): belongs to act \(line.v ?? 0), and the last one of \(path(.meta)) is \(cut)")
            }
        }
        expected[BookFile.meta.rawValue] = max(
            meta.header.baseV, meta.lines.last { $0.isSealed }?.number ?? 0, loader.mark.map { min($0.v, cut) } ?? 0)
        if meta.continuesItself { expected[BookFile.meta.rawValue] = max(expected[BookFile.meta.rawValue], cut) }
        expectCounts(of: meta)
    }

    /// What meta says of the other three, as far as it can be true: its own lines may be edited as well.
    private mutating func expectCounts(of meta: EditedFile) {
        for line in meta.lines {
            let counts = meta.bytes(line).withUnsafeBytes { bytes in
                var row = RowReader(bytes)
                return row.value("n").flatMap { row.counts($0) }
            }
            guard let counts else { continue }
            for file in 0..<3 {
                let last = files[file].lines.compactMap(\.number).max() ?? 0
                expected[file] = max(expected[file], line.isSealed ? counts[file] : min(counts[file], last))
            }
        }
    }

    private mutating func takeRecords(_ mark: BookMark, on disk: any Disk) throws(StorageFailure) {
        let records = try JournalRead.records(of: key, mark: mark, above: 0, on: disk)
        var acts: [(v: Int64, record: ParsedRecord, bytes: [UInt8], crc: UInt32)] = []
        for (v, bytes) in records.sorted(by: { $0.key < $1.key }) {
            let read = bytes.withUnsafeBytes { line in SealedLine.check(line).flatMap { crc in ParsedRecord(line).map { (crc, $0) } } }
            guard let (crc, record) = read else { continue }
            // Numbers begin anew with an install.
            if record.kind == .install { acts = [] } else { acts.append((v, record, bytes, crc)) }
        }
        let kept = acts.filter { $0.v > cut }
        if mark.v > cut {
            guard kept.count == mark.v - cut else {
                return found.refuse(
                    "\(path(.meta)) ends with act \(cut), the journal with \(mark.v), and not every record between can be read")
            }
            found.keptActs = cut + 1...mark.v
        }
        for act in acts {
            let rows = act.record.slices.counts
            var chain = BookChain(v: act.v - 1, jc: act.record.previous, n: act.record.counts &- rows)
            var lines = BookLines()
            lines.add(act.bytes, act.record.slices, seq: act.record.seq, time: act.record.time, jc: act.crc, to: &chain)
            for file in BookFile.allCases {
                if act.v > cut { added[file.rawValue] += lines[file] }
                var number = file == .meta ? act.v : chain.n[file.rawValue] - rows[file.rawValue] + 1
                var start = 0
                while start < lines[file].count {
                    let end = LineStream.endOfLine(in: lines[file], from: start)
                    known[file.rawValue][number] = Array(lines[file][start..<end - 1])
                    if act.v <= cut { expected[file.rawValue] = max(expected[file.rawValue], number) }
                    number += 1
                    start = end
                }
            }
        }
    }

    // MARK: Difference

    private mutating func compare() {
        for file in files {
            let index = file.file.rawValue
            file.compare(known[index], upTo: expected[index], overridden: overridden(in: file), &found)
        }
    }

    /// Lines whose key a later line has as well.
    private func overridden(in file: EditedFile) -> Set<Int> {
        guard file.file != .trades else { return [] }
        var last: [String: Int] = [:]
        var places: Set<Int> = []
        for line in file.lines {
            let name = file.bytes(line).withUnsafeBytes { bytes -> String? in
                var row = RowReader(bytes)
                switch file.file {
                case .orders: return row.text("order_id")
                case .meta: return row.int("epoch").map(String.init)
                default:
                    guard let symbol = row.text("symbol"), let exchange = row.text("exchange"), let product = row.text("product") else {
                        return nil
                    }
                    return exchange + ":" + symbol + " " + product
                }
            }
            guard let name else { continue }
            if let earlier = last.updateValue(line.place, forKey: name) { places.insert(earlier) }
        }
        return places
    }

    /// Every line is sealed and where it was, and still the files may not fit what meta says.
    private mutating func lookForUnexplained(on disk: any Disk) throws(StorageFailure) {
        do throws(StorageFailure) {
            _ = try loader.inspect(on: disk)
        } catch {
            guard case .quarantined(_, _, let why) = error else { throw error }
            found.unexplained = why
        }
    }

    // MARK: State

    private mutating func readState() {
        checkKeys()
        guard found.refusalCount == 0 else { return }
        var reader = BookStateReader()
        for file in files {
            let index = file.file.rawValue
            let sources = archives[index].map(\.bytes) + [file.text, added[index]]
            var isRead = true
            for (source, archive) in archives[index].enumerated() {
                archive.bytes.withUnsafeBytes { bytes in
                    for line in archive.lines { isRead = isRead && reader.take(file.file, bytes, line.start..<line.end, from: source) }
                }
            }
            file.text.withUnsafeBytes { bytes in
                for line in file.lines where line.v ?? 0 <= cut {
                    isRead = isRead && reader.take(file.file, bytes, line.range, from: sources.count - 2)
                }
            }
            added[index].withUnsafeBytes { bytes in
                for range in Self.lines(bytes) { isRead = isRead && reader.take(file.file, bytes, range, from: sources.count - 1) }
            }
            guard isRead, reader.finish(file.file, sources) else { return found.refuse("a row of \(file.path) cannot be read") }
        }
        guard let everything = reader.everything else { return found.refuse("\(path(.meta)) has no figures") }
        checkSums(reader, everything)
        if found.refusalCount == 0 { rows = everything }
    }

    private static func lines(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = LineStream.lineFeed(in: bytes, from: start) ?? bytes.count
            found.append(start..<end)
            start = end + 1
        }
        return found
    }

    /// A trade comes once and is of an order that is there; all lines of an order are of the same order.
    private mutating func checkKeys() {
        struct Facts: Equatable {
            let instrument: InstrumentID
            let side: Side
            let product: Product
            let epoch: Int
        }
        var decoder = PaperBooks.Decoder()
        func rows<Row>(_ file: BookFile, _ read: (inout RowReader) -> Row?) -> [(place: Int, isSealed: Bool, row: Row)] {
            var found: [(Int, Bool, Row)] = []
            func take(_ bytes: ArraySlice<UInt8>, _ place: Int, _ isSealed: Bool) {
                bytes.withUnsafeBytes { bytes in
                    var reader = RowReader(bytes)
                    if let row = read(&reader) { found.append((place, isSealed, row)) }
                }
            }
            for archive in archives[file.rawValue] {
                for line in archive.lines { take(archive.bytes[line.start..<line.end], 0, true) }
            }
            for line in files[file.rawValue].lines { take(files[file.rawValue].bytes(line), line.place, line.isSealed) }
            return found
        }
        var orders: [OrderID: Facts] = [:]
        for (place, _, order) in rows(.orders, { decoder.order(&$0) }) {
            let facts = Facts(instrument: order.instrument, side: order.side, product: order.product, epoch: order.epoch)
            if let first = orders[order.id], first != facts {
                found.refuse(
                    "\(path(.orders)):\(place): the id \(order.id) belongs to another order, of another instrument, side, product or epoch")
            }
            orders[order.id] = orders[order.id] ?? facts
        }
        var trades: Set<TradeID> = []
        var filled: [OrderID: Quantity] = [:]
        for (place, isSealed, trade) in rows(.trades, { decoder.trade(&$0) }) {
            if !trades.insert(trade.id).inserted { found.refuse("\(path(.trades)):\(place): the trade \(trade.id) is there already") }
            let (sum, isTooMuch) = (filled[trade.orderID] ?? .zero).units.addingReportingOverflow(trade.quantity.units)
            if isTooMuch { found.refuse("\(path(.trades)):\(place): the trades of the order \(trade.orderID) are too many") }
            filled[trade.orderID] = Quantity(units: sum)
            if isSealed { continue }
            let facts = Facts(instrument: trade.instrument, side: trade.side, product: trade.product, epoch: trade.epoch)
            if orders[trade.orderID] != facts {
                found.refuse("\(path(.trades)):\(place): there is no order \(trade.orderID) of this instrument, side, product and epoch")
            }
        }
    }

    /// Every epoch by its own figures, the present one by all rules of a book.
    private mutating func checkSums(_ reader: BookStateReader, _ everything: PaperSnapshot) {
        var figures: [BookMeta] = []
        let meta = files[BookFile.meta.rawValue]
        let decoder = PaperBooks.Decoder()
        for text in meta.lines.map({ meta.bytes($0) }) + [added[BookFile.meta.rawValue][...]] {
            text.withUnsafeBytes { bytes in
                for range in Self.lines(bytes) {
                    var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[range]))
                    guard let next = decoder.meta(&row) else { continue }
                    if figures.last?.epoch == next.epoch { figures.removeLast() }
                    figures.append(next)
                }
            }
        }
        for (before, after) in zip(figures, figures.dropFirst()) where after.epoch <= before.epoch {
            found.refuse("\(path(.meta)): epoch \(after.epoch) stands behind epoch \(before.epoch)")
        }
        if let latest = (everything.orders.map(\.epoch) + everything.trades.map(\.epoch) + everything.positions.map(\.epoch)).max(),
            latest > everything.meta.epoch
        {
            found.refuse("a row is of epoch \(latest), and the newest figures are of epoch \(everything.meta.epoch)")
        }
        guard found.refusalCount == 0 else { return }
        for one in figures {
            let isOver = one.epoch != everything.meta.epoch
            let proof = FundsProof(of: reader.book(one), isOver: isOver)
            for figure in proof.differences {
                let subject = figure.subject.isEmpty ? "" : " of \(figure.subject)"
                found.refuse(
                    "it does not add up\(isOver ? " in epoch \(one.epoch)" : ""): \(figure.name)\(subject) is \(figure.recorded), "
                        + "orders and trades give \(figure.computed)")
            }
            guard proof.addsUp, !isOver else { continue }
            for problem in Reconciliation.problems(of: reader.book(one)) { found.refuse("it does not add up: \(problem)") }
        }
    }

    mutating func keep(in folder: String) { found.kept = folder }
}
