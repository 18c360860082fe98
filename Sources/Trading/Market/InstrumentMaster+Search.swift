// Finding instruments by a piece of text, the likeliest first.

extension InstrumentMaster {
    /// How well an instrument answers a search; smaller is better.
    package struct Rank: Comparable, Sendable {
        /// 0 the symbol itself, 1 the symbol begins with the text, 2 the symbol contains it, 3 the name does.
        let nearness: Int
        /// 0 an index or a plain share, 1 another series, 2 a future, 3 an option.
        let kind: Int
        /// Contracts that end sooner come first.
        let expiry: Int32
        let length: Int

        package static func < (a: Rank, b: Rank) -> Bool {
            (a.nearness, a.kind, a.expiry, a.length) < (b.nearness, b.kind, b.expiry, b.length)
        }
    }

    /// The text searched for is cut to this many bytes.
    package static let searchLimitBytes = 60

    /// At most `limit` instruments, best first; letter case does not matter. An empty text finds nothing.
    ///
    /// Looks at every instrument of the exchange: a hundred thousand take a few milliseconds.
    package func search(_ wanted: String, on exchange: String, limit: Int) -> [(rank: Rank, index: Int)] {
        let wanted = wanted.utf8.prefix(InstrumentMaster.searchLimitBytes).map(InstrumentMaster.upper)
        guard !wanted.isEmpty, limit > 0 else { return [] }
        let kinds = words.map { InstrumentMaster.kindRank($0) }
        // Names are held once, so that of a thousand contracts with one name only the first is looked at.
        var nameMatches: [UInt32: Bool] = [:]
        var best: [(rank: Rank, index: Int)] = []
        text.withUnsafeBufferPointer { text in
            func span(_ at: UInt32, _ length: UInt8) -> UnsafeBufferPointer<UInt8> {
                UnsafeBufferPointer(rebasing: text[Int(at)..<Int(at) + Int(length)])
            }
            for index in places(on: exchange) {
                let row = rows[index]
                let symbol = span(row.symbolAt, row.symbolLength)
                let nearness: Int
                if let place = InstrumentMaster.find(wanted, in: symbol) {
                    nearness = place > 0 ? 2 : symbol.count == wanted.count ? 0 : 1
                } else {
                    let matches = nameMatches[row.nameAt] ?? (InstrumentMaster.find(wanted, in: span(row.nameAt, row.nameLength)) != nil)
                    if row.nameLength > 0 { nameMatches[row.nameAt] = matches }
                    guard matches else { continue }
                    nearness = 3
                }
                let kind = kinds[Int(row.kind)]
                let rank = Rank(
                    nearness: nearness, kind: kind == 0 && InstrumentMaster.hasSeries(symbol) ? 1 : kind, expiry: row.expiry,
                    length: symbol.count)
                // A short sorted list: most rows are worse than its last.
                if best.count == limit, let last = best.last, (last.rank, last.index) <= (rank, index) { continue }
                let place = best.firstIndex { (rank, index) < ($0.rank, $0.index) } ?? best.count
                best.insert((rank, index), at: place)
                if best.count > limit { best.removeLast() }
            }
        }
        return best
    }

    private static func kindRank(_ word: String) -> Int {
        switch word {
        case "FUT": 2
        case "CE", "PE": 3
        default: 0
        }
    }

    /// `ABC-BE`: a series other than plain shares has a dash and two characters at the end.
    private static func hasSeries(_ symbol: UnsafeBufferPointer<UInt8>) -> Bool {
        symbol.count > 3 && symbol[symbol.count - 3] == UInt8(ascii: "-")
    }

    private static func upper(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7A ? byte - 32 : byte }

    private static func find(_ wanted: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard text.count >= wanted.count else { return nil }
        let first = wanted[0]
        for start in 0...(text.count - wanted.count) where upper(text[start]) == first {
            var offset = 1
            while offset < wanted.count, upper(text[start + offset]) == wanted[offset] { offset += 1 }
            if offset == wanted.count { return start }
        }
        return nil
    }
}
