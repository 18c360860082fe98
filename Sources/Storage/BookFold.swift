// Folding: a book's files written anew without the lines that nobody needs any more, and with old trades and finished orders in
// archives. Every file changes by itself, by a rename, and every mixture of old and new files is the same book. What is newer than the
// retention stays line by line, so that a copy of the running folder finds in one file what it has not in another. Used on the disk
// thread only.

import Platform
import Trading

struct BookFold: Sendable {
    /// Its mark is what the files hold now.
    let loader: BookLoader
    let without: Set<ProtocolRule>
    /// A file is folded when it is longer than this and more than half of it goes.
    let leastBytes: Int
    /// The longest archive.
    let archiveBytes: Int
    let retention: Duration
    /// How much longer than the retention a file keeps what is in an archive: its making has no sharper time than the second.
    let margin: Duration

    struct Outcome: Sendable {
        var written: [String] = []
        /// Whether something may be folded later that cannot be now.
        var hasMore = false
    }

    private var key: BookKey { loader.key }
    private var now: Timestamp { loader.now }

    /// Nothing when the files are not what the store left, or not complete: then they are somebody else's business.
    func run(on disk: any Disk, _ files: BookFiles, _ notice: (StorageNotice) -> Void) throws(StorageFailure) -> Outcome? {
        let walk = try loader.walkAlone(on: disk)
        do throws(DiskFailure) {
            guard try files.areAsLeft(key, on: disk) else { return nil }
            var outcome = Outcome()
            try removeLeftovers(walk, on: disk, &outcome)
            guard walk.texts.contains(where: { $0.bytes.count > leastBytes }), let base = base(walk) else {
                outcome.hasMore = outcome.hasMore || walk.texts.contains { $0.bytes.count > leastBytes }
                return outcome
            }
            let plans = BookFile.allCases.map { plan($0, walk, base) }
            for plan in plans {
                let (pending, given) = try pending(plan, walk, base, on: disk, notice)
                var last = pending.last?.header
                var newest = try key.archives(plan.file, on: disk).last ?? 0
                var isGone = Set(pending.flatMap { $0.lines.map(\.n) })
                while let archive = archive(plan, walk, base, without: isGone, after: last, newest) {
                    let path = key.archivePath(plan.file, archive.header.part)
                    try disk.replace(path, with: archive.bytes)
                    outcome.written.append(path)
                    isGone.formUnion(archive.lines)
                    (last, newest) = (archive.header, archive.header.part)
                }
                guard let content = content(plan, walk, base, giving: given) else { continue }
                let path = key.path(plan.file)
                files.changed(key, plan.file, try files.replace(path, with: content))
                outcome.written.append(path)
            }
            if walk.texts.contains(where: { $0.bytes.count > leastBytes }) { outcome.hasMore = true }
            return outcome
        } catch {
            throw DataFolder.translate(error, disk)
        }
    }

    // MARK: The base

    /// Where folding ends: the last act of which it and all before are old enough.
    private struct Base {
        let v: Int64
        let n: SIMD3<Int64>
        let fc: SIMD3<UInt32>
        /// Meta's line of it.
        let meta: BookLine
    }

    private func base(_ walk: BookWalk) -> Base? {
        let text = walk.texts[BookFile.meta.rawValue]
        let limit = without.contains(.foldOnlyOlderThanRetention) ? now : now - retention
        return text.bytes.withUnsafeBytes { bytes in
            var found: Base?
            for line in walk.accepted(.meta) {
                var row = RowReader(UnsafeRawBufferPointer(rebasing: bytes[line.start..<line.end]))
                guard let at = row.time("t"), at <= limit, let n = row.value("n").flatMap({ row.counts($0) }),
                    let fc = row.value("fc").flatMap({ row.sums($0) })
                else { break }
                found = Base(v: line.v, n: n, fc: fc, meta: line)
            }
            return found
        }
    }

    // MARK: What stays of a file

    /// The lines up to the base that still say something, in the order of their first appearance, and those after it.
    private struct Plan {
        let file: BookFile
        var rows: [BookLine] = []
        /// How many of `rows` from the first on may go to an archive.
        var finished = 0
        var later: ArraySlice<BookLine> = []
    }

