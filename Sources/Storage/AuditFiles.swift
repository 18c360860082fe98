// Who did what: one file a day, each line naming the hash of the line before, so that nothing can be taken out unseen. The entries
// come out of the journal records that caused them and are written behind them; after a crash the journal fills the gap.

import Platform
import Trading

final class AuditFiles {
    private let disk: any Disk
    private let notice: (StorageNotice) -> Void
    private var day: CivilDate?
    private var offset: Int64 = 0
    private var count: Int64 = 0
    private var previous = AuditFiles.genesis
    /// The last record whose entries are in the files.
    private(set) var lastSeq: Int64 = 0
    /// How many entries of that record are in them; a cut append may have left out the rest.
    private var lastEntries = 0
    /// What was written since the last checkpoint, and where: a sync that failed may have lost it.
    private var unsynced: [(path: String, offset: Int64, bytes: [UInt8])] = []
    /// A sync of a day failed since the last checkpoint.
    private(set) var isInDoubt = false
    /// How far the files were read back from the disk.
    private var proven: (day: CivilDate, offset: Int64, seq: Int64)?

    static let genesis = "genesis"
    static let version: Int64 = 1

    init(disk: any Disk, notice: @escaping (StorageNotice) -> Void) {
        self.disk = disk
        self.notice = notice
    }

    static func path(_ day: CivilDate) -> String { "audit/" + day.description + ".jsonl" }

    static func days(on disk: any Disk) throws(DiskFailure) -> [CivilDate] {
        var days: [CivilDate] = []
        try disk.list("audit") { entry in
            if entry.name.hasSuffix(".jsonl"), let day = CivilDate(entry.name.dropLast(6)) { days.append(day) }
            return true
        }
        return days.sorted()
    }

    /// Finds the end of the newest file; what a crash left behind the last whole line is moved to quarantine and cut.
    func recover(at now: Timestamp) throws(StorageFailure) {
        do {
            for day in try AuditFiles.days(on: disk).reversed() {
                if try recover(day, at: now) { return }
            }
        } catch let failure as DiskFailure {
            throw .io(failure)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk and the format fail here: \(error)")
        }
    }

    /// Whether the day's file has a header and is now the one that is written.
    private func recover(_ day: CivilDate, at now: Timestamp) throws -> Bool {
        let path = AuditFiles.path(day)
        let file = try disk.open(path, for: .updating)
        var whole: Int64 = 0
        var lines: Int64 = 0
        var newest: Range<Int64> = 0..<0
        var newer: Int64?
        var seq: Int64 = 0
        var entries = 0
        try LineStream.read(file) { line in
            guard line.isTerminated, SealedLine.check(line.bytes) != nil else { return false }
            var row = RowReader(line.bytes)
            if lines == 0 {
                guard row.text("fmt") == "tradehouse.audit", let version = row.int("ver") else { return false }
                if version > AuditFiles.version {
                    newer = version
                    return false
                }
            } else {
                guard let at = AuditFiles.seq(line.bytes) else { return false }
                entries = at == seq ? entries + 1 : 1
                seq = at
            }
            lines += 1
            whole = line.end
            newest = line.offset..<line.offset + Int64(line.bytes.count)
            return true
        }
        if let newer { throw StorageFailure.newerFormat(file: path, version: newer) }
        let bytes = try file.status().bytes
        if whole < bytes {
            let cut = try file.read(at: whole, count: Int(min(bytes - whole, 4 << 20)))
            try Quarantine.keep(cut, named: day.description + ".jsonl", as: "audit", on: disk, at: now)
            try file.truncate(to: whole)
            notice(StorageNotice(.warning, "audit_cut", ["file": path, "bytes": "\(bytes - whole)"]))
        }
        guard lines > 0 else {
            try disk.remove(path)
            return false
        }
        self.day = day
        offset = whole
        count = lines - 1
        // The next line continues the newest; whether the older ones continue each other is what a check looks at.
        previous = Crypto.hex(Crypto.sha256(try file.read(at: newest.lowerBound, count: newest.count)))
        lastSeq = seq
        lastEntries = entries
        // A day that has a header only says nothing about the records before; the day before it does.
        if lines == 1 { (lastSeq, lastEntries) = try last(before: day) }
        return true
    }

