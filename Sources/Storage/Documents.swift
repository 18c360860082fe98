// Small documents on disk: one sealed line a file, replaced as a whole. What their members mean is in `UserFiles`, `SessionFiles`
// and the like; which of file and journal is newer is decided here.

import Platform
import Trading
import Wire

/// A document as it was read.
struct LoadedDocument: Sendable {
    /// 0 when it never existed.
    let dv: Int64
    /// The checksum of its line; nil when it does not exist (any more).
    let crc: UInt32?
    let value: JSONValue?
    /// What it costs in memory, about.
    let bytes: Int

    static let absent = LoadedDocument(dv: 0, crc: nil, value: nil, bytes: 0)
}

enum Documents {
    /// Members that the store adds to a body.
    static let reservedNames = ["fmt", "ver", "dv", "seq", "crc"]
    static let version: Int64 = 1

    /// The line of a document's file.
    static func line(_ path: DocumentPath, dv: Int64, seq: Int64, body: some Collection<UInt8>) -> (bytes: [UInt8], crc: UInt32) {
        var writer = RowWriter()
        writer.raw("{")
        writer.firstText("fmt", path.folder.format)
        writer.int("ver", version)
        if body.count > 2 {
            writer.raw(",")
            writer.bytes.append(contentsOf: body.dropFirst().dropLast())
        }
        writer.int("dv", dv)
        writer.int("seq", seq)
        let crc = SealedLine.seal(&writer.bytes)
        return (writer.bytes, crc)
    }

    /// The newer of file and journal; puts the file right where the journal is ahead and `mends`. Where the disk has no room for that,
    /// `readsOn` leaves it to the next time.
    static func load(
        _ path: DocumentPath, mark: DocumentMark?, loginsAfter: Int64, on disk: any Disk, mends: Bool = true, readsOn: Bool = false
    ) throws(StorageFailure) -> LoadedDocument {
        var stored = try read(path, on: disk, toleratingDamage: (mark?.dv ?? 0) > 0)
        if let mark, mark.dv > stored?.dv ?? 0 {
            stored = try replay(path, mark, over: stored, on: disk, mends: mends, readsOn: readsOn)
        }
        if let mark, mark.lost > stored?.dv ?? mark.dv {
            throw .documentQuarantined(path, why: "version \(mark.lost) was acknowledged and its journal record is damaged")
        }
        guard let stored else { return LoadedDocument(dv: mark?.dv ?? 0, crc: nil, value: nil, bytes: 0) }
        if path.isLogin, stored.seq <= loginsAfter { return LoadedDocument(dv: stored.dv, crc: stored.crc, value: nil, bytes: 0) }
        guard case .object(var body) = stored.value else {
            throw .documentQuarantined(path, why: "it is not an object")
        }
        for name in reservedNames { body[name] = nil }
        return LoadedDocument(dv: stored.dv, crc: stored.crc, value: .object(body), bytes: stored.bytes)
    }

    private struct Stored {
        let dv: Int64
        let seq: Int64
        let crc: UInt32
        let value: JSONValue
        let bytes: Int
    }

    private static func read(_ path: DocumentPath, on disk: any Disk, toleratingDamage: Bool) throws(StorageFailure) -> Stored? {
        let bytes: [UInt8]?
        do {
            bytes = try disk.readAll(path.filePath, limitBytes: SealedLine.limitBytes + 1)
        } catch {
            throw .io(error)
        }
        guard let bytes else { return nil }
        switch parse(bytes, path) {
        case .success(let stored): return stored
        case .failure(let failure):
            // The journal's version replaces it, so the damage costs nothing.
            if case .documentQuarantined = failure, toleratingDamage { return nil }
            throw failure
        }
    }

    /// The version in the file; nil when there is none, throws when it is damaged.
    static func version(_ path: DocumentPath, on disk: any Disk) throws(StorageFailure) -> Int64? {
        try read(path, on: disk, toleratingDamage: false)?.dv
    }

    private static func parse(_ bytes: [UInt8], _ path: DocumentPath) -> Result<Stored, StorageFailure> {
        let line = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
        let crc = line.withUnsafeBytes { SealedLine.check($0) }
        guard let crc else { return .failure(.documentQuarantined(path, why: "its checksum is wrong")) }
        guard let value = try? JSONParser.parse(line), let version = value["ver"]?.int64, let dv = value["dv"]?.int64,
            let seq = value["seq"]?.int64, value["fmt"]?.string == path.folder.format
        else { return .failure(.documentQuarantined(path, why: "a member is missing")) }
        guard version <= Documents.version else { return .failure(.newerFormat(file: path.filePath, version: version)) }
        return .success(Stored(dv: dv, seq: seq, crc: crc, value: value, bytes: line.count))
    }

    private static func replay(
        _ path: DocumentPath, _ mark: DocumentMark, over stored: Stored?, on disk: any Disk, mends: Bool, readsOn: Bool
    ) throws(StorageFailure) -> Stored? {
        if mark.isDeleted, stored == nil {
            // The record has nothing to add, so its line may even have gone bad since its segment got an index.
            guard mends else { return nil }
            do throws(DiskFailure) {
                if try disk.status(of: path.filePath) != nil { try disk.remove(path.filePath) }
            } catch {
                throw .io(error)
            }
            return nil
        }
        let bytes = try JournalRead.record(at: mark.place, on: disk)
        let found = bytes.withUnsafeBytes { line -> (body: [UInt8]?, previous: UInt32?)? in
            guard let record = ParsedRecord(line), let document = record.documents.first(where: { $0.path == path && $0.dv == mark.dv })
            else { return nil }
            return (document.body.map { Array(line[$0]) }, document.previous)
        }
        guard let found else { throw .documentQuarantined(path, why: "its journal record cannot be read") }
        if let stored, let previous = found.previous, stored.dv == mark.dv - 1, stored.crc != previous {
            throw .documentQuarantined(path, why: "file and journal disagree about version \(stored.dv)")
        }
        do {
            guard let body = found.body else {
                if mends, try disk.status(of: path.filePath) != nil { try disk.remove(path.filePath) }
                return nil
            }
            let (line, _) = Documents.line(path, dv: mark.dv, seq: mark.seq, body: body)
            if mends { try mend(line, at: path, on: disk, readsOn: readsOn) }
            return try parse(line, path).get()
        } catch let failure as DiskFailure {
            throw .io(failure)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            preconditionFailure("Only the disk and the format fail here: \(error)")
        }
    }

    private static func mend(_ line: [UInt8], at path: DocumentPath, on disk: any Disk, readsOn: Bool) throws(DiskFailure) {
        do throws(DiskFailure) {
            try write(line, to: path, on: disk)
        } catch {
            // The journal keeps it until the file is proven to have it.
            guard error.kind == .noSpace, readsOn else { throw error }
        }
    }

    /// Replaces the file; durable with the next checkpoint, until then the journal has it.
    static func write(_ line: [UInt8], to path: DocumentPath, on disk: any Disk) throws(DiskFailure) {
        do {
            try disk.replace(path.filePath, with: line, syncs: false)
        } catch {
            guard error.kind == .notFound else { throw error }
            var reached = ""
            for component in path.directory.split(separator: "/") {
                reached += (reached.isEmpty ? "" : "/") + component
                try disk.makeDirectory(reached)
            }
            try disk.replace(path.filePath, with: line, syncs: false)
        }
    }
}