    private func plan(_ file: BookFile, _ walk: BookWalk, _ base: Base) -> Plan {
        var plan = Plan(file: file)
        let lines = walk.accepted(file)
        // Rows that are folded already may be of any act up to the file's own base.
        let header = walk.texts[file.rawValue].header ?? BookHeader()
        let folded = lines.prefix(Int(header.rows))
        let rest = lines.dropFirst(Int(header.rows))
        let split = rest.firstIndex { $0.v > base.v } ?? rest.endIndex
        let old = Array(folded) + rest[rest.startIndex..<split]
        plan.later = rest[split...]
        switch file {
        case .trades:
            plan.rows = old
            plan.finished = old.count
        case .meta:
            plan.rows = [base.meta]
        case .orders, .positions:
            keepLast(of: old, walk, &plan)
        }
        return plan
    }

    private func keepLast(of lines: [BookLine], _ walk: BookWalk, _ plan: inout Plan) {
        let text = walk.texts[plan.file.rawValue]
        var keys = KeyTable()
        var last: [(line: BookLine, isDone: Bool)] = []
        text.bytes.withUnsafeBytes { bytes in
            func row(_ line: BookLine) -> RowReader { RowReader(UnsafeRawBufferPointer(rebasing: bytes[line.start..<line.end])) }
            for line in lines {
                var row = row(line)
                guard let key = BookFold.keyBytes(plan.file, &row) else { continue }
                let number = keys.number(of: key)
                let isDone = plan.file == .orders ? BookFold.isFinished(&row) : row.quantity("quantity") == .zero
                if number < last.count { last[number] = (line, isDone) } else { last.append((line, isDone)) }
            }
            guard plan.file == .orders else {
                plan.rows = last.filter { !$0.isDone }.map(\.line)
                return
            }
            plan.rows = last.map(\.line)
            // Only from the first on: an archive is read before the file, and orders have to come in the order they came in.
            var isTouched = [Bool](repeating: false, count: last.count)
            for line in plan.later {
                var row = row(line)
                if let number = BookFold.keyBytes(plan.file, &row).flatMap({ keys.known($0) }) { isTouched[number] = true }
            }
            plan.finished = zip(last, isTouched).prefix { $0.0.isDone && !$0.1 }.count
        }
    }

