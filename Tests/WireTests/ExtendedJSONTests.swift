// What the reader of mongoexport files makes of each dialect, of odd framing, of damage and of chance.

import Testing

@testable import Wire

@Suite struct `Extended JSON` {
    /// Items as `position:{…}` and `position!fault`, joined by blanks.
    static func verdict(_ parts: [ArraySlice<UInt8>], _ limits: ExtendedLimits = .init()) -> String {
        var reader = ExtendedJSONReader(limits: limits)
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

    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        let verdict: String
        init(_ input: String, _ verdict: String) { (self.input, self.verdict) = (input, verdict) }
        var testDescription: String { String(input.prefix(40)) }
    }

    static let framing: [Case] = [
        Case("", ""), Case("\n\n", ""), Case("\u{EF}\u{BB}\u{BF}", ""), Case("{}\n", "1:{}"), Case("{}", "1:{}"),
        Case(#"{"a":1}"# + "\n" + #"{"a":2}"# + "\n", #"1:{"a":1} 2:{"a":2}"#),
        Case(#"{"a":1}"# + "\r\n\r\n" + #"{"a":2}"# + "\r\n", #"1:{"a":1} 3:{"a":2}"#),
        Case("\u{EF}\u{BB}\u{BF}" + #"{"a":1}"#, #"1:{"a":1}"#),
        Case("{\n\t\"a\": 1,\n\t\"b\": [\n\t\t{\n\t\t\t\"c\": 2\n\t\t}\n\t]\n}\n{\n\t\"a\": 3\n}\n", #"1:{"a":1,"b":[{"c":2}]} 9:{"a":3}"#),
        Case(#"[{"a":1},{"a":2}]"# + "\n", #"1:{"a":1} 2:{"a":2}"#), Case("[]", ""),
        Case("[\n{\"a\":1},\n{\"a\":2}\n]\n", #"1:{"a":1} 2:{"a":2}"#),
        Case(#"{"a":"}{\"\\"}"#, #"1:{"a":"}{\"\\"}"#), Case(#"{"a":1} {"a":2}"#, #"1:{"a":1} 1:{"a":2}"#),
    ]

    @Test(arguments: framing)
    func `documents are found however they are framed`(example: Case) {
        #expect(verdictOverAllCuts(latin1(example.input)) { Self.verdict($0) } == example.verdict)
    }

    static let damage: [Case] = [
        Case(#"{"a":1}"# + "\n" + #"{"a":"#, #"1:{"a":1} 2!truncated"#), Case(#"{"a":"x"#, "1!truncated"),
        // A line that breaks off costs itself only.
        Case(#"{"a":"x"# + "\n" + #"{"a":2}"# + "\n", #"1!json 2:{"a":2}"#),
        Case(#"{"a":1"# + "\n" + #"{"a":2}"# + "\n", #"1!json 2:{"a":2}"#),
        Case(#"{"a":NaN}"# + "\n" + #"{"a":2}"#, #"1!json 2:{"a":2}"#), Case("garbage {}\n{}\n", "1!json 2:{}"),
        Case("{}}\n{}\n", "1:{} 1!json 2:{}"),
        Case(#"[{"a":1},"#, #"1:{"a":1} 2!truncated"#), Case("[1,{}]", "1!json 2:{}"), Case("[]x", "1!json"), Case("[] {}", "1!json"),
        Case(#"{"a":1]"# + "\n{}", "1!json 2:{}"), Case(#"{"a":1,"a":2}"# + "\n{}", "1!duplicateKey 2:{}"),
        Case("{\"a\":\"\u{E9}\"}\n{}", "1!encoding 2:{}"), Case(#"{"a":01}"#, "1!json"), Case("{'a':1}", "1!json"), Case("{a:1}", "1!json"),
        Case(#"{"_id":ObjectId("695c86d8ee0ead86b806772f")}"#, "1!json"),
    ]

    @Test(arguments: damage)
    func `one bad document costs itself only`(example: Case) {
        #expect(verdictOverAllCuts(latin1(example.input)) { Self.verdict($0) } == example.verdict)
    }

    struct Reading: Sendable, CustomTestStringConvertible {
        let json: String
        let value: ExtendedValue?
        init(_ json: String, _ value: ExtendedValue?) { (self.json, self.value) = (json, value) }
        var testDescription: String { json }
    }

    private static let id = ObjectID(hex: "695c86d8ee0ead86b806772f")

    static let values: [Reading] = [
        Reading("10", .integer(10)), Reading("-9223372036854775808", .integer(.min)),
        Reading("9223372036854775808", .double("9223372036854775808")),
        Reading("2500.0", .double("2500.0")), Reading("5E+06", .double("5E+06")), Reading("null", .null), Reading("true", .bool(true)),
        Reading(#"{"$oid":"695c86d8ee0ead86b806772f"}"#, id.map { .objectID($0) }),
        Reading(#"{"$oid":"695C86D8EE0EAD86B806772F"}"#, id.map { .objectID($0) }),
        Reading(#"{"$oid":"695c86d8ee0ead86b806772"}"#, nil), Reading(#"{"$oid":5}"#, nil),
        Reading(#"{"$numberInt":"10"}"#, .integer(10)), Reading(#"{"$numberInt":"2147483648"}"#, nil),
        Reading(#"{"$numberLong":"10"}"#, .integer(10)),
        Reading(#"{"$numberLong":"x"}"#, nil), Reading(#"{"$numberDouble":"NaN"}"#, .double("NaN")),
        Reading(#"{"$numberDouble":"-Infinity"}"#, .double("-Infinity")),
        Reading(#"{"$numberDouble":"5E+06"}"#, .double("5E+06")), Reading(#"{"$numberDouble":"five"}"#, nil),
        Reading(#"{"$numberDecimal":"1503.75"}"#, .decimal128("1503.75")),
        Reading(#"{"$date":"2026-01-06T09:21:52.75Z"}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":"2026-01-06T09:21:52.750Z"}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":"2026-01-06T09:21:52Z"}"#, .date(milliseconds: 1_767_691_312_000)),
        Reading(#"{"$date":"2026-01-06T14:51:52.750+0530"}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":"2026-01-06T14:51:52.750+05:30"}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":1767691312750}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":{"$numberLong":"1767691312750"}}"#, .date(milliseconds: 1_767_691_312_750)),
        Reading(#"{"$date":{"$numberLong":"-1"}}"#, .date(milliseconds: -1)),
        Reading(#"{"$date":"1969-12-31T23:59:59.999Z"}"#, .date(milliseconds: -1)),
        Reading(#"{"$date":"2024-02-29T00:00:00Z"}"#, .date(milliseconds: 1_709_164_800_000)),
        Reading(#"{"$date":"2025-02-29T00:00:00Z"}"#, nil),
        Reading(#"{"$date":"2026-01-06T24:00:00Z"}"#, nil), Reading(#"{"$date":"2026-01-06T09:21:52.Z"}"#, nil),
        Reading(#"{"$date":"yesterday"}"#, nil),
        Reading(#"{"$date":"2026-01-06T09:21:52+05"}"#, nil), Reading(#"{"$date":"2026-01-06T09:21:52"}"#, nil),
        Reading(#"{"$date":null}"#, nil),
        Reading(#"{"$timestamp":{"t":1,"i":2}}"#, .timestamp(1 << 32 | 2)),
        Reading(#"{"$binary":{"base64":"AQI=","subType":"00"}}"#, .binary(subtype: 0, bytes: [1, 2])),
        Reading(#"{"$binary":"AQI=","$type":"80"}"#, .binary(subtype: 128, bytes: [1, 2])),
        Reading(#"{"$regex":"a.*","$options":"i"}"#, .regex(pattern: "a.*", options: "i")),
        Reading(#"{"$regularExpression":{"pattern":"a","options":""}}"#, .regex(pattern: "a", options: "")),
        Reading(#"{"$minKey":1}"#, .other("minKey")),
        Reading(#"{"$set":1}"#, .document(ExtendedDocument(fields: [.init(name: "$set", value: .integer(1))]))),
        Reading(
            #"{"$oid":"x","b":1}"#,
            .document(ExtendedDocument(fields: [.init(name: "$oid", value: .string("x")), .init(name: "b", value: .integer(1))]))),
    ]

    @Test(arguments: values)
    func `every spelling of a value is read`(example: Reading) throws {
        var reader = ExtendedJSONReader()
        reader.feed(Array((#"{"v":"# + example.json + "}").utf8))
        switch (reader.next(), example.value) {
        case (.document(let document, _)?, let value?): #expect(document["v"] == value)
        case (.broken(.json, _)?, nil): break
        case (let item, _): Issue.record("\(String(describing: item))")
        }
    }

    struct Number: Sendable, CustomTestStringConvertible {
        let text: String
        let number: ExtendedNumber?
        init(_ text: String, _ number: ExtendedNumber?) { (self.text, self.number) = (text, number) }
        var testDescription: String { text }
    }

    static let numbers: [Number] = [
        Number("0", .finite(units: 0, isWhole: true)), Number("-0.0", .finite(units: 0, isWhole: true)),
        Number("1", .finite(units: 100_000_000, isWhole: true)),
        Number("10.0", .finite(units: 1_000_000_000, isWhole: true)), Number("10.5", .finite(units: 1_050_000_000, isWhole: false)),
        Number("5E+06", .finite(units: 500_000_000_000_000, isWhole: true)),
        Number("1.2345678E+06", .finite(units: 123_456_780_000_000, isWhole: false)),
        Number("1e-05", .finite(units: 1_000, isWhole: false)), Number("1E-08", .finite(units: 1, isWhole: false)),
        // Rounded half away from zero at the eighth decimal.
        Number("0.000000005", .finite(units: 1, isWhole: false)), Number("0.0000000049999", .finite(units: 0, isWhole: false)),
        Number("-0.000000005", .finite(units: -1, isWhole: false)),
        Number("-147.19999999999857", .finite(units: -14_720_000_000, isWhole: false)),
        Number("1101.6000000000001", .finite(units: 110_160_000_000, isWhole: false)),
        Number("1.00000000000000000000000000000000000000000000001", .finite(units: 100_000_000, isWhole: false)),
        Number(
            "100000000000000000000000.00000000000000000000000", .finite(units: 10_000_000_000_000_000_000_000_000_000_000, isWhole: true)),
        Number("999999999999999999999999", .finite(units: 99_999_999_999_999_999_999_999_900_000_000, isWhole: true)),
        Number("1e24", .tooLarge),
        Number("1000000000000000000000000", .tooLarge), Number("1e999999999999999999999", .tooLarge),
        Number("1e-999999999999999999999", .finite(units: 0, isWhole: false)),
        Number("0e999999999999999999999", .finite(units: 0, isWhole: true)), Number("NaN", .notFinite), Number("-Infinity", .notFinite),
        Number("", nil), Number("-", nil), Number(".5", nil), Number("1.", nil), Number("1e", nil), Number("1e+", nil),
        Number("1e--1", nil), Number("0x10", nil),
        Number("1 ", nil), Number("+1", nil), Number("1.2.3", nil),
    ]

    @Test(arguments: numbers)
    func `decimal text becomes exact units`(example: Number) {
        #expect(ExtendedNumber(text: example.text) == example.number)
    }

    @Test func `an id keeps its seconds and prints as it was`() throws {
        let id = try #require(ObjectID(hex: "695c86d8ee0ead86b806772f"))
        #expect(id.seconds == 0x695c_86d8)
        #expect(id.hex == "695c86d8ee0ead86b806772f")
        #expect(ObjectID(bytes: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])?.hex == "000000010000000000000002")
        #expect(ObjectID(hex: "695c86d8ee0ead86b806772f0") == nil && ObjectID(bytes: [1, 2]) == nil)
    }

    @Test func `each limit is met and not passed`() {
        var limits = ExtendedLimits()
        limits.stringBytes = 4
        limits.depth = 3
        limits.documentBytes = 40
        limits.members = 3
        func said(_ text: String) -> String { verdictOverAllCuts(Array(text.utf8)) { Self.verdict($0, limits) } }
        #expect(said(#"{"a":"1234"}"#) == #"1:{"a":"1234"}"#)
        #expect(said(#"{"a":"12345"}"# + "\n{}") == "1!tooLong 2:{}")
        #expect(said(#"{"a":[[1]]}"#) == #"1:{"a":[[1]]}"#)
        #expect(said(#"{"a":[[[1]]]}"# + "\n{}") == "1!tooDeep 2:{}")
        #expect(said(#"{"a":1,"b":2,"c":3,"d":4}"# + "\n{}") == "1!tooLong 2:{}")
        let blanks = String(repeating: " ", count: 33)
        #expect(said(#"{"a":1"# + blanks + "}") == #"1:{"a":1}"#)
        #expect(said(#"{"a":1 "# + blanks + "}\n{}") == "1!tooLong 2:{}")
        #expect(said(#"{"a":1 "# + blanks + "\n{}") == "1!json 2:{}")
    }

    @Test func `five thousand levels and a quarter of a megabyte of text are refused without harm`() {
        let deep = #"{"a":"# + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}"
        let long = #"{"a":""# + String(repeating: "x", count: 262_144) + #""}"#
        #expect(Self.verdict([Array((deep + "\n" + long + "\n{}\n").utf8)[...]]) == "1!tooDeep 2!tooLong 3:{}")
    }

    @Test func `chance never crashes it and cuts never change what it says`() {
        var chance = SeededGenerator(for: "extended JSON")
        let pieces = [
            "{", "}", "[", "]", ",", "\n", "\"", "\\", ":", "{\"a\":1}", "\"$date\"", "1e5", "\r", " ", "{\"$oid\":\"", "\u{EF}", "null",
        ]
        for _ in 0..<150 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &chance) { bytes += latin1(pieces.randomElement(using: &chance)!) }
            _ = verdictOverAllCuts(bytes) { Self.verdict($0) }
        }
    }
}
