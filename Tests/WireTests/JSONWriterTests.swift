// JSON straight into bytes: commas, escapes, integers, fixed point.

import Testing
import Wire

@Suite struct `The JSON writer` {
    private func written(_ steps: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        steps(&writer)
        #expect(writer.isBalanced)
        return writer.text
    }

    @Test func `places commas and nothing else`() {
        let text = written { writer in
            writer.beginObject()
            writer.member("a", 1)
            writer.key("b")
            writer.beginArray()
            writer.int(1)
            writer.string("x")
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.null()
            writer.bool(false)
            writer.raw(Array("{\"r\":1}".utf8))
            writer.fixedPoint(50_000_000)
            writer.endArray()
            writer.member("c", true)
            writer.member("d", "text")
            writer.member("e", nil as String?)
            writer.member("f", nil as Int?)
            writer.member("g", ["x": [1, 2]] as JSONValue)
            writer.member("h", fixedPoint: 123, decimals: 8)
            writer.member("i", fixedPoint: nil as Int128?)
            writer.nullMember("j")
            writer.object("k") { $0.member("l", -5) }
            writer.array("m") { $0.string("n,") }
            writer.endObject()
        }
        #expect(
            text
                == #"{"a":1,"b":[1,"x",{},[],null,false,{"r":1},0.5],"c":true,"d":"text","e":null,"f":null,"g":{"x":[1,2]},"h":0.00000123,"#
                + #""i":null,"j":null,"k":{"l":-5},"m":["n,"]}"#)
    }

    @Test func `is not misled by strings that end like an opening`() {
        #expect(
            written {
                $0.beginArray()
                for text in ["[", "{", ":", ",", "\n", "\""] { $0.string(text) }
                $0.endArray()
            } == ##"["[","{",":",",","\n","\""]"##)
    }

    @Test func `writes lines, each beginning anew`() {
        let text = written {
            $0.int(1)
            $0.lineFeed()
            $0.beginObject()
            $0.endObject()
            $0.lineFeed()
        }
        #expect(text == "1\n{}\n")
    }

    @Test func `escapes what must be escaped, in names and literals too`() {
        #expect(
            written { $0.string("a\"b\\c/\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}é€😀" as String) }
                == "\"a\\\"b\\\\c/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}é€😀\"")
        #expect(written { $0.string("tab\tquote\"") } == #""tab\tquote\"""#)
        #expect(
            written {
                $0.beginObject()
                $0.key("line\n\(1)")
                $0.int(1)
                $0.endObject()
            } == #"{"line\n1":1}"#)
    }

    @Test func `escapes every control byte and keeps every other one`() throws {
        for value in UInt32(0)..<0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "<" + String(Character(scalar)) + ">"
            let bytes = JSONValue.string(text).encoded
            #expect(bytes.allSatisfy { $0 >= 0x20 })
            #expect(try JSONParser.parse(bytes).string?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        }
    }

    @Test func `prints integers of every width`() {
        func int(_ value: some BinaryInteger) -> String { written { $0.int(value) } }
        #expect(int(0) == "0" && int(-1) == "-1" && int(UInt8.max) == "255" && int(Int64.min) == "-9223372036854775808")
        #expect(int(UInt64.max) == "18446744073709551615" && int(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(int(Int128.max) == "170141183460469231731687303715884105727")
        var power: Int128 = 1
        for _ in 0..<38 {
            for value in [power, power - 1, power + 1, -power] { #expect(int(value) == String(value)) }
            power *= 10
        }
    }

    struct Amount: Sendable, CustomTestStringConvertible {
        let units: Int128
        let decimals: Int?
        let text: String
        init(_ units: Int128, _ decimals: Int?, _ text: String) { (self.units, self.decimals, self.text) = (units, decimals, text) }
        var testDescription: String { text }
    }

    static let amounts: [Amount] = [
        Amount(295_050_000_000, nil, "2950.5"), Amount(10_000_000_000_000, nil, "100000"), Amount(0, nil, "0"),
        Amount(1, nil, "0.00000001"),
        Amount(-1, nil, "-0.00000001"), Amount(-150_000_000, nil, "-1.5"), Amount(100_000_001, nil, "1.00000001"),
        Amount(10_000_000, nil, "0.1"),
        Amount(.max, nil, "1701411834604692317316873037158.84105727"), Amount(.min, nil, "-1701411834604692317316873037158.84105728"),
        Amount(1_844_674_407_370_955_161_600_000_000, nil, "18446744073709551616"),
        Amount(1_000_000_000_000_000_000_000_000_000, nil, "10000000000000000000"),
        Amount(295_050_000_000, 2, "2950.50"), Amount(0, 2, "0.00"), Amount(0, 0, "0"), Amount(500_000, 2, "0.01"),
        Amount(499_999, 2, "0.00"),
        Amount(-500_000, 2, "-0.01"), Amount(-499_999, 2, "0.00"), Amount(-1, 2, "0.00"), Amount(-1, 0, "0"), Amount(50_000_000, 0, "1"),
        Amount(-50_000_000, 0, "-1"), Amount(49_999_999, 0, "0"), Amount(99_999_999_999, 2, "1000.00"),
        Amount(99_999_999_999, 8, "999.99999999"),
        Amount(123_456_789, 4, "1.2346"), Amount(123_456_789, 8, "1.23456789"), Amount(123_450_000, 4, "1.2345"),
        Amount(1, 8, "0.00000001"),
        Amount(.max, 2, "1701411834604692317316873037158.84"), Amount(.min, 0, "-1701411834604692317316873037159"),
        Amount(5, 7, "0.0000001"), Amount(4, 7, "0.0000000"),
    ]

    @Test(arguments: amounts) func `prints fixed point exactly, or rounded half away from zero`(row: Amount) {
        #expect(written { $0.fixedPoint(row.units, decimals: row.decimals) } == row.text)
    }

    @Test func `prints the shortest fixed point that reads back the same`() {
        var generator = SeededGenerator(for: "shortest fixed point")
        for _ in 0..<2_000 {
            let units = Int128(Int64.random(in: .min ... .max, using: &generator)) >> Int128.random(in: 0...62, using: &generator)
            let text = written { $0.fixedPoint(units) }
            #expect(JSONNumber(text: text)?.fixedPoint8 == units)
            #expect(!text.contains(".") || (!text.hasSuffix("0") && !text.hasSuffix(".")))
            let fixed = written { $0.fixedPoint(units, decimals: 8) }
            #expect(JSONNumber(text: fixed)?.fixedPoint8 == units)
        }
    }

    @Test func `starts afresh after it was emptied`() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.int(1)
        #expect(!writer.isBalanced)
        writer.removeAll()
        writer.string("again")
        #expect(writer.isBalanced && writer.text == #""again""#)
    }
}
