// The readers of lines under bytes by chance: no trap, no endless loop, nothing accepted whose checksum is not right.

import Platform
import TestSupport
import Testing
import Trading

@testable import Storage

@Suite struct `The line reader under bytes by chance` {
    /// Lines as the product writes them, of every kind.
    private func lines() throws -> [[UInt8]] {
        let rig = try Rig(SimulatedDisk(seed: 3))
        let trader = Trader("ZX12345678", seed: 3)
        _ = try rig.load(trader.user)
        for number in 0..<8 {
            trader.act(
                on: rig, documents: number == 3 ? [DocumentChange(.user(trader.user), ["u": "ZX12345678"])] : [],
                audit: number % 3 == 0 ? [AuditEntry(actor: "a", ip: "192.0.2.1", act: "order")] : [])
        }
        rig.advance(by: .seconds(1))
        try rig.close()
        return rig.disk.paths.filter { $0.hasSuffix("l") || $0.hasSuffix("n") }.flatMap { path in
            (rig.disk.bytes(path) ?? []).split(separator: 0x0A).map(Array.init)
        }
    }

    private func change(_ line: [UInt8], _ all: [[UInt8]], _ chance: inout DiskRandom) -> [UInt8] {
        var bytes = line
        for _ in 0...chance.below(4) {
            let at = chance.below(bytes.count)
            switch chance.below(8) {
            case 0: bytes[at] ^= UInt8(1 << chance.below(8))
            case 1: bytes[at] = UInt8(chance.below(256))
            case 2: bytes.remove(at: at)
            case 3: bytes.insert([0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x0A][chance.below(8)], at: at)
            case 4: bytes.removeLast(chance.below(bytes.count))
            case 5: bytes.insert(contentsOf: all[chance.below(all.count)], at: at)
            case 6: bytes.replaceSubrange(at..., with: all[chance.below(all.count)].suffix(chance.below(200)))
            default: for index in at..<min(bytes.count, at + chance.below(40)) { bytes[index] = 0 }
            }
            if bytes.isEmpty { bytes = [0x7B] }
        }
        // Now and then with a checksum that is right, so that what stands in front of it is read.
        if chance.below(3) == 0, bytes.first == 0x7B {
            if bytes.count > SealedLine.sealBytes { bytes.removeLast(SealedLine.sealBytes) }
            SealedLine.seal(&bytes)
            bytes.removeLast()
        }
        return bytes
    }

    @Test func `accepts nothing whose checksum is wrong and reads whatever is accepted to its end`() throws {
        let all = try lines()
        #expect(all.count > 30)
        var chance = DiskRandom(state: 20_261_120)
        var accepted = 0
        for _ in 0..<30_000 {
            let bytes = change(all[chance.below(all.count)], all, &chance)
            bytes.withUnsafeBytes { line in
                if SealedLine.check(line) != nil {
                    accepted += 1
                    #expect(isSealed(bytes))
                    var documents: [RecordGlance.Document] = []
                    let glanced = RecordGlance(line, &documents)
                    let parsed = JournalLine(line)
                    // What the quick reader takes the careful one takes, too, and understands the same.
                    if let glanced {
                        guard case .record(let record)? = parsed else {
                            // Names are looked at later on the quick way.
                            return
                        }
                        #expect(record.seq == glanced.seq && record.v == glanced.v && record.previous == glanced.previous)
                    }
                }
                for part in SealedLine.salvage(line) { #expect(isSealed(Array(bytes[part]))) }
            }
            for file in BookFile.allCases { _ = BookFileText(file, bytes + [0x0A] + bytes) }
        }
        #expect(accepted > 1_000)
    }

    /// The rule of data-format.md, bit by bit and table-free, apart from the product's own code.
    private func isSealed(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == 0x7B, bytes.count > 18, bytes.count <= 1 << 20 else { return false }
        var crc: UInt32 = .max
        for byte in bytes.dropLast(18) {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        let digits = String(~crc, radix: 16)
        let seal = ",\"crc\":\"" + String(repeating: "0", count: 8 - digits.count) + digits + "\"}"
        return bytes.suffix(18).elementsEqual(seal.utf8)
    }
}
