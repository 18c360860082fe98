// Reading one field of a request: a value, or a problem that names it.

import Testing
import Trading
import Wire

@testable import Web

@Suite struct `A field` {
    private func fields(_ json: String, place: FieldPlace = .body) throws -> Fields {
        Fields(object: try JSONParser.parse(Array(json.utf8)).object ?? JSONObject(), place: place)
    }

    /// `code field` of what reading throws, nothing when it gives a value.
    private func problem(_ read: () throws -> Void) -> String? {
        do {
            try read()
            return nil
        } catch let problem as FieldProblem {
            return problem.code + " " + problem.field
        } catch {
            return "\(error)"
        }
    }

    @Test func `of text is measured in bytes and keeps what was sent`() throws {
        let fields = try fields(#"{"a":"नम","b":"","c":null,"d":5}"#)
        #expect(try fields.text("a", limit: 6) == "नम")
        #expect(problem { _ = try fields.text("a", limit: 5) } == "too_long a")
        #expect(try fields.text("b", limit: 0) == "")
        #expect(problem { _ = try fields.text("c", limit: 5) } == "missing_field c")
        #expect(try fields.text("c", limit: 5, default: "x") == "x")
        #expect(try fields.optionalText("c", limit: 5) == nil)
        #expect(problem { _ = try fields.text("d", limit: 5) } == "wrong_type d")
        #expect(problem { _ = try fields.text("e", limit: 5) } == "missing_field e")
    }

    @Test(arguments: [
        ("5", 5), ("-5", -5), ("5.0", 5), ("5e2", 500), (#""5""#, 5), (#""-7""#, -7), ("9223372036854775807", Int64.max),
    ])
    func `of a whole number takes numbers and digits`(_ text: String, _ expected: Int64) throws {
        #expect(try fields(#"{"n":\#(text)}"#).integer("n") == expected)
    }

    @Test(arguments: [
        ("5.5", "not_whole n"), ("1e400", "too_large n"), ("99999999999999999999", "too_large n"), (#""5.0""#, "wrong_type n"),
        (#""""#, "wrong_type n"), (#"" 5""#, "wrong_type n"), ("true", "wrong_type n"), ("[]", "wrong_type n"), ("null", "missing_field n"),
        (#""99999999999999999999""#, "wrong_type n"),
    ])
    func `of a whole number refuses the rest`(_ text: String, _ expected: String) throws {
        let fields = try fields(#"{"n":\#(text)}"#)
        #expect(problem { _ = try fields.integer("n") } == expected)
    }

    @Test func `of a quantity is exact and above zero`() throws {
        #expect(try fields(#"{"q":0.00000001}"#).quantity("q") == Quantity(units: 1))
        #expect(try fields(#"{"q":"2.5"}"#).quantity("q") == Quantity(text: "2.5"))
        #expect(try fields(#"{"q":1e3}"#).quantity("q") == Quantity(whole: 1_000))
        #expect(try fields("{}").quantity("q", default: Quantity(whole: 1)) == Quantity(whole: 1))
        #expect(try fields("{}").optionalQuantity("q") == nil)
        for (text, expected) in [
            ("0", "not_positive q"), ("-0.1", "not_positive q"), ("0.000000001", "wrong_type q"), ("92233720369", "too_large q"),
            ("1e30", "too_large q"), ("1e400", "wrong_type q"), (#""1e3""#, "wrong_type q"), (#""+5""#, "wrong_type q"),
        ] {
            let fields = try fields(#"{"q":\#(text)}"#)
            #expect(problem { _ = try fields.quantity("q") } == expected, "\(text)")
        }
    }

    @Test func `of a price takes zero as none, as old clients send it`() throws {
        for text in ["0", "0.0", #""0""#, "null"] { #expect(try fields(#"{"p":\#(text)}"#).optionalPrice("p") == nil) }
        #expect(try fields(#"{"p":1499.95}"#).optionalPrice("p") == Price(text: "1499.95"))
        let negative = try fields(#"{"p":-0.05}"#)
        #expect(problem { _ = try negative.optionalPrice("p") } == "not_positive p")
    }

    @Test func `of one of several words names them all in the refusal`() throws {
        let fields = try fields(#"{"side":"buy","other":"HOLD","number":1}"#)
        #expect(try fields.word("side", uppercasing: true) as Side == .buy)
        #expect(problem { _ = try fields.word("side") as Side } == "not_allowed side", "letter case counts unless said otherwise")
        #expect(problem { _ = try fields.word("number") as Side } == "wrong_type number")
        do {
            _ = try fields.word("other") as Side
            Issue.record("HOLD is no side")
        } catch let problem as FieldProblem {
            #expect(problem.text.contains("BUY") && problem.text.contains("SELL"))
        }
    }

    @Test func `of yes or no takes the words of query strings`() throws {
        for (text, expected) in [
            ("true", true), ("false", false), (#""true""#, true), (#""1""#, true), (#""False""#, false), ("null", false),
        ] {
            #expect(try fields(#"{"b":\#(text)}"#).bool("b", default: false) == expected)
        }
        let fields = try fields(#"{"b":"yes","n":1}"#)
        #expect(problem { _ = try fields.bool("b", default: false) } == "wrong_type b")
        #expect(problem { _ = try fields.bool("n", default: false) } == "wrong_type n")
    }

    @Test func `of a list counts and measures its elements`() throws {
        let fields = try fields(#"{"l":["a","bb"],"n":[1],"t":"a"}"#)
        #expect(try fields.texts("l", limit: 2, count: 2) == ["a", "bb"])
        #expect(problem { _ = try fields.texts("l", limit: 1, count: 2) } == "too_long l")
        #expect(problem { _ = try fields.texts("l", limit: 2, count: 1) } == "too_long l")
        #expect(problem { _ = try fields.texts("n", limit: 2, count: 2) } == "wrong_type n")
        #expect(problem { _ = try fields.texts("t", limit: 2, count: 2) } == "wrong_type t")
        #expect(problem { _ = try fields.texts("x", limit: 2, count: 2) } == "missing_field x")
    }

    @Test func `that nobody knows is refused by its name, cut to a sane length`() throws {
        let fields = try fields(#"{"a":1,"\#(String(repeating: "x", count: 500))":2}"#)
        #expect(problem { try fields.refuseUnknown(["a"]) } == "unknown_field " + String(repeating: "x", count: 64))
        #expect(problem { try fields.refuseUnknown(["a", String(repeating: "x", count: 500)]) } == nil)
    }
}

@Suite struct `A refusal of a field` {
    @Test func `has a sentence and a code in every dialect`() throws {
        let kinds: [FieldProblem.Kind] = [
            .missing, .notText, .notInteger, .fractional, .notNumber, .notBool, .notList, .notPositive, .notOneOf(["A", "B", "C"]),
            .tooLong(5), .tooLarge("10"), .notAnIdentifier("an order id"), .unknown, .notAnObject,
            .notJSON(offset: 3, reason: "x"), .rule(code: "out_of_range", text: "too far"),
        ]
        for kind in kinds {
            let problem = FieldProblem(place: .query, field: "f", kind: kind, input: "in")
            #expect(!problem.code.isEmpty && problem.code == problem.code.lowercased())
            #expect(problem.text.count > 5)
            let native = try JSONParser.parse(Dialect.native.problemBody(problem))
            #expect(native["error"]?.string == problem.code && native["field"] == "f" && native["detail"]?.string == problem.text)
            let auth = try JSONParser.parse(Dialect.auth.problemBody(problem))
            #expect(auth["ok"] == false && auth["error"]?.string == problem.code && auth["message"]?.string == problem.text)
            let legacy = try JSONParser.parse(Dialect.legacy.problemBody(problem))
            let shape = #"{"detail":[{"type":"string","loc":["string|integer"],"msg":"string","input":"any"}]}"#
            #expect(try JSONShape.differences(legacy, from: shape) == [])
            #expect(legacy["detail"]?.array?.first?["loc"]?.array?.first == "query")
        }
    }

    @Test func `lists alternatives as old clients read them`() {
        #expect(Dialect.alternatives(["A"]) == "'A'")
        #expect(Dialect.alternatives(["A", "B"]) == "'A' or 'B'")
        #expect(Dialect.alternatives(["A", "B", "C"]) == "'A', 'B' or 'C'")
    }
}
