// Tables as text: RFC 4180, limits, cuts.

import Testing
import Wire

@Suite struct `CSV tables` {
    /// Rows with fields in `[ ]` joined by `,`, and at the end `reason@line`.
    private func verdict(
        _ text: String, hasHeader: Bool = false, limits: CSVLimits = .init(), _ sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        verdictOverAllCuts(latin1(text), sourceLocation) { pieces in
            var parser = CSVParser(hasHeader: hasHeader, limits: limits)
            var said: [String] = []
            func note(_ row: [String]) { said.append(row.map { "[\($0)]" }.joined()) }
            do throws(CSVError) {
                for piece in pieces {
                    parser.feed(piece)
                    while let row = try parser.next() { note(row) }
                }
                while let row = try parser.finish() { note(row) }
            } catch {
                said.append("\(error.reason.rawValue)@\(error.line)")
            }
            return said.joined(separator: " ")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let verdict: String
        init(_ text: String, _ verdict: String) { (self.text, self.verdict) = (text, verdict) }
        var testDescription: String { String(reflecting: text) }
    }

    static let rows: [Row] = [
        Row("", ""), Row("a", "[a]"), Row("a\n", "[a]"), Row("a\r\n", "[a]"), Row("a,b\nc,d", "[a][b] [c][d]"),
        Row("a,b\r\nc,d\r\n", "[a][b] [c][d]"),
        Row(",", "[][]"), Row("a,\n,b\n", "[a][] [][b]"), Row("a\n\nb\n", "[a] [b]"), Row("\r\n\r\na\r\n\r\n", "[a]"), Row("\n", ""),
        Row("\"\"\n", "[]"),
        Row("\"a\"", "[a]"), Row("\"a,b\",c", "[a,b][c]"), Row("\"a\"\"b\"", "[a\"b]"), Row("\"\"\"\"", "[\"]"),
        Row("\"\"\"a\"\"\",\"\"", "[\"a\"][]"),
        Row("\"a\nb\"\nc", "[a\nb] [c]"), Row("\"a\r\nb\"\r\nc", "[a\r\nb] [c]"), Row("\"a\rb\"", "[a\rb]"), Row(" a , b ", "[ a ][ b ]"),
        Row("\u{EF}\u{BB}\u{BF}a,b", "[a][b]"), Row("\u{EF}\u{BB}\u{BF}", ""), Row("\u{EF}\u{BB}\u{BF}\"a\"", "[a]"),
        Row("\u{C3}\u{A9},x", "[é][x]"),
        Row("\u{EF}\u{BB}", "invalidUTF8@1"), Row("a\u{EF}\u{BB}\u{BF}", "[a\u{FEFF}]"), Row("a;b\tc", "[a;b\tc]"),
        Row("a\"b", "quoteInPlainField@1"), Row("a\"", "quoteInPlainField@1"), Row(" \"a\"", "quoteInPlainField@1"),
        Row("\"a\"b", "textAfterQuote@1"),
        Row("\"a\" ,b", "textAfterQuote@1"), Row("x\n\"a", "[x] quoteNotClosed@2"), Row("\"", "quoteNotClosed@1"),
        Row("\"a\"\"", "quoteNotClosed@1"),
        Row("a\rb", "bareCarriageReturn@1"), Row("a\r\r\n", "bareCarriageReturn@1"), Row("a\r", "bareCarriageReturn@1"),
        Row("\"a\"\rb", "bareCarriageReturn@1"),
        Row("a\n\u{FF}\n", "[a] invalidUTF8@2"), Row("\u{C3}", "invalidUTF8@1"), Row("\"x\n\n\"\n\nb\"", "[x\n\n] quoteInPlainField@5"),
    ]

    @Test(arguments: rows) func `are read or refused, however they are cut`(row: Row) {
        #expect(verdict(row.text) == row.verdict)
    }

    @Test func `with a header have its width in every row`() {
        #expect(verdict("a,b\n1,2\n3,4", hasHeader: true) == "[1][2] [3][4]")
        #expect(verdict("a,b\n1,2\n\n3\n", hasHeader: true) == "[1][2] wrongFieldCount@4")
        #expect(verdict("a,b\n1,2,3\n", hasHeader: true) == "wrongFieldCount@2")
        #expect(verdict("a,b,a\n", hasHeader: true) == "repeatedColumn@1")
        #expect(verdict("a,b\n", hasHeader: true) == "" && verdict("", hasHeader: true) == "")
    }

    @Test func `name their columns and count their lines`() throws {
        var parser = CSVParser()
        parser.feed(Array("symbol,price\nINFY,1500\n\"two\nlines\",1\nTCS,3000".utf8))
        #expect(parser.header == nil && parser.column("price") == nil)
        #expect(try parser.next() == ["INFY", "1500"])
        #expect(parser.header == ["symbol", "price"] && parser.column("price") == 1 && parser.column("other") == nil && parser.line == 2)
        #expect(try parser.next() == ["two\nlines", "1"])
        #expect(parser.line == 3)
        #expect(try parser.next() == nil)
        #expect(try parser.finish() == ["TCS", "3000"])
        #expect(parser.line == 5)
        #expect(try parser.finish() == nil)
    }

    @Test func `keep to the limits of fields and lines`() {
        let field = CSVLimits(fieldBytes: 3)
        #expect(verdict("abc,\"abc\"", limits: field) == "[abc][abc]")
        #expect(verdict("abcd", limits: field) == "fieldTooLong@1" && verdict("x\n\"abcd\"", limits: field) == "[x] fieldTooLong@2")
        #expect(verdict("\"a\"\"b\"", limits: field) == "[a\"b]" && verdict("\"a\"\"bc\"", limits: field) == "fieldTooLong@1")
        #expect(
            verdict("\"\"\"\"\"\"\"\"", limits: field) == "[\"\"\"]" && verdict("\"\"\"\"\"\"\"\"\"\"", limits: field) == "fieldTooLong@1")
        let fields = CSVLimits(fields: 2)
        #expect(verdict("a,b\nc,d", limits: fields) == "[a][b] [c][d]" && verdict("a,b,c", limits: fields) == "tooManyFields@1")
        let line = CSVLimits(lineBytes: 5)
        #expect(verdict("ab,d\nab,d\n", limits: line) == "[ab][d] [ab][d]" && verdict("a\nab,de\n", limits: line) == "[a] lineTooLong@2")
        #expect(
            verdict("\"abcd\"", limits: line) == "lineTooLong@1" && verdict("\"a\nb\"", limits: line) == "[a\nb]"
                && verdict(",,,,,,", limits: line) == "lineTooLong@1")
    }

    @Test func `repeat their error`() {
        var parser = CSVParser(hasHeader: false)
        parser.feed(Array("a\"\nb\n".utf8))
        #expect(throws: CSVError(reason: .quoteInPlainField, line: 1)) { try parser.next() }
        parser.feed(Array("c\n".utf8))
        #expect(throws: CSVError(reason: .quoteInPlainField, line: 1)) { try parser.next() }
        #expect(throws: CSVError(reason: .quoteInPlainField, line: 1)) { try parser.finish() }
    }

    @Test func `come back as they were written, in any pieces`() throws {
        var generator = SeededGenerator(for: "CSV")
        for _ in 0..<200 {
            let width = Int.random(in: 1...6, using: &generator)
            let table = (0..<Int.random(in: 0...8, using: &generator)).map { _ in (0..<width).map { _ in generator.text(upTo: 8) } }
            var text = Bool.random(using: &generator) ? "\u{FEFF}" : ""
            for (number, row) in table.enumerated() {
                let fields = row.map { field in
                    // Quotes where they are needed, and sometimes where not; an empty line would be passed over.
                    let needed =
                        field.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D } || (width == 1 && field.isEmpty)
                        || field.unicodeScalars.first == "\u{FEFF}"
                    guard needed || Bool.random(using: &generator) else { return field }
                    return "\"" + String(field.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }.map(Character.init)) + "\""
                }
                text += fields.joined(separator: ",")
                if number < table.count - 1 || Bool.random(using: &generator) { text += Bool.random(using: &generator) ? "\n" : "\r\n" }
            }
            let bytes = Array(text.utf8)
            var parser = CSVParser(hasHeader: false)
            var read: [[String]] = []
            for piece in pieces(of: bytes, size: Int.random(in: 1...max(1, bytes.count), using: &generator)) {
                parser.feed(piece)
                while let row = try parser.next() { read.append(row) }
            }
            while let row = try parser.finish() { read.append(row) }
            #expect(read == table)
        }
    }
}
