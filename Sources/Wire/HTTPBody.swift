// How long a body is, and the body itself: counted, in chunks, or until the connection closes.

/// What a head says about the body after it.
enum HTTPBodyLength: Equatable, Sendable {
    case none
    case bytes(Int)
    case chunked

    /// Reads Content-Length and Transfer-Encoding, refusing whatever two readers could understand in two ways.
    init(_ headers: HTTPHeaders, minorVersion: Int, limits: HTTPLimits) throws(HTTPParseError) {
        let lengths = headers.all("Content-Length")
        let codings = headers.all("Transfer-Encoding")
        if !codings.isEmpty {
            guard lengths.isEmpty else { throw .lengthWithTransferCoding }
            // HTTP/1.0 knows no transfer codings; a message that has both was changed on its way.
            guard minorVersion >= 1 else { throw .badTransferCoding }
            try HTTPBodyLength.check(codings)
            self = .chunked
            return
        }
        guard let text = lengths.first else {
            self = .none
            return
        }
        guard lengths.count == 1 else { throw .repeatedContentLength }
        let digits = text.utf8
        guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else {
            throw text.utf8.contains(UInt8(ascii: ",")) ? .repeatedContentLength : .badContentLength
        }
        guard digits.count <= 18, let count = Int(text), count <= limits.bodyBytes else { throw .bodyTooLarge }
        self = .bytes(count)
    }

    /// Lets exactly one coding pass: `chunked`, once.
    private static func check(_ codings: [String]) throws(HTTPParseError) {
        var names: [Substring.UTF8View] = []
        for coding in codings {
            for part in coding[...].utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                names.append(HTTPGrammar.trimmed(part))
            }
        }
        var chunkedSeen = 0
        for name in names {
            guard !name.isEmpty, name.allSatisfy(HTTPGrammar.isTokenByte) else { throw .badTransferCoding }
            if HTTPGrammar.equalIgnoringCase(name, "chunked".utf8) { chunkedSeen += 1 }
        }
        if names.count == 1 && chunkedSeen == 1 { return }
        let endsInChunked = names.last.map { HTTPGrammar.equalIgnoringCase($0, "chunked".utf8) } ?? false
        guard chunkedSeen == 0 || (chunkedSeen == 1 && endsInChunked) else { throw .badTransferCoding }
        throw .unknownTransferCoding
    }
}

/// Reads one body, resumable at any byte.
struct HTTPBodyReader: Sendable {
    private enum State: Sendable {
        case counted(left: Int)
        case chunkSize
        case chunkData(left: Int)
        case chunkEnd
        case trailers
        case untilClose
    }

    private var state: State
    private var extensionBytes = 0
    private var trailers = HTTPFieldSection(bytesBefore: 0)
    private(set) var body: [UInt8] = []

    /// What is reserved at once for a body whose length is only announced.
    private static let reservedBytes = 65_536

    static func counted(_ count: Int) -> HTTPBodyReader {
        var reader = HTTPBodyReader(state: .counted(left: count))
        reader.body.reserveCapacity(min(count, reservedBytes))
        return reader
    }

    static func chunked() -> HTTPBodyReader { HTTPBodyReader(state: .chunkSize) }
    static func untilClose() -> HTTPBodyReader { HTTPBodyReader(state: .untilClose) }

    private init(state: State) { self.state = state }

    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// Takes what belongs to the body; true when that was all of it.
    mutating func read(from lines: inout HTTPLines, limits: HTTPLimits) throws(HTTPParseError) -> Bool {
        while true {
            switch state {
            case .counted(let left):
                let rest = left - lines.queue.move(atMost: left, to: &body)
                state = .counted(left: rest)
                return rest == 0
            case .untilClose:
                guard body.count + lines.queue.count <= limits.bodyBytes else { throw .bodyTooLarge }
                _ = lines.queue.move(atMost: .max, to: &body)
                return false
            case .chunkSize:
                guard let length = try lines.lineLength(limit: limits.chunkLineBytes, overflow: .chunkLineTooLong) else { return false }
                let (size, extensions) = try HTTPBodyReader.chunkLine(lines.queue.prefix(length))
                extensionBytes += extensions
                guard extensionBytes <= limits.chunkExtensionBytes else { throw .chunkExtensionsTooLong }
                guard size <= UInt64(limits.bodyBytes - body.count) else { throw .bodyTooLarge }
                lines.dropLine(length)
                state = size == 0 ? .trailers : .chunkData(left: Int(size))
            case .chunkData(let left):
                let rest = left - lines.queue.move(atMost: left, to: &body)
                state = rest == 0 ? .chunkEnd : .chunkData(left: rest)
                if rest > 0 { return false }
            case .chunkEnd:
                guard let length = try lines.lineLength(limit: 0, overflow: .badChunk) else { return false }
                lines.dropLine(length)
                state = .chunkSize
            case .trailers:
                return try trailers.read(
                    from: &lines, bytesLimit: limits.trailerBytes, fieldsLimit: limits.trailerFields, overflow: .trailersTooLarge,
                    keeping: false)
            }
        }
    }

    /// Size, and how many bytes its extensions take: `chunk-size *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted ) ] )`.
    private static func chunkLine(_ line: ArraySlice<UInt8>) throws(HTTPParseError) -> (size: UInt64, extensionBytes: Int) {
        var index = line.startIndex
        var size: UInt64 = 0
        while index < line.endIndex, let digit = hexDigit(line[index]) {
            guard index - line.startIndex < 16 else { throw .badChunk }
            size = size << 4 | UInt64(digit)
            index += 1
        }
        guard index > line.startIndex else { throw .badChunk }
        let extensionBytes = line.endIndex - index

        func skipBlanks() { while index < line.endIndex, HTTPGrammar.isBlank(line[index]) { index += 1 } }
        func token() throws(HTTPParseError) {
            let start = index
            while index < line.endIndex, HTTPGrammar.isTokenByte(line[index]) { index += 1 }
            guard index > start else { throw .badChunk }
        }
        func quoted() throws(HTTPParseError) {
            index += 1
            while index < line.endIndex, line[index] != UInt8(ascii: "\"") {
                if line[index] == UInt8(ascii: "\\") { index += 1 }
                guard index < line.endIndex, HTTPGrammar.isValueByte(line[index]) else { throw .badChunk }
                index += 1
            }
            guard index < line.endIndex else { throw .badChunk }
            index += 1
        }

        while index < line.endIndex {
            skipBlanks()
            guard index < line.endIndex, line[index] == UInt8(ascii: ";") else { throw .badChunk }
            index += 1
            skipBlanks()
            try token()
            let end = index
            skipBlanks()
            guard index < line.endIndex, line[index] == UInt8(ascii: "=") else {
                index = end
                continue
            }
            index += 1
            skipBlanks()
            guard index < line.endIndex else { throw .badChunk }
            if line[index] == UInt8(ascii: "\"") { try quoted() } else { try token() }
        }
        return (size, extensionBytes)
    }
}
