// One file of an export as documents, compressed or not, in pieces: no file is ever held whole.

import Platform
import Wire

/// Reads one file of an export item by item.
struct LegacyFileReader {
    static let chunkBytes = 64 * 1024

    /// Why the rest of a file could not be read.
    enum Trouble: Error {
        case disk(DiskFailure)
        case gzip(GzipFailure)

        var code: ImportCode {
            switch self {
            case .disk: .unreadable
            case .gzip(.truncated): .truncated
            case .gzip(.tooLong): .tooLong
            case .gzip(.corrupt), .gzip(.noMemory): .gzip
            }
        }
    }

    /// Exactly one of the two is there. They are not cases of one enum, so that their buffers are changed in place.
    private var json: ExtendedJSONReader?
    private var bson: BSONReader?
    private let file: any DiskFile
    private var gunzip: GunzipReader?
    private var hasEnded = false
    /// Bytes of the file itself that were read.
    private(set) var bytesRead: Int64 = 0
    /// Where the last item stood, 0 before the first.
    private(set) var position = 0

    init(_ path: String, _ format: LegacyFileName.Format, on disk: any Disk, _ limits: ImportLimits) throws(Trouble) {
        file = try LegacyFileReader.onDisk { () throws(DiskFailure) in try disk.open(path, for: .reading) }
        switch format {
        case .json: json = ExtendedJSONReader()
        case .bson: bson = BSONReader()
        }
        let file = file
        let magic = try LegacyFileReader.onDisk { () throws(DiskFailure) in try file.read(at: 0, count: 2) }
        if magic == [0x1F, 0x8B] {
            gunzip = try LegacyFileReader.unpacking { () throws(GzipFailure) in
                try GunzipReader(limitBytes: limits.unpackedBytes)
            }
        }
    }

    /// The next document or broken one, or nothing at the end. After it has thrown there is no more to come.
    mutating func next() throws(Trouble) -> ExtendedItem? {
        while true {
            if let item = json?.next() ?? bson?.next() {
                switch item {
                case .document(_, let place), .broken(_, let place): position = place
                }
                return item
            }
            guard !hasEnded, bson?.isLost != true else { return nil }
            if let bytes = try chunk() {
                json?.feed(bytes)
                bson?.feed(bytes)
            } else {
                hasEnded = true
                json?.finish()
                bson?.finish()
            }
        }
    }

    /// The next bytes after unpacking, or nothing at the end of the file.
    private mutating func chunk() throws(Trouble) -> [UInt8]? {
        guard let gunzip else { return try read() }
        while true {
            if let piece = try LegacyFileReader.unpacking({ () throws(GzipFailure) in try gunzip.read() }) { return piece }
            guard let packed = try read() else {
                try LegacyFileReader.unpacking { () throws(GzipFailure) in try gunzip.finish() }
                return nil
            }
            gunzip.feed(packed)
        }
    }

    private mutating func read() throws(Trouble) -> [UInt8]? {
        let offset = bytesRead
        let file = file
        let bytes = try LegacyFileReader.onDisk { () throws(DiskFailure) in
            try file.read(at: offset, count: LegacyFileReader.chunkBytes)
        }
        bytesRead += Int64(bytes.count)
        return bytes.isEmpty ? nil : bytes
    }

    private static func onDisk<Value>(_ body: () throws(DiskFailure) -> Value) throws(Trouble) -> Value {
        do throws(DiskFailure) { return try body() } catch { throw .disk(error) }
    }

    private static func unpacking<Value>(_ body: () throws(GzipFailure) -> Value) throws(Trouble) -> Value {
        do throws(GzipFailure) { return try body() } catch { throw .gzip(error) }
    }
}
