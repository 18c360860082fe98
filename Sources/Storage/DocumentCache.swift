// Documents in memory: bounded in number and bytes, the ones not asked for lately go first, those on their way to the disk stay.

import Wire

/// A bounded cache with a second chance for what was used since it was last looked at.
struct DocumentCache {
    private struct Entry {
        var document: LoadedDocument
        var isUsed: Bool
        /// How many versions of it are not in its file yet.
        var pins: Int
    }

    private var entries: [DocumentPath: Entry] = [:]
    private var ring: [DocumentPath] = []
    private var hand = 0
    private var bytes = 0
    private let entryLimit: Int
    private let byteLimit: Int
    /// What an entry costs beside its document.
    private static let overheadBytes = 256

    init(entryLimit: Int, byteLimit: Int) {
        self.entryLimit = max(entryLimit, 1)
        self.byteLimit = byteLimit
    }

    var count: Int { entries.count }

    mutating func document(at path: DocumentPath) -> LoadedDocument? {
        guard let document = entries[path]?.document else { return nil }
        entries[path]?.isUsed = true
        return document
    }

    mutating func keep(_ document: LoadedDocument, at path: DocumentPath, pinned: Bool = false) {
        if var entry = entries[path] {
            bytes += document.bytes - entry.document.bytes
            entry.document = document
            entry.isUsed = true
            entry.pins += pinned ? 1 : 0
            entries[path] = entry
        } else {
            entries[path] = Entry(document: document, isUsed: true, pins: pinned ? 1 : 0)
            ring.append(path)
            bytes += document.bytes + DocumentCache.overheadBytes
        }
        evict()
    }

    /// One version reached its file.
    mutating func unpin(_ path: DocumentPath) {
        guard let entry = entries[path], entry.pins > 0 else { return }
        entries[path]?.pins = entry.pins - 1
        evict()
    }

    mutating func forget(_ path: DocumentPath) {
        guard let entry = entries.removeValue(forKey: path) else { return }
        bytes -= entry.document.bytes + DocumentCache.overheadBytes
        if let index = ring.firstIndex(of: path) { removeFromRing(index) }
    }

    private mutating func evict() {
        // Two rounds at most: one takes the second chances away, the other finds nothing but pinned entries.
        var steps = ring.count * 2
        while entries.count > entryLimit || bytes > byteLimit, steps > 0, !ring.isEmpty {
            steps -= 1
            if hand >= ring.count { hand = 0 }
            let path = ring[hand]
            guard let entry = entries[path], entry.pins == 0 else {
                hand += 1
                continue
            }
            if entry.isUsed {
                entries[path]?.isUsed = false
                hand += 1
            } else {
                entries[path] = nil
                bytes -= entry.document.bytes + DocumentCache.overheadBytes
                removeFromRing(hand)
            }
        }
    }

    /// The last one takes the place; order in the ring means nothing.
    private mutating func removeFromRing(_ index: Int) {
        ring.swapAt(index, ring.count - 1)
        ring.removeLast()
    }
}
