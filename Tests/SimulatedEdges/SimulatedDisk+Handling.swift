// What a test does to a simulated disk from outside, past the interface that the store uses: look at files, put them there, damage and copy
// them. All of it is durable at once and no step of the disk.

extension SimulatedDisk {
    /// The bytes of a file as a process sees them.
    package func bytes(_ path: String) -> [UInt8]? { node(path).flatMap { $0.isDirectory ? nil : $0.cache } }
    package func text(_ path: String) -> String { bytes(path).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// Every file, ascending.
    package var paths: [String] {
        var found: [String] = []
        func walk(_ node: Node, _ path: String) {
            for (name, entry) in node.entries {
                let inner = path.isEmpty ? name : path + "/" + name
                if entry.isDirectory { walk(entry, inner) } else { found.append(inner) }
            }
        }
        walk(root, "")
        return found.sorted()
    }

    /// Changes a file behind everybody's back, durably; nil removes it.
    package func overwrite(_ path: String, _ change: (inout [UInt8]) -> Void) {
        guard let node = node(path) else { return }
        change(&node.cache)
        node.durable = node.cache
        node.unsynced = []
    }

    /// Makes a file with its folders, durably.
    package func place(_ path: String, _ bytes: [UInt8]) {
        let parts = path.split(separator: "/").map(String.init)
        var folder = root
        for part in parts.dropLast() {
            let next = folder.entries[part] ?? makeNode(isDirectory: true)
            folder.entries[part] = next
            folder.durableEntries[part] = next
            folder = next
        }
        guard let name = parts.last else { return }
        let file = makeNode(isDirectory: false)
        file.cache = bytes
        file.durable = bytes
        folder.entries[name] = file
        folder.durableEntries[name] = file
        folders = [:]
    }

    /// Makes a folder with those above it, durably.
    package func placeDirectory(_ path: String) {
        var folder = root
        for part in path.split(separator: "/").map(String.init) {
            let next = folder.entries[part] ?? makeNode(isDirectory: true)
            folder.entries[part] = next
            folder.durableEntries[part] = next
            folder = next
        }
    }

    /// Removes a file or folder with everything in it, durably.
    package func erase(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, let folder = node(parts.dropLast().joined(separator: "/")) else { return }
        folder.entries[name] = nil
        folder.durableEntries[name] = nil
        folders = [:]
    }

    /// A copy as `cp -r` makes it while the disk is in use: `between` runs between two chunks, and may change anything.
    package func hotCopy(chunkBytes: Int = 4_096, between: () -> Void) -> SimulatedDisk {
        let copy = SimulatedDisk(seed: random.state &+ 77)
        copy.nextInode = nextInode + 1_000_000
        for path in paths {
            between()
            guard let file = node(path), !file.isDirectory else { continue }
            var bytes: [UInt8] = []
            while bytes.count < file.cache.count {
                bytes += file.cache[bytes.count..<min(file.cache.count, bytes.count + chunkBytes)]
                between()
            }
            copy.place(path, bytes)
        }
        return copy
    }
}
