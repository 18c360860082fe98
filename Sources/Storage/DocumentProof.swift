// Whether small documents stand in their own files as the journal has them, as the disk has them. Their folders were synced by the
// checkpoint before. Used on the disk thread only.

import Platform
import Trading

enum DocumentProof {
    enum Outcome: Sendable, Equatable {
        case proven
        /// There is no file: right when the document was deleted since.
        case absent
        /// A sync of the file failed: what it was given last may be nowhere but in the cache.
        case unsynced(String)
        case failed(String)
    }

    /// What is asked about one document.
    struct Request: Sendable {
        let path: DocumentPath
        /// Its file must have this version or a newer one.
        let dv: Int64
        /// What a start knows of it from the journal.
        let mark: DocumentMark?
    }

    /// Whether the file has version `dv` or a newer one.
    static func run(_ path: DocumentPath, dv: Int64, on disk: any Disk, _ options: StoreOptions) -> Outcome {
        do {
            let file: any DiskFile
            do throws(DiskFailure) {
                file = try disk.open(path.filePath, for: .reading)
            } catch {
                if error.kind == .notFound { return .absent }
                throw StorageFailure.io(error)
            }
            if !options.without.contains(.verifyAgainAfterStart) {
                do throws(DiskFailure) {
                    try file.sync()
                } catch {
                    return .unsynced("\(error)")
                }
                do throws(DiskFailure) {
                    try file.dropCache()
                } catch {
                    throw StorageFailure.io(error)
                }
            }
            guard let stored = try Documents.version(path, on: disk) else { return .absent }
            return stored >= dv ? .proven : .failed("\(path) has version \(stored), the journal \(dv)")
        } catch {
            return .failed("\(error)")
        }
    }
}
