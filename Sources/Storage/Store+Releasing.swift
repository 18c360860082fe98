// The end of segments: that they are proven is said in the journal, and the retention after that they go, oldest first.

import Platform
import Trading

extension Store {
    /// Says in the journal which segments are proven; from then on they stay for the retention.
    ///
    /// Who copies the folder over an older copy may find a segment in the listing and then no more, and keeps what the older copy had of
    /// it. The announcement stands in a later segment, and as it was durable before the copy began, the copy has it.
    func announce(through number: Int64) {
        guard !options.without.contains(.announceBeforeRelease) else {
            shelf.announced(through: number, at: loop.monotonicNanoseconds)
            return tidied()
        }
        let now = now
        onJournal { journal -> Result<JournalEnd, JournalProblem> in
            do throws(JournalProblem) {
                try journal.announce(proven: number, at: now)
                return .success(JournalEnd(segment: journal.number, bytes: journal.bytes))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .success(let end):
                shelf.written(end.segment, bytes: end.bytes, firstSeq: nil)
                shelf.announced(through: number, at: loop.monotonicNanoseconds)
            case .failure(.nothingStored(.storageFull)):
                // A journal that cannot be written may be what fills the disk, so its end cannot wait for a line in it.
                shelf.announced(through: number, at: loop.monotonicNanoseconds)
            case .failure(.nothingStored(let cause)): postpone(number, "\(cause)")
            case .failure(.unknown(let cause)):
                end = .outcomeUnknown
                options.fatal(cause)
            }
            tidied()
        }
    }

    /// Where the journal ends after something was written to it.
    private struct JournalEnd: Sendable {
        let segment: Int64
        let bytes: Int64
    }

    func release(_ segment: JournalShelf.Segment) {
        let now = now
        onDisk { thread -> DiskFailure? in
            do throws(DiskFailure) {
                let index = SegmentIndex.path(segment.number)
                if try thread.disk.status(of: index) != nil { try thread.disk.remove(index) }
                let path = SegmentHeader.path(segment.number)
                if try thread.disk.status(of: path) == nil {
                    // An attempt before this one came so far.
                } else if segment.isDamaged {
                    try Quarantine.move([path], as: "journal", on: thread.disk, at: now)
                } else {
                    try thread.disk.remove(path)
                }
                // One after the other: were a younger one gone and an older still there, the older would look like all there is.
                try thread.disk.syncDirectory("journal")
                return nil
            } catch {
                return error
            }
        } then: { [self] failure in
            if let failure {
                // It may be gone or not; nothing else goes before that is known.
                postpone(segment.number, "\(failure)")
                return tidied()
            }
            shelf.release(at: loop.monotonicNanoseconds)
            oldestRetainedSeq = max(oldestRetainedSeq, shelf.oldestSeq ?? nextSeq)
            let gone = bookMarks.drop(through: segment.number)
            documentMarks.drop(through: segment.number)
            deletions.drop(through: segment.number)
            erasures = erasures.filter { !$0.value.isFinished || $0.value.segment > segment.number }
            options.notice(
                StorageNotice(.info, "segment_released", ["segment": "\(segment.number)", "bytes": "\(segment.bytes)"]))
            // Taken apart over there: a large one takes longer than a turn may.
            queue.submit { _ = gone.count }
            tidied()
        }
    }
}
