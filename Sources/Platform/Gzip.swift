// gzip in memory and as a stream: archives, backups and legacy dumps. Packing the same bytes gives the same bytes.

import CPlatform

/// Why packed bytes could not be unpacked.
package enum GzipFailure: Error, Equatable {
    /// Not gzip, or damaged: a wrong magic, code, length or checksum.
    case corrupt
    /// The bytes end inside a member.
    case truncated
    /// It would unpack to more than the caller allows.
    case tooLong(limitBytes: Int)
    case noMemory
}

/// gzip of whole arrays.
package enum Gzip {
    /// One gzip member, without name or time. `level` is zlib's: 1 fast, 9 small.
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        precondition((0...9).contains(level), "A gzip level is 0 to 9.")
        let bound = cp_gzip_bound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, made in
            let length = bytes.withUnsafeBytes { cp_gzip($0.baseAddress, $0.count, Int32(level), buffer.baseAddress, bound) }
            precondition(length > 0, "zlib could not pack: out of memory.")
            made = length
        }
    }

    /// All members of `bytes` unpacked, at most `limitBytes`.
    package static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(GzipFailure) -> [UInt8] {
        let reader = try GunzipReader(limitBytes: limitBytes)
        reader.feed(bytes)
        var result: [UInt8] = []
        while let piece = try reader.read() {
            result.append(contentsOf: piece)
        }
        try reader.finish()
        return result
    }
}

/// Unpacks gzip piece by piece: `feed` packed bytes, `read` until nil, repeat, then `finish`.
///
/// Holds one fed piece and zlib's window, whatever the length of the whole.
package final class GunzipReader {
    /// The most bytes that one `read` returns.
    package static let pieceBytes = 65_536

    /// Bytes unpacked so far.
    package private(set) var producedBytes = 0

    private let stream: OpaquePointer
    private let limitBytes: Int
    private var input: [UInt8] = []
    private var position = 0
    private var isBetweenMembers = false
    private var hasBegun = false

    /// A reader that refuses to unpack more than `limitBytes`.
    package init(limitBytes: Int) throws(GzipFailure) {
        guard let made = cp_gunzip_new() else { throw .noMemory }
        stream = made
        self.limitBytes = limitBytes
    }

    deinit {
        cp_gunzip_free(stream)
    }

    /// Adds packed bytes. Best called when `read` has returned nil.
    package func feed(_ bytes: [UInt8]) {
        if position == input.count {
            input = bytes
        } else {
            input.removeSubrange(..<position)
            input.append(contentsOf: bytes)
        }
        position = 0
    }

    /// The next unpacked bytes, or nil when more must be fed.
    package func read() throws(GzipFailure) -> [UInt8]? {
        while true {
            // Without input zlib may still hold output of what it took; only a member's end leaves nothing.
            if position == input.count, isBetweenMembers || !hasBegun { return nil }
            // One byte of room beyond the limit tells "exactly at it" from "over it".
            let room = min(Self.pieceBytes, limitBytes - producedBytes + 1)
            var taken = 0
            var state: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, made in
                state = input.withUnsafeBytes {
                    cp_gunzip_step(
                        stream, $0.baseAddress.map { $0 + position }, $0.count - position, buffer.baseAddress, room, &taken, &made)
                }
            }
            position += taken
            hasBegun = hasBegun || taken > 0
            producedBytes += piece.count
            if state == cp_gunzip_corrupt.rawValue { throw .corrupt }
            if state == cp_gunzip_no_memory.rawValue { throw .noMemory }
            if producedBytes > limitBytes { throw .tooLong(limitBytes: limitBytes) }
            isBetweenMembers = state == cp_gunzip_member_end.rawValue
            if !piece.isEmpty { return piece }
            if taken == 0 { return nil }
        }
    }

    /// Called after the last piece: throws when the bytes ended inside a member, or there were none.
    package func finish() throws(GzipFailure) {
        guard hasBegun, isBetweenMembers, position == input.count else { throw .truncated }
    }
}
