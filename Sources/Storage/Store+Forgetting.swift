// Forgetting, in small portions between everything else: indexes of closed segments, and the proof that all in a segment stands in its
// own files on the disk; what follows from a proof is in `Store+Releasing`. The one rule behind it: information goes from a place
// only after it has been durable at another, under a name that existed already, for the retention.

import Platform
import Trading

/// Where the tidying stands.
struct Forgetting {
    var timer: TimerID?
    /// A portion is with the disk thread.
    var isBusy = false
    var proof: SegmentProof?
    var draft: SegmentIndex.Draft?
    /// Books that were proven from the disk by this process, up to which version. Bounded: when it is full it begins anew, and books
    /// are read once more than was needed.
    private(set) var proven: [BookKey: Int64] = [:]
    /// Books to look at again for folding, and when. Bounded: one that finds no place is found again by its next proof.
    private(set) var revisits: [BookKey: UInt64] = [:]
    private var nextRevisit: UInt64 = .max

    static let provenLimit = 16_384
    static let revisitLimit = 16_384

    mutating func revisit(_ key: BookKey, at time: UInt64) {
        guard revisits[key] == nil, revisits.count < Forgetting.revisitLimit else { return }
        revisits[key] = time
        nextRevisit = min(nextRevisit, time)
    }

    /// A book whose time has come.
    mutating func takeRevisit(at now: UInt64) -> BookKey? {
        guard nextRevisit <= now else { return nil }
        let due = revisits.filter { $0.value <= now }.min { $0.key < $1.key }
        if let due { revisits[due.key] = nil }
        nextRevisit = revisits.values.min() ?? .max
        return due?.key
    }

    mutating func dropRevisits(of user: UserID) {
        for key in revisits.keys where key.user == user { revisits[key] = nil }
    }

    mutating func isProven(_ key: BookKey, _ v: Int64) {
        if proven.count >= Forgetting.provenLimit, proven[key] == nil { proven = [:] }
        proven[key] = max(proven[key] ?? 0, v)
    }

    mutating func isDoubtful(_ key: BookKey) { proven[key] = nil }
}

/// The proof of one segment, under way.
struct SegmentProof {
    let number: Int64
    var part: SegmentPart?
    var books: [(key: BookKey, book: SegmentPart.Book)] = []
    var documents: [(path: DocumentPath, document: SegmentPart.Document)] = []
    /// The last record with audit entries that has to be proven; 0 for none.
    var auditSeq: Int64 = 0
    var since: CivilDate?
    /// How often a book or document was put off because something of it was on its way.
    var postponed = 0

    static let postponeLimit = 200
    /// Documents of one portion.
    static let documents = 16
}

extension Store {
    func scheduleTidying(after delay: Duration) {
        guard end == nil, forgetting.timer == nil else { return }
        forgetting.timer = after(delay) { [self] in
            forgetting.timer = nil
            tidy()
        }
    }

    /// Does the next portion; when it is done, the one after.
    private func tidy() {
        guard end == nil, !forgetting.isBusy else { return }
        forgetting.isBusy = true
        let now = loop.monotonicNanoseconds
        if tidyErasures() { return }
        if let (segment, _) = shelf.nextToRelease(at: now),
            !erasures.values.contains(where: { $0.segment == segment.number && !$0.isFinished })
        {
            return release(segment)
        }
        if let proof = forgetting.proof { return advance(proof) }
        if let draft = forgetting.draft { return advance(draft) }
        if let number = shelf.nextToAnnounce(at: now) { return announce(through: number) }
        if let number = shelf.nextToProve(at: now) { return beginProof(of: number) }
        if let number = shelf.nextToIndex { return advance(SegmentIndex.Draft(of: number)) }
        if tidyBooks() { return }
        forgetting.isBusy = false
        scheduleTidying(after: options.tidyInterval)
    }

    /// The portion is done.
    func tidied() {
        forgetting.isBusy = false
        scheduleTidying(after: options.tidyPause)
    }

    // MARK: Indexes

