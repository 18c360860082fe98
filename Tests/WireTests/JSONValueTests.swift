// JSON values, objects and numbers: looking things up, comparing, and exact arithmetic meaning.

import Testing
import Wire

@Suite struct `JSON values` {
    @Test func `give what they are and nothing else`() {
        let value: JSONValue = ["text": "a", "flag": true, "count": 10, "list": [1, 2], "inner": ["x": 1]]
        #expect(value["text"]?.string == "a" && value["text"]?.bool == nil && value["text"]?.int64 == nil)
        #expect(value["flag"]?.bool == true && value["flag"]?.string == nil && value["flag"]?.int64 == nil)
        #expect(value["count"]?.int64 == 10 && value["count"]?.string == nil)
        #expect(value["list"]?.array?.count == 2 && value["list"]?.object == nil && value["list"]?["x"] == nil)
        #expect(value["inner"]?["x"]?.int64 == 1 && value["inner"]?.array == nil)
        #expect(value["missing"] == nil && JSONValue.null.isNull && !value.isNull)
    }

    @Test func `come back the same from their bytes`() throws {
        var generator = SeededGenerator(for: "JSON values from their bytes")
        for _ in 0..<400 {
            let value = randomValue(depth: 0, &generator)
            let encoded = value.encoded
            let read = try JSONParser.parse(encoded)
            #expect(read == value)
            #expect(read.encoded == encoded)
        }
    }

    private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .number(JSONNumber(Int64.random(in: .min ... .max, using: &generator)))
        case 3: return .number(JSONNumber(fixedPoint8: Int128(Int64.random(in: .min ... .max, using: &generator))))
        case 4: return .string(generator.text(upTo: 20))
        case 5:
            return .array((0..<Int.random(in: 0...6, using: &generator)).map { _ in randomValue(depth: depth + 1, &generator) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                object[generator.text(upTo: 8)] = randomValue(depth: depth + 1, &generator)
            }
            return .object(object)
        }
    }
}

@Suite struct `JSON objects` {
    @Test func `keep the order of their members`() {
        let object: JSONObject = ["b": 1, "a": 2, "c": 3]
        #expect(object.members.map(\.key) == ["b", "a", "c"])
    }

    @Test func `take the later value when a name is given twice, at the place of the first`() {
        let object = JSONObject([("a", 1), ("b", 2), ("a", 3)])
        #expect(object.members.map(\.key) == ["a", "b"] && object["a"] == 3)
    }

    @Test func `are equal with the same members in any order`() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == JSONObject([("b", 2), ("a", 1)]))
        #expect(JSONObject([("a", 1), ("b", 2)]) != JSONObject([("a", 1), ("c", 2)]))
        #expect(JSONObject([("a", 1), ("b", 2)]) != JSONObject([("a", 1), ("b", 3)]))
        #expect(JSONObject([("a", 1)]) != JSONObject([("a", 1), ("b", 2)]))
    }

    @Test func `add, change and remove members, few or many`() {
        for count in [1, 15, 16, 17, 40] {
            var object = JSONObject()
            for number in 0..<count { object["m\(number)"] = .number(JSONNumber(Int64(number))) }
            object["m0"] = "changed"
            object["new"] = true
            #expect(object.count == count + 1 && object["m0"] == "changed" && object["new"] == true)
            object["m0"] = nil
            object["never there"] = nil
            #expect(object.count == count && object["m0"] == nil && object["new"] == true && object.members.last?.key == "new")
            for number in 1..<max(count, 1) { #expect(object["m\(number)"]?.int64 == Int64(number)) }
            object.members = [("x", 1), ("y", 2)]
            #expect(object.count == 2 && object["y"] == 2 && object["new"] == nil)
        }
    }
}

@Suite struct `JSON numbers` {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let whole: Int64?
        let units: Int128?
        init(_ text: String, whole: Int64?, units: Int128?) { (self.text, self.whole, self.units) = (text, whole, units) }
        var testDescription: String { text }
    }

    static let cases: [Case] = [
        Case("0", whole: 0, units: 0), Case("-0", whole: 0, units: 0), Case("-0.00", whole: 0, units: 0),
        Case("0e999999999999999999999", whole: 0, units: 0), Case("1", whole: 1, units: 100_000_000),
        Case("-1", whole: -1, units: -100_000_000),
        Case("1.0", whole: 1, units: 100_000_000), Case("1e2", whole: 100, units: 10_000_000_000),
        Case("1E+2", whole: 100, units: 10_000_000_000),
        Case("1200e-2", whole: 12, units: 1_200_000_000), Case("12.5e1", whole: 125, units: 12_500_000_000),
        Case("1.5", whole: nil, units: 150_000_000), Case("2950.55", whole: nil, units: 295_055_000_000),
        Case("0.00000001", whole: nil, units: 1), Case("-0.00000001", whole: nil, units: -1), Case("1e-8", whole: nil, units: 1),
        Case("0.000000010", whole: nil, units: 1), Case("0.000000001", whole: nil, units: nil), Case("1e-9", whole: nil, units: nil),
        Case("10e-9", whole: nil, units: 1), Case("0.0000000100000000000000000000000000000", whole: nil, units: 1),
        Case("9223372036854775807", whole: .max, units: 922_337_203_685_477_580_700_000_000),
        Case("-9223372036854775808", whole: .min, units: -922_337_203_685_477_580_800_000_000),
        Case("9223372036854775808", whole: nil, units: 922_337_203_685_477_580_800_000_000),
        Case("1701411834604692317316873037158.84105727", whole: nil, units: .max),
        Case("1701411834604692317316873037158.84105728", whole: nil, units: nil),
        Case("1e30", whole: nil, units: 100_000_000_000_000_000_000_000_000_000_000_000_000), Case("1e31", whole: nil, units: nil),
        Case("1e400000000000000000000", whole: nil, units: nil), Case("1e-400000000000000000000", whole: nil, units: nil),
        Case("100000000000000000000000000000000000000000e-41", whole: 1, units: 100_000_000),
        Case("0.1", whole: nil, units: 10_000_000), Case("0.2", whole: nil, units: 20_000_000),
        Case("92233720368.54775807", whole: nil, units: 9_223_372_036_854_775_807),
    ]

    @Test(arguments: cases) func `are understood exactly or not at all`(row: Case) throws {
        let number = try #require(JSONNumber(text: row.text))
        #expect(number.text == row.text)
        #expect(number.int64 == row.whole)
        #expect(number.fixedPoint8 == row.units)
    }

    @Test(arguments: ["", "+1", "01", "1.", ".1", "1e", "0x1", "1 ", " 1", "--1", "1e1.5", "NaN", "٣", "1,5", "1_0"])
    func `are refused when the text is none`(text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test func `of fixed point come back exactly`() {
        var generator = SeededGenerator(for: "JSON numbers of fixed point")
        for round in 0..<2_000 {
            let shift = Int.random(in: 0...126, using: &generator)
            let random = Int128(truncatingIfNeeded: UInt128(generator.next()) << 64 | UInt128(generator.next())) >> Int128(shift)
            let units = round == 0 ? Int128.max : round == 1 ? -Int128.max : random
            #expect(JSONNumber(fixedPoint8: units).fixedPoint8 == units)
            #expect(JSONNumber(text: JSONNumber(fixedPoint8: units).text) != nil)
        }
    }
}
