// The end of the newest segment after a crash: what is whole stays, what is not goes to quarantine, and the file is written anew
// and synced before anything is served. That also makes durable what a failed sync may have left in the page cache only.

import Platform
import Trading

extension JournalScan {
    /// Whether the newest segment ends as a clean shutdown leaves it.
    var endsClean: Bool {
        guard let newest = segments.last else { return true }
        return newest.header != nil && tail.bad.isEmpty && tail.open.isEmpty && tail.lastBatchLine == nil && !tail.endsWithoutFeed
    }

    /// Lets the last records count, as far as each continues its book, and writes the newest segment anew where that is needed.
    ///
    /// `hasPredecessor` says whether a book's own files hold the transaction before a record whose predecessor the journal lacks.
    func settleEnd(
        heals: Bool, at now: Timestamp, hasPredecessor: (BookKey, Int64, UInt32?) throws(StorageFailure) -> Bool
    ) throws(StorageFailure) {
        guard let newest = segments.last else { return }
        if tail.good.isEmpty {
            segments.removeLast()
            let isUnfinished = tail.bytes <= JournalScan.longestHeaderBytes
            notice(
                StorageNotice(
                    isUnfinished ? .warning : .error, isUnfinished ? "segment_unfinished" : "segment_unreadable",
                    ["file": SegmentHeader.path(newest.number), "bytes": "\(tail.bytes)"]))
            guard heals else { return }
            do {
                try Quarantine.move([SegmentHeader.path(newest.number)], as: "journal", on: disk, at: now)
                try disk.syncDirectory("journal")
            } catch {
                throw .io(error)
            }
            return
        }
        let isDoubtful = !tail.bad.isEmpty || !tail.suspects.isEmpty
        for suspect in tail.suspects {
            notice(StorageNotice(.warning, "unacknowledged_record_lost", ["record": "\(suspect)"]))
        }
        tail.suspects = []
        let last = try kept(tail.last, isDoubtful, hasPredecessor)
        let open = try kept(tail.open, isDoubtful, hasPredecessor)
        // A clean end without a seal is a header alone. Its sync may have failed, and then only the cache has it.
        guard heals, !endsClean || tail.good.count == 1, !without.contains(.healBeforeServing) else { return }
        try rewrite(newest, last, open, at: now)
    }

    /// Of a copy: forgets what segments before a hole say of documents that have no file.
    ///
    /// All that stood in those and in the hole was in its own files before the copy began. So whoever has none was deleted, by a record
    /// that was released before the copy came to it.
    func dropOvertaken() throws(StorageFailure) {
        guard hasHole else { return }
        let first = completeFrom
        do throws(DiskFailure) {
            try documents.removeAll { path, mark throws(DiskFailure) in
                guard mark.seq < first, mark.lost <= mark.dv else { return false }
                return try self.disk.status(of: path.filePath) == nil
            }
        } catch {
            throw .io(error)
        }
    }

    /// No header is longer, and a header with the shortest record and its batch is. A segment that has no good line and is no longer was
    /// still being made when a crash came: nothing goes in before its header is durable.
    static let longestHeaderBytes: Int64 = 260

    private func kept(
        _ records: [OpenRecord], _ isDoubtful: Bool, _ hasPredecessor: (BookKey, Int64, UInt32?) throws(StorageFailure) -> Bool
    ) throws(StorageFailure) -> [OpenRecord] {
        var kept: [OpenRecord] = []
        for open in records {
            if isDoubtful, open.v > 0 {
                let key = books.keys[open.book]
                let continues: Bool
                let mark = books.marks[open.book]
                if let mark, mark.lost >= open.v - 1, mark.lost > 0 {
                    // What is missing before it was acknowledged, so this may have been, too: whether the book can be proven is
                    // decided when it is loaded.
                    continues = true
                } else if let mark, mark.v > 0, open.v == mark.v + 1 {
                    continues = open.previous == mark.crc
                } else if open.v == 1 {
                    continues = open.previous == nil
                } else {
                    // The files of a copy may have been read later than its journal, and the book went on from them.
                    continues = try hasPredecessor(key, open.v - 1, open.previous)
                }
                guard continues else {
                    notice(
                        StorageNotice(
                            .warning, "unacknowledged_record_dropped",
                            ["user": key.user.text, "book": key.book.text, "v": "\(open.v)"]))
                    audit.removeAll { $0.seq == open.seq }
                    continue
                }
            }
            apply(open)
            kept.append(open)
        }
        return kept
    }

