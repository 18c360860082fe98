// Room for the next segment, made while the present one fills. A sync of a file that grows has to wait for the file system's own journal;
// one of bytes that were there before waits for the disk alone, in half the time. So the room is filled, and what is not written yet can
// be told from everything that ever is: a tab stands in no line of ours, because JSON escapes it, and every JSON reader passes over it.

import Platform

enum SpareSegment {
    /// Where it waits; a start removes what an earlier life left.
    static let path = "journal/.tmp-next"
    /// What stands where nothing was written yet.
    static let filler = UInt8(ascii: "\t")
    /// How much one step of its making fills and syncs, so that nothing else on the disk waits long.
    static let stepBytes: Int64 = 1 << 20

    /// What is written in one call: the kernel copies it without a break, and the journal may want the processor.
    private static let pieceBytes: Int64 = 1 << 17

    /// Fills the next part of it and makes that durable; returns where it ends now.
    static func fill(from offset: Int64, to end: Int64, on disk: any Disk) throws(DiskFailure) -> Int64 {
        let file = offset == 0 ? try disk.createAnew(path) : try disk.open(path, for: .updating)
        let stop = min(offset + stepBytes, end)
        let piece = [UInt8](repeating: filler, count: Int(min(pieceBytes, stop - offset)))
        var at = offset
        while at < stop {
            try file.write(stop - at < pieceBytes ? Array(piece[..<Int(stop - at)]) : piece, at: at)
            at += min(pieceBytes, stop - at)
        }
        try file.sync()
        return stop
    }

    /// Removes it when it is there.
    static func remove(on disk: any Disk) throws(DiskFailure) {
        if try disk.status(of: path) != nil { try disk.remove(path) }
    }

    /// Where nothing was written any more, in a line that is not whole; nil when it is damaged otherwise.
    ///
    /// One flipped bit can make a tab of another character, but neither of the brace that a line begins with nor two of them.
    static func start(in line: UnsafeRawBufferPointer) -> Int? {
        var at = 0
        while at < line.count {
            if line[at] == filler, at == 0 || (at + 1 < line.count && line[at + 1] == filler) { return at }
            at += 1
        }
        return nil
    }

    /// Whether a line is nothing but zeros, as far as it goes.
    static func isFilling(_ line: UnsafeRawBufferPointer) -> Bool { !line.isEmpty && line.allSatisfy { $0 == 0 } }

    /// Whether anything stands in the file behind room that nothing was written to, but zeros to its end.
    static func isWritten(behind offset: Int64, of file: any DiskFile) throws(DiskFailure) -> Bool {
        var offset = offset
        while true {
            let chunk = try file.read(at: offset, count: LineStream.chunkBytes)
            if !chunk.allSatisfy({ $0 == filler || $0 == 0 }) { return true }
            if chunk.count < LineStream.chunkBytes { return false }
            offset += Int64(chunk.count)
        }
    }
}
