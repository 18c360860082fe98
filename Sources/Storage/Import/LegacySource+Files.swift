// Finding and reading the files of an export. The source is only ever read, below its own root, and no link is followed: `Disk`
// refuses what is not a plain file.

import Platform
import Trading
import Wire

/// Where an export is: a folder or one file in it.
package struct LegacySource {
    let disk: any Disk
    /// The only file wanted, or nothing for all.
    let onlyFile: String?

    /// The export in words for the operator.
    var name: String { onlyFile.map { disk.location + "/" + $0 } ?? disk.location }

    /// An export below `disk`; with `onlyFile`, just that file of it.
    package init(_ disk: any Disk, onlyFile: String? = nil) {
        self.disk = disk
        self.onlyFile = onlyFile
    }

    /// An export at a path of the real disk, which may name a folder or a file.
    ///
    /// A link there is followed, since the operator named it; one below is not.
    package init(path: String) throws(ImportFailure) {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard !trimmed.isEmpty else { throw ImportFailure(attempt: "read the export", reason: "its path is empty") }
        var folder = "."
        var name = trimmed
        if let slash = trimmed.lastIndex(of: "/") {
            folder = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
            name = trimmed[trimmed.index(after: slash)...]
        }
        do throws(DiskFailure) {
            // A plain file: the folder around it, and only this name of it.
            if !name.isEmpty, name != ".", name != "..", let found = try PosixDisk(root: folder).status(of: String(name)),
                !found.isDirectory
            {
                self.init(try PosixDisk(root: folder), onlyFile: String(name))
            } else {
                self.init(try PosixDisk(root: String(trimmed)))
            }
        } catch {
            let reason = error.kind == .notFound ? "there is no such folder or file" : error.description
            throw ImportFailure(attempt: "read \(path)", reason: reason)
        }
    }

    /// What a folder holds.
    struct Contents {
        var folder = ""
        var sets: [LegacySet] = []
        var unknownFiles: [String] = []
        var otherFiles: [String] = []
    }

    /// The sets of collections of the source.
    ///
    /// They are in the folder itself, or in the database's folder of a dump below it or below its `dump`. Folders of other
    /// databases are not looked into unless there is exactly one and it holds collections.
    func contents(_ limits: ImportLimits = .init()) throws(ImportFailure) -> Contents {
        let here = try scan("", limits.names)
        if !here.contents.sets.isEmpty || onlyFile != nil { return here.contents }
        if let found = try database(in: here.folders, below: "", limits.names) { return found }
        if here.folders.contains(LegacySource.dumpFolder) {
            let dump = try scan(LegacySource.dumpFolder, limits.names)
            if !dump.contents.sets.isEmpty { return dump.contents }
            if let found = try database(in: dump.folders, below: LegacySource.dumpFolder + "/", limits.names) { return found }
        }
        return here.contents
    }

    private static let databaseFolder = "smart_algo_trade"
    private static let dumpFolder = "dump"

    private func database(in folders: [String], below prefix: String, _ limit: Int) throws(ImportFailure) -> Contents? {
        if folders.contains(LegacySource.databaseFolder) {
            let contents = try scan(prefix + LegacySource.databaseFolder, limit).contents
            if !contents.sets.isEmpty { return contents }
        }
        var found: [Contents] = []
        for folder in folders.sorted() where folder != LegacySource.databaseFolder && folder != LegacySource.dumpFolder {
            let contents = try scan(prefix + folder, limit).contents
            if !contents.sets.isEmpty { found.append(contents) }
        }
        guard found.count <= 1 else {
            let names = found.map(\.folder).joined(separator: ", ")
            throw ImportFailure(attempt: "choose an export", reason: "there are several below the folder (\(names)); name one of them")
        }
        return found.first
    }

    private func scan(_ folder: String, _ limit: Int) throws(ImportFailure) -> (contents: Contents, folders: [String]) {
        var names: [String] = []
        var folders: [String] = []
        do throws(DiskFailure) {
            try disk.list(folder) { entry in
                if entry.isDirectory { folders.append(entry.name) } else { names.append(entry.name) }
                return names.count + folders.count <= limit
            }
        } catch {
            throw ImportFailure(attempt: "list the export", reason: error.description)
        }
        guard names.count + folders.count <= limit else {
            throw ImportFailure(attempt: "list the export", reason: "the folder holds more than \(limit) names")
        }
        var contents = Contents(folder: folder)
        var sets: [LegacySetName: [LegacyFile]] = [:]
        for name in names.sorted() where onlyFile == nil || onlyFile == name {
            let path = folder.isEmpty ? name : folder + "/" + name
            switch LegacyFileName(name) {
            case .collection(let set, let kind, let format):
                let bytes: Int64
                do throws(DiskFailure) {
                    bytes = try disk.status(of: path)?.bytes ?? 0
                } catch {
                    throw ImportFailure(attempt: "look at \(path)", reason: error.description)
                }
                sets[set, default: []].append(LegacyFile(path: path, kind: kind, format: format, bytes: bytes))
            case .unknown: contents.unknownFiles.append(path)
            case .other: contents.otherFiles.append(path)
            }
        }
        contents.sets = sets.map { LegacySet(name: $0.key, files: LegacySource.inReadingOrder($0.value)) }.sorted { $0.name < $1.name }
        return (contents, folders)
    }

    private static func inReadingOrder(_ files: [LegacyFile]) -> [LegacyFile] {
        LegacyKind.allCases.flatMap { kind in files.filter { $0.kind == kind } }
    }
}