    /// What makes two lines of orders or positions lines of the same.
    private static func keyBytes(_ file: BookFile, _ row: inout RowReader) -> UnsafeRawBufferPointer? {
        if file == .orders { return row.value("order_id").map { row.raw($0) } }
        guard let symbol = row.value("symbol"), row.value("exchange") != nil, let product = row.value("product"), symbol.start < product.end
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: row.bytes[symbol.start..<product.end])
    }

    private static func isFinished(_ row: inout RowReader) -> Bool {
        guard let status = row.text("status").flatMap({ OrderState(rawValue: $0) }) else { return false }
        return !status.isWorking && row.units("reserved") == 0
    }

    // MARK: Archives

    /// Archives that the file has not given its lines to yet, and those of them that it may now.
    private func pending(
        _ plan: Plan, _ walk: BookWalk, _ base: Base, on disk: any Disk, _ notice: (StorageNotice) -> Void
    ) throws(DiskFailure) -> (all: [BookArchive], given: [BookArchive]) {
        guard plan.file == .orders || plan.file == .trades else { return ([], []) }
        let text = walk.texts[plan.file.rawValue]
        let header = text.header ?? BookHeader()
        var known: [Int64: UInt32] = [:]
        for line in plan.rows { known[line.n] = line.crc }
        var expectedN = text.archives.last?.header.toN ?? 0
        var expectedPart = header.parts.isEmpty ? nil : header.parts.last + 1
        var found: [BookArchive] = []
        for part in try key.archives(plan.file, on: disk) where header.parts.isEmpty || part > header.parts.last {
            let path = key.archivePath(plan.file, part)
            let bytes = try disk.readAll(path, limitBytes: loader.limitBytes) ?? []
            let archive = BookArchive(plan.file, part: part, bytes)
            if let archive, archive.header.generation < header.generation {
                // Of a book that an install replaced.
                if let status = try disk.status(of: path), isOld(status) { try disk.remove(path) }
                continue
            }
            guard let archive, archive.header.generation == header.generation, expectedPart ?? part == part,
                plan.file != .trades || archive.header.fromN == expectedN, archive.lines.allSatisfy({ known[$0.n] == $0.crc })
            else {
                notice(StorageNotice(.warning, "archive_refused", ["file": path]))
                try Quarantine.move([path], as: key.user.text, on: disk, at: now)
                try disk.syncDirectory(key.directory)
                continue
            }
            expectedPart = part + 1
            expectedN = archive.header.toN
            found.append(archive)
        }
        let given = found.prefix {
            $0.header.v <= base.v && (now - $0.header.at >= retention + margin || without.contains(.giveAwayAfterRetention))
        }
        return (found, Array(given))
    }

    private struct NewArchive {
        let header: BookArchive.Header
        let bytes: [UInt8]
        let lines: [Int64]
    }

    /// The next archive, when what may go and is in no archive yet is enough for one.
    private func archive(
        _ plan: Plan, _ walk: BookWalk, _ base: Base, without gone: Set<Int64>, after last: BookArchive.Header?, _ newest: Int64
    ) -> NewArchive? {
        guard plan.file == .orders || plan.file == .trades else { return nil }
        let text = walk.texts[plan.file.rawValue]
        let header = text.header ?? BookHeader()
        guard base.v >= header.baseV else { return nil }
        let rows = plan.rows.prefix(plan.finished).filter { !gone.contains($0.n) }
        // In proportion to what is archived, so that even a long history has few archives.
        let archived = text.archives.reduce(0) { $0 + $1.bytes.count }
        let least = min(archiveBytes, max(leastBytes, archived / 4)) / 2
        var taken = 0
        var bytes = 0
        for line in rows {
            guard bytes + line.end - line.start + 1 <= archiveBytes else { break }
            bytes += line.end - line.start + 1
            taken += 1
        }
        guard taken > 0, bytes >= least else { return nil }
        let before = last ?? text.archives.last?.header
        let isTrades = plan.file == .trades
        let fromN = isTrades ? before?.toN ?? 0 : 0
        let fromFC = isTrades ? before?.toFC ?? 0 : 0
        var (sum, running): (UInt32, UInt32) = (0, fromFC)
        for line in rows.prefix(taken) {
            sum = SealedLine.fold(sum, line.crc)
            running = SealedLine.fold(running, line.crc)
        }
        // Numbered after all there are, whatever book they were of.
        let made = BookArchive.Header(
            part: max(header.parts.last, newest) + 1, generation: header.generation, v: base.v, fromN: fromN, fromFC: fromFC,
            toN: isTrades ? fromN + Int64(taken) : base.n[plan.file.rawValue], toFC: isTrades ? running : base.fc[plan.file.rawValue],
            rows: Int64(taken), rowsFC: sum, at: now)
        return NewArchive(
            header: made, bytes: made.line(plan.file, of: key) + copy(rows.prefix(taken), text), lines: rows.prefix(taken).map(\.n))
    }

    // MARK: Writing

    private func content(_ plan: Plan, _ walk: BookWalk, _ base: Base, giving given: [BookArchive]) -> [UInt8]? {
        let text = walk.texts[plan.file.rawValue]
        guard let old = text.header, base.v >= old.baseV, text.bytes.count > leastBytes else { return nil }
        let isGone = Set(given.flatMap { $0.lines.map(\.n) })
        let rows = plan.file == .meta ? plan.rows : plan.rows.filter { !isGone.contains($0.n) }
        var (parts, partsFC) = (old.parts, old.partsFC)
        if let first = given.first, let last = given.last {
            parts = ArchiveParts(first: old.parts.isEmpty ? first.header.part : old.parts.first, last: last.header.part)
            partsFC = given.reduce(partsFC) { SealedLine.fold($0, $1.header.rowsFC) }
        }
        var sum: UInt32 = 0
        for line in rows { sum = SealedLine.fold(sum, line.crc) }
        let index = plan.file.rawValue
        let header = BookHeader(
            baseV: base.v, baseN: plan.file == .meta ? 0 : base.n[index], baseFC: plan.file == .meta ? 0 : base.fc[index],
            rows: Int64(rows.count), generation: old.generation, parts: parts, partsFC: partsFC, rowsFC: sum)
        let bytes = header.line(plan.file, of: key) + copy(rows[...], text) + copy(plan.later, text)
        return bytes.count * 2 < text.bytes.count ? bytes : nil
    }

    private func copy(_ lines: ArraySlice<BookLine>, _ text: BookFileText) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.end - $1.start + 1 })
        for line in lines {
            bytes += text.bytes[line.start..<line.end]
            bytes.append(0x0A)
        }
        return bytes
    }

    // MARK: Leftovers

    private func isOld(_ status: FileStatus) -> Bool { now.microseconds - status.modifiedMicroseconds > retention.wholeMicroseconds }

    /// Files that an install wrote beside the book's own: those are proven complete, so once no copy can need the others they go.
    private func removeLeftovers(_ walk: BookWalk, on disk: any Disk, _ outcome: inout Outcome) throws(DiskFailure) {
        for path in try key.leftovers(disk) {
            guard let status = try disk.status(of: path) else { continue }
            if isOld(status) { try disk.remove(path) } else { outcome.hasMore = true }
        }
    }
}
