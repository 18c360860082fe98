// Lines of a message head and the fields in them: strict CRLF, no folding. Whole heads are in the two parsers.

/// Incoming bytes as lines. Every byte is looked at once, however small the pieces are; the verdict does not depend on the cuts.
struct HTTPLines: Sendable {
    var queue = ByteQueue()
    /// How many bytes of the unfinished line were looked at.
    private var scanned = 0

    /// The length of the next line without its CRLF; nothing until its end has come in.
    ///
    /// A line end is CR and LF together; either alone is refused, and so is a line of more than `limit` bytes.
    mutating func lineLength(limit: Int, overflow: HTTPParseError) throws(HTTPParseError) -> Int? {
        let known = queue.count
        // Where the line must have ended; a byte there that ends nothing is one too many.
        let end = min(known, limit)
        scanned = queue.withPrefix(known) { bytes in
            var index = scanned
            while index < end, bytes[index] != 0x0D, bytes[index] != 0x0A { index += 1 }
            return index
        }
        guard scanned < known else { return nil }
        switch queue[scanned] {
        case 0x0D:
            guard scanned + 1 < known else { return nil }
            guard queue[scanned + 1] == 0x0A else { throw .badLineEnd }
            return scanned
        case 0x0A: throw .badLineEnd
        default: throw overflow
        }
    }

    /// Takes the line that `lineLength` measured, with its CRLF.
    mutating func dropLine(_ length: Int) {
        queue.drop(length + 2)
        scanned = 0
    }
}

/// Fields one after another up to the empty line.
struct HTTPFieldSection: Sendable {
    private var headers = HTTPHeaders()
    private var fields = 0
    private var bytes: Int

    /// `bytesBefore` were used up by the first line.
    init(bytesBefore: Int) { bytes = bytesBefore }

    /// Gives the fields away.
    mutating func takeHeaders() -> HTTPHeaders {
        defer { headers = HTTPHeaders() }
        return headers
    }

    /// Reads fields; true when the empty line has come.
    mutating func read(
        from lines: inout HTTPLines, bytesLimit: Int, fieldsLimit: Int, overflow: HTTPParseError, keeping: Bool
    ) throws(HTTPParseError) -> Bool {
        // Two bytes of what is left end the line.
        while let length = try lines.lineLength(limit: max(0, bytesLimit - bytes - 2), overflow: overflow) {
            bytes += length + 2
            guard bytes <= bytesLimit else { throw overflow }
            if length == 0 {
                lines.dropLine(0)
                return true
            }
            fields += 1
            guard fields <= fieldsLimit else { throw overflow == .headTooLarge ? .tooManyFields : overflow }
            let (name, value) = try lines.queue.withPrefix(length) { line throws(HTTPParseError) in try HTTPFieldSection.field(line) }
            if keeping { headers.append(checked: name, value) }
            lines.dropLine(length)
        }
        return false
    }

    private static func field(_ line: Span<UInt8>) throws(HTTPParseError) -> (name: String, value: String) {
        guard !HTTPGrammar.isBlank(line[0]) else { throw .foldedField }
        var colon = 0
        while colon < line.count, line[colon] != UInt8(ascii: ":") {
            guard HTTPGrammar.isTokenByte(line[colon]) else { throw .badFieldName }
            colon += 1
        }
        guard colon < line.count, colon > 0 else { throw .badFieldName }
        var (start, end) = (colon + 1, line.count)
        while start < end, HTTPGrammar.isBlank(line[start]) { start += 1 }
        while end > start, HTTPGrammar.isBlank(line[end - 1]) { end -= 1 }
        for index in start..<end {
            guard HTTPGrammar.isValueByte(line[index]) else { throw .badFieldValue }
        }
        return (HTTPGrammar.text(line.extracting(0..<colon)), HTTPGrammar.text(line.extracting(start..<end)))
    }
}
