// Which line was the last of each order or position: a hash table over bytes, because making a String of every key of fifty thousand
// lines costs more than all the rest of reading them.

import Platform

/// Numbers keys in the order of their first appearance.
struct KeyTable {
    private var slots = [Int32](repeating: -1, count: 64)
    private var keys: [UInt8] = []
    private var entries: [(start: Int, count: Int, hash: UInt32)] = []

    var count: Int { entries.count }

    /// The number of a key, which is `count` before the call when it is new.
    mutating func number(of key: UnsafeRawBufferPointer) -> Int {
        let hash = Crypto.crc32c(key)
        if (entries.count + 1) * 2 > slots.count { grow() }
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if entries[number].hash == hash, equals(entries[number], key) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(entries.count)
        entries.append((keys.count, key.count, hash))
        keys.append(contentsOf: key)
        return entries.count - 1
    }

    /// The number of a key that is known.
    func known(_ key: UnsafeRawBufferPointer) -> Int? {
        let hash = Crypto.crc32c(key)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if entries[number].hash == hash, equals(entries[number], key) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The key of that number.
    func withKey<Result>(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let entry = entries[number]
        return keys.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[entry.start..<entry.start + entry.count])) }
    }

    func text(_ number: Int) -> String { withKey(number) { String(decoding: $0, as: UTF8.self) } }

    func hasPrefix(_ number: Int, _ prefix: String) -> Bool { withKey(number) { $0.starts(with: prefix.utf8) } }

    private func equals(_ entry: (start: Int, count: Int, hash: UInt32), _ key: UnsafeRawBufferPointer) -> Bool {
        keys.withUnsafeBytes { keys in
            WordSearch.areEqual(UnsafeRawBufferPointer(rebasing: keys[entry.start..<entry.start + entry.count]), key)
        }
    }

    private mutating func grow() {
        var larger = [Int32](repeating: -1, count: slots.count * 2)
        for (number, entry) in entries.enumerated() {
            var slot = Int(entry.hash) & (larger.count - 1)
            while larger[slot] >= 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = Int32(number)
        }
        slots = larger
    }
}
