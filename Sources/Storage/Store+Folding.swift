// Which books are folded, and when: those that were proven and have a long file, one at a time. How it is done is in `BookFold`.

import Platform
import Trading

extension Store {
    /// A book was read back from the disk and is complete.
    func isReadAndProven(_ key: BookKey, _ facts: BookProof.Facts) {
        guard facts.longestBytes > options.compactionBytes || !facts.leftovers.isEmpty else { return }
        forgetting.revisit(key, at: loop.monotonicNanoseconds)
    }

    /// Folds the next book whose time has come; says whether there was one.
    func tidyBooks() -> Bool {
        let now = loop.monotonicNanoseconds
        guard let key = forgetting.takeRevisit(at: now) else { return false }
        if hasEnded(key.user) {
            tidied()
            return true
        }
        let open = books[key]
        if let open, !open.isReady || open.isHeld || suspectBooks.contains(key) {
            if !open.isEdited { revisitLater(key) }
            tidied()
            return true
        }
        var mark = bookMarks[key]
        if let open {
            mark = BookMark(
                v: open.appendedV, crc: open.appendedCRC, oldestSegment: ownSegment, lost: mark?.lost ?? 0,
                generation: max(mark?.generation ?? 0, open.installedGeneration))
        }
        let fold = BookFold(
            loader: loader(key, mark: mark), without: options.without, leastBytes: options.compactionBytes,
            archiveBytes: options.archiveBytes, retention: options.retention, margin: options.archiveMargin)
        onDisk { thread -> Result<BookFold.Outcome?, StorageFailure> in
            do throws(StorageFailure) {
                guard thread.hasRoomToFold else { return .success(BookFold.Outcome(hasMore: true)) }
                if !thread.options.without.contains(.foldOnlySynced) {
                    guard try BookProof.settle(key, on: thread.disk, thread.options) else { return .success(nil) }
                }
                return .success(try fold.run(on: thread.disk, thread.files, thread.options.notice))
            } catch {
                return .failure(error)
            }
        } then: { [self] result in
            switch result {
            case .success(let outcome?):
                if !outcome.written.isEmpty {
                    let files = outcome.written.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " ")
                    options.notice(StorageNotice(.info, "book_folded", ["user": key.user.text, "book": key.book.text, "files": files]))
                }
                if outcome.hasMore { revisitLater(key) }
            case .success(nil):
                // Edited, or a sync failed: the proof of its segment says so and does what has to be done.
                forgetting.isDoubtful(key)
                suspectBooks.insert(key)
            case .failure(let failure):
                options.notice(StorageNotice(.warning, "book_not_folded", ["user": key.user.text, "why": "\(failure)"]))
            }
            tidied()
        }
        return true
    }

    private func revisitLater(_ key: BookKey) {
        // Often enough that little more than the retention stays unfolded, seldom enough that reading it does not matter.
        forgetting.revisit(key, at: loop.monotonicNanoseconds + options.retention.nanoseconds / 4 + 1_000_000_000)
    }
}
