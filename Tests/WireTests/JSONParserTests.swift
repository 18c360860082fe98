// What the JSON parser takes and what it refuses: tables, limits, cuts, hostile bytes.

import Testing
import Wire

@Suite struct `JSON documents` {
    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        let verdict: String
        init(_ input: String, _ verdict: String) { (self.input, self.verdict) = (input, verdict) }
        var testDescription: String { String(input.prefix(40)) }
    }

    /// The canonical text of what was read, or `reason@offset`. Each scalar of the input is one byte.
    static func verdict(_ input: [UInt8], _ limits: JSONLimits = .init()) -> String {
        do {
            let value = try JSONParser.parse(input, limits: limits)
            return String(decoding: value.encoded, as: UTF8.self)
        } catch {
            return "\(error.reason.rawValue)@\(error.offset)"
        }
    }

    static let accepted: [Case] = [
        Case("null", "null"), Case("true", "true"), Case("false", "false"),
        Case("0", "0"), Case("-0", "-0"), Case("1", "1"), Case("-1", "-1"), Case("10", "10"), Case("1.0", "1.0"),
        Case("1.50", "1.50"), Case("-0.0", "-0.0"), Case("1e5", "1e5"), Case("1E+5", "1E+5"), Case("1e-05", "1e-05"),
        Case("0e0", "0e0"), Case("0.1e9", "0.1e9"), Case("123456789012345678901234567890", "123456789012345678901234567890"),
        Case(#""""#, #""""#), Case(#""a""#, #""a""#), Case(#""\"\\\/""#, #""\"\\/""#), Case(#""\b\f\n\r\t""#, #""\b\f\n\r\t""#),
        Case(#""\u0041""#, #""A""#), Case(#""\u00e9\u20AC""#, #""é€""#), Case(#""\ud83d\ude00""#, #""😀""#),
        Case(#""\uDBFF\uDFFF""#, "\"\u{10FFFF}\""), Case(#""\u0000""#, #""\u0000""#), Case(#""\u001f""#, #""\u001f""#),
        Case("\"\u{7F}\"", "\"\u{7F}\""), Case("\"\u{C3}\u{A9}\"", #""é""#), Case("\"\u{F4}\u{8F}\u{BF}\u{BF}\"", "\"\u{10FFFF}\""),
        Case("[]", "[]"), Case("[ ]", "[]"), Case("[1]", "[1]"), Case("[1,2 , 3]", "[1,2,3]"), Case("[[],[[]]]", "[[],[[]]]"),
        Case("{}", "{}"), Case("{ }", "{}"), Case(#"{"a":1}"#, #"{"a":1}"#), Case(#"{"b":1,"a":2}"#, #"{"b":1,"a":2}"#),
        Case(#"{"":{"":0}}"#, #"{"":{"":0}}"#), Case(" \t\r\n1 \t\r\n", "1"), Case(#" { "a" : [ true , null ] } "#, #"{"a":[true,null]}"#),
        Case(#"{"a":1,"A":2}"#, #"{"a":1,"A":2}"#), Case(#"{"a":"\u0061"}"#, #"{"a":"a"}"#),
    ]

    static let refused: [Case] = [
        Case("", "truncated@0"), Case("   ", "truncated@3"), Case("n", "truncated@1"), Case("nul", "truncated@3"),
        Case("nulL", "unexpectedByte@3"), Case("True", "unexpectedByte@0"), Case("truex", "trailingBytes@4"),
        Case("NaN", "unexpectedByte@0"),
        Case("Infinity", "unexpectedByte@0"), Case("-Infinity", "invalidNumber@0"), Case("undefined", "unexpectedByte@0"),
        Case("+1", "unexpectedByte@0"), Case("-", "invalidNumber@0"), Case("01", "invalidNumber@0"), Case("-01", "invalidNumber@0"),
        Case("00", "invalidNumber@0"), Case("1.", "invalidNumber@0"), Case(".5", "unexpectedByte@0"), Case("1.e5", "invalidNumber@0"),
        Case("1e", "invalidNumber@0"), Case("1e+", "invalidNumber@0"), Case("0x10", "trailingBytes@1"), Case("1_000", "trailingBytes@1"),
        Case("1 2", "trailingBytes@2"), Case("--1", "invalidNumber@0"), Case("1.2.3", "trailingBytes@3"),
        Case("\"", "truncated@1"), Case("\"a", "truncated@2"), Case("'a'", "unexpectedByte@0"), Case("\"a\nb\"", "unexpectedByte@2"),
        Case("\"\u{0}\"", "unexpectedByte@1"), Case("\"\\n\t\"", "unexpectedByte@3"), Case(#""\x""#, "invalidEscape@2"),
        Case(#""\u12""#, "invalidEscape@5"), Case(#""\u12G4""#, "invalidEscape@5"), Case(#""\"#, "truncated@2"),
        Case(#""\u"#, "truncated@3"),
        Case(#""\ud800""#, "invalidEscape@1"), Case(#""\udc00""#, "invalidEscape@1"), Case(#""\ud800\n""#, "invalidEscape@1"),
        Case(#""\ud800\ud800""#, "invalidEscape@1"), Case(#""\ud83dx""#, "invalidEscape@1"), Case(#""\ud83d"#, "truncated@7"),
        Case("\"\u{80}\"", "invalidUTF8@1"), Case("\"a\u{C3}\"", "invalidUTF8@2"), Case("\"\u{C0}\u{AF}\"", "invalidUTF8@1"),
        Case("\"\u{ED}\u{A0}\u{80}\"", "invalidUTF8@1"), Case("\"\u{F4}\u{90}\u{80}\u{80}\"", "invalidUTF8@1"),
        Case("\"\u{FF}\"", "invalidUTF8@1"),
        Case("\"\\n\u{C3}\\n\"", "invalidUTF8@3"), Case("\"\u{E2}\u{82}\\u00AC\"", "invalidUTF8@1"),
        Case("{\"\u{FF}\":1}", "invalidUTF8@2"),
        Case("\u{EF}\u{BB}\u{BF}1", "unexpectedByte@0"), Case("1\u{0}", "trailingBytes@1"), Case("\u{0C}1", "unexpectedByte@0"),
        Case("[", "truncated@1"), Case("[1", "truncated@2"), Case("[1,", "truncated@3"), Case("[1,]", "unexpectedByte@3"),
        Case("[,1]", "unexpectedByte@1"),
        Case("[1 2]", "unexpectedByte@3"), Case("[1}", "unexpectedByte@2"), Case("]", "unexpectedByte@0"), Case("[]]", "trailingBytes@2"),
        Case("{", "truncated@1"), Case("{\"a\"", "truncated@4"), Case("{\"a\":", "truncated@5"), Case("{\"a\" 1}", "unexpectedByte@5"),
        Case("{\"a\":}", "unexpectedByte@5"), Case("{\"a\":1,}", "unexpectedByte@7"), Case("{,}", "unexpectedByte@1"),
        Case("{a:1}", "unexpectedByte@1"),
        Case("{1:1}", "unexpectedByte@1"), Case("{\"a\":1 \"b\":2}", "unexpectedByte@7"), Case("{\"a\":1]", "unexpectedByte@6"),
        Case("{\"a\":1,\"a\":1}", "duplicateKey@7"), Case(#"{"a":1,"\u0061":2}"#, "duplicateKey@7"),
        Case(#"{"x":{"a":1,"b":2,"a":3}}"#, "duplicateKey@18"),
        Case("/* no */1", "unexpectedByte@0"), Case("1//", "trailingBytes@1"),
    ]

    @Test(arguments: accepted) func `by the grammar are read`(row: Case) {
        #expect(Self.verdict(latin1(row.input)) == row.verdict)
    }

    @Test(arguments: refused) func `against the grammar are refused, with reason and place`(row: Case) {
        #expect(Self.verdict(latin1(row.input)) == row.verdict)
    }

    @Test func `are read from the middle of a buffer, places counted from there`() throws {
        let buffer = Array("xx[1,\"é\"]yy".utf8)
        #expect(try JSONParser.parse(buffer[2..<10]) == [1, "é"])
        #expect(throws: JSONError(reason: .trailingBytes, offset: 8)) { try JSONParser.parse(buffer[2..<11]) }
    }

    @Test func `cut anywhere are refused, and never read as something shorter`() {
        let document = Array(#"{"order":{"id":"P1","legs":[1.5,-2e3,true,null],"note":"a\n\u00e9\ud83d\ude00é"}}"#.utf8)
        #expect(throws: Never.self) { try JSONParser.parse(document) }
        for cut in 0..<document.count {
            #expect(throws: JSONError.self, "cut after byte \(cut)") { try JSONParser.parse(document[..<cut]) }
        }
    }

    @Test func `may be as deep as the limit and no deeper`() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(64, "[", "]")) }
        #expect(throws: JSONError(reason: .tooDeep, offset: 64)) { try JSONParser.parse(nested(65, "[", "]")) }
        #expect(throws: Never.self) { try JSONParser.parse(nested(64, #"{"a":"#, "}")) }
        #expect(throws: JSONError(reason: .tooDeep, offset: 5 * 64)) { try JSONParser.parse(nested(65, #"{"a":"#, "}")) }
        #expect(throws: JSONError(reason: .tooDeep, offset: 64)) { try JSONParser.parse([UInt8](repeating: 0x5B, count: 1_000_000)) }
        #expect(Self.verdict(Array("[[1]]".utf8), JSONLimits(depth: 1)) == "tooDeep@1")
    }

    @Test func `may be as long as the limit and no longer`() {
        #expect(Self.verdict(Array("[1]".utf8), JSONLimits(bytes: 3)) == "[1]")
        #expect(Self.verdict(Array("[1] ".utf8), JSONLimits(bytes: 3)) == "tooLong@3")
    }

    @Test func `hold strings and names up to the limit`() {
        let limits = JSONLimits(stringBytes: 4)
        #expect(Self.verdict(Array(#""abcd""#.utf8), limits) == #""abcd""#)
        #expect(Self.verdict(Array(#""abcde""#.utf8), limits) == "tooLong@1")
        #expect(Self.verdict(Array(#""\n\n\n\n""#.utf8), limits) == #""\n\n\n\n""#)
        #expect(Self.verdict(Array(#""\n\n\n\n\n""#.utf8), limits) == "tooLong@1")
        #expect(Self.verdict(Array(#""\nabcd""#.utf8), limits) == "tooLong@1")
        #expect(Self.verdict(Array(#"{"abcde":1}"#.utf8), limits) == "tooLong@2")
    }

    @Test func `hold numbers up to the limit`() {
        let digits = String(repeating: "7", count: 128)
        #expect(Self.verdict(Array(digits.utf8)) == digits)
        #expect(Self.verdict(Array((digits + "7").utf8)) == "tooLong@0")
    }

    @Test func `hold as many members and elements as the limit, counted over the whole`() {
        let limits = JSONLimits(members: 4)
        #expect(Self.verdict(Array("[1,[2,3]]".utf8), limits) == "[1,[2,3]]")
        #expect(Self.verdict(Array("[1,[2,3],4]".utf8), limits) == "tooManyMembers@9")
        #expect(Self.verdict(Array(#"{"a":1,"b":{"c":1,"d":2}}"#.utf8), limits) == #"{"a":1,"b":{"c":1,"d":2}}"#)
        #expect(Self.verdict(Array(#"{"a":1,"b":{"c":1,"d":2,"e":3}}"#.utf8), limits) == "tooManyMembers@24")
    }

    @Test func `with many members still refuse a name that comes twice`() throws {
        let names = (0..<1_000).map { #""name\#($0)":\#($0)"# }
        let object = try #require(try JSONParser.parse(Array("{\(names.joined(separator: ","))}".utf8)).object)
        #expect(object.count == 1_000 && object["name0"] == 0 && object["name999"] == 999 && object["name1000"] == nil)
        for count in [2, 15, 16, 17, 18, 500] {
            for twice in [0, count / 2, count - 1] {
                let document = "{\((names.prefix(count) + [names[twice]]).joined(separator: ","))}"
                #expect(Self.verdict(Array(document.utf8)).hasPrefix("duplicateKey@"), "\(count) members, number \(twice) twice")
            }
        }
    }

    @Test func `made of any bytes are read or refused, and what is read comes back the same`() throws {
        var generator = SeededGenerator(for: "JSON of any bytes")
        let alphabet = Array(#"{}[]:,"\u0123456789eE+-.truefalsn \#n"#.utf8) + [0x80, 0xC3, 0xA9, 0xFF, 0x00]
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...24, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            guard let value = try? JSONParser.parse(bytes) else { continue }  // refusing is an allowed answer here
            let encoded = value.encoded
            #expect(try JSONParser.parse(encoded).encoded == encoded)
        }
    }
}
