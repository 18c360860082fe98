// Single records out of the journal, for a book or document whose files are behind it. The scan of everything is `JournalScan`.

import Platform

enum JournalRead {
    /// A record as one line without its line feed.
    static func record(at place: RecordPlace, on disk: any Disk) throws(StorageFailure) -> [UInt8] {
        let path = SegmentHeader.path(place.segment)
        var bytes: [UInt8]
        do {
            bytes = try disk.open(path, for: .reading).read(at: place.offset, count: place.length)
        } catch {
            throw .io(error)
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        guard bytes.withUnsafeBytes({ SealedLine.check($0) }) != nil else {
            throw .damaged(file: path, why: "the record at byte \(place.offset) changed since the start")
        }
        return bytes
    }

    /// The records of one book above `v`, by version: from the remembered places, or by scanning where those do not reach back.
    static func records(of key: BookKey, mark: BookMark, above v: Int64, on disk: any Disk) throws(StorageFailure) -> [Int64: [UInt8]] {
        var found: [Int64: [UInt8]] = [:]
        guard mark.v > v else { return found }
        for place in mark.places where place.v > v { found[place.v] = try record(at: place, on: disk) }
        if (v + 1...mark.v).allSatisfy({ found[$0] != nil }) { return found }
        // The newest first: what files lack are the last acts, and those who look for them stop as soon as they have them all.
        for number in try JournalScan.numbers(on: disk).reversed() where number >= mark.oldestSegment {
            if (v + 1...mark.v).allSatisfy({ found[$0] != nil }) { break }
            let file: any DiskFile
            do {
                file = try disk.open(SegmentHeader.path(number), for: .reading)
            } catch {
                throw .io(error)
            }
            func take(_ line: UnsafeRawBufferPointer) {
                guard SealedLine.check(line) != nil, let record = ParsedRecord(line, withRows: false), record.v > v, record.key == key
                else { return }
                found[record.v] = Array(line)
            }
            try LineStream.read(file) { line in
                if SealedLine.check(line.bytes) != nil {
                    take(line.bytes)
                } else {
                    for part in SealedLine.salvage(line.bytes) { take(UnsafeRawBufferPointer(rebasing: line.bytes[part])) }
                }
                return true
            }
        }
        return found
    }
}