    private func advance(_ draft: SegmentIndex.Draft) {
        onDisk { thread -> Result<SegmentIndex.Draft, StorageFailure> in
            do throws(StorageFailure) {
                return .success(try SegmentIndex.advance(draft, on: thread.disk))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .success(let next):
                forgetting.draft = next.isComplete || next.isDamaged ? nil : next
                shelf.update(draft.number) {
                    $0.hasIndex = next.isComplete
                    $0.isDamaged = $0.isDamaged || next.isDamaged
                }
            case .failure(let failure):
                forgetting.draft = nil
                // It only costs the next start some time.
                shelf.update(draft.number) { $0.hasIndex = true }
                options.notice(StorageNotice(.warning, "index_not_written", ["segment": "\(draft.number)", "why": "\(failure)"]))
            }
            tidied()
        }
    }

    // MARK: Proof

    /// What was durable is in the files and synced before they are looked at.
    private func beginProof(of number: Int64) {
        appendBacklog { [self] in
            checkpoint { [self] isSynced in
                if isSynced || options.without.contains(.verifyAfterFailedSync) {
                    forgetting.proof = SegmentProof(number: number)
                } else {
                    postpone(number, "the readable files could not be synced")
                }
                tidied()
            }
        }
    }

    func postpone(_ number: Int64, _ why: String) {
        forgetting.proof = nil
        let retryAt = loop.monotonicNanoseconds + options.proofRetry.nanoseconds
        shelf.update(number) { segment in
            segment.trouble = why
            segment.retryAt = retryAt
        }
        options.notice(StorageNotice(.warning, "segment_held", ["segment": "\(number)", "why": why]))
    }

    private func advance(_ proof: SegmentProof) {
        if let (key, book) = proof.books.last {
            var rest = proof
            rest.books.removeLast()
            return prove(key, book, rest)
        }
        if !proof.documents.isEmpty { return proveDocuments(proof) }
        if proof.auditSeq > 0, let since = proof.since { return proveAudit(upTo: proof.auditSeq, since: since, proof) }
        if proof.part?.isLast == true { return finish(proof) }
        let number = proof.number
        let from = proof.part?.end ?? 0
        onDisk { thread -> Result<SegmentPart, StorageFailure> in
            do throws(StorageFailure) {
                return .success(try SegmentWalk.part(of: number, from: from, on: thread.disk))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .success(let part): take(part, proof)
            case .failure(let failure): postpone(proof.number, "\(failure)")
            }
            tidied()
        }
    }

    private func take(_ part: SegmentPart, _ proof: SegmentProof) {
        var proof = proof
        proof.part = part
        if part.damagedLines > 0 { shelf.update(proof.number) { $0.isDamaged = true } }
        // Later than its own segment a record's audit entries cannot be, but a clock that was set back may have put them a day on.
        if let header = part.header { proof.since = CivilDate(dayNumber: (header.at - .seconds(86_400)).dayNumber(offsetSeconds: 0)) }
        if !options.without.contains(.releaseOnlyVerified) {
            proof.books = part.books.map { ($0.key, $0.value) }.sorted { $0.0 > $1.0 }
            proof.documents = part.documents.map { ($0.key, $0.value) }.sorted { $0.0 > $1.0 }
            proof.auditSeq = part.auditSeq
        }
        forgetting.proof = proof
    }

    private func finish(_ proof: SegmentProof) {
        forgetting.proof = nil
        shelf.update(proof.number) { segment in
            segment.isProven = true
            segment.trouble = nil
        }
        tidied()
    }

