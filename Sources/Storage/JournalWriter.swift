// The writing end of the journal: one segment open, batches appended and synced one after the other. Used on the journal's
// thread only.

import Platform
import Trading

/// A group of records that become durable together.
struct JournalBatch: Sendable {
    let number: Int64
    /// The records and the line that closes the batch.
    let bytes: [UInt8]
    let lastSeq: Int64
    let at: Timestamp
}

/// Why a batch is not durable.
enum JournalProblem: Error {
    /// The segment is as it was before; the batch can be made again later.
    case nothingStored(StorageFailure)
    /// It may be stored or not, and nothing about the disk can be believed.
    case unknown(StorageFailure)
}

final class JournalWriter {
    private let disk: any Disk
    private let options: StoreOptions
    private var file: (any DiskFile)?
    private var offset: Int64 = 0
    private var headerBytes: Int64 = 0
    private var openedAt: Timestamp
    /// The segment that is open or was open last.
    private(set) var number: Int64
    private var id: String
    private var lastSeq: Int64
    private var lastBatch: Int64
    private var isSealed = true
    /// Why nothing is written any more: a sync failed, so what the segment has is not known, and nothing may seem to follow it.
    private var broken: StorageFailure?

    init(disk: any Disk, options: StoreOptions, number: Int64, id: String, lastSeq: Int64, lastBatch: Int64, at now: Timestamp) {
        self.disk = disk
        self.options = options
        self.number = number
        self.id = id
        self.lastSeq = lastSeq
        self.lastBatch = lastBatch
        openedAt = now
    }

    /// How long the open segment is.
    var bytes: Int64 { offset }

    /// Appends a batch and returns when it is durable.
    func write(_ batch: JournalBatch) throws(JournalProblem) {
        if let broken { throw .unknown(broken) }
        let isFull = offset + Int64(batch.bytes.count) > options.segmentBytes && offset > headerBytes
        if file == nil || isFull || batch.at - openedAt >= options.segmentAge { try rotate(at: batch.at) }
        try append(batch.bytes)
        lastSeq = batch.lastSeq
        lastBatch = batch.number
        isSealed = false
    }

    /// Says that everything so far was synced; nothing when that was said already.
    func seal(at now: Timestamp) throws(JournalProblem) {
        guard !isSealed, file != nil else { return }
        try append(JournalLine.seal(lastBatch, at: now))
        isSealed = true
    }

    /// Says durably that all in the segments up to `proven` stands in files of its own, so that who misses one of them knows why.
    func announce(proven: Int64, at now: Timestamp) throws(JournalProblem) {
        if let broken { throw .unknown(broken) }
        if file == nil { try rotate(at: now) }
        try append(JournalLine.seal(lastBatch, proven: proven, at: now))
        isSealed = true
    }

    /// Closes the open segment and makes the next: reserved, its header durable, its name durable, and only then used.
    func rotate(at now: Timestamp) throws(JournalProblem) {
        try finish(at: now)
        let next = number + 1
        let path = SegmentHeader.path(next)
        let header = SegmentHeader(
            number: next, id: Crypto.hex(options.randomBytes(16)), previous: id, previousLast: lastSeq, firstBatch: lastBatch + 1, at: now)
        file = try make(path, header.line)
        number = next
        id = header.id
        headerBytes = Int64(header.line.count)
        offset = headerBytes
        openedAt = now
        isSealed = true
    }

    private func make(_ path: String, _ header: [UInt8]) throws(JournalProblem) -> any DiskFile {
        let made: any DiskFile
        do {
            made = try disk.open(path, for: .creating)
        } catch {
            if error.kind == .alreadyExists { throw .unknown(.damaged(file: path, why: "somebody else made it while this server runs")) }
            throw .nothingStored(DataFolder.translate(error, disk))
        }
        do {
            try made.reserve(bytes: options.segmentBytes, keepingSize: true)
            try made.write(header, at: 0)
        } catch {
            removeUnfinished(path)
            throw .nothingStored(DataFolder.translate(error, disk))
        }
        do {
            if !options.without.contains(.segmentDurableBeforeUse) {
                try made.sync()
                try disk.syncDirectory("journal")
            }
        } catch {
            throw .unknown(.io(error))
        }
        return made
    }

    /// Seals and gives back what was reserved beyond the end.
    func finish(at now: Timestamp) throws(JournalProblem) {
        try seal(at: now)
        guard let file else { return }
        self.file = nil
        do {
            try file.truncate(to: offset)
        } catch {
            // Only the reserved space behind the end stays taken; the segment itself is whole and synced.
            options.notice(StorageNotice(.warning, "reservation_kept", ["file": SegmentHeader.path(number), "why": "\(error)"]))
        }
    }

    /// As `finish`, with a seal also where there is a header only: without it the next start cannot know that the header's sync came
    /// through, and writes the segment anew.
    func close(at now: Timestamp) throws(JournalProblem) {
        if file != nil, offset == headerBytes { isSealed = false }
        try finish(at: now)
    }

    private func append(_ bytes: [UInt8]) throws(JournalProblem) {
        guard let file else { preconditionFailure("A segment is open when something is appended.") }
        do {
            try file.write(bytes, at: offset)
        } catch let cause {
            // Cut back what arrived, durably: were it to come to life again behind a later segment's back, the journal would
            // look like two lives mixed. The segment is not used any more.
            self.file = nil
            do {
                try file.truncate(to: offset)
                try file.sync()
            } catch {
                broken = .io(error)
                throw .unknown(.io(error))
            }
            throw .nothingStored(DataFolder.translate(cause, disk))
        }
        do {
            try file.sync()
        } catch {
            self.file = nil
            broken = .io(error)
            throw .unknown(.io(error))
        }
        offset += Int64(bytes.count)
    }

    private func removeUnfinished(_ path: String) {
        do {
            try disk.remove(path)
        } catch {
            options.notice(StorageNotice(.error, "segment_not_removed", ["file": path, "why": "\(error)"]))
        }
    }
}
