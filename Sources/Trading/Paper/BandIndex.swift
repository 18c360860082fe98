// Finds the books that a tick concerns without asking the others.

/// The quiet bands of all books in one instrument.
///
/// Finding costs two comparisons when nobody is concerned, and a step for each book that is. Entering and leaving cost a search and moving
/// what stands behind: sixteen bytes a book.
package struct BandIndex<Book: Hashable & Comparable & Sendable>: Sendable {
    private struct Edge: Sendable {
        let price: Price
        let book: Book
    }

    private var bands: [Book: QuietBand] = [:]
    /// Ascending: the highest, which the price falls to first, is last.
    private var lows: [Edge] = []
    /// Descending: the lowest, which the price rises to first, is last.
    private var highs: [Edge] = []

    package init() {}

    package var isEmpty: Bool { bands.isEmpty }
    package var count: Int { bands.count }

    /// Enters the band of `book`, replaces it, or takes it out when it is nil.
    package mutating func set(_ book: Book, _ band: QuietBand?) {
        let known = bands[book]
        guard known != band else { return }
        if let known {
            remove(book, known.low, from: &lows, <)
            remove(book, known.high, from: &highs, >)
        }
        bands[book] = band
        if let band {
            insert(book, band.low, into: &lows, <)
            insert(book, band.high, into: &highs, >)
        }
    }

    /// The books for which the tick is not inside their band, in the order of their names.
    package func concerned(by reach: TickReach) -> [Book] {
        guard let low = lows.last?.price, let high = highs.last?.price, low >= reach.lowest || high <= reach.highest else { return [] }
        var found: [Book] = []
        for edge in lows.reversed() {
            guard edge.price >= reach.lowest else { break }
            found.append(edge.book)
        }
        let count = found.count
        for edge in highs.reversed() {
            guard edge.price <= reach.highest else { break }
            // One that waits on both sides is called once.
            if count == 0 || bands[edge.book].map({ $0.low < reach.lowest }) ?? false { found.append(edge.book) }
        }
        return found.sorted()
    }

    // MARK: Edges

    private func place(_ book: Book, _ price: Price, in edges: [Edge], _ isBefore: (Price, Price) -> Bool) -> Int {
        var (start, end) = (0, edges.count)
        while start < end {
            let middle = start + (end - start) / 2
            let edge = edges[middle]
            if isBefore(edge.price, price) || (edge.price == price && edge.book < book) { start = middle + 1 } else { end = middle }
        }
        return start
    }

    private func insert(_ book: Book, _ price: Price, into edges: inout [Edge], _ isBefore: (Price, Price) -> Bool) {
        edges.insert(Edge(price: price, book: book), at: place(book, price, in: edges, isBefore))
    }

    private func remove(_ book: Book, _ price: Price, from edges: inout [Edge], _ isBefore: (Price, Price) -> Bool) {
        let index = place(book, price, in: edges, isBefore)
        precondition(index < edges.count && edges[index].book == book, "What was entered is found again.")
        edges.remove(at: index)
    }
}