    /// Whether the version has to be asked of the disk, and the files can be at this moment.
    private func prove(_ key: BookKey, _ book: SegmentPart.Book, _ proof: SegmentProof) {
        var proof = proof
        func goOn() {
            forgetting.proof = proof
            tidied()
        }
        // An end that is not durable yet may come to nothing, and then the files are all there is of the book.
        if hasEnded(key.user) { return goOn() }
        if forgetting.proven[key] ?? 0 >= book.v, !suspectBooks.contains(key) { return goOn() }
        let open = books[key]
        if open?.isBusy == true || backlog.books[key] != nil || (open?.isHeld == true && (open?.unsettled ?? 0) > 0) {
            proof.postponed += 1
            guard proof.postponed <= SegmentProof.postponeLimit else {
                postpone(proof.number, "\(key.user) is never idle")
                return tidied()
            }
            proof.books.insert((key, book), at: 0)
            // What keeps it from being read is on its way.
            return appendBacklog { goOn() }
        }
        if case .quarantined(let why) = open?.phase {
            postpone(proof.number, "\(key.user) is quarantined: \(why)")
            return tidied()
        }
        let lost = max(bookMarks[key]?.lost ?? 0, book.crc == nil ? book.v : 0)
        let asked = BookMark(
            v: book.crc == nil ? 0 : book.v, crc: book.crc ?? 0, oldestSegment: proof.number, lost: lost, generation: book.generation)
        let isSuspect = suspectBooks.contains(key) && !options.without.contains(.verifyAfterFailedSync)
        let request = BookProof(
            loader: loader(key, mark: asked), asked: asked, known: mendingMark(key, open, asked), isSuspect: isSuspect)
        let isOpen = open != nil
        let durableV = open?.durableV ?? 0
        forgetting.proof = proof
        onDisk { thread -> BookProof.Outcome in
            let outcome = request.run(on: thread.disk, thread.files, thread.options)
            if !isOpen { thread.files.forget(key) }
            return outcome
        } then: { [self] outcome in
            switch outcome {
            case .proven(let facts):
                if isSuspect { suspectBooks.remove(key) }
                forgetting.isProven(key, facts.v)
                if let open, open === books[key] {
                    open.syncedV = max(open.syncedV, facts.v)
                    if facts.isMended, open.isHeld, open.durableV == durableV {
                        open.isHeld = false
                        (open.appendedV, open.appendedCRC) = (open.durableV, open.durableCRC)
                    }
                }
                isReadAndProven(key, facts)
            case .failed(let why):
                postpone(proof.number, "\(key.user): \(why)")
            }
            tidied()
        }
    }

    /// What the files of a book may be mended with; nil when they must be left as they are.
    private func mendingMark(_ key: BookKey, _ open: OpenBook?, _ asked: BookMark) -> BookMark? {
        guard let open else { return bookMarks[key] ?? (asked.v > 0 ? asked : nil) }
        guard !open.isEdited else { return nil }
        // Only what its files were given: what was not appended yet will be.
        let (v, crc) = open.isHeld ? (open.durableV, open.durableCRC) : (open.appendedV, open.appendedCRC)
        let mark = bookMarks[key]
        if let mark, mark.v >= v { return mark }
        return BookMark(
            v: v, crc: crc, oldestSegment: min(mark?.oldestSegment ?? ownSegment, ownSegment), lost: mark?.lost ?? 0,
            generation: max(mark?.generation ?? 0, open.installedGeneration))
    }

    private func proveDocuments(_ proof: SegmentProof) {
        var proof = proof
        let portion = Array(proof.documents.suffix(SegmentProof.documents))
        proof.documents.removeLast(portion.count)
        let waiting = portion.filter { backlog.documents[$0.path] != nil }
        guard waiting.isEmpty else {
            // Changed again meanwhile: that goes to its file first.
            guard proof.postponed < SegmentProof.postponeLimit else {
                postpone(proof.number, "\(waiting[0].path) could not be written")
                return tidied()
            }
            proof.documents += portion
            proof.postponed += 1
            return appendBacklog { [self] in
                forgetting.proof = proof
                tidied()
            }
        }
        let asked = portion.map { DocumentProof.Request(path: $0.path, dv: $0.document.dv, mark: documentMarks[$0.path]) }
        let loginsAfter = format.loginsAfter
        onDisk { thread in
            thread.prove(asked, loginsAfter: loginsAfter)
        } then: { [self] outcomes in
            for (request, outcome) in zip(asked, outcomes) {
                let (path, dv) = (request.path, request.dv)
                switch outcome {
                case .proven: break
                case .absent:
                    let deleted = max(deletions[path]?.dv ?? 0, documentMarks[path].map { $0.isDeleted ? $0.dv : 0 } ?? 0)
                    guard deleted < dv else { break }
                    postpone(proof.number, "\(path) is missing")
                    return tidied()
                case .unsynced(let why), .failed(let why):
                    postpone(proof.number, why)
                    return tidied()
                }
            }
            forgetting.proof = proof
            tidied()
        }
    }

    private func proveAudit(upTo seq: Int64, since: CivilDate, _ proof: SegmentProof) {
        onDisk { thread in
            thread.proveAudit(upTo: seq, since: since)
        } then: { [self] outcome in
            switch outcome {
            case .proven: forgetting.proof?.auditSeq = 0
            case .unfinished: break
            case .unsynced(let why), .failed(let why): postpone(proof.number, why)
            }
            tidied()
        }
    }
}
