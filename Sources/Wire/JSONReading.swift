// The pass of `JSONParser` over a document: recursive, as deep as the limit lets it.

/// One pass over a document: the place reached and what has been used of the limits.
struct JSONReading {
    let limits: JSONLimits
    var position = 0
    var members = 0

    init(limits: JSONLimits) { self.limits = limits }

    private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no blank, not yet taken.
    mutating func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        skipBlanks(bytes)
        guard position < bytes.count else { throw failure(.truncated) }
        return bytes[position]
    }

    /// `depth` counts the containers around the value.
    mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
        switch try peek(bytes) {
        case UInt8(ascii: "{"):
            return .object(try object(bytes, depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try array(bytes, depth: depth + 1))
        case UInt8(ascii: "\""):
            return .string(try string(bytes))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number(bytes))
        case UInt8(ascii: "t"):
            try word("true", bytes)
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false", bytes)
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null", bytes)
            return .null
        default:
            throw failure(.unexpectedByte)
        }
    }

    mutating func word(_ text: StaticString, _ bytes: Span<UInt8>) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count else { throw failure(.truncated) }
            guard bytes[position] == text.utf8Start[index] else { throw failure(.unexpectedByte) }
            position += 1
        }
    }

    mutating func count() throws(JSONError) {
        members += 1
        guard members <= limits.members else { throw failure(.tooManyMembers) }
    }

    mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limits.depth else { throw failure(.tooDeep) }
        position += 1
        var elements: [JSONValue] = []
        if try peek(bytes) == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            try count()
            elements.append(try value(bytes, depth: depth))
            switch try peek(bytes) {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return elements
            default: throw failure(.unexpectedByte)
            }
        }
    }

    mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= limits.depth else { throw failure(.tooDeep) }
        position += 1
        var list: [(key: String, value: JSONValue)] = []
        var positions: [String: Int]?
        if try peek(bytes) == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        while true {
            try count()
            guard try peek(bytes) == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            let start = position
            let key = try string(bytes)
            if positions != nil {
                guard positions?.updateValue(list.count, forKey: key) == nil else {
                    throw JSONError(reason: .duplicateKey, offset: start)
                }
            } else {
                for member in list where member.key == key { throw JSONError(reason: .duplicateKey, offset: start) }
                if list.count + 1 >= JSONObject.indexedFrom {
                    var index: [String: Int] = [key: list.count]
                    for (place, member) in list.enumerated() { index[member.key] = place }
                    positions = index
                }
            }
            guard try peek(bytes) == UInt8(ascii: ":") else { throw failure(.unexpectedByte) }
            position += 1
            list.append((key, try value(bytes, depth: depth)))
            switch try peek(bytes) {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return JSONObject(unique: list, positions: positions)
            default: throw failure(.unexpectedByte)
            }
        }
    }

    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> JSONNumber {
        let start = position
        guard let end = JSONNumber.end(of: bytes, from: start) else { throw failure(.invalidNumber) }
        guard end - start <= limits.numberBytes else { throw failure(.tooLong) }
        let text = try text(bytes, start, end)
        position = end
        return JSONNumber(unchecked: text)
    }

    /// Takes a string with its quotes. Runs of plain bytes become text at once; only a string with an escape is gathered in parts.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> String {
        position += 1
        let start = position
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                guard index - start <= limits.stringBytes else { throw failure(.tooLong) }
                let text = try text(bytes, start, index)
                position = index + 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(bytes, firstRun: index) }
            guard byte >= 0x20 else { throw JSONError(reason: .unexpectedByte, offset: index) }
            index += 1
        }
        throw JSONError(reason: .truncated, offset: bytes.count)
    }

    /// Goes on with a string whose first escape stands at `firstRun`.
    mutating func escapedString(_ bytes: Span<UInt8>, firstRun: Int) throws(JSONError) -> String {
        let start = position
        var gathered: [UInt8] = []
        var runStart = position
        position = firstRun
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                // Each run is checked by itself: an escape cannot stand within a character, so a cut character shows here.
                try check(bytes, runStart, position)
                bytes.extracting(runStart..<position).withUnsafeBufferPointer { gathered.append(contentsOf: $0) }
                position += 1
                if byte == UInt8(ascii: "\"") {
                    guard gathered.count <= limits.stringBytes else { throw JSONError(reason: .tooLong, offset: start) }
                    return String(decoding: gathered, as: UTF8.self)
                }
                try escape(bytes, into: &gathered)
                guard gathered.count <= limits.stringBytes else { throw JSONError(reason: .tooLong, offset: start) }
                runStart = position
                continue
            }
            guard byte >= 0x20 else { throw failure(.unexpectedByte) }
            position += 1
        }
        throw failure(.truncated)
    }

    /// Takes what follows a backslash.
    mutating func escape(_ bytes: Span<UInt8>, into gathered: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw failure(.truncated) }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): gathered.append(byte)
        case UInt8(ascii: "b"): gathered.append(0x08)
        case UInt8(ascii: "f"): gathered.append(0x0C)
        case UInt8(ascii: "n"): gathered.append(0x0A)
        case UInt8(ascii: "r"): gathered.append(0x0D)
        case UInt8(ascii: "t"): gathered.append(0x09)
        case UInt8(ascii: "u"):
            let start = position - 1
            position += 1
            var code = try fourHexDigits(bytes)
            if (0xD800...0xDBFF).contains(code) {
                guard position < bytes.count else { throw failure(.truncated) }
                guard bytes[position] == UInt8(ascii: "\\") else { throw JSONError(reason: .invalidEscape, offset: start) }
                position += 1
                guard position < bytes.count else { throw failure(.truncated) }
                guard bytes[position] == UInt8(ascii: "u") else { throw JSONError(reason: .invalidEscape, offset: start) }
                position += 1
                let low = try fourHexDigits(bytes)
                guard (0xDC00...0xDFFF).contains(low) else { throw JSONError(reason: .invalidEscape, offset: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            // A low surrogate alone is no scalar.
            guard let scalar = Unicode.Scalar(code) else { throw JSONError(reason: .invalidEscape, offset: start) }
            gathered.append(contentsOf: UTF8.encode(scalar)!)  // every scalar has a UTF-8 form
            return
        default:
            throw failure(.invalidEscape)
        }
        position += 1
    }

    mutating func fourHexDigits(_ bytes: Span<UInt8>) throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw failure(.truncated) }
            guard let digit = hexDigit(bytes[position]) else { throw failure(.invalidEscape) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(start..<end)))
        } catch {
            throw JSONError(reason: .invalidUTF8, offset: start + error.byteOffsets.lowerBound)
        }
    }

    func check(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(JSONError) {
        do {
            _ = try UTF8Span(validating: bytes.extracting(start..<end))
        } catch {
            throw JSONError(reason: .invalidUTF8, offset: start + error.byteOffsets.lowerBound)
        }
    }
}
