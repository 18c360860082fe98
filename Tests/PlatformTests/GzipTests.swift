// gzip whole and in pieces, damaged, cut, and packed to explode.

import Platform
import Testing

@Suite struct `Packing with gzip` {
    private static let text = Array(String(repeating: "buy 10 INFY limit 1490, sell 5 TCS market. ", count: 500).utf8)

    @Test func `what was packed comes back`() throws {
        for bytes in [[], [0], Self.text, Entropy.bytes(200_000)] {
            let packed = Gzip.compress(bytes)
            #expect(try Gzip.decompress(packed, limitBytes: bytes.count) == bytes)
        }
    }

    @Test func `the same bytes pack to the same bytes, and text becomes small`() {
        #expect(Gzip.compress(Self.text) == Gzip.compress(Self.text))
        #expect(Gzip.compress(Self.text).count * 20 < Self.text.count)
        #expect(Array(Gzip.compress(Self.text)[..<4]) == [0x1F, 0x8B, 8, 0])
    }

    @Test func `a gzip made by another program is read`() throws {
        // printf hello | gzip -n
        let packed: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        #expect(try Gzip.decompress(packed, limitBytes: 5) == Array("hello".utf8))
    }

    @Test func `members one after another are one text`() throws {
        let packed = Gzip.compress(Array("one ".utf8)) + Gzip.compress([]) + Gzip.compress(Array("two".utf8))
        #expect(try Gzip.decompress(packed, limitBytes: 7) == Array("one two".utf8))
    }

    @Test func `one byte over the limit is refused, and little is unpacked for it`() throws {
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 50_000_000))
        #expect(bomb.count < 100_000)
        #expect(throws: GzipFailure.tooLong(limitBytes: 49_999_999)) { try Gzip.decompress(bomb, limitBytes: 49_999_999) }
        let reader = try GunzipReader(limitBytes: 1_000)
        reader.feed(bomb)
        #expect(throws: GzipFailure.tooLong(limitBytes: 1_000)) { while try reader.read() != nil {} }
        #expect(reader.producedBytes <= 1_001)
    }

    @Test func `cut anywhere it is truncated, and never the whole`() {
        let packed = Gzip.compress(Array("a short text".utf8))
        for length in 0..<packed.count {
            #expect(throws: GzipFailure.truncated) { try Gzip.decompress(Array(packed[..<length]), limitBytes: 100) }
        }
    }

    @Test func `a wrong magic, checksum or tail is corrupt`() {
        let packed = Gzip.compress(Array("a short text".utf8))
        for index in [0, 1, 2, packed.count - 8, packed.count - 1] {
            var damaged = packed
            damaged[index] ^= 0x55
            #expect(throws: GzipFailure.corrupt) { try Gzip.decompress(damaged, limitBytes: 100) }
        }
        #expect(throws: GzipFailure.corrupt) { try Gzip.decompress(packed + [1, 2, 3, 4], limitBytes: 100) }
    }

    @Test(arguments: [1, 7, 4_096]) func `fed in pieces it gives the same text`(size: Int) throws {
        let packed = Gzip.compress(Self.text) + Gzip.compress(Self.text)
        let reader = try GunzipReader(limitBytes: Self.text.count * 2)
        var result: [UInt8] = []
        var position = 0
        while position < packed.count {
            let end = min(position + size, packed.count)
            reader.feed(Array(packed[position..<end]))
            position = end
            while let piece = try reader.read() {
                #expect(piece.count <= GunzipReader.pieceBytes)
                result += piece
            }
        }
        try reader.finish()
        #expect(result == Self.text + Self.text)
    }
}