    private func rewrite(_ segment: Segment, _ last: [OpenRecord], _ open: [OpenRecord], at now: Timestamp) throws(StorageFailure) {
        let path = SegmentHeader.path(segment.number)
        let wasClean = endsClean
        var doubtful = Set((tail.last + tail.open).map(\.range))
        if let line = tail.lastBatchLine { doubtful.insert(line) }
        do throws(DiskFailure) {
            let old = try disk.open(path, for: .reading)
            let temporary = "journal/.tmp-" + path.dropFirst("journal/".count)
            let new = try disk.createAnew(temporary)
            var written: Int64 = 0
            func put(_ bytes: [UInt8]) throws(DiskFailure) {
                try new.write(bytes, at: written)
                written += Int64(bytes.count)
            }
            var moves: [(old: Range<Int64>, new: Int64)] = []
            func copy(_ range: Range<Int64>) throws(DiskFailure) {
                moves.append((range, written))
                var at = range.lowerBound
                var last: UInt8 = 0
                while at < range.upperBound {
                    let chunk = try old.read(at: at, count: Int(min(Int64(LineStream.chunkBytes), range.upperBound - at)))
                    guard !chunk.isEmpty else { throw DiskFailure(.other, "read all of", path) }
                    try put(chunk)
                    last = chunk[chunk.count - 1]
                    at += Int64(chunk.count)
                }
                if last != 0x0A { try put([0x0A]) }
            }
            if segment.header == nil {
                // The header is damaged and its records are not: they need a header to be found again.
                let header = SegmentHeader(
                    number: segment.number, id: "lost-" + SealedLine.hexText(UInt32(truncatingIfNeeded: now.microseconds)),
                    previous: segments.dropLast().last?.header?.id ?? SegmentHeader.genesis,
                    previousLast: segments.dropLast().map(\.lastSeq).max() ?? 0, firstBatch: 1, at: now)
                try put(header.line)
                segments[segments.count - 1].header = header
            }
            var run: Range<Int64>?
            for line in tail.good where !doubtful.contains(line) {
                if let current = run, current.upperBound == line.lowerBound, !tail.salvaged.contains(line) {
                    run = current.lowerBound..<line.upperBound
                } else {
                    if let run { try copy(run) }
                    run = line
                }
            }
            if let run { try copy(run) }
            var batch = lastBatch
            if tail.lastBatchLine != nil {
                for record in last { try copy(record.range) }
                try put(JournalLine.batch(batch, members(of: last)))
            }
            if !open.isEmpty {
                batch += 1
                for record in open { try copy(record.range) }
                try put(JournalLine.batch(batch, members(of: open)))
            }
            try put(JournalLine.seal(batch, at: now))
            lastBatch = batch
            if !tail.bad.isEmpty {
                var refused: [UInt8] = []
                for bad in tail.bad where refused.count < JournalScan.keptBadBytes {
                    refused += try old.read(at: bad.lowerBound, count: Int(min(bad.upperBound - bad.lowerBound, 1 << 20)))
                }
                try Quarantine.keep(refused, named: "segment-\(segment.number).bytes", as: "journal", on: disk, at: now)
            }
            try new.sync()
            try disk.rename(temporary, to: path)
            try disk.syncDirectory("journal")
            movePlaces(in: segment.number, moves.sorted { $0.old.lowerBound < $1.old.lowerBound })
        } catch {
            throw .io(error)
        }
        guard !wasClean else { return }
        notice(
            StorageNotice(
                .info, "segment_healed",
                ["file": path, "refused": "\(tail.bad.count)", "records": "\(last.count + open.count)"]))
    }

    /// Records stand elsewhere in the new file.
    private func movePlaces(in segment: Int64, _ moves: [(old: Range<Int64>, new: Int64)]) {
        func moved(_ place: RecordPlace) -> RecordPlace {
            guard place.segment == segment else { return place }
            var low = 0
            var high = moves.count
            while low < high {
                let middle = (low + high) / 2
                if moves[middle].old.upperBound <= place.offset { low = middle + 1 } else { high = middle }
            }
            precondition(low < moves.count && moves[low].old.contains(place.offset), "A record that counts was copied.")
            return RecordPlace(
                segment: segment, offset: moves[low].new + place.offset - moves[low].old.lowerBound, length: place.length, v: place.v)
        }
        for number in books.marks.indices {
            if let places = books.marks[number]?.places { books.marks[number]?.places = places.map(moved) }
        }
        documents.changeAll { mark in
            if mark.place.segment == segment, mark.dv > 0 { mark.place = moved(mark.place) }
        }
    }

    /// How many refused bytes are kept for people to look at.
    static let keptBadBytes = 4 << 20
}