    private func last(before day: CivilDate) throws -> (seq: Int64, entries: Int) {
        for earlier in try AuditFiles.days(on: disk).reversed() where earlier < day {
            var seq: Int64 = 0
            var entries = 0
            try LineStream.read(try disk.open(AuditFiles.path(earlier), for: .reading)) { line in
                if SealedLine.check(line.bytes) != nil, let at = AuditFiles.seq(line.bytes) {
                    entries = at == seq ? entries + 1 : 1
                    seq = at
                }
                return true
            }
            if seq > 0 { return (seq, entries) }
        }
        return (0, 0)
    }

    /// The record that caused an entry.
    static func seq(_ line: UnsafeRawBufferPointer) -> Int64? {
        var row = RowReader(line)
        guard let ref = row.value("ref"), ref.kind == .nested else { return nil }
        var inner = RowReader(line, at: ref.start)
        return inner.int("seq")
    }

    enum Proof: Sendable, Equatable {
        case proven
        /// More has to be read for an answer.
        case unfinished
        /// A sync failed: what was written last may be nowhere but in the cache.
        case unsynced(String)
        case failed(String)
    }

    /// Whether the files have the entries of every record up to `seq` on the disk, reading on from where the last proof ended; entries
    /// of records since `start` are in files of that day or later. Reads at most `proofBytes` at once.
    func prove(upTo seq: Int64, since start: CivilDate, without: Set<ProtocolRule>) -> Proof {
        if let proven, proven.seq >= seq { return .proven }
        guard lastSeq >= seq else { return .failed("the audit ends before record \(seq)") }
        do {
            let days = try AuditFiles.days(on: disk).filter { $0 >= max(start, proven?.day ?? start) }
            guard let day = days.first else { return .failed("the audit of \(start) is missing") }
            var at = proven?.day == day ? proven?.offset ?? 0 : 0
            var reached = proven?.seq ?? 0
            let file = try disk.open(AuditFiles.path(day), for: .reading)
            if at == 0 || day == days.last, !without.contains(.verifyAgainAfterStart) {
                do {
                    try file.sync()
                } catch {
                    return .unsynced("\(error)")
                }
                try file.dropCache()
                // Its name may be of a start that ended before any checkpoint.
                if !without.contains(.syncFolders) { try disk.syncDirectory("audit") }
            }
            let first = at
            var damaged: Int64?
            try LineStream.read(file, from: at) { line in
                guard line.isTerminated, SealedLine.check(line.bytes) != nil else {
                    damaged = line.offset
                    return false
                }
                at = line.end
                if let seq = AuditFiles.seq(line.bytes) { reached = max(reached, seq) }
                return at - first < AuditFiles.proofBytes
            }
            if let damaged { return .failed("\(AuditFiles.path(day)) is damaged at byte \(damaged)") }
            proven = (day, at, reached)
            if reached >= seq { return .proven }
            if at > first, at < (try file.status().bytes) { return .unfinished }
            guard let next = days.dropFirst().first else { return .failed("the audit files end before record \(seq)") }
            proven = (next, 0, reached)
            return .unfinished
        } catch {
            return .failed("\(error)")
        }
    }

    static let proofBytes: Int64 = 1 << 20

