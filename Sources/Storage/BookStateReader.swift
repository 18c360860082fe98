// The rows of accepted lines as a state: orders and positions by their last line, trades all. Which lines are accepted is decided by
// `BookWalk`; what a row says by `PaperBooks+Reading`.

import Trading

/// Gathers the lines of one book, then reads those that count.
struct BookStateReader {
    private var decoder = PaperBooks.Decoder()
    private var orderKeys = KeyTable()
    private var orderLines: [Place] = []
    private var positionKeys = KeyTable()
    private var positionLines: [Place] = []
    private var metaLine: Place?
    private var orders: [Order] = []
    private var positions: [Position] = []
    private var trades: [Trade] = []
    private var meta: BookMeta?

    private struct Place {
        /// Which of the texts of the file it stands in.
        let source: Int
        let range: Range<Int>
    }

    /// Takes the next accepted line of a file; `source` is which of its texts `bytes` are: archives first, then the file, then what was
    /// added to it. Returns whether it has its key.
    mutating func take(_ file: BookFile, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, from source: Int) -> Bool {
        let place = Place(source: source, range: range)
        var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[range]))
        switch file {
        case .orders:
            guard let id = row.value("order_id"), id.kind == .string else { return false }
            let number = orderKeys.number(of: row.raw(id))
            if number < orderLines.count { orderLines[number] = place } else { orderLines.append(place) }
        case .positions:
            guard let symbol = row.value("symbol"), let exchange = row.value("exchange"), let product = row.value("product"),
                symbol.start < exchange.start, exchange.start < product.start
            else { return false }
            // From the symbol to the product: the three with their names in between are the key.
            let key = UnsafeRawBufferPointer(rebasing: row.bytes[symbol.start..<product.end])
            let number = positionKeys.number(of: key)
            if number < positionLines.count { positionLines[number] = place } else { positionLines.append(place) }
        case .trades:
            // Orders were read before: their ids are shared.
            let (keys, orders) = (orderKeys, orders)
            guard let trade = decoder.trade(&row, knownOrder: { keys.known($0).flatMap { $0 < orders.count ? orders[$0].id : nil } }) else {
                return false
            }
            trades.append(trade)
        case .meta:
            metaLine = place
        }
        return true
    }

    /// Reads the lines that count of a file whose lines were all taken; returns whether every one could be read.
    mutating func finish(_ file: BookFile, _ sources: [[UInt8]]) -> Bool {
        switch file {
        case .orders:
            orders.reserveCapacity(orderLines.count)
            for place in orderLines {
                guard let order = read(place, in: sources, { $1.order(&$0) }) else { return false }
                orders.append(order)
            }
        case .positions:
            for place in positionLines {
                guard let position = read(place, in: sources, { $1.position(&$0) }) else { return false }
                positions.append(position)
            }
        case .trades:
            break
        case .meta:
            guard let metaLine else { return false }
            meta = read(metaLine, in: sources) { $1.meta(&$0) }
            return meta != nil
        }
        return true
    }

    private mutating func read<Value>(
        _ place: Place, in sources: [[UInt8]], _ decode: (inout RowReader, inout PaperBooks.Decoder) -> Value?
    ) -> Value? {
        sources[place.source].withUnsafeBytes { bytes in
            var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[place.range]))
            return decode(&row, &decoder)
        }
    }

    /// The rows of one epoch under the figures of its last act. Of an epoch that is over, positions are those that no later one had.
    func book(_ figures: BookMeta) -> PaperSnapshot {
        PaperSnapshot(
            meta: figures, orders: orders.filter { $0.epoch == figures.epoch },
            positions: positions.filter { $0.epoch == figures.epoch && !$0.isFlat }, trades: trades.filter { $0.epoch == figures.epoch })
    }

    /// Every epoch that some row is of.
    var epochs: Set<Int> { Set(orders.map(\.epoch)).union(trades.map(\.epoch)) }

    /// The rows that count of all epochs, under the newest figures.
    var everything: PaperSnapshot? {
        meta.map { PaperSnapshot(meta: $0, orders: orders, positions: positions.filter { !$0.isFlat }, trades: trades) }
    }

    /// The present epoch; what was before a reset stays in the files.
    var snapshot: PaperSnapshot? {
        guard let meta else { return nil }
        return PaperSnapshot(
            meta: meta, orders: orders.filter { $0.epoch == meta.epoch },
            positions: positions.filter { $0.epoch == meta.epoch && !$0.isFlat }, trades: trades.filter { $0.epoch == meta.epoch })
    }
}
