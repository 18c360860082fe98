// Reading small documents: from memory when they are there, from the newer of file and journal otherwise.

import Platform
import Trading
import Wire

extension Store {
    /// The newest version of a document, without the members that the store adds; nil when it does not exist.
    ///
    /// What is returned is what was committed last, durable or not; who shows it waits for `settled`.
    package func document(_ path: DocumentPath) async throws(StorageFailure) -> JSONValue? {
        if let known = cache.document(at: path) { return known.value }
        let result = await withCheckedContinuation { continuation in
            document(path) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `document(_:)`, for callers that cannot wait.
    package func document(_ path: DocumentPath, _ done: @escaping (Result<JSONValue?, StorageFailure>) -> Void) {
        if let known = cache.document(at: path) { return done(.success(known.value)) }
        if let end { return done(.failure(end)) }
        let finish: (Result<LoadedDocument, StorageFailure>) -> Void = { result in done(result.map(\.value)) }
        if let waiting = documentLoads[path] {
            documentLoads[path] = waiting + [finish]
            return
        }
        documentLoads[path] = [finish]
        guard backlog.documents[path] != nil || isAppending else { return read(path) }
        appendBacklog { [self] in read(path) }
    }

    private func read(_ path: DocumentPath) {
        if backlog.documents[path] != nil {
            // Its file could not be brought up to date, so what it says is old.
            return finish(path, .failure(.storageFull))
        }
        let mark = documentMarks[path]
        let loginsAfter = format.loginsAfter
        onDisk { thread -> Result<LoadedDocument, StorageFailure> in
            do throws(StorageFailure) {
                return .success(try Documents.load(path, mark: mark, loginsAfter: loginsAfter, on: thread.disk, readsOn: true))
            } catch {
                return .failure(error)
            }
        } then: { [self] in
            finish(path, $0)
        }
    }

    private func finish(_ path: DocumentPath, _ result: Result<LoadedDocument, StorageFailure>) {
        let waiting = documentLoads.removeValue(forKey: path) ?? []
        if let end, case .outcomeUnknown = end {
            // The journal may have a newer version, or not: what was read while it failed is no answer.
            for done in waiting { done(.failure(end)) }
            return
        }
        // What was committed while the file was read is newer.
        if let known = cache.document(at: path) {
            for done in waiting { done(.success(known)) }
            return
        }
        switch result {
        case .success(let loaded): cache.keep(loaded, at: path)
        case .failure(let failure):
            if case .documentQuarantined(_, let why) = failure {
                options.notice(StorageNotice(.error, "document_quarantined", ["path": path.text, "why": why]))
            }
        }
        for done in waiting { done(result) }
    }

    /// The version that the next change of the document will have, where it is known without reading.
    package func nextVersion(of path: DocumentPath) -> Int64? {
        cache.document(at: path).map { $0.dv > 0 ? $0.dv + 1 : max(nextSeq, 1) }
    }

    /// Names of documents below `prefix` (`users`, `sessions`, `index/session`), ascending, at most `limit` of them, beginning after
    /// `after`. Fewer than `limit` means that there are no more.
    ///
    /// Names only, so memory depends on `limit` and not on the number of users.
    package func documents(
        under prefix: String, after: DocumentPath? = nil, limit: Int
    ) async throws(StorageFailure) -> [DocumentPath] {
        let result = await withCheckedContinuation { continuation in
            documents(under: prefix, after: after, limit: limit) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `documents(under:after:limit:)`, for callers that cannot wait.
    package func documents(
        under prefix: String, after: DocumentPath? = nil, limit: Int, _ done: @escaping (Result<[DocumentPath], StorageFailure>) -> Void
    ) {
        if let end { return done(.failure(end)) }
        let folder = prefix + "/"
        appendBacklog { [self] in
            // Documents that a crash left in the journal only get their files first; there are as many as one checkpoint interval makes.
            let unlisted = documentMarks.under(folder).filter { $0.value.lost <= $0.value.dv && !$0.value.isListed }
            let marks = unlisted.map { (path: $0.key, mark: $0.value) }.sorted { $0.path < $1.path }
            onDisk { thread -> Result<[DocumentPath], StorageFailure> in
                do throws(StorageFailure) {
                    for (path, mark) in marks { _ = try Documents.load(path, mark: mark, loginsAfter: 0, on: thread.disk) }
                    return .success(try DocumentList.names(under: prefix, after: after?.text ?? "", limit: limit, on: thread.disk))
                } catch {
                    return .failure(error)
                }
            } then: { [self] result in
                if case .success = result {
                    for (path, mark) in marks where documentMarks[path]?.dv == mark.dv { documentMarks[path]?.isListed = true }
                }
                done(result)
            }
        }
    }
}

/// Names of documents out of folders that may be large.
enum DocumentList {
    /// The `limit` smallest names after `after`, in memory for `limit` of them.
    static func names(under prefix: String, after: String, limit: Int, on disk: any Disk) throws(StorageFailure) -> [DocumentPath] {
        var found: [DocumentPath] = []
        var folders: [String] = []
        do {
            guard try disk.status(of: prefix) != nil else { return [] }
            try disk.list(prefix) { entry in
                if entry.isDirectory {
                    folders.append(prefix + "/" + entry.name)
                    return true
                }
                guard entry.name.hasSuffix(".json"), let path = DocumentPath(prefix + "/" + entry.name.dropLast(5)), path.text > after
                else { return true }
                insert(path, into: &found, limit: limit)
                return true
            }
        } catch {
            throw .io(error)
        }
        // A folder's documents sort together, so whole folders can be left out on both sides.
        for folder in folders.sorted() where found.count < limit && (after.isEmpty || folder + "/~" > after) {
            for path in try names(under: folder, after: after, limit: limit - found.count, on: disk) { found.append(path) }
        }
        return found
    }

    /// Keeps the array sorted and at most `limit` long.
    private static func insert(_ path: DocumentPath, into found: inout [DocumentPath], limit: Int) {
        if found.count >= limit {
            guard let last = found.last, path < last else { return }
            found.removeLast()
        }
        var low = 0
        var high = found.count
        while low < high {
            let middle = (low + high) / 2
            if found[middle] < path { low = middle + 1 } else { high = middle }
        }
        found.insert(path, at: low)
    }
}
