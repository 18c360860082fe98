// Lines of a file, one after the other, in bounded memory. Whether a line is whole and what it says is the caller's business.

import Platform

/// Reads a file in chunks and hands out its lines.
struct LineStream {
    /// One line and where it stands.
    struct Line {
        /// Without the line feed.
        let bytes: UnsafeRawBufferPointer
        let offset: Int64
        let isTerminated: Bool

        /// Where the next line begins.
        var end: Int64 { offset + Int64(bytes.count) + (isTerminated ? 1 : 0) }
    }

    /// Small enough to stay in the processor's cache between reading, checking and parsing, and in the heap between two chunks.
    static let chunkBytes = 1 << 16
    /// What has no line feed for so long is handed out in pieces: two joined lines fit, a hole of zeros does not fill the memory.
    static let pieceBytes = 4 << 20

    /// Calls `visit` for every line from `start` to the end of the file or to `end`; it returns false to stop.
    ///
    /// What a chunk cuts off of its last line is read again with the next: less work than moving it. A line that no chunk holds gets chunks
    /// of twice the size until one does.
    static func read(
        _ file: any DiskFile, from start: Int64 = 0, to end: Int64 = .max, _ visit: (Line) throws(StorageFailure) -> Bool
    ) throws(StorageFailure) {
        var offset = start
        var size = chunkBytes
        while true {
            let chunk: [UInt8]
            do {
                chunk = try file.read(at: offset, count: Int(min(Int64(size), end - offset)))
            } catch {
                throw .io(error)
            }
            let isLast = chunk.count < size
            let outcome: Result<(used: Int, goesOn: Bool), StorageFailure> = chunk.withUnsafeBytes { bytes in
                var at = 0
                do throws(StorageFailure) {
                    while at < bytes.count {
                        let feed = lineFeed(in: bytes, from: at)
                        if feed == nil, !isLast, bytes.count - at < pieceBytes { break }
                        let line = Line(
                            bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<(feed ?? bytes.count)]), offset: offset + Int64(at),
                            isTerminated: feed != nil)
                        at = (feed ?? bytes.count - 1) + 1
                        if try !visit(line) { return .success((at, false)) }
                    }
                } catch {
                    return .failure(error)
                }
                return .success((at, true))
            }
            let (used, goesOn) = try outcome.get()
            guard goesOn, !isLast else { return }
            size = used == 0 ? size * 2 : chunkBytes
            offset += Int64(used)
        }
    }

    /// The next line feed, eight bytes at a time.
    static func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var at = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while at + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian ^ (ones &* 0x0A)
            let hits = (word &- ones) & ~word & (ones << 7)
            if hits != 0 { return at + hits.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count {
            if bytes[at] == 0x0A { return at }
            at += 1
        }
        return nil
    }

    /// Where the line that begins at `start` ends, its line feed included.
    static func endOfLine(in bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBytes { (lineFeed(in: $0, from: start) ?? $0.count - 1) + 1 }
    }
}
