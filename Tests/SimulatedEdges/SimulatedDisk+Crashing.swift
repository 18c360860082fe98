// How a simulated disk dies: at any changing operation, in the middle of it, and what a kill or a power cut leaves.

import Platform

extension SimulatedDisk {
    /// Orders a crash in the middle of the changing operation number `step`, counted from here; from then on everything fails.
    package func crash(_ kind: Crash, atStep step: Int) { crashPoint = (steps + step, kind) }

    /// Orders that the process is killed in the middle of the changing operation number `step`, counted from here. Unlike `crash` this
    /// leaves no other disk: everything fails until `revive`, and then this one goes on with its cache as it was.
    package func kill(atStep step: Int) { killStep = steps + step }

    /// Takes back an order that was not carried out.
    package func disarm() { (crashPoint, killStep) = (nil, nil) }

    /// Lets the next process at the disk: nothing fails any more, no kill is ordered and the lock is free.
    package func revive() {
        isDead = false
        killStep = nil
        lockHolder = nil
    }

    /// Counts a changing operation, or dies in it. `half` does the part of it that may have reached the cache.
    func step(_ operation: String, _ path: String, half: () -> Void = {}) throws(DiskFailure) {
        guard survivor == nil, !isDead else { throw DiskFailure(.other, operation, path, code: 5) }
        beforeStep?()
        steps += 1
        if let killStep, steps >= killStep {
            if random.below(2) == 0 { half() }
            isDead = true
            throw DiskFailure(.other, operation, path, code: 5)
        }
        guard let crashPoint, steps >= crashPoint.step else { return }
        if random.below(2) == 0 { half() }
        survivor = crashed(crashPoint.kind)
        throw DiskFailure(.other, operation, path, code: 5)
    }

    /// What a crash at this moment would leave, as a disk of its own. This one goes on.
    package func crashed(_ kind: Crash) -> SimulatedDisk {
        var random = random
        random.state &+= 0x9E37_79B9
        var copies: [UInt64: Node] = [:]
        switch kind {
        case .kill:
            let disk = SimulatedDisk(
                root: copyAlive(root, &copies), nextInode: nextInode, device: device, random: random, capacityBytes: capacityBytes)
            disk.syncsNamesWithEverything = syncsNamesWithEverything
            disk.changes = changes.map { change in
                switch change {
                case .link(let directory, let name, let node):
                    .link(directory: copyAlive(directory, &copies), name: name, node: copyAlive(node, &copies))
                case .unlink(let directory, let name): .unlink(directory: copyAlive(directory, &copies), name: name)
                case .rename(let from, let name, let to, let newName, let node):
                    .rename(
                        from: copyAlive(from, &copies), name: name, to: copyAlive(to, &copies), newName: newName,
                        node: copyAlive(node, &copies))
                }
            }
            return disk
        case .powerCut:
            // On copies, so that this disk can go on.
            let twin = crashed(.kill)
            for change in twin.changes where random.below(2) == 0 { change.makeDurable() }
            let left = SimulatedDisk.leave(twin.root, &random, &copies)
            let disk = SimulatedDisk(root: left, nextInode: nextInode, device: device, random: random, capacityBytes: capacityBytes)
            disk.syncsNamesWithEverything = syncsNamesWithEverything
            return disk
        }
    }

    private func copyAlive(_ node: Node, _ copies: inout [UInt64: Node]) -> Node {
        if let copy = copies[node.inode] { return copy }
        let copy = Node(inode: node.inode, isDirectory: node.isDirectory)
        copies[node.inode] = copy
        copy.cache = node.cache
        copy.durable = node.durable
        copy.unsynced = node.unsynced
        copy.reserved = node.reserved
        copy.modified = node.modified
        for (name, entry) in node.entries { copy.entries[name] = copyAlive(entry, &copies) }
        for (name, entry) in node.durableEntries { copy.durableEntries[name] = copyAlive(entry, &copies) }
        return copy
    }

    /// What the platters hold: durable names, durable bytes, and by chance some of the rest.
    private static func leave(_ node: Node, _ random: inout DiskRandom, _ left: inout [UInt64: Node]) -> Node {
        if let known = left[node.inode] { return known }
        let copy = Node(inode: node.inode, isDirectory: node.isDirectory)
        left[node.inode] = copy
        copy.modified = node.modified
        for name in node.durableEntries.keys.sorted() {
            if let entry = node.durableEntries[name] { copy.entries[name] = leave(entry, &random, &left) }
        }
        copy.durableEntries = copy.entries
        var bytes = node.durable
        // Most cuts tear everything or nothing, so that both extremes are seen often.
        let mood = random.below(4)
        for change in node.unsynced {
            switch change {
            case .truncate:
                if mood == 0 || (mood > 1 && random.below(2) == 0) { Node.apply(change, to: &bytes) }
            case .write(let offset, let written):
                var start = 0
                while start < written.count {
                    let end = min(written.count, ((offset + start) / sectorBytes + 1) * sectorBytes - offset)
                    if mood == 0 || (mood > 1 && random.below(2) == 0) {
                        Node.apply(.write(offset: offset + start, bytes: Array(written[start..<end])), to: &bytes)
                    }
                    start = end
                }
            }
        }
        copy.cache = bytes
        copy.durable = bytes
        return copy
    }
}
