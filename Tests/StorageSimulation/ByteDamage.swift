// Every bit of every file: a small folder, closed in order, is damaged in one place, started, and everybody is loaded. Nobody's state
// may change without a word.

import Platform
import SimulatedEdges
import Storage
import Trading

package struct ByteDamage {
    /// What became of the damage.
    package struct Numbers: CustomStringConvertible {
        package var places = 0
        /// Everybody has the state that was acknowledged, and the store found nothing to remark on or mended it.
        package var healed = 0
        /// One user, or one document, is closed; the others are served.
        package var closed = 0
        /// The store does not start and names the file.
        package var refused = 0
        /// A document that was deleted is back: the segment that says so is gone or cut. The store says that batches are missing, except
        /// of the newest segment, whose lost end looks like a stop before anything more was stored.
        package var older = 0

        package var description: String { "\(places) places: \(healed) healed, \(closed) closed, \(refused) refused, \(older) older" }
    }

    private let folder: SimulatedDisk
    private let books: [BookHistory]
    private let documents: [DocumentHistory]
    package let paths: [String]

    /// Makes the folder: three users, a second book, documents, an audit, three segments, one with an index, and an archive: what seed 94
    /// happens to make of little.
    package init(seed: UInt64 = 94) throws(Violation) {
        let (disk, books, documents) = try Simulation.makeFolder(seed: seed)
        folder = disk
        self.books = books
        self.documents = documents
        // What LOCK says is information for people only.
        paths = disk.paths.filter { $0 != "LOCK" }
    }

    /// Turns each bit and cuts at each length, or at every so many, and says what became of it.
    package func run(_ path: String, from first: Int = 0, every step: Int = 1) throws(Violation) -> Numbers {
        var numbers = Numbers()
        let size = folder.bytes(path)?.count ?? 0
        for bit in stride(from: first, to: size * 8, by: step) {
            try look("bit \(bit % 8) of byte \(bit / 8) of \(path)", path, &numbers) { $0[bit / 8] ^= UInt8(1 << (bit % 8)) }
        }
        for length in stride(from: first, to: size, by: step) {
            try look("\(path) cut to \(length) of \(size) bytes", path, cuts: true, &numbers) { $0.removeLast(size - length) }
        }
        return numbers
    }

    private var newestSegment: String? { paths.last { $0.hasPrefix("journal/") && $0.hasSuffix(".jsonl") } }

    private func look(
        _ what: String, _ path: String, cuts: Bool = false, _ numbers: inout Numbers, _ change: (inout [UInt8]) -> Void
    ) throws(Violation) {
        numbers.places += 1
        let disk = folder.crashed(.kill)
        disk.overwrite(path, change)
        let remarks = Remarks()
        let life: Life
        do {
            life = try Life(
                disk, wallMicroseconds: 1_795_200_000_000_000, options: Simulation.smallOptions, randomSeed: 1, remarks: remarks)
        } catch {
            // One line says whose folder it is and one whose segment: without them nothing can be said about the rest.
            guard path == "FORMAT.json" || path.hasPrefix("journal/") else {
                throw Violation("\(what): the store does not start: \(error)")
            }
            numbers.refused += 1
            return
        }
        defer { life.end() }
        var closed: Set<String> = []
        for book in books {
            var outcome: Result<PaperSnapshot?, StorageFailure>?
            life.loop.perform { life.store.loadBook(book.user, book.book) { outcome = $0 } }
            life.settle()
            switch outcome {
            case .success(let loaded)?:
                guard book.index(of: loaded) == book.states.count - 1 else {
                    throw Violation("\(what): \(book.name) has another state than the acknowledged one, and is served.")
                }
            case .failure(.quarantined)?, .failure(.documentQuarantined)?: closed.insert(book.user.text)
            case .failure(let failure)?: throw Violation("\(what): \(book.name) could not be loaded: \(failure)")
            case nil: throw Violation("\(what): \(book.name) was asked for and never came.")
            }
        }
        var isOlder = false
        for document in documents {
            var isRight: Bool?
            life.loop.perform {
                life.store.document(document.path) { result in
                    switch result {
                    case .success(let value):
                        isRight = value == document.newest
                        if isRight == false, document.newest == nil,
                            (cuts && path == newestSegment) || remarks.all.contains(where: { $0.event == "journal_batch_missing" }),
                            document.index(of: value) != nil
                        {
                            (isRight, isOlder) = (true, true)
                        }
                    case .failure:
                        isRight = true
                        closed.insert(document.user.text)
                    }
                }
            }
            life.settle()
            guard isRight == true else { throw Violation("\(what): \(document.path) has another content than the acknowledged one.") }
        }
        guard closed.count <= 1 else { throw Violation("\(what): closed are \(closed.sorted().joined(separator: ", ")).") }
        if isOlder {
            numbers.older += 1
        } else if closed.isEmpty {
            numbers.healed += 1
        } else {
            numbers.closed += 1
        }
    }
}
