// What the reader of mongodump files makes of each type, of damage at every byte and of hostile lengths.

import Testing

@testable import Wire

@Suite struct `BSON documents` {
    /// Little-endian bytes of a number.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A document with these elements, each a type, a name and its content.
    static func document(_ elements: [(UInt8, String, [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        for (type, name, content) in elements { body += [type] + Array(name.utf8) + [0] + content }
        return bytes(Int32(body.count + 5)) + body + [0]
    }

    static func string(_ text: String) -> [UInt8] { bytes(Int32(text.utf8.count + 1)) + Array(text.utf8) + [0] }

    static func verdict(_ parts: [ArraySlice<UInt8>], _ limits: ExtendedLimits = .init()) -> String {
        var reader = BSONReader(limits: limits)
        var said: [String] = []
        func take() {
            while let item = reader.next() {
                switch item {
                case .document(let document, let position):
                    said.append("\(position):" + String(decoding: ExtendedValue.document(document).json.encoded, as: UTF8.self))
                case .broken(let fault, let position): said.append("\(position)!\(fault.rawValue)")
                }
            }
        }
        for part in parts {
            reader.feed(Array(part))
            take()
        }
        reader.finish()
        take()
        return said.joined(separator: " ")
    }

    static let one = document([(0x10, "a", bytes(Int32(1)))])

    private func only(_ type: UInt8, _ content: [UInt8]) -> ExtendedValue? {
        var reader = BSONReader()
        reader.feed(Self.document([(type, "v", content)]))
        if case .document(let document, 1)? = reader.next() { return document["v"] }
        return nil
    }

    @Test func `every type is read or passed over by name`() throws {
        let id = try #require(ObjectID(hex: "695c86d8ee0ead86b806772f"))
        #expect(only(0x01, Self.bytes((2500.0).bitPattern)) == .double("2500.0"))
        #expect(only(0x01, Self.bytes((5_000_000.0).bitPattern)) == .double("5000000.0"))
        #expect(only(0x01, Self.bytes((-147.19999999999857).bitPattern)) == .double("-147.19999999999857"))
        #expect(only(0x01, Self.bytes(Double.nan.bitPattern)) == .double("NaN"))
        #expect(only(0x01, Self.bytes((-Double.infinity).bitPattern)) == .double("-Infinity"))
        #expect(only(0x02, Self.string("खरीद")) == .string("खरीद"))
        #expect(only(0x03, Self.one) == .document(ExtendedDocument(fields: [.init(name: "a", value: .integer(1))])))
        #expect(only(0x04, Self.document([(0x0A, "0", []), (0x08, "1", [1])])) == .array([.null, .bool(true)]))
        #expect(only(0x05, Self.bytes(Int32(2)) + [0x80, 7, 8]) == .binary(subtype: 0x80, bytes: [7, 8]))
        #expect(only(0x06, []) == .other("undefined"))
        #expect(only(0x07, [0x69, 0x5C, 0x86, 0xD8, 0xEE, 0x0E, 0xAD, 0x86, 0xB8, 0x06, 0x77, 0x2F]) == .objectID(id))
        #expect(only(0x08, [0]) == .bool(false))
        #expect(only(0x08, [2]) == nil)
        #expect(only(0x09, Self.bytes(Int64(-1))) == .date(milliseconds: -1))
        #expect(only(0x0A, []) == .null)
        #expect(only(0x0B, Array("a.*".utf8) + [0] + Array("i".utf8) + [0]) == .regex(pattern: "a.*", options: "i"))
        #expect(only(0x0C, Self.string("db") + [UInt8](repeating: 1, count: 12)) == .other("dbPointer"))
        #expect(only(0x0D, Self.string("f()")) == .other("code"))
        #expect(only(0x0E, Self.string("s")) == .other("symbol"))
        let scoped = Self.string("f()") + Self.document([])
        #expect(only(0x0F, Self.bytes(Int32(scoped.count + 4)) + scoped) == .other("codeWithScope"))
        #expect(only(0x10, Self.bytes(Int32.min)) == .integer(Int64(Int32.min)))
        #expect(only(0x11, Self.bytes(UInt64(1) << 32 | 2)) == .timestamp(1 << 32 | 2))
        #expect(only(0x12, Self.bytes(Int64.max)) == .integer(.max))
        #expect(only(0x7F, []) == .other("maxKey"))
        #expect(only(0xFF, []) == .other("minKey"))
        #expect(only(0x14, []) == nil)
    }

    @Test func `decimals of 128 bits become text`() {
        func text(_ coefficient: UInt64, _ exponent: Int, isNegative: Bool = false) -> ExtendedValue? {
            only(0x13, Self.bytes(coefficient) + Self.bytes(UInt64(exponent + 6176) << 49 | (isNegative ? 1 << 63 : 0)))
        }
        #expect(text(150_375, -2) == .decimal128("1503.75"))
        #expect(text(150_375, -2, isNegative: true) == .decimal128("-1503.75"))
        #expect(text(5, 6) == .decimal128("5E+6"))
        #expect(text(15, 6) == .decimal128("1.5E+7"))
        #expect(text(1, -8) == .decimal128("1E-8"))
        #expect(text(5, -3) == .decimal128("0.005"))
        #expect(text(0, 0) == .decimal128("0"))
        #expect(only(0x13, [UInt8](repeating: 0, count: 15) + [0x7C]) == .decimal128("NaN"))
        #expect(only(0x13, [UInt8](repeating: 0, count: 15) + [0xF8]) == .decimal128("-Infinity"))
        // Coefficients beyond 34 digits mean zero by the standard.
        #expect(only(0x13, [UInt8](repeating: 0xFF, count: 8) + Self.bytes(UInt64(6176) << 49 | 0x1_FFFF_FFFF_FFFF)) == .decimal128("0"))
    }

    @Test func `documents stand back to back and may come in any pieces`() {
        let both = Self.one + Self.document([(0x02, "s", Self.string("x")), (0x0A, "n", [])])
        #expect(verdictOverAllCuts(both) { Self.verdict($0) } == #"1:{"a":1} 2:{"s":"x","n":null}"#)
    }

    @Test func `a file that ends inside a document says so`() {
        for length in 1..<Self.one.count {
            #expect(Self.verdict([(Self.one + Self.one.prefix(length))[...]]) == #"1:{"a":1} 2!truncated"#)
        }
    }

    @Test(arguments: [Int32(-5), 0, 4, .max, .min, (16 << 20) + 1])
    func `a length that cannot be ends the reading`(length: Int32) {
        #expect(Self.verdict([(Self.one + Self.bytes(length) + Self.one + Self.one)[...]]) == #"1:{"a":1} 2!length"#)
    }

    @Test func `damage inside a document costs that document only`() {
        func said(_ bad: [UInt8]) -> String { verdictOverAllCuts(bad + Self.one) { Self.verdict($0) } }
        let after = #" 2:{"a":1}"#
        #expect(said(Self.document([(0x10, "a", Self.bytes(Int32(1))), (0x10, "a", Self.bytes(Int32(2)))])) == "1!duplicateKey" + after)
        #expect(said(Self.document([(0x02, "s", Self.bytes(Int32(2)) + [0xFF, 0])])) == "1!encoding" + after)
        #expect(said(Self.document([(0x02, "s", Self.bytes(Int32(900)) + [0x41, 0])])) == "1!bson" + after)
        #expect(said(Self.document([(0x02, "s", Self.bytes(Int32(0)))])) == "1!bson" + after)
        #expect(said(Self.document([(0x02, "s", Self.bytes(Int32(1)) + [0x41])])) == "1!bson" + after)
        #expect(said(Self.document([(0x03, "d", Self.bytes(Int32(500)) + [0])])) == "1!bson" + after)
        #expect(said(Self.document([(0x03, "d", Self.bytes(Int32(-1)) + [0])])) == "1!bson" + after)
        #expect(said(Self.document([(0x05, "b", Self.bytes(Int32(-1)) + [0])])) == "1!bson" + after)
        #expect(said(Self.document([(0x0F, "c", Self.bytes(Int32(3)))])) == "1!bson" + after)
        #expect(said(Self.document([(0x33, "x", [])])) == "1!bson" + after)
        #expect(said([6, 0, 0, 0, 0, 0]) == "1!bson" + after)
    }

    @Test func `each limit is met and not passed`() {
        var limits = ExtendedLimits()
        limits.stringBytes = 4
        limits.depth = 3
        limits.documentBytes = 60
        limits.members = 3
        func said(_ bytes: [UInt8]) -> String { Self.verdict([bytes[...]], limits) }
        #expect(said(Self.document([(0x02, "a", Self.string("1234"))])) == #"1:{"a":"1234"}"#)
        #expect(said(Self.document([(0x02, "a", Self.string("12345"))])) == "1!tooLong")
        #expect(said(Self.document([(0x05, "a", Self.bytes(Int32(5)) + [0, 1, 2, 3, 4, 5])])) == "1!tooLong")
        #expect(said(Self.document([(0x0A, "12345", [])])) == "1!tooLong")
        let two = Self.document([(0x03, "d", Self.document([]))])
        #expect(said(Self.document([(0x03, "d", two)])) == #"1:{"d":{"d":{}}}"#)
        #expect(said(Self.document([(0x03, "d", Self.document([(0x03, "d", two)]))])) == "1!tooDeep")
        #expect(said(Self.document([(0x0A, "a", []), (0x0A, "b", []), (0x0A, "c", [])])) == #"1:{"a":null,"b":null,"c":null}"#)
        #expect(said(Self.document([(0x0A, "a", []), (0x0A, "b", []), (0x0A, "c", []), (0x0A, "d", [])])) == "1!tooLong")
        #expect(said(Self.bytes(Int32(61)) + [UInt8](repeating: 0, count: 57)) == "1!length")
    }

    @Test func `names are compared when they are many as when they are few`() {
        let names = (0..<200).map { "n\($0)" }
        var elements = names.map { (UInt8(0x0A), $0, [UInt8]()) }
        var reader = BSONReader()
        reader.feed(Self.document(elements))
        if case .document(let document, _)? = reader.next() {
            #expect(document.fields.map(\.name) == names)
        } else {
            Issue.record("not read")
        }
        elements.append((0x0A, "n150", []))
        #expect(Self.verdict([Self.document(elements)[...]]) == "1!duplicateKey")
    }

    @Test func `five thousand levels are refused without harm`() {
        var deep = Self.document([])
        for _ in 0..<5_000 { deep = Self.document([(0x03, "d", deep)]) }
        #expect(Self.verdict([(deep + Self.one)[...]]) == #"1!tooDeep 2:{"a":1}"#)
    }

    @Test func `any byte of a document may be any other without a crash`() {
        let whole = Self.document([
            (0x01, "a", Self.bytes((1.5).bitPattern)), (0x02, "b", Self.string("text")),
            (0x04, "c", Self.document([(0x10, "0", Self.bytes(Int32(7)))])),
            (0x05, "d", Self.bytes(Int32(1)) + [0, 9]), (0x0B, "e", [0x61, 0, 0x69, 0]), (0x13, "f", [UInt8](repeating: 0x30, count: 16)),
        ])
        for index in whole.indices {
            for value in [UInt8(0), 1, 5, 0x7F, 0x80, 0xFF, whole[index] &+ 1, whole[index] ^ 0x10] {
                var changed = whole
                changed[index] = value
                _ = Self.verdict([(changed + Self.one)[...]])
            }
        }
        var chance = SeededGenerator(for: "BSON")
        for _ in 0..<500 {
            let noise = chance.bytes(Int.random(in: 0...60, using: &chance))
            _ = Self.verdict([(Self.bytes(Int32(noise.count + 4)) + noise)[...]])
        }
    }
}