    /// Appends the entries of records, in their order; entries that are in the files already are passed over.
    func append(_ backlog: [AuditBacklog]) throws(DiskFailure) {
        var index = 0
        while index < backlog.count {
            guard backlog[index].seq >= lastSeq else {
                index += 1
                continue
            }
            // A clock that steps back must not reopen a closed day: its chain has gone on.
            let target = max(backlog[index].day, day ?? backlog[index].day)
            if target != day { try begin(target) }
            var writer = RowWriter()
            var next = (hash: previous, lines: count, seq: lastSeq, entries: lastEntries)
            while index < backlog.count, backlog[index].day <= target {
                let entry = backlog[index]
                if entry.seq >= next.seq {
                    let known = entry.seq == next.seq ? next.entries : 0
                    next.entries = AuditFiles.write(entry, after: known, to: &writer, &next.lines, &next.hash)
                    next.seq = entry.seq
                }
                index += 1
            }
            let file = try disk.open(AuditFiles.path(target), for: .updating)
            do {
                try file.write(writer.bytes, at: offset)
            } catch let failure {
                try file.truncate(to: offset)
                throw failure
            }
            unsynced.append((AuditFiles.path(target), offset, writer.bytes))
            offset += Int64(writer.bytes.count)
            (previous, count, lastSeq, lastEntries) = next
        }
    }

    /// Makes a day durable before the next begins: the newest day says up to which record the audit is written, so no earlier one may lack
    /// what comes before.
    private func settle(_ day: CivilDate) throws(DiskFailure) {
        if isInDoubt { try writeAgain() }
        do throws(DiskFailure) {
            try disk.open(AuditFiles.path(day), for: .updating).sync()
        } catch {
            isInDoubt = true
            throw error
        }
        try disk.syncDirectory("audit")
    }

    /// Everything that was written is synced.
    func checkpointed() {
        unsynced = []
        isInDoubt = false
    }

    /// Makes the pages of what was written since the last checkpoint dirty again, after a sync that may have dropped them.
    func writeAgain() throws(DiskFailure) {
        for (path, offset, bytes) in unsynced { try disk.open(path, for: .updating).write(bytes, at: offset) }
    }

    /// Returns how many entries the record has.
    private static func write(
        _ entry: AuditBacklog, after known: Int, to writer: inout RowWriter, _ lines: inout Int64, _ hash: inout String
    ) -> Int {
        var members: [(body: [UInt8], ref: String?)] = []
        entry.entries.withUnsafeBytes { bytes in
            let reader = RowReader(bytes)
            let whole = RowValue(start: 0, end: bytes.count, kind: .nested, isEscaped: false)
            for element in reader.elements(whole) ?? [] {
                var row = RowReader(bytes, at: element.lowerBound)
                var kept: [UInt8] = []
                var ref: String?
                while let (key, value) = row.next() {
                    if row.equals(key, "ref") {
                        ref = row.text(value)
                        continue
                    }
                    if !kept.isEmpty { kept.append(UInt8(ascii: ",")) }
                    kept.append(contentsOf: bytes[key.start - 1..<(value.kind == .string ? value.end + 1 : value.end)])
                }
                members.append((kept, ref))
            }
        }
        for member in members.dropFirst(known) {
            let start = writer.bytes.count
            lines += 1
            writer.raw("{\"i\":")
            writer.decimalDigits(lines)
            writer.time("t", entry.at)
            writer.text("u", entry.user.text)
            writer.raw(",\"ref\":{\"seq\":")
            writer.decimalDigits(entry.seq)
            if let ref = member.ref { writer.text("id", ref) }
            writer.raw("},")
            writer.bytes.append(contentsOf: member.body)
            writer.text("prev", hash)
            SealedLine.seal(&writer.bytes, from: start)
            hash = Crypto.hex(Crypto.sha256(writer.bytes[start..<writer.bytes.count - 1]))
        }
        return members.count
    }

    private func begin(_ next: CivilDate) throws(DiskFailure) {
        if let day { try settle(day) }
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", "tradehouse.audit")
        writer.int("ver", AuditFiles.version)
        writer.text("day", next.description)
        writer.text("prev", previous)
        SealedLine.seal(&writer.bytes)
        let file = try disk.createAnew(AuditFiles.path(next))
        try file.write(writer.bytes, at: 0)
        unsynced.append((AuditFiles.path(next), 0, writer.bytes))
        day = next
        offset = Int64(writer.bytes.count)
        count = 0
        previous = Crypto.hex(Crypto.sha256(writer.bytes.dropLast()))
    }
}
